/* refctl submit: forms to the agent, each with an id drawn here, so that sending one again is harmless. */
#include "agents/core/form.h"
#include "agents/ctl/excerpt.h"
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/verb.h"
#include "base/file.h"
#include "base/keys.h"

#include <string.h>

struct submission {
    struct run *run;
    const char *name; /* of the file */
    struct id128 id;
    json_t *errors; /* NULL: for a person */
};

enum submitted { SUBMITTED_TAKEN, SUBMITTED_BAD /* go on with the next */, SUBMITTED_STOP };

static bool choose_id(struct run *run, struct id128 *id, struct error *err);
static enum submitted submit_file(struct submission *submission, struct error *err);
static enum submitted send(struct submission *submission, struct form *form, struct error *err);
static void
report(struct submission *submission, const struct error_list *errors, struct bytes content);
static void report_problems(struct submission *submission, const struct reply *reply);
static void told_json(const struct submission *submission, json_t *forms, enum submitted result);
static bool summary(struct run *run, size_t bad, struct error *err);

bool verb_submit(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    json_t *forms = screen->json ? json_array() : NULL;
    struct error why = {.code = ERROR_NONE};
    size_t bad = 0;
    bool ok = false;

    if (run_has(run, OPTION_ID) && run->word_count > 1) {
        (void)error_set(err,
                        ERROR_USAGE,
                        SCREEN_IN(screen, "--id годится для одной формы", "--id is for one form"));
        goto out;
    }
    if (!keys_start(err)) {
        goto out;
    }
    for (size_t i = 0; i < run->word_count; i++) {
        struct arena_mark mark = arena_mark(run->arena);
        struct submission submission = {.run = run, .name = run->words[i]};
        submission.errors = screen->json ? json_array() : NULL;
        enum submitted result = SUBMITTED_STOP;
        if (choose_id(run, &submission.id, &why)) {
            result = submit_file(&submission, &why);
        }
        told_json(&submission, forms, result);
        arena_release(run->arena, mark);
        bad += result == SUBMITTED_BAD;
        if (result == SUBMITTED_STOP) {
            *err = why;
            goto out;
        }
    }
    if (bad == 1 && run->word_count == 1) {
        *err = why;
        goto out;
    }
    ok = bad == 0 || summary(run, bad, err);
out:
    if (forms != NULL && !screen_json(screen, json_pack("{s:o}", "forms", forms), err)) {
        ok = false;
    }
    return ok;
}

static bool choose_id(struct run *run, struct id128 *id, struct error *err)
{
    const char *given = run_option(run, OPTION_ID);
    uint8_t random[10];

    if (given == NULL) {
        keys_random(random, sizeof(random));
        *id = id128_uuid7((uint64_t)(run->screen->now_us / 1000), random);
        return true;
    }
    return id128_parse(given, id) ||
           error_set(err,
                     ERROR_USAGE,
                     SCREEN_IN(run->screen, "--id: «%.60s» не id", "--id: “%.60s” is no id"),
                     given);
}

/* BAD and STOP fill err. */
static enum submitted submit_file(struct submission *submission, struct error *err)
{
    struct run *run = submission->run;
    const struct screen *screen = run->screen;
    struct error_list *errors = arena_alloc(run->arena, sizeof(*errors));
    struct form_input input = {.name =
                                   strcmp(submission->name, "-") == 0 ? "stdin" : submission->name,
                               .now_us = screen->now_us,
                               .utc_offset_seconds = moment_offset_seconds(screen->now_us)};
    struct form_read read;

    if (errors == NULL) {
        (void)error_set(err, ERROR_OS, "no memory left");
        return SUBMITTED_STOP;
    }
    if (!file_read(submission->name, YAML_TREE_BYTES_MAX, run->arena, &input.content, err)) {
        (void)error_prepend(
            err, "%s", SCREEN_IN(screen, "форма не прочитана", "the form cannot be read"));
        if (run->word_count > 1) {
            screen_error(screen, err);
        }
        return SUBMITTED_BAD;
    }
    if (!form_read(&input, run->arena, &read, errors) ||
        !form_check(&read, screen->now_us, run->arena, errors)) {
        report(submission, errors, excerpt_of_form(screen, input.content));
        (void)error_set(err,
                        ERROR_DATA,
                        SCREEN_IN(screen,
                                  "%s: форма не передана, ошибок: %zu",
                                  "%s: the form was not sent, errors: %zu"),
                        input.name,
                        errors->count + errors->dropped);
        return SUBMITTED_BAD;
    }
    if (run_has(run, OPTION_DRY_RUN)) {
        screen_hint(screen,
                    SCREEN_IN(screen,
                              "%s: ошибок нет, ничего не передано\n",
                              "%s: no errors, nothing was sent\n"),
                    input.name);
        return SUBMITTED_TAKEN;
    }
    return send(submission, &read.form, err);
}

