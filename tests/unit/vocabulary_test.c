/* The vocabulary: complete, in both languages, and found however it is written. */
#include "proto/vocabulary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void vocabulary_has_code_and_titles_for_every_number_test(void **state)
{
    (void)state;
    for (enum vocabulary list = 0; list < VOCABULARY_END; list++) {
        assert_string_equal(vocabulary_code(list, 0), "");
        assert_true(vocabulary_name(list).ru[0] != '\0' && vocabulary_name(list).en[0] != '\0');
        for (uint32_t number = 0; number < vocabulary_count(list); number++) {
            const struct phrase title = vocabulary_title(list, number);
            assert_non_null(vocabulary_code(list, number));
            assert_true(title.ru != NULL && title.ru[0] != '\0');
            assert_true(title.en != NULL && title.en[0] != '\0');
        }
    }
}

static void vocabulary_finds_every_code_and_title_test(void **state)
{
    (void)state;
    for (enum vocabulary list = 0; list < VOCABULARY_END; list++) {
        for (uint32_t number = 1; number < vocabulary_count(list); number++) {
            const char *code = vocabulary_code(list, number);
            const struct phrase title = vocabulary_title(list, number);
            assert_true(strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(code));
            assert_int_equal(vocabulary_find(list, code), number);
            assert_int_equal(vocabulary_find(list, title.ru), number);
            assert_int_equal(vocabulary_find(list, title.en), number);
        }
    }
}

static void vocabulary_numbers_are_for_ever_test(void **state)
{
    (void)state;
    assert_string_equal(vocabulary_code(VOCABULARY_RISK, 4), "sop");
    assert_string_equal(vocabulary_code(VOCABULARY_RISK, 5), "critical");
    assert_string_equal(vocabulary_code(VOCABULARY_NEED, 22), "reintegration");
    assert_string_equal(vocabulary_code(VOCABULARY_AGE, 7), "pregnancy");
    assert_string_equal(vocabulary_code(VOCABULARY_FLAG, 1), "placement-risk");
    assert_string_equal(vocabulary_code(VOCABULARY_LEGAL_BASIS, 2), "legal-duty");
    assert_string_equal(vocabulary_code(VOCABULARY_CASE_OUTCOME, 12), "transferred");
    assert_string_equal(vocabulary_code(VOCABULARY_DECLINE_REASON, 14), "need-already-met");
    assert_string_equal(vocabulary_code(VOCABULARY_RISK, 6), "?");
    assert_string_equal(vocabulary_title(VOCABULARY_RISK, 4).ru, "социально опасное положение");
}

static void vocabulary_takes_short_forms_and_any_spelling_test(void **state)
{
    (void)state;
    assert_int_equal(vocabulary_find(VOCABULARY_RISK, "СОП"), RISK_SOP);
    assert_int_equal(vocabulary_find(VOCABULARY_RISK, "соп"), RISK_SOP);
    assert_int_equal(vocabulary_find(VOCABULARY_RISK, "ТЖС"), RISK_TZS);
    assert_int_equal(vocabulary_find(VOCABULARY_RISK, "  Социально  Опасное положение "), RISK_SOP);
    assert_int_equal(vocabulary_find(VOCABULARY_NEED, "жилье"), NEED_HOUSING);
    assert_int_equal(vocabulary_find(VOCABULARY_NEED, "ЖИЛЬЁ"), NEED_HOUSING);
    assert_int_equal(vocabulary_find(VOCABULARY_NEED, "возврат в семью"), NEED_REINTEGRATION);
    assert_int_equal(vocabulary_find(VOCABULARY_AGENCY_KIND, "дети в семье"),
                     AGENCY_KIND_FAMILY_SERVICE);
    assert_int_equal(vocabulary_find(VOCABULARY_AGENCY_KIND, "КДНиЗП"), AGENCY_KIND_KDN);
    assert_int_equal(vocabulary_find(VOCABULARY_AGENCY_KIND, "ПДН"), AGENCY_KIND_POLICE);
    assert_int_equal(vocabulary_find(VOCABULARY_LEGAL_BASIS, "120-ФЗ"), LEGAL_BASIS_LEGAL_DUTY);
    assert_int_equal(vocabulary_find(VOCABULARY_AGE, "0–1"), AGE_0_1);
    assert_int_equal(vocabulary_find(VOCABULARY_PERSON_ROLE, "мать"), PERSON_MOTHER);
    assert_int_equal(vocabulary_find(VOCABULARY_RISK, "опасно"), 0);
    assert_int_equal(vocabulary_find(VOCABULARY_RISK, ""), 0);
    assert_int_equal(vocabulary_find(VOCABULARY_RISK, NULL), 0);
    assert_int_equal(vocabulary_find(VOCABULARY_RISK, "\xFF\xC0"), 0);
}

static void vocabulary_guesses_what_was_meant_test(void **state)
{
    (void)state;
    assert_string_equal(vocabulary_nearest(VOCABULARY_NEED, "huosing"), "housing");
    assert_string_equal(vocabulary_nearest(VOCABULARY_DIRECTION, "early-detecton"),
                        "early-detection");
    assert_string_equal(vocabulary_nearest(VOCABULARY_CHANNEL, "специолист"), "специалист");
    assert_null(vocabulary_nearest(VOCABULARY_RISK, "zzzzzzzz"));
    assert_null(vocabulary_nearest(VOCABULARY_RISK, ""));
}

static void vocabulary_masks_leave_out_number_0_test(void **state)
{
    (void)state;
    assert_int_equal(vocabulary_mask_all(VOCABULARY_NEED), 0x7FFFFE);
    assert_int_equal(vocabulary_mask_all(VOCABULARY_AGE), 0xFE);
    assert_int_equal(vocabulary_mask_all(VOCABULARY_FLAG), 0x7E);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vocabulary_has_code_and_titles_for_every_number_test),
        cmocka_unit_test(vocabulary_finds_every_code_and_title_test),
        cmocka_unit_test(vocabulary_numbers_are_for_ever_test),
        cmocka_unit_test(vocabulary_takes_short_forms_and_any_spelling_test),
        cmocka_unit_test(vocabulary_guesses_what_was_meant_test),
        cmocka_unit_test(vocabulary_masks_leave_out_number_0_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
