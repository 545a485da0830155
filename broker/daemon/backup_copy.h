/* What is new in one journal, appended to a copy of it: batches with their chain verified, and sealed keys. */
#ifndef BROKER_DAEMON_BACKUP_COPY_H
#define BROKER_DAEMON_BACKUP_COPY_H

#include "base/clock.h"
#include "base/log.h"
#include "broker/daemon/backup_source.h"

struct backup_copy {
    struct backup_source *from;
    struct journal *to;
    struct arena *arena; /* reset for every page */
    const struct clock *clock;
    struct log *log;
    /* out: */
    uint64_t batches;
    uint64_t bytes;
    uint64_t keys;
    int64_t last_us; /* time of the last batch copied; 0: none was */
};

/* Errors  DATA: the copy is not a beginning of that journal, or the journal's chain is broken. What was copied before a
 *         failure stays, and is a beginning of the journal. */
bool backup_copy_run(struct backup_copy *copy, struct error *err)
    __attribute__((warn_unused_result));

#endif
