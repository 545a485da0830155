/* One turn after another; see the header. */
#include "tests/support/world.h"

#include "broker/core/fold.h"
#include "broker/core/plans.h"
#include "broker/core/turn_part.h"
#include "policy/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t turn_bytes = (size_t)128 << 20;
static const size_t kept_bytes = (size_t)512 << 20;

enum { DEADLINES_A_TURN = 256 };

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "world: %s: %s\n", what, why);
    exit(1);
}

struct world *world_create(const char *folder)
{
    struct world *world = calloc(1, sizeof(*world));
    struct error err;
    if (world == NULL) {
        fail("create", "no memory");
    }
    world->turn = arena_create(turn_bytes);
    world->kept = arena_create(kept_bytes);
    if (world->turn == NULL || world->kept == NULL) {
        fail("create", "no memory");
    }
    if (!store_open(&world->store, folder, 0, &err) || !store_begin(world->store, &err)) {
        fail(folder, err.text);
    }
    world->core.store = world->store;
    return world;
}

void world_destroy(struct world **world)
{
    struct world *old = *world;
    if (old == NULL) {
        return;
    }
    regions_release(&old->regions);
    store_close(&old->store);
    arena_destroy(&old->turn);
    arena_destroy(&old->kept);
    free(old);
    *world = NULL;
}

static const struct region *recall(void *world, uint32_t version)
{
    struct world *asked = world;
    return regions_recall(&asked->regions, asked->store, version);
}

static void compile(struct world *world)
{
    struct regions made;
    struct error err;
    if (!regions_load(&made, world->store, &err)) {
        fail("configuration", err.text);
    }
    regions_release(&world->regions);
    world->regions = made;
    world->core.region = made.current;
    world->core.shadow = made.shadow;
    world->core.recall = recall;
    world->core.recall_world = world;
    for (size_t i = 0; i < LIMIT_POLICY_VERSIONS_LIVE; i++) {
        world->core.older[i] = made.older[i];
    }
}

static struct problems *new_problems(struct world *world)
{
    struct problems *problems = arena_alloc(world->turn, sizeof(*problems));
    problems->arena = world->turn;
    return problems;
}

/* As the daemon does it between turns, but for the child process. */
static void activate(struct world *world, struct turn *turn, struct world_result *out)
{
    struct problems *problems = new_problems(world);
    struct source_report *report = arena_alloc(world->turn, sizeof(*report));
    const struct source_reading reading = {.now_us = turn->options.now_us, .arena = world->turn};
    struct region_input input;
    struct plan_record plan;
    struct error err;
    bool changed = false;
    if (!store_plan_after(world->store, 0, PLAN_DUE, &plan)) {
        fail("activate", "no plan is due");
    }
    const struct regions_plan laid = {.record = &plan,
                                      .directory = world->core.region->directory,
                                      .arena = world->turn,
                                      .problems = problems};
    const struct proposal_record proposal = plans_proposal(&plan);
    if (!regions_plan_input(world->store, &laid, &input, &err)) {
        fail("activate", err.text);
    }
    if (problems->count == 0 && !source_recheck(&input, &reading, report)) {
        checks_add(problems, REFUSAL_WRONG_STATE, "plan", NULL);
        problems->items[0].text = report->items[0].text;
    }
    if (problems->count == 0 && turn_configure(turn, &proposal, &input, &changed, problems)) {
        return;
    }
    turn_settle_plan(turn, &plan, problems->items[0].text);
    out->problems = problems;
}

