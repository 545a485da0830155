/* The exchange with the broker: see exchange.h. */
#include "agents/daemon/exchange.h"

#include "agents/core/news.h"
#include "agents/daemon/hooks.h"
#include "agents/daemon/ipc_service.h"
#include "agents/daemon/resend.h"
#include "agents/store/kept.h"
#include "agents/store/mirror.h"
#include "agents/store/old_epoch.h"
#include "agents/store/own_referrals.h"
#include "agents/store/spool.h"
#include "proto/wire.h"

#include <assert.h>
#include <string.h>

enum { EVENTS_MAX = 2 * UPLINK_EFFECTS_MAX, FRAMES_A_TURN = 256, ARENA_A_TURN_BYTES = 64 << 20 };

/* Events that arise while effects are carried out, worked off after them. */
struct events {
    struct uplink_event items[EVENTS_MAX];
    size_t count;
};

static uint32_t random_word(void)
{
    uint32_t word;
    keys_random(&word, sizeof word);
    return word;
}

static void add_event(struct events *events, const struct uplink_event *event)
{
    if (events->count < EVENTS_MAX) {
        events->items[events->count++] = *event;
    }
}

static struct id128 draw_id(const struct agent *agent)
{
    uint8_t random[10];
    keys_random(random, sizeof random);
    return id128_uuid7((uint64_t)(agent->now_us / 1000), random);
}

bool exchange_start(struct agent *agent, struct error *err)
{
    struct spool_state spool;
    spool_state(agent->store, agent->turn, &spool);
    if (id128_is_none(&spool.incarnation)) {
        struct id128 incarnation = draw_id(agent);
        spool_renew(agent->store, &incarnation, agent->turn);
        spool.incarnation = incarnation;
    }
    struct uplink_options options = {.program = agent->program,
                                     .endpoint_count = agent->config->endpoint_count,
                                     .incarnation = spool.incarnation,
                                     .resync = !mirror_is_complete(agent->store) ||
                                               agent_store_number(agent->store, "shut") != 0};
    for (int i = 0; i < LANE_END; i++) {
        options.lanes[i].first = spool.lanes[i].first;
        options.lanes[i].next = spool.lanes[i].next;
        options.lanes[i].applied = mirror_applied(agent->store, (enum lane)i);
    }
    agent->uplink = uplink_create(agent->life, &options);
    if (agent->uplink == NULL) {
        return error_set(err, ERROR_OS, "no memory for the session");
    }
    return true;
}

/* ---- sending --------------------------------------------------------------------------------- */

static void send_frame(struct agent *agent, struct bytes frame)
{
    struct outbox_item item = {.to_broker = true, .connection = agent->connection, .frame = frame};
    if (!outbox_add(agent->outbox, &item)) {
        LOG_WARN(agent->log, "outbox_full", LOG_NUMBER("bytes", frame.size));
    }
}

static void send_envelope(struct agent *agent, const struct envelope *envelope)
{
    struct bytes frame;
    if (wire_encode(envelope, agent->turn, &frame)) {
        send_frame(agent, frame);
    }
}

static void
send_command(struct agent *agent, const struct uplink_effect *effect, struct events *events)
{
    struct bytes frame;
    if (spool_frame(agent->store, effect->lane, effect->number, agent->turn, &frame)) {
        send_frame(agent, frame);
        return;
    }
    add_event(events,
              &(struct uplink_event){
                  .kind = UPLINK_MISSING, .lane = effect->lane, .number = effect->number});
}

bool exchange_ask(struct agent *agent, const struct query *query)
{
    if (!uplink_is_open(agent->uplink) || !outbox_has_room(agent->outbox)) {
        return false;
    }
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_QUERY};
    envelope.body.query = *query;
    send_envelope(agent, &envelope);
    return true;
}

/* ---- the connection -------------------------------------------------------------------------- */

static void disconnect(struct agent *agent)
{
    link_client_destroy(&agent->client);
    agent->connection++;
}

static void connect_to(struct agent *agent, uint64_t endpoint, struct events *events)
{
    struct error err = {0};
    disconnect(agent);
    assert(endpoint < agent->config->endpoint_count);
    const struct link_keys keys = {.own = &agent->keys.curve, .server_key = &agent->keys.broker};
    if (!link_client_create(
            &agent->client, agent->context, agent->config->endpoints[endpoint], &keys, &err)) {
        LOG_WARN(agent->log, "connect_failed", LOG_TEXT("error", err.text));
        add_event(events, &(struct uplink_event){.kind = UPLINK_BROKEN, .random = random_word()});
    }
}

