/* Signatures of other agencies: who may sign which plan, what is refused, and what needs nobody. */
#include "broker/core/assent.h"

#include "base/file.h"
#include "broker/core/versions.h"
#include "proto/consent.h"
#include "tests/support/district.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char people[] =
    "workers:\n"
    "  - {id: administrator-police, site: police-region-1, roles: [administrator],\n"
    "     title: {ru: администратор, en: administrator}}\n"
    "  - {id: administrator-clinic, site: clinic-region-1, roles: [administrator],\n"
    "     title: {ru: администратор, en: administrator}}\n"
    "  - {id: administrator-school, site: school-7-tatarsk, roles: [administrator],\n"
    "     title: {ru: администратор, en: administrator}}\n";

enum { MINISTRY, POLICE, CLINIC, AGENCIES };

struct stage {
    struct district *district;
    struct key32 secrets[AGENCIES];
    char rule[512];
};

/* The region's texts with another policy, which asks for three signatures. */
static struct region_input *set_of(struct stage *stage, const char *path)
{
    struct arena *arena = stage->district->arena;
    struct region_input *set = arena_alloc(arena, sizeof(*set));
    struct region_text *texts = arena_array(arena, 2, sizeof(*texts));
    struct bytes policy;
    struct error err;
    *set = *world_region(
        scratch_path(stage->district->scratch, "set-1"), arena, stage->district->now_us);
    assert_int_equal(set->text_count, 2);
    assert_true(file_read(path, YAML_TREE_BYTES_MAX, arena, &policy, &err));
    texts[0] = set->texts[0];
    texts[1].name = set->texts[1].name;
    texts[1].text =
        bytes_of_text(arena_format(arena, "%s%s", arena_text_of(arena, policy), stage->rule));
    set->texts = texts;
    return set;
}

static struct proposal_record proposal_of(const struct stage *stage, int64_t at_us)
{
    const struct world *world = stage->district->world;
    const uint32_t worker = world_worker(world, "administrator-region");
    struct proposal_record proposal;
    memset(&proposal, 0, sizeof(proposal));
    proposal.origin = VERSION_APPLIED;
    proposal.worker = worker;
    proposal.site = directory_worker(world->core.region->directory, worker)->site;
    proposal.activate_us = at_us;
    return proposal;
}

static void propose(struct stage *stage, int64_t at_us)
{
    const struct proposal_record proposal = proposal_of(stage, at_us);
    struct world_input input = {
        .kind = WORLD_PLAN,
        .proposal = &proposal,
        .region = set_of(stage, "tests/scenarios/changes/family-service-for-all/policy.yaml")};
    district_apply(stage->district, &input);
}

static struct plan_record plan_of(const struct stage *stage, uint32_t number)
{
    struct plan_record plan;
    assert_true(store_plan(stage->district->world->store, number, &plan));
    return plan;
}

static enum refusal
give(struct stage *stage, const char *worker, enum command_kind kind, struct bytes data)
{
    const struct command command = {.kind = kind, .plan = 1, .data = data};
    district_command(stage->district, worker, &command);
    return stage->district->last.reply.refused ? stage->district->last.reply.problems[0].code
                                               : REFUSAL_UNSPECIFIED;
}

/* A signature under plan `number` by the key of an agency, as if the digest were so. */
static enum refusal sign(struct stage *stage, const char *worker, int key, uint32_t number)
{
    const struct plan_record plan = plan_of(stage, 1);
    uint8_t *signature = arena_alloc(stage->district->arena, PLAN_SIGNATURE_BYTES);
    consent_sign(&stage->secrets[key], number, plan.digest, signature);
    return give(stage, worker, COMMAND_POLICY_SIGN, bytes_of(signature, PLAN_SIGNATURE_BYTES));
}

static uint32_t missing_of(const struct stage *stage, const struct plan_record *plan)
{
    uint32_t missing = 99;
    assert_true(
        assent_missing(&stage->district->world->core, stage->district->arena, plan, &missing));
    return missing;
}

static int set_up(void **state)
{
    static struct stage stage;
    char texts[AGENCIES][KEYS_TEXT_MAX];
    memset(&stage, 0, sizeof(stage));
    stage.district = district_create(people);
    for (int i = 0; i < AGENCIES; i++) {
        struct key32 open;
        memset(stage.secrets[i].bytes, i + 1, KEYS_BYTES);
        keys_signing_public_of(&stage.secrets[i], &open);
        keys_to_text(open.bytes, texts[i]);
    }
    (void)snprintf(stage.rule,
                   sizeof(stage.rule),
                   "\nsignatures:\n  needed: 3\n  agencies:\n    social-region: \"%s\"\n"
                   "    police-region: \"%s\"\n    clinic-region: \"%s\"\n",
                   texts[MINISTRY],
                   texts[POLICE],
                   texts[CLINIC]);
    struct world_input input = {.kind = WORLD_CONFIGURE,
                                .region = set_of(&stage, "tests/scenarios/region/policy.yaml")};
    district_apply(stage.district, &input);
    assert_int_equal(store_meta(stage.district->world->store)->version, 2);
    *state = &stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    district_destroy(&stage->district);
    return 0;
}

