/* Rows of the inbox for a person: a line in the list, and one opened. */
#ifndef CTL_INBOX_VIEW_H
#define CTL_INBOX_VIEW_H

#include "agents/ctl/screen.h"
#include "base/table.h"
#include "proto/message.h"

/* An empty list; NULL when memory is out. */
struct table *inbox_view_table(const struct screen *screen);
/* Does it wait for somebody? An offer that was answered does not. */
bool inbox_view_waits(const struct inbox_row *row);
bool inbox_view_add(const struct screen *screen,
                    struct table *table,
                    const struct inbox_row *row,
                    size_t row_number);
void inbox_view_print(const struct screen *screen, const struct inbox_row *row);

#endif
