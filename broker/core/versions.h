/* The versions of the configuration, told: what was in force when, who brought it, and what each changed. */
#ifndef BROKER_CORE_VERSIONS_H
#define BROKER_CORE_VERSIONS_H

#include "base/arena.h"
#include "broker/core/core.h"
#include "proto/message.h"

/* "7" to 7; 0: no version's number. */
uint32_t versions_parse(const char *text);

/* The version that a text names: "7"; or a plan that waits, "p3", as the version that it is stored as. False: there is
 * none. */
bool versions_find(struct store *store, const char *text, struct version_record *out);
/* The names of texts that `before` does not have, or has otherwise: "policy.yaml, calendar.yaml". NULL: the arena is
 * full. */
const char *
versions_changed_texts(struct store *store, uint32_t version, uint32_t before, struct arena *arena);
/* region_digest of a version's texts. False: the arena is full, or there is no such version. */
bool versions_digest(struct store *store,
                     uint32_t version,
                     struct arena *arena,
                     uint8_t out[REGION_DIGEST_BYTES]);

/* A page of all versions, newest first. False: the arena is full. */
bool versions_list(const struct core *core,
                   struct arena *arena,
                   const char *cursor,
                   struct answer *answer);
/* A page about one version: on the first its row; then the rows of the directory that it changed; then its texts,
 * piece by piece. False: the arena is full. */
bool versions_show(const struct core *core,
                   struct arena *arena,
                   const struct version_record *record,
                   const char *cursor,
                   struct answer *answer);
/* What became of a proposal. False: the arena is full. */
bool versions_proposal(const struct core *core,
                       struct arena *arena,
                       const struct proposal_record *record,
                       struct answer *answer);

#endif
