/* Views: the state as a site may see it. */
#include "broker/core/view.h"

#include "broker/core/explain.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *worker_id(const struct core *core, uint32_t worker)
{
    const struct directory_worker *row = directory_worker(core->region->directory, worker);
    return row == NULL ? "" : row->id;
}

static struct phrase worker_title(const struct core *core, uint32_t worker)
{
    const struct directory_worker *row = directory_worker(core->region->directory, worker);
    return row == NULL ? (struct phrase){"", ""} : row->title;
}

/* ---- case numbers --------------------------------------------------------------------------------- */

enum {
    PREFIX_BYTES = 8,
    YEAR_DIGITS = 4,
    SEQUENCE_DIGITS = 6, /* or more */
    NUMBER_DIGITS = YEAR_DIGITS + SEQUENCE_DIGITS,
    UINT32_DIGITS = 10
};

/* Luhn's check digit over year and sequence: one mistyped digit and most swaps of neighbours are noticed. */
static uint32_t check_digit(uint32_t year, uint32_t sequence)
{
    uint64_t digits = (uint64_t)year * 1000000 + sequence % 1000000 + sequence / 1000000 * 7;
    uint32_t sum = 0;
    for (bool doubled = true; digits > 0; digits /= 10, doubled = !doubled) {
        const uint32_t digit = (uint32_t)(digits % 10);
        const uint32_t twice = digit * 2;
        const uint32_t added = twice > 9 ? twice - 9 : twice;
        sum += doubled ? added : digit;
    }
    return (10 - sum % 10) % 10;
}

/* At least so many digits. Returns their end. */
static char *put_digits(char *to, uint32_t number, size_t least)
{
    char digits[UINT32_DIGITS];
    size_t count = 0;
    for (; number > 0 || count < least; number /= 10) {
        digits[count++] = (char)('0' + number % 10);
    }
    while (count > 0) {
        *to++ = digits[--count];
    }
    return to;
}

_Static_assert(PREFIX_BYTES + YEAR_DIGITS + UINT32_DIGITS + sizeof("---0") <= LIMIT_SPEAKABLE_BYTES,
               "every number fits");

/* By hand: every delivery names its case, and printf takes ten times as long. */
void view_case_number(const struct core *core,
                      const struct case_record *record,
                      char out[LIMIT_SPEAKABLE_BYTES])
{
    const char *prefix = core->region == NULL ? "" : core->region->number_prefix;
    char *to = out;
    for (size_t i = 0; i < PREFIX_BYTES && prefix[i] != '\0'; i++) {
        *to++ = prefix[i];
    }
    *to++ = '-';
    to = put_digits(to, record->year % 10000, YEAR_DIGITS);
    *to++ = '-';
    to = put_digits(to, record->sequence, SEQUENCE_DIGITS);
    *to++ = '-';
    to = put_digits(to, check_digit(record->year, record->sequence), 1);
    *to = '\0';
}

bool view_parse_case_number(const char *text, uint32_t *year, uint32_t *sequence)
{
    uint32_t digits[NUMBER_DIGITS + 1];
    size_t count = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (!isdigit((unsigned char)*at)) {
            continue;
        }
        if (count > NUMBER_DIGITS) {
            return false;
        }
        digits[count++] = (uint32_t)(*at - '0');
    }
    if (count != NUMBER_DIGITS + 1) {
        return false;
    }
    uint32_t parsed_year = 0;
    uint32_t parsed_sequence = 0;
    for (size_t i = 0; i < YEAR_DIGITS; i++) {
        parsed_year = parsed_year * 10 + digits[i];
    }
    for (size_t i = YEAR_DIGITS; i < NUMBER_DIGITS; i++) {
        parsed_sequence = parsed_sequence * 10 + digits[i];
    }
    if (check_digit(parsed_year, parsed_sequence) != digits[NUMBER_DIGITS]) {
        return false;
    }
    *year = parsed_year;
    *sequence = parsed_sequence;
    return true;
}

/* A number in the arena; "" for none; NULL: the arena is full. */
static const char *number_of(const struct core *core, struct arena *arena, const struct id128 *id)
{
    struct case_record record;
    if (id128_is_none(id) || !store_case(core->store, id, &record)) {
        return "";
    }
    char *number = arena_alloc(arena, LIMIT_SPEAKABLE_BYTES);
    if (number != NULL) {
        view_case_number(core, &record, number);
    }
    return number;
}

struct labels view_labels(const struct core *core, const struct fact_labels *labels)
{
    const struct directory_territory *territory =
        directory_territory(core->region->directory, labels->territory);
    return (struct labels){.territory = territory == NULL ? "" : territory->id,
                           .risk = labels->risk,
                           .direction = labels->direction,
                           .channel = labels->channel,
                           .basis = labels->basis,
                           .needs = labels->needs,
                           .ages = labels->ages,
                           .flags = labels->flags,
                           .children = labels->children};
}

