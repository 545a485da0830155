/* Views: an entity of the state as a site may see it now. Built when sent; never stored. */
#ifndef BROKER_CORE_VIEW_H
#define BROKER_CORE_VIEW_H

#include "base/arena.h"
#include "broker/core/core.h"
#include "proto/message.h"

/* Fills out->kind, entity, gone and view (lane and numbers are the session's). Kinds except DELIVERY_DISCLOSURE,
 * which the keeper builds. An entity that no longer exists is `gone`. False: the arena is full. */
bool view_delivery(const struct core *core,
                   struct arena *arena,
                   enum delivery_kind kind,
                   const struct id128 *entity,
                   struct delivery *out) __attribute__((warn_unused_result));

bool view_case(const struct core *core,
               struct arena *arena,
               const struct case_record *record,
               struct case_view *out) __attribute__((warn_unused_result));

/* Labels with the territory's id. */
struct labels view_labels(const struct core *core, const struct fact_labels *labels);

/* "NSO-2026-000123-7". The last digit is a Luhn check over year and sequence. */
void view_case_number(const struct core *core,
                      const struct case_record *record,
                      char out[LIMIT_SPEAKABLE_BYTES]);
/* Accepts any case, missing dashes and missing prefix; false when it is no number or its check digit is wrong. */
bool view_parse_case_number(const char *text, uint32_t *year, uint32_t *sequence);

#endif
