/* Comparing; see the header. */
#include "agents/ctl/suite_check.h"

#include "agents/ctl/zone_time.h"

#include <stdio.h>
#include <string.h>

static const struct phrase none = {"нет", "none"};

struct checking {
    const struct suite_case *item;
    const struct trial *trial;
    struct arena *arena;
    struct suite_result *result;
};

typedef void check_function(struct checking *checking);

static check_function check_rule;
static check_function check_procedure;
static check_function check_pool;
static check_function check_pools;
static check_function check_curator_from;
static check_function check_notify;
static check_function check_due;
static check_function check_desk;
static check_function check_desk_agency;
static check_function check_reason;
static check_function check_discloses;
static void
add(struct checking *checking, enum suite_field field, struct phrase expected, struct phrase got);
static bool fits(const struct checking *checking, uint32_t worker);
static bool has(const struct suite_numbers *numbers, uint32_t number);
static struct phrase same(const char *text);
static struct phrase join(struct checking *checking, struct phrase list, const char *item);
static struct phrase codes_of(struct checking *checking, enum vocabulary list, uint32_t mask);
static struct phrase rule_name(const struct checking *checking, int32_t rule);
static struct phrase pool_name(const struct checking *checking, int32_t pool);
static struct phrase agency_name(const struct checking *checking, uint32_t agency);

bool suite_check(const struct suite_case *item, struct arena *arena, struct suite_result *out)
{
    static check_function *const checks[SUITE_FIELD_END] = {
        [SUITE_RULE] = check_rule,
        [SUITE_PROCEDURE] = check_procedure,
        [SUITE_POOL] = check_pool,
        [SUITE_POOLS] = check_pools,
        [SUITE_CURATOR_FROM] = check_curator_from,
        [SUITE_NOTIFY] = check_notify,
        [SUITE_DUE] = check_due,
        [SUITE_DESK] = check_desk,
        [SUITE_DESK_AGENCY] = check_desk_agency,
        [SUITE_REASON] = check_reason,
        [SUITE_DISCLOSES] = check_discloses,
    };
    struct trial *trial = arena_alloc(arena, sizeof(*trial));
    struct checking checking = {.item = item, .trial = trial, .arena = arena, .result = out};

    memset(out, 0, sizeof(*out));
    if (trial == NULL) {
        return false;
    }
    trial_run(&item->question, trial);
    out->rule = trial->decision.rule;
    for (enum suite_field field = 0; field < SUITE_FIELD_END; field++) {
        if (item->expectation.lines[field] != 0) {
            checks[field](&checking);
        }
    }
    for (size_t i = 0; i < out->count; i++) {
        const struct suite_difference *difference = &out->differences[i];
        if (difference->expected.ru == NULL || difference->expected.en == NULL ||
            difference->got.ru == NULL || difference->got.en == NULL) {
            return false;
        }
    }
    return true;
}

static void check_rule(struct checking *checking)
{
    const int32_t expected = checking->item->expectation.rule;
    const int32_t got = checking->trial->decision.rule;

    if (expected != got) {
        add(checking, SUITE_RULE, rule_name(checking, expected), rule_name(checking, got));
    }
}

static void check_procedure(struct checking *checking)
{
    const enum procedure expected = checking->item->expectation.procedure;
    const enum procedure got = checking->trial->verdict.procedure;

    if (expected != got) {
        add(checking,
            SUITE_PROCEDURE,
            same(vocabulary_code(VOCABULARY_PROCEDURE, expected)),
            same(vocabulary_code(VOCABULARY_PROCEDURE, got)));
    }
}

static void check_pool(struct checking *checking)
{
    const int32_t expected = checking->item->expectation.pool;
    const int32_t got = checking->trial->decision.pool;

    if (expected != got) {
        add(checking, SUITE_POOL, pool_name(checking, expected), pool_name(checking, got));
    }
}

