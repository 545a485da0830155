/* What administrators proposed and what came into force, from facts alone: which set, when, by whom, in which version. */
#include "tests/sim/ledger.h"

#include "broker/core/versions.h"
#include "tests/sim/ledger_book.h"
#include "tests/sim/region_set.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

static uint32_t refused_by(const struct sim *sim, size_t set)
{
    const char *refused = sim->region->sets[set].refused_site;
    const int agent = refused == NULL ? -1 : region_set_site(sim->region, refused);
    return agent < 0 ? 0 : UINT32_C(1) << agent;
}

static const struct ledger_book_version *in_force(const struct ledger *ledger)
{
    return &ledger->versions[ledger->version];
}

bool ledger_is_refused(const struct ledger *ledger, int agent)
{
    return agent >= 0 && (in_force(ledger)->refused >> agent & 1) != 0;
}

uint32_t ledger_versions(const struct ledger *ledger)
{
    return ledger->version;
}

uint32_t ledger_plans(const struct ledger *ledger)
{
    return ledger->plan_count;
}

void ledger_propose(struct ledger *ledger, size_t set)
{
    ledger->proposed = set;
}

void ledger_intend(struct ledger *ledger, const struct id128 *proposal, size_t set)
{
    assert(ledger->intent_count < LEDGER_BOOK_PLANS);
    ledger->intents[ledger->intent_count++] =
        (struct ledger_book_intent){.proposal = *proposal, .set = set};
}

static size_t intended(const struct ledger *ledger, const struct id128 *proposal)
{
    size_t i = 0;
    while (i < ledger->intent_count && !id128_equal(&ledger->intents[i].proposal, proposal)) {
        i++;
    }
    return i < ledger->intent_count ? ledger->intents[i].set : SIZE_MAX;
}

/* ---- facts --------------------------------------------------------------------------------------- */

static void take_made(struct ledger *ledger, struct sim *sim, const struct fact *fact)
{
    const size_t set = fact->code == VERSION_ROLLED_BACK
                           ? ledger->versions[fact->version % LEDGER_BOOK_PLANS].set
                           : intended(ledger, &fact->other);
    if (fact->worker != sim->administrator) {
        sim_breach(sim, "P6: a set was proposed by somebody who is no administrator");
    }
    if (set >= sim->region->set_count) {
        sim_breach(sim, "P6: a set was proposed that nobody sent");
        return;
    }
    ledger->pending = (struct ledger_book_made){.pending = true,
                                                .proposal = fact->other,
                                                .set = set,
                                                .version = fact->version,
                                                .shadow = fact->flag,
                                                .due_us = fact->due_us};
}

/* The digests of its texts, and of those that it follows. */
static bool keeps_texts(struct sim *sim, const struct fact *fact, size_t set)
{
    const struct region_input *input = &sim->region->sets[set].input;
    const uint8_t *told = fact->blob.data;
    uint8_t should[REGION_DIGEST_BYTES];
    region_digest(input->code, input->texts, input->text_count, should);
    if (fact->blob.size < 2 * sizeof(should) || memcmp(told, should, sizeof(should)) != 0) {
        sim_breach(sim, "P6: a plan has other texts than were proposed");
        return false;
    }
    return memcmp(told, told + sizeof(should), sizeof(should)) == 0;
}

static void take_plan(struct ledger *ledger, struct sim *sim, const struct fact *fact)
{
    const struct ledger_book_made *made = &ledger->pending;
    assert(fact->number == ledger->plan_count + 1 && fact->number < LEDGER_BOOK_PLANS);
    if (!made->pending || !id128_equal(&made->proposal, &fact->other)) {
        sim_breach(sim, "P6: a plan was made that nobody proposed");
    }
    const uint32_t base = in_force(ledger)->refused;
    const uint32_t refused = refused_by(sim, made->set);
    ledger->plans[++ledger->plan_count] =
        (struct ledger_book_plan){.state = fact->flag ? PLAN_SHADOW : PLAN_WAITING,
                                  .set = made->set,
                                  .due_us = fact->due_us,
                                  .keeps_texts = keeps_texts(sim, fact, made->set),
                                  .refuses = refused & ~base,
                                  .readmits = base & ~refused};
}

static void take_due(struct ledger *ledger, struct sim *sim, const struct ledger_fact *of)
{
    struct ledger_book_plan *plan = &ledger->plans[of->fact->number % LEDGER_BOOK_PLANS];
    const bool asked = of->entry->cause == ENTRY_COMMAND;
    if (plan->state != PLAN_WAITING && !(asked && plan->state == PLAN_SHADOW)) {
        sim_breach(sim, "P6: the time came of a plan in state %d", (int)plan->state);
    } else if (!asked && ledger->time_us < plan->due_us) {
        sim_breach(sim, "P6: a plan is to come into force before its time");
    }
    plan->state = PLAN_DUE;
}

