/* Sessions of sites, against a real state: hand-typed frames in, effects out. */
#include "broker/session/session.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SITE = 1 };
#define SECOND INT64_C(1000000)

struct world {
    struct scratch *scratch;
    struct arena *program;
    struct arena *turn;
    struct session_table *table;
    struct session_world world;
    struct region region;
    struct key32 disclosure;
    struct session_effects effects;
};

static const struct link_peer first_peer = {.routing = {1, 2, 3}, .routing_bytes = 3, .key = {7}};
static const struct link_peer second_peer = {.routing = {1, 2, 4}, .routing_bytes = 3, .key = {7}};
static const struct id128 spool_a = {{0xa}};
static const struct id128 spool_b = {{0xb}};

static int set_up(void **state)
{
    static struct world world;
    struct error err;
    static const char *none[1];
    const struct directory_row rows[] = {
        {.kind = DIRECTORY_TERRITORY,
         .number = 1,
         .id = "north",
         .title_ru = "Север",
         .title_en = "North",
         .parent = "",
         .zone = "z",
         .oktmo = "",
         .home_site = "",
         .agency = "",
         .site = "",
         .territory = ""},
        {.kind = DIRECTORY_AGENCY,
         .number = 1,
         .id = "social",
         .title_ru = "Соцзащита",
         .title_en = "Social",
         .parent = "",
         .zone = "",
         .oktmo = "",
         .agency_kind = AGENCY_KIND_SOCIAL,
         .ownership = OWNERSHIP_STATE,
         .home_site = "social-1",
         .agency = "",
         .site = "",
         .territory = "",
         .territories = none,
         .territory_count = 0},
        {.kind = DIRECTORY_SITE,
         .number = 1,
         .id = "social-1",
         .title_ru = "Отдел",
         .title_en = "Office",
         .parent = "",
         .zone = "",
         .oktmo = "",
         .home_site = "",
         .agency = "social",
         .site = "",
         .territory = ""},
    };
    const bool removed[3] = {false};

    memset(&world, 0, sizeof(world));
    world.scratch = scratch_create();
    world.program = arena_create(8 << 20);
    world.turn = arena_create(8 << 20);
    world.table = session_table_create(world.program);
    world.region.code = "north";
    world.region.version = 3;
    if (!directory_create(&world.region.directory, rows, removed, 3, &err) ||
        !store_open(&world.world.store, scratch_path(world.scratch, "state"), 64 << 20, &err) ||
        !store_begin(world.world.store, &err)) {
        fail_msg("%s", err.text);
    }
    world.disclosure.epoch = 2;
    world.world.region = &world.region;
    world.world.disclosure_public = &world.disclosure;
    world.world.arena = world.turn;
    world.world.now_us = 1700000000 * SECOND;
    world.world.boot_us = 1000 * SECOND;
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    store_close(&world->world.store);
    directory_destroy(&world->region.directory);
    arena_destroy(&world->turn);
    arena_destroy(&world->program);
    scratch_destroy(&world->scratch);
    return 0;
}

static void step(struct world *world, const struct session_event *event)
{
    world->effects.count = 0;
    session_step(world->table, &world->world, event, &world->effects);
}

static void
frame(struct world *world, const struct link_peer *peer, const struct envelope *envelope)
{
    const struct session_event event = {
        .kind = SESSION_FRAME, .site = SITE, .peer = peer, .envelope = envelope};
    step(world, &event);
}

static struct envelope hello_of(struct id128 spool, uint64_t first_held, uint64_t applied)
{
    struct envelope envelope = {.version = 1, .kind = BODY_HELLO};
    struct hello *hello = &envelope.body.hello;
    hello->version_least = 1;
    hello->version_most = 1;
    hello->incarnation = spool;
    hello->program = "agent";
    hello->lanes[LANE_NORMAL].first_held = first_held;
    hello->lanes[LANE_NORMAL].applied = applied;
    hello->lanes[LANE_URGENT].first_held = 1;
    return envelope;
}

static void greet(struct world *world)
{
    const struct envelope hello = hello_of(spool_a, 1, 0);
    frame(world, &first_peer, &hello);
    assert_true(session_is_open(world->table, SITE));
}

