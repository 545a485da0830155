/* Frames that are well-formed protobuf and say too much, too little or the wrong thing; and frames without room. */
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = arena_create(LIMIT_DECODE_BYTES);
    return *state == NULL;
}

static int tear_down(void **state)
{
    struct arena *arena = *state;
    arena_destroy(&arena);
    return 0;
}

static struct id128 id_of(uint8_t last)
{
    struct id128 id = {{0x01, 0x8f}};
    id.bytes[15] = last;
    return id;
}

/* head, then fill `times` times. */
struct bad {
    const char *head;
    size_t head_size;
    const char *fill;
    size_t fill_size;
    size_t times;
    enum refusal code;
    const char *field;
};
#define BYTES(text) (text), sizeof(text) - 1

static const struct bad bad[] = {
    /* command 7, of an actor with a name of 48 letters */
    {BYTES("\x08\x01\x2a\x36\x08\x02\x10\x07\x22\x30"),
     BYTES("a"),
     48,
     REFUSAL_TOO_LONG,
     "command.actor"},
    /* ... that submits labels with 33 needs */
    {BYTES("\x08\x01\x2a\x2b\x08\x02\x10\x07\x2a\x25\x1a\x23\x32\x21"),
     BYTES("\x01"),
     33,
     REFUSAL_TOO_LONG,
     "command.submit.labels.needs"},
    /* ... a matching key of 17 bytes */
    {BYTES("\x08\x01\x2a\x1b\x08\x02\x10\x07\x2a\x15\x2a\x13\x0a\x11"),
     BYTES("k"),
     17,
     REFUSAL_TOO_LONG,
     "command.submit.keys[0].digest"},
    /* a delivery of an offer with nothing in it */
    {BYTES("\x08\x01\x3a\x04\x08\x01\x20\x02"), BYTES(""), 0, REFUSAL_BAD_FIELD, "delivery"},
    /* an answer about a case with a referral whose id is one byte, and with 257 referrals */
    {BYTES("\x08\x01\x52\x06\x32\x04\xb2\x01\x01x"),
     BYTES(""),
     0,
     REFUSAL_BAD_FIELD,
     "answer.cases[0].referrals"},
    {BYTES("\x08\x01\x52\x86\x06\x32\x83\x06"),
     BYTES("\xb2\x01\x00"),
     257,
     REFUSAL_TOO_LONG,
     "answer.cases[0].referrals"},
};

static void wire_names_the_field_that_is_wrong_test(void **state)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint8_t frame[1024];
        struct envelope out;
        struct wire_fault fault;
        size_t size = bad[i].head_size;
        memcpy(frame, bad[i].head, size);
        for (size_t n = 0; n < bad[i].times; n++) {
            memcpy(frame + size, bad[i].fill, bad[i].fill_size);
            size += bad[i].fill_size;
        }
        if (wire_decode(bytes_of(frame, size), *state, &out, &fault)) {
            fail_msg("bad frame %zu was taken", i);
        }
        if (fault.code != bad[i].code || strcmp(fault.field, bad[i].field) != 0) {
            fail_msg("bad frame %zu: %d at \"%s\"", i, (int)fault.code, fault.field);
        }
    }
}

static void wire_texts_of_what_is_absent_are_empty_test(void **state)
{
    struct envelope out;
    struct wire_fault fault;
    /* an answer with one row of a referral, and nothing in the row */
    assert_true(wire_decode(bytes_of("\x08\x01\x52\x02\x5a\x00", 6), *state, &out, &fault));
    assert_int_equal(out.body.answer.referral_count, 1);
    const struct referral_view *view = &out.body.answer.referrals[0].view;
    assert_string_equal(view->author, "");
    assert_string_equal(view->labels.territory, "");
    assert_string_equal(view->curator_title.ru, "");
}

static void wire_frame_without_room_is_too_long_test(void **state)
{
    struct id128 referrals[64] = {id_of(1), id_of(2)};
    struct case_view view = {.id = id_of(3),
                             .number = "NSO-2026-000123-7",
                             .labels = {.territory = "tatarsky"},
                             .referrals = referrals,
                             .referral_count = 64};
    const struct envelope answer = {
        .version = 1,
        .kind = BODY_ANSWER,
        .body.answer = {.kind = QUERY_CASES, .cases = &view, .case_count = 1}};
    struct bytes frame;
    bool read = false;
    assert_true(wire_encode(&answer, *state, &frame));
    for (size_t room = 64; room <= 65536; room += room < 8192 ? 16 : 1024) {
        struct arena *small = arena_create(room);
        struct envelope out;
        struct wire_fault fault;
        if (wire_decode(frame, small, &out, &fault)) {
            assert_int_equal(out.body.answer.cases[0].referrals[1].bytes[15], 2);
            read = true;
        } else {
            assert_int_equal(fault.code, REFUSAL_TOO_LONG);
            assert_false(read);
        }
        arena_destroy(&small);
    }
    assert_true(read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wire_names_the_field_that_is_wrong_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            wire_texts_of_what_is_absent_are_empty_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            wire_frame_without_room_is_too_long_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
