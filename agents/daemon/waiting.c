/* Who waits for what: see waiting.h. */
#include "agents/daemon/waiting.h"

struct waiting {
    struct waiter items[WAITING_MAX];
    size_t count;
    uint64_t last_id;
};

struct waiting *waiting_create(struct arena *arena)
{
    return arena_alloc(arena, sizeof(struct waiting));
}

bool waiting_add(struct waiting *waiting, struct waiter *waiter)
{
    if (waiting->count == WAITING_MAX) {
        return false;
    }
    if (waiter->is_query) {
        waiter->id = ++waiting->last_id;
    }
    waiting->items[waiting->count++] = *waiter;
    return true;
}

static void take(struct waiting *waiting, size_t index, struct waiter *out)
{
    *out = waiting->items[index];
    waiting->items[index] = waiting->items[--waiting->count];
}

bool waiting_take_command(struct waiting *waiting,
                          enum lane lane,
                          uint64_t number,
                          struct waiter *out)
{
    for (size_t i = 0; i < waiting->count; i++) {
        const struct waiter *waiter = &waiting->items[i];
        if (!waiter->is_query && waiter->lane == lane && waiter->number == number) {
            take(waiting, i, out);
            return true;
        }
    }
    return false;
}

bool waiting_take_query(struct waiting *waiting, uint64_t id, struct waiter *out)
{
    for (size_t i = 0; i < waiting->count; i++) {
        if (waiting->items[i].is_query && waiting->items[i].id == id) {
            take(waiting, i, out);
            return true;
        }
    }
    return false;
}

bool waiting_take_late(struct waiting *waiting,
                       int64_t now_us,
                       bool queries_too,
                       struct waiter *out)
{
    for (size_t i = 0; i < waiting->count; i++) {
        const struct waiter *waiter = &waiting->items[i];
        if (waiter->deadline_us <= now_us || (queries_too && waiter->is_query)) {
            take(waiting, i, out);
            return true;
        }
    }
    return false;
}

int64_t waiting_deadline_us(const struct waiting *waiting)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < waiting->count; i++) {
        if (waiting->items[i].deadline_us < due) {
            due = waiting->items[i].deadline_us;
        }
    }
    return due;
}
