/* What is in flight to a site; see window.h. */
#include "broker/session/window.h"

#include <assert.h>

void window_open(struct window *window, uint64_t number)
{
    *window = (struct window){.acknowledged = number, .sent = number};
}

uint32_t window_room(const struct window *window)
{
    return LIMIT_WINDOW - window->count;
}

void window_send(struct window *window, uint64_t number)
{
    assert(window_room(window) > 0);
    assert(number > window->sent);
    window->numbers[(window->first + window->count) % LIMIT_WINDOW] = number;
    window->count++;
    window->sent = number;
}

enum window_verdict window_acknowledge(struct window *window, uint64_t number)
{
    if (number > window->sent) {
        return WINDOW_NOT_SENT;
    }
    if (number <= window->acknowledged) {
        return WINDOW_OLD;
    }
    while (window->count > 0 && window->numbers[window->first] <= number) {
        window->first = (window->first + 1) % LIMIT_WINDOW;
        window->count--;
    }
    window->acknowledged = number;
    return WINDOW_MOVED;
}
