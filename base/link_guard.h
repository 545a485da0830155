/* Which connection of a server sends a message without end.
 *
 * libzmq keeps the parts of a message until the last has come, without a limit, and tells nobody. What can be seen: our
 * memory grows, and the kernel's counter of bytes that a connection received runs away from the frames that came of it:
 *
 *      received by the kernel  ────────────────────────────►  2 MiB … 14 MiB
 *      received as frames      ──►                            what is between is queued whole frames, at most
 *                                                             8 MiB, or parts that belong to no frame yet
 *
 * Looking at every connection is work, so it is done only while memory grows. Shared by the link files only.
 */
#ifndef BASE_LINK_GUARD_H
#define BASE_LINK_GUARD_H

#include "base/error.h"
#include "base/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LINK_GUARD_MS = 20, /* how often to look: what comes in meanwhile is not bounded */
    LINK_GUARD_GROWTH_BYTES = 4 << 20, /* of our memory, before connections are looked at */
    LINK_GUARD_PENDING_BYTES =
        12 << 20 /* of one connection; the frames that may be queued are 8 MiB */
};

struct link_guard;

bool link_guard_create(struct link_guard **out, struct error *err)
    __attribute__((warn_unused_result));
/* Accepts NULL, as the others do: a server without a guard. */
void link_guard_destroy(struct link_guard **guard);
/* A frame of a connection came. */
void link_guard_received(struct link_guard *guard, const struct link_peer *peer, size_t bytes);
/* Called as often as one likes, works every LINK_GUARD_MS. True: something was cut, see link_guard_take_cut. */
bool link_guard_look(struct link_guard *guard, int64_t boot_us);
bool link_guard_take_cut(struct link_guard *guard, struct link_peer *peer);

#endif
