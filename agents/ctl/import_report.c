/* The report of an import; see the header. */
#include "agents/ctl/import_report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct import_report {
    FILE *stream;
    enum language language;
    char path[IMPORT_REPORT_PATH_MAX];
};

static void put(FILE *stream, const char *text);
static const char *result_text(const struct import_report *report,
                               enum import_report_result result);

bool import_report_create(struct import_report **out,
                          const char *journal,
                          enum language language,
                          struct error *err)
{
    struct import_report *report = calloc(1, sizeof(*report));
    int fd = -1;

    if (report == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    report->language = language;
    const int length = snprintf(report->path, sizeof(report->path), "%s.report.csv", journal);
    if (length > 0 && (size_t)length < sizeof(report->path)) {
        fd = open(report->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    }
    report->stream = fd < 0 ? NULL : fdopen(fd, "w");
    if (report->stream == NULL) {
        (void)error_set_errno(err, ERROR_CREATE, errno, "%s", report->path);
        if (fd >= 0) {
            (void)close(fd);
        }
        free(report);
        return false;
    }
    (void)fputs("\xEF\xBB\xBF", report->stream);
    (void)fputs(language == LANGUAGE_RU
                    ? "строка;столбец;запись;результат;поле;что;что сделать;направление\r\n"
                    : "line;column;record;result;field;what;what to do;referral\r\n",
                report->stream);
    *out = report;
    return true;
}

const char *import_report_path(const struct import_report *report)
{
    return report->path;
}

void import_report_add(struct import_report *report, const struct import_report_line *line)
{
    char id[ID128_TEXT_MAX] = "";

    if (line->id != NULL) {
        (void)id128_format(line->id, id);
    }
    (void)fprintf(report->stream, "%u;%u;", (unsigned)line->line, (unsigned)line->column);
    put(report->stream, line->record);
    (void)fprintf(report->stream, "%s;", result_text(report, line->result));
    put(report->stream, line->field);
    put(report->stream, line->what);
    put(report->stream, line->todo);
    (void)fprintf(report->stream, "%s\r\n", id);
}

bool import_report_close(struct import_report **report, struct error *err)
{
    bool fine = true;

    if (*report != NULL) {
        fine = ferror((*report)->stream) == 0;
        fine = fclose((*report)->stream) == 0 && fine;
        fine = fine || error_set(err, ERROR_IO, "%s", (*report)->path);
        free(*report);
        *report = NULL;
    }
    return fine;
}

/* A quoted cell. One that begins like a formula gets a blank in front: spreadsheets compute such cells. */
static void put(FILE *stream, const char *text)
{
    (void)fputc('"', stream);
    if (text[0] == '=' || text[0] == '+' || text[0] == '-' || text[0] == '@') {
        (void)fputc(' ', stream);
    }
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            (void)fputc('"', stream);
        }
        (void)fputc(*text, stream);
    }
    (void)fputs("\";", stream);
}

static const char *result_text(const struct import_report *report, enum import_report_result result)
{
    static const struct phrase texts[] = {
        [IMPORT_REPORT_FINE] = {"без ошибок", "no mistakes"},
        [IMPORT_REPORT_TAKEN] = {"принято", "taken"},
        [IMPORT_REPORT_REPEATED] = {"было принято раньше", "taken before"},
        [IMPORT_REPORT_REFUSED] = {"не принято", "not taken"},
    };
    return phrase_in(texts[result], report->language);
}
