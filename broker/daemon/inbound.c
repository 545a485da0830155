/* Frames into the turn; see inbound.h. */
#include "broker/daemon/inbound.h"

#include "broker/core/view.h"
#include "broker/daemon/admission.h"
#include "proto/checks.h"
#include "proto/wire.h"

#include <assert.h>

enum {
    TURN_BYTES = 4 << 20, /* of frames: one sync then costs as much as it carries */
    TURN_US = 15000,      /* deciding: nobody is heard or answered meanwhile */
    TURN_LOOKS = 16,      /* frames between two looks at the clock */
    KEYS_ASKED_US = 100000
};

static void step(struct broker *broker, struct turn *turn, const struct session_event *event);
static bool arrived(struct broker *broker, const struct session_event *event);

static const char *site_id(const struct broker *broker, uint32_t site)
{
    const struct directory_site *found = directory_site(broker->core.region->directory, site);
    return found == NULL ? "?" : found->id;
}

static void take_frame(struct broker *broker, struct turn *turn, const struct link_frame *frame)
{
    const uint32_t site = admission_site(broker, &frame->peer);
    if (site == 0) {
        return;
    }
    struct envelope *envelope = arena_alloc(broker->arena, sizeof(*envelope));
    struct wire_fault fault;
    struct session_event event = {
        .kind = SESSION_FRAME, .site = site, .peer = &frame->peer, .envelope = envelope};
    const struct arena_mark mark = arena_mark(broker->arena);
    if (envelope == NULL || !arrived(broker, &event)) {
        return;
    }
    if (!wire_decode(frame->body, broker->arena, envelope, &fault)) {
        arena_release(broker->arena, mark); /* a hostile frame holds no more than its answer */
        event.kind = SESSION_FAULT;
        event.fault = &fault;
    }
    step(broker, turn, &event);
}

/* libzmq gives only whole messages, and this protocol has none of several parts. */
static void take_parts(struct broker *broker, struct turn *turn, const struct link_frame *frame)
{
    const uint32_t site = frame->peer.routing_bytes == 0 ? 0 : admission_site(broker, &frame->peer);
    const struct session_event event = {.kind = SESSION_PARTS, .site = site, .peer = &frame->peer};

    if (site != 0 && arrived(broker, &event)) {
        step(broker, turn, &event);
    }
}

static void take_cuts(struct broker *broker, struct turn *turn)
{
    struct link_peer peer;

    while (link_server_take_cut(broker->server, &peer)) {
        const struct session_event event = {
            .kind = SESSION_ENDLESS,
            .site = store_site_of_key(
                broker->books.store, broker->core.region->directory, peer.key, broker->time.now_us),
            .peer = &peer};
        LOG_WARN(broker->log, "connection_cut", LOG_TEXT("site", site_id(broker, event.site)));
        if (event.site != 0) {
            step(broker, turn, &event);
        }
    }
}

bool inbound_drain(struct broker *broker, struct turn *turn)
{
    struct link_frame frame;
    size_t bytes = 0;

    take_cuts(broker, turn);
    for (int i = 0; i < LIMIT_TURN_FRAMES; i++) {
        if (bytes >= TURN_BYTES || arena_used(broker->arena) >= INBOUND_ARENA_BYTES / 2 ||
            (i % TURN_LOOKS == TURN_LOOKS - 1 &&
             clock_boot_us(broker->clock) - broker->boot_us >= TURN_US)) {
            return true;
        }
        switch (link_server_receive(broker->server, &frame)) {
        case LINK_NOTHING:
            return false;
        case LINK_BAD_FRAME:
            take_parts(broker, turn, &frame);
            break;
        case LINK_FRAME:
            bytes += frame.body.size;
            take_frame(broker, turn, &frame);
            break;
        }
    }
    return true;
}

/* ---- effects ------------------------------------------------------------------------------------- */

static struct envelope *
add_reply(struct broker *broker, const struct session_effect *effect, const struct reply *reply)
{
    struct postbag_item *item = postbag_add(&broker->postbag, broker->arena);
    if (item == NULL) {
        return NULL;
    }
    item->peer = effect->peer;
    item->site = effect->site;
    item->envelope.version = LIMIT_PROTOCOL_VERSION;
    item->envelope.kind = BODY_REPLY;
    item->envelope.body.reply = *reply;
    return &item->envelope;
}

