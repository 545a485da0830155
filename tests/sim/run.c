/* The simulator's program.
 *
 *     run seeds FIRST COUNT          each seed once; a failing one is shrunk and told as a line of seeds.txt
 *     run rerun FIRST COUNT          each seed twice: the traces must be the same
 *     run kept FILE                  the seeds of a file, as they were shrunk
 *     run plants FIRST LAST SEEDS    each planted bug must be found within so many seeds (TAP)
 *     run soak SECONDS FIRST FILE    seeds until the time is up; failing ones are added to the file
 *     run tell SEED [PLANT]          one seed, with everything that happens
 *
 * EVENTS in the environment: how many events a seed has, 300 otherwise.
 * timeout: 300
 */
#include "tests/sim/draw.h"
#include "tests/sim/plant.h"
#include "tests/sim/shrink.h"
#include "tests/sim/sim.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 300, EVENTS_MAX = SHRINK_EVENTS_MAX, LINE_BYTES = 1 << 16, FOUND = 3 };

static uint32_t events_of_seed(void)
{
    const char *said = getenv("EVENTS");
    const unsigned long events = said == NULL ? EVENTS : strtoul(said, NULL, 10);
    return events > EVENTS_MAX ? EVENTS_MAX : (uint32_t)events;
}

static uint64_t number(int argc, char **argv, int at)
{
    return at < argc ? strtoull(argv[at], NULL, 0) : 1;
}

/* "SEED EVENTS kept,events  # breach" */
static void print_kept(FILE *out,
                       const struct sim_options *options,
                       const struct sim_result *result,
                       uint32_t events,
                       const bool *left_out)
{
    const char *comma = "";
    (void)fprintf(out, "%" PRIu64 " %u ", options->seed, (unsigned)events);
    for (uint32_t i = 0; i < events; i++) {
        if (!left_out[i]) {
            (void)fprintf(out, "%s%u", comma, (unsigned)i);
            comma = ",";
        }
    }
    (void)fprintf(out, "%s  # %s\n", comma[0] == '\0' ? "-" : "", result->breach);
    (void)fflush(out);
}

/* Runs a seed; when it breaks it is shrunk and told. True: it held. */
static bool hold(const struct sim_region *region, const struct sim_options *options, FILE *keep)
{
    static bool left_out[EVENTS_MAX];
    struct sim_result result;
    sim_play(region, options, &result);
    if (!result.broken) {
        return true;
    }
    (void)printf(
        "seed %" PRIu64 ", event %" PRIu64 ": %s\n", options->seed, result.event, result.breach);
    (void)fflush(stdout);
    const uint32_t events = shrink_seed(region, options, &result, left_out);
    print_kept(keep, options, &result, events, left_out);
    return false;
}

static int run_seeds(const struct sim_region *region, uint64_t first, uint64_t count)
{
    struct sim_options options = {.events = events_of_seed()};
    uint64_t broken = 0;
    for (uint64_t i = 0; i < count; i++) {
        options.seed = first + i;
        broken += hold(region, &options, stdout) ? 0 : 1;
    }
    (void)printf("%" PRIu64 " seeds of %u events, %" PRIu64 " broke\n",
                 count,
                 (unsigned)options.events,
                 broken);
    return broken == 0 ? 0 : 1;
}

static int run_twice(const struct sim_region *region, uint64_t first, uint64_t count)
{
    struct sim_options options = {.events = events_of_seed()};
    uint64_t different = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct sim_result once;
        struct sim_result again;
        options.seed = first + i;
        sim_play(region, &options, &once);
        sim_play(region, &options, &again);
        if (memcmp(once.digest, again.digest, sizeof(once.digest)) != 0 ||
            once.turns != again.turns) {
            different++;
            (void)printf("seed %" PRIu64 ": the second run was another one\n", options.seed);
        }
    }
    return different == 0 ? 0 : 1;
}

/* ---- kept seeds ---------------------------------------------------------------------------------- */

static bool run_kept_line(const struct sim_region *region, char *line)
{
    static bool left_out[EVENTS_MAX];
    struct sim_result result;
    char *at = line;
    const uint64_t seed = strtoull(at, &at, 0);
    const uint32_t events = (uint32_t)strtoul(at, &at, 10);
    const struct sim_options options = {.seed = seed, .events = events, .left_out = left_out};
    for (uint32_t i = 0; i < EVENTS_MAX; i++) {
        left_out[i] = true;
    }
    at += strspn(at, " -");
    while (*at >= '0' && *at <= '9') {
        const unsigned long event = strtoul(at, &at, 10);
        left_out[event < EVENTS_MAX ? event : 0] = false;
        at += *at == ',' ? 1 : 0;
    }
    sim_play(region, &options, &result);
    if (result.broken) {
        (void)printf(
            "seed %" PRIu64 ", event %" PRIu64 ": %s\n", seed, result.event, result.breach);
    }
    return !result.broken;
}

