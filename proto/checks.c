/* Rules on values, after wire has seen to form. Texts of refusals are for the person who must act. */
#include "proto/checks.h"

#include "base/utc.h"
#include "proto/sealing.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A form may be older than this only by a slip of the year. */
enum { OBSERVED_DAYS_MAX = 3660, CHILDREN_MAX = 30, BORN_YEARS_MAX = 120 };

/* NULL when the arena is full: the standard text alone serves then. */
static const char *with_detail(struct arena *arena, const char *text, const char *detail)
{
    return detail != NULL ? arena_format(arena, "%s: %s", text, detail) : NULL;
}

void checks_add(struct problems *problems, enum refusal code, const char *field, const char *detail)
{
    if (problems->count == PROBLEMS_MAX) {
        problems->dropped++;
        return;
    }
    const struct phrase text = checks_text(code);
    const char *place = arena_text(problems->arena, field);
    const char *ru = with_detail(problems->arena, text.ru, detail);
    const char *en = with_detail(problems->arena, text.en, detail);
    problems->items[problems->count++] =
        (struct problem){.code = code,
                         .field = place != NULL ? place : "",
                         .text = {ru != NULL ? ru : text.ru, en != NULL ? en : text.en},
                         .retryable = checks_retryable(code)};
}

bool checks_is_code(const char *text)
{
    if (text == NULL || text[0] == '\0' || text[0] == '-') {
        return false;
    }
    const size_t bytes = strlen(text);
    return bytes <= LIMIT_CODE_BYTES &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == bytes;
}

/* ---- one run of a check: where the findings go, and in front of which path */

struct check {
    struct problems *problems;
    const char *prefix; /* "" or "command.submit." */
    int64_t now_us;
};

static void add(const struct check *check, enum refusal code, const char *field)
{
    char path[PROBLEM_FIELD_BYTES];
    (void)snprintf(path, sizeof(path), "%s%s", check->prefix, field);
    checks_add(check->problems, code, path, NULL);
}

static void add_item(const struct check *check,
                     enum refusal code,
                     const char *list,
                     size_t index,
                     const char *field)
{
    char path[PROBLEM_FIELD_BYTES];
    (void)snprintf(path, sizeof(path), "%s[%zu]%s", list, index, field);
    add(check, code, path);
}

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static void check_number(const struct check *check, uint32_t number, const char *field)
{
    if (number == 0) {
        add(check, REFUSAL_MISSING_FIELD, field);
    }
}

static void check_code(const struct check *check, const char *code, const char *field)
{
    if (!is_set(code)) {
        add(check, REFUSAL_MISSING_FIELD, field);
    } else if (!checks_is_code(code)) {
        add(check, REFUSAL_BAD_FIELD, field);
    }
}

static void
check_mask(const struct check *check, uint32_t mask, enum vocabulary list, const char *field)
{
    if ((mask & ~vocabulary_mask_all(list)) != 0) {
        add(check, REFUSAL_UNKNOWN_CODE, field);
    }
}

static void check_labels(const struct check *check, const struct labels *labels)
{
    check_code(check, labels->territory, "labels.territory");
    check_number(check, labels->risk, "labels.risk");
    check_number(check, labels->direction, "labels.direction");
    check_number(check, labels->channel, "labels.channel");
    /* The basis may be missing: such a referral waits on the triage desk, it is not lost. */
    if (labels->needs == 0) {
        add(check, REFUSAL_MISSING_FIELD, "labels.needs");
    }
    check_mask(check, labels->needs, VOCABULARY_NEED, "labels.needs");
    check_mask(check, labels->ages, VOCABULARY_AGE, "labels.ages");
    check_mask(check, labels->flags, VOCABULARY_FLAG, "labels.flags");
    if ((labels->flags >> FLAG_POSSIBLE_DUPLICATE & 1) != 0) {
        add(check, REFUSAL_BAD_FIELD, "labels.flags"); /* only the broker says so */
    }
    if (labels->children > CHILDREN_MAX) {
        add(check, REFUSAL_BAD_FIELD, "labels.children");
    }
}

