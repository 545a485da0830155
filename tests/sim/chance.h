/* Chance out of a seed: the same seed gives the same numbers on every machine. A plain value. */
#ifndef TESTS_SIM_CHANCE_H
#define TESTS_SIM_CHANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* Streams of one seed have nothing to do with each other: leaving an event out changes no other event's numbers. */
struct chance chance_of(uint64_t seed, uint64_t stream);
uint64_t chance_next(struct chance *chance);
/* 0 .. below - 1; below >= 1. */
uint32_t chance_below(struct chance *chance, uint32_t below);
/* From least to most, both included. */
int64_t chance_between(struct chance *chance, int64_t least, int64_t most);
bool chance_percent(struct chance *chance, uint32_t percent);
void chance_fill(struct chance *chance, void *out, size_t bytes);

#endif
