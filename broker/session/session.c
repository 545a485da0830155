/* Sessions of sites: the table, time, and what goes out next. Greeting is in session_hello.c, commands and
 * acknowledgements in session_lane.c, quotas and quarantine in
 * session_quarantine.c. */
#include "broker/session/session.h"

#include "broker/session/session_site.h"

#include <assert.h>
#include <string.h>

enum { PAGE_SITES = 64, PAGES = SESSION_SITES_MAX / PAGE_SITES };

struct session_table {
    struct arena *arena;
    struct session_site *pages[PAGES];
    uint32_t open_count;
};

static struct session_site *find(const struct session_table *table, uint32_t site)
{
    const uint32_t page = site / PAGE_SITES;
    return page >= PAGES || table->pages[page] == NULL ? NULL
                                                       : &table->pages[page][site % PAGE_SITES];
}

struct session_site *session_site_add(struct session_table *table, uint32_t site)
{
    const uint32_t page = site / PAGE_SITES;
    if (page < PAGES && table->pages[page] == NULL) {
        table->pages[page] = arena_array(table->arena, PAGE_SITES, sizeof(struct session_site));
    }
    return find(table, site);
}

struct session_table *session_table_create(struct arena *arena)
{
    struct session_table *table = arena_alloc(arena, sizeof(*table));
    if (table != NULL) {
        table->arena = arena;
    }
    return table;
}

struct session_effect *session_site_effect(struct session_step *step, enum session_effect_kind kind)
{
    assert(step->effects->count < SESSION_EFFECTS_MAX);
    struct session_effect *effect = &step->effects->items[step->effects->count++];
    memset(effect, 0, sizeof(*effect));
    effect->kind = kind;
    effect->site = step->event->site;
    effect->peer = step->event->peer != NULL ? *step->event->peer : step->site->peer;
    return effect;
}

void session_site_note(struct session_step *step,
                       enum session_weight weight,
                       const char *event,
                       const char *detail)
{
    struct session_effect *effect = session_site_effect(step, SESSION_NOTE);
    effect->note.weight = weight;
    effect->note.event = event;
    effect->note.detail = detail;
}

static struct phrase goodbye_text(enum goodbye_reason reason)
{
    switch (reason) {
    case GOODBYE_REPLACED:
        return (struct phrase){"с этим ключом подключился другой агент",
                               "another agent connected with this key"};
    case GOODBYE_VERSION:
        return (struct phrase){"нет общей версии протокола", "no common version of the protocol"};
    case GOODBYE_REVOKED:
        return (struct phrase){"ключ не действует в этом регионе",
                               "the key is not valid in this region"};
    case GOODBYE_QUOTA:
        return (struct phrase){"слишком много ошибочных сообщений, попробуйте через минуту",
                               "too many bad messages, try again in a minute"};
    case GOODBYE_STOPPING:
    case GOODBYE_UNSPECIFIED:
    case GOODBYE_END:
        break;
    }
    return (struct phrase){"сеанс окончен, подключитесь снова",
                           "the session is over, connect again"};
}

void session_site_goodbye(struct session_step *step,
                          const struct link_peer *peer,
                          enum goodbye_reason reason)
{
    struct session_effect *effect = session_site_effect(step, SESSION_SEND);
    effect->peer = *peer;
    effect->envelope.version = LIMIT_PROTOCOL_VERSION;
    effect->envelope.kind = BODY_GOODBYE;
    effect->envelope.body.goodbye.reason = reason;
    effect->envelope.body.goodbye.text = goodbye_text(reason);
}

void session_site_close(struct session_step *step, const char *why)
{
    step->site->open = false;
    session_site_note(step, SESSION_INFO, "session_closed", why);
}

bool session_site_is_away(struct session_step *step)
{
    if (!store_site(step->world->store, step->event->site).away) {
        return false;
    }
    session_site_goodbye(step, &step->site->peer, GOODBYE_STOPPING); /* a new Hello resyncs it */
    session_site_close(step, "away");
    return true;
}

static bool same_peer(const struct link_peer *a, const struct link_peer *b)
{
    return a->routing_bytes == b->routing_bytes &&
           memcmp(a->routing, b->routing, a->routing_bytes) == 0 &&
           memcmp(a->key, b->key, sizeof(a->key)) == 0;
}

bool session_site_is_ours(const struct session_step *step)
{
    return step->site->open && same_peer(&step->site->peer, step->event->peer);
}

