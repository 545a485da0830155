/* Each diagnostic has an example that gets exactly it, and a line of the manual. */
#include "policy/diagnostic.h"

#include "base/utc.h"
#include "policy/source.h"
#include "tests/support/golden_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES = 64 << 20, EXPECT_BYTES = 1 << 14, CODES = 1000 };

struct fixture {
    struct arena *arena;
    struct source_report report;
    struct region_input input;
    char root[1024];
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    const char *root = getenv("REFBROKER_ROOT");

    assert_true(root == NULL || chdir(root) == 0);
    assert_non_null(getcwd(fixture->root, sizeof(fixture->root)));
    fixture->arena = arena_create(ARENA_BYTES);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

static bool load(struct fixture *fixture, const char *path, struct arena *arena)
{
    const struct utc_civil date = {.year = 2026, .month = 11, .day = 20, .hour = 5};

    return source_load(path, utc_of_civil(&date), arena, &fixture->input, &fixture->report);
}

/* One line a finding, in the order of places. */
static void tell(const struct source_report *report, char *text)
{
    size_t bytes = 0;

    text[0] = '\0';
    for (size_t i = 0; i < report->count; i++) {
        const struct source_diagnostic *item = &report->items[i];
        char code[DIAGNOSTIC_CODE_BYTES];
        bytes += (size_t)snprintf(text + bytes,
                                  EXPECT_BYTES - bytes,
                                  "%s %s:%u:%u\n",
                                  diagnostic_code(item->code, code),
                                  item->at.file,
                                  (unsigned)item->at.line,
                                  (unsigned)item->at.column);
        assert_true(bytes < EXPECT_BYTES);
    }
}

/* The set named after a code holds it; what else it brings along stands in its expect too. */
static void check_set(struct fixture *fixture, const char *name, bool seen[CODES])
{
    char path[1200];
    char found[EXPECT_BYTES];
    struct scratch *scratch = scratch_create();

    (void)snprintf(path, sizeof(path), "tests/golden/policy/%s/expect", name);
    char *expect = golden_set_text(path);
    golden_set_lay(scratch, name);
    assert_int_equal(chdir(scratch_path(scratch, "")), 0);
    arena_reset(fixture->arena);
    bool good = load(fixture, "broker.yaml", fixture->arena);
    tell(&fixture->report, found);
    assert_int_equal(chdir(fixture->root), 0);
    if (strcmp(found, expect) != 0) {
        fail_msg("%s: found\n%sexpected\n%s", name, found, expect);
    }
    assert_int_equal(good, fixture->report.errors == 0);
    for (size_t i = 0; i < fixture->report.count; i++) {
        const struct source_diagnostic *item = &fixture->report.items[i];
        char code[DIAGNOSTIC_CODE_BYTES];
        assert_true(item->text.ru[0] != '\0' && item->text.en[0] != '\0');
        if (strncmp(name, diagnostic_code(item->code, code), strlen(code)) == 0) {
            seen[item->code] = true;
        }
    }
    free(expect);
    scratch_destroy(&scratch);
}

static void every_code_has_an_example_with_its_place(void **state)
{
    struct fixture *fixture = *state;
    char(*names)[GOLDEN_SET_NAME_BYTES] = calloc(GOLDEN_SETS_MAX, GOLDEN_SET_NAME_BYTES);
    size_t count = golden_set_names(names);
    bool seen[CODES] = {false};
    struct diagnostic_entry entry;

    for (size_t i = 0; i < count; i++) {
        check_set(fixture, names[i], seen);
    }
    /* Too large for a folder of examples: the next tests make them. */
    seen[DIAGNOSTIC_MEMORY] = true;
    seen[DIAGNOSTIC_FILE_TOO_LONG] = true;
    seen[DIAGNOSTIC_SET_TOO_LONG] = true;
    /* policy_prove_test */
    seen[DIAGNOSTIC_REQUIRE_UNPROVEN] = true;
    for (size_t code = 0; code < DIAGNOSTIC_END; code++) {
        if (diagnostic_describe((enum diagnostic)code, &entry) && !seen[code]) {
            fail_msg("no example of %s in tests/golden/policy", entry.code);
        }
    }
    assert_true(count >= 150);
    free(names);
}

static bool has(const struct source_report *report, enum diagnostic code, const char *file)
{
    for (size_t i = 0; i < report->count; i++) {
        if (report->items[i].code == code && strstr(report->items[i].at.file, file) != NULL) {
            return true;
        }
    }
    return false;
}

static void files_beyond_their_limits_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct scratch *scratch = scratch_create();
    size_t bytes = (1 << 20) + 1;
    char *text = malloc(bytes + 1);

    assert_non_null(text);
    memset(text, '#', bytes);
    text[bytes] = '\0';
    golden_set_lay(scratch, "fine-json");
    (void)scratch_write(scratch, "directory/99-long.yaml", text);
    text[300000] = '\0';
    (void)scratch_write(scratch, "policy/99-long.yaml", text);
    assert_false(load(fixture, scratch_path(scratch, ""), fixture->arena));
    assert_true(has(&fixture->report, DIAGNOSTIC_FILE_TOO_LONG, "broker.yaml"));
    assert_true(has(&fixture->report, DIAGNOSTIC_SET_TOO_LONG, "broker.yaml"));
    free(text);
    scratch_destroy(&scratch);
}

static void a_check_without_memory_says_so(void **state)
{
    struct fixture *fixture = *state;
    struct arena *small = arena_create(4096);

    assert_false(load(fixture, "config/komi", small));
    assert_int_equal(fixture->report.errors, 1);
    assert_int_equal(fixture->report.items[0].code, DIAGNOSTIC_MEMORY);
    arena_destroy(&small);
}

/* POLICY.md: one line for each, and no line more. */
static void the_manual_has_the_table(void **state)
{
    static const char *const classes[] = {"yaml", "form", "meaning"};
    char *manual = golden_set_text("policy/POLICY.md");
    struct diagnostic_entry entry;
    size_t count = 0;
    size_t lines = 0;

    (void)state;
    for (size_t code = 0; code < DIAGNOSTIC_END; code++) {
        char line[1024];
        if (!diagnostic_describe((enum diagnostic)code, &entry)) {
            continue;
        }
        (void)snprintf(line,
                       sizeof(line),
                       "\n| %s | %s | %s | %s · %s | %s |\n",
                       entry.code,
                       entry.warning ? "warning" : "error",
                       classes[entry.class],
                       entry.summary.ru,
                       entry.summary.en,
                       entry.advice.en);
        if (strstr(manual, line) == NULL) {
            fail_msg("policy/POLICY.md has no line%s", line);
        }
        assert_true(entry.advice.ru[0] != '\0');
        count++;
    }
    for (const char *at = strstr(manual, "\n| P"); at != NULL; at = strstr(at + 1, "\n| P")) {
        lines++;
    }
    assert_true(count >= 60);
    assert_int_equal(lines, count);
    free(manual);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            every_code_has_an_example_with_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_beyond_their_limits_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_check_without_memory_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_manual_has_the_table, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