static void send_command(struct world *world, uint64_t number, const char *note)
{
    struct envelope envelope = {.version = 1, .kind = BODY_COMMAND};
    envelope.body.command = (struct command){.lane = LANE_NORMAL,
                                             .number = number,
                                             .incarnation = spool_a,
                                             .actor = "somebody",
                                             .kind = COMMAND_REJECT_OUTCOME,
                                             .subject = {{5}},
                                             .worker = "",
                                             .note = note};
    frame(world, &first_peer, &envelope);
}

static void send_ack(struct world *world, enum lane lane, uint64_t number)
{
    struct envelope envelope = {.version = 1, .kind = BODY_DELIVERY_ACK};
    envelope.body.ack.lane = lane;
    envelope.body.ack.number = number;
    frame(world, &first_peer, &envelope);
}

/* The first effect of a kind, or of a body sent; one of all zeros when there is none. */
static const struct session_effect *
first(const struct world *world, enum session_effect_kind kind, enum body_kind body)
{
    static const struct session_effect none;
    for (size_t i = 0; i < world->effects.count; i++) {
        const struct session_effect *effect = &world->effects.items[i];
        if (effect->kind == kind && (body == BODY_UNSPECIFIED || effect->envelope.kind == body)) {
            return effect;
        }
    }
    return &none;
}

static const struct session_effect *effect_of(const struct world *world,
                                              enum session_effect_kind kind)
{
    return first(world, kind, BODY_UNSPECIFIED);
}

static bool has(const struct world *world, enum session_effect_kind kind)
{
    return effect_of(world, kind)->site != 0;
}

static const struct envelope *sent(const struct world *world, enum body_kind kind)
{
    return &first(world, SESSION_SEND, kind)->envelope;
}

static bool was_sent(const struct world *world, enum body_kind kind)
{
    return sent(world, kind)->kind == kind;
}

static enum refusal refused(const struct world *world)
{
    const struct envelope *envelope = sent(world, BODY_REPLY);
    return envelope == NULL || !envelope->body.reply.refused
               ? REFUSAL_UNSPECIFIED
               : envelope->body.reply.problems[0].code;
}

static bool noted(const struct world *world, const char *event)
{
    for (size_t i = 0; i < world->effects.count; i++) {
        if (world->effects.items[i].kind == SESSION_NOTE &&
            strcmp(world->effects.items[i].note.event, event) == 0) {
            return true;
        }
    }
    return false;
}

static void put_site(struct world *world, struct id128 spool, uint64_t commands, uint64_t lines)
{
    struct site_record record = {.known = true, .incarnation = spool};
    record.commands[LANE_NORMAL] = commands;
    record.lines[LANE_NORMAL] = lines;
    store_put_site(world->world.store, SITE, &record);
}

static void put_line(struct world *world, enum lane lane, uint64_t number)
{
    const struct line_record line = {
        .number = number, .kind = DELIVERY_CASE, .entity = {{(uint8_t)number}}};
    store_put_line(world->world.store, SITE, lane, &line);
}

static void put_reply(struct world *world, uint64_t number, const char *note)
{
    const struct command command = {.lane = LANE_NORMAL,
                                    .number = number,
                                    .incarnation = spool_a,
                                    .actor = "somebody",
                                    .kind = COMMAND_REJECT_OUTCOME,
                                    .subject = {{5}},
                                    .worker = "",
                                    .note = note};
    struct reply_record reply = {.number = number, .position = 40 + number};
    wire_command_digest(&command, world->turn, reply.digest);
    store_put_reply(world->world.store, SITE, LANE_NORMAL, &reply);
}

/* ---- greeting ------------------------------------------------------------------------------------ */

