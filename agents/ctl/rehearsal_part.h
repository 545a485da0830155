/* Inside of a rehearsal: cases, people and time; only rehearsal*.c use it. */
#ifndef CTL_REHEARSAL_PART_H
#define CTL_REHEARSAL_PART_H

#include "agents/ctl/rehearsal.h"

enum { REHEARSAL_REFERRERS_MAX = 8 };

/* Somebody of the new directory by his or her number, behind those the ones it does not know. */
struct rehearsal_person {
    const char *id; /* NULL: has had nothing to do with it */
    uint64_t last_picked;
    uint32_t load_before;
    uint32_t load_after;
    uint32_t peak_before;
    uint32_t peak_after;
    uint32_t cases_before;
    uint32_t cases_after;
};

struct rehearsal_case {
    const char *number;
    int64_t arrived_us;
    int64_t ended_us;
    int64_t appointed_us;
    int64_t delivered_us;
    int64_t answered_us;
    int64_t due_before_us[REHEARSAL_NORMS];
    int64_t due_after_us[REHEARSAL_NORMS];
    bool carried;
    bool by_hand;
    bool forgotten;
    struct fact_labels labels; /* grow while referrals join */
    enum agency_kind referrer_kind;
    struct rehearsal_way before;
    struct rehearsal_way after;
    int32_t rule; /* in the new policy */
    /* people, by index; 0 nobody */
    uint32_t curator;
    uint32_t continuity;
    uint32_t preferred;
    uint32_t refusals[LIMIT_PAST_REFUSALS];
    uint32_t referrers[REHEARSAL_REFERRERS_MAX];
    size_t refusal_count;
    size_t referrer_count;
    uint32_t bearer_before; /* whose load it is */
    uint32_t bearer_after;
    uint32_t units_before;
    uint32_t units_after;
};

struct rehearsal_event {
    int64_t at_us;
    enum { EVENT_END, EVENT_ARRIVAL, EVENT_JOIN } kind;
    size_t index; /* of the case, or of the joined referral */
};

struct rehearsal_join {
    size_t of; /* the case */
    int64_t arrived_us;
    struct fact_labels labels;
    uint32_t referrer;
};

struct rehearsal {
    struct rehearsal_options options;
    struct arena *arena; /* texts */
    struct rehearsal_person *people;
    size_t person_count;
    size_t person_room;
    struct rehearsal_case *cases;
    size_t case_count;
    size_t case_room;
    struct rehearsal_join *joins;
    size_t join_count;
    size_t join_room;
    const char **texts; /* rules and pools of the past, each once */
    size_t text_count;
    size_t text_room;
    uint64_t picks;
    struct rehearsal_result result;
    struct rehearsal_move *moves;
    struct rehearsal_rule *rules;
    struct rehearsal_curator *curators;
};

/* Decide anew, by the labels that the case has now; somebody may bear it afterwards. */
void rehearsal_seek(struct rehearsal *rehearsal, struct rehearsal_case *record);
/* Another referral joined a case that has no curator yet. */
void rehearsal_join(struct rehearsal *rehearsal,
                    struct rehearsal_case *record,
                    const struct rehearsal_join *join);
/* Load of the case is nobody's from now on (in the new world), or in both worlds. */
void rehearsal_release(struct rehearsal *rehearsal, struct rehearsal_case *record);
void rehearsal_take_before(struct rehearsal *rehearsal, struct rehearsal_case *record);
void rehearsal_take_after(struct rehearsal *rehearsal,
                          struct rehearsal_case *record,
                          uint32_t person);
/* Figures over all cases. False: no memory. */
bool rehearsal_sum(struct rehearsal *rehearsal);

#endif
