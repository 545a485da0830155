/* A journal to be copied: opened here, or, while a broker has it, asked for over the socket in the store's folder. */
#ifndef BROKER_DAEMON_BACKUP_SOURCE_H
#define BROKER_DAEMON_BACKUP_SOURCE_H

#include "broker/daemon/backup_page.h"

struct backup_source;

/* folder  of the journal; the broker's socket lies beside it
 * Errors  NO_INPUT: there is no journal; UNAVAILABLE: neither the journal nor its broker can be had */
bool backup_source_open(struct backup_source **out, const char *folder, struct error *err)
    __attribute__((warn_unused_result));
void backup_source_close(struct backup_source **source);
/* True: a broker that runs answers. */
bool backup_source_is_live(const struct backup_source *source);

/* The page lives in the arena. */
bool backup_source_ask(struct backup_source *source,
                       const struct backup_page_request *request,
                       struct arena *arena,
                       struct backup_page *out,
                       struct error *err) __attribute__((warn_unused_result));

#endif
