/* The agent's side of a session: see uplink.h. */
#include "agents/core/uplink.h"

#include "agents/core/uplink_lane.h"

#include <assert.h>
#include <string.h>

enum {
    BACKOFF_LEAST_MS = 200,
    BACKOFF_MOST_MS = 60000,
    GREETING_MS = 10000,  /* without a Welcome: try the next endpoint */
    HEARTBEAT_MS = 10000, /* idle that long: say so */
    PROBE_MS = 15000,     /* silent that long: the broker may have restarted behind the socket */
    PROBE_IN_FLIGHT_MS = 5000, /* likewise while it owes replies */
    DEAD_MS = 30000,           /* silent that long: a new connection */
    REPLACED_MS = 300000,      /* another agent has this key: two must not take turns */
    REVOKED_MS = 300000,       /* an administrator has to act first */
    GAPS_MAX = 3               /* new starts in a row that closed no gap; then a rest */
};

enum state { DOWN, GREETING, OPEN };

struct uplink {
    const char *program;
    size_t endpoint_count;
    size_t endpoint;
    struct id128 incarnation;
    uint64_t session; /* counts Hellos */
    uint64_t viewed;  /* the session whose resync is complete */
    enum state state;
    struct uplink_lane lanes[LANE_END];
    uint32_t window;
    uint32_t attempts;
    uint32_t gaps; /* Hellos because of gaps since the last delivery applied */
    bool resync;
    uint32_t epoch; /* disclosure epoch of what has to be sent */
    uint32_t epoch_said;
    uint32_t page;   /* next page of a resync; 0: none under way */
    int64_t wake_us; /* DOWN: when to connect; GREETING: when to give up */
    int64_t heard_us;
    int64_t said_us;
    int64_t probed_us;
    int64_t asked_us; /* when the first command still without a reply was sent */
};

static struct uplink_effect *add(struct uplink_effects *effects, enum uplink_effect_kind kind)
{
    assert(effects->count < UPLINK_EFFECTS_MAX);
    struct uplink_effect *effect = &effects->items[effects->count++];
    memset(effect, 0, sizeof *effect);
    effect->kind = kind;
    return effect;
}

static void note(struct uplink_effects *effects, bool warn, const char *text, uint64_t number)
{
    struct uplink_effect *effect = add(effects, UPLINK_NOTE);
    effect->warn = warn;
    effect->text = text;
    effect->number = number;
}

struct uplink *uplink_create(struct arena *arena, const struct uplink_options *options)
{
    assert(options->endpoint_count > 0);
    struct uplink *uplink = arena_alloc(arena, sizeof *uplink);
    if (uplink == NULL) {
        return NULL;
    }
    uplink->program = options->program;
    uplink->endpoint_count = options->endpoint_count;
    uplink->endpoint = options->endpoint_count - 1; /* the first connect takes the next */
    uplink->incarnation = options->incarnation;
    uplink->state = DOWN;
    uplink->resync = options->resync;
    for (int i = 0; i < LANE_END; i++) {
        assert(options->lanes[i].first >= 1);
        assert(options->lanes[i].first <= options->lanes[i].next);
        uplink->lanes[i].first = options->lanes[i].first;
        uplink->lanes[i].sent = options->lanes[i].first;
        uplink->lanes[i].next = options->lanes[i].next;
        uplink->lanes[i].applied = options->lanes[i].applied;
    }
    return uplink;
}

bool uplink_is_open(const struct uplink *uplink)
{
    return uplink->state == OPEN;
}

size_t uplink_endpoint(const struct uplink *uplink)
{
    return uplink->endpoint;
}

/* ---- connection ------------------------------------------------------------------------------ */

static void say_hello(struct uplink *uplink, int64_t now_us, struct uplink_effects *effects)
{
    struct uplink_effect *effect = add(effects, UPLINK_SEND);
    effect->envelope.version = LIMIT_PROTOCOL_VERSION;
    effect->envelope.kind = BODY_HELLO;
    struct hello *hello = &effect->envelope.body.hello;
    hello->version_least = LIMIT_PROTOCOL_VERSION;
    hello->version_most = LIMIT_PROTOCOL_VERSION;
    hello->incarnation = uplink->incarnation;
    hello->program = uplink->program;
    hello->resync = uplink->resync;
    hello->session = ++uplink->session;
    hello->takes_deliveries = true;
    for (int i = 0; i < LANE_END; i++) {
        hello->lanes[i].first_held = uplink->lanes[i].first;
        hello->lanes[i].applied = uplink->lanes[i].applied;
        uplink->lanes[i].ack_due = false;
    }
    uplink->state = GREETING;
    uplink->page = 0;
    uplink->wake_us = now_us + GREETING_MS * INT64_C(1000);
    uplink->said_us = now_us;
    uplink->probed_us = now_us;
}

