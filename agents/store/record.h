/* Writing and reading the flat records of this folder: numbers big-endian, texts and blobs with length. */
#ifndef AGENTS_STORE_RECORD_H
#define AGENTS_STORE_RECORD_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/id128.h"

#include <stdbool.h>
#include <stdint.h>

/* A record being written into room that the arena gave; failed sticks when it is full. */
struct record_writer {
    uint8_t *data;
    size_t size;
    size_t room;
    bool failed;
};

/* room_bytes  enough for all that will be put; more than is used is given up to the arena's reset */
struct record_writer record_writer_begin(struct arena *arena, size_t room_bytes);
void record_put_number(struct record_writer *writer, uint64_t value);
void record_put_id(struct record_writer *writer, const struct id128 *id);
void record_put_bytes(struct record_writer *writer, struct bytes bytes);
struct bytes record_bytes(const struct record_writer *writer);

/* Reading; failed sticks, and everything reads as nothing after it. */
struct record_reader {
    struct bytes rest;
    bool failed;
};

struct record_reader record_reader_begin(struct bytes plain);
uint64_t record_take_number(struct record_reader *reader);
struct id128 record_take_id(struct record_reader *reader);
/* Borrows from what is read. */
struct bytes record_take_bytes(struct record_reader *reader);

#endif
