/* refctl curator ls */
#include "agents/ctl/json_view.h"
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

static bool
add(const struct screen *screen, struct table *table, const struct answer *answer, size_t row)
{
    const struct curator_row *curator = &answer->curators[row];
    char bar[WORDING_BAR_BYTES];
    char offers[16];

    (void)snprintf(offers, sizeof(offers), "%u", (unsigned)curator->open_offers);
    return table_add(table,
                     (const char *const[]){curator->id,
                                           wording_bar(curator->load, curator->capacity, bar),
                                           offers,
                                           curator->connected ? SCREEN_IN(screen, "да", "yes")
                                                              : SCREEN_IN(screen, "нет", "no"),
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
                  {"Ведомство", "Agency"},
                  {"Название", "Title"}},
        .columns = 6,
        .nothing = {"Кураторов не видно.", "No curators to be seen."},
        .count = count,
        .json = json,
        .add = add,
    };

    return rows_print(run, &kind, &(struct query){.kind = QUERY_CURATORS}, err);
}
