/* What travels, as plain structures: the house's only picture of a message outside of wire*.c.
 *
 * Strings are NUL-terminated, valid UTF-8 and within limits.h; slices and pointers live in the arena
 * that decoded them (or are borrowed until the encode call returns). id128 fields that are absent are none.
 * Times are microseconds since 1970 UTC, 0 = not yet. Workers, sites, agencies and territories are
 * named by their directory ids (codes) here; the core's own numbers never leave the broker.
 *
 * To change a message: add the field here, in the .proto file (a new number), as a row in wire_table_*.c,
 * in PROTOCOL.md, and in the round-trip test. Numbers of removed fields are reserved.
 */
#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include "base/bytes.h"
#include "base/id128.h"
#include "base/phrase.h"
#include "proto/limits.h"
#include "proto/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- a referral as it is submitted ------------------------------------------------------- */

struct labels { /* what the broker routes on; nothing here says who the family is */
    const char *territory;
    enum risk risk;
    enum direction direction;
    enum channel channel;
    enum legal_basis basis;
    uint32_t needs; /* masks by vocabulary number */
    uint32_t ages;
    uint32_t flags;
    uint32_t children;
};

enum { MATCHING_DIGEST_BYTES = 16 };

struct matching_key {
    uint8_t digest[MATCHING_DIGEST_BYTES]; /* keyed BLAKE2b of the kind and the normalised value */
    uint32_t epoch;                        /* of the region's matching secret */
    enum person_role role;
    enum strength strength;
};

struct sealed_section {
    enum section section;
    struct bytes nonce;  /* 24 bytes */
    struct bytes sealed; /* XChaCha20-Poly1305 */
};

struct referral {
    struct id128 id; /* UUIDv7, drawn by the submitting agent */
    enum purpose purpose;
    struct labels labels;
    int64_t observed_us; /* the form's own time */
    struct matching_key *keys;
    size_t key_count;
    struct sealed_section *sections;
    size_t section_count;
    struct bytes sealed_key;   /* crypto_box_seal of the referral's key to the disclosure key */
    uint32_t disclosure_epoch; /* of the region's disclosure key */
};

/* ---- open facts of a family: only over ipc, and inside sealed sections ------------------- */

struct person {
    enum person_role role;
    const char *surname;
    const char *name;
    const char *patronymic;
    const char *born; /* "2021-04-03" or "" */
    const char *document;
};

struct paper {
    const char *title;
    const char *number;
};

struct facts {
    struct person *persons;
    size_t person_count;
    const char *address;
    const char *phone;
    const char *note;
    const char *circumstances;
    const char *health;
    const char *law;
    struct paper *documents;
    size_t document_count;
};

/* ---- sessions ----------------------------------------------------------------------------- */

enum lane { LANE_NORMAL, LANE_URGENT, LANE_END };

struct hello {
    uint32_t version_least;
    uint32_t version_most;
    struct id128 incarnation; /* drawn when the spool was created */
    const char *program;      /* "refagentd 0.1.0", for the operator */
    struct hello_lane {
        uint64_t first_held; /* number of the first command still held, or of the next new one */
        uint64_t applied;    /* last delivery applied on this lane */
    } lanes[LANE_END];
    bool resync;           /* the mirror is new or lost: send the whole view */
    uint64_t session;      /* counts the agent's Hellos; 0: it does not */
    bool takes_deliveries; /* several in one frame */
};

struct welcome {
    uint32_t version;
    const char *region;
    const char *site;
    int64_t time_us;
    uint32_t window;
    struct welcome_lane {
        uint64_t expected; /* next command number */
        uint64_t from;     /* deliveries after this number follow */
    } lanes[LANE_END];
    uint32_t policy_version;
    uint32_t disclosure_epoch;
    struct bytes disclosure_key; /* 32 bytes: seal to this from now on */
    uint64_t session;            /* of the Hello that it answers */
    uint64_t
        life; /* another than before: the broker came back from a backup, without what came later */
};

