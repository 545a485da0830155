/* Do the rows of the directory fit together? */
#include "policy/source_set.h"

#include "policy/reference.h"

#include <string.h>

static void check_unique(struct source_set *set, size_t row);
static void check_row(struct source_set *set, size_t row);
static void check_territory(struct source_set *set, size_t row);
static void check_agency(struct source_set *set, size_t row);
static void check_desk(struct source_set *set, size_t row);
static void check_reference(struct source_set *set,
                            size_t row,
                            const char *key,
                            enum directory_kind kind,
                            const char *id);
static void
check_list(struct source_set *set, size_t row, const char *key, enum directory_kind kind);
static void check_roots(struct source_set *set);
static void check_desks_everywhere(struct source_set *set);

void source_set_check_rows(struct source_set *set)
{
    for (size_t row = 0; row < set->row_count; row++) {
        check_unique(set, row);
        check_row(set, row);
    }
    check_roots(set);
    check_desks_everywhere(set);
}

static void check_unique(struct source_set *set, size_t row)
{
    const struct directory_row *this = &set->rows[row];
    uint32_t first = directory_find(set->directory, this->kind, this->id);

    if (first == this->number || first == 0) {
        return;
    }
    size_t other = source_set_row_of(set, this->kind, first);
    struct text_pos at = source_set_at(set, row, "id");
    struct text_pos before = source_set_at(set, other, "id");
    finding_error(&set->findings,
                  DIAGNOSTIC_ID_TWICE,
                  &at,
                  "«%s» уже описано: %s:%u",
                  "\"%s\" is there already: %s:%u",
                  this->id,
                  before.file,
                  (unsigned)before.line);
}

static void check_row(struct source_set *set, size_t row)
{
    const struct directory_row *this = &set->rows[row];

    switch (this->kind) {
    case DIRECTORY_TERRITORY:
        check_territory(set, row);
        break;
    case DIRECTORY_AGENCY:
        check_agency(set, row);
        break;
    case DIRECTORY_SITE:
        check_reference(set, row, "agency", DIRECTORY_AGENCY, this->agency);
        break;
    case DIRECTORY_WORKER:
        check_reference(set, row, "site", DIRECTORY_SITE, this->site);
        check_list(set, row, "territories", DIRECTORY_TERRITORY);
        source_set_check_reach(set, row);
        break;
    case DIRECTORY_SERVICE:
        check_reference(set, row, "agency", DIRECTORY_AGENCY, this->agency);
        check_list(set, row, "territories", DIRECTORY_TERRITORY);
        source_set_check_reach(set, row);
        break;
    case DIRECTORY_DESK:
        check_desk(set, row);
        break;
    case DIRECTORY_KEY:
        check_reference(set, row, "site", DIRECTORY_SITE, this->site);
        break;
    case DIRECTORY_UNSPECIFIED:
    case DIRECTORY_END:
        break;
    }
}

static void check_territory(struct source_set *set, size_t row)
{
    const struct directory_row *this = &set->rows[row];
    const struct directory_territory *made = directory_territory(set->directory, this->number);
    struct text_pos at = source_set_at(set, row, this->zone[0] == '\0' ? NULL : "zone");

    if (this->parent[0] != '\0') {
        check_reference(set, row, "parent", DIRECTORY_TERRITORY, this->parent);
    } else if (this->zone[0] == '\0' && yaml_tree_get(set->places[row].node, "zone") == NULL) {
        finding_error(&set->findings,
                      DIAGNOSTIC_ZONE_NONE,
                      &at,
                      "у территории «%s» нет ни родителя, ни часовой зоны",
                      "territory \"%s\" has neither a parent nor a zone",
                      this->id);
    }
    if (this->zone[0] != '\0' && set->calendar != NULL &&
        !calendar_has_zone(set->calendar, this->zone)) {
        finding_error(&set->findings,
                      DIAGNOSTIC_ZONE_UNKNOWN,
                      &at,
                      "часовой зоны «%s» нет в календаре",
                      "the zone \"%s\" is not in the calendar",
                      this->zone);
    }
    /* The draft cut what no root reaches. */
    if (made != NULL && made->parent == 0 && this->parent[0] != '\0' &&
        directory_find(set->directory, DIRECTORY_TERRITORY, this->parent) != 0) {
        at = source_set_at(set, row, "parent");
        finding_error(&set->findings,
                      DIAGNOSTIC_TERRITORY_CYCLE,
                      &at,
                      "родители территории «%s» образуют круг",
                      "the parents of territory \"%s\" form a cycle",
                      this->id);
    }
}

static void check_agency(struct source_set *set, size_t row)
{
    const struct directory_row *this = &set->rows[row];
    struct text_pos at = source_set_at(set, row, "home-site");

    check_list(set, row, "territories", DIRECTORY_TERRITORY);
    for (size_t i = 0; i < this->escalate_count; i++) {
        check_reference(set, row, "escalate", DIRECTORY_AGENCY, this->escalate[i]);
    }
    source_set_check_escalation(set, row);
    if (this->home_site == NULL) {
        return;
    }
    check_reference(set, row, "home-site", DIRECTORY_SITE, this->home_site);
    const struct directory_site *site = directory_site(
        set->directory, directory_find(set->directory, DIRECTORY_SITE, this->home_site));
    if (site != NULL && site->agency != 0 &&
        site->agency != directory_find(set->directory, DIRECTORY_AGENCY, this->id)) {
        finding_error(&set->findings,
                      DIAGNOSTIC_HOME_SITE_FOREIGN,
                      &at,
                      "площадка «%s» принадлежит другому ведомству: «%s»",
                      "the site \"%s\" belongs to another agency: \"%s\"",
                      this->home_site,
                      directory_agency(set->directory, site->agency)->id);
    }
}

