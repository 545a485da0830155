/* What was erased: nobody opens it again, everybody who had it confirms, and says so only when it is gone. */
#include "tests/sim/ledger.h"

#include "agents/store/agent_store.h"
#include "tests/sim/ledger_book.h"

#include <inttypes.h>
#include <string.h>

enum {
    FACTS_AT = ID128_BYTES,
    KEPT_AT = 8,
    VIEW_AT = 1
}; /* where a key of each table has the referral */

void ledger_take_erasure(struct ledger *ledger, struct sim *sim, const struct fact *fact)
{
    struct ledger_book_referral *referral = ledger_find_referral(ledger, &fact->referral);
    if (referral == NULL) {
        return;
    }
    if (fact->kind == FACT_REFERRAL_ERASED) {
        referral->erased = true;
    } else if (fact->kind == FACT_COPIES_SUPPOSED && !ledger->went_back) {
        sim_breach(sim, "P4: copies are supposed of what no broker forgot");
    } else if (fact->kind == FACT_COPIES_SUPPOSED) {
        referral->supposed = true;
    } else if (fact->kind == FACT_DISCLOSED && referral->erased) {
        sim_breach(
            sim, "P4: erased sections were opened to somebody, in batch %" PRIu64, ledger->durable);
    }
}

bool ledger_is_erased(const struct ledger *ledger, const struct id128 *id)
{
    for (size_t i = 0; i < ledger->referral_count; i++) {
        if (id128_equal(&ledger->referrals[i].id, id)) {
            return ledger->referrals[i].erased;
        }
    }
    return false;
}

bool ledger_had_sections(const struct ledger *ledger, uint32_t site, const struct id128 *id)
{
    for (size_t i = 0; i < ledger->disclosure_count; i++) {
        if (ledger->disclosures[i].site == site &&
            id128_equal(&ledger->disclosures[i].referral, id)) {
            return true;
        }
    }
    return false;
}

void ledger_judge_keys(struct ledger *ledger, struct sim *sim)
{
    struct journal_key key;
    for (size_t i = 0; i < ledger->referral_count && !sim->broken; i++) {
        if (ledger->referrals[i].erased &&
            journal_key(sim->broker->books.journal, &ledger->referrals[i].id, sim->arena, &key)) {
            sim_breach(sim, "P4: the key of an erased referral is still there");
        }
    }
}

/* ---- at the end ---------------------------------------------------------------------------------- */

static bool holds(struct agent_store *store,
                  enum agent_store_table table,
                  size_t at,
                  const struct id128 *referral)
{
    struct agent_store_key key;
    uint8_t from[AGENT_STORE_KEY_BYTES_MAX + 1] = {0};
    size_t from_bytes = 1;
    while (agent_store_seek_key(store, table, bytes_of(from, from_bytes), &key)) {
        const bool views = table == AGENT_STORE_VIEWS || table == AGENT_STORE_ASIDE;
        if (key.size >= at + ID128_BYTES && memcmp(key.data + at, referral->bytes, 16) == 0 &&
            (!views || key.data[0] == DELIVERY_DISCLOSURE)) {
            return true;
        }
        memcpy(from, key.data, key.size);
        from[key.size] = 0;
        from_bytes = key.size + 1; /* behind it */
    }
    return false;
}

static void judge_agent(struct sim *sim, const struct sim_agent *at, const struct id128 *id)
{
    struct error err;
    struct agent_store *store = at->agent.store;
    if (!agent_store_begin(store, &err)) {
        sim_breach(sim, "%s: %s", at->site, err.text);
        return;
    }
    if (holds(store, AGENT_STORE_FACTS, FACTS_AT, id) ||
        holds(store, AGENT_STORE_KEPT, KEPT_AT, id) ||
        holds(store, AGENT_STORE_VIEWS, VIEW_AT, id) ||
        holds(store, AGENT_STORE_ASIDE, VIEW_AT, id)) {
        sim_breach(sim, "P4: %s still has what was erased", at->site);
    }
    if (!agent_store_commit(store, &err)) {
        sim_breach(sim, "%s: %s", at->site, err.text);
    }
}

static void judge_act(struct ledger *ledger, struct sim *sim, const struct id128 *id)
{
    struct shown_record shown;
    uint32_t site = 0;
    uint32_t told = 0;
    while (store_shown_after(sim->broker->books.store, id, &site, &shown)) {
        told++;
        if (shown.confirmed_us == 0) {
            sim_breach(sim, "P4: an erasure was never confirmed by site %u", (unsigned)site);
        }
    }
    for (int i = 0; i < SIM_AGENTS; i++) {
        const uint32_t number = sim->agents[i].number;
        if (ledger_had_sections(ledger, number, id) &&
            !store_shown(sim->broker->books.store, id, number, &shown)) {
            sim_breach(sim, "P4: the act of an erasure leaves out %s", sim->agents[i].site);
        }
    }
    if (told == 0) {
        sim_breach(sim, "P4: the act of an erasure is empty");
    }
}

void ledger_judge_erasures(struct ledger *ledger, struct sim *sim)
{
    for (size_t i = 0; i < ledger->referral_count && !sim->broken; i++) {
        const struct id128 *id = &ledger->referrals[i].id;
        if (!ledger->referrals[i].erased) {
            continue;
        }
        judge_act(ledger, sim, id);
        for (int j = 0; j < SIM_AGENTS && !sim->broken; j++) {
            judge_agent(sim, &sim->agents[j], id);
        }
    }
}
