/* Who of a rule's pools becomes the curator, with loads and obstacles typed by hand. */
#include "policy/choice.h"

#include "tests/support/small_region.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Pools: 0 all (1 lead-region of 40, 2 lead-centre of 20, 4 untrained-centre of 10), 1 duty (3 of 100), 2 turns. */
static const char policy_text[] = "policy: test\n"
                                  "pools:\n"
                                  "  all: {workers: {role: case-curator}, continuity: yes}\n"
                                  "  duty: {workers: {role: duty-curator}, pick: round-robin}\n"
                                  "  turns: {workers: {role: case-curator}, pick: round-robin}\n";

enum { WORKERS = 6 };

struct world {
    struct arena *arena;
    struct directory *directory;
    struct policy *policy;
    struct roster *roster;
    struct choice_worker workers[WORKERS];
    struct choice choice;
    struct fact_decision decision;
};

static struct choice_worker look(const void *world, const struct directory_worker *row)
{
    return ((const struct world *)world)->workers[row->number];
}

static int set_up(void **state)
{
    static struct world world;
    struct finding_list findings;
    struct error err;
    memset(&world, 0, sizeof(world));
    world.arena = arena_create(8U << 20);
    world.directory = small_region_directory();
    if (!finding_list_begin(&findings, world.arena)) {
        return 1;
    }
    world.policy = small_region_policy(policy_text, world.directory, world.arena, &findings);
    if (world.policy == NULL ||
        !roster_create(&world.roster, world.policy, world.directory, &err)) {
        return 1;
    }
    world.choice = (struct choice){.policy = world.policy,
                                   .roster = world.roster,
                                   .directory = world.directory,
                                   .territory = 4,
                                   .risk = RISK_SOP,
                                   .look = look,
                                   .world = &world};
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    roster_destroy(&world->roster);
    policy_destroy(&world->policy);
    directory_destroy(&world->directory);
    arena_destroy(&world->arena);
    return 0;
}

static const struct fact_decision *choose(struct world *world, uint8_t first, uint8_t second)
{
    world->decision = (struct fact_decision){.pools = {first, second}, .pool_count = 2};
    choice_make(&world->choice, &world->decision);
    return &world->decision;
}

static void the_least_share_of_capacity_wins(void **state)
{
    struct world *world = *state;
    world->workers[1].load = 20; /* of 40: a half */
    world->workers[2].load = 8;  /* of 20: two fifths */
    world->workers[4].load = 6;  /* of 10: three fifths */
    const struct fact_decision *decision = choose(world, 0, 1);
    assert_int_equal(decision->chosen, 2);
    assert_int_equal(decision->pool, 0);
    assert_int_equal(decision->candidate_count, 3);
    assert_int_equal(decision->candidates[0].worker, 2);
    assert_int_equal(decision->candidates[0].reason, CANDIDATE_CHOSEN);
    assert_int_equal(decision->candidates[0].load, 8);
    assert_int_equal(decision->candidates[1].worker, 1);
    assert_int_equal(decision->candidates[1].reason, CANDIDATE_HIGHER_LOAD);
    assert_int_equal(decision->candidates[2].worker, 4);
}

static void equals_take_turns(void **state)
{
    struct world *world = *state;
    world->workers[1].last_picked = 7;
    world->workers[2].last_picked = 5;
    world->workers[4].last_picked = 6;
    assert_int_equal(choose(world, 0, 1)->chosen, 2);
    world->workers[2].last_picked = 8;
    assert_int_equal(choose(world, 2, 1)->chosen, 4);
    assert_int_equal(world->decision.candidates[1].reason, CANDIDATE_LATER_IN_TURN);
}

