/* Greeting: which session a Hello begins, from where its lanes go on, and whether the site's view must be sent
 * anew. */
#include "broker/session/session_site.h"

#include <string.h>

/* Forty reconnections at once, then one in two seconds: a new incarnation is written to the journal. */
static const struct quota_rate hello_rate = {.burst = 40, .each_us = INT64_C(2000000)};

static void start_lanes(struct session_step *step, const struct hello *hello)
{
    struct session_site *site = step->site;
    if (!id128_is_none(&site->incarnation) &&
        id128_equal(&site->incarnation_before, &hello->incarnation)) {
        session_site_alarm(step, "key_used_twice", "", 0);
    }
    site->incarnation_before = site->incarnation;
    for (int i = 0; i < LANE_END; i++) {
        struct session_effect *effect = session_site_effect(step, SESSION_START_LANE);
        effect->lane = (enum lane)i;
        effect->incarnation = hello->incarnation;
        effect->number = hello->lanes[i].first_held;
        site->expected[i] = hello->lanes[i].first_held;
    }
}

static void
go_on(struct session_site *site, const struct hello *hello, const struct site_record *record)
{
    for (int i = 0; i < LANE_END; i++) {
        const uint64_t stored = record->commands[i];
        site->expected[i] =
            hello->lanes[i].first_held > stored ? hello->lanes[i].first_held : stored + 1;
    }
}

/* A mirror that applied less than it acknowledged was restored from a copy; one that applied what was never sent
 * belongs to another life of this broker, as may the mirror of a site that a restored journal never heard. */
static bool
needs_resync(const struct hello *hello, const struct site_record *record, struct store *store)
{
    bool needed = hello->resync || record->away || record->stale ||
                  (!record->known && store_meta(store)->life != 0);
    for (int i = 0; i < LANE_END; i++) {
        needed = needed || hello->lanes[i].applied < record->acknowledged[i] ||
                 hello->lanes[i].applied > record->lines[i];
    }
    return needed;
}

static void
open_windows(struct session_step *step, const struct hello *hello, const struct site_record *record)
{
    struct session_site *site = step->site;
    memset(&site->resync, 0, sizeof(site->resync));
    if (needs_resync(hello, record, step->world->store)) {
        site->resync.page = 1;
        memcpy(site->resync.lines, record->lines, sizeof(site->resync.lines));
    }
    for (int i = 0; i < LANE_END; i++) {
        const uint64_t applied = hello->lanes[i].applied;
        if (site->resync.page != 0) {
            window_open(&site->windows[i], record->lines[i]);
            continue;
        }
        window_open(&site->windows[i], applied);
        if (applied > record->acknowledged[i]) {
            struct session_effect *effect = session_site_effect(step, SESSION_ACKNOWLEDGE);
            effect->lane = (enum lane)i;
            effect->number = applied;
        }
    }
}

static void welcome(struct session_step *step)
{
    const struct region *region = step->world->region;
    const struct directory_site *site = directory_site(region->directory, step->event->site);
    struct envelope *envelope = &session_site_effect(step, SESSION_SEND)->envelope;
    struct welcome *body = &envelope->body.welcome;

    envelope->version = LIMIT_PROTOCOL_VERSION;
    envelope->kind = BODY_WELCOME;
    body->version = LIMIT_PROTOCOL_VERSION;
    body->session = step->event->envelope->body.hello.session;
    body->region = region->code;
    body->site = site == NULL ? "" : site->id;
    body->time_us = step->world->now_us;
    body->window = LIMIT_WINDOW;
    for (int i = 0; i < LANE_END; i++) {
        body->lanes[i].expected = step->site->expected[i];
        body->lanes[i].from = step->site->windows[i].sent;
    }
    body->policy_version = region->version;
    body->disclosure_epoch = step->world->disclosure_public->epoch;
    body->disclosure_key = bytes_of(step->world->disclosure_public->bytes, KEYS_BYTES);
    body->life = store_meta(step->world->store)->life;
}

/* False: the Hello was answered otherwise. */
static bool acceptable(struct session_step *step, const struct hello *hello)
{
    if (!quota_take(&step->site->hellos, &hello_rate, step->world->boot_us)) {
        session_site_quarantine(step, "hello");
        return false;
    }
    if (hello->version_least > LIMIT_PROTOCOL_VERSION ||
        hello->version_most < LIMIT_PROTOCOL_VERSION) {
        session_site_goodbye(step, step->event->peer, GOODBYE_VERSION);
        session_site_note(step, SESSION_WARN, "no_common_version", hello->program);
        return false;
    }
    const char *missing = id128_is_none(&hello->incarnation)          ? "hello.incarnation"
                          : hello->lanes[LANE_NORMAL].first_held == 0 ? "hello.normal.first_held"
                          : hello->lanes[LANE_URGENT].first_held == 0 ? "hello.urgent.first_held"
                                                                      : NULL;
    if (missing != NULL) {
        session_site_refuse(step, LANE_NORMAL, 0, REFUSAL_MISSING_FIELD, missing);
        session_site_strike(step, "hello");
        return false;
    }
    return true;
}

static void replace_older(struct session_step *step)
{
    struct session_site *site = step->site;
    const struct link_peer *peer = step->event->peer;
    if (site->open && !session_site_is_ours(step)) {
        session_site_goodbye(step, &site->peer, GOODBYE_REPLACED);
        session_site_note(step, SESSION_INFO, "session_closed", "replaced");
    }
    site->peer = *peer;
    site->open = true;
    site->heard_us = step->world->boot_us;
    site->owed_us = 0;
}

void session_site_hello(struct session_step *step)
{
    const struct hello *hello = &step->event->envelope->body.hello;
    if (session_site_is_ours(step) && hello->session != 0 &&
        hello->session <= step->site->session) {
        return; /* it came before */
    }
    if (!acceptable(step, hello)) {
        return;
    }
    const struct site_record record = store_site(step->world->store, step->event->site);
    replace_older(step);
    if (record.known && id128_equal(&record.incarnation, &hello->incarnation)) {
        go_on(step->site, hello, &record);
    } else {
        start_lanes(step, hello);
    }
    step->site->incarnation = hello->incarnation;
    step->site->session = hello->session;
    step->site->takes_deliveries = hello->takes_deliveries;
    step->site->epoch = 0;
    memset(step->site->refused, 0, sizeof(step->site->refused));
    for (int i = 0; i < LANE_END; i++) {
        step->site->held[i] = hello->lanes[i].first_held;
    }
    open_windows(step, hello, &record);
    welcome(step);
    session_site_note(step, SESSION_INFO, "session_opened", hello->program);
    if (record.away) {
        (void)session_site_effect(step, SESSION_RETURNED);
    }
    if (step->site->resync.page != 0) {
        session_site_note(step, SESSION_INFO, "resync_started", NULL);
    }
}
