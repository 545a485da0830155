/* The drop folder: see drop_folder.h. */
#include "agents/daemon/drop_folder.h"

#include "agents/core/drop_name.h"
#include "agents/core/form.h"
#include "agents/daemon/drop_report.h"
#include "agents/daemon/intake.h"
#include "agents/daemon/local_time.h"
#include "base/file.h"
#include "base/utc.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RESCAN_S = 30,       /* also without any word from the kernel */
    SETTLED_S = 1,       /* unchanged that long: written to its end */
    TURN_FORMS_MAX = 16, /* submitted in one turn */
    WATCHED_MAX = 256,   /* files that are being written at once */
    INOTIFY_BYTES = 16384
};

/* A file that may still be growing. */
struct watched {
    char name[NAME_MAX + 1];
    off_t size;
    struct timespec changed;
    int64_t since_us;
};

/* A form that was submitted or refused in this turn. */
struct settled {
    bool refused;
    const char *taken; /* file name in taking/ */
    const char *name;  /* as it is called for people */
    struct bytes report;
};

struct drop_folder {
    char incoming[PATH_MAX];
    char taking[PATH_MAX];
    char done[PATH_MAX];
    char refused[PATH_MAX];
    int inotify;
    int64_t scan_us;
    struct watched watched[WATCHED_MAX];
    size_t watched_count;
    struct settled settled[TURN_FORMS_MAX];
    size_t settled_count;
};

/* ---- opening --------------------------------------------------------------------------------- */

static bool make_folder(const char *folder, const char *name, char *out, struct error *err)
{
    int bytes = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    if (bytes < 0 || bytes >= PATH_MAX - DROP_NAME_MAX) {
        return error_set(err, ERROR_CONFIG, "the drop folder's path is too long");
    }
    return file_make_folder(out, 0700, err);
}

bool drop_folder_open(struct agent *agent, struct error *err)
{
    const char *folder = agent->config->drop_folder;
    if (folder == NULL) {
        return true;
    }
    struct drop_folder *drop = calloc(1, sizeof *drop);
    if (drop == NULL) {
        return error_set(err, ERROR_OS, "no memory for the drop folder");
    }
    agent->drop = drop;
    drop->inotify = -1;
    if (!make_folder(folder, "incoming", drop->incoming, err) ||
        !make_folder(folder, "taking", drop->taking, err) ||
        !make_folder(folder, "done", drop->done, err) ||
        !make_folder(folder, "refused", drop->refused, err)) {
        return error_prepend(err, "drop folder");
    }
    drop->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (drop->inotify < 0 ||
        inotify_add_watch(drop->inotify, drop->incoming, IN_MOVED_TO | IN_CLOSE_WRITE) < 0) {
        return error_set_errno(err, ERROR_OS, errno, "watch %s", drop->incoming);
    }
    return true;
}

void drop_folder_close(struct drop_folder **drop)
{
    if (*drop == NULL) {
        return;
    }
    if ((*drop)->inotify >= 0) {
        (void)close((*drop)->inotify);
    }
    free(*drop);
    *drop = NULL;
}

int drop_folder_fd(const struct drop_folder *drop)
{
    return drop == NULL ? -1 : drop->inotify;
}

int64_t drop_folder_deadline_us(const struct drop_folder *drop)
{
    return drop == NULL ? INT64_MAX : drop->scan_us;
}

/* ---- taking ---------------------------------------------------------------------------------- */

static bool join(const char *folder, const char *name, char out[PATH_MAX])
{
    int bytes = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    return bytes > 0 && bytes < PATH_MAX;
}

static bool look(const struct drop_folder *drop, const char *name, struct stat *status)
{
    char path[PATH_MAX];
    return drop_name_is_form(name) && join(drop->incoming, name, path) &&
           lstat(path, status) == 0 && S_ISREG(status->st_mode);
}

/* The error's text has the file's name in it, and files are often named after a child. */
static void log_failure(struct agent *agent, const char *event, const struct error *err)
{
    char reason[128] = "no system call failed";
    if (err->reason != 0) {
        (void)strerror_r(err->reason, reason, sizeof reason);
    }
    LOG_ERROR(agent->log, event, LOG_TEXT("reason", reason));
}

static void take(struct agent *agent, const char *name)
{
    struct drop_folder *drop = agent->drop;
    char from[PATH_MAX];
    char to[PATH_MAX];
    char taken[DROP_NAME_MAX];
    uint8_t random[10];
    struct stat status;
    if (!look(drop, name, &status)) {
        return;
    }
    keys_random(random, sizeof random);
    struct id128 id = id128_uuid7((uint64_t)(agent->now_us / 1000), random);
    struct error err = {0};
    if (!join(drop->incoming, name, from) ||
        !join(drop->taking, drop_name_of_taken(&id, name, taken), to) ||
        !file_move(from, to, &err)) {
        log_failure(agent, "drop_not_taken", &err);
    }
}

