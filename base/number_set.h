/* A set of small numbers, for instance of sites, gone through in their order. 0 is never in it. */
#ifndef BASE_NUMBER_SET_H
#define BASE_NUMBER_SET_H

#include "base/arena.h"

#include <stdint.h>

struct number_set;

/* Lives in the arena, which must outlive it and is never reset. NULL: it is full.
 *
 * below  a number that is not below it is not added */
struct number_set *number_set_create(struct arena *arena, uint32_t below);

void number_set_add(struct number_set *set, uint32_t number);

/* The least number above `after`, which is in the set no more. 0: none.
 *
 * Cost  O(highest number that ever was in it / 64) */
uint32_t number_set_take(struct number_set *set, uint32_t after);

#endif
