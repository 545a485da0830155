/* The agent's session: deliveries and resync. */
#include "tests/support/uplink_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct envelope delivery(uint64_t number, uint64_t after)
{
    struct envelope envelope = {.version = 1, .kind = BODY_DELIVERY};
    struct delivery *body = &envelope.body.delivery;
    body->lane = LANE_NORMAL;
    body->number = number;
    body->after = after;
    body->kind = DELIVERY_NOTICE;
    return envelope;
}

static void deliveries_apply_in_order_with_one_acknowledgement_a_turn(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    struct envelope first = delivery(11, 10);
    struct envelope second = delivery(14, 11); /* numbers between were replaced by newer ones */
    uplink_stage_receive(bench, &first);
    assert_int_equal(uplink_stage_count(bench, UPLINK_APPLY), 1);
    uplink_stage_receive(bench, &second);
    assert_int_equal(uplink_stage_count(bench, UPLINK_APPLY), 1);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    const struct envelope *ack = &uplink_stage_only(bench, UPLINK_SEND)->envelope;
    assert_int_equal(ack->kind, BODY_DELIVERY_ACK);
    assert_int_equal(ack->body.ack.number, 14);
}

static struct envelope several(struct delivery *items, size_t count)
{
    struct envelope envelope = {.version = 1, .kind = BODY_DELIVERIES};
    envelope.body.deliveries = (struct deliveries){.items = items, .item_count = count};
    return envelope;
}

static void deliveries_of_one_frame_are_applied_in_order_and_acknowledged_once_a_lane(void **state)
{
    struct uplink_stage *bench = *state;
    struct delivery items[] = {delivery(3, 0).body.delivery,
                               delivery(11, 10).body.delivery,
                               delivery(11, 10).body.delivery, /* the same once more */
                               delivery(14, 11).body.delivery};
    items[0].lane = LANE_URGENT;
    struct envelope together = several(items, 4);
    uplink_stage_tick(bench);
    assert_true(uplink_stage_said_hello(bench)->takes_deliveries);
    struct envelope first = uplink_stage_welcome(10);
    uplink_stage_receive(bench, &first);
    uplink_stage_receive(bench, &together);
    assert_int_equal(bench->effects.count, 3);
    assert_ptr_equal(bench->effects.items[0].delivery, &items[0]);
    assert_ptr_equal(bench->effects.items[1].delivery, &items[1]);
    assert_ptr_equal(bench->effects.items[2].delivery, &items[3]);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(uplink_stage_count(bench, UPLINK_SEND), 2);
    assert_int_equal(bench->effects.items[0].envelope.body.ack.lane, LANE_NORMAL);
    assert_int_equal(bench->effects.items[0].envelope.body.ack.number, 14);
    assert_int_equal(bench->effects.items[1].envelope.body.ack.lane, LANE_URGENT);
    assert_int_equal(bench->effects.items[1].envelope.body.ack.number, 3);
}

static void gap_inside_a_frame_keeps_what_came_before_it(void **state)
{
    struct uplink_stage *bench = *state;
    struct delivery items[] = {delivery(11, 10).body.delivery,
                               delivery(14, 13).body.delivery,
                               delivery(15, 14).body.delivery};
    struct envelope together = several(items, 3);
    uplink_stage_open(bench);
    uplink_stage_receive(bench, &together);
    assert_ptr_equal(uplink_stage_only(bench, UPLINK_APPLY)->delivery, &items[0]);
    assert_int_equal(uplink_stage_said_hello(bench)->lanes[LANE_NORMAL].applied, 11);
    assert_int_equal(uplink_stage_count(bench, UPLINK_NOTE), 1);
}

static void repeated_delivery_is_acknowledged_again_but_not_applied(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    struct envelope old = delivery(9, 8);
    uplink_stage_receive(bench, &old);
    assert_int_equal(bench->effects.count, 0);
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(uplink_stage_only(bench, UPLINK_SEND)->envelope.body.ack.number, 10);
}

static void gap_greets_again_and_the_second_asks_for_everything(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    struct envelope later = delivery(13, 12);
    struct envelope again = uplink_stage_welcome(10);
    uplink_stage_receive(bench, &later);
    assert_int_equal(uplink_stage_count(bench, UPLINK_APPLY), 0);
    assert_false(uplink_stage_said_hello(bench)->resync);
    uplink_stage_receive(bench, &again);
    uplink_stage_receive(bench, &later);
    assert_true(uplink_stage_said_hello(bench)->resync);
}

