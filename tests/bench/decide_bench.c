/* How long one routing decision takes: tests/bench/decide_bench [ROUNDS].
 *
 * A policy of 200 rules, of which the last one matches, and a pool of 1 000 curators, whose loads change from round to
 * round. Prints the median of 21 series; numbers we took: NOTES.md.
 *
 *   decide   policy_decide, with rules of one condition and of four (risk, need, territory, flag)
 *   choose   choice_make, with what is known about the curators in an array
 *   broker   the same choice inside the broker: loads, sites and keys are looked up in its store and directory
 */
#include "base/yaml_tree.h"
#include "broker/core/candidate.h"
#include "policy/choice.h"
#include "policy/finding.h"
#include "tests/support/scratch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RULES = 200, CURATORS = 1000, SERIES = 21, ROUNDS = 2000, TEXT_BYTES = 1 << 17 };

struct bench {
    struct arena *arena;
    struct directory *directory;
    struct policy *policy;
    struct roster *roster;
    struct choice_worker *workers; /* by number */
    size_t rounds;
    uint64_t sum; /* of what was decided, so that nothing is left out */
};

static void fail(const char *what)
{
    (void)fprintf(stderr, "decide_bench: %s\n", what);
    exit(1);
}

/* CPU time: other programs run, too. */
static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    const double first = *(const double *)a;
    const double second = *(const double *)b;

    return first < second ? -1 : first > second;
}

/* Microseconds a round: the median of the series, and the quickest. */
static void
report(const char *name, struct bench *bench, void (*round)(struct bench *bench, size_t number))
{
    double series[SERIES];

    for (size_t i = 0; i < SERIES; i++) {
        const int64_t begin_ns = now_ns();
        for (size_t j = 0; j < bench->rounds; j++) {
            round(bench, j);
        }
        series[i] = (double)(now_ns() - begin_ns) / (double)bench->rounds / 1000;
    }
    qsort(series, SERIES, sizeof(series[0]), by_value);
    (void)printf("%-28s %8.3f us   (quickest %.3f)\n", name, series[SERIES / 2], series[0]);
}

/* ---- the region --------------------------------------------------------------------------------- */

static void make_directory(struct bench *bench)
{
    static const char *where[] = {"region"};
    struct directory_row *rows = arena_array(bench->arena, CURATORS + 7, sizeof(*rows));
    size_t count = 0;
    struct error err;

    if (rows == NULL) {
        fail("no memory");
    }
    rows[count++] = (struct directory_row){.kind = DIRECTORY_TERRITORY,
                                           .number = 1,
                                           .id = "region",
                                           .title_ru = "р",
                                           .title_en = "r",
                                           .zone = "z"};
    rows[count++] = (struct directory_row){.kind = DIRECTORY_TERRITORY,
                                           .number = 2,
                                           .id = "here",
                                           .title_ru = "з",
                                           .title_en = "h",
                                           .parent = "region"};
    rows[count++] = (struct directory_row){.kind = DIRECTORY_TERRITORY,
                                           .number = 3,
                                           .id = "there",
                                           .title_ru = "т",
                                           .title_en = "t",
                                           .parent = "region"};
    rows[count++] = (struct directory_row){.kind = DIRECTORY_AGENCY,
                                           .number = 1,
                                           .id = "social",
                                           .title_ru = "с",
                                           .title_en = "s",
                                           .agency_kind = AGENCY_KIND_SOCIAL,
                                           .ownership = OWNERSHIP_STATE,
                                           .home_site = "social-1",
                                           .territories = where,
                                           .territory_count = 1};
    rows[count++] = (struct directory_row){.kind = DIRECTORY_SITE,
                                           .number = 1,
                                           .id = "social-1",
                                           .title_ru = "с",
                                           .title_en = "s",
                                           .agency = "social"};
    rows[count++] = (struct directory_row){.kind = DIRECTORY_KEY,
                                           .number = 1,
                                           .id = "social-1/key",
                                           .site = "social-1",
                                           .curve = {1},
                                           .sealing = {2}};
    for (uint32_t i = 1; i <= CURATORS; i++) {
        rows[count++] = (struct directory_row){.kind = DIRECTORY_WORKER,
                                               .number = i,
                                               .id = arena_format(bench->arena, "curator-%u", i),
                                               .title_ru = "к",
                                               .title_en = "c",
                                               .site = "social-1",
                                               .roles = UINT32_C(1) << ROLE_CASE_CURATOR,
                                               .capacity = 30 + i % 20};
    }
    if (!directory_create(&bench->directory, rows, NULL, count, &err)) {
        fail(err.text);
    }
}