static void a_plan_waits_for_all_whose_signatures_are_needed_test(void **state)
{
    struct stage *stage = *state;
    propose(stage, 0);
    assert_int_equal(plan_of(stage, 1).state, PLAN_UNSIGNED);
    assert_int_equal(missing_of(stage, &(struct plan_record){0}), 3);
    assert_int_equal(give(stage, "administrator-region", COMMAND_POLICY_PROMOTE, bytes_of("", 0)),
                     REFUSAL_SIGNATURE_NEEDED);
    assert_int_equal(sign(stage, "administrator-police", POLICE, 1), REFUSAL_UNSPECIFIED);
    assert_int_equal(plan_of(stage, 1).state, PLAN_UNSIGNED);
    assert_int_equal(sign(stage, "administrator-clinic", CLINIC, 1), REFUSAL_UNSPECIFIED);
    assert_int_equal(plan_of(stage, 1).state, PLAN_DUE);
    struct world_input input = {.kind = WORLD_ACTIVATE};
    district_apply(stage->district, &input);
    assert_int_equal(plan_of(stage, 1).state, PLAN_ACTIVATED);
    struct answer answer = {.cursor = ""};
    assert_true(versions_list(&stage->district->world->core, stage->district->arena, "", &answer));
    assert_int_equal(answer.versions[0].version, 3);
    assert_string_equal(answer.versions[0].signed_by, "administrator-police, administrator-clinic");

    /* back to a version under the same rule, and to the one before the rule */
    struct plan_record back;
    memset(&back, 0, sizeof(back));
    back.origin = VERSION_ROLLED_BACK;
    back.returned_to = 2;
    assert_int_equal(missing_of(stage, &back), 0);
    back.returned_to = 1;
    assert_int_equal(missing_of(stage, &back), 3);
}

static void each_wrong_signature_is_refused_by_name_test(void **state)
{
    struct stage *stage = *state;
    struct plan_record plan;
    uint8_t signature[PLAN_SIGNATURE_BYTES];
    propose(stage, 0);
    assert_int_equal(sign(stage, "administrator-region", MINISTRY, 1), REFUSAL_SIGNATURE_OWN);
    assert_int_equal(sign(stage, "administrator-school", POLICE, 1), REFUSAL_SIGNER_UNKNOWN);
    assert_int_equal(sign(stage, "observer-region", MINISTRY, 1), REFUSAL_NOT_ALLOWED);
    assert_int_equal(sign(stage, "administrator-police", CLINIC, 1), REFUSAL_SIGNATURE_WRONG);
    assert_int_equal(sign(stage, "administrator-police", POLICE, 2), REFUSAL_SIGNATURE_WRONG);
    plan = plan_of(stage, 1);
    plan.digest[0] ^= 1; /* other texts */
    consent_sign(&stage->secrets[POLICE], 1, plan.digest, signature);
    assert_int_equal(give(stage,
                          "administrator-police",
                          COMMAND_POLICY_SIGN,
                          bytes_of(signature, sizeof(signature))),
                     REFUSAL_SIGNATURE_WRONG);
    assert_int_equal(give(stage, "administrator-police", COMMAND_POLICY_SIGN, bytes_of("x", 1)),
                     REFUSAL_BAD_FIELD);
    assert_int_equal(plan_of(stage, 1).signature_count, 0);
    assert_int_equal(sign(stage, "administrator-police", POLICE, 1), REFUSAL_UNSPECIFIED);
    assert_int_equal(sign(stage, "administrator-police", POLICE, 1), REFUSAL_SIGNATURE_REPEATED);
    assert_int_equal(give(stage, "administrator-region", COMMAND_POLICY_WITHDRAW, bytes_of("", 0)),
                     REFUSAL_UNSPECIFIED);
    assert_int_equal(sign(stage, "administrator-clinic", CLINIC, 1), REFUSAL_WRONG_STATE);
}

static void a_signed_plan_waits_for_its_date_and_its_signatures_are_read_again_test(void **state)
{
    struct stage *stage = *state;
    propose(stage, stage->district->now_us + INT64_C(3600000000));
    assert_int_equal(sign(stage, "administrator-police", POLICE, 1), REFUSAL_UNSPECIFIED);
    assert_int_equal(sign(stage, "administrator-clinic", CLINIC, 1), REFUSAL_UNSPECIFIED);
    struct plan_record plan = plan_of(stage, 1);
    assert_int_equal(plan.state, PLAN_WAITING);
    assert_int_equal(missing_of(stage, &plan), 0);
    plan.signatures[1].signature[0] ^= 1;
    assert_int_equal(missing_of(stage, &plan), 1);
    stage->district->now_us += INT64_C(3600000000);
    district_deadlines(stage->district);
    assert_int_equal(plan_of(stage, 1).state, PLAN_DUE);
}

static void a_change_of_the_directory_alone_needs_nobody_test(void **state)
{
    struct stage *stage = *state;
    const struct proposal_record proposal = proposal_of(stage, 0);
    struct plan_record plan =
        assent_planned(&proposal, set_of(stage, "tests/scenarios/region/policy.yaml"));
    assert_int_equal(missing_of(stage, &plan), 0);
    plan = assent_planned(
        &proposal, set_of(stage, "tests/scenarios/changes/family-service-for-all/policy.yaml"));
    assert_int_equal(missing_of(stage, &plan), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_plan_waits_for_all_whose_signatures_are_needed_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            each_wrong_signature_is_refused_by_name_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_signed_plan_waits_for_its_date_and_its_signatures_are_read_again_test,
            set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            a_change_of_the_directory_alone_needs_nobody_test, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
