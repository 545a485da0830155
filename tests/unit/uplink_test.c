/* The agent's session, driven by hand-typed messages and a hand-turned clock. */
#include "agents/core/uplink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECONDS(n) ((int64_t)(n)*1000000)

struct bench {
    struct arena *arena;
    struct uplink *uplink;
    struct uplink_effects effects;
    int64_t now_us;
    struct problem problem;
};

static void step(struct bench *bench, const struct uplink_event *event)
{
    bench->effects.count = 0;
    uplink_step(bench->uplink, event, bench->now_us, &bench->effects);
}

static void tick(struct bench *bench)
{
    step(bench, &(struct uplink_event){.kind = UPLINK_TICK, .random = 1023});
}

static void receive(struct bench *bench, const struct envelope *envelope)
{
    step(bench, &(struct uplink_event){.kind = UPLINK_FRAME, .random = 1023, .envelope = envelope});
}

static size_t count_of(struct bench *bench, enum uplink_effect_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->effects.count; i++) {
        count += bench->effects.items[i].kind == kind;
    }
    return count;
}

static const struct uplink_effect *only(struct bench *bench, enum uplink_effect_kind kind)
{
    assert_int_equal(count_of(bench, kind), 1);
    size_t i = 0;
    while (bench->effects.items[i].kind != kind) {
        i++;
    }
    return &bench->effects.items[i];
}

static const struct hello *said_hello(struct bench *bench)
{
    const struct uplink_effect *effect = only(bench, UPLINK_SEND);
    assert_int_equal(effect->envelope.kind, BODY_HELLO);
    return &effect->envelope.body.hello;
}

/* Three commands wait on the normal lane (4, 5, 6), one on the urgent lane (1). */
static struct bench *bench_create(bool resync)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    bench.arena = arena_create(1 << 20);
    bench.now_us = SECONDS(100);
    struct uplink_options options = {
        .program = "test", .endpoint_count = 2, .incarnation = {{7}}, .resync = resync};
    options.lanes[LANE_NORMAL].first = 4;
    options.lanes[LANE_NORMAL].next = 7;
    options.lanes[LANE_NORMAL].applied = 10;
    options.lanes[LANE_URGENT].first = 1;
    options.lanes[LANE_URGENT].next = 2;
    bench.uplink = uplink_create(bench.arena, &options);
    assert_non_null(bench.uplink);
    return &bench;
}

static int set_up(void **state)
{
    *state = bench_create(false);
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    arena_destroy(&bench->arena);
    return 0;
}

static struct envelope welcome(uint64_t from)
{
    struct envelope envelope = {.version = 1, .kind = BODY_WELCOME};
    struct welcome *body = &envelope.body.welcome;
    body->version = 1;
    body->region = "nso";
    body->site = "s";
    body->window = 2;
    body->lanes[LANE_NORMAL].expected = 4;
    body->lanes[LANE_NORMAL].from = from;
    body->lanes[LANE_URGENT].expected = 1;
    return envelope;
}

static void open_session(struct bench *bench)
{
    struct envelope envelope = welcome(10);
    tick(bench);
    receive(bench, &envelope);
    assert_true(uplink_is_open(bench->uplink));
}

static struct envelope stored(enum lane lane, uint64_t number)
{
    struct envelope envelope = {.version = 1, .kind = BODY_REPLY};
    envelope.body.reply = (struct reply){.lane = lane, .number = number, .case_number = ""};
    return envelope;
}

static struct envelope
refused(struct bench *bench, uint64_t number, enum refusal code, bool retryable)
{
    struct envelope envelope = stored(LANE_NORMAL, number);
    bench->problem = (struct problem){.code = code, .field = "", .retryable = retryable};
    envelope.body.reply.refused = true;
    envelope.body.reply.problems = &bench->problem;
    envelope.body.reply.problem_count = 1;
    return envelope;
}

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

/* ---- sessions -------------------------------------------------------------------------------- */

