/* Whole sets of files: the regions we ship, bad sets with what must be said of them, the manual's examples.
 *
 * Each folder of tests/golden/policy that has expected.ru is a set with what source_print says in both languages; the
 * texts were read by a person when they were committed.
 */
#include "policy/source.h"

#include "base/file.h"
#include "base/utc.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES = 256 << 20, TEXT_BYTES = 1 << 18 };

struct fixture {
    struct arena *arena;
    struct source_report report;
    struct region_input input;
    char text[TEXT_BYTES];
};

static int64_t today(void)
{
    const struct utc_civil date = {.year = 2026, .month = 11, .day = 20, .hour = 5};

    return utc_of_civil(&date);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    const char *root = getenv("REFBROKER_ROOT");

    assert_true(root == NULL || chdir(root) == 0);
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

static bool load(struct fixture *fixture, const char *path)
{
    return source_load(path, today(), fixture->arena, &fixture->input, &fixture->report);
}

static const char *printed(struct fixture *fixture, enum language language)
{
    FILE *stream = fmemopen(fixture->text, sizeof(fixture->text), "w");

    fixture->text[0] = '\0';
    source_print(&fixture->report, language, stream);
    fclose(stream);
    return fixture->text;
}

static const char *content(struct fixture *fixture, const char *path)
{
    struct bytes bytes;
    struct error err;

    if (!file_read(path, TEXT_BYTES, fixture->arena, &bytes, &err)) {
        fail_msg("%s", err.text);
    }
    return arena_text_of(fixture->arena, bytes);
}

static void each_golden_set_gets_its_findings(void **state)
{
    struct fixture *fixture = *state;
    DIR *folder = opendir("tests/golden/policy");
    size_t sets = 0;

    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[512];
        snprintf(path, sizeof(path), "tests/golden/policy/%s/expected.ru", entry->d_name);
        if (access(path, R_OK) != 0) {
            continue; /* sets of diagnostic_test */
        }
        snprintf(path, sizeof(path), "tests/golden/policy/%s", entry->d_name);
        assert_int_equal(chdir(path), 0);
        bool good = load(fixture, "broker.yaml");
        assert_int_equal(good, fixture->report.errors == 0);
        assert_string_equal(printed(fixture, LANGUAGE_RU), content(fixture, "expected.ru"));
        assert_string_equal(printed(fixture, LANGUAGE_EN), content(fixture, "expected.en"));
        assert_int_equal(chdir("../../../.."), 0);
        arena_reset(fixture->arena);
        sets++;
    }
    closedir(folder);
    assert_true(sets >= 11);
}

static void load_region(struct fixture *fixture, const char *path)
{
    struct error_list errors = {.count = 0};
    struct region *region = NULL;

    if (!load(fixture, path)) {
        fail_msg("%s", printed(fixture, LANGUAGE_EN));
    }
    if (!source_compile(&fixture->input, fixture->arena, &region, &errors)) {
        fail_msg("%s", errors.items[0].text);
    }
    assert_true(policy_rule_count(region->policy) > 0);
    region_destroy(&region);
}

static void the_regions_we_ship_are_right(void **state)
{
    struct fixture *fixture = *state;

    load_region(fixture, "config/novosibirsk");
    assert_string_equal(fixture->input.code, "novosibirsk");
    assert_string_equal(fixture->input.number_prefix, "NSO");
    assert_int_equal(fixture->input.version, 0);
    assert_int_equal(fixture->input.rows[0].number, 0);
    assert_int_equal(fixture->input.text_count, 2);
    assert_string_equal(fixture->input.texts[0].name, "calendar.yaml");
    assert_string_equal(fixture->input.texts[1].name, "policy.yaml");
    load_region(fixture, "config/komi/broker.yaml");
}

static void the_same_files_make_the_same_proposal(void **state)
{
    struct fixture *fixture = *state;
    struct bytes once;
    struct bytes again;

    assert_true(load(fixture, "config/komi"));
    const struct region_input first = fixture->input;
    assert_true(load(fixture, "config/komi"));
    assert_int_equal(first.row_count, fixture->input.row_count);
    for (size_t i = 0; i < first.row_count; i++) {
        assert_true(directory_encode_row(&first.rows[i], fixture->arena, &once));
        assert_true(directory_encode_row(&fixture->input.rows[i], fixture->arena, &again));
        assert_true(bytes_equal(once, again));
    }
}

static void a_missing_set_is_an_error(void **state)
{
    struct fixture *fixture = *state;

    assert_false(load(fixture, "config/nowhere.yaml"));
    assert_int_equal(fixture->report.count, 1);
    assert_string_equal(
        printed(fixture, LANGUAGE_RU),
        "ошибка P002: файл не читается: cannot open config/nowhere.yaml: No such file "
        "or directory\n    как исправить: проверьте путь в broker.yaml и права на файл\n");
}

