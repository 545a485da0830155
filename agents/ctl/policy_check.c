/* refctl policy check: the files of a region, checked as one set; needs no agent and no broker. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/verb.h"
#include "policy/source.h"

static json_t *json_of(const struct source_report *report);
static void praise(const struct screen *screen,
                   const struct region_input *input,
                   const struct source_report *report);

bool verb_policy_check(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    const char *path = run->word_count > 0 ? run->words[0] : ".";
    struct source_report *report = arena_alloc(run->arena, sizeof(*report));
    struct region_input input;

    if (report == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    bool valid = source_load(path, screen->now_us, run->arena, &input, report);
    if (screen->json) {
        if (!screen_json(screen, json_of(report), err)) {
            return false;
        }
    } else {
        source_print(report, screen->language, screen->err);
    }
    if (!valid) {
        return error_set(
            err,
            ERROR_CONFIG,
            SCREEN_IN(screen, "%s: ошибок %zu, предупреждений %zu", "%s: %zu errors, %zu warnings"),
            path,
            report->errors,
            report->warnings);
    }
    if (!screen->json) {
        praise(screen, &input, report);
    }
    return true;
}

static json_t *json_of(const struct source_report *report)
{
    json_t *diagnostics = json_array();

    for (size_t i = 0; i < report->count; i++) {
        const struct source_diagnostic *item = &report->items[i];
        (void)json_array_append_new(diagnostics,
                                    json_pack("{s:s, s:o, s:I, s:I, s:o}",
                                              "severity",
                                              item->warning ? "warning" : "error",
                                              "file",
                                              json_view_text(item->at.file),
                                              "line",
                                              (json_int_t)item->at.line,
                                              "column",
                                              (json_int_t)item->at.column,
                                              "text",
                                              json_view_phrase(item->text)));
    }
    return json_pack("{s:b, s:I, s:I, s:o}",
                     "valid",
                     (int)(report->errors == 0),
                     "errors",
                     (json_int_t)report->errors,
                     "warnings",
                     (json_int_t)report->warnings,
                     "diagnostics",
                     diagnostics);
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
