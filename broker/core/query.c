/* Answers: one query kind, one row, one function. */
#include "broker/core/query.h"

#include "broker/core/erasure.h"
#include "broker/core/explain.h"
#include "broker/core/past.h"
#include "broker/core/permission.h"
#include "broker/core/plans.h"
#include "broker/core/shadow.h"
#include "broker/core/versions.h"
#include "broker/core/view.h"
#include "broker/core/workforce.h"
#include "proto/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asking {
    const struct core *core;
    struct arena *arena;
    const struct query *query;
    const struct query_world *world;
    uint32_t worker;
    const struct directory_worker *row;
    struct answer *answer;
    struct problems *problems;
};

static void refuse(struct asking *asking, enum refusal code, const char *field)
{
    checks_add(asking->problems, code, field, NULL);
}

static const struct directory *directory_of(const struct asking *asking)
{
    return asking->core->region->directory;
}

/* ---- cursors: hexadecimal ids, or decimal numbers ------------------------------------------------- */

static uint32_t number_cursor(const struct query *query)
{
    enum { DECIMAL = 10 };
    return query->cursor == NULL ? 0 : (uint32_t)strtoul(query->cursor, NULL, DECIMAL);
}

static void set_number_cursor(struct asking *asking, uint32_t number)
{
    const char *cursor = arena_format(asking->arena, "%u", (unsigned)number);
    asking->answer->cursor = cursor == NULL ? "" : cursor;
}

/* Rows for a page; NULL after it refused BUSY. */
static void *page(struct asking *asking, size_t row_bytes)
{
    void *rows = arena_array(asking->arena, LIMIT_PAGE_ROWS, row_bytes);
    if (rows == NULL) {
        refuse(asking, REFUSAL_BUSY, "");
    }
    return rows;
}

/* ---- cases ---------------------------------------------------------------------------------------------- */

static bool may_see(const struct asking *asking, const struct case_record *record)
{
    return permission_query(asking->core, asking->worker, QUERY_CASE, record) == PERMISSION_GRANTED;
}

/* Newest first would need an index of its own; a page is in the order of opening. */
static void answer_cases(struct asking *asking)
{
    struct id128 from = {{0}};
    struct case_record record;
    struct answer *answer = asking->answer;
    const char *cursor = asking->query->cursor;
    if (cursor != NULL && cursor[0] != '\0' && !bytes_from_hex(cursor, from.bytes, ID128_BYTES)) {
        refuse(asking, REFUSAL_BAD_FIELD, "query.cursor");
        return;
    }
    answer->cases = page(asking, sizeof(*answer->cases));
    enum { LOOKED_AT_MAX = 5000 }; /* a page stays short even where one may see little */
    for (uint32_t i = 0;
         answer->cases != NULL && store_case_from(asking->core->store, &from, &record);
         i++) {
        if (answer->case_count == LIMIT_PAGE_ROWS || i == LOOKED_AT_MAX) {
            char *hex = arena_alloc(asking->arena, ID128_BYTES * 2 + 1);
            if (hex != NULL) {
                bytes_to_hex(id128_bytes(&record.id), hex);
                answer->cursor = hex;
            }
            return;
        }
        from = record.id;
        for (size_t byte = ID128_BYTES; byte > 0 && ++from.bytes[byte - 1] == 0; byte--) {
        }
        if (may_see(asking, &record)) {
            const bool fits =
                view_case(asking->core, asking->arena, &record, &answer->cases[answer->case_count]);
            answer->case_count += fits ? 1 : 0;
        }
    }
}

/* The case that a query names by id, by an offer's id or by number; false: refused. */
static bool find_case(struct asking *asking, struct case_record *record)
{
    struct store *store = asking->core->store;
    const struct query *query = asking->query;
    struct id128 id = query->subject;
    struct assignment_record offer;
    uint32_t year = 0;
    uint32_t sequence = 0;
    if (id128_is_none(&id) && query->text != NULL &&
        view_parse_case_number(query->text, &year, &sequence)) {
        (void)store_case_by_number(store, year, sequence, &id);
    }
    if (store_assignment(store, &id, &offer)) {
        id = offer.case_id;
    }
    if (id128_is_none(&id) || !store_case(store, &id, record) || !may_see(asking, record)) {
        refuse(asking, REFUSAL_NOT_FOUND, "query.subject");
        return false;
    }
    return true;
}

static void answer_case(struct asking *asking)
{
    struct case_record record;
    struct answer *answer = asking->answer;
    if (!find_case(asking, &record)) {
        return;
    }
    answer->cases = page(asking, sizeof(*answer->cases));
    if (answer->cases != NULL &&
        view_case(asking->core, asking->arena, &record, &answer->cases[0])) {
        answer->case_count = 1;
    }
}

