/* What a daemon has told others; see promise.h. */
#include "tests/crash/promise.h"

#include "proto/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t frame_arena_bytes = (size_t)32 << 20;

struct promise_ear {
    struct arena *arena;
    struct bytes routing;  /* the part before */
    struct id128 dropping; /* not safe before the folder is synced */
};

static const char incoming[] = "drop/incoming";

static void fail(const char *why)
{
    (void)fprintf(stderr, "promise: %s\n", why);
    exit(2);
}

struct promise_ear *promise_ear_create(void)
{
    struct promise_ear *ear = calloc(1, sizeof(*ear));
    if (ear == NULL || (ear->arena = arena_create(frame_arena_bytes)) == NULL) {
        fail("no memory");
    }
    return ear;
}

void promise_ear_destroy(struct promise_ear **ear)
{
    if (*ear != NULL) {
        arena_destroy(&(*ear)->arena);
        free(*ear);
        *ear = NULL;
    }
}

static void raise(uint64_t *known, uint64_t number)
{
    *known = *known < number ? number : *known;
}

/* ---- the broker -------------------------------------------------------------------------------- */

static void hear_version(struct promise *promise, uint32_t version)
{
    promise->version = promise->version < version ? version : promise->version;
}

static void
hear_welcome(const struct promise_ear *ear, struct promise *promise, const struct welcome *welcome)
{
    size_t i = 0;
    while (i < promise->site_count && strcmp(promise->sites[i].id, welcome->site) != 0) {
        i++;
    }
    if (i == PROMISE_SITES_MAX || strlen(welcome->site) >= PROMISE_SITE_BYTES) {
        fail("too many sites");
    }
    struct promise_site *site = &promise->sites[i];
    promise->site_count += i == promise->site_count ? 1 : 0;
    (void)snprintf(site->id, sizeof(site->id), "%s", welcome->site);
    site->routing = ear->routing;
    for (int lane = 0; lane < LANE_END; lane++) {
        raise(&site->expect[lane], welcome->lanes[lane].expected);
        raise(&site->lines[lane], welcome->lanes[lane].from);
    }
    hear_version(promise, welcome->policy_version);
}

static void hear_delivery(const struct promise_ear *ear,
                          struct promise *promise,
                          const struct delivery *delivery)
{
    for (size_t i = 0; i < promise->site_count; i++) {
        if (bytes_equal(promise->sites[i].routing, ear->routing)) {
            raise(&promise->sites[i].lines[delivery->lane], delivery->number);
        }
    }
    if (delivery->kind == DELIVERY_ERASURE && !delivery->gone) {
        if (promise->erased_count == PROMISE_REFERRALS_MAX) {
            fail("too many erasures");
        }
        promise->erased[promise->erased_count++] = delivery->entity;
    }
}

static void hear_answer(struct promise *promise, const struct answer *answer)
{
    for (size_t i = 0; i < answer->proposal_count; i++) {
        if (answer->proposals[i].state == PROPOSAL_ADOPTED) {
            hear_version(promise, answer->proposals[i].version);
        }
    }
}

/* ---- the agent --------------------------------------------------------------------------------- */

static void hear_delivered(struct promise *promise, const struct delivery *delivery)
{
    size_t i = 0;
    while (i < promise->delivery_count && (promise->deliveries[i].lane != delivery->lane ||
                                           promise->deliveries[i].number != delivery->number)) {
        i++;
    }
    if (i == PROMISE_DELIVERIES_MAX) {
        fail("too many deliveries");
    }
    promise->delivery_count += i == promise->delivery_count ? 1 : 0;
    struct promise_delivery *kept = &promise->deliveries[i];
    *kept = (struct promise_delivery){.lane = delivery->lane,
                                      .number = delivery->number,
                                      .kind = delivery->kind,
                                      .entity = delivery->entity,
                                      .gone = delivery->gone};
    if (delivery->kind == DELIVERY_OFFER && !delivery->gone) {
        kept->is_open_offer = delivery->view.offer.state == ASSIGNMENT_PROPOSED ||
                              delivery->view.offer.state == ASSIGNMENT_OFFERED;
    }
    for (uint32_t receipt = 0; delivery->kind == DELIVERY_REFERRAL && receipt < RECEIPT_END;
         receipt++) {
        if (!delivery->gone && delivery->view.referral.receipts_us[receipt] != 0) {
            kept->receipts |= UINT32_C(1) << receipt;
        }
    }
}

static void hear_told(struct promise *promise, const struct record *record)
{
    if (promise->told_count == PROMISE_TOLD_MAX) {
        fail("too many runs of hooks");
    }
    promise->told[promise->told_count++] =
        (struct promise_told){.event = record->data, .well = record->offset == 0};
}

