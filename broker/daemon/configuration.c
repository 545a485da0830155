/* Proposals and their adoption; see configuration.h. */
#include "broker/daemon/configuration.h"

#include "broker/daemon/broker.h"
#include "broker/daemon/proposal.h"
#include "policy/source.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROPOSAL_BYTES_MAX = 64 << 20, FINDINGS_LOGGED = 64, FDS_MAX = 65536 };
static const size_t arena_bytes = (size_t)512 << 20;

/* ---- the child ----------------------------------------------------------------------------------- */

/* An inherited lock would keep the store locked, and a connection alive, after the broker was killed. */
static void close_inherited(int kept)
{
    const long most = sysconf(_SC_OPEN_MAX);

    for (int fd = STDERR_FILENO + 1; fd < (most > 0 && most < FDS_MAX ? most : FDS_MAX); fd++) {
        if (fd != kept) {
            (void)close(fd);
        }
    }
}

static void run_child(const struct broker *broker, int fd)
{
    struct arena *arena = arena_create(arena_bytes);
    struct source_report *report = calloc(1, sizeof(*report));
    FILE *stream = fdopen(fd, "w");
    struct region_input input;

    if (arena == NULL || report == NULL || stream == NULL) {
        _exit(error_exit_status(ERROR_OS));
    }
    const bool good =
        source_load(broker->settings.path, broker->time.now_us, arena, &input, report);
    proposal_write_report(stream, report);
    if (good) {
        proposal_write_input(stream, &input, arena);
    }
    (void)fflush(stream);
    _exit(good ? 0 : error_exit_status(ERROR_CONFIG));
}

void configuration_open(struct configuration *configuration)
{
    memset(configuration, 0, sizeof(*configuration));
    configuration->fd = -1;
}

static void forget_child(struct configuration *configuration)
{
    if (configuration->fd >= 0) {
        (void)close(configuration->fd);
        configuration->fd = -1;
    }
    if (configuration->child != 0) {
        while (waitpid(configuration->child, NULL, 0) < 0 && errno == EINTR) {
        }
        configuration->child = 0;
    }
    arena_destroy(&configuration->arena);
    configuration->bytes = NULL;
    configuration->size = 0;
    configuration->purpose = CONFIGURATION_NONE;
}

void configuration_close(struct configuration *configuration)
{
    if (configuration->child != 0) {
        (void)kill(configuration->child, SIGKILL);
    }
    forget_child(configuration);
}

static bool make_room(struct configuration *configuration, struct error *err)
{
    configuration->arena = arena_create(arena_bytes);
    configuration->bytes =
        configuration->arena == NULL ? NULL : arena_alloc(configuration->arena, PROPOSAL_BYTES_MAX);
    if (configuration->bytes == NULL) {
        arena_destroy(&configuration->arena);
        return error_set(err, ERROR_OS, "no memory to read the configuration");
    }
    configuration->size = 0;
    return true;
}

bool configuration_start(struct broker *broker,
                         enum configuration_purpose purpose,
                         struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    int ends[2];

    if (configuration->child != 0) {
        configuration->next = purpose > configuration->next ? purpose : configuration->next;
        return true;
    }
    if (!make_room(configuration, err)) {
        return false;
    }
    if (pipe(ends) != 0) {
        arena_destroy(&configuration->arena);
        return error_set_errno(err, ERROR_OS, errno, "cannot make a pipe");
    }
    const pid_t child = fork();
    if (child == 0) {
        close_inherited(ends[1]);
        signals_reset();
        run_child(broker, ends[1]);
    }
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        arena_destroy(&configuration->arena);
        return error_set_errno(err, ERROR_OS, errno, "cannot start the reader of the files");
    }
    configuration->child = child;
    configuration->fd = ends[0];
    configuration->purpose = purpose;
    return true;
}

/* ---- adoption ------------------------------------------------------------------------------------ */

static void log_findings(const struct broker *broker, const struct proposal *proposal)
{
    for (size_t i = 0; i < proposal->finding_count && i < FINDINGS_LOGGED; i++) {
        const struct proposal_finding *finding = &proposal->findings[i];
        LOG_WITH(broker->log,
                 finding->warning ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
                 finding->warning ? "configuration_warning" : "configuration_error",
                 LOG_TEXT("code", finding->code),
                 LOG_TEXT("at", finding->place),
                 LOG_TEXT("text", finding->text));
    }
}

