/* Tables of queries and answers. */
#include "proto/exchange.pb-c.h"
#include "proto/wire_row.h"
#include "proto/wire_table.h"

enum { STATUS_ROWS = 2 };

#define QUERY (Referral__V1__Query, struct query)
static const struct wire_part_row query_rows[] = {
    ROW_64(QUERY, id),
    ROW_TEXT(QUERY, actor, LIMIT_CODE_BYTES),
    ROW_CODE(QUERY, kind, QUERY_END),
    ROW_ID(QUERY, subject),
    ROW_TEXT(QUERY, text, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(QUERY, cursor, LIMIT_SHORT_TEXT_BYTES),
};
const struct wire_part wire_table_query = {&referral__v1__query__descriptor,
                                           sizeof(struct query),
                                           ROWS(query_rows)};

#define ALARM (Referral__V1__SiteAlarm, struct site_alarm)
static const struct wire_part_row alarm_rows[] = {
    ROW_TEXT(ALARM, site, LIMIT_CODE_BYTES),
    ROW_TEXT(ALARM, event, LIMIT_CODE_BYTES),
    ROW_TEXT(ALARM, reason, LIMIT_CODE_BYTES),
    ROW_64(ALARM, at_us),
    ROW_64(ALARM, until_us),
    ROW_32(ALARM, times),
};
static const struct wire_part alarm_part = {&referral__v1__site_alarm__descriptor,
                                            sizeof(struct site_alarm),
                                            ROWS(alarm_rows)};

#define STATUS (Referral__V1__SiteStatus, struct site_status)
static const struct wire_part_row status_rows[] = {
    ROW_TEXT(STATUS, program, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(STATUS, region, LIMIT_CODE_BYTES),
    ROW_TEXT(STATUS, site, LIMIT_CODE_BYTES),
    ROW_BOOL(STATUS, connected),
    ROW_TEXT(STATUS, endpoint, LIMIT_SHORT_TEXT_BYTES),
    ROW_64(STATUS, time_us),
    ROW_64(STATUS, started_us),
    ROW_32(STATUS, policy_version),
    ROW_64(STATUS, position),
    ROW_64(STATUS, referrals),
    ROW_64(STATUS, cases_open),
    ROW_64(STATUS, cases_ended),
    ROW_64(STATUS, cases_on_desks),
    ROW_64(STATUS, cases_with_lead),
    ROW_64(STATUS, offers_open),
    ROW_64(STATUS, sites_connected),
    ROW_64(STATUS, sites_away),
    ROW_64(STATUS, spool_waiting),
    ROW_64(STATUS, spool_limit),
    ROW_64(STATUS, oldest_waiting_us),
    ROW_64(STATUS, refused),
    ROW_64(STATUS, disk_free_bytes),
    ROW_BOOL(STATUS, clock_doubted),
    ROW_32(STATUS, plans_waiting),
    ROW_64(STATUS, plan_due_us),
    ROW_LIST(STATUS, alarms, alarm_count, LIMIT_STATUS_ALARMS, alarm_part),
    ROW_32(STATUS, disclosure_epoch),
    ROW_32(STATUS, disclosure_epoch_old),
    ROW_64(STATUS, disclosure_keys_waiting),
    ROW_64(STATUS, disclosure_sites_waiting),
    ROW_64(STATUS, disclosure_drawn_us),
};
static const struct wire_part status_part = {&referral__v1__site_status__descriptor,
                                             sizeof(struct site_status),
                                             ROWS(status_rows)};

#define TIMELINE (Referral__V1__TimelineRow, struct timeline_row)
static const struct wire_part_row timeline_rows[] = {
    ROW_64(TIMELINE, at_us),
    ROW_TEXT(TIMELINE, event, LIMIT_CODE_BYTES),
    ROW_HELD(TIMELINE, text, wire_table_phrase_text),
    ROW_TEXT(TIMELINE, actor, LIMIT_CODE_BYTES),
    ROW_TEXT(TIMELINE, site, LIMIT_CODE_BYTES),
    ROW_32(TIMELINE, policy_version),
    ROW_64(TIMELINE, position),
    ROW_64(TIMELINE, late_by_us),
};
static const struct wire_part timeline_part = {&referral__v1__timeline_row__descriptor,
                                               sizeof(struct timeline_row),
                                               ROWS(timeline_rows)};

#define CANDIDATE (Referral__V1__CandidateView, struct candidate_view)
static const struct wire_part_row candidate_rows[] = {
    ROW_TEXT(CANDIDATE, worker, LIMIT_CODE_BYTES),
    ROW_HELD(CANDIDATE, title, wire_table_phrase_title),
    ROW_CODE(CANDIDATE, reason, CANDIDATE_END),
    ROW_32(CANDIDATE, load),
    ROW_32(CANDIDATE, capacity),
    ROW_64(CANDIDATE, until_us),
};
static const struct wire_part candidate_part = {&referral__v1__candidate_view__descriptor,
                                                sizeof(struct candidate_view),
                                                ROWS(candidate_rows)};

#define PASSED_RULE (Referral__V1__PassedRule, struct passed_rule)
static const struct wire_part_row passed_rule_rows[] = {
    ROW_TEXT(PASSED_RULE, rule, LIMIT_CODE_BYTES),
    ROW_HELD(PASSED_RULE, title, wire_table_phrase_title),
    ROW_HELD(PASSED_RULE, failed, wire_table_phrase_text),
};
static const struct wire_part passed_rule_part = {&referral__v1__passed_rule__descriptor,
                                                  sizeof(struct passed_rule),
                                                  ROWS(passed_rule_rows)};

#define EXPLANATION (Referral__V1__Explanation, struct explanation)
static const struct wire_part_row explanation_rows[] = {
    ROW_64(EXPLANATION, at_us),
    ROW_32(EXPLANATION, policy_version),
    ROW_TEXT(EXPLANATION, rule, LIMIT_CODE_BYTES),
    ROW_HELD(EXPLANATION, rule_title, wire_table_phrase_title),
    ROW_TEXT(EXPLANATION, pool, LIMIT_CODE_BYTES),
    ROW_TEXT(EXPLANATION, chosen, LIMIT_CODE_BYTES),
    ROW_HELD(EXPLANATION, chosen_title, wire_table_phrase_title),
    ROW_CODE(EXPLANATION, desk_reason, DESK_REASON_END),
    ROW_LIST(EXPLANATION, candidates, candidate_count, LIMIT_CANDIDATES_KEPT, candidate_part),
    ROW_COUNTS(EXPLANATION, counts, CANDIDATE_END),
    ROW_LIST(EXPLANATION, passed_rules, passed_rule_count, LIMIT_RULES, passed_rule_part),
    ROW_HELD(EXPLANATION, sentence, wire_table_phrase_text),
};
static const struct wire_part explanation_part = {&referral__v1__explanation__descriptor,
                                                  sizeof(struct explanation),
                                                  ROWS(explanation_rows)};

#define AGENCY (Referral__V1__AgencyRow, struct agency_row)
static const struct wire_part_row agency_rows[] = {
    ROW_TEXT(AGENCY, id, LIMIT_CODE_BYTES),
    ROW_CODE(AGENCY, kind, AGENCY_KIND_END),
    ROW_CODE(AGENCY, ownership, OWNERSHIP_END),
    ROW_HELD(AGENCY, title, wire_table_phrase_title),
    ROW_TEXT(AGENCY, home_site, LIMIT_CODE_BYTES),
    ROW_32(AGENCY, sites),
    ROW_32(AGENCY, sites_connected),
    ROW_32(AGENCY, workers),
};
static const struct wire_part agency_part = {&referral__v1__agency_row__descriptor,
                                             sizeof(struct agency_row),
                                             ROWS(agency_rows)};

#define CURATOR (Referral__V1__CuratorRow, struct curator_row)
static const struct wire_part_row curator_rows[] = {
    ROW_TEXT(CURATOR, id, LIMIT_CODE_BYTES),
    ROW_HELD(CURATOR, title, wire_table_phrase_title),
    ROW_TEXT(CURATOR, agency, LIMIT_CODE_BYTES),
    ROW_TEXT(CURATOR, site, LIMIT_CODE_BYTES),
    ROW_32(CURATOR, load),
    ROW_32(CURATOR, capacity),
    ROW_32(CURATOR, open_offers),
    ROW_BOOL(CURATOR, connected),
    ROW_BOOL(CURATOR, on_leave),
    ROW_64(CURATOR, leave_from_us),
    ROW_64(CURATOR, leave_until_us),
    ROW_TEXT(CURATOR, deputy, LIMIT_CODE_BYTES),
    ROW_32(CURATOR, covered),
    ROW_BOOL(CURATOR, dismissed),
};
static const struct wire_part curator_part = {&referral__v1__curator_row__descriptor,
                                              sizeof(struct curator_row),
                                              ROWS(curator_rows)};

#define REFERRAL_ROW (Referral__V1__ReferralRow, struct referral_row)
static const struct wire_part_row referral_row_rows[] = {
    ROW_HELD(REFERRAL_ROW, view, wire_table_referral_view),
    ROW_BOOL(REFERRAL_ROW, waiting),
    ROW_LIST(REFERRAL_ROW, problems, problem_count, PROBLEMS_MAX, wire_table_problem),
};
static const struct wire_part referral_row_part = {&referral__v1__referral_row__descriptor,
                                                   sizeof(struct referral_row),
                                                   ROWS(referral_row_rows)};

#define INBOX (Referral__V1__InboxRow, struct inbox_row)
static const struct wire_part_row inbox_rows[] = {
    ROW_HELD(INBOX, delivery, wire_table_delivery),
    ROW_BOOL(INBOX, seen),
};
static const struct wire_part inbox_part = {&referral__v1__inbox_row__descriptor,
                                            sizeof(struct inbox_row),
                                            ROWS(inbox_rows)};

enum { ROW_ID_BYTES = 111, TEXT_NAME_BYTES = 127 };

#define VERSION_ROW (Referral__V1__VersionRow, struct version_row)
static const struct wire_part_row version_row_rows[] = {
    ROW_32(VERSION_ROW, version),
    ROW_64(VERSION_ROW, at_us),
    ROW_CODE(VERSION_ROW, origin, VERSION_ORIGIN_END),
    ROW_TEXT(VERSION_ROW, actor, LIMIT_CODE_BYTES),
    ROW_TEXT(VERSION_ROW, site, LIMIT_CODE_BYTES),
    ROW_32(VERSION_ROW, returned_to),
    ROW_32(VERSION_ROW, rows_added),
    ROW_32(VERSION_ROW, rows_changed),
    ROW_32(VERSION_ROW, rows_removed),
    ROW_PROSE(VERSION_ROW, texts, LIMIT_SENTENCE_BYTES),
    ROW_BOOL(VERSION_ROW, in_force),
    ROW_32(VERSION_ROW, plan),
    ROW_PROSE(VERSION_ROW, signed_by, LIMIT_SENTENCE_BYTES),
};
static const struct wire_part version_row_part = {&referral__v1__version_row__descriptor,
                                                  sizeof(struct version_row),
                                                  ROWS(version_row_rows)};

#define PROPOSAL (Referral__V1__ProposalRow, struct proposal_row)
static const struct wire_part_row proposal_rows[] = {
    ROW_ID(PROPOSAL, id),
    ROW_CODE(PROPOSAL, state, PROPOSAL_END),
    ROW_CODE(PROPOSAL, origin, VERSION_ORIGIN_END),
    ROW_TEXT(PROPOSAL, actor, LIMIT_CODE_BYTES),
    ROW_64(PROPOSAL, at_us),
    ROW_64(PROPOSAL, settled_us),
    ROW_32(PROPOSAL, version),
    ROW_PROSE(PROPOSAL, reason_ru, LIMIT_REASON_BYTES),
    ROW_PROSE(PROPOSAL, reason_en, LIMIT_REASON_BYTES),
    ROW_32(PROPOSAL, plan),
};
static const struct wire_part proposal_part = {&referral__v1__proposal_row__descriptor,
                                               sizeof(struct proposal_row),
                                               ROWS(proposal_rows)};

#define PLAN (Referral__V1__PlanRow, struct plan_row)
static const struct wire_part_row plan_rows[] = {
    ROW_32(PLAN, plan),
    ROW_CODE(PLAN, state, PLAN_END),
    ROW_CODE(PLAN, origin, VERSION_ORIGIN_END),
    ROW_TEXT(PLAN, actor, LIMIT_CODE_BYTES),
    ROW_TEXT(PLAN, site, LIMIT_CODE_BYTES),
    ROW_64(PLAN, made_us),
    ROW_64(PLAN, due_us),
    ROW_32(PLAN, base_version),
    ROW_64(PLAN, settled_us),
    ROW_TEXT(PLAN, settled_by, LIMIT_CODE_BYTES),
    ROW_32(PLAN, version),
    ROW_PROSE(PLAN, texts, LIMIT_SENTENCE_BYTES),
    ROW_32(PLAN, rows),
    ROW_EXACT_BYTES(PLAN, digest, PLAN_DIGEST_BYTES),
    ROW_PROSE(PLAN, reason_ru, LIMIT_REASON_BYTES),
    ROW_PROSE(PLAN, reason_en, LIMIT_REASON_BYTES),
    ROW_PROSE(PLAN, signed_by, LIMIT_SENTENCE_BYTES),
    ROW_32(PLAN, signatures_missing),
};
static const struct wire_part plan_part = {&referral__v1__plan_row__descriptor,
                                           sizeof(struct plan_row),
                                           ROWS(plan_rows)};

#define SHADOW_PAIR (Referral__V1__ShadowPair, struct shadow_pair)
static const struct wire_part_row shadow_pair_rows[] = {
    ROW_TEXT(SHADOW_PAIR, active, LIMIT_CODE_BYTES),
    ROW_TEXT(SHADOW_PAIR, shadow, LIMIT_CODE_BYTES),
    ROW_64(SHADOW_PAIR, decided),
    ROW_64(SHADOW_PAIR, pool),
    ROW_64(SHADOW_PAIR, curator),
    ROW_64(SHADOW_PAIR, notified),
};
static const struct wire_part shadow_pair_part = {&referral__v1__shadow_pair__descriptor,
                                                  sizeof(struct shadow_pair),
                                                  ROWS(shadow_pair_rows)};

#define SHADOW_CASE (Referral__V1__ShadowCase, struct shadow_case)
static const struct wire_part_row shadow_case_rows[] = {
    ROW_64(SHADOW_CASE, at_us),
    ROW_TEXT(SHADOW_CASE, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_TEXT(SHADOW_CASE, active_rule, LIMIT_CODE_BYTES),
    ROW_TEXT(SHADOW_CASE, shadow_rule, LIMIT_CODE_BYTES),
    ROW_TEXT(SHADOW_CASE, active_pool, LIMIT_CODE_BYTES),
    ROW_TEXT(SHADOW_CASE, shadow_pool, LIMIT_CODE_BYTES),
    ROW_TEXT(SHADOW_CASE, active_chosen, LIMIT_CODE_BYTES),
    ROW_TEXT(SHADOW_CASE, shadow_chosen, LIMIT_CODE_BYTES),
    ROW_CODE(SHADOW_CASE, active_desk, DESK_REASON_END),
    ROW_CODE(SHADOW_CASE, shadow_desk, DESK_REASON_END),
    ROW_TEXT(SHADOW_CASE, notified, LIMIT_SHADOW_NOTIFIED_BYTES),
};
static const struct wire_part shadow_case_part = {&referral__v1__shadow_case__descriptor,
                                                  sizeof(struct shadow_case),
                                                  ROWS(shadow_case_rows)};

#define VERSION_TEXT (Referral__V1__VersionText, struct version_text)
static const struct wire_part_row version_text_rows[] = {
    ROW_TEXT(VERSION_TEXT, name, TEXT_NAME_BYTES),
    ROW_32(VERSION_TEXT, offset),
    ROW_32(VERSION_TEXT, size),
    ROW_BYTES(VERSION_TEXT, piece, LIMIT_PART_BYTES),
};
static const struct wire_part version_text_part = {&referral__v1__version_text__descriptor,
                                                   sizeof(struct version_text),
                                                   ROWS(version_text_rows)};

#define DIFFERENCE (Referral__V1__VersionDifference, struct version_difference)
static const struct wire_part_row difference_rows[] = {
    ROW_TEXT(DIFFERENCE, kind, LIMIT_CODE_BYTES),
    ROW_TEXT(DIFFERENCE, id, ROW_ID_BYTES),
    ROW_CODE(DIFFERENCE, change, VERSION_CHANGE_END),
    ROW_PROSE(DIFFERENCE, fields, LIMIT_SECTION_TEXT_BYTES),
};
static const struct wire_part difference_part = {&referral__v1__version_difference__descriptor,
                                                 sizeof(struct version_difference),
                                                 ROWS(difference_rows)};

#define PAST_REFUSAL (Referral__V1__PastRefusal, struct past_refusal)
static const struct wire_part_row past_refusal_rows[] = {
    ROW_TEXT(PAST_REFUSAL, worker, LIMIT_CODE_BYTES),
    ROW_BOOL(PAST_REFUSAL, silent),
};
static const struct wire_part past_refusal_part = {&referral__v1__past_refusal__descriptor,
                                                   sizeof(struct past_refusal),
                                                   ROWS(past_refusal_rows)};

#define PAST (Referral__V1__PastReferral, struct past_referral)
static const struct wire_part_row past_rows[] = {
    ROW_TEXT(PAST, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_64(PAST, arrived_us),
    ROW_BOOL(PAST, joined),
    ROW_HELD(PAST, labels, wire_table_labels),
    ROW_CODE(PAST, referrer_kind, AGENCY_KIND_END),
    ROW_TEXT(PAST, referrer, LIMIT_CODE_BYTES),
    ROW_32(PAST, policy_version),
    ROW_BOOL(PAST, forgotten),
    ROW_TEXT(PAST, rule, LIMIT_CODE_BYTES),
    ROW_TEXT(PAST, pool, LIMIT_CODE_BYTES),
    ROW_TEXT(PAST, chosen, LIMIT_CODE_BYTES),
    ROW_CODE(PAST, why, CANDIDATE_END),
    ROW_CODE(PAST, desk_reason, DESK_REASON_END),
    ROW_LIST(PAST, refusals, refusal_count, LIMIT_PAST_REFUSALS, past_refusal_part),
    ROW_TEXT(PAST, curator, LIMIT_CODE_BYTES),
    ROW_BOOL(PAST, by_hand),
    ROW_64(PAST, delivered_us),
    ROW_64(PAST, answer_due_us),
    ROW_64(PAST, answered_us),
    ROW_64(PAST, curator_due_us),
    ROW_64(PAST, appointed_us),
    ROW_64(PAST, ended_us),
};
static const struct wire_part past_part = {&referral__v1__past_referral__descriptor,
                                           sizeof(struct past_referral),
                                           ROWS(past_rows)};

#define ERASURE_ROW (Referral__V1__ErasureRow, struct erasure_row)
static const struct wire_part_row erasure_row_rows[] = {
    ROW_ID(ERASURE_ROW, referral),
    ROW_TEXT(ERASURE_ROW, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_64(ERASURE_ROW, at_us),
    ROW_TEXT(ERASURE_ROW, actor, LIMIT_CODE_BYTES),
    ROW_TEXT(ERASURE_ROW, reason, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(ERASURE_ROW, site, LIMIT_CODE_BYTES),
    ROW_BOOL(ERASURE_ROW, author),
    ROW_64(ERASURE_ROW, shown_us),
    ROW_32(ERASURE_ROW, sections),
    ROW_64(ERASURE_ROW, confirmed_us),
};
static const struct wire_part erasure_row_part = {&referral__v1__erasure_row__descriptor,
                                                  sizeof(struct erasure_row),
                                                  ROWS(erasure_row_rows)};

#define ANSWER (Referral__V1__Answer, struct answer)
static const struct wire_part_row answer_rows[] = {
    ROW_64(ANSWER, id),
    ROW_CODE(ANSWER, kind, QUERY_END),
    ROW_TEXT(ANSWER, cursor, LIMIT_SHORT_TEXT_BYTES),
    ROW_LIST(ANSWER, problems, problem_count, PROBLEMS_MAX, wire_table_problem),
    ROW_LIST(ANSWER, status, status_count, STATUS_ROWS, status_part),
    ROW_LIST(ANSWER, cases, case_count, LIMIT_PAGE_ROWS, wire_table_case_view),
    ROW_LIST(ANSWER, timeline, timeline_count, LIMIT_PAGE_ROWS, timeline_part),
    ROW_LIST(ANSWER, explanations, explanation_count, LIMIT_PAGE_ROWS, explanation_part),
    ROW_LIST(ANSWER, agencies, agency_count, LIMIT_PAGE_ROWS, agency_part),
    ROW_LIST(ANSWER, curators, curator_count, LIMIT_PAGE_ROWS, curator_part),
    ROW_LIST(ANSWER, referrals, referral_count, LIMIT_PAGE_ROWS, referral_row_part),
    ROW_LIST(ANSWER, inbox, inbox_count, LIMIT_PAGE_ROWS, inbox_part),
    ROW_LIST(ANSWER, versions, version_count, LIMIT_PAGE_ROWS, version_row_part),
    ROW_LIST(ANSWER, texts, text_count, LIMIT_PAGE_ROWS, version_text_part),
    ROW_LIST(ANSWER, differences, difference_count, LIMIT_PAGE_ROWS, difference_part),
    ROW_LIST(ANSWER, past, past_count, LIMIT_PAGE_ROWS, past_part),
    ROW_LIST(ANSWER, proposals, proposal_count, LIMIT_PAGE_ROWS, proposal_part),
    ROW_LIST(ANSWER, plans, plan_count, LIMIT_PAGE_ROWS, plan_part),
    ROW_LIST(ANSWER, erasures, erasure_count, LIMIT_PAGE_ROWS, erasure_row_part),
    ROW_LIST(ANSWER, shadow_pairs, shadow_pair_count, LIMIT_PAGE_ROWS, shadow_pair_part),
    ROW_LIST(ANSWER, shadow_cases, shadow_case_count, LIMIT_PAGE_ROWS, shadow_case_part),
};
const struct wire_part wire_table_answer = {&referral__v1__answer__descriptor,
                                            sizeof(struct answer),
                                            ROWS(answer_rows)};
