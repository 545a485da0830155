/* Names in the drop folder, from honest programs and others. */
#include "agents/core/drop_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void forms_are_known_by_their_ending(void **state)
{
    (void)state;
    assert_true(drop_name_is_form("a.yaml"));
    assert_true(drop_name_is_form("Обращение 7.YML"));
    assert_true(drop_name_is_form("x.json"));
    assert_false(drop_name_is_form(".yaml"));
    assert_false(drop_name_is_form(".a.yaml"));
    assert_false(drop_name_is_form("a.yaml.tmp"));
    assert_false(drop_name_is_form("a.yaml.part"));
    assert_false(drop_name_is_form("a.yaml~"));
    assert_false(drop_name_is_form(""));
}

static void harmless_names_keep_letters_and_ending(void **state)
{
    (void)state;
    char out[DROP_NAME_MAX];
    assert_string_equal(drop_name_harmless("Форма 1.yaml", out), "Форма 1.yaml");
    assert_string_equal(drop_name_harmless("a\nb\x1b[31m.yaml", out), "a_b_[31m.yaml");
    assert_string_equal(drop_name_harmless("\xff\xd0.yaml", out), "__.yaml");
    char longest[300];
    memset(longest, 'x', sizeof longest);
    memcpy(longest + 290, ".yaml", 6);
    drop_name_harmless(longest, out);
    assert_int_equal(strlen(out), 185);
    assert_string_equal(out + 180, ".yaml");
}

static void taken_name_carries_the_id(void **state)
{
    (void)state;
    struct id128 id;
    struct id128 back;
    char out[DROP_NAME_MAX];
    const char *name = NULL;
    assert_true(id128_parse("0192d4e0-7b1a-7000-8000-0123456789ab", &id));
    drop_name_of_taken(&id, "a.yaml", out);
    assert_string_equal(out, "0192d4e0-7b1a-7000-8000-0123456789ab-a.yaml");
    assert_true(drop_name_parse_taken(out, &back, &name));
    assert_true(id128_equal(&id, &back));
    assert_string_equal(name, "a.yaml");
    assert_false(drop_name_parse_taken("a.yaml", &back, &name));
    assert_false(drop_name_parse_taken("0192d4e0-7b1a-7000-8000-0123456789ab-", &back, &name));
    assert_false(
        drop_name_parse_taken("0192d4e0-7b1a-7000-8000-0123456789ax-a.yaml", &back, &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_known_by_their_ending),
        cmocka_unit_test(harmless_names_keep_letters_and_ending),
        cmocka_unit_test(taken_name_carries_the_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