/* Which set may come into force by this fact; SIZE_MAX: none. */
static size_t allowed(const struct ledger *ledger, const struct fact *fact)
{
    const struct ledger_book_made *made = &ledger->pending;
    if (fact->code_2 != 0) {
        const struct ledger_book_plan *plan = &ledger->plans[fact->code_2 % LEDGER_BOOK_PLANS];
        return plan->state == PLAN_DUE ? plan->set : SIZE_MAX;
    }
    if (fact->code == VERSION_FROM_FILES) {
        return ledger->proposed;
    }
    const bool now = made->pending && !made->shadow && made->due_us <= ledger->time_us;
    const bool same = fact->code != VERSION_ROLLED_BACK || fact->number == made->version;
    return now && same ? made->set : SIZE_MAX;
}

static void take_adopted(struct ledger *ledger, struct sim *sim, const struct fact *fact)
{
    const size_t set = allowed(ledger, fact);
    assert(fact->version < LEDGER_BOOK_PLANS);
    if (set >= sim->region->set_count || sim->region->sets[set].damaged ||
        fact->version != ledger->version + 1) {
        sim_breach(sim, "P6: version %u came into force, and should not", (unsigned)fact->version);
        return;
    }
    struct ledger_book_version version = {.set = set, .refused = refused_by(sim, set)};
    if (fact->code_2 != 0) {
        const struct ledger_book_plan *plan = &ledger->plans[fact->code_2];
        version.set = plan->keeps_texts ? in_force(ledger)->set : set;
        version.refused = (in_force(ledger)->refused & ~plan->readmits) | plan->refuses;
    } else if (fact->code == VERSION_ROLLED_BACK) {
        version.set = ledger->versions[fact->number].set;
        version.refused = in_force(ledger)->refused; /* keys of sites do not come back */
    }
    ledger->version = fact->version;
    ledger->versions[fact->version] = version;
}

void ledger_take_policy(struct ledger *ledger, struct sim *sim, const struct ledger_fact *of)
{
    const struct fact *fact = of->fact;
    switch ((int)fact->kind) {
    case FACT_PROPOSAL_MADE:
        take_made(ledger, sim, fact);
        break;
    case FACT_PROPOSAL_SETTLED:
        ledger->pending.pending =
            ledger->pending.pending && !id128_equal(&ledger->pending.proposal, &fact->other);
        break;
    case FACT_PLAN_MADE:
        take_plan(ledger, sim, fact);
        break;
    case FACT_PLAN_DUE:
        take_due(ledger, sim, of);
        break;
    case FACT_PLAN_SETTLED:
        ledger->plans[fact->number % LEDGER_BOOK_PLANS].state = (enum plan_state)fact->code;
        break;
    case FACT_CONFIGURATION_ADOPTED:
        take_adopted(ledger, sim, fact);
        break;
    default:
        break;
    }
}

/* ---- judging ------------------------------------------------------------------------------------- */

void ledger_hear_withdrawn(struct ledger *ledger, struct sim *sim, uint32_t plan)
{
    if (plan > ledger->plan_count || ledger->plans[plan].state != PLAN_WITHDRAWN) {
        sim_breach(sim, "P6: an administrator was told that plan %u is withdrawn", (unsigned)plan);
    }
}

void ledger_judge_version(struct ledger *ledger, struct sim *sim)
{
    struct store *store = sim->broker->books.store;
    const uint32_t version = store_meta(store)->version;
    const struct region_input *input = &sim->region->sets[in_force(ledger)->set].input;
    uint8_t is[REGION_DIGEST_BYTES];
    uint8_t should[REGION_DIGEST_BYTES];
    if (version != ledger->version || sim->broker->core.region->version != version) {
        sim_breach(sim,
                   "P6: version %u is in the state, %u is used, %u was told",
                   (unsigned)version,
                   (unsigned)sim->broker->core.region->version,
                   (unsigned)ledger->version);
        return;
    }
    region_digest(input->code, input->texts, input->text_count, should);
    if (!versions_digest(store, version, sim->arena, is) || memcmp(is, should, sizeof(is)) != 0) {
        sim_breach(sim, "P6: version %u has other texts than were proposed", (unsigned)version);
    }
}

bool ledger_has_pending(const struct ledger *ledger)
{
    return ledger->pending.pending;
}

bool ledger_has_plans(const struct ledger *ledger)
{
    for (uint32_t i = 1; i <= ledger->plan_count; i++) {
        if (ledger->plans[i].state == PLAN_WAITING || ledger->plans[i].state == PLAN_DUE) {
            return true;
        }
    }
    return false;
}
