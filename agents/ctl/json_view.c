/* JSON; see the header. */
#include "agents/ctl/json_view.h"

#include "base/utc.h"

static json_t *facts_of(const struct facts *facts);
static json_t *person_of(const struct person *person);
static json_t *receipts_of(const struct referral_view *view);
static json_t *updates_of(const struct referral_view *view);
static json_t *problems_of(const struct problem *problems, size_t count);
static json_t *offer_of(const struct offer_view *view);
static json_t *task_of(const struct task_view *view);
static json_t *notice_of(const struct notice_view *view);

json_t *json_view_text(const char *text)
{
    return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

json_t *json_view_time(int64_t us)
{
    char text[UTC_TEXT_MAX];

    return us == 0 ? json_null() : json_string(utc_format(us, UTC_MILLISECONDS, text));
}

json_t *json_view_id(const struct id128 *id)
{
    char text[ID128_TEXT_MAX];

    return id128_is_none(id) ? json_null() : json_string(id128_format(id, text));
}

json_t *json_view_code(enum vocabulary list, uint32_t number)
{
    return number == 0 ? json_null() : json_string(vocabulary_code(list, number));
}

json_t *json_view_phrase(struct phrase phrase)
{
    if ((phrase.ru == NULL || phrase.ru[0] == '\0') &&
        (phrase.en == NULL || phrase.en[0] == '\0')) {
        return json_null();
    }
    return json_pack(
        "{s:o, s:o}", "ru", json_view_text(phrase.ru), "en", json_view_text(phrase.en));
}

json_t *json_view_problem(const struct problem *problem)
{
    static const char *const names[REFUSAL_END] = {
        "unspecified",  "unknown-code", "missing-field", "bad-field",      "bad-text",  "too-long",
        "unknown-kind", "version",      "not-allowed",   "unknown-worker", "not-found", "stale-hop",
        "wrong-state",  "id-reused",    "next-expected", "already-done",   "disk-low",  "busy",
        "offline",      "spool-full",   "open-facts",    "unreadable"};
    const char *name = problem->code < REFUSAL_END ? names[problem->code] : "unspecified";

    return json_pack("{s:s, s:o, s:o, s:b}",
                     "code",
                     name,
                     "field",
                     json_view_text(problem->field),
                     "text",
                     json_view_phrase(problem->text),
                     "retryable",
                     (int)problem->retryable);
}

json_t *json_view_reply(const struct reply *reply, const char *number)
{
    return json_pack("{s:o, s:o, s:s, s:b}",
                     "id",
                     json_view_id(&reply->subject),
                     "case",
                     json_view_text(number),
                     "stored",
                     reply->position == 0 ? "agent" : "broker",
                     "repeated",
                     (int)reply->repeated);
}

static json_t *shut_of(const struct shut_sections *shut)
{
    static const char *const reasons[SHUT_END] = {"", "broker", "key", "damaged"};
    return json_pack("{s:o, s:s, s:o}",
                     "referral",
                     json_view_id(&shut->referral),
                     "reason",
                     reasons[shut->reason],
                     "sections",
                     json_view_codes(VOCABULARY_SECTION, shut->sections));
}

/* What belongs to a case: its referrals, the facts of them that are open here, and those that are not. */
static json_t *contents_of(const struct case_view *view)
{
    json_t *referrals = json_array();
    json_t *facts = json_array();
    json_t *shut = json_array();

    for (size_t i = 0; i < view->referral_count; i++) {
        (void)json_array_append_new(referrals, json_view_id(&view->referrals[i]));
    }
    for (size_t i = 0; i < view->facts_count; i++) {
        (void)json_array_append_new(facts, facts_of(&view->facts[i]));
    }
    for (size_t i = 0; i < view->shut_count; i++) {
        (void)json_array_append_new(shut, shut_of(&view->shut[i]));
    }
    return json_pack("{s:o, s:o, s:o}", "referrals", referrals, "facts", facts, "shut", shut);
}

static void add_all(json_t *json, json_t *rest)
{
    (void)json_object_update(json, rest);
    json_decref(rest);
}

json_t *json_view_case(const struct case_view *view)
{
    json_t *json = json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                             "id",
                             json_view_id(&view->id),
                             "number",
                             json_view_text(view->number),
                             "state",
                             json_view_code(VOCABULARY_CASE_STATE, view->state),
                             "emergency",
                             (int)view->emergency,
                             "labels",
                             json_view_labels(&view->labels),
                             "lead",
                             json_view_text(view->lead),
                             "lead_title",
                             json_view_phrase(view->lead_title),
                             "lead_for",
                             json_view_text(view->lead_for),
                             "desk",
                             json_view_code(VOCABULARY_DESK, view->desk),
                             "desk_reason",
                             json_view_code(VOCABULARY_DESK_REASON, view->desk_reason),
                             "desk_agency",
                             json_view_text(view->desk_agency));
    json_t *rest = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o}",
                             "opened",
                             json_view_time(view->opened_us),
                             "curator_due",
                             json_view_time(view->curator_due_us),
                             "appointed",
                             json_view_time(view->appointed_us),
                             "closed",
                             json_view_time(view->closed_us),
                             "outcome",
                             json_view_code(VOCABULARY_CASE_OUTCOME, view->outcome),
                             "proposed_outcome",
                             json_view_code(VOCABULARY_CASE_OUTCOME, view->proposed_outcome),
                             "proposed_by",
                             json_view_text(view->proposed_by),
                             "policy_version",
                             (int)view->policy_version,
                             "rule",
                             json_view_text(view->rule),
                             "possible_duplicate",
                             json_view_text(view->possible_duplicate),
                             "merged_into",
                             json_view_text(view->merged_into));
    add_all(json, rest);
    add_all(json, contents_of(view));
    return json;
}