static void check_pools(struct checking *checking)
{
    const struct suite_numbers *expected = &checking->item->expectation.pools;
    const struct fact_decision *decision = &checking->trial->decision;
    struct phrase expected_text = none;
    struct phrase got_text = none;
    bool equal = expected->count == decision->pool_count;

    for (size_t i = 0; i < expected->count; i++) {
        equal = equal && expected->items[i] == decision->pools[i];
        expected_text =
            join(checking, expected_text, pool_name(checking, (int32_t)expected->items[i]).en);
    }
    for (size_t i = 0; i < decision->pool_count; i++) {
        got_text = join(checking, got_text, pool_name(checking, decision->pools[i]).en);
    }
    if (!equal) {
        add(checking, SUITE_POOLS, expected_text, got_text);
    }
}

/* Whoever of the pool may be chosen must fit, because the loads of a day decide between them. */
static void check_curator_from(struct checking *checking)
{
    const struct suite_expectation *expectation = &checking->item->expectation;
    const struct region *region = checking->item->question.region;
    const int32_t pool = checking->trial->decision.pool;
    const uint32_t *workers = NULL;
    const size_t count =
        pool < 0 ? 0
                 : roster_members(
                       region->roster, (size_t)pool, checking->item->question.territory, &workers);
    struct phrase expected = codes_of(checking, VOCABULARY_AGENCY_KIND, expectation->curator_kinds);
    struct phrase got = none;

    for (size_t i = 0; i < expectation->curator_agencies.count; i++) {
        expected = join(
            checking, expected, agency_name(checking, expectation->curator_agencies.items[i]).en);
    }
    for (size_t i = 0; i < expectation->curator_workers.count; i++) {
        expected =
            join(checking,
                 expected,
                 directory_worker(region->directory, expectation->curator_workers.items[i])->id);
    }
    bool good = checking->trial->decision.chosen != 0;
    for (size_t i = 0; i < count; i++) {
        if (trial_bar(checking->trial, (size_t)pool, workers[i]) != CANDIDATE_UNSPECIFIED ||
            fits(checking, workers[i])) {
            continue;
        }
        const struct directory_worker *row = directory_worker(region->directory, workers[i]);
        const char *who = arena_format(
            checking->arena, "%s (%s)", row->id, agency_name(checking, row->agency).en);
        got = good ? join(checking, none, who) : got;
        good = false;
    }
    if (!good) {
        add(checking, SUITE_CURATOR_FROM, expected, got);
    }
}

static bool fits(const struct checking *checking, uint32_t worker)
{
    const struct suite_expectation *expectation = &checking->item->expectation;
    const struct directory *directory = checking->item->question.region->directory;
    const struct directory_worker *row = directory_worker(directory, worker);
    const struct directory_agency *agency = directory_agency(directory, row->agency);

    return (expectation->curator_agencies.count == 0 ||
            has(&expectation->curator_agencies, row->agency)) &&
           (expectation->curator_kinds == 0 ||
            (expectation->curator_kinds >> agency->kind & 1) != 0) &&
           (expectation->curator_workers.count == 0 || has(&expectation->curator_workers, worker));
}

static void check_notify(struct checking *checking)
{
    const struct suite_numbers *expected = &checking->item->expectation.notify;
    const struct directory *directory = checking->item->question.region->directory;
    struct suite_numbers got = {.count = 0};
    struct phrase expected_text = none;
    struct phrase got_text = none;
    bool equal = true;

    for (size_t i = 0; i < checking->trial->notice_count; i++) {
        const uint32_t agency = directory_site(directory, checking->trial->notices[i])->agency;
        got.items[got.count++] = agency;
        got_text = join(checking, got_text, agency_name(checking, agency).en);
        equal = equal && has(expected, agency);
    }
    for (size_t i = 0; i < expected->count; i++) {
        expected_text = join(checking, expected_text, agency_name(checking, expected->items[i]).en);
        equal = equal && has(&got, expected->items[i]);
    }
    if (!equal) {
        add(checking, SUITE_NOTIFY, expected_text, got_text);
    }
}

