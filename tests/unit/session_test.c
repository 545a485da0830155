/* Sessions of sites: greeting, commands in order, time and quotas. */
#include "tests/support/session_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- greeting ------------------------------------------------------------------------------------ */

static void the_first_hello_starts_both_lanes(void **state)
{
    struct session_stage *world = *state;
    const struct envelope hello = session_stage_hello_of(session_stage_spool_a, 4, 0);
    session_stage_frame(world, &session_stage_first_peer, &hello);

    assert_int_equal(world->effects.items[0].kind, SESSION_START_LANE);
    assert_int_equal(world->effects.items[0].lane, LANE_NORMAL);
    assert_int_equal(world->effects.items[0].number, 4);
    assert_int_equal(world->effects.items[1].kind, SESSION_START_LANE);
    assert_int_equal(world->effects.items[1].lane, LANE_URGENT);
    assert_int_equal(world->effects.items[1].number, 1);
    const struct envelope *welcome = session_stage_sent(world, BODY_WELCOME);
    assert_string_equal(welcome->body.welcome.region, "north");
    assert_string_equal(welcome->body.welcome.site, "social-1");
    assert_int_equal(welcome->body.welcome.version, 1);
    assert_int_equal(welcome->body.welcome.window, 64);
    assert_int_equal(welcome->body.welcome.policy_version, 3);
    assert_int_equal(welcome->body.welcome.disclosure_epoch, 2);
    assert_int_equal(welcome->body.welcome.lanes[LANE_NORMAL].expected, 4);
    assert_int_equal(welcome->body.welcome.lanes[LANE_NORMAL].from, 0);
    assert_int_equal(session_count(world->table), 1);
    assert_int_equal(session_after(world->table, 0), SESSION_STAGE_SITE);
    assert_int_equal(session_after(world->table, SESSION_STAGE_SITE), 0);
}

static void a_known_spool_goes_on_where_the_state_stands(void **state)
{
    struct session_stage *world = *state;
    session_stage_put_site(world, session_stage_spool_a, 10, 0);
    struct envelope hello = session_stage_hello_of(session_stage_spool_a, 8, 0);
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_false(session_stage_has(world, SESSION_START_LANE));
    assert_int_equal(
        session_stage_sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_NORMAL].expected, 11);

    hello = session_stage_hello_of(
        session_stage_spool_a, 14, 0); /* 11 to 13 were refused, and their sender knows */
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_int_equal(
        session_stage_sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_NORMAL].expected, 14);
}

static void the_newest_hello_wins(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    const struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    session_stage_frame(world, &session_stage_second_peer, &hello);
    const struct envelope *goodbye = session_stage_sent(world, BODY_GOODBYE);
    assert_int_equal(goodbye->body.goodbye.reason, GOODBYE_REPLACED);
    assert_int_equal(session_stage_effect_of(world, SESSION_SEND)->peer.routing[2], 3);
    assert_int_equal(session_count(world->table), 1);

    session_stage_send_command(world, 1, "from the old connection");
    assert_int_equal(world->effects.count, 0);
}

static void hello_again_on_the_same_connection_is_no_replacement(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    session_stage_greet(world);
    assert_false(session_stage_was_sent(world, BODY_GOODBYE));
    assert_true(session_stage_was_sent(world, BODY_WELCOME));
}

static void frames_before_hello_are_ignored(void **state)
{
    struct session_stage *world = *state;
    session_stage_send_command(world, 1, "");
    assert_int_equal(world->effects.count, 0);
    session_stage_send_ack(world, LANE_NORMAL, 1);
    assert_int_equal(world->effects.count, 0);
}

static void no_common_version_is_a_goodbye(void **state)
{
    struct session_stage *world = *state;
    struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    hello.body.hello.version_least = 2;
    hello.body.hello.version_most = 5;
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_int_equal(session_stage_sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_VERSION);
    assert_false(session_is_open(world->table, SESSION_STAGE_SITE));
    hello.body.hello.version_least = 1;
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_true(session_stage_was_sent(world, BODY_WELCOME));
}

