/* A list of what is sent after the append; see postbag.h. */
#include "broker/daemon/postbag.h"

struct postbag_item *postbag_add(struct postbag *postbag, struct arena *arena)
{
    struct postbag_item *item = arena_alloc(arena, sizeof(*item));

    if (item == NULL) {
        postbag->lost++;
        return NULL;
    }
    if (postbag->last == NULL) {
        postbag->first = item;
    } else {
        postbag->last->next = item;
    }
    postbag->last = item;
    return item;
}
