/* Signals through one signalfd. */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct signals {
    int fd;
};

static sigset_t ours(void);

bool signals_open(struct signals **out, struct error *err)
{
    struct signals *signals = calloc(1, sizeof(*signals));
    sigset_t blocked = ours();

    if (signals == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    signals->fd = -1;
    (void)sigaddset(&blocked, SIGPIPE);
    if (sigprocmask(SIG_BLOCK, &blocked, NULL) != 0) {
        (void)error_set_errno(err, ERROR_OS, errno, "cannot block signals");
        goto fail;
    }
    sigset_t read_here = ours();
    signals->fd = signalfd(-1, &read_here, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals->fd < 0) {
        (void)error_set_errno(err, ERROR_OS, errno, "cannot open a signalfd");
        goto fail;
    }
    *out = signals;
    return true;
fail:
    signals_close(&signals);
    return false;
}

void signals_close(struct signals **signals)
{
    if (*signals == NULL) {
        return;
    }
    if ((*signals)->fd >= 0) {
        (void)close((*signals)->fd);
    }
    free(*signals);
    *signals = NULL;
}

int signals_fd(const struct signals *signals)
{
    return signals->fd;
}

struct signals_seen signals_take(struct signals *signals)
{
    struct signals_seen seen = {.stop = false};
    struct signalfd_siginfo info;

    while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        seen.stop = seen.stop || info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
        seen.reload = seen.reload || info.ssi_signo == SIGHUP;
        seen.child = seen.child || info.ssi_signo == SIGCHLD;
    }
    return seen;
}

void signals_reset(void)
{
    sigset_t set = ours();

    (void)sigaddset(&set, SIGPIPE);
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static sigset_t ours(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)sigaddset(&set, numbers[i]);
    }
    return set;
}
