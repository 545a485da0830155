/* What the measured referrals say, and how the driver finds one again. */
#include "tests/support/load_referral.h"

#include <string.h>

enum { FAMILY_KEYS = 4 };

static uint64_t mixed(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

void load_referral_describe(const struct load_places *places,
                            uint64_t family,
                            struct arena *arena,
                            struct referral *referral)
{
    static const enum risk risks[16] = {RISK_EARLY,
                                        RISK_EARLY,
                                        RISK_EARLY,
                                        RISK_EARLY,
                                        RISK_EARLY,
                                        RISK_TZS,
                                        RISK_TZS,
                                        RISK_TZS,
                                        RISK_TZS,
                                        RISK_TZS,
                                        RISK_TZS,
                                        RISK_SOP,
                                        RISK_SOP,
                                        RISK_SOP,
                                        RISK_SOP,
                                        RISK_NORM};
    const uint64_t draw = mixed(family * 2 + 1);
    struct labels *labels = &referral->labels;

    labels->territory = places->codes[draw % places->count];
    labels->risk = (draw >> 8) % 64 == 0 ? RISK_CRITICAL : risks[(draw >> 16) % 16];
    labels->direction = DIRECTION_EARLY_DETECTION;
    labels->channel = CHANNEL_SPECIALIST;
    labels->basis = LEGAL_BASIS_LEGAL_DUTY;
    labels->needs = 1U << (1 + (draw >> 24) % 22) | 1U << (1 + (draw >> 32) % 22);
    labels->ages = 1U << (1 + (draw >> 40) % 6);
    labels->flags = (draw >> 48) % 10 == 0 ? 1U << FLAG_PLACEMENT_RISK : 0;
    labels->children = 1;
    referral->keys = arena_array(arena, FAMILY_KEYS, sizeof(*referral->keys));
    referral->key_count = FAMILY_KEYS;
    for (uint64_t i = 0; i < FAMILY_KEYS; i++) {
        const uint64_t digest[2] = {mixed(family * 16 + i), mixed(~(family * 16 + i))};
        struct matching_key *key = &referral->keys[i];
        memcpy(key->digest, digest, sizeof(key->digest));
        key->epoch = 1;
        key->role = i == 3 ? PERSON_MOTHER : PERSON_CHILD;
        key->strength = i == 0 ? STRENGTH_STRONG : STRENGTH_WEAK;
    }
}

struct id128 load_referral_id(uint64_t index)
{
    struct id128 id;

    memset(&id, 0, sizeof(id));
    id.bytes[0] = 1;
    id.bytes[6] = 0x70;
    id.bytes[8] = 0x80;
    for (int i = 0; i < 6; i++) {
        id.bytes[15 - i] = (uint8_t)(index >> (8 * i));
    }
    return id;
}

uint64_t load_referral_index(const struct id128 *id)
{
    uint64_t index = 0;

    for (int i = 10; i < 16; i++) {
        index = index << 8 | id->bytes[i];
    }
    return index;
}
