/* refctl agency ls */
#include "agents/ctl/json_view.h"
#include "agents/ctl/rows.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"

static size_t count(const struct answer *answer)
{
    return answer->agency_count;
}

static json_t *json(const struct answer *answer, size_t row)
{
    return json_view_agency(&answer->agencies[row]);
}

static bool
add(const struct screen *screen, struct table *table, const struct answer *answer, size_t row)
{
    const struct agency_row *agency = &answer->agencies[row];
    char sites[32];
    char workers[16];

    (void)snprintf(
        sites, sizeof(sites), "%u/%u", (unsigned)agency->sites_connected, (unsigned)agency->sites);
    (void)snprintf(workers, sizeof(workers), "%u", (unsigned)agency->workers);
    return table_add(
        table,
        (const char *const[]){agency->id,
                              wording_title(screen, VOCABULARY_AGENCY_KIND, agency->kind),
                              sites,
                              workers,
                              screen_phrase(screen, agency->title)});
}

bool verb_agency_ls(struct run *run, struct error *err)
{
    static const struct rows_kind kind = {
        .key = "agencies",
        .heads = {{"Код", "Id"},
                  {"Вид", "Kind"},
                  {">На связи", ">Connected"},
                  {">Работников", ">Workers"},
                  {"Название", "Title"}},
        .columns = 5,
        .nothing = {"Ведомств не видно.", "No agencies to be seen."},
        .count = count,
        .json = json,
        .add = add,
    };

    return rows_print(run, &kind, &(struct query){.kind = QUERY_AGENCIES}, err);
}
