/* The sites of a region under load against a real broker: tests/bench/load_bench ENDPOINT BROKER.pub KEYS SITES PID [NUMBER]
 *
 * Every site of the file SITES ("site worker", one a line; the first ones submit) is connected with its own key from the
 * folder KEYS, acknowledges what it receives, and does nothing else. Loads are read from stdin, one a line:
 *
 *   AGENTS WINDOW REFERRALS SECONDS FIRST FAMILIES
 *
 * AGENTS sites submit, each with WINDOW referrals unanswered, REFERRALS in all or as many as SECONDS allow (0: no
 * limit), about the families FIRST … FIRST + FAMILIES - 1 in turn. For each load one line of JSON comes out when every referral is stored, and one when each offer has been
 * acknowledged, as its author learns from the receipt. tests/bench/run sets all this up and reads it.
 *
 * The sites speak libzmq directly: 187 sockets in one thread that must not be what is measured.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/keys.h"
#include "proto/sealing.h"
#include "proto/wire.h"
#include "tests/support/figures.h"
#include "tests/support/load_frame.h"
#include "tests/support/load_referral.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

enum {
    SITES_MAX = 512,
    REFERRALS_MAX = 1 << 24,
    ARENA_BYTES = 64 << 20,
    CIRCUMSTANCES_BYTES = 200, /* with identity and contact: 512 bytes sealed */
    BEAT_US = 10000000,        /* a site that is silent for longer is taken for gone */
    PATIENCE_US = 240000000
};

struct site {
    char id[LIMIT_CODE_BYTES + 1];
    char worker[LIMIT_CODE_BYTES + 1];
    void *socket;
    int fd;
    bool dirty; /* was sent to: libzmq may have swallowed the edge of its descriptor */
    bool welcome;
    bool view; /* the whole view came and is to be acknowledged on both lanes */
    struct id128 incarnation;
    uint64_t next; /* number of the next command */
    uint32_t unanswered;
    uint64_t received[LANE_END];
    uint64_t acknowledged[LANE_END];
};

struct journey { /* of one referral, microseconds of the boot clock */
    int64_t sent_us;
    uint32_t stored_us; /* after sent_us; 0: not yet */
    uint32_t told_us;   /* the offer's acknowledgement reached the author */
};

struct load {
    uint32_t agents;
    uint32_t window;
    uint64_t referrals;
    uint32_t seconds;
    uint64_t first;
    uint64_t families;
};

struct bench {
    struct clock *clock;
    struct arena *arena;
    struct arena *frame;
    void *zmq;
    int epoll;
    struct site sites[SITES_MAX];
    size_t site_count;
    struct journey *journeys;
    uint64_t base; /* first index of this load */
    uint64_t sent; /* of this load */
    uint64_t stored;
    uint64_t told;
    uint64_t refused;
    uint64_t farewells; /* sessions that the broker ended; a receiving site connects again */
    struct load load;
    struct referral sample; /* sealed once: sealing is the agents' work, and measured there */
    struct load_places places;
    const char *pid; /* of the broker */
    int64_t beat_us; /* when every site says next that it lives */
    bool asked;      /* a load stands on stdin */
};

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "load_bench: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(const struct bench *bench)
{
    return clock_boot_us(bench->clock);
}

/* ---- what is sent -------------------------------------------------------------------------------- */

static void send_envelope(struct bench *bench, struct site *site, const struct envelope *envelope)
{
    struct bytes frame;

    if (!wire_encode(envelope, bench->frame, &frame)) {
        fail(site->id, "cannot encode");
    }
    if (zmq_send(site->socket, frame.data, frame.size, ZMQ_DONTWAIT) < 0) {
        fail(site->id, zmq_strerror(errno));
    }
    site->dirty = true;
    arena_reset(bench->frame);
}

static void send_hello(struct bench *bench, struct site *site)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_HELLO};
    struct hello *hello = &envelope.body.hello;

    hello->version_least = LIMIT_PROTOCOL_VERSION;
    hello->version_most = LIMIT_PROTOCOL_VERSION;
    hello->incarnation = site->incarnation;
    hello->program = "load_bench";
    hello->takes_deliveries = true;
    for (int lane = 0; lane < LANE_END; lane++) {
        hello->lanes[lane].first_held = lane == LANE_NORMAL ? site->next : 1;
        hello->lanes[lane].applied = site->received[lane];
    }
    send_envelope(bench, site, &envelope);
}

