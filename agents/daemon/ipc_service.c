/* The agent's service on its ipc socket: see ipc_service.h. */
#include "agents/daemon/ipc_service.h"

#include "agents/daemon/exchange.h"
#include "agents/daemon/intake.h"
#include "agents/daemon/local_answer.h"
#include "agents/daemon/waiting.h"
#include "proto/checks.h"
#include "proto/wire.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES_A_TURN = 256, ARENA_A_TURN_BYTES = 64 << 20, REPLY_KEPT_BYTES = 4096 };

/* ---- sending --------------------------------------------------------------------------------- */

static void send_reply(struct agent *agent, const struct link_peer *peer, const struct reply *reply)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_REPLY};
    envelope.body.reply = *reply;
    struct outbox_item item = {.peer = *peer};
    if (!wire_encode(&envelope, agent->turn, &item.frame) || !outbox_add(agent->outbox, &item)) {
        LOG_WARN(agent->log, "ipc_reply_lost", LOG_NUMBER("number", reply->number));
    }
}

/* The facts of a case may be more than one frame takes: then the oldest stay behind. */
static void
send_answer(struct agent *agent, const struct link_peer *peer, const struct answer *answer)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_ANSWER};
    envelope.body.answer = *answer;
    struct outbox_item item = {.peer = *peer};
    bool fits = wire_encode(&envelope, agent->turn, &item.frame);
    while (!fits && answer->case_count == 1 && answer->cases[0].facts_count > 0) {
        answer->cases[0].facts_count--;
        fits = wire_encode(&envelope, agent->turn, &item.frame);
    }
    if (!fits || !outbox_add(agent->outbox, &item)) {
        LOG_WARN(agent->log, "ipc_answer_lost", LOG_NUMBER("kind", answer->kind));
    }
}

static void refuse_query(struct agent *agent,
                         const struct link_peer *peer,
                         const struct query *query,
                         enum refusal code)
{
    struct answer answer;
    local_answer_begin(query, &answer);
    local_answer_refuse(agent, &answer, code, "");
    send_answer(agent, peer, &answer);
}

/* ---- commands -------------------------------------------------------------------------------- */

static void
take_command(struct agent *agent, const struct link_peer *peer, const struct command *command)
{
    struct reply reply = {.case_number = ""};
    struct intake_place place = {.number = 0};
    struct command spoken = *command;
    spoken.actor = agent_config_worker(agent->people, peer->uid, command->actor);
    if (spoken.actor == NULL) {
        intake_refuse(agent, &reply, REFUSAL_UNKNOWN_WORKER, "command.actor", NULL);
    } else if (command->kind == COMMAND_SITE_ROTATE && peer->uid != geteuid() && peer->uid != 0) {
        /* Whoever gives the site new keys has it: only who holds its old ones may. */
        intake_refuse(agent, &reply, REFUSAL_NOT_ALLOWED, "command.actor", NULL);
    } else {
        intake_take(agent, &spoken, &reply, &place);
    }
    reply.lane = LANE_NORMAL;
    reply.number = command->number;
    bool waits = !reply.refused && place.number != 0 && command->kind != COMMAND_FORM &&
                 uplink_is_open(agent->uplink);
    if (waits) {
        struct waiter waiter = {.peer = *peer,
                                .deadline_us = agent->boot_us + WAITING_COMMAND_MS * INT64_C(1000),
                                .lane = place.lane,
                                .number = place.number,
                                .client_number = command->number,
                                .subject = reply.subject};
        waits = waiting_add(agent->waiting, &waiter);
    }
    if (!waits) {
        send_reply(agent, peer, &reply);
    }
}

bool ipc_service_settled(struct agent *agent, const struct reply *reply)
{
    struct waiter waiter;
    if (!waiting_take_command(agent->waiting, reply->lane, reply->number, &waiter)) {
        return false;
    }
    struct reply told = *reply;
    told.lane = LANE_NORMAL;
    told.number = waiter.client_number;
    send_reply(agent, &waiter.peer, &told);
    return true;
}

/* ---- queries --------------------------------------------------------------------------------- */

static bool pass_on(struct agent *agent, const struct link_peer *peer, const struct query *query)
{
    int64_t wait_ms = query->kind == QUERY_STATUS ? WAITING_STATUS_MS : WAITING_QUERY_MS;
    struct waiter waiter = {.is_query = true,
                            .peer = *peer,
                            .deadline_us = agent->boot_us + wait_ms * 1000,
                            .client_id = query->id,
                            .kind = query->kind};
    size_t bytes = strlen(query->actor);
    if (bytes >= sizeof waiter.actor || !waiting_add(agent->waiting, &waiter)) {
        return false;
    }
    struct query asked = *query;
    asked.id = waiter.id;
    if (exchange_ask(agent, &asked)) {
        return true;
    }
    (void)waiting_take_query(agent->waiting, waiter.id, &waiter);
    return false;
}

