/* Bytes <-> message: bounded, validated, in an arena. Only wire*.c know protobuf.
 *
 * Decoding accepts exactly what PROTOCOL.md says: the frame within LIMIT_FRAME_BYTES, protobuf within the
 * arena, every text well-formed UTF-8 without NUL, lists and texts within limits.h, enums in range,
 * ids 16 bytes. Whether the values make sense together is checks.h's business.
 */
#ifndef PROTO_WIRE_H
#define PROTO_WIRE_H

#include "base/arena.h"
#include "proto/message.h"

#include <stdbool.h>

/* What was wrong with bytes that are no message; enough to answer the sender. */
struct wire_fault {
    enum refusal code;
    char field[PROBLEM_FIELD_BYTES]; /* "command.submit.labels.risk", or "" */
    bool known_command; /* the fault is inside a command whose lane and number were readable */
    enum lane lane;
    uint64_t number;
    uint64_t query_id; /* likewise inside a query, else 0 */
};

/* Decode one frame. out and all it points to live in the arena.
 * Returns false with fault filled; the arena may have been used. */
bool wire_decode(struct bytes frame,
                 struct arena *arena,
                 struct envelope *out,
                 struct wire_fault *fault) __attribute__((warn_unused_result));

/* Encode into the arena. False: the arena is full or the frame would exceed LIMIT_FRAME_BYTES. */
bool wire_encode(const struct envelope *envelope, struct arena *arena, struct bytes *out)
    __attribute__((warn_unused_result));

/* Parts that are kept on their own: a referral in the journal, a command's body in a spool, a view in
 * a mirror, open facts as the plaintext of sections. Same rules. */
bool wire_encode_referral(const struct referral *referral, struct arena *arena, struct bytes *out)
    __attribute__((warn_unused_result));
bool wire_decode_referral(struct bytes bytes,
                          struct arena *arena,
                          struct referral *out,
                          struct wire_fault *fault) __attribute__((warn_unused_result));
/* Only the matching keys of a kept referral, which was checked when it was accepted; several times cheaper. */
bool wire_decode_keys(struct bytes referral,
                      struct arena *arena,
                      struct matching_key keys[LIMIT_MATCHING_KEYS],
                      size_t *count) __attribute__((warn_unused_result));

/* The bytes that one section seals: the Facts message with only that section's fields set. */
bool wire_encode_facts(const struct facts *facts,
                       enum section section,
                       struct arena *arena,
                       struct bytes *out) __attribute__((warn_unused_result));
/* Adds the fields of those bytes to *facts (zeroed by the caller at first). */
bool wire_decode_facts(struct bytes bytes, struct arena *arena, struct facts *facts)
    __attribute__((warn_unused_result));

/* BLAKE2b-128 of a command's body (all but lane, number, incarnation): same number, same digest = same command. */
void wire_command_digest(const struct command *command, struct arena *arena, uint8_t out[16]);

#endif
