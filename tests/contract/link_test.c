/* What links promise: who may come in, who a frame is from, and how a send ends. */
#include "base/link.h"
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 };

/* A broker and one site with its key. */
struct fixture {
    struct link_context *context;
    struct link_server *server;
    char bound[LINK_ENDPOINT_MAX];
    struct key32 secret;
    struct key32 server_public;
    struct key32 site;
    struct key32 site_public;
    unsigned asked; /* how often the admission was asked */
};

static bool admit_site(void *world, const uint8_t key[KEYS_BYTES])
{
    struct fixture *fixture = world;

    fixture->asked++;
    return memcmp(key, fixture->site_public.bytes, KEYS_BYTES) == 0;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct error err;

    assert_true(keys_start(&err));
    keys_generate(KEYS_CURVE_SECRET, 0, &fixture->secret);
    keys_public_of(&fixture->secret, &fixture->server_public);
    keys_generate(KEYS_CURVE_SECRET, 0, &fixture->site);
    keys_public_of(&fixture->site, &fixture->site_public);
    assert_true(link_context_create(&fixture->context, &err));
    if (!link_server_create_curve(
            &fixture->server, fixture->context, "tcp://127.0.0.1:*", &fixture->secret, &err)) {
        fail_msg("%s", err.text);
    }
    (void)snprintf(
        fixture->bound, sizeof(fixture->bound), "%s", link_server_endpoint(fixture->server));
    link_server_set_admission(fixture->server, admit_site, fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    link_server_destroy(&fixture->server);
    link_context_destroy(&fixture->context);
    free(fixture);
    return 0;
}

static struct link_client *connect_as(struct fixture *fixture, const struct key32 *own)
{
    struct link_keys keys = {.own = own, .server_key = &fixture->server_public};
    struct link_client *client = NULL;
    struct error err;

    if (!link_client_create(&client, fixture->context, fixture->bound, &keys, &err)) {
        fail_msg("%s", err.text);
    }
    return client;
}

/* Waits until the server can read. */
static void await_server(struct fixture *fixture, struct link_frame *frame)
{
    struct link_wait item = {.server = fixture->server};
    struct error err;

    while (link_server_receive(fixture->server, frame) == LINK_NOTHING) {
        assert_true(link_wait(fixture->context, &item, 1, PATIENCE_MS, &err));
        assert_true(item.ready);
    }
}

static void await_client(struct fixture *fixture, struct link_client *client, struct bytes *body)
{
    struct link_wait item = {.client = client};
    struct error err;

    while (link_client_receive(client, body) == LINK_NOTHING) {
        assert_true(link_wait(fixture->context, &item, 1, PATIENCE_MS, &err));
        assert_true(item.ready);
    }
}

/* Sends as soon as the connection stands; meanwhile the server answers handshakes. */
static void
send_when_connected(struct fixture *fixture, struct link_client *client, struct bytes body)
{
    struct error err;

    for (int tries = 0; tries < PATIENCE_MS; tries++) {
        if (link_client_send(client, body) == LINK_SENT) {
            return;
        }
        assert_true(link_wait(fixture->context, NULL, 0, 1, &err));
    }
    fail_msg("never connected");
}

static void link_frames_carry_the_key_of_their_peer_test(void **state)
{
    struct fixture *fixture = *state;
    struct link_client *client = connect_as(fixture, &fixture->site);
    struct link_frame frame;
    struct bytes body;

    send_when_connected(fixture, client, bytes_of_text("hello"));
    send_when_connected(fixture, client, bytes_of(NULL, 0));
    await_server(fixture, &frame);
    assert_true(bytes_equal(frame.body, bytes_of_text("hello")));
    assert_memory_equal(frame.peer.key, fixture->site_public.bytes, KEYS_BYTES);
    assert_true(frame.peer.uid == UINT32_MAX);
    await_server(fixture, &frame);
    assert_int_equal(frame.body.size, 0);
    assert_memory_equal(frame.peer.key, fixture->site_public.bytes, KEYS_BYTES);
    assert_int_equal(fixture->asked, 1);
    assert_int_equal(link_server_send(fixture->server, &frame.peer, bytes_of_text("answer")),
                     LINK_SENT);
    await_client(fixture, client, &body);
    assert_true(bytes_equal(body, bytes_of_text("answer")));
    assert_int_equal(link_client_receive(client, &body), LINK_NOTHING);
    link_client_destroy(&client);
    assert_null(client);
    link_client_destroy(&client);
}

static void link_strangers_stay_outside_test(void **state)
{
    struct fixture *fixture = *state;
    struct link_client *site = connect_as(fixture, &fixture->site);
    struct link_frame frame;
    struct key32 stranger_key;
    struct error err;

    keys_generate(KEYS_CURVE_SECRET, 0, &stranger_key);
    struct link_client *stranger = connect_as(fixture, &stranger_key);
    while (fixture->asked < 2) { /* both have knocked */
        assert_true(link_wait(fixture->context, NULL, 0, 10, &err));
    }
    send_when_connected(fixture, site, bytes_of_text("in"));
    await_server(fixture, &frame);
    assert_true(bytes_equal(frame.body, bytes_of_text("in")));
    (void)link_client_send(stranger, bytes_of_text("x")); /* queued, or refused already */
    assert_int_equal(link_server_receive(fixture->server, &frame), LINK_NOTHING);
    link_client_destroy(&stranger);
    link_client_destroy(&site);
}

static void link_without_admission_nobody_comes_in_test(void **state)
{
    struct fixture *fixture = *state;
    struct link_client *client;
    struct link_frame frame;
    struct error err;

    link_server_set_admission(fixture->server, NULL, NULL);
    client = connect_as(fixture, &fixture->site);
    for (int i = 0; i < 50; i++) { /* a handshake takes a few of these */
        assert_true(link_wait(fixture->context, NULL, 0, 10, &err));
        assert_int_equal(link_server_receive(fixture->server, &frame), LINK_NOTHING);
    }
    link_server_set_admission(fixture->server, admit_site, fixture);
    send_when_connected(fixture, client, bytes_of_text("now")); /* it had tried again by itself */
    link_client_destroy(&client);
}

static void link_servers_have_their_own_admission_test(void **state)
{
    struct fixture *fixture = *state;
    struct fixture other = {.context = fixture->context};
    struct link_frame frame;
    struct error err;

    keys_generate(KEYS_CURVE_SECRET, 0, &other.secret);
    keys_public_of(&other.secret, &other.server_public);
    keys_generate(KEYS_CURVE_SECRET, 0, &other.site);
    keys_public_of(&other.site, &other.site_public);
    if (!link_server_create_curve(
            &other.server, other.context, "tcp://127.0.0.1:*", &other.secret, &err)) {
        fail_msg("%s", err.text);
    }
    (void)snprintf(other.bound, sizeof(other.bound), "%s", link_server_endpoint(other.server));
    link_server_set_admission(other.server, admit_site, &other);
    assert_string_not_equal(other.bound, fixture->bound);
    struct link_client *client = connect_as(&other, &other.site);
    struct link_client *lost = connect_as(&other, &fixture->site);
    send_when_connected(&other, client, bytes_of_text("to the other"));
    await_server(&other, &frame);
    assert_memory_equal(frame.peer.key, other.site_public.bytes, KEYS_BYTES);
    assert_int_equal(fixture->asked, 0);
    (void)link_client_send(lost, bytes_of_text("x")); /* queued, or refused already */
    assert_int_equal(link_server_receive(other.server, &frame), LINK_NOTHING);
    link_client_destroy(&lost);
    link_client_destroy(&client);
    link_server_destroy(&other.server);
    assert_null(other.server);
    link_server_destroy(&other.server);
}

static void link_largest_frame_goes_both_ways_test(void **state)
{
    static uint8_t largest[LINK_FRAME_BYTES_MAX];
    struct fixture *fixture = *state;
    struct link_client *client = connect_as(fixture, &fixture->site);
    struct link_frame frame;
    struct bytes body;

    memset(largest, 'x', sizeof(largest));
    send_when_connected(fixture, client, bytes_of(largest, sizeof(largest)));
    await_server(fixture, &frame);
    assert_true(bytes_equal(frame.body, bytes_of(largest, sizeof(largest))));
    assert_int_equal(
        link_server_send(fixture->server, &frame.peer, bytes_of(largest, sizeof(largest))),
        LINK_SENT);
    await_client(fixture, client, &body);
    assert_int_equal(body.size, LINK_FRAME_BYTES_MAX);
    link_client_destroy(&client);
}

static void link_send_tells_gone_and_full_test(void **state)
{
    static const uint8_t body[4096];
    struct fixture *fixture = *state;
    struct link_client *client = connect_as(fixture, &fixture->site);
    struct link_peer nobody = {.routing = "nobody", .routing_bytes = 6};
    struct link_frame frame;
    struct error err;

    assert_int_equal(link_server_send(fixture->server, &nobody, bytes_of_text("x")),
                     LINK_UNREACHABLE);
    nobody.routing_bytes = 0;
    assert_int_equal(link_server_send(fixture->server, &nobody, bytes_of_text("x")),
                     LINK_UNREACHABLE);
    send_when_connected(fixture, client, bytes_of_text("x"));
    await_server(fixture, &frame);
    enum link_sent sent = LINK_SENT;
    for (unsigned count = 0; sent == LINK_SENT; count++) { /* the client never reads */
        assert_true(count < 100000);
        sent = link_server_send(fixture->server, &frame.peer, bytes_of(body, sizeof(body)));
    }
    assert_int_equal(sent, LINK_FULL);
    link_client_destroy(&client);
    struct link_wait item = {.server = fixture->server};
    do { /* until the server, which looks for frames meanwhile, has noticed */
        assert_true(link_wait(fixture->context, &item, 1, 1, &err));
        sent = link_server_send(fixture->server, &frame.peer, bytes_of_text("x"));
    } while (sent != LINK_UNREACHABLE);
}

static void link_clients_learn_of_a_lost_connection_once_test(void **state)
{
    struct fixture *fixture = *state;
    struct link_client *client = connect_as(fixture, &fixture->site);
    struct link_wait item = {.client = client};
    struct link_frame frame;
    struct bytes body;
    struct error err;

    send_when_connected(fixture, client, bytes_of_text("x"));
    await_server(fixture, &frame);
    assert_int_equal(link_server_send(fixture->server, &frame.peer, bytes_of_text("y")), LINK_SENT);
    await_client(fixture, client, &body);
    assert_false(link_client_take_loss(client));
    link_server_destroy(&fixture->server);
    assert_true(link_wait(fixture->context, &item, 1, PATIENCE_MS, &err));
    assert_true(item.ready);
    assert_int_equal(link_client_receive(client, &body), LINK_NOTHING);
    assert_true(link_client_take_loss(client));
    assert_false(link_client_take_loss(client));
    assert_true(link_wait(fixture->context, &item, 1, 10, &err));
    assert_false(item.ready);
    link_client_destroy(&client);
}

static void link_wait_watches_descriptors_and_time_test(void **state)
{
    struct fixture *fixture = *state;
    struct link_client *client = connect_as(fixture, &fixture->site);
    struct link_frame frame;
    struct error err;
    char byte;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    struct link_wait items[] = {
        {.fd = ends[0]}, {.server = fixture->server}, {.client = client, .ready = true}};
    send_when_connected(fixture, client, bytes_of_text("x"));
    await_server(fixture, &frame);
    assert_true(link_wait(fixture->context, items, 3, 0, &err));
    assert_false(items[0].ready || items[1].ready || items[2].ready);
    assert_true(link_wait(fixture->context, items, 3, 5, &err));
    assert_false(items[0].ready || items[1].ready || items[2].ready);
    assert_int_equal(write(ends[1], "y", 1), 1);
    assert_true(link_wait(fixture->context, items, 3, -1, &err));
    assert_true(items[0].ready);
    assert_false(items[1].ready || items[2].ready);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(link_client_send(client, bytes_of_text("z")), LINK_SENT);
    assert_true(link_wait(fixture->context, items, 3, INT64_MAX, &err));
    assert_true(items[1].ready);
    assert_false(items[0].ready);
    (void)close(ends[1]);
    assert_true(link_wait(fixture->context, items, 1, -1, &err));
    assert_true(items[0].ready); /* hung up */
    (void)close(ends[0]);
    link_client_destroy(&client);
}

static void link_ipc_peers_are_their_uid_test(void **state)
{
    struct fixture *fixture = *state;
    struct scratch *scratch = scratch_create();
    const char *path = scratch_path(scratch, "agent.sock");
    struct fixture local = {.context = fixture->context};
    struct link_client *client = NULL;
    struct link_frame frame;
    struct stat status;
    struct bytes body;
    struct error err;

    (void)snprintf(local.bound, sizeof(local.bound), "ipc://%s", path);
    assert_true(link_server_create_ipc(&local.server, local.context, local.bound, 0640, &err));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0640);
    assert_true(link_client_create(&client, local.context, local.bound, NULL, &err));
    send_when_connected(&local, client, bytes_of_text("hello"));
    await_server(&local, &frame);
    assert_true(frame.peer.uid == getuid());
    assert_true(frame.peer.pid == (uint32_t)getpid());
    assert_int_equal(link_server_send(local.server, &frame.peer, bytes_of_text("yes")), LINK_SENT);
    await_client(&local, client, &body);
    assert_true(bytes_equal(body, bytes_of_text("yes")));
    link_client_destroy(&client);
    link_server_destroy(&local.server);
    scratch_destroy(&scratch);
}

