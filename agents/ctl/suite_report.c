/* Reports; see the header. */
#include "agents/ctl/suite_report.h"

#include "agents/ctl/json_view.h"

static void
tell_case(const struct screen *screen, const char *before, const struct suite_report_row *row);
static size_t
tell_unmatched(const struct screen *screen, const char *before, const struct suite_report *report);
static void xml_failure(const struct screen *screen,
                        const struct suite_report *report,
                        const struct suite_result *result);
static void xml_text(const struct screen *screen, const char *text);

void suite_report_print(const struct screen *screen, const struct suite_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct suite_report_row *row = &report->rows[i];
        if (row->result->count == 0) {
            continue;
        }
        screen_print(screen,
                     "%s✗%s %s (%s:%u)\n",
                     screen_color(screen, SCREEN_RED),
                     screen_color(screen, SCREEN_PLAIN),
                     screen_phrase(screen, row->item->name),
                     report->file,
                     (unsigned)row->item->line);
        tell_case(screen, "    ", row);
    }
    const size_t rules = policy_rule_count(report->policy);
    const size_t unmatched = tell_unmatched(screen, "", report);
    screen_print(screen,
                 SCREEN_IN(screen,
                           "Правил: %zu, примеры проверяют из них %zu.\n",
                           "Rules: %zu, the cases reach %zu of them.\n"),
                 rules,
                 rules - unmatched);
    screen_print(
        screen, "%zu passed, %zu failed\n", report->count - report->failed, report->failed);
}

void suite_report_tap(const struct screen *screen, const struct suite_report *report)
{
    screen_print(screen, "1..%zu\n", report->count);
    for (size_t i = 0; i < report->count; i++) {
        const struct suite_report_row *row = &report->rows[i];
        const char *name = screen_phrase(screen, row->item->name);
        screen_print(screen, "%s %zu - ", row->result->count == 0 ? "ok" : "not ok", i + 1);
        for (; *name != '\0'; name++) { /* a bare '#' would begin a directive */
            screen_print(screen, "%s%c", *name == '#' ? "\\" : "", *name == '\n' ? ' ' : *name);
        }
        screen_print(screen, "\n");
        tell_case(screen, "# ", row);
    }
    (void)tell_unmatched(screen, "# ", report);
    screen_print(
        screen, "# %zu passed, %zu failed\n", report->count - report->failed, report->failed);
}

void suite_report_junit(const struct screen *screen, const struct suite_report *report)
{
    screen_print(screen, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"");
    xml_text(screen, policy_id(report->policy));
    screen_print(screen, "\" tests=\"%zu\" failures=\"%zu\">\n", report->count, report->failed);
    for (size_t i = 0; i < report->count; i++) {
        const struct suite_report_row *row = &report->rows[i];
        screen_print(screen, "  <testcase classname=\"");
        xml_text(screen, policy_id(report->policy));
        screen_print(screen, "\" name=\"");
        xml_text(screen, screen_phrase(screen, row->item->name));
        screen_print(screen, "\" file=\"");
        xml_text(screen, report->file);
        screen_print(screen, "\" line=\"%u\"", (unsigned)row->item->line);
        if (row->result->count == 0) {
            screen_print(screen, "/>\n");
            continue;
        }
        screen_print(screen, ">\n");
        xml_failure(screen, report, row->result);
        screen_print(screen, "  </testcase>\n");
    }
    screen_print(screen, "</testsuite>\n");
    screen_hint(screen, "%zu passed, %zu failed\n", report->count - report->failed, report->failed);
}

