/* The compiled directory from the inside; only directory*.c include this.
 *
 * Arrays are indexed by row number; slot 0 is a zeroed nobody. Territories carry the interval of a
 * depth-first walk: inner lies within outer when inner's beginning lies in outer's interval.
 */
#ifndef POLICY_DIRECTORY_INDEX_H
#define POLICY_DIRECTORY_INDEX_H

#include "policy/directory.h"

/* An id in force, or one that was: removed rows know each other still. */
struct directory_name {
    const char *id;
    uint32_t number;
    bool removed;
};

struct directory_span {
    uint32_t begin;
    uint32_t end; /* exclusive; 0: not walked yet */
};

struct directory_desk_row {
    bool removed;
    enum desk desk;
    uint32_t agency; /* 0: no such row */
    uint32_t territory;
};

struct directory_key_row {
    bool removed;
    bool revoked;
    uint32_t number;
    uint32_t site; /* 0: no such row */
    uint8_t curve[KEYS_BYTES];
    uint8_t sealing[KEYS_BYTES];
    int64_t until_us;
};

struct directory {
    struct arena *arena;
    struct directory_territory *territories;
    struct directory_agency *agencies;
    struct directory_site *sites;
    struct directory_worker *workers;
    struct directory_service *services;
    struct directory_desk_row *desks;
    struct directory_key_row *keys;
    uint32_t counts[DIRECTORY_END];
    struct directory_name *names[DIRECTORY_END]; /* by id; of one id those in force first */
    size_t name_counts[DIRECTORY_END];
    struct directory_span *spans;           /* by territory */
    struct directory_desk *found[DESK_END]; /* by territory; agency 0: none */
    const struct directory_key_row **keys_by_curve;
    const struct directory_key_row **keys_by_site; /* the newest of a site first */
    size_t key_count;
};

/* After the rows are in. draft: cycles are cut. False: out of memory, or a cycle. */
bool directory_index_territories(struct directory *directory, bool draft, struct error *err)
    __attribute__((warn_unused_result));
/* After the territories. */
bool directory_index_desks(struct directory *directory, struct error *err)
    __attribute__((warn_unused_result));
bool directory_index_keys(struct directory *directory, struct error *err)
    __attribute__((warn_unused_result));

#endif
