/* A proof for its readers; see the header. */
#include "agents/ctl/proof_view.h"

#include "agents/ctl/json_view.h"

#include <string.h>

enum { OTHERS_SHOWN = 12 };

/* A failure on its way to the screen. */
struct telling {
    const struct screen *screen;
    const struct proof_view *view;
    const struct proof_failure *failure;
    struct arena *arena;
};

static bool is_told_before(const struct proof *proof, size_t at);
static bool is_same_gap(const struct proof_failure *one, const struct proof_failure *other);
static void tell_counts(const struct screen *screen, const struct proof_view *view);
static void tell_failure(const struct telling *telling, const struct counterexample *example);
static struct text_pos place_of(const struct policy *policy, const struct proof_failure *failure);
static void tell_sentence(const struct telling *telling);
static void tell_reach(const struct telling *telling);
static void tell_require(const struct telling *telling);
static void tell_pool(const struct telling *telling);
static const char *rules_of(const struct telling *telling);
static const char *others_of(const struct telling *telling);
static const char *
other_of(const struct region *region, const struct proof_failure *failure, size_t at);
static void tell_example(const struct telling *telling, const struct counterexample *example);
static void tell_indented(const struct screen *screen, const char *text);
static json_t *failure_json(const struct proof_view *view, size_t at);

static const char *const claim_codes[PROOF_CLAIMS] = {
    [PROOF_NO_FALL_THROUGH] = "no-fall-through",
    [PROOF_REACH] = "reach",
    [PROOF_REQUIRE] = "require",
    [PROOF_POOLS] = "pools",
    [PROOF_PROGRAMMES] = "programmes",
};

struct phrase proof_view_name(const struct policy *policy,
                              const struct proof_failure *failure,
                              struct arena *arena)
{
    const char *ru = "Доказательство: правила нет";
    const char *en = "Proof: no rule matches";

    if (failure->claim == PROOF_REACH) {
        const char *rule = policy_rule(policy, failure->rule).id;
        ru = arena_format(arena, "Доказательство: до правила %s не доходит", rule);
        en = arena_format(arena, "Proof: does not come to the rule %s", rule);
    } else if (failure->claim == PROOF_REQUIRE) {
        const char *require = proof_requirement(policy, failure->require).id;
        ru = arena_format(arena, "Доказательство: требование %s нарушено", require);
        en = arena_format(arena, "Proof: breaks the requirement %s", require);
    } else if (failure->claim == PROOF_POOLS) {
        const char *pool = policy_pool(policy, failure->pool).id;
        const char *rule = policy_rule(policy, failure->rule).id;
        ru = arena_format(arena, "Доказательство: в группе %s никого нет, правило %s", pool, rule);
        en = arena_format(arena, "Proof: nobody in the pool %s, rule %s", pool, rule);
    }
    return ru == NULL || en == NULL ? (struct phrase){NULL, NULL} : (struct phrase){ru, en};
}

void proof_view_print(const struct screen *screen,
                      const struct proof_view *view,
                      struct arena *arena)
{
    size_t all = 0;
    size_t shown = 0;

    tell_counts(screen, view);
    for (size_t i = 0; i < view->proof->failure_count; i++) {
        const struct telling telling = {screen, view, &view->proof->failures[i], arena};
        if (is_told_before(view->proof, i)) {
            continue;
        }
        all++;
        if (view->rows_max == 0 || shown < view->rows_max) {
            tell_failure(&telling, &view->examples[i]);
            shown++;
        }
    }
    if (shown < all) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "\nПоказано %zu из %zu; больше: --limit N, все: --limit 0.\n",
                               "\n%zu of %zu shown; more: --limit N, all: --limit 0.\n"),
                     shown,
                     all);
    }
}

size_t proof_view_broken(const struct proof *proof)
{
    size_t count = 0;

    for (size_t i = 0; i < proof->failure_count; i++) {
        const struct proof_failure *failure = &proof->failures[i];
        count +=
            failure->claim != PROOF_POOLS || failure->dead_end || failure->verdict == PROOF_UNKNOWN
                ? 1
                : 0;
    }
    return count;
}

json_t *proof_view_json(const struct proof_view *view)
{
    json_t *claims = json_object();
    json_t *failures = json_array();

    for (size_t claim = 0; claim < PROOF_CLAIMS; claim++) {
        (void)json_object_set_new(claims,
                                  claim_codes[claim],
                                  json_pack("{s:I, s:I}",
                                            "asked",
                                            (json_int_t)view->proof->asked[claim],
                                            "held",
                                            (json_int_t)view->proof->held[claim]));
    }
    for (size_t i = 0; i < view->proof->failure_count; i++) {
        (void)json_array_append_new(failures, failure_json(view, i));
    }
    return json_pack("{s:s, s:b, s:o, s:o}",
                     "policy",
                     policy_id(view->region->policy),
                     "proven",
                     (int)(proof_view_broken(view->proof) == 0),
                     "claims",
                     claims,
                     "failures",
                     failures);
}

