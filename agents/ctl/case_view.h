/* A case for a person to read. */
#ifndef CTL_CASE_VIEW_H
#define CTL_CASE_VIEW_H

#include "agents/ctl/screen.h"
#include "proto/message.h"

/* Who has it now: the lead's title, else the desk, else "—". */
const char *case_view_holder(const struct screen *screen, const struct case_view *view);
void case_view_print(const struct screen *screen, const struct case_view *view);

#endif