/* 0 = not told; otherwise not in the future (clocks differ a little) and not decades ago. */
static void check_observed(const struct check *check, int64_t observed_us)
{
    if (observed_us == 0) {
        return;
    }
    if (observed_us > check->now_us + CHECKS_AHEAD_US ||
        observed_us < check->now_us - OBSERVED_DAYS_MAX * UTC_DAY_US) {
        add(check, REFUSAL_BAD_FIELD, "observed_us");
    }
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

static void check_keys(const struct check *check, const struct referral *referral)
{
    for (size_t i = 0; i < referral->key_count; i++) {
        const struct matching_key *key = &referral->keys[i];
        if (all_zero(key->digest, sizeof(key->digest))) {
            add_item(check, REFUSAL_MISSING_FIELD, "keys", i, ".digest");
        }
        if (key->epoch == 0) {
            add_item(check, REFUSAL_MISSING_FIELD, "keys", i, ".epoch");
        }
        if (key->role == PERSON_UNSPECIFIED) {
            add_item(check, REFUSAL_MISSING_FIELD, "keys", i, ".role");
        }
        if (key->strength == STRENGTH_UNSPECIFIED ||
            (key->strength == STRENGTH_STRONG && key->role != PERSON_CHILD)) {
            add_item(check, REFUSAL_BAD_FIELD, "keys", i, ".strength");
        }
    }
}

static void check_sections(const struct check *check, const struct referral *referral)
{
    size_t total = 0;
    uint32_t seen = 0;
    for (size_t i = 0; i < referral->section_count; i++) {
        const struct sealed_section *section = &referral->sections[i];
        const uint32_t bit = UINT32_C(1) << section->section;
        if (section->section == SECTION_UNSPECIFIED || (seen & bit) != 0) {
            add_item(check, REFUSAL_BAD_FIELD, "sections", i, ".section");
        }
        seen |= bit;
        if (section->nonce.size != SEALING_NONCE_BYTES) {
            add_item(check, REFUSAL_BAD_FIELD, "sections", i, ".nonce");
        }
        if (section->sealed.size <= SEALING_TAG_BYTES) {
            add_item(check, REFUSAL_BAD_FIELD, "sections", i, ".sealed");
        }
        total += section->sealed.size;
    }
    if (total > LIMIT_SECTIONS_BYTES) {
        add(check, REFUSAL_TOO_LONG, "sections");
    }
    if (referral->section_count > 0 && referral->sealed_key.size != SEALING_BOX_BYTES) {
        add(check, REFUSAL_MISSING_FIELD, "sealed_key");
    }
    if (referral->section_count > 0 && referral->disclosure_epoch == 0) {
        add(check, REFUSAL_MISSING_FIELD, "disclosure_epoch");
    }
}

/* The purpose `service` is part of the vocabulary; this version of the exchange carries cases only. */
static void check_purpose(const struct check *check, enum purpose purpose)
{
    if (purpose == PURPOSE_UNSPECIFIED) {
        add(check, REFUSAL_MISSING_FIELD, "purpose");
    } else if (purpose != PURPOSE_CASE) {
        add(check, REFUSAL_BAD_FIELD, "purpose");
    }
}

static void run_referral(const struct check *check, const struct referral *referral)
{
    if (id128_is_none(&referral->id)) {
        add(check, REFUSAL_MISSING_FIELD, "id");
    }
    check_purpose(check, referral->purpose);
    check_labels(check, &referral->labels);
    check_observed(check, referral->observed_us);
    check_keys(check, referral);
    check_sections(check, referral);
}

bool checks_referral(const struct referral *referral, int64_t now_us, struct problems *problems)
{
    const size_t before = problems->count + problems->dropped;
    const struct check check = {.problems = problems, .prefix = "", .now_us = now_us};
    run_referral(&check, referral);
    return problems->count + problems->dropped == before;
}

/* ---- forms */

static void check_born(const struct check *check, const char *born, size_t index)
{
    struct utc_civil civil;
    if (!is_set(born)) {
        return;
    }
    /* Only the form of a date that everybody writes alike makes equal keys. */
    if (strlen(born) != 10 || born[4] != '-' || !utc_parse_date(born, &civil)) {
        add_item(check, REFUSAL_BAD_FIELD, "facts.persons", index, ".born");
        return;
    }
    const int64_t born_us = utc_of_civil(&civil);
    if (born_us > check->now_us + UTC_DAY_US ||
        born_us < check->now_us - (int64_t)BORN_YEARS_MAX * 366 * UTC_DAY_US) {
        add_item(check, REFUSAL_BAD_FIELD, "facts.persons", index, ".born");
    }
}

static void check_persons(const struct check *check, const struct facts *facts)
{
    for (size_t i = 0; i < facts->person_count && i < LIMIT_PERSONS; i++) {
        const struct person *person = &facts->persons[i];
        if (person->role == PERSON_UNSPECIFIED) {
            add_item(check, REFUSAL_MISSING_FIELD, "facts.persons", i, ".role");
        }
        if (!is_set(person->surname) && !is_set(person->name)) {
            add_item(check, REFUSAL_MISSING_FIELD, "facts.persons", i, ".surname");
        }
        const char *texts[] = {person->surname, person->name, person->patronymic, person->document};
        const char *names[] = {".surname", ".name", ".patronymic", ".document"};
        for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++) {
            if (is_set(texts[j]) && strlen(texts[j]) > LIMIT_SHORT_TEXT_BYTES) {
                add_item(check, REFUSAL_TOO_LONG, "facts.persons", i, names[j]);
            }
        }
        check_born(check, person->born, i);
    }
    if (facts->person_count > LIMIT_PERSONS) {
        add(check, REFUSAL_TOO_LONG, "facts.persons");
    }
}

