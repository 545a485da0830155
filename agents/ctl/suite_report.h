/* What a run of a suite showed: for a person, as TAP, as JUnit XML, as JSON. */
#ifndef CTL_SUITE_REPORT_H
#define CTL_SUITE_REPORT_H

#include "agents/ctl/screen.h"
#include "agents/ctl/suite_check.h"

#include <jansson.h>

struct suite_report {
    const char *file;
    const struct policy *policy;
    struct suite_report_row {
        const struct suite_case *item;
        const struct suite_result *result;
    } * rows;
    size_t count;
    size_t failed;
    size_t matched[LIMIT_RULES]; /* cases that each rule took */
};

/* The last line is "N passed, N failed" in either language, for programs that read it. */
void suite_report_print(const struct screen *screen, const struct suite_report *report);
void suite_report_tap(const struct screen *screen, const struct suite_report *report);
/* To out the document alone; the closing line to err. */
void suite_report_junit(const struct screen *screen, const struct suite_report *report);
json_t *suite_report_json(const struct suite_report *report);

#endif