static void alternating_spools_raise_an_alarm(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    session_stage_put_site(world, session_stage_spool_a, 0, 0);
    struct envelope hello = session_stage_hello_of(session_stage_spool_b, 1, 0);
    session_stage_frame(world, &session_stage_second_peer, &hello);
    assert_false(session_stage_noted(world, "key_used_twice"));
    session_stage_put_site(world, session_stage_spool_b, 0, 0);
    hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_true(session_stage_noted(world, "key_used_twice"));
    assert_true(session_stage_has(world, SESSION_START_LANE));
}

/* ---- commands ------------------------------------------------------------------------------------ */

static void commands_are_decided_in_order_and_a_gap_is_told(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    session_stage_send_command(world, 1, "");
    assert_true(session_stage_has(world, SESSION_DECIDE));
    session_stage_send_command(world, 3, "");
    assert_false(session_stage_has(world, SESSION_DECIDE));
    assert_int_equal(session_stage_refused(world), REFUSAL_NEXT_EXPECTED);
    assert_int_equal(session_stage_sent(world, BODY_REPLY)->body.reply.next_expected, 2);
    assert_int_equal(session_stage_sent(world, BODY_REPLY)->body.reply.number, 3);
    session_stage_send_command(world, 2, "");
    assert_true(session_stage_has(world, SESSION_DECIDE));
    session_stage_send_command(world, 3, "");
    assert_true(session_stage_has(world, SESSION_DECIDE));
}

static void a_repeat_gets_the_reply_that_was_kept(void **state)
{
    struct session_stage *world = *state;
    session_stage_put_site(world, session_stage_spool_a, 2, 0);
    session_stage_put_reply(world, 2, "the same");
    session_stage_greet(world);
    session_stage_send_command(world, 2, "the same");
    const struct session_effect *effect = session_stage_effect_of(world, SESSION_REPEAT);
    assert_int_equal(effect->kept.position, 42);
    session_stage_send_command(world, 2, "another");
    assert_false(session_stage_has(world, SESSION_REPEAT));
    assert_int_equal(session_stage_refused(world), REFUSAL_ID_REUSED);
}

static void what_was_refused_is_decided_again(void **state)
{
    struct session_stage *world = *state;
    session_stage_put_site(world, session_stage_spool_a, 3, 0);
    session_stage_put_reply(world, 1, "");
    session_stage_put_reply(world, 3, "");
    session_stage_greet(world);
    session_stage_send_command(world, 2, "refused before a crash");
    assert_true(session_stage_has(world, SESSION_DECIDE));
    session_stage_send_command(world, 4, "");
    assert_true(session_stage_has(world, SESSION_DECIDE));
    session_stage_send_command(world, 4, ""); /* it was refused, or the state would know it */
    assert_true(session_stage_has(world, SESSION_DECIDE));
}

/* Its sender was told no, and may have acted on it; only what it still waits for is decided anew. */
static void what_was_refused_for_good_is_not_decided_behind_its_senders_back(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    session_stage_send_command(world, 1, "refused");
    session_refused(world->table, SESSION_STAGE_SITE, LANE_NORMAL, 1);
    session_stage_send_command(world, 2, "");
    session_stage_send_command(world, 1, "refused");
    assert_int_equal(world->effects.count, 0);
    session_stage_send_command(world, 2, "refused for now");
    assert_true(session_stage_has(world, SESSION_DECIDE));

    session_stage_greet(world);
    session_stage_send_command(world, 1, "refused");
    assert_true(session_stage_has(world, SESSION_DECIDE));
    const struct envelope settled = session_stage_hello_of(session_stage_spool_a, 2, 0);
    session_stage_frame(world, &session_stage_first_peer, &settled);
    session_stage_send_command(world, 1, "refused");
    assert_int_equal(world->effects.count, 0);
}

static void a_hello_that_came_before_begins_nothing(void **state)
{
    struct session_stage *world = *state;
    struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    hello.body.hello.session = 2;
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_true(session_stage_was_sent(world, BODY_WELCOME));
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_int_equal(world->effects.count, 0);
    hello.body.hello.session = 1;
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_int_equal(world->effects.count, 0);
    session_stage_frame(world, &session_stage_second_peer, &hello);
    assert_true(session_stage_was_sent(world, BODY_WELCOME));
}

