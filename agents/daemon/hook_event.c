/* The JSON that a hook reads: see hook_event.h. */
#include "agents/daemon/hook_event.h"

#include "base/utc.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void put_id(json_t *object, const char *name, const struct id128 *id)
{
    char text[ID128_TEXT_MAX];
    if (!id128_is_none(id)) {
        (void)json_object_set_new(object, name, json_string(id128_format(id, text)));
    }
}

static void put_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        (void)json_object_set_new(object, name, json_string(text));
    }
}

static void put_time(json_t *object, const char *name, int64_t at_us)
{
    char text[UTC_TEXT_MAX];
    if (at_us != 0) {
        put_text(object, name, utc_format(at_us, UTC_SECONDS, text));
    }
}

static void put_code(json_t *object, const char *name, enum vocabulary list, uint32_t number)
{
    put_text(object, name, vocabulary_code(list, number));
}

static void put_phrase(json_t *object, const char *name, struct phrase phrase)
{
    if (phrase.ru != NULL && phrase.ru[0] != '\0') {
        (void)json_object_set_new(
            object, name, json_pack("{s:s, s:s}", "ru", phrase.ru, "en", phrase.en));
    }
}

static void put_mask(json_t *object, const char *name, enum vocabulary list, uint32_t mask)
{
    json_t *codes = json_array();
    for (uint32_t i = 1; i < vocabulary_count(list); i++) {
        if ((mask >> i & 1) != 0) {
            (void)json_array_append_new(codes, json_string(vocabulary_code(list, i)));
        }
    }
    (void)json_object_set_new(object, name, codes);
}

static void put_labels(json_t *object, const struct labels *labels)
{
    put_text(object, "territory", labels->territory);
    put_code(object, "risk", VOCABULARY_RISK, (uint32_t)labels->risk);
    put_mask(object, "needs", VOCABULARY_NEED, labels->needs);
    put_mask(object, "flags", VOCABULARY_FLAG, labels->flags);
}

/* ---- views ----------------------------------------------------------------------------------- */

static void put_referral(json_t *object, const struct referral_view *view, const struct news *news)
{
    static const char *const RECEIPTS[RECEIPT_END] = {"stored", "delivered", "seen", "outcome"};
    static const char *const UPDATES[UPDATE_END] = {"",
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
    put_id(object, "referral", &view->id);
    put_text(object, "case_number", view->case_number);
    put_text(object, "worker", view->author);
    put_labels(object, &view->labels);
    put_code(object, "state", VOCABULARY_REFERRAL_STATE, (uint32_t)view->state);
    put_code(object, "case_state", VOCABULARY_CASE_STATE, (uint32_t)view->case_state);
    put_text(object, "curator", view->curator);
    if (news->kind == NEWS_RECEIPT || news->kind == NEWS_OUTCOME) {
        put_text(object, "receipt", RECEIPTS[news->code]);
        put_time(object, "receipt_at", view->receipts_us[news->code]);
    }
    if (news->kind == NEWS_OUTCOME) {
        put_code(object, "outcome", VOCABULARY_REFERRAL_OUTCOME, (uint32_t)view->outcome);
        put_code(object, "case_outcome", VOCABULARY_CASE_OUTCOME, (uint32_t)view->case_outcome);
    }
    if (news->kind == NEWS_UPDATE && news->update->kind < UPDATE_END) {
        put_text(object, "update", UPDATES[news->update->kind]);
        put_time(object, "update_at", news->update->at_us);
    }
}

static void put_offer(json_t *object, const struct offer_view *view)
{
    put_id(object, "offer", &view->id);
    put_id(object, "case", &view->case_id);
    put_text(object, "case_number", view->case_number);
    put_text(object, "worker", view->worker);
    put_labels(object, &view->labels);
    (void)json_object_set_new(object, "emergency", json_boolean(view->emergency));
    put_time(object, "answer_due", view->answer_due_us);
    put_text(object, "rule", view->rule);
    put_phrase(object, "why", view->why);
}

static void put_case(json_t *object, const struct case_view *view)
{
    put_id(object, "case", &view->id);
    put_text(object, "case_number", view->number);
    put_labels(object, &view->labels);
    put_code(object, "case_state", VOCABULARY_CASE_STATE, (uint32_t)view->state);
    put_text(object, "curator", view->lead);
    put_code(object, "outcome", VOCABULARY_CASE_OUTCOME, (uint32_t)view->outcome);
    put_code(object, "proposed_outcome", VOCABULARY_CASE_OUTCOME, (uint32_t)view->proposed_outcome);
}

static void put_task(json_t *object, const struct task_view *view)
{
    put_id(object, "case", &view->case_id);
    put_text(object, "case_number", view->case_number);
    put_labels(object, &view->labels);
    put_code(object, "desk", VOCABULARY_DESK, (uint32_t)view->desk);
    put_code(object, "reason", VOCABULARY_DESK_REASON, (uint32_t)view->reason);
    put_time(object, "due", view->due_us);
    put_phrase(object, "text", view->text);
}

static void put_notice(json_t *object, const struct notice_view *view)
{
    put_id(object, "case", &view->case_id);
    put_text(object, "case_number", view->case_number);
    put_labels(object, &view->labels);
    (void)json_object_set_new(object, "emergency", json_boolean(view->emergency));
    put_text(object, "rule", view->rule);
    put_phrase(object, "rule_title", view->rule_title);
}

static void put_view(json_t *object, const struct delivery *delivery, const struct news *news)
{
    switch (delivery->kind) {
    case DELIVERY_REFERRAL:
        put_referral(object, &delivery->view.referral, news);
        break;
    case DELIVERY_OFFER:
        put_offer(object, &delivery->view.offer);
        break;
    case DELIVERY_CASE:
        put_case(object, &delivery->view.case_);
        break;
    case DELIVERY_TASK:
        put_task(object, &delivery->view.task);
        break;
    case DELIVERY_NOTICE:
        put_notice(object, &delivery->view.notice);
        break;
    case DELIVERY_DISCLOSURE:
        put_id(object, "referral", &delivery->view.disclosure.referral);
        put_id(object, "case", &delivery->view.disclosure.case_id);
        put_text(object, "case_number", delivery->view.disclosure.case_number);
        put_text(object, "worker", delivery->view.disclosure.worker);
        break;
    case DELIVERY_ERASURE:
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_END:
        break;
    }
}

static json_t *begin(const char *event, const char *site, int64_t at_us)
{
    json_t *object = json_object();
    put_text(object, "event", event);
    put_text(object, "site", site);
    put_time(object, "at", at_us);
    return object;
}

/* Gives the object up. */
static const char *finish(json_t *object, struct arena *arena)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    const char *kept = text == NULL ? NULL : arena_text(arena, text);
    free(text);
    json_decref(object);
    return kept;
}

