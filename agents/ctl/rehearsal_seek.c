/* One case of a rehearsal decided by the new policy. */
#include "agents/ctl/rehearsal_part.h"

#include <string.h>

/* Everything that choice.h asks about while one case is decided. */
struct seeking {
    const struct rehearsal *rehearsal;
    const struct rehearsal_case *record;
    uint32_t passed[LIMIT_OFFERS_BEFORE_DESK]; /* asked in vain already */
    size_t passed_count;
};

static const enum norm norms[REHEARSAL_NORMS] = {NORM_ANSWER, NORM_CURATOR};

static struct policy_facts facts_of(const struct rehearsal_case *record);
static void set_dues(const struct rehearsal *rehearsal,
                     struct rehearsal_case *record,
                     const struct policy_verdict *verdict);
static uint32_t ask_in_turn(struct rehearsal *rehearsal,
                            struct rehearsal_case *record,
                            const struct policy_verdict *verdict);
static struct choice_worker look(const void *world, const struct directory_worker *row);
static bool among(const uint32_t *people, size_t count, uint32_t person);
static uint32_t known(const struct rehearsal *rehearsal, uint32_t person);
static uint32_t bearer_of(const struct rehearsal_case *record, uint32_t found);

void rehearsal_seek(struct rehearsal *rehearsal, struct rehearsal_case *record)
{
    const struct region *region = rehearsal->options.region;
    const struct policy_facts facts = facts_of(record);
    struct policy_verdict verdict;
    uint32_t found = 0;

    record->after = (struct rehearsal_way){"", "", "", DESK_REASON_UNSPECIFIED};
    if (record->labels.territory == 0) {
        return; /* nothing can be said */
    }
    policy_decide(region->policy, region->directory, &facts, &verdict);
    record->rule = verdict.rule;
    if (verdict.rule >= 0) {
        record->after.rule = policy_rule(region->policy, (size_t)verdict.rule).id;
    }
    set_dues(rehearsal, record, &verdict);
    record->after.desk_reason = choice_desk_reason(&facts, &verdict);
    if (record->after.desk_reason == DESK_REASON_UNSPECIFIED) {
        found = ask_in_turn(rehearsal, record, &verdict);
    }
    rehearsal_take_after(rehearsal, record, bearer_of(record, found));
}

void rehearsal_join(struct rehearsal *rehearsal,
                    struct rehearsal_case *record,
                    const struct rehearsal_join *join)
{
    const struct region *region = rehearsal->options.region;
    const bool had_basis = record->labels.basis != LEGAL_BASIS_UNSPECIFIED;
    const bool was_critical = record->labels.risk == RISK_CRITICAL;
    struct fact_labels *labels = &record->labels;
    struct policy_verdict verdict;

    if (join->referrer != 0 && record->referrer_count < REHEARSAL_REFERRERS_MAX) {
        record->referrers[record->referrer_count++] = join->referrer;
    }
    /* As the broker joins labels. */
    labels->risk = join->labels.risk > labels->risk ? join->labels.risk : labels->risk;
    labels->basis = had_basis ? labels->basis : join->labels.basis;
    labels->needs |= join->labels.needs;
    labels->ages |= join->labels.ages;
    labels->flags |= join->labels.flags;
    if (join->labels.children > labels->children) {
        labels->children = join->labels.children;
    }
    const bool led = record->appointed_us != 0 && record->appointed_us <= join->arrived_us;
    if (led || record->carried || labels->territory == 0) {
        return; /* the curator goes on */
    }
    const struct policy_facts facts = facts_of(record);
    policy_decide(region->policy, region->directory, &facts, &verdict);
    const bool raised = labels->risk == RISK_CRITICAL && !was_critical;
    const bool founded = record->after.desk_reason == DESK_REASON_NO_LEGAL_BASIS &&
                         labels->basis != LEGAL_BASIS_UNSPECIFIED;
    if (raised || founded || verdict.rule != record->rule) {
        rehearsal_take_after(rehearsal, record, 0);
        rehearsal_seek(rehearsal, record);
    }
}

void rehearsal_release(struct rehearsal *rehearsal, struct rehearsal_case *record)
{
    rehearsal->people[record->bearer_before].load_before -= record->units_before;
    record->units_before = 0;
    rehearsal->people[record->bearer_after].load_after -= record->units_after;
    record->units_after = 0;
}

void rehearsal_take_before(struct rehearsal *rehearsal, struct rehearsal_case *record)
{
    struct rehearsal_person *person = &rehearsal->people[record->bearer_before];

    record->units_before = choice_load(record->labels.risk);
    person->load_before += record->units_before;
    person->peak_before =
        person->load_before > person->peak_before ? person->load_before : person->peak_before;
}

