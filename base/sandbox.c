/* Landlock and seccomp; see sandbox.h. Their system calls are Linux's own, Landlock's without a wrapper in glibc 2.36. */
#define _GNU_SOURCE 1
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

/* Where the coverage build (Makefile) writes what was reached: open to it, though nobody names it. */
#if defined(COVERAGE_FOLDER)
static const struct sandbox_path own_record = {COVERAGE_FOLDER, true};
#else
static const struct sandbox_path own_record = {NULL, false};
#endif

static const char in_force[] = "yes";
static const char not_offered[] = "no: the kernel has none";
static const char not_with_sanitizers[] = "no: built with sanitizers";

void sandbox_forbid_dumps(void)
{
    const struct rlimit none = {0, 0};

    (void)setrlimit(RLIMIT_CORE, &none);
    if (!sanitized) { /* the leak checker is a debugger */
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
}

/* ---- paths --------------------------------------------------------------------------------------- */

/* Rights of later kernels than the header's; a kernel that does not know them is not asked for them. */
#define RIGHT_REFER    (UINT64_C(1) << 13) /* version 2: rename from folder to folder */
#define RIGHT_TRUNCATE (UINT64_C(1) << 14) /* version 3 */

enum { VERSION_REFER = 2, VERSION_TRUNCATE = 3 };

static const uint64_t file_reads = LANDLOCK_ACCESS_FS_READ_FILE;
static const uint64_t file_writes = LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_TRUNCATE;
static const uint64_t folder_reads = LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t folder_writes =
    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | RIGHT_REFER;
static const uint64_t never_given = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                    LANDLOCK_ACCESS_FS_MAKE_SYM;

static uint64_t rights_of_kernel(long version)
{
    uint64_t rights = file_reads | file_writes | folder_reads | folder_writes | never_given;

    rights &= version < VERSION_REFER ? ~RIGHT_REFER : ~UINT64_C(0);
    rights &= version < VERSION_TRUNCATE ? ~RIGHT_TRUNCATE : ~UINT64_C(0);
    return rights;
}

static bool
allow_path(int rules, const struct sandbox_path *path, uint64_t known, struct error *err)
{
    struct landlock_path_beneath_attr beneath = {.parent_fd = open(path->path, O_PATH | O_CLOEXEC)};
    struct stat status;

    if (beneath.parent_fd < 0) {
        return errno == ENOENT ||
               error_set_errno(err, ERROR_OS, errno, "cannot open %s", path->path);
    }
    bool ok = fstat(beneath.parent_fd, &status) == 0;
    beneath.allowed_access = file_reads | (path->writable ? file_writes : 0);
    if (ok && S_ISDIR(status.st_mode)) {
        beneath.allowed_access |= folder_reads | (path->writable ? folder_writes : 0);
    }
    beneath.allowed_access &= known;
    ok = ok && syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    const int reason = errno;
    (void)close(beneath.parent_fd);
    return ok || error_set_errno(err, ERROR_OS, reason, "cannot keep %s", path->path);
}

static bool restrict_paths(const struct sandbox_path *paths,
                           size_t count,
                           const char **state,
                           struct error *err)
{
    const long version =
        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (version < 1) {
        *state = not_offered;
        return true;
    }
    const struct landlock_ruleset_attr all = {.handled_access_fs = rights_of_kernel(version)};
    const int rules =
        (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all.handled_access_fs), 0);
    bool ok = rules >= 0 || error_set_errno(err, ERROR_OS, errno, "no rules of paths");
    for (size_t i = 0; ok && i < count; i++) {
        ok = allow_path(rules, &paths[i], all.handled_access_fs, err);
    }
    ok = ok &&
         (own_record.path == NULL || allow_path(rules, &own_record, all.handled_access_fs, err));
    if (ok && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
               syscall(SYS_landlock_restrict_self, rules, 0) != 0)) {
        ok = error_set_errno(err, ERROR_OS, errno, "rules of paths are not put in force");
    }
    if (rules >= 0) {
        (void)close(rules);
    }
    *state = in_force;
    return ok;
}

/* ---- calls --------------------------------------------------------------------------------------- */

/* By what they are for. The list is of names, as numbers differ between machines; a name that one of them has not is
 * passed over. */
static const char *const calls[] = {
    /* files */
    "read",
    "readv",
    "pread64",
    "preadv",
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "lseek",
    "open",
    "openat",
    "close",
    "close_range",
    "stat",
    "lstat",
    "fstat",
    "newfstatat",
    "statx",
    "statfs",
    "fstatfs",
    "access",
    "faccessat",
    "faccessat2",
    "getdents64",
    "mkdir",
    "mkdirat",
    "rmdir",
    "unlink",
    "unlinkat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "ftruncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "msync",
    "flock",
    "fcntl",
    "chmod",
    "fchmod",
    "fchmodat",
    "umask",
    "utimensat",
    "getcwd",
    "readlink",
    "readlinkat",
    "inotify_init1",
    "inotify_add_watch",
    "inotify_rm_watch",
    "memfd_create",
    "copy_file_range",
    "sendfile",
    /* memory */
    "brk",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "mincore",
    "mlock",
    "mlock2",
    "munlock",
    "mlockall",
    "membarrier",
    /* threads, signals, children without exec */
    "futex",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "set_tid_address",
    "clone",
    "clone3",
    "fork",
    "vfork",
    "wait4",
    "waitid",
    "kill",
    "tgkill",
    "gettid",
    "getpid",
    "getppid",
    "exit",
    "exit_group",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "sigaltstack",
    "signalfd4",
    "restart_syscall",
    "sched_yield",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_setscheduler",
    "setpgid",
    "prctl",
    "arch_prctl",
    /* waiting and time */
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "eventfd2",
    "pipe",
    "pipe2",
    "dup",
    "dup2",
    "dup3",
    "nanosleep",
    "clock_nanosleep",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    /* the network; which kinds is below */
    "socketpair",
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "sendto",
    "recvfrom",
    "sendmsg",
    "recvmsg",
    "sendmmsg",
    "recvmmsg",
    "shutdown",
    "ioctl",
    /* who and where we are */
    "getrandom",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getrlimit",
    "setrlimit",
    "prlimit64",
    "getrusage",
    "sysinfo",
    "uname",
    "getcpu"};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

static bool add_rules(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        const int number = seccomp_syscall_resolve_name(calls[i]);
        if (number != __NR_SCMP_ERROR && seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0) != 0) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        const struct scmp_arg_cmp family = {
            .arg = 0, .op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)families[i]};
        if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &family) != 0) {
            return false;
        }
    }
    return true;
}

static bool restrict_calls(const char **state, struct error *err)
{
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
        *state = not_offered;
        return true;
    }
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    const bool ok = filter != NULL && add_rules(filter) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    *state = in_force;
    return ok || error_set(err, ERROR_OS, "the filter of system calls is not put in force");
}

bool sandbox_enter(const struct sandbox_path *paths,
                   size_t count,
                   struct sandbox_state *out,
                   struct error *err)
{
    if (sanitized) {
        *out = (struct sandbox_state){not_with_sanitizers, not_with_sanitizers};
        return true;
    }
    return (restrict_paths(paths, count, &out->paths, err) && restrict_calls(&out->calls, err)) ||
           error_prepend(err, "sandbox");
}
