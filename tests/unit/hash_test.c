/* BLAKE2b against RFC 7693 and values of Python's hashlib. */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void hash_is_that_of_rfc_7693_test(void **state)
{
    uint8_t digest[64];
    char hex[129];

    (void)state;
    hash_of(bytes_of(NULL, 0), bytes_of_text("abc"), digest, sizeof(digest));
    bytes_to_hex(bytes_of(digest, sizeof(digest)), hex);
    assert_string_equal(hex,
                        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

static void hash_takes_parts_and_a_key_test(void **state)
{
    uint8_t key[32];
    uint8_t at_once[16];
    uint8_t in_parts[16];
    char hex[33];
    struct hash hash;

    (void)state;
    for (size_t i = 0; i < sizeof(key); i++) {
        key[i] = (uint8_t)i;
    }
    hash_of(bytes_of(key, sizeof(key)), bytes_of_text("abc"), at_once, sizeof(at_once));
    bytes_to_hex(bytes_of(at_once, sizeof(at_once)), hex);
    assert_string_equal(hex, "1a64be47e4729d951c302ee543f97cf3");
    hash_start(&hash, bytes_of(key, sizeof(key)), sizeof(in_parts));
    hash_add(&hash, bytes_of_text("a"));
    hash_add(&hash, bytes_of(NULL, 0));
    hash_add(&hash, bytes_of_text("bc"));
    hash_end(&hash, in_parts, sizeof(in_parts));
    assert_memory_equal(at_once, in_parts, sizeof(at_once));
}

static void hash_is_that_of_the_whole_however_it_is_cut_test(void **state)
{
    uint8_t text[1500];
    uint8_t whole[32];

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (uint8_t)(i * 31);
    }
    hash_of(bytes_of(NULL, 0), bytes_of(text, sizeof(text)), whole, sizeof(whole));
    for (size_t piece = 1; piece < 600; piece += 17) {
        uint8_t in_parts[32];
        struct hash hash;
        hash_start(&hash, bytes_of(NULL, 0), sizeof(in_parts));
        for (size_t at = 0; at < sizeof(text); at += piece) {
            const size_t left = sizeof(text) - at;
            const struct bytes part = bytes_of(text + at, left < piece ? left : piece);
            if (at % 2 == 1 && part.size <= HASH_ROOM_MAX) {
                memcpy(hash_room(&hash, part.size), part.data, part.size);
            } else {
                hash_add(&hash, part);
            }
        }
        hash_end(&hash, in_parts, sizeof(in_parts));
        assert_memory_equal(in_parts, whole, sizeof(whole));
    }
}

/* The first vectors of the reference: the key and the text are 00 01 02 … */
static void hash_short_is_siphash_test(void **state)
{
    uint8_t bytes[16];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)i;
    }
    assert_true(hash_short(bytes, bytes_of(bytes, 0)) == UINT64_C(0x310e0edd47db6f72));
    assert_true(hash_short(bytes, bytes_of(bytes, 15)) == UINT64_C(0xe545be4961ca29a1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_is_that_of_rfc_7693_test),
        cmocka_unit_test(hash_takes_parts_and_a_key_test),
        cmocka_unit_test(hash_is_that_of_the_whole_however_it_is_cut_test),
        cmocka_unit_test(hash_short_is_siphash_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
