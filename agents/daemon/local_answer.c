/* Queries that the agent answers itself: see local_answer.h. */
#include "agents/daemon/local_answer.h"

#include "agents/store/mirror.h"
#include "agents/store/own_referrals.h"
#include "agents/store/spool.h"
#include "proto/checks.h"

#include <string.h>

enum {
    PAGE_BYTES = 120000, /* about half a frame of what the rows take in memory */
    SCAN_ROWS_MAX = 4000 /* of the mirror for one page */
};

void local_answer_begin(const struct query *query, struct answer *answer)
{
    memset(answer, 0, sizeof *answer);
    answer->id = query->id;
    answer->kind = query->kind;
    answer->cursor = "";
}

void local_answer_refuse(struct agent *agent,
                         struct answer *answer,
                         enum refusal code,
                         const char *field)
{
    struct problems problems = {.arena = agent->turn};
    checks_add(&problems, code, field, NULL);
    answer->problems = arena_copy(agent->turn, problems.items, sizeof problems.items[0]);
    answer->problem_count = answer->problems == NULL ? 0 : 1;
}

/* ---- status ---------------------------------------------------------------------------------- */

void local_answer_status(struct agent *agent, struct answer *answer)
{
    struct site_status *rows = arena_array(agent->turn, answer->status_count + 1, sizeof *rows);
    if (rows == NULL) {
        return;
    }
    struct spool_state spool;
    spool_state(agent->store, agent->turn, &spool);
    rows[0] =
        (struct site_status){.program = agent->program,
                             .region = agent->region,
                             .site = agent->config->site,
                             .connected = uplink_is_open(agent->uplink),
                             .endpoint = agent->config->endpoints[uplink_endpoint(agent->uplink)],
                             .time_us = agent->now_us,
                             .started_us = agent->started_us,
                             .policy_version = agent->policy_version,
                             .referrals = agent_store_count(agent->store, AGENT_STORE_OWN),
                             .spool_waiting = spool.waiting,
                             .spool_limit = agent->config->spool_entries,
                             .oldest_waiting_us = spool.oldest_us,
                             .refused = spool.refused,
                             .disk_free_bytes = agent_store_disk_free(agent->store)};
    if (answer->status_count > 0) {
        memcpy(rows + 1, answer->status, answer->status_count * sizeof *rows);
    }
    answer->status = rows;
    answer->status_count++;
}

/* ---- pages of the mirror ----------------------------------------------------------------------- */

static bool parse_cursor(const char *text, void *out, size_t bytes)
{
    memset(out, 0, bytes);
    return text[0] == '\0' || bytes_from_hex(text, out, bytes);
}

static const char *cursor_text(struct agent *agent, const void *cursor, size_t bytes)
{
    char *text = arena_alloc(agent->turn, 2 * bytes + 1);
    if (text == NULL) {
        return "";
    }
    bytes_to_hex(bytes_of(cursor, bytes), text);
    return text;
}

/* Rows of the mirror that `wanted` picks, from the query's cursor on. */
struct page {
    struct delivery *rows;
    size_t count;
    const char *cursor;
};

typedef bool wanted(const struct delivery *delivery, const char *actor);

static bool
read_page(struct agent *agent, const struct query *query, wanted *is_wanted, struct page *page)
{
    struct mirror_cursor cursor;
    page->count = 0;
    page->cursor = "";
    page->rows = arena_array(agent->turn, LIMIT_PAGE_ROWS, sizeof *page->rows);
    if (page->rows == NULL || !parse_cursor(query->cursor, cursor.key, sizeof cursor.key)) {
        return false;
    }
    size_t used = arena_used(agent->turn);
    for (int i = 0; i < SCAN_ROWS_MAX; i++) {
        struct arena_mark mark = arena_mark(agent->turn);
        struct delivery *row = &page->rows[page->count];
        if (!mirror_next(agent->store, &cursor, agent->turn, row)) {
            return true;
        }
        if (!is_wanted(row, query->actor)) {
            arena_release(agent->turn, mark);
            continue;
        }
        page->count++;
        if (page->count == LIMIT_PAGE_ROWS || arena_used(agent->turn) - used > PAGE_BYTES) {
            break;
        }
    }
    page->cursor = cursor_text(agent, cursor.key, sizeof cursor.key);
    return true;
}

