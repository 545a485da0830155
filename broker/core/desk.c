/* Desks, and the appointments made there. */
#include "broker/core/desk.h"

#include "broker/core/offer.h"
#include "broker/core/workforce.h"

#include <string.h>

/* When nothing is pinned yet: a working day [default of the programme]. */
static const struct duration desk_norm = {1, DURATION_WORK_DAYS};

enum { DESK_SITES_MAX = 8 };

/* Where a case is put. */
struct place {
    enum desk desk;
    enum desk_reason reason;
    uint32_t step;   /* of the chain; 0 the first desk */
    uint32_t agency; /* 0: nobody has such a desk */
    uint32_t sites[DESK_SITES_MAX];
    size_t site_count;
};

static void add_site(struct place *place, uint32_t site)
{
    for (size_t i = 0; i < place->site_count; i++) {
        if (place->sites[i] == site) {
            return;
        }
    }
    if (place->site_count < DESK_SITES_MAX) {
        place->sites[place->site_count++] = site;
    }
}

/* The nearest desk of a kind; a checked set has them all, and if not, the alarm says it. */
static struct place
find_desk(const struct directory *directory, enum desk desk, const struct case_record *record)
{
    struct place place = {.desk = desk};
    struct directory_desk found;
    if (!directory_desk_for(directory, desk, record->labels.territory, &found)) {
        return place;
    }
    place.agency = found.agency;
    for (size_t i = 0; i < found.worker_count; i++) {
        add_site(&place, directory_worker(directory, found.workers[i])->site);
    }
    if (place.site_count == 0 && found.home_site != 0) {
        add_site(&place, found.home_site);
    }
    return place;
}

/* The supervisors of one agency. False: nobody there may act for the territory. */
static bool find_supervisors(const struct directory *directory,
                             uint32_t agency,
                             const struct case_record *record,
                             struct place *out)
{
    *out = (struct place){.desk = DESK_SUPERVISOR, .agency = agency};
    for (uint32_t i = 1; i <= directory_count(directory, DIRECTORY_WORKER); i++) {
        if (directory_supervises(directory, i, agency, record->labels.territory)) {
            add_site(out, directory_worker(directory, i)->site);
        }
    }
    return out->site_count > 0;
}

/* The next desk of the chain, else the coordinator's. An agency where nobody may act, or whose supervisors let it pass
 * just now, is stepped over. */
static struct place find_next(const struct directory *directory, const struct case_record *record)
{
    const struct directory_agency *origin = directory_agency(directory, record->desk_origin);
    const uint32_t links = origin == NULL ? 0 : (uint32_t)origin->escalate_count;
    uint32_t step = record->desk_step;
    if (record->desk != DESK_COORDINATOR) {
        while (step < links) {
            const uint32_t agency = origin->escalate[step];
            struct place place;
            step++;
            const bool same = record->desk == DESK_SUPERVISOR && agency == record->desk_agency;
            if (!same && find_supervisors(directory, agency, record, &place)) {
                place.step = step;
                return place;
            }
        }
        step++;
    }
    struct place last = find_desk(directory, DESK_COORDINATOR, record);
    last.step = step;
    return last;
}

static void put(struct turn *turn, const struct case_record *record, const struct place *place)
{
    const struct region *region = turn->core->region;
    uint8_t coded[DESK_SITES_MAX * 4];
    for (size_t i = 0; i < place->site_count; i++) {
        bytes_put_u32(coded + i * 4, place->sites[i]);
    }
    int64_t due_us = turn_due(turn, record, FACT_NORM_TRIAGE, turn->options.now_us);
    if (due_us == 0) {
        due_us = calendar_due(region->calendar,
                              region_zone(region, record->labels.territory),
                              turn->options.now_us,
                              desk_norm);
    }
    const struct fact fact = {.kind = FACT_PUT_ON_DESK,
                              .case_id = record->id,
                              .code = place->desk,
                              .code_2 = place->reason,
                              .number = place->agency,
                              .count = place->step,
                              .due_us = due_us,
                              .blob = bytes_of(coded, place->site_count * 4)};
    turn_emit(turn, &fact);
    if (place->reason != DESK_REASON_OUTCOME_APPROVAL) {
        turn_alarm(turn, record, place->reason);
    }
}