static void take_query(struct agent *agent, const struct link_peer *peer, const struct query *query)
{
    struct query spoken = *query;
    struct answer answer;
    spoken.actor = agent_config_worker(agent->people, peer->uid, query->actor);
    if (spoken.actor == NULL) {
        refuse_query(agent, peer, query, REFUSAL_UNKNOWN_WORKER);
        return;
    }
    bool open = uplink_is_open(agent->uplink);
    enum local_answer_verdict verdict = local_answer(agent, &spoken, open, &answer);
    if (verdict == LOCAL_ANSWER_READY) {
        send_answer(agent, peer, &answer);
        return;
    }
    if (pass_on(agent, peer, &spoken)) {
        return;
    }
    if (spoken.kind == QUERY_STATUS) {
        local_answer_begin(&spoken, &answer);
        local_answer_status(agent, &answer);
        send_answer(agent, peer, &answer);
        return;
    }
    refuse_query(agent, peer, &spoken, open ? REFUSAL_BUSY : REFUSAL_OFFLINE);
}

void ipc_service_answered(struct agent *agent, const struct answer *answer)
{
    struct waiter waiter;
    if (!waiting_take_query(agent->waiting, answer->id, &waiter)) {
        return; /* nobody waits any more */
    }
    struct answer told = *answer;
    told.id = waiter.client_id;
    if (waiter.kind == QUERY_STATUS) {
        /* What the broker does not tell this worker is no reason to hide the agent's own state. */
        told.problem_count = 0;
        local_answer_status(agent, &told);
    }
    send_answer(agent, &waiter.peer, &told);
}

static void late(struct agent *agent, const struct waiter *waiter)
{
    if (!waiter->is_query) {
        struct reply kept = {
            .number = waiter->client_number, .subject = waiter->subject, .case_number = ""};
        send_reply(agent, &waiter->peer, &kept);
        return;
    }
    struct query query = {.id = waiter->client_id, .kind = waiter->kind, .actor = ""};
    struct answer answer;
    if (waiter->kind != QUERY_STATUS) {
        refuse_query(agent, &waiter->peer, &query, REFUSAL_OFFLINE);
        return;
    }
    local_answer_begin(&query, &answer);
    local_answer_status(agent, &answer);
    send_answer(agent, &waiter->peer, &answer);
}

void ipc_service_tick(struct agent *agent)
{
    struct waiter waiter;
    bool offline = !uplink_is_open(agent->uplink);
    while (outbox_has_room(agent->outbox) &&
           waiting_take_late(agent->waiting, agent->boot_us, offline, &waiter)) {
        late(agent, &waiter);
    }
}

/* ---- frames ---------------------------------------------------------------------------------- */

static void
refuse_frame(struct agent *agent, const struct link_peer *peer, const struct wire_fault *fault)
{
    if (fault->query_id != 0) {
        struct answer answer;
        struct query query = {.id = fault->query_id, .kind = QUERY_STATUS};
        local_answer_begin(&query, &answer);
        local_answer_refuse(agent, &answer, fault->code, fault->field);
        send_answer(agent, peer, &answer);
        return;
    }
    struct reply reply = {.case_number = "", .number = fault->number};
    intake_refuse(agent, &reply, fault->code, fault->field, NULL);
    send_reply(agent, peer, &reply);
}

static void take_frame(struct agent *agent, const struct link_frame *frame)
{
    struct envelope envelope;
    struct wire_fault fault;
    memset(&fault, 0, sizeof fault);
    if (!wire_decode(frame->body, agent->turn, &envelope, &fault)) {
        refuse_frame(agent, &frame->peer, &fault);
        return;
    }
    if (envelope.kind == BODY_COMMAND) {
        take_command(agent, &frame->peer, &envelope.body.command);
    } else if (envelope.kind == BODY_QUERY) {
        take_query(agent, &frame->peer, &envelope.body.query);
    } else if (envelope.kind != BODY_HEARTBEAT) {
        fault.code = REFUSAL_UNKNOWN_KIND;
        refuse_frame(agent, &frame->peer, &fault);
    }
}

/* Of a command only its reply lives on: the rest of the memory serves the next one of the turn. */
static void keep_reply(struct agent *agent, struct arena_mark mark, size_t items)
{
    uint8_t kept[REPLY_KEPT_BYTES];
    struct outbox_item *item = &agent->outbox->items[items];
    if (agent->outbox->count != items + 1 || item->to_broker || item->frame.size > sizeof kept) {
        return;
    }
    memcpy(kept, item->frame.data, item->frame.size);
    arena_release(agent->turn, mark);
    item->frame.data = arena_copy(agent->turn, kept, item->frame.size);
    assert(item->frame.data != NULL); /* it was there a moment ago, and more */
}

void ipc_service_receive(struct agent *agent)
{
    for (int i = 0; i < FRAMES_A_TURN; i++) {
        struct link_frame frame;
        if (!outbox_has_room(agent->outbox) || arena_used(agent->turn) > ARENA_A_TURN_BYTES) {
            return;
        }
        enum link_received received = link_server_receive(agent->server, &frame);
        if (received == LINK_NOTHING) {
            return;
        }
        if (received == LINK_FRAME) {
            struct arena_mark mark = arena_mark(agent->turn);
            size_t items = agent->outbox->count;
            take_frame(agent, &frame);
            keep_reply(agent, mark, items);
        }
    }
}