static void answer_timeline(struct asking *asking)
{
    struct case_record record;
    struct answer *answer = asking->answer;
    const struct directory *directory = directory_of(asking);
    uint64_t batch = 0;
    uint32_t index = 0;
    struct timeline_record event;
    if (!find_case(asking, &record)) {
        return;
    }
    answer->timeline = page(asking, sizeof(*answer->timeline));
    uint32_t skip = number_cursor(asking->query);
    const uint32_t begin = skip;
    while (answer->timeline != NULL &&
           store_timeline_after(asking->core->store, &record.id, &batch, &index, &event)) {
        if (skip > 0) {
            skip--;
            continue;
        }
        if (answer->timeline_count == LIMIT_PAGE_ROWS) {
            set_number_cursor(asking, begin + LIMIT_PAGE_ROWS);
            return;
        }
        const struct directory_worker *actor = directory_worker(directory, event.actor);
        const struct directory_site *site = directory_site(directory, event.actor_site);
        const struct timeline_row row = {.at_us = event.at_us,
                                         .event = fact_kind_name(event.kind),
                                         .text = explain_event(asking->core, asking->arena, &event),
                                         .actor = actor == NULL ? "" : actor->id,
                                         .site = site == NULL ? "" : site->id,
                                         .policy_version = event.policy_version,
                                         .position = batch,
                                         .late_by_us = event.late_by_us};
        if (row.text.ru == NULL || row.text.en == NULL) {
            refuse(asking, REFUSAL_BUSY, "");
            return;
        }
        answer->timeline[answer->timeline_count++] = row;
    }
}

static void answer_explain(struct asking *asking)
{
    struct case_record record;
    struct answer *answer = asking->answer;
    if (!find_case(asking, &record)) {
        return;
    }
    answer->explanations = page(asking, sizeof(*answer->explanations));
    for (uint32_t i = 0; answer->explanations != NULL && i < record.decisions &&
                         answer->explanation_count < LIMIT_PAGE_ROWS;
         i++) {
        const bool told = explain_decision(asking->core,
                                           asking->arena,
                                           &record,
                                           i,
                                           &answer->explanations[answer->explanation_count]);
        answer->explanation_count += told ? 1 : 0;
    }
}

/* ---- directory -------------------------------------------------------------------------------------------- */

static bool is_connected(const struct asking *asking, uint32_t site)
{
    return asking->world->connected != NULL && asking->world->connected(asking->world->world, site);
}

static void count_agency(const struct asking *asking, uint32_t agency, struct agency_row *row)
{
    const struct directory *directory = directory_of(asking);
    for (uint32_t i = 1; i <= directory_count(directory, DIRECTORY_SITE); i++) {
        const struct directory_site *site = directory_site(directory, i);
        if (site != NULL && !site->removed && site->agency == agency) {
            row->sites++;
            row->sites_connected += is_connected(asking, i) ? 1 : 0;
        }
    }
    for (uint32_t i = 1; i <= directory_count(directory, DIRECTORY_WORKER); i++) {
        const struct directory_worker *worker = directory_worker(directory, i);
        row->workers += worker != NULL && !worker->removed && worker->agency == agency ? 1 : 0;
    }
}

static void answer_agencies(struct asking *asking)
{
    const struct directory *directory = directory_of(asking);
    struct answer *answer = asking->answer;
    enum { AGENCIES_A_PAGE = 50 }; /* each row counts sites and workers */
    answer->agencies = page(asking, sizeof(*answer->agencies));
    const uint32_t count = directory_count(directory, DIRECTORY_AGENCY);
    for (uint32_t i = number_cursor(asking->query) + 1; answer->agencies != NULL && i <= count;
         i++) {
        const struct directory_agency *agency = directory_agency(directory, i);
        if (agency == NULL || agency->removed) {
            continue;
        }
        if (answer->agency_count == AGENCIES_A_PAGE) {
            set_number_cursor(asking, i - 1);
            return;
        }
        const struct directory_site *home = directory_site(directory, agency->home_site);
        struct agency_row *row = &answer->agencies[answer->agency_count++];
        *row = (struct agency_row){.id = agency->id,
                                   .kind = agency->kind,
                                   .ownership = agency->ownership,
                                   .title = agency->title,
                                   .home_site = home == NULL ? "" : home->id};
        count_agency(asking, i, row);
    }
}

