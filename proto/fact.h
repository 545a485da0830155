/* Facts: what the journal holds, for ever.
 *
 * One flat structure serves all kinds: a fact uses the fields that its kind lists below, the others are
 * zero. Flat keeps coding in one place and lets old journals be read by new programs: a field or a kind is
 * only ever added; a changed rule is a new kind. Numbers of workers, sites, agencies and
 * territories are the directory's row numbers (see policy/directory.h), given out once and never reused.
 *
 * A batch is what one turn of the broker decided: entries in order, each a command (or a deadline, or the
 * broker's own act) with its facts. Its encoding carries the BLAKE2b-256 hash of the previous batch's encoding.
 *
 * To add a kind: here, in fact.proto, and twice in fact_number.c. To add a field: here, in fact.proto,
 * and as a row in fact.c.
 */
#ifndef PROTO_FACT_H
#define PROTO_FACT_H

#include "base/arena.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fact_kind {
    FACT_UNSPECIFIED,
    /* configuration: version, text = region code, text_2 = number prefix, blob = region's titles ("ru\0en"),
     * count = rows that it has, code = where it came from (0: files), number = the version that came back, code_2 = the
     * plan that it was; the rows that it changed stand before it in the same entry, its texts behind it */
    FACT_CONFIGURATION_ADOPTED,
    FACT_ROW_SET,     /* code = directory kind, number = row number, blob = the coded row */
    FACT_ROW_REMOVED, /* code = directory kind, number */
    FACT_POLICY_TEXT, /* version, text = file name, blob = its text; count = index from 0 */
    /* referrals: referral = id, case_id, site, worker, blob = coded referral without its sealed key, at = arrival */
    FACT_REFERRAL_STORED,
    FACT_CASE_OPENED, /* case_id, referral, number = sequence in the year, code = year, territory */
    /* referral, case_id, labels = the case's labels after joining, code = strength, flag = of the authors only its own is
     * told (for the others nothing changed) */
    FACT_REFERRAL_JOINED,
    FACT_DUPLICATE_SUSPECTED, /* case_id, other = the older case */
    FACT_DUPLICATE_REJECTED,  /* case_id, other */
    FACT_CASE_MERGED,         /* case_id merged into other; labels = the other's labels after it */
    FACT_REFERRAL_DUE,        /* referral, due = delivered due, due_2 = seen due (0: no norm) */
    FACT_DECIDED, /* case_id, decision, due = curator due (0: keep the earlier), code = procedure */
    /* offers: assignment = id, case_id, worker, site, number = fencing token, code = pool index (0xffffffff: by hand),
     * code_2 = candidate reason, due = delivery due, flag = accepts by itself, count = load units reserved,
     * version = policy version that the pool belongs to */
    FACT_CURATOR_PROPOSED,
    FACT_OFFER_DELIVERED, /* assignment, due = answer due */
    FACT_OFFER_SEEN,      /* assignment, worker */
    FACT_OFFER_ACCEPTED, /* assignment, case_id, worker, site, code = the case's state after it, flag = by itself */
    FACT_OFFER_REFUSED, /* assignment, case_id, worker, code = decline reason, text = note */
    FACT_OFFER_EXPIRED, /* assignment, case_id, worker, code 1 = not delivered, 2 = not answered, due = late by us */
    FACT_OFFER_WITHDRAWN,  /* assignment, case_id, worker: another hop took the case, or it ended */
    FACT_ASSIGNMENT_ENDED, /* assignment, case_id, worker: load released */
    FACT_PUT_ON_DESK, /* case_id, code = desk, code_2 = reason, number = agency, due (0: none), blob = sites that are
                                shown the task, big-endian u32 each, count = how far it was handed up along the chain
                                of escalation of the agency where it lay with 0 */
    FACT_TAKEN_OFF_DESK,   /* case_id */
    FACT_NOTICE_SENT,      /* case_id, site */
    FACT_DISCLOSED,        /* referral, case_id, site, worker, mask = sections */
    FACT_DISCLOSURE_ENDED, /* referral, site */
    FACT_ESCALATED, /* case_id, code = desk reason, due = late by us, number = agency whose desk was late (0: none): an alarm */
    FACT_REFERRAL_DELIVERED, /* referral, case_id, site: a joined referral is durable at the lead's site */
    FACT_REFERRAL_SEEN, /* referral, case_id, worker: the lead saw a joined referral */
    FACT_RISK_RAISED,   /* case_id: became critical; emergency from now on */
    FACT_CURATOR_LOST,  /* case_id, assignment, worker: dismissed or left; code = state after it */
    FACT_WORKER_DISMISSED, /* worker: nothing is left open with him or her; due = the timer that began it */
    FACT_OUTCOME_PROPOSED, /* case_id, code = case outcome, worker, text = note */
    FACT_OUTCOME_REJECTED, /* case_id, worker, text = note */
    FACT_CASE_CLOSED,      /* case_id, code = case outcome, worker = approver */
    /* exchange */
    FACT_LANE_ACKNOWLEDGED, /* site, code = lane, number = last delivery durable there */
    FACT_LANE_STARTED, /* site, code = lane, other = incarnation, number = first expected command */
    FACT_SITE_AWAY,    /* site: too many lines wait; they go, a resync will heal */
    FACT_SITE_RESYNCED,  /* site, code = lane, number = line up to which the view was sent */
    FACT_CLOCK_ACCEPTED, /* due = the wall time that is right */
    FACT_SITE_RETURNED,  /* site: its Hello came; lines are put again while its view is sent */
    /* proposals of a configuration: other = id, site whose it is */
    FACT_PROPOSAL_PART, /* code = index, count = parts, blob, due = when they are dropped if the rest does not come */
    /* worker, code = origin, version = the one to come back, due = when it is to come into force (0: at once), flag =
     * beside the one in force: to be checked now */
    FACT_PROPOSAL_MADE,
    /* code = state, version in force, text_2 = reasons ru, text = reasons en, number = the plan that it became */
    FACT_PROPOSAL_SETTLED,
    /* What stood behind this place is lost: number = the life that begins here (random, not 0), count = numbers of cases
     * of the year in code that are passed over, as people may know them */
    FACT_JOURNAL_RESTORED,
    FACT_REFERRAL_ERASED, /* referral, case_id, worker, text = reason: its sealed key goes with this batch */
    FACT_ERASURE_CONFIRMED, /* referral, case_id, site: nothing of it is left there */
    /* plans, accepted sets that wait: number = plan; its texts and rows stand before MADE in the same entry */
    FACT_PLAN_TEXT, /* count = index from 0, text = name, blob */
    FACT_PLAN_ROW, /* code_2 = index from 1, code = directory kind, count = number of the row that it changes (0: a new
                       one), blob = the coded row after it (empty: it goes) */
    /* code_2 = how many signatures of other agencies it lacks, other = its proposal, site, worker, code = origin, version = the one in force, count = the version that is to
     * come back, due = when it is to come into force, flag = a shadow, text = region code, text_2 = number prefix, blob = digest of its
     * texts, digest of the texts that it follows, region's titles ("ru\0en") */
    FACT_PLAN_MADE,
    FACT_PLAN_DUE,     /* its time has come: to be checked again now */
    FACT_PLAN_SETTLED, /* code = state, version in force, text_2 = reasons ru, text = reasons en */
    /* What the shadow would have decided beside a decision: case_id, number = plan, mask = what differs (bits of enum
     * shadow_difference), worker = whom the shadow chose, count = who was chosen, code_2 = the shadow's desk reason,
     * code = the desk reason, text_2 = the shadow's rule, text = the rule, blob = pool, shadow's pool, sites that only one
     * of the two tells ("-police-1 +clinic-1"), each with a NUL */
    FACT_SHADOW_DECIDED,
    /* A key of a site beside those of the directory, whose files never change it: site, code = enum fact_site_key,
     * blob = CURVE key, behind it the sealing key when it is new; due = valid until (0: no end); text = reason */
    FACT_SITE_KEY,
    FACT_PLAN_SIGNED, /* number = plan, worker, count = his or her agency, blob = the signature, flag = enough have signed */
    /* leave and deputies of workers: worker whose. A command set it; count = deputy (0: none), due = from, due_2 = until,
     * text = note */
    FACT_LEAVE_SET,
    FACT_LEAVE_MOVED, /* code = enum fact_leave after it, due = its timer after it (0: none) */
    FACT_LEAD_SUSPENDED, /* case_id, assignment, worker: the lead is on leave; the next fact appoints the deputy */
    /* case_id, assignment = its id, worker, site, other = the suspended assignment that it stands in for, number = token,
     * count = load units, version = policy version */
    FACT_DEPUTY_APPOINTED,
    FACT_DEPUTY_MISSING, /* case_id, worker = the deputy (0: none is named), code = why it is not he or she */
    /* case_id, assignment, worker, site: the curator is back and leads again; other = the deputy's assignment, ended */
    FACT_LEAD_REVIVED,
    FACT_CAPACITY_SET, /* worker, count = load units, flag = what the directory says counts again */
    FACT_DISMISSAL_ORDERED, /* worker, text = reason */
    FACT_COPIES_SUPPOSED, /* referral, case_id: sites that have not come since this journal came back from a backup may
                             have some of it */
    FACT_END
};

