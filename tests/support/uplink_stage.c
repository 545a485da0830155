/* One agent's session and what it wants done; see uplink_stage.h. */
#include "tests/support/uplink_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

void uplink_stage_step(struct uplink_stage *bench, const struct uplink_event *event)
{
    bench->effects.count = 0;
    uplink_step(bench->uplink, event, bench->now_us, &bench->effects);
}

void uplink_stage_tick(struct uplink_stage *bench)
{
    uplink_stage_step(bench, &(struct uplink_event){.kind = UPLINK_TICK, .random = 1023});
}

void uplink_stage_receive(struct uplink_stage *bench, const struct envelope *envelope)
{
    uplink_stage_step(
        bench, &(struct uplink_event){.kind = UPLINK_FRAME, .random = 1023, .envelope = envelope});
}

size_t uplink_stage_count(struct uplink_stage *bench, enum uplink_effect_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->effects.count; i++) {
        count += bench->effects.items[i].kind == kind;
    }
    return count;
}

const struct uplink_effect *uplink_stage_only(struct uplink_stage *bench,
                                              enum uplink_effect_kind kind)
{
    assert_int_equal(uplink_stage_count(bench, kind), 1);
    size_t i = 0;
    while (bench->effects.items[i].kind != kind) {
        i++;
    }
    return &bench->effects.items[i];
}

const struct hello *uplink_stage_said_hello(struct uplink_stage *bench)
{
    const struct uplink_effect *effect = uplink_stage_only(bench, UPLINK_SEND);
    assert_int_equal(effect->envelope.kind, BODY_HELLO);
    return &effect->envelope.body.hello;
}

struct uplink_stage *uplink_stage_create(bool resync)
{
    struct uplink_stage *bench = calloc(1, sizeof(*bench));
    assert_non_null(bench);
    bench->arena = arena_create(1 << 20);
    bench->now_us = 100 * INT64_C(1000000);
    struct uplink_options options = {
        .program = "test", .endpoint_count = 2, .incarnation = {{7}}, .resync = resync};
    options.lanes[LANE_NORMAL].first = 4;
    options.lanes[LANE_NORMAL].next = 7;
    options.lanes[LANE_NORMAL].applied = 10;
    options.lanes[LANE_URGENT].first = 1;
    options.lanes[LANE_URGENT].next = 2;
    bench->uplink = uplink_create(bench->arena, &options);
    assert_non_null(bench->uplink);
    return bench;
}

int uplink_stage_set_up(void **state)
{
    *state = uplink_stage_create(false);
    return 0;
}

int uplink_stage_tear_down(void **state)
{
    struct uplink_stage *bench = *state;
    arena_destroy(&bench->arena);
    free(bench);
    return 0;
}

struct envelope uplink_stage_welcome(uint64_t from)
{
    struct envelope envelope = {.version = 1, .kind = BODY_WELCOME};
    struct welcome *body = &envelope.body.welcome;
    body->version = 1;
    body->region = "nso";
    body->site = "s";
    body->window = 2;
    body->lanes[LANE_NORMAL].expected = 4;
    body->lanes[LANE_NORMAL].from = from;
    body->lanes[LANE_URGENT].expected = 1;
    return envelope;
}

void uplink_stage_open(struct uplink_stage *bench)
{
    struct envelope envelope = uplink_stage_welcome(10);
    uplink_stage_tick(bench);
    uplink_stage_receive(bench, &envelope);
    assert_true(uplink_is_open(bench->uplink));
}