json_t *suite_report_json(const struct suite_report *report)
{
    json_t *cases = json_array();
    json_t *unmatched = json_array();

    for (size_t i = 0; i < report->count; i++) {
        const struct suite_report_row *row = &report->rows[i];
        json_t *differences = json_array();
        for (size_t j = 0; j < row->result->count; j++) {
            const struct suite_difference *difference = &row->result->differences[j];
            (void)json_array_append_new(differences,
                                        json_pack("{s:s, s:I, s:s, s:s}",
                                                  "field",
                                                  difference->field,
                                                  "line",
                                                  (json_int_t)difference->line,
                                                  "expected",
                                                  difference->expected.en,
                                                  "got",
                                                  difference->got.en));
        }
        (void)json_array_append_new(cases,
                                    json_pack("{s:o, s:I, s:b, s:o}",
                                              "name",
                                              json_view_phrase(row->item->name),
                                              "line",
                                              (json_int_t)row->item->line,
                                              "passed",
                                              (int)(row->result->count == 0),
                                              "differences",
                                              differences));
    }
    for (size_t rule = 0; rule < policy_rule_count(report->policy); rule++) {
        if (report->matched[rule] == 0) {
            (void)json_array_append_new(unmatched,
                                        json_string(policy_rule(report->policy, rule).id));
        }
    }
    return json_pack("{s:s, s:I, s:I, s:o, s:o}",
                     "file",
                     report->file,
                     "passed",
                     (json_int_t)(report->count - report->failed),
                     "failed",
                     (json_int_t)report->failed,
                     "cases",
                     cases,
                     "unmatched_rules",
                     unmatched);
}

static void
tell_case(const struct screen *screen, const char *before, const struct suite_report_row *row)
{
    for (size_t i = 0; i < row->result->count; i++) {
        const struct suite_difference *difference = &row->result->differences[i];
        screen_print(screen,
                     SCREEN_IN(screen,
                               "%s%s (строка %u): ожидалось %s, получилось %s\n",
                               "%s%s (line %u): expected %s, got %s\n"),
                     before,
                     difference->field,
                     (unsigned)difference->line,
                     screen_phrase(screen, difference->expected),
                     screen_phrase(screen, difference->got));
    }
}

/* How many there are. */
static size_t
tell_unmatched(const struct screen *screen, const char *before, const struct suite_report *report)
{
    size_t count = 0;

    for (size_t rule = 0; rule < policy_rule_count(report->policy); rule++) {
        const struct policy_rule_view view = policy_rule(report->policy, rule);
        if (report->matched[rule] > 0) {
            continue;
        }
        count++;
        screen_print(screen,
                     SCREEN_IN(screen,
                               "%sправило %s ни разу не сработало (%s:%u)\n",
                               "%srule %s never matched (%s:%u)\n"),
                     before,
                     view.id,
                     view.at.file,
                     (unsigned)view.at.line);
    }
    return count;
}

/* One element: readers of JUnit's format expect no more of a case. */
static void xml_failure(const struct screen *screen,
                        const struct suite_report *report,
                        const struct suite_result *result)
{
    screen_print(screen, "    <failure message=\"");
    for (size_t i = 0; i < result->count; i++) {
        screen_print(screen, "%s%s", i == 0 ? "" : ", ", result->differences[i].field);
    }
    screen_print(screen, "\">\n");
    for (size_t i = 0; i < result->count; i++) {
        const struct suite_difference *difference = &result->differences[i];
        xml_text(screen, report->file);
        screen_print(screen, ":%u: %s: ", (unsigned)difference->line, difference->field);
        screen_print(screen, "%s ", SCREEN_IN(screen, "ожидалось", "expected"));
        xml_text(screen, screen_phrase(screen, difference->expected));
        screen_print(screen, ", %s ", SCREEN_IN(screen, "получилось", "got"));
        xml_text(screen, screen_phrase(screen, difference->got));
        screen_print(screen, "\n");
    }
    screen_print(screen, "    </failure>\n");
}

static void xml_text(const struct screen *screen, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *entity = *text == '<'    ? "&lt;"
                             : *text == '>'  ? "&gt;"
                             : *text == '&'  ? "&amp;"
                             : *text == '"'  ? "&quot;"
                             : *text == '\n' ? " "
                                             : NULL;
        if (entity != NULL) {
            screen_print(screen, "%s", entity);
        } else {
            screen_print(screen, "%c", *text);
        }
    }
}