enum goodbye_reason {
    GOODBYE_UNSPECIFIED,
    GOODBYE_REPLACED, /* a newer Hello with the same key */
    GOODBYE_VERSION,  /* no common protocol version */
    GOODBYE_REVOKED,  /* the key is not, or no longer, in the directory */
    GOODBYE_STOPPING, /* the broker goes down; come back with backoff */
    GOODBYE_QUOTA,    /* too many bad frames: quarantined */
    GOODBYE_END
};

struct goodbye {
    enum goodbye_reason reason;
    struct phrase text;
};

/* ---- commands ------------------------------------------------------------------------------ */

enum command_kind {
    COMMAND_UNSPECIFIED,
    COMMAND_SUBMIT,          /* referral */
    COMMAND_SEE,             /* subject: offer or task opened by a person */
    COMMAND_ACCEPT,          /* subject: offer; token */
    COMMAND_REFUSE,          /* subject: offer; token; decline reason in code; note */
    COMMAND_PROPOSE_OUTCOME, /* subject: case; case outcome in code; note */
    COMMAND_APPROVE_OUTCOME, /* subject: case */
    COMMAND_REJECT_OUTCOME,  /* subject: case; note */
    COMMAND_ASSIGN, /* subject: case; worker; note: the supervisor's or triage desk's appointment */
    COMMAND_CONFIRM_DUPLICATE, /* subject: case flagged possible-duplicate: merge it into the other */
    COMMAND_REJECT_DUPLICATE, /* subject: case */
    COMMAND_ACCEPT_CLOCK,     /* administrator: the machine's clock is right after a jump */
    COMMAND_FORM,             /* ipc only: form */
    COMMAND_POLICY_PART,      /* administrator; subject: proposal, code: index, count, data */
    COMMAND_POLICY_APPLY,     /* administrator; subject: proposal, count: its parts, at, shadow */
    COMMAND_POLICY_ROLLBACK,  /* administrator; subject: proposal, version */
    COMMAND_POLICY_WITHDRAW,  /* administrator; plan */
    COMMAND_ERASE,            /* administrator; subject: referral or case; note: the reason */
    COMMAND_POLICY_PROMOTE,   /* administrator; plan: comes into force now */
    COMMAND_SITE_REVOKE,      /* administrator; worker: the site; note: the reason */
    COMMAND_SITE_ROTATE,  /* data: new public keys of the speaker's own site, CURVE and sealing */
    COMMAND_POLICY_SIGN,  /* administrator; plan, data: the signature */
    COMMAND_LEAVE,        /* worker, at: from, until, deputy, note */
    COMMAND_END_LEAVE,    /* worker */
    COMMAND_SET_CAPACITY, /* worker, count: load units, as_directory */
    COMMAND_DISMISS,      /* worker; note: the reason */
    COMMAND_END
};

/* A referral before sealing; ipc only, the broker refuses it. */
enum { FORM_ROW_BYTES = 16 };

struct form {
    struct id128 id; /* none: the agent draws one; given: submitting again is harmless */
    enum purpose purpose;
    struct labels labels;
    int64_t observed_us;
    struct facts facts;
    uint8_t row[FORM_ROW_BYTES]; /* which row of which journal; all zero: of none */
    uint8_t row_content[FORM_ROW_BYTES];
    uint64_t row_order; /* 48 bits */
};

struct command {
    enum lane lane;
    uint64_t number;          /* per lane, from 1; 0 over ipc */
    struct id128 incarnation; /* none over ipc */
    const char *actor;        /* worker id the site vouches for; over ipc the agent sets it */
    enum command_kind kind;
    struct id128 subject; /* referral, offer or case, by kind */
    uint64_t token;       /* fencing token of the offer */
    uint32_t code;        /* by kind */
    const char *worker;   /* ASSIGN, LEAVE and the like: about whom */
    const char *deputy;   /* LEAVE; "" none */
    const char *note;     /* free text of at most LIMIT_SHORT_TEXT_BYTES; no family's data */
    uint32_t count;       /* POLICY_*: parts of the proposal; SET_CAPACITY: load units */
    uint32_t version;     /* POLICY_ROLLBACK */
    uint32_t plan;        /* POLICY_WITHDRAW, POLICY_PROMOTE, POLICY_SIGN */
    bool shadow;          /* POLICY_APPLY: decide beside the policy in force */
    int64_t at_us;        /* POLICY_APPLY: when it is to come into force; 0 at once. LEAVE: from */
    int64_t until_us;     /* LEAVE */
    bool as_directory;    /* SET_CAPACITY: the directory's counts again */
    struct bytes data;    /* POLICY_PART, POLICY_SIGN */
    const struct referral *referral;
    const struct form *form;
};

