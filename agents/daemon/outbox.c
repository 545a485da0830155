/* What a turn is going to send: see outbox.h. */
#include "agents/daemon/outbox.h"

#include "agents/core/uplink.h"

bool outbox_add(struct outbox *outbox, const struct outbox_item *item)
{
    if (outbox->count == OUTBOX_MAX) {
        return false;
    }
    outbox->items[outbox->count++] = *item;
    return true;
}

bool outbox_has_room(const struct outbox *outbox)
{
    return outbox->count + 2 * UPLINK_EFFECTS_MAX < OUTBOX_MAX;
}
