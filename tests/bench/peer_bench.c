/* Clients of another queue on the loopback: tests/bench/peer_bench redis|beanstalkd|rabbitmq PORT CLIENTS WINDOW SECONDS BYTES
 *
 * CLIENTS connections, each with WINDOW messages of BYTES unanswered, for SECONDS after a warm-up. An answer counts when
 * the queue says that the message is on its disk: the reply to XADD (appendfsync always), INSERTED (-f0), the publisher
 * confirm of a quorum queue. One line of JSON comes out: rate, times, and the processor time of this program, which must
 * not be what is measured: one thread, one prepared request, no library. tests/bench/peers sets the queues up.
 */
#include "tests/support/figures.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CLIENTS_MAX = 256,
    WINDOW_MAX = 64,
    PAYLOAD_MAX = 1 << 16,
    ANSWER_BYTES = 1 << 16,
    TIMES_MAX = 1 << 24,
    WARM_UP_MS = 500,
    AMQP_METHOD = 1,
    AMQP_HEADER = 2,
    AMQP_BODY = 3,
    AMQP_END = 0xce,
    AMQP_FRAME_MAX = 131072
};

struct buffer {
    uint8_t *data;
    size_t size;
    size_t room;
};

struct client {
    int fd;
    uint64_t sent;
    uint64_t oldest; /* the first number unanswered; numbers begin at 1 */
    bool answered[2 * WINDOW_MAX];
    int64_t sent_us[2 * WINDOW_MAX];
    struct buffer heard;
};

struct bench {
    const struct protocol *protocol;
    uint16_t port;
    uint32_t client_count;
    uint32_t window;
    int epoll;
    struct client clients[CLIENTS_MAX];
    struct buffer requests; /* WINDOW times the same */
    size_t request_bytes;
    uint32_t *times;
    uint64_t time_count;
    bool counting;
};

struct protocol {
    const char *name;
    void (*greet)(struct client *client, bool first);
    void (*request)(struct buffer *out, const char *payload, size_t bytes);
    size_t (*hear)(struct bench *bench, struct client *client, const uint8_t *data, size_t size);
};

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "peer_bench: %s: %s\n", what, why);
    exit(1);
}

/* ---- bytes --------------------------------------------------------------------------------------- */

static void put(struct buffer *buffer, const void *data, size_t size)
{
    if (buffer->size + size > buffer->room) {
        buffer->room = 2 * (buffer->size + size);
        buffer->data = realloc(buffer->data, buffer->room);
        if (buffer->data == NULL) {
            fail("buffer", "no memory");
        }
    }
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
}

static void put_number(struct buffer *buffer, uint64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        const uint8_t byte = (uint8_t)(value >> (8 * i));
        put(buffer, &byte, 1);
    }
}

static uint64_t number_at(const uint8_t *data, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++) {
        value = value << 8 | data[i];
    }
    return value;
}

static void put_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put_format(struct buffer *buffer, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    const int size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    put(buffer, text, (size_t)size);
}

static void send_all(const struct client *client, const uint8_t *data, size_t size)
{
    while (size > 0) {
        const ssize_t sent = send(client->fd, data, size, MSG_NOSIGNAL);
        if (sent < 0) {
            fail("send", strerror(errno));
        }
        data += sent;
        size -= (size_t)sent;
    }
}

static void receive_all(const struct client *client, uint8_t *data, size_t size)
{
    if (recv(client->fd, data, size, MSG_WAITALL) != (ssize_t)size) {
        fail("greeting", "the connection was closed");
    }
}

/* ---- what an answer does ------------------------------------------------------------------------- */

static void answer(struct bench *bench, struct client *client, uint64_t number, int64_t now)
{
    const size_t slot = number % (2 * (size_t)WINDOW_MAX);

    if (number < client->oldest || number > client->sent || client->answered[slot]) {
        fail(bench->protocol->name, "an answer to nothing");
    }
    client->answered[slot] = true;
    if (bench->counting && bench->time_count < TIMES_MAX) {
        bench->times[bench->time_count++] = (uint32_t)(now - client->sent_us[slot]);
    }
    while (client->oldest <= client->sent &&
           client->answered[client->oldest % (2 * (size_t)WINDOW_MAX)]) {
        client->oldest++;
    }
}

