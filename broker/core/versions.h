/* The versions of the configuration, told: what was in force when, who brought it, and what each changed. */
#ifndef BROKER_CORE_VERSIONS_H
#define BROKER_CORE_VERSIONS_H

#include "base/arena.h"
#include "broker/core/core.h"
#include "proto/message.h"

/* "7" to 7; 0: no version's number. */
uint32_t versions_parse(const char *text);

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
