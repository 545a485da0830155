/* A region's whole configuration in force, compiled: directory, calendar, policy and the pools' roster.
 *
 * source.h makes a proposal out of the files that administrators edit; the broker journals it as rows and
 * texts; region_create compiles what the journal holds. Immutable; swapped whole.
 */
#ifndef POLICY_REGION_H
#define POLICY_REGION_H

#include "policy/calendar.h"
#include "policy/directory.h"
#include "policy/policy.h"
#include "policy/roster.h"

/* A text kept with a version: "policy.yaml", "calendar.yaml". */
struct region_text {
    const char *name;
    struct bytes text;
};

struct region_input {
    uint32_t version;
    const char *code;          /* "novosibirsk" */
    const char *number_prefix; /* "NSO" */
    struct phrase title;
    const struct directory_row *rows;
    const bool *removed; /* NULL: none */
    size_t row_count;
    const struct region_text *texts;
    size_t text_count;
};

struct region {
    uint32_t version;
    const char *code;
    const char *number_prefix;
    struct phrase title;
    struct directory *directory;
    struct calendar *calendar;
    struct policy *policy;
    struct roster *roster;
    struct arena *arena; /* owns code, prefix, title, trees */
};

bool region_create(struct region **out, const struct region_input *input, struct error_list *errors)
    __attribute__((warn_unused_result));
void region_destroy(struct region **region);

enum { REGION_DIGEST_BYTES = 32 };

/* What the texts of a version say, in their order: BLAKE2b-256 of the region's code and of each name and text, every
 * part with its size before it (8 bytes, big-endian). The same for a folder and for what the journal holds of it. */
void region_digest(const char *code,
                   const struct region_text *texts,
                   size_t text_count,
                   uint8_t out[REGION_DIGEST_BYTES]);

/* The zone of a territory. */
const char *region_zone(const struct region *region, uint32_t territory);

#endif
