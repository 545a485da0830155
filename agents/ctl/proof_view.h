/* What was proven of a policy and what was not, for a person or as JSON. */
#ifndef CTL_PROOF_VIEW_H
#define CTL_PROOF_VIEW_H

#include "agents/ctl/counterexample.h"
#include "agents/ctl/screen.h"
#include "policy/proof.h"

#include <jansson.h>

/* A pool that is empty somewhere while another of the rule's pools has somebody is told and forgiven: the order of pools
 * is there for that. Everything else that fails counts. */
struct proof_view {
    const struct region *region;
    const char *path; /* of its folder, as the reader named it */
    const struct proof *proof;
    const struct counterexample *examples; /* by failure; those without an example are not set */
    size_t rows_max;                       /* failures to show; 0: all */
};

/* How many failures count. */
size_t proof_view_broken(const struct proof *proof);
/* The name of the case that a failure becomes: "Требование «x» нарушено". In the arena; en NULL: it is full. */
struct phrase proof_view_name(const struct policy *policy,
                              const struct proof_failure *failure,
                              struct arena *arena);
/* Texts made on the way live in the arena. */
void proof_view_print(const struct screen *screen,
                      const struct proof_view *view,
                      struct arena *arena);
/* Keys: refctl(1). NULL: no memory. */
json_t *proof_view_json(const struct proof_view *view);

#endif
