/* Which referrals two policies decide differently, for a person or as JSON. */
#ifndef CTL_COMPARISON_VIEW_H
#define CTL_COMPARISON_VIEW_H

#include "agents/ctl/screen.h"
#include "base/arena.h"
#include "policy/comparison.h"
#include "policy/region.h"

#include <jansson.h>

struct comparison_view {
    const struct region *was;
    const struct region *now;
    const struct comparison *comparison;
    size_t rows_max; /* classes to show; 0: all */
};

/* Texts made on the way live in the arena. */
void comparison_view_print(const struct screen *screen,
                           const struct comparison_view *view,
                           struct arena *arena);
/* Keys: refctl(1). NULL: no memory. */
json_t *comparison_view_json(const struct comparison_view *view, struct arena *arena);

#endif