/* Whoever seals to an epoch that is over, or does not say, is told the present one. */
static void take_heartbeat(struct session_step *step, const struct heartbeat *heard)
{
    const struct key32 *open = step->world->disclosure_public;
    struct envelope *answer = &session_site_effect(step, SESSION_SEND)->envelope;

    step->site->epoch = heard->disclosure_epoch;
    answer->version = LIMIT_PROTOCOL_VERSION;
    answer->kind = BODY_HEARTBEAT;
    answer->body.heartbeat.time_us = step->world->now_us;
    if (heard->disclosure_epoch < open->epoch) {
        answer->body.heartbeat.disclosure_epoch = open->epoch;
        answer->body.heartbeat.disclosure_key = bytes_of(open->bytes, KEYS_BYTES);
    }
}

static void take_frame(struct session_step *step)
{
    const struct envelope *envelope = step->event->envelope;
    if (envelope->version != LIMIT_PROTOCOL_VERSION) {
        session_site_refuse(step, LANE_NORMAL, 0, REFUSAL_VERSION, "version");
        session_site_strike(step, "version");
        return;
    }
    switch (envelope->kind) {
    case BODY_COMMAND:
        session_site_command(step);
        break;
    case BODY_DELIVERY_ACK:
        session_site_acknowledge(step);
        break;
    case BODY_QUERY:
        session_site_query(step);
        break;
    case BODY_HEARTBEAT:
        take_heartbeat(step, &envelope->body.heartbeat);
        break;
    case BODY_GOODBYE:
        session_site_close(step, "goodbye");
        break;
    case BODY_HELLO: /* taken before */
    case BODY_UNSPECIFIED:
    case BODY_WELCOME:
    case BODY_REPLY:
    case BODY_DELIVERY:
    case BODY_ANSWER:
    case BODY_RESYNC:
    case BODY_DELIVERIES:
    case BODY_END:
        session_site_refuse(step, LANE_NORMAL, 0, REFUSAL_UNKNOWN_KIND, "");
        session_site_strike(step, "kind");
        break;
    }
}

static void take_bytes(struct session_step *step)
{
    struct session_site *site = step->site;
    const bool hello =
        step->event->kind == SESSION_FRAME && step->event->envelope->kind == BODY_HELLO;
    if (step->world->boot_us < site->quarantine_until_us) {
        if (hello) {
            session_site_goodbye(step, step->event->peer, GOODBYE_QUOTA);
        }
        return;
    }
    const bool ours = session_site_is_ours(step);
    if (ours) {
        site->heard_us = step->world->boot_us;
    }
    if (hello) {
        session_site_hello(step);
    } else if (step->event->kind == SESSION_FAULT) {
        session_site_fault(step, ours);
    } else if (ours) {
        take_frame(step);
    }
}

/* A peer that is heard but acknowledges nothing did not get it, and nothing that follows would tell it so. */
static bool owes_too_long(struct session_site *site, int64_t boot_us)
{
    const bool view = site->resync.page > 1;
    if (!view && site->windows[LANE_NORMAL].count + site->windows[LANE_URGENT].count == 0) {
        site->owed_us = 0;
        return false;
    }
    if (site->owed_us == 0) {
        site->owed_us = boot_us;
    }
    return boot_us - site->owed_us >=
           (view ? SESSION_VIEW_OWED_MS : SESSION_OWED_MS) * INT64_C(1000);
}

static void take_tick(struct session_step *step)
{
    struct session_site *site = step->site;
    if (!site->open) {
        return;
    }
    if (owes_too_long(site, step->world->boot_us)) {
        session_site_goodbye(
            step, &site->peer, GOODBYE_STOPPING); /* a new Hello goes on from applied */
        session_site_close(step, "unacknowledged");
        return;
    }
    if (step->world->boot_us - site->heard_us >= SESSION_SILENCE_MS * INT64_C(1000)) {
        session_site_close(step, "silent");
        return;
    }
    (void)session_site_is_away(step);
}

static void take_close(struct session_step *step)
{
    if (step->event->peer != NULL) {
        session_site_goodbye(step, step->event->peer, step->event->reason);
    }
    if (step->site->open) {
        if (step->event->peer == NULL || !same_peer(&step->site->peer, step->event->peer)) {
            session_site_goodbye(step, &step->site->peer, step->event->reason);
        }
        session_site_close(step, step->event->reason == GOODBYE_REVOKED ? "revoked" : "stopping");
    }
}

