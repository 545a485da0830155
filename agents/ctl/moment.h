/* Points in time and spans as the person at this terminal reads them.
 *
 * The one place in the house that asks libc for a time zone: norms and due times are computed by the broker and
 * never here, this only shows them. The zone is the terminal's (TZ, or the machine's).
 */
#ifndef CTL_MOMENT_H
#define CTL_MOMENT_H

#include "base/phrase.h"
#include "base/utc.h"

#include <stdint.h>

enum { MOMENT_TEXT_MAX = 96 };

/* The wall clock of this terminal at that moment. */
struct utc_civil moment_local(int64_t us);
/* By how much this terminal's clock is ahead of UTC at that moment. */
int32_t moment_offset_seconds(int64_t us);
/* "сегодня 15:02", "завтра 09:00", "вчера 18:40", "22.11.2026 15:02" (en: "2026-11-22 15:02"); "—" for 0.
 * Returns buffer. */
const char *
moment_format(int64_t us, int64_t now_us, enum language language, char buffer[MOMENT_TEXT_MAX]);
/* "2 ч 10 мин", "3 д 4 ч", "меньше минуты"; us >= 0. Returns buffer. */
const char *moment_span(int64_t us, enum language language, char buffer[MOMENT_TEXT_MAX]);
/* "ещё 2 ч 10 мин" before the due time, "просрочено на 3 ч" after it, "—" for 0. Returns buffer. */
const char *
moment_due(int64_t due_us, int64_t now_us, enum language language, char buffer[MOMENT_TEXT_MAX]);
/* "2026-12-14T09:00", by the terminal's clock unless an offset stands behind it; a date alone is its midnight. */
bool moment_parse(const char *text, int64_t *us);

#endif
