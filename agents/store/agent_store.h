/* The agent's store: one LMDB folder for spool, mirror and hooks, every value sealed with the storage key.
 *
 * One write transaction a turn: agent_store_begin … agent_store_commit. Failures stick until the
 * commit, which reports them; the caller checks once. After a failed commit the process must end.
 * Keys hold ids and numbers only. Tables are known to the files of this folder.
 *
 * To change a record: give it a new leading version byte and read both; FORMAT 1 is what is here.
 */
#ifndef AGENTS_STORE_AGENT_STORE_H
#define AGENTS_STORE_AGENT_STORE_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/id128.h"
#include "base/keys.h"

#include <stdbool.h>
#include <stdint.h>

enum { AGENT_STORE_KEY_BYTES_MAX = 64 };

struct agent_store;

enum agent_store_table {
    AGENT_STORE_META,    /* name -> number or bytes */
    AGENT_STORE_SPOOL,   /* lane 1, number 8 -> when it was stored 8, command frame */
    AGENT_STORE_REFUSED, /* when 8, lane 1, number 8 -> what was refused */
    AGENT_STORE_OWN,     /* referral 16 -> own referral, see own_referrals.c */
    AGENT_STORE_VIEWS,   /* delivery kind 1, entity 16 -> delivery frame without sections */
    AGENT_STORE_ASIDE,   /* the same, as it came, until the last page of a resync */
    AGENT_STORE_FACTS,   /* case 16, entity 16 -> disclosed facts, see mirror.c */
    AGENT_STORE_SEEN,    /* delivery kind 1, entity 16 -> when a person opened it */
    AGENT_STORE_HOOKS,   /* number 8 -> event that a hook is to be told */
    AGENT_STORE_KEPT,    /* when it was stored 8, referral 16 -> command frame, see kept.h */
    AGENT_STORE_ENDED, /* case 16, entity 16 -> when no right to those facts was found any more 8 */
    AGENT_STORE_TABLE_END
};

struct agent_store_options {
    const char *path;
    const struct key32 *storage; /* copied */
};

/* Creates the folder (0700) when missing. Errors: another process has it, or the storage key does not
 * open it. */
bool agent_store_open(struct agent_store **out,
                      const struct agent_store_options *options,
                      struct error *err) __attribute__((warn_unused_result));
void agent_store_close(struct agent_store **store);

/* Also makes room when the map is nearly full. */
bool agent_store_begin(struct agent_store *store, struct error *err)
    __attribute__((warn_unused_result));
bool agent_store_commit(struct agent_store *store, struct error *err)
    __attribute__((warn_unused_result));
/* False when so little room is left that new work must be refused. */
bool agent_store_has_room(struct agent_store *store);
uint64_t agent_store_disk_free(struct agent_store *store);

/* ---- records; only inside a transaction ------------------------------------------------------ */

/* plain is copied to the arena. */
bool agent_store_get(struct agent_store *store,
                     enum agent_store_table table,
                     struct bytes key,
                     struct arena *arena,
                     struct bytes *plain);
bool agent_store_has(struct agent_store *store, enum agent_store_table table, struct bytes key);
void agent_store_put(struct agent_store *store,
                     enum agent_store_table table,
                     struct bytes key,
                     struct bytes plain,
                     struct arena *arena);
bool agent_store_delete(struct agent_store *store, enum agent_store_table table, struct bytes key);
/* The first record with key >= from; both copied to the arena. plain may be NULL: keys only. */
struct agent_store_row {
    struct bytes key;
    struct bytes plain;
};
bool agent_store_seek(struct agent_store *store,
                      enum agent_store_table table,
                      struct bytes from,
                      struct arena *arena,
                      struct agent_store_row *row);
/* The key alone: of the first record >= from, of the last record < before (empty: the very last). */
struct agent_store_key {
    uint8_t data[AGENT_STORE_KEY_BYTES_MAX];
    size_t size;
};
bool agent_store_seek_key(struct agent_store *store,
                          enum agent_store_table table,
                          struct bytes from,
                          struct agent_store_key *key);
bool agent_store_seek_key_before(struct agent_store *store,
                                 enum agent_store_table table,
                                 struct bytes before,
                                 struct agent_store_key *key);
uint64_t agent_store_count(struct agent_store *store, enum agent_store_table table);
void agent_store_clear(struct agent_store *store, enum agent_store_table table);

/* Small settings by name. An absent number is 0. */
uint64_t agent_store_number(struct agent_store *store, const char *name);
void agent_store_set_number(struct agent_store *store, const char *name, uint64_t value);

/* The region's newest disclosure key that a Welcome told; epoch 0: none yet. */
void agent_store_disclosure_key(struct agent_store *store, struct key32 *out);
void agent_store_set_disclosure_key(struct agent_store *store, const struct key32 *key);

#endif
