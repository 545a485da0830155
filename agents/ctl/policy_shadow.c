/* refctl policy shadow: how the decisions of the policy that decides beside differ from those that count. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/policy_plan.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"
#include "base/table.h"

struct telling {
    const struct screen *screen;
    struct table *pairs;
    struct table *cases;
    json_t *pair_array; /* in a JSON run */
    json_t *case_array;
    size_t rows;
    bool no_memory;
};

static const char *named(const char *rule)
{
    return rule[0] == '\0' ? "—" : rule;
}

static bool add_pair(struct telling *telling, const struct shadow_pair *pair)
{
    char numbers[4][24];
    const uint64_t counts[] = {pair->decided, pair->pool, pair->curator, pair->notified};

    if (telling->pair_array != NULL) {
        return json_array_append_new(telling->pair_array, json_view_shadow_pair(pair)) == 0;
    }
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(numbers[i], sizeof(numbers[i]), "%llu", (unsigned long long)counts[i]);
    }
    return table_add(telling->pairs,
                     (const char *const[]){named(pair->active),
                                           named(pair->shadow),
                                           numbers[0],
                                           numbers[1],
                                           numbers[2],
                                           numbers[3]});
}

/* "rule, pool: curator", or why nobody was chosen. */
static const char *
way(const struct screen *screen, const char *const said[3], enum desk_reason desk, char buffer[256])
{
    if (said[2][0] == '\0') {
        (void)snprintf(buffer,
                       256,
                       "%s: %s",
                       named(said[0]),
                       wording_title(screen, VOCABULARY_DESK_REASON, desk));
    } else {
        (void)snprintf(buffer, 256, "%s, %s: %s", named(said[0]), named(said[1]), said[2]);
    }
    return buffer;
}

static bool add_case(struct telling *telling, const struct shadow_case *row)
{
    const struct screen *screen = telling->screen;
    char at[MOMENT_TEXT_MAX];
    char ways[2][256];

    if (telling->case_array != NULL) {
        return json_array_append_new(telling->case_array, json_view_shadow_case(row)) == 0;
    }
    return table_add(
        telling->cases,
        (const char *const[]){
            moment_format(row->at_us, screen->now_us, screen->language, at),
            row->case_number,
            way(screen,
                (const char *const[]){row->active_rule, row->active_pool, row->active_chosen},
                row->active_desk,
                ways[0]),
            way(screen,
                (const char *const[]){row->shadow_rule, row->shadow_pool, row->shadow_chosen},
                row->shadow_desk,
                ways[1]),
            row->notified});
}

static size_t take(void *world, const struct answer *answer, size_t rows_max)
{
    struct telling *telling = world;

    for (size_t i = 0; i < answer->shadow_pair_count; i++) {
        telling->no_memory = !add_pair(telling, &answer->shadow_pairs[i]) || telling->no_memory;
        telling->rows++;
    }
    for (size_t i = 0; i < answer->shadow_case_count && i < rows_max; i++) {
        telling->no_memory = !add_case(telling, &answer->shadow_cases[i]) || telling->no_memory;
    }
    return answer->shadow_case_count;
}

static bool finish(const struct telling *telling, struct error *err)
{
    const struct screen *screen = telling->screen;

    if (screen->json) {
        return screen_json(
            screen,
            json_pack("{s:O, s:O}", "pairs", telling->pair_array, "cases", telling->case_array),
            err);
    }
    if (telling->rows == 0) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "Рядом ещё ничего не решено.\n",
                               "Nothing was decided beside yet.\n"));
        return true;
    }
    table_print(telling->pairs, screen->out);
    screen_print(screen, "\n");
    table_print(telling->cases, screen->out);
    return true;
}

static void open_tables(struct telling *telling)
{
    const struct screen *screen = telling->screen;
    const char *const pair_heads[] = {SCREEN_IN(screen, "Действует", "In force"),
                                      SCREEN_IN(screen, "Рядом", "Beside"),
                                      SCREEN_IN(screen, ">Решено", ">Decided"),
                                      SCREEN_IN(screen, ">Другая группа", ">Other pool"),
                                      SCREEN_IN(screen, ">Другой куратор", ">Other curator"),
                                      SCREEN_IN(screen, ">Другие извещены", ">Others told")};
    const char *const case_heads[] = {SCREEN_IN(screen, "Когда", "When"),
                                      SCREEN_IN(screen, "Случай", "Case"),
                                      SCREEN_IN(screen, "Решено", "Decided"),
                                      SCREEN_IN(screen, "Рядом", "Beside"),
                                      SCREEN_IN(screen, "Извещены", "Told")};
    if (screen->json) {
        telling->pair_array = json_array();
        telling->case_array = json_array();
        telling->no_memory = telling->pair_array == NULL || telling->case_array == NULL;
        return;
    }
    telling->pairs = table_create(pair_heads, sizeof(pair_heads) / sizeof(pair_heads[0]));
    telling->cases = table_create(case_heads, sizeof(case_heads) / sizeof(case_heads[0]));
    telling->no_memory = telling->pairs == NULL || telling->cases == NULL;
}

bool verb_policy_shadow(struct run *run, struct error *err)
{
    struct telling telling = {.screen = run->screen};
    struct caller_listing listing = {
        .query = {.kind = QUERY_SHADOW}, .take = take, .world = &telling};
    struct caller *caller;
    bool more = false;

    if (run_has(run, OPTION_FINISH)) {
        return policy_plan_end_shadow(run, err);
    }
    if (!run_limit(run, &listing.rows_max, err) || !run_caller(run, &caller, err)) {
        return false;
    }
    open_tables(&telling);
    bool ok = !telling.no_memory && caller_pages(caller, &listing, &more, err);
    if (telling.no_memory) {
        ok = error_set(err, ERROR_OS, "no memory left");
    }
    ok = ok && finish(&telling, err);
    table_destroy(&telling.pairs);
    table_destroy(&telling.cases);
    json_decref(telling.pair_array);
    json_decref(telling.case_array);
    return ok;
}
