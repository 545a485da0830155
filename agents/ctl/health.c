/* One function for each thing; see the header. */
#include "agents/ctl/health.h"

#include "agents/ctl/moment.h"
#include "base/utc.h"

#include <inttypes.h>
#include <string.h>

enum {
    LINE_WAIT_S = 300,        /* the norm of delivery in an emergency, DOMAIN "Time norms" */
    SPOOL_WARNING_SHARE = 50, /* percent of its limit */
    SPOOL_CRITICAL_SHARE = 80,
    EPOCH_DAYS = 14, /* as long as a site's former keys are valid */
    CLOCK_S = 60,    /* where the broker begins to doubt its own */
    NAMED_MAX = 5    /* curators named in one line; the others are counted */
};
static const uint64_t disk_warning_bytes = UINT64_C(1) << 30;
static const uint64_t disk_critical_bytes = UINT64_C(256)
                                            << 20; /* where new referrals are refused */

struct examination {
    const struct health_facts *facts;
    struct arena *arena;
    struct health_finding *finding;
};

static const char *made(struct arena *arena, const char *text)
{
    return text == NULL ? "" : arena_text(arena, text);
}

static void well(const struct examination *at, const char *ru, const char *en)
{
    at->finding->level = HEALTH_OK;
    at->finding->text = (struct phrase){ru, en};
    at->finding->remedy = (struct phrase){"", ""};
}

static void
ill(const struct examination *at, enum health_level level, struct phrase text, struct phrase remedy)
{
    const struct phrase kept = {text.ru == NULL ? "" : text.ru, text.en == NULL ? "" : text.en};
    at->finding->level = level;
    at->finding->text = kept;
    at->finding->remedy = remedy;
}

static void count(const struct examination *at, uint64_t figure)
{
    at->finding->figure = figure > INT64_MAX ? INT64_MAX : (int64_t)figure;
    at->finding->has_figure = true;
}

/* A phrase with one number in it. */
static struct phrase
numbered(const struct examination *at, const char *ru, uint64_t number, const char *en)
{
    return (struct phrase){arena_format(at->arena, "%" PRIu64 " %s", number, ru),
                           arena_format(at->arena, "%" PRIu64 " %s", number, en)};
}

static void examine_agent(const struct examination *at)
{
    if (at->facts->silence == NULL) {
        well(at, "агент отвечает", "the agent answers");
        return;
    }
    const char *why = made(at->arena, at->facts->silence->text);
    ill(at,
        HEALTH_CRITICAL,
        (struct phrase){why, why},
        (struct phrase){"запустите агента: systemctl start refagentd@ПЛОЩАДКА; причина остановки — "
                        "journalctl -u refagentd@ПЛОЩАДКА; другой сокет — ключ --socket",
                        "start the agent: systemctl start refagentd@SITE; why it stopped: "
                        "journalctl -u refagentd@SITE; another socket: --socket"});
}

static uint64_t waited_s(const struct health_facts *facts)
{
    const struct site_status *agent = facts->agent;
    if (agent->spool_waiting == 0 || agent->oldest_waiting_us == 0 ||
        agent->oldest_waiting_us > facts->now_us) {
        return 0;
    }
    return (uint64_t)((facts->now_us - agent->oldest_waiting_us) / UTC_SECOND_US);
}

static void examine_line(const struct examination *at)
{
    const struct site_status *agent = at->facts->agent;
    const uint64_t waited = waited_s(at->facts);
    const bool late = waited > LINE_WAIT_S;

    count(at, waited);
    if (agent->connected && !late) {
        well(at, "связь с брокером есть", "connected to the broker");
    } else if (agent->connected) {
        ill(at,
            HEALTH_WARNING,
            numbered(at,
                     "с ждёт самое старое, хотя связь есть",
                     waited,
                     "s has the oldest waited, although there is a line"),
            (struct phrase){
                "брокер занят или отвечает отказом «позже»: сообщите администратору региона",
                "the broker is busy or says \"later\": tell the region's administrator"});
    } else {
        const char *endpoint = agent->endpoint;
        const struct phrase text = {
            arena_format(at->arena,
                         "нет связи с брокером %s; самое старое ждёт %" PRIu64 " с",
                         endpoint,
                         waited),
            arena_format(at->arena,
                         "no line to the broker %s; the oldest has waited %" PRIu64 " s",
                         endpoint,
                         waited)};
        ill(at,
            late ? HEALTH_CRITICAL : HEALTH_WARNING,
            text,
            (struct phrase){
                "проверьте сеть и адрес брокера в файле агента; если семье грозит опасность, "
                "позвоните: направление уйдёт само, когда связь появится",
                "check the network and the broker's address in the agent's file; if a family is in "
                "danger, telephone: the referral goes out by itself when the line is back"});
    }
}

