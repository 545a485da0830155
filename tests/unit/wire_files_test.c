/* The files of a proposal: whole, or not at all. */
#include "proto/wire_files.h"

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

static void wire_files_travel_whole_or_not_test(void **state)
{
    const struct policy_file files[] = {{"broker.yaml", bytes_of_text("region: x\n")},
                                        {"directory/1.yaml", bytes_of_text("")}};
    struct policy_file *out = NULL;
    size_t count = 0;
    struct bytes coded;
    assert_true(wire_files_encode(files, 2, *state, &coded));
    assert_true(wire_files_decode(coded, *state, &out, &count));
    assert_int_equal(count, 2);
    assert_string_equal(out[0].name, "broker.yaml");
    assert_memory_equal(out[0].text.data, "region: x\n", 10);
    assert_string_equal(out[1].name, "directory/1.yaml");
    assert_int_equal(out[1].text.size, 0);
    assert_false(wire_files_decode(bytes_of(coded.data, coded.size - 1), *state, &out, &count));
    /* name "a" NUL "b" in the first file */
    static const uint8_t with_nul[] = {0x0a, 0x05, 0x0a, 0x03, 'a', 0, 'b'};
    assert_false(wire_files_decode(bytes_of(with_nul, sizeof(with_nul)), *state, &out, &count));
}

static void wire_files_of_too_long_a_name_or_too_many_are_refused_test(void **state)
{
    static uint8_t long_name[407] = {0x0a, 0x94, 0x03, 0x0a, 0x91, 0x03};
    static uint8_t many[131 * 2];
    struct policy_file *out = NULL;
    size_t count = 0;
    memset(long_name + 6, 'a', 401);
    assert_false(wire_files_decode(bytes_of(long_name, sizeof(long_name)), *state, &out, &count));
    for (size_t i = 0; i < 131; i++) {
        many[i * 2] = 0x0a; /* an empty file */
    }
    assert_false(wire_files_decode(bytes_of(many, 131 * 2), *state, &out, &count));
    assert_true(wire_files_decode(bytes_of(many, 130 * 2), *state, &out, &count));
    assert_int_equal(count, 130);
}

static void wire_files_need_room_test(void **state)
{
    const struct policy_file files[] = {{"broker.yaml", bytes_of_text("region: x\n")},
                                        {"directory/1.yaml", bytes_of_text("")}};
    bool coded_once = false;
    bool read_once = false;
    struct bytes coded;
    assert_true(wire_files_encode(files, 2, *state, &coded));
    for (size_t room = 16; room <= 2048; room += 16) {
        struct arena *small = arena_create(room);
        struct policy_file *out = NULL;
        size_t count = 0;
        struct bytes again;
        const bool fits = wire_files_encode(files, 2, small, &again);
        assert_true(fits || !coded_once);
        coded_once = fits;
        arena_reset(small);
        const bool readable = wire_files_decode(coded, small, &out, &count);
        assert_true(readable || !read_once);
        assert_int_equal(count, readable ? 2 : 0);
        read_once = readable;
        arena_destroy(&small);
    }
    assert_true(coded_once);
    assert_true(read_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wire_files_travel_whole_or_not_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            wire_files_of_too_long_a_name_or_too_many_are_refused_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wire_files_need_room_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