/* ---- one view a kind -------------------------------------------------------------------------------- */

static bool view_updates(const struct core *core,
                         struct arena *arena,
                         const struct referral_record *record,
                         struct referral_view *out)
{
    out->updates = arena_array(arena, record->update_count + 1, sizeof(*out->updates));
    if (out->updates == NULL) {
        return false;
    }
    out->update_count = record->update_count;
    for (uint32_t i = 0; i < record->update_count; i++) {
        const enum update_kind kind = record->updates[i].kind;
        /* The author learns who the curator is, not who refused before, nor why. */
        const bool told = kind == UPDATE_CURATOR_APPOINTED || kind == UPDATE_DEPUTY ||
                          kind == UPDATE_CURATOR_BACK;
        const bool coded = kind == UPDATE_ON_DESK || kind == UPDATE_CLOSED;
        out->updates[i] =
            (struct update){.kind = kind,
                            .at_us = record->updates[i].at_us,
                            .code = coded ? record->updates[i].code : 0,
                            .worker = told ? worker_id(core, record->updates[i].worker) : ""};
    }
    return true;
}

static bool view_referral(const struct core *core,
                          struct arena *arena,
                          const struct id128 *entity,
                          struct delivery *out)
{
    struct referral_record record;
    struct case_record of;
    if (!store_referral(core->store, entity, &record) ||
        !store_case(core->store, &record.case_id, &of)) {
        out->gone = true;
        return true;
    }
    struct referral_view *view = &out->view.referral;
    const bool appointed = !id128_is_none(&of.lead_assignment) || of.state == CASE_CLOSED;
    *view = (struct referral_view){.id = record.id,
                                   .case_number = number_of(core, arena, &record.case_id),
                                   .author = worker_id(core, record.worker),
                                   .labels = view_labels(core, &record.labels),
                                   .state = record.state,
                                   .case_state = of.state,
                                   .outcome = record.outcome,
                                   .case_outcome = of.outcome,
                                   .curator = appointed ? worker_id(core, of.lead) : "",
                                   .curator_title = appointed ? worker_title(core, of.lead)
                                                              : (struct phrase){"", ""}};
    memcpy(view->receipts_us, record.receipts_us, sizeof(view->receipts_us));
    memcpy(view->due_us, record.due_us, sizeof(view->due_us));
    return view->case_number != NULL && view_updates(core, arena, &record, view);
}

static bool view_offer(const struct core *core,
                       struct arena *arena,
                       const struct id128 *entity,
                       struct delivery *out)
{
    struct assignment_record offer;
    struct case_record of;
    if (!store_assignment(core->store, entity, &offer) ||
        !store_case(core->store, &offer.case_id, &of)) {
        out->gone = true;
        return true;
    }
    const struct explain_rule rule = explain_rule_of(core, &of);
    const bool answered = offer.state == ASSIGNMENT_ACTIVE || offer.state == ASSIGNMENT_SUSPENDED ||
                          offer.state == ASSIGNMENT_ENDED;
    out->view.offer =
        (struct offer_view){.id = offer.id,
                            .case_id = of.id,
                            .case_number = number_of(core, arena, &of.id),
                            .worker = worker_id(core, offer.worker),
                            .token = offer.token,
                            .state = offer.state,
                            .labels = view_labels(core, &of.labels),
                            .emergency = of.emergency,
                            .offered_us = offer.proposed_us,
                            .answer_due_us = answered ? 0 : offer.due_us,
                            .policy_version = offer.policy_version,
                            .rule = rule.id,
                            .rule_title = rule.title,
                            .why = explain_why(core, arena, &offer),
                            .possible_duplicate = number_of(core, arena, &of.possible_duplicate),
                            .referral_count = of.referrals};
    return out->view.offer.case_number != NULL && out->view.offer.why.ru != NULL &&
           out->view.offer.possible_duplicate != NULL;
}

/* The curator on leave for whom the lead stands in; 0: nobody. */
static uint32_t covered_worker(const struct core *core, const struct case_record *record)
{
    struct assignment_record lead;
    struct assignment_record covered;
    return store_assignment(core->store, &record->lead_assignment, &lead) &&
                   store_assignment(core->store, &lead.covers, &covered)
               ? covered.worker
               : 0;
}

