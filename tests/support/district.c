/* See the header. */
#include "tests/support/district.h"

#include "base/file.h"
#include "base/utc.h"
#include "broker/core/turn_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t arena_bytes = (size_t)512 << 20;

static void fail(const char *what)
{
    (void)fprintf(stderr, "district: %s\n", what);
    exit(1);
}

static void copy_file(struct district *district, const char *set, const char *name)
{
    struct error err;
    struct bytes content;
    const char *from = arena_format(district->arena, "tests/scenarios/region/%s", name);
    if (!file_read(from, YAML_TREE_BYTES_MAX, district->arena, &content, &err)) {
        fail(err.text);
    }
    (void)scratch_write(district->scratch,
                        arena_format(district->arena, "%s/%s", set, name),
                        arena_text_of(district->arena, content));
}

void district_configure(struct district *district, const char *more)
{
    static const char *const names[] = {"broker.yaml",
                                        "calendar.yaml",
                                        "policy.yaml",
                                        "directory/10-places.yaml",
                                        "directory/20-people.yaml",
                                        "directory/30-keys.yaml"};
    const char *set = arena_format(district->arena, "set-%u", ++district->sets);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        copy_file(district, set, names[i]);
    }
    if (more != NULL) {
        const char *name = arena_format(district->arena, "%s/directory/90-more.yaml", set);
        (void)scratch_write(district->scratch, name, more);
    }
    struct world_input input = {.kind = WORLD_CONFIGURE};
    input.region =
        world_region(scratch_path(district->scratch, set), district->arena, district->now_us);
    district_apply(district, &input);
}

struct district *district_create(const char *more)
{
    struct error err;
    struct district *district = calloc(1, sizeof(*district));
    const struct utc_civil monday = {.year = 2026, .month = 11, .day = 23, .hour = 3};
    if (district == NULL || !keys_start(&err)) {
        fail("no memory");
    }
    district->arena = arena_create(arena_bytes);
    district->scratch = scratch_create();
    district->world = world_create(scratch_path(district->scratch, "store"));
    district->now_us = utc_of_civil(&monday);
    district_configure(district, more);
    return district;
}

void district_destroy(struct district **district)
{
    struct district *old = *district;
    if (old == NULL) {
        return;
    }
    world_destroy(&old->world);
    scratch_destroy(&old->scratch);
    arena_destroy(&old->arena);
    free(old);
    *district = NULL;
}

void district_apply(struct district *district, struct world_input *input)
{
    if (input->options.now_us == 0) {
        input->options.now_us = district->now_us;
    }
    world_apply(district->world, input, &district->last);
}

void district_command(struct district *district, const char *worker, const struct command *command)
{
    const struct directory *directory = district->world->core.region->directory;
    struct command *made = arena_copy(district->arena, command, sizeof(*command));
    const uint32_t number = world_worker(district->world, worker);
    made->actor = arena_text(district->arena, worker);
    made->number = ++district->commands;
    made->incarnation = id128_of_position(UINT64_MAX, number);
    struct world_input input = {
        .kind = WORLD_COMMAND, .site = directory_worker(directory, number)->site, .command = made};
    district_apply(district, &input);
}

struct id128
district_send(struct district *district, const char *worker, const char *territory, enum risk risk)
{
    uint8_t drawn[10] = {0};
    struct referral *referral = arena_alloc(district->arena, sizeof(*referral));
    struct matching_key *key = arena_alloc(district->arena, sizeof(*key));
    district->referrals++;
    bytes_put_u32(drawn, district->referrals);
    bytes_put_u32(key->digest, district->referrals);
    key->epoch = 1;
    key->role = PERSON_CHILD;
    key->strength = STRENGTH_STRONG;
    *referral = (struct referral){.id = id128_uuid7((uint64_t)(district->now_us / 1000), drawn),
                                  .purpose = PURPOSE_CASE,
                                  .labels = {.territory = arena_text(district->arena, territory),
                                             .risk = risk,
                                             .direction = DIRECTION_EARLY_DETECTION,
                                             .channel = CHANNEL_SPECIALIST,
                                             .basis = LEGAL_BASIS_LEGAL_DUTY,
                                             .needs = UINT32_C(1) << NEED_HOUSEHOLD,
                                             .ages = UINT32_C(1) << AGE_4_6,
                                             .children = 1},
                                  .keys = key,
                                  .key_count = 1};
    const struct command command = {.kind = COMMAND_SUBMIT, .referral = referral};
    district_command(district, worker, &command);
    return referral->id;
}

struct case_record district_case(struct district *district, const struct id128 *referral)
{
    struct referral_record found;
    struct case_record record;
    if (!store_referral(district->world->store, referral, &found) ||
        !store_case(district->world->store, &found.case_id, &record)) {
        fail("no such referral");
    }
    return record;
}

struct assignment_record district_offer(struct district *district, const struct id128 *referral)
{
    const struct case_record record = district_case(district, referral);
    struct assignment_record offer;
    if (!store_assignment(district->world->store, &record.offer, &offer)) {
        fail("nobody is offered the case");
    }
    return offer;
}

void district_accept(struct district *district, const struct id128 *referral)
{
    const struct assignment_record offer = district_offer(district, referral);
    const struct directory *directory = district->world->core.region->directory;
    const struct command command = {
        .kind = COMMAND_ACCEPT, .subject = offer.id, .token = offer.token};
    district_command(district, directory_worker(directory, offer.worker)->id, &command);
    if (district->last.reply.refused) {
        fail("the offer cannot be accepted");
    }
}

void district_deadlines(struct district *district)
{
    do {
        struct world_input input = {.kind = WORLD_DEADLINES};
        district_apply(district, &input);
    } while (district->last.done > 0);
}

void district_restore(struct district *district)
{
    const struct entry entry = {.cause = ENTRY_CONFIGURATION};
    const struct fact restored = {.kind = FACT_JOURNAL_RESTORED, .number = 77};
    const struct turn_options options = {.now_us = district->now_us};
    struct arena *arena = arena_create((size_t)128 << 20);
    struct turn *turn = turn_begin(&district->world->core, arena, &options);
    turn_open_entry(turn, &entry);
    turn_emit(turn, &restored);
    (void)turn_close_entry(turn);
    arena_destroy(&arena);
}
