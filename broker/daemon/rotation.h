/* Rotation of the region's disclosure epoch, as the running broker does its part of it.
 *
 *     refbrokerd rotate      draws a new secret beside the old one, and asks, again and again
 *         │
 *     rotation_reload        the key files are read; every site with a session is told the new public key
 *         │
 *     rotation_step          referrals' keys are sealed anew, a few a turn, whatever else there is to do; a key that comes
 *         │                  sealed to the old epoch is sealed anew as it is stored
 *         │                  sites say that nothing they still have to send is sealed to the old epoch (Heartbeat)
 *     refbrokerd rotate      destroys the old secret when no key and no site waits, and asks once more
 *         │
 *     rotation_reload        the broker forgets it too
 *
 * Nothing of this is in the journal's chain: a referral's key lies beside it, with its epoch. A broker that died begins
 * the walk over the keys again, and finds those that are done. When all are, the journal's generation becomes the epoch,
 * so that a backup copies them again.
 */
#ifndef BROKER_DAEMON_ROTATION_H
#define BROKER_DAEMON_ROTATION_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/id128.h"
#include "proto/message.h"

#include <stdbool.h>
#include <stdint.h>

struct broker;

enum {
    ROTATION_ASKED = 16,     /* the tool's request, one byte; see backup_page.h for the others */
    ROTATION_NAMES_MAX = 16, /* sites that are named to it */
    ROTATION_LINGERS_DAYS = 14
};

struct rotation {
    bool running;       /* some keys may not be of the present epoch yet */
    bool tell;          /* sites do not know of the present epoch */
    struct id128 after; /* keys up to this referral are */
    uint64_t seen;      /* of all keys */
    uint64_t total;
    uint64_t renewed;
    uint64_t shut;       /* that open with no secret; they stay as they are */
    int64_t stepped_us;  /* boot clock */
    int64_t drawn_us;    /* wall clock: when the present secret was */
    int64_t reminded_us; /* core time */
    int64_t looked_us;   /* boot clock: at the key files */
};

/* How far it is; epoch_old 0: there is no rotation. */
struct rotation_state {
    uint32_t epoch;
    uint32_t epoch_old;
    uint64_t keys_waiting;
    uint64_t keys_shut;
    uint64_t sites_waiting;
    int64_t drawn_us;
    const char *names[ROTATION_NAMES_MAX]; /* of sites that wait, the first */
    size_t name_count;
};

/* The keeper is open: goes on with a rotation that was begun. */
void rotation_open(struct broker *broker);
/* Look at the key files again. Files that are wrong are logged, and change nothing. */
void rotation_reload(struct broker *broker);
/* At most a few keys, and not more often than every 20 ms; none while the disk is low. After false the process must end. */
bool rotation_step(struct broker *broker, struct error *err) __attribute__((warn_unused_result));
/* Once in a while, in a turn: tells sites of a new epoch, and people of one that lingers. */
void rotation_tick(struct broker *broker);
/* Milliseconds until a step is due; -1: none. */
int64_t rotation_wait_ms(const struct broker *broker);
void rotation_describe(const struct broker *broker, struct rotation_state *out);

/* The state as the answer to ROTATION_ASKED, and back. False: the arena is full; the bytes are no such answer. */
bool rotation_write(const struct rotation_state *state, struct arena *arena, struct bytes *out)
    __attribute__((warn_unused_result));
bool rotation_read(struct bytes answer, struct arena *arena, struct rotation_state *out)
    __attribute__((warn_unused_result));

#endif
