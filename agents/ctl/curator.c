/* refctl curator ls */
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/rows.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"

static size_t count(const struct answer *answer)
{
    return answer->curator_count;
}

static json_t *json(const struct answer *answer, size_t row)
{
    return json_view_curator(&answer->curators[row]);
}

enum { LEAVE_TEXT_MAX = 3 * MOMENT_TEXT_MAX + LIMIT_CODE_BYTES };

/* "01.12.2026 09:00 – 14.12.2026 09:00, замещает curator-2". Returns buffer, or a fixed text. */
static const char *leave_of(const struct screen *screen,
                            const struct curator_row *curator,
                            char buffer[LEAVE_TEXT_MAX])
{
    char from[MOMENT_TEXT_MAX];
    char until[MOMENT_TEXT_MAX];
    const bool covered = curator->deputy[0] != '\0';

    if (curator->dismissed) {
        return SCREEN_IN(screen, "уволен", "dismissed");
    }
    if (curator->leave_until_us == 0) {
        return "—";
    }
    (void)moment_format(curator->leave_from_us, screen->now_us, screen->language, from);
    (void)moment_format(curator->leave_until_us, screen->now_us, screen->language, until);
    (void)snprintf(buffer,
                   LEAVE_TEXT_MAX,
                   "%s%s%s%s%s%s",
                   curator->on_leave ? "" : from,
                   curator->on_leave ? "" : " – ",
                   curator->on_leave ? SCREEN_IN(screen, "до ", "until ") : "",
                   until,
                   covered ? SCREEN_IN(screen, ", замещает ", ", deputy ")
                           : SCREEN_IN(screen, ", без заместителя", ", no deputy"),
                   curator->deputy);
    return buffer;
}

static bool
add(const struct screen *screen, struct table *table, const struct answer *answer, size_t row)
{
    const struct curator_row *curator = &answer->curators[row];
    char bar[WORDING_BAR_BYTES];
    char offers[16];
    char leave[LEAVE_TEXT_MAX];

    (void)snprintf(offers, sizeof(offers), "%u", (unsigned)curator->open_offers);
    return table_add(table,
                     (const char *const[]){curator->id,
                                           wording_bar(curator->load, curator->capacity, bar),
                                           offers,
                                           curator->connected ? SCREEN_IN(screen, "да", "yes")
                                                              : SCREEN_IN(screen, "нет", "no"),
                                           leave_of(screen, curator, leave),
                                           curator->agency,
                                           screen_phrase(screen, curator->title)});
}

bool verb_curator_ls(struct run *run, struct error *err)
{
    static const struct rows_kind kind = {
        .key = "curators",
        .heads = {{"Код", "Id"},
                  {"Нагрузка", "Load"},
                  {">Предложений", ">Offers"},
                  {"На связи", "Connected"},
                  {"Отпуск", "Leave"},
                  {"Ведомство", "Agency"},
                  {"Название", "Title"}},
        .columns = 7,
        .nothing = {"Кураторов не видно.", "No curators to be seen."},
        .count = count,
        .json = json,
        .add = add,
    };

    return rows_print(run, &kind, &(struct query){.kind = QUERY_CURATORS}, err);
}