static int run_kept(const struct sim_region *region, const char *path)
{
    static char line[LINE_BYTES];
    FILE *file = fopen(path, "r");
    int status = 0;
    if (file == NULL) {
        perror(path);
        return 1;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] >= '0' && line[0] <= '9' && !run_kept_line(region, line)) {
            status = 1;
        }
    }
    (void)fclose(file);
    return status;
}

/* ---- planted bugs -------------------------------------------------------------------------------- */

static void try_plant(const struct sim_region *region, const struct sim_options *options)
{
    struct sim_result result;
    sim_play(region, options, &result);
    if (result.broken) {
        (void)printf("# seed %" PRIu64 ", event %" PRIu64 ": %s\n",
                     options->seed,
                     result.event,
                     result.breach);
        (void)fflush(stdout);
        _exit(FOUND);
    }
}

/* In a process of its own: a planted bug may end in an assertion, which finds it as well. */
static void seek_plant(const struct sim_region *region, int plant, uint64_t seeds)
{
    struct sim_options options = {.events = events_of_seed(), .plant = plant};
    options.seed = plant_found_by(plant);
    if (options.seed > 0 && options.seed <= seeds) {
        try_plant(region, &options);
    }
    for (options.seed = 1; options.seed <= seeds; options.seed++) {
        try_plant(region, &options);
    }
    _exit(0);
}

static bool is_found(const struct sim_region *region, int plant, uint64_t seeds)
{
    int status = 0;
    (void)fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        seek_plant(region, plant, seeds);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return false;
    }
    if (WIFSIGNALED(status)) {
        (void)printf("# an assertion of the product ended it (%d)\n", WTERMSIG(status));
    }
    return (WIFEXITED(status) && WEXITSTATUS(status) == FOUND) ||
           (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static int
run_plants(const struct sim_region *region, uint64_t first, uint64_t last, uint64_t seeds)
{
    const int most = plant_count();
    const int end = (int)last < most ? (int)last : most;
    int missed = 0;
    (void)printf("1..%d\n", end - (int)first + 1);
    for (int plant = (int)first; plant <= end; plant++) {
        const bool found = is_found(region, plant, seeds);
        missed += found ? 0 : 1;
        (void)printf("%sok %d - found: %s\n",
                     found ? "" : "not ",
                     plant - (int)first + 1,
                     plant_name(plant));
    }
    return missed == 0 ? 0 : 1;
}

/* ---- soak ---------------------------------------------------------------------------------------- */

static int run_soak(const struct sim_region *region, time_t seconds, uint64_t first, FILE *keep)
{
    struct sim_options options = {.seed = first, .events = events_of_seed()};
    const time_t until = time(NULL) + seconds;
    uint64_t broken = 0;
    for (; time(NULL) < until; options.seed++) {
        broken += hold(region, &options, keep) ? 0 : 1;
    }
    (void)printf("%" PRIu64 " seeds from %" PRIu64 " of %u events, %" PRIu64 " broke\n",
                 options.seed - first,
                 first,
                 (unsigned)options.events,
                 broken);
    return broken == 0 ? 0 : 1;
}

static int tell(const struct sim_region *region, uint64_t seed, int plant)
{
    const struct sim_options options = {
        .seed = seed, .events = events_of_seed(), .plant = plant, .tell = true};
    struct sim_result result;
    sim_play(region, &options, &result);
    (void)printf("%" PRIu64 " turns, %s\n", result.turns, result.broken ? result.breach : "held");
    return result.broken ? 1 : 0;
}

/* ---- the command line ---------------------------------------------------------------------------- */

static int run(const struct sim_region *region, int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "seeds") == 0) {
        return run_seeds(region, number(argc, argv, 2), number(argc, argv, 3));
    }
    if (strcmp(what, "rerun") == 0) {
        return run_twice(region, number(argc, argv, 2), number(argc, argv, 3));
    }
    if (strcmp(what, "kept") == 0 && argc > 2) {
        return run_kept(region, argv[2]);
    }
    if (strcmp(what, "plants") == 0) {
        return run_plants(
            region, number(argc, argv, 2), number(argc, argv, 3), number(argc, argv, 4));
    }
    if (strcmp(what, "tell") == 0) {
        return tell(region, number(argc, argv, 2), argc > 3 ? (int)number(argc, argv, 3) : 0);
    }
    if (strcmp(what, "soak") == 0 && argc > 4) {
        FILE *keep = fopen(argv[4], "a");
        const int status =
            keep == NULL
                ? 1
                : run_soak(region, (time_t)number(argc, argv, 2), number(argc, argv, 3), keep);
        return keep == NULL || fclose(keep) != 0 ? 1 : status;
    }
    (void)fputs("usage: run seeds|rerun|kept|plants|soak|tell …, see run.c\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const char *root = getenv("REFBROKER_ROOT");
    draw_start();
    struct sim_region *region = sim_load(root == NULL ? "." : root);
    const int status = run(region, argc, argv);
    sim_unload(&region);
    return status;
}
