/* What leaves after the append; see outbound.h. */
#include "broker/daemon/outbound.h"

#include "broker/core/disclosure.h"
#include "broker/core/query.h"
#include "broker/core/view.h"
#include "broker/daemon/inbound.h"
#include "proto/wire.h"

#include <stdlib.h>
#include <string.h>

enum {
    ROUND_ITEMS = 16,      /* of one site, then the next site has its turn */
    TURN_ITEMS = 4096,     /* deliveries sent between two looks at the inbound side */
    PAGE_ITEMS = 64,       /* entities of one page */
    PAGE_SPARE_BYTES = 64, /* the envelope around them */
    PAGE_UNSENT_MOST =
        256 << 10, /* a slow line: the next page waits until the one before is on its way */
    UNSENT_MOST =
        1 << 20 /* nobody who reads has as much waiting, pages and a window of deliveries */
};

static bool is_connected(const void *world, uint32_t site)
{
    return session_is_open(world, site);
}

static bool alarm_after(const void *world, uint32_t *site, struct site_alarm *out)
{
    return session_alarm(world, site, out);
}

static struct answer answer(const struct broker *broker, const struct postbag_item *item)
{
    struct rotation_state rotation = {.epoch = 0};

    if (item->query->kind == QUERY_STATUS) {
        rotation_describe(broker, &rotation);
    }
    const struct query_world world = {
        .now_us = broker->time.now_us,
        .started_us = broker->started_us,
        .program = "refbrokerd " REFBROKER_VERSION,
        .disk_free_bytes = broker->books.disk_free_bytes,
        .clock_doubted = broker->time.doubted,
        .sites_connected = session_count(broker->sessions),
        .disclosure_epoch = rotation.epoch,
        .disclosure_epoch_old = rotation.epoch_old,
        .disclosure_keys_waiting = rotation.keys_waiting,
        .disclosure_sites_waiting = rotation.sites_waiting,
        .disclosure_drawn_us = rotation.drawn_us,
        .connected = is_connected,
        .alarm = alarm_after,
        .world = broker->sessions,
    };
    return query_answer(&broker->core, broker->arena, item->site, item->query, &world);
}

/* A farewell goes to a connection that is no session's any more. */
static bool is_of_session(const struct broker *broker, const struct postbag_item *item)
{
    if (!session_is_open(broker->sessions, item->site)) {
        return false;
    }
    const struct link_peer *peer = session_peer(broker->sessions, item->site);
    return peer->routing_bytes == item->peer.routing_bytes &&
           memcmp(peer->routing, item->peer.routing, peer->routing_bytes) == 0;
}

static void not_sent(struct broker *broker, const struct postbag_item *item, enum link_sent sent)
{
    if (item->site == 0 || !is_of_session(broker, item)) {
        return;
    }
    if (sent == LINK_FULL) {
        inbound_unread(broker, item->site, &item->peer);
    } else {
        inbound_lost(broker, item->site);
    }
}

static void send_item(struct broker *broker, struct postbag_item *item)
{
    const struct arena_mark mark = arena_mark(broker->arena);
    enum link_sent sent = LINK_SENT;
    struct bytes frame;

    if (item->query != NULL) {
        if (link_server_unsent(broker->server, &item->peer) > UNSENT_MOST) {
            not_sent(broker, item, LINK_FULL);
            return;
        }
        item->envelope.version = LIMIT_PROTOCOL_VERSION;
        item->envelope.kind = BODY_ANSWER;
        item->envelope.body.answer = answer(broker, item);
    }
    if (!wire_encode(&item->envelope, broker->arena, &frame)) {
        LOG_ERROR(broker->log, "frame_not_encoded", LOG_NUMBER("kind", item->envelope.kind));
    } else {
        sent = link_server_send(broker->server, &item->peer, frame);
    }
    arena_release(broker->arena, mark);
    if (sent != LINK_SENT) {
        not_sent(broker, item, sent); /* may say Goodbye, which is put behind the others */
    }
}

