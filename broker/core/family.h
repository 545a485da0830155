/* One family, one case: what a referral's matching keys say about cases that exist already. */
#ifndef BROKER_CORE_FAMILY_H
#define BROKER_CORE_FAMILY_H

#include "broker/core/turn_part.h"

enum {
    FAMILY_ENTRIES_MAX = 64, /* entries of one key that are looked at: referrals about one person */
    FAMILY_CONFLICTS_MAX = 64 /* workers: more than a family meets */
};

struct family_match {
    struct id128 open_case;   /* oldest open case with a strong hit, or none */
    struct id128 second_case; /* another open case with a strong hit: the two may be one */
    struct id128 weak_case; /* oldest open case with weak hits only, when there is no strong one */
    uint32_t continuity;    /* the lead of the newest ended case with a strong hit; 0 none */
    int64_t continuity_us;  /* when that case ended */
    bool repeated;          /* that case ended within the last 12 months */
};

void family_match(const struct turn *turn,
                  const struct referral *referral,
                  struct family_match *out);

/* Workers who refused a case of this family because of a conflict of interest: this case, any that has a person of it
 * in common by a strong key, or one merged into those. They are not offered the family again. Each once.
 *
 * Cost      for each key of the case's referrals, its entries; for each other case found so, its hops */
size_t family_conflicts(const struct turn *turn,
                        const struct case_record *record,
                        uint32_t workers[FAMILY_CONFLICTS_MAX]);

/* Labels of a case after a referral joined it: the higher risk, needs, ages and flags together. */
struct fact_labels family_joined_labels(const struct fact_labels *a, const struct fact_labels *b);

/* Commands. */
decide_function family_confirm_duplicate;
decide_function family_reject_duplicate;

#endif
