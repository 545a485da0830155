/* refctl policy history, policy show: the versions of the configuration. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/policy_plan.h"
#include "agents/ctl/rows.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"

#include <stdlib.h>
#include <string.h>

/* Who brought it: a worker, or the files of the broker's folder. */
static const char *who(const struct screen *screen, const struct version_row *row, char buffer[512])
{
    switch (row->origin) {
    case VERSION_APPLIED:
        (void)snprintf(buffer, 512, "%s (%s)", row->actor, row->site);
        if (row->plan != 0) {
            (void)snprintf(
                buffer,
                512,
                SCREEN_IN(screen, "%s (%s): план p%u%s%s", "%s (%s): plan p%u%s%s"),
                row->actor,
                row->site,
                (unsigned)row->plan,
                row->signed_by[0] == '\0' ? "" : SCREEN_IN(screen, ", подписали: ", ", signed by "),
                row->signed_by);
        }
        break;
    case VERSION_ROLLED_BACK:
        (void)snprintf(buffer,
                       512,
                       SCREEN_IN(screen, "%s (%s): возврат к %u", "%s (%s): back to %u"),
                       row->actor,
                       row->site,
                       (unsigned)row->returned_to);
        break;
    case VERSION_ORIGIN_UNSPECIFIED:
    case VERSION_FROM_FILES:
    case VERSION_ORIGIN_END:
        (void)snprintf(
            buffer, 512, "%s", SCREEN_IN(screen, "файлы брокера", "files of the broker"));
        break;
    }
    return buffer;
}

static const char *rows_of(const struct version_row *row, char buffer[64])
{
    (void)snprintf(buffer,
                   64,
                   "+%u ~%u -%u",
                   (unsigned)row->rows_added,
                   (unsigned)row->rows_changed,
                   (unsigned)row->rows_removed);
    return buffer;
}

/* ---- history ---------------------------------------------------------------------------------- */

static size_t count(const struct answer *answer)
{
    return answer->version_count;
}

static json_t *json(const struct answer *answer, size_t row)
{
    return json_view_version(&answer->versions[row]);
}

static bool
add(const struct screen *screen, struct table *table, const struct answer *answer, size_t row)
{
    const struct version_row *version = &answer->versions[row];
    char number[16];
    char at[MOMENT_TEXT_MAX];
    char rows[64];
    char by[512];

    (void)snprintf(number, sizeof(number), "%u", (unsigned)version->version);
    return table_add(
        table,
        (const char *const[]){number,
                              moment_format(version->at_us, screen->now_us, screen->language, at),
                              version->in_force ? SCREEN_IN(screen, "да", "yes") : "",
                              rows_of(version, rows),
                              version->texts,
                              who(screen, version, by)});
}

bool verb_policy_history(struct run *run, struct error *err)
{
    static const struct rows_kind kind = {
        .key = "versions",
        .heads = {{">Версия", ">Version"},
                  {"С какого времени", "Since"},
                  {"Действует", "In force"},
                  {"Справочник", "Directory"},
                  {"Тексты", "Texts"},
                  {"Кто", "Who"}},
        .columns = 6,
        .nothing = {"Версий не видно.", "No versions to be seen."},
        .count = count,
        .json = json,
        .add = add,
    };

    return rows_print(run, &kind, &(struct query){.kind = QUERY_VERSIONS}, err) &&
           (run->screen->json || policy_plan_hint(run, err));
}

/* ---- show --------------------------------------------------------------------------------------- */

struct telling {
    const struct screen *screen;
    json_t *version; /* in a JSON run */
    json_t *differences;
    json_t *texts;
    char *text; /* the one that is being gathered */
    size_t text_bytes;
    bool failed;
};

