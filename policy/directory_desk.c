/* Desks found beforehand for every territory. */
#include "policy/directory_index.h"

#include <assert.h>

static const uint32_t desk_roles[DESK_END] = {
    [DESK_TRIAGE] = UINT32_C(1) << ROLE_INTAKE_CURATOR,
    [DESK_SUPERVISOR] = UINT32_C(1) << ROLE_SUPERVISOR,
    [DESK_COORDINATOR] = UINT32_C(1) << ROLE_COORDINATOR,
};

static const uint32_t substitute_roles =
    UINT32_C(1) << ROLE_INTAKE_CURATOR | UINT32_C(1) << ROLE_SUPERVISOR |
    UINT32_C(1) << ROLE_COORDINATOR | UINT32_C(1) << ROLE_ADMINISTRATOR;

static void place_desks(struct directory *directory, enum desk desk);
static bool
seat_workers(struct directory *directory, struct directory_desk *at, uint32_t territory);
static bool holds(const struct directory *directory,
                  const struct directory_desk *at,
                  uint32_t territory,
                  uint32_t worker);

bool directory_index_desks(struct directory *directory, struct error *err)
{
    uint32_t count = directory->counts[DIRECTORY_TERRITORY];

    for (int desk = DESK_TRIAGE; desk < DESK_END; desk++) {
        directory->found[desk] =
            arena_array(directory->arena, count + 1, sizeof(*directory->found[desk]));
        if (directory->found[desk] == NULL) {
            return error_set(err, ERROR_OS, "directory: out of memory");
        }
        place_desks(directory, (enum desk)desk);
        for (uint32_t i = 1; i <= count; i++) {
            struct directory_desk *at = &directory->found[desk][i];
            if (at->agency != 0 && !seat_workers(directory, at, i)) {
                return error_set(err, ERROR_OS, "directory: out of memory");
            }
        }
    }
    return true;
}

bool directory_desk_for(const struct directory *directory,
                        enum desk desk,
                        uint32_t territory,
                        struct directory_desk *out)
{
    assert(desk > DESK_UNSPECIFIED && desk < DESK_END);
    if (territory > directory->counts[DIRECTORY_TERRITORY] ||
        directory->found[desk][territory].agency == 0) {
        return false;
    }
    *out = directory->found[desk][territory];
    return true;
}

bool directory_at_desk(const struct directory *directory,
                       uint32_t worker,
                       enum desk desk,
                       uint32_t territory)
{
    const struct directory_worker *row = directory_worker(directory, worker);
    struct directory_desk at;

    if (row == NULL || row->removed || !directory_desk_for(directory, desk, territory, &at)) {
        return false;
    }
    if (at.worker_count == 0) {
        return row->site == at.home_site && (row->roles & substitute_roles) != 0;
    }
    return row->agency == at.agency && holds(directory, &at, territory, worker);
}

bool directory_supervises(const struct directory *directory,
                          uint32_t worker,
                          uint32_t agency,
                          uint32_t territory)
{
    const struct directory_worker *row = directory_worker(directory, worker);
    const struct directory_agency *of = directory_agency(directory, agency);
    const struct directory_desk at = {.desk = DESK_SUPERVISOR, .agency = agency};

    if (row == NULL || row->removed || of == NULL || of->removed ||
        !directory_agency_covers(directory, agency, territory)) {
        return false;
    }
    if (holds(directory, &at, territory, worker)) {
        return true;
    }
    if (row->site != of->home_site || (row->roles & substitute_roles) == 0) {
        return false;
    }
    for (uint32_t i = 1; i <= directory->counts[DIRECTORY_WORKER]; i++) {
        if (holds(directory, &at, territory, i)) {
            return false;
        }
    }
    return true;
}

bool directory_has_supervisors(const struct directory *directory, uint32_t agency)
{
    const uint32_t supervisors = desk_roles[DESK_SUPERVISOR];
    const struct directory_agency *of = directory_agency(directory, agency);

    for (uint32_t i = 1; of != NULL && i <= directory->counts[DIRECTORY_WORKER]; i++) {
        const struct directory_worker *row = directory_worker(directory, i);
        const uint32_t enough =
            row != NULL && row->site == of->home_site ? substitute_roles : supervisors;
        if (row != NULL && !row->removed && row->agency == agency && (row->roles & enough) != 0) {
            return true;
        }
    }
    return false;
}

/* Each territory gets the desk that was named for it, else its nearest ancestor's. */
static void place_desks(struct directory *directory, enum desk desk)
{
    struct directory_desk *found = directory->found[desk];
    uint32_t count = directory->counts[DIRECTORY_TERRITORY];

    for (uint32_t i = 1; i <= directory->counts[DIRECTORY_DESK]; i++) {
        const struct directory_desk_row *row = &directory->desks[i];
        if (row->agency == 0 || row->removed || row->desk != desk || row->territory == 0 ||
            found[row->territory].agency != 0) {
            continue;
        }
        found[row->territory] =
            (struct directory_desk){.desk = desk,
                                    .agency = row->agency,
                                    .territory = row->territory,
                                    .home_site = directory->agencies[row->agency].home_site};
    }
    for (uint32_t i = 1; i <= count; i++) {
        uint32_t at = i;
        while (at != 0 && found[at].territory != at) {
            at = directory->territories[at].parent;
        }
        if (at != 0 && at != i) {
            found[i] = found[at];
        }
    }
}

/* In order of number. */
static bool seat_workers(struct directory *directory, struct directory_desk *at, uint32_t territory)
{
    uint32_t count = directory->counts[DIRECTORY_WORKER];
    size_t seats = 0;

    for (uint32_t i = 1; i <= count; i++) {
        seats += holds(directory, at, territory, i) ? 1 : 0;
    }
    uint32_t *workers = arena_array(directory->arena, seats, sizeof(*workers));
    if (workers == NULL) {
        return false;
    }
    at->workers = workers;
    for (uint32_t i = 1; i <= count; i++) {
        if (holds(directory, at, territory, i)) {
            workers[at->worker_count++] = i;
        }
    }
    return true;
}

static bool holds(const struct directory *directory,
                  const struct directory_desk *at,
                  uint32_t territory,
                  uint32_t worker)
{
    const struct directory_worker *row = &directory->workers[worker];

    return row->agency == at->agency && row->number != 0 && !row->removed &&
           (row->roles & desk_roles[at->desk]) != 0 &&
           directory_worker_covers(directory, worker, territory);
}
