/* Wait, decide, append, send. The order of the four is the promise that what is acknowledged is on disk. */
#include "broker/daemon/loop.h"

#include "base/notify.h"
#include "base/sandbox.h"
#include "broker/daemon/admission.h"
#include "broker/daemon/broker.h"
#include "broker/daemon/inbound.h"
#include "broker/daemon/outbound.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TICK_MS = 1000,
    RETRY_MS = 50,        /* after a full queue of a peer */
    DEADLINES_MOST = 256, /* of one turn */
    ALIVE_MS = 60000,
    FAREWELL_MS = 200 /* for the last frames to leave before the sockets close */
};
static const size_t program_bytes = (size_t)512 << 20;

/* ---- opening and closing ------------------------------------------------------------------------- */

static bool open_memory(struct broker *broker, struct error *err)
{
    broker->program = arena_create(program_bytes);
    broker->arena = arena_create(INBOUND_ARENA_BYTES);
    if (broker->program != NULL) {
        broker->sessions = session_table_create(broker->program);
        broker->due = number_set_create(broker->program, SESSION_SITES_MAX);
    }
    return (broker->arena != NULL && broker->sessions != NULL && broker->due != NULL) ||
           error_set(err, ERROR_OS, "no memory");
}

static bool open_books(struct broker *broker, struct error *err)
{
    const struct books_options options = {
        .folder = broker->settings.store, .clock = broker->clock, .log = broker->log};
    if (!books_open(&broker->books, &options, err) ||
        !keeper_open(
            &broker->keeper, broker->settings.disclosure_key, broker->books.journal, err)) {
        return false;
    }
    broker->core.store = broker->books.store;
    store_tell_lines(broker->books.store, broker->due);
    broker->books.keeper = broker->keeper;
    rotation_open(broker);
    const struct timekeeper_reading reading = {.wall_us = clock_wall_us(broker->clock),
                                               .boot_us = clock_boot_us(broker->clock)};
    timekeeper_start(&broker->time, books_last_alive_us(&broker->books), &reading);
    broker->started_us = broker->time.now_us;
    if (broker->time.doubted) {
        LOG_ALARM(broker->log,
                  "clock_doubted",
                  LOG_NUMBER("off_s", (reading.wall_us - broker->time.now_us) / UTC_SECOND_US));
    }
    broker_read_time(broker);
    return true;
}

bool loop_open(struct broker *broker, struct error *err)
{
    configuration_open(&broker->configuration);
    return open_memory(broker, err) && open_books(broker, err);
}

/* The folder that a file stands in, or "." */
static const char *folder_of(struct broker *broker, const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL
               ? "."
               : arena_text_of(broker->program, bytes_of(path, (size_t)(slash - path) + 1));
}

/* The store for writing; keys and what a proposal reads for reading; nothing else from here on, in the child that reads
 * proposals too. Before the link, whose thread is to be in it. */