static void a_policy_may_be_a_folder(void **state)
{
    struct fixture *fixture = *state;
    struct scratch *scratch = scratch_create();
    static const char *const files[] = {"calendar.yaml", "directory/small.yaml"};
    char path[512];

    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "tests/golden/policy/good/%s", files[i]);
        scratch_write(scratch, files[i], content(fixture, path));
    }
    scratch_write(scratch,
                  "broker.yaml",
                  "region: small\nnumber-prefix: SML\ntitle: {ru: О, en: R}\n"
                  "listen: tcp://127.0.0.1:*\nkeys: {curve: a, disclosure: b}\nstore: store\n"
                  "calendar: calendar.yaml\ndirectory: directory\npolicy: policy\n");
    scratch_write(scratch,
                  "policy/rules.yaml",
                  "rules: [{id: all, title: {ru: Все, en: All}, curator: local}]\n");
    scratch_write(scratch,
                  "policy/pools.yaml",
                  "policy: small\npools: {local: {workers: {role: case-curator}}}\n");
    load_region(fixture, scratch_path(scratch, ""));
    assert_int_equal(fixture->input.text_count, 3);
    assert_string_equal(fixture->input.texts[1].name, "policy/pools.yaml");
    scratch_destroy(&scratch);
}

/* Errors are kept in favour of warnings, and what does not fit is counted. */
static void a_flood_of_findings_is_counted(void **state)
{
    struct fixture *fixture = *state;
    struct finding_list findings;
    struct error_list errors = {.count = 0};

    assert_true(finding_list_begin(&findings, fixture->arena));
    finding_warning(&findings, DIAGNOSTIC_YEAR_MISSING, NULL, "мелочь", "trifle");
    for (int i = 0; i < FINDING_MAX + 10; i++) {
        finding_error(&findings, DIAGNOSTIC_FILE_UNREADABLE, NULL, "номер %d", "number %d", i);
    }
    assert_int_equal(findings.count, FINDING_MAX);
    assert_int_equal(findings.errors, FINDING_MAX + 10);
    assert_int_equal(findings.dropped, 11);
    assert_false(findings.items[0].warning);
    assert_string_equal(findings.items[1].text.ru, "номер 0");
    finding_report(&findings, &errors);
    assert_int_equal(errors.count, ERROR_LIST_MAX);
}

/* ```yaml lines that begin with "# file: NAME" are complete files: together they are one set. */
static void the_manuals_examples_are_a_good_set(void **state)
{
    static const char fence[] = "```yaml\n# file: ";
    struct fixture *fixture = *state;
    struct scratch *scratch = scratch_create();
    const char *at = content(fixture, "policy/POLICY.md");
    size_t files = 0;

    for (at = strstr(at, fence); at != NULL; at = strstr(at, fence)) {
        const char *name = at + strlen(fence);
        const char *body = strchr(name, '\n') + 1;
        const char *end = strstr(body, "```");
        assert_non_null(end);
        scratch_write(scratch,
                      arena_text_of(fixture->arena, bytes_of(name, (size_t)(body - 1 - name))),
                      arena_text_of(fixture->arena, bytes_of(body, (size_t)(end - body))));
        at = end;
        files++;
    }
    assert_true(files >= 4);
    load_region(fixture, scratch_path(scratch, "broker.yaml"));
    assert_int_equal(fixture->report.warnings, 0);
    scratch_destroy(&scratch);
}

/* What was read from a folder is the same set when it comes as files; no other file is opened for it. */
static void files_that_were_sent_are_read_alone(void **state)
{
    struct fixture *fixture = *state;
    struct source_reading reading = {.now_us = today(), .arena = fixture->arena};
    struct policy_file files[LIMIT_PROPOSAL_FILES];

    assert_true(load(fixture, "tests/scenarios/region"));
    const size_t count = fixture->report.file_count;
    const size_t rows = fixture->input.row_count;
    assert_int_equal(count, 6);
    memcpy(files, fixture->report.files, sizeof(files));
    assert_string_equal(files[0].name, "broker.yaml");
    assert_string_equal(files[1].name, "calendar.yaml");
    assert_string_equal(files[2].name, "directory/10-places.yaml");
    assert_string_equal(files[5].name, "policy.yaml");
    assert_true(source_load_files(files, count, &reading, &fixture->input, &fixture->report));
    assert_int_equal(fixture->input.row_count, rows);
    assert_string_equal(fixture->input.texts[1].name, "policy.yaml");

    assert_int_equal(chdir("tests/scenarios/region"),
                     0); /* the policy is there, but was not sent */
    assert_false(source_load_files(files, count - 1, &reading, &fixture->input, &fixture->report));
    assert_int_equal(chdir("../../.."), 0);
    assert_non_null(strstr(fixture->report.items[0].text.en, "policy.yaml was not sent"));
    assert_string_equal(fixture->report.items[0].at.file, "broker.yaml");
    assert_false(source_load_files(files, 0, &reading, &fixture->input, &fixture->report));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_that_were_sent_are_read_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_golden_set_gets_its_findings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_regions_we_ship_are_right, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_files_make_the_same_proposal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_set_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_policy_may_be_a_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_flood_of_findings_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_manuals_examples_are_a_good_set, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