/* ---- both -------------------------------------------------------------------------------------- */

static bool is_uuid7(const struct id128 *id)
{
    const struct bytes bytes = id128_bytes(id);
    return bytes.data[6] >> 4 == 7 && bytes.data[8] >> 6 == 2;
}

/* A position is the broker's; an agent passes it on. */
static void hear_reply(struct promise *promise, const struct reply *reply)
{
    if (reply->refused) {
        return;
    }
    raise(&promise->position, reply->position);
    promise->taken += reply->repeated ? 0 : 1;
    if (is_uuid7(&reply->subject)) { /* the core's own ids are none: it is a referral */
        if (promise->referral_count == PROMISE_REFERRALS_MAX) {
            fail("too many referrals");
        }
        promise->referrals[promise->referral_count++] = reply->subject;
    }
}

static void hear_hello(struct promise *promise, const struct hello *hello)
{
    if (!id128_equal(&promise->incarnation, &hello->incarnation)) {
        memset(promise->commands, 0, sizeof(promise->commands)); /* a new spool counts anew */
    }
    promise->incarnation = hello->incarnation;
    for (int lane = 0; lane < LANE_END; lane++) {
        raise(&promise->applied[lane], hello->lanes[lane].applied);
    }
}

/* The deliveries of a frame, one or several. */
static size_t deliveries_of(const struct envelope *envelope, const struct delivery **out)
{
    if (envelope->kind == BODY_DELIVERIES) {
        *out = envelope->body.deliveries.items;
        return envelope->body.deliveries.item_count;
    }
    *out = &envelope->body.delivery;
    return envelope->kind == BODY_DELIVERY ? 1 : 0;
}

static void
hear(const struct promise_ear *ear, struct promise *promise, const struct envelope *envelope)
{
    const struct delivery *deliveries;
    const size_t count = deliveries_of(envelope, &deliveries);
    for (size_t i = 0; i < count; i++) {
        hear_delivery(ear, promise, &deliveries[i]);
    }

    switch ((int)envelope->kind) {
    case BODY_WELCOME:
        hear_welcome(ear, promise, &envelope->body.welcome);
        break;
    case BODY_ANSWER:
        hear_answer(promise, &envelope->body.answer);
        break;
    case BODY_REPLY:
        hear_reply(promise, &envelope->body.reply);
        break;
    case BODY_HELLO:
        hear_hello(promise, &envelope->body.hello);
        break;
    case BODY_COMMAND:
        raise(&promise->commands[envelope->body.command.lane], envelope->body.command.number);
        break;
    case BODY_DELIVERY_ACK:
        raise(&promise->applied[envelope->body.ack.lane], envelope->body.ack.number);
        break;
    default: /* says nothing about a disk */
        break;
    }
}

static void see_drop(struct promise_ear *ear, struct promise *promise, const struct record *record)
{
    char name[ID128_TEXT_MAX] = "";
    const size_t start = sizeof(incoming); /* and a slash */
    if (record->kind == RECORD_RENAME && record->data.size > start + sizeof(name) &&
        memcmp(record->data.data, incoming, start - 1) == 0) {
        memcpy(name, record->data.data + start, sizeof(name) - 1);
        if (!id128_parse(name, &ear->dropping)) {
            fail("a form has another name");
        }
    } else if (record->kind == RECORD_SYNC_DIR && strcmp(record->name, incoming) == 0 &&
               !id128_is_none(&ear->dropping)) {
        promise->dropped[promise->dropped_count++] = ear->dropping;
        memset(&ear->dropping, 0, sizeof(ear->dropping));
    }
}

void promise_hear(struct promise_ear *ear, struct promise *promise, const struct record *record)
{
    struct envelope envelope;
    struct wire_fault fault;
    const struct delivery *deliveries;
    see_drop(ear, promise, record);
    if (record->kind == RECORD_PART) {
        ear->routing = record->data;
        return;
    }
    if (record->kind == RECORD_TOLD) {
        hear_told(promise, record);
    }
    if (record->kind != RECORD_FRAME && record->kind != RECORD_HEARD) {
        return;
    }
    arena_reset(ear->arena);
    if (wire_decode(record->data, ear->arena, &envelope, &fault)) { /* else libzmq's own, as ZAP */
        const size_t count = deliveries_of(&envelope, &deliveries);
        if (record->kind == RECORD_FRAME) {
            hear(ear, promise, &envelope);
        }
        for (size_t i = 0; record->kind == RECORD_HEARD && i < count; i++) {
            hear_delivered(promise, &deliveries[i]);
        }
    }
    ear->routing = bytes_of(NULL, 0);
}
