/* One turn: the commands and deadlines decided together, and the facts they gave.
 *
 * Every fact is folded into the open state transaction as soon as it is emitted, so that the next command of the
 * turn sees it. When the turn ends, its batch goes to the journal as one record; only then may anything be
 * sent. A turn that emitted nothing writes nothing.
 *
 *     turn_begin ─ turn_command* ─ turn_acknowledge* ─ turn_deadlines ─ turn_batch ─ journal ─ turn_settle
 */
#ifndef BROKER_CORE_TURN_H
#define BROKER_CORE_TURN_H

#include "broker/core/core.h"
#include "proto/checks.h"

struct turn;

struct turn_options {
    int64_t now_us; /* core time; at least the last batch's */
    int64_t
        held_from_us; /* after an outage: offer timers due before hold_until and after held_from wait
                             for it; both 0: no outage */
    int64_t hold_until_us;
    bool disk_low; /* new referrals are refused DISK_LOW */
};

/* arena  the turn's; everything the turn hands out lives in it
 * Returns NULL when the arena is full */
struct turn *turn_begin(struct core *core, struct arena *arena, const struct turn_options *options);

/* Decide one command of a site (directory number, from the connection's key). The lane's order and repeats were
 * minded by the session already. The reply lives in the arena. */
struct reply turn_command(struct turn *turn, uint32_t site, const struct command *command);

/* A lane of a site begins anew: new spool incarnation. number = first command expected. */
void turn_start_lane(struct turn *turn,
                     uint32_t site,
                     enum lane lane,
                     struct id128 incarnation,
                     uint64_t number);
/* Deliveries up to number are durable at the site. */
void turn_acknowledge(struct turn *turn, uint32_t site, enum lane lane, uint64_t number);
/* The site's whole view was sent up to those lines and is durable there. */
void turn_resynced(struct turn *turn, uint32_t site, const uint64_t lines[LANE_END]);
/* A site that was away said Hello: lines are put for it again, so that nothing is lost that changes while its view is
 * on the way. Nothing when it is not away. */
void turn_returned(struct turn *turn, uint32_t site);
/* More lines wait for the site than LIMIT_OUTBOX_LINES: it is away, until its next Hello. Nothing otherwise.
 * turn_deadlines does this for the site whose outbox overflowed last. */
void turn_mark_away(struct turn *turn, uint32_t site);
/* Decide deadlines that are due, at most `most`. Returns how many; next_due_us: when the next is due, 0 none. */
size_t turn_deadlines(struct turn *turn, size_t most, int64_t *next_due_us);
/* A new configuration: rows and texts are compared with what is in force. Must be the turn's only work; after
 * the append the caller compiles and sets core->region. False: refused, problems say why (open cases on a
 * removed territory and the like); *changed false: nothing differs.
 *
 * proposal  the pending one that this is, or a plan as one (plans_proposal), settled by the same turn; NULL: the broker's
 *           own files */
bool turn_configure(struct turn *turn,
                    const struct proposal_record *proposal,
                    const struct region_input *input,
                    bool *changed,
                    struct problems *problems) __attribute__((warn_unused_result));

/* A pending proposal that was tried and holds, but whose time has not come (proposal->activate_us): it becomes a plan, and
 * is settled as planned by the same turn. Must be the turn's only work, and LIMIT_PLANS_WAITING not reached. */
void turn_plan(struct turn *turn,
               const struct proposal_record *proposal,
               const struct region_input *input);
/* A plan that was due did not come into force: it failed, for these reasons. */
void turn_settle_plan(struct turn *turn, const struct plan_record *plan, struct phrase reasons);

/* A pending proposal did not become a version: PROPOSAL_SAME, or PROPOSAL_REFUSED with the reasons. */
void turn_settle_proposal(struct turn *turn,
                          const struct proposal_record *proposal,
                          enum proposal_state state,
                          struct phrase reasons);

/* The batch to append, numbered after the state's position; NULL when the turn emitted nothing. Its time, number
 * and previous hash are set. */
const struct batch *turn_batch(struct turn *turn);
/* After a successful append: the state's position, hash and time. */
void turn_settle(struct turn *turn, const uint8_t hash[FACT_HASH_BYTES]);

/* True when the arena was too small in the middle of deciding: the state is ahead of any batch, so the
 * process must end without committing it. Keep the arena's use under half between commands. */
bool turn_failed(const struct turn *turn);

/* Referrals stored in this turn, whose sealed keys go to the journal's `keys` with the batch. */
struct turn_key {
    struct id128 referral;
    struct bytes sealed_key;
    uint32_t epoch;
};
size_t turn_keys(const struct turn *turn, const struct turn_key **keys);

/* Referrals erased in this turn, whose sealed keys are destroyed with the batch. */
size_t turn_erased(const struct turn *turn, const struct id128 **referrals);

/* Alarms of this turn, for the log: kind of fact, case number, reason code. */
struct turn_alarm {
    enum desk_reason reason;
    char case_number[LIMIT_SPEAKABLE_BYTES];
};
size_t turn_alarms(const struct turn *turn, const struct turn_alarm **alarms);

#endif