static void tell_head(const struct screen *screen, const struct version_row *row)
{
    char at[MOMENT_TEXT_MAX];
    char rows[64];
    char by[512];

    screen_print(screen,
                 SCREEN_IN(screen, "%sВерсия %u%s%s\n", "%sVersion %u%s%s\n"),
                 screen_color(screen, SCREEN_BOLD),
                 (unsigned)row->version,
                 screen_color(screen, SCREEN_PLAIN),
                 row->in_force ? SCREEN_IN(screen, " — действует", " — in force") : "");
    screen_field(screen,
                 SCREEN_IN(screen, "С какого времени", "Since"),
                 "%s",
                 moment_format(row->at_us, screen->now_us, screen->language, at));
    screen_field(screen, SCREEN_IN(screen, "Кто", "Who"), "%s", who(screen, row, by));
    if (row->signed_by[0] != '\0') {
        screen_field(screen, SCREEN_IN(screen, "Подписали", "Signed by"), "%s", row->signed_by);
    }
    screen_field(screen, SCREEN_IN(screen, "Справочник", "Directory"), "%s", rows_of(row, rows));
    screen_field(screen,
                 SCREEN_IN(screen, "Новые тексты", "New texts"),
                 "%s",
                 row->texts[0] == '\0' ? "—" : row->texts);
}

static void tell_difference(const struct screen *screen, const struct version_difference *row)
{
    static const char *const signs[VERSION_CHANGE_END] = {"", "+", "~", "-"};
    const char *line = row->fields;

    screen_print(screen, "%s %s %s\n", signs[row->change], row->kind, row->id);
    while (line[0] != '\0') {
        const size_t bytes = strcspn(line, "\n");
        screen_print(screen, "    %.*s\n", (int)bytes, line);
        line += bytes + (line[bytes] == '\n' ? 1 : 0);
    }
}

/* A text that is whole. */
static void tell_text(struct telling *telling, const char *name)
{
    if (telling->texts != NULL) {
        (void)json_array_append_new(
            telling->texts,
            json_pack(
                "{s:s, s:s%}", "name", name, "text", telling->text, (size_t)telling->text_bytes));
        return;
    }
    screen_print(telling->screen, "\n--- %s\n", name);
    screen_print(telling->screen, "%.*s", (int)telling->text_bytes, telling->text);
}

static void take_piece(struct telling *telling, const struct version_text *text)
{
    const size_t bytes = text->offset + text->piece.size;
    if (text->offset != telling->text_bytes || bytes > LIMIT_POLICY_BYTES) {
        telling->failed = true;
        return;
    }
    char *longer = realloc(telling->text, bytes + 1);
    if (longer == NULL) {
        telling->failed = true;
        return;
    }
    telling->text = longer;
    if (text->piece.size > 0) {
        memcpy(longer + text->offset, text->piece.data, text->piece.size);
    }
    longer[bytes] = '\0';
    telling->text_bytes = bytes;
    if (bytes == text->size) {
        tell_text(telling, text->name);
        telling->text_bytes = 0;
    }
}

static size_t take(void *world, const struct answer *answer, size_t rows_max)
{
    struct telling *telling = world;

    (void)rows_max;
    for (size_t i = 0; i < answer->version_count; i++) {
        if (telling->differences != NULL) {
            telling->version = json_view_version(&answer->versions[i]);
        } else {
            tell_head(telling->screen, &answer->versions[i]);
        }
    }
    for (size_t i = 0; i < answer->difference_count; i++) {
        if (telling->differences != NULL) {
            (void)json_array_append_new(telling->differences,
                                        json_view_difference(&answer->differences[i]));
        } else {
            tell_difference(telling->screen, &answer->differences[i]);
        }
    }
    for (size_t i = 0; i < answer->text_count; i++) {
        take_piece(telling, &answer->texts[i]);
    }
    return 0;
}

bool verb_policy_show(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct telling telling = {.screen = screen};
    struct caller_listing listing = {
        .query = {.kind = QUERY_VERSION, .text = run->words[0]}, .take = take, .world = &telling};
    struct caller *caller;
    bool more = false;
    bool ok = run_caller(run, &caller, err);

    if (ok && screen->json) {
        telling.differences = json_array();
        telling.texts = json_array();
    }
    ok = ok && caller_pages(caller, &listing, &more, err);
    if (ok && telling.failed) {
        ok = error_set(err, ERROR_PROTOCOL, "the texts do not fit together");
    }
    if (ok && screen->json) {
        ok = screen_json(screen,
                         json_pack("{s:O*, s:O, s:O}",
                                   "version",
                                   telling.version,
                                   "differences",
                                   telling.differences,
                                   "texts",
                                   telling.texts),
                         err);
    }
    free(telling.text);
    json_decref(telling.version);
    json_decref(telling.differences);
    json_decref(telling.texts);
    return ok;
}