/* ---- deliveries ---------------------------------------------------------------------------------- */

enum built { BUILT, BUILT_NOTHING /* the arena is full */ };

/* What was permitted once is a fact; what the policy permits now counts when it is sent. */
static enum built build_disclosure(struct broker *broker,
                                   uint32_t site,
                                   const struct view_record *view,
                                   struct delivery *out)
{
    const struct region *region = broker->core.region;
    const struct keeper_request request = {.store = broker->books.store,
                                           .directory = region->directory,
                                           .site = site,
                                           .referral = out->entity,
                                           .permitted = disclosure_sections(region, view->worker),
                                           .now_us = broker->time.now_us};
    struct case_record record;
    const enum keeper_verdict verdict =
        keeper_disclose(broker->keeper, &request, broker->arena, out);

    if (verdict == KEEPER_FULL) {
        return BUILT_NOTHING;
    }
    if (verdict == KEEPER_UNOPENED) {
        LOG_WARN(broker->log, "disclosure_unopened", LOG_NUMBER("site", site));
    }
    char *number = arena_alloc(broker->arena, LIMIT_SPEAKABLE_BYTES);
    if (number == NULL) {
        return BUILT_NOTHING;
    }
    if (!out->gone && store_case(broker->books.store, &out->view.disclosure.case_id, &record)) {
        view_case_number(&broker->core, &record, number);
        out->view.disclosure.case_number = number;
    }
    return BUILT;
}

static enum built
build(struct broker *broker, uint32_t site, const struct session_cursor *what, struct delivery *out)
{
    struct view_record view;

    memset(out, 0, sizeof(*out));
    out->kind = what->kind;
    out->entity = what->entity;
    if (!store_view(broker->books.store, site, what->kind, &what->entity, &view) || view.gone) {
        out->gone = true;
        return BUILT;
    }
    if (what->kind == DELIVERY_DISCLOSURE) {
        return build_disclosure(broker, site, &view, out);
    }
    return view_delivery(&broker->core, broker->arena, what->kind, &what->entity, out)
               ? BUILT
               : BUILT_NOTHING;
}

/* True: the frame is the socket's now. */
static bool
send_frame(struct broker *broker, uint32_t site, const struct link_peer *peer, struct bytes frame)
{
    switch (link_server_send(broker->server, peer, frame)) {
    case LINK_SENT:
        return true;
    case LINK_FULL:
        return false;
    case LINK_UNREACHABLE:
        break;
    }
    inbound_lost(broker, site);
    return false;
}

static bool send_line(struct broker *broker, uint32_t site, const struct session_item *item)
{
    const struct session_cursor what = {.kind = item->line.kind, .entity = item->line.entity};
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_DELIVERY};
    struct delivery *delivery = &envelope.body.delivery;
    struct bytes frame;

    if (build(broker, site, &what, delivery) == BUILT_NOTHING) {
        return false;
    }
    delivery->session = item->session;
    delivery->lane = item->lane;
    delivery->number = item->line.number;
    delivery->after = item->after;
    if (!wire_encode(&envelope, broker->arena, &frame)) {
        LOG_ERROR(broker->log, "delivery_not_encoded", LOG_NUMBER("kind", delivery->kind));
        return false;
    }
    if (!send_frame(broker, site, &item->peer, frame)) {
        return false;
    }
    session_line_sent(broker->sessions, site, item->lane, item->line.number);
    return true;
}

/* As many entities as one frame holds. */
struct page {
    struct session_cursor cursor; /* the last that was looked at */
    struct delivery items[PAGE_ITEMS];
    size_t count;
    size_t bytes;
    bool last;
};

static size_t coded_bytes(struct broker *broker, const struct delivery *delivery)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_DELIVERY};
    struct bytes frame;

    envelope.body.delivery = *delivery;
    return wire_encode(&envelope, broker->arena, &frame) ? frame.size : 0;
}