/* The same pool, empty in the same places: told once for all rules that name it. */
static bool is_told_before(const struct proof *proof, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (is_same_gap(&proof->failures[i], &proof->failures[at])) {
            return true;
        }
    }
    return false;
}

static bool is_same_gap(const struct proof_failure *one, const struct proof_failure *other)
{
    return one->claim == PROOF_POOLS && other->claim == PROOF_POOLS &&
           one->verdict == PROOF_FAILS && other->verdict == PROOF_FAILS &&
           one->pool == other->pool && one->dead_end == other->dead_end &&
           one->other_count == other->other_count &&
           memcmp(one->others, other->others, one->other_count * sizeof(*one->others)) == 0;
}

static void tell_counts(const struct screen *screen, const struct proof_view *view)
{
    static const struct phrase names[PROOF_CLAIMS] = {
        [PROOF_NO_FALL_THROUGH] = {"Всем есть правило", "All have a rule"},
        [PROOF_REACH] = {"Правила не зря", "Rules are reached"},
        [PROOF_REQUIRE] = {"Требования", "Requirements hold"},
        [PROOF_POOLS] = {"В группах есть люди", "Pools have workers"},
        [PROOF_PROGRAMMES] = {"Программы не зря", "Programmes apply"},
    };
    const struct proof *proof = view->proof;

    screen_print(
        screen,
        SCREEN_IN(screen,
                  "%sДоказательство политики «%s» для всех обращений, какие могут быть%s\n",
                  "%sProof of the policy “%s” for all referrals there can be%s\n"),
        screen_color(screen, SCREEN_BOLD),
        policy_id(view->region->policy),
        screen_color(screen, SCREEN_PLAIN));
    for (size_t claim = 0; claim < PROOF_CLAIMS; claim++) {
        const bool holds = proof->held[claim] == proof->asked[claim];
        screen_field(screen,
                     screen_phrase(screen, names[claim]),
                     SCREEN_IN(screen, "%s%zu из %zu%s", "%s%zu of %zu%s"),
                     screen_color(screen, holds ? SCREEN_GREEN : SCREEN_RED),
                     proof->held[claim],
                     proof->asked[claim],
                     screen_color(screen, SCREEN_PLAIN));
    }
}

static void tell_failure(const struct telling *telling, const struct counterexample *example)
{
    const struct screen *screen = telling->screen;
    const struct text_pos at = place_of(telling->view->region->policy, telling->failure);

    screen_print(screen,
                 "\n%s%s:%u:%u:%s ",
                 screen_color(screen, SCREEN_BOLD),
                 at.file,
                 (unsigned)at.line,
                 (unsigned)at.column,
                 screen_color(screen, SCREEN_PLAIN));
    tell_sentence(telling);
    if (telling->failure->has_example) {
        tell_example(telling, example);
    }
}

/* Of a policy without a rule for somebody: its last rule, behind which one is missing. */
static struct text_pos place_of(const struct policy *policy, const struct proof_failure *failure)
{
    const size_t rules = policy_rule_count(policy);

    if (failure->claim == PROOF_REQUIRE) {
        return proof_requirement(policy, failure->require).at;
    }
    if (failure->claim == PROOF_PROGRAMMES) {
        return policy_programme(policy, failure->programme).at;
    }
    if (failure->claim != PROOF_NO_FALL_THROUGH) {
        return policy_rule(policy, failure->rule).at;
    }
    return rules == 0 ? error_pos("policy.yaml", 1, 1) : policy_rule(policy, rules - 1).at;
}

