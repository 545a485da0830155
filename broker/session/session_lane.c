/* What a site says within its session: commands in order, acknowledgements of what it was sent, queries. */
#include "broker/session/session_site.h"

#include "proto/checks.h"

#include <string.h>

/* Sixty-four pages at once, then twenty a second: answering is work. */
static const struct quota_rate query_rate = {.burst = 64, .each_us = INT64_C(50000)};

/* What weeks offline have gathered goes at once; then 3012 a second. */
static const struct quota_rate command_rate = {.burst = 32768, .each_us = INT64_C(332)};

static struct problem *one_problem(struct session_step *step, enum refusal code, const char *field)
{
    struct problem *problem = arena_alloc(step->world->arena, sizeof(*problem));
    if (problem != NULL) {
        problem->code = code;
        problem->field = arena_text(step->world->arena, field);
        problem->field = problem->field == NULL ? "" : problem->field;
        problem->text = checks_text(code);
        problem->retryable = checks_retryable(code);
    }
    return problem;
}

void session_site_refuse(struct session_step *step,
                         enum lane lane,
                         uint64_t number,
                         enum refusal code,
                         const char *field)
{
    struct problem *problem = one_problem(step, code, field);
    if (problem == NULL) {
        return; /* the turn's memory is full of worse; the peer repeats what is not answered */
    }
    struct envelope *envelope = &session_site_effect(step, SESSION_SEND)->envelope;
    envelope->version = LIMIT_PROTOCOL_VERSION;
    envelope->kind = BODY_REPLY;
    struct reply *reply = &envelope->body.reply;
    reply->lane = lane;
    reply->number = number;
    reply->refused = true;
    reply->case_number = "";
    reply->problems = problem;
    reply->problem_count = 1;
    reply->next_expected = code == REFUSAL_NEXT_EXPECTED ? step->site->expected[lane] : 0;
}

static void
refuse_query(struct session_step *step, uint64_t id, enum query_kind kind, enum refusal code)
{
    struct problem *problem = one_problem(step, code, "");
    if (problem == NULL) {
        return;
    }
    struct envelope *envelope = &session_site_effect(step, SESSION_SEND)->envelope;
    envelope->version = LIMIT_PROTOCOL_VERSION;
    envelope->kind = BODY_ANSWER;
    envelope->body.answer = (struct answer){
        .id = id, .kind = kind, .cursor = "", .problems = problem, .problem_count = 1};
}

/* Over a quota: not before a window's worth of tokens is there again. */
static void tell_to_wait(struct session_step *step, struct problem *problem)
{
    const int64_t wait_us =
        quota_wait_us(&step->site->commands, &command_rate, LIMIT_WINDOW, step->world->boot_us);
    problem->wait_ms = (uint32_t)(wait_us / 1000 + 1);
}

static void decide(struct session_step *step, const struct command *command)
{
    session_site_effect(step, SESSION_DECIDE)->command = command;
}

_Static_assert(LIMIT_WINDOW <= 64, "refused is a bit a number");

/* Its sender knows the answer. */
static bool is_settled(const struct session_site *site, const struct command *command)
{
    return command->number < site->held[command->lane] ||
           (command->number + 64 >= site->expected[command->lane] &&
            (site->refused[command->lane] >> command->number % 64 & 1) != 0);
}

/* A number that came before. What is not kept, and not so old that its reply was dropped, was refused; deciding it
 * again is what its sender asks for, if it still waits. */
static void repeat(struct session_step *step, const struct command *command)
{
    const struct session_world *world = step->world;
    const uint64_t stored = store_site(world->store, step->event->site).commands[command->lane];
    struct reply_record kept;
    uint8_t digest[sizeof(kept.digest)];

    if (store_reply(world->store, step->event->site, command->lane, command->number, &kept)) {
        wire_command_digest(command, world->arena, digest);
        if (memcmp(digest, kept.digest, sizeof(digest)) != 0) {
            session_site_refuse(
                step, command->lane, command->number, REFUSAL_ID_REUSED, "command.number");
            return;
        }
        struct session_effect *effect = session_site_effect(step, SESSION_REPEAT);
        effect->lane = command->lane;
        effect->kept = kept;
    } else if (command->number + LIMIT_REPLIES_KEPT <= stored) {
        session_site_refuse(
            step, command->lane, command->number, REFUSAL_ALREADY_DONE, "command.number");
    } else if (!is_settled(step->site, command)) {
        decide(step, command);
    }
}

