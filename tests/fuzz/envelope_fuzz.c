/* Any bytes as a frame: decoding never crashes, a fault always has a code, and what was taken can be
 * encoded, and decodes to the same again. */
#include "proto/wire.h"
#include "tests/fuzz/target.h"

#include <assert.h>

/* The frame that the encoding of a decoded frame decodes to is encoded alike. */
static void travel_again(const struct envelope *envelope, struct arena *arena)
{
    struct bytes first = {NULL, 0};
    struct bytes second = {NULL, 0};
    struct envelope again;
    struct wire_fault fault;
    const bool encoded = wire_encode(envelope, arena, &first);
    if (!encoded) {
        return; /* longer than it came: numbers written short, or the arena is full */
    }
    const bool decoded = wire_decode(first, arena, &again, &fault);
    assert(decoded || fault.code == REFUSAL_TOO_LONG);
    if (decoded && wire_encode(&again, arena, &second)) {
        assert(bytes_equal(first, second));
    }
    if (envelope->kind == BODY_COMMAND) {
        uint8_t digest[16];
        wire_command_digest(&envelope->body.command, arena, digest);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(LIMIT_DECODE_BYTES);
    struct envelope envelope;
    struct wire_fault fault;
    assert(arena != NULL);
    if (wire_decode(bytes_of(data, size), arena, &envelope, &fault)) {
        assert(envelope.kind > BODY_UNSPECIFIED && envelope.kind < BODY_END);
        travel_again(&envelope, arena);
    } else {
        assert(fault.code > REFUSAL_UNSPECIFIED && fault.code < REFUSAL_END);
        assert(bytes_is_text(bytes_of_text(fault.field)));
    }
    arena_destroy(&arena);
    return 0;
}