static void examine_spool(const struct examination *at)
{
    const struct site_status *agent = at->facts->agent;
    const uint64_t share =
        agent->spool_limit == 0 ? 0 : agent->spool_waiting * 100 / agent->spool_limit;

    count(at, agent->spool_waiting);
    if (share < SPOOL_WARNING_SHARE) {
        well(at, "места для ожидающих направлений достаточно", "room enough for what waits");
        return;
    }
    ill(at,
        share < SPOOL_CRITICAL_SHARE ? HEALTH_WARNING : HEALTH_CRITICAL,
        numbered(
            at, "% места для ожидающих занято", share, "% of the room for what waits is taken"),
        (struct phrase){
            "восстановите связь с брокером; предел — spool: {entries: …} в файле агента",
            "mend the line to the broker; the limit is spool: {entries: ...} in the agent's file"});
}

static void examine_refused(const struct examination *at)
{
    const uint64_t refused = at->facts->agent->refused;

    count(at, refused);
    if (refused == 0) {
        well(at, "брокер ничего не отклонил", "the broker refused nothing");
        return;
    }
    ill(at,
        HEALTH_WARNING,
        numbered(at,
                 "отклонено брокером и ждёт исправления",
                 refused,
                 "refused by the broker, to be mended"),
        (struct phrase){"посмотрите причины: refctl referral ls",
                        "see the reasons: refctl referral ls"});
}

static void examine_disk(const struct examination *at)
{
    const struct health_facts *facts = at->facts;
    const uint64_t own = facts->agent->disk_free_bytes;
    const uint64_t brokers = facts->broker == NULL ? UINT64_MAX : facts->broker->disk_free_bytes;
    const uint64_t least = own < brokers ? own : brokers;

    count(at, own);
    if (least >= disk_warning_bytes) {
        well(at, "места на диске достаточно", "disk space enough");
        return;
    }
    ill(at,
        least < disk_critical_bytes ? HEALTH_CRITICAL : HEALTH_WARNING,
        own <= brokers
            ? numbered(
                  at, "МиБ свободно на диске агента", least >> 20, "MiB free on the agent's disk")
            : numbered(at,
                       "МиБ свободно на диске брокера",
                       least >> 20,
                       "MiB free on the broker's disk"),
        (struct phrase){
            "освободите место; ниже 256 МиБ новые направления не принимаются, принятые не теряются",
            "free some space; below 256 MiB no new referrals are taken, none that was taken is "
            "lost"});
}

static void examine_clock(const struct examination *at)
{
    const struct site_status *broker = at->facts->broker;
    const int64_t off_us = broker == NULL ? 0 : at->facts->now_us - broker->time_us;
    const uint64_t off_s = (uint64_t)((off_us < 0 ? -off_us : off_us) / UTC_SECOND_US);

    if (broker == NULL) {
        well(at, "сверить часы не с чем: нет связи", "no broker to compare the clock with");
        return;
    }
    count(at, off_s);
    if (broker->clock_doubted) {
        ill(at,
            HEALTH_CRITICAL,
            (struct phrase){"часы брокера под сомнением: сроки стоят",
                            "the broker's clock is in doubt: norms stand still"},
            (struct phrase){
                "администратору: проверьте часы машины брокера, затем refctl clock accept",
                "administrator: check the clock of the broker's machine, then refctl clock "
                "accept"});
    } else if (off_s > CLOCK_S) {
        ill(at,
            HEALTH_WARNING,
            numbered(at,
                     "с разницы между этими часами и часами брокера",
                     off_s,
                     "s between this clock and the broker's"),
            (struct phrase){"включите сверку времени: timedatectl set-ntp true",
                            "turn time synchronisation on: timedatectl set-ntp true"});
    } else {
        well(at, "часы верны", "the clock is right");
    }
}

static void examine_inbox(const struct examination *at)
{
    const uint64_t overdue = at->facts->overdue;

    count(at, overdue);
    if (overdue == 0) {
        well(at, "просроченных дел нет", "nothing is overdue");
        return;
    }
    ill(at,
        HEALTH_WARNING,
        numbered(at,
                 "просрочено из того, что ждёт здесь ответа",
                 overdue,
                 "overdue of what waits for an answer here"),
        (struct phrase){"ответьте: refctl inbox", "answer: refctl inbox"});
}

/* "0.1.0" of "refagentd 0.1.0". */
static const char *version_of(const char *program)
{
    const char *blank = strchr(program, ' ');
    return blank == NULL ? program : blank + 1;
}

