/* Inside broker/store only: flat records without their zeros. Of every record most fields are still, or for ever, zero.
 *
 * Packed: one bit for every word of four bytes, lowest bit first, that says whether it is not zero; then the words that
 * are not, as they lie in memory. Equal records have equal packed forms. */
#ifndef BROKER_STORE_STORE_PACK_H
#define BROKER_STORE_STORE_PACK_H

#include "base/bytes.h"

#include <stddef.h>
#include <stdint.h>

enum {
    STORE_PACK_WORD_BYTES = 4,
    STORE_PACK_RECORD_BYTES_MAX = 1024,
    STORE_PACK_BYTES_MAX = STORE_PACK_RECORD_BYTES_MAX + STORE_PACK_RECORD_BYTES_MAX / 32
};

/* record  whole words, at most STORE_PACK_RECORD_BYTES_MAX
 * Returns how many bytes of out are filled */
size_t
store_pack(const void *record, size_t record_bytes, uint8_t out[static STORE_PACK_BYTES_MAX]);
/* record_bytes as packed, or the layout is not ours (asserted). */
void store_unpack(struct bytes packed, void *record, size_t record_bytes);

#endif
