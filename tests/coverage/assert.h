/* Stands before the system's <assert.h> in the coverage build: an assertion is a call there, and no branch of the line. */
#ifndef TESTS_COVERAGE_ASSERT_H
#define TESTS_COVERAGE_ASSERT_H

#include <stdbool.h>
#include <stdlib.h>

static inline void coverage_assert(bool holds)
{
    if (!holds) {
        abort();
    }
}

#undef assert
#define assert(expression) coverage_assert(expression)
#define static_assert _Static_assert

#endif
