/* A look at protobuf's bytes before protobuf-c sees them: it would take broken UTF-8, and would cut a
 * string at an embedded NUL without a word. */
#ifndef PROTO_WIRE_SCAN_H
#define PROTO_WIRE_SCAN_H

#include "base/bytes.h"
#include "proto/wire_part.h"

#include <stdbool.h>

enum wire_scan { WIRE_SCAN_GOOD, WIRE_SCAN_MALFORMED, WIRE_SCAN_BAD_TEXT };

/* Every string field of the message, at any depth, is well-formed text without NUL.
 *
 * fault    BAD_TEXT: the path of the first such string
 * Cost     one pass; recursion is as deep as the schema, which has no cycles
 */
enum wire_scan wire_scan(const ProtobufCMessageDescriptor *descriptor,
                         struct bytes bytes,
                         struct wire_part_fault *fault);

/* The content of the index-th occurrence (from 0) of a field that is a text, bytes or a message, without reading the
 * others. False: there is none, or the bytes are malformed before it. */
bool wire_scan_find(const ProtobufCMessageDescriptor *descriptor,
                    const char *name,
                    size_t index,
                    struct bytes message,
                    struct bytes *out);

#endif
