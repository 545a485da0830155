/* A token bucket kept as one number: each token taken pushes the moment at which the bucket is full again. */
#include "broker/session/quota.h"

bool quota_take(struct quota *quota, const struct quota_rate *rate, int64_t now_us)
{
    int64_t full_us = quota->full_us > now_us ? quota->full_us : now_us;

    if (full_us + rate->each_us > now_us + (int64_t)rate->burst * rate->each_us) {
        return false;
    }
    quota->full_us = full_us + rate->each_us;
    return true;
}

int64_t quota_wait_us(const struct quota *quota,
                      const struct quota_rate *rate,
                      uint32_t tokens,
                      int64_t now_us)
{
    const int64_t there_us = quota->full_us - (int64_t)(rate->burst - tokens) * rate->each_us;

    return there_us > now_us ? there_us - now_us : 0;
}