static void commands_older_than_the_kept_replies_are_done(void **state)
{
    struct session_stage *world = *state;
    session_stage_put_site(world, session_stage_spool_a, 100, 0);
    session_stage_greet(world);
    session_stage_send_command(world, 36, "");
    assert_int_equal(session_stage_refused(world), REFUSAL_ALREADY_DONE);
    session_stage_send_command(world, 37, "");
    assert_true(session_stage_has(world, SESSION_DECIDE));
}

static void a_command_of_another_spool_is_a_bad_frame(void **state)
{
    struct session_stage *world = *state;
    const struct envelope hello = session_stage_hello_of(session_stage_spool_b, 1, 0);
    session_stage_frame(world, &session_stage_first_peer, &hello);
    session_stage_send_command(world, 1, "");
    assert_int_equal(session_stage_refused(world), REFUSAL_BAD_FIELD);
    assert_false(session_stage_has(world, SESSION_DECIDE));
    assert_true(session_stage_noted(world, "bad_frame"));
}

static void an_undecodable_command_takes_its_number(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    const struct wire_fault fault = {.code = REFUSAL_BAD_TEXT,
                                     .field = "command.note",
                                     .known_command = true,
                                     .lane = LANE_NORMAL,
                                     .number = 1};
    const struct session_event event = {.kind = SESSION_FAULT,
                                        .site = SESSION_STAGE_SITE,
                                        .peer = &session_stage_first_peer,
                                        .fault = &fault};
    session_stage_step(world, &event);
    assert_int_equal(session_stage_refused(world), REFUSAL_BAD_TEXT);
    assert_int_equal(session_stage_sent(world, BODY_REPLY)->body.reply.number, 1);
    session_stage_send_command(world, 2, "");
    assert_true(session_stage_has(world, SESSION_DECIDE));
}

/* ---- time and quotas ----------------------------------------------------------------------------- */

static void heartbeats_are_answered_and_silence_ends_the_session(void **state)
{
    struct session_stage *world = *state;
    const struct session_event tick = {.kind = SESSION_TICK, .site = SESSION_STAGE_SITE};
    const struct envelope heartbeat = {.version = 1, .kind = BODY_HEARTBEAT};
    session_stage_greet(world);
    world->world.boot_us += 29 * SECOND;
    session_stage_frame(world, &session_stage_first_peer, &heartbeat);
    assert_int_equal(session_stage_sent(world, BODY_HEARTBEAT)->body.heartbeat.time_us,
                     world->world.now_us);
    world->world.boot_us += 29 * SECOND;
    session_stage_step(world, &tick);
    assert_true(session_is_open(world->table, SESSION_STAGE_SITE));
    world->world.boot_us += 1 * SECOND;
    session_stage_step(world, &tick);
    assert_false(session_is_open(world->table, SESSION_STAGE_SITE));
    assert_true(session_stage_noted(world, "session_closed"));
}

static void a_heartbeat_says_what_a_site_seals_to_and_brings_it_a_newer_key(void **state)
{
    struct session_stage *world = *state;
    struct envelope heartbeat = {.version = 1, .kind = BODY_HEARTBEAT};
    session_stage_greet(world);
    assert_int_equal(session_epoch(world->table, SESSION_STAGE_SITE), 0);
    heartbeat.body.heartbeat.disclosure_epoch = 1; /* the stage's is 2 */
    session_stage_frame(world, &session_stage_first_peer, &heartbeat);
    const struct heartbeat *told = &session_stage_sent(world, BODY_HEARTBEAT)->body.heartbeat;
    assert_int_equal(told->disclosure_epoch, 2);
    assert_memory_equal(told->disclosure_key.data, world->disclosure.bytes, KEYS_BYTES);
    assert_int_equal(session_epoch(world->table, SESSION_STAGE_SITE), 1);
    heartbeat.body.heartbeat.disclosure_epoch = 2;
    session_stage_frame(world, &session_stage_first_peer, &heartbeat);
    told = &session_stage_sent(world, BODY_HEARTBEAT)->body.heartbeat;
    assert_int_equal(told->disclosure_key.size, 0);
    assert_int_equal(session_epoch(world->table, SESSION_STAGE_SITE), 2);
    session_stage_greet(world); /* perhaps an old copy of its store */
    assert_int_equal(session_epoch(world->table, SESSION_STAGE_SITE), 0);
    assert_int_equal(session_epoch(world->table, SESSION_STAGE_SITE + 1), 0);
}

