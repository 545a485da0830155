/* Files: bounded reads, durable writes, lists. */
#include "base/file.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void file_read_gives_the_whole_file_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct arena *arena = arena_create(100000);
    const char *path = scratch_write(scratch, "a.txt", "привет\n");
    struct bytes content;
    struct error err;

    (void)state;
    assert_true(file_read(path, 13, arena, &content, &err));
    assert_int_equal(content.size, 13);
    assert_string_equal((const char *)content.data, "привет\n"); /* the NUL that follows */
    assert_false(file_read(path, 12, arena, &content, &err));
    assert_int_equal(err.code, ERROR_DATA);
    assert_non_null(strstr(err.text, "longer than 12 bytes"));
    assert_true(file_read(scratch_write(scratch, "empty", ""), 0, arena, &content, &err));
    assert_int_equal(content.size, 0);
    arena_destroy(&arena);
    scratch_destroy(&scratch);
}

static void file_read_grows_past_its_first_step_test(void **state)
{
    enum { BYTES = 300000 };
    static uint8_t large[BYTES];
    struct scratch *scratch = scratch_create();
    struct arena *arena = arena_create(BYTES + 1000);
    struct arena *small = arena_create(1000);
    const char *path = scratch_path(scratch, "large");
    struct bytes content;
    struct error err;

    (void)state;
    for (size_t i = 0; i < BYTES; i++) {
        large[i] = (uint8_t)(i * 7 % 251);
    }
    assert_true(file_write(path, bytes_of(large, BYTES), 0600, &err));
    assert_true(file_read(path, BYTES, arena, &content, &err));
    assert_true(bytes_equal(content, bytes_of(large, BYTES)));
    assert_false(file_read(path, BYTES, small, &content, &err));
    assert_int_equal(err.code, ERROR_OS);
    arena_destroy(&small);
    arena_destroy(&arena);
    scratch_destroy(&scratch);
}

static void file_read_refuses_what_is_no_file_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct arena *arena = arena_create(1000);
    const char *pipe_path = scratch_path(scratch, "pipe");
    struct bytes content;
    struct error err;

    (void)state;
    assert_false(file_read(scratch_path(scratch, "none"), 10, arena, &content, &err));
    assert_int_equal(err.code, ERROR_NO_INPUT);
    assert_false(file_read(scratch_path(scratch, ""), 10, arena, &content, &err));
    assert_int_equal(err.code, ERROR_NO_INPUT);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_false(file_read(pipe_path, 10, arena, &content, &err)); /* does not wait for a writer */
    assert_int_equal(err.code, ERROR_NO_INPUT);
    arena_destroy(&arena);
    scratch_destroy(&scratch);
}

static void file_read_takes_standard_input_test(void **state)
{
    struct arena *arena = arena_create(1000);
    struct bytes content;
    struct error err;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "from a pipe", 11), 11);
    (void)close(ends[1]);
    int kept = dup(STDIN_FILENO);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_true(file_read("-", 100, arena, &content, &err));
    assert_true(bytes_equal(content, bytes_of_text("from a pipe")));
    if (kept >= 0) {
        (void)dup2(kept, STDIN_FILENO);
        (void)close(kept);
    }
    (void)close(ends[0]);
    arena_destroy(&arena);
}

static void file_write_replaces_and_leaves_nothing_beside_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct arena *arena = arena_create(10000);
    const char *path = scratch_write(scratch, "a", "old");
    struct bytes content;
    struct stat status;
    struct error err;
    struct file_names names;

    (void)state;
    assert_true(file_write(path, bytes_of_text("new"), 0640, &err));
    assert_true(file_read(path, 100, arena, &content, &err));
    assert_true(bytes_equal(content, bytes_of_text("new")));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0137, 0);
    assert_true(file_list(scratch_path(scratch, ""), "", arena, &names, &err));
    assert_int_equal(names.count, 1);
    assert_false(file_write(scratch_path(scratch, "no/folder"), content, 0600, &err));
    assert_int_equal(err.code, ERROR_CREATE);
    arena_destroy(&arena);
    scratch_destroy(&scratch);
}

