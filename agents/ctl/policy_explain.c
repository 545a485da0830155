/* refctl policy explain: what the files of a region would do with a form, step by step; needs no agent and no broker. */
#include "agents/core/form.h"
#include "agents/ctl/excerpt.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/region_folder.h"
#include "agents/ctl/trial_view.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/zone_time.h"
#include "base/file.h"

#include <string.h>

static bool explain(struct run *run, const struct region *region, struct error *err);
static bool take_form(struct run *run, int64_t at_us, struct form_read *read, struct error *err);
static bool take_time(struct run *run, struct trial_question *question, struct error *err);

bool verb_policy_explain(struct run *run, struct error *err)
{
    struct region *region = NULL;

    if (!region_folder_open(run, run->word_count > 1 ? run->words[1] : NULL, &region, err)) {
        return false;
    }
    bool ok = explain(run, region, err);
    region_destroy(&region);
    return ok;
}

static bool explain(struct run *run, const struct region *region, struct error *err)
{
    const struct screen *screen = run->screen;
    const char *referrer = run_option(run, OPTION_REFERRER);
    struct trial_question question = {
        .region = region, .keys_count = directory_count(region->directory, DIRECTORY_KEY) > 0};
    struct trial *trial = arena_alloc(run->arena, sizeof(*trial));
    struct form_read read;

    if (trial == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    /* The zone of --at is the territory's, which the form names; a child's age is that of the day, in any zone. */
    if (!take_time(run, &question, err) || !take_form(run, question.at_us, &read, err)) {
        return false;
    }
    question.labels = &read.form.labels;
    question.territory = region_folder_find(
        screen, region->directory, DIRECTORY_TERRITORY, read.form.labels.territory, err);
    if (question.territory == 0 || !take_time(run, &question, err)) {
        return false;
    }
    if (referrer != NULL) {
        question.referrer =
            region_folder_find(screen, region->directory, DIRECTORY_SITE, referrer, err);
        if (question.referrer == 0) {
            return false;
        }
    }
    trial_run(&question, trial);
    if (screen->json) {
        return screen_json(screen, trial_view_json(trial, run->arena), err);
    }
    trial_view_print(screen, trial, run->arena);
    return true;
}

static bool take_form(struct run *run, int64_t at_us, struct form_read *read, struct error *err)
{
    const struct screen *screen = run->screen;
    const char *path = run->words[0];
    struct error_list *errors = arena_alloc(run->arena, sizeof(*errors));
    struct form_input input = {.name = strcmp(path, "-") == 0 ? "stdin" : path,
                               .now_us = at_us,
                               .utc_offset_seconds = moment_offset_seconds(at_us)};

    if (errors == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (!file_read(path, YAML_TREE_BYTES_MAX, run->arena, &input.content, err)) {
        return error_prepend(
            err, "%s", SCREEN_IN(screen, "форма не прочитана", "the form cannot be read"));
    }
    bool good = form_read(&input, run->arena, read, errors);
    if (good && read->form.facts.circumstances[0] == '\0') {
        read->form.facts.circumstances =
            "—"; /* rules ask for labels only: nobody need be found by this form */
    }
    good = good && form_check(read, at_us, run->arena, errors);
    if (!good) {
        excerpt_print_all(screen, errors, excerpt_of_form(screen, input.content));
        return error_set(err,
                         ERROR_DATA,
                         SCREEN_IN(screen,
                                   "%s: такую форму не примут, ошибок: %zu",
                                   "%s: this form would not be taken, errors: %zu"),
                         input.name,
                         errors->count + errors->dropped);
    }
    return true;
}

static bool take_time(struct run *run, struct trial_question *question, struct error *err)
{
    const char *text = run_option(run, OPTION_AT);

    if (text == NULL) {
        question->at_us = run->screen->now_us;
        return true;
    }
    return zone_time_parse(question->region, question->territory, text, &question->at_us) ||
           error_set(err,
                     ERROR_USAGE,
                     SCREEN_IN(run->screen,
                               "--at: «%.60s» — не время, как 2026-11-23T10:00",
                               "--at: “%.60s” is no time as 2026-11-23T10:00"),
                     text);
}
