/* What is expected of replies, alarms, receipts, sites and workers. */
#include "tests/scenarios/scenario.h"

#include "broker/core/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const refusals[REFUSAL_END] = {
    [REFUSAL_UNKNOWN_CODE] = "unknown-code",
    [REFUSAL_MISSING_FIELD] = "missing-field",
    [REFUSAL_BAD_FIELD] = "bad-field",
    [REFUSAL_NOT_ALLOWED] = "not-allowed",
    [REFUSAL_UNKNOWN_WORKER] = "unknown-worker",
    [REFUSAL_NOT_FOUND] = "not-found",
    [REFUSAL_STALE_HOP] = "stale-hop",
    [REFUSAL_WRONG_STATE] = "wrong-state",
    [REFUSAL_ID_REUSED] = "id-reused",
    [REFUSAL_DISK_LOW] = "disk-low",
};

static const char *const receipts[RECEIPT_END] = {"stored", "delivered", "seen", "outcome"};

static const char *const updates[UPDATE_END] = {
    [UPDATE_UNSPECIFIED] = "?",
    [UPDATE_JOINED] = "joined",
    [UPDATE_OFFERED] = "offered",
    [UPDATE_REFUSED] = "refused",
    [UPDATE_EXPIRED] = "expired",
    [UPDATE_ON_DESK] = "on-desk",
    [UPDATE_CURATOR_APPOINTED] = "curator-appointed",
    [UPDATE_MERGED] = "merged",
    [UPDATE_OUTCOME_PROPOSED] = "outcome-proposed",
    [UPDATE_CLOSED] = "closed",
    [UPDATE_DEPUTY] = "deputy",
    [UPDATE_CURATOR_BACK] = "curator-back",
};

static const char *const deliveries[DELIVERY_END] =
    {"?", "referral", "offer", "case", "task", "notice", "disclosure"};

static const char *refusal_name(enum refusal refusal)
{
    return refusals[refusal] == NULL ? "for another reason" : refusals[refusal];
}

/* ---- lists of words ----------------------------------------------------------------------------------- */

struct words {
    struct scenario *scenario;
    const char *text; /* "stored delivered" */
};

static struct words words_begin(struct scenario *scenario)
{
    return (struct words){.scenario = scenario, .text = ""};
}

static void words_add(struct words *words, const char *word)
{
    const char *between = words->text[0] == '\0' ? "" : " ";
    words->text = arena_format(words->scenario->arena, "%s%s%s", words->text, between, word);
}

/* The words behind the colon are these, in this order; clauses are joined by ", ". */
static void words_compare(const struct words *found)
{
    struct scenario *scenario = found->scenario;
    const char *wanted = "";
    for (size_t i = 0; i < scenario->said->clause_count; i++) {
        const struct scenario_text_words *clause = &scenario->said->clauses[i];
        for (size_t j = 0; j < clause->count; j++) {
            const char *between = wanted[0] == '\0' ? "" : j == 0 ? ", " : " ";
            wanted = arena_format(scenario->arena, "%s%s%s", wanted, between, clause->words[j]);
        }
    }
    if (strcmp(wanted, found->text) != 0) {
        scenario_fail(scenario,
                      &scenario->steps,
                      "it is: %s",
                      found->text[0] == '\0' ? "nothing" : found->text);
    }
}

static void add_clause(struct words *words, const char *clause)
{
    const char *between = words->text[0] == '\0' ? "" : ", ";
    words->text = arena_format(words->scenario->arena, "%s%s%s", words->text, between, clause);
}

/* ---- replies and alarms --------------------------------------------------------------------------------- */

static void stored(struct scenario *scenario, const char *const *got)
{
    (void)got;
    if (scenario->refused) {
        scenario_fail(
            scenario, &scenario->steps, "it was refused: %s", refusal_name(scenario->refusal));
    }
}

static void stored_before(struct scenario *scenario, const char *const *got)
{
    stored(scenario, got);
    if (!scenario->refused && !scenario->repeated) {
        scenario_fail(scenario, &scenario->steps, "it was stored anew");
    }
}

static void refused(struct scenario *scenario, const char *const *got)
{
    scenario->refusal_open = false;
    const char *found = scenario->refused ? refusal_name(scenario->refusal) : "not refused";
    if (strcmp(found, got[0]) != 0) {
        scenario_fail(scenario, &scenario->steps, "it is: %s", found);
    }
}

static void nothing_changed(struct scenario *scenario, const char *const *got)
{
    (void)got;
    if (scenario->wrote) {
        scenario_fail(scenario, &scenario->steps, "the journal grew");
    }
}

