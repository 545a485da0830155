/* Sessions of sites: deliveries within their windows, and resync. */
#include "tests/support/session_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- deliveries ---------------------------------------------------------------------------------- */

static void urgent_lines_go_first_and_say_what_they_follow(void **state)
{
    struct session_stage *world = *state;
    struct session_item item;
    session_stage_greet(world);
    session_stage_put_line(world, LANE_NORMAL, 2);
    session_stage_put_line(world, LANE_NORMAL, 5);
    session_stage_put_line(world, LANE_URGENT, 1);

    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_LINES);
    assert_int_equal(item.count, 1); /* it did not say that it takes more */
    assert_true(item.more);
    assert_int_equal(item.lines[0].lane, LANE_URGENT);
    assert_int_equal(item.lines[0].record.number, 1);
    session_line_sent(world->table, SESSION_STAGE_SITE, LANE_URGENT, 1);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.lines[0].lane, LANE_NORMAL);
    assert_int_equal(item.lines[0].record.number, 2);
    assert_int_equal(item.lines[0].after, 0);
    session_line_sent(world->table, SESSION_STAGE_SITE, LANE_NORMAL, 2);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.lines[0].record.number, 5);
    assert_int_equal(item.lines[0].after, 2);
    session_line_sent(world->table, SESSION_STAGE_SITE, LANE_NORMAL, 5);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_NOTHING);
}

static void a_full_window_waits_for_an_acknowledgement(void **state)
{
    struct session_stage *world = *state;
    struct session_item item;
    session_stage_greet(world);
    for (uint64_t number = 1; number <= 65; number++) {
        session_stage_put_line(world, LANE_NORMAL, number);
    }
    for (uint64_t number = 1; number <= 64; number++) {
        session_line_sent(world->table, SESSION_STAGE_SITE, LANE_NORMAL, number);
    }
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_NOTHING);
    session_stage_send_ack(world, LANE_NORMAL, 1);
    assert_int_equal(session_stage_effect_of(world, SESSION_ACKNOWLEDGE)->number, 1);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.lines[0].record.number, 65);
}

static void greet_with_lists(struct session_stage *world)
{
    struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    hello.body.hello.takes_deliveries = true;
    session_stage_frame(world, &session_stage_first_peer, &hello);
}

static void who_takes_several_lines_at_once_is_given_both_lanes_together(void **state)
{
    struct session_stage *world = *state;
    struct session_item item;
    greet_with_lists(world);
    session_stage_put_line(world, LANE_NORMAL, 2);
    session_stage_put_line(world, LANE_NORMAL, 5);
    session_stage_put_line(world, LANE_URGENT, 3);

    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_LINES);
    assert_int_equal(item.count, 3);
    assert_false(item.more);
    assert_int_equal(item.lines[0].lane, LANE_URGENT);
    assert_int_equal(item.lines[0].record.number, 3);
    assert_int_equal(item.lines[0].after, 0);
    assert_int_equal(item.lines[1].lane, LANE_NORMAL);
    assert_int_equal(item.lines[1].record.number, 2);
    assert_int_equal(item.lines[1].after, 0);
    assert_int_equal(item.lines[2].record.number, 5);
    assert_int_equal(item.lines[2].after, 2);

    session_line_sent(world->table, SESSION_STAGE_SITE, LANE_URGENT, 3); /* one fitted */
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.count, 2);
    assert_int_equal(item.lines[0].record.number, 2);
}

static void lines_together_are_no_more_than_the_windows_and_one_frame_hold(void **state)
{
    struct session_stage *world = *state;
    struct session_item item;
    greet_with_lists(world);
    for (uint64_t number = 1; number <= 70; number++) {
        session_stage_put_line(world, LANE_NORMAL, number);
    }
    for (uint64_t number = 1; number <= 10; number++) {
        session_line_sent(world->table, SESSION_STAGE_SITE, LANE_NORMAL, number);
    }
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.count, 54); /* the window is full then, and opens by an acknowledgement */
    assert_int_equal(item.lines[53].record.number, 64);
    assert_false(item.more);

    for (uint64_t number = 1; number <= 12; number++) {
        session_stage_put_line(world, LANE_URGENT, number);
    }
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.count, 64);
    assert_int_equal(item.lines[11].record.number, 12);
    assert_int_equal(item.lines[12].record.number, 11);
    assert_int_equal(item.lines[63].record.number, 62);
    assert_true(item.more);
}

