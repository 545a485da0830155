/* Finding what is meant; see the header. */
#include "agents/ctl/subject.h"

#include "agents/ctl/number.h"

#include <string.h>

/* A search through the pages of the inbox. */
struct search {
    bool for_offer;
    bool by_row;
    bool by_id;
    int64_t row; /* 1-based, as `refctl inbox` shows them */
    struct id128 id;
    struct number number;
    size_t rows_before; /* of earlier pages */
    size_t hits;        /* different cases or offers */
    struct subject_offer offer;
    struct subject_case case_;
};

static bool read_typed(struct run *run, const char *typed, struct search *out, struct error *err);
static bool search_inbox(struct run *run, struct search *search, struct error *err);
static size_t take(void *world, const struct answer *answer, size_t rows_max);
static bool is_meant(const struct search *search, const struct delivery *delivery, size_t row);
static void remember(struct search *search, const struct delivery *delivery);
static const struct id128 *case_id_of(const struct delivery *delivery);
static bool ask_broker(struct run *run,
                       const struct search *search,
                       struct subject_case *out,
                       struct error *err);
static bool is_open(const struct offer_view *offer);
static bool fail_several(const struct run *run, const char *typed, struct error *err);
static void copy_number(char out[LIMIT_SPEAKABLE_BYTES], const char *number);

bool subject_find_case(struct run *run,
                       const char *typed,
                       struct subject_case *out,
                       struct error *err)
{
    struct search search = {.for_offer = false};

    if (!read_typed(run, typed, &search, err) || !search_inbox(run, &search, err)) {
        return false;
    }
    if (search.hits > 1) {
        return fail_several(run, typed, err);
    }
    if (search.hits == 1) {
        *out = search.case_;
        return true;
    }
    return ask_broker(run, &search, out, err);
}

bool subject_find_offer(struct run *run,
                        const char *typed,
                        struct subject_offer *out,
                        struct error *err)
{
    struct search search = {.for_offer = true};

    if (!read_typed(run, typed, &search, err) || !search_inbox(run, &search, err)) {
        return false;
    }
    if (search.hits > 1) {
        return fail_several(run, typed, err);
    }
    if (search.hits == 0) {
        return error_set(
            err,
            ERROR_NO_INPUT,
            SCREEN_IN(run->screen,
                      "нет открытого предложения «%.60s»; что ждёт вас: refctl inbox",
                      "there is no open offer “%.60s”; what waits for you: refctl inbox"),
            typed);
    }
    *out = search.offer;
    return true;
}

const char *subject_number_of(const struct delivery *delivery)
{
    const char *number = NULL;

    switch (delivery->kind) {
    case DELIVERY_REFERRAL:
        number = delivery->view.referral.case_number;
        break;
    case DELIVERY_OFFER:
        number = delivery->view.offer.case_number;
        break;
    case DELIVERY_CASE:
        number = delivery->view.case_.number;
        break;
    case DELIVERY_TASK:
        number = delivery->view.task.case_number;
        break;
    case DELIVERY_NOTICE:
        number = delivery->view.notice.case_number;
        break;
    case DELIVERY_DISCLOSURE:
        number = delivery->view.disclosure.case_number;
        break;
    case DELIVERY_ERASURE:
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_END:
        break;
    }
    return number == NULL ? "" : number;
}

bool subject_note(const struct run *run, const char **out, struct error *err)
{
    const char *note = run_option(run, OPTION_NOTE);

    if (note != NULL && strlen(note) > LIMIT_SHORT_TEXT_BYTES) {
        return error_set(err,
                         ERROR_DATA,
                         SCREEN_IN(run->screen,
                                   "--note: не длиннее %d байт (около %d букв)",
                                   "--note: at most %d bytes (about %d Cyrillic letters)"),
                         LIMIT_SHORT_TEXT_BYTES,
                         LIMIT_SHORT_TEXT_BYTES / 2);
    }
    *out = note == NULL ? "" : note;
    return true;
}

static bool read_typed(struct run *run, const char *typed, struct search *out, struct error *err)
{
    /* Rows have at most three digits; a case's serial number is written with six. */
    if (strlen(typed) <= 3 && options_number(typed, 1, 999, &out->row)) {
        out->by_row = true;
        return true;
    }
    if (id128_parse(typed, &out->id)) {
        out->by_id = true;
        return true;
    }
    if (number_parse(typed, &out->number)) {
        return true;
    }
    return error_set(err,
                     ERROR_USAGE,
                     SCREEN_IN(run->screen,
                               "«%.60s» не похоже на номер случая вроде NSO-2026-000123-7",
                               "“%.60s” is no case number as NSO-2026-000123-7"),
                     typed);
}