static void examine_program(const struct examination *at)
{
    const struct site_status *agent = at->facts->agent;
    const struct site_status *broker = at->facts->broker;

    if (broker == NULL || strcmp(version_of(agent->program), version_of(broker->program)) == 0) {
        well(at, "версии агента и брокера не расходятся", "agent and broker are of one version");
        return;
    }
    const char *text = arena_format(at->arena, "%s, %s", agent->program, broker->program);
    ill(at,
        HEALTH_WARNING,
        (struct phrase){text, text},
        (struct phrase){"обновите того, кто старше; до тех пор они понимают друг друга",
                        "bring the older one up to date; until then they understand each other"});
}

/* Of the region, without its broker. */
static void unknown(const struct examination *at)
{
    ill(at,
        HEALTH_UNKNOWN,
        (struct phrase){"брокер не отвечает", "the broker does not answer"},
        (struct phrase){"", ""});
}

static void examine_desks(const struct examination *at)
{
    const struct site_status *broker = at->facts->broker;

    if (broker == NULL) {
        unknown(at);
        return;
    }
    count(at, broker->cases_on_desks);
    if (broker->cases_on_desks == 0) {
        well(at, "на столах ничего не ждёт решения", "no case waits on a desk");
        return;
    }
    ill(at,
        HEALTH_WARNING,
        numbered(at,
                 "случаев ждут решения человека на столах",
                 broker->cases_on_desks,
                 "cases wait on desks for a person's decision"),
        (struct phrase){"держателям столов: refctl inbox; почему никто не подошёл — refctl explain "
                        "НОМЕР, кто в отпуске и до какого дня — refctl curator ls",
                        "whoever holds the desks: refctl inbox; why nobody fits: refctl explain "
                        "NUMBER; who is on leave, and until when: refctl curator ls"});
}

static void examine_sites(const struct examination *at)
{
    const struct site_status *broker = at->facts->broker;

    if (broker == NULL) {
        unknown(at);
        return;
    }
    count(at, broker->sites_away);
    if (broker->sites_away == 0) {
        well(at, "молчащих площадок нет", "no site is away");
        return;
    }
    ill(at,
        HEALTH_WARNING,
        numbered(at,
                 "площадок так давно молчат, что их сотрудников не назначают",
                 broker->sites_away,
                 "sites have been silent so long that none of their workers is chosen"),
        (struct phrase){"позвоните им; какие — refctl agency ls",
                        "telephone them; which: refctl agency ls"});
}

static void examine_epoch(const struct examination *at)
{
    const struct site_status *broker = at->facts->broker;

    if (broker == NULL) {
        unknown(at);
        return;
    }
    const int64_t held_us = broker->time_us - broker->disclosure_drawn_us;
    count(at, broker->disclosure_keys_waiting + broker->disclosure_sites_waiting);
    if (broker->disclosure_epoch_old == 0) {
        well(at, "прежних ключей раскрытия нет", "no former disclosure key is held");
    } else if (held_us < EPOCH_DAYS * UTC_DAY_US) {
        well(at, "ключ раскрытия заменяется", "the disclosure key is being replaced");
    } else {
        ill(at,
            HEALTH_WARNING,
            numbered(at,
                     "дней хранится прежний ключ раскрытия",
                     (uint64_t)(held_us / UTC_DAY_US),
                     "days the former disclosure key has been held"),
            (struct phrase){"на машине брокера: refbrokerd rotate broker.yaml назовёт, кого ждут",
                            "on the broker's machine: refbrokerd rotate broker.yaml names who is "
                            "waited for"});
    }
}

static const struct health_away *find_away(const struct health_facts *facts, const char *id)
{
    for (size_t i = 0; i < facts->away_count; i++) {
        if (strcmp(facts->away[i].id, id) == 0) {
            return &facts->away[i];
        }
    }
    return NULL;
}

/* Open cases that nobody leads during the leave: no deputy, or one who is not there then. */
static bool is_uncovered(const struct health_facts *facts, const struct health_away *away)
{
    if (away->dismissed || away->until_us == 0 || away->load == 0) {
        return false;
    }
    const struct health_away *deputy =
        away->deputy[0] == '\0' ? NULL : find_away(facts, away->deputy);
    return away->deputy[0] == '\0' ||
           (deputy != NULL && (deputy->dismissed || (deputy->until_us > away->from_us &&
                                                     deputy->from_us < away->until_us)));
}

