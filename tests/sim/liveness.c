/* Judging what became of every case and referral; see liveness.h. */
#include "tests/sim/liveness.h"

#include "broker/store/store.h"
#include "tests/sim/ledger.h"
#include "tests/sim/logbook.h"

#include <inttypes.h>

static void judge_open_case(struct sim *sim, const struct case_record *record)
{
    const bool led = !id128_is_none(&record->lead_assignment);
    const bool asked = record->desk == DESK_UNSPECIFIED;
    const bool approval = record->desk_reason == DESK_REASON_OUTCOME_APPROVAL;
    if (!led && asked) {
        sim_breach(
            sim, "P2: nobody answered, and case %u is on no desk", (unsigned)record->sequence);
    } else if (!led && !approval && !logbook_has_alarm(sim, record->sequence)) {
        sim_breach(
            sim, "P2: case %u lies on a desk and nobody was alarmed", (unsigned)record->sequence);
    }
}

/* What the referrer's receipts must say of a case that stands like this. */
static void judge_receipts(struct sim *sim,
                           const struct referral_record *referral,
                           const struct case_record *record)
{
    const int64_t *receipts = referral->receipts_us;
    const bool led = !id128_is_none(&record->lead_assignment);
    const bool over = record->state == CASE_CLOSED;
    if (receipts[RECEIPT_STORED] == 0) {
        sim_breach(sim, "P2: a referral of case %u is not stored", (unsigned)record->sequence);
    } else if (led && receipts[RECEIPT_DELIVERED] == 0 &&
               !referral->erased) { /* what was erased on its way gets to nobody */
        sim_breach(sim,
                   "P2: case %u has a curator, and a referrer no receipt of it",
                   (unsigned)record->sequence);
    } else if (over && receipts[RECEIPT_OUTCOME] == 0) {
        sim_breach(
            sim, "P2: case %u ended, and a referrer does not know", (unsigned)record->sequence);
    }
}

static bool is_open(const struct case_record *record)
{
    return record->state >= CASE_SIGNAL && record->state <= CASE_MONITORING;
}

void liveness_judge(struct sim *sim)
{
    struct store *store = sim->broker->books.store;
    struct id128 id;
    logbook_read(sim);
    for (size_t i = 0; !sim->broken && ledger_referral(sim->ledger, i, &id); i++) {
        struct referral_record referral;
        struct case_record record;
        if (!store_referral(store, &id, &referral) ||
            !store_case(store, &referral.case_id, &record)) {
            sim_breach(sim, "P1: referral %zu is in no case", i);
            return;
        }
        judge_receipts(sim, &referral, &record);
        if (is_open(&record)) {
            judge_open_case(sim, &record);
        }
    }
}
