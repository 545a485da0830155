/* "expect R1: curator-pending, offered to curator-tatarsky-1, rule placement-risk": each part is one claim. */
#include "tests/scenarios/scenario.h"

#include "broker/core/explain.h"
#include "broker/core/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a claim is asked of. */
struct claim {
    struct scenario *scenario;
    const struct case_record *record;
    const char *const *got;
};

/* Returns what is so instead, or NULL when the claim is true. */
typedef const char *claim_function(const struct claim *claim);

static const char *same(const char *wanted, const char *found)
{
    return strcmp(wanted, found) == 0 ? NULL : found[0] == '\0' ? "none" : found;
}

static const char *same_time(const struct claim *claim, int64_t found_us)
{
    int64_t wanted_us = 0;
    if (!scenario_time(claim->scenario, claim->got[0], claim->got[1], &wanted_us)) {
        return "no time";
    }
    return wanted_us == found_us ? NULL : scenario_local(claim->scenario, found_us);
}

static const char *number_text(const struct claim *claim, uint64_t number)
{
    return arena_format(claim->scenario->arena, "%llu", (unsigned long long)number);
}

static struct assignment_record open_hop(const struct claim *claim)
{
    struct assignment_record hop;
    memset(&hop, 0, sizeof(hop));
    (void)store_assignment(claim->scenario->world->store, &claim->record->offer, &hop);
    return hop;
}

static struct assignment_record lead_hop(const struct claim *claim)
{
    struct assignment_record hop;
    memset(&hop, 0, sizeof(hop));
    (void)store_assignment(claim->scenario->world->store, &claim->record->lead_assignment, &hop);
    return hop;
}

static const char *state(const struct claim *claim)
{
    return same(claim->got[0], vocabulary_code(VOCABULARY_CASE_STATE, claim->record->state));
}

static const char *offered(const struct claim *claim)
{
    return same(claim->got[0], scenario_worker_id(claim->scenario, open_hop(claim).worker));
}

static const char *not_offered(const struct claim *claim)
{
    const bool none = id128_is_none(&claim->record->offer);
    return none ? NULL : scenario_worker_id(claim->scenario, open_hop(claim).worker);
}

static const char *led(const struct claim *claim)
{
    return same(claim->got[0], scenario_worker_id(claim->scenario, lead_hop(claim).worker));
}

/* The curator on leave for whom the lead stands in. */
static const char *led_for(const struct claim *claim)
{
    struct assignment_record covered;
    const struct assignment_record hop = lead_hop(claim);
    const bool covers = store_assignment(claim->scenario->world->store, &hop.covers, &covered);
    return same(claim->got[0],
                covers ? scenario_worker_id(claim->scenario, covered.worker) : "nobody");
}

static const char *no_lead(const struct claim *claim)
{
    const bool none = id128_is_none(&claim->record->lead_assignment);
    return none ? NULL : scenario_worker_id(claim->scenario, claim->record->lead);
}

static const char *by_itself(const struct claim *claim)
{
    return lead_hop(claim).by_itself ? NULL : "accepted by a person, or not at all";
}

static const char *rule(const struct claim *claim)
{
    return same(claim->got[0], explain_rule_of(&claim->scenario->world->core, claim->record).id);
}

static const char *no_rule(const struct claim *claim)
{
    return same("", explain_rule_of(&claim->scenario->world->core, claim->record).id);
}

static const char *version(const struct claim *claim)
{
    return same(claim->got[0], number_text(claim, claim->record->policy_version));
}

static const char *pool(const struct claim *claim)
{
    struct assignment_record hop = open_hop(claim);
    if (id128_is_none(&hop.id)) {
        hop = lead_hop(claim);
    }
    const struct region *region = core_region(&claim->scenario->world->core, hop.policy_version);
    return same(claim->got[0],
                hop.pool == UINT32_MAX ? "by-hand" : policy_pool(region->policy, hop.pool).id);
}

static const char *on_desk(const struct claim *claim)
{
    const struct case_record *record = claim->record;
    const char *found = arena_format(claim->scenario->arena,
                                     "on %s desk because %s",
                                     vocabulary_code(VOCABULARY_DESK, record->desk),
                                     vocabulary_code(VOCABULARY_DESK_REASON, record->desk_reason));
    return same(claim->got[0], vocabulary_code(VOCABULARY_DESK, record->desk)) == NULL &&
                   same(claim->got[1],
                        vocabulary_code(VOCABULARY_DESK_REASON, record->desk_reason)) == NULL
               ? NULL
               : found;
}

static const char *desk_of(const struct claim *claim)
{
    const struct directory_agency *agency = directory_agency(
        claim->scenario->world->core.region->directory, claim->record->desk_agency);
    return same(claim->got[0], agency == NULL ? "" : agency->id);
}

static const char *no_desk(const struct claim *claim)
{
    return same("", vocabulary_code(VOCABULARY_DESK, claim->record->desk));
}

static const char *emergency(const struct claim *claim)
{
    return claim->record->emergency ? NULL : "no emergency";
}

static const char *no_emergency(const struct claim *claim)
{
    return claim->record->emergency ? "an emergency" : NULL;
}

