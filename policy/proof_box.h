/* A class of referrals in few words: everything that fits all of its limits.
 *
 *     risk one of {sop, critical} · territory tatarsky with all below · some of {food, housing} · none of {violence}
 *
 * A plain value; what it points to lives in the arena of whoever made it (comparison.h).
 */
#ifndef POLICY_PROOF_BOX_H
#define POLICY_PROOF_BOX_H

#include "base/arena.h"
#include "policy/directory.h"

enum proof_box_field {
    PROOF_BOX_RISK, /* one of: by code, 0 unspecified */
    PROOF_BOX_DIRECTION,
    PROOF_BOX_CHANNEL,
    PROOF_BOX_BASIS,
    PROOF_BOX_REFERRER,
    PROOF_BOX_PERIOD, /* between the dates of programmes, by number from 0 */
    PROOF_BOX_TERRITORY,
    PROOF_BOX_ONE_OF,
    PROOF_BOX_NEEDS = PROOF_BOX_ONE_OF, /* several: masks */
    PROOF_BOX_AGES,
    PROOF_BOX_FLAGS,
    PROOF_BOX_FIELDS
};
enum { PROOF_BOX_SEVERAL = PROOF_BOX_FIELDS - PROOF_BOX_ONE_OF, PROOF_BOX_SOME = 24 };

struct proof_box_several {
    uint32_t none_of;
    uint32_t some_of[PROOF_BOX_SOME]; /* of each mask at least one */
    size_t some_count;
};

struct proof_box {
    uint32_t one_of[PROOF_BOX_TERRITORY]; /* masks; proof_box_codes: no limit */
    bool *places;                         /* territories by position; NULL: no limit */
    struct proof_box_several several[PROOF_BOX_SEVERAL];
    const char *const *days; /* the first day of each period but 0 */
    uint32_t period_count;
    /* The same territories for readers: these with all below them, and these alone. */
    const char **below;
    size_t below_count;
    const char **alone;
    size_t alone_count;
    bool but; /* all territories but these: told where that is shorter */
};

enum vocabulary
proof_box_list(enum proof_box_field field); /* VOCABULARY_END: territories, periods */
/* Codes that the field can have; basis: with 0; period: as many as there can be at all. Not for territories. */
uint32_t proof_box_codes(enum proof_box_field field);
/* How much there is to read: one for each code and territory. */
size_t proof_box_words(const struct proof_box *box);
/* "уровень: СОП; территория: Татарский район; признаки, есть один из: …", "все обращения". In the arena. */
struct phrase
proof_box_text(const struct proof_box *box, const struct directory *directory, struct arena *arena);

#endif