/* A delivery that was lost, with none after it: the site is alive, and would never learn of it. */
static void what_stays_unacknowledged_ends_the_session(void **state)
{
    struct session_stage *world = *state;
    const struct session_event tick = {.kind = SESSION_TICK, .site = SESSION_STAGE_SITE};
    const struct envelope heartbeat = {.version = 1, .kind = BODY_HEARTBEAT};
    session_stage_greet(world);
    session_line_sent(world->table, SESSION_STAGE_SITE, LANE_NORMAL, 7);
    session_stage_step(world, &tick); /* counts from here */
    for (int i = 0; i < 5; i++) {
        world->world.boot_us += 10 * SECOND;
        session_stage_frame(world, &session_stage_first_peer, &heartbeat);
        session_stage_step(world, &tick);
    }
    assert_true(session_is_open(world->table, SESSION_STAGE_SITE));
    world->world.boot_us += 10 * SECOND;
    session_stage_step(world, &tick);
    assert_false(session_is_open(world->table, SESSION_STAGE_SITE));
    assert_int_equal(session_stage_sent(world, BODY_GOODBYE)->body.goodbye.reason,
                     GOODBYE_STOPPING);
}

static void an_acknowledgement_gives_the_rest_its_time(void **state)
{
    struct session_stage *world = *state;
    const struct session_event tick = {.kind = SESSION_TICK, .site = SESSION_STAGE_SITE};
    session_stage_greet(world);
    session_line_sent(world->table, SESSION_STAGE_SITE, LANE_NORMAL, 7);
    session_line_sent(world->table, SESSION_STAGE_SITE, LANE_NORMAL, 8);
    session_stage_step(world, &tick);
    for (int i = 0; i < 2; i++) {
        world->world.boot_us += 29 * SECOND;
        session_stage_send_ack(world, LANE_NORMAL, 7);
        session_stage_step(world, &tick);
    }
    world->world.boot_us += 29 * SECOND;
    session_stage_send_ack(world, LANE_NORMAL, 7);
    session_stage_step(world, &tick);
    assert_true(session_is_open(world->table, SESSION_STAGE_SITE));
}

static void bad_frames_end_in_quarantine(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    for (int i = 0; i < 30; i++) {
        session_stage_send_ack(world, LANE_NORMAL, 1000);
        assert_false(session_stage_noted(world, "site_quarantined"));
    }
    session_stage_send_ack(world, LANE_NORMAL, 1000);
    assert_true(session_stage_noted(world, "site_quarantined"));
    assert_int_equal(session_stage_sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_QUOTA);
    assert_false(session_is_open(world->table, SESSION_STAGE_SITE));

    const struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_int_equal(session_stage_sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_QUOTA);
    assert_false(session_is_open(world->table, SESSION_STAGE_SITE));
    world->world.boot_us += 60 * SECOND;
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_true(session_is_open(world->table, SESSION_STAGE_SITE));
}

static void a_flood_of_queries_is_answered_busy(void **state)
{
    struct session_stage *world = *state;
    struct envelope envelope = {.version = 1, .kind = BODY_QUERY};
    envelope.body.query = (struct query){
        .id = 77, .actor = "somebody", .kind = QUERY_STATUS, .text = "", .cursor = ""};
    session_stage_greet(world);
    for (int i = 0; i < 64; i++) {
        session_stage_frame(world, &session_stage_first_peer, &envelope);
        assert_true(session_stage_has(world, SESSION_ANSWER));
    }
    session_stage_frame(world, &session_stage_first_peer, &envelope);
    assert_false(session_stage_has(world, SESSION_ANSWER));
    const struct envelope *answer = session_stage_sent(world, BODY_ANSWER);
    assert_int_equal(answer->body.answer.id, 77);
    assert_int_equal(answer->body.answer.problem_count, 1);
}

