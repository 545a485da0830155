/* Help for newcomers: the overview by who one is, and a page for each command, made from the table of verbs. */
#ifndef CTL_HELP_H
#define CTL_HELP_H

#include "agents/ctl/screen.h"
#include "agents/ctl/verb.h"

/* What `refctl` alone prints. */
void help_overview(const struct screen *screen);
void help_verb(const struct screen *screen, const struct verb *verb);
/* Every command of a noun, one line each. */
void help_noun(const struct screen *screen, const char *noun);

#endif
