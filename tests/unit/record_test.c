/* Records that an agent keeps: their bytes for ever, and what is cut, full or damaged. */
#include "agents/store/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct id128 id = {{0x01, 0x8f, [15] = 0x11}};

/* Number 258, the id above, the bytes "ab", no bytes. */
static const uint8_t kept[] = {0, 0, 0, 0, 0, 0, 1,    2, 0x01, 0x8f, 0, 0,   0,   0, 0, 0, 0,
                               0, 0, 0, 0, 0, 0, 0x11, 0, 0,    0,    2, 'a', 'b', 0, 0, 0, 0};

static void put_all(struct record_writer *writer)
{
    record_put_number(writer, 258);
    record_put_id(writer, &id);
    record_put_bytes(writer, bytes_of_text("ab"));
    record_put_bytes(writer, bytes_of(NULL, 0));
}

static void record_on_an_old_disk_is_read_test(void **state)
{
    (void)state;
    struct record_reader reader = record_reader_begin(bytes_of(kept, sizeof(kept)));
    assert_int_equal(record_take_number(&reader), 258);
    const struct id128 read = record_take_id(&reader);
    assert_memory_equal(read.bytes, id.bytes, ID128_BYTES);
    assert_true(bytes_equal(record_take_bytes(&reader), bytes_of_text("ab")));
    assert_int_equal(record_take_bytes(&reader).size, 0);
    assert_false(reader.failed);
    assert_int_equal(reader.rest.size, 0);
}

static void record_is_written_as_on_an_old_disk_test(void **state)
{
    struct arena *arena = arena_create(4096);
    (void)state;
    struct record_writer writer = record_writer_begin(arena, sizeof(kept));
    put_all(&writer);
    assert_false(writer.failed);
    assert_int_equal(record_bytes(&writer).size, sizeof(kept));
    assert_memory_equal(record_bytes(&writer).data, kept, sizeof(kept));
    arena_destroy(&arena);
}

static void record_that_does_not_fit_is_not_half_written_test(void **state)
{
    struct arena *arena = arena_create(4096);
    (void)state;
    for (size_t room = 0; room < sizeof(kept); room++) {
        struct record_writer writer = record_writer_begin(arena, room);
        put_all(&writer);
        assert_true(writer.failed);
        assert_true(record_bytes(&writer).size <= room);
        record_put_number(&writer, 1);
        assert_true(writer.failed);
        arena_reset(arena);
    }
    struct record_writer homeless = record_writer_begin(arena, 8192); /* more than there is */
    put_all(&homeless);
    assert_true(homeless.failed);
    arena_destroy(&arena);
}

static void record_cut_anywhere_reads_as_nothing_from_there_test(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof(kept); size++) {
        struct record_reader reader = record_reader_begin(bytes_of(kept, size));
        assert_int_equal(record_take_number(&reader), size >= 8 ? 258 : 0);
        assert_int_equal(record_take_id(&reader).bytes[15], size >= 24 ? 0x11 : 0);
        assert_int_equal(record_take_bytes(&reader).size, size >= 30 ? 2 : 0);
        assert_int_equal(record_take_bytes(&reader).size, 0);
        assert_true(reader.failed);
    }
}

static void record_with_a_length_beyond_its_end_holds_nothing_test(void **state)
{
    (void)state;
    struct record_reader reader = record_reader_begin(bytes_of("\xff\xff\xff\xff"
                                                               "ab",
                                                               6));
    assert_null(record_take_bytes(&reader).data);
    assert_true(reader.failed);
    assert_int_equal(record_take_number(&reader), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_on_an_old_disk_is_read_test),
        cmocka_unit_test(record_is_written_as_on_an_old_disk_test),
        cmocka_unit_test(record_that_does_not_fit_is_not_half_written_test),
        cmocka_unit_test(record_cut_anywhere_reads_as_nothing_from_there_test),
        cmocka_unit_test(record_with_a_length_beyond_its_end_holds_nothing_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
