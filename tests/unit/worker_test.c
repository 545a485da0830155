/* One job at a time, done by another thread, and seen by the owner after it waited. */
#include "base/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

struct world {
    pthread_t thread;
    int count;
    int gate[2]; /* the job reads a byte before it goes on */
    bool takes_signals;
};

static void job(void *argument)
{
    struct world *world = argument;
    char byte;
    sigset_t blocked;

    world->thread = pthread_self();
    (void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    world->takes_signals = sigismember(&blocked, SIGTERM) == 0;
    world->count += read(world->gate[0], &byte, 1) == 1 ? 1 : 1000;
}

static void a_job_runs_beside_its_owner_test(void **state)
{
    (void)state;
    struct error err;
    struct worker *worker = NULL;
    struct world world = {.count = 0};

    assert_int_equal(pipe(world.gate), 0);
    assert_true(worker_start(&worker, &err));
    assert_false(worker_is_busy(worker));
    worker_wait(worker); /* for nothing */
    for (int i = 1; i <= 3; i++) {
        worker_give(worker, job, &world);
        assert_true(worker_is_busy(worker));
        assert_int_equal(write(world.gate[1], "x", 1), 1);
        worker_wait(worker);
        assert_false(worker_is_busy(worker));
        assert_int_equal(world.count, i);
    }
    assert_false(pthread_equal(world.thread, pthread_self()));
    assert_false(world.takes_signals); /* they are the owner's */
    worker_stop(&worker);
    assert_null(worker);
    worker_stop(&worker);
    (void)close(world.gate[0]);
    (void)close(world.gate[1]);
}

static void stopping_waits_for_the_job_test(void **state)
{
    (void)state;
    struct error err;
    struct worker *worker = NULL;
    struct world world = {.count = 0};

    assert_int_equal(pipe(world.gate), 0);
    assert_true(worker_start(&worker, &err));
    worker_give(worker, job, &world);
    assert_int_equal(write(world.gate[1], "x", 1), 1);
    worker_stop(&worker);
    assert_int_equal(world.count, 1);
    (void)close(world.gate[0]);
    (void)close(world.gate[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_runs_beside_its_owner_test),
        cmocka_unit_test(stopping_waits_for_the_job_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
