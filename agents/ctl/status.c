/* refctl status: this site's agent, then the broker when it answers. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/verb.h"

#include <inttypes.h>
#include <string.h>

static void print_agent(const struct screen *screen, const struct site_status *status);
static void print_broker(const struct screen *screen, const struct site_status *status);
static void print_alarms(const struct screen *screen, const struct site_status *status);
static json_t *json_of(const struct answer *answer);

bool verb_status(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct caller *caller;
    struct answer answer;

    if (!run_caller(run, &caller, err) ||
        !caller_query(caller, &(struct query){.kind = QUERY_STATUS}, &answer, err)) {
        return false;
    }
    if (answer.status_count == 0) {
        return error_set(err, ERROR_PROTOCOL, "the agent's answer holds no status");
    }
    if (screen->json) {
        if (!screen_json(screen, json_of(&answer), err)) {
            return false;
        }
    } else {
        print_agent(screen, &answer.status[0]);
        if (answer.status_count > 1) {
            print_broker(screen, &answer.status[1]);
        }
    }
    if (!answer.status[0].connected) {
        return error_set(err,
                         ERROR_UNAVAILABLE,
                         SCREEN_IN(screen,
                                   "нет связи с брокером; направления сохраняются у агента и "
                                   "уйдут, когда связь появится",
                                   "no connection to the broker; referrals are kept by the agent "
                                   "and go out when it is back"));
    }
    return true;
}

static void print_agent(const struct screen *screen, const struct site_status *status)
{
    enum language language = screen->language;
    char text[MOMENT_TEXT_MAX];

    screen_print(screen, SCREEN_IN(screen, "Агент\n", "Agent\n"));
    screen_field(screen, SCREEN_IN(screen, "Программа", "Program"), "%s", status->program);
    screen_field(screen, SCREEN_IN(screen, "Площадка", "Site"), "%s", status->site);
    screen_field(screen,
                 SCREEN_IN(screen, "Связь с брокером", "Broker"),
                 "%s%s%s %s",
                 screen_color(screen, status->connected ? SCREEN_GREEN : SCREEN_RED),
                 status->connected ? SCREEN_IN(screen, "есть", "connected")
                                   : SCREEN_IN(screen, "нет", "not connected"),
                 screen_color(screen, SCREEN_PLAIN),
                 status->endpoint);
    screen_field(screen,
                 SCREEN_IN(screen, "Работает с", "Running since"),
                 "%s",
                 moment_format(status->started_us, screen->now_us, language, text));
    screen_field(screen,
                 SCREEN_IN(screen, "Ждут отправки", "Waiting"),
                 SCREEN_IN(screen, "%" PRIu64 " из %" PRIu64, "%" PRIu64 " of %" PRIu64),
                 status->spool_waiting,
                 status->spool_limit);
    if (status->spool_waiting > 0 && status->oldest_waiting_us != 0) {
        screen_field(screen,
                     SCREEN_IN(screen, "Старейшее", "The oldest"),
                     "%s",
                     moment_format(status->oldest_waiting_us, screen->now_us, language, text));
    }
    if (status->refused > 0) {
        screen_field(screen,
                     SCREEN_IN(screen, "Отклонено", "Refused"),
                     "%s%" PRIu64 "%s",
                     screen_color(screen, SCREEN_RED),
                     status->refused,
                     screen_color(screen, SCREEN_PLAIN));
    }
}

static void print_disclosure(const struct screen *screen, const struct site_status *status)
{
    char text[MOMENT_TEXT_MAX];

    if (status->disclosure_epoch == 0) {
        return; /* a broker of before */
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Ключ раскрытия", "Disclosure key"),
                 SCREEN_IN(screen, "эпоха %u", "epoch %u"),
                 (unsigned)status->disclosure_epoch);
    if (status->disclosure_epoch_old == 0) {
        return;
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Его замена", "Its rotation"),
                 SCREEN_IN(screen,
                           "с %s; эпоху %u ещё держат: направлений %" PRIu64 ", площадок %" PRIu64,
                           "since %s; epoch %u is still held for %" PRIu64 " referrals and %" PRIu64
                           " sites"),
                 moment_format(status->disclosure_drawn_us, screen->now_us, screen->language, text),
                 (unsigned)status->disclosure_epoch_old,
                 status->disclosure_keys_waiting,
                 status->disclosure_sites_waiting);
}

