/* The ledger: what was promised to whom, kept beside the parties and compared with what they say and do.
 *
 * It believes only what is durable (batches that the journal finished, commits of agents) and what travels. It knows
 * nothing of the product's state: who may see what is worked out again from the facts, by a handful of rules.
 */
#ifndef TESTS_SIM_LEDGER_H
#define TESTS_SIM_LEDGER_H

#include "broker/journal/journal.h"
#include "tests/sim/sim.h"

struct ledger;

struct ledger *ledger_create(void);
void ledger_destroy(struct ledger **ledger);

/* ---- the broker's side ----------------------------------------------------------------------------- */

/* That set is being proposed; it is in force once its batch is durable. */
void ledger_propose(struct ledger *ledger, size_t set);
/* An administrator sends that set as a proposal. */
void ledger_intend(struct ledger *ledger, const struct id128 *proposal, size_t set);
/* How many there are; they are numbered from 1. */
uint32_t ledger_versions(const struct ledger *ledger);
uint32_t ledger_plans(const struct ledger *ledger);
/* An agent whose key is revoked. */
bool ledger_is_refused(const struct ledger *ledger, int agent);
bool ledger_has_pending(const struct ledger *ledger);
/* Some wait, or are being checked again. */
bool ledger_has_plans(const struct ledger *ledger);
/* What is in force is what was proposed. */
void ledger_judge_version(struct ledger *ledger, struct sim *sim);
/* A fact was folded that is in no finished batch yet. */
void ledger_fold(struct ledger *ledger);
void ledger_forget_ahead(struct ledger *ledger);
void ledger_append_begins(struct ledger *ledger, const struct journal_record *record);
void ledger_append_finished(struct ledger *ledger, struct sim *sim);
/* The journal and the state were opened: nothing that was durable may be missing. */
void ledger_broker_opened(struct ledger *ledger, struct sim *sim);

/* A backup was made; much later the broker comes back with it. */
void ledger_copy(struct ledger *ledger);
void ledger_go_back(struct ledger *ledger);

/* ---- an agent's side ------------------------------------------------------------------------------- */

void ledger_agent_commits(struct ledger *ledger, struct sim *sim, int agent);
void ledger_agent_committed(struct ledger *ledger, int agent);
void ledger_agent_opened(struct ledger *ledger, struct sim *sim, int agent);
/* Its store is gone for good: what it had promised and not handed on is excused. */
void ledger_agent_lost_store(struct ledger *ledger, int agent);

/* A disclosure secret was destroyed. What sites that nobody waited for still have to send is refused. */
void ledger_epoch_over(struct ledger *ledger, const struct sim *sim, bool anyway);

/* Garbage comes from its machine. */
void ledger_flooded(struct ledger *ledger, const struct sim *sim, int agent);
bool ledger_was_flooded(const struct sim *sim, uint32_t site);

/* ---- what is said ---------------------------------------------------------------------------------- */

/* An operator says something under its number. */
void ledger_ask(struct ledger *ledger, int agent, const struct command *command);
/* Did an operator ever give it? */
bool ledger_was_asked(const struct ledger *ledger, const struct id128 *referral);
/* The agent says that it is kept. */
void ledger_promise(struct ledger *ledger, int agent, const struct id128 *referral, bool repeated);
/* Whatever the agent told its operators since. */
void ledger_hear(struct ledger *ledger, struct sim *sim, int party);
void ledger_sent(struct ledger *ledger,
                 struct sim *sim,
                 int party,
                 const uint8_t key[KEYS_BYTES],
                 struct bytes frame);

/* ---- judging --------------------------------------------------------------------------------------- */

/* Cases that facts touched since the last call; at most `most`. */
size_t ledger_touched(struct ledger *ledger, struct id128 *cases, size_t most);
/* Everything that was accepted, one after another from index 0. False: no more. */
bool ledger_referral(const struct ledger *ledger, size_t index, struct id128 *id);
bool ledger_is_erased(const struct ledger *ledger, const struct id128 *id);
void ledger_case_of(const struct ledger *ledger, size_t index, struct id128 *case_id);
/* Its receipts as the state has them now: none may be taken back. */
void ledger_note_receipts(struct ledger *ledger,
                          struct sim *sim,
                          size_t index,
                          const int64_t receipts_us[RECEIPT_END]);
/* The broker has no key of what was erased. */
void ledger_judge_keys(struct ledger *ledger, struct sim *sim);
/* At the end: every act is complete, and no agent has any of it. */
void ledger_judge_erasures(struct ledger *ledger, struct sim *sim);
/* At the end: every promise was kept. */
void ledger_judge_promises(struct ledger *ledger, struct sim *sim);

#endif
