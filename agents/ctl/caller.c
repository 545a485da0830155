/* Asking the agent; see the header. */
#include "agents/ctl/caller.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/link.h"
#include "base/yaml_tree.h"
#include "proto/wire.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CURSOR_BYTES_MAX = 512, SCHEME_BYTES = 6, CONNECT_STEP_MS = 1, BUSY_STEP_MS = 50 };

struct caller {
    struct link_context *context;
    struct link_client *client;
    struct clock *clock;
    struct arena *arena;
    const char *actor;
    int64_t timeout_ms;
    enum language language;
    uint64_t last_number; /* of a command or a query: answers echo it */
};

/* What a refusal means for the exit status. */
static const enum error_code code_of_refusal[REFUSAL_END] = {
    [REFUSAL_UNSPECIFIED] = ERROR_PROTOCOL,    [REFUSAL_UNKNOWN_CODE] = ERROR_DATA,
    [REFUSAL_MISSING_FIELD] = ERROR_DATA,      [REFUSAL_BAD_FIELD] = ERROR_DATA,
    [REFUSAL_BAD_TEXT] = ERROR_DATA,           [REFUSAL_TOO_LONG] = ERROR_DATA,
    [REFUSAL_UNKNOWN_KIND] = ERROR_PROTOCOL,   [REFUSAL_VERSION] = ERROR_PROTOCOL,
    [REFUSAL_NOT_ALLOWED] = ERROR_PERMISSION,  [REFUSAL_UNKNOWN_WORKER] = ERROR_PERMISSION,
    [REFUSAL_NOT_FOUND] = ERROR_NO_INPUT,      [REFUSAL_STALE_HOP] = ERROR_DATA,
    [REFUSAL_WRONG_STATE] = ERROR_DATA,        [REFUSAL_ID_REUSED] = ERROR_DATA,
    [REFUSAL_NEXT_EXPECTED] = ERROR_PROTOCOL,  [REFUSAL_ALREADY_DONE] = ERROR_PROTOCOL,
    [REFUSAL_DISK_LOW] = ERROR_TEMPORARY,      [REFUSAL_BUSY] = ERROR_TEMPORARY,
    [REFUSAL_OFFLINE] = ERROR_UNAVAILABLE,     [REFUSAL_SPOOL_FULL] = ERROR_TEMPORARY,
    [REFUSAL_OPEN_FACTS] = ERROR_PROTOCOL,     [REFUSAL_UNREADABLE] = ERROR_PROTOCOL,
    [REFUSAL_SIGNATURE_WRONG] = ERROR_DATA,    [REFUSAL_SIGNATURE_OWN] = ERROR_PERMISSION,
    [REFUSAL_SIGNATURE_REPEATED] = ERROR_DATA, [REFUSAL_SIGNER_UNKNOWN] = ERROR_PERMISSION,
    [REFUSAL_SIGNATURE_NEEDED] = ERROR_DATA,   [REFUSAL_EPOCH_OVER] = ERROR_DATA,
};

static bool probe(const char *endpoint, enum language language, struct error *err);
static bool
ask_page(struct caller *caller, const struct query *query, struct answer *out, struct error *err);
static void
command_envelope(struct caller *caller, const struct command *command, struct envelope *out);
static bool exchange(struct caller *caller,
                     const struct envelope *question,
                     struct envelope *answer,
                     struct error *err);
static bool wait_for_answer(struct caller *caller,
                            const struct envelope *question,
                            struct envelope *answer,
                            int64_t until_us,
                            struct error *err);
static bool
send_frame(struct caller *caller, struct bytes frame, int64_t until_us, struct error *err);
static bool is_answer(const struct envelope *question, const struct envelope *envelope);
static bool is_ours(const char *field);

