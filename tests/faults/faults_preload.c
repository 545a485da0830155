/* Makes the system fail to order: preloaded into a daemon, it lets chosen calls on chosen files fail, cuts writes short,
 * and turns the clock. What is to fail stands in a file that the test maps too (tests/system/faults.py writes it, and
 * must know the layout below), so that a running daemon is steered.
 *
 *     offset  0   int64  microseconds added to CLOCK_REALTIME
 *             8   int64  microseconds added to CLOCK_BOOTTIME
 *            16   RULES rules of 128 bytes
 *
 * The environment variable REFBROKER_FAULTS names the file. Without it nothing changes.
 */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { RULES = 8, PATH_BYTES = 4096 };
enum { CALL_WRITE = 1, CALL_SYNC = 2, CALL_OPEN = 4, CALL_READ = 8, CALL_SPACE = 16 };

struct rule {
    uint32_t calls; /* CALL_ bits; 0: no rule */
    int32_t error;  /* 0: a write is cut short, or statvfs tells of `room` */
    int64_t skip;   /* so many matching calls go well first */
    int64_t times;  /* then so many do not */
    int64_t hits;   /* so many did not */
    int64_t room;   /* bytes that a write may put, or that are free */
    char path[88];  /* stands in the path of the file; ends in a zero byte */
};
_Static_assert(sizeof(struct rule) == 128, "the test writes it");

struct orders {
    int64_t wall_us;
    int64_t boot_us;
    struct rule rules[RULES];
};

static struct orders *orders;

/* The library's own function. */
static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) {
        abort();
    }
    return found;
}

#define REAL(name) ((__typeof__(&name))(uintptr_t)real(#name))

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("REFBROKER_FAULTS");
    int fd = path == NULL ? -1 : REAL(open)(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return;
    }
    void *map = mmap(NULL, sizeof(struct orders), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    orders = map == MAP_FAILED ? NULL : map;
    (void)close(fd);
}

/* Counts the call; true when it is this rule's turn to make it fail. */
static bool is_due(struct rule *rule)
{
    if (__atomic_sub_fetch(&rule->skip, 1, __ATOMIC_SEQ_CST) >= 0) {
        return false;
    }
    if (__atomic_sub_fetch(&rule->times, 1, __ATOMIC_SEQ_CST) < 0) {
        return false;
    }
    __atomic_add_fetch(&rule->hits, 1, __ATOMIC_SEQ_CST);
    return true;
}

static struct rule *rule_of_path(uint32_t call, const char *path)
{
    for (size_t i = 0; orders != NULL && i < RULES; i++) {
        struct rule *rule = &orders->rules[i];
        uint32_t calls = __atomic_load_n(&rule->calls, __ATOMIC_SEQ_CST);
        if ((calls & call) != 0 && strstr(path, rule->path) != NULL && is_due(rule)) {
            return rule;
        }
    }
    return NULL;
}

static struct rule *rule_of(uint32_t call, int fd)
{
    char link[64];
    char path[PATH_BYTES];
    bool any = false;
    for (size_t i = 0; orders != NULL && i < RULES; i++) {
        any = any || (orders->rules[i].calls & call) != 0;
    }
    if (!any) {
        return NULL;
    }
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t bytes = readlink(link, path, sizeof path - 1);
    if (bytes < 0) {
        return NULL;
    }
    path[bytes] = '\0';
    return rule_of_path(call, path);
}

static ssize_t fail(const struct rule *rule)
{
    errno = rule->error;
    return -1;
}

static size_t cut(const struct rule *rule, size_t bytes)
{
    return (size_t)rule->room < bytes ? (size_t)rule->room : bytes;
}

/* ---- writing and reading ---------------------------------------------------------------------------- */

ssize_t write(int fd, const void *data, size_t bytes)
{
    const struct rule *rule = rule_of(CALL_WRITE, fd);
    if (rule != NULL && rule->error != 0) {
        return fail(rule);
    }
    return REAL(write)(fd, data, rule == NULL ? bytes : cut(rule, bytes));
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t at)
{
    const struct rule *rule = rule_of(CALL_WRITE, fd);
    if (rule != NULL && rule->error != 0) {
        return fail(rule);
    }
    return REAL(pwrite)(fd, data, rule == NULL ? bytes : cut(rule, bytes), at);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t at)
{
    return pwrite(fd, data, bytes, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    const struct rule *rule = rule_of(CALL_WRITE, fd);
    if (rule != NULL && rule->error != 0) {
        return fail(rule);
    }
    return rule == NULL ? REAL(writev)(fd, parts, count)
                        : REAL(write)(fd, parts[0].iov_base, cut(rule, parts[0].iov_len));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    const struct rule *rule = rule_of(CALL_WRITE, fd);
    if (rule != NULL && rule->error != 0) {
        return fail(rule);
    }
    return rule == NULL ? REAL(pwritev)(fd, parts, count, at)
                        : REAL(pwrite)(fd, parts[0].iov_base, cut(rule, parts[0].iov_len), at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at)
{
    return pwritev(fd, parts, count, at);
}

ssize_t read(int fd, void *data, size_t bytes)
{
    const struct rule *rule = rule_of(CALL_READ, fd);
    return rule != NULL ? fail(rule) : REAL(read)(fd, data, bytes);
}

/* ---- syncing, opening, space ------------------------------------------------------------------------ */

int fsync(int fd)
{
    const struct rule *rule = rule_of(CALL_SYNC, fd);
    return rule != NULL ? (int)fail(rule) : REAL(fsync)(fd);
}

int fdatasync(int fd)
{
    const struct rule *rule = rule_of(CALL_SYNC, fd);
    return rule != NULL ? (int)fail(rule) : REAL(fdatasync)(fd);
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    const struct rule *rule = rule_of_path(CALL_OPEN, path);
    return rule != NULL ? (int)fail(rule) : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open(path, flags, mode);
}

int statvfs(const char *path, struct statvfs *out)
{
    const int done = REAL(statvfs)(path, out);
    const struct rule *rule = done != 0 ? NULL : rule_of_path(CALL_SPACE, path);
    if (rule != NULL) {
        out->f_bavail = (fsblkcnt_t)((uint64_t)rule->room / out->f_frsize);
    }
    return done;
}

int statvfs64(const char *path, struct statvfs64 *out)
{
    const int done = REAL(statvfs64)(path, out);
    const struct rule *rule = done != 0 ? NULL : rule_of_path(CALL_SPACE, path);
    if (rule != NULL) {
        out->f_bavail = (fsblkcnt64_t)((uint64_t)rule->room / out->f_frsize);
    }
    return done;
}

/* ---- time ------------------------------------------------------------------------------------------- */

int clock_gettime(clockid_t id, struct timespec *out)
{
    const int done = REAL(clock_gettime)(id, out);
    int64_t add_us = 0;
    if (orders != NULL && id == CLOCK_REALTIME) {
        add_us = __atomic_load_n(&orders->wall_us, __ATOMIC_SEQ_CST);
    } else if (orders != NULL && id == CLOCK_BOOTTIME) {
        add_us = __atomic_load_n(&orders->boot_us, __ATOMIC_SEQ_CST);
    }
    if (done == 0) {
        const int64_t ns = out->tv_nsec + (add_us % 1000000 + 1000000) % 1000000 * 1000;
        out->tv_sec +=
            (add_us - (add_us % 1000000 + 1000000) % 1000000) / 1000000 + ns / 1000000000;
        out->tv_nsec = ns % 1000000000;
    }
    return done;
}
