/* Words for what the answers hold: lists of needs, workload bars, one line about a family's labels. */
#ifndef CTL_WORDING_H
#define CTL_WORDING_H

#include "agents/ctl/screen.h"
#include "base/arena.h"
#include "proto/message.h"

#include <stdint.h>

enum { WORDING_TEXT_MAX = 1024, WORDING_BAR_CELLS = 10, WORDING_BAR_BYTES = 64 };

/* "быт, жильё" of the bits set in a mask; "—" for none. Returns buffer, cut at a whole title. */
const char *wording_mask(enum vocabulary list,
                         uint32_t mask,
                         enum language language,
                         char buffer[WORDING_TEXT_MAX]);
/* "██████░░░░ 24/40"; a full or overfull load fills every cell. Returns buffer. */
const char *wording_bar(uint32_t load, uint32_t capacity, char buffer[WORDING_BAR_BYTES]);
/* The title of a code, "—" for none. */
const char *wording_title(const struct screen *screen, enum vocabulary list, uint32_t number);
/* A due time in words, painted red when it has passed. Returns buffer. */
const char *wording_due(const struct screen *screen, int64_t due_us, char buffer[WORDING_TEXT_MAX]);
/* ", с опозданием на 2 ч" when at_us is later than due_us (0: no norm), else "". Returns buffer. */
const char *wording_late(const struct screen *screen,
                         int64_t at_us,
                         int64_t due_us,
                         char buffer[WORDING_TEXT_MAX]);
/* The fields of labels, one a line. */
void wording_labels(const struct screen *screen, const struct labels *labels);
/* The family, as far as it was disclosed. */
void wording_facts(const struct screen *screen, const struct facts *facts);

/* The number of a code, title or short form that a person typed. False: err names the nearest, or all of them. */
bool wording_find(const struct screen *screen,
                  enum vocabulary list,
                  const char *typed,
                  uint32_t *out,
                  struct error *err) __attribute__((warn_unused_result));

#endif
