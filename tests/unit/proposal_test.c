/* A proposal through its stream, whole, refused and damaged. */
#include "broker/daemon/proposal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct directory_row territory = {.kind = DIRECTORY_TERRITORY,
                                               .id = "north",
                                               .title_ru = "Север",
                                               .title_en = "North",
                                               .parent = "",
                                               .zone = "z",
                                               .oktmo = "",
                                               .home_site = "",
                                               .agency = "",
                                               .site = "",
                                               .territory = ""};

static struct source_report *one_finding(bool warning)
{
    struct source_report *report = calloc(1, sizeof(*report));
    assert_non_null(report);
    report->items[0].code = DIAGNOSTIC_AGENCY_UNKNOWN;
    report->items[0].warning = warning;
    report->items[0].at = error_pos("policy.yaml", 14, 9);
    report->items[0].text = (struct phrase){"неизвестное ведомство", "unknown agency"};
    report->count = 1;
    return report;
}

/* What a child writes; the caller frees *text. */
static size_t write_all(char **text, const struct source_report *report, bool with_input)
{
    const struct region_text files[] = {{"policy.yaml", bytes_of_text("policy: north\n")},
                                        {"calendar.yaml", bytes_of_text("zones: []\n")}};
    const struct region_input input = {.code = "north",
                                       .number_prefix = "NR",
                                       .title = {"Север", "North"},
                                       .rows = &territory,
                                       .row_count = 1,
                                       .texts = files,
                                       .text_count = 2};
    size_t bytes = 0;
    struct arena *arena = arena_create(1 << 20);
    FILE *stream = open_memstream(text, &bytes);
    assert_non_null(stream);
    proposal_write_report(stream, report);
    if (with_input) {
        proposal_write_input(stream, &input, arena);
    }
    assert_int_equal(fclose(stream), 0);
    arena_destroy(&arena);
    return bytes;
}

static void a_valid_set_arrives_whole(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1 << 20);
    struct source_report *report = one_finding(true);
    struct proposal proposal;
    struct error err;
    char *text = NULL;
    const size_t bytes = write_all(&text, report, true);

    assert_true(proposal_read(bytes_of(text, bytes), arena, &proposal, &err));
    assert_true(proposal.valid);
    assert_string_equal(proposal.input.code, "north");
    assert_string_equal(proposal.input.number_prefix, "NR");
    assert_string_equal(proposal.input.title.en, "North");
    assert_int_equal(proposal.input.row_count, 1);
    assert_string_equal(proposal.input.rows[0].id, "north");
    assert_int_equal(proposal.input.text_count, 2);
    assert_string_equal(proposal.input.texts[1].name, "calendar.yaml");
    assert_int_equal(proposal.input.texts[1].text.size, 10);
    assert_int_equal(proposal.finding_count, 1);
    assert_true(proposal.findings[0].warning);
    assert_string_equal(proposal.findings[0].code, "P103");
    assert_string_equal(proposal.findings[0].place, "policy.yaml:14:9");
    assert_string_equal(proposal.findings[0].text, "unknown agency");
    assert_string_equal(proposal.findings[0].text_ru, "неизвестное ведомство");
    free(text);
    free(report);
    arena_destroy(&arena);
}

static void a_refused_set_brings_its_findings_only(void **state)
{
    (void)state;
    struct arena *arena = arena_create(1 << 20);
    struct source_report *report = one_finding(false);
    struct proposal proposal;
    struct error err;
    char *text = NULL;
    const size_t bytes = write_all(&text, report, false);

    assert_true(proposal_read(bytes_of(text, bytes), arena, &proposal, &err));
    assert_false(proposal.valid);
    assert_int_equal(proposal.finding_count, 1);
    assert_false(proposal.findings[0].warning);
    free(text);
    free(report);
    arena_destroy(&arena);
}

static void a_set_cut_short_is_never_valid(void **state)
{
    (void)state;
    struct arena *arena = arena_create(8 << 20);
    struct source_report *report = one_finding(true);
    struct proposal proposal;
    struct error err;
    char *text = NULL;
    const size_t bytes = write_all(&text, report, true);

    for (size_t cut = 0; cut < bytes; cut++) {
        arena_reset(arena);
        if (proposal_read(bytes_of(text, cut), arena, &proposal, &err)) {
            assert_false(proposal.valid);
        }
    }
    free(text);
    free(report);
    arena_destroy(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_valid_set_arrives_whole),
        cmocka_unit_test(a_refused_set_brings_its_findings_only),
        cmocka_unit_test(a_set_cut_short_is_never_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