/* One file of a configuration that is proposed. A proposal is its files coded (wire_files.h), cut into parts. */
struct policy_file {
    const char *
        name; /* as broker.yaml names it: "directory/10-places.yaml"; the first is broker.yaml itself */
    struct bytes text;
};

enum refusal {
    REFUSAL_UNSPECIFIED,
    REFUSAL_UNKNOWN_CODE,
    REFUSAL_MISSING_FIELD,
    REFUSAL_BAD_FIELD,
    REFUSAL_BAD_TEXT, /* broken UTF-8, NUL */
    REFUSAL_TOO_LONG,
    REFUSAL_UNKNOWN_KIND, /* no such command, query or body */
    REFUSAL_VERSION,
    REFUSAL_NOT_ALLOWED,
    REFUSAL_UNKNOWN_WORKER, /* the actor is no worker of this site */
    REFUSAL_NOT_FOUND,      /* also for what the sender may not see */
    REFUSAL_STALE_HOP,      /* the offer was answered, recalled or passed on */
    REFUSAL_WRONG_STATE,
    REFUSAL_ID_REUSED,          /* this id or number came before with another body */
    REFUSAL_NEXT_EXPECTED,      /* a gap in the lane; reply.next_expected says what to send */
    REFUSAL_ALREADY_DONE,       /* so old that its reply is no longer kept */
    REFUSAL_DISK_LOW,           /* retryable */
    REFUSAL_BUSY,               /* retryable: over a bound */
    REFUSAL_OFFLINE,            /* retryable: from the agent, the broker does not answer */
    REFUSAL_SPOOL_FULL,         /* retryable: from the agent */
    REFUSAL_OPEN_FACTS,         /* open facts were sent to the broker */
    REFUSAL_UNREADABLE,         /* the frame is no Envelope */
    REFUSAL_SIGNATURE_WRONG,    /* made by another key, or for other texts */
    REFUSAL_SIGNATURE_OWN,      /* of the agency that proposed the plan */
    REFUSAL_SIGNATURE_REPEATED, /* that agency has signed the plan */
    REFUSAL_SIGNER_UNKNOWN,     /* the policy in force names no key of that agency */
    REFUSAL_SIGNATURE_NEEDED,   /* the plan lacks signatures */
    REFUSAL_EPOCH_OVER,         /* sealed to a disclosure key whose secret is destroyed */
    REFUSAL_END
};

enum { PROBLEMS_MAX = 32, PROBLEM_FIELD_BYTES = 64, PROBLEM_TEXT_BYTES = 400 };

struct problem {
    enum refusal code;
    const char *field; /* "labels.risk", "children[1].born" or "" */
    struct phrase text;
    bool retryable;
    uint32_t wait_ms; /* retryable: not before; 0: as the sender likes */
};

struct reply {
    enum lane lane;
    uint64_t number;
    bool refused;
    /* stored: */
    struct id128 subject;    /* referral or case that the command was about */
    const char *case_number; /* "NSO-2026-000123-7", "" when none (an agent's own reply) */
    uint64_t position;       /* batch of the journal; 0 in an agent's own reply */
    bool repeated;           /* the same command had been stored before */
    /* refused: */
    struct problem *problems;
    size_t problem_count;
    uint64_t next_expected;
};

/* ---- deliveries: an entity as the site may now see it -------------------------------------- */

enum delivery_kind {
    DELIVERY_UNSPECIFIED,
    DELIVERY_REFERRAL,   /* to the author's site */
    DELIVERY_OFFER,      /* to the curator's site */
    DELIVERY_CASE,       /* to sites of the lead and of desks that hold it */
    DELIVERY_TASK,       /* to a desk's site */
    DELIVERY_NOTICE,     /* to sites that a rule notifies */
    DELIVERY_DISCLOSURE, /* sections re-sealed to the site */
    DELIVERY_ERASURE,    /* to every site that had something of it */
    DELIVERY_END
};

