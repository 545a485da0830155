/* A trial; see the header. */
#include "agents/ctl/trial.h"

#include <string.h>

static const struct duration deliver_ceiling = {POLICY_DELIVER_HOURS_MAX, DURATION_HOURS};

static int64_t due_after(const struct trial *trial, struct duration duration);
static struct policy_facts facts_of(const struct trial_question *question);
static struct choice choice_of(const struct trial *trial);
static struct choice_worker look(const void *world, const struct directory_worker *row);

void trial_run(const struct trial_question *question, struct trial *out)
{
    const struct region *region = question->region;
    struct fact_decision *decision = &out->decision;

    memset(out, 0, sizeof(*out));
    out->question = *question;
    out->facts = facts_of(question);
    policy_decide(region->policy, region->directory, &out->facts, &out->verdict);
    decision->rule = out->verdict.rule;
    decision->programmes = out->verdict.programmes;
    decision->pool = -1;
    decision->pool_count = out->verdict.pool_count;
    memcpy(decision->pools, out->verdict.pools, sizeof(decision->pools));
    decision->desk_reason = choice_desk_reason(&out->facts, &out->verdict);
    if (decision->desk_reason == DESK_REASON_UNSPECIFIED) {
        const struct choice choice = choice_of(out);
        choice_make(&choice, decision);
    }
    if (decision->rule >= 0) {
        const struct policy_ground ground = {.rule = (size_t)decision->rule,
                                             .programmes = decision->programmes,
                                             .territory = question->territory};
        out->notice_count =
            policy_notice_sites(region->policy, region->directory, &ground, out->notices);
    }
    (void)directory_desk_for(region->directory, DESK_TRIAGE, question->territory, &out->desk);
}

int64_t trial_due(const struct trial *trial, enum norm norm)
{
    if (norm == NORM_DELIVER && trial_deliver_is_capped(trial)) {
        return due_after(trial, deliver_ceiling);
    }
    return due_after(trial, trial->verdict.norms[norm]);
}

bool trial_deliver_is_capped(const struct trial *trial)
{
    const int64_t due_us = due_after(trial, trial->verdict.norms[NORM_DELIVER]);

    return due_us == 0 || due_us > due_after(trial, deliver_ceiling);
}

enum candidate_reason trial_bar(const struct trial *trial, size_t pool, uint32_t worker)
{
    const struct choice choice = choice_of(trial);

    return choice_bar(&choice, pool, directory_worker(trial->question.region->directory, worker));
}

uint32_t trial_reserved(const struct trial *trial, size_t pool, uint32_t worker)
{
    const struct choice choice = choice_of(trial);

    return choice_reserved(
        &choice, pool, directory_worker(trial->question.region->directory, worker));
}

uint32_t trial_sections(const struct trial *trial, uint32_t worker)
{
    const struct region *region = trial->question.region;
    const struct directory_worker *row = directory_worker(region->directory, worker);
    const struct directory_agency *agency = directory_agency(region->directory, row->agency);

    return policy_sections(region->policy, row->roles, agency->kind);
}

static int64_t due_after(const struct trial *trial, struct duration duration)
{
    const struct trial_question *question = &trial->question;

    return calendar_due(question->region->calendar,
                        region_zone(question->region, question->territory),
                        question->at_us,
                        duration);
}

/* As intake takes them: a possible duplicate is for the broker to find. */
static struct policy_facts facts_of(const struct trial_question *question)
{
    const struct directory *directory = question->region->directory;
    const struct labels *labels = question->labels;
    const struct directory_site *site = directory_site(directory, question->referrer);
    const struct directory_agency *agency =
        site == NULL ? NULL : directory_agency(directory, site->agency);

    return (struct policy_facts){
        .labels = {.territory = question->territory,
                   .risk = labels->risk,
                   .direction = labels->direction,
                   .channel = labels->channel,
                   .basis = labels->basis,
                   .needs = labels->needs,
                   .ages = labels->ages,
                   .flags = labels->flags & ~(UINT32_C(1) << FLAG_POSSIBLE_DUPLICATE),
                   .children = labels->children},
        .referrer_kind = agency == NULL ? AGENCY_KIND_UNSPECIFIED : agency->kind,
        .at_us = question->at_us};
}

static struct choice choice_of(const struct trial *trial)
{
    const struct region *region = trial->question.region;

    return (struct choice){.policy = region->policy,
                           .roster = region->roster,
                           .directory = region->directory,
                           .territory = trial->question.territory,
                           .risk = trial->facts.labels.risk,
                           .look = look,
                           .world = trial};
}

static struct choice_worker look(const void *world, const struct directory_worker *row)
{
    const struct trial *trial = world;
    const struct trial_question *question = &trial->question;
    const bool keyless =
        question->keys_count &&
        directory_sealing_key(question->region->directory, row->site, question->at_us) == NULL;

    return (struct choice_worker){.bar = keyless ? CANDIDATE_SITE_NO_KEY : CANDIDATE_UNSPECIFIED};
}