static void answer_curators(struct asking *asking)
{
    const struct directory *directory = directory_of(asking);
    struct answer *answer = asking->answer;
    const uint32_t curators =
        (UINT32_C(1) << ROLE_CASE_CURATOR) | (UINT32_C(1) << ROLE_DUTY_CURATOR);
    answer->curators = page(asking, sizeof(*answer->curators));
    const uint32_t count = directory_count(directory, DIRECTORY_WORKER);
    for (uint32_t i = number_cursor(asking->query) + 1; answer->curators != NULL && i <= count;
         i++) {
        const struct directory_worker *worker = directory_worker(directory, i);
        if (worker == NULL || worker->removed || (worker->roles & curators) == 0) {
            continue;
        }
        if (answer->curator_count == LIMIT_PAGE_ROWS) {
            set_number_cursor(asking, i - 1);
            return;
        }
        const struct worker_record load = store_worker(asking->core->store, i);
        const struct directory_site *site = directory_site(directory, worker->site);
        const struct directory_agency *agency = directory_agency(directory, worker->agency);
        const struct directory_worker *deputy = directory_worker(directory, load.deputy);
        answer->curators[answer->curator_count++] = (struct curator_row){
            .id = worker->id,
            .title = worker->title,
            .agency = agency == NULL ? "" : agency->id,
            .site = site == NULL ? "" : site->id,
            .load = load.load,
            .capacity = workforce_capacity(&load, worker),
            .open_offers = load.open_offers,
            .connected = is_connected(asking, worker->site),
            .on_leave = load.leave == FACT_LEAVE_BEGINS || load.leave == FACT_LEAVE_AWAY,
            .leave_from_us = load.leave_from_us,
            .leave_until_us = load.leave_until_us,
            .deputy = deputy == NULL ? "" : deputy->id,
            .covered = load.suspended,
            .dismissed = load.dismissed != 0};
    }
}

/* ---- versions ------------------------------------------------------------------------------------------------ */

static void answer_versions(struct asking *asking)
{
    if (!versions_list(asking->core, asking->arena, asking->query->cursor, asking->answer)) {
        refuse(asking, REFUSAL_BUSY, "");
    }
}

static void answer_version(struct asking *asking)
{
    const struct query *query = asking->query;
    struct version_record record;
    if (!versions_find(asking->core->store, query->text, &record)) {
        refuse(asking, REFUSAL_NOT_FOUND, "query.text");
        return;
    }
    if (!versions_show(asking->core, asking->arena, &record, query->cursor, asking->answer)) {
        refuse(asking, REFUSAL_BUSY, "");
    }
}

static void answer_plans(struct asking *asking)
{
    if (!plans_list(asking->core, asking->arena, asking->query->cursor, asking->answer)) {
        refuse(asking, REFUSAL_BUSY, "");
    }
}

static void answer_shadow(struct asking *asking)
{
    if (!shadow_list(asking->core, asking->arena, asking->query->cursor, asking->answer)) {
        refuse(asking, REFUSAL_BUSY, "");
    }
}

static void answer_past(struct asking *asking)
{
    switch (past_list(asking->core, asking->arena, asking->query, asking->answer)) {
    case PAST_LISTED:
        break;
    case PAST_BAD_TEXT:
        refuse(asking, REFUSAL_BAD_FIELD, "query.text");
        break;
    case PAST_BAD_CURSOR:
        refuse(asking, REFUSAL_BAD_FIELD, "query.cursor");
        break;
    case PAST_NO_ROOM:
        refuse(asking, REFUSAL_BUSY, "");
        break;
    }
}

/* Of the asker's own site, by id. */
static void answer_proposal(struct asking *asking)
{
    struct proposal_record record;
    if (!store_proposal(asking->core->store, asking->row->site, &record) ||
        !id128_equal(&record.id, &asking->query->subject)) {
        refuse(asking, REFUSAL_NOT_FOUND, "query.subject");
        return;
    }
    if (!versions_proposal(asking->core, asking->arena, &record, asking->answer)) {
        refuse(asking, REFUSAL_BUSY, "");
    }
}

static void answer_erasures(struct asking *asking)
{
    if (!erasure_list(asking->core, asking->arena, asking->query, asking->answer)) {
        refuse(asking, REFUSAL_BAD_FIELD, "query.cursor");
    }
}

/* When the next plan comes into force; 0: none waits. */
static int64_t next_plan_us(struct store *store)
{
    struct plan_record plan;
    int64_t next_us = 0;
    for (uint32_t at = 0; store_plan_after(store, at, PLAN_WAITING, &plan); at = plan.number) {
        next_us = next_us == 0 || plan.due_us < next_us ? plan.due_us : next_us;
    }
    return next_us;
}

static void list_alarms(struct asking *asking, struct site_status *status)
{
    const struct query_world *world = asking->world;
    struct site_alarm *rows = world->alarm == NULL
                                  ? NULL
                                  : arena_array(asking->arena, LIMIT_STATUS_ALARMS, sizeof(*rows));
    uint32_t site = 0;

    status->alarms = rows;
    while (rows != NULL && status->alarm_count < LIMIT_STATUS_ALARMS &&
           world->alarm(world->world, &site, &rows[status->alarm_count])) {
        const struct directory_site *row = directory_site(directory_of(asking), site);
        rows[status->alarm_count++].site = row == NULL ? "" : row->id;
    }
}