static void renew(struct agent *agent, struct events *events)
{
    struct id128 incarnation = draw_id(agent);
    spool_renew(agent->store, &incarnation, agent->turn);
    mirror_set_complete(agent->store, false);
    LOG_ALARM(agent->log, "spool_renewed", LOG_TEXT("site", agent->config->site));
    add_event(events, &(struct uplink_event){.kind = UPLINK_RENEWED, .incarnation = incarnation});
}

/* What is taken from now on is sealed to it. */
static void take_key(struct agent *agent, uint32_t epoch, struct bytes key)
{
    if (key.size != KEYS_BYTES || epoch <= agent->keys.disclosure.epoch) {
        return;
    }
    agent->keys.disclosure.epoch = epoch;
    memcpy(agent->keys.disclosure.bytes, key.data, KEYS_BYTES);
    agent_store_set_disclosure_key(agent->store, &agent->keys.disclosure);
    old_epoch_use(agent->store, epoch, agent->turn);
    LOG_INFO(agent->log, "disclosure_key_changed", LOG_NUMBER("epoch", epoch));
}

static void welcomed(struct agent *agent, const struct welcome *welcome)
{
    size_t bytes = strnlen(welcome->region, sizeof agent->region - 1);
    memcpy(agent->region, welcome->region, bytes);
    agent->region[bytes] = '\0';
    agent->policy_version = welcome->policy_version;
    take_key(agent, welcome->disclosure_epoch, welcome->disclosure_key);
    resend_welcomed(agent, welcome->life);
    LOG_INFO(agent->log,
             "session_opened",
             LOG_TEXT("region", agent->region),
             LOG_NUMBER("window", welcome->window),
             LOG_NUMBER("policy", welcome->policy_version));
}

/* ---- replies --------------------------------------------------------------------------------- */

/* A broker that comes back from a backup may have lost it. */
static void keep(struct agent *agent, const struct command *command, const struct reply *reply)
{
    struct bytes frame;
    if (!reply->refused && !mirror_is_erased(agent->store, &command->referral->id) &&
        spool_frame(agent->store, reply->lane, reply->number, agent->turn, &frame)) {
        kept_add(agent->store, &command->referral->id, frame, agent->now_us, agent->turn);
    }
}

/* What was kept of a referral that the broker told of is not what it has: sealed anew, so its id was "used" by itself. It
 * did not lose it, and that is all that was asked. */
static bool
has_it_after_all(struct agent *agent, const struct command *command, const struct reply *reply)
{
    struct own_referral own;
    return command->kind == COMMAND_SUBMIT && reply->refused && reply->problem_count > 0 &&
           reply->problems[0].code == REFUSAL_ID_REUSED &&
           own_referrals_get(agent->store, &command->referral->id, agent->turn, &own) &&
           own_referrals_is_told(&own);
}

static void settle(struct agent *agent, const struct reply *answered)
{
    struct arena_mark mark = arena_mark(agent->turn);
    struct command command;
    const struct reply *reply = answered;
    bool known = spool_command(agent->store, reply->lane, reply->number, agent->turn, &command);
    const struct reply stored = {.lane = answered->lane,
                                 .number = answered->number,
                                 .subject = answered->subject,
                                 .repeated = true,
                                 .case_number = ""};
    if (known && has_it_after_all(agent, &command, answered)) {
        reply = &stored;
    }
    if (known && command.kind == COMMAND_SUBMIT) {
        own_referrals_settle(
            agent->store, &command.referral->id, reply, agent->now_us, agent->turn);
        keep(agent, &command, reply);
    }
    bool told = ipc_service_settled(agent, reply);
    if (known && reply->refused && !told) {
        const char *first = reply->problem_count == 0 ? "" : reply->problems[0].text.en;
        struct spool_refusal refusal = {.kind = command.kind,
                                        .subject = command.subject,
                                        .actor = command.actor,
                                        .at_us = agent->now_us};
        spool_note_refusal(agent->store, &refusal, reply, agent->turn);
        hooks_tell_refused(agent, &refusal, reply);
        LOG_WARN(agent->log,
                 "command_refused",
                 LOG_NUMBER("lane", reply->lane),
                 LOG_NUMBER("number", reply->number),
                 LOG_TEXT("reason", first));
    }
    spool_settle(agent->store, reply->lane, reply->number);
    if (!told) { /* else the outbox borrows from what was allocated */
        arena_release(agent->turn, mark);
    }
}

