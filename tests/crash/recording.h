/* The record of one daemon's writes, syncs and messages (record_layout.h), read from its beginning to its end.
 *
 * For tests only: a record that cannot be read ends the program with a message. */
#ifndef TESTS_CRASH_RECORDING_H
#define TESTS_CRASH_RECORDING_H

#include "base/bytes.h"
#include "tests/crash/record_layout.h"

#include <stdbool.h>

enum { RECORDING_NAME_MAX = 255 };

struct record {
    enum record_kind kind;
    uint64_t file;
    uint64_t offset;
    struct bytes data;
    char name[RECORDING_NAME_MAX + 1];
};

struct recording;

struct recording *recording_open(const char *path);
void recording_close(struct recording **recording);
void recording_rewind(struct recording *recording);
/* False at the end. record->data is valid until recording_close. */
bool recording_next(struct recording *recording, struct record *record);

#endif