static void the_first_hello_starts_both_lanes(void **state)
{
    struct world *world = *state;
    const struct envelope hello = hello_of(spool_a, 4, 0);
    frame(world, &first_peer, &hello);

    assert_int_equal(world->effects.items[0].kind, SESSION_START_LANE);
    assert_int_equal(world->effects.items[0].lane, LANE_NORMAL);
    assert_int_equal(world->effects.items[0].number, 4);
    assert_int_equal(world->effects.items[1].kind, SESSION_START_LANE);
    assert_int_equal(world->effects.items[1].lane, LANE_URGENT);
    assert_int_equal(world->effects.items[1].number, 1);
    const struct envelope *welcome = sent(world, BODY_WELCOME);
    assert_string_equal(welcome->body.welcome.region, "north");
    assert_string_equal(welcome->body.welcome.site, "social-1");
    assert_int_equal(welcome->body.welcome.version, 1);
    assert_int_equal(welcome->body.welcome.window, 64);
    assert_int_equal(welcome->body.welcome.policy_version, 3);
    assert_int_equal(welcome->body.welcome.disclosure_epoch, 2);
    assert_int_equal(welcome->body.welcome.lanes[LANE_NORMAL].expected, 4);
    assert_int_equal(welcome->body.welcome.lanes[LANE_NORMAL].from, 0);
    assert_int_equal(session_count(world->table), 1);
    assert_int_equal(session_after(world->table, 0), SITE);
    assert_int_equal(session_after(world->table, SITE), 0);
}

static void a_known_spool_goes_on_where_the_state_stands(void **state)
{
    struct world *world = *state;
    put_site(world, spool_a, 10, 0);
    struct envelope hello = hello_of(spool_a, 8, 0);
    frame(world, &first_peer, &hello);
    assert_false(has(world, SESSION_START_LANE));
    assert_int_equal(sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_NORMAL].expected, 11);

    hello = hello_of(spool_a, 14, 0); /* 11 to 13 were refused, and their sender knows */
    frame(world, &first_peer, &hello);
    assert_int_equal(sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_NORMAL].expected, 14);
}

static void the_newest_hello_wins(void **state)
{
    struct world *world = *state;
    greet(world);
    const struct envelope hello = hello_of(spool_a, 1, 0);
    frame(world, &second_peer, &hello);
    const struct envelope *goodbye = sent(world, BODY_GOODBYE);
    assert_int_equal(goodbye->body.goodbye.reason, GOODBYE_REPLACED);
    assert_int_equal(effect_of(world, SESSION_SEND)->peer.routing[2], 3);
    assert_int_equal(session_count(world->table), 1);

    send_command(world, 1, "from the old connection");
    assert_int_equal(world->effects.count, 0);
}

static void hello_again_on_the_same_connection_is_no_replacement(void **state)
{
    struct world *world = *state;
    greet(world);
    greet(world);
    assert_false(was_sent(world, BODY_GOODBYE));
    assert_true(was_sent(world, BODY_WELCOME));
}

static void frames_before_hello_are_ignored(void **state)
{
    struct world *world = *state;
    send_command(world, 1, "");
    assert_int_equal(world->effects.count, 0);
    send_ack(world, LANE_NORMAL, 1);
    assert_int_equal(world->effects.count, 0);
}

static void no_common_version_is_a_goodbye(void **state)
{
    struct world *world = *state;
    struct envelope hello = hello_of(spool_a, 1, 0);
    hello.body.hello.version_least = 2;
    hello.body.hello.version_most = 5;
    frame(world, &first_peer, &hello);
    assert_int_equal(sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_VERSION);
    assert_false(session_is_open(world->table, SITE));
    hello.body.hello.version_least = 1;
    frame(world, &first_peer, &hello);
    assert_true(was_sent(world, BODY_WELCOME));
}

static void alternating_spools_raise_an_alarm(void **state)
{
    struct world *world = *state;
    greet(world);
    put_site(world, spool_a, 0, 0);
    struct envelope hello = hello_of(spool_b, 1, 0);
    frame(world, &second_peer, &hello);
    assert_false(noted(world, "key_used_twice"));
    put_site(world, spool_b, 0, 0);
    hello = hello_of(spool_a, 1, 0);
    frame(world, &first_peer, &hello);
    assert_true(noted(world, "key_used_twice"));
    assert_true(has(world, SESSION_START_LANE));
}

/* ---- commands ------------------------------------------------------------------------------------ */

