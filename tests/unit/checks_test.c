/* Field rules: a good referral, form and command pass, and each mistake names its field. */
#include "proto/checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const int64_t now_us = INT64_C(1795000000000000);
static const uint8_t bytes_80[80] = {1};

struct world {
    struct problems problems;
    struct sealed_section sections[2];
    struct matching_key key;
    struct referral referral;
    struct person person;
    struct form form;
    struct command command;
};

static int set_up(void **state)
{
    static struct world w;
    w = (struct world){.problems.arena = arena_create(1 << 20)};
    w.sections[0] =
        (struct sealed_section){SECTION_IDENTITY, bytes_of(bytes_80, 24), bytes_of(bytes_80, 40)};
    w.sections[1] =
        (struct sealed_section){SECTION_LAW, bytes_of(bytes_80, 24), bytes_of(bytes_80, 40)};
    w.key = (struct matching_key){
        .digest = {1}, .epoch = 1, .role = PERSON_CHILD, .strength = STRENGTH_STRONG};
    w.referral = (struct referral){.id = {{1}},
                                   .purpose = PURPOSE_CASE,
                                   .labels = {.territory = "tatarsky",
                                              .risk = RISK_EARLY,
                                              .direction = DIRECTION_PREVENTION,
                                              .channel = CHANNEL_CITIZEN,
                                              .basis = LEGAL_BASIS_UNSPECIFIED,
                                              .needs = 1U << NEED_FOOD},
                                   .observed_us = now_us - 1000,
                                   .keys = &w.key,
                                   .key_count = 1,
                                   .sections = w.sections,
                                   .section_count = 2,
                                   .sealed_key = bytes_of(bytes_80, 80),
                                   .disclosure_epoch = 1};
    w.person = (struct person){
        .role = PERSON_CHILD, .surname = "Примерова-17", .name = "Аня", .born = "2021-04-03"};
    w.form = (struct form){.purpose = PURPOSE_CASE,
                           .labels = w.referral.labels,
                           .facts = {.persons = &w.person, .person_count = 1}};
    w.command =
        (struct command){.actor = "specialist-1", .kind = COMMAND_SUBMIT, .referral = &w.referral};
    *state = &w;
    return w.problems.arena == NULL;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    arena_destroy(&w->problems.arena);
    return 0;
}

static void expect(struct world *w, enum refusal code, const char *field)
{
    if (w->problems.count != 1) {
        fail_msg("%s: %zu problems", field, w->problems.count);
    }
    assert_string_equal(w->problems.items[0].field, field);
    assert_int_equal(w->problems.items[0].code, code);
    w->problems.count = 0;
}

static void referral(struct world *w, enum refusal code, const char *field)
{
    assert_false(checks_referral(&w->referral, now_us, &w->problems));
    expect(w, code, field);
}

static void checks_good_ones_pass_test(void **state)
{
    struct world *w = *state;
    assert_true(checks_referral(&w->referral, now_us, &w->problems));
    assert_true(checks_form(&w->form, now_us, &w->problems));
    assert_true(checks_command(&w->command, now_us, &w->problems));
    w->command.kind = COMMAND_FORM;
    w->command.form = &w->form;
    assert_true(checks_command(&w->command, now_us, &w->problems));
    assert_int_equal(w->problems.count, 0);
}

static void checks_name_the_labels_that_are_wrong_test(void **state)
{
    struct world *w = *state;
    const struct referral good = w->referral;

    w->referral.id = (struct id128){{0}};
    referral(w, REFUSAL_MISSING_FIELD, "id");
    w->referral = good;
    w->referral.purpose = PURPOSE_UNSPECIFIED;
    referral(w, REFUSAL_MISSING_FIELD, "purpose");
    w->referral = good;
    w->referral.labels.territory = "";
    referral(w, REFUSAL_MISSING_FIELD, "labels.territory");
    w->referral.labels.territory = "Татарский";
    referral(w, REFUSAL_BAD_FIELD, "labels.territory");
    w->referral = good;
    w->referral.labels.risk = RISK_UNSPECIFIED;
    referral(w, REFUSAL_MISSING_FIELD, "labels.risk");
    w->referral = good;
    w->referral.labels.direction = DIRECTION_UNSPECIFIED;
    referral(w, REFUSAL_MISSING_FIELD, "labels.direction");
    w->referral = good;
    w->referral.labels.channel = CHANNEL_UNSPECIFIED;
    referral(w, REFUSAL_MISSING_FIELD, "labels.channel");
    w->referral = good;
    w->referral.labels.needs = 0;
    referral(w, REFUSAL_MISSING_FIELD, "labels.needs");
    w->referral.labels.needs = 1U << NEED_END;
    referral(w, REFUSAL_UNKNOWN_CODE, "labels.needs");
    w->referral = good;
    w->referral.labels.flags = 1U << FLAG_POSSIBLE_DUPLICATE;
    referral(w, REFUSAL_BAD_FIELD, "labels.flags");
    w->referral = good;
    w->referral.labels.children = 31;
    referral(w, REFUSAL_BAD_FIELD, "labels.children");
    w->referral = good;
    w->referral.observed_us = now_us + 16 * 60 * INT64_C(1000000);
    referral(w, REFUSAL_BAD_FIELD, "observed_us");
    w->referral.observed_us = 1;
    referral(w, REFUSAL_BAD_FIELD, "observed_us");
}

