/* The referrals that tests/bench/load_bench sends: by the number of the family, and by their own number.
 *
 * Risks, needs, ages and flags are spread as the measurements describe; nothing is random.
 */
#ifndef TESTS_SUPPORT_LOAD_REFERRAL_H
#define TESTS_SUPPORT_LOAD_REFERRAL_H

#include "base/arena.h"
#include "base/id128.h"
#include "proto/message.h"

#include <stddef.h>
#include <stdint.h>

enum { LOAD_PLACES_MAX = 64 };

struct load_places { /* the territories that families live in */
    const char *codes[LOAD_PLACES_MAX];
    size_t count;
};

/* Fills the labels and the matching keys. The same family has the same ones each time.
 *
 * places     at least one; borrowed as long as the referral
 * arena      of the keys
 * referral   everything else stays
 */
void load_referral_describe(const struct load_places *places,
                            uint64_t family,
                            struct arena *arena,
                            struct referral *referral);

/* The id of the referral of that number, below 2^48. */
struct id128 load_referral_id(uint64_t index);

/* The number of the referral of an id that load_referral_id made. */
uint64_t load_referral_index(const struct id128 *id);

#endif
