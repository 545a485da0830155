/* refctl import: the rows of a paper journal become referrals, each once, however often the journal is imported. */
#include "agents/ctl/excerpt.h"
#include "agents/ctl/import_journal.h"
#include "agents/ctl/import_report.h"
#include "agents/ctl/import_seen.h"
#include "agents/ctl/import_window.h"
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/progress.h"
#include "agents/ctl/verb.h"
#include "base/clock.h"
#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHOWN_MAX = 10,      /* mistakes on the screen; the report has all */
    PATIENCE_MS = 60000, /* how long the agent may take nothing at all */
    BAR_US = 200000,     /* between two drawings of the bar, */
    LINE_US = 10000000,  /* and between two lines where nobody watches */

    TAIL_BYTES = 160
};

struct counts {
    uint64_t rows;
    uint64_t fine; /* without mistakes, in a dry run */
    uint64_t taken;
    uint64_t repeated;
    uint64_t refused;
};

struct import {
    struct run *run;
    const struct screen *screen;
    struct import_journal journal;
    const char *name; /* by which the journal is known to the agent */
    struct import_report *report;
    struct import_seen *seen;
    struct import_window *window; /* NULL in a dry run */
    struct form_input input;
    struct error_list *errors; /* of the present row */
    struct counts counts;
    struct progress progress;
    struct clock *clock;
    int64_t started_us;
    int64_t said_us;
    char tail[TAIL_BYTES];
};

static bool open_all(struct import *import, struct error *err);
static bool say_mistakes(struct import *import, struct error *err);
static void say_journal(const struct import *import);
static bool open_window(struct import *import, struct error *err);
static bool read_rows(struct import *import, struct error *err);
static bool take_row(struct import *import, const struct journal_row *row, struct error *err);
static bool check_record(struct import *import, const struct journal_row *row, struct form *form);
static void name_row(const struct import *import,
                     const struct journal_row *row,
                     uint32_t time,
                     struct form *form);
static void keep_half(const struct import *import, struct error *err);
static void hash_text(struct hash *hash, const char *text);
static void hash_cells(const struct journal_row *row, uint8_t digest[FORM_ROW_BYTES]);
static void refuse_row(struct import *import, const struct journal_row *row);
static void tell_mistake(struct import *import, const struct import_report_line *line);
static void told(void *world, const struct import_window_row *row, const struct reply *reply);
static const char *what_to_do(const struct import *import, const char *field);
static void show_progress(struct import *import);
static bool summary(struct import *import, struct error *err);
static void close_all(struct import *import);

bool verb_import(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct import import = {.run = run, .screen = screen, .progress = progress_of(screen)};
    struct error late = {.code = ERROR_NONE};
    bool ok = false;

    if (!open_all(&import, err)) {
        goto out;
    }
    say_journal(&import);
    progress_begin(&import.progress, SCREEN_IN(screen, "Журнал", "Journal"));
    ok = read_rows(&import, err);
    /* What is in flight is waited for even when the journal cannot be read to its end. */
    if (import.window != NULL && err->code != ERROR_UNAVAILABLE && err->code != ERROR_TEMPORARY &&
        !import_window_finish(import.window, &late)) {
        *err = late;
        ok = false;
    }
    progress_end(&import.progress);
    if (err->code == ERROR_UNAVAILABLE || err->code == ERROR_TEMPORARY) {
        screen_hint(
            screen,
            SCREEN_IN(screen,
                      "Прервано. Повторите ту же команду: принятое не передаётся дважды.\n",
                      "Interrupted. Give the same command again: nothing is sent twice.\n"));
    }
    const char *path = import_report_path(import.report);
    screen_hint(screen, SCREEN_IN(screen, "Отчёт по строкам: %s\n", "Report by row: %s\n"), path);
    ok = summary(&import, err) && ok;
    if (!import_report_close(&import.report, ok ? err : &late)) {
        ok = false;
    }
out:
    close_all(&import);
    return ok;
}

