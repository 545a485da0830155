/* Rows in flight; see the header. */
#include "agents/ctl/import_window.h"

#include <stdlib.h>
#include <string.h>

enum { PAUSE_MS_FIRST = 20, PAUSE_MS_MOST = 2000 };

enum slot_state { SLOT_FREE, SLOT_SENT, SLOT_AGAIN /* refused for the moment */ };

/* Numbers follow one another, so a number's place is its remainder. */
struct slot {
    enum slot_state state;
    uint64_t number;
    uint8_t *frame;
    size_t frame_bytes;
    struct import_window_row row;
};

struct import_window {
    struct import_window_options options;
    struct slot slots[IMPORT_WINDOW_ROWS];
    size_t sent;
    size_t again;
    size_t bytes;
    int64_t pause_ms;  /* before those are sent again */
    int64_t waited_ms; /* since one was taken */
    struct error last; /* why the agent takes nothing */
};

static struct slot *slot_of(struct import_window *window, uint64_t number);
static bool hear(struct import_window *window, struct error *err);
static void settle(struct import_window *window, const struct reply *reply);
static bool send_again(struct import_window *window, struct error *err);
static void release(struct import_window *window, struct slot *slot);
static bool may_come_again(const struct reply *reply);

struct import_window *import_window_create(const struct import_window_options *options)
{
    struct import_window *window = calloc(1, sizeof(*window));

    if (window != NULL) {
        window->options = *options;
        window->pause_ms = PAUSE_MS_FIRST;
    }
    return window;
}

void import_window_destroy(struct import_window **window)
{
    for (size_t i = 0; *window != NULL && i < IMPORT_WINDOW_ROWS; i++) {
        free((*window)->slots[i].frame);
    }
    free(*window);
    *window = NULL;
}

bool import_window_add(struct import_window *window,
                       const struct command *command,
                       const struct import_window_row *row,
                       struct error *err)
{
    struct arena_mark mark = arena_mark(window->options.arena);
    struct bytes frame;
    uint64_t number;

    if (!caller_frame(window->options.caller, command, &frame, &number, err)) {
        return false;
    }
    struct slot *slot = slot_of(window, number);
    while (slot->state != SLOT_FREE || window->again > 0 ||
           (window->bytes > 0 && window->bytes + frame.size > IMPORT_WINDOW_BYTES)) {
        if (!hear(window, err)) {
            return false;
        }
    }
    slot->frame = malloc(frame.size);
    if (slot->frame == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    memcpy(slot->frame, frame.data, frame.size);
    slot->frame_bytes = frame.size;
    slot->number = number;
    slot->row = *row;
    slot->state = SLOT_SENT;
    window->sent++;
    window->bytes += frame.size;
    const bool posted = caller_post(window->options.caller, frame, err);
    arena_release(window->options.arena, mark);
    return posted;
}

bool import_window_finish(struct import_window *window, struct error *err)
{
    while (window->sent + window->again > 0) {
        if (!hear(window, err)) {
            return false;
        }
    }
    return true;
}

static struct slot *slot_of(struct import_window *window, uint64_t number)
{
    return &window->slots[number % IMPORT_WINDOW_ROWS];
}

/* One answer; when only those wait that are to come again, a pause and they are sent. */
static bool hear(struct import_window *window, struct error *err)
{
    struct arena_mark mark = arena_mark(window->options.arena);
    struct reply reply;

    if (window->sent == 0) {
        return send_again(window, err);
    }
    switch (caller_hear(
        window->options.caller, caller_timeout_ms(window->options.caller), &reply, err)) {
    case CALLER_REPLY:
        settle(window, &reply);
        arena_release(window->options.arena, mark);
        return true;
    case CALLER_SILENCE:
        return caller_fail_late(window->options.caller, err);
    case CALLER_FAILED:
        break;
    }
    return false;
}

static void settle(struct import_window *window, const struct reply *reply)
{
    struct slot *slot = slot_of(window, reply->number);

    if (slot->state != SLOT_SENT || slot->number != reply->number) {
        return; /* answered before */
    }
    window->sent--;
    if (may_come_again(reply)) {
        (void)caller_refusal(reply->problems, reply->problem_count, LANGUAGE_EN, &window->last);
        slot->state = SLOT_AGAIN;
        window->again++;
        return;
    }
    window->waited_ms = 0;
    window->pause_ms = PAUSE_MS_FIRST;
    window->options.told(window->options.world, &slot->row, reply);
    release(window, slot);
}

static bool send_again(struct import_window *window, struct error *err)
{
    struct reply stray;

    if (window->waited_ms >= window->options.patience_ms) {
        *err = window->last;
        return false;
    }
    if (caller_hear(window->options.caller, window->pause_ms, &stray, err) == CALLER_FAILED) {
        return false;
    }
    window->waited_ms += window->pause_ms;
    window->pause_ms = window->pause_ms * 2 < PAUSE_MS_MOST ? window->pause_ms * 2 : PAUSE_MS_MOST;
    for (size_t i = 0; i < IMPORT_WINDOW_ROWS; i++) {
        struct slot *slot = &window->slots[i];
        if (slot->state != SLOT_AGAIN) {
            continue;
        }
        slot->state = SLOT_SENT;
        window->again--;
        window->sent++;
        if (!caller_post(window->options.caller, bytes_of(slot->frame, slot->frame_bytes), err)) {
            return false;
        }
    }
    return true;
}

static void release(struct import_window *window, struct slot *slot)
{
    window->bytes -= slot->frame_bytes;
    free(slot->frame);
    *slot = (struct slot){.state = SLOT_FREE};
}

static bool may_come_again(const struct reply *reply)
{
    for (size_t i = 0; reply->refused && i < reply->problem_count; i++) {
        if (!reply->problems[i].retryable) {
            return false;
        }
    }
    return reply->refused && reply->problem_count > 0;
}