static void commands_are_decided_in_order_and_a_gap_is_told(void **state)
{
    struct world *world = *state;
    greet(world);
    send_command(world, 1, "");
    assert_true(has(world, SESSION_DECIDE));
    send_command(world, 3, "");
    assert_false(has(world, SESSION_DECIDE));
    assert_int_equal(refused(world), REFUSAL_NEXT_EXPECTED);
    assert_int_equal(sent(world, BODY_REPLY)->body.reply.next_expected, 2);
    assert_int_equal(sent(world, BODY_REPLY)->body.reply.number, 3);
    send_command(world, 2, "");
    assert_true(has(world, SESSION_DECIDE));
    send_command(world, 3, "");
    assert_true(has(world, SESSION_DECIDE));
}

static void a_repeat_gets_the_reply_that_was_kept(void **state)
{
    struct world *world = *state;
    put_site(world, spool_a, 2, 0);
    put_reply(world, 2, "the same");
    greet(world);
    send_command(world, 2, "the same");
    const struct session_effect *effect = effect_of(world, SESSION_REPEAT);
    assert_int_equal(effect->kept.position, 42);
    send_command(world, 2, "another");
    assert_false(has(world, SESSION_REPEAT));
    assert_int_equal(refused(world), REFUSAL_ID_REUSED);
}

static void what_was_refused_is_decided_again(void **state)
{
    struct world *world = *state;
    put_site(world, spool_a, 3, 0);
    put_reply(world, 1, "");
    put_reply(world, 3, "");
    greet(world);
    send_command(world, 2, "refused before a crash");
    assert_true(has(world, SESSION_DECIDE));
    send_command(world, 4, "");
    assert_true(has(world, SESSION_DECIDE));
    send_command(world, 4, ""); /* it was refused, or the state would know it */
    assert_true(has(world, SESSION_DECIDE));
}

static void commands_older_than_the_kept_replies_are_done(void **state)
{
    struct world *world = *state;
    put_site(world, spool_a, 100, 0);
    greet(world);
    send_command(world, 36, "");
    assert_int_equal(refused(world), REFUSAL_ALREADY_DONE);
    send_command(world, 37, "");
    assert_true(has(world, SESSION_DECIDE));
}

static void a_command_of_another_spool_is_a_bad_frame(void **state)
{
    struct world *world = *state;
    const struct envelope hello = hello_of(spool_b, 1, 0);
    frame(world, &first_peer, &hello);
    send_command(world, 1, "");
    assert_int_equal(refused(world), REFUSAL_BAD_FIELD);
    assert_false(has(world, SESSION_DECIDE));
    assert_true(noted(world, "bad_frame"));
}

static void an_undecodable_command_takes_its_number(void **state)
{
    struct world *world = *state;
    greet(world);
    const struct wire_fault fault = {.code = REFUSAL_BAD_TEXT,
                                     .field = "command.note",
                                     .known_command = true,
                                     .lane = LANE_NORMAL,
                                     .number = 1};
    const struct session_event event = {
        .kind = SESSION_FAULT, .site = SITE, .peer = &first_peer, .fault = &fault};
    step(world, &event);
    assert_int_equal(refused(world), REFUSAL_BAD_TEXT);
    assert_int_equal(sent(world, BODY_REPLY)->body.reply.number, 1);
    send_command(world, 2, "");
    assert_true(has(world, SESSION_DECIDE));
}

/* ---- deliveries ---------------------------------------------------------------------------------- */

static void urgent_lines_go_first_and_say_what_they_follow(void **state)
{
    struct world *world = *state;
    struct session_item item;
    greet(world);
    put_line(world, LANE_NORMAL, 2);
    put_line(world, LANE_NORMAL, 5);
    put_line(world, LANE_URGENT, 1);

    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_LINE);
    assert_int_equal(item.lane, LANE_URGENT);
    assert_int_equal(item.line.number, 1);
    session_line_sent(world->table, SITE, LANE_URGENT, 1);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.lane, LANE_NORMAL);
    assert_int_equal(item.line.number, 2);
    assert_int_equal(item.after, 0);
    session_line_sent(world->table, SITE, LANE_NORMAL, 2);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.line.number, 5);
    assert_int_equal(item.after, 2);
    session_line_sent(world->table, SITE, LANE_NORMAL, 5);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_NOTHING);
}