bool view_case(const struct core *core,
               struct arena *arena,
               const struct case_record *record,
               struct case_view *out)
{
    const struct directory_agency *desk =
        directory_agency(core->region->directory, record->desk_agency);
    const bool led = record->state != CASE_CURATOR_PENDING && record->lead != 0;
    *out = (struct case_view){
        .id = record->id,
        .number = number_of(core, arena, &record->id),
        .state = record->state,
        .emergency = record->emergency,
        .labels = view_labels(core, &record->labels),
        .lead = led ? worker_id(core, record->lead) : "",
        .lead_title = led ? worker_title(core, record->lead) : (struct phrase){"", ""},
        .desk = record->desk,
        .desk_reason = record->desk_reason,
        .desk_agency = desk == NULL ? "" : desk->id,
        .opened_us = record->opened_us,
        .curator_due_us = record->curator_due_us,
        .appointed_us = record->appointed_us,
        .closed_us = record->ended_us,
        .outcome = record->outcome,
        .proposed_outcome = record->proposed_outcome,
        .proposed_by = worker_id(core, record->proposed_by),
        .policy_version = record->policy_version,
        .rule = explain_rule_of(core, record).id,
        .possible_duplicate = number_of(core, arena, &record->possible_duplicate),
        .merged_into = number_of(core, arena, &record->merged_into),
        .lead_for = led ? worker_id(core, covered_worker(core, record)) : ""};
    enum { REFERRALS_SHOWN = 64 };
    const uint32_t first =
        record->referrals > REFERRALS_SHOWN ? record->referrals - REFERRALS_SHOWN : 0;
    out->referrals = arena_array(arena, record->referrals - first + 1, sizeof(*out->referrals));
    if (out->number == NULL || out->possible_duplicate == NULL || out->merged_into == NULL ||
        out->referrals == NULL) {
        return false;
    }
    for (uint32_t i = first; i < record->referrals; i++) {
        if (store_case_referral(
                core->store, &record->id, i, &out->referrals[out->referral_count])) {
            out->referral_count++;
        }
    }
    return true;
}

static bool view_whole_case(const struct core *core,
                            struct arena *arena,
                            const struct id128 *entity,
                            struct delivery *out)
{
    struct case_record record;
    if (!store_case(core->store, entity, &record)) {
        out->gone = true;
        return true;
    }
    return view_case(core, arena, &record, &out->view.case_);
}

static bool view_task(const struct core *core,
                      struct arena *arena,
                      const struct id128 *entity,
                      struct delivery *out)
{
    struct case_record record;
    if (!store_case(core->store, entity, &record) || record.desk == DESK_UNSPECIFIED) {
        out->gone = true;
        return true;
    }
    out->view.task = (struct task_view){.case_id = record.id,
                                        .case_number = number_of(core, arena, &record.id),
                                        .desk = record.desk,
                                        .reason = record.desk_reason,
                                        .labels = view_labels(core, &record.labels),
                                        .since_us = record.desk_since_us,
                                        .due_us = record.desk_due_us,
                                        .proposed_outcome = record.proposed_outcome,
                                        .text = explain_task(record.desk_reason)};
    return out->view.task.case_number != NULL;
}

static bool view_notice(const struct core *core,
                        struct arena *arena,
                        const struct id128 *entity,
                        struct delivery *out)
{
    struct case_record record;
    if (!store_case(core->store, entity, &record)) {
        out->gone = true;
        return true;
    }
    const struct explain_rule rule = explain_rule_of(core, &record);
    out->view.notice = (struct notice_view){.case_id = record.id,
                                            .case_number = number_of(core, arena, &record.id),
                                            .labels = view_labels(core, &record.labels),
                                            .emergency = record.emergency,
                                            .rule = rule.id,
                                            .rule_title = rule.title,
                                            .at_us = record.opened_us};
    return out->view.notice.case_number != NULL;
}

static bool view_erasure(const struct core *core,
                         struct arena *arena,
                         const struct id128 *entity,
                         struct delivery *out)
{
    struct erasure_record record;
    (void)arena;
    out->gone = !store_erasure(core->store, entity, &record);
    out->view.erasure =
        (struct erasure){.referral = *entity, .at_us = out->gone ? 0 : record.at_us};
    return true;
}

typedef bool view_function(const struct core *core,
                           struct arena *arena,
                           const struct id128 *entity,
                           struct delivery *out);

static view_function *const views[DELIVERY_END] = {
    [DELIVERY_REFERRAL] = view_referral,
    [DELIVERY_OFFER] = view_offer,
    [DELIVERY_CASE] = view_whole_case,
    [DELIVERY_TASK] = view_task,
    [DELIVERY_NOTICE] = view_notice,
    [DELIVERY_ERASURE] = view_erasure,
};

bool view_delivery(const struct core *core,
                   struct arena *arena,
                   enum delivery_kind kind,
                   const struct id128 *entity,
                   struct delivery *out)
{
    assert(kind > DELIVERY_UNSPECIFIED && kind < DELIVERY_END && views[kind] != NULL);
    out->kind = kind;
    out->entity = *entity;
    out->gone = false;
    return views[kind](core, arena, entity, out);
}
