/* Sealing: the vectors of PROTOCOL.md (computed with PyNaCl), a journey of facts, and what must not open. */
#include "proto/sealing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct key32 disclosure_secret;
    struct key32 disclosure_public;
    struct key32 site_secret;
    struct key32 site_public;
};

static void count_from(uint8_t *bytes, size_t size, uint8_t first)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(first + i);
    }
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct error err;
    fixture = (struct fixture){.arena = arena_create(1 << 20)};
    if (fixture.arena == NULL || !keys_start(&err)) {
        return 1;
    }
    count_from(fixture.disclosure_secret.bytes, KEYS_BYTES, 0xA0);
    count_from(fixture.site_secret.bytes, KEYS_BYTES, 0x60);
    keys_public_of(&fixture.disclosure_secret, &fixture.disclosure_public);
    keys_public_of(&fixture.site_secret, &fixture.site_public);
    fixture.disclosure_public.epoch = 7;
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    arena_destroy(&fixture->arena);
    return 0;
}

static struct bytes of_hex(struct fixture *fixture, const char *hex)
{
    const size_t size = strlen(hex) / 2;
    uint8_t *bytes = arena_alloc(fixture->arena, size);
    assert_true(bytes_from_hex(hex, bytes, size));
    return bytes_of(bytes, size);
}

static const char referral_id[] = "018f4e2a-0000-7000-8000-000000000001";
static const char sealed_hex[] =
    "68b6d287d0cb1826e143bedd11969aea8855991063a5bdd4146d289d4db30b12597537bb4fedf84c2c9c";
static const char key_to_region_hex[] =
    "493e82fc74464a59268817623d2053c5eb8e2cc4a988b4fee179ec6b010d531df75334c4b841e386b608d704cb4a"
    "51acb7e247217a71ca8b8ced003d93c8171fec59cc03c337f7ef5a549c02c8f37d13";
static const char key_to_site_hex[] =
    "493e82fc74464a59268817623d2053c5eb8e2cc4a988b4fee179ec6b010d531d92385bcab478a5c2369c374a0294"
    "b1526517c7ddaf55be82e6a153578343b3c6ea563d8aafeec741ca27562cdcd8c1f2";
static const char nonce_hex[] = "404142434445464748494a4b4c4d4e4f5051525354555657";

static void sealing_opens_the_vector_of_protocol_md_test(void **state)
{
    struct fixture *fixture = *state;
    struct disclosed_section section = {.section = SECTION_CIRCUMSTANCES,
                                        .sealed_key = of_hex(fixture, key_to_site_hex),
                                        .nonce = of_hex(fixture, nonce_hex),
                                        .sealed = of_hex(fixture, sealed_hex)};
    struct disclosure disclosure = {.sections = &section, .section_count = 1};
    struct facts facts;
    struct shut_sections shut;

    assert_true(id128_parse(referral_id, &disclosure.referral));
    assert_true(sealing_open(&disclosure, &fixture->site_secret, fixture->arena, &facts, &shut));
    assert_string_equal(facts.circumstances, "Дома холодно.");
    assert_string_equal(facts.health, "");
}

static void sealing_reseals_the_vector_of_protocol_md_test(void **state)
{
    struct fixture *fixture = *state;
    struct sealed_section section = {.section = SECTION_CIRCUMSTANCES,
                                     .nonce = of_hex(fixture, nonce_hex),
                                     .sealed = of_hex(fixture, sealed_hex)};
    struct referral referral = {.sections = &section, .section_count = 1};
    const struct sealing_permit permit = {.sealed_key = of_hex(fixture, key_to_region_hex),
                                          .disclosure_secret = &fixture->disclosure_secret,
                                          .site_sealing_public = fixture->site_public.bytes,
                                          .mask = 1U << SECTION_CIRCUMSTANCES};
    struct disclosure disclosure = {.section_count = 0};
    struct facts facts;
    struct shut_sections shut;

    assert_true(id128_parse(referral_id, &referral.id));
    assert_true(sealing_reseal(
        &referral, &permit, fixture->arena, &disclosure.sections, &disclosure.section_count));
    disclosure.referral = referral.id;
    assert_true(sealing_open(&disclosure, &fixture->site_secret, fixture->arena, &facts, &shut));
    assert_string_equal(facts.circumstances, "Дома холодно.");
}

static struct referral sealed_referral(struct fixture *fixture)
{
    static struct person persons[] = {{.role = PERSON_CHILD,
                                       .surname = "Примерова-17",
                                       .name = "Аня",
                                       .patronymic = "Тестовна",
                                       .born = "2021-04-03",
                                       .document = ""}};
    static struct paper papers[] = {{.title = "Свидетельство", .number = "II-ЕТ 1"}};
    const struct facts facts = {.persons = persons,
                                .person_count = 1,
                                .address = "Тестовая улица, 1",
                                .circumstances = "Дома холодно.",
                                .health = "",
                                .law = "нет решений",
                                .documents = papers,
                                .document_count = 1};
    struct referral referral = {.purpose = PURPOSE_CASE};
    assert_true(id128_parse(referral_id, &referral.id));
    assert_true(sealing_seal(&facts, &fixture->disclosure_public, fixture->arena, &referral));
    return referral;
}

static bool disclose(struct fixture *fixture,
                     const struct referral *referral,
                     uint32_t mask,
                     struct disclosure *out)
{
    const struct sealing_permit permit = {.sealed_key = referral->sealed_key,
                                          .disclosure_secret = &fixture->disclosure_secret,
                                          .site_sealing_public = fixture->site_public.bytes,
                                          .mask = mask};
    *out = (struct disclosure){.referral = referral->id};
    return sealing_reseal(referral, &permit, fixture->arena, &out->sections, &out->section_count);
}

