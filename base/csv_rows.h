/* The rows of a table in CSV (RFC 4180) with the place of every cell: the one place that knows libcsv.
 *
 * A quoted cell may hold separators, doubled quotes and line breaks; lines end in LF, CR LF or CR; empty lines are passed over;
 * blanks around an unquoted cell are dropped. A quotation mark that breaks the rules (one inside an unquoted cell, text after the
 * closing one, one never closed) ends the reading with its place: behind it nobody can tell rows from text.
 * Memory does not grow with the table.
 */
#ifndef BASE_CSV_ROWS_H
#define BASE_CSV_ROWS_H

#include "base/error.h"
#include "base/text_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CSV_ROWS_CELLS_MAX = 128, CSV_ROWS_BYTES_MAX = 128 << 10 /* of a row, and so of a cell */ };

struct csv_rows;

struct csv_rows_cell {
    const char *text; /* NUL-terminated UTF-8; "" when nothing stands there */
    uint32_t line;    /* where it begins; 1-based, the column in characters */
    uint32_t column;
};

struct csv_rows_row {
    const struct csv_rows_cell *cells; /* valid until the next call */
    size_t count;                      /* > 0 */
};

/* file is borrowed, at its beginning. */
bool csv_rows_create(struct csv_rows **out,
                     struct text_file *file,
                     char separator,
                     struct error *err) __attribute__((warn_unused_result));
void csv_rows_destroy(struct csv_rows **rows);

enum csv_rows_next {
    CSV_ROWS_ROW,
    CSV_ROWS_END,
    CSV_ROWS_ENCODING,   /* *at: a character that is none of the file's encoding */
    CSV_ROWS_QUOTE,      /* *at: a quotation mark in a wrong place */
    CSV_ROWS_OPEN_QUOTE, /* *at: the cell whose closing quotation mark is missing */
    CSV_ROWS_TOO_LONG, /* *at: where the row begins: over CSV_ROWS_BYTES_MAX or CSV_ROWS_CELLS_MAX */
    CSV_ROWS_FAILED    /* err is filled */
};
struct csv_rows_place {
    uint32_t line;
    uint32_t column;
};
/* After anything but ROW there is nothing more to read. */
enum csv_rows_next csv_rows_next(struct csv_rows *rows,
                                 struct csv_rows_row *row,
                                 struct csv_rows_place *at,
                                 struct error *err);

#endif
