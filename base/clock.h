/* The only source of time: the machine's, or one that a test turns by hand.
 *
 * wall  microseconds since 1970-01-01 UTC, may jump when somebody sets the clock
 * boot  microseconds since boot including sleep, never goes back; only differences mean anything
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock;

struct clock *clock_create_real(void);
struct clock *clock_create_manual(int64_t wall_us);
void clock_destroy(struct clock **clock);

int64_t clock_wall_us(const struct clock *clock);
int64_t clock_boot_us(const struct clock *clock);

/* Manual clocks only: both times advance; or the wall alone jumps. */
void clock_advance(struct clock *clock, int64_t us);
void clock_set_wall(struct clock *clock, int64_t wall_us);

#endif
