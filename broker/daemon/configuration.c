/* Proposals and their adoption; see configuration.h. */
#include "broker/daemon/configuration.h"

#include "broker/core/plans.h"
#include "broker/daemon/adoption.h"
#include "broker/daemon/broker.h"
#include "policy/source.h"
#include "proto/wire_files.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROPOSAL_BYTES_MAX = 64 << 20, FDS_MAX = 65536 };
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

/* What the child is to check; all NULL: the broker's own files. */
struct question {
    const struct bytes *sent;         /* an administrator's proposal */
    const struct region_input *input; /* a plan, laid over what is in force */
};

static bool ask(const struct broker *broker,
                const struct question *question,
                struct arena *arena,
                struct region_input *input,
                struct source_report *report)
{
    const struct source_reading reading = {.now_us = broker->time.now_us, .arena = arena};

    if (question->input != NULL) {
        *input = *question->input;
        return source_recheck(input, &reading, report);
    }
    return question->sent != NULL
               ? read_sent(question->sent, &reading, input, report)
               : source_load(broker->settings.path, reading.now_us, arena, input, report);
}

static void run_child(const struct broker *broker, const struct question *question, int fd)
{
    struct arena *arena = arena_create(arena_bytes);
    struct source_report *report = calloc(1, sizeof(*report));
    FILE *stream = fdopen(fd, "w");
    struct region_input input;

    if (arena == NULL || report == NULL || stream == NULL) {
        _exit(error_exit_status(ERROR_OS));
    }
    const bool good = ask(broker, question, arena, &input, report);
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

static bool spawn(struct broker *broker, const struct question *question, struct error *err)
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
        run_child(broker, question, ends[1]);
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
    const struct question own = {.sent = NULL};
    configuration->purpose = purpose;
    return spawn(broker, &own, err);
}

/* ---- proposals of administrators ------------------------------------------------------------------- */

bool configuration_propose(struct broker *broker,
                           const struct region_input *input,
                           enum configuration_purpose purpose,
                           struct error *err)
{
    struct adoption adoption = {.input = input, .purpose = purpose};
    return adoption_run(broker, &adoption, err);
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
        const struct question question = {.sent = &sent};
        broker->configuration.purpose = CONFIGURATION_APPLY;
        ok = spawn(broker, &question, err);
    } else {
        (void)error_set(err, ERROR_OS, "no memory to read the proposal");
    }
    arena_destroy(&arena);
    return ok;
}

static void give_up(const struct broker *broker, struct adoption *adoption, const char *text)
{
    adoption_log_refused(broker, text);
    adoption_add_reason(adoption, "", (struct phrase){text, text});
}

static bool roll_back(struct broker *broker, struct error *err)
{
    const struct proposal_record proposal = broker->configuration.proposal;
    struct region_input input;
    struct adoption adoption = {.input = &input,
                                .proposal = &proposal,
                                .purpose = CONFIGURATION_APPLY,
                                .state = PROPOSAL_REFUSED};
    struct arena *arena = arena_create(arena_bytes);
    struct error reason;
    bool ok = true;

    if (arena != NULL &&
        regions_input(broker->books.store, proposal.version, arena, &input, &reason)) {
        ok = adoption_run(broker, &adoption, err);
    } else {
        give_up(broker, &adoption, arena == NULL ? "no memory" : reason.text);
    }
    ok = ok && adoption_settle(broker, &adoption, err);
    arena_destroy(&arena);
    return ok;
}

/* ---- plans ------------------------------------------------------------------------------------------ */

/* The plan over what is in force: either to be checked by a child, or it no longer fits. */
static bool lay(struct broker *broker,
                const struct plan_record *plan,
                struct arena *arena,
                struct adoption *adoption,
                struct region_input *input)
{
    struct problems *problems = arena_alloc(arena, sizeof(*problems));
    const struct regions_plan laid = {.record = plan,
                                      .directory = broker->core.region->directory,
                                      .arena = arena,
                                      .problems = problems};
    struct error reason;