/* Where a worker's leave stands; numbers for ever.
 *
 *      NONE ──set──► PLANNED ──from──► BEGINS ──all handed over──► AWAY ──until, or said──► ENDS ──all given back──► NONE
 *       ▲               └──── taken back ────┐    └─────── said ──────────────────────────────▲
 *       └────────────────────────────────────┘
 */
enum fact_leave {
    FACT_LEAVE_NONE,
    FACT_LEAVE_PLANNED,
    FACT_LEAVE_BEGINS, /* on leave; some of the open work still waits to be handed over */
    FACT_LEAVE_AWAY,
    FACT_LEAVE_ENDS, /* back; some cases still wait to be given back */
    FACT_LEAVE_END
};

/* How a shadow's decision differs from the one that counts; bits, for ever. */
enum shadow_difference {
    SHADOW_RULE = 1,
    SHADOW_POOL = 2,
    SHADOW_CURATOR = 4,
    SHADOW_NOTIFIED = 8
};

enum fact_site_key { FACT_SITE_KEY_NEW = 1, FACT_SITE_KEY_ENDS, FACT_SITE_KEY_REVOKED };

/* One rule that was tried and did not match. In a decision these are all the rules before the one that matched, in the
 * order of the policy and without gaps, so that the place in the list is the rule's index. */
