/* The state: typed tables over one LMDB environment. A view of the journal, never the truth.
 *
 * Records are flat and fixed; their layout may change freely: bump STORE_LAYOUT and the state is rebuilt from the
 * journal at the next start. Every key that grows for ever begins with something ordered by time, or
 * belongs to one entity.
 *
 * What is put lies in memory above the tables (store_layer.h) until a commit, and is read from there. Failures stick
 * until store_abort: store_failed is asked once a turn, before the journal is written. Only fold.c writes records; everybody else reads.
 *
 *      case ──< case_referral >── referral ──< matching key
 *       │ └──< case_assignment >── assignment ── worker
 *       ├──< decision, timeline
 *      site ──< outbox line ── view (site, kind, entity) ; reply ring
 */
#ifndef BROKER_STORE_STORE_H
#define BROKER_STORE_STORE_H

#include "base/kv.h"
#include "base/number_set.h"
#include "policy/directory.h"
#include "proto/fact.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STORE_LAYOUT = 14 };

/* ---- records: zero the whole struct before filling it, so that padding is equal everywhere ------- */

struct meta_record {
    uint32_t layout;
    uint32_t version;                    /* configuration in force; 0 none yet */
    uint64_t position;                   /* last batch folded */
    uint8_t hash[FACT_HASH_BYTES];       /* of that batch */
    int64_t time_us;                     /* of that batch */
    uint32_t row_numbers[DIRECTORY_END]; /* highest given out */
    uint32_t year;
    uint32_t year_sequence;
    uint64_t pick_sequence;
    uint64_t referrals;
    uint64_t cases_open;
    uint64_t cases_ended;
    uint64_t cases_on_desks;
    uint64_t cases_with_lead;
    uint64_t offers_open;
    uint64_t sites_away;
    uint64_t life;          /* of this journal: 0, or drawn when it came back from a backup */
    uint32_t plans;         /* highest number given out */
    uint32_t plans_waiting; /* and those that are due, and the shadow */
    uint32_t shadow;        /* plan that decides beside the version in force; 0 none */
    uint32_t shadow_pairs;
    uint64_t shadow_cases;  /* that differed since the shadow began */
    uint64_t site_keys;     /* in their table */
    uint32_t overfull_site; /* the last one whose outbox grew beyond LIMIT_OUTBOX_LINES; 0 none */
};

struct case_record {
    struct id128 id;
    uint32_t year;
    uint32_t sequence;
    enum case_state state;
    enum procedure procedure;
    struct fact_labels labels;
    bool emergency;
    uint32_t referrals;   /* count; also the next index in case_referral */
    uint32_t assignments; /* likewise */
    uint32_t decisions;
    uint32_t hops_failed; /* refused and expired since the last desk */
    uint64_t token;       /* of the newest hop */
    struct id128 offer;   /* open hop (PROPOSED or OFFERED), or none */
    struct id128 lead_assignment;
    uint32_t lead;           /* worker; stays after the end for continuity */
    uint32_t policy_version; /* of the newest decision, with its rule and programmes */
    int32_t rule;
    uint32_t programmes;
    enum desk desk;
    enum desk_reason desk_reason;
    uint32_t desk_agency;
    uint32_t desk_origin;   /* agency where it lay first: its chain of escalation counts */
    uint32_t desk_step;     /* how far it was handed up; 0 not yet */
    uint32_t desk_sites[8]; /* 0-terminated unless full */
    int64_t desk_since_us;
    int64_t desk_due_us; /* has a timer when not 0 */
    int64_t opened_us;
    int64_t curator_due_us;
    int64_t curator_timer_us; /* its timer; 0 none */
    int64_t escalated_us;     /* when a norm of it last passed with an alarm */
    int64_t appointed_us;
    int64_t ended_us;
    enum case_outcome outcome;
    enum case_outcome proposed_outcome;
    uint32_t proposed_by;
    struct id128 possible_duplicate; /* the other case, until decided */
    struct id128 merged_into;
    struct {
        uint32_t amount;
        uint32_t unit;
    } norms[FACT_NORM_END];
};

struct referral_record {
    struct id128 id;
    struct id128 case_id;
    uint8_t digest[16]; /* of the submitted body */
    uint32_t site;
    uint32_t worker;
    enum referral_state state;
    struct fact_labels labels;
    enum referral_outcome outcome;
    bool joined; /* came to a case that was open */
    int64_t receipts_us[RECEIPT_END];
    int64_t due_us[RECEIPT_END];
    bool erased;    /* nobody is shown sections of it any more */
    uint64_t batch; /* where its body stands in the journal */
    uint32_t entry;
    uint32_t fact;
    struct {
        int64_t at_us;
        enum update_kind kind;
        uint32_t code;
        uint32_t worker;
    } updates[UPDATES_KEPT]; /* oldest first */
    uint32_t update_count;
};