static struct watched *find_watched(struct drop_folder *drop, const char *name)
{
    for (size_t i = 0; i < drop->watched_count; i++) {
        if (strcmp(drop->watched[i].name, name) == 0) {
            return &drop->watched[i];
        }
    }
    return NULL;
}

static bool is_same(const struct watched *watched, const struct stat *status)
{
    return watched->size == status->st_size && watched->changed.tv_sec == status->st_mtim.tv_sec &&
           watched->changed.tv_nsec == status->st_mtim.tv_nsec;
}

/* Take it when it has not changed since the last look, else look again later. */
static void consider(struct agent *agent, const char *name)
{
    struct drop_folder *drop = agent->drop;
    struct stat status;
    if (!look(drop, name, &status)) {
        return;
    }
    struct watched *watched = find_watched(drop, name);
    int64_t settled_us = SETTLED_S * UTC_SECOND_US;
    if (watched != NULL && is_same(watched, &status)) {
        if (agent->boot_us - watched->since_us >= settled_us) {
            take(agent, name);
            *watched = drop->watched[--drop->watched_count];
            return;
        }
    } else {
        if (watched == NULL && drop->watched_count == WATCHED_MAX) {
            drop->watched_count = 0; /* start over; the next looks find them again */
        }
        watched = watched == NULL ? &drop->watched[drop->watched_count++] : watched;
        (void)snprintf(watched->name, sizeof watched->name, "%s", name);
        watched->size = status.st_size;
        watched->changed = status.st_mtim;
        watched->since_us = agent->boot_us;
    }
    int64_t again_us = watched->since_us + settled_us;
    drop->scan_us = again_us < drop->scan_us ? again_us : drop->scan_us;
}

static void scan_incoming(struct agent *agent)
{
    DIR *folder = opendir(agent->drop->incoming);
    if (folder == NULL) {
        LOG_WARN(agent->log, "drop_folder_unreadable", LOG_NUMBER("errno", errno));
        return;
    }
    const struct dirent *entry = NULL;
    while ((entry = readdir(folder)) != NULL) {
        consider(agent, entry->d_name);
    }
    (void)closedir(folder);
}

static void read_inotify(struct agent *agent)
{
    union {
        struct inotify_event event;
        char bytes[INOTIFY_BYTES];
    } buffer;
    ssize_t got = 0;
    while ((got = read(agent->drop->inotify, &buffer, sizeof buffer)) > 0) {
        for (size_t at = 0; at < (size_t)got;) {
            struct inotify_event event;
            memcpy(&event, buffer.bytes + at, sizeof event);
            const char *name = buffer.bytes + at + sizeof event;
            if ((event.mask & IN_MOVED_TO) != 0 && event.len > 0) {
                take(agent, name);
            }
            at += sizeof event + event.len;
        }
        agent->drop->scan_us = agent->boot_us; /* written ones are looked at by the scan */
    }
}

/* ---- submitting ------------------------------------------------------------------------------ */

static void
settle(struct agent *agent, const char *taken, const char *name, const struct error_list *errors)
{
    struct drop_folder *drop = agent->drop;
    struct settled *settled = &drop->settled[drop->settled_count++];
    *settled = (struct settled){.refused = errors != NULL, .taken = taken, .name = name};
    if (errors != NULL) {
        settled->report = drop_report_refused(errors, agent->turn);
    }
}

/* The agent's own refusals become lines of the error file; false when trying again can help. */
static bool collect(const struct reply *reply, const char *name, struct error_list *errors)
{
    struct text_pos at = error_pos(name, 1, 1);
    for (size_t i = 0; i < reply->problem_count; i++) {
        if (reply->problems[i].retryable) {
            return false;
        }
        (void)error_list_add(errors,
                             ERROR_DATA,
                             &at,
                             "%.190s / %.190s",
                             reply->problems[i].text.ru,
                             reply->problems[i].text.en);
    }
    return true;
}

/* False: no form can be taken now; the folder is looked at again later. */
static bool submit(struct agent *agent,
                   const char *taken,
                   const char *name,
                   struct form_read *read,
                   struct error_list *errors)
{
    struct command command = {.actor = agent->config->drop_worker,
                              .kind = COMMAND_FORM,
                              .worker = "",
                              .note = "",
                              .form = &read->form};
    struct reply reply;
    struct intake_place place;
    intake_take(agent, &command, &reply, &place);
    if (!reply.refused) {
        settle(agent, taken, name, NULL);
        agent->drop->settled[agent->drop->settled_count - 1].report =
            drop_report_done(&reply.subject, name, &read->form, agent->now_us, agent->turn);
    } else if (collect(&reply, name, errors)) {
        settle(agent, taken, name, errors);
    } else {
        LOG_WARN(agent->log, "drop_waits", LOG_TEXT("reason", reply.problems[0].text.en));
        return false;
    }
    return true;
}

/* It says nothing about the file. */
static bool is_shortage(const struct error *err)
{
    return err->reason == EMFILE || err->reason == ENFILE || err->reason == ENOMEM;
}

