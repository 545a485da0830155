/* A paper journal's titles and rows: what they become in a form, and what every mistake says and where. */
#include "agents/core/journal_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-22 00:00 UTC */
#define NOW_US (INT64_C(1795305600) * 1000000)

enum { CELLS = 16 };

struct clerk {
    struct arena *arena;
    struct journal_columns columns;
    struct error_list errors;
    struct form_read read;
    struct csv_rows_cell cells[CELLS];
    size_t count;
    struct yaml_file mapping;
};

/* "a|b|c" as the cells of a line, each in column 10, 20, 30 … */
static void cut(struct clerk *desk, const char *line, uint32_t number)
{
    char *copy = arena_text(desk->arena, line);

    assert_non_null(copy);
    desk->count = 0;
    for (char *at = copy; at != NULL; desk->count++) {
        char *bar = strchr(at, '|');
        assert_true(desk->count < CELLS);
        desk->cells[desk->count] =
            (struct csv_rows_cell){at, number, 10 * (uint32_t)(desk->count + 1)};
        if (bar != NULL) {
            *bar = '\0';
        }
        at = bar == NULL ? NULL : bar + 1;
    }
}

static bool titles(struct clerk *desk, const char *line, const char *mapping)
{
    struct journal_columns_source source = {
        .name = "journal.csv", .titles = desk->cells, .count = 0, .mapping = NULL};

    cut(desk, line, 1);
    source.count = desk->count;
    memset(&desk->errors, 0, sizeof(desk->errors));
    if (mapping != NULL) {
        assert_true(yaml_tree_parse(
            "columns.yaml", bytes_of_text(mapping), desk->arena, &desk->mapping, &desk->errors));
        source.mapping = &desk->mapping;
    }
    return journal_columns_read(&source, desk->arena, &desk->columns, &desk->errors);
}

static bool row(struct clerk *desk, const char *line)
{
    const struct form_input input = {
        .name = "journal.csv", .now_us = NOW_US, .utc_offset_seconds = 7 * 3600};

    cut(desk, line, 2);
    memset(&desk->errors, 0, sizeof(desk->errors));
    const struct journal_row journal_row = {&desk->columns, desk->cells, desk->count};
    return journal_row_read(&journal_row, &input, desk->arena, &desk->read, &desk->errors);
}

static void expect_error(const struct clerk *desk, uint32_t column, const char *part)
{
    assert_true(desk->errors.count > 0);
    const struct error *first = &desk->errors.items[0];
    assert_int_equal(first->at.column, column);
    assert_non_null(strstr(first->text, " / "));
    if (strstr(first->text, part) == NULL) {
        fail_msg("%s: not in: %s", part, first->text);
    }
}

static int set_up(void **state)
{
    static struct clerk desk;
    memset(&desk, 0, sizeof(desk));
    desk.arena = arena_create(8 << 20);
    *state = &desk;
    return 0;
}

static int tear_down(void **state)
{
    struct clerk *desk = *state;
    arena_destroy(&desk->arena);
    return 0;
}

static void a_russian_journal_becomes_a_form_test(void **state)
{
    struct clerk *desk = *state;

    assert_true(
        titles(desk,
               "№ п/п|Замечено|ТЕРРИТОРИЯ|Уровень|направление|основание|Потребности|"
               "ФИО ребёнка|Дата рождения|Ребёнок 2: имя|Родитель: ФИО|родитель: роль|Телефон|"
               "обстоятельства",
               NULL));
    assert_true(desk->columns.has_record);
    assert_true(row(desk,
                    "17|20.11.2026 14:30|tatarsky|СОП|раннее выявление|обязанность по закону|"
                    "быт, материальная помощь|Примерова-1  Аня Тестовна|03.04.2021|Оля|"
                    "Примерова-1 Мария|мать|+7 000|Две\nстроки"));
    const struct form *form = &desk->read.form;
    assert_string_equal(form->labels.territory, "tatarsky");
    assert_int_equal(form->labels.risk, RISK_SOP);
    assert_int_equal(form->labels.direction, DIRECTION_EARLY_DETECTION);
    assert_int_equal(form->labels.basis, LEGAL_BASIS_LEGAL_DUTY);
    assert_int_equal(form->labels.needs, 1U << NEED_HOUSEHOLD | 1U << NEED_MATERIAL);
    assert_int_equal(form->labels.children, 2);
    assert_int_equal(form->labels.ages, 1U << AGE_4_6);
    /* 2026-11-20 07:30 UTC */
    assert_int_equal(form->observed_us, INT64_C(1795159800000000));
    assert_int_equal(form->facts.person_count, 3);
    assert_string_equal(form->facts.persons[0].surname, "Примерова-1");
    assert_string_equal(form->facts.persons[0].name, "Аня");
    assert_string_equal(form->facts.persons[0].patronymic, "Тестовна");
    assert_string_equal(form->facts.persons[0].born, "2021-04-03");
    assert_string_equal(form->facts.persons[1].name, "Оля");
    assert_int_equal(form->facts.persons[2].role, PERSON_MOTHER);
    assert_string_equal(form->facts.phone, "+7 000");
    assert_string_equal(form->facts.circumstances, "Две\nстроки");
    const struct journal_row kept = {&desk->columns, desk->cells, desk->count};
    assert_string_equal(journal_row_record(&kept), "17");
}

