/* Own referrals: see own_referrals.h. */
#include "agents/store/own_referrals.h"

#include "agents/store/kept.h"
#include "agents/store/record.h"
#include "proto/wire.h"

#include <string.h>

static bool encode_view(const struct referral_view *view, struct arena *arena, struct bytes *frame)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_DELIVERY};
    struct delivery *delivery = &envelope.body.delivery;
    delivery->kind = DELIVERY_REFERRAL;
    delivery->entity = view->id;
    delivery->view.referral = *view;
    return wire_encode(&envelope, arena, frame);
}

void own_referrals_put(struct agent_store *store,
                       const struct own_referral *referral,
                       const struct reply *reply,
                       struct arena *arena)
{
    struct bytes view;
    struct bytes refusal = bytes_of(NULL, 0);
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_REPLY};
    if (reply != NULL) {
        envelope.body.reply = *reply;
    }
    if (!encode_view(&referral->view, arena, &view) ||
        (reply != NULL && !wire_encode(&envelope, arena, &refusal))) {
        return;
    }
    struct record_writer writer =
        record_writer_begin(arena, OWN_REFERRALS_DIGEST_BYTES + 16 + 12 + view.size + refusal.size);
    record_put_bytes(&writer, bytes_of(referral->digest, OWN_REFERRALS_DIGEST_BYTES));
    record_put_number(&writer, (uint64_t)referral->submitted_us);
    record_put_number(&writer, (uint64_t)referral->state);
    record_put_bytes(&writer, view);
    record_put_bytes(&writer, refusal);
    if (!writer.failed) {
        agent_store_put(
            store, AGENT_STORE_OWN, id128_bytes(&referral->id), record_bytes(&writer), arena);
    }
}

static bool read_record(struct bytes plain, struct arena *arena, struct own_referral *out)
{
    struct record_reader reader = record_reader_begin(plain);
    struct bytes digest = record_take_bytes(&reader);
    out->submitted_us = (int64_t)record_take_number(&reader);
    out->state = (enum own_referrals_state)record_take_number(&reader);
    struct bytes view = record_take_bytes(&reader);
    struct bytes refusal = record_take_bytes(&reader);
    struct envelope envelope;
    struct wire_fault fault;
    if (reader.failed || digest.size != OWN_REFERRALS_DIGEST_BYTES ||
        !wire_decode(view, arena, &envelope, &fault) || envelope.kind != BODY_DELIVERY) {
        return false;
    }
    memcpy(out->digest, digest.data, digest.size);
    out->view = envelope.body.delivery.view.referral;
    out->problems = NULL;
    out->problem_count = 0;
    if (refusal.size > 0 && wire_decode(refusal, arena, &envelope, &fault) &&
        envelope.kind == BODY_REPLY) {
        out->problems = envelope.body.reply.problems;
        out->problem_count = envelope.body.reply.problem_count;
    }
    return true;
}

bool own_referrals_get(struct agent_store *store,
                       const struct id128 *id,
                       struct arena *arena,
                       struct own_referral *out)
{
    struct bytes plain;
    if (!agent_store_get(store, AGENT_STORE_OWN, id128_bytes(id), arena, &plain)) {
        return false;
    }
    out->id = *id;
    return read_record(plain, arena, out);
}

bool own_referrals_is_told(const struct own_referral *referral)
{
    static const uint8_t none[OWN_REFERRALS_DIGEST_BYTES] = {0};
    return memcmp(referral->digest, none, sizeof none) == 0;
}

void own_referrals_settle(struct agent_store *store,
                          const struct id128 *id,
                          const struct reply *reply,
                          int64_t now_us,
                          struct arena *arena)
{
    struct own_referral referral;
    if (!own_referrals_get(store, id, arena, &referral)) {
        return;
    }
    referral.state = reply->refused ? OWN_REFERRALS_REFUSED : OWN_REFERRALS_STORED;
    if (!reply->refused) {
        referral.view.receipts_us[RECEIPT_STORED] = now_us;
        referral.view.case_number = reply->case_number;
    }
    own_referrals_put(store, &referral, reply->refused ? reply : NULL, arena);
}

void own_referrals_drop(struct agent_store *store, const struct id128 *id, struct arena *arena)
{
    struct own_referral own;
    if ((own_referrals_get(store, id, arena, &own) && own.state == OWN_REFERRALS_WAITING) ||
        kept_has(store, id)) {
        return;
    }
    (void)agent_store_delete(store, AGENT_STORE_OWN, id128_bytes(id));
}

bool own_referrals_before(struct agent_store *store,
                          const struct id128 *before,
                          struct arena *arena,
                          struct own_referral *out)
{
    struct bytes from = id128_is_none(before) ? bytes_of(NULL, 0) : id128_bytes(before);
    struct agent_store_key key;
    struct id128 id;
    return agent_store_seek_key_before(store, AGENT_STORE_OWN, from, &key) &&
           id128_of_bytes(bytes_of(key.data, key.size), &id) &&
           own_referrals_get(store, &id, arena, out);
}