/* False: the arena is full, and nothing fits. */
static bool fill_page(struct broker *broker, uint32_t site, struct page *page)
{
    while (page->count < PAGE_ITEMS) {
        struct session_cursor next = page->cursor;
        struct delivery *delivery = &page->items[page->count];
        struct view_record view;
        if (!store_view_after(broker->books.store, site, &next.kind, &next.entity, &view)) {
            page->last = true;
            return true;
        }
        if (!view.gone) {
            if (build(broker, site, &next, delivery) == BUILT_NOTHING) {
                return page->count > 0;
            }
            const size_t bytes = coded_bytes(broker, delivery);
            if (page->count > 0 &&
                page->bytes + bytes > LIMIT_FRAME_BYTES - PAGE_SPARE_BYTES * PAGE_ITEMS) {
                return true;
            }
            page->bytes += bytes;
            page->count += delivery->gone ? 0 : 1;
        }
        page->cursor = next;
    }
    return true;
}

static bool send_page(struct broker *broker, uint32_t site, const struct session_item *item)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_RESYNC};
    struct page *page = arena_alloc(broker->arena, sizeof(*page));
    struct bytes frame;

    if (page == NULL || link_server_unsent(broker->server, &item->peer) > PAGE_UNSENT_MOST) {
        return false;
    }
    page->cursor = item->cursor;
    if (!fill_page(broker, site, page)) {
        return false;
    }
    envelope.body.resync.session = item->session;
    envelope.body.resync.page = item->page;
    envelope.body.resync.last = page->last;
    envelope.body.resync.deliveries = page->items;
    envelope.body.resync.delivery_count = page->count;
    if (!wire_encode(&envelope, broker->arena, &frame)) {
        LOG_ERROR(broker->log, "page_not_encoded", LOG_NUMBER("items", page->count));
        return false;
    }
    if (!send_frame(broker, site, &item->peer, frame)) {
        return false;
    }
    session_page_sent(broker->sessions, site, &page->cursor, page->last);
    return true;
}

/* What one site may be sent now, a few items. *stuck: there is more, but it does not go out. */
static size_t send_round(struct broker *broker, uint32_t site, bool *stuck)
{
    const struct session_world world = broker_session_world(broker);
    struct session_item item;
    size_t sent = 0;

    while (sent < ROUND_ITEMS) {
        session_next(broker->sessions, &world, site, &item);
        if (item.kind == SESSION_NOTHING) {
            break;
        }
        const struct arena_mark mark = arena_mark(broker->arena);
        const bool went = item.kind == SESSION_LINE ? send_line(broker, site, &item)
                                                    : send_page(broker, site, &item);
        arena_release(broker->arena, mark);
        if (!went) {
            *stuck = *stuck || session_is_open(broker->sessions, site);
            break;
        }
        sent++;
    }
    return sent;
}

static bool deliver(struct broker *broker)
{
    bool stuck = false;
    size_t total = 0;
    size_t round = 1;

    while (round > 0 && total < TURN_ITEMS) {
        round = 0;
        uint32_t site = session_after(broker->sessions, 0);
        for (; site != 0; site = session_after(broker->sessions, site)) {
            round += send_round(broker, site, &stuck);
        }
        total += round;
    }
    broker->deliver = stuck || round > 0;
    return broker->deliver;
}

bool outbound_send(struct broker *broker)
{
    struct postbag_item *item = broker->postbag.first;

    for (; item != NULL; item = item->next) {
        send_item(broker, item);
    }
    if (broker->postbag.lost > 0) {
        LOG_WARN(broker->log, "replies_lost", LOG_NUMBER("count", broker->postbag.lost));
    }
    memset(&broker->postbag, 0, sizeof(broker->postbag));
    return broker->deliver && broker->core.region != NULL && deliver(broker);
}