static enum submitted send(struct submission *submission, struct form *form, struct error *err)
{
    struct run *run = submission->run;
    const struct screen *screen = run->screen;
    struct command command = {.lane = LANE_NORMAL, .kind = COMMAND_FORM, .form = form};
    struct caller *caller;
    struct reply reply;
    char id[ID128_TEXT_MAX];

    form->id = submission->id;
    (void)id128_format(&form->id, id);
    if (!run_caller(run, &caller, err)) {
        return SUBMITTED_STOP;
    }
    if (!caller_command(caller, &command, &reply, err)) {
        screen_hint(
            screen,
            SCREEN_IN(screen,
                      "Неизвестно, принята ли форма. Повтор безвреден: refctl submit %s --id %s\n",
                      "Whether the form was taken is unknown. Repeating is harmless: refctl "
                      "submit %s --id %s\n"),
            submission->name,
            id);
        return SUBMITTED_STOP;
    }
    if (reply.refused) {
        (void)caller_refusal(reply.problems, reply.problem_count, screen->language, err);
        report_problems(submission, &reply);
        return err->code == ERROR_DATA ? SUBMITTED_BAD : SUBMITTED_STOP;
    }
    if (!screen->json) {
        screen_print(screen, run->word_count > 1 ? "%s  %s\n" : "%s%.0s\n", id, submission->name);
        screen_hint(screen,
                    reply.repeated
                        ? SCREEN_IN(screen,
                                    "Это направление уже было передано: refctl referral show %s\n",
                                    "This referral had been sent before: refctl referral show %s\n")
                        : SCREEN_IN(screen,
                                    "Передано. Что с ним станет: refctl referral show %s\n",
                                    "Sent. What becomes of it: refctl referral show %s\n"),
                    id);
    }
    return SUBMITTED_TAKEN;
}

static void
report(struct submission *submission, const struct error_list *errors, struct bytes content)
{
    const struct screen *screen = submission->run->screen;

    for (size_t i = 0; i < errors->count; i++) {
        const struct error *error = &errors->items[i];
        char half[EXCERPT_TEXT_MAX];
        excerpt_print(screen, error, content);
        if (submission->errors != NULL) {
            (void)json_array_append_new(
                submission->errors,
                json_pack("{s:I, s:I, s:s}",
                          "line",
                          (json_int_t)error->at.line,
                          "column",
                          (json_int_t)error->at.column,
                          "text",
                          excerpt_half(error->text, screen->language, half)));
        }
    }
    if (errors->dropped > 0) {
        screen_hint(screen,
                    SCREEN_IN(screen, "… и ещё ошибок: %zu\n", "... and %zu more errors\n"),
                    errors->dropped);
    }
}

/* The first is in err and printed at the end when there is one file only. */
static void report_problems(struct submission *submission, const struct reply *reply)
{
    const struct screen *screen = submission->run->screen;
    size_t first = submission->run->word_count > 1 ? 0 : 1;

    for (size_t i = 0; i < reply->problem_count; i++) {
        const struct problem *problem = &reply->problems[i];
        if (submission->errors != NULL) {
            (void)json_array_append_new(submission->errors, json_view_problem(problem));
        } else if (i >= first) {
            screen_hint(screen,
                        "%s: %s%s%s\n",
                        submission->name,
                        problem->field,
                        problem->field[0] == '\0' ? "" : ": ",
                        screen_phrase(screen, problem->text));
        }
    }
}

static void told_json(const struct submission *submission, json_t *forms, enum submitted result)
{
    bool sent = result == SUBMITTED_TAKEN && !run_has(submission->run, OPTION_DRY_RUN);

    if (forms != NULL) {
        (void)json_array_append_new(forms,
                                    json_pack("{s:s, s:b, s:o, s:o}",
                                              "file",
                                              submission->name,
                                              "taken",
                                              (int)sent,
                                              "id",
                                              sent ? json_view_id(&submission->id) : json_null(),
                                              "errors",
                                              submission->errors));
    }
}

static bool summary(struct run *run, size_t bad, struct error *err)
{
    return error_set(
        err,
        ERROR_DATA,
        SCREEN_IN(run->screen, "не передано форм: %zu из %zu", "not sent: %zu of %zu forms"),
        bad,
        run->word_count);
}
