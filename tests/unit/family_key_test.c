/* Matching keys: the vectors of PROTOCOL.md (computed with Python's hashlib), and which spellings meet. */
#include "proto/family_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct key32 matching;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture.arena = arena_create(1 << 20);
    fixture.matching.epoch = 1;
    for (size_t i = 0; i < KEYS_BYTES; i++) {
        fixture.matching.bytes[i] = (uint8_t)i;
    }
    *state = &fixture;
    return fixture.arena == NULL;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    arena_destroy(&fixture->arena);
    return 0;
}

static struct person anna(void)
{
    return (struct person){.role = PERSON_CHILD,
                           .surname = "Примерова-17",
                           .name = "Аня",
                           .patronymic = "Тестовна",
                           .born = "2021-04-03",
                           .document = "II-ЕТ № 123456"};
}

static void expect_key(const struct matching_key *key,
                       const char *hex,
                       enum person_role role,
                       enum strength strength)
{
    char digest[33];
    bytes_to_hex(bytes_of(key->digest, sizeof(key->digest)), digest);
    assert_string_equal(digest, hex);
    assert_int_equal(key->epoch, 1);
    assert_int_equal(key->role, role);
    assert_int_equal(key->strength, strength);
}

static void family_key_is_that_of_protocol_md_test(void **state)
{
    struct fixture *fixture = *state;
    struct person persons[] = {anna(),
                               {.role = PERSON_MOTHER,
                                .surname = "Примерова-17",
                                .name = "Мария",
                                .patronymic = "Тестовна",
                                .born = "1996-02-01",
                                .document = ""}};
    const struct facts facts = {.persons = persons, .person_count = 2};
    struct matching_key *keys = NULL;
    size_t count = 0;

    assert_true(family_key_make(&facts, &fixture->matching, fixture->arena, &keys, &count));
    assert_int_equal(count, 5);
    expect_key(&keys[0], "cd5897399cf31557a371c4755c3476af", PERSON_CHILD, STRENGTH_STRONG);
    expect_key(&keys[1], "9d923a8e35febde71802ce7038ec9dc5", PERSON_CHILD, STRENGTH_STRONG);
    expect_key(&keys[2], "006f5fa5c0f5b56d8a6f280a896107b0", PERSON_CHILD, STRENGTH_WEAK);
    expect_key(&keys[3], "5906abb6cb6cf145c8f1dbe339c41ee1", PERSON_CHILD, STRENGTH_WEAK);
    expect_key(&keys[4], "5bdb87ba65b27d2f71f2c411cff85f70", PERSON_MOTHER, STRENGTH_WEAK);
}

static void family_key_needs_all_values_and_comes_once_test(void **state)
{
    struct fixture *fixture = *state;
    struct person persons[LIMIT_PERSONS];
    struct facts facts = {.persons = persons, .person_count = 2};
    struct matching_key *keys = NULL;
    size_t count = 0;

    persons[0] = anna();
    persons[1] = anna();
    assert_true(family_key_make(&facts, &fixture->matching, fixture->arena, &keys, &count));
    assert_int_equal(count, 4);
    persons[0].born = "";
    persons[0].document = NULL;
    facts.person_count = 1;
    assert_true(family_key_make(&facts, &fixture->matching, fixture->arena, &keys, &count));
    assert_int_equal(count, 0);
    persons[0] = anna();
    persons[0].patronymic = " - ";
    persons[0].document = "";
    assert_true(family_key_make(&facts, &fixture->matching, fixture->arena, &keys, &count));
    assert_int_equal(count, 1);
    assert_int_equal(keys[0].strength, STRENGTH_WEAK);
}

