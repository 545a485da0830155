/* agents/ctl/options: the command line. */
#include "agents/ctl/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define PARSE(options, err, language, ...)                                                         \
    parse((options), (err), (language), (char *const[]){(char[]){"refctl"}, __VA_ARGS__, NULL})
#define WORD(text) ((char[]){text})

static bool
parse(struct options *options, struct error *err, enum language language, char *const *argv)
{
    int argc = 0;

    while (argv[argc] != NULL) {
        argc++;
    }
    return options_parse(argc, argv, language, options, err);
}

static void options_stand_anywhere_test(void **state)
{
    struct options options;
    struct error err;

    (void)state;
    assert_true(PARSE(&options,
                      &err,
                      LANGUAGE_EN,
                      WORD("--lang=en"),
                      WORD("refuse"),
                      WORD("--reason"),
                      WORD("no-capacity"),
                      WORD("NSO-2026-000123-7"),
                      WORD("--json")));
    assert_string_equal(options.values[OPTION_LANG], "en");
    assert_string_equal(options.values[OPTION_REASON], "no-capacity");
    assert_string_equal(options.values[OPTION_JSON], "");
    assert_null(options.values[OPTION_NOTE]);
    assert_int_equal(options.word_count, 2);
    assert_string_equal(options.words[0], "refuse");
    assert_string_equal(options.words[1], "NSO-2026-000123-7");
}

static void letters_dashes_and_the_end_of_options_test(void **state)
{
    struct options options;
    struct error err;

    (void)state;
    assert_true(PARSE(&options,
                      &err,
                      LANGUAGE_EN,
                      WORD("submit"),
                      WORD("-n"),
                      WORD("-"),
                      WORD("--"),
                      WORD("-x")));
    assert_non_null(options.values[OPTION_DRY_RUN]);
    assert_int_equal(options.word_count, 3);
    assert_string_equal(options.words[1], "-");
    assert_string_equal(options.words[2], "-x");
}

static void a_mistyped_option_gets_the_nearest_name_test(void **state)
{
    struct options options;
    struct error err;

    (void)state;
    assert_false(PARSE(&options, &err, LANGUAGE_RU, WORD("inbox"), WORD("--jsno")));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_string_equal(err.text, "нет ключа --jsno; может быть, --json?");
    assert_false(PARSE(&options, &err, LANGUAGE_EN, WORD("--raeson=x")));
    assert_string_equal(err.text, "there is no option --raeson=x; perhaps --reason?");
    assert_false(PARSE(&options, &err, LANGUAGE_EN, WORD("--zzzzzzzz")));
    assert_string_equal(err.text, "there is no option --zzzzzzzz");
}

static void values_are_demanded_and_refused_test(void **state)
{
    struct options options;
    struct error err;

    (void)state;
    assert_false(PARSE(&options, &err, LANGUAGE_EN, WORD("--note")));
    assert_string_equal(err.text, "--note needs a value: TEXT");
    assert_false(PARSE(&options, &err, LANGUAGE_EN, WORD("--json=yes")));
    assert_string_equal(err.text, "--json takes no value");
    assert_false(PARSE(&options, &err, LANGUAGE_EN, WORD("--json"), WORD("--json")));
    assert_string_equal(err.text, "--json is given twice");
}

static void options_of_other_commands_are_found_test(void **state)
{
    struct options options;
    struct error err;

    (void)state;
    assert_true(PARSE(&options, &err, LANGUAGE_EN, WORD("--json"), WORD("--seen")));
    assert_int_equal(options_outside(&options, UINT32_C(1) << OPTION_JSON), OPTION_SEEN);
    assert_int_equal(
        options_outside(&options, UINT32_C(1) << OPTION_JSON | UINT32_C(1) << OPTION_SEEN),
        OPTION_END);
}

static void durations_test(void **state)
{
    int64_t ms = -1;

    (void)state;
    assert_true(options_duration_ms("10", &ms));
    assert_int_equal(ms, 10000);
    assert_true(options_duration_ms("500ms", &ms));
    assert_int_equal(ms, 500);
    assert_true(options_duration_ms("2m", &ms));
    assert_int_equal(ms, 120000);
    assert_true(options_duration_ms("5с", &ms)); /* Cyrillic */
    assert_int_equal(ms, 5000);
    assert_false(options_duration_ms("0", &ms));
    assert_false(options_duration_ms("61m", &ms));
    assert_false(options_duration_ms("s", &ms));
    assert_false(options_duration_ms("-5", &ms));
    assert_false(options_duration_ms("5 years", &ms));
    assert_int_equal(ms, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere_test),
        cmocka_unit_test(letters_dashes_and_the_end_of_options_test),
        cmocka_unit_test(a_mistyped_option_gets_the_nearest_name_test),
        cmocka_unit_test(values_are_demanded_and_refused_test),
        cmocka_unit_test(options_of_other_commands_are_found_test),
        cmocka_unit_test(durations_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