static void the_familys_last_curator_comes_first_where_the_pool_asks_for_it(void **state)
{
    struct world *world = *state;
    world->workers[4].load = 7; /* of 10: exactly the three units of the level are left */
    world->choice.continuity = 4;
    assert_int_equal(choose(world, 0, 1)->chosen, 4);
    assert_int_equal(world->decision.candidates[0].reason, CANDIDATE_CHOSEN_CONTINUITY);
    assert_int_equal(choose(world, 2, 1)->chosen, 1);
    world->workers[4].load = 8;
    assert_int_equal(choose(world, 0, 1)->chosen, 1);
    assert_int_equal(world->decision.candidates[2].reason, CANDIDATE_FULL);
}

static void the_next_pool_is_asked_when_nobody_may(void **state)
{
    struct world *world = *state;
    world->workers[1].bar = CANDIDATE_REFERRER;
    world->workers[2].bar = CANDIDATE_SITE_NO_KEY;
    world->workers[4].bar = CANDIDATE_REFUSED;
    const struct fact_decision *decision = choose(world, 0, 1);
    assert_int_equal(decision->chosen, 3);
    assert_int_equal(decision->pool, 1);
    assert_int_equal(decision->candidate_count, 4);
    world->workers[3].bar = CANDIDATE_SILENT;
    assert_int_equal(choose(world, 0, 1)->chosen, 0);
    assert_int_equal(world->decision.pool, -1);
    assert_int_equal(world->decision.desk_reason, DESK_REASON_NO_CANDIDATE);
    world->workers[3] = (struct choice_worker){.load = 98};
    assert_int_equal(choose(world, 0, 1)->chosen, 0);
    assert_int_equal(world->decision.desk_reason, DESK_REASON_NO_CAPACITY);
}

static void the_lead_of_a_similar_case_stands_before_all_pools(void **state)
{
    struct world *world = *state;
    world->choice.preferred = 3;
    assert_int_equal(choose(world, 0, 1)->chosen, 3); /* of the second pool */
    assert_int_equal(world->decision.pool, 1);
    assert_int_equal(world->decision.candidates[0].reason, CANDIDATE_CHOSEN_DUPLICATE);
    assert_int_equal(choose(world, 0, 0)->chosen, 1); /* in none of the rule's pools */
    world->workers[3].bar = CANDIDATE_REFUSED;
    assert_int_equal(choose(world, 0, 1)->chosen, 1);
}

static void a_desk_is_known_before_anybody_is_looked_for(void **state)
{
    (void)state;
    struct policy_facts facts = {.labels = {.risk = RISK_SOP, .basis = LEGAL_BASIS_CONSENT}};
    struct policy_verdict verdict = {.rule = 0};
    assert_int_equal(choice_desk_reason(&facts, &verdict), DESK_REASON_UNSPECIFIED);
    verdict.rule = -1;
    assert_int_equal(choice_desk_reason(&facts, &verdict), DESK_REASON_NO_RULE);
    verdict.not_rolled_out = true;
    assert_int_equal(choice_desk_reason(&facts, &verdict), DESK_REASON_NOT_ROLLED_OUT);
    facts.labels.basis = LEGAL_BASIS_UNSPECIFIED;
    assert_int_equal(choice_desk_reason(&facts, &verdict), DESK_REASON_NO_LEGAL_BASIS);
    facts.labels.risk = RISK_CRITICAL;
    assert_int_equal(choice_desk_reason(&facts, &verdict), DESK_REASON_NOT_ROLLED_OUT);
}

static void a_heavier_case_takes_more_of_a_curator(void **state)
{
    (void)state;
    assert_int_equal(choice_load(RISK_EARLY), 1);
    assert_int_equal(choice_load(RISK_TZS), 2);
    assert_int_equal(choice_load(RISK_SOP), 3);
    assert_int_equal(choice_load(RISK_CRITICAL), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_least_share_of_capacity_wins, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equals_take_turns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_familys_last_curator_comes_first_where_the_pool_asks_for_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_next_pool_is_asked_when_nobody_may, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_lead_of_a_similar_case_stands_before_all_pools, set_up, tear_down),
        cmocka_unit_test(a_desk_is_known_before_anybody_is_looked_for),
        cmocka_unit_test(a_heavier_case_takes_more_of_a_curator),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