struct assignment_record {
    struct id128 id;
    struct id128 case_id;
    uint32_t worker;
    uint32_t site;
    uint64_t token;
    enum assignment_state state;
    uint32_t pool; /* index in policy_version; UINT32_MAX by hand */
    uint32_t policy_version;
    enum candidate_reason why;
    uint32_t load;
    bool auto_accept;
    bool by_itself;
    int64_t proposed_us;
    int64_t delivered_us;
    int64_t seen_us;
    int64_t answered_us;
    int64_t ended_us;
    int64_t due_us; /* its timer; 0 none */
    enum decline_reason declined;
    struct id128 covers; /* the suspended assignment that it stands in for, or none */
};

/* No padding: copies are equal to the byte. */
struct worker_record {
    uint32_t load; /* sum over open assignments, proposed ones included, suspended ones not */
    uint32_t open_offers;
    uint32_t cases;       /* led now */
    uint32_t suspended;   /* cases that deputies lead meanwhile */
    uint64_t last_picked; /* meta.pick_sequence at the last proposal; 0 never */
    int64_t leave_from_us;
    int64_t leave_until_us;
    int64_t leave_timer_us; /* TIMER_LEAVE; 0 none */
    uint32_t deputy;        /* while leave is not NONE; 0 none is named */
    enum fact_leave leave;
    uint32_t capacity; /* when it is not the directory's */
    uint32_t capacity_set;
    uint32_t dismissed; /* by command; for ever */
    uint32_t nothing;   /* 0 */
};

struct site_record {
    struct id128 incarnation;
    bool known; /* said Hello at least once */
    bool away;
    bool
        stale; /* its mirror is of a life before, or it was away: every Hello sends its whole view, until that is there */
    uint64_t commands[LANE_END]; /* last command number stored */
    uint64_t lines[LANE_END];    /* last outbox number given out */
    uint64_t acknowledged[LANE_END];
    uint32_t waiting; /* lines in the outbox */
};

struct reply_record {
    uint64_t number;
    uint8_t digest[16];
    struct id128 subject;
    struct id128 case_id;
    uint64_t position;
    bool repeated;
};

/* A matching key's entry: one a referral. */
struct key_record {
    struct id128 referral;
    enum person_role role;
    enum strength strength;
};

struct line_record {
    uint64_t number;
    enum delivery_kind kind;
    struct id128 entity;
};

/* What a site may see: its pending line about the entity, if any. */
struct view_record {
    enum lane lane;
    bool gone;       /* the pending line takes it away */
    uint64_t number; /* 0: acknowledged */
    uint32_t mask;   /* disclosures: sections */
    uint32_t worker; /* disclosures: for whom */
    int64_t at_us;
};

/* A site that had something of a referral: was shown sections, or, after an erasure, sent it. */
struct shown_record {
    int64_t shown_us; /* first; 0: never */
    uint32_t mask;    /* all sections that it was ever shown */
    uint32_t nothing; /* 0, where padding would be */
    int64_t confirmed_us;
};

/* A key of a site that is not, or not only, what the directory says of it. */
struct site_key_record {
    int64_t since_us;
    int64_t until_us; /* 0: no end */
    bool revoked;
    bool own; /* with sealing: came by rotation, the directory need not know it */
    uint8_t curve[KEYS_BYTES];
    uint8_t sealing[KEYS_BYTES];
};

struct erasure_record {
    int64_t at_us;
    uint32_t site;
    uint32_t worker;
    char reason[LIMIT_SHORT_TEXT_BYTES + 1];
};

struct timeline_record {
    int64_t at_us;
    enum fact_kind kind;
    uint32_t actor; /* worker; 0 the broker */
    uint32_t actor_site;
    uint32_t worker; /* whom it is about */
    uint32_t policy_version;
    uint32_t code; /* NOTICE_SENT: the site that was told */
    uint32_t code_2;
    uint32_t agency; /* PUT_ON_DESK: whose desk */
    bool flag;       /* PUT_ON_DESK: handed up */
    int64_t late_by_us;
    struct id128 other; /* referral, or the other case */
};

