/* refctl policy check: the files of a region, checked as one set; needs no agent and no broker. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/verb.h"
#include "policy/source.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDERS_ABOVE_MAX = 4 };

/* All sets of one run. */
struct checked {
    struct run *run;
    struct source_report *report; /* of the last one */
    json_t *diagnostics;
    size_t errors;
    size_t warnings;
};

static const char *set_of(struct run *run, const char *path);
static bool named_before(const char *const *sets, size_t count, const char *set);
static void check_set(struct checked *checked, const char *path);
static void add_json(json_t *diagnostics, const struct source_report *report);
static bool show_json(const struct checked *checked, struct error *err);
static void praise(const struct screen *screen,
                   const struct region_input *input,
                   const struct source_report *report);

bool verb_policy_check(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct checked checked = {.run = run,
                              .report = arena_alloc(run->arena, sizeof(*checked.report))};
    const char *sets[OPTIONS_WORDS_MAX];
    size_t count = 0;

    if (checked.report == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    checked.diagnostics = json_array();
    for (size_t i = 0; i < run->word_count || i == 0; i++) {
        const char *set = set_of(run, run->word_count == 0 ? "." : run->words[i]);
        if (!named_before(sets, count, set)) {
            sets[count++] = set;
            check_set(&checked, set);
        }
    }
    if (screen->json && !show_json(&checked, err)) {
        return false;
    }
    if (!screen->json) {
        json_decref(checked.diagnostics);
    }
    return checked.errors == 0 || error_set(err,
                                            ERROR_FINDINGS,
                                            SCREEN_IN(screen,
                                                      "%s: ошибок %zu, предупреждений %zu",
                                                      "%s: %zu errors, %zu warnings"),
                                            count == 1 ? sets[0] : "policy check",
                                            checked.errors,
                                            checked.warnings);
}

/* A folder with a broker.yaml, or that file; any other file belongs to the nearest set above it. */
static const char *set_of(struct run *run, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    struct stat status;

    if (stat(path, &status) != 0 || S_ISDIR(status.st_mode) || strcmp(name, "broker.yaml") == 0) {
        return path;
    }
    const char *folder =
        slash == NULL ? "." : arena_text_of(run->arena, bytes_of(path, (size_t)(slash - path)));
    for (size_t i = 0; i < FOLDERS_ABOVE_MAX && folder != NULL; i++) {
        const char *file = arena_format(run->arena, "%s/broker.yaml", folder);
        if (file != NULL && stat(file, &status) == 0) {
            return folder;
        }
        folder = arena_format(run->arena, "%s/..", folder);
    }
    return path;
}

/* The same folder, whatever it is called. */
static bool named_before(const char *const *sets, size_t count, const char *set)
{
    struct stat one;
    struct stat other;

    for (size_t i = 0; i < count; i++) {
        if (stat(sets[i], &one) == 0 && stat(set, &other) == 0 && one.st_ino == other.st_ino &&
            one.st_dev == other.st_dev) {
            return true;
        }
    }
    return false;
}

static void check_set(struct checked *checked, const char *path)
{
    const struct screen *screen = checked->run->screen;
    struct region_input input;
    bool valid = source_load(path, screen->now_us, checked->run->arena, &input, checked->report);

    checked->errors += checked->report->errors;
    checked->warnings += checked->report->warnings;
    if (screen->json) {
        add_json(checked->diagnostics, checked->report);
        return;
    }
    source_print(checked->report, screen->language, screen->err);
    if (valid) {
        praise(screen, &input, checked->report);
    }
}

static void add_json(json_t *diagnostics, const struct source_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct source_diagnostic *item = &report->items[i];
        struct diagnostic_entry entry;
        bool known = diagnostic_describe(item->code, &entry);

        assert(known);
        json_t *json = json_pack("{s:s, s:s, s:o, s:I, s:I, s:o, s:o}",
                                 "code",
                                 entry.code,
                                 "severity",
                                 item->warning ? "warning" : "error",
                                 "file",
                                 json_view_text(item->at.file),
                                 "line",
                                 (json_int_t)item->at.line,
                                 "column",
                                 (json_int_t)item->at.column,
                                 "text",
                                 json_view_phrase(item->text),
                                 "advice",
                                 json_view_phrase(entry.advice));
        if (item->line != NULL) {
            (void)json_object_set_new(json, "source", json_view_text(item->line));
        }
        (void)json_array_append_new(diagnostics, json);
    }
}

static bool show_json(const struct checked *checked, struct error *err)
{
    json_t *json = json_pack("{s:b, s:I, s:I, s:o}",
                             "valid",
                             (int)(checked->errors == 0),
                             "errors",
                             (json_int_t)checked->errors,
                             "warnings",
                             (json_int_t)checked->warnings,
                             "diagnostics",
                             checked->diagnostics);
    return screen_json(checked->run->screen, json, err);
}

static void praise(const struct screen *screen,
                   const struct region_input *input,
                   const struct source_report *report)
{
    static const struct phrase names[DIRECTORY_END] = {
        [DIRECTORY_TERRITORY] = {"территорий", "territories"},
        [DIRECTORY_AGENCY] = {"ведомств", "agencies"},
        [DIRECTORY_SITE] = {"площадок", "sites"},
        [DIRECTORY_WORKER] = {"работников", "workers"},
        [DIRECTORY_SERVICE] = {"услуг", "services"},
        [DIRECTORY_DESK] = {"столов", "desks"},
        [DIRECTORY_KEY] = {"ключей", "keys"},
    };
    size_t counts[DIRECTORY_END] = {0};

    for (size_t i = 0; i < input->row_count; i++) {
        counts[input->rows[i].kind]++;
    }
    screen_print(
        screen,
        SCREEN_IN(screen, "%s: ошибок нет, предупреждений %zu\n", "%s: no errors, %zu warnings\n"),
        screen_phrase(screen, input->title),
        report->warnings);
    for (size_t kind = DIRECTORY_TERRITORY; kind < DIRECTORY_END; kind++) {
        screen_field(screen, screen_phrase(screen, names[kind]), "%zu", counts[kind]);
    }
}
