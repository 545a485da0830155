/* The report of an import, beside the journal: a line for every row, as a table that any spreadsheet opens.
 *
 * UTF-8 with a byte order mark, semicolons. It may repeat what stands in the journal, so only its owner reads it. */
#ifndef CTL_IMPORT_REPORT_H
#define CTL_IMPORT_REPORT_H

#include "agents/ctl/screen.h"
#include "base/id128.h"

#include <stdbool.h>
#include <stdint.h>

enum { IMPORT_REPORT_PATH_MAX = 4096 };

struct import_report;

enum import_report_result {
    IMPORT_REPORT_FINE, /* checked only */
    IMPORT_REPORT_TAKEN,
    IMPORT_REPORT_REPEATED, /* it had been taken before */
    IMPORT_REPORT_REFUSED
};

struct import_report_line {
    uint32_t line;
    uint32_t column;
    const char *record; /* "" none */
    enum import_report_result result;
    const char *field; /* title of the column; "" the whole row */
    const char *what;  /* the mistake, in the reader's language; "" none */
    const char *todo;
    const struct id128 *id; /* of the referral, or NULL */
};

/* journal.csv -> journal.csv.report.csv; an older one is replaced. Errors CREATE. */
bool import_report_create(struct import_report **out,
                          const char *journal,
                          enum language language,
                          struct error *err) __attribute__((warn_unused_result));
const char *import_report_path(const struct import_report *report);
void import_report_add(struct import_report *report, const struct import_report_line *line);
/* Errors IO: some line could not be written. Closes it in any case; a report that is NULL is fine. */
bool import_report_close(struct import_report **report, struct error *err)
    __attribute__((warn_unused_result));

#endif