const char *hook_event_of_news(const char *site,
                               int64_t now_us,
                               const struct delivery *delivery,
                               const struct news *news,
                               struct arena *arena)
{
    json_t *object = begin(news_name(news->kind), site, now_us);
    put_view(object, delivery, news);
    return finish(object, arena);
}

const char *hook_event_of_refusal(const char *site,
                                  const struct spool_refusal *refusal,
                                  const struct reply *reply,
                                  struct arena *arena)
{
    json_t *object = begin(news_name(NEWS_REFUSED), site, refusal->at_us);
    put_id(object, "subject", &refusal->subject);
    put_text(object, "worker", refusal->actor);
    json_t *problems = json_array();
    for (size_t i = 0; i < reply->problem_count; i++) {
        json_t *problem = json_object();
        put_text(problem, "field", reply->problems[i].field);
        put_phrase(problem, "text", reply->problems[i].text);
        (void)json_array_append_new(problems, problem);
    }
    (void)json_object_set_new(object, "problems", problems);
    return finish(object, arena);
}

/* ---- facts ----------------------------------------------------------------------------------- */

bool hook_event_subject(const char *body, struct arena *arena, struct hook_event_subject *out)
{
    memset(out, 0, sizeof *out);
    json_t *object = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
    const char *event = json_string_value(json_object_get(object, "event"));
    const char *case_id = json_string_value(json_object_get(object, "case"));
    const char *worker = json_string_value(json_object_get(object, "worker"));
    out->disclosure = event != NULL && strcmp(event, news_name(NEWS_DISCLOSURE)) == 0;
    out->worker = arena_text(arena, worker == NULL ? "" : worker);
    bool fine = case_id != NULL && id128_parse(case_id, &out->case_id) && out->worker != NULL;
    json_decref(object);
    return fine;
}

static json_t *facts_object(const struct facts *facts)
{
    json_t *object = json_object();
    json_t *persons = json_array();
    for (size_t i = 0; i < facts->person_count; i++) {
        const struct person *person = &facts->persons[i];
        json_t *each = json_object();
        put_code(each, "role", VOCABULARY_PERSON_ROLE, (uint32_t)person->role);
        put_text(each, "surname", person->surname);
        put_text(each, "name", person->name);
        put_text(each, "patronymic", person->patronymic);
        put_text(each, "born", person->born);
        put_text(each, "document", person->document);
        (void)json_array_append_new(persons, each);
    }
    (void)json_object_set_new(object, "persons", persons);
    put_text(object, "address", facts->address);
    put_text(object, "phone", facts->phone);
    put_text(object, "note", facts->note);
    put_text(object, "circumstances", facts->circumstances);
    put_text(object, "health", facts->health);
    put_text(object, "law", facts->law);
    return object;
}

const char *
hook_event_with_facts(const char *body, const struct case_view *facts, struct arena *arena)
{
    json_t *object = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
    if (object == NULL) {
        return NULL;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < facts->facts_count; i++) {
        (void)json_array_append_new(list, facts_object(&facts->facts[i]));
    }
    (void)json_object_set_new(object, "facts", list);
    return finish(object, arena);
}
