/* refbrokerd rotate: a new disclosure epoch, from the drawing of its secret to the end of the old one.
 *
 *     disclosure.key        epoch 1 ──┐                     2                        2
 *     disclosure.key.old              └─ link ─► 1 ─────────┼── destroyed when no key and no site waits ──► gone
 *     disclosure.key.next   drawn: 2 ── rename ─────────────┘
 *
 * At every moment there is a disclosure.key, and a secret for every key that is sealed. A run that was killed, or gave up
 * waiting, is gone on with by the next one; only one rotation is under way at a time. What the broker does in it stands
 * in rotation.h; one that is stopped does it when it starts.
 */
#ifndef BROKER_DAEMON_ROTATE_H
#define BROKER_DAEMON_ROTATE_H

#include "broker/daemon/store_tools.h"

/* anyway   do not wait for sites: what they still have to send of the old epoch will be refused
 * Errors   TEMPORARY: run it again, when the sites that it named were connected or the broker was started; UNAVAILABLE:
 *          the broker does not answer; CONFIG: the key files are not what they should be; CREATE, IO */
bool rotate_run(const struct store_tools *tools, bool anyway, struct error *err)
    __attribute__((warn_unused_result));

#endif
