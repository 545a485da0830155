/* A bit a number. */
#include "base/number_set.h"

enum { WORD_BITS = 64 };

struct number_set {
    uint32_t below;
    uint32_t used; /* words that ever held a number */
    uint64_t words[];
};

struct number_set *number_set_create(struct arena *arena, uint32_t below)
{
    const size_t words = below / WORD_BITS + 1;
    struct number_set *set = arena_alloc(arena, sizeof(*set) + words * sizeof(set->words[0]));
    if (set != NULL) {
        set->below = below;
    }
    return set;
}

void number_set_add(struct number_set *set, uint32_t number)
{
    const uint32_t word = number / WORD_BITS;
    if (number == 0 || number >= set->below) {
        return;
    }
    set->words[word] |= UINT64_C(1) << number % WORD_BITS;
    set->used = word >= set->used ? word + 1 : set->used;
}

uint32_t number_set_take(struct number_set *set, uint32_t after)
{
    uint32_t number = after < set->below ? after + 1 : set->below;
    while (number / WORD_BITS < set->used) {
        uint64_t *word = &set->words[number / WORD_BITS];
        if (*word >> number % WORD_BITS == 0) {
            number = (number / WORD_BITS + 1) * WORD_BITS;
        } else if ((*word >> number % WORD_BITS & 1) == 0) {
            number++;
        } else {
            *word &= ~(UINT64_C(1) << number % WORD_BITS);
            return number;
        }
    }
    return 0;
}