static bool is_inbox_row(const struct delivery *delivery, const char *actor)
{
    switch (delivery->kind) {
    case DELIVERY_OFFER:
        return strcmp(delivery->view.offer.worker, actor) == 0;
    case DELIVERY_REFERRAL:
        return strcmp(delivery->view.referral.author, actor) == 0;
    case DELIVERY_TASK:
    case DELIVERY_NOTICE:
        return true;
    case DELIVERY_CASE:
    case DELIVERY_DISCLOSURE:
    case DELIVERY_ERASURE:
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_END:
        break;
    }
    return false;
}

static void answer_inbox(struct agent *agent, const struct query *query, struct answer *answer)
{
    struct page page;
    if (!read_page(agent, query, is_inbox_row, &page)) {
        local_answer_refuse(agent, answer, REFUSAL_BAD_FIELD, "query.cursor");
        return;
    }
    answer->cursor = page.cursor;
    answer->inbox = arena_array(agent->turn, page.count, sizeof *answer->inbox);
    for (size_t i = 0; answer->inbox != NULL && i < page.count; i++) {
        const struct delivery *row = &page.rows[i];
        answer->inbox[i].delivery = *row;
        answer->inbox[i].seen = mirror_is_seen(agent->store, row->kind, &row->entity);
        answer->inbox_count++;
    }
}

static bool is_case_row(const struct delivery *delivery, const char *actor)
{
    (void)actor;
    return delivery->kind == DELIVERY_CASE;
}

static void answer_cases(struct agent *agent, const struct query *query, struct answer *answer)
{
    struct page page;
    if (!read_page(agent, query, is_case_row, &page)) {
        local_answer_refuse(agent, answer, REFUSAL_BAD_FIELD, "query.cursor");
        return;
    }
    answer->cursor = page.cursor;
    answer->cases = arena_array(agent->turn, page.count, sizeof *answer->cases);
    for (size_t i = 0; answer->cases != NULL && i < page.count; i++) {
        answer->cases[i] = page.rows[i].view.case_;
        answer->case_count++;
    }
}

/* ---- one case -------------------------------------------------------------------------------- */

static bool find_by_number(struct agent *agent, const char *number, struct delivery *out)
{
    struct mirror_cursor cursor = {{0}};
    cursor.key[0] = DELIVERY_CASE;
    for (;;) {
        struct arena_mark mark = arena_mark(agent->turn);
        if (!mirror_next(agent->store, &cursor, agent->turn, out) || out->kind != DELIVERY_CASE) {
            return false;
        }
        if (strcmp(out->view.case_.number, number) == 0) {
            return true;
        }
        arena_release(agent->turn, mark);
    }
}

static bool find_case(struct agent *agent, const struct query *query, struct delivery *out)
{
    struct id128 id = query->subject;
    if (id128_is_none(&id) && !id128_parse(query->text, &id)) {
        return query->text[0] != '\0' && find_by_number(agent, query->text, out);
    }
    if (mirror_get(agent->store, DELIVERY_OFFER, &id, agent->turn, out)) {
        id = out->view.offer.case_id;
    }
    return mirror_get(agent->store, DELIVERY_CASE, &id, agent->turn, out);
}

/* The mirror is the site's: who of its workers may see a case, the broker knows, so it is asked when it can be. The lead
 * may, and gets the facts, which only the mirror has. */
static bool
answer_case(struct agent *agent, const struct query *query, bool connected, struct answer *answer)
{
    struct delivery found;
    answer->cases = arena_alloc(agent->turn, sizeof *answer->cases);
    if (answer->cases == NULL || !find_case(agent, query, &found)) {
        return false;
    }
    struct mirror_reader reader = {.worker = query->actor,
                                   .leads = strcmp(found.view.case_.lead, query->actor) == 0};
    if (connected && !reader.leads) {
        return false;
    }
    answer->cases[0] = found.view.case_;
    answer->case_count = 1;
    mirror_facts(agent->store, &found.view.case_.id, &reader, agent->turn, &answer->cases[0]);
    return true;
}

/* ---- own referrals --------------------------------------------------------------------------- */

static void fill_row(struct agent *agent, const struct own_referral *own, struct referral_row *row)
{
    struct delivery told;
    row->view = own->view;
    row->waiting = own->state == OWN_REFERRALS_WAITING;
    row->problems = own->problems;
    row->problem_count = own->problem_count;
    if (mirror_get(agent->store, DELIVERY_REFERRAL, &own->id, agent->turn, &told)) {
        row->view = told.view.referral;
    }
}