static void first_tick_connects_and_says_what_it_holds(void **state)
{
    struct bench *bench = *state;
    tick(bench);
    assert_int_equal(only(bench, UPLINK_CONNECT)->number, 0);
    const struct hello *hello = said_hello(bench);
    assert_int_equal(hello->incarnation.bytes[0], 7);
    assert_int_equal(hello->lanes[LANE_NORMAL].first_held, 4);
    assert_int_equal(hello->lanes[LANE_NORMAL].applied, 10);
    assert_int_equal(hello->lanes[LANE_URGENT].first_held, 1);
    assert_false(hello->resync);
}

static void silence_after_hello_tries_the_next_endpoint_with_backoff(void **state)
{
    struct bench *bench = *state;
    tick(bench);
    assert_int_equal(uplink_deadline_us(bench->uplink), SECONDS(110));
    bench->now_us = SECONDS(110);
    tick(bench);
    assert_int_equal(count_of(bench, UPLINK_DISCONNECT), 1);
    assert_int_equal(uplink_deadline_us(bench->uplink), SECONDS(110) + 200000);
    bench->now_us += 200000;
    tick(bench);
    assert_int_equal(only(bench, UPLINK_CONNECT)->number, 1);
    bench->now_us += SECONDS(10);
    tick(bench);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + 400000);
}

static void welcome_sends_urgent_first_and_within_the_window(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    assert_int_equal(count_of(bench, UPLINK_WELCOMED), 1);
    assert_int_equal(bench->effects.count, 4);
    assert_int_equal(bench->effects.items[1].lane, LANE_URGENT);
    assert_int_equal(bench->effects.items[1].number, 1);
    assert_int_equal(bench->effects.items[2].lane, LANE_NORMAL);
    assert_int_equal(bench->effects.items[2].number, 4);
    assert_int_equal(bench->effects.items[3].number, 5);
}

static void reply_settles_and_opens_the_window(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    struct envelope reply = stored(LANE_NORMAL, 4);
    receive(bench, &reply);
    assert_int_equal(only(bench, UPLINK_SETTLE)->number, 4);
    assert_int_equal(only(bench, UPLINK_SEND_COMMAND)->number, 6);
    receive(bench, &reply); /* the same once more: nothing */
    assert_int_equal(bench->effects.count, 0);
}

static void refusal_for_good_settles(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    struct envelope reply = refused(bench, 4, REFUSAL_WRONG_STATE, false);
    receive(bench, &reply);
    assert_true(only(bench, UPLINK_SETTLE)->reply->refused);
    reply = refused(bench, 5, REFUSAL_ID_REUSED, false); /* of the referral, not of the number */
    reply.body.reply.problems[0].field = "command.submit.id";
    receive(bench, &reply);
    assert_int_equal(only(bench, UPLINK_SETTLE)->number, 5);
}

/* An old copy of the spool gave a number again that the broker knows: the command never was decided. */
static void number_that_the_broker_knows_from_before_gets_a_new_incarnation(void **state)
{
    static const enum refusal codes[] = {REFUSAL_ID_REUSED, REFUSAL_ALREADY_DONE};
    struct bench *bench = *state;
    open_session(bench);
    for (size_t i = 0; i < 2; i++) {
        struct envelope reply = refused(bench, 4, codes[i], false);
        reply.body.reply.problems[0].field = "command.number";
        receive(bench, &reply);
        assert_int_equal(count_of(bench, UPLINK_SETTLE), 0);
        assert_int_equal(count_of(bench, UPLINK_RENEW), 1);
        step(bench, &(struct uplink_event){.kind = UPLINK_RENEWED, .incarnation = {{8}}});
        assert_int_equal(said_hello(bench)->incarnation.bytes[0], 8);
        assert_int_equal(said_hello(bench)->lanes[LANE_NORMAL].first_held, 4);
        struct envelope again = welcome(10);
        receive(bench, &again);
        assert_true(uplink_is_open(bench->uplink));
    }
}