static void resync_pages_come_in_order_and_the_last_sets_the_lanes(void **state)
{
    struct uplink_stage *bench = *state;
    struct envelope envelope = uplink_stage_welcome(25);
    struct envelope page = {.version = 1, .kind = BODY_RESYNC};
    uplink_stage_tick(bench);
    uplink_stage_receive(bench, &envelope);
    page.body.resync.page = 1;
    uplink_stage_receive(bench, &page);
    assert_int_equal(uplink_stage_count(bench, UPLINK_PAGE), 1);
    struct envelope between = delivery(26, 25);
    uplink_stage_receive(bench, &between);
    assert_int_equal(bench->effects.count, 0);
    page.body.resync.page = 2;
    page.body.resync.last = true;
    uplink_stage_receive(bench, &page);
    assert_int_equal(bench->effects.count, 3);
    assert_int_equal(bench->effects.items[1].kind, UPLINK_APPLIED);
    assert_int_equal(bench->effects.items[1].number, 25);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(bench->effects.items[0].envelope.body.ack.number, 25);
    uplink_stage_receive(bench, &between);
    assert_int_equal(uplink_stage_count(bench, UPLINK_APPLY), 1);
}

static void missing_page_starts_the_resync_again(void **state)
{
    struct uplink_stage *bench = *state;
    struct envelope page = {.version = 1, .kind = BODY_RESYNC};
    uplink_stage_open(bench);
    page.body.resync.page = 1;
    uplink_stage_receive(bench, &page);
    page.body.resync.page = 3;
    uplink_stage_receive(bench, &page);
    assert_true(uplink_stage_said_hello(bench)->resync);
}

/* A frame that was overtaken: the Welcome of the first Hello answers not the second. */
static void what_answers_an_earlier_hello_is_not_taken(void **state)
{
    struct uplink_stage *bench = *state;
    struct envelope first = uplink_stage_welcome(10);
    struct envelope gap = delivery(14, 13);
    struct envelope second = uplink_stage_welcome(12);
    struct envelope page = {.version = 1, .kind = BODY_RESYNC};
    uplink_stage_tick(bench);
    assert_int_equal(uplink_stage_said_hello(bench)->session, 1);
    first.body.welcome.session = 1;
    uplink_stage_receive(bench, &first);
    uplink_stage_receive(bench, &gap);
    assert_int_equal(uplink_stage_said_hello(bench)->session, 2);
    uplink_stage_receive(bench, &first);
    assert_false(uplink_is_open(bench->uplink));
    second.body.welcome.session = 2;
    uplink_stage_receive(bench, &second);
    assert_true(uplink_is_open(bench->uplink));
    struct envelope old = delivery(13, 12);
    old.body.delivery.session = 1;
    uplink_stage_receive(bench, &old);
    assert_int_equal(bench->effects.count, 0);
    page.body.resync.page = 1;
    page.body.resync.last = true;
    page.body.resync.session = 1;
    uplink_stage_receive(bench, &page);
    assert_int_equal(bench->effects.count, 0);
    page.body.resync.session = 2;
    uplink_stage_receive(bench, &page);
    assert_int_equal(bench->effects.items[1].number, 12);
    uplink_stage_receive(bench, &page);
    assert_int_equal(bench->effects.count, 0);
}

static void new_store_asks_for_everything(void **state)
{
    (void)uplink_stage_tear_down(state);
    *state = uplink_stage_create(true);
    uplink_stage_tick(*state);
    assert_true(uplink_stage_said_hello(*state)->resync);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, uplink_stage_set_up, uplink_stage_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(deliveries_apply_in_order_with_one_acknowledgement_a_turn),
        TEST(deliveries_of_one_frame_are_applied_in_order_and_acknowledged_once_a_lane),
        TEST(gap_inside_a_frame_keeps_what_came_before_it),
        TEST(repeated_delivery_is_acknowledged_again_but_not_applied),
        TEST(gap_greets_again_and_the_second_asks_for_everything),
        TEST(resync_pages_come_in_order_and_the_last_sets_the_lanes),
        TEST(missing_page_starts_the_resync_again),
        TEST(what_answers_an_earlier_hello_is_not_taken),
        TEST(new_store_asks_for_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
