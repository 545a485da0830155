/* The temporary folder of the tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/scratch.h"

#include <stdio.h>
#include <sys/stat.h>

static void scratch_writes_files_and_removes_all_test(void **state)
{
    (void)state;
    struct scratch *scratch = scratch_create();
    char folder[1024];
    snprintf(folder, sizeof folder, "%s", scratch_path(scratch, ""));
    const char *path = scratch_write(scratch, "deep/er/a.txt", "four");
    assert_string_equal(path, scratch_path(scratch, "deep/er/a.txt"));

    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 4);
    assert_int_equal(st.st_mode & 0777, 0600);
    scratch_destroy(&scratch);
    assert_null(scratch);
    assert_int_equal(stat(folder, &st), -1);
    scratch_destroy(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scratch_writes_files_and_removes_all_test),
    };
    return cmocka_run_group_tests_name("scratch", tests, NULL, NULL);
}