json_t *json_view_referral(const struct referral_row *row)
{
    const struct referral_view *view = &row->view;

    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "id",
                     json_view_id(&view->id),
                     "case",
                     json_view_text(view->case_number),
                     "author",
                     json_view_text(view->author),
                     "waiting",
                     (int)row->waiting,
                     "state",
                     json_view_code(VOCABULARY_REFERRAL_STATE, view->state),
                     "case_state",
                     json_view_code(VOCABULARY_CASE_STATE, view->case_state),
                     "labels",
                     json_view_labels(&view->labels),
                     "receipts",
                     receipts_of(view),
                     "outcome",
                     json_view_code(VOCABULARY_REFERRAL_OUTCOME, view->outcome),
                     "case_outcome",
                     json_view_code(VOCABULARY_CASE_OUTCOME, view->case_outcome),
                     "curator",
                     json_view_text(view->curator),
                     "curator_title",
                     json_view_phrase(view->curator_title),
                     "updates",
                     updates_of(view),
                     "problems",
                     problems_of(row->problems, row->problem_count));
}

json_t *json_view_inbox(const struct inbox_row *row, size_t row_number)
{
    static const char *const kinds[DELIVERY_END] = {
        "unspecified", "referral", "offer", "case", "task", "notice", "disclosure", "erasure"};
    const struct delivery *delivery = &row->delivery;
    json_t *view = NULL;

    switch (delivery->kind) {
    case DELIVERY_REFERRAL:
        view = json_view_referral(&(struct referral_row){.view = delivery->view.referral});
        break;
    case DELIVERY_OFFER:
        view = offer_of(&delivery->view.offer);
        break;
    case DELIVERY_CASE:
        view = json_view_case(&delivery->view.case_);
        break;
    case DELIVERY_TASK:
        view = task_of(&delivery->view.task);
        break;
    case DELIVERY_NOTICE:
        view = notice_of(&delivery->view.notice);
        break;
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_DISCLOSURE:
    case DELIVERY_ERASURE:
    case DELIVERY_END:
        view = json_object();
        break;
    }
    const char *kind = delivery->kind < DELIVERY_END ? kinds[delivery->kind] : kinds[0];
    json_t *json = json_pack(
        "{s:I, s:s, s:b}", "row", (json_int_t)row_number, "kind", kind, "seen", (int)row->seen);
    (void)json_object_update(json, view);
    json_decref(view);
    return json;
}

json_t *json_view_codes(enum vocabulary list, uint32_t mask)
{
    json_t *codes = json_array();

    for (uint32_t number = 1; number < vocabulary_count(list); number++) {
        if ((mask >> number & 1) != 0) {
            (void)json_array_append_new(codes, json_view_code(list, number));
        }
    }
    return codes;
}

json_t *json_view_labels(const struct labels *labels)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}",
                     "territory",
                     json_view_text(labels->territory),
                     "risk",
                     json_view_code(VOCABULARY_RISK, labels->risk),
                     "direction",
                     json_view_code(VOCABULARY_DIRECTION, labels->direction),
                     "channel",
                     json_view_code(VOCABULARY_CHANNEL, labels->channel),
                     "basis",
                     json_view_code(VOCABULARY_LEGAL_BASIS, labels->basis),
                     "needs",
                     json_view_codes(VOCABULARY_NEED, labels->needs),
                     "ages",
                     json_view_codes(VOCABULARY_AGE, labels->ages),
                     "flags",
                     json_view_codes(VOCABULARY_FLAG, labels->flags),
                     "children",
                     (int)labels->children);
}

