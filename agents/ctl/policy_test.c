/* refctl policy test: the cases of policy_test.yaml against the files of a region; needs no agent and no broker. */
#include "agents/ctl/excerpt.h"
#include "agents/ctl/region_folder.h"
#include "agents/ctl/suite_report.h"
#include "agents/ctl/verb.h"
#include "base/file.h"

#include <string.h>

static const char *suite_path(const struct run *run, const char *path);
static bool test_region(struct run *run, struct suite_input *input, struct error *err);
static bool run_cases(struct run *run,
                      const struct suite *suite,
                      struct suite_report *report,
                      struct error *err);
static bool print(struct run *run, const struct suite_report *report, struct error *err);

bool verb_policy_test(struct run *run, struct error *err)
{
    const char *path = run->word_count > 0 ? run->words[0] : ".";
    struct suite_input input = {.name = suite_path(run, path)};
    struct region *region = NULL;

    if (input.name == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (run_has(run, OPTION_TAP) + run_has(run, OPTION_JUNIT) + run_has(run, OPTION_JSON) > 1) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "--tap, --junit и --json: годится только один из них",
                                   "--tap, --junit and --json: only one of them at a time"));
    }
    if (!region_folder_open(run, path, &region, err)) {
        return false;
    }
    input.region = region;
    bool ok = test_region(run, &input, err);
    region_destroy(&region);
    return ok;
}

/* Beside broker.yaml. */
static const char *suite_path(const struct run *run, const char *path)
{
    const size_t bytes = strlen(path);

    if (bytes > 5 && strcmp(path + bytes - 5, ".yaml") == 0) {
        return file_beside(run->arena, path, "policy_test.yaml");
    }
    return arena_format(
        run->arena, "%s%spolicy_test.yaml", path, path[bytes - 1] == '/' ? "" : "/");
}

static bool test_region(struct run *run, struct suite_input *input, struct error *err)
{
    const struct screen *screen = run->screen;
    struct error_list *errors = arena_alloc(run->arena, sizeof(*errors));
    struct suite_report report = {.file = input->name, .policy = input->region->policy};
    struct suite suite;

    if (errors == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (!file_read(input->name, YAML_TREE_BYTES_MAX, run->arena, &input->content, err)) {
        return false;
    }
    if (!suite_read(input, run->arena, &suite, errors)) {
        excerpt_print_all(screen, errors, input->content);
        return error_set(err,
                         ERROR_DATA,
                         SCREEN_IN(screen,
                                   "%s: примеры не прочитаны, ошибок: %zu",
                                   "%s: the cases cannot be read, errors: %zu"),
                         input->name,
                         errors->count + errors->dropped);
    }
    if (!run_cases(run, &suite, &report, err) || !print(run, &report, err)) {
        return false;
    }
    return report.failed == 0 ||
           error_set(
               err,
               ERROR_FINDINGS,
               SCREEN_IN(screen,
                         "%s: политика решает иначе, чем ожидалось; примеров: %zu из %zu",
                         "%s: the policy decides otherwise than expected in %zu of %zu cases"),
               input->name,
               report.failed,
               report.count);
}

static bool run_cases(struct run *run,
                      const struct suite *suite,
                      struct suite_report *report,
                      struct error *err)
{
    report->count = suite->count;
    report->rows = arena_array(run->arena, suite->count, sizeof(*report->rows));
    for (size_t i = 0; i < suite->count && report->rows != NULL; i++) {
        struct suite_report_row *row = &report->rows[i];
        row->item = &suite->cases[i];
        struct suite_result *result = arena_alloc(run->arena, sizeof(*result));
        if (result == NULL || !suite_check(row->item, run->arena, result)) {
            report->rows = NULL;
            break;
        }
        row->result = result;
        report->failed += result->count > 0 ? 1 : 0;
        if (result->rule >= 0) {
            report->matched[result->rule]++;
        }
    }
    return report->rows != NULL || error_set(err, ERROR_OS, "no memory left");
}

static bool print(struct run *run, const struct suite_report *report, struct error *err)
{
    if (run->screen->json) {
        return screen_json(run->screen, suite_report_json(report), err);
    }
    if (run_has(run, OPTION_TAP)) {
        suite_report_tap(run->screen, report);
    } else if (run_has(run, OPTION_JUNIT)) {
        suite_report_junit(run->screen, report);
    } else {
        suite_report_print(run->screen, report);
    }
    return true;
}
