/* A referral as a scenario tells it: labels, people, sealed sections, matching keys. */
#include "tests/scenarios/scenario.h"

#include "proto/family_key.h"
#include "proto/sealing.h"

#include <string.h>

static uint32_t
mask_of(struct scenario *scenario, enum vocabulary list, const struct scenario_text_words *clause)
{
    uint32_t mask = 0;
    for (size_t i = 1; i < clause->count; i++) {
        mask |= UINT32_C(1) << scenario_code(scenario, list, clause->words[i]);
    }
    return mask;
}

/* "child Примерова-1 Аня Тестовна 2021-04-03", "mother Примерова-1 Мария Тестовна 1996-02-01 document 50-12"; a dash
 * stands for what is not known. */
static bool add_person(const struct scenario_text_words *clause, struct facts *facts)
{
    enum { ROLE, SURNAME, NAME, PATRONYMIC, BORN, PLAIN, DOCUMENT = 6, WITH_DOCUMENT };
    const uint32_t role = vocabulary_find(VOCABULARY_PERSON_ROLE, clause->words[ROLE]);
    if (role == 0 || (clause->count != PLAIN && clause->count != WITH_DOCUMENT)) {
        return false;
    }
    const char *texts[PLAIN];
    for (size_t i = 0; i < PLAIN; i++) {
        texts[i] = strcmp(clause->words[i], "-") == 0 ? "" : clause->words[i];
    }
    facts->persons[facts->person_count++] =
        (struct person){.role = (enum person_role)role,
                        .surname = texts[SURNAME],
                        .name = texts[NAME],
                        .patronymic = texts[PATRONYMIC],
                        .born = texts[BORN],
                        .document = clause->count == WITH_DOCUMENT ? clause->words[DOCUMENT] : ""};
    return true;
}

static bool
add_list(struct scenario *scenario, const struct scenario_text_words *clause, struct labels *labels)
{
    const char *first = clause->words[0];
    if (strcmp(first, "needs") == 0) {
        labels->needs = mask_of(scenario, VOCABULARY_NEED, clause);
    } else if (strcmp(first, "flags") == 0) {
        labels->flags = mask_of(scenario, VOCABULARY_FLAG, clause);
    } else if (strcmp(first, "ages") == 0) {
        labels->ages = mask_of(scenario, VOCABULARY_AGE, clause);
    } else {
        return false;
    }
    return true;
}

static bool add_label(struct scenario *scenario,
                      const struct scenario_text_words *clause,
                      struct labels *labels)
{
    const char *got[SCENARIO_TEXT_CAPTURES_MAX];
    if (scenario_text_match("territory ID", clause, got)) {
        labels->territory = got[0];
    } else if (scenario_text_match("risk CODE", clause, got)) {
        labels->risk = (enum risk)scenario_code(scenario, VOCABULARY_RISK, got[0]);
    } else if (scenario_text_match("direction CODE", clause, got)) {
        labels->direction = (enum direction)scenario_code(scenario, VOCABULARY_DIRECTION, got[0]);
    } else if (scenario_text_match("channel CODE", clause, got)) {
        labels->channel = (enum channel)scenario_code(scenario, VOCABULARY_CHANNEL, got[0]);
    } else if (scenario_text_match("basis none", clause, got)) {
        labels->basis = LEGAL_BASIS_UNSPECIFIED;
    } else if (scenario_text_match("basis CODE", clause, got)) {
        labels->basis = (enum legal_basis)scenario_code(scenario, VOCABULARY_LEGAL_BASIS, got[0]);
    } else {
        return add_list(scenario, clause, labels);
    }
    return true;
}

struct referral *scenario_form(struct scenario *scenario,
                               const struct scenario_text_line *line,
                               const struct id128 *id)
{
    struct referral *referral = arena_alloc(scenario->arena, sizeof(*referral));
    struct facts facts = {.persons =
                              arena_array(scenario->arena, LIMIT_PERSONS, sizeof(*facts.persons)),
                          .address = "",
                          .phone = "",
                          .note = "",
                          .circumstances = "As the specialist saw it.",
                          .health = "",
                          .law = ""};
    referral->id = *id;
    referral->purpose = PURPOSE_CASE;
    referral->observed_us = scenario->now_us;
    referral->labels = (struct labels){.territory = "",
                                       .direction = DIRECTION_EARLY_DETECTION,
                                       .channel = CHANNEL_SPECIALIST,
                                       .basis = LEGAL_BASIS_LEGAL_DUTY,
                                       .needs = UINT32_C(1) << NEED_HOUSEHOLD,
                                       .ages = UINT32_C(1) << AGE_4_6};
    for (size_t i = 0; i < line->clause_count; i++) {
        const struct scenario_text_words *clause = &line->clauses[i];
        if (clause->count == 0 ||
            (!add_label(scenario, clause, &referral->labels) && !add_person(clause, &facts))) {
            scenario_fail(scenario,
                          &scenario->steps,
                          "part %zu of the referral is not understood: %s",
                          i + 1,
                          clause->count == 0 ? "" : clause->words[0]);
            return NULL;
        }
    }
    for (size_t i = 0; i < facts.person_count; i++) {
        referral->labels.children += facts.persons[i].role == PERSON_CHILD ? 1 : 0;
    }
    if (!family_key_make(
            &facts, &scenario->matching, scenario->arena, &referral->keys, &referral->key_count) ||
        !sealing_seal(&facts, &scenario->disclosure_public, scenario->arena, referral)) {
        scenario_fail(scenario, &scenario->steps, "no memory for keys and sections");
        return NULL;
    }
    return referral;
}