static void link_ipc_takes_a_relative_path_test(void **state)
{
    struct fixture *fixture = *state;
    struct scratch *scratch = scratch_create();
    struct link_server *server = NULL;
    struct stat status;
    struct error err;
    const int before = open(".", O_RDONLY);

    assert_int_equal(chdir(scratch_path(scratch, "")), 0);
    assert_true(link_server_create_ipc(&server, fixture->context, "ipc://s", 0600, &err));
    assert_int_equal(stat("s", &status), 0);
    link_server_destroy(&server);
    assert_int_equal(fchdir(before), 0);
    (void)close(before);
    scratch_destroy(&scratch);
}

/* A peer that speaks ZMTP by hand: NULL security, one message of two parts and one of a lone part. */
static int send_two_parts(const char *path)
{
    static const uint8_t greeting[64] = {
        0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 3, 0, 'N', 'U', 'L', 'L'};
    static const uint8_t ready[] = "\x04\x1C\x05READY\x0BSocket-Type\0\0\0\x06"
                                   "DEALER";
    static const uint8_t frames[] = {1, 1, 'a', 0, 1, 'b', 0, 2, 'o', 'k'};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    uint8_t answer[256];
    size_t got = 0;

    assert_true(strlen(path) < sizeof(address.sun_path));
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(write(fd, greeting, sizeof(greeting)), sizeof(greeting));
    assert_int_equal(write(fd, ready, 2 + 0x1C), 2 + 0x1C);
    while (got < 64 + 2) { /* its greeting and the head of its READY */
        ssize_t more = read(fd, answer + got, sizeof(answer) - got);
        assert_true(more > 0);
        got += (size_t)more;
    }
    assert_int_equal(write(fd, frames, sizeof(frames)), sizeof(frames));
    return fd;
}

