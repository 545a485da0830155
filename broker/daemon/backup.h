/* Backups of the broker's store: a folder that holds a copy of the journal and of the referrals' sealed keys, and
 * `backup` in it, which says so.
 *
 *     backup    asks the broker that runs, or opens the store of one that does not; writes what is new behind what the
 *               folder has, each page verified against the chain and in one transaction; so a run that broke off is
 *               continued by the next one. Keys that were destroyed are destroyed in the folder too, keys that
 *               were sealed anew are copied again.
 *     restore   copies the folder into a store that is empty, and ends the journal there with a fact that says that
 *               what came behind this place is lost: agents then send again what they have kept.
 *
 * Key files and the configuration's files are not in it; the journal holds the configuration in force.
 */
#ifndef BROKER_DAEMON_BACKUP_H
#define BROKER_DAEMON_BACKUP_H

#include "broker/daemon/store_tools.h"

enum {
    BACKUP_NUMBERS_PASSED = 1000, /* case numbers that may have been told since the backup */
    BACKUP_KEPT_DAYS = 30 /* agents keep what they gave so long: older backups lose referrals */
};

/* Errors  CREATE: the folder holds something else; DATA: it is a copy of another journal; UNAVAILABLE, TEMPORARY: again
 *         later; IO: its disk is full or fails, what is there stays */
bool backup_run(const struct store_tools *tools, const char *folder, struct error *err)
    __attribute__((warn_unused_result));
/* Errors  NO_INPUT: no backup there; CREATE: the store is not empty; DATA: the backup is damaged */
bool backup_restore(const struct store_tools *tools, const char *folder, struct error *err)
    __attribute__((warn_unused_result));

#endif
