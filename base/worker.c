/* One job, a lock around it, and a condition for either side. */
#include "base/worker.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    worker_job *job; /* NULL: none */
    void *world;
    bool stopping;
};

static void *work(void *argument)
{
    struct worker *worker = argument;

    (void)pthread_mutex_lock(&worker->lock);
    for (;;) {
        while (worker->job == NULL && !worker->stopping) {
            (void)pthread_cond_wait(&worker->changed, &worker->lock);
        }
        if (worker->job == NULL) {
            break;
        }
        worker_job *job = worker->job;
        (void)pthread_mutex_unlock(&worker->lock);
        job(worker->world);
        (void)pthread_mutex_lock(&worker->lock);
        worker->job = NULL;
        (void)pthread_cond_broadcast(&worker->changed);
    }
    (void)pthread_mutex_unlock(&worker->lock);
    return NULL;
}

bool worker_start(struct worker **out, struct error *err)
{
    sigset_t all;
    sigset_t before;
    struct worker *worker = calloc(1, sizeof(*worker));

    if (worker == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    (void)pthread_mutex_init(&worker->lock, NULL);
    (void)pthread_cond_init(&worker->changed, NULL);
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int rc = pthread_create(&worker->thread, NULL, work, worker);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        (void)pthread_cond_destroy(&worker->changed);
        (void)pthread_mutex_destroy(&worker->lock);
        free(worker);
        return error_set_errno(err, ERROR_OS, rc, "cannot start a thread");
    }
    *out = worker;
    return true;
}

void worker_stop(struct worker **worker)
{
    struct worker *old = *worker;

    if (old == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&old->lock);
    old->stopping = true;
    (void)pthread_cond_broadcast(&old->changed);
    (void)pthread_mutex_unlock(&old->lock);
    (void)pthread_join(old->thread, NULL);
    (void)pthread_cond_destroy(&old->changed);
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
    *worker = NULL;
}

void worker_give(struct worker *worker, worker_job *job, void *world)
{
    (void)pthread_mutex_lock(&worker->lock);
    assert(worker->job == NULL && !worker->stopping);
    worker->job = job;
    worker->world = world;
    (void)pthread_cond_broadcast(&worker->changed);
    (void)pthread_mutex_unlock(&worker->lock);
}

bool worker_is_busy(struct worker *worker)
{
    (void)pthread_mutex_lock(&worker->lock);
    const bool busy = worker->job != NULL;
    (void)pthread_mutex_unlock(&worker->lock);
    return busy;
}

void worker_wait(struct worker *worker)
{
    (void)pthread_mutex_lock(&worker->lock);
    while (worker->job != NULL) {
        (void)pthread_cond_wait(&worker->changed, &worker->lock);
    }
    (void)pthread_mutex_unlock(&worker->lock);
}