/* One line an answer, or, where `lines` is two, a length before it. */
static size_t
hear_lines(struct bench *bench, struct client *client, struct buffer heard, char good, size_t lines)
{
    const int64_t now = figures_now_us();
    size_t used = 0;
    size_t at = 0;
    size_t seen = 0;

    while (at < heard.size) {
        const uint8_t *end = memchr(heard.data + at, '\n', heard.size - at);
        if (end == NULL) {
            break;
        }
        if (seen == 0 && heard.data[at] != (uint8_t)good) {
            fail(bench->protocol->name, "it refused a message");
        }
        at = (size_t)(end - heard.data) + 1;
        if (++seen == lines) {
            answer(bench, client, client->oldest, now);
            used = at;
            seen = 0;
        }
    }
    return used;
}

/* ---- Redis --------------------------------------------------------------------------------------- */

static void no_greeting(struct client *client, bool first)
{
    (void)client;
    (void)first;
}

static void redis_request(struct buffer *out, const char *payload, size_t bytes)
{
    put_format(out, "*5\r\n$4\r\nXADD\r\n$9\r\nreferrals\r\n$1\r\n*\r\n$1\r\nr\r\n$%zu\r\n", bytes);
    put(out, payload, bytes);
    put_format(out, "\r\n");
}

static size_t
redis_hear(struct bench *bench, struct client *client, const uint8_t *data, size_t size)
{
    return hear_lines(
        bench, client, (struct buffer){.data = (uint8_t *)(uintptr_t)data, .size = size}, '$', 2);
}

/* ---- beanstalkd ---------------------------------------------------------------------------------- */

static void beanstalkd_request(struct buffer *out, const char *payload, size_t bytes)
{
    put_format(out, "put 1024 0 60 %zu\r\n", bytes);
    put(out, payload, bytes);
    put_format(out, "\r\n");
}

static size_t
beanstalkd_hear(struct bench *bench, struct client *client, const uint8_t *data, size_t size)
{
    return hear_lines(
        bench, client, (struct buffer){.data = (uint8_t *)(uintptr_t)data, .size = size}, 'I', 1);
}

/* ---- RabbitMQ: AMQP 0-9-1 ------------------------------------------------------------------------- */

static void put_frame(struct buffer *out, uint8_t type, uint16_t channel, const struct buffer *body)
{
    put_number(out, type, 1);
    put_number(out, channel, 2);
    put_number(out, body->size, 4);
    put(out, body->data, body->size);
    put_number(out, AMQP_END, 1);
}

static void put_short_text(struct buffer *out, const char *text)
{
    put_number(out, strlen(text), 1);
    put(out, text, strlen(text));
}

static void put_long_text(struct buffer *out, const char *text, size_t bytes)
{
    put_number(out, bytes, 4);
    put(out, text, bytes);
}

static void say_method(const struct client *client, uint16_t channel, const struct buffer *body)
{
    struct buffer frame = {0};

    put_frame(&frame, AMQP_METHOD, channel, body);
    send_all(client, frame.data, frame.size);
    free(frame.data);
}

/* Reads frames until that method comes. */
static void await_method(const struct client *client, uint16_t class, uint16_t method)
{
    static uint8_t body[AMQP_FRAME_MAX + 1];
    uint8_t head[7];

    for (;;) {
        receive_all(client, head, sizeof(head));
        const size_t size = (size_t)number_at(head + 3, 4);
        if (size > AMQP_FRAME_MAX) {
            fail("rabbitmq", "a frame too long");
        }
        receive_all(client, body, size + 1);
        if (head[0] == AMQP_METHOD && number_at(body, 2) == class &&
            number_at(body + 2, 2) == method) {
            return;
        }
        if (head[0] == AMQP_METHOD && number_at(body + 2, 2) == 50) {
            fail("rabbitmq", "it closed the connection while greeting");
        }
    }
}

static void start_method(struct buffer *body, uint16_t class, uint16_t method)
{
    body->size = 0;
    put_number(body, class, 2);
    put_number(body, method, 2);
}

