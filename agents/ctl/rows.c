/* Lists; see the header. */
#include "agents/ctl/rows.h"

struct gathering {
    const struct screen *screen;
    const struct rows_kind *kind;
    struct table *table; /* one of the two */
    json_t *array;
    size_t rows;
    bool no_memory;
};

static struct table *table_of(const struct screen *screen, const struct rows_kind *kind);
static size_t take(void *world, const struct answer *answer, size_t rows_max);
static bool finish(struct gathering *gathering, bool more, struct error *err);

bool rows_print(struct run *run,
                const struct rows_kind *kind,
                const struct query *query,
                struct error *err)
{
    struct gathering gathering = {.screen = run->screen, .kind = kind};
    struct caller_listing listing = {.query = *query, .take = take, .world = &gathering};
    struct caller *caller;
    bool more = false;
    bool ok = false;

    if (!run_limit(run, &listing.rows_max, err) || !run_caller(run, &caller, err)) {
        return false;
    }
    if (run->screen->json) {
        gathering.array = json_array();
    } else {
        gathering.table = table_of(run->screen, kind);
    }
    if (gathering.array == NULL && gathering.table == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (!caller_pages(caller, &listing, &more, err)) {
        goto out;
    }
    if (gathering.no_memory) {
        (void)error_set(err, ERROR_OS, "no memory left");
        goto out;
    }
    ok = finish(&gathering, more, err);
out:
    table_destroy(&gathering.table);
    json_decref(gathering.array);
    return ok;
}

static struct table *table_of(const struct screen *screen, const struct rows_kind *kind)
{
    const char *heads[TABLE_COLUMNS_MAX];

    for (size_t i = 0; i < kind->columns; i++) {
        heads[i] = screen_phrase(screen, kind->heads[i]);
    }
    return table_create(heads, kind->columns);
}

static size_t take(void *world, const struct answer *answer, size_t rows_max)
{
    struct gathering *gathering = world;
    const struct rows_kind *kind = gathering->kind;
    size_t count = kind->count(answer);

    for (size_t row = 0; row < count && row < rows_max; row++) {
        bool added = gathering->array != NULL
                         ? json_array_append_new(gathering->array, kind->json(answer, row)) == 0
                         : kind->add(gathering->screen, gathering->table, answer, row);
        gathering->no_memory = gathering->no_memory || !added;
        gathering->rows++;
    }
    return count;
}

static bool finish(struct gathering *gathering, bool more, struct error *err)
{
    const struct screen *screen = gathering->screen;

    if (gathering->array != NULL) {
        return screen_json(
            screen,
            json_pack("{s:O, s:b}", gathering->kind->key, gathering->array, "more", (int)more),
            err);
    }
    if (gathering->rows == 0) {
        screen_print(screen, "%s\n", screen_phrase(screen, gathering->kind->nothing));
        return true;
    }
    table_print(gathering->table, screen->out);
    if (more) {
        screen_hint(screen,
                    SCREEN_IN(screen,
                              "Показано строк: %zu, есть ещё (--limit 0 покажет все).\n",
                              "%zu rows shown, there are more (--limit 0 shows all).\n"),
                    gathering->rows);
    }
    return true;
}
