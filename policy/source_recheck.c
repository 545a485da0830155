/* A set without files, checked again; see source.h. */
#include "policy/source.h"

#include "policy/reference.h"

#include <string.h>

enum { TEXTS_MAX = SOURCE_FILES_MAX + 1 };

struct recheck {
    const struct region_input *input;
    struct arena *arena;
    int64_t now_us;
    struct finding_list findings;
    struct directory_row *rows; /* numbered in their order */
    struct directory *directory;
    struct calendar *calendar;
    struct policy *policy;
};

static const struct text_pos nowhere = {.file = "directory"};

static bool draft(struct recheck *recheck)
{
    const struct region_input *input = recheck->input;
    uint32_t counts[DIRECTORY_END] = {0};

    recheck->rows = arena_array(recheck->arena, input->row_count + 1, sizeof(*recheck->rows));
    if (recheck->rows == NULL) {
        return false;
    }
    memcpy(recheck->rows, input->rows, input->row_count * sizeof(*recheck->rows));
    for (size_t i = 0; i < input->row_count; i++) {
        recheck->rows[i].number = ++counts[recheck->rows[i].kind];
    }
    recheck->directory = directory_create_draft(recheck->rows, input->row_count);
    return recheck->directory != NULL;
}

static void resolve(struct recheck *recheck, enum directory_kind kind, const char *id)
{
    if (id != NULL && id[0] != '\0') {
        (void)reference_resolve(recheck->directory, kind, id, &nowhere, &recheck->findings);
    }
}

static void check_row(struct recheck *recheck, const struct directory_row *row)
{
    resolve(recheck, DIRECTORY_TERRITORY, row->parent);
    resolve(recheck, DIRECTORY_SITE, row->home_site);
    resolve(recheck, DIRECTORY_AGENCY, row->agency);
    resolve(recheck, DIRECTORY_SITE, row->site);
    resolve(recheck, DIRECTORY_TERRITORY, row->territory);
    for (size_t i = 0; i < row->territory_count; i++) {
        resolve(recheck, DIRECTORY_TERRITORY, row->territories[i]);
    }
    for (size_t i = 0; i < row->escalate_count; i++) {
        resolve(recheck, DIRECTORY_AGENCY, row->escalate[i]);
    }
    if (row->zone != NULL && row->zone[0] != '\0' && recheck->calendar != NULL &&
        !calendar_has_zone(recheck->calendar, row->zone)) {
        finding_error(&recheck->findings,
                      DIAGNOSTIC_ZONE_UNKNOWN,
                      &nowhere,
                      "часовой зоны «%s» нет в календаре",
                      "the zone \"%s\" is not in the calendar",
                      row->zone);
    }
}

static void check_desks(struct recheck *recheck, const struct directory_row *root)
{
    struct directory_desk found;

    for (uint32_t desk = DESK_TRIAGE; desk < DESK_END; desk++) {
        if (!directory_desk_for(recheck->directory, (enum desk)desk, root->number, &found)) {
            finding_error(&recheck->findings,
                          DIAGNOSTIC_DESK_NONE,
                          &nowhere,
                          "у территории «%s» нет стола «%s»",
                          "territory \"%s\" has no desk \"%s\"",
                          root->id,
                          vocabulary_code(VOCABULARY_DESK, desk));
        }
    }
}

static void check_rows(struct recheck *recheck)
{
    for (size_t i = 0; i < recheck->input->row_count; i++) {
        const struct directory_row *row = &recheck->rows[i];
        check_row(recheck, row);
        if (row->kind == DIRECTORY_TERRITORY && row->parent[0] == '\0') {
            check_desks(recheck, row);
        }
    }
}

/* The trees of the policy's files; the calendar is made on the way. */
static size_t parse(struct recheck *recheck, struct yaml_file files[TEXTS_MAX])
{
    struct error_list *errors = arena_alloc(recheck->arena, sizeof(*errors));
    size_t count = 0;

    for (size_t i = 0; errors != NULL && i < recheck->input->text_count && i < TEXTS_MAX; i++) {
        const struct region_text *text = &recheck->input->texts[i];
        struct yaml_file *file = &files[count];
        if (!yaml_tree_parse(text->name, text->text, recheck->arena, file, errors)) {
            finding_adopt_yaml(&recheck->findings, errors);
        } else if (strcmp(text->name, "calendar.yaml") == 0) {
            (void)!calendar_read(&recheck->calendar, file, recheck->now_us, &recheck->findings);
        } else {
            count++;
        }
    }
    return count;
}

static void check_policy(struct recheck *recheck)
{
    struct yaml_file files[TEXTS_MAX];
    const size_t count = parse(recheck, files);
    const struct policy_context context = {.directory = recheck->directory,
                                           .calendar = recheck->calendar,
                                           .zone = directory_root_zone(recheck->directory)};

    check_rows(recheck);
    if (recheck->findings.errors == 0 &&
        policy_read(&recheck->policy, files, count, &context, &recheck->findings) &&
        recheck->findings.errors == 0) {
        policy_prove(recheck->policy, recheck->directory, &recheck->findings);
        policy_check(recheck->policy, recheck->directory, &recheck->findings);
    }
}

static void tell(const struct finding_list *findings, struct source_report *report)
{
    report->count = findings->count;
    report->errors = findings->errors;
    report->warnings = findings->warnings;
    report->file_count = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        report->items[i] = (struct source_diagnostic){.code = finding->code,
                                                      .warning = finding->warning,
                                                      .at = finding->at,
                                                      .text = finding->text};
    }
}

bool source_recheck(const struct region_input *input,
                    const struct source_reading *reading,
                    struct source_report *report)
{
    struct recheck recheck = {.input = input, .arena = reading->arena, .now_us = reading->now_us};

    report->count = 0;
    report->errors = 1;
    if (!finding_list_begin(&recheck.findings, reading->arena)) {
        return false;
    }
    if (draft(&recheck)) {
        check_policy(&recheck);
    } else {
        finding_error(&recheck.findings,
                      DIAGNOSTIC_MEMORY,
                      NULL,
                      "не хватило памяти для проверки",
                      "the check ran out of memory");
    }
    tell(&recheck.findings, report);
    policy_destroy(&recheck.policy);
    calendar_destroy(&recheck.calendar);
    directory_destroy(&recheck.directory);
    return report->errors == 0;
}
