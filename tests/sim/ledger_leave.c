/* Leaves, kept from durable facts alone: who is away has no work, whose case it is has it led. */
#include "tests/sim/ledger_book.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static bool is_absent(const struct ledger *ledger, uint32_t worker)
{
    return worker < LEDGER_BOOK_WORKERS && ledger->absent[worker];
}

/* Nothing may be left with somebody once everything was handed over. */
static void judge_away(const struct ledger *ledger, struct sim *sim, uint32_t worker)
{
    for (size_t i = 0; i < ledger->case_count; i++) {
        const struct ledger_book_case *at = &ledger->cases[i];
        const bool led = !id128_is_none(&at->lead) && at->lead_worker == worker;
        const bool offered = !id128_is_none(&at->offer) && at->offer_worker == worker;
        if (!at->ended && (led || offered)) {
            sim_breach(
                sim, "P2: a curator on leave still has a case, in batch %" PRIu64, ledger->durable);
        }
    }
}

static void take_move(struct ledger *ledger, struct sim *sim, const struct fact *fact)
{
    assert(fact->worker < LEDGER_BOOK_WORKERS);
    ledger->absent[fact->worker] = fact->code == FACT_LEAVE_BEGINS || fact->code == FACT_LEAVE_AWAY;
    if (fact->code == FACT_LEAVE_AWAY) {
        judge_away(ledger, sim, fact->worker);
    }
}

static void give_lead(struct ledger_book_case *found, const struct fact *fact)
{
    found->lead = fact->assignment;
    found->lead_worker = fact->worker;
    found->lead_site = fact->site;
    found->last_site = fact->site;
}

static void take_deputy(struct ledger *ledger,
                        struct sim *sim,
                        const struct fact *fact,
                        struct ledger_book_case *found)
{
    if (!id128_is_none(&found->lead) || !id128_equal(&found->suspended, &fact->other)) {
        sim_breach(sim, "a deputy leads in nobody's place, in batch %" PRIu64, ledger->durable);
    }
    assert(ledger->offer_count < LEDGER_BOOK_MAX);
    ledger->offers[ledger->offer_count++] = (struct ledger_book_offer){.id = fact->assignment,
                                                                       .case_id = fact->case_id,
                                                                       .worker = fact->worker,
                                                                       .site = fact->site};
    give_lead(found, fact);
}

void ledger_take_leave(struct ledger *ledger, struct sim *sim, const struct fact *fact)
{
    struct ledger_book_case *found = ledger_find_case(ledger, &fact->case_id);
    const bool gives = fact->kind == FACT_CURATOR_PROPOSED || fact->kind == FACT_DEPUTY_APPOINTED;
    if (gives && is_absent(ledger, fact->worker)) {
        sim_breach(sim, "a case went to somebody on leave, in batch %" PRIu64, ledger->durable);
    }
    if (ledger->uncovered && fact->kind != FACT_DEPUTY_APPOINTED) {
        sim_breach(sim, "a lead was suspended for no deputy, in batch %" PRIu64, ledger->durable);
    }
    ledger->uncovered = fact->kind == FACT_LEAD_SUSPENDED;
    if (fact->kind == FACT_LEAVE_MOVED) {
        take_move(ledger, sim, fact);
    } else if (fact->kind == FACT_DISMISSAL_ORDERED) {
        assert(fact->worker < LEDGER_BOOK_WORKERS);
        ledger->absent[fact->worker] = true;
    } else if (fact->kind == FACT_LEAD_SUSPENDED && found != NULL) {
        found->suspended = fact->assignment;
        memset(&found->lead, 0, sizeof(found->lead));
        found->lead_worker = 0;
        found->lead_site = 0;
    } else if (fact->kind == FACT_DEPUTY_APPOINTED && found != NULL) {
        take_deputy(ledger, sim, fact, found);
    } else if (fact->kind == FACT_LEAD_REVIVED && found != NULL) {
        give_lead(found, fact);
    }
}
