/* A rehearsal told: tables for a person, one document for a program. */
#ifndef CTL_REHEARSAL_VIEW_H
#define CTL_REHEARSAL_VIEW_H

#include "agents/ctl/rehearsal.h"
#include "agents/ctl/screen.h"

struct rehearsal_view {
    const struct rehearsal_result *result;
    const struct region *region;
    int64_t since_us;
    size_t rows_max; /* of cases and of curators; 0: all */
};

void rehearsal_view_print(const struct screen *screen, const struct rehearsal_view *view);
/* A new reference, or NULL when memory ran out. */
struct json_t *rehearsal_view_json(const struct screen *screen, const struct rehearsal_view *view);

#endif
