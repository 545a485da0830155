/* Leave, capacity and dismissals, in a scenario. */
#include "tests/scenarios/scenario.h"

#include <stdlib.h>
#include <string.h>

/* "from DATE TIME", "until DATE TIME", "deputy WORKER" behind the colon; without from it begins now. */
static bool read_clauses(struct scenario *scenario, struct command *wanted)
{
    const char *got[SCENARIO_TEXT_CAPTURES_MAX];
    bool good = true;
    wanted->at_us = scenario->now_us;
    for (size_t i = 0; i < scenario->said->clause_count; i++) {
        const struct scenario_text_words *clause = &scenario->said->clauses[i];
        if (scenario_text_match("from DATE TIME", clause, got)) {
            good = scenario_time(scenario, got[0], got[1], &wanted->at_us) && good;
        } else if (scenario_text_match("until DATE TIME", clause, got)) {
            good = scenario_time(scenario, got[0], got[1], &wanted->until_us) && good;
        } else if (scenario_text_match("deputy WORKER", clause, got)) {
            wanted->deputy = got[0];
        } else {
            scenario_fail(scenario, &scenario->steps, "a leave has from, until and deputy");
            good = false;
        }
    }
    return good;
}

static void sent_on_leave(struct scenario *scenario, const char *const *got)
{
    struct command wanted = {.kind = COMMAND_LEAVE, .worker = got[1]};
    if (read_clauses(scenario, &wanted)) {
        scenario_command(scenario, got[0], &wanted);
    }
}

static void takes_leave(struct scenario *scenario, const char *const *got)
{
    const char *const both[] = {got[0], got[0]};
    sent_on_leave(scenario, both);
}

static void called_back(struct scenario *scenario, const char *const *got)
{
    const struct command wanted = {.kind = COMMAND_END_LEAVE, .worker = got[1]};
    scenario_command(scenario, got[0], &wanted);
}

static void comes_back(struct scenario *scenario, const char *const *got)
{
    const char *const both[] = {got[0], got[0]};
    called_back(scenario, both);
}

static void sets_capacity(struct scenario *scenario, const char *const *got)
{
    enum { DECIMAL = 10 };
    const bool as_directory = strcmp(got[2], "directory") == 0;
    const struct command wanted = {.kind = COMMAND_SET_CAPACITY,
                                   .worker = got[1],
                                   .count =
                                       as_directory ? 0 : (uint32_t)strtoul(got[2], NULL, DECIMAL),
                                   .as_directory = as_directory};
    scenario_command(scenario, got[0], &wanted);
}

static void dismisses(struct scenario *scenario, const char *const *got)
{
    const struct command wanted = {.kind = COMMAND_DISMISS, .worker = got[1], .note = "left"};
    scenario_command(scenario, got[0], &wanted);
}

static const struct {
    const char *pattern;
    void (*act)(struct scenario *scenario, const char *const *got);
} acts[] = {
    {"WORKER takes leave", takes_leave},
    {"WORKER sends WORKER on leave", sent_on_leave},
    {"WORKER returns from leave", comes_back},
    {"WORKER calls WORKER back", called_back},
    {"WORKER sets the capacity of WORKER to UNITS", sets_capacity},
    {"WORKER dismisses WORKER", dismisses},
};

bool scenario_leave_act(struct scenario *scenario, const struct scenario_text_line *line)
{
    const char *got[SCENARIO_TEXT_CAPTURES_MAX];
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (scenario_text_match(acts[i].pattern, &line->head, got)) {
            acts[i].act(scenario, got);
            return true;
        }
    }
    return false;
}
