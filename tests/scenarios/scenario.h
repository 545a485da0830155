/* A scenario: people and agents act at given times, and what comes of it is compared with what was written down.
 *
 * The language is described in README.md beside this file. Everything goes through the real core, store and policy;
 * each action is one turn, after which the deadlines that are due are decided and the invariants are asked.
 */
#ifndef TESTS_SCENARIOS_SCENARIO_H
#define TESTS_SCENARIOS_SCENARIO_H

#include "tests/scenarios/scenario_text.h"
#include "tests/support/scratch.h"
#include "tests/support/world.h"

#include "base/keys.h"

enum {
    SCENARIO_INPUTS_MAX = 8192,
    SCENARIO_NAMES_MAX = 128,
    SCENARIO_SITES_MAX = 32,
    SCENARIO_FAILURES_MAX = 32
};

/* A referral of the scenario: "R1". */
struct scenario_name {
    const char *name;
    struct id128 id;
    const struct command *command; /* as it was sent first */
};

struct scenario_failures {
    const char *texts[SCENARIO_FAILURES_MAX];
    size_t count;
};

struct scenario {
    const char *path;
    const char *folder; /* tests/scenarios */
    uint32_t line;      /* now executed */
    const struct scenario_text_line *said;
    struct arena *arena;
    struct scratch *scratch;
    struct world *world;
    int64_t now_us;
    int64_t held_from_us;
    int64_t hold_until_us;
    bool disk_low;
    struct key32 matching;
    struct key32 disclosure_public;
    struct scenario_name names[SCENARIO_NAMES_MAX];
    size_t name_count;
    uint64_t commands[SCENARIO_SITES_MAX][LANE_END];
    struct world_input inputs[SCENARIO_INPUTS_MAX]; /* for deciding again */
    size_t input_count;
    uint32_t plans;   /* proposed */
    uint32_t regions; /* copies made in the scratch folder */
    /* What the last action did */
    bool wrote;
    bool refused;
    enum refusal refusal;
    bool repeated;
    bool refusal_open;                 /* the next line must expect it */
    const char *configuration_problem; /* "": none */
    enum desk_reason alarms[WORLD_ALARMS_MAX];
    size_t alarm_count;
    struct scenario_failures steps;
    struct scenario_failures invariants;
    struct scenario_failures repeats;
};

/* A failure is kept with file and line. */
void scenario_fail(struct scenario *scenario,
                   struct scenario_failures *failures,
                   const char *format,
                   ...) __attribute__((format(printf, 3, 4)));

/* One line; a sentence that nobody understands is a failure. */
void scenario_act(struct scenario *scenario, const struct scenario_text_line *line);
/* Sentences that begin with `expect`. */
void scenario_expect(struct scenario *scenario, const struct scenario_text_line *line);
/* "expect R1: …": what is so about the case. */
void scenario_expect_case(struct scenario *scenario, const struct case_record *record);

/* ---- acting ---------------------------------------------------------------------------------------- */

/* A referral out of "tatarsky, tzs, child …". NULL after a failure. */
struct referral *scenario_form(struct scenario *scenario,
                               const struct scenario_text_line *line,
                               const struct id128 *id);

/* Give a command as a worker, from the worker's own site. */
void scenario_command(struct scenario *scenario, const char *actor, const struct command *wanted);
/* A turn; with what is due after it, or alone. */
void scenario_apply(struct scenario *scenario, struct world_input *input);
struct world_result scenario_apply_alone(struct scenario *scenario, struct world_input *input);
/* The folder of the region's files, with those of changes/NAME in their places. */
const char *scenario_changed(struct scenario *scenario, const char *change);
/* Plans of configurations (scenario_plan.c). */
void scenario_plan_made(struct scenario *scenario, const char *const *got);
void scenario_plan_beside(struct scenario *scenario, const char *const *got);
void scenario_plan_promoted(struct scenario *scenario, const char *const *got);
void scenario_plan_pair_expected(struct scenario *scenario, const char *const *got);
void scenario_plan_difference_expected(struct scenario *scenario, const char *const *got);
void scenario_plan_withdrawn(struct scenario *scenario, const char *const *got);
void scenario_plan_expected(struct scenario *scenario, const char *const *got);
void scenario_plan_failure_expected(struct scenario *scenario, const char *const *got);
/* Sentences about leave, capacity and dismissals (scenario_leave.c). False: the line is none. */
bool scenario_leave_act(struct scenario *scenario, const struct scenario_text_line *line);
/* False: no plan is due. */
bool scenario_plan_activate(struct scenario *scenario);

/* ---- looking --------------------------------------------------------------------------------------- */

/* False after a failure. */
bool scenario_name(struct scenario *scenario, const char *name, const struct scenario_name **out);
bool scenario_case(struct scenario *scenario, const char *name, struct case_record *out);
bool scenario_worker(struct scenario *scenario, const char *id, uint32_t *out);
bool scenario_site(struct scenario *scenario, const char *id, uint32_t *out);
const char *scenario_worker_id(const struct scenario *scenario, uint32_t worker);
/* Local time of Novosibirsk. */
bool scenario_time(struct scenario *scenario, const char *date, const char *clock, int64_t *out);
const char *scenario_local(struct scenario *scenario, int64_t at_us);
/* 0 after a failure. */
uint32_t scenario_code(struct scenario *scenario, enum vocabulary list, const char *code);

#endif