/* A configuration that came into force, and who brought it. */
struct version_record {
    uint32_t version;
    enum version_origin origin;
    int64_t at_us;
    uint32_t site; /* 0: the files of the broker's own folder */
    uint32_t worker;
    uint32_t returned_to;
    uint32_t rows_added;
    uint32_t rows_changed;
    uint32_t rows_removed;
    uint32_t plan; /* 0: it did not wait */
};

/* The newest proposal of a site; an older one is forgotten with its parts. */
struct proposal_record {
    struct id128 id;
    enum proposal_state state;
    enum version_origin origin;
    uint32_t site;
    uint32_t worker;
    int64_t at_us;
    int64_t drop_us; /* GATHERING: its timer */
    int64_t settled_us;
    uint32_t parts;
    uint64_t received[LIMIT_PROPOSAL_PARTS / 64]; /* bits */
    uint32_t version;    /* rollback: the one to come back; settled: the one in force then */
    int64_t activate_us; /* 0: at once */
    bool shadow;
    uint32_t plan; /* that it became, or that comes into force by it */
};

/* An accepted set that waits. Its texts stand as those of version STORE_PLAN_VERSION + number, the rows that it changes as
 * that version's row changes, numbered from 1 (before: the row in force when it was accepted), until it is settled. */
enum { STORE_PLAN_VERSION = 0x40000000 };

struct plan_signature {
    uint32_t agency;
    uint32_t worker;
    int64_t at_us;
    uint8_t signature[PLAN_SIGNATURE_BYTES];
};

struct plan_record {
    struct id128 id; /* of its proposal */
    uint32_t number;
    enum plan_state state;
    enum version_origin origin;
    uint32_t site;
    uint32_t worker;
    uint32_t base;        /* version in force when it was accepted */
    uint32_t returned_to; /* ROLLED_BACK */
    uint32_t version;     /* settled: the one in force then */
    uint32_t rows;
    uint32_t settled_by; /* worker */
    int64_t made_us;
    int64_t due_us;
    int64_t timer_us; /* 0: none */
    int64_t settled_us;
    uint8_t digest[PLAN_DIGEST_BYTES];  /* of its texts */
    uint8_t follows[PLAN_DIGEST_BYTES]; /* of the texts that must be in force when its time comes */
    uint32_t signature_count;
    struct plan_signature signatures[LIMIT_SIGNERS];
};

/* A rule of the version in force and a rule of the shadow, decided about the same cases. */
struct shadow_count {
    char active[LIMIT_CODE_BYTES + 1]; /* "" no rule */
    char shadow[LIMIT_CODE_BYTES + 1];
    uint64_t decided;
    uint64_t pool; /* of them with another pool, … */
    uint64_t curator;
    uint64_t notified;
};

/* A decision that the shadow would have made otherwise. */
struct shadow_record {
    int64_t at_us;
    struct id128 case_id;
    char rules[2][LIMIT_CODE_BYTES + 1]; /* in force, shadow's */
    char pools[2][LIMIT_CODE_BYTES + 1];
    uint32_t chosen[2];
    enum desk_reason desks[2];
    char notified[LIMIT_SHADOW_NOTIFIED_BYTES + 1];
};

/* What a version did to one row; data NULL: there was no such row. */
struct row_change {
    struct bytes before;
    struct bytes after;
};

enum timer_kind {
    TIMER_UNSPECIFIED,
    TIMER_OFFER,     /* assignment: not delivered, or not answered, in time */
    TIMER_CURATOR,   /* case: no curator within the norm */
    TIMER_DESK,      /* case: nobody at the desk acted in time */
    TIMER_DISMISSAL, /* worker number in the entity's last 4 bytes: left the directory */
    TIMER_PROPOSAL, /* site number in the entity's last 4 bytes: parts of its proposal never came */
    TIMER_PLAN,     /* plan number in the entity's last 4 bytes: it is to come into force */
    TIMER_LEAVE, /* worker number in the entity's last 4 bytes: the leave begins or ends, or goes on doing so */
    TIMER_END
};

struct timer_record {
    int64_t due_us;
    enum timer_kind kind;
    struct id128 entity;
};

/* ---- the store ------------------------------------------------------------------------------------ */

struct store;

/* map_bytes_max 0: the default. A store of another layout is emptied (its meta is zero afterwards). */
bool store_open(struct store **out, const char *folder, uint64_t map_bytes_max, struct error *err)
    __attribute__((warn_unused_result));
/* A state that is made by folding alone, under a name that nobody opens after a crash: nothing is synced before store_sync, and
 * records are held back by the hundred thousand and written in order of their keys. The folder must not exist. */