static void print_broker(const struct screen *screen, const struct site_status *status)
{
    char text[MOMENT_TEXT_MAX];

    screen_print(screen, SCREEN_IN(screen, "Брокер\n", "Broker\n"));
    screen_field(screen, SCREEN_IN(screen, "Программа", "Program"), "%s", status->program);
    screen_field(screen, SCREEN_IN(screen, "Регион", "Region"), "%s", status->region);
    screen_field(screen,
                 SCREEN_IN(screen, "Часы", "Clock"),
                 "%s%s",
                 moment_format(status->time_us, screen->now_us, screen->language, text),
                 status->clock_doubted ? SCREEN_IN(screen,
                                                   " — под сомнением: refctl clock accept",
                                                   " - in doubt: refctl clock accept")
                                       : "");
    screen_field(screen,
                 SCREEN_IN(screen, "Политика", "Policy"),
                 SCREEN_IN(screen, "версия %u", "version %u"),
                 (unsigned)status->policy_version);
    if (status->plans_waiting > 0) {
        screen_field(screen,
                     SCREEN_IN(screen, "Ждут планов", "Plans waiting"),
                     SCREEN_IN(screen, "%u, ближайший %s", "%u, the next %s"),
                     (unsigned)status->plans_waiting,
                     moment_format(status->plan_due_us, screen->now_us, screen->language, text));
    }
    print_disclosure(screen, status);
    screen_field(
        screen, SCREEN_IN(screen, "Направлений", "Referrals"), "%" PRIu64, status->referrals);
    screen_field(screen,
                 SCREEN_IN(screen, "Случаев", "Cases"),
                 SCREEN_IN(screen,
                           "открыто %" PRIu64 " (с куратором %" PRIu64 ", на столах %" PRIu64
                           "), завершено %" PRIu64,
                           "%" PRIu64 " open (%" PRIu64 " with a curator, %" PRIu64
                           " on desks), %" PRIu64 " ended"),
                 status->cases_open,
                 status->cases_with_lead,
                 status->cases_on_desks,
                 status->cases_ended);
    screen_field(
        screen, SCREEN_IN(screen, "Предложений", "Open offers"), "%" PRIu64, status->offers_open);
    screen_field(screen,
                 SCREEN_IN(screen, "Площадок", "Sites"),
                 SCREEN_IN(screen,
                           "на связи %" PRIu64 ", давно молчат %" PRIu64,
                           "%" PRIu64 " connected, %" PRIu64 " away"),
                 status->sites_connected,
                 status->sites_away);
    print_alarms(screen, status);
}

/* What the broker's log calls it, in words. */
static const char *alarm_text(const struct screen *screen, const char *event)
{
    static const struct {
        const char *event;
        struct phrase text;
    } rows[] = {
        {"site_quarantined", {"в карантине", "in quarantine"}},
        {"key_used_twice", {"ключ у двух агентов", "two agents with one key"}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].event, event) == 0) {
            return phrase_in(rows[i].text, screen->language);
        }
    }
    return event;
}

static void print_alarms(const struct screen *screen, const struct site_status *status)
{
    for (size_t i = 0; i < status->alarm_count; i++) {
        const struct site_alarm *alarm = &status->alarms[i];
        char at[MOMENT_TEXT_MAX];
        screen_field(screen,
                     SCREEN_IN(screen, "Тревога", "Alarm"),
                     "%s%s: %s%s%s%s%s, %s",
                     screen_color(screen, SCREEN_RED),
                     alarm->site,
                     alarm_text(screen, alarm->event),
                     alarm->reason[0] == '\0' ? "" : " (",
                     alarm->reason,
                     alarm->reason[0] == '\0' ? "" : ")",
                     screen_color(screen, SCREEN_PLAIN),
                     moment_format(alarm->at_us, screen->now_us, screen->language, at));
    }
}

static json_t *json_of(const struct answer *answer)
{
    return json_pack("{s:o, s:o}",
                     "agent",
                     json_view_status(&answer->status[0]),
                     "broker",
                     answer->status_count > 1 ? json_view_status(&answer->status[1]) : json_null());
}
