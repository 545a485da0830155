/* Frames that another implementation of protobuf wrote: each file of tests/contract/frames is encoded by
 * protoc, decoded and encoded again by wire, and read back by protoc. Whatever wire lost or moved would
 * show. tests/system/frames_test.py sees to it that the files set every field there is. */
#include "proto/wire.h"

#include "tests/support/scratch.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FRAMES "tests/contract/frames"
enum { OUTPUT_BYTES = 65536, FRAME_FILES_LEAST = 31 };

/* What protoc says to a file; the caller frees. */
static uint8_t *protoc(const char *direction, const char *path, size_t *bytes)
{
    char command[512];
    (void)snprintf(command,
                   sizeof(command),
                   "protoc --proto_path=. --%s=referral.v1.Envelope proto/exchange.proto <%s",
                   direction,
                   path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    uint8_t *output = calloc(1, OUTPUT_BYTES);
    assert_non_null(output);
    *bytes = fread(output, 1, OUTPUT_BYTES - 1, pipe);
    assert_int_equal(pclose(pipe), 0);
    return output;
}

static void write_file(const char *path, struct bytes bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
    assert_int_equal(fclose(file), 0);
}

static void check_frame(const char *path, struct scratch *scratch, struct arena *arena)
{
    size_t frame_bytes = 0;
    uint8_t *frame = protoc("encode", path, &frame_bytes);
    struct envelope envelope;
    struct wire_fault fault;
    struct bytes again = {NULL, 0};
    if (!wire_decode(bytes_of(frame, frame_bytes), arena, &envelope, &fault)) {
        fail_msg("%s: refused with %d at %s", path, (int)fault.code, fault.field);
    }
    if (!wire_encode(&envelope, arena, &again)) {
        fail_msg("%s: cannot be encoded again", path);
    }
    const char *before_path = scratch_path(scratch, "before");
    const char *after_path = scratch_path(scratch, "after");
    write_file(before_path, bytes_of(frame, frame_bytes));
    write_file(after_path, again);
    size_t before_bytes = 0;
    size_t after_bytes = 0;
    uint8_t *before = protoc("decode", before_path, &before_bytes);
    uint8_t *after = protoc("decode", after_path, &after_bytes);
    assert_string_equal((const char *)after, (const char *)before);
    free(frame);
    free(before);
    free(after);
}

static void wire_keeps_all_that_protoc_wrote_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct arena *arena = arena_create(LIMIT_DECODE_BYTES);
    DIR *folder = opendir(FRAMES);
    int files = 0;

    (void)state;
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[300];
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof(path), FRAMES "/%s", entry->d_name);
        check_frame(path, scratch, arena);
        arena_reset(arena);
        files++;
    }
    closedir(folder);
    assert_true(files >= FRAME_FILES_LEAST);
    arena_destroy(&arena);
    scratch_destroy(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wire_keeps_all_that_protoc_wrote_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
