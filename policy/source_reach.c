/* Chains of escalation that end with somebody, and rows that stay within their agency's territories. */
#include "policy/source_set.h"

#include <string.h>

/* Agencies by number. */
struct chain {
    bool *seen;
    uint32_t *waiting; /* seen, not yet followed */
    size_t waiting_count;
};

static bool has_deciders(const struct directory *directory, uint32_t agency);
static bool holds_desk(const struct source_set *set, const char *agency);
static bool share_territory(const struct directory *directory, uint32_t one, uint32_t other);
static bool leads_back(const struct source_set *set, uint32_t from, uint32_t to);
static void reach(struct chain *chain, uint32_t agency);

void source_set_check_escalation(struct source_set *set, size_t row)
{
    const struct directory_row *this = &set->rows[row];
    const struct directory *directory = set->directory;
    uint32_t self = directory_find(directory, DIRECTORY_AGENCY, this->id);
    const bool followed = this->escalate_count > 0 && holds_desk(set, this->id);

    for (size_t i = 0; i < this->escalate_count; i++) {
        const char *id = this->escalate[i];
        uint32_t next = directory_find(directory, DIRECTORY_AGENCY, id);
        struct text_pos at = source_set_item_at(set, row, "escalate", id);

        if (next == 0) {
            continue; /* reported as unknown */
        }
        if (next == self) {
            finding_error(&set->findings,
                          DIAGNOSTIC_ESCALATE_SELF,
                          &at,
                          "ведомство «%s» обращается само к себе",
                          "agency \"%s\" escalates to itself",
                          this->id);
        } else if (leads_back(set, next, self)) {
            finding_error(&set->findings,
                          DIAGNOSTIC_ESCALATE_CYCLE,
                          &at,
                          "обращения ведомства «%s» возвращаются к нему через «%s»",
                          "escalations of agency \"%s\" come back to it through \"%s\"",
                          this->id,
                          id);
        } else if (!has_deciders(directory, next) ||
                   (followed && !directory_has_supervisors(directory, next))) {
            finding_error(&set->findings,
                          DIAGNOSTIC_ESCALATE_NOBODY,
                          &at,
                          "ведомство «%s» обращается в «%s», где некому решать",
                          "agency \"%s\" escalates to \"%s\", where nobody may decide",
                          this->id,
                          id);
        } else if (followed && !share_territory(directory, self, next)) {
            finding_error(
                &set->findings,
                DIAGNOSTIC_ESCALATE_NOBODY,
                &at,
                "ведомство «%s» обращается в «%s», у которого нет ни одной его территории",
                "agency \"%s\" escalates to \"%s\", which has none of its territories",
                this->id,
                id);
        }
    }
}

void source_set_check_reach(struct source_set *set, size_t row)
{
    const struct directory_row *this = &set->rows[row];
    bool is_worker = this->kind == DIRECTORY_WORKER;
    uint32_t agency = 0;

    if (is_worker && this->site != NULL) {
        const struct directory_site *site = directory_site(
            set->directory, directory_find(set->directory, DIRECTORY_SITE, this->site));
        agency = site == NULL ? 0 : site->agency;
    } else if (!is_worker && this->agency != NULL) {
        agency = directory_find(set->directory, DIRECTORY_AGENCY, this->agency);
    }
    for (size_t i = 0; i < this->territory_count && agency != 0; i++) {
        const char *id = this->territories[i];
        uint32_t territory = directory_find(set->directory, DIRECTORY_TERRITORY, id);
        struct text_pos at = source_set_item_at(set, row, "territories", id);

        /* With errors among the territories one may have lost its parent. */
        if (territory == 0 || set->findings.errors > 0 ||
            directory_agency_covers(set->directory, agency, territory)) {
            continue;
        }
        finding_warning(&set->findings,
                        is_worker ? DIAGNOSTIC_WORKER_ABROAD : DIAGNOSTIC_SERVICE_ABROAD,
                        &at,
                        "«%s»: территории «%s» нет у ведомства «%s»",
                        "\"%s\": the territory \"%s\" is none of agency \"%s\"",
                        this->id,
                        id,
                        directory_agency(set->directory, agency)->id);
    }
}

/* Anybody who may act: an observer cannot. */
static bool has_deciders(const struct directory *directory, uint32_t agency)
{
    static const uint32_t observers = UINT32_C(1) << ROLE_OBSERVER;
    uint32_t workers = directory_count(directory, DIRECTORY_WORKER);

    for (uint32_t i = 1; i <= workers; i++) {
        const struct directory_worker *row = directory_worker(directory, i);
        if (row != NULL && !row->removed && row->agency == agency &&
            (row->roles & ~observers) != 0) {
            return true;
        }
    }
    return false;
}

/* Its chain is followed: something may lie too long there. */
static bool holds_desk(const struct source_set *set, const char *agency)
{
    for (size_t i = 0; i < set->row_count; i++) {
        const struct directory_row *row = &set->rows[i];
        if (row->kind == DIRECTORY_DESK && row->agency != NULL &&
            strcmp(row->agency, agency) == 0) {
            return true;
        }
    }
    return false;
}

/* A territory in which both work: elsewhere the chain steps over it. */
static bool share_territory(const struct directory *directory, uint32_t one, uint32_t other)
{
    const uint32_t count = directory_count(directory, DIRECTORY_TERRITORY);

    for (uint32_t i = 1; i <= count; i++) {
        if (directory_agency_covers(directory, one, i) &&
            directory_agency_covers(directory, other, i)) {
            return true;
        }
    }
    return false;
}

/* Everything that an agency's chain reaches, each agency once. */
static bool leads_back(const struct source_set *set, uint32_t from, uint32_t to)
{
    uint32_t count = directory_count(set->directory, DIRECTORY_AGENCY);
    struct arena_mark mark = arena_mark(set->arena);
    struct chain chain = {.seen = arena_alloc(set->arena, count + 1),
                          .waiting =
                              arena_array(set->arena, (size_t)count + 1, sizeof(*chain.waiting))};
    bool found = false;

    if (chain.seen != NULL && chain.waiting != NULL) {
        reach(&chain, from);
        while (chain.waiting_count > 0) {
            const struct directory_agency *agency =
                directory_agency(set->directory, chain.waiting[--chain.waiting_count]);
            for (size_t i = 0; i < agency->escalate_count; i++) {
                reach(&chain, agency->escalate[i]);
            }
        }
        found = chain.seen[to];
    }
    arena_release(set->arena, mark);
    return found;
}

static void reach(struct chain *chain, uint32_t agency)
{
    if (agency != 0 && !chain->seen[agency]) {
        chain->seen[agency] = true;
        chain->waiting[chain->waiting_count++] = agency;
    }
}
