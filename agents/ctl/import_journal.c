/* Opening a journal; see the header. */
#include "agents/ctl/import_journal.h"

#include "base/file.h"
#include "base/yaml_phrase.h"

#include <string.h>

static bool sniff_separator(struct import_journal *journal, struct error *err);
static bool
known_by(struct import_journal *journal, char separator, size_t *out, struct error *err);
static enum import_journal_opened read_titles(const struct import_journal_source *source,
                                              struct import_journal *out,
                                              struct error_list *errors,
                                              struct error *err);

enum import_journal_opened import_journal_open(const struct import_journal_source *source,
                                               struct import_journal *out,
                                               struct error_list *errors,
                                               struct error *err)
{
    struct bytes content;

    *out = (struct import_journal){.path = source->path};
    if (!text_file_open(&out->file, source->path, err)) {
        return IMPORT_JOURNAL_FAILED;
    }
    if (source->mapping_path != NULL) {
        const size_t before = errors->count;
        if (!file_read(source->mapping_path, YAML_TREE_BYTES_MAX, source->arena, &content, err)) {
            return IMPORT_JOURNAL_FAILED;
        }
        if (!yaml_tree_parse(source->mapping_path, content, source->arena, &out->mapping, errors)) {
            yaml_phrase_errors(errors, before, source->arena);
            return IMPORT_JOURNAL_WRONG;
        }
    }
    if (!sniff_separator(out, err)) {
        return IMPORT_JOURNAL_FAILED;
    }
    return read_titles(source, out, errors, err);
}

void import_journal_close(struct import_journal *journal)
{
    csv_rows_destroy(&journal->rows);
    text_file_close(&journal->file);
}

void import_journal_broken(const struct import_journal *journal,
                           enum csv_rows_next next,
                           const struct csv_rows_place *place,
                           struct error *err)
{
    const struct text_pos at = error_pos(journal->path, place->line, place->column);
    const char *text = "";

    switch (next) {
    case CSV_ROWS_ENCODING:
        text = "здесь стоит не буква этой кодировки; дальше журнал не прочитан / "
               "this is no character of the encoding; the journal was read no further";
        break;
    case CSV_ROWS_QUOTE:
        text = "кавычка внутри ячейки: удвойте её и возьмите ячейку в кавычки; дальше журнал не "
               "прочитан / "
               "a quotation mark inside a cell: double it and quote the cell; the journal was read "
               "no further";
        break;
    case CSV_ROWS_OPEN_QUOTE:
        text = "кавычка, открытая здесь, не закрыта до конца файла / "
               "the quotation mark opened here is not closed before the end of the file";
        break;
    case CSV_ROWS_TOO_LONG:
        text = "строка таблицы слишком длинная: не забыта ли закрывающая кавычка? дальше журнал не "
               "прочитан / "
               "the row is too long: is a closing quotation mark missing? the journal was read no "
               "further";
        break;
    case CSV_ROWS_ROW:
    case CSV_ROWS_END:
    case CSV_ROWS_FAILED:
        return;
    }
    (void)error_set_at(err, ERROR_DATA, &at, "%s", text);
}

static bool sniff_separator(struct import_journal *journal, struct error *err)
{
    static const char separators[] = {';', ',', '\t'};
    size_t most = 0;

    for (size_t i = 0; i < sizeof(separators); i++) {
        size_t known = 0;
        if (!known_by(journal, separators[i], &known, err)) {
            return false;
        }
        if (i == 0 || known > most) {
            most = known;
            journal->separator = separators[i];
        }
    }
    return true;
}

/* Known titles first, then how many there are. */
static bool known_by(struct import_journal *journal, char separator, size_t *out, struct error *err)
{
    struct csv_rows *rows = NULL;
    struct csv_rows_place at;
    struct csv_rows_row row;

    if (!csv_rows_create(&rows, journal->file, separator, err)) {
        return false;
    }
    const enum csv_rows_next next = csv_rows_next(rows, &row, &at, err);
    if (next == CSV_ROWS_ROW) {
        *out = journal_columns_known(row.cells, row.count) * (CSV_ROWS_CELLS_MAX + 1) + row.count;
    }
    csv_rows_destroy(&rows);
    return next != CSV_ROWS_FAILED && text_file_rewind(journal->file, err);
}

static enum import_journal_opened read_titles(const struct import_journal_source *source,
                                              struct import_journal *out,
                                              struct error_list *errors,
                                              struct error *err)
{
    struct csv_rows_place at = {1, 1};
    struct csv_rows_row row;

    if (!csv_rows_create(&out->rows, out->file, out->separator, err)) {
        return IMPORT_JOURNAL_FAILED;
    }
    const enum csv_rows_next next = csv_rows_next(out->rows, &row, &at, err);
    if (next != CSV_ROWS_ROW) {
        const struct text_pos top = error_pos(out->path, 1, 1);
        (void)error_set_at(err, ERROR_DATA, &top, "журнал пуст / the journal is empty");
        import_journal_broken(out, next, &at, err);
        return IMPORT_JOURNAL_FAILED;
    }
    const struct journal_columns_source titles = {
        .name = source->path,
        .titles = row.cells,
        .count = row.count,
        .mapping = out->mapping.root == NULL ? NULL : &out->mapping};
    return journal_columns_read(&titles, source->arena, &out->columns, errors)
               ? IMPORT_JOURNAL_OPEN
               : IMPORT_JOURNAL_WRONG;
}
