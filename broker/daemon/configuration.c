/* Proposals and their adoption; see configuration.h. */
#include "broker/daemon/configuration.h"

#include "broker/daemon/broker.h"
#include "broker/daemon/proposal.h"
#include "policy/source.h"
#include "proto/wire_files.h"

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

static bool read_sent(const struct bytes *sent,
                      const struct source_reading *reading,
                      struct region_input *input,
                      struct source_report *report)
{
    struct policy_file *files = NULL;
    size_t count = 0;

    if (wire_files_decode(*sent, reading->arena, &files, &count) && count > 0) {
        return source_load_files(files, count, reading, input, report);
    }
    report->items[0] =
        (struct source_diagnostic){.code = DIAGNOSTIC_FILE_UNREADABLE,
                                   .text = {"предложение повреждено: это не PolicyFiles",
                                            "the proposal is damaged: these are no PolicyFiles"}};
    report->count = 1;
    report->errors = 1;
    return false;
}

/* sent  an administrator's proposal; NULL: the broker's own files */
static void run_child(const struct broker *broker, const struct bytes *sent, int fd)
{
    struct arena *arena = arena_create(arena_bytes);
    struct source_report *report = calloc(1, sizeof(*report));
    FILE *stream = fdopen(fd, "w");
    struct region_input input;

    if (arena == NULL || report == NULL || stream == NULL) {
        _exit(error_exit_status(ERROR_OS));
    }
    const struct source_reading reading = {.now_us = broker->time.now_us, .arena = arena};
    const bool good =
        sent != NULL
            ? read_sent(sent, &reading, &input, report)
            : source_load(broker->settings.path, broker->time.now_us, arena, &input, report);
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

static bool spawn(struct broker *broker, const struct bytes *sent, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    int ends[2];

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
        run_child(broker, sent, ends[1]);
    }
    (void)close(ends[1]);
    if (child < 0) {
        (void)close(ends[0]);
        arena_destroy(&configuration->arena);
        return error_set_errno(err, ERROR_OS, errno, "cannot start the reader of the files");
    }
    configuration->child = child;
    configuration->fd = ends[0];
    return true;
}

bool configuration_start(struct broker *broker,
                         enum configuration_purpose purpose,
                         struct error *err)
{
    struct configuration *configuration = &broker->configuration;

    if (configuration->child != 0) {
        configuration->next = purpose > configuration->next ? purpose : configuration->next;
        return true;
    }
    configuration->purpose = purpose;
    return spawn(broker, NULL, err);
}

/* ---- reasons -------------------------------------------------------------------------------------- */

/* Why a proposal was refused, a line a finding; what does not fit is left out. */
struct reasons {
    char ru[LIMIT_REASON_BYTES + 1];
    char en[LIMIT_REASON_BYTES + 1];
};

static void add_line(char *lines, const char *place, const char *text)
{
    const size_t used = strlen(lines);
    const size_t room = LIMIT_REASON_BYTES + 1 - used;
    const int length = snprintf(lines + used,
                                room,
                                "%s%s%s%s",
                                used == 0 ? "" : "\n",
                                place,
                                place[0] == '\0' ? "" : ": ",
                                text);
    if (length < 0 || (size_t)length >= room) {
        lines[used] = '\0';
    }
}

static void add_reason(struct reasons *reasons, const char *place, struct phrase text)
{
    add_line(reasons->ru, place, text.ru);
    add_line(reasons->en, place, text.en);
}

