/* What the drop folder leaves behind about a form: the note in done/, the errors in refused/. */
#ifndef AGENTS_DAEMON_DROP_REPORT_H
#define AGENTS_DAEMON_DROP_REPORT_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "proto/message.h"

/* Id and labels of a submitted form, as YAML. Texts live in the arena; size 0: no memory. */
struct bytes drop_report_done(const struct id128 *id,
                              const char *name,
                              const struct form *form,
                              int64_t now_us,
                              struct arena *arena);
/* All errors of a form, one a line, with a heading in Russian and English. */
struct bytes drop_report_refused(const struct error_list *errors, struct arena *arena);

#endif