static void configuration_refused(struct scenario *scenario, const char *const *got)
{
    if (strstr(scenario->configuration_problem, got[0]) == NULL) {
        scenario_fail(scenario, &scenario->steps, "it is: %s", scenario->configuration_problem);
    }
}

static void alarm_raised(struct scenario *scenario, const char *const *got)
{
    const uint32_t wanted = scenario_code(scenario, VOCABULARY_DESK_REASON, got[0]);
    for (size_t i = 0; i < scenario->alarm_count; i++) {
        if (scenario->alarms[i] == wanted) {
            return;
        }
    }
    scenario_fail(scenario,
                  &scenario->steps,
                  "%zu alarms, the first is %s",
                  scenario->alarm_count,
                  scenario->alarm_count == 0
                      ? "none"
                      : vocabulary_code(VOCABULARY_DESK_REASON, scenario->alarms[0]));
}

static void no_alarm(struct scenario *scenario, const char *const *got)
{
    (void)got;
    if (scenario->alarm_count > 0) {
        scenario_fail(scenario,
                      &scenario->steps,
                      "alarm %s",
                      vocabulary_code(VOCABULARY_DESK_REASON, scenario->alarms[0]));
    }
}

/* ---- referrals ------------------------------------------------------------------------------------------ */

static bool referral_of(struct scenario *scenario, const char *name, struct referral_record *out)
{
    const struct scenario_name *found = NULL;
    return scenario_name(scenario, name, &found) &&
           store_referral(scenario->world->store, &found->id, out);
}

static void referral_is(struct scenario *scenario, const char *const *got)
{
    struct referral_record record;
    if (!referral_of(scenario, got[0], &record)) {
        return;
    }
    struct words found = words_begin(scenario);
    words_add(&found, vocabulary_code(VOCABULARY_REFERRAL_STATE, record.state));
    if (record.outcome != REFERRAL_OUTCOME_UNSPECIFIED) {
        words_add(&found, vocabulary_code(VOCABULARY_REFERRAL_OUTCOME, record.outcome));
    }
    words_compare(&found);
}

static void receipts_of(struct scenario *scenario, const char *const *got)
{
    struct referral_record record;
    if (!referral_of(scenario, got[0], &record)) {
        return;
    }
    struct words found = words_begin(scenario);
    for (int receipt = RECEIPT_STORED; receipt < RECEIPT_END; receipt++) {
        if (record.receipts_us[receipt] != 0) {
            words_add(&found, receipts[receipt]);
        }
    }
    words_compare(&found);
}

static void updates_of(struct scenario *scenario, const char *const *got)
{
    struct referral_record record;
    if (!referral_of(scenario, got[0], &record)) {
        return;
    }
    struct words found = words_begin(scenario);
    for (uint32_t i = 0; i < record.update_count; i++) {
        words_add(&found, updates[record.updates[i].kind]);
    }
    words_compare(&found);
}

/* ---- cases ------------------------------------------------------------------------------------------------ */

static void is_so(struct scenario *scenario, const char *const *got)
{
    struct case_record record;
    if (scenario_case(scenario, got[0], &record)) {
        scenario_expect_case(scenario, &record);
    }
}

static void journal_of(struct scenario *scenario, const char *const *got)
{
    struct case_record record;
    struct timeline_record event;
    uint64_t batch = 0;
    uint32_t index = 0;
    struct words found = words_begin(scenario);
    if (!scenario_case(scenario, got[0], &record)) {
        return;
    }
    while (store_timeline_after(scenario->world->store, &record.id, &batch, &index, &event)) {
        words_add(&found, fact_kind_name(event.kind));
    }
    words_compare(&found);
}

/* Everybody who was asked, oldest first, and what became of it. */
static void hops_of(struct scenario *scenario, const char *const *got)
{
    struct case_record record;
    struct words found = words_begin(scenario);
    if (!scenario_case(scenario, got[0], &record)) {
        return;
    }
    for (uint32_t i = 0; i < record.assignments; i++) {
        struct id128 id;
        struct assignment_record hop;
        if (store_case_assignment(scenario->world->store, &record.id, i, &id) &&
            store_assignment(scenario->world->store, &id, &hop)) {
            add_clause(&found,
                       arena_format(scenario->arena,
                                    "%s %s",
                                    scenario_worker_id(scenario, hop.worker),
                                    vocabulary_code(VOCABULARY_ASSIGNMENT_STATE, hop.state)));
        }
    }
    words_compare(&found);
}

