/* refctl policy explain and policy test: what is printed, in both languages, and how it ends.
 *
 * tests/golden/explain/NAME: form.yaml, command (the words behind the form), expected.ru, expected.en. */
#include "base/file.h"
#include "tests/support/golden_set.h"
#include "tests/support/refctl_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GOLDEN "tests/golden/explain"

enum { FILE_BYTES_MAX = 1 << 20 };

static const char *content(struct arena *arena, const char *path)
{
    struct bytes bytes;
    struct error err;

    if (!file_read(path, FILE_BYTES_MAX, arena, &bytes, &err)) {
        fail_msg("%s", err.text);
    }
    return arena_text_of(arena, bytes);
}

static void compare(struct refctl_stage *stage, struct arena *arena, const char *folder)
{
    static const char *const languages[] = {"ru", "en"};
    char line[512];
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/command", folder);
    const char *command = content(arena, path);
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(line,
                       sizeof(line),
                       "policy explain %s/form.yaml %.*s --lang %s",
                       folder,
                       (int)strcspn(command, "\n"),
                       command,
                       languages[i]);
        refctl_stage_run(stage, line, 0);
        (void)snprintf(path, sizeof(path), "%s/expected.%s", folder, languages[i]);
        assert_string_equal(stage->out, content(arena, path));
    }
}

static void forms_are_explained_as_written_in_the_golden_files(void **state)
{
    static const char *const folders[] = {GOLDEN "/danger-at-night",
                                          GOLDEN "/pregnancy",
                                          GOLDEN "/before-the-wave",
                                          GOLDEN "/local-curators",
                                          GOLDEN "/a-programme-in-a-far-district",
                                          GOLDEN "/no-legal-basis"};
    struct arena *arena = arena_create(64 << 20);

    assert_non_null(arena);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        compare(*state, arena, folders[i]);
    }
    arena_destroy(&arena);
}

static void an_explanation_for_programs(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_run(stage,
                     "policy explain " GOLDEN "/pregnancy/form.yaml config/komi --json --at "
                     "2026-12-30T17:00 --referrer clinic-komi",
                     0);
    refctl_stage_says(stage->out, "\"arrived\": \"2026-12-30T14:00:00.000Z\"");
    refctl_stage_says(stage->out, "\"referrer_kind\": \"health\"");
    refctl_stage_says(stage->out, "\"chosen\": \"mentor-1\"");
    refctl_stage_says(stage->out, "\"pool\": \"mentors\"");
    refctl_stage_says(stage->out, "\"due\": \"2027-01-11T14:00:00.000Z\"");
}

/* 90 % of 25 units are 23; a case of the level sop takes 3. */
static void whoever_is_passed_over_for_a_reserve_is_told_so(void **state)
{
    struct refctl_stage *stage = *state;
    char line[512];

    golden_set_lay(stage->scratch, "fine-a-large-reserve");
    const char *form = scratch_write(stage->scratch,
                                     "form.yaml",
                                     "territory: north\nrisk: sop\ndirection: prevention\n"
                                     "basis: consent\nneeds: [food]\nflags: [placement-risk]\n"
                                     "children: [{surname: Примерова-22, name: Ян, born: "
                                     "2015-01-01}]\n");
    (void)snprintf(line,
                   sizeof(line),
                   "policy explain %s %s --at 2026-11-23T10:00 --lang en",
                   form,
                   scratch_path(stage->scratch, "broker.yaml"));
    refctl_stage_run(stage, line, 0);
    refctl_stage_says(stage->out,
                      "(helper): at capacity; takes 3 of 25, another 23 kept for danger to life");
}

/* Rules and pools of a policy that is a folder keep the file and the line where they stand. */
static void a_policy_in_several_files_is_explained_with_their_names(void **state)
{
    struct refctl_stage *stage = *state;
    char line[512];

    golden_set_lay(stage->scratch, "fine-no-services");
    const char *form = scratch_write(stage->scratch,
                                     "form.yaml",
                                     "territory: north\nrisk: sop\ndirection: prevention\n"
                                     "basis: consent\nneeds: [food]\nflags: [placement-risk]\n"
                                     "children: [{surname: Примерова-17, name: Ян, born: "
                                     "2015-01-01}]\n");
    (void)snprintf(line,
                   sizeof(line),
                   "policy explain %s %s --at 2026-11-23T10:00 --lang en",
                   form,
                   scratch_path(stage->scratch, "broker.yaml"));
    refctl_stage_run(stage, line, 0);
    refctl_stage_says(stage->out, "✓ placement — Placement (");
    refctl_stage_says(stage->out, "policy/30-rules.yaml:3)");
    refctl_stage_says(stage->out, "policy/20-pools.yaml:3), curators here: 1");
}