enum receipt { RECEIPT_STORED, RECEIPT_DELIVERED, RECEIPT_SEEN, RECEIPT_OUTCOME, RECEIPT_END };

enum update_kind {
    UPDATE_UNSPECIFIED,
    UPDATE_JOINED,            /* joined a case that was open already */
    UPDATE_OFFERED,           /* offered to a curator */
    UPDATE_REFUSED,           /* that curator refused; the next is asked */
    UPDATE_EXPIRED,           /* that curator did not answer in time */
    UPDATE_ON_DESK,           /* waits on a desk; code = desk reason */
    UPDATE_CURATOR_APPOINTED, /* worker = curator */
    UPDATE_MERGED,            /* the case was merged into another */
    UPDATE_OUTCOME_PROPOSED,
    UPDATE_CLOSED,       /* code = case outcome */
    UPDATE_DEPUTY,       /* the curator is on leave; worker = who leads meanwhile */
    UPDATE_CURATOR_BACK, /* from leave; worker = curator */
    UPDATE_END
};

enum { UPDATES_KEPT = 12 };

struct update {
    enum update_kind kind;
    int64_t at_us;
    uint32_t code;
    const char *worker; /* "" when not to be told */
};

struct referral_view {
    struct id128 id;
    const char *case_number;
    const char *author;
    struct labels labels;
    enum referral_state state;
    enum case_state case_state;
    int64_t receipts_us[RECEIPT_END]; /* 0: not yet */
    int64_t due_us[RECEIPT_END];      /* the norm; 0: none */
    enum referral_outcome outcome;
    enum case_outcome case_outcome;
    const char *curator;         /* worker id, "" until appointed */
    struct phrase curator_title; /* "" until appointed */
    struct update *updates;      /* oldest first, the newest UPDATES_KEPT */
    size_t update_count;
};

struct offer_view {
    struct id128 id;
    struct id128 case_id;
    const char *case_number;
    const char *worker; /* to whom */
    uint64_t token;
    enum assignment_state state;
    struct labels labels;
    bool emergency;
    int64_t offered_us;
    int64_t answer_due_us;
    uint32_t policy_version;
    const char *rule;
    struct phrase rule_title;
    struct phrase why;              /* one sentence: why this curator */
    const char *possible_duplicate; /* number of the other case, or "" */
    uint32_t referral_count;
};

/* Why what was disclosed cannot be read. */
enum shut_reason {
    SHUT_UNSPECIFIED,
    SHUT_BY_BROKER, /* it holds no secret that opens the referral's key */
    SHUT_TO_SITE,   /* sealed to another key than the site has */
    SHUT_DAMAGED,   /* not what the author sealed */
    SHUT_END
};

struct shut_sections {
    struct id128 referral;
    enum shut_reason reason;
    uint32_t sections; /* bits by number of section; 0: nobody here knows which */
};

struct case_view {
    struct id128 id;
    const char *number;
    enum case_state state;
    bool emergency;
    struct labels labels;
    const char *lead; /* worker id or "" */
    struct phrase lead_title;
    enum desk desk; /* DESK_UNSPECIFIED: on no desk */
    enum desk_reason desk_reason;
    const char *desk_agency;
    int64_t opened_us;
    int64_t curator_due_us;
    int64_t appointed_us;
    int64_t closed_us;
    enum case_outcome outcome;
    enum case_outcome proposed_outcome;
    const char *proposed_by;
    uint32_t policy_version;
    const char *rule;
    const char *possible_duplicate;
    const char *merged_into;
    struct id128 *referrals;
    size_t referral_count;
    struct facts *facts; /* ipc only: disclosed to this site; one a referral, newest first */
    size_t facts_count;
    const char *lead_for;       /* the curator on leave whose deputy leads, or "" */
    struct shut_sections *shut; /* ipc only: disclosed to this site, but it cannot open them */
    size_t shut_count;
};

struct task_view { /* something on a desk that somebody there must do */
    struct id128 case_id;
    const char *case_number;
    enum desk desk;
    enum desk_reason reason;
    struct labels labels;
    int64_t since_us;
    int64_t due_us;
    enum case_outcome proposed_outcome; /* for OUTCOME_APPROVAL */
    struct phrase text;
};

