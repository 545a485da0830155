/* What the programs of tests/bench measure with: time, processor time and percentiles.
 *
 * Called by tests/bench only. A program's own error ends it with status 1 and a line on stderr.
 */
#ifndef TESTS_SUPPORT_FIGURES_H
#define TESTS_SUPPORT_FIGURES_H

#include <stdint.h>

/* Microseconds of the monotonic clock. */
int64_t figures_now_us(void);

/* Processor time that a process and its threads have used so far, in seconds; steps of a hundredth.
 *
 * pid     as text, or "self"
 */
double figures_cpu_s(const char *pid);

/* Print `, "NAME_p50_us": …, "NAME_p99_us": …, "NAME_most_us": …`, the middle of a JSON object.
 *
 * times   microseconds; sorted afterwards
 * count   at least 1
 */
void figures_print_times(const char *name, uint32_t *times, uint64_t count);

#endif
