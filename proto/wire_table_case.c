/* Tables of the messages of case.proto, and the proof that its numbers are the vocabulary's. */
#include "proto/case.pb-c.h"
#include "proto/wire_row.h"
#include "proto/wire_table.h"

enum { SEALED_KEY_BYTES = 80, NONCE_BYTES = 24, BORN_BYTES = 10 };

#define PHRASE (Referral__V1__Phrase, struct phrase)
static const struct wire_part_row title_rows[] = {
    ROW_PROSE(PHRASE, ru, LIMIT_TITLE_BYTES),
    ROW_PROSE(PHRASE, en, LIMIT_TITLE_BYTES),
};
const struct wire_part wire_table_phrase_title = {&referral__v1__phrase__descriptor,
                                                  sizeof(struct phrase),
                                                  ROWS(title_rows)};

static const struct wire_part_row text_rows[] = {
    ROW_PROSE(PHRASE, ru, LIMIT_SENTENCE_BYTES),
    ROW_PROSE(PHRASE, en, LIMIT_SENTENCE_BYTES),
};
const struct wire_part wire_table_phrase_text = {&referral__v1__phrase__descriptor,
                                                 sizeof(struct phrase),
                                                 ROWS(text_rows)};

/* ---- a referral */

#define LABELS (Referral__V1__Labels, struct labels)
static const struct wire_part_row labels_rows[] = {
    ROW_TEXT(LABELS, territory, LIMIT_CODE_BYTES),
    ROW_CODE(LABELS, risk, RISK_END),
    ROW_CODE(LABELS, direction, DIRECTION_END),
    ROW_CODE(LABELS, channel, CHANNEL_END),
    ROW_CODE(LABELS, basis, LEGAL_BASIS_END),
    ROW_MASK(LABELS, needs, NEED_END),
    ROW_MASK(LABELS, ages, AGE_END),
    ROW_MASK(LABELS, flags, FLAG_END),
    ROW_32(LABELS, children),
};
const struct wire_part wire_table_labels = {&referral__v1__labels__descriptor,
                                            sizeof(struct labels),
                                            ROWS(labels_rows)};

#define KEY (Referral__V1__MatchingKey, struct matching_key)
static const struct wire_part_row key_rows[] = {
    ROW_FIXED_BYTES(KEY, digest, MATCHING_DIGEST_BYTES),
    ROW_32(KEY, epoch),
    ROW_CODE(KEY, role, PERSON_END),
    ROW_CODE(KEY, strength, STRENGTH_END),
};
const struct wire_part wire_table_matching_key = {&referral__v1__matching_key__descriptor,
                                                  sizeof(struct matching_key),
                                                  ROWS(key_rows)};

#define SECTION (Referral__V1__SealedSection, struct sealed_section)
static const struct wire_part_row section_rows[] = {
    ROW_CODE(SECTION, section, SECTION_END),
    ROW_EXACT_BYTES(SECTION, nonce, NONCE_BYTES),
    ROW_BYTES(SECTION, sealed, LIMIT_SECTIONS_BYTES),
};
static const struct wire_part section_part = {&referral__v1__sealed_section__descriptor,
                                              sizeof(struct sealed_section),
                                              ROWS(section_rows)};

#define REFERRAL (Referral__V1__Referral, struct referral)
static const struct wire_part_row referral_rows[] = {
    ROW_ID(REFERRAL, id),
    ROW_CODE(REFERRAL, purpose, PURPOSE_END),
    ROW_HELD(REFERRAL, labels, wire_table_labels),
    ROW_64(REFERRAL, observed_us),
    ROW_LIST(REFERRAL, keys, key_count, LIMIT_MATCHING_KEYS, wire_table_matching_key),
    ROW_LIST(REFERRAL, sections, section_count, SECTION_END - 1, section_part),
    ROW_EXACT_BYTES(REFERRAL, sealed_key, SEALED_KEY_BYTES),
    ROW_32(REFERRAL, disclosure_epoch),
};
const struct wire_part wire_table_referral = {&referral__v1__referral__descriptor,
                                              sizeof(struct referral),
                                              ROWS(referral_rows)};

