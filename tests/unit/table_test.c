/* Tables: widths in columns of the terminal. */
#include "base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

static void table_lines_columns_up_test(void **state)
{
    static const char *const heads[] = {"код", ">число", "title"};
    struct table *table = table_create(heads, 3);
    char *text = NULL;
    size_t bytes = 0;

    (void)state;
    assert_true(table_add(table, (const char *const[]){"a", "7", "первый"}));
    assert_true(table_add(table, (const char *const[]){"длинный", "1000000", NULL}));
    assert_true(table_add(table, (const char *const[]){"b\n\x1B[31m", "\xFF", "\xC2\x9Bx"}));
    FILE *stream = open_memstream(&text, &bytes);
    table_print(table, stream);
    (void)fclose(stream);
    assert_string_equal(text,
                        "код        число  title\n"
                        "a              7  первый\n"
                        "длинный  1000000  \n"
                        "b  [31m        ?    x\n");
    free(text);
    table_destroy(&table);
    assert_null(table);
    table_destroy(&table);
}

static void table_grows_test(void **state)
{
    static const char *const heads[] = {"n"};
    struct table *table = table_create(heads, 1);
    char *text = NULL;
    size_t bytes = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_true(table_add(table, (const char *const[]){"x"}));
    }
    FILE *stream = open_memstream(&text, &bytes);
    table_print(table, stream);
    (void)fclose(stream);
    assert_int_equal(bytes, 2 * 1001);
    free(text);
    table_destroy(&table);
}

static void table_text_columns_counts_the_screen_test(void **state)
{
    (void)state;
    assert_int_equal(table_text_columns(""), 0);
    assert_int_equal(table_text_columns("Ёлка"), 4);
    assert_int_equal(table_text_columns("狗"), 2);
    assert_int_equal(table_text_columns("e\xCC\x81"), 1);        /* a combining accent */
    assert_int_equal(table_text_columns("\xF0\x9F\x98\x80"), 2); /* an emoji */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_lines_columns_up_test),
        cmocka_unit_test(table_grows_test),
        cmocka_unit_test(table_text_columns_counts_the_screen_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