static void english_titles_and_codes_do_as_well_test(void **state)
{
    struct clerk *desk = *state;

    assert_true(titles(desk,
                       "territory|risk|direction|basis|needs|child surname|child 1 born|"
                       "document 1 title|document 1 number|flags",
                       NULL));
    assert_false(desk->columns.has_record);
    assert_true(row(desk,
                    "tatarsky|sop|prevention|consent|food; housing|Примерова-2|2020-01-02|Акт|7|"
                    "placement-risk"));
    assert_int_equal(desk->read.form.labels.needs, 1U << NEED_FOOD | 1U << NEED_HOUSING);
    assert_int_equal(desk->read.form.labels.flags, 1U << FLAG_PLACEMENT_RISK);
    assert_int_equal(desk->read.form.facts.document_count, 1);
    assert_string_equal(desk->read.form.facts.documents[0].number, "7");
}

static void a_mapping_names_what_no_title_says_test(void **state)
{
    struct clerk *desk = *state;

    assert_true(
        titles(desk,
               "Когда обратились|Подпись|Кто|Трудности|Район",
               "столбцы: {Когда обратились: замечено, Подпись: '-', кто: ФИО, Трудности: needs, "
               "Район: территория}\n"
               "везде: {территория: tatarsky, уровень: ТЖС, направление: профилактика, "
               "основание: согласие}\n"));
    assert_true(row(desk, "20.11.2026|неразборчиво|Примерова-3 Аня|быт|"));
    assert_string_equal(desk->read.form.labels.territory, "tatarsky");
    assert_int_equal(desk->read.form.labels.risk, RISK_TZS);
    assert_true(row(desk, "20.11.2026||Примерова-3 Аня|быт|kuybyshevsky"));
    assert_string_equal(desk->read.form.labels.territory, "kuybyshevsky");
}

static void a_mapping_is_checked_where_it_stands_test(void **state)
{
    struct clerk *desk = *state;

    assert_false(titles(desk, "территория", "везде: {уровень: СОПП}\n"));
    assert_string_equal(desk->errors.items[0].at.file, "columns.yaml");
    expect_error(desk, 18, "СОП");
    assert_false(titles(desk, "территория", "столпцы: {a: b}\n"));
    expect_error(desk, 1, "столбцы");
    assert_false(titles(desk, "территория", "столбцы: да\n"));
    assert_string_equal(desk->errors.items[0].at.file, "columns.yaml");
    assert_false(titles(desk, "Район", "столбцы: {Район: териттория}\n"));
    expect_error(desk, 10, "«территория»");
}

static void an_unknown_title_is_told_with_the_nearest_test(void **state)
{
    struct clerk *desk = *state;

    assert_false(titles(desk, "территория|уровинь|Ребёнок: фамилея|Подпись директора|", NULL));
    assert_int_equal(desk->errors.count, 4);
    expect_error(desk, 20, "«уровень»");
    assert_non_null(strstr(desk->errors.items[1].text, "«фамилия»"));
    assert_int_equal(desk->errors.items[1].at.column, 30);
    assert_non_null(strstr(desk->errors.items[2].text, "--columns"));
    assert_non_null(strstr(desk->errors.items[3].text, "столбец 5 без названия"));
}

static void two_columns_are_not_one_field_test(void **state)
{
    struct clerk *desk = *state;

    assert_false(titles(desk, "фамилия|территория|child: surname", NULL));
    expect_error(desk, 30, "одно и то же");
    assert_false(titles(desk, "№|номер записи", NULL));
    assert_true(titles(desk, "фамилия|ребёнок 2: фамилия|родитель: фамилия", NULL));
}

static void a_mistake_in_a_row_has_the_place_of_its_cell_test(void **state)
{
    struct clerk *desk = *state;

    assert_true(titles(
        desk, "территория|уровень|направление|основание|потребности|фамилия|дата рождения", NULL));
    assert_false(row(desk, "tatarsky|СОПП|профилактика|согласие|быт|Примерова-1|2021-04-03"));
    expect_error(desk, 20, "СОП");
    const struct journal_row kept = {&desk->columns, desk->cells, desk->count};
    assert_string_equal(journal_row_title_at(&kept, &desk->errors.items[0].at), "уровень");
    assert_false(
        row(desk, "tatarsky|СОП|профилактика|согласие|быт, кружок лепки|Примерова-1|вчера"));
    assert_int_equal(desk->errors.count, 2);
    expect_error(desk, 50, "нет такого кода");
    assert_int_equal(desk->errors.items[1].at.column, 70);
    assert_false(row(desk, "|СОП|профилактика|согласие|быт|Примерова-1|2021-04-03"));
    expect_error(desk, 10, "территория");
    assert_string_equal(journal_row_title_at(&kept, &desk->errors.items[0].at), "");
    assert_false(row(desk, "tatarsky|СОП|профилактика|согласие|быт|Примерова-1|2021-04-03|лишнее"));
    expect_error(desk, 80, "больше ячеек");
    assert_true(row(desk, "tatarsky|СОП|профилактика|согласие|быт|Примерова-1|2021-04-03||"));
    assert_true(row(desk, "tatarsky|СОП|профилактика|согласие|быт|Примерова-1")); /* shorter */
}

static void titles_that_are_known_are_counted_test(void **state)
{
    struct clerk *desk = *state;

    cut(desk, "№|ФИО|Адрес|Подпись|ребёнок 2: дата рождения", 1);
    assert_int_equal(journal_columns_known(desk->cells, desk->count), 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_russian_journal_becomes_a_form_test),
        TEST(english_titles_and_codes_do_as_well_test),
        TEST(a_mapping_names_what_no_title_says_test),
        TEST(a_mapping_is_checked_where_it_stands_test),
        TEST(an_unknown_title_is_told_with_the_nearest_test),
        TEST(two_columns_are_not_one_field_test),
        TEST(a_mistake_in_a_row_has_the_place_of_its_cell_test),
        TEST(titles_that_are_known_are_counted_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