static void link_frames_of_several_parts_are_bad_test(void **state)
{
    struct fixture *fixture = *state;
    struct scratch *scratch = scratch_create();
    const char *path = scratch_path(scratch, "s");
    struct fixture local = {.context = fixture->context};
    struct link_wait item;
    struct link_frame frame;
    struct error err;

    (void)snprintf(local.bound, sizeof(local.bound), "ipc://%s", path);
    assert_true(link_server_create_ipc(&local.server, local.context, local.bound, 0600, &err));
    int fd = send_two_parts(path);
    item = (struct link_wait){.server = local.server};
    enum link_received received;
    while ((received = link_server_receive(local.server, &frame)) == LINK_NOTHING) {
        assert_true(link_wait(local.context, &item, 1, PATIENCE_MS, &err));
        assert_true(item.ready);
    }
    assert_int_equal(received, LINK_BAD_FRAME);
    await_server(&local, &frame);
    assert_true(bytes_equal(frame.body, bytes_of_text("ok")));
    assert_true(frame.peer.pid == (uint32_t)getpid());
    (void)close(fd);
    link_server_destroy(&local.server);
    scratch_destroy(&scratch);
}

static void link_refuses_endpoints_that_cannot_be_test(void **state)
{
    struct fixture *fixture = *state;
    struct link_server *server = NULL;
    struct link_client *client = NULL;
    struct link_keys keys = {.own = &fixture->site, .server_key = &fixture->server_public};
    struct error err;

    assert_false(link_server_create_curve(
        &server, fixture->context, "tcp://nowhere.invalid:1", &fixture->secret, &err));
    assert_false(link_server_create_curve(
        &server, fixture->context, fixture->bound, &fixture->secret, &err));
    assert_int_equal(err.code, ERROR_UNAVAILABLE);
    assert_false(link_server_create_ipc(&server, fixture->context, "ipc://@x", 0600, &err));
    assert_false(link_server_create_ipc(&server, fixture->context, "ipc://*", 0600, &err));
    assert_false(link_server_create_ipc(&server, fixture->context, "ipc://", 0600, &err));
    assert_false(
        link_server_create_ipc(&server, fixture->context, "ipc:///no/such/folder/s", 0600, &err));
    assert_null(server);
    assert_false(link_client_create(&client, fixture->context, "tcp:/x", NULL, &err));
    assert_false(link_client_create(&client, fixture->context, "tcp://127.0.0.1:1", NULL, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    assert_false(link_client_create(&client, fixture->context, "ipc:///x", &keys, &err));
    assert_null(client);
}

static void link_numbers_its_connections_unpredictably_test(void **state)
{
    struct fixture *fixture = *state;
    struct link_client *client = connect_as(fixture, &fixture->site);
    struct link_frame frame;

    send_when_connected(fixture, client, bytes_of_text("x"));
    await_server(fixture, &frame);
    assert_int_equal(frame.peer.routing_bytes, 5); /* a zero and libzmq's 32 bit number */
    /* rand() of an unseeded process gives its sockets 6B8B4567, 327B23C6, 643C9869, 66334873 … */
    static const uint8_t unseeded[][3] = {
        {0x6B, 0x8B, 0x45}, {0x32, 0x7B, 0x23}, {0x64, 0x3C, 0x98}, {0x66, 0x33, 0x48}};
    for (size_t i = 0; i < 4; i++) {
        assert_memory_not_equal(frame.peer.routing + 1, unseeded[i], 3);
    }
    link_client_destroy(&client);
}

/* A thousand sites are more than the 1024 descriptors that most systems give a process by themselves. */
static void link_servers_have_room_for_every_site_test(void **state)
{
    struct fixture *fixture = *state;
    struct link_server *server = NULL;
    struct rlimit limit;
    struct error err;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    const rlim_t most = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
    limit.rlim_cur = 100;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(link_server_create_curve(
        &server, fixture->context, "tcp://127.0.0.1:*", &fixture->secret, &err));
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_true(limit.rlim_cur == most);
    link_server_destroy(&server);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            link_frames_carry_the_key_of_their_peer_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(link_strangers_stay_outside_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_without_admission_nobody_comes_in_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_servers_have_their_own_admission_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(link_largest_frame_goes_both_ways_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(link_send_tells_gone_and_full_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_clients_learn_of_a_lost_connection_once_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_wait_watches_descriptors_and_time_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(link_ipc_peers_are_their_uid_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(link_ipc_takes_a_relative_path_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_frames_of_several_parts_are_bad_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_refuses_endpoints_that_cannot_be_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_servers_have_room_for_every_site_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            link_numbers_its_connections_unpredictably_test, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
