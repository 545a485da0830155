/* Tables as spreadsheets write them: every encoding is told and read, cells keep their places, and what breaks the rules is
 * reported where it stands. */
#include "base/csv_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A file that holds these bytes. */
static struct text_file *file_of(const char *content, size_t bytes)
{
    struct text_file *file = NULL;
    struct error err = {.code = ERROR_NONE};
    FILE *stream = tmpfile();

    assert_non_null(stream);
    assert_int_equal(fwrite(content, 1, bytes, stream), bytes);
    if (!text_file_of(&file, stream, &err)) {
        fail_msg("%s", err.text);
    }
    return file;
}

#define FILE_OF(literal) file_of(literal, sizeof(literal) - 1)

struct reading {
    struct text_file *file;
    struct csv_rows *rows;
    struct csv_rows_row row;
    struct csv_rows_place at;
    struct error err;
};

static struct reading reading_of(struct text_file *file, char separator)
{
    struct reading reading = {.file = file};

    assert_true(csv_rows_create(&reading.rows, file, separator, &reading.err));
    return reading;
}

static enum csv_rows_next next(struct reading *reading)
{
    return csv_rows_next(reading->rows, &reading->row, &reading->at, &reading->err);
}

static void
expect_cell(const struct reading *reading, size_t index, const char *text, const unsigned place[2])
{
    assert_true(index < reading->row.count);
    assert_string_equal(reading->row.cells[index].text, text);
    assert_int_equal(reading->row.cells[index].line, place[0]);
    assert_int_equal(reading->row.cells[index].column, place[1]);
}

#define AT(line, column) ((const unsigned[2]){(line), (column)})

static void end(struct reading *reading)
{
    csv_rows_destroy(&reading->rows);
    text_file_close(&reading->file);
}

static void cells_keep_their_places_test(void **state)
{
    (void)state;
    struct reading reading = reading_of(
        FILE_OF("имя;что\r\n\r\n  Аня ;\"две\r\nстроки; и \"\"кавычки\"\"\"\r\n;я\r\nконец;"), ';');

    assert_int_equal(next(&reading), CSV_ROWS_ROW);
    assert_int_equal(reading.row.count, 2);
    expect_cell(&reading, 0, "имя", AT(1, 1));
    expect_cell(&reading, 1, "что", AT(1, 5));
    assert_int_equal(next(&reading), CSV_ROWS_ROW); /* the empty line counts as a line only */
    expect_cell(&reading, 0, "Аня", AT(3, 3));
    expect_cell(&reading, 1, "две\r\nстроки; и \"кавычки\"", AT(3, 8));
    assert_int_equal(next(&reading), CSV_ROWS_ROW);
    expect_cell(&reading, 0, "", AT(5, 1));
    expect_cell(&reading, 1, "я", AT(5, 2));
    assert_int_equal(next(&reading), CSV_ROWS_ROW);
    expect_cell(&reading, 0, "конец", AT(6, 1));
    expect_cell(&reading, 1, "", AT(6, 7));
    assert_int_equal(next(&reading), CSV_ROWS_END);
    end(&reading);
}

static void a_tab_separates_and_is_no_blank_test(void **state)
{
    (void)state;
    struct reading reading = reading_of(FILE_OF("a\t\tb\n"), '\t');

    assert_int_equal(next(&reading), CSV_ROWS_ROW);
    assert_int_equal(reading.row.count, 3);
    expect_cell(&reading, 1, "", AT(1, 3));
    expect_cell(&reading, 2, "b", AT(1, 4));
    end(&reading);
}

static void quotation_marks_in_wrong_places_end_the_reading_test(void **state)
{
    (void)state;
    struct reading inside = reading_of(FILE_OF("a,b\nООО \"Тест\",c\n"), ',');
    assert_int_equal(next(&inside), CSV_ROWS_ROW);
    assert_int_equal(next(&inside), CSV_ROWS_QUOTE);
    assert_int_equal(inside.at.line, 2);
    assert_int_equal(inside.at.column, 5);
    end(&inside);

    struct reading behind = reading_of(FILE_OF("\"a\"b,c\n"), ',');
    assert_int_equal(next(&behind), CSV_ROWS_QUOTE);
    assert_int_equal(behind.at.column, 4);
    end(&behind);

    struct reading open = reading_of(FILE_OF("a,b\nc,\"d\ne,f\n"), ',');
    assert_int_equal(next(&open), CSV_ROWS_ROW);
    assert_int_equal(next(&open), CSV_ROWS_OPEN_QUOTE);
    assert_int_equal(open.at.line, 2);
    assert_int_equal(open.at.column, 3);
    end(&open);
}

static void a_row_without_end_is_refused_in_bounded_memory_test(void **state)
{
    (void)state;
    const size_t bytes = 1 << 20;
    char *content = malloc(bytes);
    assert_non_null(content);
    memset(content, 'x', bytes);
    memcpy(content, "a,b\n\"", 5);
    struct reading long_cell = reading_of(file_of(content, bytes), ',');
    assert_int_equal(next(&long_cell), CSV_ROWS_ROW);
    assert_int_equal(next(&long_cell), CSV_ROWS_TOO_LONG);
    assert_int_equal(long_cell.at.line, 2);
    end(&long_cell);

    memset(content, ',', 1000);
    struct reading wide = reading_of(file_of(content, 1000), ',');
    assert_int_equal(next(&wide), CSV_ROWS_TOO_LONG);
    end(&wide);
    free(content);
}

