/* Stands before the system's <unistd.h> in the coverage build: a child that ends by _exit writes what it reached too. */
#ifndef TESTS_COVERAGE_UNISTD_H
#define TESTS_COVERAGE_UNISTD_H

#include_next <unistd.h>

void __gcov_dump(void);

static inline void coverage_exit(int status)
{
    __gcov_dump();
    (_exit)(status);
}

#define _exit(status) coverage_exit(status)

#endif
