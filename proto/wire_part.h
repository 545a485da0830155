/* One table a message instead of two functions a message: how our plain structures and protobuf-c's
 * stand to each other, row by row, and the one engine that goes through the rows in both directions.
 *
 * A row says the kind of a field, where it lies in either structure, and its limit. Because encoding
 * and decoding read the same row, they cannot drift apart. The rows of messages stand in
 * wire_table_*.c and fact.c; wire.c and fact.c are the callers.
 *
 * Change ritual: a field of message.h or fact.h is a field of the .proto file and one row here.
 */
#ifndef PROTO_WIRE_PART_H
#define PROTO_WIRE_PART_H

#include "base/arena.h"
#include "proto/message.h"

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_part_kind {
    /* First those of texts, which are never NULL. */
    WIRE_PART_TEXT,        /* const char * : string of at most limit bytes */
    WIRE_PART_UNSENT_TEXT, /* const char * : never sent, "" after decoding */
    WIRE_PART_PROSE,       /* const char * : string for people, cut at limit when encoded */
    WIRE_PART_ID,          /* struct id128 : bytes, 16 or none */
    WIRE_PART_NUMBER32,    /* uint32_t, int32_t */
    WIRE_PART_NUMBER64,    /* uint64_t, int64_t */
    WIRE_PART_BOOL,        /* bool */
    WIRE_PART_CODE,        /* enum below limit */
    WIRE_PART_LANE,        /* enum lane, one more on the wire */
    WIRE_PART_MASK,        /* uint32_t mask : repeated enum below limit */
    WIRE_PART_BYTES,       /* struct bytes of at most limit bytes */
    WIRE_PART_EXACT_BYTES, /* struct bytes of limit bytes, or empty */
    WIRE_PART_FIXED_BYTES, /* uint8_t [limit], all zero when absent */
    WIRE_PART_INLINE_BYTES, /* an array in our structure and its count, elements of `element` bytes */
    WIRE_PART_IDS,          /* struct id128 * and count : repeated bytes */
    WIRE_PART_COUNTS,       /* uint32_t [limit] : repeated CandidateCount */
    WIRE_PART_HELD,         /* a structure inside ours : a message */
    WIRE_PART_POINTER,      /* a pointer to a structure, NULL when absent : a message */
    WIRE_PART_LIST,         /* a pointer and a count : repeated message */
    WIRE_PART_INLINE_LIST, /* an array in our structure and a count : repeated message */
    WIRE_PART_ONE_OF       /* a kind and, by kind, a structure or a pointer : oneof */
};

struct wire_part;

/* One alternative of a oneof. */
struct wire_part_choice {
    const char *name;
    uint32_t kind;   /* our number */
    uint32_t number; /* protobuf's field number */
    const struct wire_part *part;
    size_t ours;
    bool pointer; /* ours is a pointer to the structure */
};

struct wire_part_row {
    enum wire_part_kind kind;
    const char *name;
    size_t theirs;       /* offset in protobuf-c's structure */
    size_t theirs_count; /* offset of its n_… or …_case */
    size_t ours;         /* offset in our structure */
    size_t ours_count;   /* offset of our count; ONE_OF: of our kind */
    size_t ours_absent;  /* ONE_OF: offset of a bool that says none follows; 0: one must follow */
    uint32_t limit;
    uint32_t element;
    const struct wire_part *part;
    const struct wire_part_choice *choices;
};

struct wire_part {
    const ProtobufCMessageDescriptor *descriptor;
    size_t ours_bytes;
    const struct wire_part_row *rows;
    size_t row_count; /* rows, or choices of a ONE_OF */
};

/* What decoding found wrong, and where. */
struct wire_part_fault {
    enum refusal code;
    char field[PROBLEM_FIELD_BYTES];
    size_t field_bytes;
};

/* Fill ours (ours_bytes, overwritten) from a message that protobuf-c unpacked. Texts and slices are
 * borrowed from the message.
 *
 * fault    zeroed by the caller
 * Returns  false with fault filled
 */
bool wire_part_decode(const struct wire_part *part,
                      const ProtobufCMessage *theirs,
                      struct arena *arena,
                      void *ours,
                      struct wire_part_fault *fault) __attribute__((warn_unused_result));

/* Encode ours. False: the arena is full, a list or a text is over its limit, a number is out of range, or the result
 * exceeds bytes_max. */
bool wire_part_encode(const struct wire_part *part,
                      const void *ours,
                      size_t bytes_max,
                      struct arena *arena,
                      struct bytes *out) __attribute__((warn_unused_result));

/* Whether a row has nothing to say, as most rows of a fact: it is not encoded and does not count in a digest. A lane, a
 * structure inside ours and what is chosen by kind always have something. */
bool wire_part_is_unset(const struct wire_part_row *row, const void *ours);

/* protobuf-c's unpacking with the arena as its allocator. NULL: *full tells whether the arena was the
 * reason; otherwise the bytes are malformed. */
ProtobufCMessage *wire_part_unpack(const ProtobufCMessageDescriptor *descriptor,
                                   struct bytes bytes,
                                   struct arena *arena,
                                   bool *full);

/* Put "name" in front of the path of what was found wrong; so a path is made only when there is one. */
void wire_part_under(struct wire_part_fault *fault, const char *name);
/* Put "[3]" in front of it. */
void wire_part_at(struct wire_part_fault *fault, size_t index);

#endif
