/* What this machine gives at most, without a broker's work: tests/bench/floor_bench WHAT SECONDS BYTES ...
 *
 *   log  SECONDS BYTES BATCH FOLDER             batches of BATCH records appended to a file, each batch then fdatasync
 *   lmdb SECONDS BYTES BATCH FOLDER             the same batches as values of growing numbers, a commit each
 *   echo SECONDS BYTES CLIENTS WINDOW curve|null   a ROUTER that returns what DEALERs send, over TCP on the loopback
 *
 * One line of JSON comes out. The two processes of the echo are timed apart: server_cpu is what a broker would spend
 * on ZeroMQ and CURVE alone.
 */
#include "tests/support/figures.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

enum { CLIENTS_MAX = 256, KEY_TEXT = 41, TIMES_MAX = 1 << 22, WARM_UP_US = 500000 };

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "floor_bench: %s: %s\n", what, why);
    exit(1);
}

static uint8_t *some_bytes(size_t size)
{
    uint8_t *data = malloc(size);
    uint64_t state = 1;

    if (data == NULL) {
        fail("batch", "no memory");
    }
    for (size_t i = 0; i < size; i++) {
        state = state * UINT64_C(6364136223846793005) + 1;
        data[i] = (uint8_t)(state >> 40);
    }
    return data;
}

/* ---- the disk ------------------------------------------------------------------------------------ */

struct disk {
    int64_t seconds;
    uint64_t batch;
    size_t bytes; /* of a batch */
    const char *folder;
    uint8_t *data;
    uint32_t *times;
    uint64_t count;
};

static void note(struct disk *disk, int64_t since_us)
{
    if (disk->count < TIMES_MAX) {
        disk->times[disk->count++] = (uint32_t)(figures_now_us() - since_us);
    }
}

static void run_log(struct disk *disk)
{
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/log", disk->folder);
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) {
        fail(path, strerror(errno));
    }
    const int64_t end_us = figures_now_us() + disk->seconds * 1000000;
    while (figures_now_us() < end_us) {
        const int64_t began_us = figures_now_us();
        if (write(fd, disk->data, disk->bytes) != (ssize_t)disk->bytes || fdatasync(fd) != 0) {
            fail(path, strerror(errno));
        }
        note(disk, began_us);
    }
    (void)close(fd);
    (void)unlink(path);
}

static void check(int code)
{
    if (code != 0) {
        fail("lmdb", mdb_strerror(code));
    }
}

static void run_lmdb(struct disk *disk)
{
    MDB_env *env = NULL;
    MDB_dbi table = 0;
    MDB_txn *txn = NULL;
    uint64_t number = 0;

    check(mdb_env_create(&env));
    check(mdb_env_set_mapsize(env, (size_t)32 << 30));
    check(mdb_env_open(env, disk->folder, 0, 0600));
    const int64_t end_us = figures_now_us() + disk->seconds * 1000000;
    while (figures_now_us() < end_us) {
        const int64_t began_us = figures_now_us();
        number++;
        uint64_t ordered = __builtin_bswap64(number);
        MDB_val key = {sizeof(ordered), &ordered};
        MDB_val value = {disk->bytes, disk->data};
        check(mdb_txn_begin(env, NULL, 0, &txn));
        check(mdb_dbi_open(txn, NULL, 0, &table));
        check(mdb_put(txn, table, &key, &value, MDB_APPEND));
        check(mdb_txn_commit(txn));
        note(disk, began_us);
    }
    mdb_env_close(env);
}

static void run_disk(const char *const arguments[])
{
    struct disk disk = {.seconds = strtol(arguments[2], NULL, 10),
                        .batch = strtoul(arguments[4], NULL, 10),
                        .folder = arguments[5]};

    disk.bytes = disk.batch * strtoul(arguments[3], NULL, 10);
    disk.data = some_bytes(disk.bytes);
    disk.times = calloc(TIMES_MAX, sizeof(*disk.times));
    const int64_t began_us = figures_now_us();
    if (strcmp(arguments[1], "log") == 0) {
        run_log(&disk);
    } else {
        run_lmdb(&disk);
    }
    const double took_s = (double)(figures_now_us() - began_us) / 1e6;
    (void)printf("{\"per_s\": %.0f, \"batch\": %" PRIu64,
                 (double)(disk.count * disk.batch) / took_s,
                 disk.batch);
    figures_print_times("sync", disk.times, disk.count);
    (void)printf("}\n");
    free(disk.data);
    free(disk.times);
}

/* ---- the wire ------------------------------------------------------------------------------------ */

struct echo {
    int64_t seconds;
    size_t bytes;
    int clients;
    int window;
    bool curve;
    char server_public[KEY_TEXT];
    char server_secret[KEY_TEXT];
};

static void set_number(void *socket, int option, int value)
{
    if (zmq_setsockopt(socket, option, &value, sizeof(value)) != 0) {
        fail("socket", zmq_strerror(errno));
    }
}

static void set_text(void *socket, int option, const char *text)
{
    if (zmq_setsockopt(socket, option, text, KEY_TEXT) != 0) {
        fail("socket", zmq_strerror(errno));
    }
}

