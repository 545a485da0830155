/* A trial: what a region's files would do with one referral, decided here by the rules that the broker uses.
 *
 * Nothing is known but the files: every curator is free, nobody refused, no family was here before. So of curators who
 * may, the first in the directory is chosen; who may at all, the rule, the notices and the norms are the broker's.
 */
#ifndef CTL_TRIAL_H
#define CTL_TRIAL_H

#include "policy/choice.h"
#include "proto/message.h"

struct trial_question {
    const struct region *region;
    const struct labels *labels;
    uint32_t territory; /* that of the labels */
    int64_t at_us;      /* arrival */
    uint32_t referrer;  /* site; 0: not said */
    bool keys_count;    /* pass over sites without a valid key, as the broker does */
};

struct trial {
    struct trial_question question;
    struct policy_facts facts;
    struct policy_verdict verdict;
    struct fact_decision decision;
    uint32_t notices[LIMIT_NOTICE_SITES]; /* sites that are told */
    size_t notice_count;
    struct directory_desk desk; /* the triage desk of the territory */
};

void trial_run(const struct trial_question *question, struct trial *out);
/* When a step is due, counted from arrival; 0: it has no norm. */
int64_t trial_due(const struct trial *trial, enum norm norm);
/* The delivery norm is longer than POLICY_DELIVER_HOURS_MAX, which counts instead. */
bool trial_deliver_is_capped(const struct trial *trial);
/* Why a member of a pool cannot be chosen; UNSPECIFIED: can. */
enum candidate_reason trial_bar(const struct trial *trial, size_t pool, uint32_t worker);
/* Load units of a member that the pool keeps free for critical cases; 0 when this is one. */
uint32_t trial_reserved(const struct trial *trial, size_t pool, uint32_t worker);
/* Sections of the referral that a worker would see as the case's curator; mask. */
uint32_t trial_sections(const struct trial *trial, uint32_t worker);

#endif