static void submit(struct bench *bench, struct site *site)
{
    const uint64_t index = bench->base + bench->sent;
    struct referral referral = bench->sample;
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_COMMAND};
    struct command *command = &envelope.body.command;

    load_referral_describe(&bench->places,
                           bench->load.first + bench->sent % bench->load.families,
                           bench->frame,
                           &referral);
    referral.id = load_referral_id(index);
    command->lane = LANE_NORMAL;
    command->number = site->next++;
    command->incarnation = site->incarnation;
    command->actor = site->worker;
    command->kind = COMMAND_SUBMIT;
    command->referral = &referral;
    bench->journeys[index].sent_us = now_us(bench);
    bench->sent++;
    site->unanswered++;
    send_envelope(bench, site, &envelope);
}

static void acknowledge(struct bench *bench, struct site *site)
{
    for (int lane = 0; lane < LANE_END; lane++) {
        if (site->view || site->received[lane] > site->acknowledged[lane]) {
            struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION,
                                        .kind = BODY_DELIVERY_ACK};
            envelope.body.ack.lane = (enum lane)lane;
            envelope.body.ack.number = site->received[lane];
            site->acknowledged[lane] = site->received[lane];
            send_envelope(bench, site, &envelope);
        }
    }
    site->view = false;
}

/* ---- what is received ---------------------------------------------------------------------------- */

/* Welcome, Goodbye, a refusal: what comes seldom and is read whole. */
static void take_rare(struct bench *bench, struct site *site, struct bytes frame)
{
    struct envelope envelope;
    struct wire_fault fault;

    if (!wire_decode(frame, bench->frame, &envelope, &fault)) {
        fail(site->id, "a frame that is none");
    }
    if (envelope.kind == BODY_WELCOME) {
        site->welcome = true;
        for (int lane = 0; lane < LANE_END; lane++) {
            site->received[lane] = envelope.body.welcome.lanes[lane].from;
            site->acknowledged[lane] = site->received[lane];
        }
    } else if (envelope.kind == BODY_REPLY && bench->refused++ == 0) {
        const struct reply *reply = &envelope.body.reply;
        (void)fprintf(stderr,
                      "load_bench: refused: %s\n",
                      reply->problem_count > 0 ? reply->problems[0].text.en : "");
    } else if (envelope.kind == BODY_RESYNC && envelope.body.resync.last) {
        site->view = true;
    } else if (envelope.kind == BODY_GOODBYE && site->unanswered > 0) {
        fail(site->id, envelope.body.goodbye.text.en);
    } else if (envelope.kind == BODY_GOODBYE) {
        bench->farewells++;
        send_hello(bench, site);
        return; /* which emptied the arena */
    }
    arena_reset(bench->frame);
}

/* The journey of what the frame is about, or NULL. */
static struct journey *journey_of(struct bench *bench, const struct load_frame *frame)
{
    struct id128 id;

    if (frame->subject.size != sizeof(id.bytes)) {
        return NULL;
    }
    memcpy(id.bytes, frame->subject.data, sizeof(id.bytes));
    const uint64_t index = load_referral_index(&id);
    return index < bench->base || index >= REFERRALS_MAX ? NULL : &bench->journeys[index];
}

static void take_delivery(struct bench *bench, struct site *site, const struct load_frame *frame)
{
    if (frame->lane < 1 || frame->lane > LANE_END) {
        return;
    }
    site->received[frame->lane - 1] = frame->number;
    struct journey *journey = frame->delivered ? journey_of(bench, frame) : NULL;
    if (journey != NULL && journey->told_us == 0) {
        journey->told_us = (uint32_t)(now_us(bench) - journey->sent_us) + 1;
        bench->told++;
    }
}

