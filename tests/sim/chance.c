/* SplitMix64 (Steele, Lea, Flood 2014): small, and good enough to choose what happens next. */
#include "tests/sim/chance.h"

#include <assert.h>
#include <string.h>

static const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);

uint64_t chance_next(struct chance *chance)
{
    uint64_t z = chance->state += golden;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

struct chance chance_of(uint64_t seed, uint64_t stream)
{
    struct chance chance = {.state = seed};
    chance.state = chance_next(&chance) ^ (stream * golden);
    (void)chance_next(&chance);
    return chance;
}

uint32_t chance_below(struct chance *chance, uint32_t below)
{
    assert(below >= 1);
    return (uint32_t)((chance_next(chance) >> 32) * below >> 32);
}

int64_t chance_between(struct chance *chance, int64_t least, int64_t most)
{
    assert(least <= most);
    return least + (int64_t)(chance_next(chance) % (uint64_t)(most - least + 1));
}

bool chance_percent(struct chance *chance, uint32_t percent)
{
    return chance_below(chance, 100) < percent;
}

void chance_fill(struct chance *chance, void *out, size_t bytes)
{
    uint8_t *to = out;
    while (bytes > 0) {
        const uint64_t word = chance_next(chance);
        const size_t now = bytes < sizeof(word) ? bytes : sizeof(word);
        memcpy(to, &word, now);
        to += now;
        bytes -= now;
    }
}