/* Rules ask for labels: whom it is about need not be in the form. */
static void labels_alone_are_explained(void **state)
{
    struct refctl_stage *stage = *state;
    char line[512];
    const char *form = scratch_write(stage->scratch,
                                     "form.yaml",
                                     "territory: ukhta\nrisk: early\ndirection: prevention\n"
                                     "basis: consent\nneeds: [health]\nages: [pregnancy]\n");
    (void)snprintf(
        line, sizeof(line), "policy explain %s config/komi --at 2026-11-23T10:00 --lang en", form);
    refctl_stage_run(stage, line, 0);
    refctl_stage_says(stage->out, "✓ infants");
}

static void what_cannot_be_explained_is_refused_with_the_nearest_name(void **state)
{
    struct refctl_stage *stage = *state;
    static const char form[] =
        "territory: syktyvkr\nrisk: tzs\ndirection: prevention\n"
        "needs: [food]\nchildren: [{surname: Примерова-22, name: Ян, born: 2015-01-01}]\n";
    char line[512];

    const char *path = scratch_write(stage->scratch, "form.yaml", form);
    (void)snprintf(line, sizeof(line), "policy explain %s config/komi", path);
    refctl_stage_run(stage, line, 65);
    refctl_stage_says(stage->err, "нет территории «syktyvkr»; может быть, «syktyvkar»?");
    refctl_stage_run(
        stage, "policy explain " GOLDEN "/pregnancy/form.yaml config/komi --at soon", 64);
    refctl_stage_says(stage->err, "--at: «soon» — не время");
    refctl_stage_run(
        stage, "policy explain " GOLDEN "/pregnancy/form.yaml config/komi --referrer clinic", 65);
    refctl_stage_run(stage, "policy explain " GOLDEN "/pregnancy/form.yaml " GOLDEN, 78);
    path = scratch_write(stage->scratch, "bad.yaml", "territory: ukhta\nrisk: sopp\n");
    (void)snprintf(line, sizeof(line), "policy explain %s config/komi --lang en", path);
    refctl_stage_run(stage, line, 65);
    refctl_stage_says(stage->err, ":2:7: level: no such code \"sopp\", did you mean \"sop\"?");
}

/* The region of Komi with cases of its own. */
static const char *region_with(struct refctl_stage *stage, struct arena *arena, const char *cases)
{
    static const char *const files[] = {"broker.yaml",
                                        "calendar.yaml",
                                        "policy.yaml",
                                        "directory/00-territories.yaml",
                                        "directory/10-agencies.yaml"};
    struct error err;

    assert_true(file_make_folder(scratch_path(stage->scratch, "directory"), 0700, &err));
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)scratch_write(stage->scratch,
                            files[i],
                            content(arena, arena_format(arena, "config/komi/%s", files[i])));
    }
    const char *path = scratch_write(stage->scratch, "policy_test.yaml", cases);
    return arena_text_of(arena, bytes_of(path, (size_t)(strrchr(path, '/') - path)));
}

static void test_region(struct refctl_stage *stage, const char *cases, const char *more, int status)
{
    struct arena *arena = arena_create(64 << 20);
    char line[512];

    assert_non_null(arena);
    (void)snprintf(line, sizeof(line), "policy test %s%s", region_with(stage, arena, cases), more);
    refctl_stage_run(stage, line, status);
    arena_destroy(&arena);
}