struct notice_view { /* labels only */
    struct id128 case_id;
    const char *case_number;
    struct labels labels;
    bool emergency;
    const char *rule;
    struct phrase rule_title;
    int64_t at_us;
};

struct disclosed_section {
    enum section section;
    struct bytes sealed_key; /* crypto_box_seal of the section's subkey to the site's sealing key */
    struct bytes nonce;
    struct bytes sealed;
};

struct disclosure {
    struct id128 referral;
    struct id128 case_id;
    const char *case_number;
    const char *worker; /* for whom */
    int64_t at_us;
    struct disclosed_section *sections;
    size_t section_count;
    bool unopened; /* there are sections that the broker cannot open; none comes */
};

struct erasure { /* nothing of the referral's sections may be left; acknowledged when nothing is */
    struct id128 referral;
    int64_t at_us;
};

struct delivery {
    enum lane lane;
    uint64_t number;
    uint64_t after; /* the delivery before this one in the session, or Welcome's `from` */
    enum delivery_kind kind;
    struct id128 entity;
    bool gone;        /* the site may no longer see it: drop it from the mirror; no view follows */
    uint64_t session; /* of the Hello; 0 in a page */
    union {
        struct referral_view referral;
        struct offer_view offer;
        struct case_view case_;
        struct task_view task;
        struct notice_view notice;
        struct disclosure disclosure;
        struct erasure erasure;
    } view;
};

struct delivery_ack {
    enum lane lane;
    uint64_t number; /* everything up to here is durable at the site */
};

/* What would else be as many frames, in this order. At most LIMIT_WINDOW. */
struct deliveries {
    struct delivery *items;
    size_t item_count;
};

/* One page of a site's whole view, sent in answer to Hello.resync (or when the broker asks for it).
 * Pages carry deliveries with number 0; after the last the lanes go on. */
struct resync {
    uint32_t page; /* from 1 */
    bool last;
    struct delivery *deliveries;
    size_t delivery_count;
    uint64_t session; /* of the Hello that it answers */
};

/* ---- queries ------------------------------------------------------------------------------- */

enum query_kind {
    QUERY_UNSPECIFIED,
    QUERY_STATUS,   /* the broker's, or over ipc also the agent's */
    QUERY_CASES,    /* those the actor may see */
    QUERY_CASE,     /* subject or text (number) */
    QUERY_TIMELINE, /* of a case */
    QUERY_EXPLAIN,  /* decisions of a case */
    QUERY_AGENCIES,
    QUERY_CURATORS,
    QUERY_REFERRALS, /* ipc: own referrals from the mirror and the spool; text: an id or "" */
    QUERY_INBOX,     /* ipc: offers, tasks, notices, referral news, from the mirror */
    QUERY_VERSIONS,  /* configurations that were in force, newest first */
    QUERY_VERSION,   /* text: a version's number; what it changed, and its texts */
    QUERY_PAST,      /* text: a time; the referrals of cases since then, as they were decided */
    QUERY_PROPOSAL,  /* subject: what became of a proposal of this site */
    QUERY_PLANS,     /* accepted configurations that wait, or waited, newest first */
    QUERY_ERASURES,  /* subject: referral or case, or none for all: what was destroyed where */
    QUERY_SHADOW,    /* how the shadow's decisions differ from those that count */
    QUERY_END
};

struct query {
    uint64_t id; /* echoed in the answer */
    const char *actor;
    enum query_kind kind;
    struct id128 subject;
    const char *text;
    const char *cursor; /* "" first page; else answer.cursor of the page before */
};

/* Something about a site that asks for a person; the newest of each site. */
struct site_alarm {
    const char *site;
    const char *event;  /* as in the log: "site_quarantined", "key_used_twice" */
    const char *reason; /* "flood", "unreadable" …, or "" */
    int64_t at_us;
    int64_t until_us; /* of a quarantine; 0: none */
    uint32_t times;
};