static void checks_name_the_sealed_parts_that_are_wrong_test(void **state)
{
    struct world *w = *state;

    w->sections[1].section = SECTION_IDENTITY;
    referral(w, REFUSAL_BAD_FIELD, "sections[1].section");
    w->sections[1].section = SECTION_LAW;
    w->sections[1].nonce.size = 0;
    referral(w, REFUSAL_BAD_FIELD, "sections[1].nonce");
    w->sections[1].nonce.size = 24;
    w->sections[1].sealed.size = 16;
    referral(w, REFUSAL_BAD_FIELD, "sections[1].sealed");
    w->sections[1].sealed.size = LIMIT_SECTIONS_BYTES - 39; /* one byte too many in all */
    referral(w, REFUSAL_TOO_LONG, "sections");
    w->sections[1].sealed.size--;
    assert_true(checks_referral(&w->referral, now_us, &w->problems));
    w->referral.sealed_key.size = 0;
    referral(w, REFUSAL_MISSING_FIELD, "sealed_key");
    w->referral.sealed_key.size = 80;
    w->referral.disclosure_epoch = 0;
    referral(w, REFUSAL_MISSING_FIELD, "disclosure_epoch");
    w->referral.disclosure_epoch = 1;
    w->key.role = PERSON_MOTHER; /* a parent's key is never strong */
    referral(w, REFUSAL_BAD_FIELD, "keys[0].strength");
    w->key.strength = STRENGTH_WEAK;
    w->key.digest[0] = 0;
    referral(w, REFUSAL_MISSING_FIELD, "keys[0].digest");
}

static void form(struct world *w, enum refusal code, const char *field)
{
    assert_false(checks_form(&w->form, now_us, &w->problems));
    expect(w, code, field);
}

static void checks_name_the_facts_that_are_wrong_test(void **state)
{
    struct world *w = *state;
    const struct person good = w->person;
    char *text = arena_alloc(w->problems.arena, LIMIT_SHORT_TEXT_BYTES + 2);

    memset(text, 'a', LIMIT_SHORT_TEXT_BYTES + 1);
    w->person.role = PERSON_UNSPECIFIED;
    form(w, REFUSAL_MISSING_FIELD, "facts.persons[0].role");
    w->person = good;
    w->person.surname = "";
    w->person.name = NULL;
    form(w, REFUSAL_MISSING_FIELD, "facts.persons[0].surname");
    w->person = good;
    w->person.patronymic = text;
    form(w, REFUSAL_TOO_LONG, "facts.persons[0].patronymic");
    w->person = good;
    w->person.born = "03.04.2021"; /* keys need one form of a date */
    form(w, REFUSAL_BAD_FIELD, "facts.persons[0].born");
    w->person.born = "2021-02-29";
    form(w, REFUSAL_BAD_FIELD, "facts.persons[0].born");
    w->person.born = "2099-01-01";
    form(w, REFUSAL_BAD_FIELD, "facts.persons[0].born");
    w->person.born = "1600-01-01";
    form(w, REFUSAL_BAD_FIELD, "facts.persons[0].born");
    w->person = good;
    w->form.facts.address = text;
    form(w, REFUSAL_TOO_LONG, "facts.address");
    w->form.facts.address = "";
    w->form.facts.person_count = 0;
    form(w, REFUSAL_MISSING_FIELD, "facts");
    w->form.facts.circumstances = "у школы сидит мальчик";
    assert_true(checks_form(&w->form, now_us, &w->problems));
}

static void command(struct world *w, enum refusal code, const char *field)
{
    assert_false(checks_command(&w->command, now_us, &w->problems));
    expect(w, code, field);
}