/* ---- open facts */

#define PERSON (Referral__V1__Person, struct person)
static const struct wire_part_row person_rows[] = {
    ROW_CODE(PERSON, role, PERSON_END),
    ROW_TEXT(PERSON, surname, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(PERSON, name, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(PERSON, patronymic, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(PERSON, born, BORN_BYTES),
    ROW_TEXT(PERSON, document, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part person_part = {&referral__v1__person__descriptor,
                                             sizeof(struct person),
                                             ROWS(person_rows)};

#define PAPER (Referral__V1__Paper, struct paper)
static const struct wire_part_row paper_rows[] = {
    ROW_TEXT(PAPER, title, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(PAPER, number, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part paper_part = {&referral__v1__paper__descriptor,
                                            sizeof(struct paper),
                                            ROWS(paper_rows)};

#define FACTS (Referral__V1__Facts, struct facts)
static const struct wire_part_row facts_rows[] = {
    ROW_LIST(FACTS, persons, person_count, LIMIT_PERSONS, person_part),
    ROW_TEXT(FACTS, address, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(FACTS, phone, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(FACTS, note, LIMIT_SHORT_TEXT_BYTES),
    ROW_TEXT(FACTS, circumstances, LIMIT_SECTION_TEXT_BYTES),
    ROW_TEXT(FACTS, health, LIMIT_SECTION_TEXT_BYTES),
    ROW_TEXT(FACTS, law, LIMIT_SECTION_TEXT_BYTES),
    ROW_LIST(FACTS, documents, document_count, LIMIT_DOCUMENTS, paper_part),
};
const struct wire_part wire_table_facts = {&referral__v1__facts__descriptor,
                                           sizeof(struct facts),
                                           ROWS(facts_rows)};

/* ---- views */

/* Over an array of times, one a receipt. */
#define RECEIPT_ROW(theirs_name, receipt)                                                          \
    {                                                                                              \
        .kind = WIRE_PART_NUMBER64, .name = #theirs_name,                                          \
        .theirs = offsetof(Referral__V1__ReceiptTimes, theirs_name),                               \
        .ours = (receipt) * sizeof(int64_t)                                                        \
    }
static const struct wire_part_row receipt_rows[] = {
    RECEIPT_ROW(stored_us, RECEIPT_STORED),
    RECEIPT_ROW(delivered_us, RECEIPT_DELIVERED),
    RECEIPT_ROW(seen_us, RECEIPT_SEEN),
    RECEIPT_ROW(outcome_us, RECEIPT_OUTCOME),
};
static const struct wire_part receipt_part = {&referral__v1__receipt_times__descriptor,
                                              RECEIPT_END * sizeof(int64_t),
                                              ROWS(receipt_rows)};

#define UPDATE (Referral__V1__Update, struct update)
static const struct wire_part_row update_rows[] = {
    ROW_CODE(UPDATE, kind, UPDATE_END),
    ROW_64(UPDATE, at_us),
    ROW_32(UPDATE, code),
    ROW_TEXT(UPDATE, worker, LIMIT_CODE_BYTES),
};
static const struct wire_part update_part = {&referral__v1__update__descriptor,
                                             sizeof(struct update),
                                             ROWS(update_rows)};

#define REFERRAL_VIEW (Referral__V1__ReferralView, struct referral_view)
static const struct wire_part_row referral_view_rows[] = {
    ROW_ID(REFERRAL_VIEW, id),
    ROW_TEXT(REFERRAL_VIEW, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_TEXT(REFERRAL_VIEW, author, LIMIT_CODE_BYTES),
    ROW_HELD(REFERRAL_VIEW, labels, wire_table_labels),
    ROW_CODE(REFERRAL_VIEW, state, REFERRAL_STATE_END),
    ROW_CODE(REFERRAL_VIEW, case_state, CASE_STATE_END),
    ROW_HELD_AS(REFERRAL_VIEW, receipts, receipts_us, receipt_part),
    ROW_HELD_AS(REFERRAL_VIEW, due, due_us, receipt_part),
    ROW_CODE(REFERRAL_VIEW, outcome, REFERRAL_OUTCOME_END),
    ROW_CODE(REFERRAL_VIEW, case_outcome, CASE_OUTCOME_END),
    ROW_TEXT(REFERRAL_VIEW, curator, LIMIT_CODE_BYTES),
    ROW_HELD(REFERRAL_VIEW, curator_title, wire_table_phrase_title),
    ROW_LIST(REFERRAL_VIEW, updates, update_count, UPDATES_KEPT, update_part),
};
const struct wire_part wire_table_referral_view = {&referral__v1__referral_view__descriptor,
                                                   sizeof(struct referral_view),
                                                   ROWS(referral_view_rows)};

#define OFFER (Referral__V1__OfferView, struct offer_view)
static const struct wire_part_row offer_rows[] = {
    ROW_ID(OFFER, id),
    ROW_ID(OFFER, case_id),
    ROW_TEXT(OFFER, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_TEXT(OFFER, worker, LIMIT_CODE_BYTES),
    ROW_64(OFFER, token),
    ROW_CODE(OFFER, state, ASSIGNMENT_STATE_END),
    ROW_HELD(OFFER, labels, wire_table_labels),
    ROW_BOOL(OFFER, emergency),
    ROW_64(OFFER, offered_us),
    ROW_64(OFFER, answer_due_us),
    ROW_32(OFFER, policy_version),
    ROW_TEXT(OFFER, rule, LIMIT_CODE_BYTES),
    ROW_HELD(OFFER, rule_title, wire_table_phrase_title),
    ROW_HELD(OFFER, why, wire_table_phrase_text),
    ROW_TEXT(OFFER, possible_duplicate, LIMIT_SPEAKABLE_BYTES),
    ROW_32(OFFER, referral_count),
};
const struct wire_part wire_table_offer_view = {&referral__v1__offer_view__descriptor,
                                                sizeof(struct offer_view),
                                                ROWS(offer_rows)};

#define SHUT (Referral__V1__ShutSections, struct shut_sections)
static const struct wire_part_row shut_rows[] = {
    ROW_ID(SHUT, referral),
    ROW_CODE(SHUT, reason, SHUT_END),
    ROW_32(SHUT, sections),
};
static const struct wire_part shut_part = {&referral__v1__shut_sections__descriptor,
                                           sizeof(struct shut_sections),
                                           ROWS(shut_rows)};

#define CASE (Referral__V1__CaseView, struct case_view)
static const struct wire_part_row case_rows[] = {
    ROW_ID(CASE, id),
    ROW_TEXT(CASE, number, LIMIT_SPEAKABLE_BYTES),
    ROW_CODE(CASE, state, CASE_STATE_END),
    ROW_BOOL(CASE, emergency),
    ROW_HELD(CASE, labels, wire_table_labels),
    ROW_TEXT(CASE, lead, LIMIT_CODE_BYTES),
    ROW_HELD(CASE, lead_title, wire_table_phrase_title),
    ROW_CODE(CASE, desk, DESK_END),
    ROW_CODE(CASE, desk_reason, DESK_REASON_END),
    ROW_TEXT(CASE, desk_agency, LIMIT_CODE_BYTES),
    ROW_64(CASE, opened_us),
    ROW_64(CASE, curator_due_us),
    ROW_64(CASE, appointed_us),
    ROW_64(CASE, closed_us),
    ROW_CODE(CASE, outcome, CASE_OUTCOME_END),
    ROW_CODE(CASE, proposed_outcome, CASE_OUTCOME_END),
    ROW_TEXT(CASE, proposed_by, LIMIT_CODE_BYTES),
    ROW_32(CASE, policy_version),
    ROW_TEXT(CASE, rule, LIMIT_CODE_BYTES),
    ROW_TEXT(CASE, possible_duplicate, LIMIT_SPEAKABLE_BYTES),
    ROW_TEXT(CASE, merged_into, LIMIT_SPEAKABLE_BYTES),
    ROW_IDS(CASE, referrals, referral_count, LIMIT_CASE_REFERRALS),
    ROW_LIST(CASE, facts, facts_count, LIMIT_CASE_FACTS, wire_table_facts),
    ROW_TEXT(CASE, lead_for, LIMIT_CODE_BYTES),
    ROW_LIST(CASE, shut, shut_count, LIMIT_CASE_FACTS, shut_part),
};
const struct wire_part wire_table_case_view = {&referral__v1__case_view__descriptor,
                                               sizeof(struct case_view),
                                               ROWS(case_rows)};

#define TASK (Referral__V1__TaskView, struct task_view)
static const struct wire_part_row task_rows[] = {
    ROW_ID(TASK, case_id),
    ROW_TEXT(TASK, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_CODE(TASK, desk, DESK_END),
    ROW_CODE(TASK, reason, DESK_REASON_END),
    ROW_HELD(TASK, labels, wire_table_labels),
    ROW_64(TASK, since_us),
    ROW_64(TASK, due_us),
    ROW_CODE(TASK, proposed_outcome, CASE_OUTCOME_END),
    ROW_HELD(TASK, text, wire_table_phrase_text),
};
const struct wire_part wire_table_task_view = {&referral__v1__task_view__descriptor,
                                               sizeof(struct task_view),
                                               ROWS(task_rows)};

#define NOTICE (Referral__V1__NoticeView, struct notice_view)
static const struct wire_part_row notice_rows[] = {
    ROW_ID(NOTICE, case_id),
    ROW_TEXT(NOTICE, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_HELD(NOTICE, labels, wire_table_labels),
    ROW_BOOL(NOTICE, emergency),
    ROW_TEXT(NOTICE, rule, LIMIT_CODE_BYTES),
    ROW_HELD(NOTICE, rule_title, wire_table_phrase_title),
    ROW_64(NOTICE, at_us),
};
const struct wire_part wire_table_notice_view = {&referral__v1__notice_view__descriptor,
                                                 sizeof(struct notice_view),
                                                 ROWS(notice_rows)};

#define DISCLOSED (Referral__V1__DisclosedSection, struct disclosed_section)
static const struct wire_part_row disclosed_rows[] = {
    ROW_CODE(DISCLOSED, section, SECTION_END),
    ROW_EXACT_BYTES(DISCLOSED, sealed_key, SEALED_KEY_BYTES),
    ROW_EXACT_BYTES(DISCLOSED, nonce, NONCE_BYTES),
    ROW_BYTES(DISCLOSED, sealed, LIMIT_SECTIONS_BYTES),
};
static const struct wire_part disclosed_part = {&referral__v1__disclosed_section__descriptor,
                                                sizeof(struct disclosed_section),
                                                ROWS(disclosed_rows)};

#define DISCLOSURE (Referral__V1__Disclosure, struct disclosure)
static const struct wire_part_row disclosure_rows[] = {
    ROW_ID(DISCLOSURE, referral),
    ROW_ID(DISCLOSURE, case_id),
    ROW_TEXT(DISCLOSURE, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_TEXT(DISCLOSURE, worker, LIMIT_CODE_BYTES),
    ROW_64(DISCLOSURE, at_us),
    ROW_LIST(DISCLOSURE, sections, section_count, SECTION_END - 1, disclosed_part),
    ROW_BOOL(DISCLOSURE, unopened),
};
const struct wire_part wire_table_disclosure = {&referral__v1__disclosure__descriptor,
                                                sizeof(struct disclosure),
                                                ROWS(disclosure_rows)};