static void tell_sentence(const struct telling *telling)
{
    const struct screen *screen = telling->screen;

    if (telling->failure->verdict == PROOF_UNKNOWN) {
        screen_print(screen,
                     "%s\n",
                     SCREEN_IN(screen,
                               "ни доказать, ни опровергнуть не удалось: условия слишком сложны, "
                               "упростите их",
                               "neither proven nor refuted: the conditions are too complex, "
                               "simplify them"));
        return;
    }
    switch (telling->failure->claim) {
    case PROOF_NO_FALL_THROUGH:
        screen_print(screen,
                     "%s\n",
                     SCREEN_IN(screen,
                               "есть обращения, которым не подходит ни одно правило: они попадут "
                               "на стол разбора; добавьте после этого правила последнее, без when",
                               "some referrals match no rule and go to the triage desk; add a last "
                               "rule without `when` behind this one"));
        break;
    case PROOF_REACH:
        tell_reach(telling);
        break;
    case PROOF_REQUIRE:
        tell_require(telling);
        break;
    case PROOF_POOLS:
        tell_pool(telling);
        break;
    case PROOF_PROGRAMMES:
        screen_print(
            screen,
            SCREEN_IN(screen,
                      "программа «%s» не касается ни одного обращения, которое берёт правило\n",
                      "the programme “%s” concerns no referral that a rule takes\n"),
            policy_programme(telling->view->region->policy, telling->failure->programme).id);
        break;
    case PROOF_CLAIMS:
        break;
    }
}

static void tell_reach(const struct telling *telling)
{
    const struct screen *screen = telling->screen;
    const char *rule = policy_rule(telling->view->region->policy, telling->failure->rule).id;

    if (telling->failure->other_count == 0) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "правило «%s» не подходит никогда: его условия противоречат друг "
                               "другу или его территории нет ни в одной волне\n",
                               "the rule “%s” never matches: its conditions contradict each other, "
                               "or its territory is in no wave\n"),
                     rule);
        return;
    }
    screen_print(screen,
                 SCREEN_IN(screen,
                           "до правила «%s» не доходит ни одно обращение, их забирают правила "
                           "выше: %s; поставьте его перед ними или уберите\n",
                           "no referral comes to the rule “%s”, rules above take them all: %s; put "
                           "it before them or remove it\n"),
                 rule,
                 others_of(telling));
}

static void tell_require(const struct telling *telling)
{
    const struct screen *screen = telling->screen;
    const struct policy *policy = telling->view->region->policy;
    const char *require = proof_requirement(policy, telling->failure->require).id;

    if (telling->failure->decided_by < 0) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "требование «%s» нарушено: обращению, о котором оно говорит, не "
                               "подходит ни одно правило\n",
                               "the requirement “%s” is broken: no rule matches a referral that it "
                               "is about\n"),
                     require);
    } else {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "требование «%s» нарушено правилом «%s»\n",
                               "the requirement “%s” is broken by the rule “%s”\n"),
                     require,
                     policy_rule(policy, (size_t)telling->failure->decided_by).id);
    }
}

static void tell_pool(const struct telling *telling)
{
    const struct screen *screen = telling->screen;
    const struct policy *policy = telling->view->region->policy;
    const struct proof_failure *failure = telling->failure;

    screen_print(screen,
                 SCREEN_IN(screen,
                           "в группе «%s» никого нет для территорий: %s; её называют правила: %s",
                           "the pool “%s” has nobody for the territories: %s; rules that name it: "
                           "%s"),
                 policy_pool(policy, failure->pool).id,
                 others_of(telling),
                 rules_of(telling));
    if (failure->from != NULL) {
        screen_print(screen, SCREEN_IN(screen, "; с %s", "; from %s"), failure->from);
    }
    screen_print(screen,
                 "%s\n",
                 failure->dead_end
                     ? SCREEN_IN(screen,
                                 "; других кураторов там нет, обращения останутся на столе разбора",
                                 "; nobody else is there, referrals stay at the triage desk")
                     : SCREEN_IN(screen,
                                 "; возьмёт другая группа правила",
                                 "; another pool of the rule takes it"));
}

/* All that have this gap, the first of which is told. */
static const char *rules_of(const struct telling *telling)
{
    const struct proof *proof = telling->view->proof;
    const char *text = "";

    for (size_t i = 0; i < proof->failure_count && text != NULL; i++) {
        const struct proof_failure *failure = &proof->failures[i];
        if (is_same_gap(failure, telling->failure)) {
            text = arena_format(telling->arena,
                                "%s%s%s",
                                text,
                                text[0] == '\0' ? "" : ", ",
                                policy_rule(telling->view->region->policy, failure->rule).id);
        }
    }
    return text == NULL ? "?" : text;
}

/* A long list is cut, and says so. */
static const char *others_of(const struct telling *telling)
{
    const struct proof_failure *failure = telling->failure;
    const char *text = "";

    for (size_t i = 0; i < failure->other_count && i < OTHERS_SHOWN && text != NULL; i++) {
        text = arena_format(telling->arena,
                            "%s%s%s",
                            text,
                            i == 0 ? "" : ", ",
                            other_of(telling->view->region, failure, i));
    }
    if (failure->other_count > OTHERS_SHOWN && text != NULL) {
        text = arena_format(telling->arena,
                            SCREEN_IN(telling->screen, "%s и ещё %zu", "%s and %zu more"),
                            text,
                            failure->other_count - OTHERS_SHOWN);
    }
    return text == NULL ? "?" : text;
}

