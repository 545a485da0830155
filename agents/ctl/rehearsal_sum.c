/* Figures of a rehearsal. */
#include "agents/ctl/rehearsal_part.h"

#include <stdlib.h>
#include <string.h>

static enum rehearsal_cause cause_of(const struct rehearsal_case *record);
static void add_move(struct rehearsal *rehearsal, const struct rehearsal_case *record);
static void add_rule(struct rehearsal *rehearsal, const struct rehearsal_case *record);
static void add_norms(struct rehearsal *rehearsal, const struct rehearsal_case *record);
static bool is_breached(const struct rehearsal *rehearsal,
                        const struct rehearsal_case *record,
                        int64_t due_us,
                        int64_t done_us);
static void add_curators(struct rehearsal *rehearsal);
static int by_cases(const void *a, const void *b);
static int by_load(const void *a, const void *b);

bool rehearsal_sum(struct rehearsal *rehearsal)
{
    struct rehearsal_result *result = &rehearsal->result;

    rehearsal->moves = calloc(rehearsal->case_count + 1, sizeof(*rehearsal->moves));
    rehearsal->rules = calloc(rehearsal->case_count + 1, sizeof(*rehearsal->rules));
    rehearsal->curators = calloc(rehearsal->person_count, sizeof(*rehearsal->curators));
    if (rehearsal->moves == NULL || rehearsal->rules == NULL || rehearsal->curators == NULL) {
        return false;
    }
    result->norms[0].norm = NORM_ANSWER;
    result->norms[1].norm = NORM_CURATOR;
    for (size_t i = 0; i < rehearsal->case_count; i++) {
        const struct rehearsal_case *record = &rehearsal->cases[i];
        if (record->carried) {
            continue;
        }
        rehearsal->people[record->bearer_before].cases_before++;
        rehearsal->people[record->bearer_after].cases_after++;
        result->desks_before[record->before.desk_reason]++;
        result->desks_after[record->after.desk_reason]++;
        add_move(rehearsal, record);
        if (record->labels.territory != 0) {
            add_rule(rehearsal, record);
            add_norms(rehearsal, record);
        }
    }
    for (int reason = DESK_REASON_UNSPECIFIED + 1; reason < DESK_REASON_END; reason++) {
        result->desk_before += result->desks_before[reason];
        result->desk_after += result->desks_after[reason];
    }
    qsort(rehearsal->rules, result->rule_count, sizeof(*rehearsal->rules), by_cases);
    add_curators(rehearsal);
    result->moves = rehearsal->moves;
    result->rules = rehearsal->rules;
    result->curators = rehearsal->curators;
    return true;
}

static enum rehearsal_cause cause_of(const struct rehearsal_case *record)
{
    const bool desk_before = record->before.worker[0] == '\0';
    const bool desk_after = record->after.worker[0] == '\0';

    if (record->labels.territory == 0) {
        return REHEARSAL_NO_TERRITORY;
    }
    if (desk_before || desk_after) {
        return desk_before == desk_after ? REHEARSAL_SAME
               : desk_after              ? REHEARSAL_TO_DESK
                                         : REHEARSAL_FROM_DESK;
    }
    if (strcmp(record->before.worker, record->after.worker) == 0) {
        return REHEARSAL_SAME;
    }
    return record->forgotten || strcmp(record->before.pool, record->after.pool) == 0
               ? REHEARSAL_OTHER_CURATOR
               : REHEARSAL_OTHER_POOL;
}

static void add_move(struct rehearsal *rehearsal, const struct rehearsal_case *record)
{
    struct rehearsal_result *result = &rehearsal->result;
    const enum rehearsal_cause cause = cause_of(record);

    result->causes[cause]++;
    if (cause != REHEARSAL_SAME) {
        rehearsal->moves[result->move_count++] =
            (struct rehearsal_move){.number = record->number,
                                    .arrived_us = record->arrived_us,
                                    .cause = cause,
                                    .before = record->before,
                                    .after = record->after};
    }
}

