/* A referral for its author to read: four receipts, what happened, what was refused. */
#ifndef CTL_REFERRAL_VIEW_H
#define CTL_REFERRAL_VIEW_H

#include "agents/ctl/screen.h"
#include "proto/message.h"

enum { REFERRAL_VIEW_MARKS_MAX = 32 };

/* "✓ ✓ … …": came, awaited, "!" overdue. Returns buffer. */
const char *referral_view_marks(const struct referral_view *view,
                                int64_t now_us,
                                char buffer[REFERRAL_VIEW_MARKS_MAX]);
/* The first receipt that has not come and has a norm; 0: none. */
int64_t referral_view_due_us(const struct referral_view *view);
/* State in one word; what waits or was refused at the agent has none of the broker's. */
const char *referral_view_state(const struct screen *screen, const struct referral_row *row);
void referral_view_print(const struct screen *screen, const struct referral_row *row);

#endif