/* ", curator-1 (01.12.2026 09:00)" behind what is there. */
static struct phrase
named(const struct examination *at, struct phrase list, const struct health_away *away)
{
    const char *comma = list.en[0] == '\0' ? "" : ", ";
    char ru[MOMENT_TEXT_MAX];
    char en[MOMENT_TEXT_MAX];
    const struct phrase longer = {
        arena_format(at->arena,
                     "%s%s%s (%s)",
                     list.ru,
                     comma,
                     away->id,
                     moment_format(away->from_us, at->facts->now_us, LANGUAGE_RU, ru)),
        arena_format(at->arena,
                     "%s%s%s (%s)",
                     list.en,
                     comma,
                     away->id,
                     moment_format(away->from_us, at->facts->now_us, LANGUAGE_EN, en))};
    return longer.ru == NULL || longer.en == NULL ? list : longer;
}

static void examine_leaves(const struct examination *at)
{
    const struct health_facts *facts = at->facts;
    struct phrase list = {"", ""};
    uint64_t uncovered = 0;

    if (facts->broker == NULL) {
        unknown(at);
        return;
    }
    if (facts->away == NULL) {
        well(at,
             "отпуска кураторов видят супервизоры и администраторы",
             "leaves of curators are seen by supervisors and administrators");
        return;
    }
    for (size_t i = 0; i < facts->away_count; i++) {
        if (is_uncovered(facts, &facts->away[i]) && uncovered++ < NAMED_MAX) {
            list = named(at, list, &facts->away[i]);
        }
    }
    count(at, uncovered);
    if (uncovered == 0) {
        well(at,
             "ни один отпуск не оставляет открытые случаи без заместителя",
             "no leave leaves open cases without a deputy");
        return;
    }
    const char *more = uncovered > NAMED_MAX ? ", …" : "";
    const struct phrase text = {
        arena_format(at->arena,
                     "на время отпуска некому вести открытые случаи кураторов, всего %" PRIu64
                     ": %s%s",
                     uncovered,
                     list.ru,
                     more),
        arena_format(at->arena,
                     "nobody leads the open cases during the leave of %" PRIu64 " curators: %s%s",
                     uncovered,
                     list.en,
                     more)};
    ill(at,
        HEALTH_WARNING,
        text,
        (struct phrase){
            "назовите заместителя, который будет на месте: refctl curator leave КУРАТОР "
            "--until ДАТА --deputy КУРАТОР; без него случаи пойдут к другим, а кого "
            "не найдут — на стол",
            "name a deputy who is there then: refctl curator leave CURATOR --until DATE "
            "--deputy CURATOR; without one the cases go to others, and to a desk "
            "where nobody fits"});
}

static const struct {
    const char *name;
    const char *unit;
    void (*examine)(const struct examination *at);
} things[HEALTH_THINGS] = {
    [HEALTH_AGENT] = {"agent", "", examine_agent},
    [HEALTH_LINE] = {"line", "s", examine_line},
    [HEALTH_SPOOL] = {"spool", "", examine_spool},
    [HEALTH_REFUSED] = {"refused", "", examine_refused},
    [HEALTH_DISK] = {"disk", "B", examine_disk},
    [HEALTH_CLOCK] = {"clock", "s", examine_clock},
    [HEALTH_INBOX] = {"inbox", "", examine_inbox},
    [HEALTH_PROGRAM] = {"program", "", examine_program},
    [HEALTH_DESKS] = {"desks", "", examine_desks},
    [HEALTH_SITES] = {"sites", "", examine_sites},
    [HEALTH_EPOCH] = {"epoch", "", examine_epoch},
    [HEALTH_LEAVES] = {"leaves", "", examine_leaves},
};

const char *health_name(enum health_thing thing)
{
    return things[thing].name;
}

const char *health_unit(enum health_thing thing)
{
    return things[thing].unit;
}

enum health_thing health_find(const char *name)
{
    int thing = HEALTH_AGENT;
    while (thing < HEALTH_THINGS && strcmp(things[thing].name, name) != 0) {
        thing++;
    }
    return (enum health_thing)thing;
}

void health_examine(const struct health_facts *facts,
                    struct arena *arena,
                    struct health_finding out[HEALTH_THINGS])
{
    memset(out, 0, sizeof(*out) * HEALTH_THINGS);
    for (int thing = HEALTH_AGENT; thing < HEALTH_THINGS; thing++) {
        const struct examination at = {facts, arena, &out[thing]};
        if (thing != HEALTH_AGENT && facts->silence != NULL) {
            ill(&at,
                HEALTH_UNKNOWN,
                (struct phrase){"агент не отвечает", "the agent does not answer"},
                (struct phrase){"", ""});
        } else {
            things[thing].examine(&at);
        }
    }
}