/* ---- deliveries ------------------------------------------------------------------------------ */

/* People are told by the shown case. The next start asks for everything again if a key may be there then. */
static void note_shut(struct agent *agent, enum shut_reason reason)
{
    static const char *const names[SHUT_END] = {"", "broker", "key", "damaged"};
    LOG_WARN(agent->log,
             "disclosure_unreadable",
             LOG_TEXT("site", agent->config->site),
             LOG_TEXT("reason", names[reason]));
    if (reason != SHUT_DAMAGED) {
        agent_store_set_number(agent->store, "shut", 1);
    }
}

static void apply(struct agent *agent, const struct delivery *delivery, bool first_view)
{
    struct arena_mark mark = arena_mark(agent->turn);
    struct mirror_change change;
    mirror_apply(agent->store, delivery, &agent->keys.sealing, agent->turn, &change);
    if (change.shut == SHUT_TO_SITE) {
        mirror_apply(agent->store, delivery, &agent->keys.sealing_old, agent->turn, &change);
    }
    if (change.shut != SHUT_UNSPECIFIED) {
        note_shut(agent, change.shut);
    }
    struct news_list news;
    news_of_change(change.had_old ? &change.old : NULL, delivery, &news);
    for (size_t i = 0; i < news.count; i++) {
        enum news_kind kind = news.items[i].kind;
        /* A new store is not told everything that ever happened, only what waits for somebody. */
        if (!first_view || kind == NEWS_OFFER || kind == NEWS_TASK) {
            hooks_tell(agent, delivery, &news.items[i]);
        }
    }
    arena_release(agent->turn, mark);
}

/* No act of an erasure can name this copy: the broker does not know of it any more. */
static void tell_forgotten(void *world, const struct id128 *case_id, const struct id128 *referral)
{
    const struct agent *agent = world;
    char case_text[ID128_TEXT_MAX];
    char referral_text[ID128_TEXT_MAX];
    LOG_INFO(agent->log,
             "forgotten_facts_deleted",
             LOG_TEXT("site", agent->config->site),
             LOG_TEXT("referral", id128_format(referral, referral_text)),
             LOG_TEXT("case", id128_format(case_id, case_text)));
}

static void take_page(struct agent *agent, const struct resync *resync)
{
    bool first_view = !mirror_is_complete(agent->store);
    if (resync->page == 1) {
        mirror_aside_clear(agent->store);
    }
    for (size_t i = 0; i < resync->delivery_count; i++) {
        struct arena_mark mark = arena_mark(agent->turn);
        mirror_aside_put(agent->store, &resync->deliveries[i], agent->turn);
        arena_release(agent->turn, mark);
    }
    if (!resync->last) {
        return;
    }
    struct mirror_cursor cursor = {{0}};
    uint64_t entities = 0;
    agent_store_set_number(agent->store, "shut", 0);
    for (;;) {
        struct arena_mark mark = arena_mark(agent->turn);
        struct delivery delivery;
        if (!mirror_aside_next(agent->store, &cursor, agent->turn, &delivery)) {
            break;
        }
        apply(agent, &delivery, first_view);
        arena_release(agent->turn, mark);
        entities++;
    }
    mirror_drop_missing(agent->store, agent->turn);
    mirror_aside_clear(agent->store);
    mirror_set_complete(agent->store, true);
    const struct expiry_witness witness = {tell_forgotten, agent};
    expiry_resynced(agent->store, agent_store_number(agent->store, "life"), &witness, agent->turn);
    expiry_begin(&agent->expiry,
                 agent->boot_us); /* a lost mirror brings facts of closed cases again */
    LOG_INFO(agent->log,
             "mirror_resynced",
             LOG_NUMBER("pages", resync->page),
             LOG_NUMBER("entities", entities));
}

/* ---- effects --------------------------------------------------------------------------------- */

