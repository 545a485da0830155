/* Sites that are away or in quarantine: what they may be sent, what of theirs may count meanwhile. */
#include "tests/sim/ledger.h"

#include "broker/session/session.h"
#include "tests/sim/ledger_book.h"
#include "tests/sim/wraps.h"

#include <inttypes.h>

static const int64_t quarantine_us = SESSION_QUARANTINE_MS * INT64_C(1000);

/* The first of several, as nobody knows which of them the broker minded. */
void ledger_flooded(struct ledger *ledger, const struct sim *sim, int agent)
{
    struct ledger_book_agent *book = &ledger->agents[agent];
    if (!book->flooded || sim->boot_us >= book->flooded_us + quarantine_us) {
        book->flooded_us = sim->boot_us;
    }
    book->flooded = true;
}

/* What a broker remembers only while it runs. */
void ledger_forget_quarantine(struct ledger *ledger)
{
    for (int i = 0; i < SIM_AGENTS; i++) {
        ledger->agents[i].quarantine_until_us = 0;
    }
}

static struct ledger_book_agent *
agent_of(struct ledger *ledger, const struct sim *sim, uint32_t site)
{
    for (int i = 0; i < SIM_AGENTS; i++) {
        if (sim->agents[i].number == site && site != 0) {
            return &ledger->agents[i];
        }
    }
    return NULL;
}

bool ledger_was_flooded(const struct sim *sim, uint32_t site)
{
    const struct ledger_book_agent *agent = agent_of(sim->ledger, sim, site);
    return agent != NULL && agent->flooded;
}

void ledger_take_site(struct ledger *ledger, struct sim *sim, const struct fact *fact)
{
    struct ledger_book_agent *agent = agent_of(ledger, sim, fact->site);
    if (agent == NULL) {
        return;
    }
    if (fact->kind == FACT_SITE_AWAY) {
        agent->away = true;
    } else if (fact->kind == FACT_SITE_RETURNED || fact->kind == FACT_SITE_RESYNCED) {
        agent->away = false;
    } else if (fact->kind == FACT_CURATOR_PROPOSED && agent->away && fact->code != UINT32_MAX) {
        sim_breach(sim,
                   "P2: a case was offered to a site that is away, in batch %" PRIu64,
                   ledger->durable);
    }
}

void ledger_take_heard(struct ledger *ledger, struct sim *sim, uint32_t site)
{
    const struct ledger_book_agent *agent = agent_of(ledger, sim, site);
    if (agent != NULL && sim->boot_us < agent->quarantine_until_us) {
        sim_breach(sim, "P8: a site in quarantine was heard, in batch %" PRIu64, ledger->durable);
    }
}

void ledger_tell_site(struct ledger *ledger,
                      struct sim *sim,
                      int agent,
                      const struct envelope *envelope)
{
    struct ledger_book_agent *book = &ledger->agents[agent];
    if ((envelope->kind == BODY_DELIVERY || envelope->kind == BODY_DELIVERIES) && book->away) {
        sim_breach(sim, "P2: %s is away, and is sent single lines", sim->agents[agent].site);
    }
    if (envelope->kind != BODY_GOODBYE || envelope->body.goodbye.reason != GOODBYE_QUOTA) {
        return;
    }
    if (!book->flooded) {
        sim_breach(sim, "P8: %s is in quarantine for nothing", sim->agents[agent].site);
    }
    /* It began with the flood: the first that is said of it may be lost, and this the answer to a later Hello. */
    book->quarantine_until_us = book->flooded_us + quarantine_us;
}

/* Nobody waits for a site whose key is revoked, nor for one that never spoke. */
void ledger_epoch_over(struct ledger *ledger, const struct sim *sim, bool anyway)
{
    for (int i = 0; i < SIM_AGENTS; i++) {
        const bool known =
            sim->up && __real_store_site(sim->broker->books.store, sim->agents[i].number).known;
        ledger->agents[i].late =
            ledger->agents[i].late || anyway || ledger_is_refused(ledger, i) || !known;
    }
}
