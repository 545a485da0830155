/* The files of a configuration on their way to the broker: PolicyFiles of exchange.proto. */
#ifndef PROTO_WIRE_FILES_H
#define PROTO_WIRE_FILES_H

#include "base/arena.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>

/* False: the arena is full, or they are more than LIMIT_PROPOSAL_PARTS parts of LIMIT_PART_BYTES. */
bool wire_files_encode(const struct policy_file *files,
                       size_t count,
                       struct arena *arena,
                       struct bytes *out) __attribute__((warn_unused_result));
/* bytes  borrowed as long as the files are used. False: not such bytes, or the arena is full. */
bool wire_files_decode(struct bytes bytes,
                       struct arena *arena,
                       struct policy_file **files,
                       size_t *count) __attribute__((warn_unused_result));

#endif
