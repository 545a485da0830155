/* Records without zero words; see store_pack.h. */
#include "broker/store/store_pack.h"

#include <assert.h>
#include <string.h>

static size_t bitmap_bytes(size_t words)
{
    return (words + 7) / 8;
}

size_t store_pack(const void *record, size_t record_bytes, uint8_t out[static STORE_PACK_BYTES_MAX])
{
    const size_t words = record_bytes / STORE_PACK_WORD_BYTES;
    const uint8_t *from = record;
    size_t size = bitmap_bytes(words);

    assert(record_bytes % STORE_PACK_WORD_BYTES == 0 &&
           record_bytes <= STORE_PACK_RECORD_BYTES_MAX);
    memset(out, 0, size);
    for (size_t i = 0; i < words; i++, from += STORE_PACK_WORD_BYTES) {
        uint32_t word = 0;
        memcpy(&word, from, sizeof(word));
        if (word != 0) {
            out[i / 8] |= (uint8_t)(1U << i % 8);
            memcpy(out + size, &word, sizeof(word));
            size += sizeof(word);
        }
    }
    return size;
}

void store_unpack(struct bytes packed, void *record, size_t record_bytes)
{
    const size_t words = record_bytes / STORE_PACK_WORD_BYTES;
    size_t at = bitmap_bytes(words);
    uint8_t *to = record;

    assert(packed.size >= at);
    memset(record, 0, record_bytes);
    for (size_t i = 0; i < words; i++) {
        if ((packed.data[i / 8] >> i % 8 & 1) != 0) {
            assert(at + STORE_PACK_WORD_BYTES <= packed.size);
            memcpy(to + i * STORE_PACK_WORD_BYTES, packed.data + at, STORE_PACK_WORD_BYTES);
            at += STORE_PACK_WORD_BYTES;
        }
    }
    assert(at == packed.size);
}