static void a_full_window_waits_for_an_acknowledgement(void **state)
{
    struct world *world = *state;
    struct session_item item;
    greet(world);
    for (uint64_t number = 1; number <= 65; number++) {
        put_line(world, LANE_NORMAL, number);
    }
    for (uint64_t number = 1; number <= 64; number++) {
        session_line_sent(world->table, SITE, LANE_NORMAL, number);
    }
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_NOTHING);
    send_ack(world, LANE_NORMAL, 1);
    assert_int_equal(effect_of(world, SESSION_ACKNOWLEDGE)->number, 1);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.line.number, 65);
}

static void an_acknowledgement_of_what_was_not_sent_is_a_bad_frame(void **state)
{
    struct world *world = *state;
    greet(world);
    send_ack(world, LANE_NORMAL, 9);
    assert_false(has(world, SESSION_ACKNOWLEDGE));
    assert_int_equal(refused(world), REFUSAL_BAD_FIELD);
    assert_true(noted(world, "bad_frame"));
}

static void a_new_session_sends_again_what_was_not_applied(void **state)
{
    struct world *world = *state;
    struct session_item item;
    put_site(world, spool_a, 0, 3);
    put_line(world, LANE_NORMAL, 2);
    put_line(world, LANE_NORMAL, 3);
    const struct envelope hello = hello_of(spool_a, 1, 2);
    frame(world, &first_peer, &hello);
    assert_int_equal(effect_of(world, SESSION_ACKNOWLEDGE)->number, 2);
    assert_int_equal(sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_NORMAL].from, 2);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.line.number, 3);
    assert_int_equal(item.after, 2);
}

/* ---- resync -------------------------------------------------------------------------------------- */

static void a_resync_pages_the_view_and_ends_with_both_acknowledgements(void **state)
{
    struct world *world = *state;
    struct session_item item;
    put_site(world, spool_a, 0, 7);
    struct envelope hello = hello_of(spool_a, 1, 0);
    hello.body.hello.resync = true;
    frame(world, &first_peer, &hello);
    assert_int_equal(sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_NORMAL].from, 7);
    assert_int_equal(sent(world, BODY_WELCOME)->body.welcome.lanes[LANE_URGENT].from, 0);
    put_line(world, LANE_NORMAL, 8); /* waits until the view is durable */

    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);
    assert_int_equal(item.page, 1);
    assert_int_equal(item.cursor.kind, DELIVERY_UNSPECIFIED);
    const struct session_cursor cursor = {.kind = DELIVERY_CASE, .entity = {{9}}};
    session_page_sent(world->table, SITE, &cursor, false);
    send_ack(world, LANE_NORMAL, 7); /* too early: not all pages went out */
    assert_int_equal(world->effects.count, 0);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.page, 2);
    assert_int_equal(item.cursor.kind, DELIVERY_CASE);
    session_page_sent(world->table, SITE, &cursor, true);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_NOTHING);

    send_ack(world, LANE_NORMAL, 7);
    assert_false(has(world, SESSION_RESYNCED));
    send_ack(world, LANE_URGENT, 0);
    const struct session_effect *effect = effect_of(world, SESSION_RESYNCED);
    assert_int_equal(effect->lines[LANE_NORMAL], 7);
    assert_int_equal(effect->lines[LANE_URGENT], 0);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_LINE);
    assert_int_equal(item.line.number, 8);
    assert_int_equal(item.after, 7);
}

static void a_mirror_that_cannot_be_right_is_resynced(void **state)
{
    struct world *world = *state;
    struct session_item item;
    struct site_record record = {.known = true, .incarnation = spool_a};
    record.lines[LANE_NORMAL] = 9;
    record.acknowledged[LANE_NORMAL] = 6;
    store_put_site(world->world.store, SITE, &record);

    struct envelope hello = hello_of(spool_a, 1, 5); /* restored from a copy */
    frame(world, &first_peer, &hello);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);

    hello = hello_of(spool_a, 1, 10); /* it never was sent ten */
    frame(world, &first_peer, &hello);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);

    hello = hello_of(spool_a, 1, 6);
    frame(world, &first_peer, &hello);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_NOTHING);

    record.away = true;
    store_put_site(world->world.store, SITE, &record);
    const struct session_event tick = {.kind = SESSION_TICK, .site = SITE};
    step(world, &tick);
    assert_int_equal(sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_STOPPING);
    frame(world, &first_peer, &hello);
    session_next(world->table, &world->world, SITE, &item);
    assert_int_equal(item.kind, SESSION_PAGE);
    step(world, &tick);
    assert_false(was_sent(world, BODY_GOODBYE));
}

