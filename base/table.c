/* A table for a terminal. */
#include "base/table.h"

#include "base/bytes.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uniwidth.h>

struct table {
    const char *heads[TABLE_COLUMNS_MAX];
    bool right[TABLE_COLUMNS_MAX];
    size_t widths[TABLE_COLUMNS_MAX];
    size_t column_count;
    char **cells; /* row after row */
    size_t cell_count;
    size_t cell_room;
};

static char *clean(const char *text);
static void print_row(const struct table *table, const char *const *cells, FILE *stream);
static void print_spaces(size_t count, FILE *stream);

struct table *table_create(const char *const *heads, size_t column_count)
{
    struct table *table = calloc(1, sizeof(*table));

    assert(column_count > 0 && column_count <= TABLE_COLUMNS_MAX);
    if (table == NULL) {
        return NULL;
    }
    table->column_count = column_count;
    for (size_t i = 0; i < column_count; i++) {
        table->right[i] = heads[i][0] == '>';
        table->heads[i] = table->right[i] ? heads[i] + 1 : heads[i];
        table->widths[i] = table_text_columns(table->heads[i]);
    }
    return table;
}

void table_destroy(struct table **table)
{
    if (*table == NULL) {
        return;
    }
    for (size_t i = 0; i < (*table)->cell_count; i++) {
        free((*table)->cells[i]);
    }
    free((*table)->cells);
    free(*table);
    *table = NULL;
}

bool table_add(struct table *table, const char *const *cells)
{
    size_t first = table->cell_count;

    if (first + table->column_count > table->cell_room) {
        size_t room = (first + table->column_count) * 2;
        char **larger = realloc(table->cells, room * sizeof(*larger));
        if (larger == NULL) {
            return false;
        }
        table->cells = larger;
        table->cell_room = room;
    }
    for (size_t i = 0; i < table->column_count; i++) {
        char *cell = clean(cells[i] == NULL ? "" : cells[i]);
        if (cell == NULL) {
            while (table->cell_count > first) { /* no half rows */
                free(table->cells[--table->cell_count]);
            }
            return false;
        }
        table->cells[table->cell_count++] = cell;
        size_t width = table_text_columns(cell);
        table->widths[i] = width > table->widths[i] ? width : table->widths[i];
    }
    return true;
}

void table_print(const struct table *table, FILE *stream)
{
    const char *row[TABLE_COLUMNS_MAX];

    print_row(table, table->heads, stream);
    for (size_t first = 0; first < table->cell_count; first += table->column_count) {
        for (size_t i = 0; i < table->column_count; i++) {
            row[i] = table->cells[first + i];
        }
        print_row(table, row, stream);
    }
}

size_t table_text_columns(const char *text)
{
    size_t columns = 0;

    for (const char *at = text; *at != '\0';) {
        uint8_t byte = (uint8_t)*at++;
        uint32_t character = byte < 0xC0 ? byte : byte < 0xE0 ? byte & 0x1FU : byte & 0x0FU;
        while (byte >= 0xC0 && ((uint8_t)*at & 0xC0U) == 0x80U) {
            character = character << 6 | ((uint8_t)*at++ & 0x3FU);
        }
        int width = uc_width(character, "UTF-8");
        columns += width > 0 ? (size_t)width : 0;
    }
    return columns;
}

/* A copy that cannot command the terminal or break the row: control characters become spaces, text
 * that is not UTF-8 becomes question marks. */
static char *clean(const char *text)
{
    char *copy = strdup(text);

    if (copy == NULL) {
        return NULL;
    }
    bool is_text = bytes_is_text(bytes_of_text(text));
    for (char *at = copy; *at != '\0'; at++) {
        uint8_t byte = (uint8_t)*at;
        if (byte < 0x20 || byte == 0x7F) {
            *at = ' ';
        } else if (byte >= 0x80 && !is_text) {
            *at = '?';
        } else if (byte == 0xC2 && (uint8_t)at[1] < 0xA0) { /* U+0080..U+009F */
            at[0] = ' ';
            at[1] = ' ';
        }
    }
    return copy;
}

static void print_row(const struct table *table, const char *const *cells, FILE *stream)
{
    for (size_t i = 0; i < table->column_count; i++) {
        size_t spaces = table->widths[i] - table_text_columns(cells[i]);
        bool last = i + 1 == table->column_count;

        print_spaces(table->right[i] ? spaces : 0, stream);
        (void)fputs(cells[i], stream);
        print_spaces(last ? 0 : 2 + (table->right[i] ? 0 : spaces), stream);
    }
    (void)fputc('\n', stream);
}

static void print_spaces(size_t count, FILE *stream)
{
    (void)fprintf(stream, "%*s", (int)count, "");
}