static void
go_down(struct uplink *uplink, int64_t now_us, int64_t wait_us, struct uplink_effects *effects)
{
    if (uplink->state != DOWN) {
        add(effects, UPLINK_DISCONNECT);
    }
    uplink->state = DOWN;
    uplink->wake_us = now_us + wait_us;
}

static void
back_off(struct uplink *uplink, uint32_t random, int64_t now_us, struct uplink_effects *effects)
{
    int64_t wait_us =
        uplink_lane_backoff_us(uplink->attempts, BACKOFF_LEAST_MS, BACKOFF_MOST_MS, random);
    if (uplink->attempts < 32) {
        uplink->attempts++;
    }
    go_down(uplink, now_us, wait_us, effects);
}

static void connect_next(struct uplink *uplink, int64_t now_us, struct uplink_effects *effects)
{
    uplink->endpoint = (uplink->endpoint + 1) % uplink->endpoint_count;
    add(effects, UPLINK_CONNECT)->number = uplink->endpoint;
    uplink->heard_us = now_us;
    say_hello(uplink, now_us, effects);
}

static bool owes_replies(const struct uplink *uplink)
{
    for (int i = 0; i < LANE_END; i++) {
        const struct uplink_lane *lane = &uplink->lanes[i];
        if (lane->sent > lane->first && lane->hold_until_us == 0) {
            return true;
        }
    }
    return false;
}

static int64_t latest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* After a long idle time the broker's silence counts from the question, not from its last word. */
static int64_t probe_due_us(const struct uplink *uplink)
{
    const int64_t quiet_us = latest(uplink->heard_us, uplink->probed_us);
    return owes_replies(uplink)
               ? latest(quiet_us, uplink->asked_us) + PROBE_IN_FLIGHT_MS * INT64_C(1000)
               : quiet_us + PROBE_MS * INT64_C(1000);
}

/* ---- commands -------------------------------------------------------------------------------- */

static void send_more(struct uplink *uplink, int64_t now_us, struct uplink_effects *effects)
{
    const bool owed = owes_replies(uplink);
    for (int i = LANE_END - 1; i >= 0 && uplink->state == OPEN; i--) { /* urgent first */
        while (effects->count + 4 < UPLINK_EFFECTS_MAX) {
            uint64_t number = uplink_lane_take(&uplink->lanes[i], uplink->window, now_us);
            if (number == 0) {
                break;
            }
            struct uplink_effect *effect = add(effects, UPLINK_SEND_COMMAND);
            effect->lane = (enum lane)i;
            effect->number = number;
            uplink->said_us = now_us;
            uplink->asked_us = owed ? uplink->asked_us : now_us;
        }
    }
}

static void
settle_by_reply(struct uplink_lane *lane, const struct reply *reply, struct uplink_effects *effects)
{
    uplink_lane_settle(lane, reply->number);
    struct uplink_effect *effect = add(effects, UPLINK_SETTLE);
    effect->lane = reply->lane;
    effect->number = reply->number;
    effect->reply = reply;
}

/* The broker knows this number with another body, or so long that it kept no reply: an old copy of the store came back
 * and gave used numbers to new commands before it heard of the broker. They never were decided. */
static bool is_number_reused(const struct problem *problem)
{
    return problem->code == REFUSAL_ALREADY_DONE ||
           (problem->code == REFUSAL_ID_REUSED && strcmp(problem->field, "command.number") == 0);
}

