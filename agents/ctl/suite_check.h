/* Comparing a case of a suite with what the policy makes of it. */
#ifndef CTL_SUITE_CHECK_H
#define CTL_SUITE_CHECK_H

#include "agents/ctl/suite.h"

enum { SUITE_CHECK_DIFFERENCES_MAX = SUITE_FIELD_END + NORM_END };

struct suite_difference {
    char field[32]; /* "rule", "due.answer" */
    uint32_t line;
    struct phrase expected; /* ids, codes and local times; in the arena */
    struct phrase got;
};

struct suite_result {
    int32_t rule; /* that took the case; -1: none */
    struct suite_difference differences[SUITE_CHECK_DIFFERENCES_MAX];
    size_t count; /* 0: passed */
};

/* False: the arena is full. */
bool suite_check(const struct suite_case *item, struct arena *arena, struct suite_result *out)
    __attribute__((warn_unused_result));

#endif
