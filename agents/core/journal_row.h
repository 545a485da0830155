/* A row of a journal as a form: the tree that the row stands for goes through the reader and the checks of every form.
 *
 * A list of codes (needs, flags, ages) stands in one cell, separated by commas, semicolons or line breaks. Empty cells are fields
 * that are not given. Mistakes have the place of their cell.
 */
#ifndef AGENTS_CORE_JOURNAL_ROW_H
#define AGENTS_CORE_JOURNAL_ROW_H

#include "agents/core/journal_columns.h"

struct journal_row {
    const struct journal_columns *columns;
    const struct csv_rows_cell *cells;
    size_t
        count; /* fewer than columns: the last ones are empty; more: a mistake unless they are empty */
};

/* input  its content is not read; its name is the table's
 * Texts borrow from the cells. */
bool journal_row_read(const struct journal_row *row,
                      const struct form_input *input,
                      struct arena *arena,
                      struct form_read *out,
                      struct error_list *errors) __attribute__((warn_unused_result));
/* The title of the column that a mistake's place is in; "" when it is the row's. */
const char *journal_row_title_at(const struct journal_row *row, const struct text_pos *at);
/* The number of the record; "" when no column holds it. */
const char *journal_row_record(const struct journal_row *row);
/* Is there nothing in it at all? */
bool journal_row_is_empty(const struct journal_row *row);

#endif
