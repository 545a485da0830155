/* A journal asked for in pages: what a tool asks of a broker's socket, or of a stopped broker's journal, and gets back.
 *
 *     request                                        answer, in one frame
 *     END                                            number, hash, generation of the keys
 *     BATCHES number, offset                         whole batches from that one on, as many as fit; or, when it does
 *                                                    not fit, a piece of that one from the offset on
 *     KEYS_OF referrals                              those of their sealed keys that are there
 *     KEYS_AFTER referral                            sealed keys behind it in order
 *
 * Each answer is a bounded piece of work. Bytes that came from another process are checked here.
 */
#ifndef BROKER_DAEMON_BACKUP_PAGE_H
#define BROKER_DAEMON_BACKUP_PAGE_H

#include "broker/journal/journal.h"

enum {
    BACKUP_PAGE_BYTES_MAX = 256000, /* of an answer: under a frame's limit */
    BACKUP_PAGE_KEYS_MAX = 1000     /* asked for at once */
};

enum backup_page_kind {
    BACKUP_PAGE_UNSPECIFIED,
    BACKUP_PAGE_END,
    BACKUP_PAGE_BATCHES,
    BACKUP_PAGE_KEYS_OF,
    BACKUP_PAGE_KEYS_AFTER
};

struct backup_page_request {
    enum backup_page_kind kind;
    uint64_t number; /* BATCHES: at least 1 */
    uint32_t offset;
    const struct id128 *referrals; /* KEYS_OF; KEYS_AFTER: one, none for the first */
    size_t referral_count;
};

struct backup_page_batch {
    uint64_t number;
    uint32_t size; /* of the whole batch */
    uint32_t offset;
    struct bytes piece;
};

/* By the request's kind; everything borrows from the answer's bytes or lives in the arena. */
struct backup_page {
    struct journal_end end;
    uint64_t generation;
    struct backup_page_batch *batches;
    size_t batch_count;
    struct journal_key *keys;
    size_t key_count;
};

/* False: the arena is full. */
bool backup_page_ask(const struct backup_page_request *request,
                     struct arena *arena,
                     struct bytes *out) __attribute__((warn_unused_result));
/* False: the bytes are no request, or the arena is full. */
bool backup_page_answer(struct journal *journal,
                        struct bytes request,
                        struct arena *arena,
                        struct bytes *out) __attribute__((warn_unused_result));
/* False: the bytes are no answer to a request of that kind, or the arena is full. */
bool backup_page_read(enum backup_page_kind kind,
                      struct bytes answer,
                      struct arena *arena,
                      struct backup_page *out) __attribute__((warn_unused_result));

#endif
