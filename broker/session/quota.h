/* A token bucket: so many at once, and then so many a second. */
#ifndef BROKER_SESSION_QUOTA_H
#define BROKER_SESSION_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

/* burst   tokens of a full bucket
 * each_us time in which one token comes back */
struct quota_rate {
    uint32_t burst;
    int64_t each_us;
};

struct quota {
    int64_t full_us; /* when the bucket will be full again; in the past: it is */
};

/* Takes one token. False: the bucket is empty, and nothing was taken. A zero quota is full. */
bool quota_take(struct quota *quota, const struct quota_rate *rate, int64_t now_us);
/* How long until so many tokens are there again; 0: they are. tokens is at most the burst. */
int64_t quota_wait_us(const struct quota *quota,
                      const struct quota_rate *rate,
                      uint32_t tokens,
                      int64_t now_us);

#endif