struct site_status {
    const char *program;
    const char *region;
    const char *site;
    bool connected; /* agents: to the broker */
    const char *endpoint;
    int64_t time_us;
    int64_t started_us;
    uint32_t policy_version;
    uint64_t position; /* journal's last batch */
    uint64_t referrals;
    uint64_t cases_open;
    uint64_t cases_ended;
    uint64_t cases_on_desks;
    uint64_t cases_with_lead;
    uint64_t offers_open;
    uint64_t sites_connected;
    uint64_t sites_away;
    uint64_t spool_waiting; /* agents: commands not yet answered */
    uint64_t spool_limit;
    int64_t oldest_waiting_us;
    uint64_t refused; /* agents: commands that the broker refused, still to be looked at */
    uint64_t disk_free_bytes;
    bool clock_doubted;
    uint32_t plans_waiting;
    int64_t plan_due_us; /* of the next one; 0: none has a date */
    struct site_alarm *alarms;
    size_t alarm_count;
    uint32_t disclosure_epoch;
    uint32_t disclosure_epoch_old; /* a rotation is under way; 0: none */
    uint64_t disclosure_keys_waiting;
    uint64_t disclosure_sites_waiting;
    int64_t disclosure_drawn_us; /* when the present key was */
};

struct timeline_row {
    int64_t at_us;
    const char *event;  /* name of the fact kind: "curator-offered" */
    struct phrase text; /* a sentence */
    const char *actor;  /* worker id, or "" for the broker itself */
    const char *site;
    uint32_t policy_version;
    uint64_t position;
    int64_t late_by_us;
};

struct candidate_view {
    const char *worker;
    struct phrase title;
    enum candidate_reason reason;
    uint32_t load;
    uint32_t capacity;
    int64_t until_us; /* ON_LEAVE: until when */
};

struct explanation {
    int64_t at_us;
    uint32_t policy_version;
    const char *rule; /* "" when none matched */
    struct phrase rule_title;
    const char *pool; /* of the chosen; "" none */
    const char *chosen;
    struct phrase chosen_title;
    enum desk_reason desk_reason;
    struct candidate_view *candidates;
    size_t candidate_count;
    uint32_t counts[CANDIDATE_END]; /* those not listed, by reason */
    struct passed_rule {
        const char *rule;
        struct phrase title;
        struct phrase failed; /* "уровень: нужен critical, был sop" */
    } * passed_rules;
    size_t passed_rule_count;
    struct phrase sentence;
};

struct agency_row {
    const char *id;
    enum agency_kind kind;
    enum ownership ownership;
    struct phrase title;
    const char *home_site;
    uint32_t sites;
    uint32_t sites_connected;
    uint32_t workers;
};

struct curator_row {
    const char *id;
    struct phrase title;
    const char *agency;
    const char *site;
    uint32_t load;
    uint32_t capacity;
    uint32_t open_offers;
    bool connected;
    bool on_leave;
    int64_t leave_from_us; /* 0: no leave is known, now or to come */
    int64_t leave_until_us;
    const char *deputy;
    uint32_t covered; /* cases that deputies lead for this one meanwhile */
    bool dismissed;
};

/* Where a version of the configuration came from. */
enum version_origin {
    VERSION_ORIGIN_UNSPECIFIED,
    VERSION_FROM_FILES,  /* the broker's own folder, at its first start or at SIGHUP */
    VERSION_APPLIED,     /* an administrator proposed it */
    VERSION_ROLLED_BACK, /* an administrator brought an earlier one back */
    VERSION_ORIGIN_END
};

struct version_row {
    uint32_t version;
    int64_t at_us;
    enum version_origin origin;
    const char *actor; /* worker id; "" when it came from files */
    const char *site;
    uint32_t returned_to; /* ROLLED_BACK: the version whose content came back */
    uint32_t rows_added;
    uint32_t rows_changed;
    uint32_t rows_removed;
    const char *
        texts; /* names of those that differ from the version before: "policy.yaml, calendar.yaml" */
    bool in_force;
    uint32_t plan;         /* 0: it did not wait */
    const char *signed_by; /* workers of other agencies, by comma */
};