static void take_reply(struct uplink *uplink,
                       const struct uplink_event *event,
                       int64_t now_us,
                       struct uplink_effects *effects)
{
    const struct reply *reply = &event->envelope->body.reply;
    if ((unsigned)reply->lane >= LANE_END || uplink->state != OPEN) {
        return;
    }
    struct uplink_lane *lane = &uplink->lanes[reply->lane];
    if (!uplink_lane_waits(lane, reply->number)) {
        return;
    }
    if (!reply->refused || reply->problem_count == 0) {
        settle_by_reply(lane, reply, effects);
    } else if (reply->problems[0].code == REFUSAL_NEXT_EXPECTED) {
        if (uplink_lane_rewind(lane, reply->next_expected, now_us) == UPLINK_LANE_BEHIND) {
            note(effects, true, "lane_behind", reply->next_expected);
            say_hello(uplink, now_us, effects);
        }
    } else if (is_number_reused(&reply->problems[0])) {
        note(effects, true, "number_used_before", reply->number);
        add(effects, UPLINK_RENEW);
        return;
    } else if (reply->problems[0].retryable) {
        uplink_lane_hold(lane, reply->number, reply->problems[0].wait_ms, event->random, now_us);
    } else {
        settle_by_reply(lane, reply, effects);
    }
    send_more(uplink, now_us, effects);
}

/* ---- deliveries ------------------------------------------------------------------------------ */

/* Of an earlier Hello, which arrived late. A program that knows no such number says 0. */
static bool is_late(const struct uplink *uplink, uint64_t session)
{
    return session != 0 && session != uplink->session;
}

static void greet_again_for_gap(struct uplink *uplink,
                                const struct delivery *delivery,
                                int64_t now_us,
                                struct uplink_effects *effects)
{
    uplink->gaps++;
    if (uplink->gaps > 1) {
        uplink->resync = true; /* a plain new start did not close it */
    }
    note(effects, true, "delivery_gap", delivery->number);
    if (uplink->gaps > GAPS_MAX) {
        uplink->gaps = 1;
        go_down(uplink, now_us, BACKOFF_MOST_MS * INT64_C(1000), effects);
        return;
    }
    say_hello(uplink, now_us, effects);
}

static void take_delivery(struct uplink *uplink,
                          const struct delivery *delivery,
                          int64_t now_us,
                          struct uplink_effects *effects)
{
    if ((unsigned)delivery->lane >= LANE_END || uplink->state != OPEN ||
        is_late(uplink, delivery->session)) {
        return;
    }
    struct uplink_lane *lane = &uplink->lanes[delivery->lane];
    if (uplink->page > 1) {
        return; /* in the middle of a resync; it is sent again after the gap that this leaves */
    }
    if (delivery->number <= lane->applied) {
        lane->ack_due = true;
        return;
    }
    if (delivery->after > lane->applied) {
        greet_again_for_gap(uplink, delivery, now_us, effects);
        return;
    }
    add(effects, UPLINK_APPLY)->delivery = delivery;
    lane->applied = delivery->number;
    lane->ack_due = true;
    uplink->gaps = 0;
}

static void take_page(struct uplink *uplink,
                      const struct resync *resync,
                      int64_t now_us,
                      struct uplink_effects *effects)
{
    const bool again = resync->session != 0 && resync->session == uplink->viewed;
    if (uplink->state != OPEN || again || is_late(uplink, resync->session)) {
        return;
    }
    if (resync->page != 1 && resync->page != uplink->page) {
        uplink->resync = true;
        note(effects, true, "resync_page_missing", resync->page);
        say_hello(uplink, now_us, effects);
        return;
    }
    uplink->page = resync->page + 1;
    add(effects, UPLINK_PAGE)->resync = resync;
    if (!resync->last) {
        return;
    }
    uplink->page = 0;
    uplink->viewed = uplink->session;
    uplink->resync = false;
    uplink->gaps = 0;
    for (int i = 0; i < LANE_END; i++) {
        struct uplink_lane *lane = &uplink->lanes[i];
        lane->applied = lane->from;
        lane->ack_due = true;
        struct uplink_effect *effect = add(effects, UPLINK_APPLIED);
        effect->lane = (enum lane)i;
        effect->number = lane->applied;
    }
}

/* ---- session --------------------------------------------------------------------------------- */