    if (problems == NULL) {
        give_up(broker, adoption, "no memory");
        return false;
    }
    problems->arena = arena;
    if (!regions_plan_input(broker->books.store, &laid, input, &reason)) {
        give_up(broker, adoption, reason.text);
        return false;
    }
    for (size_t i = 0; i < problems->count; i++) {
        adoption_add_reason(adoption, "", problems->items[i].text);
    }
    return problems->count == 0;
}

static bool
begin_activation(struct broker *broker, const struct plan_record *plan, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    struct arena *arena = arena_create(arena_bytes);
    struct region_input input;
    struct error reason;
    bool ok = true;

    configuration->proposal = plans_proposal(plan);
    struct adoption adoption = {.proposal = &configuration->proposal, .state = PROPOSAL_REFUSED};
    if (arena == NULL) {
        LOG_WARN(broker->log, "plan_waits", LOG_TEXT("error", "no memory"));
    } else if (!lay(broker, plan, arena, &adoption, &input)) {
        ok = adoption_settle(broker, &adoption, err);
    } else {
        const struct question question = {.input = &input};
        configuration->purpose = CONFIGURATION_APPLY;
        if (!spawn(broker, &question, &reason)) {
            LOG_WARN(broker->log, "plan_waits", LOG_TEXT("error", reason.text));
        }
    }
    arena_destroy(&arena);
    return ok;
}

bool configuration_tend(struct broker *broker, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    struct plan_record plan;
    struct error reason;

    if (configuration->child != 0) {
        return true;
    }
    if (!store_proposal_pending(broker->books.store, 0, &configuration->proposal)) {
        return !store_plan_after(broker->books.store, 0, PLAN_DUE, &plan) ||
               begin_activation(broker, &plan, err);
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

/* A plan that was withdrawn while it was checked. */
static bool is_settled(const struct broker *broker, const struct adoption *adoption)
{
    struct plan_record plan;
    return adoption->proposal != NULL && adoption->proposal->plan != 0 &&
           store_plan(broker->books.store, adoption->proposal->plan, &plan) &&
           plan.state != PLAN_DUE;
}

/* input  where the set stands that the answer holds */
static bool take_answer(struct broker *broker,
                        struct adoption *adoption,
                        struct region_input *input,
                        struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    struct proposal proposal;
    struct error damage;

    if (!proposal_read(bytes_of(configuration->bytes, configuration->size),
                       configuration->arena,
                       &proposal,
                       &damage)) {
        give_up(broker, adoption, damage.text);
        return true;
    }
    adoption_log_findings(broker, &proposal);
    if (!proposal.valid) {
        adoption_log_refused(broker, "the files have errors");
        adoption_add_findings(adoption, &proposal);
        if (adoption->en[0] == '\0') {
            adoption_add_reason(
                adoption, "", (struct phrase){"проверка не закончилась", "the check did not end"});
        }
        return true;
    }
    *input = proposal.input;
    adoption->input = input;
    return is_settled(broker, adoption) || adoption_run(broker, adoption, err);
}

/* The child said all it had to say. */
static bool finish(struct broker *broker, struct error *err)
{
    struct configuration *configuration = &broker->configuration;
    const struct proposal_record sent = configuration->proposal;
    const bool applies = configuration->purpose == CONFIGURATION_APPLY;
    struct region_input input;
    struct adoption adoption = {.proposal = applies ? &sent : NULL,
                                .purpose = configuration->purpose,
                                .state = PROPOSAL_REFUSED};
    bool ok = take_answer(broker, &adoption, &input, err);
    const enum configuration_purpose next = configuration->next;
    configuration->next = CONFIGURATION_NONE;
    ok = ok && (!applies || adoption_settle(broker, &adoption, err));
    forget_child(configuration);
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