enum proposal_state {
    PROPOSAL_UNSPECIFIED,
    PROPOSAL_GATHERING, /* parts are missing */
    PROPOSAL_PENDING,   /* being checked */
    PROPOSAL_ADOPTED,
    PROPOSAL_SAME,    /* it says what is in force */
    PROPOSAL_REFUSED, /* reasons */
    PROPOSAL_DROPPED, /* parts never came */
    PROPOSAL_PLANNED, /* accepted, but it waits: it is a plan now */
    PROPOSAL_END
};

struct proposal_row {
    struct id128 id;
    enum proposal_state state;
    enum version_origin origin;
    const char *actor;
    int64_t at_us;
    int64_t settled_us;
    uint32_t version;      /* in force after it was settled */
    const char *reason_ru; /* lines "policy.yaml:14:9: …" */
    const char *reason_en;
    uint32_t plan; /* PLANNED: its number */
};

/*     ─ made ─► UNSIGNED ─ signed by enough agencies ─► WAITING or DUE
 *     ─ made ─► WAITING ─ its time ─► DUE ─ checked again ─► ACTIVATED | FAILED
 *                  └───── withdrawn ───┴──► WITHDRAWN */
enum plan_state {
    PLAN_UNSPECIFIED,
    PLAN_WAITING,
    PLAN_DUE,
    PLAN_ACTIVATED,
    PLAN_FAILED, /* what is in force changed meanwhile, so that it no longer holds: reasons */
    PLAN_WITHDRAWN,
    PLAN_SHADOW,   /* decides beside the policy in force; from here as from WAITING, by promotion */
    PLAN_UNSIGNED, /* the policy in force asks for signatures of other agencies */
    PLAN_END
};

enum { PLAN_DIGEST_BYTES = 32, PLAN_SIGNATURE_BYTES = 64 };

struct plan_row {
    uint32_t plan;
    enum plan_state state;
    enum version_origin origin;
    const char *actor; /* who proposed it */
    const char *site;
    int64_t made_us;
    int64_t due_us;        /* when it is to come into force */
    uint32_t base_version; /* in force when it was accepted */
    int64_t settled_us;
    const char *settled_by; /* who withdrew it */
    uint32_t version;       /* ACTIVATED: as which */
    const char *texts;      /* names of those that differ from its base */
    uint32_t rows;          /* of the directory that it changes */
    struct bytes digest;    /* of its texts: PLAN_DIGEST_BYTES */
    const char *reason_ru;
    const char *reason_en;
    const char *signed_by;       /* workers, by comma */
    uint32_t signatures_missing; /* of other agencies */
};

/* Decisions by a rule of the policy in force and a rule of the shadow: how many, and in how many something differs. */
struct shadow_pair {
    const char *active; /* "": no rule matched */
    const char *shadow;
    uint64_t decided;
    uint64_t pool;
    uint64_t curator;
    uint64_t notified;
};

/* One decision that the shadow would have made otherwise. */
struct shadow_case {
    int64_t at_us;
    const char *case_number;
    const char *active_rule;
    const char *shadow_rule;
    const char *active_pool;
    const char *shadow_pool;
    const char *active_chosen;
    const char *shadow_chosen;
    enum desk_reason active_desk;
    enum desk_reason shadow_desk;
    const char *notified; /* sites that only one of the two tells: "-police-1 +clinic-1" */
};

/* A piece of one of a version's texts; pieces of a text follow each other. */
struct version_text {
    const char *name;
    uint32_t offset;
    uint32_t size; /* of the whole text */
    struct bytes piece;
};

enum version_change {
    VERSION_CHANGE_UNSPECIFIED,
    VERSION_ADDED,
    VERSION_CHANGED,
    VERSION_REMOVED,
    VERSION_CHANGE_END
};

/* One row of the directory that a version changed. */
struct version_difference {
    const char *kind; /* "worker" */
    const char *id;
    enum version_change change;
    const char *fields; /* lines: "capacity: 40 → 45", of a new or removed row "capacity: 40" */
};

/* A referral of the past, as it was decided: labels and codes only. Of a case that was open already it tells the
 * arrival, the labels and who referred; the rest belongs to the referral that opened the case. */
