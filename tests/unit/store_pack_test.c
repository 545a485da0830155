/* Records without their zeros: what was put in comes out, and zeros take no room. */
#include "broker/store/store_pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_record_of_zeros_is_its_bitmap(void **state)
{
    const uint8_t record[40] = {0};
    uint8_t packed[STORE_PACK_BYTES_MAX];

    (void)state;
    assert_int_equal(store_pack(record, sizeof(record), packed), 2);
    assert_memory_equal(packed, "\0\0", 2);
}

static void words_that_are_not_zero_follow_in_their_order(void **state)
{
    const uint8_t record[36] = {[5] = 7, [32] = 1, [35] = 9};
    uint8_t packed[STORE_PACK_BYTES_MAX];

    (void)state;
    assert_int_equal(store_pack(record, sizeof(record), packed), 10);
    assert_memory_equal(packed, "\x02\x01\0\x07\0\0\x01\0\0\x09", 10);
}

static void what_was_packed_comes_out_whole(void **state)
{
    uint8_t record[STORE_PACK_RECORD_BYTES_MAX];
    uint8_t packed[STORE_PACK_BYTES_MAX];
    uint8_t read[STORE_PACK_RECORD_BYTES_MAX];

    (void)state;
    for (uint32_t every = 1; every < 9; every++) {
        for (size_t i = 0; i < sizeof(record); i++) {
            record[i] = i / 4 % every == 0 ? (uint8_t)(i * 7 + every) : 0;
        }
        const size_t size = store_pack(record, sizeof(record), packed);
        memset(read, 0xAA, sizeof(read));
        store_unpack(bytes_of(packed, size), read, sizeof(read));
        assert_memory_equal(read, record, sizeof(record));
    }
    assert_int_equal(store_pack(memset(record, 1, sizeof(record)), sizeof(record), packed),
                     STORE_PACK_BYTES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_of_zeros_is_its_bitmap),
        cmocka_unit_test(words_that_are_not_zero_follow_in_their_order),
        cmocka_unit_test(what_was_packed_comes_out_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
