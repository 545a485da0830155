/* Messages as JSON for programs: the stable keys that refctl(1) documents.
 *
 * Times are RFC 3339 in UTC, codes are the vocabulary's codes, phrases are {"ru", "en"}; what is absent is null, never
 * left out. Keys are added, never renamed or removed. Every function returns a new reference, or NULL when memory ran
 * out.
 */
#ifndef CTL_JSON_VIEW_H
#define CTL_JSON_VIEW_H

#include "proto/message.h"

#include <jansson.h>

json_t *json_view_text(const char *text); /* null for NULL and "" */
json_t *json_view_time(int64_t us);       /* null for 0 */
json_t *json_view_id(const struct id128 *id);
json_t *json_view_code(enum vocabulary list, uint32_t number); /* null for 0 */
json_t *json_view_phrase(struct phrase phrase);
json_t *json_view_codes(enum vocabulary list, uint32_t mask);
json_t *json_view_labels(const struct labels *labels);
json_t *json_view_problem(const struct problem *problem);
json_t *json_view_reply(const struct reply *reply, const char *number);
json_t *json_view_case(const struct case_view *view);
json_t *json_view_referral(const struct referral_row *row);
/* An inbox row: "kind", "row" (its number in the list), "seen" and the fields of that kind. */
json_t *json_view_inbox(const struct inbox_row *row, size_t row_number);
json_t *json_view_timeline(const struct timeline_row *row);
json_t *json_view_explanation(const struct explanation *explanation);
json_t *json_view_agency(const struct agency_row *row);
json_t *json_view_curator(const struct curator_row *row);
json_t *json_view_erasure(const struct erasure_row *row);
json_t *json_view_version(const struct version_row *row);
json_t *json_view_shadow_pair(const struct shadow_pair *pair);
json_t *json_view_shadow_case(const struct shadow_case *difference);
json_t *json_view_plan(const struct plan_row *row);
json_t *json_view_difference(const struct version_difference *row);
json_t *json_view_status(const struct site_status *status);

#endif
