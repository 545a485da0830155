/* Any bytes as a batch of the journal: a damaged journal is noticed, it never crashes us. */
#include "proto/fact.h"
#include "tests/fuzz/target.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(LIMIT_DECODE_BYTES);
    struct batch batch;
    struct bytes first = {NULL, 0};
    struct bytes second = {NULL, 0};
    assert(arena != NULL);
    if (fact_decode_batch(bytes_of(data, size), arena, &batch) &&
        fact_encode_batch(&batch, arena, &first) && fact_decode_batch(first, arena, &batch) &&
        fact_encode_batch(&batch, arena, &second)) {
        assert(bytes_equal(first, second));
    }
    arena_destroy(&arena);
    return 0;
}