static size_t text_bytes(const char *text)
{
    return text != NULL ? strlen(text) : 0;
}

static void check_facts(const struct check *check, const struct facts *facts)
{
    const struct {
        const char *field;
        const char *text;
        size_t bytes_max;
    } texts[] = {
        {"facts.address", facts->address, LIMIT_SHORT_TEXT_BYTES},
        {"facts.phone", facts->phone, LIMIT_SHORT_TEXT_BYTES},
        {"facts.note", facts->note, LIMIT_SHORT_TEXT_BYTES},
        {"facts.circumstances", facts->circumstances, LIMIT_SECTION_TEXT_BYTES},
        {"facts.health", facts->health, LIMIT_SECTION_TEXT_BYTES},
        {"facts.law", facts->law, LIMIT_SECTION_TEXT_BYTES},
    };
    check_persons(check, facts);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (text_bytes(texts[i].text) > texts[i].bytes_max) {
            add(check, REFUSAL_TOO_LONG, texts[i].field);
        }
    }
    if (facts->document_count > LIMIT_DOCUMENTS) {
        add(check, REFUSAL_TOO_LONG, "facts.documents");
    }
    for (size_t i = 0; i < facts->document_count && i < LIMIT_DOCUMENTS; i++) {
        if (text_bytes(facts->documents[i].title) > LIMIT_SHORT_TEXT_BYTES ||
            text_bytes(facts->documents[i].number) > LIMIT_SHORT_TEXT_BYTES) {
            add_item(check, REFUSAL_TOO_LONG, "facts.documents", i, "");
        }
    }
}

/* Nobody can help a family that cannot be found: a person, an address or at least the circumstances. */
static void check_findable(const struct check *check, const struct facts *facts)
{
    if (facts->person_count == 0 && !is_set(facts->address) && !is_set(facts->phone) &&
        !is_set(facts->circumstances)) {
        add(check, REFUSAL_MISSING_FIELD, "facts");
    }
}

static void run_form(const struct check *check, const struct form *form)
{
    check_purpose(check, form->purpose);
    check_labels(check, &form->labels);
    check_observed(check, form->observed_us);
    check_facts(check, &form->facts);
    check_findable(check, &form->facts);
}

bool checks_form(const struct form *form, int64_t now_us, struct problems *problems)
{
    const size_t before = problems->count + problems->dropped;
    const struct check check = {.problems = problems, .prefix = "", .now_us = now_us};
    run_form(&check, form);
    return problems->count + problems->dropped == before;
}

/* ---- commands */

static void
check_subject(const struct check *check, const struct command *command, const char *field)
{
    if (id128_is_none(&command->subject)) {
        add(check, REFUSAL_MISSING_FIELD, field);
    }
}

static void
check_range(const struct check *check, uint32_t number, enum vocabulary list, const char *field)
{
    check_number(check, number, field);
    if (number >= vocabulary_count(list)) {
        add(check, REFUSAL_UNKNOWN_CODE, field);
    }
}

static void check_offer(const struct check *check, const struct command *command)
{
    check_subject(check, command, "offer");
    if (command->token == 0) {
        add(check, REFUSAL_MISSING_FIELD, "token");
    }
    if (command->kind == COMMAND_REFUSE) {
        check_range(check, command->code, VOCABULARY_DECLINE_REASON, "reason");
    }
}

static void check_parts(const struct check *check, const struct command *command)
{
    check_subject(check, command, "proposal");
    if (command->count == 0 || command->count > LIMIT_PROPOSAL_PARTS) {
        add(check, REFUSAL_BAD_FIELD, "count");
    }
}

