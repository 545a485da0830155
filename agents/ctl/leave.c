/* refctl curator leave, return, capacity, dismiss: who can be asked at present, and for how much. */
#include "agents/ctl/moment.h"
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"
#include "proto/checks.h"

static bool read_worker(const struct run *run, const char *text, struct error *err)
{
    if (checks_is_code(text)) {
        return true;
    }
    return error_set(err,
                     ERROR_USAGE,
                     SCREEN_IN(run->screen,
                               "«%.60s» не код работника; коды: refctl curator ls",
                               "“%.60s” is no worker's id; for ids see refctl curator ls"),
                     text);
}

static bool read_moment(const struct run *run, enum option option, int64_t *us, struct error *err)
{
    const char *text = run_option(run, option);

    if (text == NULL || moment_parse(text, us)) {
        return true;
    }
    return error_set(err,
                     ERROR_USAGE,
                     SCREEN_IN(run->screen,
                               "--%s: «%.60s» не время; так: 2026-12-14 или 2026-12-14T09:00",
                               "--%s: “%.60s” is no time; write 2026-12-14 or 2026-12-14T09:00"),
                     options_row(option)->name,
                     text);
}

bool verb_curator_leave(struct run *run, struct error *err)
{
    const char *deputy = run_option(run, OPTION_DEPUTY);
    struct command command = {.lane = LANE_URGENT,
                              .kind = COMMAND_LEAVE,
                              .worker = run->words[0],
                              .deputy = deputy == NULL ? "" : deputy,
                              .at_us = run->screen->now_us};

    if (!read_worker(run, command.worker, err) ||
        (deputy != NULL && !read_worker(run, deputy, err)) ||
        !read_moment(run, OPTION_FROM, &command.at_us, err) ||
        !read_moment(run, OPTION_UNTIL, &command.until_us, err) ||
        !subject_note(run, &command.note, err)) {
        return false;
    }
    if (command.until_us == 0) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "нужен день выхода из отпуска: --until 2026-12-14",
                                   "give the day of the return: --until 2026-12-14"));
    }
    return run_command(
        run,
        &command,
        deputy == NULL
            ? (struct phrase){"отпуск записан; без заместителя случаи пойдут к другим кураторам",
                              "the leave is noted; without a deputy cases go to other curators"}
            : (struct phrase){"отпуск записан, заместитель назван",
                              "the leave is noted, the deputy named"},
        "",
        err);
}

bool verb_curator_return(struct run *run, struct error *err)
{
    const struct command command = {
        .lane = LANE_URGENT, .kind = COMMAND_END_LEAVE, .worker = run->words[0]};

    return read_worker(run, command.worker, err) &&
           run_command(
               run, &command, (struct phrase){"отпуск окончен", "the leave is over"}, "", err);
}

bool verb_curator_capacity(struct run *run, struct error *err)
{
    struct command command = {
        .lane = LANE_URGENT, .kind = COMMAND_SET_CAPACITY, .worker = run->words[0]};
    int64_t units = 0;

    if (!read_worker(run, command.worker, err)) {
        return false;
    }
    if (run->word_count > 1 && !options_number(run->words[1], 0, LIMIT_WORKER_CAPACITY, &units)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "«%.60s» не число единиц нагрузки от 0 до %d",
                                   "“%.60s” is no number of load units from 0 to %d"),
                         run->words[1],
                         LIMIT_WORKER_CAPACITY);
    }
    command.count = (uint32_t)units;
    command.as_directory = run->word_count == 1;
    return run_command(run,
                       &command,
                       command.as_directory
                           ? (struct phrase){"ёмкость снова по справочнику",
                                             "the capacity is the directory's again"}
                           : (struct phrase){"ёмкость записана", "the capacity is noted"},
                       "",
                       err);
}

bool verb_curator_dismiss(struct run *run, struct error *err)
{
    const char *reason = run_option(run, OPTION_REASON);
    const struct command command = {
        .lane = LANE_URGENT, .kind = COMMAND_DISMISS, .worker = run->words[0], .note = reason};

    if (reason == NULL || reason[0] == '\0') {
        return error_set(
            err,
            ERROR_USAGE,
            SCREEN_IN(run->screen, "нужна причина: --reason", "give the reason: --reason"));
    }
    return read_worker(run, command.worker, err) &&
           run_command(run,
                       &command,
                       (struct phrase){"куратор уволен, случаи переданы дальше",
                                       "the curator is dismissed, the cases go on to others"},
                       "",
                       err);
}
