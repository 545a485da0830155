/* Answers that are lists of rows: a table for a person, one JSON array for a program, page by page. */
#ifndef CTL_ROWS_H
#define CTL_ROWS_H

#include "agents/ctl/run.h"
#include "base/table.h"

#include <jansson.h>

struct rows_kind {
    const char *key; /* name of the JSON array */
    struct phrase heads[TABLE_COLUMNS_MAX];
    size_t columns;
    struct phrase nothing; /* when there is no row */
    size_t (*count)(const struct answer *answer);
    json_t *(*json)(const struct answer *answer, size_t row);
    /* Adds one row to the table. */
    bool (*add)(const struct screen *screen,
                struct table *table,
                const struct answer *answer,
                size_t row);
};

/* Ask, and print every row up to --limit. */
bool rows_print(struct run *run,
                const struct rows_kind *kind,
                const struct query *query,
                struct error *err) __attribute__((warn_unused_result));

#endif
