/* refctl doctor, check: what is wrong here and what to do, for a person and for a monitoring system. */
#include "agents/ctl/health.h"
#include "agents/ctl/json_view.h"
#include "agents/ctl/verb.h"

#include <inttypes.h>
#include <string.h>

static const char *const level_names[HEALTH_END] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

struct counting {
    int64_t now_us;
    uint64_t overdue;
};

/* An offer is over when somebody answered it; what has no time cannot be late. */
static bool is_overdue(const struct delivery *delivery, int64_t now_us)
{
    int64_t due_us = 0;

    if (delivery->kind == DELIVERY_OFFER && delivery->view.offer.state == ASSIGNMENT_OFFERED) {
        due_us = delivery->view.offer.answer_due_us;
    } else if (delivery->kind == DELIVERY_TASK) {
        due_us = delivery->view.task.due_us;
    }
    return due_us != 0 && due_us < now_us;
}

static size_t count_overdue(void *world, const struct answer *answer, size_t rows_max)
{
    struct counting *counting = world;

    for (size_t i = 0; i < answer->inbox_count && i < rows_max; i++) {
        counting->overdue += is_overdue(&answer->inbox[i].delivery, counting->now_us) ? 1 : 0;
    }
    return answer->inbox_count;
}

struct leaving {
    struct health_away *rows;
    size_t count;
};

static void copy_id(char out[LIMIT_CODE_BYTES + 1], const char *id)
{
    (void)snprintf(out, LIMIT_CODE_BYTES + 1, "%s", id);
}

static size_t take_away(void *world, const struct answer *answer, size_t rows_max)
{
    struct leaving *leaving = world;

    for (size_t i = 0; i < answer->curator_count && i < rows_max; i++) {
        const struct curator_row *row = &answer->curators[i];
        if ((row->leave_until_us == 0 && !row->dismissed) || leaving->count == HEALTH_AWAY_MAX) {
            continue;
        }
        struct health_away *away = &leaving->rows[leaving->count++];
        copy_id(away->id, row->id);
        copy_id(away->deputy, row->deputy);
        away->from_us = row->leave_from_us;
        away->until_us = row->leave_until_us;
        away->load = row->load;
        away->dismissed = row->dismissed;
    }
    return answer->curator_count;
}

/* Of the whole region. Whoever has no say in leaves does not learn of them: that is no fault. */
static bool gather_away(struct run *run, struct caller *caller, struct health_facts *facts)
{
    struct leaving leaving = {.rows =
                                  arena_array(run->arena, HEALTH_AWAY_MAX, sizeof(*leaving.rows))};
    const struct caller_listing listing = {
        .query = {.kind = QUERY_CURATORS}, .take = take_away, .world = &leaving};
    struct error err = {.code = ERROR_NONE};
    bool more = false;
    const bool ok = leaving.rows != NULL && caller_pages(caller, &listing, &more, &err);

    facts->away = ok ? leaving.rows : NULL;
    facts->away_count = leaving.count;
    return ok || err.code == ERROR_PERMISSION;
}

/* What there is to know; the agent's silence is one of the facts. */
static void gather(struct run *run, bool leaves, struct health_facts *facts, struct error *silence)
{
    struct caller *caller = NULL;
    struct answer *answer = arena_alloc(run->arena, sizeof(*answer));
    struct counting counting = {.now_us = run->screen->now_us};
    const struct caller_listing listing = {
        .query = {.kind = QUERY_INBOX}, .take = count_overdue, .world = &counting};
    bool more = false;

    *facts = (struct health_facts){.now_us = run->screen->now_us};
    bool ok = answer != NULL || error_set(silence, ERROR_OS, "no memory left");
    ok = ok && run_caller(run, &caller, silence) &&
         caller_query(caller, &(struct query){.kind = QUERY_STATUS}, answer, silence);
    if (ok && answer->status_count == 0) {
        ok = error_set(silence, ERROR_PROTOCOL, "the agent's answer holds no status");
    }
    if (!ok || !caller_pages(caller, &listing, &more, silence)) {
        facts->silence = silence;
        return;
    }
    facts->agent = &answer->status[0];
    facts->broker = answer->status_count > 1 ? &answer->status[1] : NULL;
    facts->overdue = counting.overdue;
    if (leaves && facts->broker != NULL && !gather_away(run, caller, facts)) {
        facts->broker = NULL; /* it is gone meanwhile */
    }
}

static void print_finding(const struct screen *screen, const struct health_finding *finding)
{
    static const enum screen_color colors[HEALTH_END] = {
        SCREEN_GREEN, SCREEN_YELLOW, SCREEN_RED, SCREEN_YELLOW};
    static const char *const marks[HEALTH_END] = {"✓", "!", "✗", "?"};

    screen_print(screen,
                 "%s%s%s %s\n",
                 screen_color(screen, colors[finding->level]),
                 marks[finding->level],
                 screen_color(screen, SCREEN_PLAIN),
                 screen_phrase(screen, finding->text));
    if (finding->remedy.en[0] != '\0') {
        screen_print(screen, "  → %s\n", screen_phrase(screen, finding->remedy));
    }
}