static void answer_status(struct asking *asking)
{
    const struct meta_record *meta = store_meta(asking->core->store);
    const struct query_world *world = asking->world;
    struct site_status *status = page(asking, sizeof(*status));
    if (status == NULL) {
        return;
    }
    *status = (struct site_status){.program = world->program,
                                   .region = asking->core->region->code,
                                   .site = "",
                                   .connected = true,
                                   .endpoint = "",
                                   .time_us = world->now_us,
                                   .started_us = world->started_us,
                                   .policy_version = meta->version,
                                   .position = meta->position,
                                   .referrals = meta->referrals,
                                   .cases_open = meta->cases_open,
                                   .cases_ended = meta->cases_ended,
                                   .cases_on_desks = meta->cases_on_desks,
                                   .cases_with_lead = meta->cases_with_lead,
                                   .offers_open = meta->offers_open,
                                   .sites_connected = world->sites_connected,
                                   .sites_away = meta->sites_away,
                                   .disk_free_bytes = world->disk_free_bytes,
                                   .clock_doubted = world->clock_doubted,
                                   .plans_waiting = meta->plans_waiting,
                                   .plan_due_us = next_plan_us(asking->core->store),
                                   .disclosure_epoch = world->disclosure_epoch,
                                   .disclosure_epoch_old = world->disclosure_epoch_old,
                                   .disclosure_keys_waiting = world->disclosure_keys_waiting,
                                   .disclosure_sites_waiting = world->disclosure_sites_waiting,
                                   .disclosure_drawn_us = world->disclosure_drawn_us};
    list_alarms(asking, status);
    asking->answer->status = status;
    asking->answer->status_count = 1;
}

/* ---- the table ---------------------------------------------------------------------------------------------- */

typedef void query_function(struct asking *asking);

struct query_row {
    query_function *answer;
    bool about_case; /* permission is asked for the case that is found */
};

static const struct query_row query_rows[QUERY_END] = {
    [QUERY_STATUS] = {answer_status, false},
    [QUERY_CASES] = {answer_cases, false},
    [QUERY_CASE] = {answer_case, true},
    [QUERY_TIMELINE] = {answer_timeline, true},
    [QUERY_EXPLAIN] = {answer_explain, true},
    [QUERY_AGENCIES] = {answer_agencies, false},
    [QUERY_CURATORS] = {answer_curators, false},
    [QUERY_VERSIONS] = {answer_versions, false},
    [QUERY_VERSION] = {answer_version, false},
    [QUERY_PAST] = {answer_past, false},
    [QUERY_PROPOSAL] = {answer_proposal, false},
    [QUERY_PLANS] = {answer_plans, false},
    [QUERY_ERASURES] = {answer_erasures, false},
    [QUERY_SHADOW] = {answer_shadow, false},
};

static void answer_query(struct asking *asking, uint32_t site)
{
    const struct query *query = asking->query;
    const bool known = query->kind > QUERY_UNSPECIFIED && query->kind < QUERY_END &&
                       query_rows[query->kind].answer != NULL;
    if (!known) {
        refuse(asking, REFUSAL_UNKNOWN_KIND, "query.kind");
        return;
    }
    if (asking->core->region == NULL) {
        refuse(asking, REFUSAL_BUSY, "");
        return;
    }
    const char *actor = query->actor == NULL ? "" : query->actor;
    asking->worker = directory_find(directory_of(asking), DIRECTORY_WORKER, actor);
    asking->row = directory_worker(directory_of(asking), asking->worker);
    if (asking->row == NULL || asking->row->site != site ||
        store_worker(asking->core->store, asking->worker).dismissed) {
        refuse(asking, REFUSAL_UNKNOWN_WORKER, "query.actor");
        return;
    }
    const struct query_row *row = &query_rows[query->kind];
    if (!row->about_case &&
        permission_query(asking->core, asking->worker, query->kind, NULL) != PERMISSION_GRANTED) {
        refuse(asking, REFUSAL_NOT_ALLOWED, "query.actor");
        return;
    }
    row->answer(asking);
}

struct answer query_answer(const struct core *core,
                           struct arena *arena,
                           uint32_t site,
                           const struct query *query,
                           const struct query_world *world)
{
    struct answer answer = {.id = query->id, .kind = query->kind, .cursor = ""};
    struct asking asking = {.core = core,
                            .arena = arena,
                            .query = query,
                            .world = world,
                            .answer = &answer,
                            .problems = arena_alloc(arena, sizeof(struct problems))};
    if (asking.problems == NULL) {
        return answer; /* an empty answer; the asker's time-out tells him */
    }
    asking.problems->arena = arena;
    answer_query(&asking, site);
    if (asking.problems->count > 0) {
        answer.problems = asking.problems->items;
        answer.problem_count = asking.problems->count;
    }
    return answer;
}