static const struct session_event arrival = {.kind = SESSION_FRAME,
                                             .site = SESSION_STAGE_SITE,
                                             .peer = &session_stage_first_peer};

static bool arrives(struct session_stage *world)
{
    world->effects.count = 0;
    return session_arrived(world->table, &world->world, &arrival, &world->effects);
}

static void commands_over_the_quota_are_told_how_long_to_wait(void **state)
{
    struct session_stage *world = *state;
    struct envelope envelope = {.version = 1, .kind = BODY_COMMAND};
    session_stage_greet(world);
    envelope.body.command.incarnation = session_stage_spool_a;
    envelope.body.command.number = 1000000; /* a gap: refused as such while there are tokens */
    for (int i = 0; i < 32768; i++) {
        arena_reset(world->turn);
        session_stage_frame(world, &session_stage_first_peer, &envelope);
        assert_int_equal(session_stage_sent(world, BODY_REPLY)->body.reply.problems->code,
                         REFUSAL_NEXT_EXPECTED);
    }
    session_stage_frame(world, &session_stage_first_peer, &envelope);
    const struct problem *problem = session_stage_sent(world, BODY_REPLY)->body.reply.problems;
    assert_int_equal(problem->code, REFUSAL_BUSY);
    assert_true(problem->retryable);
    assert_int_equal(problem->wait_ms, 22); /* 64 tokens of 332 us, and the millisecond begun */
    world->world.boot_us += 22000;
    for (int i = 0; i < 64; i++) {
        session_stage_frame(world, &session_stage_first_peer, &envelope);
        assert_int_equal(session_stage_sent(world, BODY_REPLY)->body.reply.problems->code,
                         REFUSAL_NEXT_EXPECTED);
    }
}

static void a_flood_of_frames_ends_in_quarantine_unread(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    for (int i = 0; i < 65536; i++) {
        assert_true(arrives(world));
    }
    assert_false(arrives(world));
    assert_true(session_stage_noted(world, "site_quarantined"));
    assert_false(session_is_open(world->table, SESSION_STAGE_SITE));
}

static void who_goes_on_in_quarantine_is_cut_and_refused_until_its_end(void **state)
{
    struct session_stage *world = *state;
    const struct session_event unread = {
        .kind = SESSION_UNREAD, .site = SESSION_STAGE_SITE, .peer = &session_stage_first_peer};
    session_stage_greet(world);
    for (int i = 0; i < 31; i++) {
        session_stage_send_ack(world, LANE_NORMAL, 1000);
    }
    assert_true(session_stage_noted(world, "site_quarantined"));
    assert_int_equal(session_handshake(world->table, &world->world, SESSION_STAGE_SITE),
                     SESSION_ADMITTED); /* it may come back and be told */
    for (int i = 0; i < 64; i++) {
        assert_true(arrives(world));
    }
    assert_false(arrives(world));
    assert_true(session_stage_has(world, SESSION_CUT));
    assert_int_equal(session_handshake(world->table, &world->world, SESSION_STAGE_SITE),
                     SESSION_REFUSED);
    world->world.boot_us += 60 * SECOND;
    assert_int_equal(session_handshake(world->table, &world->world, SESSION_STAGE_SITE),
                     SESSION_ADMITTED);
    assert_true(arrives(world));
    session_stage_greet(world);
    session_stage_step(world, &unread); /* who does not read hears no Goodbye either */
    assert_true(session_stage_has(world, SESSION_CUT));
}