static void an_acknowledgement_of_what_was_not_sent_is_a_bad_frame(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    session_stage_send_ack(world, LANE_NORMAL, 9);
    assert_false(session_stage_has(world, SESSION_ACKNOWLEDGE));
    assert_int_equal(session_stage_refused(world), REFUSAL_BAD_FIELD);
    assert_true(session_stage_noted(world, "bad_frame"));
}

static void a_new_session_sends_again_what_was_not_applied(void **state)
{
    struct session_stage *world = *state;
    struct session_item item;
    session_stage_put_site(world, session_stage_spool_a, 0, 3);
    session_stage_put_line(world, LANE_NORMAL, 2);
    session_stage_put_line(world, LANE_NORMAL, 3);
    const struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 2);
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_int_equal(session_stage_effect_of(world, SESSION_ACKNOWLEDGE)->number, 2);
    assert_int_equal(session_stage_sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_NORMAL].from,
                     2);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.lines[0].record.number, 3);
    assert_int_equal(item.lines[0].after, 2);
}

/* ---- resync -------------------------------------------------------------------------------------- */

static void a_resync_pages_the_view_and_ends_with_both_acknowledgements(void **state)
{
    struct session_stage *world = *state;
    struct session_item item;
    session_stage_put_site(world, session_stage_spool_a, 0, 7);
    struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    hello.body.hello.resync = true;
    hello.body.hello.session = 3;
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_int_equal(session_stage_sent(world, BODY_WELCOME)->body.welcome.session, 3);
    assert_int_equal(session_stage_sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_NORMAL].from,
                     7);
    assert_int_equal(session_stage_sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_URGENT].from,
                     0);
    session_stage_put_line(world, LANE_NORMAL, 8); /* waits until the view is durable */

    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);
    assert_int_equal(item.page, 1);
    assert_int_equal(item.cursor.kind, DELIVERY_UNSPECIFIED);
    const struct session_cursor cursor = {.kind = DELIVERY_CASE, .entity = {{9}}};
    session_page_sent(world->table, SESSION_STAGE_SITE, &cursor, false);
    session_stage_send_ack(world, LANE_NORMAL, 7); /* too early: not all pages went out */
    assert_int_equal(world->effects.count, 0);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.page, 2);
    assert_int_equal(item.session, 3);
    assert_int_equal(item.cursor.kind, DELIVERY_CASE);
    session_page_sent(world->table, SESSION_STAGE_SITE, &cursor, true);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_NOTHING);

    session_stage_send_ack(world, LANE_NORMAL, 7);
    assert_false(session_stage_has(world, SESSION_RESYNCED));
    session_stage_send_ack(world, LANE_URGENT, 0);
    const struct session_effect *effect = session_stage_effect_of(world, SESSION_RESYNCED);
    assert_int_equal(effect->lines[LANE_NORMAL], 7);
    assert_int_equal(effect->lines[LANE_URGENT], 0);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_LINES);
    assert_int_equal(item.lines[0].record.number, 8);
    assert_int_equal(item.lines[0].after, 7);
}