static bool open_all(struct import *import, struct error *err)
{
    struct run *run = import->run;
    const struct import_journal_source source = {.path = run->words[0],
                                                 .mapping_path = run_option(run, OPTION_COLUMNS),
                                                 .arena = run->arena};

    import->errors = arena_alloc(run->arena, sizeof(*import->errors));
    import->clock = clock_create_real();
    import->seen = import_seen_create();
    if (import->errors == NULL || import->clock == NULL || import->seen == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    switch (import_journal_open(&source, &import->journal, import->errors, err)) {
    case IMPORT_JOURNAL_FAILED:
        keep_half(import, err);
        return false;
    case IMPORT_JOURNAL_WRONG:
        return say_mistakes(import, err);
    case IMPORT_JOURNAL_OPEN:
        break;
    }
    import->name = run_option(run, OPTION_JOURNAL);
    if (import->name == NULL) { /* journal-2024.csv is the journal journal-2024 */
        const char *slash = strrchr(source.path, '/');
        char *name = arena_text(run->arena, slash == NULL ? source.path : slash + 1);
        if (name == NULL) {
            return error_set(err, ERROR_OS, "no memory left");
        }
        name[strcspn(name, ".") == 0 ? strlen(name) : strcspn(name, ".")] = '\0';
        import->name = name;
    }
    import->input =
        (struct form_input){.name = source.path,
                            .now_us = import->screen->now_us,
                            .utc_offset_seconds = moment_offset_seconds(import->screen->now_us)};
    import->started_us = import->said_us = clock_boot_us(import->clock);
    return (run_has(run, OPTION_DRY_RUN) || open_window(import, err)) &&
           import_report_create(&import->report, source.path, import->screen->language, err);
}

static bool say_mistakes(struct import *import, struct error *err)
{
    excerpt_print_all(import->screen, import->errors, bytes_of("", 0));
    return error_set(
        err,
        ERROR_DATA,
        SCREEN_IN(import->screen,
                  "журнал не загружен, ошибок: %zu. Какие столбцы бывают: refctl help import",
                  "the journal was not imported, mistakes: %zu. Columns: refctl help import"),
        import->errors->count + import->errors->dropped);
}

static void say_journal(const struct import *import)
{
    const struct import_journal *journal = &import->journal;
    const struct screen *screen = import->screen;
    const char *separator = journal->separator == '\t'
                                ? SCREEN_IN(screen, "табуляция", "tab")
                                : (journal->separator == ';' ? "«;»" : "«,»");

    screen_hint(screen,
                SCREEN_IN(screen,
                          "%s: кодировка %s, разделитель %s, столбцов %zu; журнал «%s»\n",
                          "%s: encoding %s, separator %s, columns %zu; journal “%s”\n"),
                journal->path,
                text_file_encoding_name(text_file_encoding(journal->file)),
                separator,
                journal->columns.count,
                import->name);
    if (!journal->columns.has_record) {
        screen_hint(
            screen,
            SCREEN_IN(
                screen,
                "Столбца «№ п/п» нет: исправленная строка, которая уже была принята, станет ещё "
                "одним направлением.\n",
                "There is no column of record numbers: a row that was taken already and is "
                "corrected becomes another referral.\n"));
    }
}

static bool open_window(struct import *import, struct error *err)
{
    struct import_window_options options = {
        .arena = import->run->arena, .told = told, .world = import, .patience_ms = PATIENCE_MS};

    if (!run_caller(import->run, &options.caller, err)) {
        return false;
    }
    import->window = import_window_create(&options);
    return import->window != NULL || error_set(err, ERROR_OS, "no memory left");
}

static bool read_rows(struct import *import, struct error *err)
{
    struct import_journal *journal = &import->journal;
    enum csv_rows_next next;
    struct csv_rows_place at;
    struct csv_rows_row row;

    while ((next = csv_rows_next(journal->rows, &row, &at, err)) == CSV_ROWS_ROW) {
        const struct journal_row one = {&journal->columns, row.cells, row.count};
        struct arena_mark mark = arena_mark(import->run->arena);
        const bool fine = journal_row_is_empty(&one) || take_row(import, &one, err);
        arena_release(import->run->arena, mark);
        if (!fine) {
            return false;
        }
        show_progress(import);
    }
    if (next == CSV_ROWS_END) {
        return true;
    }
    import_journal_broken(journal, next, &at, err);
    keep_half(import, err);
    return false;
}

/* False only when nothing more can be sent. */
static bool take_row(struct import *import, const struct journal_row *row, struct error *err)
{
    struct command command = {.lane = LANE_NORMAL, .kind = COMMAND_FORM};
    struct import_window_row sent = {.line = row->cells[0].line, .column = row->cells[0].column};
    struct form_read read;

    import->counts.rows++;
    import->errors->count = import->errors->dropped = 0;
    bool fine = journal_row_read(row, &import->input, import->run->arena, &read, import->errors);
    fine = check_record(import, row, &read.form) && fine;
    if (!fine) {
        refuse_row(import, row);
        return true;
    }
    if (import->window == NULL) {
        import->counts.fine++;
        import_report_add(import->report,
                          &(struct import_report_line){.line = sent.line,
                                                       .column = sent.column,
                                                       .record = journal_row_record(row),
                                                       .result = IMPORT_REPORT_FINE,
                                                       .field = "",
                                                       .what = "",
                                                       .todo = ""});
        return true;
    }
    (void)snprintf(sent.record, sizeof(sent.record), "%s", journal_row_record(row));
    command.form = &read.form;
    return import_window_add(import->window, &command, &sent, err);
}

/* Every record has a number of its own; without numbers a row is known by what stands in it, and how often it stood above. */
static bool check_record(struct import *import, const struct journal_row *row, struct form *form)
{
    const struct text_pos at =
        error_pos(import->input.name, row->cells[0].line, row->cells[0].column);
    const char *record = journal_row_record(row);
    struct import_seen_row before;
    uint8_t digest[FORM_ROW_BYTES];

    if (row->columns->has_record && record[0] == '\0') {
        return error_list_add(
            import->errors, ERROR_DATA, &at, "нет номера записи / the record has no number");
    }
    hash_cells(row, digest);
    if (row->columns->has_record) {
        hash_of(bytes_of(NULL, 0), bytes_of_text(record), digest, sizeof(digest));
    }
    if (!import_seen_add(import->seen, bytes_get_u64(digest), at.line, &before)) {
        return error_list_add(
            import->errors,
            ERROR_DATA,
            &at,
            "больше %d строк: разделите журнал / more than %d rows: split the journal",
            IMPORT_SEEN_ROWS_MAX,
            IMPORT_SEEN_ROWS_MAX);
    }
    if (row->columns->has_record && before.times > 0) {
        return error_list_add(import->errors,
                              ERROR_DATA,
                              &at,
                              "запись с этим номером уже есть в строке %u / "
                              "line %u has a record of this number already",
                              (unsigned)before.line,
                              (unsigned)before.line);
    }
    name_row(import, row, before.times, form);
    return true;
}

/* Which row of which journal it is, for the agent, who makes the referral's id of it. */
static void name_row(const struct import *import,
                     const struct journal_row *row,
                     uint32_t time,
                     struct form *form)
{
    const char *record = journal_row_record(row);
    uint8_t journal[FORM_ROW_BYTES];
    struct hash hash;

    form->id = (struct id128){{0}};
    hash_cells(row, form->row_content);
    hash_of(bytes_of(NULL, 0), bytes_of_text(import->name), journal, sizeof(journal));
    hash_start(&hash, bytes_of(NULL, 0), sizeof(form->row));
    hash_add(&hash, bytes_of(journal, sizeof(journal)));
    hash_text(&hash, record);
    if (record[0] == '\0') {
        hash_add(&hash, bytes_of(form->row_content, sizeof(form->row_content)));
        hash_add(&hash, bytes_of(&time, sizeof(time)));
    }
    hash_end(&hash, form->row, sizeof(form->row));
    /* Rows of one journal stand together, and in the order of their numbers. */
    const uint64_t number =
        record[0] == '\0' ? bytes_get_u64(form->row) : strtoull(record, NULL, 10);
    form->row_order = ((uint64_t)bytes_get_u16(journal) << 24) | (number & 0xFFFFFF);
}

static void keep_half(const struct import *import, struct error *err)
{
    char half[EXCERPT_TEXT_MAX];

    (void)snprintf(err->text,
                   sizeof(err->text),
                   "%s",
                   excerpt_half(err->text, import->screen->language, half));
}

static void hash_text(struct hash *hash, const char *text)
{
    hash_add(hash, bytes_of(text, strlen(text) + 1));
}

static void hash_cells(const struct journal_row *row, uint8_t digest[FORM_ROW_BYTES])
{
    struct hash hash;

    hash_start(&hash, bytes_of(NULL, 0), FORM_ROW_BYTES);
    for (size_t i = 0; i < row->count; i++) {
        if (i < row->columns->count && row->cells[i].text[0] != '\0') {
            hash_text(&hash, row->columns->items[i].title);
            hash_text(&hash, row->cells[i].text);
        }
    }
    hash_end(&hash, digest, FORM_ROW_BYTES);
}

static void refuse_row(struct import *import, const struct journal_row *row)
{
    import->counts.refused++;
    for (size_t i = 0; i < import->errors->count; i++) {
        const struct error *error = &import->errors->items[i];
        const char *field = journal_row_title_at(row, &error->at);
        char half[EXCERPT_TEXT_MAX];
        tell_mistake(import,
                     &(struct import_report_line){
                         .line = error->at.line,
                         .column = error->at.column,
                         .record = journal_row_record(row),
                         .result = IMPORT_REPORT_REFUSED,
                         .field = field,
                         .what = excerpt_half(error->text, import->screen->language, half),
                         .todo = what_to_do(import, field)});
    }
}

static void tell_mistake(struct import *import, const struct import_report_line *line)
{
    import_report_add(import->report, line);
    if (import->counts.refused > SHOWN_MAX) {
        return;
    }
    progress_end(&import->progress);
    screen_hint(import->screen,
                "%s:%u:%u: %s\n",
                import->journal.path,
                (unsigned)line->line,
                (unsigned)line->column,
                line->what);
    if (import->counts.refused == SHOWN_MAX) {
        screen_hint(import->screen,
                    SCREEN_IN(import->screen,
                              "… остальные ошибки — в отчёте\n",
                              "... the report has the other mistakes\n"));
    }
}

static void told(void *world, const struct import_window_row *row, const struct reply *reply)
{
    struct import *import = world;
    const enum language language = import->screen->language;
    struct import_report_line line = {.line = row->line,
                                      .column = row->column,
                                      .record = row->record,
                                      .result = reply->repeated ? IMPORT_REPORT_REPEATED
                                                                : IMPORT_REPORT_TAKEN,
                                      .field = "",
                                      .what = "",
                                      .todo = "",
                                      .id = &reply->subject};

    if (!reply->refused) {
        import->counts.taken += reply->repeated ? 0 : 1;
        import->counts.repeated += reply->repeated ? 1 : 0;
        import_report_add(import->report, &line);
        return;
    }
    import->counts.refused++;
    line.result = IMPORT_REPORT_REFUSED;
    line.id = NULL;
    for (size_t i = 0; i < reply->problem_count; i++) {
        const struct problem *problem = &reply->problems[i];
        const bool changed = problem->code == REFUSAL_ID_REUSED;
        line.field = changed ? "" : problem->field;
        line.what = changed
                        ? SCREEN_IN(import->screen,
                                    "запись уже принята с другим содержанием; действует принятое",
                                    "the record was taken with other contents, which stand")
                        : phrase_in(problem->text, language);
        line.todo =
            changed
                ? SCREEN_IN(
                      import->screen,
                      "поправку сообщите куратору случая; если это другая запись, дайте ей свой "
                      "номер",
                      "tell the case's curator what is right; if it is another record, give it "
                      "a number of its own")
                : what_to_do(import, line.field);
        tell_mistake(import, &line);
    }
}

static const char *what_to_do(const struct import *import, const char *field)
{
    return field[0] == '\0'
               ? SCREEN_IN(
                     import->screen,
                     "исправьте строку и загрузите журнал ещё раз: принятое не передаётся дважды",
                     "correct the row and import the journal again: nothing is sent twice")
               : SCREEN_IN(
                     import->screen,
                     "исправьте ячейку и загрузите журнал ещё раз: принятое не передаётся дважды",
                     "correct the cell and import the journal again: nothing is sent twice");
}

/* By the bytes that were read: how many rows there are is known only at the end. */
static void show_progress(struct import *import)
{
    const uint64_t read = text_file_bytes_read(import->journal.file);
    const uint64_t bytes = text_file_bytes(import->journal.file);
    const int64_t now_us = clock_boot_us(import->clock);
    const int64_t elapsed_us = now_us - import->started_us;
    const bool watched = import->progress.stream != NULL;
    char span[MOMENT_TEXT_MAX];

    if (now_us - import->said_us < (watched ? BAR_US : LINE_US)) {
        return;
    }
    import->said_us = now_us;
    const int64_t left_us =
        read == 0 ? 0 : (int64_t)((double)elapsed_us / (double)read * (double)(bytes - read));
    (void)snprintf(import->tail,
                   sizeof(import->tail),
                   SCREEN_IN(import->screen,
                             "строк %llu, %lld в секунду, осталось %s",
                             "rows %llu, %lld a second, %s left"),
                   (unsigned long long)import->counts.rows,
                   (long long)((int64_t)import->counts.rows * 1000 / (elapsed_us / 1000 + 1)),
                   moment_span(left_us, import->screen->language, span));
    if (watched) {
        progress_show(&import->progress, read, bytes);
        progress_say(&import->progress, import->tail);
    } else {
        screen_hint(import->screen, "%s\n", import->tail);
    }
}

/* An error that is there already stands; else the rows that were not taken are one. */
static bool summary(struct import *import, struct error *err)
{
    const struct screen *screen = import->screen;
    const struct counts *counts = &import->counts;
    const unsigned long long rows = counts->rows;
    const unsigned long long refused = counts->refused;

    if (screen->json) {
        const char separator[] = {import->journal.separator, '\0'};
        struct error ignored;
        (void)!screen_json(
            screen,
            json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:s}",
                      "journal",
                      import->name,
                      "encoding",
                      text_file_encoding_name(text_file_encoding(import->journal.file)),
                      "separator",
                      separator,
                      "report",
                      import_report_path(import->report),
                      "rows",
                      (json_int_t)counts->rows,
                      "taken",
                      (json_int_t)counts->taken,
                      "repeated",
                      (json_int_t)counts->repeated,
                      "refused",
                      (json_int_t)counts->refused,
                      "complete",
                      (int)(err->code == ERROR_NONE),
                      "error",
                      err->text),
            &ignored);
    } else if (import->window == NULL) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "Строк %llu, без ошибок %llu; ничего не передано\n",
                               "Rows %llu, without mistakes %llu; nothing was sent\n"),
                     rows,
                     (unsigned long long)counts->fine);
    } else {
        screen_print(
            screen,
            SCREEN_IN(screen,
                      "Строк %llu: принято %llu, было принято раньше %llu, не принято %llu\n",
                      "Rows %llu: taken %llu, taken before %llu, not taken %llu\n"),
            rows,
            (unsigned long long)counts->taken,
            (unsigned long long)counts->repeated,
            refused);
    }
    if (err->code != ERROR_NONE || refused == 0) {
        return err->code == ERROR_NONE;
    }
    return error_set(err,
                     ERROR_DATA,
                     SCREEN_IN(screen, "строк с ошибками: %llu", "rows with mistakes: %llu"),
                     refused);
}

static void close_all(struct import *import)
{
    struct error ignored;

    import_window_destroy(&import->window);
    import_seen_destroy(&import->seen);
    clock_destroy(&import->clock);
    (void)!import_report_close(&import->report, &ignored);
    import_journal_close(&import->journal);
}