static const char *
other_of(const struct region *region, const struct proof_failure *failure, size_t at)
{
    return failure->claim == PROOF_REACH
               ? policy_rule(region->policy, failure->others[at]).id
               : directory_territory(region->directory, failure->others[at])->id;
}

static void tell_example(const struct telling *telling, const struct counterexample *example)
{
    const struct screen *screen = telling->screen;

    if (example->bar != COUNTEREXAMPLE_CAN_BE_TRIED) {
        screen_print(screen,
                     "  %s\n",
                     example->bar == COUNTEREXAMPLE_ONLY_BROKER
                         ? SCREEN_IN(screen,
                                     "Такое обращение не подать формой: признак "
                                     "possible-duplicate ставит только брокер.",
                                     "No form says this: the broker alone sets the flag "
                                     "possible-duplicate.")
                         : SCREEN_IN(screen,
                                     "Такое обращение пока некому подать: у ведомств этого вида "
                                     "нет площадки.",
                                     "Nobody can send this yet: agencies of that kind have no "
                                     "site."));
        return;
    }
    screen_print(
        screen,
        SCREEN_IN(screen,
                  "  Пример, форма (refctl policy explain ФОРМА %s --at %s --referrer %s):\n",
                  "  Example, a form (refctl policy explain FORM %s --at %s --referrer "
                  "%s):\n"),
        telling->view->path,
        example->at,
        example->referrer);
    tell_indented(screen, example->form);
    screen_print(screen,
                 "  %s\n",
                 SCREEN_IN(screen,
                           "Он же для policy_test.yaml: пройдёт, пока политика решает так; "
                           "впишите, чего ждёте:",
                           "The same for policy_test.yaml: it passes while the policy decides so; "
                           "write what you expect:"));
    tell_indented(screen, example->test);
}

static void tell_indented(const struct screen *screen, const char *text)
{
    while (*text != '\0') {
        const int bytes = (int)strcspn(text, "\n");
        screen_print(screen, "    %.*s\n", bytes, text);
        text += bytes + (text[bytes] == '\n' ? 1 : 0);
    }
}

static json_t *failure_json(const struct proof_view *view, size_t at)
{
    const struct proof_failure *failure = &view->proof->failures[at];
    const struct counterexample *example = &view->examples[at];
    const struct policy *policy = view->region->policy;
    const struct text_pos place = place_of(policy, failure);
    const bool of_rule = failure->claim == PROOF_REACH || failure->claim == PROOF_POOLS;
    json_t *others = json_array();

    for (size_t i = 0; i < failure->other_count; i++) {
        (void)json_array_append_new(others, json_string(other_of(view->region, failure, i)));
    }
    return json_pack("{s:s, s:b, s:b, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
                     "s:o, s:o, s:o}",
                     "claim",
                     claim_codes[failure->claim],
                     "known",
                     (int)(failure->verdict == PROOF_FAILS),
                     "dead_end",
                     (int)failure->dead_end,
                     "file",
                     json_view_text(place.file),
                     "line",
                     (json_int_t)place.line,
                     "column",
                     (json_int_t)place.column,
                     "rule",
                     json_view_text(of_rule ? policy_rule(policy, failure->rule).id : NULL),
                     "requirement",
                     json_view_text(failure->claim == PROOF_REQUIRE
                                        ? proof_requirement(policy, failure->require).id
                                        : NULL),
                     "pool",
                     json_view_text(failure->claim == PROOF_POOLS
                                        ? policy_pool(policy, failure->pool).id
                                        : NULL),
                     failure->claim == PROOF_REACH ? "shadowed_by" : "territories",
                     others,
                     "programme",
                     json_view_text(failure->claim == PROOF_PROGRAMMES
                                        ? policy_programme(policy, failure->programme).id
                                        : NULL),
                     "from",
                     json_view_text(failure->from),
                     "until",
                     json_view_text(failure->until),
                     "decided_by",
                     json_view_text(failure->has_example && failure->decided_by >= 0
                                        ? policy_rule(policy, (size_t)failure->decided_by).id
                                        : NULL),
                     "form",
                     json_view_text(example->form),
                     "at",
                     json_view_text(example->at),
                     "referrer",
                     json_view_text(example->referrer),
                     "test",
                     json_view_text(example->test));
}