static json_t *json_of(const struct screen *screen, const struct health_finding *findings)
{
    json_t *array = json_array();

    for (int thing = HEALTH_AGENT; thing < HEALTH_THINGS; thing++) {
        const struct health_finding *finding = &findings[thing];
        json_t *row = json_pack("{s:s, s:s, s:s, s:s}",
                                "thing",
                                health_name((enum health_thing)thing),
                                "level",
                                level_names[finding->level],
                                "text",
                                screen_phrase(screen, finding->text),
                                "remedy",
                                screen_phrase(screen, finding->remedy));
        if (finding->has_figure) {
            (void)json_object_set_new(row, "figure", json_integer(finding->figure));
        }
        (void)json_array_append_new(array, row);
    }
    return array;
}

bool verb_doctor(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct health_finding findings[HEALTH_THINGS];
    struct health_facts facts;
    struct error silence;
    size_t ill = 0;

    gather(run, true, &facts, &silence);
    health_examine(&facts, run->arena, findings);
    if (screen->json && !screen_json(screen, json_of(screen, findings), err)) {
        return false;
    }
    for (int thing = HEALTH_AGENT; thing < HEALTH_THINGS; thing++) {
        ill += findings[thing].level != HEALTH_OK ? 1 : 0;
        if (!screen->json && !(facts.silence != NULL && thing != HEALTH_AGENT)) {
            print_finding(screen, &findings[thing]);
        }
    }
    if (ill == 0) {
        return true;
    }
    return error_set(err,
                     ERROR_FINDINGS,
                     SCREEN_IN(screen,
                               "не в порядке или неизвестно: %zu из %d",
                               "not well or unknown: %zu of %d"),
                     ill,
                     HEALTH_THINGS);
}

/* Worse of two for a monitoring system: what is known to be bad counts more than what is not known. */
static enum health_level worse(enum health_level a, enum health_level b)
{
    static const int weights[HEALTH_END] = {0, 2, 3, 1};
    return weights[a] >= weights[b] ? a : b;
}

static bool choose(const struct run *run, bool chosen[HEALTH_THINGS], struct error *err)
{
    for (int thing = HEALTH_AGENT; thing < HEALTH_THINGS; thing++) {
        chosen[thing] = run->word_count == 0 && thing < HEALTH_DESKS;
    }
    for (size_t i = 0; i < run->word_count; i++) {
        const enum health_thing thing = health_find(run->words[i]);
        if (thing == HEALTH_THINGS) {
            return error_set(
                err,
                ERROR_USAGE,
                SCREEN_IN(
                    run->screen,
                    "проверять «%.40s» нечего; можно: agent line spool refused disk clock "
                    "inbox program desks sites epoch leaves",
                    "nothing is called \"%.40s\"; there are: agent line spool refused disk clock "
                    "inbox program desks sites epoch leaves"),
                run->words[i]);
        }
        chosen[thing] = true;
    }
    return true;
}

/* "REFBROKER CRITICAL - text; text | line=12s spool=3" */
static void print_line(const struct screen *screen,
                       const struct health_finding *findings,
                       const bool chosen[HEALTH_THINGS],
                       enum health_level level)
{
    const char *between = " - ";

    screen_print(screen, "REFBROKER %s", level_names[level]);
    for (int thing = HEALTH_AGENT; thing < HEALTH_THINGS; thing++) {
        if (chosen[thing] && findings[thing].level == level) {
            screen_print(screen, "%s%s", between, screen_phrase(screen, findings[thing].text));
            between = "; ";
        }
    }
    between = " |";
    for (int thing = HEALTH_AGENT; thing < HEALTH_THINGS; thing++) {
        if (chosen[thing] && findings[thing].has_figure) {
            screen_print(screen,
                         "%s %s=%" PRId64 "%s",
                         between,
                         health_name((enum health_thing)thing),
                         findings[thing].figure,
                         health_unit((enum health_thing)thing));
            between = "";
        }
    }
    screen_print(screen, "\n");
}

bool verb_check(struct run *run, struct error *err)
{
    static const enum error_code codes[HEALTH_END] = {
        ERROR_NONE, ERROR_FINDINGS, ERROR_CRITICAL, ERROR_UNKNOWN};
    struct health_finding findings[HEALTH_THINGS];
    bool chosen[HEALTH_THINGS];
    struct health_facts facts;
    struct error silence;
    enum health_level level = HEALTH_OK;

    if (!choose(run, chosen, err)) {
        return false;
    }
    gather(run, chosen[HEALTH_LEAVES], &facts, &silence);
    health_examine(&facts, run->arena, findings);
    for (int thing = HEALTH_AGENT; thing < HEALTH_THINGS; thing++) {
        level = chosen[thing] ? worse(level, findings[thing].level) : level;
    }
    print_line(run->screen, findings, chosen, level);
    return level == HEALTH_OK || error_set(err, codes[level], "%s", ""); /* the line says it all */
}
