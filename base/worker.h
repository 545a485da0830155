/* A thread of a program's own that does one job at a time, so that the program's loop need not wait for a disk.
 *
 * Between worker_give and worker_wait the job's world is the worker's; before and after it is the owner's, and each sees
 * all that the other wrote. Signals are left to the owner's thread. */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include "base/error.h"

#include <stdbool.h>

struct worker;
typedef void worker_job(void *world);

/* Errors  OS: no thread to be had */
bool worker_start(struct worker **out, struct error *err) __attribute__((warn_unused_result));
/* Waits for a job that runs. */
void worker_stop(struct worker **worker);

/* Only while it has none (asserted). */
void worker_give(struct worker *worker, worker_job *job, void *world);
/* Whether a job was given that is not done. */
bool worker_is_busy(struct worker *worker);
/* Returns when nothing is left to do. */
void worker_wait(struct worker *worker);

#endif
