/* Inside the folds only: what a fold function is given, and the lines it may put into outboxes.
 *
 * Lines are the folds' business because they are part of the state: the same facts give the same lines
 * with the same numbers, on a replay as in the turn that decided them.
 */
#ifndef BROKER_CORE_FOLD_PART_H
#define BROKER_CORE_FOLD_PART_H

#include "broker/core/fold.h"

struct fold {
    struct store *store;
    struct arena *arena;
    const struct entry *entry;
    const struct fact *fact;
    const struct fold_place *place;
};

typedef void fold_function(const struct fold *fold);

/* Configuration and exchange */
fold_function fold_configuration_adopted, fold_row_set, fold_row_removed, fold_policy_text;
fold_function fold_site_key;
fold_function fold_copies_supposed, fold_referral_erased, fold_erasure_confirmed;
fold_function fold_proposal_part, fold_proposal_made, fold_proposal_settled;
fold_function fold_plan_text, fold_plan_row, fold_plan_made, fold_plan_due, fold_plan_settled;
fold_function fold_plan_signed, fold_shadow_decided;
fold_function fold_lane_acknowledged, fold_lane_started, fold_site_away, fold_site_returned,
    fold_site_resynced, fold_journal_restored;
/* Referrals and cases */
fold_function fold_referral_stored, fold_referral_joined, fold_referral_due;
fold_function fold_referral_delivered, fold_referral_seen;
fold_function fold_case_opened, fold_duplicate_suspected, fold_duplicate_rejected, fold_case_merged;
fold_function fold_decided, fold_risk_raised, fold_escalated;
fold_function fold_put_on_desk, fold_taken_off_desk, fold_notice_sent;
fold_function fold_outcome_proposed, fold_outcome_rejected, fold_case_closed;
fold_function fold_disclosed, fold_disclosure_ended;
/* Offers and assignments */
fold_function fold_curator_proposed, fold_offer_delivered, fold_offer_seen, fold_offer_accepted;
fold_function fold_offer_refused, fold_offer_expired, fold_offer_withdrawn, fold_assignment_ended;
fold_function fold_curator_lost, fold_worker_dismissed;
/* Leave, deputies, capacity */
fold_function fold_leave_set, fold_leave_moved, fold_lead_suspended, fold_deputy_appointed;
fold_function fold_lead_revived, fold_capacity_set, fold_dismissal_ordered;

/* ---- lines ---------------------------------------------------------------------------------------- */

struct fold_line {
    uint32_t site;
    enum delivery_kind kind;
    struct id128 entity;
    bool urgent;
    bool gone;
};
/* Put a line about an entity into a site's outbox, in place of a pending one about it. A site that is away
 * gets no lines; what it may see is kept for its resync. */
void fold_put_line(struct store *store, const struct fold_line *line);

/* Lines to everybody whom a change of this case concerns: the authors of its referrals, the site of the open
 * offer, the lead's site, the sites of the desk. */
void fold_tell_author(struct store *store,
                      const struct case_record *record,
                      const struct referral_record *referral);
void fold_tell_authors(struct store *store, const struct case_record *record);
void fold_tell_case(struct store *store, const struct case_record *record);

/* ---- records that every fold uses ------------------------------------------------------------------ */

/* The case of the fact; it exists (asserted: facts were decided on it). */
struct case_record fold_case_of(const struct fold *fold);
struct case_record fold_case_by_id(struct store *store, const struct id128 *id);
struct referral_record fold_referral_by_id(struct store *store, const struct id128 *id);
struct assignment_record fold_assignment_by_id(struct store *store, const struct id128 *id);

/* Calls f for every referral of the case and writes it back. */
typedef void fold_referral_change(const struct fold *fold,
                                  const struct case_record *record,
                                  struct referral_record *referral);
void fold_each_referral(const struct fold *fold,
                        const struct case_record *record,
                        fold_referral_change *change);
/* Append to a referral's updates; the oldest falls out when they are full. */
void fold_add_update(struct referral_record *referral,
                     enum update_kind kind,
                     int64_t at_us,
                     uint32_t code,
                     uint32_t worker);
/* A receipt is given once: the first time counts. */
void fold_give_receipt(struct referral_record *referral, enum receipt receipt, int64_t at_us);
/* An assignment begins to count, or counts no more, in its worker's load. */
void fold_reserve(struct store *store, const struct assignment_record *assignment);
void fold_release(struct store *store, const struct assignment_record *assignment);
/* A worker on leave gets a case that a deputy leads meanwhile, or it is no longer so. */
void fold_count_suspended(struct store *store,
                          const struct assignment_record *assignment,
                          bool suspended);
/* The worker is gone for ever; deadlines pass on what is open. */
void fold_begin_dismissal(const struct fold *fold, uint32_t worker);
/* The entity of a worker's timers. */
struct id128 fold_worker_entity(uint32_t worker);
/* Something that waits by a version of the policy: while its timer is set, that version stays alive. */
struct fold_wait {
    enum timer_kind kind;
    struct id128 entity;
    uint32_t version;
};
void fold_move_wait(struct store *store,
                    const struct fold_wait *wait,
                    int64_t old_us,
                    int64_t new_us);
/* A timer moves from one due time to another; 0 is none. */
void fold_move_timer(struct store *store,
                     enum timer_kind kind,
                     const struct id128 *entity,
                     int64_t old_us,
                     int64_t new_us);

#endif