struct past_referral {
    const char *case_number;
    int64_t arrived_us;
    bool joined; /* came to an open case, or with a case that was merged into this one */
    struct labels labels;
    enum agency_kind referrer_kind;
    const char
        *referrer; /* worker id, when a curator: nobody leads what he or she referred; else "" */
    uint32_t policy_version;
    bool forgotten;   /* that version is no longer compiled: rule and pool cannot be told */
    const char *rule; /* "" none matched */
    const char *pool; /* of the chosen */
    const char *chosen;
    enum candidate_reason why;
    enum desk_reason desk_reason;
    struct past_refusal { /* who was asked in vain before the first curator */
        const char *worker;
        bool silent;
    } * refusals;
    size_t refusal_count;
    const char *curator;  /* who accepted first, "" nobody yet */
    bool by_hand;         /* appointed by a person, not by the rule */
    int64_t delivered_us; /* of that offer, or of the open one */
    int64_t answer_due_us;
    int64_t answered_us;
    int64_t curator_due_us;
    int64_t appointed_us;
    int64_t ended_us;
};

/* A site that had something of an erased referral; a referral's rows stand together. */
struct erasure_row {
    struct id128 referral;
    const char *case_number;
    int64_t at_us;
    const char *actor;
    const char *reason;
    const char *site;
    bool author;       /* the site that sent it */
    int64_t shown_us;  /* when it was shown sections first; 0: never, as far as the broker knows */
    uint32_t sections; /* how many */
    int64_t confirmed_us; /* 0: not yet */
};

/* Inbox rows are deliveries as they stand in the mirror, with what the person did about them. */
struct inbox_row {
    struct delivery delivery;
    bool seen;
};

struct referral_row { /* a referral of this site: waiting in the spool, refused, or as last told */
    struct referral_view view;
    bool waiting; /* not yet answered by the broker */
    struct problem *problems;
    size_t problem_count;
};

struct answer {
    uint64_t id;
    enum query_kind kind;
    const char *cursor;       /* "" last page */
    struct problem *problems; /* refused when > 0 */
    size_t problem_count;
    struct site_status
        *status; /* broker's own; over ipc: agent's, then the broker's if reachable */
    size_t status_count;
    struct case_view *cases;
    size_t case_count;
    struct timeline_row *timeline;
    size_t timeline_count;
    struct explanation *explanations;
    size_t explanation_count;
    struct agency_row *agencies;
    size_t agency_count;
    struct curator_row *curators;
    size_t curator_count;
    struct referral_row *referrals;
    size_t referral_count;
    struct inbox_row *inbox;
    size_t inbox_count;
    struct proposal_row *proposals;
    size_t proposal_count;
    struct version_row *versions;
    size_t version_count;
    struct version_text *texts;
    size_t text_count;
    struct version_difference *differences;
    size_t difference_count;
    struct past_referral *past;
    size_t past_count;
    struct plan_row *plans;
    size_t plan_count;
    struct erasure_row *erasures;
    size_t erasure_count;
    struct shadow_pair *shadow_pairs;
    size_t shadow_pair_count;
    struct shadow_case *shadow_cases;
    size_t shadow_case_count;
};

/* ---- the envelope -------------------------------------------------------------------------- */

enum body_kind {
    BODY_UNSPECIFIED,
    BODY_HELLO,
    BODY_WELCOME,
    BODY_GOODBYE,
    BODY_COMMAND,
    BODY_REPLY,
    BODY_DELIVERY,
    BODY_DELIVERY_ACK,
    BODY_QUERY,
    BODY_ANSWER,
    BODY_HEARTBEAT,
    BODY_RESYNC,
    BODY_DELIVERIES,
    BODY_END
};

struct envelope {
    uint32_t version;
    enum body_kind kind;
    union {
        struct hello hello;
        struct welcome welcome;
        struct goodbye goodbye;
        struct command command;
        struct reply reply;
        struct delivery delivery;
        struct delivery_ack ack;
        struct query query;
        struct answer answer;
        struct heartbeat {
            int64_t time_us;
            uint32_t
                disclosure_epoch; /* agent: the oldest of what it has to send; broker: present */
            struct bytes disclosure_key; /* broker; empty: the agent knows it */
        } heartbeat;
        struct resync resync;
        struct deliveries deliveries;
    } body;
};

#endif
