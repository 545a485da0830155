/* The text of a scenario: lines cut into words, and sentences matched by pattern.
 *
 *     curator-tatarsky-1 refuses R1 no-capacity
 *     expect R1: curator-pending, offered to curator-tatarsky-2
 *     └── head ─┘ └─ clause ────┘ └─ clause ───────────────────┘
 *
 * A clause ends at a comma, the head at a colon with a blank behind it. `#` begins a comment. */
#ifndef TESTS_SCENARIOS_SCENARIO_TEXT_H
#define TESTS_SCENARIOS_SCENARIO_TEXT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCENARIO_TEXT_WORDS_MAX = 24,
    SCENARIO_TEXT_CLAUSES_MAX = 24,
    SCENARIO_TEXT_CAPTURES_MAX = 4
};

struct scenario_text_words {
    const char *words[SCENARIO_TEXT_WORDS_MAX];
    size_t count;
};

struct scenario_text_line {
    struct scenario_text_words head;
    struct scenario_text_words clauses[SCENARIO_TEXT_CLAUSES_MAX];
    size_t clause_count;
};

/* False: too many words or clauses. A line without words has head.count 0. */
bool scenario_text_cut(const char *text, struct arena *arena, struct scenario_text_line *out)
    __attribute__((warn_unused_result));

/* "expect load of WORKER" matches four words; those in capitals match anything and are handed out in order. */
bool scenario_text_match(const char *pattern,
                         const struct scenario_text_words *words,
                         const char *captures[SCENARIO_TEXT_CAPTURES_MAX]);

#endif
