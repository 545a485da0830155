/* Several deliveries in one frame, and no more than a window. */
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

static void deliveries_travel_together(void **state)
{
    struct delivery items[LIMIT_WINDOW + 1];
    struct envelope several = {.version = 1,
                               .kind = BODY_DELIVERIES,
                               .body.deliveries = {.items = items, .item_count = 64}};
    struct envelope out;
    struct wire_fault fault;
    struct bytes frame;
    memset(items, 0, sizeof(items));
    for (uint8_t i = 0; i < 65; i++) {
        items[i].lane = i < 3 ? LANE_URGENT : LANE_NORMAL;
        items[i].after = 99U + i;
        items[i].kind = DELIVERY_CASE;
        items[i].entity.bytes[15] = i;
        items[i].gone = true;
    }
    assert_true(wire_encode(&several, *state, &frame));
    assert_true(wire_decode(frame, *state, &out, &fault));
    assert_int_equal(out.kind, BODY_DELIVERIES);
    assert_int_equal(out.body.deliveries.item_count, 64);
    assert_int_equal(out.body.deliveries.items[2].lane, LANE_URGENT);
    assert_int_equal(out.body.deliveries.items[3].lane, LANE_NORMAL);
    assert_int_equal(out.body.deliveries.items[63].after, 162);
    assert_int_equal(out.body.deliveries.items[63].entity.bytes[15], 63);
    several.body.deliveries.item_count = 65;
    assert_false(wire_encode(&several, *state, &frame));
}

/* The field Deliveries, and 65 empty ones in it. */
static void more_deliveries_than_a_window_are_refused(void **state)
{
    uint8_t bytes[2 + 3 + 2 * 65] = {0x08, 0x01, 0x6a, 0x82, 0x01};
    struct envelope out;
    struct wire_fault fault;
    for (size_t i = 5; i < sizeof(bytes); i += 2) {
        bytes[i] = 0x0a;
    }
    assert_false(wire_decode(bytes_of(bytes, sizeof(bytes)), *state, &out, &fault));
    assert_int_equal(fault.code, REFUSAL_TOO_LONG);
    assert_string_equal(fault.field, "deliveries.items");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(deliveries_travel_together),
        TEST(more_deliveries_than_a_window_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