/* ---- time and quotas ----------------------------------------------------------------------------- */

static void heartbeats_are_answered_and_silence_ends_the_session(void **state)
{
    struct world *world = *state;
    const struct session_event tick = {.kind = SESSION_TICK, .site = SITE};
    const struct envelope heartbeat = {.version = 1, .kind = BODY_HEARTBEAT};
    greet(world);
    world->world.boot_us += 29 * SECOND;
    frame(world, &first_peer, &heartbeat);
    assert_int_equal(sent(world, BODY_HEARTBEAT)->body.heartbeat.time_us, world->world.now_us);
    world->world.boot_us += 29 * SECOND;
    step(world, &tick);
    assert_true(session_is_open(world->table, SITE));
    world->world.boot_us += 1 * SECOND;
    step(world, &tick);
    assert_false(session_is_open(world->table, SITE));
    assert_true(noted(world, "session_closed"));
}

static void bad_frames_end_in_quarantine(void **state)
{
    struct world *world = *state;
    greet(world);
    for (int i = 0; i < 30; i++) {
        send_ack(world, LANE_NORMAL, 1000);
        assert_false(noted(world, "site_quarantined"));
    }
    send_ack(world, LANE_NORMAL, 1000);
    assert_true(noted(world, "site_quarantined"));
    assert_int_equal(sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_QUOTA);
    assert_false(session_is_open(world->table, SITE));

    const struct envelope hello = hello_of(spool_a, 1, 0);
    frame(world, &first_peer, &hello);
    assert_int_equal(sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_QUOTA);
    assert_false(session_is_open(world->table, SITE));
    world->world.boot_us += 60 * SECOND;
    frame(world, &first_peer, &hello);
    assert_true(session_is_open(world->table, SITE));
}

static void a_flood_of_queries_is_answered_busy(void **state)
{
    struct world *world = *state;
    struct envelope envelope = {.version = 1, .kind = BODY_QUERY};
    envelope.body.query = (struct query){
        .id = 77, .actor = "somebody", .kind = QUERY_STATUS, .text = "", .cursor = ""};
    greet(world);
    for (int i = 0; i < 64; i++) {
        frame(world, &first_peer, &envelope);
        assert_true(has(world, SESSION_ANSWER));
    }
    frame(world, &first_peer, &envelope);
    assert_false(has(world, SESSION_ANSWER));
    const struct envelope *answer = sent(world, BODY_ANSWER);
    assert_int_equal(answer->body.answer.id, 77);
    assert_int_equal(answer->body.answer.problem_count, 1);
}

static void a_revoked_key_is_told_goodbye(void **state)
{
    struct world *world = *state;
    greet(world);
    const struct session_event event = {
        .kind = SESSION_CLOSE, .site = SITE, .peer = &first_peer, .reason = GOODBYE_REVOKED};
    step(world, &event);
    assert_int_equal(sent(world, BODY_GOODBYE)->body.goodbye.reason, GOODBYE_REVOKED);
    assert_false(session_is_open(world->table, SITE));
    assert_int_equal(session_count(world->table), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
        TEST(commands_older_than_the_kept_replies_are_done),
        TEST(a_command_of_another_spool_is_a_bad_frame),
        TEST(an_undecodable_command_takes_its_number),
        TEST(urgent_lines_go_first_and_say_what_they_follow),
        TEST(a_full_window_waits_for_an_acknowledgement),
        TEST(an_acknowledgement_of_what_was_not_sent_is_a_bad_frame),
        TEST(a_new_session_sends_again_what_was_not_applied),
        TEST(a_resync_pages_the_view_and_ends_with_both_acknowledgements),
        TEST(a_mirror_that_cannot_be_right_is_resynced),
        TEST(heartbeats_are_answered_and_silence_ends_the_session),
        TEST(bad_frames_end_in_quarantine),
        TEST(a_flood_of_queries_is_answered_busy),
        TEST(a_revoked_key_is_told_goodbye),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