/* Returns what comes until it is killed; the endpoint goes out through the pipe. */
static void serve_echo(const struct echo *echo, int pipe_end)
{
    char endpoint[256];
    size_t size = sizeof(endpoint);
    void *context = zmq_ctx_new();
    void *router = zmq_socket(context, ZMQ_ROUTER);
    zmq_msg_t part;

    set_number(router, ZMQ_SNDHWM, 0);
    set_number(router, ZMQ_RCVHWM, 0);
    if (echo->curve) {
        set_number(router, ZMQ_CURVE_SERVER, 1);
        set_text(router, ZMQ_CURVE_SECRETKEY, echo->server_secret);
    }
    if (zmq_bind(router, "tcp://127.0.0.1:*") != 0) {
        fail("bind", zmq_strerror(errno));
    }
    (void)zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, endpoint, &size);
    if (write(pipe_end, endpoint, size) != (ssize_t)size) {
        fail("pipe", strerror(errno));
    }
    (void)zmq_msg_init(&part);
    while (zmq_msg_recv(&part, router, 0) >= 0) {
        if (zmq_msg_send(&part, router, zmq_msg_more(&part) ? ZMQ_SNDMORE : 0) < 0) {
            fail("echo", zmq_strerror(errno));
        }
    }
}

static void *connect_dealer(const struct echo *echo, void *context, const char *endpoint)
{
    char public_key[KEY_TEXT];
    char secret[KEY_TEXT];
    void *dealer = zmq_socket(context, ZMQ_DEALER);

    set_number(dealer, ZMQ_LINGER, 0);
    if (echo->curve) {
        (void)zmq_curve_keypair(public_key, secret);
        set_text(dealer, ZMQ_CURVE_SERVERKEY, echo->server_public);
        set_text(dealer, ZMQ_CURVE_PUBLICKEY, public_key);
        set_text(dealer, ZMQ_CURVE_SECRETKEY, secret);
    }
    if (zmq_connect(dealer, endpoint) != 0) {
        fail(endpoint, zmq_strerror(errno));
    }
    return dealer;
}

/* One turn of all dealers; returns how many echoes came. */
static uint64_t exchange(zmq_pollitem_t *items, int count, const void *data, size_t bytes)
{
    uint64_t echoes = 0;
    zmq_msg_t message;

    (void)zmq_msg_init(&message);
    (void)zmq_poll(items, count, 100);
    for (int i = 0; i < count; i++) {
        while ((items[i].revents & ZMQ_POLLIN) != 0 &&
               zmq_msg_recv(&message, items[i].socket, ZMQ_DONTWAIT) >= 0) {
            echoes++;
            (void)zmq_send(items[i].socket, data, bytes, ZMQ_DONTWAIT);
        }
    }
    (void)zmq_msg_close(&message);
    return echoes;
}

static void drive_echo(const struct echo *echo, const char *endpoint, const char *server)
{
    static zmq_pollitem_t items[CLIENTS_MAX];
    void *context = zmq_ctx_new();
    uint8_t *data = some_bytes(echo->bytes);
    uint64_t echoes = 0;

    for (int i = 0; i < echo->clients; i++) {
        items[i] = (zmq_pollitem_t){.socket = connect_dealer(echo, context, endpoint),
                                    .events = ZMQ_POLLIN};
        for (int j = 0; j < echo->window; j++) {
            (void)zmq_send(items[i].socket, data, echo->bytes, 0);
        }
    }
    const int64_t warm_us = figures_now_us() + WARM_UP_US;
    while (figures_now_us() < warm_us) {
        (void)exchange(items, echo->clients, data, echo->bytes);
    }
    const int64_t began_us = figures_now_us();
    const double server_s = figures_cpu_s(server);
    const double client_s = figures_cpu_s("self");
    while (figures_now_us() < began_us + echo->seconds * 1000000) {
        echoes += exchange(items, echo->clients, data, echo->bytes);
    }
    const double took_s = (double)(figures_now_us() - began_us) / 1e6;
    if (echoes == 0) {
        fail("echo", "nothing came back");
    }
    (void)printf("{\"per_s\": %.0f, \"server_cpu_s_per_100000\": %.3f, \"client_cpu\": %.3f}\n",
                 (double)echoes / took_s,
                 (figures_cpu_s(server) - server_s) * 100000 / (double)echoes,
                 (figures_cpu_s("self") - client_s) / took_s);
    free(data);
}

static void run_echo(const char *const arguments[])
{
    struct echo echo = {.seconds = strtol(arguments[2], NULL, 10),
                        .bytes = strtoul(arguments[3], NULL, 10),
                        .clients = (int)strtol(arguments[4], NULL, 10),
                        .window = (int)strtol(arguments[5], NULL, 10),
                        .curve = strcmp(arguments[6], "curve") == 0};
    char endpoint[256];
    char server_pid[16];
    int ends[2];

    if (echo.clients < 1 || echo.clients > CLIENTS_MAX || pipe(ends) != 0) {
        fail("echo", "out of range");
    }
    (void)zmq_curve_keypair(echo.server_public, echo.server_secret);
    const pid_t server = fork();
    if (server == 0) {
        serve_echo(&echo, ends[1]);
        _exit(0);
    }
    if (server < 0 || read(ends[0], endpoint, sizeof(endpoint)) <= 0) {
        fail("echo", "no server");
    }
    (void)snprintf(server_pid, sizeof(server_pid), "%d", (int)server);
    drive_echo(&echo, endpoint, server_pid);
    (void)fflush(stdout);
    (void)kill(server, SIGKILL);
    (void)waitpid(server, NULL, 0);
}

int main(int argc, char **argv)
{
    const char *const *arguments = (const char *const *)argv;

    if (argc == 6 && (strcmp(argv[1], "log") == 0 || strcmp(argv[1], "lmdb") == 0)) {
        run_disk(arguments);
    } else if (argc == 7 && strcmp(argv[1], "echo") == 0) {
        run_echo(arguments);
    } else {
        fail("usage",
             "log|lmdb SECONDS BYTES BATCH FOLDER, echo SECONDS BYTES CLIENTS WINDOW CIPHER");
    }
    return 0;
}