static void say(char *text, size_t *bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(char *text, size_t *bytes, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const int written = vsnprintf(text + *bytes, TEXT_BYTES - *bytes, format, arguments);
    va_end(arguments);
    *bytes += written > 0 ? (size_t)written : 0;
}

/* when  the condition of all rules but the last; none holds for the referral of facts() */
static void make_policy(struct bench *bench, const char *when)
{
    const struct policy_context context = {.directory = bench->directory};
    struct error_list errors = {.count = 0};
    struct finding_list findings;
    struct yaml_file file;
    char *text = arena_alloc(bench->arena, TEXT_BYTES);
    size_t bytes = 0;
    struct error err;

    if (text == NULL || !finding_list_begin(&findings, bench->arena)) {
        fail("no memory");
    }
    say(text, &bytes, "policy: bench\npools: {all: {workers: {role: case-curator}}}\nrules:\n");
    for (int i = 1; i < RULES; i++) {
        say(text,
            &bytes,
            "  - {id: rule-%d, title: {ru: П, en: R}, when: {%s}, curator: [all]}\n",
            i,
            when);
    }
    say(text, &bytes, "  - {id: last, title: {ru: П, en: L}, curator: [all]}\n");
    if (!yaml_tree_parse("policy.yaml", bytes_of_text(text), bench->arena, &file, &errors) ||
        !policy_read(&bench->policy, &file, 1, &context, &findings) ||
        !roster_create(&bench->roster, bench->policy, bench->directory, &err)) {
        fail("the policy does not compile");
    }
}

static void drop_policy(struct bench *bench)
{
    roster_destroy(&bench->roster);
    policy_destroy(&bench->policy);
}

static struct policy_facts facts(size_t number)
{
    return (struct policy_facts){.labels = {.territory = 2,
                                            .risk = RISK_TZS,
                                            .direction = DIRECTION_PREVENTION,
                                            .channel = CHANNEL_SPECIALIST,
                                            .basis = LEGAL_BASIS_CONSENT,
                                            .needs = UINT32_C(1) << NEED_FOOD,
                                            .children = (uint32_t)(number % 5)},
                                 .referrer_kind = AGENCY_KIND_EDUCATION,
                                 .at_us = INT64_C(1795402800000000)};
}

/* ---- what is measured ------------------------------------------------------------------------------ */

static void decide(struct bench *bench, size_t number)
{
    static struct policy_verdict verdict; /* as large as 256 rules: the caller's, not measured */
    const struct policy_facts asked = facts(number);

    policy_decide(bench->policy, bench->directory, &asked, &verdict);
    if (verdict.rule != RULES - 1) {
        fail("another rule decided");
    }
    bench->sum += verdict.failed_count;
}

static struct choice_worker look(const void *world, const struct directory_worker *row)
{
    return ((const struct choice_worker *)world)[row->number];
}

static void choose(struct bench *bench, size_t number)
{
    const struct choice choice = {.policy = bench->policy,
                                  .roster = bench->roster,
                                  .directory = bench->directory,
                                  .territory = 2,
                                  .risk = RISK_TZS,
                                  .look = look,
                                  .world = bench->workers};
    struct fact_decision decision;

    decision.pools[0] = 0;
    decision.pool_count = 1;
    decision.candidate_count = 0;
    memset(decision.counts, 0, sizeof(decision.counts));
    choice_make(&choice, &decision);
    bench->sum += decision.chosen + number;
    bench->workers[decision.chosen].load =
        (uint32_t)(number % 31); /* somebody's case began or ended */
    bench->workers[decision.chosen].last_picked = number;
}

/* The broker's own look: its store, its directory, the case's history. */
struct broker_side {
    struct bench *bench;
    struct store *store;
    struct core core;
    struct region region;
    struct turn turn;
    struct case_record record;
};

static struct broker_side broker;

static void choose_in_broker(struct bench *bench, size_t number)
{
    const struct candidate_wish wish = {.record = &broker.record, .region = &broker.region};
    struct fact_decision decision;

    decision.pools[0] = 0;
    decision.pool_count = 1;
    decision.candidate_count = 0;
    memset(decision.counts, 0, sizeof(decision.counts));
    candidate_choose(&broker.turn, &wish, &decision);
    bench->sum += decision.chosen + number;
    const struct worker_record taken = {.load = (uint32_t)(number % 31), .last_picked = number};
    store_put_worker(broker.store, decision.chosen, &taken);
}

static void measure_broker(struct bench *bench)
{
    struct scratch *scratch = scratch_create();
    struct error err;

    if (!store_open(&broker.store, scratch_path(scratch, "store"), 0, &err) ||
        !store_begin(broker.store, &err)) {
        fail(err.text);
    }
    for (uint32_t i = 1; i <= CURATORS; i++) {
        store_put_worker(broker.store, i, &(struct worker_record){.load = i * 7 % 29});
    }
    broker.region = (struct region){
        .directory = bench->directory, .policy = bench->policy, .roster = bench->roster};
    broker.core = (struct core){.store = broker.store, .region = &broker.region};
    broker.turn = (struct turn){.core = &broker.core,
                                .store = broker.store,
                                .options = {.now_us = INT64_C(1795402800000000)}};
    broker.record.labels = facts(0).labels;
    report("broker, 1000 curators", bench, choose_in_broker);
    store_abort(broker.store);
    store_close(&broker.store);
    scratch_destroy(&scratch);
}

int main(int argc, char **argv)
{
    enum { DECIMAL = 10 };
    struct bench bench = {.arena = arena_create((size_t)64 << 20),
                          .workers = calloc(CURATORS + 1, sizeof(*bench.workers)),
                          .rounds = argc > 1 ? strtoul(argv[1], NULL, DECIMAL) : ROUNDS};

    if (bench.arena == NULL || bench.workers == NULL || bench.rounds == 0) {
        fail("no memory, or no rounds");
    }
    for (uint32_t i = 1; i <= CURATORS; i++) {
        bench.workers[i].load = i * 7 % 29;
    }
    make_directory(&bench);
    make_policy(&bench, "risk: sop");
    report("decide, 200 rules of one", &bench, decide);
    drop_policy(&bench);
    make_policy(&bench,
                "risk-below: sop, need: [food, school], territory: here, flag: child-alone");
    report("decide, 200 rules of four", &bench, decide);
    report("choose, 1000 curators", &bench, choose);
    measure_broker(&bench);
    drop_policy(&bench);
    directory_destroy(&bench.directory);
    arena_destroy(&bench.arena);
    free(bench.workers);
    (void)printf("(%llu)\n", (unsigned long long)bench.sum);
    return 0;
}
