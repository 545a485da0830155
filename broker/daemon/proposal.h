/* A configuration on its way from the child process that read and checked the files: a stream of records.
 *
 *     tag (1 byte) · size (4 bytes, big-endian) · payload
 *     H  code, number prefix, title ru, title en, each with a NUL
 *     R  one coded directory row          T  name with a NUL, text
 *     D  one finding: 'e' or 'w', code, place, text en, text ru, each with a NUL
 *     Z  nothing: the proposal is complete and valid
 *
 * Both ends are one program, so the form may change freely. Without Z the set was refused.
 */
#ifndef BROKER_DAEMON_PROPOSAL_H
#define BROKER_DAEMON_PROPOSAL_H

#include "base/arena.h"
#include "policy/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct proposal_finding {
    bool warning;
    const char *code;  /* "P012" */
    const char *place; /* "policy.yaml:14:9" or "" */
    const char *text;  /* English, for the log */
    const char *text_ru;
};

struct proposal {
    bool valid;
    struct region_input input; /* when valid */
    const struct proposal_finding *findings;
    size_t finding_count;
};

/* Both ignore failures of the stream: the reader finds no Z. */
void proposal_write_report(FILE *stream, const struct source_report *report);
void proposal_write_input(FILE *stream, const struct region_input *input, struct arena *arena);

/* bytes  borrowed as long as out is used; the rest lives in the arena
 * Errors DATA: not such a stream, OS: the arena is full */
bool proposal_read(struct bytes bytes, struct arena *arena, struct proposal *out, struct error *err)
    __attribute__((warn_unused_result));

#endif