/* Refusals are shown once with the first page; those of referrals stay with the referral. */
static size_t
add_refusals(struct agent *agent, const char *actor, struct referral_row *rows, size_t most)
{
    struct agent_store_key key = {.size = 0};
    struct spool_refusal refusal;
    size_t count = 0;
    while (count < most &&
           spool_refusal(agent->store, bytes_of(key.data, key.size), agent->turn, &key, &refusal)) {
        if (strcmp(refusal.actor, actor) == 0) {
            spool_forget_refusal(agent->store, &key);
            if (refusal.kind != COMMAND_SUBMIT) {
                struct referral_row *row = &rows[count++];
                row->view = (struct referral_view){.id = refusal.subject,
                                                   .case_number = "",
                                                   .author = refusal.actor,
                                                   .labels = {.territory = ""},
                                                   .curator = "",
                                                   .curator_title = {"", ""}};
                row->problems = refusal.problems;
                row->problem_count = refusal.problem_count;
            }
        }
        key.data[key.size++] = 0; /* the smallest key after it */
    }
    return count;
}

static void answer_referrals(struct agent *agent, const struct query *query, struct answer *answer)
{
    struct id128 cursor;
    struct own_referral own;
    answer->referrals = arena_array(agent->turn, LIMIT_PAGE_ROWS, sizeof *answer->referrals);
    if (answer->referrals == NULL ||
        !parse_cursor(query->cursor, cursor.bytes, sizeof cursor.bytes)) {
        local_answer_refuse(agent, answer, REFUSAL_BAD_FIELD, "query.cursor");
        return;
    }
    struct id128 one = query->subject;
    if (!id128_is_none(&one) || (query->text[0] != '\0' && id128_parse(query->text, &one))) {
        if (own_referrals_get(agent->store, &one, agent->turn, &own)) {
            fill_row(agent, &own, &answer->referrals[answer->referral_count++]);
        } else {
            local_answer_refuse(agent, answer, REFUSAL_NOT_FOUND, "query.subject");
        }
        return;
    }
    size_t used = arena_used(agent->turn);
    if (query->cursor[0] == '\0') {
        answer->referral_count =
            add_refusals(agent, query->actor, answer->referrals, LIMIT_PAGE_ROWS / 4);
    }
    while (own_referrals_before(agent->store, &cursor, agent->turn, &own)) {
        cursor = own.id;
        fill_row(agent, &own, &answer->referrals[answer->referral_count++]);
        if (answer->referral_count == LIMIT_PAGE_ROWS ||
            arena_used(agent->turn) - used > PAGE_BYTES) {
            answer->cursor = cursor_text(agent, cursor.bytes, sizeof cursor.bytes);
            return;
        }
    }
}

/* ---- all queries ----------------------------------------------------------------------------- */

enum local_answer_verdict
local_answer(struct agent *agent, const struct query *query, bool connected, struct answer *answer)
{
    local_answer_begin(query, answer);
    switch (query->kind) {
    case QUERY_INBOX:
        answer_inbox(agent, query, answer);
        return LOCAL_ANSWER_READY;
    case QUERY_REFERRALS:
        answer_referrals(agent, query, answer);
        return LOCAL_ANSWER_READY;
    case QUERY_CASE:
        return answer_case(agent, query, connected, answer) ? LOCAL_ANSWER_READY
                                                            : LOCAL_ANSWER_ASK_BROKER;
    case QUERY_CASES:
        if (connected) {
            return LOCAL_ANSWER_ASK_BROKER;
        }
        answer_cases(agent, query, answer);
        return LOCAL_ANSWER_READY;
    case QUERY_STATUS:
    case QUERY_TIMELINE:
    case QUERY_EXPLAIN:
    case QUERY_AGENCIES:
    case QUERY_CURATORS:
    case QUERY_VERSIONS:
    case QUERY_VERSION:
    case QUERY_PAST:
    case QUERY_PROPOSAL:
    case QUERY_PLANS:
    case QUERY_ERASURES:
    case QUERY_SHADOW:
    case QUERY_UNSPECIFIED:
    case QUERY_END:
        break;
    }
    return LOCAL_ANSWER_ASK_BROKER;
}