static void connections_without_end_are_refused_and_told_once(void **state)
{
    struct session_stage *world = *state;
    struct site_alarm alarm;
    uint32_t site = 0;
    for (int i = 0; i < 60; i++) {
        assert_int_equal(session_handshake(world->table, &world->world, SESSION_STAGE_SITE),
                         SESSION_ADMITTED);
    }
    assert_false(session_alarm(world->table, &site, &alarm));
    assert_int_equal(session_handshake(world->table, &world->world, SESSION_STAGE_SITE),
                     SESSION_REFUSED_NEWLY);
    assert_int_equal(session_handshake(world->table, &world->world, SESSION_STAGE_SITE),
                     SESSION_REFUSED);
    assert_true(session_alarm(world->table, &site, &alarm));
    assert_int_equal(site, SESSION_STAGE_SITE);
    assert_string_equal(alarm.event, "too_many_connections");
    assert_false(session_alarm(world->table, &site, &alarm));
    world->world.boot_us += 1 * SECOND;
    assert_int_equal(session_handshake(world->table, &world->world, SESSION_STAGE_SITE),
                     SESSION_ADMITTED);
}

static void an_alarm_is_kept_with_its_reason_and_count(void **state)
{
    struct session_stage *world = *state;
    const struct session_event parts = {
        .kind = SESSION_PARTS, .site = SESSION_STAGE_SITE, .peer = &session_stage_first_peer};
    struct site_alarm alarm;
    uint32_t site = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 31; i++) {
            session_stage_step(world, &parts);
        }
        world->world.boot_us += 120 * SECOND;
    }
    assert_true(session_alarm(world->table, &site, &alarm));
    assert_string_equal(alarm.event, "site_quarantined");
    assert_string_equal(alarm.reason, "parts");
    assert_int_equal(alarm.times, 2);
    assert_int_equal(alarm.until_us, alarm.at_us + 60 * SECOND);
}

static void a_revoked_key_is_told_goodbye(void **state)
{
    struct session_stage *world = *state;
    session_stage_greet(world);
    const struct session_event event = {.kind = SESSION_CLOSE,
                                        .site = SESSION_STAGE_SITE,
                                        .peer = &session_stage_first_peer,
                                        .reason = GOODBYE_REVOKED};
    session_stage_step(world, &event);
    assert_int_equal(session_stage_sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_REVOKED);
    assert_false(session_is_open(world->table, SESSION_STAGE_SITE));
    assert_int_equal(session_count(world->table), 0);
}

int main(void)
{
#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, session_stage_set_up, session_stage_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_first_hello_starts_both_lanes),
        TEST(a_known_spool_goes_on_where_the_state_stands),
        TEST(the_newest_hello_wins),
        TEST(hello_again_on_the_same_connection_is_no_replacement),
        TEST(frames_before_hello_are_ignored),
        TEST(no_common_version_is_a_goodbye),
        TEST(alternating_spools_raise_an_alarm),
        TEST(commands_are_decided_in_order_and_a_gap_is_told),
        TEST(a_repeat_gets_the_reply_that_was_kept),
        TEST(what_was_refused_is_decided_again),
        TEST(what_was_refused_for_good_is_not_decided_behind_its_senders_back),
        TEST(a_hello_that_came_before_begins_nothing),
        TEST(commands_older_than_the_kept_replies_are_done),
        TEST(a_command_of_another_spool_is_a_bad_frame),
        TEST(an_undecodable_command_takes_its_number),
        TEST(heartbeats_are_answered_and_silence_ends_the_session),
        TEST(a_heartbeat_says_what_a_site_seals_to_and_brings_it_a_newer_key),
        TEST(what_stays_unacknowledged_ends_the_session),
        TEST(an_acknowledgement_gives_the_rest_its_time),
        TEST(bad_frames_end_in_quarantine),
        TEST(a_flood_of_queries_is_answered_busy),
        TEST(commands_over_the_quota_are_told_how_long_to_wait),
        TEST(a_flood_of_frames_ends_in_quarantine_unread),
        TEST(who_goes_on_in_quarantine_is_cut_and_refused_until_its_end),
        TEST(connections_without_end_are_refused_and_told_once),
        TEST(an_alarm_is_kept_with_its_reason_and_count),
        TEST(a_revoked_key_is_told_goodbye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
