/* refbrokerd: reads the command line, wires clock and log, runs the loop or a tool. */
#include "base/keys.h"
#include "base/phrase.h"
#include "base/sandbox.h"
#include "broker/daemon/backup.h"
#include "broker/daemon/loop.h"
#include "broker/daemon/rotate.h"
#include "broker/daemon/store_tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct phrase usage = {
    "использование: refbrokerd [--log-level debug|info|warn] [КОМАНДА] broker.yaml\n"
    "\n"
    "  refbrokerd broker.yaml           служит, пока не придёт SIGTERM; SIGHUP перечитывает файлы\n"
    "  refbrokerd backup ПАПКА broker.yaml    дописывает в папку копии новое; брокер может "
    "работать\n"
    "  refbrokerd restore ПАПКА broker.yaml   восстанавливает пустое хранилище из копии\n"
    "  refbrokerd rotate [--anyway] broker.yaml  заменяет ключ раскрытия и уничтожает прежний\n"
    "  refbrokerd fsck broker.yaml      проверяет журнал и состояние остановленного брокера\n"
    "  refbrokerd rebuild broker.yaml   строит состояние из журнала заново\n"
    "\n"
    "См. refbrokerd(8).\n",
    "usage: refbrokerd [--log-level debug|info|warn] [COMMAND] broker.yaml\n"
    "\n"
    "  refbrokerd broker.yaml           serves until SIGTERM; SIGHUP reads the files again\n"
    "  refbrokerd backup FOLDER broker.yaml    adds what is new to a backup; the broker may run\n"
    "  refbrokerd restore FOLDER broker.yaml   restores an empty store from a backup\n"
    "  refbrokerd rotate [--anyway] broker.yaml  replaces the disclosure key, destroys the old "
    "one\n"
    "  refbrokerd fsck broker.yaml      verifies journal and state of a stopped broker\n"
    "  refbrokerd rebuild broker.yaml   builds the state from the journal again\n"
    "\n"
    "See refbrokerd(8).\n"};

enum job { JOB_SERVE, JOB_BACKUP, JOB_RESTORE, JOB_ROTATE, JOB_FSCK, JOB_REBUILD, JOB_SAY };

struct arguments {
    enum job job;
    const char *said;   /* JOB_SAY: on standard output */
    const char *folder; /* JOB_BACKUP, JOB_RESTORE */
    const char *path;
    enum log_level level;
    uint64_t digest_at; /* JOB_FSCK */
    bool anyway;        /* JOB_ROTATE */
};