/* Perhaps a rotation began, and whoever began it could not say so. Anybody may name any epoch, and the keys are files. */
static void ask_for_keys(struct broker *broker)
{
    if (broker->boot_us - broker->keys_asked_us >= KEYS_ASKED_US) {
        broker->keys_asked_us = broker->boot_us;
        rotation_reload(broker);
    }
}

/* A new referral whose sections nobody will ever open: its author is told now. One that is here already is answered as
 * ever. */
static bool is_shut(struct broker *broker, const struct command *command)
{
    struct referral_record stored;
    const struct referral *referral = command->kind == COMMAND_SUBMIT ? command->referral : NULL;

    if (referral != NULL && referral->disclosure_epoch > keeper_public(broker->keeper)->epoch) {
        ask_for_keys(broker);
    }
    return referral != NULL && referral->disclosure_epoch != 0 &&
           !keeper_holds(broker->keeper, referral->disclosure_epoch) &&
           !store_referral(broker->books.store, &referral->id, &stored);
}

static struct reply refuse_shut(struct broker *broker, const struct command *command)
{
    struct reply reply = {.lane = command->lane,
                          .number = command->number,
                          .subject = command->subject,
                          .case_number = "",
                          .refused = true};
    struct problems *problems = arena_alloc(broker->arena, sizeof(*problems));

    if (problems != NULL) {
        problems->arena = broker->arena;
        checks_add(problems, REFUSAL_EPOCH_OVER, "command.submit.disclosure_epoch", NULL);
        reply.problems = problems->items;
        reply.problem_count = problems->count;
    }
    return reply;
}

static void decide(struct broker *broker, struct turn *turn, const struct session_effect *effect)
{
    const struct reply reply = is_shut(broker, effect->command)
                                   ? refuse_shut(broker, effect->command)
                                   : turn_command(turn, effect->site, effect->command);
    (void)add_reply(broker, effect, &reply);
    if (reply.refused && !(reply.problem_count > 0 && reply.problems[0].retryable)) {
        session_refused(
            broker->sessions, effect->site, effect->command->lane, effect->command->number);
    }
    if (reply.refused) {
        LOG_INFO(broker->log,
                 "command_refused",
                 LOG_TEXT("site", site_id(broker, effect->site)),
                 LOG_NUMBER("number", reply.number),
                 LOG_NUMBER("code", reply.problem_count > 0 ? reply.problems[0].code : 0),
                 LOG_TEXT("field", reply.problem_count > 0 ? reply.problems[0].field : ""));
    }
}

static void repeat(struct broker *broker, const struct session_effect *effect)
{
    const struct reply_record *kept = &effect->kept;
    struct case_record record;
    struct reply reply = {.lane = effect->lane,
                          .number = kept->number,
                          .subject = kept->subject,
                          .case_number = "",
                          .position = kept->position,
                          .repeated = kept->repeated};
    char *number = arena_alloc(broker->arena, LIMIT_SPEAKABLE_BYTES);
    if (number != NULL && !id128_is_none(&kept->case_id) &&
        store_case(broker->books.store, &kept->case_id, &record)) {
        view_case_number(&broker->core, &record, number);
        reply.case_number = number;
    }
    (void)add_reply(broker, effect, &reply);
}

static void queue(struct broker *broker, const struct session_effect *effect)
{
    struct postbag_item *item = postbag_add(&broker->postbag, broker->arena);
    if (item != NULL) {
        item->peer = effect->peer;
        item->site = effect->site;
        item->envelope = effect->envelope;
        item->query = effect->query;
    }
}

static void note(struct broker *broker, const struct session_effect *effect)
{
    static const enum log_level levels[] = {
        [SESSION_INFO] = LOG_LEVEL_INFO,
        [SESSION_WARN] = LOG_LEVEL_WARN,
        [SESSION_ALARM] = LOG_LEVEL_ALARM,
    };
    const char *detail = effect->note.detail;
    LOG_WITH(broker->log,
             levels[effect->note.weight],
             effect->note.event,
             LOG_TEXT("site", site_id(broker, effect->site)),
             LOG_TEXT("detail", detail == NULL ? "" : detail));
}

