/* Forms: what a specialist may write, and what every mistake says and where. */
#include "agents/core/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-22 00:00 UTC */
#define NOW_US (INT64_C(1795305600) * 1000000)

struct bench {
    struct arena *arena;
    struct error_list errors;
    struct form_read read;
};

static bool try_form(struct bench *bench, const char *text)
{
    struct form_input input = {.name = "form.yaml",
                               .content = bytes_of_text(text),
                               .now_us = NOW_US,
                               .utc_offset_seconds = 7 * 3600};
    memset(&bench->errors, 0, sizeof bench->errors);
    return form_read(&input, bench->arena, &bench->read, &bench->errors);
}

static void expect_error(struct bench *bench, size_t index, uint32_t line, uint32_t column)
{
    assert_true(index < bench->errors.count);
    assert_int_equal(bench->errors.items[index].at.line, line);
    assert_int_equal(bench->errors.items[index].at.column, column);
    assert_non_null(strstr(bench->errors.items[index].text, " / ")); /* both languages */
}

static int set_up(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    bench.arena = arena_create(8 << 20);
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    arena_destroy(&bench->arena);
    return 0;
}

static const char FULL[] =
    "purpose: case\n"
    "territory: tatarsky\n"
    "risk: sop\n"
    "direction: early-detection\n"
    "basis: legal-duty\n"
    "needs: [household, food]\n"
    "flags: [placement-risk]\n"
    "observed: 2026-11-20T14:30\n"
    "children:\n"
    "  - {surname: Примерова-17, name: Аня, patronymic: Тестовна, born: 2021-04-03}\n"
    "  - {surname: Примерова-17, name: Оля, born: 01.12.2025, document: \"I-ЕТ 000000\"}\n"
    "parents:\n"
    "  - {role: mother, surname: Примерова-17, name: Мария, born: 1996-02-01}\n"
    "contact: {address: \"улица Примерная, 1\", phone: \"+7 000 000-00-00\"}\n"
    "circumstances: |\n"
    "  Первая строка.\n"
    "  Вторая.\n"
    "documents: [{title: Акт, number: \"7\"}]\n";

static void full_form_is_read(void **state)
{
    struct bench *bench = *state;
    assert_true(try_form(bench, FULL));
    const struct form *form = &bench->read.form;
    assert_int_equal(form->purpose, PURPOSE_CASE);
    assert_string_equal(form->labels.territory, "tatarsky");
    assert_int_equal(form->labels.risk, RISK_SOP);
    assert_int_equal(form->labels.channel, CHANNEL_SPECIALIST);
    assert_int_equal(form->labels.basis, LEGAL_BASIS_LEGAL_DUTY);
    assert_int_equal(form->labels.needs, 1 << NEED_HOUSEHOLD | 1 << NEED_FOOD);
    assert_int_equal(form->labels.flags, 1 << FLAG_PLACEMENT_RISK);
    assert_int_equal(form->labels.children, 2);
    assert_int_equal(form->labels.ages, 1 << AGE_0_1 | 1 << AGE_4_6);
    assert_int_equal(form->observed_us, INT64_C(1795159800) * 1000000); /* 07:30 UTC */
    assert_int_equal(form->facts.person_count, 3);
    assert_int_equal(form->facts.persons[0].role, PERSON_CHILD);
    assert_string_equal(form->facts.persons[0].name, "Аня");
    assert_string_equal(form->facts.persons[1].born, "2025-12-01");
    assert_string_equal(form->facts.persons[1].patronymic, "");
    assert_int_equal(form->facts.persons[2].role, PERSON_MOTHER);
    assert_string_equal(form->facts.address, "улица Примерная, 1");
    assert_string_equal(form->facts.circumstances, "Первая строка.\nВторая.\n");
    assert_string_equal(form->facts.documents[0].number, "7");
    assert_true(form_check(&bench->read, NOW_US, bench->arena, &bench->errors));
}

static void russian_keys_and_titles_mean_the_same(void **state)
{
    struct bench *bench = *state;
    assert_true(try_form(bench,
                         "территория: tatarsky\n"
                         "уровень: СОП\n"
                         "направление: раннее выявление\n"
                         "потребности: быт\n"
                         "дети:\n"
                         "  - {фамилия: Примеров-3, имя: Пётр, дата рождения: 2023-01-01}\n"
                         "родители:\n"
                         "  - {роль: отец, фамилия: Примеров-3}\n"
                         "контакт: {адрес: х}\n"));
    const struct form *form = &bench->read.form;
    assert_int_equal(form->labels.risk, RISK_SOP);
    assert_int_equal(form->labels.direction, DIRECTION_EARLY_DETECTION);
    assert_int_equal(form->labels.needs, 1 << NEED_HOUSEHOLD);
    assert_int_equal(form->labels.ages, 1 << AGE_3_4);
    assert_int_equal(form->facts.persons[1].role, PERSON_FATHER);
    assert_int_equal(form->labels.flags, 0);
}