static void take_welcome(struct uplink *uplink,
                         const struct uplink_event *event,
                         int64_t now_us,
                         struct uplink_effects *effects)
{
    const struct welcome *welcome = &event->envelope->body.welcome;
    if (uplink->state != GREETING || is_late(uplink, welcome->session)) {
        return;
    }
    if (welcome->version != LIMIT_PROTOCOL_VERSION) {
        note(effects, true, "protocol_version", welcome->version);
        back_off(uplink, event->random, now_us, effects);
        return;
    }
    for (int i = 0; i < LANE_END; i++) {
        if (welcome->lanes[i].expected > uplink->lanes[i].next) {
            /* It holds commands of this spool that the spool does not know: an old copy of the store
             * came back. Going on would give used numbers to new commands. */
            note(effects, true, "spool_is_older_than_broker", welcome->lanes[i].expected);
            add(effects, UPLINK_RENEW);
            return;
        }
    }
    uplink->state = OPEN;
    uplink->attempts = 0;
    uplink->epoch_said = 0;
    uplink->window = welcome->window == 0             ? 1
                     : welcome->window > LIMIT_WINDOW ? LIMIT_WINDOW
                                                      : welcome->window;
    for (int i = 0; i < LANE_END; i++) {
        struct uplink_lane *lane = &uplink->lanes[i];
        lane->sent = lane->first;
        lane->from = welcome->lanes[i].from;
    }
    add(effects, UPLINK_WELCOMED)->welcome = welcome;
    send_more(uplink, now_us, effects);
}

static void take_goodbye(struct uplink *uplink,
                         const struct uplink_event *event,
                         int64_t now_us,
                         struct uplink_effects *effects)
{
    const struct goodbye *goodbye = &event->envelope->body.goodbye;
    switch (goodbye->reason) {
    case GOODBYE_REPLACED:
        if (uplink->state == GREETING) {
            return; /* our own newer Hello on this connection replaced us */
        }
        note(effects, true, "key_used_elsewhere", 0);
        go_down(uplink, now_us, REPLACED_MS * INT64_C(1000), effects);
        return;
    case GOODBYE_REVOKED:
    case GOODBYE_VERSION:
        note(effects,
             true,
             goodbye->reason == GOODBYE_REVOKED ? "key_revoked" : "no_common_version",
             0);
        go_down(uplink, now_us, REVOKED_MS * INT64_C(1000), effects);
        return;
    case GOODBYE_QUOTA:
        note(effects, true, "quarantined", 0);
        go_down(uplink, now_us, BACKOFF_MOST_MS * INT64_C(1000), effects);
        return;
    case GOODBYE_STOPPING:
    case GOODBYE_UNSPECIFIED:
    case GOODBYE_END:
        break;
    }
    note(effects, false, "broker_stopping", 0);
    back_off(uplink, event->random, now_us, effects);
}

static void take_frame(struct uplink *uplink,
                       const struct uplink_event *event,
                       int64_t now_us,
                       struct uplink_effects *effects)
{
    if (uplink->state == DOWN) {
        return;
    }
    uplink->heard_us = now_us;
    const struct envelope *envelope = event->envelope;
    switch (envelope->kind) {
    case BODY_WELCOME:
        take_welcome(uplink, event, now_us, effects);
        break;
    case BODY_GOODBYE:
        take_goodbye(uplink, event, now_us, effects);
        break;
    case BODY_REPLY:
        take_reply(uplink, event, now_us, effects);
        break;
    case BODY_DELIVERY:
        take_delivery(uplink, &envelope->body.delivery, now_us, effects);
        break;
    case BODY_DELIVERIES:
        for (size_t i = 0; i < envelope->body.deliveries.item_count; i++) {
            take_delivery(uplink, &envelope->body.deliveries.items[i], now_us, effects);
        }
        break;
    case BODY_RESYNC:
        take_page(uplink, &envelope->body.resync, now_us, effects);
        break;
    case BODY_ANSWER:
        add(effects, UPLINK_ANSWER)->answer = &envelope->body.answer;
        break;
    case BODY_HEARTBEAT:
        if (uplink->state == OPEN && envelope->body.heartbeat.disclosure_key.size > 0) {
            add(effects, UPLINK_KEY)->heartbeat = &envelope->body.heartbeat;
        }
        break;
    case BODY_UNSPECIFIED:
    case BODY_HELLO:
    case BODY_COMMAND:
    case BODY_DELIVERY_ACK:
    case BODY_QUERY:
    case BODY_END:
        note(effects, true, "unexpected_frame", (uint64_t)envelope->kind);
        break;
    }
}