static void add_rule(struct rehearsal *rehearsal, const struct rehearsal_case *record)
{
    struct rehearsal_result *result = &rehearsal->result;
    const char *before = record->forgotten ? NULL : record->before.rule;

    /* Texts are kept once each, so that they can be told apart by where they stand. */
    for (size_t i = 0; i < result->rule_count; i++) {
        if (rehearsal->rules[i].before == before &&
            strcmp(rehearsal->rules[i].after, record->after.rule) == 0) {
            rehearsal->rules[i].cases++;
            return;
        }
    }
    rehearsal->rules[result->rule_count++] =
        (struct rehearsal_rule){.before = before, .after = record->after.rule, .cases = 1};
}

static void add_norms(struct rehearsal *rehearsal, const struct rehearsal_case *record)
{
    const int64_t done_us[REHEARSAL_NORMS] = {record->answered_us, record->appointed_us};

    for (size_t i = 0; i < REHEARSAL_NORMS; i++) {
        struct rehearsal_norm *norm = &rehearsal->result.norms[i];
        const int64_t before_us =
            record->due_before_us[i] == 0 ? INT64_MAX : record->due_before_us[i];
        const int64_t after_us = record->due_after_us[i] == 0 ? INT64_MAX : record->due_after_us[i];
        norm->tightened += after_us < before_us ? 1 : 0;
        norm->relaxed += after_us > before_us ? 1 : 0;
        norm->breached_before += is_breached(rehearsal, record, before_us, done_us[i]) ? 1 : 0;
        norm->breached_after += is_breached(rehearsal, record, after_us, done_us[i]) ? 1 : 0;
    }
}

/* Never done: by when the case ended, or by now. */
static bool is_breached(const struct rehearsal *rehearsal,
                        const struct rehearsal_case *record,
                        int64_t due_us,
                        int64_t done_us)
{
    if (done_us == 0) {
        done_us = record->ended_us == 0 ? rehearsal->options.now_us : record->ended_us;
    }
    return done_us > due_us;
}

static void add_curators(struct rehearsal *rehearsal)
{
    const struct directory *directory = rehearsal->options.region->directory;
    struct rehearsal_result *result = &rehearsal->result;

    for (size_t i = 1; i < rehearsal->person_count; i++) {
        const struct rehearsal_person *person = &rehearsal->people[i];
        const struct directory_worker *row = i <= directory_count(directory, DIRECTORY_WORKER)
                                                 ? directory_worker(directory, (uint32_t)i)
                                                 : NULL;
        if (person->peak_before == 0 && person->peak_after == 0) {
            continue;
        }
        rehearsal->curators[result->curator_count++] =
            (struct rehearsal_curator){.id = person->id,
                                       .title = row == NULL ? (struct phrase){"", ""} : row->title,
                                       .known = row != NULL,
                                       .capacity = row == NULL ? 0 : row->capacity,
                                       .cases_before = person->cases_before,
                                       .cases_after = person->cases_after,
                                       .peak_before = person->peak_before,
                                       .peak_after = person->peak_after};
    }
    qsort(rehearsal->curators, result->curator_count, sizeof(*rehearsal->curators), by_load);
}

static int by_cases(const void *a, const void *b)
{
    const struct rehearsal_rule *first = a;
    const struct rehearsal_rule *second = b;

    if (first->cases != second->cases) {
        return first->cases > second->cases ? -1 : 1;
    }
    const int order = strcmp(first->before == NULL ? "" : first->before,
                             second->before == NULL ? "" : second->before);
    return order != 0 ? order : strcmp(first->after, second->after);
}

static int by_load(const void *a, const void *b)
{
    const struct rehearsal_curator *first = a;
    const struct rehearsal_curator *second = b;

    if (first->peak_after != second->peak_after) {
        return first->peak_after > second->peak_after ? -1 : 1;
    }
    return strcmp(first->id, second->id);
}
