/* A journal opened for import: its encoding, its separator and its columns are known. */
#ifndef CTL_IMPORT_JOURNAL_H
#define CTL_IMPORT_JOURNAL_H

#include "agents/core/journal_row.h"
#include "base/text_file.h"

struct import_journal {
    const char *path;
    struct text_file *file;
    struct csv_rows *rows; /* behind the titles */
    char separator;        /* the one by which most titles are known */
    struct journal_columns columns;
    struct yaml_file mapping; /* root NULL: none */
};

enum import_journal_opened {
    IMPORT_JOURNAL_OPEN,
    IMPORT_JOURNAL_WRONG, /* the list has the mistakes, in the table or in the mapping */
    IMPORT_JOURNAL_FAILED /* err is filled */
};
/* mapping_path may be NULL. Texts live in the arena. Close it in any case. */
struct import_journal_source {
    const char *path;
    const char *mapping_path;
    struct arena *arena;
};
enum import_journal_opened import_journal_open(const struct import_journal_source *source,
                                               struct import_journal *out,
                                               struct error_list *errors,
                                               struct error *err);
void import_journal_close(struct import_journal *journal);

/* What a reading that ended early found, as an error at its place, "ru / en"; FAILED has filled err already. */
void import_journal_broken(const struct import_journal *journal,
                           enum csv_rows_next next,
                           const struct csv_rows_place *at,
                           struct error *err);

#endif
