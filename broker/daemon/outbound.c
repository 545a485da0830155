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
    ROUND_ITEMS = 16, /* of one site, then the next site has its turn; or one frame of several */
    FRAME_BUILT_BYTES = LIMIT_FRAME_BYTES / 2, /* nothing more is built for a frame after that */
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

static size_t build_lines(struct broker *broker,
                          uint32_t site,
                          const struct session_item *item,
                          struct delivery *out)
{
    const size_t used = arena_used(broker->arena);
    size_t count = 0;

    while (count < item->count && arena_used(broker->arena) - used < FRAME_BUILT_BYTES) {
        const struct session_line *line = &item->lines[count];
        const struct session_cursor what = {.kind = line->record.kind,
                                            .entity = line->record.entity};
        struct delivery *delivery = &out[count];
        if (build(broker, site, &what, delivery) == BUILT_NOTHING) {
            break;
        }
        delivery->session = item->session;
        delivery->lane = line->lane;
        delivery->number = line->record.number;
        delivery->after = line->after;
        count++;
    }
    return count;
}

/* One alone, or several together, *count of them; what does not fit begins the next frame. */
static bool
encode_lines(struct broker *broker, struct delivery *deliveries, size_t *count, struct bytes *frame)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_DELIVERIES};

    for (; *count > 1; *count /= 2) {
        envelope.body.deliveries = (struct deliveries){.items = deliveries, .item_count = *count};
        if (wire_encode(&envelope, broker->arena, frame)) {
            return true;
        }
    }
    if (*count == 0) {
        return false;
    }
    envelope.kind = BODY_DELIVERY;
    envelope.body.delivery = deliveries[0];
    if (!wire_encode(&envelope, broker->arena, frame)) {
        LOG_ERROR(broker->log, "delivery_not_encoded", LOG_NUMBER("kind", deliveries[0].kind));
        return false;
    }
    return true;
}

/* How many lines went out: the first of the item. */
static size_t send_lines(struct broker *broker, uint32_t site, const struct session_item *item)
{
    struct delivery *deliveries = arena_array(broker->arena, item->count, sizeof(*deliveries));
    struct bytes frame;

    size_t count = deliveries == NULL ? 0 : build_lines(broker, site, item, deliveries);
    if (!encode_lines(broker, deliveries, &count, &frame) ||
        !send_frame(broker, site, &item->peer, frame)) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const struct session_line *line = &item->lines[i];
        session_line_sent(broker->sessions, site, line->lane, line->record.number);
    }
    return count;
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
    struct session_item item = {.more = true};
    size_t sent = 0;

    while (item.more && sent < ROUND_ITEMS) {
        session_next(broker->sessions, &world, site, &item);
        const struct arena_mark mark = arena_mark(broker->arena);
        size_t went = 0;
        if (item.kind == SESSION_LINES) {
            went = send_lines(broker, site, &item);
            item.more = item.more || went < item.count;
        } else if (item.kind == SESSION_PAGE) {
            went = send_page(broker, site, &item) ? 1 : 0;
        }
        arena_release(broker->arena, mark);
        sent += went;
        if (went == 0 && item.more) {
            *stuck = *stuck || session_is_open(broker->sessions, site);
            break;
        }
    }
    if (item.more) {
        number_set_add(broker->due, site);
    }
    return sent;
}

/* Every site that is due, again while something goes out. True: some stay due. */
static bool deliver(struct broker *broker)
{
    bool stuck = false;
    size_t total = 0;
    size_t round = 1;

    while (round > 0 && total < TURN_ITEMS) {
        round = 0;
        uint32_t site = number_set_take(broker->due, 0);
        for (; site != 0; site = number_set_take(broker->due, site)) {
            round += send_round(broker, site, &stuck);
        }
        total += round;
    }
    return stuck || round > 0;
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
    return broker->core.region != NULL && deliver(broker);
}
