/* Desks, and the appointments made there. */
#include "broker/core/desk.h"

#include "broker/core/offer.h"

#include <string.h>

/* When nothing is pinned yet: a working day [default of the programme]. */
static const struct duration desk_norm = {1, DURATION_WORK_DAYS};

enum { DESK_SITES_MAX = 8 };

static size_t desk_sites(const struct directory *directory,
                         const struct directory_desk *desk,
                         uint32_t sites[DESK_SITES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < desk->worker_count && count < DESK_SITES_MAX; i++) {
        const uint32_t site = directory_worker(directory, desk->workers[i])->site;
        bool known = false;
        for (size_t j = 0; j < count; j++) {
            known = known || sites[j] == site;
        }
        if (!known) {
            sites[count++] = site;
        }
    }
    if (count == 0 && desk->home_site != 0) {
        sites[count++] = desk->home_site;
    }
    return count;
}

void desk_put(struct turn *turn,
              const struct id128 *case_id,
              enum desk desk,
              enum desk_reason reason)
{
    const struct region *region = turn->core->region;
    const struct case_record record = turn_case(turn, case_id);
    struct directory_desk found;
    memset(&found, 0, sizeof(found));
    if (!directory_desk_for(region->directory, desk, record.labels.territory, &found)) {
        memset(&found, 0, sizeof(found)); /* a checked set has them all; the alarm says it anyway */
    }
    uint32_t sites[DESK_SITES_MAX];
    const size_t site_count = desk_sites(region->directory, &found, sites);
    uint8_t coded[DESK_SITES_MAX * 4];
    for (size_t i = 0; i < site_count; i++) {
        bytes_put_u32(coded + i * 4, sites[i]);
    }
    int64_t due_us = turn_due(turn, &record, FACT_NORM_TRIAGE, turn->options.now_us);
    if (due_us == 0) {
        due_us = calendar_due(region->calendar,
                              region_zone(region, record.labels.territory),
                              turn->options.now_us,
                              desk_norm);
    }
    const struct fact put = {.kind = FACT_PUT_ON_DESK,
                             .case_id = *case_id,
                             .code = desk,
                             .code_2 = reason,
                             .number = found.agency,
                             .due_us = due_us,
                             .blob = bytes_of(coded, site_count * 4)};
    turn_emit(turn, &put);
    if (reason != DESK_REASON_OUTCOME_APPROVAL) {
        turn_alarm(turn, &record, reason);
    }
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
                                   .due_us = turn->options.now_us - record.desk_due_us};
    turn_emit(turn, &escalated);
    turn_alarm(turn, &record, record.desk_reason);
    desk_put(turn, case_id, DESK_COORDINATOR, record.desk_reason);
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
    const uint32_t curators =
        (UINT32_C(1) << ROLE_CASE_CURATOR) | (UINT32_C(1) << ROLE_DUTY_CURATOR);
    if ((row->roles & curators) == 0 ||
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