/* The candidates of the newest decision, best first. */
static void candidates_of(struct scenario *scenario, const char *const *got)
{
    struct case_record record;
    struct fact_decision *decision = arena_alloc(scenario->arena, sizeof(*decision));
    struct words found = words_begin(scenario);
    int64_t at_us = 0;
    struct bytes coded;
    if (!scenario_case(scenario, got[0], &record)) {
        return;
    }
    if (record.decisions == 0 ||
        !store_decision(scenario->world->store, &record.id, record.decisions - 1, &at_us, &coded) ||
        !fact_decode_decision(coded, scenario->arena, decision)) {
        scenario_fail(scenario, &scenario->steps, "there is no decision");
        return;
    }
    for (size_t i = 0; i < decision->candidate_count; i++) {
        const struct fact_candidate *candidate = &decision->candidates[i];
        add_clause(&found,
                   arena_format(scenario->arena,
                                "%s %s",
                                scenario_worker_id(scenario, candidate->worker),
                                vocabulary_code(VOCABULARY_CANDIDATE_REASON, candidate->reason)));
    }
    words_compare(&found);
}

/* Whether all named referrals belong to one case, or each to another. */
static void compare_cases(struct scenario *scenario, bool same)
{
    const struct scenario_text_words *names = &scenario->said->clauses[0];
    for (size_t i = 0; i < names->count; i++) {
        for (size_t j = i + 1; j < names->count; j++) {
            struct case_record a;
            struct case_record b;
            const bool found = scenario_case(scenario, names->words[i], &a) &&
                               scenario_case(scenario, names->words[j], &b);
            if (found && id128_equal(&a.id, &b.id) != same) {
                scenario_fail(scenario,
                              &scenario->steps,
                              "%s and %s %s",
                              names->words[i],
                              names->words[j],
                              same ? "are different cases" : "are one case");
            }
        }
    }
}

static void same_case(struct scenario *scenario, const char *const *got)
{
    (void)got;
    compare_cases(scenario, true);
}

static void different_cases(struct scenario *scenario, const char *const *got)
{
    (void)got;
    compare_cases(scenario, false);
}

static void cases_counted(struct scenario *scenario, const char *const *got)
{
    const struct meta_record *meta = store_meta(scenario->world->store);
    struct words found = words_begin(scenario);
    (void)got;
    add_clause(&found,
               arena_format(scenario->arena, "%llu open", (unsigned long long)meta->cases_open));
    add_clause(&found,
               arena_format(scenario->arena, "%llu ended", (unsigned long long)meta->cases_ended));
    words_compare(&found);
}

static void nothing_on_desks(struct scenario *scenario, const char *const *got)
{
    (void)got;
    if (store_meta(scenario->world->store)->cases_on_desks > 0) {
        scenario_fail(scenario, &scenario->steps, "something waits on a desk");
    }
}

/* ---- workers and sites -------------------------------------------------------------------------------------- */

static void load_of(struct scenario *scenario, const char *const *got)
{
    uint32_t worker = 0;
    if (!scenario_worker(scenario, got[0], &worker)) {
        return;
    }
    struct words found = words_begin(scenario);
    const struct worker_record record = store_worker(scenario->world->store, worker);
    words_add(&found, arena_format(scenario->arena, "%u", (unsigned)record.load));
    words_compare(&found);
}

/* What a site may see of a referral's family; "" when nothing. */
static bool sections_at(struct scenario *scenario, const char *const *got, struct words *found)
{
    uint32_t site = 0;
    const struct scenario_name *name = NULL;
    struct view_record view;
    if (!scenario_name(scenario, got[0], &name) || !scenario_site(scenario, got[1], &site)) {
        return false;
    }
    const bool shown =
        store_view(scenario->world->store, site, DELIVERY_DISCLOSURE, &name->id, &view) &&
        !view.gone;
    for (uint32_t section = 1; shown && section < SECTION_END; section++) {
        if ((view.mask >> section & 1) != 0) {
            words_add(found, vocabulary_code(VOCABULARY_SECTION, section));
        }
    }
    return true;
}

static void disclosed(struct scenario *scenario, const char *const *got)
{
    struct words found = words_begin(scenario);
    if (sections_at(scenario, got, &found)) {
        words_compare(&found);
    }
}

static bool has_notice(struct scenario *scenario, const char *const *got)
{
    uint32_t site = 0;
    struct case_record record;
    struct view_record view;
    return scenario_case(scenario, got[0], &record) && scenario_site(scenario, got[1], &site) &&
           store_view(scenario->world->store, site, DELIVERY_NOTICE, &record.id, &view);
}

static void notice(struct scenario *scenario, const char *const *got)
{
    if (!has_notice(scenario, got)) {
        scenario_fail(scenario, &scenario->steps, "there is no notice");
    }
}

static void no_notice(struct scenario *scenario, const char *const *got)
{
    if (has_notice(scenario, got)) {
        scenario_fail(scenario, &scenario->steps, "there is a notice");
    }
}

