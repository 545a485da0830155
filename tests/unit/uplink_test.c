/* The agent's session, driven by hand-typed messages and a hand-turned clock: connections, commands, goodbyes. */
#include "tests/support/uplink_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECONDS(n) ((int64_t)(n)*1000000)

static struct envelope stored(enum lane lane, uint64_t number)
{
    struct envelope envelope = {.version = 1, .kind = BODY_REPLY};
    envelope.body.reply = (struct reply){.lane = lane, .number = number, .case_number = ""};
    return envelope;
}

static struct envelope
refused(struct uplink_stage *bench, uint64_t number, enum refusal code, bool retryable)
{
    struct envelope envelope = stored(LANE_NORMAL, number);
    bench->problem = (struct problem){.code = code, .field = "", .retryable = retryable};
    envelope.body.reply.refused = true;
    envelope.body.reply.problems = &bench->problem;
    envelope.body.reply.problem_count = 1;
    return envelope;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static void first_tick_connects_and_says_what_it_holds(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_tick(bench);
    assert_int_equal(uplink_stage_only(bench, UPLINK_CONNECT)->number, 0);
    const struct hello *hello = uplink_stage_said_hello(bench);
    assert_int_equal(hello->incarnation.bytes[0], 7);
    assert_int_equal(hello->lanes[LANE_NORMAL].first_held, 4);
    assert_int_equal(hello->lanes[LANE_NORMAL].applied, 10);
    assert_int_equal(hello->lanes[LANE_URGENT].first_held, 1);
    assert_false(hello->resync);
}

static void silence_after_hello_tries_the_next_endpoint_with_backoff(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_tick(bench);
    assert_int_equal(uplink_deadline_us(bench->uplink), SECONDS(110));
    bench->now_us = SECONDS(110);
    uplink_stage_tick(bench);
    assert_int_equal(uplink_stage_count(bench, UPLINK_DISCONNECT), 1);
    assert_int_equal(uplink_deadline_us(bench->uplink), SECONDS(110) + 200000);
    bench->now_us += 200000;
    uplink_stage_tick(bench);
    assert_int_equal(uplink_stage_only(bench, UPLINK_CONNECT)->number, 1);
    bench->now_us += SECONDS(10);
    uplink_stage_tick(bench);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + 400000);
}

static void welcome_sends_urgent_first_and_within_the_window(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    assert_int_equal(uplink_stage_count(bench, UPLINK_WELCOMED), 1);
    assert_int_equal(bench->effects.count, 4);
    assert_int_equal(bench->effects.items[1].lane, LANE_URGENT);
    assert_int_equal(bench->effects.items[1].number, 1);
    assert_int_equal(bench->effects.items[2].lane, LANE_NORMAL);
    assert_int_equal(bench->effects.items[2].number, 4);
    assert_int_equal(bench->effects.items[3].number, 5);
}

static void reply_settles_and_opens_the_window(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    struct envelope reply = stored(LANE_NORMAL, 4);
    uplink_stage_receive(bench, &reply);
    assert_int_equal(uplink_stage_only(bench, UPLINK_SETTLE)->number, 4);
    assert_int_equal(uplink_stage_only(bench, UPLINK_SEND_COMMAND)->number, 6);
    uplink_stage_receive(bench, &reply); /* the same once more: nothing */
    assert_int_equal(bench->effects.count, 0);
}

static void refusal_for_good_settles(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    struct envelope reply = refused(bench, 4, REFUSAL_WRONG_STATE, false);
    uplink_stage_receive(bench, &reply);
    assert_true(uplink_stage_only(bench, UPLINK_SETTLE)->reply->refused);
    reply = refused(bench, 5, REFUSAL_ID_REUSED, false); /* of the referral, not of the number */
    reply.body.reply.problems[0].field = "command.submit.id";
    uplink_stage_receive(bench, &reply);
    assert_int_equal(uplink_stage_only(bench, UPLINK_SETTLE)->number, 5);
}

/* An old copy of the spool gave a number again that the broker knows: the command never was decided. */
static void number_that_the_broker_knows_from_before_gets_a_new_incarnation(void **state)
{
    static const enum refusal codes[] = {REFUSAL_ID_REUSED, REFUSAL_ALREADY_DONE};
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    for (size_t i = 0; i < 2; i++) {
        struct envelope reply = refused(bench, 4, codes[i], false);
        reply.body.reply.problems[0].field = "command.number";
        uplink_stage_receive(bench, &reply);
        assert_int_equal(uplink_stage_count(bench, UPLINK_SETTLE), 0);
        assert_int_equal(uplink_stage_count(bench, UPLINK_RENEW), 1);
        uplink_stage_step(bench,
                          &(struct uplink_event){.kind = UPLINK_RENEWED, .incarnation = {{8}}});
        assert_int_equal(uplink_stage_said_hello(bench)->incarnation.bytes[0], 8);
        assert_int_equal(uplink_stage_said_hello(bench)->lanes[LANE_NORMAL].first_held, 4);
        struct envelope again = uplink_stage_welcome(10);
        uplink_stage_receive(bench, &again);
        assert_true(uplink_is_open(bench->uplink));
    }
}

