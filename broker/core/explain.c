/* Sentences about decisions. */
#include "broker/core/explain.h"

#include <string.h>

enum { RULE_BYTES = 64 /* what a rule costs beside its texts, rather more */ };

static struct phrase both(const char *ru, const char *en)
{
    return (struct phrase){ru, en};
}

struct explain_rule explain_rule_of(const struct core *core, const struct case_record *record)
{
    struct explain_rule rule = {"", {"", ""}};
    const struct region *region = core_region(core, record->policy_version);
    if (record->rule >= 0 && region->version == record->policy_version &&
        (size_t)record->rule < policy_rule_count(region->policy)) {
        const struct policy_rule_view view = policy_rule(region->policy, (size_t)record->rule);
        rule.id = view.id;
        rule.title = view.title;
    }
    return rule;
}

static struct phrase reason_title(enum candidate_reason reason)
{
    return vocabulary_title(VOCABULARY_CANDIDATE_REASON, reason);
}

static struct phrase
deputy_for(const struct core *core, struct arena *arena, const struct assignment_record *offer)
{
    struct assignment_record covered;
    const struct directory_worker *row =
        store_assignment(core->store, &offer->covers, &covered)
            ? directory_worker(core->region->directory, covered.worker)
            : NULL;
    const struct phrase reason = reason_title(offer->why);
    return row == NULL ? reason
                       : both(arena_format(arena, "%s: %s", reason.ru, row->title.ru),
                              arena_format(arena, "%s: %s", reason.en, row->title.en));
}

struct phrase
explain_why(const struct core *core, struct arena *arena, const struct assignment_record *offer)
{
    if (offer->pool == UINT32_MAX && offer->why == CANDIDATE_CHOSEN) {
        return both("назначено вручную руководителем", "appointed by hand by a supervisor");
    }
    if (offer->why == CANDIDATE_CHOSEN_DEPUTY) {
        return deputy_for(core, arena, offer);
    }
    const struct phrase reason = reason_title(offer->why);
    const struct region *region = core_region(core, offer->policy_version);
    if (offer->pool == UINT32_MAX || region->version != offer->policy_version ||
        offer->pool >= policy_pool_count(region->policy)) {
        return reason;
    }
    const char *pool = policy_pool(region->policy, offer->pool).id;
    return both(arena_format(arena, "%s, группа «%s»", reason.ru, pool),
                arena_format(arena, "%s, pool \"%s\"", reason.en, pool));
}

struct phrase explain_task(enum desk_reason reason)
{
    static const struct phrase texts[DESK_REASON_END] = {
        [DESK_REASON_UNSPECIFIED] = {"", ""},
        [DESK_REASON_NO_RULE] = {"Ни одно правило не подошло: назначьте куратора вручную.",
                                 "No rule matched: appoint a curator by hand."},
        [DESK_REASON_NO_CANDIDATE] = {"Нет подходящего куратора: назначьте вручную.",
                                      "Nobody fits as a curator: appoint one by hand."},
        [DESK_REASON_NO_CAPACITY] =
            {"Все подходящие кураторы загружены или недоступны: назначьте вручную.",
             "All fitting curators are full or unreachable: appoint one by hand."},
        [DESK_REASON_NOT_ROLLED_OUT] =
            {"Территория ещё не внедрена: решите, кто поведёт случай.",
             "The territory is not rolled out yet: decide who leads the case."},
        [DESK_REASON_NO_LEGAL_BASIS] =
            {"Нет правового основания: уточните его и назначьте куратора.",
             "No legal basis: clear it up and appoint a curator."},
        [DESK_REASON_OFFERS_EXHAUSTED] =
            {"Трое отказались или промолчали: куратора обязан назначить руководитель.",
             "Three refused or were silent: the supervisor must appoint a curator."},
        [DESK_REASON_NORM_PASSED] = {"Срок назначения куратора истёк: назначьте куратора сейчас.",
                                     "The norm for a curator has passed: appoint one now."},
        [DESK_REASON_OUTCOME_APPROVAL] =
            {"Куратор предложил итог: утвердите его или верните.",
             "The curator proposed an outcome: approve it or send it back."},
        [DESK_REASON_CURATOR_LOST] = {"Куратор выбыл: назначьте другого.",
                                      "The curator has left: appoint another."},
    };
    return texts[reason < DESK_REASON_END ? reason : DESK_REASON_UNSPECIFIED];
}

