/* The characters of a file, and JSON made readable. */
#include "base/yaml_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct error_list errors;

static struct yaml_text prepare(struct arena *arena, const char *content)
{
    struct yaml_text text = {.bytes = {.data = NULL}};

    errors = (struct error_list){.count = 0};
    assert_true(yaml_text_prepare("f", bytes_of_text(content), arena, &text, &errors));
    assert_int_equal(errors.count, 0);
    return text;
}

static void expect(const char *content, const char *wanted)
{
    struct arena *arena = arena_create(100000);
    struct yaml_text text = prepare(arena, content);

    assert_int_equal(text.bytes.size, strlen(wanted));
    assert_memory_equal(text.bytes.data, wanted, strlen(wanted));
    arena_destroy(&arena);
}

/* Column of the first error, its line times 1000 added; 0 when there was none. */
static uint32_t refused_at(const char *content, size_t size)
{
    struct arena *arena = arena_create(100000);
    struct yaml_text text;

    errors = (struct error_list){.count = 0};
    bool ok = yaml_text_prepare("f", bytes_of(content, size), arena, &text, &errors);
    assert_true(ok == (errors.count == 0));
    arena_destroy(&arena);
    return ok ? 0 : errors.items[0].at.line * 1000 + errors.items[0].at.column;
}

static void yaml_text_leaves_yaml_alone_test(void **state)
{
    (void)state;
    expect("a: \"\\uD83D\\uDE00\"\n", "a: \"\\uD83D\\uDE00\"\n");
    expect("\xEF\xBB\xBF"
           "a: 1",
           "a: 1");
    expect("", "");
    expect("\t\n", "\t\n");
}

static void yaml_text_rewrites_pairs_inside_quotes_only_test(void **state)
{
    (void)state;
    expect("{\"a\":\"\\uD83D\\uDE00!\"}", "{\"a\":\"\\U0001F600!\"}");
    expect("[\"\\\\uD83D\\\\uDE00x\"]  ", "[\"\\\\uD83D\\\\uDE00x\"]  ");
}

static void yaml_text_minds_quotes_and_comments_test(void **state)
{
    (void)state;
    expect("['\\uD83D\\uDE00', 'it''s \\uD83D\\uDE00', '', \"\\uD83D\\uDE00\"]",
           "['\\uD83D\\uDE00', 'it''s \\uD83D\\uDE00', '', \"\\U0001F600\"]");
    expect("[ # \"quote\n\"\\uD83D\\uDE00\", a\"b, \"\\\"\\uD83D\\uDE00\"]",
           "[ # \"quote\n\"\\U0001F600\", a\"b, \"\\\"\\U0001F600\"]");
    expect("\t{\"a\":\t1}\t", " {\"a\":\t1} ");
}

static void yaml_text_columns_are_those_of_the_file_test(void **state)
{
    struct arena *arena = arena_create(100000);

    (void)state;
    /* rewritten:  [ж,"\U0001F600","\U0001F600",x]  and on the next line  "\U0001F600",y */
    struct yaml_text text =
        prepare(arena, "[ж,\"\\uD83D\\uDE00\",\"\\uD83D\\uDE00\",x,\n\"\\uD83D\\uDE00\",y]");
    assert_int_equal(text.pair_count, 3);
    assert_int_equal(yaml_text_column(&text, 3, 3), 4);    /* the first quote */
    assert_int_equal(yaml_text_column(&text, 16, 16), 19); /* the second: 2 characters later */
    assert_int_equal(yaml_text_column(&text, 29, 29), 34); /* x: 4 later */
    assert_int_equal(yaml_text_column(&text, 32, 0), 1);   /* a new line begins anew */
    assert_int_equal(yaml_text_column(&text, 45, 13), 16);
    arena_destroy(&arena);
}

static void yaml_text_refuses_with_the_place_test(void **state)
{
    (void)state;
    assert_int_equal(refused_at("a: ж\n \xFF", 8), 2002);
    assert_int_equal(refused_at("жж\xD0", 5), 1003);
    assert_int_equal(refused_at("a\r\nb\rc\n\x01", 8), 4001);
    assert_int_equal(refused_at("a\0b", 3), 1002);
    assert_int_equal(refused_at("a\x7F", 2), 1002);
    assert_int_equal(refused_at("a\xED\xA0\x80", 4), 1002);
    assert_int_equal(refused_at("a\xEF\xBB\xBF", 4), 1002); /* a BOM that is not first */
    assert_int_equal(refused_at("a\xEF\xBF\xBE", 4), 1002); /* U+FFFE */
    assert_int_equal(refused_at("a\xC2\x85\xF0\x9F\x98\x80", 7), 0);
    assert_int_equal(refused_at("[\"\\uD83D\"]", 10), 1003);
    assert_int_equal(refused_at("[\"\\uDE00\\uD83D\"]", 16), 1003);
    assert_int_equal(errors.count, 2);
    assert_int_equal(refused_at("[\"\\uD83D\\u0041\"]", 16), 1003);
    assert_int_equal(refused_at("[\"\\uD83", 7), 0); /* libyaml's to refuse */
    assert_int_equal(refused_at("[\"\\", 3), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(yaml_text_leaves_yaml_alone_test),
        cmocka_unit_test(yaml_text_rewrites_pairs_inside_quotes_only_test),
        cmocka_unit_test(yaml_text_minds_quotes_and_comments_test),
        cmocka_unit_test(yaml_text_columns_are_those_of_the_file_test),
        cmocka_unit_test(yaml_text_refuses_with_the_place_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
