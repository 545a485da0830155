/* libsodium's generator, replaced; see draw.h. */
#include "tests/sim/draw.h"

#include <sodium.h>
#include <stdlib.h>

static struct chance drawn;

static const char *name(void)
{
    return "seed";
}

static uint32_t word(void)
{
    return (uint32_t)(chance_next(&drawn) >> 32);
}

static void fill(void *const out, const size_t bytes)
{
    chance_fill(&drawn, out, bytes);
}

static struct randombytes_implementation implementation = {.implementation_name = name,
                                                           .random = word,
                                                           .buf = fill};

void draw_start(void)
{
    if (randombytes_set_implementation(&implementation) != 0) {
        abort();
    }
}

void draw_seed(struct chance chance)
{
    drawn = chance;
}
