/* Hooks: see hooks.h. memfd_create is Linux's: an input without a file and without a pipe to fill. */
#define _GNU_SOURCE 1
#include "agents/daemon/hooks.h"

#include "agents/daemon/hook_event.h"
#include "agents/store/hook_queue.h"
#include "agents/store/mirror.h"
#include "base/utc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    SCAN_ENTRIES_MAX = 500, /* of the queue looked at in one step */
    RETRY_LEAST_S = 5,      /* doubles with each attempt */
    RETRY_MOST_S = 600
};

struct running {
    pid_t pid; /* 0: free */
    uint64_t number;
    int64_t kill_us; /* boot clock */
};

struct hooks {
    struct running running[HOOKS_RUNNING_MAX];
    int64_t scan_us; /* boot clock: when the queue is worth looking at */
};

struct hooks *hooks_create(struct arena *arena)
{
    return arena_alloc(arena, sizeof(struct hooks));
}

/* ---- queueing -------------------------------------------------------------------------------- */

static void tell(struct agent *agent, enum news_kind kind, const char *body)
{
    for (size_t i = 0; body != NULL && i < agent->people->hook_count; i++) {
        const struct agent_config_hook *hook = &agent->people->hooks[i];
        if ((hook->on >> kind & 1) == 0) {
            continue;
        }
        struct hook_queue_entry entry = {.run = hook->run, .body = body};
        if (!hook_queue_add(agent->store, &entry, agent->turn)) {
            LOG_WARN(agent->log, "hook_queue_full", LOG_TEXT("event", news_name(kind)));
        }
        agent->hooks->scan_us = 0;
    }
}

static bool is_wanted(const struct agent *agent, enum news_kind kind)
{
    uint32_t wanted = 0;
    for (size_t i = 0; i < agent->people->hook_count; i++) {
        wanted |= agent->people->hooks[i].on;
    }
    return (wanted >> kind & 1) != 0;
}

void hooks_tell(struct agent *agent, const struct delivery *delivery, const struct news *news)
{
    if (is_wanted(agent, news->kind)) {
        tell(agent,
             news->kind,
             hook_event_of_news(agent->config->site, agent->now_us, delivery, news, agent->turn));
    }
}

void hooks_tell_refused(struct agent *agent,
                        const struct spool_refusal *refusal,
                        const struct reply *reply)
{
    if (is_wanted(agent, NEWS_REFUSED)) {
        tell(agent,
             NEWS_REFUSED,
             hook_event_of_refusal(agent->config->site, refusal, reply, agent->turn));
    }
}

/* ---- running --------------------------------------------------------------------------------- */

static const struct agent_config_hook *hook_of(const struct agent *agent, const char *run)
{
    for (size_t i = 0; i < agent->people->hook_count; i++) {
        if (strcmp(agent->people->hooks[i].run, run) == 0) {
            return &agent->people->hooks[i];
        }
    }
    return NULL;
}

static const char *with_facts(struct agent *agent, const char *body)
{
    struct hook_event_subject subject;
    if (!hook_event_subject(body, agent->turn, &subject) || !subject.disclosure) {
        return body;
    }
    struct case_view view = {.facts_count = 0};
    struct mirror_reader reader = {.worker = subject.worker};
    mirror_facts(agent->store, &subject.case_id, &reader, agent->turn, &view);
    return hook_event_with_facts(body, &view, agent->turn);
}

/* A descriptor to read the body from; -1: none. */
static int input_of(const char *body)
{
    int fd = memfd_create("event", MFD_CLOEXEC);
    size_t size = strlen(body);
    if (fd >= 0 && (write(fd, body, size) != (ssize_t)size || write(fd, "\n", 1) != 1 ||
                    lseek(fd, 0, SEEK_SET) != 0)) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

static bool spawn_with(const char *run, int input, pid_t *pid)
{
    char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    char *const environment[] = {path, NULL};
    char *const arguments[] = {(char *)(uintptr_t)run, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return false;
    }
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return false;
    }
    bool fine =
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) == 0 &&
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
        posix_spawnattr_setsigmask(&attributes, &none) == 0 &&
        posix_spawnattr_setsigdefault(&attributes, &all) == 0 &&
        posix_spawnattr_setpgroup(&attributes, 0) == 0 &&
        posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                     POSIX_SPAWN_SETPGROUP) == 0 &&
        posix_spawn(pid, run, &actions, &attributes, arguments, environment) == 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return fine;
}

