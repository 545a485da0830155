/* Signals come through the descriptor. */
#include "base/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void signals_are_read_not_delivered_test(void **state)
{
    struct signals *signals = NULL;
    struct error err;

    (void)state;
    assert_true(signals_open(&signals, &err));
    struct pollfd poll_fd = {.fd = signals_fd(signals), .events = POLLIN};
    assert_int_equal(poll(&poll_fd, 1, 0), 0);
    struct signals_seen seen = signals_take(signals);
    assert_false(seen.stop || seen.reload || seen.child);
    (void)raise(SIGTERM);
    (void)raise(SIGHUP);
    (void)raise(SIGPIPE); /* blocked: nothing happens */
    assert_int_equal(poll(&poll_fd, 1, 0), 1);
    seen = signals_take(signals);
    assert_true(seen.stop && seen.reload && !seen.child);
    (void)raise(SIGINT);
    assert_true(signals_take(signals).stop);
    assert_false(signals_take(signals).stop);
    signals_close(&signals);
    assert_null(signals);
    signals_close(&signals);
}

static void signals_reset_lets_a_child_die_test(void **state)
{
    struct signals *signals = NULL;
    struct error err;
    int status = 0;

    (void)state;
    assert_true(signals_open(&signals, &err));
    pid_t child = fork();
    if (child == 0) {
        signals_reset();
        (void)raise(SIGTERM);
        _exit(3);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    assert_true(signals_take(signals).child);
    signals_close(&signals);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_are_read_not_delivered_test),
        cmocka_unit_test(signals_reset_lets_a_child_die_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
