/* Measures the broker's loop from outside: preloaded into refbrokerd, it notes how long each turn takes, from the return
 * of a zmq_poll that found something to the next call, and how often the disk is made to write. The counts stand in a
 * file that tests/bench/load.py maps too and must know the layout of:
 *
 *     uint64  syncs: calls of fdatasync, fsync and msync
 *     uint64  BUCKETS counts of turns: bucket i holds those of up to 1.1^i microseconds
 *
 * The environment variable REFBROKER_TURNS names the file. Without it nothing changes.
 */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

enum { BUCKETS = 255 };

struct counts {
    uint64_t syncs;
    uint64_t turns[BUCKETS];
};

static struct counts nowhere;
static struct counts *counts = &nowhere;
static __thread int64_t woke_ns; /* 0: this thread has not waited yet */

__attribute__((constructor)) static void open_counts(void)
{
    const char *path = getenv("REFBROKER_TURNS");
    const int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void *map = fd < 0 ? MAP_FAILED
                       : mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (map != MAP_FAILED) {
        counts = map;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
}

/* The function behind ours. */
static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL) {
        abort();
    }
    return found;
}

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void count_turn(int64_t took_ns)
{
    int bucket = 0;

    for (double most_ns = 1000; most_ns < (double)took_ns && bucket < BUCKETS - 1; most_ns *= 1.1) {
        bucket++;
    }
    counts->turns[bucket]++;
}

int zmq_poll(zmq_pollitem_t *items, int item_count, long timeout_ms)
{
    static int (*behind)(zmq_pollitem_t *, int, long);

    if (behind == NULL) {
        *(void **)&behind = real("zmq_poll");
    }
    if (woke_ns != 0) {
        count_turn(now_ns() - woke_ns);
    }
    const int ready = behind(items, item_count, timeout_ms);
    woke_ns = ready > 0 ? now_ns() : 0;
    return ready;
}

int fdatasync(int fd)
{
    static int (*behind)(int);

    if (behind == NULL) {
        *(void **)&behind = real("fdatasync");
    }
    __atomic_fetch_add(&counts->syncs, 1, __ATOMIC_RELAXED);
    return behind(fd);
}

int fsync(int fd)
{
    static int (*behind)(int);

    if (behind == NULL) {
        *(void **)&behind = real("fsync");
    }
    __atomic_fetch_add(&counts->syncs, 1, __ATOMIC_RELAXED);
    return behind(fd);
}

int msync(void *address, size_t size, int flags)
{
    static int (*behind)(void *, size_t, int);

    if (behind == NULL) {
        *(void **)&behind = real("msync");
    }
    __atomic_fetch_add(&counts->syncs, 1, __ATOMIC_RELAXED);
    return behind(address, size, flags);
}