static void family_key_keeps_strong_ones_at_the_limit_test(void **state)
{
    struct fixture *fixture = *state;
    struct person persons[LIMIT_PERSONS];
    char documents[LIMIT_PERSONS][8];
    char names[LIMIT_PERSONS][8];
    const struct facts facts = {.persons = persons, .person_count = LIMIT_PERSONS};
    struct matching_key *keys = NULL;
    size_t count = 0;

    for (size_t i = 0; i < LIMIT_PERSONS; i++) {
        persons[i] = anna();
        memcpy(documents[i], "doc-a", 6);
        memcpy(names[i], "name-a", 7);
        documents[i][4] = (char)('a' + i);
        names[i][5] = (char)('a' + i);
        persons[i].document = documents[i];
        persons[i].name = names[i];
    }
    assert_true(family_key_make(&facts, &fixture->matching, fixture->arena, &keys, &count));
    /* 16 children: 16 + 16 strong keys, one key by initial, 15 of the 16 weak ones by given name */
    assert_int_equal(count, LIMIT_MATCHING_KEYS);
    for (size_t i = 0; i < 32; i++) {
        assert_int_equal(keys[i].strength, STRENGTH_STRONG);
    }
}

static void same(struct fixture *fixture, const char *a, const char *b)
{
    assert_string_equal(family_key_normalise(a, fixture->arena),
                        family_key_normalise(b, fixture->arena));
}

static void family_key_spellings_meet_test(void **state)
{
    struct fixture *fixture = *state;

    same(fixture, "Примерова-17", "ПРИМЕРОВА 17");
    same(fixture, "Примерова‑17", "Примерова—17");
    same(fixture, "Фёдорова-Тестова", "федорова тестова");
    same(fixture, "Федорова", "Фе\u0308дорова");
    same(fixture, "Майская", "Маи\u0306ская");
    same(fixture, "Сорокина", "Cоpoкинa"); /* Latin C, p, o, a */
    same(fixture, "ВЕТРОВА", "BETPOBA");   /* all Latin */
    same(fixture, "\u00A0Ли\u200B", "Ли.");
    assert_string_equal(family_key_normalise("Ёлкина-Tестова", fixture->arena), "елкинатестова");
    assert_string_equal(family_key_normalise("", fixture->arena), "");
    assert_string_equal(family_key_normalise(NULL, fixture->arena), "");
}

static void first(struct fixture *fixture, const char *given, const char *name)
{
    assert_string_equal(family_key_normalise_first_name(given, fixture->arena), name);
}

static void family_key_first_names_meet_test(void **state)
{
    struct fixture *fixture = *state;

    first(fixture, "Аня", "анна");
    first(fixture, "АННА", "анна");
    first(fixture, "Саша", "александр");
    first(fixture, "Александра", "александр");
    first(fixture, "Алёша", "алексей");
    first(fixture, "Наталия", "наталья");
    first(fixture, "Софья", "софья");
    first(fixture, "София", "софья");
    first(fixture, "Пётр", "петр");
    first(fixture, "Женя", "евгений");
    /* a short form of several names, and a name of its own, stay */
    first(fixture, "Слава", "слава");
    first(fixture, "Оксана", "оксана");
    first(fixture, "Алёна", "алена");
}

static void family_key_different_people_stay_apart_test(void **state)
{
    struct fixture *fixture = *state;
    struct person persons[2] = {anna(), anna()};
    const struct facts facts = {.persons = persons, .person_count = 2};
    struct matching_key *keys = NULL;
    size_t count = 0;

    persons[0].document = "";
    persons[1].document = "";
    persons[1].born = "2021-04-04";
    assert_true(family_key_make(&facts, &fixture->matching, fixture->arena, &keys, &count));
    assert_int_equal(count, 6);
    assert_string_not_equal(family_key_normalise("Ли", fixture->arena),
                            family_key_normalise("Лий", fixture->arena));
    assert_string_not_equal(family_key_normalise_first_name("Анна", fixture->arena),
                            family_key_normalise_first_name("Алла", fixture->arena));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(family_key_is_that_of_protocol_md_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            family_key_needs_all_values_and_comes_once_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            family_key_keeps_strong_ones_at_the_limit_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(family_key_spellings_meet_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(family_key_first_names_meet_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            family_key_different_people_stay_apart_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
