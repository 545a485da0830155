/* Watching what connections receive; see link_guard.h. */
#include "base/link_guard.h"

#include "base/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DESCRIPTORS_MAX = 65536,
    GAP_MAX = 1024, /* so many closed descriptors end a look at all of them */
    GAP_FEW =
        64, /* and so many, behind the last that was open, the looks between: the lowest free one is given out */
    LOOKS_EACH = 5, /* every fifth looks at all */
    CUTS_MAX = 64,
    PAGE_BYTES = 4096,
    LOOKS_MAX = 50,
    CALM_SHARE = 256 /* of the difference, at each reading: seconds until a peak is forgotten */
};

struct connection {
    uint8_t key[KEYS_BYTES]; /* of its last frame */
    uint64_t frames_bytes;   /* since the last look */
    uint64_t kernel_bytes;   /* received in all, at the last look; 0: not looked at */
    uint64_t pending_bytes;  /* received, and no frame came of it */
};

struct link_guard {
    struct connection *connections; /* by descriptor */
    int memory;          /* /proc/self/statm, kept open: a path may be out of reach later */
    uint64_t calm_bytes; /* our memory at its most, lately, when nothing was wrong */
    uint64_t peak_bytes; /* while looking */
    int highest;         /* open descriptor, at the last look */
    unsigned looks;      /* in a row; 0: memory does not grow */
    int64_t looked_us;
    struct link_peer cuts[CUTS_MAX];
    size_t cut_count;
};

bool link_guard_create(struct link_guard **out, struct error *err)
{
    struct link_guard *guard = calloc(1, sizeof(*guard));

    if (guard == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    guard->memory = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    guard->connections = calloc(DESCRIPTORS_MAX, sizeof(*guard->connections));
    if (guard->connections == NULL) {
        link_guard_destroy(&guard);
        return error_set(err, ERROR_OS, "no memory left");
    }
    *out = guard;
    return true;
}

void link_guard_destroy(struct link_guard **guard)
{
    if (*guard == NULL) {
        return;
    }
    if ((*guard)->memory >= 0) {
        (void)close((*guard)->memory);
    }
    free((*guard)->connections);
    free(*guard);
    *guard = NULL;
}

void link_guard_received(struct link_guard *guard, const struct link_peer *peer, size_t bytes)
{
    if (guard == NULL || peer->connection < 0 || peer->connection >= DESCRIPTORS_MAX) {
        return;
    }
    struct connection *from = &guard->connections[peer->connection];
    memcpy(from->key, peer->key, sizeof(from->key));
    from->frames_bytes += bytes;
}

/* Memory that is ours alone: resident less shared, in pages, the second and third number of the file. */
static uint64_t own_memory(const struct link_guard *guard)
{
    char text[256];
    const ssize_t got = guard->memory < 0 ? -1 : pread(guard->memory, text, sizeof(text) - 1, 0);

    if (got <= 0) {
        return 0;
    }
    text[got] = '\0';
    char *end = text;
    (void)strtoull(end, &end, 10);
    const uint64_t resident = strtoull(end, &end, 10);
    const uint64_t shared = strtoull(end, &end, 10);
    return resident > shared ? (resident - shared) * PAGE_BYTES : 0;
}

/* False: no TCP connection; errno says why. */
static bool kernel_received(int descriptor, uint64_t *out)
{
    struct tcp_info info;
    socklen_t bytes = sizeof(info);

    memset(&info, 0, sizeof(info));
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0) {
        return false;
    }
    *out = info.tcpi_bytes_received;
    return true;
}

static void cut(struct link_guard *guard, int descriptor)
{
    struct connection *from = &guard->connections[descriptor];

    (void)shutdown(descriptor, SHUT_RDWR);
    if (guard->cut_count < CUTS_MAX) {
        struct link_peer *peer = &guard->cuts[guard->cut_count++];
        *peer = (struct link_peer){.connection = -1, .uid = UINT32_MAX};
        memcpy(peer->key, from->key, sizeof(peer->key));
    }
    memset(from, 0, sizeof(*from));
}

/* What it received since the last look and what came of it. A descriptor whose counter fell is another connection's.
 *
 * Returns whether there is such a descriptor. */
static bool look_at(struct link_guard *guard, int descriptor, bool first)
{
    struct connection *from = &guard->connections[descriptor];
    uint64_t received = 0;

    if (!kernel_received(descriptor, &received)) {
        memset(from, 0, sizeof(*from));
        return errno != EBADF;
    }
    if (first || received < from->kernel_bytes) {
        from->pending_bytes = 0;
    } else {
        const uint64_t pending = from->pending_bytes + received - from->kernel_bytes;
        from->pending_bytes = pending > from->frames_bytes ? pending - from->frames_bytes : 0;
    }
    from->kernel_bytes = received;
    from->frames_bytes = 0;
    if (from->pending_bytes > LINK_GUARD_PENDING_BYTES) {
        cut(guard, descriptor);
    }
    return true;
}

/* A peak is calm for a while: what grows and shrinks with the work is not looked at again and again. What only grows is,
 * however slowly. */
static void follow_calm(struct link_guard *guard, uint64_t memory)
{
    if (memory < guard->calm_bytes) {
        guard->calm_bytes -= (guard->calm_bytes - memory) / CALM_SHARE;
    }
}

static void look_at_all(struct link_guard *guard)
{
    const bool all = guard->looks % LOOKS_EACH == 0;
    const int gap = all ? GAP_MAX : GAP_FEW;
    int highest = 0;

    for (int i = 0; i < DESCRIPTORS_MAX; i++) {
        if (look_at(guard, i, guard->looks == 0)) {
            highest = i;
        } else if (i - (all || highest > guard->highest ? highest : guard->highest) > gap) {
            break;
        }
    }
    guard->highest = highest;
}

bool link_guard_look(struct link_guard *guard, int64_t boot_us)
{
    if (guard == NULL || boot_us - guard->looked_us < LINK_GUARD_MS * INT64_C(1000)) {
        return false;
    }
    guard->looked_us = boot_us;
    const uint64_t memory = own_memory(guard);
    const size_t before = guard->cut_count;
    if (guard->looks == 0) {
        if (guard->calm_bytes != 0 && memory < guard->calm_bytes + LINK_GUARD_GROWTH_BYTES) {
            follow_calm(guard, memory);
            return false;
        }
        guard->peak_bytes = 0;
    }
    guard->peak_bytes = memory > guard->peak_bytes ? memory : guard->peak_bytes;
    look_at_all(guard);
    if (++guard->looks > LOOKS_MAX) { /* nobody in particular: so much is calm now */
        guard->looks = 0;
        guard->calm_bytes = guard->peak_bytes;
    }
    return guard->cut_count > before;
}

bool link_guard_take_cut(struct link_guard *guard, struct link_peer *peer)
{
    if (guard == NULL || guard->cut_count == 0) {
        return false;
    }
    *peer = guard->cuts[--guard->cut_count];
    return true;
}
