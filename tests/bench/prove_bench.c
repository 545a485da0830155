/* How long the proof of a large policy takes: tests/bench/prove_bench [RULES [SEED]].
 *
 * Random rules over the whole vocabulary and the territories of a region that we ship; most need three or four
 * conditions at once, so that few shadow others. Prints one line a kind of policy; numbers we took: NOTES.md.
 */
#include "policy/finding.h"
#include "policy/proof.h"
#include "policy/source.h"
#include "proto/vocabulary.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ARENA_BYTES = 1 << 30, TEXT_BYTES = 1 << 20, RULES = 500 };

struct maker {
    uint64_t state;
    const struct directory *directory;
    char *text;
    size_t bytes;
};

static uint32_t pick(struct maker *maker, uint32_t count)
{
    uint64_t x = maker->state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    maker->state = x;
    return (uint32_t)((x >> 20) % count);
}

static void say(struct maker *maker, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct maker *maker, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int bytes = vsnprintf(maker->text + maker->bytes, TEXT_BYTES - maker->bytes, format, arguments);
    va_end(arguments);
    maker->bytes += bytes > 0 && maker->bytes + (size_t)bytes < TEXT_BYTES ? (size_t)bytes : 0;
}

static void say_codes(struct maker *maker, const char *key, enum vocabulary list, uint32_t most)
{
    uint32_t codes = (uint32_t)vocabulary_count(list) - 1;
    uint32_t first = pick(maker, codes);
    uint32_t count = 1 + pick(maker, most < codes ? most : codes);

    say(maker, "%s: [", key);
    for (uint32_t i = 0; i < count; i++) {
        say(maker, "%s%s", i == 0 ? "" : ", ", vocabulary_code(list, 1 + (first + i) % codes));
    }
    say(maker, "]");
}

static void say_condition(struct maker *maker, uint32_t which)
{
    static const struct {
        const char *key;
        enum vocabulary list;
        uint32_t most;
    } words[] = {
        {"need", VOCABULARY_NEED, 3},
        {"age", VOCABULARY_AGE, 2},
        {"flag", VOCABULARY_FLAG, 1},
        {"risk", VOCABULARY_RISK, 2},
        {"direction", VOCABULARY_DIRECTION, 2},
        {"channel", VOCABULARY_CHANNEL, 2},
        {"basis", VOCABULARY_LEGAL_BASIS, 2},
        {"referrer-kind", VOCABULARY_AGENCY_KIND, 3},
    };

    if (which == 8) {
        uint32_t count = directory_count(maker->directory, DIRECTORY_TERRITORY);
        const struct directory_territory *row =
            directory_territory(maker->directory, 1 + pick(maker, count));
        say(maker, "territory: %s", row->id);
        return;
    }
    say_codes(maker, words[which].key, words[which].list, words[which].most);
}

/* conditions: how many of a rule, or one more. */
static void make(struct maker *maker, uint32_t rules, uint32_t conditions)
{
    maker->bytes = 0;
    say(maker,
        "policy: large\npools:\n"
        "  district: {workers: {agency-kind: social, role: case-curator, territory: covers-case}}\n"
        "  duty: {workers: {role: duty-curator}}\nrules:\n");
    for (uint32_t i = 0; i + 1 < rules; i++) {
        uint32_t count = conditions + pick(maker, 2);
        uint32_t first = pick(maker, 9);
        say(maker, "  - {id: r%u, title: {ru: П, en: R}, when: {", i);
        for (uint32_t j = 0; j < count; j++) {
            bool negated = pick(maker, 8) == 0 && j == 0;
            say(maker, "%s%s", j == 0 ? "" : ", ", negated ? "not: {" : "");
            say_condition(maker, (first + j * 2) % 9);
            say(maker, "%s", negated ? "}" : "");
        }
        say(maker, "}, curator: [%s]}\n", pick(maker, 2) == 0 ? "district, duty" : "duty");
    }
    say(maker, "  - {id: rest, title: {ru: П, en: R}, curator: duty}\nrequire:\n");
    for (uint32_t i = 0; i < 20; i++) {
        say(maker, "  - {id: q%u, when: {", i);
        say_condition(maker, i % 9);
        say(maker, "}, then: {curator-from: [district, duty]}}\n");
    }
}

/* Of this process: other programs on the machine do not count. */
static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(struct maker *maker, uint32_t rules, uint32_t conditions)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    struct policy_context context = {.directory = maker->directory};
    struct error_list errors = {.count = 0};
    struct finding_list findings;
    struct policy *policy = NULL;
    struct yaml_file file;
    struct proof proof;
    struct error err;

    make(maker, rules, conditions);
    if (arena == NULL || !finding_list_begin(&findings, arena) ||
        !yaml_tree_parse("large", bytes_of_text(maker->text), arena, &file, &errors) ||
        !policy_read(&policy, &file, 1, &context, &findings)) {
        fprintf(
            stderr, "%s\n", errors.count > 0 ? errors.items[0].text : findings.items[0].text.en);
        exit(1);
    }
    double begin = seconds();
    if (!proof_run(&proof, policy, maker->directory, arena, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    size_t unknown = 0;
    for (size_t i = 0; i < proof.failure_count; i++) {
        unknown += proof.failures[i].verdict == PROOF_UNKNOWN ? 1 : 0;
    }
    printf("%u rules of %u or %u conditions: %.2f s; unreachable %zu, other failures %zu, unknown "
           "%zu\n",
           rules,
           conditions,
           conditions + 1,
           seconds() - begin,
           proof.asked[PROOF_REACH] - proof.held[PROOF_REACH],
           proof.failure_count - (proof.asked[PROOF_REACH] - proof.held[PROOF_REACH]),
           unknown);
    policy_destroy(&policy);
    arena_destroy(&arena);
}

int main(int argc, char *argv[])
{
    uint32_t rules = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : RULES;
    struct arena *arena = arena_create(ARENA_BYTES);
    struct error_list *errors = arena == NULL ? NULL : arena_alloc(arena, sizeof(*errors));
    struct source_report *report = arena == NULL ? NULL : arena_alloc(arena, sizeof(*report));
    struct maker maker = {.state = argc > 2 ? strtoull(argv[2], NULL, 10) : 20261122};
    struct region_input input;
    struct region *region = NULL;

    maker.text = arena == NULL ? NULL : arena_alloc(arena, TEXT_BYTES);
    if (maker.text == NULL || errors == NULL || report == NULL ||
        !source_load("config/novosibirsk", 0, arena, &input, report) ||
        !source_compile(&input, arena, &region, errors)) {
        fprintf(stderr, "config/novosibirsk does not load\n");
        return 1;
    }
    maker.directory = region->directory;
    for (uint32_t conditions = 1; conditions <= 5; conditions++) {
        measure(&maker, rules, conditions);
    }
    region_destroy(&region);
    arena_destroy(&arena);
    return 0;
}
