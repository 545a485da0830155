/* Opens what a cut left with the real modules, and looks for everything that was promised before it.
 *
 * Errors are told by returning false with err filled; the caller runs each in a process of its own, as a broken store
 * may also end it. */
#ifndef TESTS_CRASH_REOPEN_H
#define TESTS_CRASH_REOPEN_H

#include "base/error.h"
#include "base/keys.h"
#include "tests/crash/promise.h"

#include <stdbool.h>

/* What the broker's journal held in the end, and the state that each of its batches leads to. */
struct reopen_history;

/* store  the broker's folder with nothing lost; scratch: an empty folder's name to fold in */
struct reopen_history *reopen_history_create(const char *store, const char *scratch);
void reopen_history_destroy(struct reopen_history **history);

/* The journal is a beginning of the history, reaches what was promised and has the sealed key of every referral in
 * it that was not erased, and of no other; the state that a start makes of what was left is the one that this journal
 * leads to. The configuration in force is the one of the version, whole: of adoption K (version K + 1) both curators
 * have the capacity 30 + K and the policy's title ends in "K". */
bool reopen_broker(const struct reopen_history *history,
                   const char *store,
                   const struct promise *promise,
                   struct error *err) __attribute__((warn_unused_result));
/* `refbrokerd fsck` of the store. */
bool reopen_fsck(const char *store, struct error *err) __attribute__((warn_unused_result));
/* Every record opens; the spool is the one that was named, holds or has settled each command that was taken or sent;
 * deliveries that were acknowledged were applied; each referral that was taken is known, and waits in the spool or
 * was answered. A form that came into the drop folder beside the store is there whole, or is such a referral; one that
 * lies in `done` is. A delivery that was acknowledged is in the mirror; of offers and receipts among them a hook was told,
 * or the event is in the queue; nothing is left of a referral whose erasure was applied. */
bool reopen_agent(const char *store,
                  const struct key32 *storage,
                  const struct promise *promise,
                  struct error *err) __attribute__((warn_unused_result));

#endif