static void every_encoding_is_told_and_read_test(void **state)
{
    static const struct {
        const char *content;
        size_t bytes;
        const char *name;
    } files[] = {
        {"\xD0\xAF;1\n", 5, "UTF-8"},
        {"\xEF\xBB\xBF\xD0\xAF;1\n", 8, "UTF-8 (BOM)"},
        {"\xDF;1\n", 4, "Windows-1251"},
        {"\xFF\xFE\x2F\x04;\0"
         "1\0\n\0",
         10,
         "UTF-16 LE"},
        {"\xFE\xFF\x04\x2F\0;\0"
         "1\0\n",
         10,
         "UTF-16 BE"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct reading reading = reading_of(file_of(files[i].content, files[i].bytes), ';');
        assert_string_equal(text_file_encoding_name(text_file_encoding(reading.file)),
                            files[i].name);
        for (int round = 0; round < 2; round++) { /* and once more from the beginning */
            assert_int_equal(next(&reading), CSV_ROWS_ROW);
            expect_cell(&reading, 0, "Я", AT(1, 1));
            assert_int_equal(next(&reading), CSV_ROWS_END);
            assert_int_equal(text_file_bytes_read(reading.file), files[i].bytes);
            csv_rows_destroy(&reading.rows);
            assert_true(text_file_rewind(reading.file, &reading.err));
            assert_true(csv_rows_create(&reading.rows, reading.file, ';', &reading.err));
        }
        end(&reading);
    }
}

static void a_broken_letter_is_a_mistake_at_its_place_test(void **state)
{
    (void)state;
    struct reading broken = reading_of(FILE_OF("имя;что\nАня\xFF;x\n"), ';');
    assert_string_equal(text_file_encoding_name(text_file_encoding(broken.file)), "UTF-8");
    assert_int_equal(next(&broken), CSV_ROWS_ROW);
    assert_int_equal(next(&broken), CSV_ROWS_ENCODING);
    assert_int_equal(broken.at.line, 2);
    assert_int_equal(broken.at.column, 4);
    end(&broken);

    struct reading nul = reading_of(FILE_OF("a;b\nc\0;d\n"), ';');
    assert_int_equal(next(&nul), CSV_ROWS_ROW);
    assert_int_equal(next(&nul), CSV_ROWS_ENCODING);
    assert_int_equal(nul.at.line, 2);
    assert_int_equal(nul.at.column, 2);
    end(&nul);

    struct reading half = reading_of(FILE_OF("\xFF\xFE\x2F\x04;"), ';');
    assert_int_equal(next(&half), CSV_ROWS_ENCODING);
    end(&half);
}

/* 100 000 rows: letters of two bytes lie across the borders of every piece that is read. */
static void a_long_table_is_read_whole_test(void **state)
{
    const int rows = 100000;
    FILE *stream = tmpfile();
    struct text_file *file = NULL;
    struct error err;

    (void)state;
    assert_non_null(stream);
    for (int i = 0; i < rows; i++) {
        assert_true(fprintf(stream, "%d,Примерова-%d,\"да\nнет\"\n", i, i) > 0);
    }
    assert_true(text_file_of(&file, stream, &err));
    struct reading reading = reading_of(file, ',');
    for (int i = 0; i < rows; i++) {
        assert_int_equal(next(&reading), CSV_ROWS_ROW);
        assert_int_equal(reading.row.count, 3);
        assert_int_equal(strtol(reading.row.cells[1].text + sizeof("Примерова-") - 1, NULL, 10), i);
        assert_string_equal(reading.row.cells[2].text, "да\nнет");
        assert_int_equal(reading.row.cells[0].line, 2 * i + 1);
    }
    assert_int_equal(next(&reading), CSV_ROWS_END);
    assert_int_equal(text_file_bytes_read(file), text_file_bytes(file));
    end(&reading);
}

static void what_is_no_file_is_said_test(void **state)
{
    struct text_file *file = NULL;
    struct error err;

    (void)state;
    assert_false(text_file_open(&file, "/nowhere/journal.csv", &err));
    assert_int_equal(err.code, ERROR_NO_INPUT);
    assert_false(text_file_open(&file, "/dev/null", &err));
    assert_int_equal(err.code, ERROR_NO_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_keep_their_places_test),
        cmocka_unit_test(a_tab_separates_and_is_no_blank_test),
        cmocka_unit_test(quotation_marks_in_wrong_places_end_the_reading_test),
        cmocka_unit_test(a_row_without_end_is_refused_in_bounded_memory_test),
        cmocka_unit_test(every_encoding_is_told_and_read_test),
        cmocka_unit_test(a_broken_letter_is_a_mistake_at_its_place_test),
        cmocka_unit_test(a_long_table_is_read_whole_test),
        cmocka_unit_test(what_is_no_file_is_said_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