static void retryable_refusal_keeps_the_order_of_the_lane(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    struct envelope reply = refused(bench, 4, REFUSAL_DISK_LOW, true);
    uplink_stage_receive(bench, &reply);
    assert_int_equal(bench->effects.count, 0);
    reply = refused(bench, 5, REFUSAL_NEXT_EXPECTED, true);
    reply.body.reply.next_expected = 4;
    uplink_stage_receive(bench, &reply);
    assert_int_equal(bench->effects.count, 0);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + SECONDS(1));
    bench->now_us += SECONDS(1);
    uplink_stage_tick(bench);
    assert_int_equal(bench->effects.count, 2);
    assert_int_equal(bench->effects.items[0].number, 4);
    assert_int_equal(bench->effects.items[1].number, 5);
}

static void gap_at_the_broker_rewinds(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    struct envelope reply = refused(bench, 5, REFUSAL_NEXT_EXPECTED, true);
    reply.body.reply.next_expected = 4;
    uplink_stage_receive(bench, &reply);
    assert_int_equal(bench->effects.count, 2);
    assert_int_equal(bench->effects.items[0].number, 4);
    assert_int_equal(bench->effects.items[1].number, 5);
}

static void after_a_new_welcome_unsettled_commands_go_again(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    struct envelope reply = stored(LANE_NORMAL, 5); /* out of order */
    uplink_stage_receive(bench, &reply);
    bench->now_us += SECONDS(5); /* replies are owed and nothing comes: ask with a Hello */
    uplink_stage_tick(bench);
    assert_int_equal(uplink_stage_said_hello(bench)->lanes[LANE_NORMAL].first_held, 4);
    struct envelope again = uplink_stage_welcome(10);
    uplink_stage_receive(bench, &again);
    uint64_t sent = 0;
    for (size_t i = 0; i < bench->effects.count; i++) {
        if (bench->effects.items[i].kind == UPLINK_SEND_COMMAND &&
            bench->effects.items[i].lane == LANE_NORMAL) {
            sent = sent * 10 + bench->effects.items[i].number;
        }
    }
    assert_int_equal(sent, 4); /* 5 is settled, 6 is outside of the window of 2 */
}

static void new_command_goes_at_once_when_open(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    uplink_stage_step(
        bench, &(struct uplink_event){.kind = UPLINK_SPOOLED, .lane = LANE_URGENT, .number = 2});
    assert_int_equal(uplink_stage_only(bench, UPLINK_SEND_COMMAND)->number, 2);
}

static void missing_command_counts_as_settled(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    uplink_stage_step(
        bench, &(struct uplink_event){.kind = UPLINK_MISSING, .lane = LANE_NORMAL, .number = 4});
    assert_int_equal(uplink_stage_only(bench, UPLINK_SEND_COMMAND)->number, 6);
}

static void broker_that_knows_more_than_the_spool_gets_a_new_incarnation(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_tick(bench);
    struct envelope envelope = uplink_stage_welcome(10);
    envelope.body.welcome.lanes[LANE_NORMAL].expected = 9;
    uplink_stage_receive(bench, &envelope);
    assert_int_equal(uplink_stage_count(bench, UPLINK_RENEW), 1);
    assert_false(uplink_is_open(bench->uplink));
    uplink_stage_step(bench, &(struct uplink_event){.kind = UPLINK_RENEWED, .incarnation = {{8}}});
    assert_int_equal(uplink_stage_said_hello(bench)->incarnation.bytes[0], 8);
    assert_true(uplink_stage_said_hello(bench)->resync);
}

static void goodbyes_wait_as_long_as_they_deserve(void **state)
{
    struct uplink_stage *bench = *state;
    struct envelope envelope = {.version = 1, .kind = BODY_GOODBYE};
    uplink_stage_open(bench);
    envelope.body.goodbye.reason = GOODBYE_STOPPING;
    uplink_stage_receive(bench, &envelope);
    assert_int_equal(uplink_stage_count(bench, UPLINK_DISCONNECT), 1);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + 200000);
    bench->now_us += 200000;
    uplink_stage_open(bench);
    envelope.body.goodbye.reason = GOODBYE_REPLACED;
    uplink_stage_receive(bench, &envelope);
    assert_true(uplink_stage_only(bench, UPLINK_NOTE)->warn);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + SECONDS(300));
    bench->now_us += SECONDS(300);
    uplink_stage_tick(bench);
    envelope.body.goodbye.reason = GOODBYE_REVOKED;
    uplink_stage_receive(bench, &envelope);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + SECONDS(300));
}

static void own_newer_hello_does_not_frighten_us(void **state)
{
    struct uplink_stage *bench = *state;
    struct envelope envelope = {.version = 1, .kind = BODY_GOODBYE};
    uplink_stage_open(bench);
    bench->now_us += SECONDS(5);
    uplink_stage_tick(bench); /* a second Hello on the same connection */
    envelope.body.goodbye.reason = GOODBYE_REPLACED;
    uplink_stage_receive(bench, &envelope);
    assert_int_equal(bench->effects.count, 0);
    struct envelope again = uplink_stage_welcome(10);
    uplink_stage_receive(bench, &again);
    assert_true(uplink_is_open(bench->uplink));
}