void session_site_command(struct session_step *step)
{
    const struct command *command = &step->event->envelope->body.command;
    const bool stranger = !id128_equal(&command->incarnation, &step->site->incarnation);

    if (!quota_take(&step->site->commands, &command_rate, step->world->boot_us)) {
        const size_t before = step->effects->count;
        session_site_refuse(step, command->lane, command->number, REFUSAL_BUSY, "");
        if (step->effects->count > before) {
            tell_to_wait(step, step->effects->items[before].envelope.body.reply.problems);
        }
        return;
    }
    if (stranger || command->number == 0) {
        session_site_refuse(step,
                            command->lane,
                            command->number,
                            REFUSAL_BAD_FIELD,
                            stranger ? "command.incarnation" : "command.number");
        session_site_strike(step, stranger ? "incarnation" : "number");
        return;
    }
    uint64_t *expected = &step->site->expected[command->lane];
    if (command->number > *expected) {
        session_site_refuse(
            step, command->lane, command->number, REFUSAL_NEXT_EXPECTED, "command.number");
    } else if (command->number < *expected) {
        repeat(step, command);
    } else {
        (*expected)++;
        step->site->refused[command->lane] &= ~(UINT64_C(1) << command->number % 64);
        decide(step, command);
    }
}

static void acknowledge_view(struct session_step *step, enum lane lane, uint64_t number)
{
    struct session_resync *resync = &step->site->resync;
    if (number > resync->lines[lane]) {
        session_site_refuse(step, lane, 0, REFUSAL_BAD_FIELD, "ack.number");
        session_site_strike(step, "ack");
        return;
    }
    if (!resync->sent || number < resync->lines[lane]) {
        return; /* of deliveries sent before this session */
    }
    resync->durable[lane] = true;
    if (session_site_is_away(step)) {
        return;
    }
    if (resync->durable[LANE_NORMAL] && resync->durable[LANE_URGENT]) {
        struct session_effect *effect = session_site_effect(step, SESSION_RESYNCED);
        memcpy(effect->lines, resync->lines, sizeof(effect->lines));
        memset(resync, 0, sizeof(*resync));
        session_site_note(step, SESSION_INFO, "resync_finished", NULL);
    }
}

void session_site_acknowledge(struct session_step *step)
{
    const struct delivery_ack *ack = &step->event->envelope->body.ack;
    if (step->site->resync.page != 0) {
        acknowledge_view(step, ack->lane, ack->number);
        return;
    }
    switch (window_acknowledge(&step->site->windows[ack->lane], ack->number)) {
    case WINDOW_MOVED: {
        step->site->owed_us = 0;
        struct session_effect *effect = session_site_effect(step, SESSION_ACKNOWLEDGE);
        effect->lane = ack->lane;
        effect->number = ack->number;
        break;
    }
    case WINDOW_OLD:
        break;
    case WINDOW_NOT_SENT:
        session_site_refuse(step, ack->lane, 0, REFUSAL_BAD_FIELD, "ack.number");
        session_site_strike(step, "ack");
        break;
    }
}

void session_site_query(struct session_step *step)
{
    const struct query *query = &step->event->envelope->body.query;
    if (!quota_take(&step->site->queries, &query_rate, step->world->boot_us)) {
        refuse_query(step, query->id, query->kind, REFUSAL_BUSY);
        return;
    }
    session_site_effect(step, SESSION_ANSWER)->query = query;
}

/* A site whose program is newer than the broker uses codes and commands that are not known here yet: refused, but no
 * strike, or its whole site would be quarantined for being up to date. */
static bool is_newer(const struct wire_fault *fault)
{
    return (fault->known_command || fault->query_id != 0) &&
           (fault->code == REFUSAL_UNKNOWN_CODE || fault->code == REFUSAL_UNKNOWN_KIND);
}

void session_site_fault(struct session_step *step, bool ours)
{
    const struct wire_fault *fault = step->event->fault;

    if (fault->known_command && ours) {
        uint64_t *expected = &step->site->expected[fault->lane];
        const bool gap = fault->number > *expected;
        *expected += fault->number == *expected ? 1 : 0;
        session_site_refuse(step,
                            fault->lane,
                            fault->number,
                            gap ? REFUSAL_NEXT_EXPECTED : fault->code,
                            gap ? "command.number" : fault->field);
    } else if (fault->query_id != 0 && ours) {
        refuse_query(step, fault->query_id, QUERY_UNSPECIFIED, fault->code);
    } else {
        session_site_refuse(step, LANE_NORMAL, 0, fault->code, fault->field);
    }
    if (!ours || !is_newer(fault)) {
        session_site_strike(step, "unreadable");
    }
}