static void check_due(struct checking *checking)
{
    const struct suite_expectation *expectation = &checking->item->expectation;
    const struct trial_question *question = &checking->item->question;

    for (enum norm norm = 0; norm < NORM_END; norm++) {
        const int64_t got_us = trial_due(checking->trial, norm);
        char expected[ZONE_TIME_TEXT_MAX];
        char got[ZONE_TIME_TEXT_MAX];
        if (expectation->due_lines[norm] == 0 || got_us == expectation->due_us[norm]) {
            continue;
        }
        (void)zone_time_write(
            question->region, question->territory, expectation->due_us[norm], expected);
        (void)zone_time_write(question->region, question->territory, got_us, got);
        add(checking,
            SUITE_DUE,
            same(arena_text(checking->arena, expected)),
            got_us == 0 ? none : same(arena_text(checking->arena, got)));
        struct suite_difference *last = &checking->result->differences[checking->result->count - 1];
        (void)snprintf(last->field, sizeof(last->field), "due.%s", policy_norm_key(norm));
        last->line = expectation->due_lines[norm];
    }
}

static void check_desk(struct checking *checking)
{
    const bool got = checking->trial->decision.chosen == 0;

    if (checking->item->expectation.desk != got) {
        add(checking, SUITE_DESK, got ? none : same("triage"), got ? same("triage") : none);
    }
}

static void check_desk_agency(struct checking *checking)
{
    const uint32_t expected = checking->item->expectation.desk_agency;
    const uint32_t got = checking->trial->decision.chosen == 0 ? checking->trial->desk.agency : 0;

    if (expected != got) {
        add(checking,
            SUITE_DESK_AGENCY,
            agency_name(checking, expected),
            agency_name(checking, got));
    }
}

static void check_reason(struct checking *checking)
{
    const enum desk_reason expected = checking->item->expectation.reason;
    const enum desk_reason got = checking->trial->decision.desk_reason;

    if (expected != got) {
        add(checking,
            SUITE_REASON,
            same(vocabulary_code(VOCABULARY_DESK_REASON, expected)),
            got == DESK_REASON_UNSPECIFIED ? none
                                           : same(vocabulary_code(VOCABULARY_DESK_REASON, got)));
    }
}

static void check_discloses(struct checking *checking)
{
    const uint32_t expected = checking->item->expectation.discloses;
    const uint32_t chosen = checking->trial->decision.chosen;
    const uint32_t got = chosen == 0 ? 0 : trial_sections(checking->trial, chosen);

    if (expected != got) {
        add(checking,
            SUITE_DISCLOSES,
            codes_of(checking, VOCABULARY_SECTION, expected),
            codes_of(checking, VOCABULARY_SECTION, got));
    }
}

static void
add(struct checking *checking, enum suite_field field, struct phrase expected, struct phrase got)
{
    struct suite_difference *difference = &checking->result->differences[checking->result->count++];

    (void)snprintf(difference->field, sizeof(difference->field), "%s", suite_field_key(field));
    difference->line = checking->item->expectation.lines[field];
    difference->expected = expected;
    difference->got = got;
}

static bool has(const struct suite_numbers *numbers, uint32_t number)
{
    for (size_t i = 0; i < numbers->count; i++) {
        if (numbers->items[i] == number) {
            return true;
        }
    }
    return false;
}

static struct phrase same(const char *text)
{
    return (struct phrase){text, text};
}

/* A list that is still "none" becomes the item alone. */
static struct phrase join(struct checking *checking, struct phrase list, const char *item)
{
    if (list.en == none.en || item == NULL || list.en == NULL) {
        return same(list.en == NULL ? NULL : item);
    }
    return same(arena_format(checking->arena, "%s, %s", list.en, item));
}

static struct phrase codes_of(struct checking *checking, enum vocabulary list, uint32_t mask)
{
    struct phrase text = none;

    for (uint32_t number = 1; number < vocabulary_count(list); number++) {
        if ((mask >> number & 1) != 0) {
            text = join(checking, text, vocabulary_code(list, number));
        }
    }
    return text;
}

static struct phrase rule_name(const struct checking *checking, int32_t rule)
{
    return rule < 0 ? none
                    : same(policy_rule(checking->item->question.region->policy, (size_t)rule).id);
}

static struct phrase pool_name(const struct checking *checking, int32_t pool)
{
    return pool < 0 ? none
                    : same(policy_pool(checking->item->question.region->policy, (size_t)pool).id);
}

static struct phrase agency_name(const struct checking *checking, uint32_t agency)
{
    const struct directory_agency *row =
        directory_agency(checking->item->question.region->directory, agency);

    return row == NULL ? none : same(row->id);
}
