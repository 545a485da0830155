/* refctl policy prove: what holds of a region's policy for every referral there can be; needs no agent and no broker. */
#include "agents/ctl/proof_view.h"
#include "agents/ctl/region_folder.h"
#include "agents/ctl/verb.h"

enum { FAILURES_FOR_PEOPLE = 20 };

static bool prove(struct run *run, struct proof_view *view, struct arena *arena, struct error *err);
static bool make_examples(const struct run *run, struct proof_view *view, struct arena *arena);
static bool tell(struct run *run, struct proof_view *view, struct arena *arena, struct error *err);

bool verb_policy_prove(struct run *run, struct error *err)
{
    struct proof_view view = {.path = run->word_count > 0 ? run->words[0] : "."};
    struct arena *arena = arena_create(PROOF_ARENA_BYTES);
    struct region *region = NULL;

    if (arena == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    bool ok = region_folder_open(run, view.path, &region, err);
    if (ok) {
        view.region = region;
        ok = prove(run, &view, arena, err);
        region_destroy(&region);
    }
    arena_destroy(&arena);
    return ok;
}

static bool prove(struct run *run, struct proof_view *view, struct arena *arena, struct error *err)
{
    const struct region *region = view->region;
    struct proof proof;

    if (!proof_run(&proof, region->policy, region->directory, arena, err)) {
        return false;
    }
    view->proof = &proof;
    if (!make_examples(run, view, arena)) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    return tell(run, view, arena, err) &&
           (proof_view_broken(&proof) == 0 ||
            error_set(err,
                      ERROR_FINDINGS,
                      SCREEN_IN(run->screen, "%s: не доказано: %zu", "%s: not proven: %zu"),
                      view->path,
                      proof_view_broken(&proof)));
}

static bool make_examples(const struct run *run, struct proof_view *view, struct arena *arena)
{
    struct counterexample *examples =
        arena_array(arena, view->proof->failure_count + 1, sizeof(*examples));

    for (size_t i = 0; i < view->proof->failure_count && examples != NULL; i++) {
        const struct proof_failure *failure = &view->proof->failures[i];
        const struct counterexample_question question = {
            .region = view->region,
            .facts = &failure->example,
            .from = failure->from,
            .until = failure->until,
            .now_us = run->screen->now_us,
            .name = proof_view_name(view->region->policy, failure, arena)};
        if (question.name.en == NULL ||
            (failure->has_example && !counterexample_make(&question, arena, &examples[i]))) {
            return false;
        }
    }
    view->examples = examples;
    return examples != NULL;
}

static bool tell(struct run *run, struct proof_view *view, struct arena *arena, struct error *err)
{
    view->rows_max = FAILURES_FOR_PEOPLE;
    if (run_has(run, OPTION_LIMIT) && !run_limit(run, &view->rows_max, err)) {
        return false;
    }
    if (run->screen->json) {
        return screen_json(run->screen, proof_view_json(view), err);
    }
    proof_view_print(run->screen, view, arena);
    return true;
}