struct fact_failed {
    uint8_t rule;      /* its index modulo 256 */
    uint8_t condition; /* which of its conditions failed: index in the rule */
};

struct fact_candidate {
    uint32_t worker;
    uint32_t load;
    uint32_t capacity;
    enum candidate_reason reason;
    int64_t until_us; /* ON_LEAVE */
};

/* Norms that are pinned to a case with its decision until a curator is appointed. */
enum fact_norm {
    FACT_NORM_DELIVER,
    FACT_NORM_SEE,
    FACT_NORM_ANSWER,
    FACT_NORM_CURATOR,
    FACT_NORM_TRIAGE,
    FACT_NORM_END
};

/* A routing decision as data; its text is made when shown. */
struct fact_decision {
    uint32_t policy_version;
    int32_t rule;                    /* index in the policy; -1: none matched */
    uint32_t programmes;             /* mask by index in the policy: those that add to the rule */
    uint8_t pools[LIMIT_RULE_POOLS]; /* pool indexes in the order tried */
    size_t pool_count;
    int32_t pool;    /* index of the pool of the chosen in the policy; -1 */
    uint32_t chosen; /* worker; 0 nobody */
    enum desk_reason desk_reason;
    struct fact_failed failed[LIMIT_RULES];
    size_t failed_count;
    struct fact_candidate candidates[LIMIT_CANDIDATES_KEPT];
    size_t candidate_count;
    uint32_t counts[CANDIDATE_END]; /* of those not listed */
    struct fact_norm_length {
        uint32_t amount;
        uint32_t unit; /* enum duration_unit of policy/calendar.h; 0 none */
    } norms[FACT_NORM_END];
};