static void retryable_refusal_keeps_the_order_of_the_lane(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    struct envelope reply = refused(bench, 4, REFUSAL_DISK_LOW, true);
    receive(bench, &reply);
    assert_int_equal(bench->effects.count, 0);
    reply = refused(bench, 5, REFUSAL_NEXT_EXPECTED, true);
    reply.body.reply.next_expected = 4;
    receive(bench, &reply);
    assert_int_equal(bench->effects.count, 0);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + SECONDS(1));
    bench->now_us += SECONDS(1);
    tick(bench);
    assert_int_equal(bench->effects.count, 2);
    assert_int_equal(bench->effects.items[0].number, 4);
    assert_int_equal(bench->effects.items[1].number, 5);
}

static void gap_at_the_broker_rewinds(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    struct envelope reply = refused(bench, 5, REFUSAL_NEXT_EXPECTED, true);
    reply.body.reply.next_expected = 4;
    receive(bench, &reply);
    assert_int_equal(bench->effects.count, 2);
    assert_int_equal(bench->effects.items[0].number, 4);
    assert_int_equal(bench->effects.items[1].number, 5);
}

static void after_a_new_welcome_unsettled_commands_go_again(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    struct envelope reply = stored(LANE_NORMAL, 5); /* out of order */
    receive(bench, &reply);
    bench->now_us += SECONDS(5); /* replies are owed and nothing comes: ask with a Hello */
    tick(bench);
    assert_int_equal(said_hello(bench)->lanes[LANE_NORMAL].first_held, 4);
    struct envelope again = welcome(10);
    receive(bench, &again);
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
    struct bench *bench = *state;
    open_session(bench);
    step(bench, &(struct uplink_event){.kind = UPLINK_SPOOLED, .lane = LANE_URGENT, .number = 2});
    assert_int_equal(only(bench, UPLINK_SEND_COMMAND)->number, 2);
}

static void missing_command_counts_as_settled(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    step(bench, &(struct uplink_event){.kind = UPLINK_MISSING, .lane = LANE_NORMAL, .number = 4});
    assert_int_equal(only(bench, UPLINK_SEND_COMMAND)->number, 6);
}

static void broker_that_knows_more_than_the_spool_gets_a_new_incarnation(void **state)
{
    struct bench *bench = *state;
    tick(bench);
    struct envelope envelope = welcome(10);
    envelope.body.welcome.lanes[LANE_NORMAL].expected = 9;
    receive(bench, &envelope);
    assert_int_equal(count_of(bench, UPLINK_RENEW), 1);
    assert_false(uplink_is_open(bench->uplink));
    step(bench, &(struct uplink_event){.kind = UPLINK_RENEWED, .incarnation = {{8}}});
    assert_int_equal(said_hello(bench)->incarnation.bytes[0], 8);
    assert_true(said_hello(bench)->resync);
}

static void goodbyes_wait_as_long_as_they_deserve(void **state)
{
    struct bench *bench = *state;
    struct envelope envelope = {.version = 1, .kind = BODY_GOODBYE};
    open_session(bench);
    envelope.body.goodbye.reason = GOODBYE_STOPPING;
    receive(bench, &envelope);
    assert_int_equal(count_of(bench, UPLINK_DISCONNECT), 1);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + 200000);
    bench->now_us += 200000;
    open_session(bench);
    envelope.body.goodbye.reason = GOODBYE_REPLACED;
    receive(bench, &envelope);
    assert_true(only(bench, UPLINK_NOTE)->warn);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + SECONDS(300));
    bench->now_us += SECONDS(300);
    tick(bench);
    envelope.body.goodbye.reason = GOODBYE_REVOKED;
    receive(bench, &envelope);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + SECONDS(300));
}

static void own_newer_hello_does_not_frighten_us(void **state)
{
    struct bench *bench = *state;
    struct envelope envelope = {.version = 1, .kind = BODY_GOODBYE};
    open_session(bench);
    bench->now_us += SECONDS(5);
    tick(bench); /* a second Hello on the same connection */
    envelope.body.goodbye.reason = GOODBYE_REPLACED;
    receive(bench, &envelope);
    assert_int_equal(bench->effects.count, 0);
    struct envelope again = welcome(10);
    receive(bench, &again);
    assert_true(uplink_is_open(bench->uplink));
}