static void check_desk(struct source_set *set, size_t row)
{
    const struct directory_row *this = &set->rows[row];
    uint32_t territory = directory_find(set->directory, DIRECTORY_TERRITORY, this->territory);
    uint32_t agency = directory_find(set->directory, DIRECTORY_AGENCY, this->agency);
    struct text_pos at = source_set_at(set, row, NULL);
    struct directory_desk desk;

    check_reference(set, row, "agency", DIRECTORY_AGENCY, this->agency);
    check_reference(set, row, "territory", DIRECTORY_TERRITORY, this->territory);
    if (territory == 0 || agency == 0 ||
        !directory_desk_for(set->directory, this->desk, territory, &desk)) {
        return;
    }
    if (desk.agency != agency) {
        finding_error(&set->findings,
                      DIAGNOSTIC_DESK_TWICE,
                      &at,
                      "у территории «%s» уже есть такой стол: ведомство «%s»",
                      "territory \"%s\" has such a desk already: agency \"%s\"",
                      this->territory,
                      directory_agency(set->directory, desk.agency)->id);
    } else if (desk.worker_count == 0) {
        finding_warning(&set->findings,
                        DIAGNOSTIC_DESK_EMPTY,
                        &at,
                        "за столом «%s» никто не сидит: его дела придут на площадку ведомства",
                        "nobody sits at the desk \"%s\": its work will go to the agency's site",
                        this->id);
    }
}

static void check_reference(struct source_set *set,
                            size_t row,
                            const char *key,
                            enum directory_kind kind,
                            const char *id)
{
    const struct source_place *place = &set->places[row];
    const struct yaml_node *node = yaml_tree_get(place->node, key);

    if (id == NULL || node == NULL) {
        return; /* reported when it was read */
    }
    struct text_pos at = source_set_item_at(set, row, key, id);
    (void)reference_resolve(set->directory, kind, id, &at, &set->findings);
}

static void
check_list(struct source_set *set, size_t row, const char *key, enum directory_kind kind)
{
    const struct directory_row *this = &set->rows[row];

    for (size_t i = 0; i < this->territory_count; i++) {
        check_reference(set, row, key, kind, this->territories[i]);
    }
}

static void check_roots(struct source_set *set)
{
    size_t roots = 0;

    for (size_t row = 0; row < set->row_count; row++) {
        const struct directory_row *this = &set->rows[row];
        if (this->kind != DIRECTORY_TERRITORY || this->parent[0] != '\0') {
            continue;
        }
        if (++roots == 2) {
            struct text_pos at = source_set_at(set, row, "id");
            finding_warning(&set->findings,
                            DIAGNOSTIC_ROOTS_MANY,
                            &at,
                            "«%s» — ещё одна территория без родителя: у региона обычно одна",
                            "\"%s\" is one more territory without a parent: a region has one",
                            this->id);
        }
    }
    if (set->counts[DIRECTORY_TERRITORY] == 0 && set->directory_file_count > 0) {
        struct text_pos at = source_set_named_at(set, "directory");
        finding_error(&set->findings,
                      DIAGNOSTIC_TERRITORIES_NONE,
                      &at,
                      "в справочнике нет ни одной территории",
                      "the directory has no territory");
    }
}

/* Reported where it begins: what lies below lacks the same desk. */
static void check_desks_everywhere(struct source_set *set)
{
    bool doubtful[DESK_END] = {false};
    struct directory_desk desk;

    /* A desk that names nothing was reported for that. */
    for (size_t row = 0; row < set->row_count; row++) {
        const struct directory_row *this = &set->rows[row];
        if (this->kind == DIRECTORY_DESK &&
            (directory_find(set->directory, DIRECTORY_AGENCY, this->agency) == 0 ||
             directory_find(set->directory, DIRECTORY_TERRITORY, this->territory) == 0)) {
            doubtful[this->desk] = true;
        }
    }

    for (size_t row = 0; row < set->row_count; row++) {
        const struct directory_row *this = &set->rows[row];
        if (this->kind != DIRECTORY_TERRITORY || this->parent[0] != '\0') {
            continue;
        }
        for (uint32_t kind = DESK_TRIAGE; kind < DESK_END; kind++) {
            if (set->desks_doubtful || doubtful[kind] ||
                directory_desk_for(set->directory, (enum desk)kind, this->number, &desk)) {
                continue;
            }
            struct text_pos at = source_set_at(set, row, "id");
            finding_error(&set->findings,
                          DIAGNOSTIC_DESK_NONE,
                          &at,
                          "у территории «%s» нет стола «%s»: назовите его в desks",
                          "territory \"%s\" has no desk \"%s\": name one in desks",
                          this->id,
                          vocabulary_code(VOCABULARY_DESK, kind));
        }
    }
}
