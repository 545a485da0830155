/* The child process that reads proposals: forked as the product does it, but what it would find in the files of a set is
 * known beforehand, and its answer is heard after a time that chance chose. The files of set 3 are a text that says so. */
#ifndef TESTS_SIM_READER_H
#define TESTS_SIM_READER_H

#include "tests/sim/sim.h"

/* What an administrator sends for a set of region_set's. */
struct bytes reader_files(struct sim *sim, size_t set);
/* Between turns of the broker: a proposal that waits, a plan whose time has come, an answer. */
bool reader_step(struct sim *sim, struct error *err) __attribute__((warn_unused_result));

#endif
