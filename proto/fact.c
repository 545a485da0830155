/* Facts to bytes and back, by the tables of wire_part.h. */
#include "proto/fact.h"

#include "base/hash.h"
#include "proto/fact.pb-c.h"
#include "proto/wire_part.h"
#include "proto/wire_row.h"
#include "proto/wire_scan.h"

#include <string.h>

/* Bounds of a journal's record are those of memory: what was decided must be kept. */
enum { FACT_TEXT_BYTES = 4096, FACT_BLOB_BYTES = 1048576, DIGEST_BYTES = 16 };
#define FACT_LIST_MAX UINT32_MAX

#define LABELS (Referral__V1__FactLabels, struct fact_labels)
static const struct wire_part_row labels_rows[] = {
    ROW_32(LABELS, territory),
    ROW_CODE(LABELS, risk, RISK_END),
    ROW_CODE(LABELS, direction, DIRECTION_END),
    ROW_CODE(LABELS, channel, CHANNEL_END),
    ROW_CODE(LABELS, basis, LEGAL_BASIS_END),
    ROW_32(LABELS, needs),
    ROW_32(LABELS, ages),
    ROW_32(LABELS, flags),
    ROW_32(LABELS, children),
};
static const struct wire_part labels_part = {&referral__v1__fact_labels__descriptor,
                                             sizeof(struct fact_labels),
                                             ROWS(labels_rows)};

#define CANDIDATE (Referral__V1__DecisionCandidate, struct fact_candidate)
static const struct wire_part_row candidate_rows[] = {
    ROW_32(CANDIDATE, worker),
    ROW_32(CANDIDATE, load),
    ROW_32(CANDIDATE, capacity),
    ROW_CODE(CANDIDATE, reason, CANDIDATE_END),
    ROW_64(CANDIDATE, until_us),
};
static const struct wire_part candidate_part = {&referral__v1__decision_candidate__descriptor,
                                                sizeof(struct fact_candidate),
                                                ROWS(candidate_rows)};

#define NORM (Referral__V1__DecisionNorm, struct fact_norm_length)
static const struct wire_part_row norm_rows[] = {
    ROW_32(NORM, amount),
    ROW_32(NORM, unit),
};
static const struct wire_part norm_part = {&referral__v1__decision_norm__descriptor,
                                           sizeof(struct fact_norm_length),
                                           ROWS(norm_rows)};

#define DECISION (Referral__V1__Decision, struct fact_decision)
static const struct wire_part_row decision_rows[] = {
    ROW_32(DECISION, policy_version),
    ROW_32(DECISION, rule),
    ROW_INLINE_BYTES(DECISION, pools, pool_count, LIMIT_RULE_POOLS, 1),
    ROW_32(DECISION, pool),
    ROW_32(DECISION, chosen),
    ROW_CODE(DECISION, desk_reason, DESK_REASON_END),
    ROW_INLINE_BYTES(DECISION, failed, failed_count, LIMIT_RULES, 2),
    ROW_INLINE_LIST(DECISION, candidates, candidate_count, LIMIT_CANDIDATES_KEPT, candidate_part),
    ROW_COUNTS(DECISION, counts, CANDIDATE_END),
    ROW_HELD_AS(DECISION, deliver, norms[FACT_NORM_DELIVER], norm_part),
    ROW_HELD_AS(DECISION, see, norms[FACT_NORM_SEE], norm_part),
    ROW_HELD_AS(DECISION, answer, norms[FACT_NORM_ANSWER], norm_part),
    ROW_HELD_AS(DECISION, curator, norms[FACT_NORM_CURATOR], norm_part),
    ROW_HELD_AS(DECISION, triage, norms[FACT_NORM_TRIAGE], norm_part),
    ROW_32(DECISION, programmes),
};
_Static_assert(sizeof(struct fact_failed) == 2, "two bytes a rule that failed");
_Static_assert(FACT_NORM_END == 5, "every norm has a row");
static const struct wire_part decision_part = {&referral__v1__decision__descriptor,
                                               sizeof(struct fact_decision),
                                               ROWS(decision_rows)};