static void take_frame(struct bench *bench, struct site *site, struct bytes bytes)
{
    struct load_frame frame;

    bool sound = load_frame_read(bytes, &frame);
    struct bytes items = frame.items;
    for (struct load_frame item; sound && items.size > 0;) {
        sound = load_frame_item(&items, &item);
        take_delivery(bench, site, &item);
    }
    if (!sound) {
        fail(site->id, "a frame that is none");
    }
    if (frame.kind == LOAD_FRAME_DELIVERY) {
        take_delivery(bench, site, &frame);
        return;
    }
    if (frame.kind == LOAD_FRAME_DELIVERIES) {
        return;
    }
    if (frame.kind == LOAD_FRAME_REPLY) {
        site->unanswered--;
    }
    struct journey *journey =
        frame.kind == LOAD_FRAME_REPLY && !frame.refused ? journey_of(bench, &frame) : NULL;
    if (journey == NULL) {
        take_rare(bench, site, bytes);
        return;
    }
    journey->stored_us = (uint32_t)(now_us(bench) - journey->sent_us) + 1;
    bench->stored++;
}

/* Everything that waits at one site; then it submits again and acknowledges. */
static void serve(struct bench *bench, struct site *site)
{
    zmq_msg_t message;

    site->dirty = false;
    (void)zmq_msg_init(&message);
    while (zmq_msg_recv(&message, site->socket, ZMQ_DONTWAIT) >= 0) {
        take_frame(bench, site, bytes_of(zmq_msg_data(&message), zmq_msg_size(&message)));
    }
    (void)zmq_msg_close(&message);
    arena_reset(bench->frame);
    acknowledge(bench, site);
    if (site >= bench->sites + bench->load.agents) {
        return;
    }
    while (site->unanswered < bench->load.window && bench->sent < bench->load.referrals) {
        submit(bench, site);
    }
}

static void beat(struct bench *bench)
{
    const int64_t now = now_us(bench);

    if (now < bench->beat_us) {
        return;
    }
    bench->beat_us = now + BEAT_US;
    for (size_t i = 0; i < bench->site_count; i++) {
        struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_HEARTBEAT};
        send_envelope(bench, &bench->sites[i], &envelope);
    }
}

static void turn(struct bench *bench)
{
    struct epoll_event events[SITES_MAX + 1];
    bool dirty = false;

    for (size_t i = 0; i < bench->site_count; i++) {
        dirty = dirty || bench->sites[i].dirty;
    }
    beat(bench);
    const int count = epoll_wait(bench->epoll, events, SITES_MAX + 1, dirty ? 0 : 1000);
    for (int i = 0; i < count; i++) {
        if (events[i].data.u32 == SITES_MAX) {
            bench->asked = true;
        } else {
            bench->sites[events[i].data.u32].dirty = true;
        }
    }
    for (size_t i = 0; i < bench->site_count; i++) {
        if (bench->sites[i].dirty) {
            serve(bench, &bench->sites[i]);
        }
    }
}

/* ---- figures ------------------------------------------------------------------------------------- */

struct took {
    int64_t stored_us;
    int64_t told_us;
    double broker_s; /* processor time */
    double driver_s;
};

static void report(struct bench *bench, const struct took *took)
{
    const uint64_t count = bench->load.referrals;
    uint32_t *stored = calloc(count, sizeof(*stored));
    uint32_t *told = calloc(count, sizeof(*told));

    for (uint64_t i = 0; i < count; i++) {
        stored[i] = bench->journeys[bench->base + i].stored_us;
        told[i] = bench->journeys[bench->base + i].told_us;
    }
    (void)printf("{\"agents\": %" PRIu32 ", \"window\": %" PRIu32 ", \"referrals\": %" PRIu64
                 ", \"refused\": %" PRIu64 ", \"farewells\": %" PRIu64
                 ", \"stored_per_s\": %.0f, \"cycles_per_s\": %.0f, "
                 "\"cpu_s_per_100000\": %.2f, \"driver_cpu_s_per_100000\": %.2f, "
                 "\"took_s\": %.3f, \"driver_cpu\": %.3f",
                 bench->load.agents,
                 bench->load.window,
                 count,
                 bench->refused,
                 bench->farewells,
                 (double)count * 1e6 / (double)took->stored_us,
                 (double)count * 1e6 / (double)took->told_us,
                 took->broker_s * 100000 / (double)count,
                 took->driver_s * 100000 / (double)count,
                 (double)took->told_us / 1e6,
                 took->driver_s * 1e6 / (double)took->told_us);
    figures_print_times("stored", stored, count);
    figures_print_times("cycle", told, count);
    (void)printf("}\n");
    (void)fflush(stdout);
    free(stored);
    free(told);
}