static const char mixed[] =
    "defaults: {at: 2026-11-23T10:00, form: {direction: early-detection}}\n"
    "cases:\n"
    "  - name: {ru: \"Всё иначе & <так>\", en: \"#1: all differs & <so>\"}\n"
    "    form: {territory: ukhta, risk: sop, needs: [food], basis: legal-duty}\n"
    "    expect:\n"
    "      rule: infants\n"
    "      procedure: direct\n"
    "      pool: mentors\n"
    "      pools: [mentors]\n"
    "      curator-from: {agency: mentors}\n"
    "      notify: [guardianship-komi, police-ukhta]\n"
    "      due: {answer: 2026-11-23T15:00, see: 2026-11-23T12:00}\n"
    "      desk: triage\n"
    "      desk-agency: social-komi\n"
    "      reason: no-rule\n"
    "      discloses: [identity]\n"
    "  - название: Ухта\n"
    "    форма: {территория: ukhta, уровень: ТЖС, потребности: [food], основание: legal-duty}\n"
    "    ожидается: {правило: difficult-situation, сроки: {answer: 2026-11-24T10:00}}\n";

static void each_difference_is_told_by_field_and_line(void **state)
{
    static const char expected[] =
        "    rule (line 6): expected infants, got dangerous-position\n"
        "    procedure (line 7): expected direct, got full\n"
        "    pool (line 8): expected mentors, got local-centre\n"
        "    pools (line 9): expected mentors, got local-centre, crisis-trained, mentors\n"
        "    curator-from (line 10): expected mentors, got curator-ukhta-1 (centre-ukhta)\n"
        "    notify (line 11): expected guardianship-komi, police-ukhta, got police-ukhta\n"
        "    due.answer (line 12): expected 2026-11-23T15:00, got 2026-11-23T14:00\n"
        "    desk (line 13): expected triage, got none\n"
        "    desk-agency (line 14): expected social-komi, got none\n"
        "    reason (line 15): expected no-rule, got none\n"
        "    discloses (line 16): expected identity, got identity, contact, circumstances, health, "
        "law, documents\n"
        "rule danger never matched (policy.yaml:25)\n";
    struct refctl_stage *stage = *state;

    test_region(stage, mixed, " --lang en", 1);
    refctl_stage_says(stage->out, "✗ #1: all differs & <so> (");
    refctl_stage_says(stage->out, expected);
    refctl_stage_says(stage->out, "Rules: 7, the cases reach 2 of them.\n1 passed, 1 failed\n");
    test_region(stage, mixed, "", 1);
    refctl_stage_says(stage->out, "    desk (строка 13): ожидалось triage, получилось нет\n");
    refctl_stage_says(stage->out, "правило danger ни разу не сработало (policy.yaml:25)\n");
    refctl_stage_says(stage->out, "Правил: 7, примеры проверяют из них 2.\n1 passed, 1 failed\n");
    refctl_stage_says(stage->err, "политика решает иначе, чем ожидалось; примеров: 1 из 2");
}

static void programs_read_tap_junit_and_json(void **state)
{
    struct refctl_stage *stage = *state;

    test_region(stage, mixed, " --tap --lang en", 1);
    assert_int_equal(strncmp(stage->out, "1..2\nnot ok 1 - \\#1: all differs", 32), 0);
    refctl_stage_says(stage->out, "\n# rule (line 6): expected infants, got dangerous-position\n");
    refctl_stage_says(stage->out, "\nok 2 - Ухта\n");
    refctl_stage_says(stage->out, "\n# 1 passed, 1 failed\n");
    test_region(stage, mixed, " --junit --lang en", 1);
    refctl_stage_says(stage->out, "<testsuite name=\"komi\" tests=\"2\" failures=\"1\">\n");
    refctl_stage_says(stage->out, " name=\"#1: all differs &amp; &lt;so&gt;\" file=\"");
    refctl_stage_says(stage->out, "    <failure message=\"rule, procedure, pool, pools, ");
    refctl_stage_says(stage->out, ":6: rule: expected infants, got dangerous-position\n");
    refctl_stage_says(stage->out, "\n</testsuite>\n");
    refctl_stage_says(stage->err, "1 passed, 1 failed\n");
    test_region(stage, mixed, " --json", 1);
    refctl_stage_says(stage->out, "\"field\": \"due.answer\"");
    refctl_stage_says(stage->out, "\"unmatched_rules\": [\n    \"danger\",");
    refctl_stage_run(stage, "policy test config/komi --tap --junit", 64);
}

