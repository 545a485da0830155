/* Quotas of a site and what happens over them: quarantine, alarms, connections cut and refused. */
#include "broker/session/session_site.h"

#include <string.h>

/* Twice what may be commanded, so that whoever heeds REFUSAL_BUSY never comes here. 6024 a second. */
static const struct quota_rate frame_rate = {.burst = 65536, .each_us = INT64_C(166)};
/* A bad frame every two seconds is a bug, more is an attack. */
static const struct quota_rate strike_rate = {.burst = 30, .each_us = INT64_C(2000000)};
/* Of a line that breaks again and again there is one in five seconds. */
static const struct quota_rate handshake_rate = {.burst = 60, .each_us = INT64_C(1000000)};

static const char quarantined[] = "site_quarantined";

static void keep_alarm(struct session_site *site, const struct site_alarm *alarm)
{
    const bool same = site->alarm.times > 0 && strcmp(site->alarm.event, alarm->event) == 0;
    const uint32_t times = same ? site->alarm.times : 0;

    site->alarm = *alarm;
    site->alarm.times = times + 1;
}

void session_site_alarm(struct session_step *step,
                        const char *event,
                        const char *reason,
                        int64_t until_us)
{
    const struct site_alarm alarm = {.site = "",
                                     .event = event,
                                     .reason = reason,
                                     .at_us = step->world->now_us,
                                     .until_us = until_us};

    session_site_note(step, SESSION_ALARM, event, reason);
    keep_alarm(step->site, &alarm);
}

void session_site_quarantine(struct session_step *step, const char *why)
{
    const int64_t lasts_us = SESSION_QUARANTINE_MS * INT64_C(1000);

    step->site->quarantine_until_us = step->world->boot_us + lasts_us;
    step->site->ignored = 0;
    step->site->barred = false;
    session_site_goodbye(step, step->event->peer, GOODBYE_QUOTA);
    session_site_alarm(step, quarantined, why, step->world->now_us + lasts_us);
    if (step->site->open) {
        session_site_close(step, "quarantined");
    }
}

void session_site_strike(struct session_step *step, const char *what)
{
    session_site_note(step, SESSION_WARN, "bad_frame", what);
    if (!quota_take(&step->site->strikes, &strike_rate, step->world->boot_us)) {
        session_site_quarantine(step, what);
    }
}

static void cut(struct session_step *step)
{
    step->site->barred = true;
    (void)session_site_effect(step, SESSION_CUT);
}

void session_site_misbehaves(struct session_step *step)
{
    if (step->world->boot_us < step->site->quarantine_until_us) {
        cut(step);
        return;
    }
    switch (step->event->kind) {
    case SESSION_PARTS:
        session_site_strike(step, "parts");
        break;
    case SESSION_FLOOD:
        session_site_quarantine(step, "flood");
        break;
    case SESSION_UNREAD:
        session_site_quarantine(step, "unread");
        cut(step);
        break;
    case SESSION_ENDLESS:
        session_site_quarantine(step, "endless");
        cut(step);
        break;
    case SESSION_FRAME:
    case SESSION_FAULT:
    case SESSION_TICK:
    case SESSION_LOST:
    case SESSION_CLOSE:
        break;
    }
}

bool session_arrived(struct session_table *table,
                     const struct session_world *world,
                     const struct session_event *event,
                     struct session_effects *effects)
{
    struct session_site *site = session_site_add(table, event->site);
    struct session_event flood = *event;

    if (site == NULL) {
        return false;
    }
    if (world->boot_us < site->quarantine_until_us) {
        site->ignored++;
        if (site->ignored <= SESSION_OBEDIENT_FRAMES) {
            return true; /* a Hello is told what it is waiting for */
        }
    } else if (quota_take(&site->frames, &frame_rate, world->boot_us)) {
        return true;
    }
    flood.kind = SESSION_FLOOD;
    session_step(table, world, &flood, effects);
    return false;
}

enum session_handshake
session_handshake(struct session_table *table, const struct session_world *world, uint32_t id)
{
    struct session_site *site = session_site_add(table, id);

    if (site == NULL || (site->barred && world->boot_us < site->quarantine_until_us)) {
        return SESSION_REFUSED;
    }
    if (quota_take(&site->handshakes, &handshake_rate, world->boot_us)) {
        return SESSION_ADMITTED;
    }
    if (world->boot_us < site->handshakes_told_us) {
        return SESSION_REFUSED;
    }
    site->handshakes_told_us = world->boot_us + SESSION_QUARANTINE_MS * INT64_C(1000);
    const struct site_alarm alarm = {
        .site = "", .event = "too_many_connections", .reason = "", .at_us = world->now_us};
    keep_alarm(site, &alarm);
    return SESSION_REFUSED_NEWLY;
}