static bool parse_level(const char *text, enum log_level *out)
{
    static const char *const names[] = {"debug", "info", "warn"};
    for (size_t i = 0; text != NULL && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static bool parse_number(const char *text, uint64_t *out)
{
    char *end = NULL;

    if (text == NULL || *text < '1' || *text > '9') {
        return false;
    }
    *out = strtoull(text, &end, 10);
    return *end == '\0';
}

static bool parse_option(char **argv, int *at, struct arguments *out)
{
    const char *text = argv[*at];
    static const char level[] = "--log-level";

    if (strcmp(text, "--help") == 0 || strcmp(text, "--version") == 0) {
        out->job = JOB_SAY;
        out->said = text[2] == 'v' ? "refbrokerd " REFBROKER_VERSION "\n"
                                   : phrase_in(usage, phrase_language_of_environment());
        return true;
    }
    if (strcmp(text, "--anyway") == 0) {
        out->anyway = true;
        return true;
    }
    if (strcmp(text, "--at") == 0) {
        return parse_number(argv[++*at], &out->digest_at);
    }
    if (strncmp(text, level, sizeof(level) - 1) != 0) {
        return false;
    }
    text += sizeof(level) - 1;
    return parse_level(*text == '=' ? text + 1 : *text == '\0' ? argv[++*at] : NULL, &out->level);
}

/* True: the word is a command, and the line had none yet. */
static bool parse_job(const char *word, struct arguments *out)
{
    static const struct {
        const char *word;
        enum job job;
    } jobs[] = {{"backup", JOB_BACKUP},
                {"restore", JOB_RESTORE},
                {"rotate", JOB_ROTATE},
                {"fsck", JOB_FSCK},
                {"rebuild", JOB_REBUILD}};

    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        if (out->job == JOB_SERVE && out->path == NULL && strcmp(word, jobs[i].word) == 0) {
            out->job = jobs[i].job;
            return true;
        }
    }
    return false;
}

static bool takes_folder(const struct arguments *arguments)
{
    return arguments->job == JOB_BACKUP || arguments->job == JOB_RESTORE;
}

/* False: the command line says nothing sensible. */
static bool parse(int argc, char **argv, struct arguments *out)
{
    *out = (struct arguments){.job = JOB_SERVE, .level = LOG_LEVEL_INFO};
    for (int i = 1; i < argc && out->job != JOB_SAY; i++) {
        if (argv[i][0] == '-') {
            if (!parse_option(argv, &i, out)) {
                return false;
            }
        } else if (parse_job(argv[i], out)) {
            continue;
        } else if (takes_folder(out) && out->folder == NULL) {
            out->folder = argv[i];
        } else if (out->path == NULL) {
            out->path = argv[i];
        } else {
            return false;
        }
    }
    return out->job == JOB_SAY ||
           (out->path != NULL && (out->digest_at == 0 || out->job == JOB_FSCK) &&
            (!out->anyway || out->job == JOB_ROTATE));
}

static bool run(const struct arguments *arguments,
                const struct settings *settings,
                struct clock *clock,
                struct log *log,
                struct error *err)
{
    const struct store_tools tools = {.settings = *settings,
                                      .clock = clock,
                                      .log = log,
                                      .digest_at = arguments->digest_at,
                                      .out = stdout};
    const struct loop_options options = {.settings = *settings,
                                         .clock = clock,
                                         .log = log,
                                         .notify_socket = getenv("NOTIFY_SOCKET")};

    switch (arguments->job) {
    case JOB_BACKUP:
        return backup_run(&tools, arguments->folder, err);
    case JOB_RESTORE:
        return backup_restore(&tools, arguments->folder, err);
    case JOB_ROTATE:
        return rotate_run(&tools, arguments->anyway, err);
    case JOB_FSCK:
        return store_tools_fsck(&tools, err);
    case JOB_REBUILD:
        return store_tools_rebuild(&tools, err);
    case JOB_SERVE:
    case JOB_SAY:
        break;
    }
    return loop_run(&options, err);
}

static bool
load_settings(const char *path, struct arena *arena, struct settings *out, struct error *err)
{
    struct error_list *errors = calloc(1, sizeof(*errors));
    char line[sizeof(errors->items[0].text) + 128];

    if (errors == NULL || arena == NULL) {
        free(errors);
        return error_set(err, ERROR_OS, "no memory");
    }
    const bool good = settings_load(out, path, arena, errors);
    for (size_t i = 0; i < errors->count; i++) {
        (void)fprintf(stderr, "%s\n", error_format(&errors->items[i], line, sizeof(line)));
    }
    const bool missing = !good && errors->items[0].code == ERROR_NO_INPUT;
    free(errors);
    return good || error_set(err,
                             missing ? ERROR_NO_INPUT : ERROR_CONFIG,
                             "%s is no configuration of a broker",
                             path);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct settings settings;
    struct error err = {.code = ERROR_NONE};

    if (!parse(argc, argv, &arguments)) {
        (void)fputs(phrase_in(usage, phrase_language_of_environment()), stderr);
        return error_exit_status(ERROR_USAGE);
    }
    if (arguments.job == JOB_SAY) {
        return fputs(arguments.said, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    sandbox_forbid_dumps();
    struct clock *clock = clock_create_real();
    struct log *log = clock == NULL ? NULL : log_create(stderr, clock, arguments.level);
    struct arena *arena = arena_create((size_t)16 << 20);
    const bool ok = log != NULL && keys_start(&err) &&
                    load_settings(arguments.path, arena, &settings, &err) &&
                    run(&arguments, &settings, clock, log, &err);
    if (!ok && log != NULL) {
        LOG_ERROR(log, "failed", LOG_TEXT("reason", err.text));
    }
    arena_destroy(&arena);
    log_destroy(&log);
    clock_destroy(&clock);
    return ok ? EXIT_SUCCESS : error_exit_status(err.code == ERROR_NONE ? ERROR_OS : err.code);
}