/* ---- one decision in full --------------------------------------------------------------------------- */

/* A recalled version lives only until the next one is asked for. */
static struct phrase copied(struct arena *arena, struct phrase phrase)
{
    return both(arena_text(arena, phrase.ru), arena_text(arena, phrase.en));
}

static bool is_whole(struct phrase phrase)
{
    return phrase.ru != NULL && phrase.en != NULL;
}

static bool list_passed_rules(const struct core *core,
                              struct arena *arena,
                              const struct case_record *record,
                              const struct fact_decision *decision,
                              struct explanation *out)
{
    const struct region *region = core_told_region(core, decision->policy_version);
    if (region->version != decision->policy_version || decision->failed_count == 0) {
        return true;
    }
    const struct policy_facts facts = {.labels = record->labels, .at_us = record->opened_us};
    out->passed_rules = arena_array(arena, decision->failed_count, sizeof(*out->passed_rules));
    if (out->passed_rules == NULL) {
        return false;
    }
    size_t bytes = 0;
    for (size_t i = 0; i < decision->failed_count && i < policy_rule_count(region->policy); i++) {
        const struct policy_failed failed = {.rule = (uint32_t)i,
                                             .condition = decision->failed[i].condition};
        const struct policy_rule_view rule = policy_rule(region->policy, i);
        const struct phrase text =
            policy_failed_text(region->policy, region->directory, failed, &facts, arena);
        bytes += RULE_BYTES + strlen(rule.id) + strlen(rule.title.ru) + strlen(rule.title.en) +
                 strlen(text.ru) + strlen(text.en);
        if (bytes > LIMIT_FRAME_BYTES / 2) {
            break; /* hundreds of rules: the first of them have to do */
        }
        struct passed_rule *passed = &out->passed_rules[out->passed_rule_count++];
        passed->rule = arena_text(arena, rule.id);
        passed->title = copied(arena, rule.title);
        passed->failed = copied(arena, text);
        if (!is_whole(passed->title) || !is_whole(passed->failed) || passed->rule == NULL) {
            return false;
        }
    }
    return true;
}

static bool list_candidates(const struct core *core,
                            struct arena *arena,
                            const struct fact_decision *decision,
                            struct explanation *out)
{
    out->candidates = arena_array(arena, decision->candidate_count + 1, sizeof(*out->candidates));
    if (out->candidates == NULL) {
        return false;
    }
    for (size_t i = 0; i < decision->candidate_count; i++) {
        const struct fact_candidate *candidate = &decision->candidates[i];
        const struct directory_worker *row =
            directory_worker(core->region->directory, candidate->worker);
        if (row == NULL) {
            continue;
        }
        out->candidates[out->candidate_count++] =
            (struct candidate_view){.worker = row->id,
                                    .title = row->title,
                                    .reason = candidate->reason,
                                    .load = candidate->load,
                                    .capacity = candidate->capacity,
                                    .until_us = candidate->until_us};
    }
    memcpy(out->counts, decision->counts, sizeof(out->counts));
    return true;
}