/* Lines that wait, urgent ones first. */
static void lines_of(struct scenario *scenario, const char *const *got)
{
    uint32_t site = 0;
    struct words found = words_begin(scenario);
    if (!scenario_site(scenario, got[0], &site)) {
        return;
    }
    for (int lane = LANE_END - 1; lane >= LANE_NORMAL; lane--) {
        struct line_record line = {.number = 0};
        while (
            store_line_after(scenario->world->store, site, (enum lane)lane, line.number, &line)) {
            words_add(&found, deliveries[line.kind]);
        }
    }
    words_compare(&found);
}

/* What the site's mirror holds, or will once it has received its lines. */
static void mirror_of(struct scenario *scenario, const char *const *got)
{
    uint32_t site = 0;
    struct words found = words_begin(scenario);
    enum delivery_kind kind = DELIVERY_UNSPECIFIED;
    struct id128 entity = {{0}};
    struct view_record view;
    if (!scenario_site(scenario, got[0], &site)) {
        return;
    }
    while (store_view_after(scenario->world->store, site, &kind, &entity, &view)) {
        if (!view.gone) {
            words_add(&found, deliveries[kind]);
        }
    }
    words_compare(&found);
}

static bool may_see(struct scenario *scenario, const char *const *got)
{
    uint32_t worker = 0;
    struct case_record record;
    if (!scenario_worker(scenario, got[0], &worker) || !scenario_case(scenario, got[1], &record)) {
        return false;
    }
    const struct core *core = &scenario->world->core;
    const struct query query = {
        .id = 1, .actor = got[0], .kind = QUERY_CASE, .subject = record.id, .cursor = ""};
    const struct query_world world = {.now_us = scenario->now_us, .program = "test"};
    const struct answer answer =
        query_answer(core,
                     scenario->arena,
                     directory_worker(core->region->directory, worker)->site,
                     &query,
                     &world);
    return answer.problem_count == 0 && answer.case_count == 1;
}

static void sees_it(struct scenario *scenario, const char *const *got)
{
    if (!may_see(scenario, got)) {
        scenario_fail(scenario, &scenario->steps, "%s may not see it", got[0]);
    }
}

static void sees_nothing(struct scenario *scenario, const char *const *got)
{
    if (may_see(scenario, got)) {
        scenario_fail(scenario, &scenario->steps, "%s may see it", got[0]);
    }
}

/* ---- the table ------------------------------------------------------------------------------------------------ */

typedef void expect_function(struct scenario *scenario, const char *const *got);

static const struct {
    const char *pattern;
    expect_function *expect;
} expectations[] = {
    {"expect stored", stored},
    {"expect stored before", stored_before},
    {"expect refused REASON", refused},
    {"expect nothing changed", nothing_changed},
    {"expect configuration refused because of WORD", configuration_refused},
    {"expect decided beside by ACTIVE and SHADOW NUMBER times NUMBER with another curator",
     scenario_plan_pair_expected},
    {"expect beside REFERRAL goes to WORKER", scenario_plan_difference_expected},
    {"expect plan PLAN STATE", scenario_plan_expected},
    {"expect plan PLAN failed because of WORD", scenario_plan_failure_expected},
    {"expect alarm REASON", alarm_raised},
    {"expect no alarm", no_alarm},
    {"expect referral REFERRAL", referral_is},
    {"expect receipts of REFERRAL", receipts_of},
    {"expect updates of REFERRAL", updates_of},
    {"expect journal of REFERRAL", journal_of},
    {"expect hops of REFERRAL", hops_of},
    {"expect candidates of REFERRAL", candidates_of},
    {"expect same case", same_case},
    {"expect different cases", different_cases},
    {"expect cases", cases_counted},
    {"expect nothing on desks", nothing_on_desks},
    {"expect load of WORKER", load_of},
    {"expect REFERRAL disclosed to SITE", disclosed},
    {"expect REFERRAL not disclosed to SITE", disclosed},
    {"expect notice of REFERRAL to SITE", notice},
    {"expect no notice of REFERRAL to SITE", no_notice},
    {"expect lines of SITE", lines_of},
    {"expect no lines of SITE", lines_of},
    {"expect mirror of SITE", mirror_of},
    {"expect WORKER may see REFERRAL", sees_it},
    {"expect WORKER may not see REFERRAL", sees_nothing},
    {"expect REFERRAL", is_so},
};

void scenario_expect(struct scenario *scenario, const struct scenario_text_line *line)
{
    const char *got[SCENARIO_TEXT_CAPTURES_MAX];
    scenario->said = line;
    for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
        if (scenario_text_match(expectations[i].pattern, &line->head, got)) {
            expectations[i].expect(scenario, got);
            return;
        }
    }
    scenario_fail(scenario, &scenario->steps, "this expectation is not understood (see README.md)");
}