static void
carry_out(struct agent *agent, const struct uplink_effect *effect, struct events *events)
{
    switch (effect->kind) {
    case UPLINK_CONNECT:
        connect_to(agent, effect->number, events);
        break;
    case UPLINK_DISCONNECT:
        disconnect(agent);
        break;
    case UPLINK_SEND:
        send_envelope(agent, &effect->envelope);
        break;
    case UPLINK_SEND_COMMAND:
        send_command(agent, effect, events);
        break;
    case UPLINK_SETTLE:
        settle(agent, effect->reply);
        break;
    case UPLINK_APPLY:
        apply(agent, effect->delivery, false);
        mirror_set_applied(agent->store, effect->delivery->lane, effect->delivery->number);
        break;
    case UPLINK_PAGE:
        take_page(agent, effect->resync);
        break;
    case UPLINK_APPLIED:
        mirror_set_applied(agent->store, effect->lane, effect->number);
        break;
    case UPLINK_RENEW:
        renew(agent, events);
        break;
    case UPLINK_WELCOMED:
        welcomed(agent, effect->welcome);
        break;
    case UPLINK_KEY:
        take_key(agent, effect->heartbeat->disclosure_epoch, effect->heartbeat->disclosure_key);
        break;
    case UPLINK_ANSWER:
        ipc_service_answered(agent, effect->answer);
        break;
    case UPLINK_NOTE:
        LOG_WITH(agent->log,
                 effect->warn ? LOG_LEVEL_WARN : LOG_LEVEL_INFO,
                 effect->text,
                 LOG_TEXT("site", agent->config->site),
                 LOG_NUMBER("number", effect->number));
        break;
    }
}

static void run(struct agent *agent, const struct uplink_event *first)
{
    struct events events = {.count = 0};
    add_event(&events, first);
    for (size_t next = 0; next < events.count; next++) {
        agent->effects->count = 0;
        uplink_step(agent->uplink, &events.items[next], agent->boot_us, agent->effects);
        for (size_t i = 0; i < agent->effects->count; i++) {
            carry_out(agent, &agent->effects->items[i], &events);
        }
    }
}

void exchange_tick(struct agent *agent)
{
    run(agent, &(struct uplink_event){.kind = UPLINK_TICK, .random = random_word()});
}

void exchange_spooled(struct agent *agent, enum lane lane, uint64_t number)
{
    run(agent, &(struct uplink_event){.kind = UPLINK_SPOOLED, .lane = lane, .number = number});
}

void exchange_broken(struct agent *agent)
{
    run(agent, &(struct uplink_event){.kind = UPLINK_BROKEN, .random = random_word()});
}

static void take_frame(struct agent *agent, struct bytes body)
{
    struct envelope envelope;
    struct wire_fault fault;
    if (!wire_decode(body, agent->turn, &envelope, &fault)) {
        LOG_WARN(agent->log, "broker_frame_bad", LOG_TEXT("field", fault.field));
        run(agent, &(struct uplink_event){.kind = UPLINK_GARBAGE});
        return;
    }
    run(agent,
        &(struct uplink_event){
            .kind = UPLINK_FRAME, .random = random_word(), .envelope = &envelope});
}

void exchange_receive(struct agent *agent)
{
    /* A restarted broker knows no session: waiting for its silence would cost seconds. */
    if (agent->client != NULL && link_client_take_loss(agent->client)) {
        LOG_INFO(agent->log, "connection_lost", LOG_TEXT("site", agent->config->site));
        exchange_broken(agent);
        return;
    }
    for (int i = 0; i < FRAMES_A_TURN && agent->client != NULL; i++) {
        struct bytes body;
        if (!outbox_has_room(agent->outbox) || arena_used(agent->turn) > ARENA_A_TURN_BYTES) {
            return;
        }
        enum link_received received = link_client_receive(agent->client, &body);
        if (received == LINK_NOTHING) {
            return;
        }
        if (received == LINK_FRAME) {
            take_frame(agent, body);
        }
    }
}

void exchange_finish_turn(struct agent *agent)
{
    struct events none = {.count = 0};
    agent->effects->count = 0;
    uplink_set_epoch(agent->uplink, old_epoch_oldest(agent->store, agent->turn));
    uplink_finish_turn(agent->uplink, agent->boot_us, agent->effects);
    for (size_t i = 0; i < agent->effects->count; i++) {
        carry_out(agent, &agent->effects->items[i], &none);
    }
}
