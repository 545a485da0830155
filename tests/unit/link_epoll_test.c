/* What libzmq is told of connections that ended. */
#include "base/link_epoll.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int watching(int fd, uint32_t events)
{
    struct epoll_event wanted = {.events = events};
    const int set = epoll_create1(0);
    assert_true(set >= 0);
    assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, fd, &wanted), 0);
    return set;
}

/* A connection over TCP that its peer has reset. */
static int reset_connection(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    const struct linger at_once = {.l_onoff = 1};
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    const int peer = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(connect(peer, (const struct sockaddr *)&address, size), 0);
    const int connection = accept(listener, NULL, NULL);
    assert_true(connection >= 0);
    assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    (void)close(peer);
    (void)close(listener);
    return connection;
}

static void the_libraries_call_ours_test(void **state)
{
    (void)state;
    assert_true(link_epoll_is_ours());
}

static void reset_of_what_nobody_reads_is_told_once_somebody_does_test(void **state)
{
    struct epoll_event told;
    (void)state;
    const int connection = reset_connection();
    const int set = watching(connection, 0);
    assert_int_equal(epoll_wait(set, &told, 1, 1000), 0);
    struct epoll_event wanted = {.events = EPOLLIN};
    assert_int_equal(epoll_ctl(set, EPOLL_CTL_MOD, connection, &wanted), 0);
    assert_int_equal(epoll_wait(set, &told, 1, 1000), 1);
    assert_int_equal(told.events & (EPOLLIN | EPOLLERR | EPOLLHUP), EPOLLIN | EPOLLERR | EPOLLHUP);
    (void)close(set);
    (void)close(connection);
}

static void whoever_writes_is_told_that_it_can_and_no_more_test(void **state)
{
    struct epoll_event told;
    (void)state;
    const int connection = reset_connection();
    const int set = watching(connection, EPOLLOUT);
    assert_int_equal(epoll_wait(set, &told, 1, 1000), 1);
    assert_int_equal(told.events, EPOLLOUT);
    (void)close(set);
    (void)close(connection);
}

static void others_are_told_as_ever_test(void **state)
{
    struct epoll_event told[2];
    (void)state;
    const int connection = reset_connection();
    const int set = watching(connection, 0);
    const int other = eventfd(1, 0);
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = other};
    assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, other, &wanted), 0);
    assert_int_equal(epoll_wait(set, told, 2, 1000), 2);
    assert_int_equal(told[0].events + told[1].events, EPOLLIN);
    assert_int_equal(told[0].events != 0 ? told[0].data.fd : told[1].data.fd, other);
    (void)close(other);
    (void)close(set);
    (void)close(connection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_libraries_call_ours_test),
        cmocka_unit_test(reset_of_what_nobody_reads_is_told_once_somebody_does_test),
        cmocka_unit_test(whoever_writes_is_told_that_it_can_and_no_more_test),
        cmocka_unit_test(others_are_told_as_ever_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