/* Labels with the territory as a number. */
struct fact_labels {
    uint32_t territory;
    enum risk risk;
    enum direction direction;
    enum channel channel;
    enum legal_basis basis;
    uint32_t needs;
    uint32_t ages;
    uint32_t flags;
    uint32_t children;
};

struct fact {
    enum fact_kind kind;
    int64_t at_us;
    struct id128 case_id;
    struct id128 referral;
    struct id128 assignment;
    struct id128 other;
    uint32_t site;
    uint32_t worker;
    uint32_t territory;
    uint32_t version;
    uint32_t code;
    uint32_t code_2;
    uint32_t count;
    uint32_t mask;
    bool flag;
    uint64_t number;
    int64_t due_us;
    int64_t due_2_us;
    const char *text; /* NULL = "" */
    const char *text_2;
    struct bytes blob;
    const struct fact_labels *labels;
    const struct fact_decision *decision;
};

enum entry_cause {
    ENTRY_UNSPECIFIED,
    ENTRY_COMMAND,
    ENTRY_DEADLINE,
    ENTRY_EXCHANGE,
    ENTRY_CONFIGURATION,
    ENTRY_END
};

/* One command and what came of it. For a command: who, where in its lane, and what the reply said, so
 * that a repeat gets the same reply. */
struct entry {
    enum entry_cause cause;
    uint32_t site;
    uint32_t worker; /* 0: the broker itself */
    uint32_t policy_version;
    enum command_kind command;
    enum lane lane;
    uint64_t number;
    struct id128 incarnation;
    uint8_t digest[16];
    struct id128 reply_subject;
    struct id128 reply_case;
    bool reply_repeated; /* the reply said "stored before" */
    struct fact *facts;
    size_t fact_count;
};

enum { FACT_HASH_BYTES = 32 };

struct batch {
    uint64_t number; /* from 1, no gaps */
    int64_t time_us; /* core time; never goes back */
    uint8_t previous[FACT_HASH_BYTES];
    struct entry *entries;
    size_t entry_count;
};

/* Coding; only fact.c knows protobuf's structures for it. */
bool fact_encode_batch(const struct batch *batch, struct arena *arena, struct bytes *out)
    __attribute__((warn_unused_result));
bool fact_decode_batch(struct bytes bytes, struct arena *arena, struct batch *out)
    __attribute__((warn_unused_result));
/* The blob of one fact of an encoded batch, borrowed from it; the rest is not decoded. False: there is none. */
bool fact_find_blob(struct bytes batch, uint32_t entry, uint32_t fact, struct bytes *blob);
bool fact_encode_decision(const struct fact_decision *decision,
                          struct arena *arena,
                          struct bytes *out) __attribute__((warn_unused_result));
bool fact_decode_decision(struct bytes bytes, struct arena *arena, struct fact_decision *out)
    __attribute__((warn_unused_result));
/* The hash of an encoded batch, for the next one's `previous`. */
void fact_hash(struct bytes encoded, uint8_t out[FACT_HASH_BYTES]);
/* "curator-proposed": stable names for timelines and hooks. Static. */
const char *fact_kind_name(enum fact_kind kind);

#endif
