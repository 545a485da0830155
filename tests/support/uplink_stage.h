/* A stage for tests of the agent's session: hand-typed messages in, effects out, a hand-turned clock. */
#ifndef TESTS_SUPPORT_UPLINK_STAGE_H
#define TESTS_SUPPORT_UPLINK_STAGE_H

#include "agents/core/uplink.h"

struct uplink_stage {
    struct arena *arena;
    struct uplink *uplink;
    struct uplink_effects effects; /* of the last step */
    int64_t now_us;
    struct problem problem; /* of a refusal that is being said */
};

/* Three commands wait on the normal lane (4, 5, 6), one on the urgent lane (1). */
struct uplink_stage *uplink_stage_create(bool resync);
/* For cmocka: *state becomes the stage. */
int uplink_stage_set_up(void **state);
int uplink_stage_tear_down(void **state);

void uplink_stage_step(struct uplink_stage *bench, const struct uplink_event *event);
void uplink_stage_tick(struct uplink_stage *bench);
void uplink_stage_receive(struct uplink_stage *bench, const struct envelope *envelope);
/* Connected, and welcomed with deliveries after 10. */
void uplink_stage_open(struct uplink_stage *bench);
struct envelope uplink_stage_welcome(uint64_t from);

/* Effects of a kind of the last step; the one that there is (asserted); the Hello that was sent (asserted). */
size_t uplink_stage_count(struct uplink_stage *bench, enum uplink_effect_kind kind);
const struct uplink_effect *uplink_stage_only(struct uplink_stage *bench,
                                              enum uplink_effect_kind kind);
const struct hello *uplink_stage_said_hello(struct uplink_stage *bench);

#endif