static json_t *facts_of(const struct facts *facts)
{
    json_t *persons = json_array();
    json_t *documents = json_array();

    for (size_t i = 0; i < facts->person_count; i++) {
        (void)json_array_append_new(persons, person_of(&facts->persons[i]));
    }
    for (size_t i = 0; i < facts->document_count; i++) {
        (void)json_array_append_new(documents,
                                    json_pack("{s:o, s:o}",
                                              "title",
                                              json_view_text(facts->documents[i].title),
                                              "number",
                                              json_view_text(facts->documents[i].number)));
    }
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "persons",
                     persons,
                     "address",
                     json_view_text(facts->address),
                     "phone",
                     json_view_text(facts->phone),
                     "note",
                     json_view_text(facts->note),
                     "circumstances",
                     json_view_text(facts->circumstances),
                     "health",
                     json_view_text(facts->health),
                     "law",
                     json_view_text(facts->law),
                     "documents",
                     documents);
}

static json_t *person_of(const struct person *person)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
                     "role",
                     json_view_code(VOCABULARY_PERSON_ROLE, person->role),
                     "surname",
                     json_view_text(person->surname),
                     "name",
                     json_view_text(person->name),
                     "patronymic",
                     json_view_text(person->patronymic),
                     "born",
                     json_view_text(person->born),
                     "document",
                     json_view_text(person->document));
}

static json_t *receipts_of(const struct referral_view *view)
{
    static const char *const names[RECEIPT_END] = {"stored", "delivered", "seen", "outcome"};
    json_t *receipts = json_object();

    for (size_t i = 0; i < RECEIPT_END; i++) {
        (void)json_object_set_new(receipts,
                                  names[i],
                                  json_pack("{s:o, s:o}",
                                            "at",
                                            json_view_time(view->receipts_us[i]),
                                            "due",
                                            json_view_time(view->due_us[i])));
    }
    return receipts;
}

static json_t *updates_of(const struct referral_view *view)
{
    static const char *const names[UPDATE_END] = {"unspecified",
                                                  "joined",
                                                  "offered",
                                                  "refused",
                                                  "expired",
                                                  "on-desk",
                                                  "curator-appointed",
                                                  "merged",
                                                  "outcome-proposed",
                                                  "closed",
                                                  "deputy",
                                                  "curator-back"};
    json_t *updates = json_array();

    for (size_t i = 0; i < view->update_count; i++) {
        const struct update *update = &view->updates[i];
        json_t *code =
            update->kind == UPDATE_ON_DESK  ? json_view_code(VOCABULARY_DESK_REASON, update->code)
            : update->kind == UPDATE_CLOSED ? json_view_code(VOCABULARY_CASE_OUTCOME, update->code)
                                            : json_null();
        (void)json_array_append_new(
            updates,
            json_pack("{s:s, s:o, s:o, s:o}",
                      "kind",
                      update->kind < UPDATE_END ? names[update->kind] : names[0],
                      "at",
                      json_view_time(update->at_us),
                      "code",
                      code,
                      "worker",
                      json_view_text(update->worker)));
    }
    return updates;
}

static json_t *problems_of(const struct problem *problems, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_view_problem(&problems[i]));
    }
    return list;
}

static json_t *offer_of(const struct offer_view *view)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:i}",
                     "id",
                     json_view_id(&view->id),
                     "case_id",
                     json_view_id(&view->case_id),
                     "case",
                     json_view_text(view->case_number),
                     "worker",
                     json_view_text(view->worker),
                     "state",
                     json_view_code(VOCABULARY_ASSIGNMENT_STATE, view->state),
                     "labels",
                     json_view_labels(&view->labels),
                     "emergency",
                     (int)view->emergency,
                     "offered",
                     json_view_time(view->offered_us),
                     "due",
                     json_view_time(view->answer_due_us),
                     "policy_version",
                     (int)view->policy_version,
                     "rule",
                     json_view_text(view->rule),
                     "rule_title",
                     json_view_phrase(view->rule_title),
                     "why",
                     json_view_phrase(view->why),
                     "possible_duplicate",
                     json_view_text(view->possible_duplicate),
                     "referrals",
                     (int)view->referral_count);
}

static json_t *task_of(const struct task_view *view)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "case_id",
                     json_view_id(&view->case_id),
                     "case",
                     json_view_text(view->case_number),
                     "desk",
                     json_view_code(VOCABULARY_DESK, view->desk),
                     "reason",
                     json_view_code(VOCABULARY_DESK_REASON, view->reason),
                     "labels",
                     json_view_labels(&view->labels),
                     "since",
                     json_view_time(view->since_us),
                     "due",
                     json_view_time(view->due_us),
                     "proposed_outcome",
                     json_view_code(VOCABULARY_CASE_OUTCOME, view->proposed_outcome),
                     "text",
                     json_view_phrase(view->text));
}

static json_t *notice_of(const struct notice_view *view)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o}",
                     "case_id",
                     json_view_id(&view->case_id),
                     "case",
                     json_view_text(view->case_number),
                     "labels",
                     json_view_labels(&view->labels),
                     "emergency",
                     (int)view->emergency,
                     "rule",
                     json_view_text(view->rule),
                     "rule_title",
                     json_view_phrase(view->rule_title),
                     "at",
                     json_view_time(view->at_us));
}