static void add_findings(struct reasons *reasons, const struct proposal *proposal)
{
    for (size_t i = 0; i < proposal->finding_count; i++) {
        const struct proposal_finding *finding = &proposal->findings[i];
        if (!finding->warning) {
            add_reason(reasons, finding->place, (struct phrase){finding->text_ru, finding->text});
        }
    }
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

/* The turn decided on a new version: compile it from the open state, then write, then use it.
 *
 * *adopted  false: it does not compile, everything is as it was */
static bool adopt(struct broker *broker,
                  struct turn *turn,
                  const struct meta_record *before,
                  bool *adopted,
                  struct error *err)
{
    struct regions fresh;
    struct error reason;

    *adopted = regions_load(&fresh, broker->books.store, &reason);
    if (!*adopted) {
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

/* A set on trial. */
struct trial {
    const struct region_input *input;
    const struct proposal_record *proposal; /* NULL: the broker's own files */
    enum configuration_purpose purpose;
    enum proposal_state state; /* out */
    struct reasons *reasons;   /* out, when refused */
};

static void tell_trial(const struct broker *broker, const struct trial *trial, uint32_t version)
{
    if (trial->state == PROPOSAL_SAME) {
        LOG_INFO(broker->log, "configuration_same", LOG_NUMBER("version", version));
    } else if (trial->state == PROPOSAL_PENDING) {
        LOG_WARN(broker->log,
                 "configuration_differs",
                 LOG_TEXT("hint", "the files say something else; SIGHUP proposes them"),
                 LOG_NUMBER("version", version));
    }
}

static void refuse_trial(const struct broker *broker,
                         struct trial *trial,
                         const struct problems *problems,
                         bool fits)
{
    trial->state = PROPOSAL_REFUSED;
    log_problems(broker, problems);
    log_refused(broker, fits ? "too large" : "does not fit what is open");
    for (size_t i = 0; i < problems->count; i++) {
        add_reason(trial->reasons, problems->items[i].field, problems->items[i].text);
    }
    if (fits) {
        add_reason(trial->reasons, "", (struct phrase){"слишком велико", "too large"});
    }
}

/* A turn of its own, tried on a committed state, so that it can be undone whole. */
static bool try_out(struct broker *broker, struct trial *trial, struct error *err)
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
    const bool fits = turn_configure(turn, trial->proposal, trial->input, &changed, problems);
    if (fits && !turn_failed(turn) && changed && trial->purpose != CONFIGURATION_COMPARE) {
        bool adopted = false;
        const bool ok = adopt(broker, turn, &before, &adopted, err);
        trial->state = adopted ? PROPOSAL_ADOPTED : PROPOSAL_REFUSED;
        if (!adopted) {
            add_reason(trial->reasons, "", (struct phrase){"не собирается", "does not compile"});
        }
        return ok;
    }
    if (!fits || turn_failed(turn)) {
        refuse_trial(broker, trial, problems, fits);
    } else {
        trial->state = changed ? PROPOSAL_PENDING : PROPOSAL_SAME;
        tell_trial(broker, trial, before.version);
    }
    return books_undo(&broker->books, &before, err);
}

bool configuration_propose(struct broker *broker,
                           const struct region_input *input,
                           enum configuration_purpose purpose,
                           struct error *err)
{
    struct reasons reasons = {.ru = ""};
    struct trial trial = {.input = input, .purpose = purpose, .reasons = &reasons};
    return try_out(broker, &trial, err);
}

/* ---- proposals of administrators ------------------------------------------------------------------- */

/* What came of it, when it did not become a version. */
static bool settle(struct broker *broker,
                   const struct proposal_record *proposal,
                   const struct trial *trial,
                   struct error *err)
{
    const struct directory_site *site =
        directory_site(broker->core.region->directory, proposal->site);

    LOG_INFO(broker->log,
             "proposal_settled",
             LOG_TEXT("site", site == NULL ? "?" : site->id),
             LOG_NUMBER("state", trial->state),
             LOG_NUMBER("version", store_meta(broker->books.store)->version));
    if (trial->state == PROPOSAL_ADOPTED) {
        return true; /* the turn that adopted it said so */
    }
    const struct turn_options options = {.now_us = broker->time.now_us};
    arena_reset(broker->arena);
    struct turn *turn = turn_begin(&broker->core, broker->arena, &options);
    if (turn == NULL) {
        return error_set(err, ERROR_OS, "no memory for a turn");
    }
    turn_settle_proposal(
        turn, proposal, trial->state, (struct phrase){trial->reasons->ru, trial->reasons->en});
    return books_append(&broker->books, turn, broker->arena, err);
}

static bool gather(struct broker *broker,
                   const struct proposal_record *proposal,
                   struct arena *arena,
                   struct bytes *out)
{
    struct store *store = broker->books.store;
    uint8_t *all = arena_alloc(arena, (size_t)proposal->parts * LIMIT_PART_BYTES);
    struct bytes part;
    size_t bytes = 0;

    for (uint32_t i = 0; i < proposal->parts && all != NULL; i++) {
        if (!store_part(store, proposal->site, i, &part)) {
            return false;
        }
        memcpy(all + bytes, part.data, part.size);
        bytes += part.size;
    }
    *out = bytes_of(all, bytes);
    return all != NULL;
}

static bool begin_apply(struct broker *broker, struct error *err)
{
    const struct proposal_record *proposal = &broker->configuration.proposal;
    struct arena *arena = arena_create(arena_bytes);
    struct bytes sent;
    bool ok = false;

    if (arena != NULL && gather(broker, proposal, arena, &sent)) {
        broker->configuration.purpose = CONFIGURATION_APPLY;
        ok = spawn(broker, &sent, err);
    } else {
        (void)error_set(err, ERROR_OS, "no memory to read the proposal");
    }
    arena_destroy(&arena);
    return ok;
}

static bool roll_back(struct broker *broker, struct error *err)
{
    const struct proposal_record proposal = broker->configuration.proposal;
    struct reasons reasons = {.ru = ""};
    struct region_input input;
    struct trial trial = {.input = &input,
                          .proposal = &proposal,
                          .purpose = CONFIGURATION_APPLY,
                          .state = PROPOSAL_REFUSED,
                          .reasons = &reasons};
    struct arena *arena = arena_create(arena_bytes);
    struct error reason;
    bool ok = true;

    if (arena != NULL &&
        regions_input(broker->books.store, proposal.version, arena, &input, &reason)) {
        ok = try_out(broker, &trial, err);
    } else {
        const char *text = arena == NULL ? "no memory" : reason.text;
        log_refused(broker, text);
        add_reason(&reasons, "", (struct phrase){text, text});
    }
    arena_destroy(&arena);
    return ok && settle(broker, &proposal, &trial, err);
}

bool configuration_tend(struct broker *broker, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    struct error reason;

    if (configuration->child != 0 ||
        !store_proposal_pending(broker->books.store, 0, &configuration->proposal)) {
        return true;
    }
    if (configuration->proposal.origin == VERSION_ROLLED_BACK) {
        return roll_back(broker, err);
    }
    if (!begin_apply(broker, &reason)) {
        LOG_WARN(broker->log, "proposal_waits", LOG_TEXT("error", reason.text));
    }
    return true;
}

/* ---- the child's answer ----------------------------------------------------------------------------- */

static bool take_answer(struct broker *broker, struct trial *trial, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    struct proposal proposal;
    struct error damage;

    if (!proposal_read(bytes_of(configuration->bytes, configuration->size),
                       configuration->arena,
                       &proposal,
                       &damage)) {
        log_refused(broker, damage.text);
        add_reason(trial->reasons, "", (struct phrase){damage.text, damage.text});
        return true;
    }
    log_findings(broker, &proposal);
    if (!proposal.valid) {
        log_refused(broker, "the files have errors");
        add_findings(trial->reasons, &proposal);
        if (trial->reasons->en[0] == '\0') {
            add_reason(trial->reasons,
                       "",
                       (struct phrase){"проверка не закончилась", "the check did not end"});
        }
        return true;
    }
    trial->input = &proposal.input;
    return try_out(broker, trial, err);
}

/* The child said all it had to say. */
static bool finish(struct broker *broker, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    const struct proposal_record sent = configuration->proposal;
    const bool applies = configuration->purpose == CONFIGURATION_APPLY;
    struct reasons reasons = {.ru = ""};
    struct trial trial = {.proposal = applies ? &sent : NULL,
                          .purpose = configuration->purpose,
                          .state = PROPOSAL_REFUSED,
                          .reasons = &reasons};
    bool ok = take_answer(broker, &trial, err);
    const enum configuration_purpose next = configuration->next;
    configuration->next = CONFIGURATION_NONE;
    forget_child(configuration);
    ok = ok && (!applies || settle(broker, &sent, &trial, err));
    return ok && (next == CONFIGURATION_NONE || configuration_start(broker, next, err));
}

bool configuration_read(struct broker *broker, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    const size_t room = PROPOSAL_BYTES_MAX - configuration->size;

    if (room == 0) {
        (void)kill(configuration->child, SIGKILL);
        configuration->size = 0; /* larger than 64 MiB: no answer */
        return finish(broker, err);
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
