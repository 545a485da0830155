/* The journal: what was decided, in order, for ever. The truth of which the state is a view.
 *
 * One record a turn of the broker: an encoded batch (proto/fact.h), numbered from 1 without gaps, each carrying
 * the hash of the one before. Beside it the referrals' sealed keys, which can be destroyed without touching the
 * chain: appended with their batch in one transaction and one sync, deleted in the same way with the batch that
 * says so when a referral is erased.
 *
 *     begin ── the record is on its way ── finish ── durable: now it may be spoken about
 *
 * One append is in flight at the most. After a failed append or erasure the process must end: nobody knows what
 * the disk holds until the journal is opened again. journal_local.c keeps it in LMDB on this machine; this header
 * promises nothing that a journal on other machines could not keep.
 */
#ifndef BROKER_JOURNAL_JOURNAL_H
#define BROKER_JOURNAL_JOURNAL_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/id128.h"
#include "base/kv.h"
#include "proto/fact.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct journal;

/* A referral's key as the submitting agent sealed it to the disclosure key of that epoch. */
struct journal_key {
    struct id128 referral;
    uint32_t epoch;
    struct bytes sealed;
};

/* What one turn appends. Everything is borrowed until finish returned. */
struct journal_record {
    uint64_t number;    /* last + 1 */
    struct bytes coded; /* fact_encode_batch */
    const struct journal_key *keys;
    size_t key_count;
    const struct id128
        *erased; /* whose keys are destroyed; those that are gone already do no harm */
    size_t erased_count;
};

struct journal_end {
    uint64_t number; /* of the last batch; 0: empty */
    uint8_t hash[FACT_HASH_BYTES];
};

/* folder is created when missing. Errors: TEMPORARY when another process has it open; DATA when the last batch is not
 * what was written: nothing behind it in the chain would tell. */
bool journal_open(struct journal **out, const char *folder, struct error *err)
    __attribute__((warn_unused_result));
/* An append that was not finished is given up. */
void journal_close(struct journal **journal);

struct journal_end journal_end(const struct journal *journal);

bool journal_begin(struct journal *journal, const struct journal_record *record, struct error *err)
    __attribute__((warn_unused_result));
/* True: the record is durable, and *end says where the journal ends now. */
bool journal_finish(struct journal *journal, struct journal_end *end, struct error *err)
    __attribute__((warn_unused_result));

/* One batch's bytes, copied into the arena. False with ERROR_DATA when there is no such batch, with ERROR_OS when
 * the arena is full. */
bool journal_read(struct journal *journal,
                  uint64_t number,
                  struct arena *arena,
                  struct bytes *coded,
                  struct error *err) __attribute__((warn_unused_result));

/* Every batch after a position, in order, decoded. The chain is verified: each number follows the one before and
 * each `previous` is the hash of the one before, beginning with `after`.
 *
 * arena  reset before each batch; the visitor may use it
 * visit  false with err filled ends the walk; hash is the batch's own
 * Errors IO, ERROR_DATA for a broken chain or an undecodable batch, what visit said */
typedef bool journal_visit(void *world,
                           const struct batch *batch,
                           const uint8_t hash[FACT_HASH_BYTES],
                           struct error *err);
struct journal_walk {
    struct journal_end after; /* zero: from the beginning */
    struct arena *arena;
    journal_visit *visit;
    void *world;
};
bool journal_walk(struct journal *journal, const struct journal_walk *walk, struct error *err)
    __attribute__((warn_unused_result));
/* The hash of batch `number` (0: all zero), to compare a state's position with. False: there is none. */
bool journal_hash(struct journal *journal, uint64_t number, uint8_t out[FACT_HASH_BYTES]);

/* A referral's sealed key, copied into the arena. False: erased, or never there. */
bool journal_key(struct journal *journal,
                 const struct id128 *referral,
                 struct arena *arena,
                 struct journal_key *out);
/* Keys in the order of their referrals, after one of them (none: the first), copied into the arena; at most `most`.
 * Fewer than that when there are no more. Errors IO; OS when the arena is full. */
struct journal_keys {
    struct journal_key *items;
    size_t most;
    size_t count;   /* out */
    uint64_t total; /* out: of all referrals */
};
bool journal_keys_after(struct journal *journal,
                        const struct id128 *after,
                        struct arena *arena,
                        struct journal_keys *out,
                        struct error *err) __attribute__((warn_unused_result));
/* Counts how often keys were sealed anew; a copy with another number has keys to be read again. */
uint64_t journal_generation(const struct journal *journal);

/* What is brought in by tools: batches of another journal, keys sealed anew. */
struct journal_page {
    const struct bytes *batches; /* coded; they follow the end, which the caller verified */
    size_t batch_count;
    const struct journal_key *keys;
    size_t key_count;
    const struct id128 *erased; /* after keys */
    size_t erased_count;
    uint64_t generation; /* from now on; 0: as it was */
};
/* All of a page, durably, or nothing of it; with no append in flight. */
bool journal_add(struct journal *journal, const struct journal_page *page, struct error *err)
    __attribute__((warn_unused_result));

struct kv_space journal_space(struct journal *journal);
/* Make room for more, with no append in flight. */
bool journal_grow(struct journal *journal, struct error *err) __attribute__((warn_unused_result));

#endif
