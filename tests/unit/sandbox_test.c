/* The sandbox: what is left can be used, what was taken away cannot. Each claim in a child of its own, as nobody leaves.
 *
 * build: build/default
 */
#define _GNU_SOURCE 1
#include "base/sandbox.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ALL_GOOD = 0, NOT_ENTERED = 101, NOT_OFFERED = 102 };

typedef int claim(const char *folder); /* the child's exit status */

/* A folder that may be written, with one that may only be read beside it, and one that is not named. */
static int child_of(claim *claimed, const char *folder)
{
    const pid_t child = fork();
    int status = 0;

    if (child == 0) {
        char writable[256];
        char readable[256];
        (void)snprintf(writable, sizeof(writable), "%s/writable", folder);
        (void)snprintf(readable, sizeof(readable), "%s/readable", folder);
        const struct sandbox_path paths[] = {
            {writable, true}, {readable, false}, {"/there/is/no/such/path", true}};
        struct sandbox_state state;
        struct error err;
        if (!sandbox_enter(paths, 3, &state, &err)) {
            _exit(NOT_ENTERED);
        }
        if (strcmp(state.paths, "yes") != 0 || strcmp(state.calls, "yes") != 0) {
            _exit(NOT_OFFERED);
        }
        _exit(claimed(folder));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void claim_holds(claim *claimed)
{
    struct scratch *scratch = scratch_create();
    assert_int_equal(mkdir(scratch_path(scratch, "writable"), 0700), 0);
    assert_int_equal(mkdir(scratch_path(scratch, "readable"), 0700), 0);
    const int fd = open(scratch_path(scratch, "readable/file"), O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    (void)close(fd);
    char folder[200];
    (void)snprintf(folder, sizeof(folder), "%s", scratch_path(scratch, "."));
    const int status = child_of(claimed, folder);
    scratch_destroy(&scratch);
    if (status == NOT_OFFERED) {
        skip(); /* sanitizers, or a kernel without one of the two */
    }
    assert_int_equal(status, ALL_GOOD);
}

static bool refused(const char *folder, const char *name, int flags)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s%s", folder, name);
    return open(path, flags, 0600) < 0 && errno == EACCES;
}

static int other_paths_are_out_of_reach(const char *folder)
{
    return !refused("", "/etc/passwd", O_RDONLY)                   ? 1
           : !refused(folder, "/beside", O_WRONLY | O_CREAT)       ? 2
           : !refused(folder, "/readable/file", O_WRONLY)          ? 3
           : !refused(folder, "/readable/new", O_WRONLY | O_CREAT) ? 4
           : !refused("", "/proc/self/maps", O_RDONLY)             ? 5
                                                                   : ALL_GOOD;
}

static int named_paths_serve(const char *folder)
{
    char path[256];
    char other[256];
    (void)snprintf(path, sizeof(path), "%s/readable/file", folder);
    if (open(path, O_RDONLY) < 0) {
        return 1;
    }
    (void)snprintf(path, sizeof(path), "%s/writable/deep", folder);
    (void)snprintf(other, sizeof(other), "%s/writable/deeper", folder);
    if (mkdir(path, 0700) != 0 || rename(path, other) != 0 || rmdir(other) != 0) {
        return 2;
    }
    const int fd = open(path, O_RDWR | O_CREAT, 0600);
    return fd < 0 || ftruncate(fd, 4096) != 0 || unlink(path) != 0 ? 3 : ALL_GOOD;
}

static int nothing_can_be_executed(const char *folder)
{
    char shell[] = "/bin/sh";
    char *const arguments[] = {shell, NULL};
    (void)folder;
    return execv(shell, arguments) == -1 && errno == ENOSYS ? ALL_GOOD : 1;
}

static int calls_of_others_do_not_exist(const char *folder)
{
    (void)folder;
    return chroot("/") != -1 || errno != ENOSYS                      ? 1
           : socket(AF_PACKET, SOCK_RAW, 0) != -1 || errno != ENOSYS ? 2
           : setuid(getuid()) != -1 || errno != ENOSYS               ? 3
           : prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1             ? 4
                                                                     : ALL_GOOD;
}

static int children_and_sockets_work(const char *folder)
{
    int status = 0;
    (void)folder;
    const pid_t child = fork();
    if (child == 0) {
        _exit(socket(AF_INET, SOCK_STREAM, 0) >= 0 && refused("", "/etc/passwd", O_RDONLY) ? 7 : 1);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7
               ? ALL_GOOD
               : 1;
}

static void paths_that_were_not_named_are_out_of_reach(void **state)
{
    (void)state;
    claim_holds(other_paths_are_out_of_reach);
}

static void named_paths_serve_as_they_were_named(void **state)
{
    (void)state;
    claim_holds(named_paths_serve);
}

static void no_program_can_be_executed(void **state)
{
    (void)state;
    claim_holds(nothing_can_be_executed);
}

static void calls_that_no_daemon_makes_do_not_exist(void **state)
{
    (void)state;
    claim_holds(calls_of_others_do_not_exist);
}

static void a_child_works_and_is_no_freer(void **state)
{
    (void)state;
    claim_holds(children_and_sockets_work);
}

static void memory_is_not_dumped(void **state)
{
    struct rlimit limit;
    (void)state;
    sandbox_forbid_dumps();
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_int_equal(limit.rlim_cur, 0);
    assert_int_equal(limit.rlim_max, 0);
#if !defined(__SANITIZE_ADDRESS__)
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_that_were_not_named_are_out_of_reach),
        cmocka_unit_test(named_paths_serve_as_they_were_named),
        cmocka_unit_test(no_program_can_be_executed),
        cmocka_unit_test(calls_that_no_daemon_makes_do_not_exist),
        cmocka_unit_test(a_child_works_and_is_no_freer),
        cmocka_unit_test(memory_is_not_dumped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
