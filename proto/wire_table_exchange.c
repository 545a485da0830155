/* Tables of the messages of exchange.proto, up to the envelope. Queries have their own file. */
#include "proto/exchange.pb-c.h"
#include "proto/wire_row.h"
#include "proto/wire_table.h"

enum { KEY_BYTES = 32 };

/* ---- sessions */

#define HELLO_LANE (Referral__V1__HelloLane, struct hello_lane)
static const struct wire_part_row hello_lane_rows[] = {
    ROW_64(HELLO_LANE, first_held),
    ROW_64(HELLO_LANE, applied),
};
static const struct wire_part hello_lane_part = {&referral__v1__hello_lane__descriptor,
                                                 sizeof(struct hello_lane),
                                                 ROWS(hello_lane_rows)};

#define HELLO (Referral__V1__Hello, struct hello)
static const struct wire_part_row hello_rows[] = {
    ROW_32(HELLO, version_least),
    ROW_32(HELLO, version_most),
    ROW_ID(HELLO, incarnation),
    ROW_TEXT(HELLO, program, LIMIT_SHORT_TEXT_BYTES),
    ROW_HELD_AS(HELLO, normal, lanes[LANE_NORMAL], hello_lane_part),
    ROW_HELD_AS(HELLO, urgent, lanes[LANE_URGENT], hello_lane_part),
    ROW_BOOL(HELLO, resync),
    ROW_64(HELLO, session),
    ROW_BOOL(HELLO, takes_deliveries),
};
static const struct wire_part hello_part = {&referral__v1__hello__descriptor,
                                            sizeof(struct hello),
                                            ROWS(hello_rows)};

#define WELCOME_LANE (Referral__V1__WelcomeLane, struct welcome_lane)
static const struct wire_part_row welcome_lane_rows[] = {
    ROW_64(WELCOME_LANE, expected),
    ROW_64(WELCOME_LANE, from),
};
static const struct wire_part welcome_lane_part = {&referral__v1__welcome_lane__descriptor,
                                                   sizeof(struct welcome_lane),
                                                   ROWS(welcome_lane_rows)};

#define WELCOME (Referral__V1__Welcome, struct welcome)
static const struct wire_part_row welcome_rows[] = {
    ROW_32(WELCOME, version),
    ROW_TEXT(WELCOME, region, LIMIT_CODE_BYTES),
    ROW_TEXT(WELCOME, site, LIMIT_CODE_BYTES),
    ROW_64(WELCOME, time_us),
    ROW_32(WELCOME, window),
    ROW_HELD_AS(WELCOME, normal, lanes[LANE_NORMAL], welcome_lane_part),
    ROW_HELD_AS(WELCOME, urgent, lanes[LANE_URGENT], welcome_lane_part),
    ROW_32(WELCOME, policy_version),
    ROW_32(WELCOME, disclosure_epoch),
    ROW_EXACT_BYTES(WELCOME, disclosure_key, KEY_BYTES),
    ROW_64(WELCOME, session),
    ROW_64(WELCOME, life),
};
static const struct wire_part welcome_part = {&referral__v1__welcome__descriptor,
                                              sizeof(struct welcome),
                                              ROWS(welcome_rows)};

#define GOODBYE (Referral__V1__Goodbye, struct goodbye)
static const struct wire_part_row goodbye_rows[] = {
    ROW_CODE(GOODBYE, reason, GOODBYE_END),
    ROW_HELD(GOODBYE, text, wire_table_phrase_text),
};
static const struct wire_part goodbye_part = {&referral__v1__goodbye__descriptor,
                                              sizeof(struct goodbye),
                                              ROWS(goodbye_rows)};

#define HEARTBEAT (Referral__V1__Heartbeat, struct heartbeat)
static const struct wire_part_row heartbeat_rows[] = {
    ROW_64(HEARTBEAT, time_us),
    ROW_32(HEARTBEAT, disclosure_epoch),
    ROW_EXACT_BYTES(HEARTBEAT, disclosure_key, KEY_BYTES),
};
static const struct wire_part heartbeat_part = {&referral__v1__heartbeat__descriptor,
                                                sizeof(struct heartbeat),
                                                ROWS(heartbeat_rows)};

/* ---- commands: every body fills fields of struct command itself */

