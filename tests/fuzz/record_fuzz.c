/* Any bytes as a flat record of an agent's store: reading stays inside, and a failure sticks. The first byte of each step
 * says what is read; what could be read is written again, and is the same. */
#include "agents/store/record.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 20, STEPS_MAX = 64 };

static void copy_one(struct record_reader *reader, struct record_writer *writer, uint8_t what)
{
    if (what % 3 == 0) {
        const uint64_t number = record_take_number(reader);
        if (!reader->failed) {
            record_put_number(writer, number);
        }
    } else if (what % 3 == 1) {
        const struct id128 id = record_take_id(reader);
        if (!reader->failed) {
            record_put_id(writer, &id);
        }
    } else {
        const struct bytes bytes = record_take_bytes(reader);
        if (!reader->failed) {
            record_put_bytes(writer, bytes);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    const size_t steps = size < STEPS_MAX ? size : STEPS_MAX;
    struct record_reader reader = record_reader_begin(bytes_of(data + steps, size - steps));
    const struct bytes whole = reader.rest;
    struct record_writer writer = record_writer_begin(arena, size + 64);

    for (size_t i = 0; i < steps && !reader.failed; i++) {
        copy_one(&reader, &writer, data[i]);
        assert(reader.rest.size <= whole.size);
    }
    const struct bytes again = record_bytes(&writer);
    assert(!writer.failed && again.size <= whole.size);
    assert(again.size == 0 || memcmp(again.data, whole.data, again.size) == 0);
    if (reader.failed) {
        assert(record_take_number(&reader) == 0 && record_take_bytes(&reader).size == 0);
    }
    arena_destroy(&arena);
    return 0;
}
