/* Taking values: kinds, ranges, and the keys nobody took; each mistake in both languages. */
#include "base/yaml_take.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

struct fixture {
    struct arena *arena;
    struct error_list errors;
    struct yaml_file file;
    struct yaml_take take;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->arena = arena_create(1u << 20);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

static struct yaml_take *begin(struct fixture *fixture, const char *text)
{
    fixture->errors = (struct error_list){.count = 0};
    assert_true(yaml_tree_parse(
        "f.yaml", bytes_of_text(text), fixture->arena, &fixture->file, &fixture->errors));
    fixture->take = yaml_take_begin(&fixture->file, fixture->file.root, "worker", &fixture->errors);
    return &fixture->take;
}

static void expect_error(const struct fixture *fixture,
                         size_t index,
                         uint32_t line,
                         uint32_t column,
                         const char *text)
{
    assert_true(index < fixture->errors.count);
    assert_string_equal(fixture->errors.items[index].text, text);
    assert_int_equal(fixture->errors.items[index].at.line, line);
    assert_int_equal(fixture->errors.items[index].at.column, column);
    assert_int_equal(fixture->errors.items[index].code, ERROR_DATA);
}

static void yaml_take_gives_typed_values_test(void **state)
{
    struct yaml_take *take =
        begin(*state, "id: x-1\nsize: 40\nlist: [a, b]\nон: да\nmap: {}\noff: no\n");
    int64_t number = 0;
    bool on = false;
    bool off = true;

    assert_string_equal(yaml_take_text(take, "id", YAML_REQUIRED), "x-1");
    assert_true(yaml_take_number(take, "size", YAML_REQUIRED, (struct yaml_range){1, 40}, &number));
    assert_int_equal(number, 40);
    assert_int_equal(yaml_take_list(take, "list", YAML_REQUIRED)->count, 2);
    assert_true(yaml_take_flag(take, "он", YAML_REQUIRED, &on));
    assert_true(yaml_take_flag(take, "off", YAML_REQUIRED, &off));
    assert_true(on && !off);
    assert_int_equal(yaml_take_node(take, "map", YAML_REQUIRED)->kind, YAML_MAP);
    assert_null(yaml_take_text(take, "none", YAML_OPTIONAL));
    assert_false(yaml_take_flag(take, "none", YAML_OPTIONAL, &on));
    assert_true(yaml_take_end(take));
}

static void yaml_take_reports_unknown_keys_with_the_nearest_test(void **state)
{
    struct fixture *fixture = *state;
    struct yaml_take *take = begin(fixture, "id: x\nterritroy: y\nfoo: 1\nадерс: z\n");

    (void)yaml_take_text(take, "id", YAML_REQUIRED);
    (void)yaml_take_text(take, "territory", YAML_OPTIONAL);
    (void)yaml_take_text(take, "адрес", YAML_OPTIONAL);
    assert_false(yaml_take_end(take));
    assert_int_equal(fixture->errors.count, 3);
    expect_error(fixture,
                 0,
                 2,
                 1,
                 "неизвестный ключ «territroy», может быть, «territory»? / "
                 "unknown key \"territroy\", did you mean \"territory\"?");
    expect_error(fixture, 1, 3, 1, "неизвестный ключ «foo» / unknown key \"foo\"");
    expect_error(fixture,
                 2,
                 4,
                 1,
                 "неизвестный ключ «адерс», может быть, «адрес»? / "
                 "unknown key \"адерс\", did you mean \"адрес\"?");
}

static void yaml_take_reports_what_is_missing_or_empty_test(void **state)
{
    struct fixture *fixture = *state;
    struct yaml_take *take = begin(fixture, "a:\nb: ~\nc: null\nd: 'null'\n");

    assert_null(yaml_take_text(take, "a", YAML_REQUIRED));
    assert_null(yaml_take_text(take, "b", YAML_OPTIONAL));
    assert_null(yaml_take_list(take, "c", YAML_OPTIONAL));
    assert_string_equal(yaml_take_text(take, "d", YAML_REQUIRED), "null");
    assert_null(yaml_take_text(take, "e", YAML_REQUIRED));
    assert_false(yaml_take_end(take));
    assert_int_equal(fixture->errors.count, 2);
    expect_error(fixture, 0, 1, 3, "у «a» нет значения / \"a\" has no value");
    expect_error(fixture, 1, 1, 1, "не указано «e» / \"e\" is missing");
}

static void yaml_take_reports_wrong_kinds_and_goes_on_test(void **state)
{
    struct fixture *fixture = *state;
    struct yaml_take *take =
        begin(fixture, "a: [1]\nb: x\nc: 1.5\nd: 41\ne: '7'\nf: maybe\ng: {}\nh: -41\n");
    int64_t number = 5;
    bool flag = true;

    assert_null(yaml_take_text(take, "a", YAML_OPTIONAL));
    assert_null(yaml_take_list(take, "b", YAML_OPTIONAL));
    assert_false(yaml_take_number(take, "c", YAML_OPTIONAL, (struct yaml_range){1, 40}, &number));
    assert_false(yaml_take_number(take, "d", YAML_OPTIONAL, (struct yaml_range){1, 40}, &number));
    assert_false(yaml_take_number(take, "e", YAML_OPTIONAL, (struct yaml_range){1, 40}, &number));
    assert_false(yaml_take_flag(take, "f", YAML_OPTIONAL, &flag));
    assert_false(yaml_take_number(take, "g", YAML_OPTIONAL, (struct yaml_range){1, 40}, &number));
    assert_true(number == 5 && flag);
    assert_true(yaml_take_number(take, "h", YAML_OPTIONAL, (struct yaml_range){-41, -41}, &number));
    assert_int_equal(number, -41);
    assert_false(yaml_take_end(take));
    expect_error(fixture, 0, 1, 4, "«a»: нужно одно значение / \"a\" must be a single value");
    expect_error(fixture, 1, 2, 4, "«b»: нужно список / \"b\" must be a list");
    expect_error(fixture, 2, 3, 4, "«c»: нужно целое число / \"c\" must be a whole number");
    expect_error(fixture, 3, 4, 4, "«d»: нужно число от 1 до 40 / \"d\" must be from 1 to 40");
    expect_error(fixture, 4, 5, 4, "«e»: нужно целое число / \"e\" must be a whole number");
    expect_error(fixture, 5, 6, 4, "«f»: нужно да или нет / \"f\" must be yes or no");
    expect_error(fixture, 6, 7, 4, "«g»: нужно число / \"g\" must be a number");
}

static void yaml_take_needs_a_map_test(void **state)
{
    struct fixture *fixture = *state;
    struct yaml_take *take = begin(fixture, "[1]");

    assert_null(take->map);
    assert_null(yaml_take_text(take, "a", YAML_REQUIRED));
    assert_false(yaml_take_end(take));
    assert_int_equal(fixture->errors.count, 1);
    expect_error(
        fixture, 0, 1, 1, "worker: нужны пары «ключ: значение» / a map (key: value) is needed");
    take = begin(fixture, "");
    assert_false(yaml_take_end(take));
    expect_error(fixture, 0, 1, 1, "worker: здесь ничего не записано / nothing is written here");
}

static void yaml_take_report_marks_the_take_test(void **state)
{
    struct fixture *fixture = *state;
    struct yaml_take *take = begin(fixture, "a: 1\n");
    const struct yaml_node *node = yaml_take_node(take, "a", YAML_REQUIRED);

    assert_false(yaml_take_report(take, node, "no %s today", "ones"));
    assert_false(yaml_take_end(take));
    expect_error(fixture, 0, 1, 4, "no ones today");
}

static void yaml_take_nearest_is_near_test(void **state)
{
    static const char *const names[] = {"housing", "health", "id", "территория"};

    (void)state;
    assert_string_equal(yaml_take_nearest("hosing", names, 4), "housing");
    assert_string_equal(yaml_take_nearest("haelth", names, 4), "health");
    assert_string_equal(yaml_take_nearest("Housing", names, 4), "housing");
    assert_string_equal(yaml_take_nearest("теретория", names, 4), "территория");
    assert_string_equal(yaml_take_nearest("ids", names, 4), "id");
    assert_null(yaml_take_nearest("food", names, 4));
    assert_null(yaml_take_nearest("", names, 4));
    assert_null(yaml_take_nearest("x", names, 0));
    char longest[4000];
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_null(yaml_take_nearest(longest, names, 4));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(yaml_take_gives_typed_values_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_take_reports_unknown_keys_with_the_nearest_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_take_reports_what_is_missing_or_empty_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_take_reports_wrong_kinds_and_goes_on_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_take_needs_a_map_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_take_report_marks_the_take_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_take_nearest_is_near_test, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