/* Ends the submitting when its time is over. */
static void watch_time(struct bench *bench, int64_t took_us)
{
    if (bench->load.seconds != 0 && took_us >= (int64_t)bench->load.seconds * 1000000) {
        bench->load.referrals = bench->sent;
    }
}

static void run(struct bench *bench)
{
    const int64_t began_us = now_us(bench);
    const double broker_s = figures_cpu_s(bench->pid);
    const double driver_s = figures_cpu_s("self");
    struct took took = {0};
    int64_t moved_us = began_us;
    uint64_t moved = 0;

    bench->sent = bench->stored = bench->told = bench->refused = bench->farewells = 0;
    for (size_t i = 0; i < bench->load.agents; i++) {
        serve(bench, &bench->sites[i]);
    }
    while (bench->told + bench->refused < bench->load.referrals) {
        turn(bench);
        const int64_t now = now_us(bench);
        watch_time(bench, now - began_us);
        if (took.stored_us == 0 && bench->stored + bench->refused == bench->load.referrals) {
            took.stored_us = now - began_us;
            (void)printf("{\"stored_us\": %" PRId64 "}\n", took.stored_us);
            (void)fflush(stdout);
        }
        if (bench->stored + bench->told != moved) {
            moved = bench->stored + bench->told;
            moved_us = now;
        } else if (now - moved_us > PATIENCE_US) {
            (void)fprintf(stderr,
                          "%" PRIu64 " sent, %" PRIu64 " stored, %" PRIu64 " told\n",
                          bench->sent,
                          bench->stored,
                          bench->told);
            fail("load", "nothing moves any more");
        }
    }
    took.told_us = now_us(bench) - began_us;
    took.broker_s = figures_cpu_s(bench->pid) - broker_s;
    took.driver_s = figures_cpu_s("self") - driver_s;
    report(bench, &took);
    bench->base += bench->load.referrals;
    bench->load.agents = 0; /* nobody submits until the next load */
}

/* ---- set-up -------------------------------------------------------------------------------------- */

static void set(void *socket, int option, const void *value, size_t bytes)
{
    if (zmq_setsockopt(socket, option, value, bytes) != 0) {
        fail("socket", zmq_strerror(errno));
    }
}

static void connect_site(struct bench *bench, struct site *site, const char *const arguments[])
{
    char path[4096];
    struct key32 server;
    struct key32 secret;
    struct key32 public_key;
    struct error err;
    const int linger = 0;
    const int queue = 0;

    (void)snprintf(path, sizeof(path), "%s/%s.key", arguments[3], site->id);
    if (!keys_read(arguments[2], KEYS_CURVE_PUBLIC, &server, &err) ||
        !keys_read(path, KEYS_CURVE_SECRET, &secret, &err)) {
        fail("keys", err.text);
    }
    keys_public_of(&secret, &public_key);
    keys_random(&site->incarnation, sizeof(site->incarnation));
    site->next = 1;
    site->socket = zmq_socket(bench->zmq, ZMQ_DEALER);
    set(site->socket, ZMQ_LINGER, &linger, sizeof(linger));
    set(site->socket, ZMQ_SNDHWM, &queue, sizeof(queue));
    set(site->socket, ZMQ_RCVHWM, &queue, sizeof(queue));
    set(site->socket, ZMQ_CURVE_SERVERKEY, server.bytes, KEYS_BYTES);
    set(site->socket, ZMQ_CURVE_PUBLICKEY, public_key.bytes, KEYS_BYTES);
    set(site->socket, ZMQ_CURVE_SECRETKEY, secret.bytes, KEYS_BYTES);
    if (zmq_connect(site->socket, arguments[1]) != 0) {
        fail(arguments[1], zmq_strerror(errno));
    }
    size_t bytes = sizeof(site->fd);
    (void)zmq_getsockopt(site->socket, ZMQ_FD, &site->fd, &bytes);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET,
                                .data.u32 = (uint32_t)(site - bench->sites)};
    (void)epoll_ctl(bench->epoll, EPOLL_CTL_ADD, site->fd, &event);
    send_hello(bench, site);
}

