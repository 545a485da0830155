/* refctl on a stage; see the header. */
#include "tests/support/refctl_stage.h"

#include "agents/ctl/program.h"
#include "base/link.h"
#include "proto/wire.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARENA_BYTES = 32 << 20, WORDS_MAX = 16 };

/* ---- the refctl_stage_script agent -------------------------------------------------------------------- */

static void serve(const char *endpoint, refctl_stage_script *script, int ready)
{
    struct link_context *context = NULL;
    struct link_server *server = NULL;
    struct arena *arena = arena_create(ARENA_BYTES);
    struct error err;

    if (arena == NULL || !link_context_create(&context, &err) ||
        !link_server_create_ipc(&server, context, endpoint, 0600, &err) ||
        write(ready, "r", 1) != 1) {
        _exit(9);
    }
    for (;;) {
        struct link_wait item = {.server = server, .fd = -1};
        struct link_frame frame;
        if (!link_wait(context, &item, 1, -1, &err)) {
            _exit(9);
        }
        while (link_server_receive(server, &frame) == LINK_FRAME) {
            struct envelope question;
            struct envelope answer = {.version = LIMIT_PROTOCOL_VERSION};
            struct wire_fault fault;
            struct bytes bytes;
            arena_reset(arena);
            if (!wire_decode(frame.body, arena, &question, &fault) || !script(&question, &answer)) {
                continue;
            }
            if (!wire_encode(&answer, arena, &bytes) ||
                link_server_send(server, &frame.peer, bytes) != LINK_SENT) {
                _exit(9);
            }
        }
    }
}

void refctl_stage_agent(struct refctl_stage *stage, refctl_stage_script *script)
{
    int ready[2];
    char byte;

    (void)snprintf(
        stage->socket, sizeof(stage->socket), "ipc://%s", scratch_path(stage->scratch, "a.sock"));
    assert_int_equal(pipe(ready), 0);
    stage->agent = fork();
    assert_true(stage->agent >= 0);
    if (stage->agent == 0) {
        serve(stage->socket, script, ready[1]);
    }
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    (void)close(ready[0]);
}

int refctl_stage_setup(void **state)
{
    struct refctl_stage *stage = calloc(1, sizeof(*stage));

    if (stage == NULL || setenv("TZ", "NOVT-7", 1) != 0 || setenv("LANGUAGE", "ru", 1) != 0) {
        return -1;
    }
    stage->scratch = scratch_create();
    (void)snprintf(stage->socket, sizeof(stage->socket), "ipc:///nonexistent/refagent.sock");
    *state = stage;
    return 0;
}

int refctl_stage_teardown(void **state)
{
    struct refctl_stage *stage = *state;

    if (stage->agent > 0) {
        (void)kill(stage->agent, SIGKILL);
        (void)waitpid(stage->agent, NULL, 0);
    }
    scratch_destroy(&stage->scratch);
    free(stage->out);
    free(stage->err);
    free(stage);
    return 0;
}

/* Runs a command line of words split at blanks ('_' stands for a blank in a word). */
static int run(struct refctl_stage *stage, const char *line)
{
    char text[512] = "refctl ";
    char *argv[WORDS_MAX];
    int argc = 0;
    size_t out_bytes = 0;
    size_t err_bytes = 0;

    free(stage->out);
    free(stage->err);
    size_t used = strlen(text);
    (void)snprintf(text + used, sizeof(text) - used, "%s", line);
    for (char *at = text; *at != '\0' && argc < WORDS_MAX;) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        while (*at == ' ') {
            *at++ = '\0';
        }
    }
    for (int i = 1; i < argc; i++) {
        for (char *at = argv[i]; (at = strchr(at, '_')) != NULL;) {
            *at = ' ';
        }
    }
    struct program_world world = {.out = open_memstream(&stage->out, &out_bytes),
                                  .err = open_memstream(&stage->err, &err_bytes),
                                  .now_us = REFCTL_STAGE_NOW_US,
                                  .socket_variable = stage->socket};
    assert_non_null(world.out);
    assert_non_null(world.err);
    int status = program_run(argc, argv, &world);
    assert_int_equal(fclose(world.out), 0);
    assert_int_equal(fclose(world.err), 0);
    return status;
}

void refctl_stage_run(struct refctl_stage *stage, const char *line, int status)
{
    int got = run(stage, line);

    if (got != status) {
        fail_msg(
            "refctl %s: exit status %d, not %d\n%s%s", line, got, status, stage->out, stage->err);
    }
}

void refctl_stage_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("no \"%s\" in:\n%s", part, text);
    }
}

struct id128 refctl_stage_id(uint8_t last)
{
    struct id128 id = {.bytes = {0x01, 0x8f}};

    id.bytes[15] = last;
    return id;
}

void refctl_stage_answer(const struct envelope *question, struct envelope *answer)
{
    answer->kind = BODY_ANSWER;
    answer->body.answer = (struct answer){
        .id = question->body.query.id, .kind = question->body.query.kind, .cursor = ""};
}

void refctl_stage_reply(const struct envelope *question, struct envelope *answer)
{
    answer->kind = BODY_REPLY;
    answer->body.reply = (struct reply){.number = question->body.command.number,
                                        .subject = question->body.command.subject,
                                        .case_number = "NSO-2026-000123-7",
                                        .position = 7};
}

void refctl_stage_refuse(const struct envelope *question,
                         struct envelope *answer,
                         enum refusal code)
{
    static struct problem problem; /* one is enough: the child answers one after another */

    problem = (struct problem){
        .code = code, .field = "", .text = {"нельзя по такой-то причине", "not for such a reason"}};
    refctl_stage_reply(question, answer);
    answer->body.reply.refused = true;
    answer->body.reply.position = 0;
    answer->body.reply.problems = &problem;
    answer->body.reply.problem_count = 1;
}