static void what_is_to_be_sent_is_said_to_be_of_an_epoch_when_that_changes(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    uplink_set_epoch(bench->uplink, 1);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    const struct envelope *said = &uplink_stage_only(bench, UPLINK_SEND)->envelope;
    assert_int_equal(said->kind, BODY_HEARTBEAT);
    assert_int_equal(said->body.heartbeat.disclosure_epoch, 1);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(bench->effects.count, 0); /* said once */
    uplink_set_epoch(bench->uplink, 2);
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(
        uplink_stage_only(bench, UPLINK_SEND)->envelope.body.heartbeat.disclosure_epoch, 2);
}

static void heartbeat_with_a_key_is_handed_on(void **state)
{
    static const uint8_t key[32] = {9};
    struct uplink_stage *bench = *state;
    struct envelope beat = {.version = 1, .kind = BODY_HEARTBEAT};
    uplink_stage_open(bench);
    uplink_stage_receive(bench, &beat);
    assert_int_equal(uplink_stage_count(bench, UPLINK_KEY), 0);
    beat.body.heartbeat.disclosure_epoch = 3;
    beat.body.heartbeat.disclosure_key = bytes_of(key, sizeof key);
    uplink_stage_receive(bench, &beat);
    assert_int_equal(uplink_stage_only(bench, UPLINK_KEY)->heartbeat->disclosure_epoch, 3);
}

static void idle_session_beats_and_a_silent_one_dies(void **state)
{
    struct uplink_stage *bench = *state;
    struct envelope beat = {.version = 1, .kind = BODY_HEARTBEAT};
    uplink_stage_open(bench);
    for (uint64_t i = 4; i < 7; i++) {
        struct envelope reply = stored(LANE_NORMAL, i);
        uplink_stage_receive(bench, &reply);
    }
    struct envelope reply = stored(LANE_URGENT, 1);
    uplink_stage_receive(bench, &reply);
    bench->now_us += SECONDS(10);
    uplink_stage_receive(bench, &beat);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(uplink_stage_only(bench, UPLINK_SEND)->envelope.kind, BODY_HEARTBEAT);
    bench->now_us += SECONDS(15);
    uplink_stage_tick(
        bench); /* nothing heard for 15 s: a Hello, as the broker may be a new process */
    assert_true(uplink_stage_said_hello(bench)->lanes[LANE_NORMAL].first_held >= 4);
    bench->now_us += SECONDS(10);
    uplink_stage_tick(bench);
    assert_int_equal(uplink_stage_count(bench, UPLINK_DISCONNECT), 1);
}

static void question_after_an_idle_time_is_given_time_for_its_answer(void **state)
{
    struct uplink_stage *bench = *state;
    uplink_stage_open(bench);
    for (uint64_t i = 4; i < 7; i++) {
        struct envelope reply = stored(LANE_NORMAL, i);
        uplink_stage_receive(bench, &reply);
    }
    struct envelope reply = stored(LANE_URGENT, 1);
    uplink_stage_receive(bench, &reply);
    bench->now_us += SECONDS(9); /* quiet, but not silent */
    uplink_stage_step(
        bench, &(struct uplink_event){.kind = UPLINK_SPOOLED, .lane = LANE_NORMAL, .number = 7});
    assert_int_equal(uplink_stage_only(bench, UPLINK_SEND_COMMAND)->number, 7);
    uplink_stage_tick(bench); /* no Hello: the answer may still come for five seconds */
    assert_int_equal(uplink_stage_count(bench, UPLINK_SEND), 0);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + SECONDS(5));
    bench->now_us += SECONDS(5);
    uplink_stage_tick(bench);
    assert_int_equal(uplink_stage_said_hello(bench)->lanes[LANE_NORMAL].first_held, 7);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, uplink_stage_set_up, uplink_stage_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(first_tick_connects_and_says_what_it_holds),
        TEST(silence_after_hello_tries_the_next_endpoint_with_backoff),
        TEST(welcome_sends_urgent_first_and_within_the_window),
        TEST(reply_settles_and_opens_the_window),
        TEST(refusal_for_good_settles),
        TEST(number_that_the_broker_knows_from_before_gets_a_new_incarnation),
        TEST(retryable_refusal_keeps_the_order_of_the_lane),
        TEST(gap_at_the_broker_rewinds),
        TEST(after_a_new_welcome_unsettled_commands_go_again),
        TEST(new_command_goes_at_once_when_open),
        TEST(missing_command_counts_as_settled),
        TEST(broker_that_knows_more_than_the_spool_gets_a_new_incarnation),
        TEST(goodbyes_wait_as_long_as_they_deserve),
        TEST(own_newer_hello_does_not_frighten_us),
        TEST(what_is_to_be_sent_is_said_to_be_of_an_epoch_when_that_changes),
        TEST(heartbeat_with_a_key_is_handed_on),
        TEST(idle_session_beats_and_a_silent_one_dies),
        TEST(question_after_an_idle_time_is_given_time_for_its_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
