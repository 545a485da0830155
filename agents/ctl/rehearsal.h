/* A rehearsal: what another set of files would have done with the referrals of the past.
 *
 * Referrals are replayed in the order in which they came, each decided by the new policy and given to whom the broker
 * would have chosen then. What people did stays as it was: who refused or kept silent does so again, a desk that
 * appointed somebody appoints the same, a case takes its units of load (choice_load) until it really ended. So two
 * equal policies part only where the past itself is not fully known: who was away then, whose turn it was before the
 * first referral, curators that changed during a case.
 *
 * Pure: rows in (as the broker's QUERY_PAST has them), figures out. Knows no file, socket or clock.
 */
#ifndef CTL_REHEARSAL_H
#define CTL_REHEARSAL_H

#include "policy/choice.h"
#include "proto/message.h"

struct rehearsal;

struct rehearsal_options {
    const struct region *region; /* the new set, compiled; borrowed */
    int64_t since_us;            /* cases that were opened before are load, and not judged */
    int64_t now_us;
    bool keys_count; /* pass over sites without a valid key, as the broker does */
};

enum rehearsal_cause {
    REHEARSAL_SAME,
    REHEARSAL_TO_DESK,       /* had a curator by rule, would go to the triage desk */
    REHEARSAL_FROM_DESK,     /* the other way round */
    REHEARSAL_OTHER_POOL,    /* another curator, of another pool */
    REHEARSAL_OTHER_CURATOR, /* another curator of the same pool, because loads or turns differ */
    REHEARSAL_NO_TERRITORY,  /* the new directory does not know the territory */
    REHEARSAL_CAUSE_END
};

/* Where a case goes: a worker or a desk. Texts are "" when there is none, and live as long as the rehearsal. */
struct rehearsal_way {
    const char *rule;
    const char *pool;
    const char *worker;
    enum desk_reason desk_reason;
};

struct rehearsal_move {
    const char *number;
    int64_t arrived_us;
    enum rehearsal_cause cause;
    struct rehearsal_way before;
    struct rehearsal_way after;
};

/* How many cases went from one rule to another. */
struct rehearsal_rule {
    const char *before; /* "" none matched; NULL: of a version that the broker no longer knows */
    const char *after;
    size_t cases;
};

struct rehearsal_curator {
    const char *id;
    struct phrase title;
    bool known; /* in the new directory; else without title and capacity */
    uint32_t capacity;
    uint32_t cases_before;
    uint32_t cases_after;
    uint32_t peak_before; /* the highest load, in units */
    uint32_t peak_after;
};

struct rehearsal_norm {
    enum norm norm;
    size_t tightened; /* cases that would have been due earlier, */
    size_t relaxed;   /* … later or never */
    size_t breached_before;
    size_t breached_after; /* by what really happened, when it happened */
};

enum { REHEARSAL_NORMS = 2 };

struct rehearsal_result {
    size_t referrals; /* of cases opened since then */
    size_t joined;    /* of them, to open cases */
    size_t cases;     /* judged */
    size_t carried;   /* opened before, open then: load only */
    size_t causes[REHEARSAL_CAUSE_END];
    const struct rehearsal_move *moves; /* all but SAME, in the order of arrival */
    size_t move_count;
    const struct rehearsal_rule *rules; /* the most frequent first */
    size_t rule_count;
    const struct rehearsal_curator *curators; /* who had or would have had a case, by load after */
    size_t curator_count;
    size_t desks_before[DESK_REASON_END];
    size_t desks_after[DESK_REASON_END];
    size_t desk_before; /* sums */
    size_t desk_after;
    struct rehearsal_norm norms[REHEARSAL_NORMS]; /* answer, curator */
};

/* NULL: no memory. */
struct rehearsal *rehearsal_create(const struct rehearsal_options *options);
void rehearsal_destroy(struct rehearsal **rehearsal);
/* A row, in the order of the broker; copied. False: no memory. */
bool rehearsal_add(struct rehearsal *rehearsal, const struct past_referral *row)
    __attribute__((warn_unused_result));
/* Told now and then how much is done. */
typedef void rehearsal_watch(void *world, size_t done, size_t total);
/* Once, after all rows. watch may be NULL. NULL: no memory. The result lives as long as the rehearsal. */
const struct rehearsal_result *
rehearsal_run(struct rehearsal *rehearsal, rehearsal_watch *watch, void *world);

#endif