static void read_sites(struct bench *bench, const char *path)
{
    FILE *file = fopen(path, "r");
    char word[8];
    char id[LIMIT_CODE_BYTES + 1];
    char worker[LIMIT_CODE_BYTES + 1];

    if (file == NULL) {
        fail(path, strerror(errno));
    }
    while (fscanf(file, "%7s %47s %47s", word, id, worker) == 3) {
        if (strcmp(word, "place") == 0 && bench->places.count < LOAD_PLACES_MAX) {
            bench->places.codes[bench->places.count++] = arena_text(bench->arena, id);
        } else if (strcmp(word, "site") == 0 && bench->site_count < SITES_MAX) {
            struct site *site = &bench->sites[bench->site_count++];
            (void)snprintf(site->id, sizeof(site->id), "%s", id);
            (void)snprintf(site->worker, sizeof(site->worker), "%s", worker);
        }
    }
    (void)fclose(file);
}

static void seal_sample(struct bench *bench, const char *keys)
{
    char path[4096];
    char text[CIRCUMSTANCES_BYTES + 1];
    struct key32 disclosure;
    struct error err;
    struct person child = {.role = PERSON_CHILD,
                           .surname = "Примерова-17",
                           .name = "Аня",
                           .patronymic = "Тестовна",
                           .born = "2021-04-03",
                           .document = ""};
    memset(text, 'x', CIRCUMSTANCES_BYTES);
    text[CIRCUMSTANCES_BYTES] = '\0';
    const struct facts facts = {.persons = &child,
                                .person_count = 1,
                                .address = "Пробная, 1",
                                .phone = "",
                                .note = "",
                                .circumstances = text,
                                .health = "",
                                .law = ""};

    (void)snprintf(path, sizeof(path), "%s/disclosure.pub", keys);
    if (!keys_read(path, KEYS_DISCLOSURE_PUBLIC, &disclosure, &err) ||
        !sealing_seal(&facts, &disclosure, bench->arena, &bench->sample)) {
        fail(path, err.text);
    }
    bench->sample.purpose = PURPOSE_CASE;
}

static bool are_welcome(const struct bench *bench)
{
    for (size_t i = 0; i < bench->site_count; i++) {
        if (!bench->sites[i].welcome) {
            return false;
        }
    }
    return true;
}

static void open_bench(struct bench *bench, const char *const arguments[])
{
    struct error err;

    bench->clock = clock_create_real();
    bench->arena = arena_create(ARENA_BYTES);
    bench->frame = arena_create(ARENA_BYTES);
    bench->journeys = calloc(REFERRALS_MAX, sizeof(*bench->journeys));
    bench->zmq = zmq_ctx_new();
    bench->epoll = epoll_create1(0);
    bench->pid = arguments[5];
    if (!keys_start(&err)) {
        fail("libsodium", err.text);
    }
    (void)zmq_ctx_set(bench->zmq, ZMQ_MAX_SOCKETS, 2 * SITES_MAX);
    read_sites(bench, arguments[4]);
    seal_sample(bench, arguments[3]);
    for (size_t i = 0; i < bench->site_count; i++) {
        connect_site(bench, &bench->sites[i], arguments);
    }
    while (!are_welcome(bench)) {
        turn(bench);
    }
}

/* The next load; the sites say that they live until it comes. */
static bool read_load(struct bench *bench)
{
    struct load *load = &bench->load;

    for (bench->asked = false; !bench->asked;) {
        turn(bench);
    }
    if (scanf("%" SCNu32 " %" SCNu32 " %" SCNu64 " %" SCNu32 " %" SCNu64 " %" SCNu64,
              &load->agents,
              &load->window,
              &load->referrals,
              &load->seconds,
              &load->first,
              &load->families) != 6) {
        return false;
    }
    if (load->agents > bench->site_count || load->window == 0 || load->families == 0 ||
        bench->base + load->referrals > REFERRALS_MAX) {
        fail("load", "out of range");
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct epoll_event input = {.events = EPOLLIN, .data.u32 = SITES_MAX};

    if (argc != 6 && argc != 7) {
        fail("usage", "load_bench ENDPOINT BROKER.pub KEYS SITES PID [NUMBER]");
    }
    bench.base = argc == 7 ? strtoull(argv[6], NULL, 10) : 0;
    open_bench(&bench, (const char *const *)argv);
    if (epoll_ctl(bench.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input) != 0) {
        fail("stdin", strerror(errno));
    }
    (void)printf("{\"sites\": %zu}\n", bench.site_count);
    (void)fflush(stdout);
    while (read_load(&bench)) {
        run(&bench);
    }
    return 0;
}