static void a_mirror_that_cannot_be_right_is_resynced(void **state)
{
    struct session_stage *world = *state;
    struct session_item item;
    struct site_record record = {.known = true, .incarnation = session_stage_spool_a};
    record.lines[LANE_NORMAL] = 9;
    record.acknowledged[LANE_NORMAL] = 6;
    store_put_site(world->world.store, SESSION_STAGE_SITE, &record);

    struct envelope hello =
        session_stage_hello_of(session_stage_spool_a, 1, 5); /* restored from a copy */
    session_stage_frame(world, &session_stage_first_peer, &hello);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);

    hello = session_stage_hello_of(session_stage_spool_a, 1, 10); /* it never was sent ten */
    session_stage_frame(world, &session_stage_first_peer, &hello);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);

    hello = session_stage_hello_of(session_stage_spool_a, 1, 6);
    session_stage_frame(world, &session_stage_first_peer, &hello);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_NOTHING);

    record.away = true;
    store_put_site(world->world.store, SESSION_STAGE_SITE, &record);
    const struct session_event tick = {.kind = SESSION_TICK, .site = SESSION_STAGE_SITE};
    session_stage_step(world, &tick);
    assert_int_equal(session_stage_sent(world, BODY_GOODBYE)->body.goodbye.reason,
                     GOODBYE_STOPPING);
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_true(session_stage_has(world, SESSION_RETURNED)); /* lines are put again from here on */
    record.away = false;
    store_put_site(world->world.store, SESSION_STAGE_SITE, &record);
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);
    session_stage_step(world, &tick);
    assert_false(session_stage_was_sent(world, BODY_GOODBYE));
}

/* Lines were given the numbers that it applied before the broker came back from its backup. */
static void a_site_that_a_restored_journal_never_heard_is_resynced(void **state)
{
    struct session_stage *world = *state;
    struct session_item item;
    struct site_record record = {.known = false};
    record.lines[LANE_NORMAL] = 3;
    store_put_site(world->world.store, SESSION_STAGE_SITE, &record);
    const struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 2);
    store_meta(world->world.store)->life = 77;
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_false(session_stage_has(world, SESSION_ACKNOWLEDGE));
    session_next(world->table, &world->world, SESSION_STAGE_SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);
}

/* Too much happened while the view was on its way: the lines are gone, so the view must be sent anew. */
static void a_site_that_is_away_again_in_the_middle_of_its_resync_begins_anew(void **state)
{
    struct session_stage *world = *state;
    struct site_record record = {.known = true, .incarnation = session_stage_spool_a};
    const struct session_event tick = {.kind = SESSION_TICK, .site = SESSION_STAGE_SITE};
    const struct session_cursor cursor = {.kind = DELIVERY_CASE, .entity = {{9}}};
    struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    hello.body.hello.resync = true;
    for (int way = 0; way < 2; way++) {
        record.away = false;
        store_put_site(world->world.store, SESSION_STAGE_SITE, &record);
        session_stage_frame(world, &session_stage_first_peer, &hello);
        assert_false(session_stage_has(world, SESSION_RETURNED));
        session_page_sent(world->table, SESSION_STAGE_SITE, &cursor, true);
        session_stage_send_ack(world, LANE_NORMAL, 0);
        record.away = true;
        store_put_site(world->world.store, SESSION_STAGE_SITE, &record);
        if (way == 0) {
            session_stage_step(world, &tick);
        } else {
            session_stage_send_ack(world, LANE_URGENT, 0);
            assert_false(session_stage_has(world, SESSION_RESYNCED));
        }
        assert_int_equal(session_stage_sent(world, BODY_GOODBYE)->body.goodbye.reason,
                         GOODBYE_STOPPING);
        assert_false(session_is_open(world->table, SESSION_STAGE_SITE));
    }
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, session_stage_set_up, session_stage_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(urgent_lines_go_first_and_say_what_they_follow),
        TEST(a_full_window_waits_for_an_acknowledgement),
        TEST(who_takes_several_lines_at_once_is_given_both_lanes_together),
        TEST(lines_together_are_no_more_than_the_windows_and_one_frame_hold),
        TEST(an_acknowledgement_of_what_was_not_sent_is_a_bad_frame),
        TEST(a_new_session_sends_again_what_was_not_applied),
        TEST(a_resync_pages_the_view_and_ends_with_both_acknowledgements),
        TEST(a_mirror_that_cannot_be_right_is_resynced),
        TEST(a_site_that_a_restored_journal_never_heard_is_resynced),
        TEST(a_site_that_is_away_again_in_the_middle_of_its_resync_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
