/* Time: the machine's, or a manual one. */
#include "base/clock.h"

#include "base/utc.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

struct clock {
    bool manual;
    int64_t wall_us; /* manual clocks only */
    int64_t boot_us;
};

static struct clock *create(void);
static int64_t read_us(clockid_t id);

struct clock *clock_create_real(void)
{
    return create();
}

struct clock *clock_create_manual(int64_t wall_us)
{
    struct clock *clock = create();

    if (clock != NULL) {
        clock->manual = true;
        clock->wall_us = wall_us;
        clock->boot_us = UTC_HOUR_US; /* any start will do; not zero, so that nobody relies on it */
    }
    return clock;
}

void clock_destroy(struct clock **clock)
{
    free(*clock);
    *clock = NULL;
}

int64_t clock_wall_us(const struct clock *clock)
{
    return clock->manual ? clock->wall_us : read_us(CLOCK_REALTIME);
}

int64_t clock_boot_us(const struct clock *clock)
{
    return clock->manual ? clock->boot_us : read_us(CLOCK_BOOTTIME);
}

void clock_advance(struct clock *clock, int64_t us)
{
    assert(clock->manual);
    assert(us >= 0);
    clock->wall_us += us;
    clock->boot_us += us;
}

void clock_set_wall(struct clock *clock, int64_t wall_us)
{
    assert(clock->manual);
    clock->wall_us = wall_us;
}

static struct clock *create(void)
{
    return calloc(1, sizeof(struct clock));
}

static int64_t read_us(clockid_t id)
{
    struct timespec now;

    int failed = clock_gettime(id, &now);
    assert(failed == 0);
    return (int64_t)now.tv_sec * UTC_SECOND_US + now.tv_nsec / 1000;
}