static void rabbitmq_declare(const struct client *client, struct buffer *body)
{
    struct buffer table = {0};

    put_short_text(&table, "x-queue-type");
    put_number(&table, 'S', 1);
    put_long_text(&table, "quorum", 6);
    start_method(body, 50, 10);
    put_number(body, 0, 2);
    put_short_text(body, "referrals");
    put_number(body, 2, 1); /* durable */
    put_long_text(body, (const char *)table.data, table.size);
    say_method(client, 1, body);
    await_method(client, 50, 11);
    free(table.data);
}

static void rabbitmq_greet(struct client *client, bool first)
{
    struct buffer body = {0};

    send_all(client, (const uint8_t *)"AMQP\0\0\x09\x01", 8);
    await_method(client, 10, 10);
    start_method(&body, 10, 11);
    put_number(&body, 0, 4); /* client properties */
    put_short_text(&body, "PLAIN");
    put_long_text(&body, "\0guest\0guest", 12);
    put_short_text(&body, "en_US");
    say_method(client, 0, &body);
    await_method(client, 10, 30);
    start_method(&body, 10, 31);
    put_number(&body, 2047, 2);
    put_number(&body, AMQP_FRAME_MAX, 4);
    put_number(&body, 0, 2); /* no heartbeats */
    say_method(client, 0, &body);
    start_method(&body, 10, 40);
    put_short_text(&body, "/");
    put_number(&body, 0, 2);
    say_method(client, 0, &body);
    await_method(client, 10, 41);
    start_method(&body, 20, 10);
    put_number(&body, 0, 1);
    say_method(client, 1, &body);
    await_method(client, 20, 11);
    if (first) {
        rabbitmq_declare(client, &body);
    }
    start_method(&body, 85, 10);
    put_number(&body, 0, 1);
    say_method(client, 1, &body);
    await_method(client, 85, 11);
    free(body.data);
}

static void rabbitmq_request(struct buffer *out, const char *payload, size_t bytes)
{
    struct buffer body = {0};

    start_method(&body, 60, 40);
    put_number(&body, 0, 2);
    put_short_text(&body, "");
    put_short_text(&body, "referrals");
    put_number(&body, 0, 1);
    put_frame(out, AMQP_METHOD, 1, &body);
    body.size = 0;
    put_number(&body, 60, 2);
    put_number(&body, 0, 2);
    put_number(&body, bytes, 8);
    put_number(&body, 0x1000, 2); /* delivery mode follows: */
    put_number(&body, 2, 1);      /* persistent */
    put_frame(out, AMQP_HEADER, 1, &body);
    body.size = 0;
    put(&body, payload, bytes);
    put_frame(out, AMQP_BODY, 1, &body);
    free(body.data);
}

static void rabbitmq_confirm(struct bench *bench, struct client *client, const uint8_t *body)
{
    const int64_t now = figures_now_us();
    const uint64_t tag = number_at(body + 4, 8);

    if (number_at(body, 2) != 60 || number_at(body + 2, 2) != 80) {
        fail("rabbitmq", "it refused a message");
    }
    if (body[12] == 0) {
        answer(bench, client, tag, now);
        return;
    }
    while (client->oldest <= tag) {
        answer(bench, client, client->oldest, now);
    }
}

static size_t
rabbitmq_hear(struct bench *bench, struct client *client, const uint8_t *data, size_t size)
{
    size_t used = 0;

    while (size - used >= 8) {
        const size_t body = (size_t)number_at(data + used + 3, 4);
        if (size - used < body + 8) {
            break;
        }
        if (data[used] == AMQP_METHOD) {
            rabbitmq_confirm(bench, client, data + used + 7);
        }
        used += body + 8;
    }
    return used;
}

/* ---- the load ------------------------------------------------------------------------------------ */

static const struct protocol protocols[] = {
    {"redis", no_greeting, redis_request, redis_hear},
    {"beanstalkd", no_greeting, beanstalkd_request, beanstalkd_hear},
    {"rabbitmq", rabbitmq_greet, rabbitmq_request, rabbitmq_hear},
};

/* Fills the window; what is sent together goes in one call. */
static void submit(struct bench *bench, struct client *client)
{
    const int64_t now = figures_now_us();
    uint64_t count = 0;

    while (client->sent + 1 < client->oldest + bench->window) {
        const size_t slot = ++client->sent % (2 * (size_t)WINDOW_MAX);
        client->answered[slot] = false;
        client->sent_us[slot] = now;
        count++;
    }
    send_all(client, bench->requests.data, count * bench->request_bytes);
}

