/* The columns of a paper journal that was typed into a table: which field of a form each of them is.
 *
 * A title is the key of a form in Russian or English ("территория", "needs"), of a child's, a parent's or a document's field
 * with the noun and, from the second on, a number ("фамилия" or "ребёнок: фамилия", "child 2: born", "родитель: роль",
 * "документ 1: название"), "ФИО" in place of surname, name and patronymic, or the number of the record in the journal ("№ п/п",
 * "record"). Case, ё and е, blanks and punctuation do not matter. A mapping, in YAML, says what other titles are:
 *
 *     столбцы: {Когда обратились: замечено, Подпись: "-"}     # columns: ...; "-" is passed over
 *     везде: {территория: tatarsky, направление: профилактика} # everywhere: labels that no column holds
 *
 * A title that is none of these is an error, never passed over in silence.
 */
#ifndef AGENTS_CORE_JOURNAL_COLUMNS_H
#define AGENTS_CORE_JOURNAL_COLUMNS_H

#include "agents/core/form.h"
#include "base/csv_rows.h"

#include <stdbool.h>
#include <stddef.h>

enum { JOURNAL_COLUMNS_MAX = CSV_ROWS_CELLS_MAX };

struct journal_columns_one {
    const char *title; /* as the table has it */
    enum { JOURNAL_COLUMNS_FIELD, JOURNAL_COLUMNS_RECORD, JOURNAL_COLUMNS_IGNORED } kind;
    enum form_part part;            /* FIELD: which map of the form, */
    size_t index;                   /* of which child, parent or document, from 0, */
    const struct form_map_key *key; /* and what of it; NULL: surname, name and patronymic in one */
};

struct journal_columns {
    struct journal_columns_one items[JOURNAL_COLUMNS_MAX];
    size_t count;
    bool has_record; /* a column numbers the records */
    /* Labels of every row, or NULL; a map that was checked. */
    const struct yaml_node *everywhere;
};

/* name     of the table, for messages
 * mapping  parsed, or NULL
 * Errors   all in the list, with their places in the table or the mapping; "ru / en" */
struct journal_columns_source {
    const char *name;
    const struct csv_rows_cell *titles;
    size_t count;
    const struct yaml_file *mapping;
};
bool journal_columns_read(const struct journal_columns_source *source,
                          struct arena *arena,
                          struct journal_columns *out,
                          struct error_list *errors) __attribute__((warn_unused_result));
/* How many of the titles are known without a mapping: of several ways to cut the first line the best has most. */
size_t journal_columns_known(const struct csv_rows_cell *titles, size_t count);

#endif
