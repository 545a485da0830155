/* One site and its session for tests; see the header. */
#include "tests/support/session_stage.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

const struct link_peer session_stage_first_peer = {.routing = {1, 2, 3},
                                                   .routing_bytes = 3,
                                                   .key = {7}};
const struct link_peer session_stage_second_peer = {.routing = {1, 2, 4},
                                                    .routing_bytes = 3,
                                                    .key = {7}};
const struct id128 session_stage_spool_a = {{0xa}};
const struct id128 session_stage_spool_b = {{0xb}};

int session_stage_set_up(void **state)
{
    static struct session_stage world;
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

int session_stage_tear_down(void **state)
{
    struct session_stage *world = *state;
    store_close(&world->world.store);
    directory_destroy(&world->region.directory);
    arena_destroy(&world->turn);
    arena_destroy(&world->program);
    scratch_destroy(&world->scratch);
    return 0;
}

void session_stage_step(struct session_stage *world, const struct session_event *event)
{
    world->effects.count = 0;
    session_step(world->table, &world->world, event, &world->effects);
}

void session_stage_frame(struct session_stage *world,
                         const struct link_peer *peer,
                         const struct envelope *envelope)
{
    const struct session_event event = {
        .kind = SESSION_FRAME, .site = SESSION_STAGE_SITE, .peer = peer, .envelope = envelope};
    session_stage_step(world, &event);
}

struct envelope session_stage_hello_of(struct id128 spool, uint64_t first_held, uint64_t applied)
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

void session_stage_greet(struct session_stage *world)
{
    const struct envelope hello = session_stage_hello_of(session_stage_spool_a, 1, 0);
    session_stage_frame(world, &session_stage_first_peer, &hello);
    assert_true(session_is_open(world->table, SESSION_STAGE_SITE));
}

void session_stage_send_command(struct session_stage *world, uint64_t number, const char *note)
{
    struct envelope envelope = {.version = 1, .kind = BODY_COMMAND};
    envelope.body.command = (struct command){.lane = LANE_NORMAL,
                                             .number = number,
                                             .incarnation = session_stage_spool_a,
                                             .actor = "somebody",
                                             .kind = COMMAND_REJECT_OUTCOME,
                                             .subject = {{5}},
                                             .worker = "",
                                             .note = note};
    session_stage_frame(world, &session_stage_first_peer, &envelope);
}

void session_stage_send_ack(struct session_stage *world, enum lane lane, uint64_t number)
{
    struct envelope envelope = {.version = 1, .kind = BODY_DELIVERY_ACK};
    envelope.body.ack.lane = lane;
    envelope.body.ack.number = number;
    session_stage_frame(world, &session_stage_first_peer, &envelope);
}

/* The first effect of a kind, or of a body sent; one of all zeros when there is none. */
static const struct session_effect *
first(const struct session_stage *world, enum session_effect_kind kind, enum body_kind body)
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

const struct session_effect *session_stage_effect_of(const struct session_stage *world,
                                                     enum session_effect_kind kind)
{
    return first(world, kind, BODY_UNSPECIFIED);
}

bool session_stage_has(const struct session_stage *world, enum session_effect_kind kind)
{
    return session_stage_effect_of(world, kind)->site != 0;
}

const struct envelope *session_stage_sent(const struct session_stage *world, enum body_kind kind)
{
    return &first(world, SESSION_SEND, kind)->envelope;
}

bool session_stage_was_sent(const struct session_stage *world, enum body_kind kind)
{
    return session_stage_sent(world, kind)->kind == kind;
}

enum refusal session_stage_refused(const struct session_stage *world)
{
    const struct envelope *envelope = session_stage_sent(world, BODY_REPLY);
    return envelope == NULL || !envelope->body.reply.refused
               ? REFUSAL_UNSPECIFIED
               : envelope->body.reply.problems[0].code;
}

bool session_stage_noted(const struct session_stage *world, const char *event)
{
    for (size_t i = 0; i < world->effects.count; i++) {
        if (world->effects.items[i].kind == SESSION_NOTE &&
            strcmp(world->effects.items[i].note.event, event) == 0) {
            return true;
        }
    }
    return false;
}

void session_stage_put_site(struct session_stage *world,
                            struct id128 spool,
                            uint64_t commands,
                            uint64_t lines)
{
    struct site_record record = {.known = true, .incarnation = spool};
    record.commands[LANE_NORMAL] = commands;
    record.lines[LANE_NORMAL] = lines;
    store_put_site(world->world.store, SESSION_STAGE_SITE, &record);
}

void session_stage_put_line(struct session_stage *world, enum lane lane, uint64_t number)
{
    const struct line_record line = {
        .number = number, .kind = DELIVERY_CASE, .entity = {{(uint8_t)number}}};
    struct site_record site = store_site(world->world.store, SESSION_STAGE_SITE);
    site.lines[lane] = line.number;
    store_put_site(world->world.store, SESSION_STAGE_SITE, &site);
    store_put_line(world->world.store, SESSION_STAGE_SITE, lane, &line);
}

void session_stage_put_reply(struct session_stage *world, uint64_t number, const char *note)
{
    const struct command command = {.lane = LANE_NORMAL,
                                    .number = number,
                                    .incarnation = session_stage_spool_a,
                                    .actor = "somebody",
                                    .kind = COMMAND_REJECT_OUTCOME,
                                    .subject = {{5}},
                                    .worker = "",
                                    .note = note};
    struct reply_record reply = {.number = number, .position = 40 + number};
    wire_command_digest(&command, world->turn, reply.digest);
    store_put_reply(world->world.store, SESSION_STAGE_SITE, LANE_NORMAL, &reply);
}
