/* Keys against the directory; see admission.h. */
#include "broker/daemon/admission.h"

static uint32_t site_of(const struct broker *broker, const uint8_t key[KEYS_BYTES])
{
    return broker->core.region == NULL
               ? 0
               : directory_site_of_key(broker->core.region->directory, key, broker->time.now_us);
}

bool admission_handshake(void *world, const uint8_t key[KEYS_BYTES])
{
    const struct broker *broker = world;
    const bool known = site_of(broker, key) != 0;

    if (!known) {
        LOG_WITH(broker->log, LOG_LEVEL_DEBUG, "handshake_refused", LOG_NUMBER("known", 0));
    }
    return known;
}

uint32_t admission_site(struct broker *broker, const struct link_peer *peer)
{
    const uint32_t site = site_of(broker, peer->key);

    if (site == 0) {
        struct postbag_item *item = postbag_add(&broker->postbag, broker->arena);
        if (item != NULL) {
            item->peer = *peer;
            item->envelope.version = LIMIT_PROTOCOL_VERSION;
            item->envelope.kind = BODY_GOODBYE;
            item->envelope.body.goodbye.reason = GOODBYE_REVOKED;
            item->envelope.body.goodbye.text = (struct phrase){
                "ключ не действует в этом регионе", "the key is not valid in this region"};
        }
    }
    return site;
}