static const char *risk(const struct claim *claim)
{
    return same(claim->got[0], vocabulary_code(VOCABULARY_RISK, claim->record->labels.risk));
}

static bool has_flag(const struct claim *claim)
{
    const uint32_t flag = scenario_code(claim->scenario, VOCABULARY_FLAG, claim->got[0]);
    return (claim->record->labels.flags >> flag & 1) != 0;
}

static const char *flag(const struct claim *claim)
{
    return has_flag(claim) ? NULL : "not flagged";
}

static const char *no_flag(const struct claim *claim)
{
    return has_flag(claim) ? "flagged" : NULL;
}

static const char *need(const struct claim *claim)
{
    const uint32_t number = scenario_code(claim->scenario, VOCABULARY_NEED, claim->got[0]);
    return (claim->record->labels.needs >> number & 1) != 0 ? NULL : "no such need";
}

static const char *outcome(const struct claim *claim)
{
    return same(claim->got[0], vocabulary_code(VOCABULARY_CASE_OUTCOME, claim->record->outcome));
}

static const char *proposed(const struct claim *claim)
{
    return same(claim->got[0],
                vocabulary_code(VOCABULARY_CASE_OUTCOME, claim->record->proposed_outcome));
}

static const char *nothing_proposed(const struct claim *claim)
{
    return same("", vocabulary_code(VOCABULARY_CASE_OUTCOME, claim->record->proposed_outcome));
}

static const char *duplicate(const struct claim *claim)
{
    struct case_record other;
    if (!scenario_case(claim->scenario, claim->got[0], &other)) {
        return "nothing";
    }
    return id128_equal(&other.id, &claim->record->possible_duplicate) ? NULL
                                                                      : "of another, or none";
}

static const char *no_duplicate(const struct claim *claim)
{
    return id128_is_none(&claim->record->possible_duplicate) ? NULL : "possible duplicate";
}

static const char *answer_due(const struct claim *claim)
{
    return same_time(claim, open_hop(claim).due_us);
}

static const char *curator_due(const struct claim *claim)
{
    return same_time(claim, claim->record->curator_due_us);
}

static const char *desk_due(const struct claim *claim)
{
    return same_time(claim, claim->record->desk_due_us);
}

static const char *appointed(const struct claim *claim)
{
    return same_time(claim, claim->record->appointed_us);
}

static const char *numbered(const struct claim *claim)
{
    char number[LIMIT_SPEAKABLE_BYTES];
    view_case_number(&claim->scenario->world->core, claim->record, number);
    return same(claim->got[0], arena_text(claim->scenario->arena, number));
}

static const char *referrals(const struct claim *claim)
{
    return same(claim->got[0], number_text(claim, claim->record->referrals));
}

static const struct {
    const char *pattern;
    claim_function *ask;
} claims[] = {
    {"STATE", state},
    {"offered to WORKER", offered},
    {"not offered", not_offered},
    {"led by WORKER", led},
    {"lead for WORKER", led_for},
    {"no lead", no_lead},
    {"accepted by itself", by_itself},
    {"rule RULE", rule},
    {"no rule", no_rule},
    {"version NUMBER", version},
    {"pool POOL", pool},
    {"on DESK desk because REASON", on_desk},
    {"desk of AGENCY", desk_of},
    {"on no desk", no_desk},
    {"is an emergency", emergency},
    {"no emergency", no_emergency},
    {"risk RISK", risk},
    {"flag FLAG", flag},
    {"no flag FLAG", no_flag},
    {"need NEED", need},
    {"outcome OUTCOME", outcome},
    {"proposed outcome OUTCOME", proposed},
    {"nothing proposed", nothing_proposed},
    {"possible duplicate of REFERRAL", duplicate},
    {"no possible duplicate", no_duplicate},
    {"due DATE TIME", answer_due},
    {"curator due DATE TIME", curator_due},
    {"desk due DATE TIME", desk_due},
    {"appointed DATE TIME", appointed},
    {"number NUMBER", numbered},
    {"NUMBER referrals", referrals},
};

static void expect_clause(struct scenario *scenario,
                          const struct case_record *record,
                          const struct scenario_text_words *clause)
{
    const char *got[SCENARIO_TEXT_CAPTURES_MAX];
    const struct claim claim = {.scenario = scenario, .record = record, .got = got};
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        if (!scenario_text_match(claims[i].pattern, clause, got)) {
            continue;
        }
        const char *instead = claims[i].ask(&claim);
        if (instead != NULL) {
            scenario_fail(scenario,
                          &scenario->steps,
                          "`%s` (%s): it is %s",
                          claims[i].pattern,
                          clause->words[clause->count - 1],
                          instead);
        }
        return;
    }
    scenario_fail(scenario,
                  &scenario->steps,
                  "the claim that begins with `%s` is not understood (see README.md)",
                  clause->count == 0 ? "" : clause->words[0]);
}

void scenario_expect_case(struct scenario *scenario, const struct case_record *record)
{
    for (size_t i = 0; i < scenario->said->clause_count; i++) {
        expect_clause(scenario, record, &scenario->said->clauses[i]);
    }
}