void desk_put(struct turn *turn,
              const struct id128 *case_id,
              enum desk desk,
              enum desk_reason reason)
{
    const struct case_record record = turn_case(turn, case_id);
    struct place place = find_desk(turn->core->region->directory, desk, &record);
    place.reason = reason;
    put(turn, &record, &place);
}

void desk_take(struct turn *turn, const struct id128 *case_id)
{
    const struct fact off = {.kind = FACT_TAKEN_OFF_DESK, .case_id = *case_id};
    turn_emit(turn, &off);
}

void desk_overdue(struct turn *turn, const struct id128 *case_id)
{
    const struct case_record record = turn_case(turn, case_id);
    const struct fact escalated = {.kind = FACT_ESCALATED,
                                   .case_id = *case_id,
                                   .code = record.desk_reason,
                                   .number = record.desk_agency,
                                   .due_us = turn->options.now_us - record.desk_due_us};
    turn_emit(turn, &escalated);
    turn_alarm(turn, &record, record.desk_reason);
    struct place next = find_next(turn->core->region->directory, &record);
    next.reason = record.desk_reason;
    put(turn, &record, &next);
}

/* The same appointment is on its way already: saying it twice is harmless. */
static bool assigned_already(struct turn *turn, const struct case_record *record, uint32_t worker)
{
    if (id128_is_none(&record->offer)) {
        return false;
    }
    const struct assignment_record offer = turn_assignment(turn, &record->offer);
    return offer.worker == worker && offer.pool == UINT32_MAX && offer.auto_accept;
}

/* An appointment by hand binds: it is accepted by itself once it is durable at the curator's site. */
void desk_assign(struct hearing *hearing)
{
    struct turn *turn = hearing->turn;
    const struct directory *directory = turn->core->region->directory;
    const struct case_record record = turn_case(turn, &hearing->command->subject);
    if (record.state != CASE_CURATOR_PENDING || !id128_is_none(&record.lead_assignment)) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.subject", NULL);
        return;
    }
    const uint32_t worker = directory_find(directory, DIRECTORY_WORKER, hearing->command->worker);
    const struct directory_worker *row = directory_worker(directory, worker);
    if (row == NULL) {
        turn_refuse(hearing, REFUSAL_UNKNOWN_CODE, "command.worker", hearing->command->worker);
        return;
    }
    uint8_t sealing[KEYS_BYTES];
    const struct worker_record curator = store_worker(turn->store, worker);
    if (workforce_absence(turn, &curator) != CANDIDATE_UNSPECIFIED) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.worker", hearing->command->worker);
        return;
    }
    if (!workforce_curates(row) ||
        !store_sealing_key(turn->store, directory, row->site, turn->options.now_us, sealing)) {
        turn_refuse(hearing, REFUSAL_BAD_FIELD, "command.worker", hearing->command->worker);
        return;
    }
    if (assigned_already(turn, &record, worker)) {
        turn_stored(hearing, &record.id, &record.id);
        return;
    }
    if (!id128_is_none(&record.offer)) {
        offer_withdraw(turn, &record.id);
    }
    if (record.desk != DESK_UNSPECIFIED) {
        desk_take(turn, &record.id);
    }
    const struct offer_proposal proposal = {.worker = worker,
                                            .pool = UINT32_MAX,
                                            .why = CANDIDATE_CHOSEN,
                                            .policy_version = record.policy_version,
                                            .auto_accept = true};
    offer_propose(turn, &record.id, &proposal);
    turn_stored(hearing, &record.id, &record.id);
}