static void take_tick(struct uplink *uplink,
                      const struct uplink_event *event,
                      int64_t now_us,
                      struct uplink_effects *effects)
{
    if (uplink->state == DOWN) {
        if (now_us >= uplink->wake_us) {
            connect_next(uplink, now_us, effects);
        }
        return;
    }
    if (uplink->state == GREETING) {
        if (now_us >= uplink->wake_us) {
            note(effects, false, "broker_silent", (uint64_t)uplink->endpoint);
            back_off(uplink, event->random, now_us, effects);
        }
        return;
    }
    if (now_us - uplink->heard_us >= DEAD_MS * INT64_C(1000)) {
        note(effects, true, "broker_dead", (uint64_t)uplink->endpoint);
        back_off(uplink, event->random, now_us, effects);
        return;
    }
    if (now_us >= probe_due_us(uplink)) {
        say_hello(uplink, now_us, effects);
        return;
    }
    send_more(uplink, now_us, effects);
}

static void take_renewal(struct uplink *uplink,
                         const struct uplink_event *event,
                         int64_t now_us,
                         struct uplink_effects *effects)
{
    uplink->incarnation = event->incarnation;
    uplink->resync = true;
    if (uplink->state != DOWN) {
        say_hello(uplink, now_us, effects);
    }
}

void uplink_step(struct uplink *uplink,
                 const struct uplink_event *event,
                 int64_t now_us,
                 struct uplink_effects *effects)
{
    switch (event->kind) {
    case UPLINK_TICK:
        take_tick(uplink, event, now_us, effects);
        break;
    case UPLINK_FRAME:
        take_frame(uplink, event, now_us, effects);
        break;
    case UPLINK_GARBAGE:
        note(effects, true, "unreadable_frame", 0);
        break;
    case UPLINK_SPOOLED:
        assert(event->number == uplink->lanes[event->lane].next);
        uplink->lanes[event->lane].next = event->number + 1;
        send_more(uplink, now_us, effects);
        break;
    case UPLINK_MISSING:
        if (uplink_lane_waits(&uplink->lanes[event->lane], event->number)) {
            uplink_lane_settle(&uplink->lanes[event->lane], event->number);
        }
        send_more(uplink, now_us, effects);
        break;
    case UPLINK_RENEWED:
        take_renewal(uplink, event, now_us, effects);
        break;
    case UPLINK_BROKEN:
        if (uplink->state != DOWN) {
            back_off(uplink, event->random, now_us, effects);
        }
        break;
    }
}

void uplink_set_epoch(struct uplink *uplink, uint32_t epoch)
{
    uplink->epoch = epoch;
}

void uplink_finish_turn(struct uplink *uplink, int64_t now_us, struct uplink_effects *effects)
{
    if (uplink->state != OPEN) {
        return;
    }
    for (int i = 0; i < LANE_END; i++) {
        if (uplink->lanes[i].ack_due) {
            struct envelope *envelope = &add(effects, UPLINK_SEND)->envelope;
            envelope->version = LIMIT_PROTOCOL_VERSION;
            envelope->kind = BODY_DELIVERY_ACK;
            envelope->body.ack.lane = (enum lane)i;
            envelope->body.ack.number = uplink->lanes[i].applied;
            uplink->lanes[i].ack_due = false;
            uplink->said_us = now_us;
        }
    }
    if (uplink->epoch != uplink->epoch_said ||
        now_us - uplink->said_us >= HEARTBEAT_MS * INT64_C(1000)) {
        struct envelope *envelope = &add(effects, UPLINK_SEND)->envelope;
        envelope->version = LIMIT_PROTOCOL_VERSION;
        envelope->kind = BODY_HEARTBEAT;
        envelope->body.heartbeat.disclosure_epoch = uplink->epoch;
        uplink->epoch_said = uplink->epoch;
        uplink->said_us = now_us;
    }
}

int64_t uplink_deadline_us(const struct uplink *uplink)
{
    if (uplink->state != OPEN) {
        return uplink->wake_us;
    }
    int64_t due = uplink->said_us + HEARTBEAT_MS * INT64_C(1000);
    int64_t probe = probe_due_us(uplink);
    int64_t dead = uplink->heard_us + DEAD_MS * INT64_C(1000);
    due = probe < due ? probe : due;
    due = dead < due ? dead : due;
    for (int i = 0; i < LANE_END; i++) {
        int64_t hold = uplink->lanes[i].hold_until_us;
        if (hold != 0 && hold < due) {
            due = hold;
        }
    }
    return due;
}
