/* How rows of wire_part.h are written down: every macro makes one initialiser.
 *
 * types     a pair in parentheses: (protobuf-c's structure, our structure)
 * name      the field in both; macros in _AS take protobuf-c's name and then ours
 * count     the field of our structure that counts
 */
#ifndef PROTO_WIRE_ROW_H
#define PROTO_WIRE_ROW_H

#include "proto/wire_part.h"

#define WIRE_ROW_THEIR_TYPE(their_type, our_type) their_type
#define WIRE_ROW_OUR_TYPE(their_type, our_type)   our_type
#define WIRE_ROW_THEIRS(types, name)              offsetof(WIRE_ROW_THEIR_TYPE types, name)
#define WIRE_ROW_OURS(types, name)                offsetof(WIRE_ROW_OUR_TYPE types, name)

#define WIRE_ROW(kind_, types, their_name, our_name)                                               \
    .kind = (kind_), .name = #their_name, .theirs = WIRE_ROW_THEIRS(types, their_name),            \
    .ours = WIRE_ROW_OURS(types, our_name)
#define WIRE_ROW_COUNTED(kind_, types, name)                                                       \
    WIRE_ROW(kind_, types, name, name), .theirs_count = WIRE_ROW_THEIRS(types, n_##name)

#define ROW_TEXT_AS(types, theirs, ours, bytes)                                                    \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_TEXT, types, theirs, ours), .limit = (bytes)                            \
    }
#define ROW_TEXT(types, name, bytes) ROW_TEXT_AS(types, name, name, bytes)
#define ROW_PROSE(types, name, bytes)                                                              \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_PROSE, types, name, name), .limit = (bytes)                             \
    }
#define ROW_UNSENT_TEXT(types, our_name)                                                           \
    {                                                                                              \
        .kind = WIRE_PART_UNSENT_TEXT, .name = "", .ours = WIRE_ROW_OURS(types, our_name)          \
    }
#define ROW_ID_AS(types, theirs, ours)                                                             \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_ID, types, theirs, ours)                                                \
    }
#define ROW_ID(types, name) ROW_ID_AS(types, name, name)
#define ROW_32_AS(types, theirs, ours)                                                             \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_NUMBER32, types, theirs, ours)                                          \
    }
#define ROW_32(types, name) ROW_32_AS(types, name, name)
#define ROW_64_AS(types, theirs, ours)                                                             \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_NUMBER64, types, theirs, ours)                                          \
    }
#define ROW_64(types, name) ROW_64_AS(types, name, name)
#define ROW_BOOL(types, name)                                                                      \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_BOOL, types, name, name)                                                \
    }
#define ROW_LANE(types, name)                                                                      \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_LANE, types, name, name)                                                \
    }
#define ROW_CODE_AS(types, theirs, ours, end)                                                      \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_CODE, types, theirs, ours), .limit = (end)                              \
    }
#define ROW_CODE(types, name, end) ROW_CODE_AS(types, name, name, end)
#define ROW_MASK(types, name, end)                                                                 \
    {                                                                                              \
        WIRE_ROW_COUNTED(WIRE_PART_MASK, types, name), .limit = (end)                              \
    }
#define ROW_BYTES(types, name, bytes)                                                              \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_BYTES, types, name, name), .limit = (bytes)                             \
    }
#define ROW_EXACT_BYTES(types, name, bytes)                                                        \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_EXACT_BYTES, types, name, name), .limit = (bytes)                       \
    }
#define ROW_FIXED_BYTES(types, name, bytes)                                                        \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_FIXED_BYTES, types, name, name), .limit = (bytes)                       \
    }
#define ROW_INLINE_BYTES(types, name, count, items, item_bytes)                                    \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_INLINE_BYTES, types, name, name),                                       \
            .ours_count = WIRE_ROW_OURS(types, count), .limit = (items), .element = (item_bytes)   \
    }
#define ROW_IDS(types, name, count, items)                                                         \
    {                                                                                              \
        WIRE_ROW_COUNTED(WIRE_PART_IDS, types, name), .ours_count = WIRE_ROW_OURS(types, count),   \
                                                      .limit = (items)                             \
    }
#define ROW_COUNTS(types, name, end)                                                               \
    {                                                                                              \
        WIRE_ROW_COUNTED(WIRE_PART_COUNTS, types, name), .limit = (end)                            \
    }
#define ROW_HELD_AS(types, theirs, ours, table)                                                    \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_HELD, types, theirs, ours), .part = &(table)                            \
    }
#define ROW_HELD(types, name, table) ROW_HELD_AS(types, name, name, table)
#define ROW_POINTER(types, name, table)                                                            \
    {                                                                                              \
        WIRE_ROW(WIRE_PART_POINTER, types, name, name), .part = &(table)                           \
    }
#define WIRE_ROW_LIST(kind, types, name, count, items)                                             \
    WIRE_ROW_COUNTED(kind, types, name), .ours_count = WIRE_ROW_OURS(types, count), .limit = (items)
#define ROW_LIST(types, name, count, items, table)                                                 \
    {                                                                                              \
        WIRE_ROW_LIST(WIRE_PART_LIST, types, name, count, items), .part = &(table)                 \
    }
#define ROW_INLINE_LIST(types, name, count, items, table)                                          \
    {                                                                                              \
        WIRE_ROW_LIST(WIRE_PART_INLINE_LIST, types, name, count, items), .part = &(table)          \
    }
/* first: a name in protobuf-c's union; absent: our bool that says none follows */
#define WIRE_ROW_ONE_OF(types, first, their_case, our_kind, alternatives)                          \
    .kind = WIRE_PART_ONE_OF, .name = "", .theirs = WIRE_ROW_THEIRS(types, first),                 \
    .theirs_count = WIRE_ROW_THEIRS(types, their_case),                                            \
    .ours_count = WIRE_ROW_OURS(types, our_kind),                                                  \
    .limit = sizeof(alternatives) / sizeof((alternatives)[0]), .choices = (alternatives)
#define ROW_ONE_OF(types, first, their_case, our_kind, alternatives)                               \
    {                                                                                              \
        WIRE_ROW_ONE_OF(types, first, their_case, our_kind, alternatives)                          \
    }
#define ROW_ONE_OF_UNLESS(types, first, their_case, our_kind, alternatives, absent)                \
    {                                                                                              \
        WIRE_ROW_ONE_OF(types, first, their_case, our_kind, alternatives),                         \
            .ours_absent = WIRE_ROW_OURS(types, absent)                                            \
    }

#define ROWS(table) .rows = (table), .row_count = sizeof(table) / sizeof((table)[0])

#endif
