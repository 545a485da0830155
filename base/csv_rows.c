/* Rows of CSV; see the header.
 *
 * libcsv tells cells and rows but no places. So it is fed in runs: ordinary characters together, each separator, quotation
 * mark and end of line alone, and where the reading stands is known at each of its calls back. */
#include "base/csv_rows.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

struct csv_rows {
    struct text_file *file;
    struct csv_parser parser;
    char separator;
    struct bytes piece;          /* of the file, not yet fed */
    bool piece_ended;            /* the file has nothing more */
    struct csv_rows_place place; /* of the next character */
    struct csv_rows_place began; /* of the cell being read */
    struct csv_rows_place first; /* of the row being read */
    bool cell_begun;
    bool row_begun;
    bool row_done;
    bool after_cr; /* an LF now is no line of its own */
    bool too_long;
    size_t run_bytes; /* fed since the row began */
    struct csv_rows_cell cells[CSV_ROWS_CELLS_MAX];
    size_t count;
    char text[CSV_ROWS_BYTES_MAX + CSV_ROWS_CELLS_MAX];
    size_t text_bytes;
};

static void take_cell(void *text, size_t bytes, void *world);
static void take_end(int character, void *world);
static size_t run_of(const struct csv_rows *rows);
static bool feed(struct csv_rows *rows, size_t bytes);
static void begin_cell(struct csv_rows *rows, const uint8_t *at, size_t bytes);
static void go_on(struct csv_rows *rows, const uint8_t *at, size_t bytes);
static enum csv_rows_next finish(struct csv_rows *rows, struct csv_rows_place *at);

bool csv_rows_create(struct csv_rows **out,
                     struct text_file *file,
                     char separator,
                     struct error *err)
{
    struct csv_rows *rows = calloc(1, sizeof(*rows));

    if (rows == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (csv_init(&rows->parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        free(rows);
        return error_set(err, ERROR_OS, "libcsv");
    }
    csv_set_delim(&rows->parser, (unsigned char)separator);
    rows->file = file;
    rows->separator = separator;
    rows->place = (struct csv_rows_place){1, 1};
    *out = rows;
    return true;
}

void csv_rows_destroy(struct csv_rows **rows)
{
    if (*rows != NULL) {
        csv_free(&(*rows)->parser);
        free(*rows);
        *rows = NULL;
    }
}

enum csv_rows_next csv_rows_next(struct csv_rows *rows,
                                 struct csv_rows_row *row,
                                 struct csv_rows_place *at,
                                 struct error *err)
{
    rows->row_done = rows->row_begun = false;
    rows->count = rows->text_bytes = rows->run_bytes = 0;
    while (!rows->row_done) {
        if (rows->piece.size == 0 && !rows->piece_ended) {
            const enum text_file_read read = text_file_read(rows->file, &rows->piece, err);
            if (read == TEXT_FILE_BROKEN) {
                *at = rows->place;
                return CSV_ROWS_ENCODING;
            }
            if (read == TEXT_FILE_FAILED) {
                return CSV_ROWS_FAILED;
            }
            rows->piece_ended = read == TEXT_FILE_END;
        }
        if (rows->piece_ended) {
            const enum csv_rows_next last = finish(rows, at);
            if (last != CSV_ROWS_ROW) {
                return last;
            }
        } else if (!feed(rows, run_of(rows))) {
            *at = rows->place;
            return CSV_ROWS_QUOTE;
        }
        if (rows->too_long) {
            *at = rows->first;
            return CSV_ROWS_TOO_LONG;
        }
    }
    *row = (struct csv_rows_row){rows->cells, rows->count};
    return CSV_ROWS_ROW;
}

static void take_cell(void *text, size_t bytes, void *world)
{
    struct csv_rows *rows = world;

    if (rows->count == CSV_ROWS_CELLS_MAX || rows->text_bytes + bytes + 1 > sizeof(rows->text)) {
        rows->too_long = true;
        return;
    }
    char *kept = rows->text + rows->text_bytes;
    memcpy(kept, text, bytes);
    kept[bytes] = '\0';
    rows->text_bytes += bytes + 1;
    rows->cells[rows->count++] = (struct csv_rows_cell){kept, rows->began.line, rows->began.column};
    rows->cell_begun = false;
}

static void take_end(int character, void *world)
{
    struct csv_rows *rows = world;

    (void)character;
    rows->row_done = true;
}

/* Bytes that are fed at once: up to the next character that may end a cell, or that one alone. */
static size_t run_of(const struct csv_rows *rows)
{
    size_t bytes = 0;

    while (bytes < rows->piece.size) {
        const char at = (char)rows->piece.data[bytes];
        if (at == rows->separator || at == '"' || at == '\n' || at == '\r') {
            break;
        }
        bytes++;
    }
    return bytes > 0 ? bytes : 1;
}

static bool feed(struct csv_rows *rows, size_t bytes)
{
    const uint8_t *at = rows->piece.data;

    begin_cell(rows, at, bytes);
    rows->run_bytes += rows->row_begun ? bytes : 0;
    if (rows->run_bytes > CSV_ROWS_BYTES_MAX) {
        rows->too_long = true;
        return true;
    }
    if (csv_parse(&rows->parser, at, bytes, take_cell, take_end, rows) != bytes) {
        return false;
    }
    go_on(rows, at, bytes);
    rows->piece = bytes_of(at + bytes, rows->piece.size - bytes);
    return true;
}

/* A cell begins at its first character that is no blank; ends of line between rows begin nothing. */
static void begin_cell(struct csv_rows *rows, const uint8_t *at, size_t bytes)
{
    size_t blanks = 0;

    if (rows->cell_begun || (!rows->row_begun && (*at == '\n' || *at == '\r'))) {
        return;
    }
    while (blanks < bytes && (at[blanks] == ' ' || at[blanks] == '\t') &&
           (char)at[blanks] != rows->separator) {
        blanks++;
    }
    if (blanks == bytes) {
        return;
    }
    rows->began = rows->place;
    rows->began.column += (uint32_t)blanks;
    rows->cell_begun = true;
    if (!rows->row_begun) {
        rows->row_begun = true;
        rows->first = rows->began;
    }
}

static void go_on(struct csv_rows *rows, const uint8_t *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        const bool second = at[i] == '\n' && rows->after_cr;
        rows->after_cr = at[i] == '\r';
        if (at[i] == '\n' || at[i] == '\r') {
            rows->place.line += second ? 0 : 1;
            rows->place.column = 1;
        } else if ((at[i] & 0xC0U) != 0x80U) {
            rows->place.column++;
        }
    }
}

/* The last row may have no end of line. */
static enum csv_rows_next finish(struct csv_rows *rows, struct csv_rows_place *at)
{
    if (!rows->cell_begun) {
        rows->began = rows->place;
    }
    if (csv_fini(&rows->parser, take_cell, take_end, rows) != 0) {
        *at = rows->began;
        return CSV_ROWS_OPEN_QUOTE;
    }
    return rows->row_done ? CSV_ROWS_ROW : CSV_ROWS_END;
}
