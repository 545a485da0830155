/* Keys against the directory; see admission.h. */
#include "broker/daemon/admission.h"

static uint32_t site_of(const struct broker *broker, const uint8_t key[KEYS_BYTES])
{
    return store_site_of_key(
        broker->books.store, broker->core.region->directory, key, broker->time.now_us);
}

bool admission_handshake(void *world, const uint8_t key[KEYS_BYTES])
{
    struct broker *broker = world;
    const uint32_t site = site_of(broker, key);

    if (site == 0) {
        LOG_WITH(broker->log, LOG_LEVEL_DEBUG, "handshake_refused", LOG_NUMBER("known", 0));
        return false;
    }
    const struct session_world now = broker_session_world(broker);
    const enum session_handshake verdict = session_handshake(broker->sessions, &now, site);
    if (verdict == SESSION_REFUSED_NEWLY) {
        const struct directory_site *row = directory_site(broker->core.region->directory, site);
        LOG_ALARM(broker->log, "too_many_connections", LOG_TEXT("site", row->id));
    }
    return verdict == SESSION_ADMITTED;
}

/* Told once in a while why nothing comes of what it sends; more is not worth an answer. */
static void tell_stranger(struct broker *broker, const struct link_peer *peer)
{
    static const struct quota_rate rate = {.burst = 256, .each_us = INT64_C(10000)};
    struct postbag_item *item = quota_take(&broker->strangers, &rate, broker->boot_us)
                                    ? postbag_add(&broker->postbag, broker->arena)
                                    : NULL;
    if (item == NULL) {
        link_server_cut(broker->server, peer);
        return;
    }
    item->peer = *peer;
    item->envelope.version = LIMIT_PROTOCOL_VERSION;
    item->envelope.kind = BODY_GOODBYE;
    item->envelope.body.goodbye.reason = GOODBYE_REVOKED;
    item->envelope.body.goodbye.text =
        (struct phrase){"ключ не действует в этом регионе", "the key is not valid in this region"};
}

uint32_t admission_site(struct broker *broker, const struct link_peer *peer)
{
    const uint32_t site = site_of(broker, peer->key);

    if (site == 0) {
        tell_stranger(broker, peer);
    }
    return site;
}
