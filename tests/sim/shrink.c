/* Delta debugging over events; see shrink.h. */
#include "tests/sim/shrink.h"

#include <string.h>

enum { RUNS_MAX = 250, ALIKE_BYTES = 10 };

struct shrinking {
    const struct sim_region *region;
    struct sim_options options;
    const char *breach;
    uint32_t runs;
};

/* The same kind of breach: "P1: comman". */
static bool still_breaks(struct shrinking *shrinking, const bool *left_out)
{
    struct sim_result result;
    if (shrinking->runs >= RUNS_MAX) {
        return false;
    }
    shrinking->runs++;
    shrinking->options.left_out = left_out;
    sim_play(shrinking->region, &shrinking->options, &result);
    return result.broken && strncmp(result.breach, shrinking->breach, ALIKE_BYTES) == 0;
}

static void try_without(struct shrinking *shrinking, bool *left_out, uint32_t from, uint32_t count)
{
    bool tried[SHRINK_EVENTS_MAX];
    const uint32_t end =
        from + count < shrinking->options.events ? from + count : shrinking->options.events;
    bool changes = false;
    memcpy(tried, left_out, sizeof(tried));
    for (uint32_t i = from; i < end; i++) {
        changes = changes || !tried[i];
        tried[i] = true;
    }
    if (changes && still_breaks(shrinking, tried)) {
        memcpy(left_out, tried, sizeof(tried));
    }
}

uint32_t shrink_seed(const struct sim_region *region,
                     const struct sim_options *options,
                     const struct sim_result *broken,
                     bool *left_out)
{
    struct shrinking shrinking = {.region = region, .options = *options, .breach = broken->breach};
    memset(left_out, 0, SHRINK_EVENTS_MAX * sizeof(*left_out));
    if (broken->event < shrinking.options.events) {
        shrinking.options.events = (uint32_t)broken->event + 1;
    }
    shrinking.options.tell = false;
    for (uint32_t size = (shrinking.options.events + 1) / 2; size > 0; size /= 2) {
        for (uint32_t from = 0; from < shrinking.options.events; from += size) {
            try_without(&shrinking, left_out, from, size);
        }
    }
    return shrinking.options.events;
}
