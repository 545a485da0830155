/* Runs one scenario. usage: run tests/scenarios/NAME.txt
 *
 * Prints TAP: the claim itself; that the invariants held after every turn; that folding the journal into an empty
 * store gives the same state; that deciding the same inputs again gives the same bytes; that repeating a command
 * changed nothing. */
#include "tests/scenarios/scenario.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t arena_bytes = (size_t)1 << 30;

enum { FILE_BYTES_MAX = 1 << 16, CASES = 5, CLAIM_BYTES = 200 };

static void end(const char *what)
{
    (void)fprintf(stderr, "run: %s\n", what);
    exit(1);
}

static struct scenario *prepare(const char *path)
{
    struct error err;
    struct scenario *scenario = calloc(1, sizeof(*scenario));
    struct arena *arena = arena_create(arena_bytes);
    if (scenario == NULL || arena == NULL || !keys_start(&err)) {
        end("no memory");
    }
    scenario->arena = arena;
    scenario->path = path;
    const char *slash = strrchr(path, '/');
    scenario->folder =
        slash == NULL ? "." : arena_text_of(arena, bytes_of(path, (size_t)(slash - path)));
    scenario->scratch = scratch_create();
    scenario->world = world_create(scratch_path(scenario->scratch, "store"));
    memset(scenario->matching.bytes, 'm', KEYS_BYTES); /* fixed: keys are the same in every run */
    scenario->matching.epoch = 1;
    struct key32 secret = {.epoch = 1};
    memset(secret.bytes, 'd', KEYS_BYTES);
    keys_public_of(&secret, &scenario->disclosure_public);
    scenario->disclosure_public.epoch = 1;
    scenario->configuration_problem = "";
    return scenario;
}

static void execute(struct scenario *scenario, const char *text)
{
    struct scenario_text_line line;
    if (!scenario_text_cut(text, scenario->arena, &line)) {
        scenario_fail(scenario, &scenario->steps, "too many words");
        return;
    }
    if (line.head.count == 0) {
        return;
    }
    const bool expects = strcmp(line.head.words[0], "expect") == 0;
    const bool refusal =
        expects && line.head.count > 1 && strcmp(line.head.words[1], "refused") == 0;
    if (scenario->refusal_open && !refusal) {
        scenario->refusal_open = false;
        scenario_fail(scenario,
                      &scenario->steps,
                      "the line before was refused (code %d)",
                      (int)scenario->refusal);
    }
    if (expects) {
        scenario_expect(scenario, &line);
    } else {
        scenario_act(scenario, &line);
    }
}

/* The first line is a comment that says the claim. */
static const char *execute_all(struct scenario *scenario, const char *text)
{
    const char *claim = "";
    for (const char *at = text; *at != '\0'; scenario->line++) {
        const size_t bytes = strcspn(at, "\n");
        const char *line = arena_text_of(scenario->arena, bytes_of(at, bytes));
        scenario->line += scenario->line == 0 ? 1 : 0;
        if (scenario->line == 1 && line[0] == '#') {
            claim = line + 1 + strspn(line + 1, " ");
        }
        execute(scenario, line);
        at += bytes;
        at += *at == '\n' ? 1 : 0;
    }
    if (scenario->refusal_open) {
        scenario_fail(scenario, &scenario->steps, "the last command was refused");
    }
    if (claim[0] == '\0') {
        scenario_fail(scenario, &scenario->steps, "a scenario begins with `# the claim`");
    }
    return claim;
}

static void tell(int number, const char *claim, const struct scenario_failures *failures)
{
    (void)printf(
        "%sok %d - %.*s\n", failures->count == 0 ? "" : "not ", number, CLAIM_BYTES, claim);
    for (size_t i = 0; i < failures->count; i++) {
        (void)printf("# %s\n", failures->texts[i]);
    }
}

static struct scenario_failures fold_again(struct scenario *scenario)
{
    struct scenario_failures failures = {.count = 0};
    uint8_t was[FACT_HASH_BYTES];
    uint8_t is[FACT_HASH_BYTES];
    struct world *other = world_create(scratch_path(scenario->scratch, "store-folded"));
    world_fold(other, scenario->world->journal, scenario->world->batch_count);
    store_digest(scenario->world->store, was);
    store_digest(other->store, is);
    if (memcmp(was, is, sizeof(is)) != 0) {
        scenario_fail(scenario, &failures, "the digests differ");
    }
    world_destroy(&other);
    return failures;
}

static struct scenario_failures decide_again(struct scenario *scenario)
{
    struct scenario_failures failures = {.count = 0};
    const struct world *first = scenario->world;
    struct world *other = world_create(scratch_path(scenario->scratch, "store-decided"));
    for (size_t i = 0; i < scenario->input_count; i++) {
        struct world_result result;
        world_apply(other, &scenario->inputs[i], &result);
    }
    if (first->batch_count != other->batch_count) {
        scenario_fail(
            scenario, &failures, "%zu batches, then %zu", first->batch_count, other->batch_count);
    }
    for (size_t i = 0; i < first->batch_count && i < other->batch_count; i++) {
        if (!bytes_equal(first->journal[i], other->journal[i])) {
            scenario_fail(scenario, &failures, "batch %zu differs", i + 1);
            break;
        }
    }
    world_destroy(&other);
    return failures;
}

int main(int argc, char **argv)
{
    struct error err;
    struct bytes content;
    if (argc != 2) {
        end("usage: run SCENARIO.txt");
    }
    struct scenario *scenario = prepare(argv[1]);
    if (!file_read(argv[1], FILE_BYTES_MAX, scenario->arena, &content, &err)) {
        end(err.text);
    }
    (void)printf("1..%d\n", CASES);
    const char *claim = execute_all(scenario, arena_text_of(scenario->arena, content));
    tell(1, claim, &scenario->steps);
    tell(2, "the invariants hold after every turn", &scenario->invariants);
    const struct scenario_failures folded = fold_again(scenario);
    tell(3, "the folded journal is the state", &folded);
    const struct scenario_failures decided = decide_again(scenario);
    tell(4, "the same inputs decide the same", &decided);
    tell(5, "repeating a command changes nothing", &scenario->repeats);
    const bool good = scenario->steps.count + scenario->invariants.count + folded.count +
                          decided.count + scenario->repeats.count ==
                      0;
    world_destroy(&scenario->world);
    scratch_destroy(&scenario->scratch);
    arena_destroy(&scenario->arena);
    free(scenario);
    return good ? 0 : 1;
}