/* turn is NULL where no effect can be about it. */
static void perform(struct broker *broker, struct turn *turn, const struct session_effect *effect)
{
    switch (effect->kind) {
    case SESSION_START_LANE:
        turn_start_lane(turn, effect->site, effect->lane, effect->incarnation, effect->number);
        break;
    case SESSION_ACKNOWLEDGE:
        turn_acknowledge(turn, effect->site, effect->lane, effect->number);
        break;
    case SESSION_RETURNED:
        turn_returned(turn, effect->site);
        break;
    case SESSION_RESYNCED:
        turn_resynced(turn, effect->site, effect->lines);
        break;
    case SESSION_DECIDE:
        decide(broker, turn, effect);
        break;
    case SESSION_REPEAT:
        repeat(broker, effect);
        break;
    case SESSION_ANSWER:
    case SESSION_SEND:
        queue(broker, effect);
        break;
    case SESSION_CUT:
        link_server_cut(broker->server, &effect->peer);
        break;
    case SESSION_NOTE:
        note(broker, effect);
        break;
    }
}

/* After which a site may be sent what it could not be sent before. */
static bool opens_a_window(const struct session_effect *effect)
{
    return effect->kind == SESSION_ACKNOWLEDGE || effect->kind == SESSION_RESYNCED ||
           (effect->kind == SESSION_SEND && effect->envelope.kind == BODY_WELCOME);
}

static void
perform_all(struct broker *broker, struct turn *turn, const struct session_effects *effects)
{
    for (size_t i = 0; i < effects->count; i++) {
        perform(broker, turn, &effects->items[i]);
        if (opens_a_window(&effects->items[i])) {
            number_set_add(broker->due, effects->items[i].site);
        }
    }
}

static void step(struct broker *broker, struct turn *turn, const struct session_event *event)
{
    struct session_effects effects;
    const struct session_world world = broker_session_world(broker);

    effects.count = 0; /* room for twelve is not worth zeroing */
    session_step(broker->sessions, &world, event, &effects);
    perform_all(broker, turn, &effects);
}

/* False: the frame is not to be read. No effect of that is about the turn. */
static bool arrived(struct broker *broker, const struct session_event *event)
{
    struct session_effects effects;
    const struct session_world world = broker_session_world(broker);

    effects.count = 0;
    const bool wanted = session_arrived(broker->sessions, &world, event, &effects);
    perform_all(broker, NULL, &effects);
    return wanted;
}

/* ---- time ---------------------------------------------------------------------------------------- */

void inbound_tick(struct broker *broker, struct turn *turn)
{
    uint32_t site = session_after(broker->sessions, 0);

    for (; site != 0; site = session_after(broker->sessions, site)) {
        const struct link_peer *peer = session_peer(broker->sessions, site);
        struct session_event event = {.kind = SESSION_TICK, .site = site};
        if (store_site_of_key(broker->books.store,
                              broker->core.region->directory,
                              peer->key,
                              broker->time.now_us) != site) {
            event.kind = SESSION_CLOSE;
            event.reason = GOODBYE_REVOKED;
        }
        step(broker, turn, &event);
    }
}

void inbound_stop(struct broker *broker, struct turn *turn)
{
    uint32_t site = session_after(broker->sessions, 0);

    for (; site != 0; site = session_after(broker->sessions, site)) {
        const struct session_event event = {
            .kind = SESSION_CLOSE, .site = site, .reason = GOODBYE_STOPPING};
        step(broker, turn, &event);
    }
}

void inbound_lost(struct broker *broker, uint32_t site)
{
    const struct session_event event = {.kind = SESSION_LOST, .site = site};
    step(broker, NULL, &event);
}

void inbound_unread(struct broker *broker, uint32_t site, const struct link_peer *peer)
{
    const struct session_event event = {.kind = SESSION_UNREAD, .site = site, .peer = peer};
    step(broker, NULL, &event);
}