/* False: stop for now, see submit. */
static bool take_up(struct agent *agent, const char *taken)
{
    struct drop_folder *drop = agent->drop;
    struct error_list *errors = arena_alloc(agent->turn, sizeof *errors);
    struct form_read *read = arena_alloc(agent->turn, sizeof *read);
    struct form_input input = {.now_us = agent->now_us,
                               .utc_offset_seconds = local_time_offset_seconds(agent->now_us)};
    struct error err = {0};
    struct id128 id;
    struct stat status;
    char path[PATH_MAX];
    if (errors == NULL || read == NULL || !join(drop->taking, taken, path) ||
        !drop_name_parse_taken(taken, &id, &input.name)) {
        LOG_WARN(agent->log, "drop_stranger", LOG_TEXT("folder", drop->taking));
        return true;
    }
    /* A link may have taken the file's place between the look and the move; what it leads to is not for a form. Here
     * nobody else can change it any more. */
    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        struct text_pos at = error_pos(input.name, 1, 1);
        (void)error_list_add(errors, ERROR_DATA, &at, "не файл / no file");
        settle(agent, taken, input.name, errors);
        return true;
    }
    if (!file_read(path, YAML_TREE_BYTES_MAX, agent->turn, &input.content, &err)) {
        if (is_shortage(&err)) {
            LOG_WARN(agent->log, "drop_waits", LOG_TEXT("reason", "no descriptor or memory"));
            return false;
        }
        struct text_pos at = error_pos(input.name, 1, 1);
        (void)error_list_add(errors, err.code, &at, "не читается / unreadable: %s", err.text);
        settle(agent, taken, input.name, errors);
        return true;
    }
    if (!form_read(&input, agent->turn, read, errors) ||
        !form_check(read, agent->now_us, agent->turn, errors)) {
        settle(agent, taken, input.name, errors);
        return true;
    }
    if (id128_is_none(&read->form.id)) {
        read->form.id = id;
    }
    return submit(agent, taken, input.name, read, errors);
}

static void take_up_all(struct agent *agent)
{
    struct drop_folder *drop = agent->drop;
    struct error err = {0};
    struct file_names names;
    if (!file_list(drop->taking, "", agent->turn, &names, &err)) {
        LOG_WARN(agent->log, "drop_folder_unreadable", LOG_TEXT("error", err.text));
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        if (drop->settled_count == TURN_FORMS_MAX) {
            drop->scan_us = agent->boot_us; /* the rest next turn */
            return;
        }
        if (!take_up(agent, names.items[i])) {
            return;
        }
    }
}

void drop_folder_step(struct agent *agent)
{
    struct drop_folder *drop = agent->drop;
    if (drop == NULL) {
        return;
    }
    read_inotify(agent);
    if (agent->boot_us < drop->scan_us) {
        return;
    }
    drop->scan_us = agent->boot_us + RESCAN_S * UTC_SECOND_US;
    scan_incoming(agent);
    take_up_all(agent);
}

/* ---- after the commit ------------------------------------------------------------------------ */

/* A name that is free in the folder: the form's own, or with the id in front. */
static bool free_path(const char *folder, const struct settled *settled, char out[PATH_MAX])
{
    struct stat status;
    return join(folder, settled->name, out) &&
           (lstat(out, &status) != 0 || join(folder, settled->taken, out));
}

static bool finish(struct drop_folder *drop, const struct settled *settled, struct error *err)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    char errors[PATH_MAX];
    if (!join(drop->taking, settled->taken, from) ||
        !free_path(settled->refused ? drop->refused : drop->done, settled, to)) {
        return error_set(err, ERROR_IO, "path too long");
    }
    if (!settled->refused) {
        if (!file_write(to, settled->report, 0600, err)) {
            return false;
        }
        return unlink(from) == 0 || error_set_errno(err, ERROR_IO, errno, "remove a taken form");
    }
    int bytes = snprintf(errors, sizeof errors, "%s.error", to);
    if (bytes < 0 || (size_t)bytes >= sizeof errors) {
        return error_set(err, ERROR_IO, "path too long");
    }
    return file_write(errors, settled->report, 0600, err) && file_move(from, to, err);
}

void drop_folder_finish_turn(struct agent *agent)
{
    struct drop_folder *drop = agent->drop;
    if (drop == NULL) {
        return;
    }
    for (size_t i = 0; i < drop->settled_count; i++) {
        const struct settled *settled = &drop->settled[i];
        struct error err = {0};
        char id[ID128_TEXT_MAX];
        (void)snprintf(id, sizeof id, "%s", settled->taken);
        if (!finish(drop, settled, &err)) {
            log_failure(agent, "drop_not_moved", &err);
        } else if (settled->refused) {
            LOG_WARN(agent->log, "form_refused", LOG_TEXT("id", id));
        } else {
            LOG_INFO(agent->log, "form_submitted", LOG_TEXT("id", id));
        }
    }
    drop->settled_count = 0;
}
