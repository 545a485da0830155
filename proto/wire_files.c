/* The files of a proposal as bytes and back; see wire_files.h. */
#include "proto/wire_files.h"

#include "proto/exchange.pb-c.h"
#include "proto/wire_row.h"
#include "proto/wire_scan.h"

#include <string.h>

enum { FILE_BYTES_MAX = 1048576 };

struct files {
    struct policy_file *files;
    size_t count;
};

#define FILE_ROW (Referral__V1__PolicyFile, struct policy_file)
static const struct wire_part_row file_rows[] = {
    ROW_TEXT(FILE_ROW, name, LIMIT_SHORT_TEXT_BYTES),
    ROW_BYTES(FILE_ROW, text, FILE_BYTES_MAX),
};
static const struct wire_part file_part = {&referral__v1__policy_file__descriptor,
                                           sizeof(struct policy_file),
                                           ROWS(file_rows)};

#define FILES (Referral__V1__PolicyFiles, struct files)
static const struct wire_part_row files_rows[] = {
    ROW_LIST(FILES, files, count, LIMIT_PROPOSAL_FILES, file_part),
};
static const struct wire_part files_part = {&referral__v1__policy_files__descriptor,
                                            sizeof(struct files),
                                            ROWS(files_rows)};

bool wire_files_encode(const struct policy_file *files,
                       size_t count,
                       struct arena *arena,
                       struct bytes *out)
{
    const size_t most = (size_t)LIMIT_PROPOSAL_PARTS * LIMIT_PART_BYTES;
    struct files ours = {.files = arena_copy(arena, files, count * sizeof(*files)), .count = count};
    return ours.files != NULL && wire_part_encode(&files_part, &ours, most, arena, out);
}

bool wire_files_decode(struct bytes bytes,
                       struct arena *arena,
                       struct policy_file **files,
                       size_t *count)
{
    struct wire_part_fault fault;
    struct files ours;
    bool full = false;
    memset(&fault, 0, sizeof(fault));
    if (wire_scan(files_part.descriptor, bytes, &fault) != WIRE_SCAN_GOOD) {
        return false;
    }
    const ProtobufCMessage *message = wire_part_unpack(files_part.descriptor, bytes, arena, &full);
    if (message == NULL || !wire_part_decode(&files_part, message, arena, &ours, &fault)) {
        return false;
    }
    *files = ours.files;
    *count = ours.count;
    return true;
}