static void decide(struct world *world,
                   struct turn *turn,
                   const struct world_input *input,
                   struct world_result *out)
{
    const struct entry exchange = {.cause = ENTRY_EXCHANGE, .site = input->site};
    const struct fact away = {.kind = FACT_SITE_AWAY, .site = input->site};
    bool changed = false;
    struct problems *problems = NULL;
    switch (input->kind) {
    case WORLD_COMMAND:
        out->reply = turn_command(turn, input->site, input->command);
        break;
    case WORLD_ACKNOWLEDGE:
        for (int lane = LANE_NORMAL; lane < LANE_END; lane++) {
            turn_acknowledge(turn, input->site, (enum lane)lane, input->lines[lane]);
        }
        break;
    case WORLD_DEADLINES:
        out->done = turn_deadlines(turn, DEADLINES_A_TURN, &out->next_due_us);
        break;
    case WORLD_CONFIGURE:
        problems = new_problems(world);
        if (!turn_configure(turn, input->proposal, input->region, &changed, problems)) {
            out->problems = problems;
        }
        break;
    case WORLD_PLAN:
        turn_plan(turn, input->proposal, input->region);
        break;
    case WORLD_ACTIVATE:
        activate(world, turn, out);
        break;
    case WORLD_NEW_SPOOL:
        for (int lane = LANE_NORMAL; lane < LANE_END; lane++) {
            turn_start_lane(turn, input->site, (enum lane)lane, input->incarnation, 1);
        }
        break;
    case WORLD_AWAY:
        turn_open_entry(turn, &exchange);
        turn_emit(turn, &away);
        (void)turn_close_entry(turn);
        break;
    case WORLD_RETURNED:
        turn_returned(turn, input->site);
        break;
    case WORLD_RESYNCED:
        turn_resynced(turn, input->site, input->lines);
        break;
    }
}

static void keep(struct world *world, struct turn *turn)
{
    uint8_t hash[FACT_HASH_BYTES];
    struct bytes coded;
    if (world->batch_count == WORLD_BATCHES_MAX ||
        !fact_encode_batch(turn_batch(turn), world->kept, &coded)) {
        fail("journal", "full");
    }
    world->journal[world->batch_count++] = coded;
    fact_hash(coded, hash);
    turn_settle(turn, hash);
}

void world_apply(struct world *world, const struct world_input *input, struct world_result *out)
{
    memset(out, 0, sizeof(*out));
    arena_reset(world->turn);
    struct turn *turn = turn_begin(&world->core, world->turn, &input->options);
    if (turn == NULL) {
        fail("turn", "no memory");
    }
    decide(world, turn, input, out);
    if (turn_failed(turn) || store_failed(world->store) != NULL) {
        fail("turn", "it failed in the middle of deciding");
    }
    const struct turn_alarm *alarms = NULL;
    const size_t count = turn_alarms(turn, &alarms);
    for (size_t i = 0; i < count && i < WORLD_ALARMS_MAX; i++) {
        out->alarms[out->alarm_count++] = alarms[i].reason;
    }
    out->wrote = turn_batch(turn) != NULL;
    if (out->wrote) {
        keep(world, turn);
    }
    if (out->wrote && (input->kind == WORLD_CONFIGURE || input->kind == WORLD_ACTIVATE ||
                       input->kind == WORLD_PLAN)) {
        compile(world);
    }
}

void world_fold(struct world *world, const struct bytes *journal, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct batch batch;
        uint8_t hash[FACT_HASH_BYTES];
        arena_reset(world->turn);
        fact_hash(journal[i], hash);
        if (!fact_decode_batch(journal[i], world->turn, &batch)) {
            fail("fold", "a batch that was encoded does not decode");
        }
        if (!fold_batch(world->store, world->turn, &batch, hash)) {
            fail("fold", "a batch does not follow the one before it");
        }
    }
}

const struct region_input *world_region(const char *folder, struct arena *arena, int64_t now_us)
{
    struct source_report *report = arena_alloc(arena, sizeof(*report));
    struct region_input *input = arena_alloc(arena, sizeof(*input));
    if (report == NULL || input == NULL) {
        fail(folder, "no memory");
    }
    if (!source_load(folder, now_us, arena, input, report)) {
        source_print(report, LANGUAGE_EN, stderr);
        fail(folder, "the set is refused");
    }
    return input;
}

static uint32_t found(const struct world *world, enum directory_kind kind, const char *id)
{
    const uint32_t number = directory_find(world->core.region->directory, kind, id);
    if (number == 0) {
        fail("nobody and nothing has this id", id);
    }
    return number;
}

uint32_t world_worker(const struct world *world, const char *id)
{
    return found(world, DIRECTORY_WORKER, id);
}

uint32_t world_site(const struct world *world, const char *id)
{
    return found(world, DIRECTORY_SITE, id);
}