static void check_part(const struct check *check, const struct command *command)
{
    check_parts(check, command);
    if (command->code >= command->count) {
        add(check, REFUSAL_BAD_FIELD, "index");
    }
    if (command->data.size == 0 || command->data.size > LIMIT_PART_BYTES) {
        add(check, REFUSAL_BAD_FIELD, "data");
    }
}

/* At once, or at a time to come that somebody can still mean. */
static void check_activation(const struct check *check, const struct command *command)
{
    const int64_t most_us = LIMIT_PLAN_DAYS * UTC_DAY_US;
    if (command->at_us != 0 &&
        (command->at_us <= check->now_us || command->at_us - check->now_us > most_us)) {
        add(check, REFUSAL_BAD_FIELD, "at_us");
    }
    if (command->shadow && command->at_us != 0) {
        add(check, REFUSAL_BAD_FIELD, "shadow"); /* it decides beside the other from now on */
    }
}

enum { SITE_KEYS_BYTES = 64 /* CURVE and sealing */ };

static void check_site_or_erasure(const struct check *check, const struct command *command)
{
    const bool rotates = command->kind == COMMAND_SITE_ROTATE;
    if (command->kind == COMMAND_ERASE) {
        check_subject(check, command, "subject");
    } else if (!rotates) {
        check_code(check, command->worker, "site");
    }
    if (rotates ? command->data.size != SITE_KEYS_BYTES : !is_set(command->note)) {
        add(check, REFUSAL_MISSING_FIELD, rotates ? "keys" : "reason");
    }
}

static void check_plan(const struct check *check, const struct command *command)
{
    check_number(check, command->plan, "plan");
    if (command->kind == COMMAND_POLICY_SIGN && command->data.size != PLAN_SIGNATURE_BYTES) {
        add(check,
            command->data.size == 0 ? REFUSAL_MISSING_FIELD : REFUSAL_BAD_FIELD,
            "signature");
    }
}

/* A leave that begins may have begun (an illness); one that is over is none. */
static void check_leave(const struct check *check, const struct command *command)
{
    const int64_t most_us = LIMIT_LEAVE_DAYS * UTC_DAY_US;
    if (command->at_us == 0) {
        add(check, REFUSAL_MISSING_FIELD, "from_us");
    } else if (command->at_us - check->now_us > most_us ||
               check->now_us - command->at_us > most_us) {
        add(check, REFUSAL_BAD_FIELD, "from_us");
    }
    if (command->until_us == 0) {
        add(check, REFUSAL_MISSING_FIELD, "until_us");
    } else if (command->until_us <= check->now_us || command->until_us <= command->at_us ||
               command->until_us - command->at_us > most_us) {
        add(check, REFUSAL_BAD_FIELD, "until_us");
    }
    if (is_set(command->deputy)) {
        check_code(check, command->deputy, "deputy");
    }
}

/* Commands about a worker's present state. */
static void check_worker(const struct check *check, const struct command *command)
{
    check_code(check, command->worker, "worker");
    if (command->kind == COMMAND_LEAVE) {
        check_leave(check, command);
    }
    if (command->kind == COMMAND_SET_CAPACITY &&
        command->count > (command->as_directory ? 0 : LIMIT_WORKER_CAPACITY)) {
        add(check, REFUSAL_BAD_FIELD, "capacity");
    }
    if (command->kind == COMMAND_DISMISS && !is_set(command->note)) {
        add(check, REFUSAL_MISSING_FIELD, "reason");
    }
}

static void check_rejection(const struct check *check, const struct command *command)
{
    check_subject(check, command, "case_id");
    if (!is_set(command->note)) {
        add(check, REFUSAL_MISSING_FIELD, "note"); /* a curator must learn why */
    }
}