bool store_open_bulk(struct store **out, const char *folder, struct error *err)
    __attribute__((warn_unused_result));
/* Is so much held back that it is better committed? Of a bulk store only. */
bool store_is_full(const struct store *store);
/* All that was committed is on the disk. Between transactions. */
bool store_sync(struct store *store, struct error *err) __attribute__((warn_unused_result));
void store_close(struct store **store);
/* From now on commits are written by a thread of the store's own. */
bool store_use_worker(struct store *store, struct error *err) __attribute__((warn_unused_result));

/* Everything is read and put between store_begin and store_commit or store_abort. */
bool store_begin(struct store *store, struct error *err) __attribute__((warn_unused_result));
/* All that was put becomes durable, or nothing; after false the store is only good to be closed. */
bool store_commit(struct store *store, struct error *err) __attribute__((warn_unused_result));
/* Drops what was put since the last store_commit or store_commit_start; none may run. */
void store_abort(struct store *store);

/* The same in two steps: what was put until the start becomes durable by the finish, and reading and putting go on in
 * between. One at a time; without a worker the finish does the work. */
bool store_commit_start(struct store *store, struct error *err) __attribute__((warn_unused_result));
bool store_commit_runs(const struct store *store);
/* Whether the finish would not wait. */
bool store_commit_is_done(const struct store *store);
bool store_commit_finish(struct store *store, struct error *err)
    __attribute__((warn_unused_result));
/* What was put since the last start, in bytes of memory. */
size_t store_uncommitted_bytes(const struct store *store);

const struct error *store_failed(const struct store *store);
/* Empty every table (before a rebuild). */
void store_clear(struct store *store);
struct kv_space store_space(struct store *store);
/* Not while a commit runs. */
bool store_grow(struct store *store, struct error *err) __attribute__((warn_unused_result));
/* BLAKE2b-256 over an ordered dump of every table: equal states have equal digests. */
void store_digest(struct store *store, uint8_t out[32]);
/* Entry by entry, so cheaper than two digests. */
bool store_is_equal(struct store *a, struct store *b);

/* The meta record is kept in memory and written at commit. */
struct meta_record *store_meta(struct store *store);

bool store_case(struct store *store, const struct id128 *id, struct case_record *out);
void store_put_case(struct store *store, const struct case_record *record);
bool store_case_by_number(struct store *store, uint32_t year, uint32_t sequence, struct id128 *out);
/* The case with the smallest id >= from (none: the first). */
bool store_case_from(struct store *store, const struct id128 *from, struct case_record *out);

bool store_referral(struct store *store, const struct id128 *id, struct referral_record *out);
void store_put_referral(struct store *store, const struct referral_record *record);
bool store_case_referral(struct store *store,
                         const struct id128 *case_id,
                         uint32_t index,
                         struct id128 *out);
void store_put_case_referral(struct store *store,
                             const struct id128 *case_id,
                             uint32_t index,
                             const struct id128 *referral);

void store_put_key(struct store *store,
                   const uint8_t digest[MATCHING_DIGEST_BYTES],
                   const struct key_record *record);
/* Entries of one digest, newest referral id first: pass none first, then the last referral found. */
bool store_key_before(struct store *store,
                      const uint8_t digest[MATCHING_DIGEST_BYTES],
                      const struct id128 *before,
                      struct key_record *out);

/* Digests of a referral's keys, MATCHING_DIGEST_BYTES each; borrowed until the next write. */
bool store_referral_keys(struct store *store, const struct id128 *referral, struct bytes *digests);
void store_put_referral_keys(struct store *store,
                             const struct id128 *referral,
                             struct bytes digests);
/* Every entry of a referral's keys, and what was noted of them. */
void store_forget_keys(struct store *store, const struct id128 *referral);

bool store_assignment(struct store *store, const struct id128 *id, struct assignment_record *out);
void store_put_assignment(struct store *store, const struct assignment_record *record);
bool store_case_assignment(struct store *store,
                           const struct id128 *case_id,
                           uint32_t index,
                           struct id128 *out);
void store_put_case_assignment(struct store *store,
                               const struct id128 *case_id,
                               uint32_t index,
                               const struct id128 *assignment);

/* A worker nobody has been offered anything yet has a zero record. */
struct worker_record store_worker(struct store *store, uint32_t worker);
void store_put_worker(struct store *store, uint32_t worker, const struct worker_record *record);
/* Cases that a worker leads or is offered, in case order: pass none first. */
bool store_worker_case_after(struct store *store,
                             uint32_t worker,
                             const struct id128 *after,
                             struct id128 *out);
