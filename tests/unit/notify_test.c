/* Word to the service manager arrives as one datagram, by path or by abstract name. */
#include "base/notify.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static int listen_at(const char *name, size_t bytes)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(bytes < sizeof(address.sun_path));
    memcpy(address.sun_path, name, bytes);
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd,
                          (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes)),
                     0);
    return fd;
}

static void expect_word(int fd, const char *word)
{
    char buffer[64] = "";
    const ssize_t got = recv(fd, buffer, sizeof(buffer) - 1, MSG_DONTWAIT);
    assert_int_equal(got, strlen(word));
    assert_string_equal(buffer, word);
}

static void notify_by_path_test(void **state)
{
    (void)state;
    struct scratch *folder = scratch_create();
    const char *path = scratch_path(folder, "notify");
    const int fd = listen_at(path, strlen(path));
    notify_say(path, "READY=1");
    expect_word(fd, "READY=1");
    (void)close(fd);
    scratch_destroy(&folder);
}

static void notify_by_abstract_name_test(void **state)
{
    (void)state;
    char name[64];
    const int bytes = snprintf(name, sizeof(name), "@refbroker-notify-test-%ld", (long)getpid());
    char bound[64];
    memcpy(bound, name, sizeof(bound));
    bound[0] = '\0';
    const int fd = listen_at(bound, (size_t)bytes);
    notify_say(name, "STOPPING=1");
    expect_word(fd, "STOPPING=1");
    (void)close(fd);
}

static void notify_to_nobody_is_nothing_test(void **state)
{
    (void)state;
    notify_say(NULL, "READY=1");
    notify_say("", "READY=1");
    notify_say("relative", "READY=1");
    notify_say("/nowhere/at/all", "READY=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notify_by_path_test),
        cmocka_unit_test(notify_by_abstract_name_test),
        cmocka_unit_test(notify_to_nobody_is_nothing_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