static void json_is_read_the_same_way(void **state)
{
    struct bench *bench = *state;
    assert_true(try_form(bench,
                         "{\"territory\": \"tatarsky\", \"risk\": \"early\",\n"
                         " \"direction\": \"prevention\", \"needs\": [\"school\"],\n"
                         " \"ages\": [\"7-13\"], \"health\": null}"));
    assert_int_equal(bench->read.form.labels.risk, RISK_EARLY);
    assert_int_equal(bench->read.form.labels.children, 1);
    assert_string_equal(bench->read.form.facts.health, "");
}

static void form_without_names_is_anonymous(void **state)
{
    struct bench *bench = *state;
    assert_true(try_form(bench,
                         "territory: a\nrisk: tzs\ndirection: prevention\nneeds: [food]\n"
                         "circumstances: ребёнок просит еду\n"));
    assert_int_equal(bench->read.form.labels.flags, 1 << FLAG_ANONYMOUS);
}

static void every_mistake_is_told_with_its_place(void **state)
{
    struct bench *bench = *state;
    assert_false(try_form(bench,
                          "territory: Татарский район\n"
                          "risk: sopp\n"
                          "nedes: [food]\n"
                          "needs: [food, мебель]\n"
                          "children:\n"
                          "  - {surname: Примеров-1, born: 2031-01-01}\n"
                          "  - {surname: Примеров-1, born: вчера}\n"
                          "  - {surname: Примеров-1, born: 2001-01-01}\n"
                          "observed: когда-то\n"));
    assert_int_equal(bench->errors.count, 9);
    expect_error(bench, 0, 1, 12);
    expect_error(bench, 1, 2, 7);
    assert_non_null(strstr(bench->errors.items[1].text, "«sop»"));
    expect_error(bench, 2, 3, 1);
    assert_non_null(strstr(bench->errors.items[2].text, "«needs»"));
    expect_error(bench, 3, 4, 15);
    expect_error(bench, 4, 6, 33);
    expect_error(bench, 5, 7, 33);
    expect_error(bench, 6, 8, 33);
    expect_error(bench, 7, 9, 11);
    expect_error(bench, 8, 1, 1); /* direction is missing */
    assert_non_null(strstr(bench->errors.items[8].text, "«направление»"));
}

static void both_languages_for_one_key_is_a_mistake(void **state)
{
    struct bench *bench = *state;
    assert_false(try_form(bench,
                          "territory: a\nrisk: tzs\nуровень: sop\n"
                          "direction: prevention\nneeds: [food]\n"));
    assert_int_equal(bench->errors.count, 1);
    expect_error(bench, 0, 3, 10);
}

static void broken_and_empty_files_are_told(void **state)
{
    struct bench *bench = *state;
    assert_false(try_form(bench, ""));
    assert_int_equal(bench->errors.count, 1);
    assert_false(try_form(bench, "- a\n- b\n"));
    assert_true(bench->errors.count >= 1);
    assert_false(try_form(bench, "risk: [\n"));
    assert_true(bench->errors.count >= 1);
}

static void a_time_that_lies_ahead_is_told_with_the_time_it_is(void **state)
{
    struct bench *bench = *state;
    assert_false(try_form(bench,
                          "territory: a\nrisk: tzs\ndirection: prevention\nneeds: [food]\n"
                          "observed: 2036-01-01\n"));
    assert_int_equal(bench->errors.count, 1);
    expect_error(bench, 0, 5, 11);
    assert_non_null(
        strstr(bench->errors.items[0].text, "«замечено»: 2036-01-01 ещё впереди, сейчас"));
}

static void problems_of_the_field_rules_stand_at_their_fields(void **state)
{
    struct bench *bench = *state;
    assert_true(try_form(bench,
                         "purpose: service\n"
                         "territory: a\nrisk: tzs\ndirection: prevention\nneeds: [food]\n"
                         "observed: 2001-01-01\n"
                         "children:\n"
                         "  - {surname: Примеров-1}\n"
                         "parents:\n"
                         "  - {role: mother, document: x}\n"));
    assert_false(form_check(&bench->read, NOW_US, bench->arena, &bench->errors));
    assert_int_equal(bench->errors.count, 3);
    expect_error(bench, 0, 1, 10);
    expect_error(bench, 1, 6, 11);
    expect_error(bench, 2, 10, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(full_form_is_read),
        TEST(russian_keys_and_titles_mean_the_same),
        TEST(json_is_read_the_same_way),
        TEST(form_without_names_is_anonymous),
        TEST(every_mistake_is_told_with_its_place),
        TEST(both_languages_for_one_key_is_a_mistake),
        TEST(broken_and_empty_files_are_told),
        TEST(a_time_that_lies_ahead_is_told_with_the_time_it_is),
        TEST(problems_of_the_field_rules_stand_at_their_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