static void sealing_shows_only_permitted_sections_test(void **state)
{
    struct fixture *fixture = *state;
    const struct referral referral = sealed_referral(fixture);
    struct disclosure disclosure;
    struct facts facts;
    struct shut_sections shut;

    assert_int_equal(referral.section_count, 5); /* no health */
    assert_int_equal(referral.sealed_key.size, 80);
    assert_int_equal(referral.disclosure_epoch, 7);
    assert_true(disclose(fixture,
                         &referral,
                         1U << SECTION_IDENTITY | 1U << SECTION_HEALTH | 1U << SECTION_LAW,
                         &disclosure));
    assert_int_equal(disclosure.section_count, 2);
    assert_true(sealing_open(&disclosure, &fixture->site_secret, fixture->arena, &facts, &shut));
    assert_int_equal(facts.person_count, 1);
    assert_string_equal(facts.persons[0].surname, "Примерова-17");
    assert_string_equal(facts.persons[0].born, "2021-04-03");
    assert_string_equal(facts.law, "нет решений");
    assert_string_equal(facts.circumstances, "");
    assert_string_equal(facts.address, "");
    assert_int_equal(facts.document_count, 0);
}

static void sealing_opens_for_nobody_else_test(void **state)
{
    struct fixture *fixture = *state;
    const struct referral referral = sealed_referral(fixture);
    struct referral other = referral;
    struct disclosure disclosure;
    struct facts facts;
    struct shut_sections shut;

    assert_true(disclose(fixture, &referral, 1U << SECTION_LAW, &disclosure));
    assert_false(
        sealing_open(&disclosure, &fixture->disclosure_secret, fixture->arena, &facts, &shut));
    assert_int_equal(shut.reason, SHUT_TO_SITE);
    assert_int_equal(shut.sections, 1U << SECTION_LAW);
    assert_true(id128_equal(&shut.referral, &referral.id));
    /* bound to its referral */
    disclosure.referral.bytes[15] ^= 1;
    assert_false(sealing_open(&disclosure, &fixture->site_secret, fixture->arena, &facts, &shut));
    assert_int_equal(shut.reason, SHUT_DAMAGED);
    disclosure.referral.bytes[15] ^= 1;
    /* and to its section */
    disclosure.sections[0].section = SECTION_HEALTH;
    assert_false(sealing_open(&disclosure, &fixture->site_secret, fixture->arena, &facts, &shut));
    other.sealed_key.size = 79;
    assert_false(disclose(fixture, &other, 1U << SECTION_LAW, &disclosure));
    fixture->disclosure_secret.bytes[3] ^= 1;
    assert_false(disclose(fixture, &referral, 1U << SECTION_LAW, &disclosure));
}

static void sealing_keys_and_nonces_never_repeat_test(void **state)
{
    struct fixture *fixture = *state;
    const struct referral a = sealed_referral(fixture);
    const struct referral b = sealed_referral(fixture);

    assert_false(bytes_equal(a.sealed_key, b.sealed_key));
    assert_false(bytes_equal(a.sections[0].nonce, b.sections[0].nonce));
    assert_false(bytes_equal(a.sections[0].nonce, a.sections[1].nonce));
    assert_false(bytes_equal(a.sections[0].sealed, b.sections[0].sealed));
}

static void sealing_refuses_more_than_the_limit_test(void **state)
{
    struct fixture *fixture = *state;
    char *text = arena_alloc(fixture->arena, LIMIT_SECTION_TEXT_BYTES + 2);
    const struct facts facts = {.circumstances = text};
    struct referral referral = {.purpose = PURPOSE_CASE};

    memset(text, 'a', LIMIT_SECTION_TEXT_BYTES + 1);
    assert_false(sealing_seal(&facts, &fixture->disclosure_public, fixture->arena, &referral));
    assert_int_equal(referral.section_count, 0);
    text[LIMIT_SECTION_TEXT_BYTES] = '\0';
    assert_true(sealing_seal(&facts, &fixture->disclosure_public, fixture->arena, &referral));
}

static void sealing_at_rest_is_bound_to_its_place_test(void **state)
{
    struct fixture *fixture = *state;
    const struct key32 storage = fixture->site_secret;
    struct bytes stored;
    struct bytes plain;

    assert_true(sealing_store(
        &storage, bytes_of_text("spool/1"), bytes_of_text("facts"), fixture->arena, &stored));
    assert_int_equal(stored.size, 24 + 5 + 16);
    assert_true(sealing_load(&storage, bytes_of_text("spool/1"), stored, fixture->arena, &plain));
    assert_true(bytes_equal(plain, bytes_of_text("facts")));
    assert_false(sealing_load(&storage, bytes_of_text("spool/2"), stored, fixture->arena, &plain));
    assert_false(sealing_load(
        &fixture->disclosure_secret, bytes_of_text("spool/1"), stored, fixture->arena, &plain));
    stored.size = 39;
    assert_false(sealing_load(&storage, bytes_of_text("spool/1"), stored, fixture->arena, &plain));
}

#define SEALING_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        SEALING_TEST(sealing_opens_the_vector_of_protocol_md_test),
        SEALING_TEST(sealing_reseals_the_vector_of_protocol_md_test),
        SEALING_TEST(sealing_shows_only_permitted_sections_test),
        SEALING_TEST(sealing_opens_for_nobody_else_test),
        SEALING_TEST(sealing_keys_and_nonces_never_repeat_test),
        SEALING_TEST(sealing_refuses_more_than_the_limit_test),
        SEALING_TEST(sealing_at_rest_is_bound_to_its_place_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
