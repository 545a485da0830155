/* A list of what is sent after the append; see outbox.h. */
#include "broker/daemon/outbox.h"

struct outbox_item *outbox_add(struct outbox *outbox, struct arena *arena)
{
    struct outbox_item *item = arena_alloc(arena, sizeof(*item));

    if (item == NULL) {
        outbox->lost++;
        return NULL;
    }
    if (outbox->last == NULL) {
        outbox->first = item;
    } else {
        outbox->last->next = item;
    }
    outbox->last = item;
    return item;
}
