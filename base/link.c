/* Frames between processes: the context, and waiting. */
#include "base/link.h"

#include "base/clock.h"
#include "base/link_context.h"
#include "base/link_epoll.h"
#include "base/link_zap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <zmq.h>

static bool seed(struct error *err);
static size_t fill_poll(struct link_context *context,
                        zmq_pollitem_t *polled,
                        const struct link_wait *items,
                        size_t count);
static int64_t wait_left_ms(const struct link_context *context,
                            const struct link_wait *items,
                            size_t count,
                            int64_t until_us);
static bool look(const struct link_context *context, const struct link_wait *items, size_t count);
static bool collect(struct link_wait *items, const zmq_pollitem_t *polled, size_t count, bool some);

bool link_context_create(struct link_context **out, struct error *err)
{
    struct link_context *context = calloc(1, sizeof(*context));

    assert(link_epoll_is_ours());
    if (context == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (!seed(err)) {
        goto fail;
    }
    context->clock = clock_create_real();
    context->zmq = context->clock == NULL ? NULL : zmq_ctx_new();
    if (context->zmq == NULL) {
        (void)error_set(err, ERROR_OS, "no memory left");
        goto fail;
    }
    if (!link_zap_create(&context->zap, context->zmq, err)) {
        goto fail;
    }
    *out = context;
    return true;
fail:
    link_context_destroy(&context);
    return false;
}

void link_context_destroy(struct link_context **context)
{
    if (*context == NULL) {
        return;
    }
    assert((*context)->sockets == 0); /* libzmq would wait for them for ever */
    link_zap_destroy(&(*context)->zap);
    if ((*context)->zmq != NULL) {
        while (zmq_ctx_term((*context)->zmq) != 0 && zmq_errno() == EINTR) {
        }
    }
    clock_destroy(&(*context)->clock);
    free(*context);
    *context = NULL;
}

bool link_wait(struct link_context *context,
               struct link_wait *items,
               size_t count,
               int64_t wait_ms,
               struct error *err)
{
    zmq_pollitem_t polled[2 * LINK_WAIT_MAX + 1];
    int64_t until_us = INT64_MAX;

    assert(count <= LINK_WAIT_MAX);
    if (wait_ms >= 0) {
        wait_ms = wait_ms < LINK_WAIT_MS_MAX ? wait_ms : LINK_WAIT_MS_MAX;
        until_us = clock_boot_us(context->clock) + wait_ms * 1000;
    }
    size_t polled_count = fill_poll(context, polled, items, count);
    for (;;) {
        int64_t left_ms = wait_left_ms(context, items, count, until_us);
        int ready = zmq_poll(polled, (int)polled_count, (long)left_ms);
        if (ready < 0 && zmq_errno() != EINTR) {
            return error_set(
                err, ERROR_OS, "cannot wait for sockets: %s", zmq_strerror(zmq_errno()));
        }
        link_zap_answer(context->zap);
        for (size_t i = 0; i < count; i++) {
            if (items[i].server == NULL && items[i].client != NULL) {
                link_client_tend(items[i].client);
            }
        }
        const bool cut = look(context, items, count);
        if (collect(items, polled, count, ready > 0) || ready < 0 || cut ||
            clock_boot_us(context->clock) >= until_us) {
            return true;
        }
    }
}

/* libzmq numbers a ROUTER's connections from rand(); unseeded, the numbers are known to everybody, and
 * a peer that claims the next one aborts the process. */
static bool seed(struct error *err)
{
    unsigned value;

    if (getrandom(&value, sizeof(value), 0) != (ssize_t)sizeof(value)) {
        return error_set_errno(err, ERROR_OS, errno, "no randomness");
    }
    srand(value);
    return true;
}

/* The items first, in their order; then what only we look at. */
static size_t fill_poll(struct link_context *context,
                        zmq_pollitem_t *polled,
                        const struct link_wait *items,
                        size_t count)
{
    size_t filled = count;

    for (size_t i = 0; i < count; i++) {
        polled[i] = (zmq_pollitem_t){.fd = items[i].fd, .events = ZMQ_POLLIN};
        if (items[i].server != NULL) {
            polled[i].socket = items[i].server->socket;
        } else if (items[i].client != NULL) {
            polled[i].socket = items[i].client->socket;
            polled[filled++] =
                (zmq_pollitem_t){.socket = items[i].client->events, .events = ZMQ_POLLIN};
        }
    }
    polled[filled++] =
        (zmq_pollitem_t){.socket = link_zap_socket(context->zap), .events = ZMQ_POLLIN};
    return filled;
}

/* Until the caller's time is over, a client is to be revived or a server looked after; -1 for ever. */
static int64_t wait_left_ms(const struct link_context *context,
                            const struct link_wait *items,
                            size_t count,
                            int64_t until_us)
{
    const int64_t look_us = clock_boot_us(context->clock) + LINK_GUARD_MS * INT64_C(1000);
    for (size_t i = 0; i < count; i++) {
        if (items[i].server != NULL && items[i].server->guard != NULL) {
            until_us = look_us < until_us ? look_us : until_us;
        }
        if (items[i].server == NULL && items[i].client != NULL) {
            int64_t revival_us = link_client_revival_us(items[i].client);
            revival_us = link_client_has_news(items[i].client) ? 0 : revival_us;
            until_us = revival_us < until_us ? revival_us : until_us;
        }
    }
    if (until_us == INT64_MAX) {
        return -1;
    }
    int64_t left_us = until_us - clock_boot_us(context->clock);
    return left_us > 0 ? (left_us + 999) / 1000 : 0;
}

/* True: a connection was cut. */
static bool look(const struct link_context *context, const struct link_wait *items, size_t count)
{
    bool cut = false;

    for (size_t i = 0; i < count; i++) {
        if (items[i].server != NULL &&
            link_guard_look(items[i].server->guard, clock_boot_us(context->clock))) {
            cut = true;
        }
    }
    return cut;
}

static bool collect(struct link_wait *items, const zmq_pollitem_t *polled, size_t count, bool some)
{
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        items[i].ready = some && polled[i].revents != 0;
        if (items[i].server == NULL && items[i].client != NULL &&
            link_client_has_news(items[i].client)) {
            items[i].client->lost_shown = true;
            items[i].ready = true;
        }
        any = any || items[i].ready;
    }
    return any;
}
