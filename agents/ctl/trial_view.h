/* A trial told to a person as a tree, and to a program as JSON. */
#ifndef CTL_TRIAL_VIEW_H
#define CTL_TRIAL_VIEW_H

#include "agents/ctl/screen.h"
#include "agents/ctl/trial.h"

#include <jansson.h>

/* arena  for the texts on the way */
void trial_view_print(const struct screen *screen, const struct trial *trial, struct arena *arena);
/* The document that refctl(1) describes; NULL when memory ran out. */
json_t *trial_view_json(const struct trial *trial, struct arena *arena);

#endif
