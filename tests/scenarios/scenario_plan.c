/* Configurations that wait for their time, in a scenario. */
#include "tests/scenarios/scenario.h"

#include <stdlib.h>
#include <string.h>

/* "p1" */
static uint32_t number_of(const char *name)
{
    enum { DECIMAL = 10 };
    return name[0] == 'p' ? (uint32_t)strtoul(name + 1, NULL, DECIMAL) : 0;
}

/* Who proposes; NULL after a failure. */
static struct proposal_record *proposal_of(struct scenario *scenario, const char *actor)
{
    uint32_t worker = 0;
    struct proposal_record *proposal = arena_alloc(scenario->arena, sizeof(*proposal));
    if (!scenario_worker(scenario, actor, &worker)) {
        return NULL;
    }
    memset(proposal, 0, sizeof(*proposal));
    proposal->id = id128_of_position(UINT64_MAX, ++scenario->plans);
    proposal->origin = VERSION_APPLIED;
    proposal->worker = worker;
    proposal->site = directory_worker(scenario->world->core.region->directory, worker)->site;
    return proposal;
}

static void
plan(struct scenario *scenario, const struct proposal_record *proposal, const char *change)
{
    const char *folder = scenario_changed(scenario, change);
    struct world_input input = {.kind = WORLD_PLAN,
                                .proposal = proposal,
                                .region = world_region(folder, scenario->arena, scenario->now_us)};
    scenario_apply(scenario, &input);
}

void scenario_plan_made(struct scenario *scenario, const char *const *got)
{
    struct proposal_record *proposal = proposal_of(scenario, got[0]);
    if (proposal != NULL && scenario_time(scenario, got[2], got[3], &proposal->activate_us)) {
        plan(scenario, proposal, got[1]);
    }
}

void scenario_plan_beside(struct scenario *scenario, const char *const *got)
{
    struct proposal_record *proposal = proposal_of(scenario, got[0]);
    if (proposal != NULL) {
        proposal->shadow = true;
        plan(scenario, proposal, got[1]);
    }
}

void scenario_plan_promoted(struct scenario *scenario, const char *const *got)
{
    const struct command command = {.kind = COMMAND_POLICY_PROMOTE, .plan = number_of(got[1])};
    scenario_command(scenario, got[0], &command);
}

void scenario_plan_withdrawn(struct scenario *scenario, const char *const *got)
{
    const struct command command = {.kind = COMMAND_POLICY_WITHDRAW, .plan = number_of(got[1])};
    scenario_command(scenario, got[0], &command);
}

bool scenario_plan_activate(struct scenario *scenario)
{
    struct plan_record plan;
    struct world_input input = {.kind = WORLD_ACTIVATE};
    if (!store_plan_after(scenario->world->store, 0, PLAN_DUE, &plan)) {
        return false;
    }
    (void)scenario_apply_alone(scenario, &input);
    return true;
}

static bool find(struct scenario *scenario, const char *name, struct plan_record *out)
{
    const bool found = store_plan(scenario->world->store, number_of(name), out);
    if (!found) {
        scenario_fail(scenario, &scenario->steps, "there is no plan %s", name);
    }
    return found;
}

void scenario_plan_expected(struct scenario *scenario, const char *const *got)
{
    static const char *const states[PLAN_END] = {
        "", "waits", "due", "activated", "failed", "withdrawn", "beside", "unsigned"};
    struct plan_record plan;
    if (find(scenario, got[0], &plan) && strcmp(states[plan.state], got[1]) != 0) {
        scenario_fail(scenario, &scenario->steps, "plan %s: %s", got[0], states[plan.state]);
    }
}

void scenario_plan_failure_expected(struct scenario *scenario, const char *const *got)
{
    struct plan_record plan;
    const char *ru = "";
    const char *en = "";
    const char *const wanted[] = {got[0], "failed"};
    scenario_plan_expected(scenario, wanted);
    if (find(scenario, got[0], &plan) &&
        (!store_reasons(scenario->world->store, STORE_PLAN_VERSION + plan.number, &ru, &en) ||
         strstr(en, got[1]) == NULL)) {
        scenario_fail(scenario, &scenario->steps, "plan %s failed: %s", got[0], en);
    }
}

/* How many decisions a pair of rules made, and with another curator. */
void scenario_plan_pair_expected(struct scenario *scenario, const char *const *got)
{
    enum { DECIMAL = 10 };
    struct shadow_count count;
    for (uint32_t i = 1; i <= store_meta(scenario->world->store)->shadow_pairs; i++) {
        if (store_shadow_count(scenario->world->store, i, &count) &&
            strcmp(count.active, got[0]) == 0 && strcmp(count.shadow, got[1]) == 0) {
            if (count.decided != strtoul(got[2], NULL, DECIMAL) ||
                count.curator != strtoul(got[3], NULL, DECIMAL)) {
                scenario_fail(scenario,
                              &scenario->steps,
                              "%llu decided, %llu with another curator",
                              (unsigned long long)count.decided,
                              (unsigned long long)count.curator);
            }
            return;
        }
    }
    scenario_fail(scenario, &scenario->steps, "no decision by %s and %s", got[0], got[1]);
}

void scenario_plan_difference_expected(struct scenario *scenario, const char *const *got)
{
    struct case_record record;
    struct shadow_record newest;
    const uint64_t last = store_meta(scenario->world->store)->shadow_cases;
    if (!scenario_case(scenario, got[0], &record)) {
        return;
    }
    if (!store_shadow_record(scenario->world->store, last, &newest) ||
        !id128_equal(&newest.case_id, &record.id)) {
        scenario_fail(scenario, &scenario->steps, "%s is not the newest difference", got[0]);
        return;
    }
    const char *worker = scenario_worker_id(scenario, newest.chosen[1]);
    if (strcmp(worker, got[1]) != 0) {
        scenario_fail(scenario, &scenario->steps, "the shadow chose %s", worker);
    }
}
