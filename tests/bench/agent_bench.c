/* People of one site against a real agent: tests/bench/agent_bench SOCKET CLIENTS WINDOW FORMS FIRST
 *
 * CLIENTS connections submit FORMS forms in all, each with WINDOW of them unanswered, about the families from FIRST on. An
 * answer means that the referral is on the agent's disk. One line of JSON comes out; a refusal ends it. tests/bench/agent
 * sets it up. */
#include "base/arena.h"
#include "base/keys.h"
#include "base/link.h"
#include "proto/wire.h"
#include "tests/support/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLIENTS_MAX = LINK_WAIT_MAX, ARENA_BYTES = 16 << 20, PATIENCE_MS = 60000, TEXT_BYTES = 200 };

struct crowd {
    struct link_context *context;
    struct link_client *clients[CLIENTS_MAX];
    uint64_t unanswered[CLIENTS_MAX];
    uint64_t client_count;
    uint64_t window;
    uint64_t forms;
    uint64_t first;
    uint64_t sent;
    uint64_t answered;
    int64_t *sent_us;
    uint32_t *times;
    struct arena *arena;
};

static void fail(const char *what)
{
    (void)fprintf(stderr, "agent_bench: %s\n", what);
    exit(1);
}

/* A family with every usual section, and nothing in common with the others. */
static struct bytes form_frame(struct crowd *crowd, uint64_t number)
{
    static char text[TEXT_BYTES + 1];
    char surname[64];
    struct person persons[] = {{.role = PERSON_CHILD,
                                .surname = surname,
                                .name = "Аня",
                                .patronymic = "Тестовна",
                                .born = "2021-04-03",
                                .document = ""},
                               {.role = PERSON_MOTHER,
                                .surname = surname,
                                .name = "Мария",
                                .patronymic = "",
                                .born = "",
                                .document = ""}};
    struct form form = {.purpose = PURPOSE_CASE,
                        .labels = {.territory = "tatarsky",
                                   .risk = RISK_TZS,
                                   .direction = DIRECTION_EARLY_DETECTION,
                                   .channel = CHANNEL_SPECIALIST,
                                   .basis = LEGAL_BASIS_LEGAL_DUTY,
                                   .needs = 1U << NEED_HOUSEHOLD,
                                   .ages = 1U << AGE_4_6,
                                   .children = 1},
                        .facts = {.persons = persons,
                                  .person_count = 2,
                                  .address = "Татарск, Пробная, 1",
                                  .phone = "+7 000 000-00-00",
                                  .note = "",
                                  .circumstances = text,
                                  .health = "",
                                  .law = ""}};
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_COMMAND};
    struct bytes frame;

    memset(text, 'x', TEXT_BYTES);
    (void)snprintf(surname, sizeof(surname), "Примерова-%" PRIu64, crowd->first + number);
    envelope.body.command = (struct command){.lane = LANE_NORMAL,
                                             .number = number + 1,
                                             .actor = "",
                                             .kind = COMMAND_FORM,
                                             .worker = "",
                                             .note = "",
                                             .form = &form};
    if (!wire_encode(&envelope, crowd->arena, &frame)) {
        fail("a form does not fit");
    }
    return frame;
}

static void send_some(struct crowd *crowd, uint64_t client)
{
    while (crowd->unanswered[client] < crowd->window && crowd->sent < crowd->forms) {
        arena_reset(crowd->arena);
        crowd->sent_us[crowd->sent] = figures_now_us();
        if (link_client_send(crowd->clients[client], form_frame(crowd, crowd->sent)) != LINK_SENT) {
            return; /* not connected yet */
        }
        crowd->sent++;
        crowd->unanswered[client]++;
    }
}

static void receive_all(struct crowd *crowd, uint64_t client)
{
    struct envelope envelope;
    struct wire_fault fault;
    struct bytes body;

    while (link_client_receive(crowd->clients[client], &body) == LINK_FRAME) {
        arena_reset(crowd->arena);
        if (!wire_decode(body, crowd->arena, &envelope, &fault) || envelope.kind != BODY_REPLY) {
            fail("an answer is no reply");
        }
        const struct reply *reply = &envelope.body.reply;
        if (reply->refused || reply->number == 0 || reply->number > crowd->forms) {
            fail(reply->problem_count > 0 ? reply->problems[0].text.en : "refused");
        }
        crowd->times[crowd->answered++] =
            (uint32_t)(figures_now_us() - crowd->sent_us[reply->number - 1]);
        crowd->unanswered[client]--;
    }
}

static void run(struct crowd *crowd)
{
    struct link_wait items[CLIENTS_MAX] = {{.client = NULL}};
    struct error err;

    for (uint64_t i = 0; i < crowd->client_count; i++) {
        items[i] = (struct link_wait){.client = crowd->clients[i], .fd = -1};
    }
    while (crowd->answered < crowd->forms) {
        const uint64_t before = crowd->answered;
        for (uint64_t i = 0; i < crowd->client_count; i++) {
            receive_all(crowd, i);
            send_some(crowd, i);
        }
        if (crowd->answered == before && !link_wait(crowd->context,
                                                    items,
                                                    crowd->client_count,
                                                    crowd->sent == 0 ? 1 : PATIENCE_MS,
                                                    &err)) {
            fail(err.text);
        }
    }
}

int main(int argc, char **argv)
{
    struct crowd crowd = {.client_count = 0};
    struct error err;

    if (argc != 6) {
        fail("usage: agent_bench SOCKET CLIENTS WINDOW FORMS FIRST");
    }
    crowd.client_count = strtoull(argv[2], NULL, 10);
    crowd.window = strtoull(argv[3], NULL, 10);
    crowd.forms = strtoull(argv[4], NULL, 10);
    crowd.first = strtoull(argv[5], NULL, 10);
    if (crowd.client_count == 0 || crowd.client_count > CLIENTS_MAX || crowd.forms == 0) {
        fail("1 to 32 clients, at least one form");
    }
    crowd.sent_us = calloc(crowd.forms, sizeof(*crowd.sent_us));
    crowd.times = calloc(crowd.forms, sizeof(*crowd.times));
    crowd.arena = arena_create(ARENA_BYTES);
    if (crowd.sent_us == NULL || crowd.times == NULL || crowd.arena == NULL || !keys_start(&err) ||
        !link_context_create(&crowd.context, &err)) {
        fail("no memory left");
    }
    for (uint64_t i = 0; i < crowd.client_count; i++) {
        if (!link_client_create(&crowd.clients[i], crowd.context, argv[1], NULL, &err)) {
            fail(err.text);
        }
    }
    const int64_t began_us = figures_now_us();
    run(&crowd);
    const double seconds = (double)(figures_now_us() - began_us) / 1e6;
    (void)printf("{\"forms\": %" PRIu64 ", \"seconds\": %.3f, \"taken_per_s\": %.0f",
                 crowd.forms,
                 seconds,
                 (double)crowd.forms / seconds);
    figures_print_times("taken", crowd.times, crowd.forms);
    (void)printf("}\n");
    for (uint64_t i = 0; i < crowd.client_count; i++) {
        link_client_destroy(&crowd.clients[i]);
    }
    link_context_destroy(&crowd.context);
    arena_destroy(&crowd.arena);
    free(crowd.times);
    free(crowd.sent_us);
    return 0;
}
