/* Forms with one mistake each, tests/golden/form: what is said first, where, in both languages.
 *
 * A line of tests/golden/form/expect is "FILE LINE:COLUMN words": the words stand in the message. Every file has its line. */
#include "agents/core/form.h"

#include "tests/support/golden_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/golden/form"
/* 2026-11-22 00:00 UTC */
#define NOW_US (INT64_C(1795305600) * 1000000)

enum { ARENA_BYTES = 16 << 20, NAME_BYTES = 64 };

/* The first mistake of the file; line 0: none. */
static void read_form(const char *name, struct error_list *errors)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    char path[NAME_BYTES + sizeof(FOLDER)];
    struct form_read read;

    (void)snprintf(path, sizeof(path), "%s/%s", FOLDER, name);
    char *text = golden_set_text(path);
    const struct form_input input = {.name = name,
                                     .content = bytes_of_text(text),
                                     .now_us = NOW_US,
                                     .utc_offset_seconds = 7 * 3600};
    errors->count = 0;
    const bool good =
        form_read(&input, arena, &read, errors) && form_check(&read, NOW_US, arena, errors);
    assert_int_equal(good, errors->count == 0);
    free(text);
    arena_destroy(&arena);
}

/* How many of the lines are not as expected; each is printed. */
static size_t check_line(char *line)
{
    static struct error_list errors;
    unsigned row = 0;
    unsigned column = 0;
    int words = 0;
    char name[NAME_BYTES];

    assert_int_equal(sscanf(line, "%63s %u:%u %n", name, &row, &column, &words), 3);
    read_form(name, &errors);
    const struct error *first = &errors.items[0];
    if (errors.count > 0 && first->at.line == row && first->at.column == column &&
        strstr(first->text, line + words) != NULL && strstr(first->text, " / ") != NULL) {
        return 0;
    }
    print_message("%s: expected %u:%u %s\n", name, row, column, line + words);
    for (size_t i = 0; i < errors.count; i++) {
        print_message("  got %u:%u %s\n",
                      (unsigned)errors.items[i].at.line,
                      (unsigned)errors.items[i].at.column,
                      errors.items[i].text);
    }
    return 1;
}

/* Calls visit with each line of expect, its end cut off; returns the sum. */
static size_t each_line(size_t (*visit)(char *line))
{
    char *expect = golden_set_text(FOLDER "/expect");
    size_t sum = 0;
    char *line = expect;

    for (char *end = strchr(line, '\n'); end != NULL; end = strchr(line, '\n')) {
        *end = '\0';
        sum += visit(line);
        line = end + 1;
    }
    free(expect);
    return sum;
}

static void each_mistake_is_named_where_it_stands_test(void **state)
{
    (void)state;
    assert_int_equal(each_line(check_line), 0);
}

static size_t one(char *line)
{
    return line[0] == '\0' ? 0 : 1;
}

static void every_form_of_the_folder_is_expected_test(void **state)
{
    size_t forms = 0;
    DIR *folder = opendir(FOLDER);

    (void)state;
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *dot = strrchr(entry->d_name, '.');
        forms += dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".json") == 0) ? 1 : 0;
    }
    (void)closedir(folder);
    assert_int_equal(forms, each_line(one));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_is_named_where_it_stands_test),
        cmocka_unit_test(every_form_of_the_folder_is_expected_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