static void what_is_to_be_sent_is_said_to_be_of_an_epoch_when_that_changes(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    uplink_set_epoch(bench->uplink, 1);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    const struct envelope *said = &only(bench, UPLINK_SEND)->envelope;
    assert_int_equal(said->kind, BODY_HEARTBEAT);
    assert_int_equal(said->body.heartbeat.disclosure_epoch, 1);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(bench->effects.count, 0); /* said once */
    uplink_set_epoch(bench->uplink, 2);
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(only(bench, UPLINK_SEND)->envelope.body.heartbeat.disclosure_epoch, 2);
}

static void heartbeat_with_a_key_is_handed_on(void **state)
{
    static const uint8_t key[32] = {9};
    struct bench *bench = *state;
    struct envelope beat = {.version = 1, .kind = BODY_HEARTBEAT};
    open_session(bench);
    receive(bench, &beat);
    assert_int_equal(count_of(bench, UPLINK_KEY), 0);
    beat.body.heartbeat.disclosure_epoch = 3;
    beat.body.heartbeat.disclosure_key = bytes_of(key, sizeof key);
    receive(bench, &beat);
    assert_int_equal(only(bench, UPLINK_KEY)->heartbeat->disclosure_epoch, 3);
}

static void idle_session_beats_and_a_silent_one_dies(void **state)
{
    struct bench *bench = *state;
    struct envelope beat = {.version = 1, .kind = BODY_HEARTBEAT};
    open_session(bench);
    for (uint64_t i = 4; i < 7; i++) {
        struct envelope reply = stored(LANE_NORMAL, i);
        receive(bench, &reply);
    }
    struct envelope reply = stored(LANE_URGENT, 1);
    receive(bench, &reply);
    bench->now_us += SECONDS(10);
    receive(bench, &beat);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(only(bench, UPLINK_SEND)->envelope.kind, BODY_HEARTBEAT);
    bench->now_us += SECONDS(15);
    tick(bench); /* nothing heard for 15 s: a Hello, as the broker may be a new process */
    assert_true(said_hello(bench)->lanes[LANE_NORMAL].first_held >= 4);
    bench->now_us += SECONDS(10);
    tick(bench);
    assert_int_equal(count_of(bench, UPLINK_DISCONNECT), 1);
}

static void question_after_an_idle_time_is_given_time_for_its_answer(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    for (uint64_t i = 4; i < 7; i++) {
        struct envelope reply = stored(LANE_NORMAL, i);
        receive(bench, &reply);
    }
    struct envelope reply = stored(LANE_URGENT, 1);
    receive(bench, &reply);
    bench->now_us += SECONDS(9); /* quiet, but not silent */
    step(bench, &(struct uplink_event){.kind = UPLINK_SPOOLED, .lane = LANE_NORMAL, .number = 7});
    assert_int_equal(only(bench, UPLINK_SEND_COMMAND)->number, 7);
    tick(bench); /* no Hello: the answer may still come for five seconds */
    assert_int_equal(count_of(bench, UPLINK_SEND), 0);
    assert_int_equal(uplink_deadline_us(bench->uplink), bench->now_us + SECONDS(5));
    bench->now_us += SECONDS(5);
    tick(bench);
    assert_int_equal(said_hello(bench)->lanes[LANE_NORMAL].first_held, 7);
}

/* ---- deliveries ------------------------------------------------------------------------------ */

static void deliveries_apply_in_order_with_one_acknowledgement_a_turn(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    struct envelope first = delivery(11, 10);
    struct envelope second = delivery(14, 11); /* numbers between were replaced by newer ones */
    receive(bench, &first);
    assert_int_equal(count_of(bench, UPLINK_APPLY), 1);
    receive(bench, &second);
    assert_int_equal(count_of(bench, UPLINK_APPLY), 1);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    const struct envelope *ack = &only(bench, UPLINK_SEND)->envelope;
    assert_int_equal(ack->kind, BODY_DELIVERY_ACK);
    assert_int_equal(ack->body.ack.number, 14);
}

static void repeated_delivery_is_acknowledged_again_but_not_applied(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    struct envelope old = delivery(9, 8);
    receive(bench, &old);
    assert_int_equal(bench->effects.count, 0);
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(only(bench, UPLINK_SEND)->envelope.body.ack.number, 10);
}

