/* The directory: territories, agencies, sites, workers, services, desks and keys, compiled from rows.
 *
 * A row has a stable id (unique in its kind) and a number, given out once by the broker and never reused;
 * numbers of each kind run from 1. A compiled directory is immutable; a change makes a new one. Rows that
 * were removed stay readable (removed = true), so that old decisions can still be told.
 *
 * Nothing here knows rules; pools and notices are resolved by roster.h.
 */
#ifndef POLICY_DIRECTORY_H
#define POLICY_DIRECTORY_H

#include "base/arena.h"
#include "base/error.h"
#include "base/keys.h"
#include "proto/limits.h"
#include "proto/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum directory_kind {
    DIRECTORY_UNSPECIFIED,
    DIRECTORY_TERRITORY,
    DIRECTORY_AGENCY,
    DIRECTORY_SITE,
    DIRECTORY_WORKER,
    DIRECTORY_SERVICE,
    DIRECTORY_DESK,
    DIRECTORY_KEY,
    DIRECTORY_END
};

enum { DIRECTORY_LIST_MAX = 64 /* ids in one list of a row */, DIRECTORY_ID_BYTES = 112 };

/* A row as it travels and rests: names, not numbers, refer to other rows. Texts are borrowed. */
struct directory_row {
    enum directory_kind kind;
    uint32_t number; /* 0 in a proposal */
    const char *id;  /* desks: "triage/agency/territory"; keys: "site/curve key" */
    const char *title_ru;
    const char *title_en;
    const char *parent; /* territory */
    const char *zone;   /* territory; "" = the parent's */
    const char *oktmo;  /* territory */
    enum agency_kind agency_kind;
    enum ownership ownership;
    const char *home_site; /* agency */
    const char *agency;    /* site, service, desk */
    const char *site;      /* worker, key */
    const char *territory; /* desk */
    uint32_t roles;        /* worker: mask */
    uint32_t capacity;     /* worker, service */
    enum desk desk;
    uint32_t needs; /* service: mask */
    uint32_t ages;
    const char **territories; /* agency, worker, service: ids */
    size_t territory_count;
    const char **training;
    size_t training_count;
    const char **languages; /* worker: that the worker speaks besides Russian */
    size_t language_count;
    const char **escalate; /* agency: agency ids, nearest first */
    size_t escalate_count;
    uint8_t curve[KEYS_BYTES]; /* key rows */
    uint8_t sealing[KEYS_BYTES];
    int64_t until_us; /* 0: no end */
    bool revoked;
};

struct directory_territory {
    uint32_t number;
    const char *id;
    struct phrase title;
    uint32_t parent;  /* 0: the root */
    const char *zone; /* inherited already */
    bool removed;
};

struct directory_agency {
    uint32_t number;
    const char *id;
    struct phrase title;
    enum agency_kind kind;
    enum ownership ownership;
    uint32_t home_site;
    const uint32_t *territories;
    size_t territory_count;
    const uint32_t *escalate;
    size_t escalate_count;
    bool removed;
};

struct directory_site {
    uint32_t number;
    const char *id;
    struct phrase title;
    uint32_t agency;
    bool removed;
};

struct directory_worker {
    uint32_t number;
    const char *id;
    struct phrase title;
    uint32_t site;
    uint32_t agency; /* the site's */
    uint32_t roles;  /* mask */
    uint32_t capacity;
    const uint32_t *territories; /* own, or the agency's */
    size_t territory_count;
    const char *const *training;
    size_t training_count;
    const char *const *languages;
    size_t language_count;
    bool removed;
};

struct directory_service {
    uint32_t number;
    const char *id;
    struct phrase title;
    uint32_t agency;
    uint32_t needs;
    uint32_t ages;
    uint32_t capacity;
    const uint32_t *territories; /* own, or the agency's */
    size_t territory_count;
    bool removed;
};

/* A desk as it is found for a territory. */
struct directory_desk {
    enum desk desk;
    uint32_t agency;
    uint32_t territory; /* the one that it was named for: this or the nearest above */
    uint32_t home_site; /* where it stands when no worker holds it */
    /* Of that agency, with the role, covering the territory; valid with the directory. */
    const uint32_t *workers;
    size_t worker_count;
};