static void wrong_names_in_a_case_are_told_with_their_place(void **state)
{
    static const char cases[] =
        "cases:\n"
        "  - name: one\n"
        "    at: 2026-11-23T25:00\n"
        "    form: {territory: ukhta, risk: sop, needs: [food], direction: prevention}\n"
        "    expect: {rule: infant, pol: mentors, due: {answr: 2026}, reason: no-rul, desk: nine,\n"
        "             notify: [mentor]}\n"
        "  - {name: two, at: 2026-11-23, form: {territory: ukhta}, expect: {rule: infants}}\n"
        "  - {name: three, at: 2026-11-23, file: missing.yaml, expect: {rule: infants}}\n";
    struct refctl_stage *stage = *state;

    test_region(stage, cases, "", 65);
    refctl_stage_says(stage->err, ":3:9: «поступило»: нужно время, как 2026-11-23T10:00\n");
    refctl_stage_says(stage->err,
                      ":5:20: в политике нет правила «infant», может быть, «infants»?\n");
    refctl_stage_says(stage->err, "                   ^\n");
    refctl_stage_says(stage->err, ":5:28: неизвестный ключ «pol», может быть, «pool»?\n");
    refctl_stage_says(stage->err, "нет такого срока «answr», может быть, «answer»?\n");
    refctl_stage_says(stage->err, "нет такого кода «no-rul», может быть, «no-rule»?\n");
    refctl_stage_says(stage->err, "«стол»: none или triage\n");
    refctl_stage_says(stage->err, "в справочнике нет ведомства «mentor», может быть, «mentors»?\n");
    refctl_stage_says(stage->err, ":7:39: нужны территория, уровень, направление и потребности\n");
    refctl_stage_says(stage->err, ":8:41: не читается: ");
    test_region(stage,
                "cases:\n"
                "  - name: one\n"
                "    at: 2026-11-23T10:00\n"
                "    form: {territory: ukhta, risk: sop, needs: [food], direction: prevention}\n"
                "    expect: {procedure: [direct, full], reason: [no-rule]}\n",
                " --lang en",
                65);
    refctl_stage_says(stage->err, ":5:25: one code stands here, no list\n");
    refctl_stage_says(stage->err, ":5:49: one code stands here, no list\n");
    test_region(stage, "cases: []\n", " --lang en", 65);
    refctl_stage_says(stage->err, "\"cases\": a list of 1 to 4096 is expected\n");
    refctl_stage_run(stage, "policy test tests/golden/explain", 78);
}

static void a_case_may_take_its_labels_out_of_a_form(void **state)
{
    static const char cases[] = "cases:\n"
                                "  - name: a form\n"
                                "    at: 2026-11-23T10:00+03:00\n"
                                "    file: form.yaml\n"
                                "    expect: {rule: infants, discloses: [identity, contact, "
                                "circumstances]}\n";
    struct refctl_stage *stage = *state;

    (void)scratch_write(stage->scratch,
                        "form.yaml",
                        "territory: ukhta\nrisk: early\ndirection: prevention\nneeds: [health]\n"
                        "basis: consent\nages: [pregnancy]\n");
    test_region(stage, cases, "", 0);
    refctl_stage_says(stage->out, "\n1 passed, 0 failed\n");
}

static void the_regions_keep_their_own_suites(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_run(stage, "policy test config/novosibirsk", 0);
    assert_string_equal(stage->out,
                        "Правил: 20, примеры проверяют из них 20.\n65 passed, 0 failed\n");
    refctl_stage_run(stage, "policy test config/komi/broker.yaml", 0);
    assert_string_equal(stage->out,
                        "Правил: 7, примеры проверяют из них 7.\n21 passed, 0 failed\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, refctl_stage_setup, refctl_stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(forms_are_explained_as_written_in_the_golden_files),
        TEST(an_explanation_for_programs),
        TEST(whoever_is_passed_over_for_a_reserve_is_told_so),
        TEST(a_policy_in_several_files_is_explained_with_their_names),
        TEST(labels_alone_are_explained),
        TEST(what_cannot_be_explained_is_refused_with_the_nearest_name),
        TEST(each_difference_is_told_by_field_and_line),
        TEST(programs_read_tap_junit_and_json),
        TEST(wrong_names_in_a_case_are_told_with_their_place),
        TEST(a_case_may_take_its_labels_out_of_a_form),
        TEST(the_regions_keep_their_own_suites),
    };
    const char *root = getenv("REFBROKER_ROOT");

    if (root != NULL && chdir(root) != 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
