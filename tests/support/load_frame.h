/* The little of a broker's frame that the measurements need, read without building the message.
 *
 * The driver of a load shares the processors with the broker that it measures, so reading must cost next to nothing. The
 * numbers of the fields are those of proto/exchange.proto and proto/case.proto. Called by tests/bench/load_bench only.
 */
#ifndef TESTS_SUPPORT_LOAD_FRAME_H
#define TESTS_SUPPORT_LOAD_FRAME_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum load_frame_kind {
    LOAD_FRAME_OTHER,
    LOAD_FRAME_REPLY,
    LOAD_FRAME_DELIVERY,
    LOAD_FRAME_DELIVERIES
};

struct load_frame {
    enum load_frame_kind kind;
    uint64_t lane; /* of a reply or a delivery, as on the wire */
    uint64_t number;
    bool refused;         /* of a reply */
    bool delivered;       /* of a delivery: a referral with the receipt that it was delivered */
    struct bytes subject; /* the id that it is about; points into the frame */
    struct bytes items;   /* of deliveries: what is left of them; likewise */
};

/* false: no frame of the protocol */
bool load_frame_read(struct bytes frame, struct load_frame *out);

/* The next delivery of what items is left of. false: no more, when items->size is 0, or no frame of the protocol */
bool load_frame_item(struct bytes *items, struct load_frame *out);

#endif