static void checks_name_what_a_command_lacks_test(void **state)
{
    struct world *w = *state;
    const struct id128 some = {{1}};

    w->referral.labels.risk = RISK_UNSPECIFIED;
    command(w, REFUSAL_MISSING_FIELD, "command.submit.labels.risk");
    w->command = (struct command){.actor = "", .kind = COMMAND_ACCEPT_CLOCK};
    command(w, REFUSAL_MISSING_FIELD, "command.actor");
    w->command.actor = "Примерова";
    command(w, REFUSAL_BAD_FIELD, "command.actor");
    w->command.actor = "curator-1";
    w->command.kind = COMMAND_SEE;
    command(w, REFUSAL_MISSING_FIELD, "command.see.subject");
    w->command.subject = some;
    w->command.kind = COMMAND_ACCEPT;
    command(w, REFUSAL_MISSING_FIELD, "command.accept.token");
    w->command.token = 1;
    w->command.kind = COMMAND_REFUSE;
    command(w, REFUSAL_MISSING_FIELD, "command.refuse.reason");
    w->command.code = DECLINE_END;
    command(w, REFUSAL_UNKNOWN_CODE, "command.refuse.reason");
    w->command.code = 0;
    w->command.kind = COMMAND_PROPOSE_OUTCOME;
    command(w, REFUSAL_MISSING_FIELD, "command.propose_outcome.outcome");
    w->command.kind = COMMAND_REJECT_OUTCOME;
    command(w, REFUSAL_MISSING_FIELD, "command.reject_outcome.note");
    w->command.kind = COMMAND_ASSIGN;
    command(w, REFUSAL_MISSING_FIELD, "command.assign.worker");
    w->command.subject = (struct id128){{0}};
    w->command.kind = COMMAND_CONFIRM_DUPLICATE;
    command(w, REFUSAL_MISSING_FIELD, "command.confirm_duplicate.case_id");
    w->command.kind = COMMAND_END;
    command(w, REFUSAL_UNKNOWN_KIND, "");
}

static void checks_count_problems_over_the_limit_test(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < PROBLEMS_MAX + 3; i++) {
        checks_add(&w->problems, REFUSAL_BUSY, "x", i == 0 ? "занято" : NULL);
    }
    assert_int_equal(w->problems.count, PROBLEMS_MAX);
    assert_int_equal(w->problems.dropped, 3);
    assert_true(w->problems.items[0].retryable);
    assert_non_null(strstr(w->problems.items[0].text.ru, ": занято"));
    assert_non_null(strstr(w->problems.items[0].text.en, ": занято"));
    w->referral.labels.risk = RISK_UNSPECIFIED;
    assert_false(checks_referral(&w->referral, now_us, &w->problems));
}

static void checks_have_a_text_for_every_refusal_test(void **state)
{
    (void)state;
    for (enum refusal code = REFUSAL_UNSPECIFIED; code < REFUSAL_END; code++) {
        assert_non_null(checks_text(code).ru);
        assert_non_null(checks_text(code).en);
    }
    assert_true(checks_retryable(REFUSAL_DISK_LOW));
    assert_true(checks_retryable(REFUSAL_NEXT_EXPECTED));
    assert_false(checks_retryable(REFUSAL_NOT_ALLOWED));
    assert_false(checks_retryable(REFUSAL_STALE_HOP));
}

static void checks_know_codes_test(void **state)
{
    (void)state;
    assert_true(checks_is_code("a"));
    assert_true(checks_is_code("school-7-tatarsk"));
    assert_true(checks_is_code("12345678901234567890123456789012345678901234567"));
    assert_false(checks_is_code("123456789012345678901234567890123456789012345678"));
    assert_false(checks_is_code(""));
    assert_false(checks_is_code(NULL));
    assert_false(checks_is_code("-a"));
    assert_false(checks_is_code("A"));
    assert_false(checks_is_code("a_b"));
    assert_false(checks_is_code("школа"));
}

#define CHECKS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECKS_TEST(checks_good_ones_pass_test),
        CHECKS_TEST(checks_name_the_labels_that_are_wrong_test),
        CHECKS_TEST(checks_name_the_sealed_parts_that_are_wrong_test),
        CHECKS_TEST(checks_name_the_facts_that_are_wrong_test),
        CHECKS_TEST(checks_name_what_a_command_lacks_test),
        CHECKS_TEST(checks_count_problems_over_the_limit_test),
        CHECKS_TEST(checks_have_a_text_for_every_refusal_test),
        CHECKS_TEST(checks_know_codes_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
