/* Mistakes in a person's file, shown at their place: file:line:column, the line, a caret under the column. */
#ifndef CTL_EXCERPT_H
#define CTL_EXCERPT_H

#include "agents/ctl/screen.h"
#include "base/bytes.h"

enum { EXCERPT_TEXT_MAX = sizeof(((struct error *)0)->text) };

/* The half of a "ru / en" text in that language; a text without that cut as it is. Returns buffer. */
const char *excerpt_half(const char *text, enum language language, char buffer[EXCERPT_TEXT_MAX]);
/* What of a family's form may be shown: to somebody at a terminal all of it; nothing to a file, as it may be a log. */
struct bytes excerpt_of_form(const struct screen *screen, struct bytes content);
/* To err: the error, then line and caret when it has a place in content. */
void excerpt_print(const struct screen *screen, const struct error *error, struct bytes content);
/* All of a list, and how many there were besides. */
void excerpt_print_all(const struct screen *screen,
                       const struct error_list *errors,
                       struct bytes content);

#endif