#define FACT (Referral__V1__Fact, struct fact)
static const struct wire_part_row fact_rows[] = {
    ROW_CODE(FACT, kind, FACT_END),
    ROW_64(FACT, at_us),
    ROW_ID(FACT, case_id),
    ROW_ID(FACT, referral),
    ROW_ID(FACT, assignment),
    ROW_ID(FACT, other),
    ROW_32(FACT, site),
    ROW_32(FACT, worker),
    ROW_32(FACT, territory),
    ROW_32(FACT, version),
    ROW_32(FACT, code),
    ROW_32(FACT, code_2),
    ROW_32(FACT, count),
    ROW_32(FACT, mask),
    ROW_BOOL(FACT, flag),
    ROW_64(FACT, number),
    ROW_64(FACT, due_us),
    ROW_64(FACT, due_2_us),
    ROW_TEXT(FACT, text, FACT_TEXT_BYTES),
    ROW_TEXT(FACT, text_2, FACT_TEXT_BYTES),
    ROW_BYTES(FACT, blob, FACT_BLOB_BYTES),
    ROW_POINTER(FACT, labels, labels_part),
    ROW_POINTER(FACT, decision, decision_part),
};
static const struct wire_part fact_part = {&referral__v1__fact__descriptor,
                                           sizeof(struct fact),
                                           ROWS(fact_rows)};

#define ENTRY (Referral__V1__Entry, struct entry)
static const struct wire_part_row entry_rows[] = {
    ROW_CODE(ENTRY, cause, ENTRY_END),
    ROW_32(ENTRY, site),
    ROW_32(ENTRY, worker),
    ROW_32(ENTRY, policy_version),
    ROW_CODE(ENTRY, command, COMMAND_END),
    ROW_CODE(ENTRY, lane, LANE_END),
    ROW_64(ENTRY, number),
    ROW_ID(ENTRY, incarnation),
    ROW_FIXED_BYTES(ENTRY, digest, DIGEST_BYTES),
    ROW_ID(ENTRY, reply_subject),
    ROW_ID(ENTRY, reply_case),
    ROW_BOOL(ENTRY, reply_repeated),
    ROW_LIST(ENTRY, facts, fact_count, FACT_LIST_MAX, fact_part),
};
static const struct wire_part entry_part = {&referral__v1__entry__descriptor,
                                            sizeof(struct entry),
                                            ROWS(entry_rows)};

#define BATCH (Referral__V1__Batch, struct batch)
static const struct wire_part_row batch_rows[] = {
    ROW_64(BATCH, number),
    ROW_64(BATCH, time_us),
    ROW_FIXED_BYTES(BATCH, previous, FACT_HASH_BYTES),
    ROW_LIST(BATCH, entries, entry_count, FACT_LIST_MAX, entry_part),
};
static const struct wire_part batch_part = {&referral__v1__batch__descriptor,
                                            sizeof(struct batch),
                                            ROWS(batch_rows)};

static bool decode(const struct wire_part *part, struct bytes bytes, struct arena *arena, void *out)
{
    bool full = false;
    struct wire_part_fault fault = {0};
    const ProtobufCMessage *message = wire_part_unpack(part->descriptor, bytes, arena, &full);
    return message != NULL && wire_part_decode(part, message, arena, out, &fault);
}

bool fact_encode_batch(const struct batch *batch, struct arena *arena, struct bytes *out)
{
    return wire_part_encode(&batch_part, batch, SIZE_MAX, arena, out);
}

bool fact_decode_batch(struct bytes bytes, struct arena *arena, struct batch *out)
{
    return decode(&batch_part, bytes, arena, out);
}

bool fact_find_blob(struct bytes batch, uint32_t entry, uint32_t fact, struct bytes *blob)
{
    struct bytes entry_bytes;
    struct bytes fact_bytes;
    return wire_scan_find(batch_part.descriptor, "entries", entry, batch, &entry_bytes) &&
           wire_scan_find(entry_part.descriptor, "facts", fact, entry_bytes, &fact_bytes) &&
           wire_scan_find(fact_part.descriptor, "blob", 0, fact_bytes, blob);
}

bool fact_encode_decision(const struct fact_decision *decision,
                          struct arena *arena,
                          struct bytes *out)
{
    return wire_part_encode(&decision_part, decision, SIZE_MAX, arena, out);
}

bool fact_decode_decision(struct bytes bytes, struct arena *arena, struct fact_decision *out)
{
    return decode(&decision_part, bytes, arena, out);
}

void fact_hash(struct bytes encoded, uint8_t out[FACT_HASH_BYTES])
{
    hash_of(bytes_of(NULL, 0), encoded, out, FACT_HASH_BYTES);
}
