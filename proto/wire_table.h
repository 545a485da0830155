/* The tables of all messages that travel (wire_part.h explains the rows). */
#ifndef PROTO_WIRE_TABLE_H
#define PROTO_WIRE_TABLE_H

#include "proto/wire_part.h"

/* case.proto */
extern const struct wire_part wire_table_phrase_title; /* LIMIT_TITLE_BYTES each */
extern const struct wire_part wire_table_phrase_text;  /* LIMIT_SENTENCE_BYTES each */
extern const struct wire_part wire_table_labels;
extern const struct wire_part wire_table_matching_key;
extern const struct wire_part wire_table_referral;
extern const struct wire_part wire_table_facts;
extern const struct wire_part wire_table_referral_view;
extern const struct wire_part wire_table_offer_view;
extern const struct wire_part wire_table_case_view;
extern const struct wire_part wire_table_task_view;
extern const struct wire_part wire_table_notice_view;
extern const struct wire_part wire_table_disclosure;

/* exchange.proto */
extern const struct wire_part wire_table_problem;
extern const struct wire_part wire_table_delivery;
extern const struct wire_part wire_table_command;
extern const struct wire_part wire_table_query;
extern const struct wire_part wire_table_answer;
extern const struct wire_part wire_table_envelope;

#endif