static void failed(struct agent *agent, struct hook_queue_entry *entry, const char *why)
{
    entry->attempts++;
    LOG_WARN(agent->log,
             "hook_failed",
             LOG_TEXT("run", entry->run),
             LOG_TEXT("why", why),
             LOG_NUMBER("attempt", entry->attempts));
    if (entry->attempts >= HOOKS_ATTEMPTS_MAX) {
        hook_queue_remove(agent->store, entry->number);
        return;
    }
    int64_t wait_s = (int64_t)RETRY_LEAST_S << (entry->attempts - 1);
    entry->due_us = agent->now_us + (wait_s > RETRY_MOST_S ? RETRY_MOST_S : wait_s) * UTC_SECOND_US;
    hook_queue_update(agent->store, entry, agent->turn);
}

static void start(struct agent *agent, struct hook_queue_entry *entry, struct running *place)
{
    const struct agent_config_hook *hook = hook_of(agent, entry->run);
    if (hook == NULL) { /* no longer configured */
        hook_queue_remove(agent->store, entry->number);
        return;
    }
    const char *body = hook->facts ? with_facts(agent, entry->body) : entry->body;
    int input = body == NULL ? -1 : input_of(body);
    bool started = input >= 0 && spawn_with(entry->run, input, &place->pid);
    if (input >= 0) {
        (void)close(input);
    }
    if (!started) {
        place->pid = 0;
        failed(agent, entry, "cannot be started");
        return;
    }
    place->number = entry->number;
    place->kill_us = agent->boot_us + hook->timeout_us;
}

static bool is_running(const struct hooks *hooks, uint64_t number)
{
    for (size_t i = 0; i < HOOKS_RUNNING_MAX; i++) {
        if (hooks->running[i].pid != 0 && hooks->running[i].number == number) {
            return true;
        }
    }
    return false;
}

static struct running *free_place(struct hooks *hooks)
{
    for (size_t i = 0; i < HOOKS_RUNNING_MAX; i++) {
        if (hooks->running[i].pid == 0) {
            return &hooks->running[i];
        }
    }
    return NULL;
}

static void start_due(struct agent *agent)
{
    struct hooks *hooks = agent->hooks;
    struct hook_queue_entry entry;
    uint64_t from = 0;
    hooks->scan_us = INT64_MAX;
    for (int i = 0; i < SCAN_ENTRIES_MAX; i++) {
        struct arena_mark mark = arena_mark(agent->turn);
        struct running *place = free_place(hooks);
        /* With every place taken, the end of a program is what wakes us. */
        if (place == NULL || !hook_queue_next(agent->store, from, agent->turn, &entry)) {
            return;
        }
        from = entry.number + 1;
        if (entry.due_us > agent->now_us) {
            int64_t at_us = agent->boot_us + (entry.due_us - agent->now_us);
            hooks->scan_us = at_us < hooks->scan_us ? at_us : hooks->scan_us;
        } else if (!is_running(hooks, entry.number)) {
            start(agent, &entry, place);
        }
        arena_release(agent->turn, mark);
    }
    hooks->scan_us = agent->boot_us + UTC_SECOND_US;
}

static void ended(struct agent *agent, struct running *place, int status)
{
    struct hook_queue_entry entry;
    uint64_t number = place->number;
    place->pid = 0;
    agent->hooks->scan_us = 0;
    if (!hook_queue_next(agent->store, number, agent->turn, &entry) || entry.number != number) {
        return;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        hook_queue_remove(agent->store, number);
        return;
    }
    failed(agent, &entry, WIFEXITED(status) ? "exit status" : "killed");
}

void hooks_step(struct agent *agent)
{
    struct hooks *hooks = agent->hooks;
    for (size_t i = 0; i < HOOKS_RUNNING_MAX; i++) {
        struct running *place = &hooks->running[i];
        if (place->pid == 0) {
            continue;
        }
        int status = 0;
        if (waitpid(place->pid, &status, WNOHANG) == place->pid) {
            ended(agent, place, status);
        } else if (agent->boot_us >= place->kill_us) {
            (void)kill(-place->pid, SIGKILL); /* reaped when SIGCHLD comes */
            place->kill_us = INT64_MAX;
        }
    }
    if (agent->boot_us >= hooks->scan_us) {
        start_due(agent);
    }
}

int64_t hooks_deadline_us(const struct hooks *hooks)
{
    int64_t due = hooks->scan_us;
    for (size_t i = 0; i < HOOKS_RUNNING_MAX; i++) {
        if (hooks->running[i].pid != 0 && hooks->running[i].kill_us < due) {
            due = hooks->running[i].kill_us;
        }
    }
    return due;
}

void hooks_stop(struct hooks *hooks)
{
    for (size_t i = 0; i < HOOKS_RUNNING_MAX; i++) {
        if (hooks->running[i].pid != 0) {
            (void)kill(-hooks->running[i].pid, SIGTERM);
            hooks->running[i].pid = 0;
        }
    }
}