static void file_list_is_in_byte_order_without_dots_test(void **state)
{
    struct scratch *scratch = scratch_create();
    struct arena *arena = arena_create(10000);
    struct error err;
    struct file_names names;

    (void)state;
    (void)scratch_write(scratch, "b.yaml", "");
    (void)scratch_write(scratch, "B.yaml", "");
    (void)scratch_write(scratch, "a.yaml", "");
    (void)scratch_write(scratch, ".hidden.yaml", "");
    (void)scratch_write(scratch, "a.txt", "");
    (void)scratch_write(scratch, "yaml", "");
    assert_true(file_list(scratch_path(scratch, ""), ".yaml", arena, &names, &err));
    assert_int_equal(names.count, 3);
    assert_string_equal(names.items[0], "B.yaml");
    assert_string_equal(names.items[1], "a.yaml");
    assert_string_equal(names.items[2], "b.yaml");
    assert_false(file_list(scratch_path(scratch, "none"), "", arena, &names, &err));
    assert_int_equal(err.code, ERROR_NO_INPUT);
    arena_destroy(&arena);
    scratch_destroy(&scratch);
}

static void file_move_and_make_folder_test(void **state)
{
    struct scratch *scratch = scratch_create();
    const char *deep = scratch_path(scratch, "x/y/z");
    const char *file = scratch_write(scratch, "f", "1");
    struct stat status;
    struct error err;

    (void)state;
    assert_true(file_make_folder(deep, 0700, &err));
    assert_true(file_make_folder(deep, 0700, &err));
    assert_int_equal(stat(deep, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    assert_true(file_move(file, scratch_path(scratch, "x/y/z/g"), &err));
    assert_int_not_equal(stat(file, &status), 0);
    assert_false(file_move(file, scratch_path(scratch, "h"), &err));
    assert_false(file_make_folder(scratch_path(scratch, "x/y/z/g"), 0700, &err));
    assert_false(file_make_folder(scratch_path(scratch, "x/y/z/g/h"), 0700, &err));
    assert_int_equal(err.code, ERROR_CREATE);
    scratch_destroy(&scratch);
}

static void file_beside_joins_test(void **state)
{
    struct arena *arena = arena_create(1000);

    (void)state;
    assert_string_equal(file_beside(arena, "/etc/x/broker.yaml", "store"), "/etc/x/store");
    assert_string_equal(file_beside(arena, "broker.yaml", "store"), "store");
    assert_string_equal(file_beside(arena, "/etc/broker.yaml", "/var/s"), "/var/s");
    assert_string_equal(file_beside(arena, "/broker.yaml", "s"), "/s");
    arena_destroy(&arena);
}

static void file_is_private_looks_at_the_mode_test(void **state)
{
    struct scratch *scratch = scratch_create();
    const char *path = scratch_write(scratch, "key", "secret");
    struct error err;

    (void)state;
    assert_true(file_is_private(path, &err));
    assert_int_equal(chmod(path, 0640), 0);
    assert_false(file_is_private(path, &err));
    assert_int_equal(err.code, ERROR_PERMISSION);
    assert_int_equal(chmod(path, 0602), 0);
    assert_false(file_is_private(path, &err));
    assert_false(file_is_private(scratch_path(scratch, "none"), &err));
    assert_int_equal(err.code, ERROR_NO_INPUT);
    scratch_destroy(&scratch);
}

static void file_system_free_knows_or_says_so_test(void **state)
{
    (void)state;
    assert_true(file_system_free("/") < UINT64_MAX);
    assert_true(file_system_free("/nowhere/at/all") == UINT64_MAX);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_read_gives_the_whole_file_test),
        cmocka_unit_test(file_read_grows_past_its_first_step_test),
        cmocka_unit_test(file_read_refuses_what_is_no_file_test),
        cmocka_unit_test(file_read_takes_standard_input_test),
        cmocka_unit_test(file_write_replaces_and_leaves_nothing_beside_test),
        cmocka_unit_test(file_list_is_in_byte_order_without_dots_test),
        cmocka_unit_test(file_move_and_make_folder_test),
        cmocka_unit_test(file_beside_joins_test),
        cmocka_unit_test(file_is_private_looks_at_the_mode_test),
        cmocka_unit_test(file_system_free_knows_or_says_so_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
