/* The record of one daemon; see recording.h. */
#include "tests/crash/recording.h"

#include "base/arena.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t record_bytes_max = (size_t)1 << 30;

struct recording {
    struct arena *arena;
    struct bytes whole;
    size_t at;
};

static void fail(const char *why)
{
    (void)fprintf(stderr, "recording: %s\n", why);
    exit(2);
}

struct recording *recording_open(const char *path)
{
    struct error err;
    struct recording *recording = calloc(1, sizeof(*recording));
    if (recording == NULL) {
        fail("no memory");
    }
    recording->arena = arena_create(record_bytes_max + 4096);
    if (recording->arena == NULL) {
        fail("no memory");
    }
    if (!file_read(path, record_bytes_max, recording->arena, &recording->whole, &err)) {
        fail(err.text);
    }
    return recording;
}

void recording_close(struct recording **recording)
{
    if (*recording != NULL) {
        arena_destroy(&(*recording)->arena);
        free(*recording);
        *recording = NULL;
    }
}

void recording_rewind(struct recording *recording)
{
    recording->at = 0;
}

static const uint8_t *take(struct recording *recording, size_t bytes)
{
    const uint8_t *start = recording->whole.data + recording->at;
    if (bytes > recording->whole.size - recording->at) {
        fail("the record ends in the middle");
    }
    recording->at += bytes;
    return start;
}

bool recording_next(struct recording *recording, struct record *record)
{
    struct record_head head;
    if (recording->at == recording->whole.size) {
        return false;
    }
    memcpy(&head, take(recording, sizeof(head)), sizeof(head));
    if (head.kind >= RECORD_END || head.names > RECORDING_NAME_MAX) {
        fail("the record holds something else");
    }
    memset(record, 0, sizeof(*record));
    record->kind = (enum record_kind)head.kind;
    record->file = head.file;
    record->offset = head.offset;
    memcpy(record->name, take(recording, head.names), head.names);
    record->data = bytes_of(take(recording, head.bytes), head.bytes);
    return true;
}
