/* refctl policy diff: which referrals two folders decide differently; needs no agent and no broker. */
#include "agents/ctl/comparison_view.h"
#include "agents/ctl/region_folder.h"
#include "agents/ctl/verb.h"
#include "policy/proof.h"

enum { CLASSES_FOR_PEOPLE = 20 };

static bool
compare(struct run *run, struct comparison_view *view, struct arena *arena, struct error *err);

bool verb_policy_diff(struct run *run, struct error *err)
{
    struct arena *arena = arena_create(PROOF_ARENA_BYTES);
    struct region *was = NULL;
    struct region *now = NULL;
    bool ok = arena != NULL || error_set(err, ERROR_OS, "no memory left");

    ok = ok && region_folder_open(run, run->words[0], &was, err) &&
         region_folder_open(run, run->words[1], &now, err);
    if (ok) {
        struct comparison_view view = {.was = was, .now = now};
        ok = compare(run, &view, arena, err);
    }
    region_destroy(&was);
    region_destroy(&now);
    arena_destroy(&arena);
    return ok;
}

static bool
compare(struct run *run, struct comparison_view *view, struct arena *arena, struct error *err)
{
    const struct comparison_side was = {view->was->policy, view->was->directory};
    const struct comparison_side now = {view->now->policy, view->now->directory};
    struct comparison comparison;

    view->rows_max = CLASSES_FOR_PEOPLE;
    if (!comparison_run(&comparison, &was, &now, arena, err) ||
        (run_has(run, OPTION_LIMIT) && !run_limit(run, &view->rows_max, err))) {
        return false;
    }
    view->comparison = &comparison;
    if (run->screen->json) {
        return screen_json(run->screen, comparison_view_json(view, arena), err);
    }
    comparison_view_print(run->screen, view, arena);
    return true;
}