void rehearsal_take_after(struct rehearsal *rehearsal,
                          struct rehearsal_case *record,
                          uint32_t person)
{
    rehearsal->people[record->bearer_after].load_after -= record->units_after;
    record->bearer_after = person;
    record->units_after = person == 0 ? 0 : choice_load(record->labels.risk);

    struct rehearsal_person *bearer = &rehearsal->people[person];
    bearer->load_after += record->units_after;
    bearer->peak_after =
        bearer->load_after > bearer->peak_after ? bearer->load_after : bearer->peak_after;
    if (person != 0) {
        bearer->last_picked = ++rehearsal->picks;
    }
}

static struct policy_facts facts_of(const struct rehearsal_case *record)
{
    return (struct policy_facts){.labels = record->labels,
                                 .referrer_kind = record->referrer_kind,
                                 .at_us = record->arrived_us};
}

/* The answer counts from when the offer was really delivered. */
static void set_dues(const struct rehearsal *rehearsal,
                     struct rehearsal_case *record,
                     const struct policy_verdict *verdict)
{
    const struct region *region = rehearsal->options.region;
    const char *zone = region_zone(region, record->labels.territory);
    const int64_t from_us[REHEARSAL_NORMS] = {record->delivered_us, record->arrived_us};

    for (size_t i = 0; i < REHEARSAL_NORMS; i++) {
        record->due_after_us[i] =
            from_us[i] == 0
                ? 0
                : calendar_due(region->calendar, zone, from_us[i], verdict->norms[norms[i]]);
    }
}

/* Who takes it; whoever refused it then refuses it now, too. 0: it goes to a desk. */
static uint32_t ask_in_turn(struct rehearsal *rehearsal,
                            struct rehearsal_case *record,
                            const struct policy_verdict *verdict)
{
    const struct region *region = rehearsal->options.region;
    struct seeking seeking = {.rehearsal = rehearsal, .record = record};
    struct choice choice = {.policy = region->policy,
                            .roster = region->roster,
                            .directory = region->directory,
                            .territory = record->labels.territory,
                            .risk = record->labels.risk,
                            .preferred = known(rehearsal, record->preferred),
                            .continuity = known(rehearsal, record->continuity),
                            .look = look,
                            .world = &seeking};

    while (seeking.passed_count < LIMIT_OFFERS_BEFORE_DESK) {
        struct fact_decision decision = {.pool_count = verdict->pool_count};
        memcpy(decision.pools, verdict->pools, sizeof(decision.pools));
        choice_make(&choice, &decision);
        if (decision.chosen == 0) {
            record->after.desk_reason = decision.desk_reason;
            return 0;
        }
        struct rehearsal_person *person = &rehearsal->people[decision.chosen];
        person->last_picked = ++rehearsal->picks;
        if (!among(record->refusals, record->refusal_count, decision.chosen)) {
            person->id = directory_worker(region->directory, decision.chosen)->id;
            record->after.worker = person->id;
            record->after.pool = policy_pool(region->policy, (size_t)decision.pool).id;
            return decision.chosen;
        }
        seeking.passed[seeking.passed_count++] = decision.chosen;
        choice.continuity = 0;
    }
    record->after.desk_reason = DESK_REASON_OFFERS_EXHAUSTED;
    return 0;
}

static struct choice_worker look(const void *world, const struct directory_worker *row)
{
    const struct seeking *seeking = world;
    const struct rehearsal_options *options = &seeking->rehearsal->options;
    const struct rehearsal_person *person = &seeking->rehearsal->people[row->number];
    struct choice_worker seen = {.load = person->load_after, .last_picked = person->last_picked};

    if (among(seeking->record->referrers, seeking->record->referrer_count, row->number)) {
        seen.bar = CANDIDATE_REFERRER;
    } else if (among(seeking->passed, seeking->passed_count, row->number)) {
        seen.bar = CANDIDATE_REFUSED;
    } else if (options->keys_count &&
               directory_sealing_key(options->region->directory, row->site, options->now_us) ==
                   NULL) {
        seen.bar = CANDIDATE_SITE_NO_KEY;
    }
    return seen;
}

static bool among(const uint32_t *people, size_t count, uint32_t person)
{
    for (size_t i = 0; i < count; i++) {
        if (people[i] == person) {
            return true;
        }
    }
    return false;
}

/* 0 for somebody whom the new directory does not know. */
static uint32_t known(const struct rehearsal *rehearsal, uint32_t person)
{
    const struct directory *directory = rehearsal->options.region->directory;

    return person <= directory_count(directory, DIRECTORY_WORKER) ? person : 0;
}

/* Where the rules come to the same, whoever was appointed by hand is appointed again. */
static uint32_t bearer_of(const struct rehearsal_case *record, uint32_t found)
{
    const bool desk_then = record->before.desk_reason != DESK_REASON_UNSPECIFIED;
    const bool same =
        found == 0 ? desk_then : strcmp(record->before.worker, record->after.worker) == 0;

    return same && record->curator != 0 ? record->curator : found;
}