static void serve(struct bench *bench, struct client *client)
{
    static uint8_t some[ANSWER_BYTES];
    struct buffer *heard = &client->heard;
    const ssize_t got = recv(client->fd, some, sizeof(some), 0);

    if (got <= 0) {
        fail(bench->protocol->name, "it closed a connection");
    }
    put(heard, some, (size_t)got);
    const size_t used = bench->protocol->hear(bench, client, heard->data, heard->size);
    memmove(heard->data, heard->data + used, heard->size - used);
    heard->size -= used;
    submit(bench, client);
}

static void run_until(struct bench *bench, int64_t end_us)
{
    struct epoll_event events[CLIENTS_MAX];

    while (figures_now_us() < end_us) {
        const int count = epoll_wait(bench->epoll, events, CLIENTS_MAX, 100);
        for (int i = 0; i < count; i++) {
            serve(bench, &bench->clients[events[i].data.u32]);
        }
    }
}

static void connect_client(struct bench *bench, uint32_t number)
{
    const int one = 1;
    struct client *client = &bench->clients[number];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(bench->port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->oldest = 1;
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client->fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        fail("connect", strerror(errno));
    }
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    bench->protocol->greet(client, number == 0);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = number};
    (void)epoll_ctl(bench->epoll, EPOLL_CTL_ADD, client->fd, &event);
}

static void prepare(struct bench *bench, const char *bytes)
{
    static char payload[PAYLOAD_MAX];
    const size_t size = (size_t)strtoul(bytes, NULL, 10);

    if (size > sizeof(payload) || bench->client_count > CLIENTS_MAX || bench->window > WINDOW_MAX ||
        bench->client_count == 0 || bench->window == 0) {
        fail("load", "out of range");
    }
    uint64_t state = 1;
    for (size_t i = 0; i < size; i++) { /* letters that do not repeat */
        state = state * UINT64_C(6364136223846793005) + 1;
        payload[i] = (char)('A' + (state >> 40) % 26);
    }
    bench->protocol->request(&bench->requests, payload, size);
    bench->request_bytes = bench->requests.size;
    for (uint32_t i = 1; i < bench->window; i++) {
        bench->protocol->request(&bench->requests, payload, size);
    }
    bench->times = calloc(TIMES_MAX, sizeof(*bench->times));
    bench->epoll = epoll_create1(0);
    for (uint32_t i = 0; i < bench->client_count; i++) {
        connect_client(bench, i);
    }
}

static void measure(struct bench *bench, int64_t seconds)
{
    for (uint32_t i = 0; i < bench->client_count; i++) {
        submit(bench, &bench->clients[i]);
    }
    run_until(bench, figures_now_us() + WARM_UP_MS * 1000);
    const int64_t began_us = figures_now_us();
    const double began_cpu_s = figures_cpu_s("self");
    bench->counting = true;
    run_until(bench, began_us + seconds * 1000000);
    const double took_s = (double)(figures_now_us() - began_us) / 1e6;
    const double client_s = figures_cpu_s("self") - began_cpu_s;
    const uint64_t count = bench->time_count;
    if (count == 0) {
        fail(bench->protocol->name, "no answer came");
    }
    (void)printf(
        "{\"per_s\": %.0f, \"client_cpu\": %.3f", (double)count / took_s, client_s / took_s);
    figures_print_times("stored", bench->times, count);
    (void)printf("}\n");
}

int main(int argc, char **argv)
{
    static struct bench bench;

    if (argc != 7) {
        fail("usage", "redis|beanstalkd|rabbitmq PORT CLIENTS WINDOW SECONDS BYTES");
    }
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strcmp(protocols[i].name, argv[1]) == 0) {
            bench.protocol = &protocols[i];
        }
    }
    if (bench.protocol == NULL) {
        fail(argv[1], "is no queue that this program speaks to");
    }
    bench.port = (uint16_t)strtoul(argv[2], NULL, 10);
    bench.client_count = (uint32_t)strtoul(argv[3], NULL, 10);
    bench.window = (uint32_t)strtoul(argv[4], NULL, 10);
    prepare(&bench, argv[6]);
    measure(&bench, (int64_t)strtol(argv[5], NULL, 10));
    return 0;
}