static bool search_inbox(struct run *run, struct search *search, struct error *err)
{
    struct caller_listing listing = {.query = {.kind = QUERY_INBOX}, .take = take, .world = search};
    struct caller *caller;
    bool more;

    return run_caller(run, &caller, err) && caller_pages(caller, &listing, &more, err);
}

static size_t take(void *world, const struct answer *answer, size_t rows_max)
{
    struct search *search = world;

    for (size_t i = 0; i < answer->inbox_count && i < rows_max; i++) {
        const struct delivery *delivery = &answer->inbox[i].delivery;
        if (is_meant(search, delivery, search->rows_before + i + 1)) {
            remember(search, delivery);
        }
    }
    search->rows_before += answer->inbox_count;
    return answer->inbox_count;
}

static bool is_meant(const struct search *search, const struct delivery *delivery, size_t row)
{
    if (search->for_offer &&
        (delivery->kind != DELIVERY_OFFER || !is_open(&delivery->view.offer))) {
        return false;
    }
    const struct id128 *case_id = case_id_of(delivery);
    if (case_id == NULL) {
        return false;
    }
    if (search->by_row) {
        return (int64_t)row == search->row;
    }
    if (search->by_id) {
        return id128_equal(&search->id, case_id) || id128_equal(&search->id, &delivery->entity);
    }
    return number_matches(&search->number, subject_number_of(delivery));
}

static void remember(struct search *search, const struct delivery *delivery)
{
    const struct id128 *case_id = case_id_of(delivery);

    if (search->for_offer) {
        const struct offer_view *offer = &delivery->view.offer;
        if (search->hits == 0 || !id128_equal(&search->offer.id, &offer->id)) {
            search->hits++;
        }
        search->offer.id = offer->id;
        search->offer.token = offer->token;
        copy_number(search->offer.number, offer->case_number);
        return;
    }
    if (search->hits == 0 || !id128_equal(&search->case_.id, case_id)) {
        search->hits++;
    }
    search->case_.id = *case_id;
    copy_number(search->case_.number, subject_number_of(delivery));
}

/* NULL: this delivery does not say the case's id. */
static const struct id128 *case_id_of(const struct delivery *delivery)
{
    switch (delivery->kind) {
    case DELIVERY_OFFER:
        return &delivery->view.offer.case_id;
    case DELIVERY_CASE:
        return &delivery->view.case_.id;
    case DELIVERY_TASK:
        return &delivery->view.task.case_id;
    case DELIVERY_NOTICE:
        return &delivery->view.notice.case_id;
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_REFERRAL:
    case DELIVERY_DISCLOSURE:
    case DELIVERY_ERASURE:
    case DELIVERY_END:
        break;
    }
    return NULL;
}

static bool ask_broker(struct run *run,
                       const struct search *search,
                       struct subject_case *out,
                       struct error *err)
{
    char readings[NUMBER_READINGS][LIMIT_SPEAKABLE_BYTES];
    struct query query = {.kind = QUERY_CASE};
    struct caller *caller;
    struct answer answer;
    size_t count = 1;

    if (search->by_id) {
        query.subject = search->id;
        readings[0][0] = '\0';
    } else {
        count = search->by_row ? 0 : number_readings(&search->number, readings);
    }
    if (!run_caller(run, &caller, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        query.text = readings[i];
        if (caller_query(caller, &query, &answer, err)) {
            if (answer.case_count > 0) {
                out->id = answer.cases[0].id;
                copy_number(out->number, answer.cases[0].number);
                return true;
            }
        } else if (err->code != ERROR_NO_INPUT) {
            return false;
        }
    }
    return error_set(err,
                     ERROR_NO_INPUT,
                     SCREEN_IN(run->screen,
                               "такого случая нет среди доступных вам; нужен номер целиком, как "
                               "NSO-2026-000123-7",
                               "there is no such case that you may see; give the whole number, as "
                               "NSO-2026-000123-7"));
}

static bool is_open(const struct offer_view *offer)
{
    return offer->state == ASSIGNMENT_OFFERED || offer->state == ASSIGNMENT_PROPOSED;
}

static bool fail_several(const struct run *run, const char *typed, struct error *err)
{
    return error_set(err,
                     ERROR_DATA,
                     SCREEN_IN(run->screen,
                               "«%.60s» подходит к нескольким; напишите номер целиком",
                               "“%.60s” fits several; write the whole number"),
                     typed);
}

static void copy_number(char out[LIMIT_SPEAKABLE_BYTES], const char *number)
{
    (void)snprintf(out, LIMIT_SPEAKABLE_BYTES, "%s", number == NULL ? "" : number);
}