#define COMMAND_PART(lower, rows_)                                                                 \
    {                                                                                              \
        &referral__v1__##lower##__descriptor, sizeof(struct command), ROWS(rows_)                  \
    }

#define SEE (Referral__V1__See, struct command)
static const struct wire_part_row see_rows[] = {
    ROW_ID(SEE, subject),
};
static const struct wire_part see_part = COMMAND_PART(see, see_rows);

#define ACCEPT (Referral__V1__Accept, struct command)
static const struct wire_part_row accept_rows[] = {
    ROW_ID_AS(ACCEPT, offer, subject),
    ROW_64(ACCEPT, token),
};
static const struct wire_part accept_part = COMMAND_PART(accept, accept_rows);

#define REFUSE (Referral__V1__Refuse, struct command)
static const struct wire_part_row refuse_rows[] = {
    ROW_ID_AS(REFUSE, offer, subject),
    ROW_64(REFUSE, token),
    ROW_CODE_AS(REFUSE, reason, code, DECLINE_END),
    ROW_TEXT(REFUSE, note, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part refuse_part = COMMAND_PART(refuse, refuse_rows);

#define PROPOSE_OUTCOME (Referral__V1__ProposeOutcome, struct command)
static const struct wire_part_row propose_outcome_rows[] = {
    ROW_ID_AS(PROPOSE_OUTCOME, case_id, subject),
    ROW_CODE_AS(PROPOSE_OUTCOME, outcome, code, CASE_OUTCOME_END),
    ROW_TEXT(PROPOSE_OUTCOME, note, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part propose_outcome_part =
    COMMAND_PART(propose_outcome, propose_outcome_rows);

#define APPROVE_OUTCOME (Referral__V1__ApproveOutcome, struct command)
static const struct wire_part_row approve_outcome_rows[] = {
    ROW_ID_AS(APPROVE_OUTCOME, case_id, subject),
};
static const struct wire_part approve_outcome_part =
    COMMAND_PART(approve_outcome, approve_outcome_rows);

#define REJECT_OUTCOME (Referral__V1__RejectOutcome, struct command)
static const struct wire_part_row reject_outcome_rows[] = {
    ROW_ID_AS(REJECT_OUTCOME, case_id, subject),
    ROW_TEXT(REJECT_OUTCOME, note, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part reject_outcome_part =
    COMMAND_PART(reject_outcome, reject_outcome_rows);

#define ASSIGN (Referral__V1__Assign, struct command)
static const struct wire_part_row assign_rows[] = {
    ROW_ID_AS(ASSIGN, case_id, subject),
    ROW_TEXT(ASSIGN, worker, LIMIT_CODE_BYTES),
    ROW_TEXT(ASSIGN, note, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part assign_part = COMMAND_PART(assign, assign_rows);

#define CONFIRM_DUPLICATE (Referral__V1__ConfirmDuplicate, struct command)
static const struct wire_part_row confirm_duplicate_rows[] = {
    ROW_ID_AS(CONFIRM_DUPLICATE, case_id, subject),
};
static const struct wire_part confirm_duplicate_part =
    COMMAND_PART(confirm_duplicate, confirm_duplicate_rows);

#define REJECT_DUPLICATE (Referral__V1__RejectDuplicate, struct command)
static const struct wire_part_row reject_duplicate_rows[] = {
    ROW_ID_AS(REJECT_DUPLICATE, case_id, subject),
};
static const struct wire_part reject_duplicate_part =
    COMMAND_PART(reject_duplicate, reject_duplicate_rows);

static const struct wire_part accept_clock_part = {&referral__v1__accept_clock__descriptor,
                                                   sizeof(struct command),
                                                   NULL,
                                                   0};

#define POLICY_PART (Referral__V1__PolicyPart, struct command)
static const struct wire_part_row policy_part_rows[] = {
    ROW_ID_AS(POLICY_PART, proposal, subject),
    ROW_32_AS(POLICY_PART, index, code),
    ROW_32(POLICY_PART, count),
    ROW_BYTES(POLICY_PART, data, LIMIT_PART_BYTES),
};
static const struct wire_part policy_part_part = COMMAND_PART(policy_part, policy_part_rows);

#define POLICY_APPLY (Referral__V1__PolicyApply, struct command)
static const struct wire_part_row policy_apply_rows[] = {
    ROW_ID_AS(POLICY_APPLY, proposal, subject),
    ROW_32(POLICY_APPLY, count),
    ROW_64(POLICY_APPLY, at_us),
    ROW_BOOL(POLICY_APPLY, shadow),
};
static const struct wire_part policy_apply_part = COMMAND_PART(policy_apply, policy_apply_rows);

#define POLICY_ROLLBACK (Referral__V1__PolicyRollback, struct command)
static const struct wire_part_row policy_rollback_rows[] = {
    ROW_ID_AS(POLICY_ROLLBACK, proposal, subject),
    ROW_32(POLICY_ROLLBACK, version),
};
static const struct wire_part policy_rollback_part =
    COMMAND_PART(policy_rollback, policy_rollback_rows);

#define POLICY_WITHDRAW (Referral__V1__PolicyWithdraw, struct command)
static const struct wire_part_row policy_withdraw_rows[] = {
    ROW_32(POLICY_WITHDRAW, plan),
};
static const struct wire_part policy_withdraw_part =
    COMMAND_PART(policy_withdraw, policy_withdraw_rows);

#define ERASE (Referral__V1__Erase, struct command)
static const struct wire_part_row erase_rows[] = {
    ROW_ID(ERASE, subject),
    ROW_TEXT_AS(ERASE, reason, note, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part erase_part = COMMAND_PART(erase, erase_rows);

#define POLICY_PROMOTE (Referral__V1__PolicyPromote, struct command)
static const struct wire_part_row policy_promote_rows[] = {
    ROW_32(POLICY_PROMOTE, plan),
};
static const struct wire_part policy_promote_part =
    COMMAND_PART(policy_promote, policy_promote_rows);

#define SITE_REVOKE (Referral__V1__SiteRevoke, struct command)
static const struct wire_part_row site_revoke_rows[] = {
    ROW_TEXT_AS(SITE_REVOKE, site, worker, LIMIT_CODE_BYTES),
    ROW_TEXT_AS(SITE_REVOKE, reason, note, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part site_revoke_part = COMMAND_PART(site_revoke, site_revoke_rows);

#define SITE_ROTATE (Referral__V1__SiteRotate, struct command)
enum { SITE_KEYS_BYTES = 2 * KEY_BYTES };
static const struct wire_part_row site_rotate_rows[] = {
    {WIRE_ROW(WIRE_PART_EXACT_BYTES, SITE_ROTATE, keys, data), .limit = SITE_KEYS_BYTES},
};
static const struct wire_part site_rotate_part = COMMAND_PART(site_rotate, site_rotate_rows);

#define POLICY_SIGN (Referral__V1__PolicySign, struct command)
static const struct wire_part_row policy_sign_rows[] = {
    ROW_32(POLICY_SIGN, plan),
    {WIRE_ROW(WIRE_PART_EXACT_BYTES, POLICY_SIGN, signature, data), .limit = PLAN_SIGNATURE_BYTES},
};
static const struct wire_part policy_sign_part = COMMAND_PART(policy_sign, policy_sign_rows);

#define LEAVE (Referral__V1__Leave, struct command)
static const struct wire_part_row leave_rows[] = {
    ROW_TEXT(LEAVE, worker, LIMIT_CODE_BYTES),
    ROW_64_AS(LEAVE, from_us, at_us),
    ROW_64(LEAVE, until_us),
    ROW_TEXT(LEAVE, deputy, LIMIT_CODE_BYTES),
    ROW_TEXT(LEAVE, note, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part leave_part = COMMAND_PART(leave, leave_rows);

#define END_LEAVE (Referral__V1__EndLeave, struct command)
static const struct wire_part_row end_leave_rows[] = {
    ROW_TEXT(END_LEAVE, worker, LIMIT_CODE_BYTES),
};
static const struct wire_part end_leave_part = COMMAND_PART(end_leave, end_leave_rows);

#define SET_CAPACITY (Referral__V1__SetCapacity, struct command)
static const struct wire_part_row set_capacity_rows[] = {
    ROW_TEXT(SET_CAPACITY, worker, LIMIT_CODE_BYTES),
    ROW_32_AS(SET_CAPACITY, capacity, count),
    ROW_BOOL(SET_CAPACITY, as_directory),
};
static const struct wire_part set_capacity_part = COMMAND_PART(set_capacity, set_capacity_rows);

#define DISMISS (Referral__V1__Dismiss, struct command)
static const struct wire_part_row dismiss_rows[] = {
    ROW_TEXT(DISMISS, worker, LIMIT_CODE_BYTES),
    ROW_TEXT_AS(DISMISS, reason, note, LIMIT_SHORT_TEXT_BYTES),
};
static const struct wire_part dismiss_part = COMMAND_PART(dismiss, dismiss_rows);

#define FORM (Referral__V1__Form, struct form)
static const struct wire_part_row form_rows[] = {
    ROW_ID(FORM, id),
    ROW_CODE(FORM, purpose, PURPOSE_END),
    ROW_HELD(FORM, labels, wire_table_labels),
    ROW_64(FORM, observed_us),
    ROW_HELD(FORM, facts, wire_table_facts),
    ROW_FIXED_BYTES(FORM, row, FORM_ROW_BYTES),
    ROW_FIXED_BYTES(FORM, row_content, FORM_ROW_BYTES),
    ROW_64(FORM, row_order),
};
static const struct wire_part form_part = {&referral__v1__form__descriptor,
                                           sizeof(struct form),
                                           ROWS(form_rows)};

#define COMMAND_CHOICE(kind_, field, upper)                                                        \
    {                                                                                              \
        .name = #field, .kind = (kind_), .number = REFERRAL__V1__COMMAND__BODY_##upper,            \
        .part = &field##_part                                                                      \
    }
static const struct wire_part_choice command_bodies[] = {
    {.name = "submit",
     .kind = COMMAND_SUBMIT,
     .number = REFERRAL__V1__COMMAND__BODY_SUBMIT,
     .part = &wire_table_referral,
     .ours = offsetof(struct command, referral),
     .pointer = true},
    COMMAND_CHOICE(COMMAND_SEE, see, SEE),
    COMMAND_CHOICE(COMMAND_ACCEPT, accept, ACCEPT),
    COMMAND_CHOICE(COMMAND_REFUSE, refuse, REFUSE),
    COMMAND_CHOICE(COMMAND_PROPOSE_OUTCOME, propose_outcome, PROPOSE_OUTCOME),
    COMMAND_CHOICE(COMMAND_APPROVE_OUTCOME, approve_outcome, APPROVE_OUTCOME),
    COMMAND_CHOICE(COMMAND_REJECT_OUTCOME, reject_outcome, REJECT_OUTCOME),
    COMMAND_CHOICE(COMMAND_ASSIGN, assign, ASSIGN),
    COMMAND_CHOICE(COMMAND_CONFIRM_DUPLICATE, confirm_duplicate, CONFIRM_DUPLICATE),
    COMMAND_CHOICE(COMMAND_REJECT_DUPLICATE, reject_duplicate, REJECT_DUPLICATE),
    COMMAND_CHOICE(COMMAND_ACCEPT_CLOCK, accept_clock, ACCEPT_CLOCK),
    {.name = "form",
     .kind = COMMAND_FORM,
     .number = REFERRAL__V1__COMMAND__BODY_FORM,
     .part = &form_part,
     .ours = offsetof(struct command, form),
     .pointer = true},
    COMMAND_CHOICE(COMMAND_POLICY_PART, policy_part, POLICY_PART),
    COMMAND_CHOICE(COMMAND_POLICY_APPLY, policy_apply, POLICY_APPLY),
    COMMAND_CHOICE(COMMAND_POLICY_ROLLBACK, policy_rollback, POLICY_ROLLBACK),
    COMMAND_CHOICE(COMMAND_POLICY_WITHDRAW, policy_withdraw, POLICY_WITHDRAW),
    COMMAND_CHOICE(COMMAND_ERASE, erase, ERASE),
    COMMAND_CHOICE(COMMAND_POLICY_PROMOTE, policy_promote, POLICY_PROMOTE),
    COMMAND_CHOICE(COMMAND_SITE_REVOKE, site_revoke, SITE_REVOKE),
    COMMAND_CHOICE(COMMAND_SITE_ROTATE, site_rotate, SITE_ROTATE),
    COMMAND_CHOICE(COMMAND_POLICY_SIGN, policy_sign, POLICY_SIGN),
    COMMAND_CHOICE(COMMAND_LEAVE, leave, LEAVE),
    COMMAND_CHOICE(COMMAND_END_LEAVE, end_leave, END_LEAVE),
    COMMAND_CHOICE(COMMAND_SET_CAPACITY, set_capacity, SET_CAPACITY),
    COMMAND_CHOICE(COMMAND_DISMISS, dismiss, DISMISS),
};
_Static_assert(sizeof(command_bodies) / sizeof(command_bodies[0]) == COMMAND_END - 1,
               "every command has a body");

#define COMMAND (Referral__V1__Command, struct command)
static const struct wire_part_row command_rows[] = {
    ROW_LANE(COMMAND, lane),
    ROW_64(COMMAND, number),
    ROW_ID(COMMAND, incarnation),
    ROW_TEXT(COMMAND, actor, LIMIT_CODE_BYTES),
    ROW_UNSENT_TEXT(COMMAND, worker), /* bodies without one leave "" */
    ROW_UNSENT_TEXT(COMMAND, note),
    ROW_UNSENT_TEXT(COMMAND, deputy),
    ROW_ONE_OF(COMMAND, submit, body_case, kind, command_bodies),
};
const struct wire_part wire_table_command = {&referral__v1__command__descriptor,
                                             sizeof(struct command),
                                             ROWS(command_rows)};

#define PROBLEM (Referral__V1__Problem, struct problem)
static const struct wire_part_row problem_rows[] = {
    ROW_CODE(PROBLEM, code, REFUSAL_END),
    ROW_PROSE(PROBLEM, field, PROBLEM_FIELD_BYTES - 1),
    ROW_HELD(PROBLEM, text, wire_table_phrase_text),
    ROW_BOOL(PROBLEM, retryable),
    ROW_32(PROBLEM, wait_ms),
};
const struct wire_part wire_table_problem = {&referral__v1__problem__descriptor,
                                             sizeof(struct problem),
                                             ROWS(problem_rows)};

#define REPLY (Referral__V1__Reply, struct reply)
static const struct wire_part_row reply_rows[] = {
    ROW_LANE(REPLY, lane),
    ROW_64(REPLY, number),
    ROW_BOOL(REPLY, refused),
    ROW_ID(REPLY, subject),
    ROW_TEXT(REPLY, case_number, LIMIT_SPEAKABLE_BYTES),
    ROW_64(REPLY, position),
    ROW_BOOL(REPLY, repeated),
    ROW_LIST(REPLY, problems, problem_count, PROBLEMS_MAX, wire_table_problem),
    ROW_64(REPLY, next_expected),
};
static const struct wire_part reply_part = {&referral__v1__reply__descriptor,
                                            sizeof(struct reply),
                                            ROWS(reply_rows)};

/* ---- deliveries */

#define ERASURE (Referral__V1__Erasure, struct erasure)
static const struct wire_part_row erasure_rows[] = {
    ROW_ID(ERASURE, referral),
    ROW_64(ERASURE, at_us),
};
static const struct wire_part wire_table_erasure = {&referral__v1__erasure__descriptor,
                                                    sizeof(struct erasure),
                                                    ROWS(erasure_rows)};

#define VIEW_CHOICE(kind_, field, upper, our_field)                                                \
    {                                                                                              \
        .name = #field, .kind = (kind_), .number = REFERRAL__V1__DELIVERY__VIEW_##upper,           \
        .part = &wire_table_##our_field, .ours = offsetof(struct delivery, view)                   \
    }
static const struct wire_part_choice delivery_views[] = {
    VIEW_CHOICE(DELIVERY_REFERRAL, referral, REFERRAL, referral_view),
    VIEW_CHOICE(DELIVERY_OFFER, offer, OFFER, offer_view),
    VIEW_CHOICE(DELIVERY_CASE, case_view, CASE_VIEW, case_view),
    VIEW_CHOICE(DELIVERY_TASK, task, TASK, task_view),
    VIEW_CHOICE(DELIVERY_NOTICE, notice, NOTICE, notice_view),
    VIEW_CHOICE(DELIVERY_DISCLOSURE, disclosure, DISCLOSURE, disclosure),
    VIEW_CHOICE(DELIVERY_ERASURE, erasure, ERASURE, erasure),
};
_Static_assert(sizeof(delivery_views) / sizeof(delivery_views[0]) == DELIVERY_END - 1,
               "every kind of delivery has a view");

#define DELIVERY (Referral__V1__Delivery, struct delivery)
static const struct wire_part_row delivery_rows[] = {
    ROW_LANE(DELIVERY, lane),
    ROW_64(DELIVERY, number),
    ROW_64(DELIVERY, after),
    ROW_CODE(DELIVERY, kind, DELIVERY_END),
    ROW_ID(DELIVERY, entity),
    ROW_BOOL(DELIVERY, gone),
    ROW_64(DELIVERY, session),
    ROW_ONE_OF_UNLESS(DELIVERY, referral, view_case, kind, delivery_views, gone),
};
const struct wire_part wire_table_delivery = {&referral__v1__delivery__descriptor,
                                              sizeof(struct delivery),
                                              ROWS(delivery_rows)};

#define DELIVERIES (Referral__V1__Deliveries, struct deliveries)
static const struct wire_part_row deliveries_rows[] = {
    ROW_LIST(DELIVERIES, items, item_count, LIMIT_WINDOW, wire_table_delivery),
};
static const struct wire_part deliveries_part = {&referral__v1__deliveries__descriptor,
                                                 sizeof(struct deliveries),
                                                 ROWS(deliveries_rows)};

#define ACK (Referral__V1__DeliveryAck, struct delivery_ack)
static const struct wire_part_row ack_rows[] = {
    ROW_LANE(ACK, lane),
    ROW_64(ACK, number),
};
static const struct wire_part ack_part = {&referral__v1__delivery_ack__descriptor,
                                          sizeof(struct delivery_ack),
                                          ROWS(ack_rows)};

#define RESYNC (Referral__V1__Resync, struct resync)
static const struct wire_part_row resync_rows[] = {
    ROW_32(RESYNC, page),
    ROW_BOOL(RESYNC, last),
    ROW_LIST(RESYNC, deliveries, delivery_count, LIMIT_PAGE_ROWS, wire_table_delivery),
    ROW_64(RESYNC, session),
};
static const struct wire_part resync_part = {&referral__v1__resync__descriptor,
                                             sizeof(struct resync),
                                             ROWS(resync_rows)};

/* ---- the envelope */

#define BODY_CHOICE(kind_, field, upper, table)                                                    \
    {                                                                                              \
        .name = #field, .kind = (kind_), .number = REFERRAL__V1__ENVELOPE__BODY_##upper,           \
        .part = &(table), .ours = offsetof(struct envelope, body)                                  \
    }
static const struct wire_part_choice envelope_bodies[] = {
    BODY_CHOICE(BODY_HELLO, hello, HELLO, hello_part),
    BODY_CHOICE(BODY_WELCOME, welcome, WELCOME, welcome_part),
    BODY_CHOICE(BODY_GOODBYE, goodbye, GOODBYE, goodbye_part),
    BODY_CHOICE(BODY_COMMAND, command, COMMAND, wire_table_command),
    BODY_CHOICE(BODY_REPLY, reply, REPLY, reply_part),
    BODY_CHOICE(BODY_DELIVERY, delivery, DELIVERY, wire_table_delivery),
    BODY_CHOICE(BODY_DELIVERY_ACK, ack, ACK, ack_part),
    BODY_CHOICE(BODY_QUERY, query, QUERY, wire_table_query),
    BODY_CHOICE(BODY_ANSWER, answer, ANSWER, wire_table_answer),
    BODY_CHOICE(BODY_HEARTBEAT, heartbeat, HEARTBEAT, heartbeat_part),
    BODY_CHOICE(BODY_RESYNC, resync, RESYNC, resync_part),
    BODY_CHOICE(BODY_DELIVERIES, deliveries, DELIVERIES, deliveries_part),
};
_Static_assert(sizeof(envelope_bodies) / sizeof(envelope_bodies[0]) == BODY_END - 1,
               "every kind of body has its place");

#define ENVELOPE (Referral__V1__Envelope, struct envelope)
static const struct wire_part_row envelope_rows[] = {
    ROW_32(ENVELOPE, version),
    ROW_ONE_OF(ENVELOPE, hello, body_case, kind, envelope_bodies),
};
const struct wire_part wire_table_envelope = {&referral__v1__envelope__descriptor,
                                              sizeof(struct envelope),
                                              ROWS(envelope_rows)};