static struct phrase sentence_of(struct arena *arena, const struct explanation *explanation)
{
    const struct phrase *rule = &explanation->rule_title;
    if (explanation->chosen[0] == '\0') {
        const struct phrase reason =
            vocabulary_title(VOCABULARY_DESK_REASON, explanation->desk_reason);
        return both(arena_format(arena, "Случай передан на стол: %s.", reason.ru),
                    arena_format(arena, "The case went to a desk: %s.", reason.en));
    }
    /* The list of candidates holds who refused before, too: only the chosen one's row tells why. */
    const struct candidate_view *chosen = NULL;
    for (size_t i = 0; i < explanation->candidate_count; i++) {
        if (strcmp(explanation->candidates[i].worker, explanation->chosen) == 0) {
            chosen = &explanation->candidates[i];
        }
    }
    struct phrase why = {"", ""};
    if (chosen != NULL && chosen->reason == CANDIDATE_CHOSEN) {
        why = both(arena_format(arena, " (нагрузка %u из %u)", chosen->load, chosen->capacity),
                   arena_format(arena, " (load %u of %u)", chosen->load, chosen->capacity));
    } else if (chosen != NULL) {
        const struct phrase reason = reason_title(chosen->reason);
        why =
            both(arena_format(arena, " (%s)", reason.ru), arena_format(arena, " (%s)", reason.en));
    }
    return both(arena_format(arena,
                             "По правилу «%s» выбран: %s%s.",
                             rule->ru,
                             explanation->chosen_title.ru,
                             why.ru == NULL ? "" : why.ru),
                arena_format(arena,
                             "By the rule \"%s\" the choice fell on: %s%s.",
                             rule->en,
                             explanation->chosen_title.en,
                             why.en == NULL ? "" : why.en));
}

/* "… Программы: «Проект 0–4»." */
static void add_programmes(const struct policy *policy,
                           uint32_t programmes,
                           struct arena *arena,
                           struct phrase *sentence)
{
    bool first = true;

    for (size_t i = 0; i < policy_programme_count(policy) && sentence->ru != NULL; i++) {
        if ((programmes >> i & 1) == 0) {
            continue;
        }
        const struct phrase title = policy_programme(policy, i).title;
        *sentence = both(
            arena_format(arena,
                         "%s%s«%s»",
                         sentence->ru,
                         first ? " К решению добавили программы: " : ", ",
                         title.ru),
            arena_format(
                arena, "%s%s\"%s\"", sentence->en, first ? " Programmes added: " : ", ", title.en));
        first = false;
    }
    if (!first && sentence->ru != NULL) {
        *sentence = both(arena_format(arena, "%s.", sentence->ru),
                         arena_format(arena, "%s.", sentence->en));
    }
}

bool explain_decision(const struct core *core,
                      struct arena *arena,
                      const struct case_record *record,
                      uint32_t index,
                      struct explanation *out)
{
    struct bytes coded;
    struct fact_decision *decision = arena_alloc(arena, sizeof(*decision));
    memset(out, 0, sizeof(*out));
    if (decision == NULL || !store_decision(core->store, &record->id, index, &out->at_us, &coded) ||
        !fact_decode_decision(coded, arena, decision)) {
        return false;
    }
    const struct region *region = core_told_region(core, decision->policy_version);
    const bool same = region->version == decision->policy_version;
    const struct directory_worker *chosen =
        directory_worker(core->region->directory, decision->chosen);
    out->policy_version = decision->policy_version;
    out->rule = "";
    out->rule_title = (struct phrase){"", ""};
    out->pool = "";
    out->chosen = chosen == NULL ? "" : chosen->id;
    out->chosen_title = chosen == NULL ? (struct phrase){"", ""} : chosen->title;
    out->desk_reason = decision->desk_reason;
    if (same && decision->rule >= 0) {
        const struct policy_rule_view rule = policy_rule(region->policy, (size_t)decision->rule);
        out->rule = arena_text(arena, rule.id);
        out->rule_title = copied(arena, rule.title);
    }
    if (same && decision->pool >= 0) {
        out->pool = arena_text(arena, policy_pool(region->policy, (size_t)decision->pool).id);
    }
    if (out->rule == NULL || out->pool == NULL || !is_whole(out->rule_title) ||
        !list_candidates(core, arena, decision, out) ||
        !list_passed_rules(core, arena, record, decision, out)) {
        return false;
    }
    out->sentence = sentence_of(arena, out);
    if (same) {
        add_programmes(region->policy, decision->programmes, arena, &out->sentence);
    }
    return out->sentence.ru != NULL && out->sentence.en != NULL;
}