struct directory;

/* rows  with numbers, in any order; removed rows flagged by removed[i]. References are resolved; a set that
 *       was checked (source.h) always compiles. err says which row does not. Owns copies of everything. */
bool directory_create(struct directory **out,
                      const struct directory_row *rows,
                      const bool *removed,
                      size_t row_count,
                      struct error *err) __attribute__((warn_unused_result));
/* The same for a set that is being checked: what does not resolve is left out, of two rows with one id
 * the first counts, a cycle of territories is cut. NULL: out of memory. */
struct directory *directory_create_draft(const struct directory_row *rows, size_t row_count);
void directory_destroy(struct directory **directory);

/* One coded row for the journal (protobuf) and back. */
bool directory_encode_row(const struct directory_row *row, struct arena *arena, struct bytes *out)
    __attribute__((warn_unused_result));
bool directory_decode_row(struct bytes bytes, struct arena *arena, struct directory_row *out)
    __attribute__((warn_unused_result));

/* By number; NULL when there never was such a row. */
const struct directory_territory *directory_territory(const struct directory *directory,
                                                      uint32_t number);
const struct directory_agency *directory_agency(const struct directory *directory, uint32_t number);
const struct directory_site *directory_site(const struct directory *directory, uint32_t number);
const struct directory_worker *directory_worker(const struct directory *directory, uint32_t number);
const struct directory_service *directory_service(const struct directory *directory,
                                                  uint32_t number);
/* By id, among those not removed; 0 when unknown. */
uint32_t
directory_find(const struct directory *directory, enum directory_kind kind, const char *id);
/* Highest number given out of a kind: loop 1..count. */
uint32_t directory_count(const struct directory *directory, enum directory_kind kind);

/* The nearest id of a kind to a mistyped one, or NULL. */
const char *
directory_nearest(const struct directory *directory, enum directory_kind kind, const char *id);

/* The zone of the first territory without a parent; "" in an empty directory. */
const char *directory_root_zone(const struct directory *directory);
/* True when inner is outer or lies below it. */
bool directory_within(const struct directory *directory, uint32_t inner, uint32_t outer);
bool directory_worker_covers(const struct directory *directory,
                             uint32_t worker,
                             uint32_t territory);
bool directory_agency_covers(const struct directory *directory,
                             uint32_t agency,
                             uint32_t territory);
/* The nearest desk for a territory, going up the tree. False: there is none (a checked set has all). */
bool directory_desk_for(const struct directory *directory,
                        enum desk desk,
                        uint32_t territory,
                        struct directory_desk *out);
/* True when the worker sits at that kind of desk for the territory. A desk that nobody holds is served by the
 * intake curators, supervisors, coordinators and administrators of the site where it stands. */
bool directory_at_desk(const struct directory *directory,
                       uint32_t worker,
                       enum desk desk,
                       uint32_t territory);
/* True when a case of the territory that is handed up to the agency is the worker's: a supervisor of it who covers the
 * territory; of an agency without one, those who serve an empty desk at its home site. */
bool directory_supervises(const struct directory *directory,
                          uint32_t worker,
                          uint32_t agency,
                          uint32_t territory);
/* Whether anybody may have what an agency is handed up, in some territory: a supervisor, or whoever serves an empty desk at
 * its home site. */
bool directory_has_supervisors(const struct directory *directory, uint32_t agency);

/* Site of a CURVE public key that is valid at now_us; 0 when unknown, revoked or over. */
uint32_t directory_site_of_key(const struct directory *directory,
                               const uint8_t curve[KEYS_BYTES],
                               int64_t now_us);
/* The index-th valid key of a site, newest first. False: it has no more. */
struct directory_pair {
    const uint8_t *curve;
    const uint8_t *sealing;
};
bool directory_pair(const struct directory *directory,
                    uint32_t site,
                    size_t index,
                    int64_t now_us,
                    struct directory_pair *out);
/* The newest valid sealing key of a site (of the row given out last); NULL when it has none. */
const uint8_t *
directory_sealing_key(const struct directory *directory, uint32_t site, int64_t now_us);

#endif
