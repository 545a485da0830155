/* Stands between libzmq and the kernel where libzmq waits, because of a mistake of libzmq 4.3.4 (its issues 3937 and 4364).
 *
 * When a peer sends faster than we take, libzmq stops reading from its connection. Should that connection be reset just then,
 * epoll says so all the same, libzmq marks it as broken, and asserts that nothing is written to it: but its heartbeat writes,
 * and so does its answer to a PING that still waits among what was read. The assertion ends the process. Whoever has a key
 * of the region could end the broker so (tests/system/hostile_test.py).
 *
 *      wanted     told by the kernel       told to libzmq
 *      IN         IN OUT ERR HUP           the same: what is read says what is wrong
 *      not IN     ERR HUP, maybe OUT       OUT, or nothing: it learns of the end when it reads again
 *
 * The program's own epoll_wait comes before libc's for libzmq too, as for every shared library. A connection that waits for
 * this costs a look each millisecond. Goes when libzmq does; used by link.c only.
 */
#ifndef BASE_LINK_EPOLL_H
#define BASE_LINK_EPOLL_H

#include <stdbool.h>

/* Is it this program's epoll_wait that its libraries call? */
bool link_epoll_is_ours(void);

#endif
