/* A digest of one of our structures by its table: independent of protobuf's freedom in encoding, and
 * without memory. Fields that are not set do not count, so a field that is added later leaves old
 * digests as they were. Names of rows are part of it: renaming a field changes digests. */
#ifndef PROTO_WIRE_DIGEST_H
#define PROTO_WIRE_DIGEST_H

#include "base/hash.h"
#include "proto/wire_part.h"

void wire_digest_add(const struct wire_part *part, const void *ours, struct hash *hash);

#endif
