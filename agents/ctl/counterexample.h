/* A referral that the proof of a policy found, as people try it themselves: a form for `refctl policy explain` and a case
 * for policy_test.yaml.
 *
 * The case says what the policy does with it now, so it passes as long as nothing is mended. Families are plainly made up.
 */
#ifndef CTL_COUNTEREXAMPLE_H
#define CTL_COUNTEREXAMPLE_H

#include "agents/ctl/trial.h"

/* Why nobody can try it. */
enum counterexample_bar {
    COUNTEREXAMPLE_CAN_BE_TRIED,
    COUNTEREXAMPLE_NO_SUCH_REFERRER, /* no agency of that kind has a site yet */
    COUNTEREXAMPLE_ONLY_BROKER       /* it has a flag that only the broker sets */
};

struct counterexample {
    enum counterexample_bar bar;
    struct labels labels;
    struct trial trial;   /* what the policy does with it now */
    int64_t at_us;        /* at ten in the morning, today or on the day named */
    const char *form;     /* YAML; NULL as `at` and `test` when it cannot be tried */
    const char *at;       /* for --at */
    const char *referrer; /* site, for --referrer */
    const char *test;     /* YAML, to be put under `cases:` */
};

struct counterexample_question {
    const struct region *region;
    const struct policy_facts *facts;
    const char *from;  /* the first day that counts; NULL: any */
    const char *until; /* the first day behind those; NULL: any */
    int64_t now_us;
    struct phrase name; /* of the case */
};

/* Texts in the arena. False: it is full. */
bool counterexample_make(const struct counterexample_question *question,
                         struct arena *arena,
                         struct counterexample *out) __attribute__((warn_unused_result));

/* "territory: berdsk, risk: sop, …", as the inside of a form's map. In the arena; NULL: it is full. */
const char *counterexample_labels(const struct labels *labels, struct arena *arena);

#endif