void session_step(struct session_table *table,
                  const struct session_world *world,
                  const struct session_event *event,
                  struct session_effects *effects)
{
    struct session_step step = {.world = world,
                                .event = event,
                                .site = session_site_add(table, event->site),
                                .effects = effects};
    if (step.site == NULL) {
        return;
    }
    const bool was_open = step.site->open;
    switch (event->kind) {
    case SESSION_FRAME:
    case SESSION_FAULT:
        take_bytes(&step);
        break;
    case SESSION_PARTS:
    case SESSION_FLOOD:
    case SESSION_UNREAD:
    case SESSION_ENDLESS:
        session_site_misbehaves(&step);
        break;
    case SESSION_TICK:
        take_tick(&step);
        break;
    case SESSION_LOST:
        if (step.site->open) {
            session_site_close(&step, "lost");
        }
        break;
    case SESSION_CLOSE:
        take_close(&step);
        break;
    }
    table->open_count += step.site->open ? 1U : 0U;
    table->open_count -= was_open ? 1U : 0U;
}

/* ---- what goes out ------------------------------------------------------------------------------- */

/* What is above the last number sent, as far as the windows allow. */
static void take_lines(const struct session_world *world,
                       uint32_t id,
                       const struct session_site *site,
                       struct session_item *out)
{
    static const enum lane order[LANE_END] = {LANE_URGENT, LANE_NORMAL};
    const struct site_record record = store_site(world->store, id);
    const size_t most = site->takes_deliveries ? LIMIT_WINDOW : 1;

    for (size_t i = 0; i < LANE_END; i++) {
        uint64_t after = site->windows[order[i]].sent;
        uint32_t room = window_room(&site->windows[order[i]]);
        for (; room > 0 && after < record.lines[order[i]]; room--) {
            if (out->count == most) {
                out->more = true;
                return;
            }
            struct session_line *line = &out->lines[out->count];
            if (!store_line_after(world->store, id, order[i], after, &line->record)) {
                break;
            }
            line->lane = order[i];
            line->after = after;
            after = line->record.number;
            out->count++;
        }
    }
}

void session_next(struct session_table *table,
                  const struct session_world *world,
                  uint32_t site,
                  struct session_item *out)
{
    const struct session_site *at = find(table, site);

    memset(out, 0, offsetof(struct session_item, lines));
    if (at == NULL || !at->open) {
        return;
    }
    out->peer = at->peer;
    out->session = at->session;
    if (at->resync.page != 0) {
        out->kind = at->resync.sent ? SESSION_NOTHING : SESSION_PAGE;
        out->more = !at->resync.sent;
        out->page = at->resync.page;
        out->cursor = at->resync.cursor;
        return;
    }
    take_lines(world, site, at, out);
    out->kind = out->count > 0 ? SESSION_LINES : SESSION_NOTHING;
}

void session_line_sent(struct session_table *table, uint32_t site, enum lane lane, uint64_t number)
{
    struct session_site *at = find(table, site);
    assert(at != NULL && at->open);
    window_send(&at->windows[lane], number);
}

void session_page_sent(struct session_table *table,
                       uint32_t site,
                       const struct session_cursor *cursor,
                       bool last)
{
    struct session_site *at = find(table, site);
    assert(at != NULL && at->open && at->resync.page != 0 && !at->resync.sent);
    at->resync.page++;
    at->resync.cursor = *cursor;
    at->resync.sent = last;
}

void session_refused(struct session_table *table, uint32_t site, enum lane lane, uint64_t number)
{
    struct session_site *at = find(table, site);
    assert(at != NULL && number < at->expected[lane]);
    at->refused[lane] |= UINT64_C(1) << number % 64;
}

bool session_is_open(const struct session_table *table, uint32_t site)
{
    const struct session_site *at = find(table, site);
    return at != NULL && at->open;
}

const struct link_peer *session_peer(const struct session_table *table, uint32_t site)
{
    const struct session_site *at = find(table, site);
    assert(at != NULL && at->open);
    return &at->peer;
}

uint32_t session_count(const struct session_table *table)
{
    return table->open_count;
}

uint32_t session_epoch(const struct session_table *table, uint32_t site)
{
    const struct session_site *at = find(table, site);
    return at == NULL ? 0 : at->epoch;
}

bool session_alarm(const struct session_table *table, uint32_t *site, struct site_alarm *out)
{
    for (uint32_t next = *site + 1; next < SESSION_SITES_MAX; next++) {
        const struct session_site *at = find(table, next);
        if (at == NULL) {
            next = (next / PAGE_SITES + 1) * PAGE_SITES - 1;
        } else if (at->alarm.times > 0) {
            *site = next;
            *out = at->alarm;
            return true;
        }
    }
    return false;
}

uint32_t session_after(const struct session_table *table, uint32_t site)
{
    uint32_t next = site + 1;
    while (next < SESSION_SITES_MAX) {
        if (table->pages[next / PAGE_SITES] == NULL) {
            next = (next / PAGE_SITES + 1) * PAGE_SITES;
        } else if (session_is_open(table, next)) {
            return next;
        } else {
            next++;
        }
    }
    return 0;
}
