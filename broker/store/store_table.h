/* Inside broker/store only: the tables, and how keys are put together.
 *
 * A key is the concatenation of ids (16 bytes) and big-endian numbers; its byte order is the table's order. */
#ifndef BROKER_STORE_STORE_TABLE_H
#define BROKER_STORE_STORE_TABLE_H

#include "base/hash.h"
#include "base/worker.h"
#include "broker/store/store.h"
#include "broker/store/store_layer.h"

enum store_table {
    TABLE_META,
    TABLE_CASE,            /* case id -> case_record */
    TABLE_CASE_NUMBER,     /* year, sequence -> case id */
    TABLE_CASE_REFERRAL,   /* case id, index -> referral id */
    TABLE_REFERRAL,        /* referral id -> referral_record */
    TABLE_KEY,             /* digest, referral id -> key_record */
    TABLE_ASSIGNMENT,      /* assignment id -> assignment_record */
    TABLE_CASE_ASSIGNMENT, /* case id, index -> assignment id */
    TABLE_WORKER,          /* worker -> worker_record */
    TABLE_WORKER_CASE,     /* worker, case id -> nothing */
    TABLE_COVERED_CASE,    /* worker on leave, case id -> nothing */
    TABLE_SITE,            /* site -> site_record */
    TABLE_REPLY,           /* site, lane, number mod LIMIT_REPLIES_KEPT -> reply_record */
    TABLE_LINE,            /* site, lane, number -> line_record */
    TABLE_VIEW,            /* site, kind, entity -> view_record */
    TABLE_TIMER,           /* due, kind, entity -> nothing */
    TABLE_DECISION,        /* case id, index -> time, coded decision */
    TABLE_TIMELINE,        /* case id, batch, index -> timeline_record */
    TABLE_TERRITORY,       /* territory -> open cases */
    TABLE_PIN,             /* version -> timers that wait by it */
    TABLE_ROW,             /* kind, number -> removed, coded row */
    TABLE_TEXT,            /* version, index -> name, NUL, text */
    TABLE_VERSION,         /* version -> version_record */
    TABLE_PLAN,            /* number -> plan_record */
    TABLE_SHADOW_COUNT,    /* index -> shadow_count */
    TABLE_SHADOW,          /* number mod LIMIT_SHADOW_CASES -> shadow_record */
    TABLE_PROPOSAL,        /* site -> proposal_record */
    TABLE_PART,            /* site, index -> bytes of a proposal */
    TABLE_REASONS,         /* site -> why its proposal was refused: ru, NUL, en, NUL */
    TABLE_SITE_KEY,        /* site, CURVE key -> site_key_record */
    TABLE_KEY_SITE,        /* CURVE key -> site */
    TABLE_REFERRAL_KEY,    /* referral id -> digests of its matching keys */
    TABLE_SHOWN,           /* referral id, site -> shown_record */
    TABLE_ERASURE,         /* referral id -> erasure_record */
    TABLE_ROW_CHANGE,      /* version, kind, number -> size of the row before, before, after */
    TABLE_END
};

/* Records of workers as they stand in the table: every candidate of every decision is asked for. Only a copy; without
 * memory for it the table answers. */
struct store_workers {
    struct store_worker_kept {
        bool known;
        struct worker_record record;
    } * items; /* by number */
    uint32_t room;
};

/* What lies in the older layer is on its way to the disk. The worker's while it runs. */
struct store_commit {
    bool running;
    bool clear; /* the tables are emptied first */
    bool ok;
    struct error err;
    struct meta_record meta;
};

struct store {
    struct kv *kv;
    struct kv_txn *txn; /* a snapshot; NULL between store_commit and store_begin */
    kv_table tables[TABLE_END];
    struct meta_record meta;
    struct store_workers workers;
    uint8_t secret[HASH_SHORT_KEY_BYTES]; /* of the layers' hashes */
    struct store_layer *newer;
    struct store_layer *older;
    bool cleared;          /* what the tables have is not ours any more */
    bool failed;           /* a layer had no memory */
    bool bulk;             /* opened by store_open_bulk */
    struct worker *worker; /* NULL: store_commit_finish does the work */
    struct store_commit commit;
    struct number_set *lined; /* borrowed, or NULL: sites that lines were put for */
};

enum { STORE_KEY_BYTES = 40 };

enum store_walk_direction { STORE_WALK_UP, STORE_WALK_DOWN };

struct store_key {
    uint8_t bytes[STORE_KEY_BYTES];
    size_t size;
};

/* Add a part to a key that began as (struct store_key){0}. */
void store_key_add(struct store_key *key, const void *part, size_t bytes);
void store_key_add_u8(struct store_key *key, uint32_t value);
void store_key_add_u32(struct store_key *key, uint32_t value);
void store_key_add_u64(struct store_key *key, uint64_t value);
void store_key_add_id(struct store_key *key, const struct id128 *id);

/* The table changed otherwise than by store_put_worker. */
void store_forget_workers(struct store *store);

/* Fixed records: what is stored has exactly record_bytes, or the layout is not ours (asserted). */
bool store_record(struct store *store,
                  enum store_table table,
                  const struct store_key *key,
                  void *record,
                  size_t record_bytes);
void store_put_record(struct store *store,
                      enum store_table table,
                      const struct store_key *key,
                      const void *record,
                      size_t record_bytes);
/* Of a key that the table never had: when it is deleted soon, it costs the disk nothing. */
void store_put_new_record(struct store *store,
                          enum store_table table,
                          const struct store_key *key,
                          const void *record,
                          size_t record_bytes);
void store_delete_record(struct store *store, enum store_table table, const struct store_key *key);
/* Records of any size; borrowed until the next change or commit. */
bool store_value(struct store *store,
                 enum store_table table,
                 const struct store_key *key,
                 struct bytes *out);

/* Borrowed until the next change or commit. */
struct store_found {
    struct bytes key;
    struct bytes value;
    bool packed; /* without its zeros: for store_take */
    bool below;  /* in the table, not in a layer */
};
/* Whether a table has its records without their zeros (store_pack.h); the layers have them whole. */
bool store_is_packed(enum store_table table);
/* A record from what was found. */
void store_take(const struct store_found *found, void *record, size_t record_bytes);
/* The first entry at or above `from` whose key begins with the first prefix_bytes of it. */
bool store_next(struct store *store,
                enum store_table table,
                const struct store_key *from,
                size_t prefix_bytes,
                struct store_found *out);

/* The last entry below `before`, with the same prefix. */
bool store_previous(struct store *store,
                    enum store_table table,
                    const struct store_key *before,
                    size_t prefix_bytes,
                    struct store_found *out);

#endif
