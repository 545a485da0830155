/* A borrowed slice of bytes, and the few things that are done with slices everywhere.
 *
 * struct bytes owns nothing; whoever hands one out says until when it is valid.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};

static inline struct bytes bytes_of(const void *data, size_t size)
{
    assert(data != NULL || size == 0);
    return (struct bytes){.data = data, .size = size};
}

struct bytes bytes_of_text(const char *text); /* without the NUL */
bool bytes_equal(struct bytes a, struct bytes b);
int bytes_compare(struct bytes a, struct bytes b); /* memcmp order, then the shorter first */

/* Big-endian numbers: their byte order is their key order. */
void bytes_put_u16(uint8_t *to, uint16_t value);
void bytes_put_u32(uint8_t *to, uint32_t value);
void bytes_put_u64(uint8_t *to, uint64_t value);
uint16_t bytes_get_u16(const uint8_t *from);
uint32_t bytes_get_u32(const uint8_t *from);
uint64_t bytes_get_u64(const uint8_t *from);

/* Lower-case hexadecimal. out has room for 2 * size + 1. */
void bytes_to_hex(struct bytes bytes, char *out);
/* False when the text is not exactly 2 * size hexadecimal digits. */
bool bytes_from_hex(const char *text, uint8_t *out, size_t size);

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without NUL. */
bool bytes_is_text(struct bytes bytes);

#endif
