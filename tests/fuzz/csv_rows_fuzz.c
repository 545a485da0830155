/* Any bytes as a table, with each separator: rows are bounded text with places that only grow, and reading them again gives the
 * same rows. */
#include "base/csv_rows.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct seen {
    uint64_t rows;
    uint64_t cells;
    uint64_t bytes;
    enum csv_rows_next last;
};

static struct seen read_all(struct text_file *file, char separator)
{
    struct csv_rows *rows = NULL;
    struct csv_rows_row row;
    struct csv_rows_place at = {0, 0};
    struct error err;
    struct seen seen = {.rows = 0};
    uint32_t line = 0;

    assert(csv_rows_create(&rows, file, separator, &err));
    while ((seen.last = csv_rows_next(rows, &row, &at, &err)) == CSV_ROWS_ROW) {
        assert(row.count > 0 && row.count <= CSV_ROWS_CELLS_MAX);
        for (size_t i = 0; i < row.count; i++) {
            const struct csv_rows_cell *cell = &row.cells[i];
            const size_t bytes = strlen(cell->text);
            assert(bytes <= CSV_ROWS_BYTES_MAX && bytes_is_text(bytes_of(cell->text, bytes)));
            assert(cell->line >= line && cell->column > 0);
            line = cell->line;
            seen.bytes += bytes;
        }
        seen.cells += row.count;
        seen.rows++;
    }
    assert(seen.last != CSV_ROWS_FAILED);
    assert(seen.last == CSV_ROWS_END || at.line >= 1);
    csv_rows_destroy(&rows);
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = {';', ',', '\t'};
    struct text_file *file = NULL;
    struct error err;
    FILE *stream = tmpfile();

    assert(stream != NULL && fwrite(data, 1, size, stream) == size);
    assert(text_file_of(&file, stream, &err));
    for (size_t i = 0; i < sizeof(separators); i++) {
        const struct seen once = read_all(file, separators[i]);
        assert(text_file_rewind(file, &err));
        const struct seen again = read_all(file, separators[i]);
        assert(text_file_rewind(file, &err));
        assert(once.rows == again.rows && once.cells == again.cells && once.bytes == again.bytes &&
               once.last == again.last);
    }
    text_file_close(&file);
    return 0;
}
