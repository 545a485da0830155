/* epoll_wait before libc's; see link_epoll.h. Linux's, as is the call below it. */
#define _GNU_SOURCE 1
#include "base/link_epoll.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { KERNEL_SIGNALS_BYTES = 8, PAUSE_NS = 1000000 };

bool link_epoll_is_ours(void)
{
    int (*const ours)(int, struct epoll_event *, int, int) = epoll_wait;
    void *const found = dlsym(RTLD_DEFAULT, "epoll_wait");

    return memcmp(&ours, &found, sizeof(found)) == 0;
}

int epoll_wait(int set, struct epoll_event *events, int most, int timeout_ms)
{
    const int count =
        (int)syscall(SYS_epoll_pwait, set, events, most, timeout_ms, NULL, KERNEL_SIGNALS_BYTES);
    int told = 0;

    for (int i = 0; i < count; i++) {
        if ((events[i].events & EPOLLIN) == 0) {
            events[i].events &= ~(uint32_t)(EPOLLERR | EPOLLHUP);
        }
        told += events[i].events != 0 ? 1 : 0;
    }
    if (count > 0 && told == 0) { /* it would be said again at once */
        const struct timespec pause = {.tv_nsec = PAUSE_NS};
        (void)nanosleep(&pause, NULL);
        return 0;
    }
    return count;
}
