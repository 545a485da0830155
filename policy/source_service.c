/* Needs that no service covers: everywhere, or in some territories.
 *
 * Asked of the territories that nothing lies below: people live there, and a service of a territory covers all below it.
 * The ages of a service are left aside: most needs have ages of their own.
 */
#include "policy/source_set.h"

enum { NAMED_MAX = 3, NAMES_BYTES = 256 };

/* Ids in one text: the first few, then how it goes on. */
struct list {
    char text[NAMES_BYTES];
    size_t bytes;
    size_t count;
};

static uint32_t *read_needs(const struct source_set *set);
static uint32_t *read_leaves(const struct source_set *set, uint32_t *leaf_count);
static void check_nowhere(struct source_set *set, uint32_t anywhere);
static void check_somewhere(struct source_set *set,
                            enum need need,
                            const uint32_t *needs,
                            const uint32_t *leaves);
static void add(struct list *list, const char *id);

void source_set_check_services(struct source_set *set)
{
    uint32_t leaf_count = 0;
    uint32_t anywhere = 0;

    /* With errors a service or a territory may have been left out. */
    if (set->counts[DIRECTORY_SERVICE] == 0 || set->findings.errors > 0) {
        return;
    }
    const uint32_t *needs = read_needs(set);
    const uint32_t *leaves = read_leaves(set, &leaf_count);
    if (needs == NULL || leaves == NULL) {
        return;
    }
    for (uint32_t i = 0; i < leaf_count; i++) {
        anywhere |= needs[leaves[i]];
    }
    check_nowhere(set, anywhere);
    for (uint32_t need = 1; need < NEED_END; need++) {
        if ((anywhere >> need & 1) != 0) {
            check_somewhere(set, (enum need)need, needs, leaves);
        }
    }
}

/* By the territory's number: what is offered there. NULL: no memory. */
static uint32_t *read_needs(const struct source_set *set)
{
    const struct directory *directory = set->directory;
    const uint32_t count = directory_count(directory, DIRECTORY_TERRITORY);
    const uint32_t services = directory_count(directory, DIRECTORY_SERVICE);
    uint32_t *own = arena_array(set->arena, (size_t)count + 1, sizeof(*own));
    uint32_t *needs = arena_array(set->arena, (size_t)count + 1, sizeof(*needs));

    if (own == NULL || needs == NULL) {
        return NULL;
    }
    for (uint32_t i = 1; i <= services; i++) {
        const struct directory_service *service = directory_service(directory, i);
        for (size_t k = 0; service != NULL && k < service->territory_count; k++) {
            own[service->territories[k]] |= service->needs;
        }
    }
    for (uint32_t i = 1; i <= count; i++) {
        const struct directory_territory *at = directory_territory(directory, i);
        for (; at != NULL; at = directory_territory(directory, at->parent)) {
            needs[i] |= own[at->number];
        }
    }
    return needs;
}

/* Numbers of the territories that nothing lies below, then 0. NULL: no memory. */
static uint32_t *read_leaves(const struct source_set *set, uint32_t *leaf_count)
{
    const uint32_t count = directory_count(set->directory, DIRECTORY_TERRITORY);
    bool *is_parent = arena_array(set->arena, (size_t)count + 1, sizeof(*is_parent));
    uint32_t *leaves = arena_array(set->arena, (size_t)count + 1, sizeof(*leaves));

    if (is_parent == NULL || leaves == NULL) {
        return NULL;
    }
    for (uint32_t i = 1; i <= count; i++) {
        const struct directory_territory *row = directory_territory(set->directory, i);
        is_parent[row == NULL ? 0 : row->parent] = true;
    }
    for (uint32_t i = 1; i <= count; i++) {
        if (!is_parent[i] && directory_territory(set->directory, i) != NULL) {
            leaves[(*leaf_count)++] = i;
        }
    }
    return leaves;
}

static void check_nowhere(struct source_set *set, uint32_t anywhere)
{
    const struct text_pos at =
        source_set_at(set, source_set_row_of(set, DIRECTORY_SERVICE, 1), "needs");
    struct list list = {.count = 0};

    for (uint32_t need = 1; need < NEED_END; need++) {
        if ((anywhere >> need & 1) == 0) {
            add(&list, vocabulary_code(VOCABULARY_NEED, need));
        }
    }
    if (list.count > 0) {
        finding_warning(&set->findings,
                        DIAGNOSTIC_NEEDS_NOWHERE,
                        &at,
                        "потребностей, на которые нет ни одной услуги: %zu; %s",
                        "needs that no service covers: %zu; %s",
                        list.count,
                        list.text);
    }
}

/* Told at the first service that covers it elsewhere. */
static void check_somewhere(struct source_set *set,
                            enum need need,
                            const uint32_t *needs,
                            const uint32_t *leaves)
{
    const char *code = vocabulary_code(VOCABULARY_NEED, need);
    struct list list = {.count = 0};
    uint32_t service = 1;

    for (; *leaves != 0; leaves++) {
        if ((needs[*leaves] >> need & 1) == 0) {
            add(&list, directory_territory(set->directory, *leaves)->id);
        }
    }
    if (list.count == 0) {
        return;
    }
    while ((directory_service(set->directory, service)->needs >> need & 1) == 0) {
        service++;
    }
    const struct text_pos at =
        source_set_item_at(set, source_set_row_of(set, DIRECTORY_SERVICE, service), "needs", code);
    finding_warning(&set->findings,
                    DIAGNOSTIC_NEED_SOMEWHERE,
                    &at,
                    "на потребность «%s» нет услуги в территориях, их %zu: %s",
                    "no service covers the need \"%s\" in %zu territories: %s",
                    code,
                    list.count,
                    list.text);
}

static void add(struct list *list, const char *id)
{
    if (list->count < NAMED_MAX) {
        list->bytes += (size_t)snprintf(list->text + list->bytes,
                                        sizeof(list->text) - list->bytes,
                                        "%s%s",
                                        list->count == 0 ? "" : ", ",
                                        id);
    } else if (list->count == NAMED_MAX) {
        (void)snprintf(list->text + list->bytes, sizeof(list->text) - list->bytes, ", …");
    }
    list->count++;
}