static void gap_greets_again_and_the_second_asks_for_everything(void **state)
{
    struct bench *bench = *state;
    open_session(bench);
    struct envelope later = delivery(13, 12);
    struct envelope again = welcome(10);
    receive(bench, &later);
    assert_int_equal(count_of(bench, UPLINK_APPLY), 0);
    assert_false(said_hello(bench)->resync);
    receive(bench, &again);
    receive(bench, &later);
    assert_true(said_hello(bench)->resync);
}

static void resync_pages_come_in_order_and_the_last_sets_the_lanes(void **state)
{
    struct bench *bench = *state;
    struct envelope envelope = welcome(25);
    struct envelope page = {.version = 1, .kind = BODY_RESYNC};
    tick(bench);
    receive(bench, &envelope);
    page.body.resync.page = 1;
    receive(bench, &page);
    assert_int_equal(count_of(bench, UPLINK_PAGE), 1);
    struct envelope between = delivery(26, 25);
    receive(bench, &between);
    assert_int_equal(bench->effects.count, 0);
    page.body.resync.page = 2;
    page.body.resync.last = true;
    receive(bench, &page);
    assert_int_equal(bench->effects.count, 3);
    assert_int_equal(bench->effects.items[1].kind, UPLINK_APPLIED);
    assert_int_equal(bench->effects.items[1].number, 25);
    bench->effects.count = 0;
    uplink_finish_turn(bench->uplink, bench->now_us, &bench->effects);
    assert_int_equal(bench->effects.items[0].envelope.body.ack.number, 25);
    receive(bench, &between);
    assert_int_equal(count_of(bench, UPLINK_APPLY), 1);
}

static void missing_page_starts_the_resync_again(void **state)
{
    struct bench *bench = *state;
    struct envelope page = {.version = 1, .kind = BODY_RESYNC};
    open_session(bench);
    page.body.resync.page = 1;
    receive(bench, &page);
    page.body.resync.page = 3;
    receive(bench, &page);
    assert_true(said_hello(bench)->resync);
}

/* A frame that was overtaken: the Welcome of the first Hello answers not the second. */
static void what_answers_an_earlier_hello_is_not_taken(void **state)
{
    struct bench *bench = *state;
    struct envelope first = welcome(10);
    struct envelope gap = delivery(14, 13);
    struct envelope second = welcome(12);
    struct envelope page = {.version = 1, .kind = BODY_RESYNC};
    tick(bench);
    assert_int_equal(said_hello(bench)->session, 1);
    first.body.welcome.session = 1;
    receive(bench, &first);
    receive(bench, &gap);
    assert_int_equal(said_hello(bench)->session, 2);
    receive(bench, &first);
    assert_false(uplink_is_open(bench->uplink));
    second.body.welcome.session = 2;
    receive(bench, &second);
    assert_true(uplink_is_open(bench->uplink));
    struct envelope old = delivery(13, 12);
    old.body.delivery.session = 1;
    receive(bench, &old);
    assert_int_equal(bench->effects.count, 0);
    page.body.resync.page = 1;
    page.body.resync.last = true;
    page.body.resync.session = 1;
    receive(bench, &page);
    assert_int_equal(bench->effects.count, 0);
    page.body.resync.session = 2;
    receive(bench, &page);
    assert_int_equal(bench->effects.items[1].number, 12);
    receive(bench, &page);
    assert_int_equal(bench->effects.count, 0);
}

static void new_store_asks_for_everything(void **state)
{
    struct bench *bench = *state;
    arena_destroy(&bench->arena);
    *state = bench_create(true);
    tick(*state);
    assert_true(said_hello(*state)->resync);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

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
        TEST(deliveries_apply_in_order_with_one_acknowledgement_a_turn),
        TEST(repeated_delivery_is_acknowledged_again_but_not_applied),
        TEST(gap_greets_again_and_the_second_asks_for_everything),
        TEST(resync_pages_come_in_order_and_the_last_sets_the_lanes),
        TEST(missing_page_starts_the_resync_again),
        TEST(what_answers_an_earlier_hello_is_not_taken),
        TEST(new_store_asks_for_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