static void log_refused(const struct broker *broker, const char *reason)
{
    LOG_ERROR(broker->log,
              "configuration_refused",
              LOG_TEXT("reason", reason),
              LOG_NUMBER("version_kept", store_meta(broker->books.store)->version));
}

static void log_problems(const struct broker *broker, const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        LOG_ERROR(broker->log,
                  "configuration_error",
                  LOG_TEXT("at", problems->items[i].field),
                  LOG_TEXT("text", problems->items[i].text.en));
    }
}

/* The turn decided on a new version: compile it from the open state, then write, then use it. */
static bool
adopt(struct broker *broker, struct turn *turn, const struct meta_record *before, struct error *err)
{
    struct regions fresh;
    struct error reason;

    if (!regions_load(&fresh, broker->books.store, &reason)) {
        log_refused(broker, reason.text);
        return books_undo(&broker->books, before, err);
    }
    if (!books_append(&broker->books, turn, broker->arena, err)) {
        regions_release(&fresh);
        return false;
    }
    regions_release(&broker->regions);
    broker->regions = fresh;
    broker_use_regions(broker);
    broker->tick_now = true;
    LOG_INFO(
        broker->log,
        "configuration_adopted",
        LOG_NUMBER("version", broker->core.region->version),
        LOG_TEXT("region", broker->core.region->code),
        LOG_NUMBER("sites", directory_count(broker->core.region->directory, DIRECTORY_SITE)),
        LOG_NUMBER("workers", directory_count(broker->core.region->directory, DIRECTORY_WORKER)));
    return books_tend(&broker->books, true, err);
}

/* A turn of its own, tried on a committed state, so that it can be undone whole. */
bool configuration_propose(struct broker *broker,
                           const struct region_input *input,
                           enum configuration_purpose purpose,
                           struct error *err)
{
    if (!books_tend(&broker->books, true, err)) {
        return false;
    }
    const struct meta_record before = *store_meta(broker->books.store);
    const struct turn_options options = {.now_us = broker->time.now_us};
    arena_reset(broker->arena);
    struct problems *problems = arena_alloc(broker->arena, sizeof(*problems));
    struct turn *turn = turn_begin(&broker->core, broker->arena, &options);
    if (problems == NULL || turn == NULL) {
        return error_set(err, ERROR_OS, "no memory to adopt a configuration");
    }
    problems->arena = broker->arena;
    bool changed = false;
    const bool fits = turn_configure(turn, input, &changed, problems);
    if (fits && !turn_failed(turn) && changed && purpose == CONFIGURATION_PROPOSE) {
        return adopt(broker, turn, &before, err);
    }
    if (!fits || turn_failed(turn)) {
        log_problems(broker, problems);
        log_refused(broker, fits ? "too large" : "does not fit what is open");
    } else if (changed) {
        LOG_WARN(broker->log,
                 "configuration_differs",
                 LOG_TEXT("hint", "the files say something else; SIGHUP proposes them"),
                 LOG_NUMBER("version", before.version));
    } else {
        LOG_INFO(broker->log, "configuration_same", LOG_NUMBER("version", before.version));
    }
    return books_undo(&broker->books, &before, err);
}

/* The child said all it had to say. */
static bool finish(struct broker *broker, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    struct proposal proposal;
    struct error damage;
    bool ok = true;

    if (!proposal_read(bytes_of(configuration->bytes, configuration->size),
                       configuration->arena,
                       &proposal,
                       &damage)) {
        log_refused(broker, damage.text);
    } else {
        log_findings(broker, &proposal);
        if (proposal.valid) {
            ok = configuration_propose(broker, &proposal.input, configuration->purpose, err);
        } else {
            log_refused(broker, "the files have errors");
        }
    }
    const enum configuration_purpose next = configuration->next;
    configuration->next = CONFIGURATION_NONE;
    forget_child(configuration);
    return ok && (next == CONFIGURATION_NONE || configuration_start(broker, next, err));
}

bool configuration_read(struct broker *broker, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    const size_t room = PROPOSAL_BYTES_MAX - configuration->size;

    if (room == 0) {
        log_refused(broker, "larger than 64 MiB");
        configuration_close(configuration);
        return true;
    }
    const ssize_t got = read(configuration->fd, configuration->bytes + configuration->size, room);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return true;
    }
    if (got > 0) {
        configuration->size += (size_t)got;
        return true;
    }
    return finish(broker, err);
}

bool configuration_wait(struct broker *broker, struct error *err)
{
    while (broker->configuration.child != 0) {
        if (!configuration_read(broker, err)) {
            return false;
        }
    }
    return true;
}