void store_put_worker_case(struct store *store,
                           uint32_t worker,
                           const struct id128 *case_id,
                           bool present);
/* Cases that deputies lead for a worker on leave, likewise. */
bool store_covered_case_after(struct store *store,
                              uint32_t worker,
                              const struct id128 *after,
                              struct id128 *out);
void store_put_covered_case(struct store *store,
                            uint32_t worker,
                            const struct id128 *case_id,
                            bool present);

struct site_record store_site(struct store *store, uint32_t site);
void store_put_site(struct store *store, uint32_t site, const struct site_record *record);
bool store_reply(struct store *store,
                 uint32_t site,
                 enum lane lane,
                 uint64_t number,
                 struct reply_record *out);
void store_put_reply(struct store *store,
                     uint32_t site,
                     enum lane lane,
                     const struct reply_record *record);
void store_clear_replies(struct store *store, uint32_t site, enum lane lane);

/* Outbox: the line with the smallest number > after. */
bool store_line_after(struct store *store,
                      uint32_t site,
                      enum lane lane,
                      uint64_t after,
                      struct line_record *out);
/* From now on every site that a line is put for is added to sites, which must outlive the store. NULL: to none. */
void store_tell_lines(struct store *store, struct number_set *sites);
void store_put_line(struct store *store,
                    uint32_t site,
                    enum lane lane,
                    const struct line_record *record);
void store_delete_line(struct store *store, uint32_t site, enum lane lane, uint64_t number);
bool store_view(struct store *store,
                uint32_t site,
                enum delivery_kind kind,
                const struct id128 *entity,
                struct view_record *out);
void store_put_view(struct store *store,
                    uint32_t site,
                    enum delivery_kind kind,
                    const struct id128 *entity,
                    const struct view_record *record);
void store_delete_view(struct store *store,
                       uint32_t site,
                       enum delivery_kind kind,
                       const struct id128 *entity);
/* Everything a site may see, ordered by kind and entity: start with DELIVERY_UNSPECIFIED and none. */
bool store_view_after(struct store *store,
                      uint32_t site,
                      enum delivery_kind *kind,
                      struct id128 *entity,
                      struct view_record *out);

/* By the CURVE key alone; *site: whose it is. */
bool store_site_key(struct store *store,
                    const uint8_t curve[KEYS_BYTES],
                    uint32_t *site,
                    struct site_key_record *out);
void store_put_site_key(struct store *store, uint32_t site, const struct site_key_record *record);
/* Of one site, in no order that means anything: pass NULL, then the curve of what was found. */
bool store_site_key_after(struct store *store,
                          uint32_t site,
                          const uint8_t *curve,
                          struct site_key_record *out);
/* What the directory says and what happened since, together: the site whose key this is now (0: nobody's), and the
 * site's newest valid sealing key (false: it has none). */
uint32_t store_site_of_key(struct store *store,
                           const struct directory *directory,
                           const uint8_t curve[KEYS_BYTES],
                           int64_t now_us);
bool store_sealing_key(struct store *store,
                       const struct directory *directory,
                       uint32_t site,
                       int64_t now_us,
                       uint8_t out[KEYS_BYTES]);

/* Sites that had something of a referral: pass site 0 first, then what was found. */
bool store_shown(struct store *store,
                 const struct id128 *referral,
                 uint32_t site,
                 struct shown_record *out);
void store_put_shown(struct store *store,
                     const struct id128 *referral,
                     uint32_t site,
                     const struct shown_record *record);
bool store_shown_after(struct store *store,
                       const struct id128 *referral,
                       uint32_t *site,
                       struct shown_record *out);
bool store_erasure(struct store *store, const struct id128 *referral, struct erasure_record *out);
void store_put_erasure(struct store *store,
                       const struct id128 *referral,
                       const struct erasure_record *record);
/* In order of referrals: pass none first, then what was found. */
bool store_erasure_after(struct store *store, struct id128 *referral, struct erasure_record *out);

void store_put_timer(struct store *store, const struct timer_record *timer);
void store_delete_timer(struct store *store, const struct timer_record *timer);
bool store_first_timer(struct store *store, struct timer_record *out);
/* The first timer after a given one in order. */
bool store_timer_after(struct store *store,
                       const struct timer_record *after,
                       struct timer_record *out);