static void run_body(const struct check *check, const struct command *command)
{
    switch (command->kind) {
    case COMMAND_SUBMIT:
        assert(command->referral != NULL);
        run_referral(check, command->referral);
        break;
    case COMMAND_FORM:
        assert(command->form != NULL);
        run_form(check, command->form);
        break;
    case COMMAND_SEE:
        check_subject(check, command, "subject");
        break;
    case COMMAND_ACCEPT:
    case COMMAND_REFUSE:
        check_offer(check, command);
        break;
    case COMMAND_PROPOSE_OUTCOME:
        check_subject(check, command, "case_id");
        check_range(check, command->code, VOCABULARY_CASE_OUTCOME, "outcome");
        break;
    case COMMAND_ASSIGN:
        check_subject(check, command, "case_id");
        check_code(check, command->worker, "worker");
        break;
    case COMMAND_REJECT_OUTCOME:
        check_rejection(check, command);
        break;
    case COMMAND_APPROVE_OUTCOME:
    case COMMAND_CONFIRM_DUPLICATE:
    case COMMAND_REJECT_DUPLICATE:
        check_subject(check, command, "case_id");
        break;
    case COMMAND_POLICY_PART:
        check_part(check, command);
        break;
    case COMMAND_POLICY_APPLY:
        check_parts(check, command);
        check_activation(check, command);
        break;
    case COMMAND_POLICY_ROLLBACK:
        check_subject(check, command, "proposal");
        check_number(check, command->version, "version");
        break;
    case COMMAND_POLICY_WITHDRAW:
    case COMMAND_POLICY_PROMOTE:
    case COMMAND_POLICY_SIGN:
        check_plan(check, command);
        break;
    case COMMAND_ERASE:
    case COMMAND_SITE_REVOKE:
    case COMMAND_SITE_ROTATE:
        check_site_or_erasure(check, command);
        break;
    case COMMAND_LEAVE:
    case COMMAND_END_LEAVE:
    case COMMAND_SET_CAPACITY:
    case COMMAND_DISMISS:
        check_worker(check, command);
        break;
    case COMMAND_ACCEPT_CLOCK:
        break;
    case COMMAND_UNSPECIFIED:
    case COMMAND_END:
        add(check, REFUSAL_UNKNOWN_KIND, "");
        break;
    }
}

bool checks_command(const struct command *command, int64_t now_us, struct problems *problems)
{
    static const char *const prefixes[COMMAND_END] = {
        [COMMAND_UNSPECIFIED] = "command.",
        [COMMAND_SUBMIT] = "command.submit.",
        [COMMAND_SEE] = "command.see.",
        [COMMAND_ACCEPT] = "command.accept.",
        [COMMAND_REFUSE] = "command.refuse.",
        [COMMAND_PROPOSE_OUTCOME] = "command.propose_outcome.",
        [COMMAND_APPROVE_OUTCOME] = "command.approve_outcome.",
        [COMMAND_REJECT_OUTCOME] = "command.reject_outcome.",
        [COMMAND_ASSIGN] = "command.assign.",
        [COMMAND_CONFIRM_DUPLICATE] = "command.confirm_duplicate.",
        [COMMAND_REJECT_DUPLICATE] = "command.reject_duplicate.",
        [COMMAND_ACCEPT_CLOCK] = "command.accept_clock.",
        [COMMAND_FORM] = "command.form.",
        [COMMAND_POLICY_PART] = "command.policy_part.",
        [COMMAND_POLICY_APPLY] = "command.policy_apply.",
        [COMMAND_POLICY_ROLLBACK] = "command.policy_rollback.",
        [COMMAND_POLICY_WITHDRAW] = "command.policy_withdraw.",
        [COMMAND_ERASE] = "command.erase.",
        [COMMAND_POLICY_PROMOTE] = "command.policy_promote.",
        [COMMAND_SITE_REVOKE] = "command.site_revoke.",
        [COMMAND_SITE_ROTATE] = "command.site_rotate.",
        [COMMAND_POLICY_SIGN] = "command.policy_sign.",
        [COMMAND_LEAVE] = "command.leave.",
        [COMMAND_END_LEAVE] = "command.end_leave.",
        [COMMAND_SET_CAPACITY] = "command.set_capacity.",
        [COMMAND_DISMISS] = "command.dismiss.",
    };
    const size_t before = problems->count + problems->dropped;
    const char *prefix = (unsigned)command->kind < COMMAND_END ? prefixes[command->kind] : "";
    const struct check check = {.problems = problems, .prefix = prefix, .now_us = now_us};
    if (!checks_is_code(command->actor)) {
        checks_add(problems,
                   is_set(command->actor) ? REFUSAL_BAD_FIELD : REFUSAL_MISSING_FIELD,
                   "command.actor",
                   NULL);
    }
    run_body(&check, command);
    if (text_bytes(command->note) > LIMIT_SHORT_TEXT_BYTES) {
        add(&check, REFUSAL_TOO_LONG, "note");
    }
    return problems->count + problems->dropped == before;
}