static bool enter_sandbox(struct broker *broker, struct error *err)
{
    const struct settings *settings = &broker->settings;
    struct sandbox_state state = {"no: sandbox: no", "no: sandbox: no"};
    struct sandbox_path paths[4 + SETTINGS_READ_MAX] = {
        {settings->store, true},
        {folder_of(broker, settings->path), false},
        {folder_of(broker, settings->curve_key), false},
        {folder_of(broker, settings->disclosure_key), false}};
    size_t count = 4;

    for (size_t i = 0; i < SETTINGS_READ_MAX; i++) {
        if (settings->read[i] != NULL) {
            paths[count++].path = settings->read[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (paths[i].path == NULL) {
            return error_set(err, ERROR_OS, "no memory");
        }
    }
    if (settings->sandbox && !sandbox_enter(paths, count, &state, err)) {
        return false;
    }
    LOG_INFO(broker->log,
             "sandbox",
             LOG_TEXT("paths", state.paths),
             LOG_TEXT("calls", state.calls),
             LOG_TEXT("secrets", keeper_is_locked(broker->keeper) ? "locked" : "not locked"));
    return true;
}

/* The configuration of the journal, or the first one from the files. */
static bool open_configuration(struct broker *broker, struct error *err)
{
    if (!regions_load(&broker->regions, broker->books.store, err)) {
        return false;
    }
    broker_use_regions(broker);
    const bool first = broker->core.region == NULL;
    if (!configuration_start(broker, first ? CONFIGURATION_PROPOSE : CONFIGURATION_COMPARE, err)) {
        return false;
    }
    if (!first) {
        return true; /* what the files say is told while we serve */
    }
    if (!configuration_wait(broker, err)) {
        return false;
    }
    return broker->core.region != NULL ||
           error_set(err, ERROR_CONFIG, "the first configuration was refused, see the log");
}

static bool open_link(struct broker *broker, struct error *err)
{
    struct key32 secret;

    if (!keys_read(broker->settings.curve_key, KEYS_CURVE_SECRET, &secret, err)) {
        return error_prepend(err, "curve key");
    }
    const bool bound = link_context_create(&broker->context, err) &&
                       link_server_create_curve(
                           &broker->server, broker->context, broker->settings.listen, &secret, err);
    keys_wipe(&secret, sizeof(secret));
    if (bound) {
        (void)snprintf(
            broker->endpoint, sizeof(broker->endpoint), "%s", link_server_endpoint(broker->server));
        link_server_set_admission(broker->server, admission_handshake, broker);
        tool_socket_open(&broker->tools, broker->context, broker->settings.store, broker->log);
    }
    return bound;
}

void loop_close(struct broker *broker)
{
    configuration_close(&broker->configuration);
    link_server_destroy(&broker->server);
    tool_socket_close(&broker->tools);
    link_context_destroy(&broker->context);
    signals_close(&broker->signals);
    keeper_close(&broker->keeper);
    regions_release(&broker->regions);
    books_close(&broker->books);
    arena_destroy(&broker->arena);
    arena_destroy(&broker->program);
}

static void tell_ready(const struct broker *broker, const char *notify_socket)
{
    (void)printf("READY endpoint=%s region=%s version=%u\n",
                 broker->endpoint,
                 broker->core.region->code,
                 broker->core.region->version);
    (void)fflush(stdout);
    notify_say(notify_socket, "READY=1");
    LOG_INFO(broker->log,
             "ready",
             LOG_TEXT("endpoint", broker->endpoint),
             LOG_TEXT("region", broker->core.region->code),
             LOG_NUMBER("version", broker->core.region->version),
             LOG_NUMBER("position", store_meta(broker->books.store)->position));
}

/* ---- one turn ------------------------------------------------------------------------------------ */

/* An administrator accepted the wall clock: from the next reading on it is believed. */
static void follow_clock(struct broker *broker, const struct batch *batch)
{
    for (size_t i = 0; i < batch->entry_count; i++) {
        for (size_t j = 0; j < batch->entries[i].fact_count; j++) {
            if (batch->entries[i].facts[j].kind == FACT_CLOCK_ACCEPTED) {
                const struct timekeeper_reading reading = {.wall_us = clock_wall_us(broker->clock),
                                                           .boot_us = clock_boot_us(broker->clock)};
                timekeeper_accept(&broker->time, &reading);
                LOG_INFO(broker->log, "clock_accepted", LOG_NUMBER("us", broker->time.now_us));
            }
        }
    }
}

static void log_turn(struct broker *broker, struct turn *turn, const struct batch *batch)
{
    const struct turn_alarm *alarms = NULL;
    const size_t count = turn_alarms(turn, &alarms);

    for (size_t i = 0; i < count; i++) {
        LOG_ALARM(broker->log,
                  "case_escalated",
                  LOG_TEXT("case", alarms[i].case_number),
                  LOG_TEXT("reason", vocabulary_code(VOCABULARY_DESK_REASON, alarms[i].reason)));
    }
    LOG_WITH(broker->log,
             LOG_LEVEL_DEBUG,
             "turn",
             LOG_NUMBER("batch", batch->number),
             LOG_NUMBER("entries", batch->entry_count),
             LOG_NUMBER("arena_bytes", arena_used(broker->arena)),
             LOG_NUMBER("took_us", clock_boot_us(broker->clock) - broker->boot_us));
}

static void mark_alive(struct broker *broker)
{
    struct error err;
    if (!books_mark_alive(&broker->books, broker->time.now_us, &err)) {
        LOG_WARN(broker->log, "not_marked_alive", LOG_TEXT("error", err.text));
    }
}

static void tick(struct broker *broker, struct turn *turn, struct loop_pace *pace)
{
    if (!broker->tick_now && broker->boot_us - pace->ticked_us < TICK_MS * INT64_C(1000)) {
        return;
    }
    broker->tick_now = false;
    pace->ticked_us = broker->boot_us;
    inbound_tick(broker, turn);
    rotation_tick(broker);
    if (broker->boot_us - pace->marked_us >= ALIVE_MS * INT64_C(1000)) {
        pace->marked_us = broker->boot_us;
        mark_alive(broker);
    }
}

static struct turn *begin_turn(struct broker *broker, struct error *err)
{
    broker_read_time(broker);
    arena_reset(broker->arena);
    const struct turn_options options = {.now_us = broker->time.now_us,
                                         .held_from_us = broker->time.held_from_us,
                                         .hold_until_us = broker->time.hold_until_us,
                                         .disk_low = broker->books.disk_low};
    struct turn *turn = turn_begin(&broker->core, broker->arena, &options);
    if (turn == NULL) {
        (void)error_set(err, ERROR_OS, "no memory for a turn");
    }
    return turn;
}

/* Durable first, then spoken about. */
static bool
finish_turn(struct broker *broker, struct turn *turn, struct loop_pace *pace, struct error *err)
{
    if (!books_append(&broker->books, turn, broker->arena, err)) {
        return false;
    }
    const struct batch *batch = turn_batch(turn);
    if (batch != NULL) {
        follow_clock(broker, batch);
        log_turn(broker, turn, batch);
    }
    pace->retry = outbound_send(broker);
    return rotation_step(broker, err) && books_tend(&broker->books, false, err);
}

bool loop_turn(struct broker *broker, struct loop_pace *pace, struct error *err)
{
    struct turn *turn = begin_turn(broker, err);
    if (turn == NULL) {
        return false;
    }
    pace->more_frames = inbound_drain(broker, turn);
    pace->more_deadlines =
        turn_deadlines(turn, DEADLINES_MOST, &pace->next_due_us) == DEADLINES_MOST;
    tick(broker, turn, pace);
    return finish_turn(broker, turn, pace, err);
}

static bool stop(struct broker *broker, struct loop_pace *pace, struct error *err)
{
    struct turn *turn = begin_turn(broker, err);
    if (turn == NULL) {
        return false;
    }
    LOG_INFO(broker->log, "stopping", LOG_NUMBER("sessions", session_count(broker->sessions)));
    const bool anybody = session_count(broker->sessions) > 0;
    inbound_stop(broker, turn);
    if (!finish_turn(broker, turn, pace, err) || !books_tend(&broker->books, true, err)) {
        return false;
    }
    mark_alive(broker);
    return !anybody || link_wait(broker->context, NULL, 0, FAREWELL_MS, err);
}

/* ---- waiting ------------------------------------------------------------------------------------- */

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
    return b_ms >= 0 && b_ms < a_ms ? b_ms : a_ms;
}

int64_t loop_wait_ms(const struct broker *broker, const struct loop_pace *pace)
{
    if (pace->more_frames || pace->more_deadlines) {
        return 0;
    }
    int64_t ms = sooner(TICK_MS, books_commit_in_ms(&broker->books));
    ms = sooner(ms, pace->retry ? RETRY_MS : -1);
    ms = sooner(ms, rotation_wait_ms(broker));
    if (pace->next_due_us != 0) {
        const int64_t due_ms = (pace->next_due_us - broker->time.now_us + 999) / 1000;
        ms = sooner(ms, due_ms < 0 ? 0 : due_ms);
    }
    return ms;
}

/* Sets *stopping when a signal says so. */
static bool wait_for_work(struct broker *broker,
                          const struct loop_pace *pace,
                          bool *stopping,
                          struct error *err)
{
    struct link_wait items[4] = {{.server = broker->server}, {.fd = signals_fd(broker->signals)}};
    size_t count = 2;
    if (broker->tools.server != NULL) {
        items[count++] = (struct link_wait){.server = broker->tools.server};
    }
    const size_t child = count;
    if (broker->configuration.child != 0) {
        items[count++] = (struct link_wait){.fd = broker->configuration.fd};
    }

    if (!link_wait(broker->context, items, count, loop_wait_ms(broker, pace), err)) {
        return false;
    }
    const struct signals_seen seen = signals_take(broker->signals);
    *stopping = seen.stop;
    if (seen.reload && !configuration_start(broker, CONFIGURATION_PROPOSE, err)) {
        LOG_ERROR(broker->log, "configuration_refused", LOG_TEXT("reason", err->text));
    }
    tool_socket_step(broker);
    return count == child || !items[child].ready || configuration_read(broker, err);
}

bool loop_run(const struct loop_options *options, struct error *err)
{
    struct broker *broker = calloc(1, sizeof(*broker));
    struct loop_pace pace = {.retry = false};
    bool stopping = false;

    if (broker == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    broker->settings = options->settings;
    broker->clock = options->clock;
    broker->log = options->log;
    bool ok = signals_open(&broker->signals, err) && loop_open(broker, err) &&
              enter_sandbox(broker, err) && store_use_worker(broker->books.store, err) &&
              open_configuration(broker, err) && open_link(broker, err);
    if (ok) {
        tell_ready(broker, options->notify_socket);
    }
    while (ok && !stopping) {
        ok = wait_for_work(broker, &pace, &stopping, err) && loop_turn(broker, &pace, err) &&
             configuration_tend(broker, err);
    }
    if (ok) {
        notify_say(options->notify_socket, "STOPPING=1");
        ok = stop(broker, &pace, err);
    }
    loop_close(broker);
    free(broker);
    return ok;
}