void store_put_decision(struct store *store,
                        const struct id128 *case_id,
                        uint32_t index,
                        int64_t at_us,
                        struct bytes coded);
/* coded is borrowed until the next write. */
bool store_decision(struct store *store,
                    const struct id128 *case_id,
                    uint32_t index,
                    int64_t *at_us,
                    struct bytes *coded);
void store_put_timeline(struct store *store,
                        const struct id128 *case_id,
                        uint64_t batch,
                        uint32_t index,
                        const struct timeline_record *record);
/* Pass (0, 0) first; then what was found. */
bool store_timeline_after(struct store *store,
                          const struct id128 *case_id,
                          uint64_t *batch,
                          uint32_t *index,
                          struct timeline_record *out);

/* Open cases of a territory (for "may it be removed?"). */
uint64_t store_territory_cases(struct store *store, uint32_t territory);
void store_add_territory_cases(struct store *store, uint32_t territory, int64_t delta);

/* Timers that wait by a version: of offers made and of cases decided by it. Version 0 has none. */
uint64_t store_pins(struct store *store, uint32_t version);
void store_add_pins(struct store *store, uint32_t version, int64_t delta);
/* The newest version below this one that has any; 0: there is none. */
uint32_t store_pinned_before(struct store *store, uint32_t version);

/* Configuration: coded rows and texts. Slices borrowed until the next write. */
void store_put_row(struct store *store,
                   enum directory_kind kind,
                   uint32_t number,
                   bool removed,
                   struct bytes coded);
bool store_row(struct store *store,
               enum directory_kind kind,
               uint32_t number,
               bool *removed,
               struct bytes *coded);
/* Texts of a version, by index from 0. index UINT32_MAX: the region's own (name = code, text = "prefix\0ru\0en"). */
void store_put_text(struct store *store,
                    uint32_t version,
                    uint32_t index,
                    const char *name,
                    struct bytes text);
bool store_text(struct store *store,
                uint32_t version,
                uint32_t index,
                const char **name,
                struct bytes *text);
/* Proposals: one a site, its parts while it is not settled, the reasons after it was refused. */
bool store_proposal(struct store *store, uint32_t site, struct proposal_record *out);
void store_put_proposal(struct store *store, const struct proposal_record *record);
/* The first that is pending, of a site above that number. */
bool store_proposal_pending(struct store *store, uint32_t after_site, struct proposal_record *out);
bool store_part(struct store *store, uint32_t site, uint32_t index, struct bytes *out);
void store_put_part(struct store *store, uint32_t site, uint32_t index, struct bytes part);
void store_clear_parts(struct store *store, uint32_t site);
/* Plans. The first above a number that is in a state. */
bool store_plan(struct store *store, uint32_t number, struct plan_record *out);
void store_put_plan(struct store *store, const struct plan_record *record);
bool store_plan_after(struct store *store,
                      uint32_t number,
                      enum plan_state state,
                      struct plan_record *out);
/* Texts and rows of a plan that is settled. */
void store_clear_plan(struct store *store, uint32_t number);
/* The shadow's results: counts of pairs by index from 1, and the newest LIMIT_SHADOW_CASES differences by number from 1. */
void store_put_shadow_count(struct store *store, uint32_t index, const struct shadow_count *count);
bool store_shadow_count(struct store *store, uint32_t index, struct shadow_count *out);
void store_put_shadow_record(struct store *store,
                             uint64_t number,
                             const struct shadow_record *record);
bool store_shadow_record(struct store *store, uint64_t number, struct shadow_record *out);
void store_clear_shadow(struct store *store);
/* Reasons of a site's proposal, or of plan STORE_PLAN_VERSION + number: "ru\0en"; empty when there are none. Borrowed until the next write. */
void store_put_reasons(struct store *store, uint32_t site, const char *ru, const char *en);
bool store_reasons(struct store *store, uint32_t site, const char **ru, const char **en);

/* Versions: their heads, and what each did to rows. A version's rows are counted before it is in force. */
void store_put_version(struct store *store, const struct version_record *record);
bool store_version(struct store *store, uint32_t version, struct version_record *out);
void store_put_row_change(struct store *store,
                          uint32_t version,
                          enum directory_kind kind,
                          uint32_t number,
                          const struct row_change *change);
/* Of one version by kind and number: start with DIRECTORY_UNSPECIFIED and 0. Slices borrowed until the next
 * write. */
bool store_row_change_after(struct store *store,
                            uint32_t version,
                            enum directory_kind *kind,
                            uint32_t *number,
                            struct row_change *out);

#endif