bool caller_open(struct caller **out, const struct caller_options *options, struct error *err)
{
    struct caller *caller = NULL;
    bool ok = false;

    if (!probe(options->endpoint, options->language, err)) {
        return false;
    }
    caller = calloc(1, sizeof(*caller));
    if (caller == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    caller->arena = options->arena;
    caller->actor = options->actor;
    caller->timeout_ms = options->timeout_ms;
    caller->language = options->language;
    caller->clock = clock_create_real();
    if (caller->clock == NULL) {
        (void)error_set(err, ERROR_OS, "no memory left");
        goto out;
    }
    if (!link_context_create(&caller->context, err) ||
        !link_client_create(&caller->client, caller->context, options->endpoint, NULL, err)) {
        goto out;
    }
    *out = caller;
    caller = NULL;
    ok = true;
out:
    caller_close(&caller);
    return ok;
}

void caller_close(struct caller **caller)
{
    if (*caller == NULL) {
        return;
    }
    link_client_destroy(&(*caller)->client);
    link_context_destroy(&(*caller)->context);
    clock_destroy(&(*caller)->clock);
    free(*caller);
    *caller = NULL;
}

bool caller_endpoint_of(const char *agent_file,
                        struct arena *arena,
                        const char **out,
                        struct error *err)
{
    struct error_list *errors = arena_alloc(arena, sizeof(*errors));
    struct yaml_file file;
    struct bytes content;

    if (errors == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    if (!file_read(agent_file, YAML_TREE_BYTES_MAX, arena, &content, err)) {
        return false;
    }
    if (!yaml_tree_parse(agent_file, content, arena, &file, errors)) {
        *err = errors->items[0];
        err->code = ERROR_CONFIG;
        return false;
    }
    const struct yaml_node *socket_node = NULL;
    if (file.root != NULL && file.root->kind == YAML_MAP) {
        socket_node = yaml_tree_get(file.root, "socket");
    }
    if (socket_node == NULL) {
        *out = CALLER_ENDPOINT_DEFAULT;
        return true;
    }
    if (socket_node->kind != YAML_SCALAR ||
        strncmp(socket_node->text, "ipc://", SCHEME_BYTES) != 0) {
        struct text_pos at = yaml_tree_pos(&file, socket_node);
        return error_set_at(err, ERROR_CONFIG, &at, "socket must be ipc:// and a path");
    }
    const char *path = file_beside(arena, agent_file, socket_node->text + SCHEME_BYTES);
    *out = path == NULL ? NULL : arena_format(arena, "ipc://%s", path);
    return *out != NULL || error_set(err, ERROR_OS, "no memory left");
}

bool caller_command(struct caller *caller,
                    const struct command *command,
                    struct reply *out,
                    struct error *err)
{
    struct envelope question;
    struct envelope answer;

    command_envelope(caller, command, &question);
    if (!exchange(caller, &question, &answer, err)) {
        return false;
    }
    *out = answer.body.reply;
    return true;
}

bool caller_frame(struct caller *caller,
                  const struct command *command,
                  struct bytes *frame,
                  uint64_t *number,
                  struct error *err)
{
    struct envelope question;

    command_envelope(caller, command, &question);
    if (!wire_encode(&question, caller->arena, frame)) {
        return error_set(err, ERROR_DATA, "the message is too large");
    }
    *number = question.body.command.number;
    return true;
}

bool caller_post(struct caller *caller, struct bytes frame, struct error *err)
{
    return send_frame(caller, frame, clock_boot_us(caller->clock) + caller->timeout_ms * 1000, err);
}

enum caller_heard
caller_hear(struct caller *caller, int64_t wait_ms, struct reply *out, struct error *err)
{
    const int64_t until_us = clock_boot_us(caller->clock) + wait_ms * 1000;
    struct envelope envelope;
    struct wire_fault fault;
    struct bytes body;

    for (;;) {
        const enum link_received received = link_client_receive(caller->client, &body);
        if (received == LINK_FRAME) {
            if (!wire_decode(body, caller->arena, &envelope, &fault) ||
                envelope.kind != BODY_REPLY) {
                (void)error_set(err, ERROR_PROTOCOL, "the agent's answer is unreadable");
                return CALLER_FAILED;
            }
            *out = envelope.body.reply;
            return CALLER_REPLY;
        }
        const int64_t left_us = until_us - clock_boot_us(caller->clock);
        if (received == LINK_NOTHING && left_us <= 0) {
            return CALLER_SILENCE;
        }
        struct link_wait item = {.client = caller->client, .fd = -1};
        if (received == LINK_NOTHING &&
            !link_wait(caller->context, &item, 1, left_us / 1000 + 1, err)) {
            return CALLER_FAILED;
        }
    }
}

int64_t caller_timeout_ms(const struct caller *caller)
{
    return caller->timeout_ms;
}

bool caller_query(struct caller *caller,
                  const struct query *query,
                  struct answer *out,
                  struct error *err)
{
    struct envelope question = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_QUERY};
    struct envelope answer;

    question.body.query = *query;
    question.body.query.id = ++caller->last_number;
    question.body.query.actor = caller->actor;
    question.body.query.text = query->text == NULL ? "" : query->text;
    question.body.query.cursor = query->cursor == NULL ? "" : query->cursor;
    if (!exchange(caller, &question, &answer, err)) {
        return false;
    }
    if (answer.body.answer.problem_count > 0) {
        return caller_refusal(
            answer.body.answer.problems, answer.body.answer.problem_count, caller->language, err);
    }
    *out = answer.body.answer;
    return true;
}

bool caller_pages(struct caller *caller,
                  const struct caller_listing *listing,
                  bool *more,
                  struct error *err)
{
    size_t left = listing->rows_max == 0 ? SIZE_MAX : listing->rows_max;
    struct query query = listing->query;
    char cursor[CURSOR_BYTES_MAX] = "";

    *more = false;
    for (;;) {
        struct arena_mark mark = arena_mark(caller->arena);
        struct answer answer;
        query.cursor = cursor;
        if (!ask_page(caller, &query, &answer, err)) {
            return false;
        }
        size_t rows = listing->take(listing->world, &answer, left);
        size_t length = strlen(answer.cursor);
        if (length >= sizeof(cursor)) {
            return error_set(err, ERROR_PROTOCOL, "the agent's cursor is too long");
        }
        *more = rows > left || (rows == left && length > 0);
        left -= rows < left ? rows : left;
        memcpy(cursor, answer.cursor, length + 1);
        arena_release(caller->arena, mark);
        if (length == 0 || left == 0) {
            return true;
        }
    }
}

bool caller_refusal(const struct problem *problems,
                    size_t count,
                    enum language language,
                    struct error *err)
{
    bool ru = language == LANGUAGE_RU;
    const struct problem *first = &problems[0];
    const char *text = phrase_in(first->text, language);
    const char *field = first->field == NULL || is_ours(first->field) ? "" : first->field;
    char more[64] = "";

    assert(count > 0 && first->code < REFUSAL_END);
    if (count > 1) {
        (void)snprintf(
            more, sizeof(more), ru ? " (и ещё замечаний: %zu)" : " (and %zu more)", count - 1);
    }
    return error_set(err,
                     code_of_refusal[first->code],
                     "%s%s%s%s",
                     field,
                     field[0] == '\0' ? "" : ": ",
                     text == NULL ? "" : text,
                     more);
}

/* Is anybody there? ZeroMQ connects in the background and would let us wait for a dead socket. */
static bool probe(const char *endpoint, enum language language, struct error *err)
{
    bool ru = language == LANGUAGE_RU;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = endpoint + SCHEME_BYTES;

    if (strncmp(endpoint, "ipc://", SCHEME_BYTES) != 0 || path[0] == '\0' ||
        strlen(path) >= sizeof(address.sun_path)) {
        return error_set(err,
                         ERROR_USAGE,
                         ru ? "адрес сокета должен быть ipc:// и путь не длиннее %zu байт: %s"
                            : "the socket must be ipc:// and a path of at most %zu bytes: %s",
                         sizeof(address.sun_path) - 1,
                         endpoint);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) {
        return error_set_errno(err, ERROR_OS, errno, "socket");
    }
    int connected = connect(fd, (const struct sockaddr *)&address, sizeof(address));
    int reason = errno;
    (void)close(fd);
    if (connected == 0) {
        return true;
    }
    if (reason == EACCES || reason == EPERM) {
        return error_set(
            err,
            ERROR_PERMISSION,
            ru ? "сокет агента %s закрыт для вас: попросите администратора площадки"
               : "the agent's socket %s is closed to you: ask the site's administrator",
            path);
    }
    return error_set(
        err,
        ERROR_UNAVAILABLE,
        ru ? "никто не слушает на %s (%s): запущен ли refagentd? Другой сокет: --socket, --agent"
           : "nobody listens on %s (%s): is refagentd running? Another socket: --socket, --agent",
        path,
        strerror(reason));
}

/* A page; over the broker's quota of queries the question waits its turn. */
static bool
ask_page(struct caller *caller, const struct query *query, struct answer *out, struct error *err)
{
    const int64_t until_us = clock_boot_us(caller->clock) + caller->timeout_ms * 1000;

    while (!caller_query(caller, query, out, err)) {
        struct link_wait item = {.client = caller->client, .fd = -1};
        if (err->code != ERROR_TEMPORARY || clock_boot_us(caller->clock) >= until_us ||
            !link_wait(caller->context, &item, 1, BUSY_STEP_MS, err)) {
            return false;
        }
    }
    return true;
}

static void
command_envelope(struct caller *caller, const struct command *command, struct envelope *out)
{
    *out = (struct envelope){.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_COMMAND};
    out->body.command = *command;
    out->body.command.number = ++caller->last_number;
    out->body.command.actor = caller->actor;
    out->body.command.worker = command->worker == NULL ? "" : command->worker;
    out->body.command.note = command->note == NULL ? "" : command->note;
}

static bool exchange(struct caller *caller,
                     const struct envelope *question,
                     struct envelope *answer,
                     struct error *err)
{
    int64_t until_us = clock_boot_us(caller->clock) + caller->timeout_ms * 1000;
    struct bytes frame;

    struct arena_mark mark = arena_mark(caller->arena);
    if (!wire_encode(question, caller->arena, &frame)) {
        return error_set(err, ERROR_DATA, "the message is too large");
    }
    bool sent = send_frame(caller, frame, until_us, err);
    arena_release(caller->arena, mark);
    return sent && wait_for_answer(caller, question, answer, until_us, err);
}

/* The connection is made in the background, in well under a millisecond; before that nothing is taken. */
static bool
send_frame(struct caller *caller, struct bytes frame, int64_t until_us, struct error *err)
{
    while (link_client_send(caller->client, frame) != LINK_SENT) {
        struct link_wait item = {.client = caller->client, .fd = -1};
        if (clock_boot_us(caller->clock) >= until_us) {
            return caller_fail_late(caller, err);
        }
        if (!link_wait(caller->context, &item, 1, CONNECT_STEP_MS, err)) {
            return false;
        }
    }
    return true;
}

static bool wait_for_answer(struct caller *caller,
                            const struct envelope *question,
                            struct envelope *answer,
                            int64_t until_us,
                            struct error *err)
{
    struct wire_fault fault;
    struct bytes body;

    for (;;) {
        struct arena_mark mark = arena_mark(caller->arena);
        enum link_received received = link_client_receive(caller->client, &body);
        if (received == LINK_FRAME) {
            if (!wire_decode(body, caller->arena, answer, &fault)) {
                return error_set(
                    err, ERROR_PROTOCOL, "the agent's answer is unreadable: %s", fault.field);
            }
            if (is_answer(question, answer)) {
                return true;
            }
        }
        arena_release(caller->arena, mark);
        if (received != LINK_NOTHING) {
            continue;
        }
        int64_t left_us = until_us - clock_boot_us(caller->clock);
        if (left_us <= 0) {
            return caller_fail_late(caller, err);
        }
        struct link_wait item = {.client = caller->client, .fd = -1};
        if (!link_wait(caller->context, &item, 1, left_us / 1000 + 1, err)) {
            return false;
        }
    }
}

bool caller_fail_late(const struct caller *caller, struct error *err)
{
    return error_set(err,
                     ERROR_UNAVAILABLE,
                     caller->language == LANGUAGE_RU
                         ? "агент не ответил за %lld мс (--timeout ждёт дольше)"
                         : "the agent did not answer in %lld ms (--timeout waits longer)",
                     (long long)caller->timeout_ms);
}

/* Number 0: the agent could not even read which one it answers. */
static bool is_answer(const struct envelope *question, const struct envelope *envelope)
{
    if (question->kind == BODY_COMMAND) {
        return envelope->kind == BODY_REPLY &&
               (envelope->body.reply.number == question->body.command.number ||
                envelope->body.reply.number == 0);
    }
    return envelope->kind == BODY_ANSWER &&
           (envelope->body.answer.id == question->body.query.id || envelope->body.answer.id == 0);
}

/* Fields of the frame that refctl made; a person knows those of a form only. */
static bool is_ours(const char *field)
{
    return strncmp(field, "query.", 6) == 0 || strncmp(field, "command.", 8) == 0;
}
