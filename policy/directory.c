/* Rows into arrays by number, ids into sorted names. */
#include "policy/directory.h"

#include "policy/directory_index.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BASE_BYTES = 4 << 20, ROW_BYTES = 2048, NUMBER_MAX = 10000000 };

/* What the leaves of a compilation share. */
struct build {
    struct directory *directory;
    const struct directory_row *rows;
    const bool *removed; /* NULL: none */
    size_t row_count;
    bool draft;
    struct error *err;
};

static bool build_all(struct build *build);
static bool reserve(struct build *build);
static bool add_names(struct build *build);
static bool add_row(struct build *build, const struct directory_row *row, bool removed);
static bool add_agency(struct build *build, const struct directory_row *row, bool removed);
static const char **copy_texts(struct build *build, const char **texts, size_t count);
static bool add_worker(struct build *build, const struct directory_row *row, bool removed);
static bool add_service(struct build *build, const struct directory_row *row, bool removed);
static bool add_desk(struct build *build, const struct directory_row *row, bool removed);
static bool add_key(struct build *build, const struct directory_row *row, bool removed);

/* A reference by name to be turned into a number. */
struct reference {
    const struct directory_row *row;
    bool lenient; /* unknown is 0, and removed rows are known */
    enum directory_kind kind;
    const char *id;
};

static bool resolve(struct build *build, const struct reference *reference, uint32_t *out);
static const uint32_t *resolve_list(struct build *build,
                                    struct reference reference,
                                    const char *const *ids,
                                    size_t *count);
static const struct directory_name *
find_name(const struct directory *directory, enum directory_kind kind, const char *id);
static struct phrase copy_title(struct build *build, const struct directory_row *row);
static const char *copy_text(struct build *build, const char *text);
static int compare_names(const void *a, const void *b);

bool directory_create(struct directory **out,
                      const struct directory_row *rows,
                      const bool *removed,
                      size_t row_count,
                      struct error *err)
{
    struct build build = {.rows = rows, .removed = removed, .row_count = row_count, .err = err};

    if (!build_all(&build)) {
        directory_destroy(&build.directory);
        return false;
    }
    *out = build.directory;
    return true;
}

struct directory *directory_create_draft(const struct directory_row *rows, size_t row_count)
{
    struct error err;
    struct build build = {.rows = rows, .row_count = row_count, .draft = true, .err = &err};

    if (!build_all(&build)) {
        directory_destroy(&build.directory);
    }
    return build.directory;
}

void directory_destroy(struct directory **directory)
{
    if (*directory != NULL) {
        struct arena *arena = (*directory)->arena;

        *directory = NULL;
        arena_destroy(&arena);
    }
}

const struct directory_territory *directory_territory(const struct directory *directory,
                                                      uint32_t number)
{
    const struct directory_territory *row =
        number <= directory->counts[DIRECTORY_TERRITORY] ? &directory->territories[number] : NULL;

    return row == NULL || row->number == 0 ? NULL : row;
}

const struct directory_agency *directory_agency(const struct directory *directory, uint32_t number)
{
    const struct directory_agency *row =
        number <= directory->counts[DIRECTORY_AGENCY] ? &directory->agencies[number] : NULL;

    return row == NULL || row->number == 0 ? NULL : row;
}

const struct directory_site *directory_site(const struct directory *directory, uint32_t number)
{
    const struct directory_site *row =
        number <= directory->counts[DIRECTORY_SITE] ? &directory->sites[number] : NULL;

    return row == NULL || row->number == 0 ? NULL : row;
}

const struct directory_worker *directory_worker(const struct directory *directory, uint32_t number)
{
    const struct directory_worker *row =
        number <= directory->counts[DIRECTORY_WORKER] ? &directory->workers[number] : NULL;

    return row == NULL || row->number == 0 ? NULL : row;
}

const struct directory_service *directory_service(const struct directory *directory,
                                                  uint32_t number)
{
    const struct directory_service *row =
        number <= directory->counts[DIRECTORY_SERVICE] ? &directory->services[number] : NULL;

    return row == NULL || row->number == 0 ? NULL : row;
}

uint32_t directory_find(const struct directory *directory, enum directory_kind kind, const char *id)
{
    assert(kind > DIRECTORY_UNSPECIFIED && kind < DIRECTORY_END);
    const struct directory_name *name = find_name(directory, kind, id);

    return name == NULL || name->removed ? 0 : name->number;
}

uint32_t directory_count(const struct directory *directory, enum directory_kind kind)
{
    assert(kind > DIRECTORY_UNSPECIFIED && kind < DIRECTORY_END);
    return directory->counts[kind];
}

static bool build_all(struct build *build)
{
    struct arena *arena = arena_create(BASE_BYTES + build->row_count * ROW_BYTES);

    if (arena == NULL) {
        return error_set(build->err, ERROR_OS, "directory: out of memory");
    }
    build->directory = arena_alloc(arena, sizeof(*build->directory));
    assert(build->directory != NULL);
    build->directory->arena = arena;
    if (!reserve(build) || !add_names(build)) {
        return false;
    }
    /* A worker takes its agency from its site: kinds in their order. */
    for (int kind = DIRECTORY_TERRITORY; kind < DIRECTORY_END; kind++) {
        for (size_t i = 0; i < build->row_count; i++) {
            bool removed = build->removed != NULL && build->removed[i];
            if ((int)build->rows[i].kind == kind && !add_row(build, &build->rows[i], removed)) {
                return error_prepend(
                    build->err, "directory: %.*s", DIRECTORY_ID_BYTES, build->rows[i].id);
            }
        }
    }
    return directory_index_territories(build->directory, build->draft, build->err) &&
           directory_index_desks(build->directory, build->err) &&
           directory_index_keys(build->directory, build->err);
}

static bool reserve(struct build *build)
{
    struct directory *directory = build->directory;
    struct arena *arena = directory->arena;

    for (size_t i = 0; i < build->row_count; i++) {
        const struct directory_row *row = &build->rows[i];
        if (row->kind <= DIRECTORY_UNSPECIFIED || row->kind >= DIRECTORY_END || row->number == 0 ||
            row->number > NUMBER_MAX || row->id == NULL) {
            return error_set(
                build->err, ERROR_CONFIG, "directory: a row without kind, number or id");
        }
        if (row->number > directory->counts[row->kind]) {
            directory->counts[row->kind] = row->number;
        }
        directory->name_counts[row->kind]++;
    }
    const uint32_t *counts = directory->counts;
    directory->territories =
        arena_array(arena, counts[DIRECTORY_TERRITORY] + 1, sizeof(*directory->territories));
    directory->agencies =
        arena_array(arena, counts[DIRECTORY_AGENCY] + 1, sizeof(*directory->agencies));
    directory->sites = arena_array(arena, counts[DIRECTORY_SITE] + 1, sizeof(*directory->sites));
    directory->workers =
        arena_array(arena, counts[DIRECTORY_WORKER] + 1, sizeof(*directory->workers));
    directory->services =
        arena_array(arena, counts[DIRECTORY_SERVICE] + 1, sizeof(*directory->services));
    directory->desks = arena_array(arena, counts[DIRECTORY_DESK] + 1, sizeof(*directory->desks));
    directory->keys = arena_array(arena, counts[DIRECTORY_KEY] + 1, sizeof(*directory->keys));
    if (directory->territories == NULL || directory->agencies == NULL || directory->sites == NULL ||
        directory->workers == NULL || directory->services == NULL || directory->desks == NULL ||
        directory->keys == NULL) {
        return error_set(build->err, ERROR_OS, "directory: out of memory");
    }
    return true;
}

static bool add_names(struct build *build)
{
    struct directory *directory = build->directory;

    for (int kind = DIRECTORY_TERRITORY; kind < DIRECTORY_END; kind++) {
        directory->names[kind] = arena_array(
            directory->arena, directory->name_counts[kind], sizeof(*directory->names[kind]));
        if (directory->names[kind] == NULL) {
            return error_set(build->err, ERROR_OS, "directory: out of memory");
        }
        directory->name_counts[kind] = 0;
    }
    for (size_t i = 0; i < build->row_count; i++) {
        const struct directory_row *row = &build->rows[i];
        struct directory_name name = {.id = copy_text(build, row->id),
                                      .number = row->number,
                                      .removed = build->removed != NULL && build->removed[i]};
        if (name.id == NULL) {
            return error_set(build->err, ERROR_OS, "directory: out of memory");
        }
        directory->names[row->kind][directory->name_counts[row->kind]++] = name;
    }
    for (int kind = DIRECTORY_TERRITORY; kind < DIRECTORY_END; kind++) {
        struct directory_name *names = directory->names[kind];
        size_t count = directory->name_counts[kind];

        qsort(names, count, sizeof(*names), compare_names);
        for (size_t i = 1; i < count && !build->draft; i++) {
            if (!names[i].removed && strcmp(names[i].id, names[i - 1].id) == 0) {
                return error_set(
                    build->err, ERROR_CONFIG, "directory: two rows \"%.112s\"", names[i].id);
            }
        }
    }
    return true;
}

static bool add_row(struct build *build, const struct directory_row *row, bool removed)
{
    struct directory *directory = build->directory;
    struct reference reference = {.row = row, .lenient = removed || build->draft};

    switch (row->kind) {
    case DIRECTORY_TERRITORY: {
        struct directory_territory *territory = &directory->territories[row->number];
        territory->number = row->number;
        territory->id = copy_text(build, row->id);
        territory->title = copy_title(build, row);
        territory->zone = copy_text(build, row->zone);
        territory->removed = removed;
        reference.kind = DIRECTORY_TERRITORY;
        reference.id = row->parent;
        return row->parent == NULL || row->parent[0] == '\0' ||
               resolve(build, &reference, &territory->parent);
    }
    case DIRECTORY_SITE: {
        struct directory_site *site = &directory->sites[row->number];
        site->number = row->number;
        site->id = copy_text(build, row->id);
        site->title = copy_title(build, row);
        site->removed = removed;
        reference.kind = DIRECTORY_AGENCY;
        reference.id = row->agency;
        return resolve(build, &reference, &site->agency);
    }
    case DIRECTORY_AGENCY:
        return add_agency(build, row, removed);
    case DIRECTORY_WORKER:
        return add_worker(build, row, removed);
    case DIRECTORY_SERVICE:
        return add_service(build, row, removed);
    case DIRECTORY_DESK:
        return add_desk(build, row, removed);
    case DIRECTORY_KEY:
        return add_key(build, row, removed);
    case DIRECTORY_UNSPECIFIED:
    case DIRECTORY_END:
        break;
    }
    assert(!"a kind that reserve() let pass");
    return false;
}

static bool add_agency(struct build *build, const struct directory_row *row, bool removed)
{
    struct directory_agency *agency = &build->directory->agencies[row->number];
    struct reference reference = {.row = row, .lenient = removed || build->draft};

    agency->number = row->number;
    agency->id = copy_text(build, row->id);
    agency->title = copy_title(build, row);
    agency->kind = row->agency_kind;
    agency->ownership = row->ownership;
    agency->removed = removed;
    reference.kind = DIRECTORY_SITE;
    reference.id = row->home_site;
    if (!resolve(build, &reference, &agency->home_site)) {
        return false;
    }
    reference.kind = DIRECTORY_TERRITORY;
    agency->territory_count = row->territory_count;
    agency->territories =
        resolve_list(build, reference, row->territories, &agency->territory_count);
    reference.kind = DIRECTORY_AGENCY;
    agency->escalate_count = row->escalate_count;
    agency->escalate = resolve_list(build, reference, row->escalate, &agency->escalate_count);
    return agency->territories != NULL && agency->escalate != NULL;
}

static bool add_worker(struct build *build, const struct directory_row *row, bool removed)
{
    struct directory *directory = build->directory;
    struct directory_worker *worker = &directory->workers[row->number];
    struct reference reference = {
        .row = row, .lenient = removed || build->draft, .kind = DIRECTORY_SITE, .id = row->site};

    worker->number = row->number;
    worker->id = copy_text(build, row->id);
    worker->title = copy_title(build, row);
    worker->roles = row->roles;
    worker->capacity = row->capacity;
    worker->removed = removed;
    if (!resolve(build, &reference, &worker->site)) {
        return false;
    }
    worker->agency = directory->sites[worker->site].agency;
    reference.kind = DIRECTORY_TERRITORY;
    worker->territory_count = row->territory_count;
    worker->territories =
        resolve_list(build, reference, row->territories, &worker->territory_count);
    if (row->territory_count == 0) {
        worker->territories = directory->agencies[worker->agency].territories;
        worker->territory_count = directory->agencies[worker->agency].territory_count;
    }
    worker->training = copy_texts(build, row->training, row->training_count);
    worker->training_count = row->training_count;
    worker->languages = copy_texts(build, row->languages, row->language_count);
    worker->language_count = row->language_count;
    if (worker->training == NULL || worker->languages == NULL) {
        return error_set(build->err, ERROR_OS, "out of memory");
    }
    return worker->territories != NULL || worker->territory_count == 0;
}

/* NULL: no memory. */
static const char **copy_texts(struct build *build, const char **texts, size_t count)
{
    const char **copies = arena_array(build->directory->arena, count, sizeof(*copies));
    for (size_t i = 0; i < count && copies != NULL; i++) {
        copies[i] = copy_text(build, texts[i]);
    }
    return copies;
}

static bool add_service(struct build *build, const struct directory_row *row, bool removed)
{
    struct directory *directory = build->directory;
    struct directory_service *service = &directory->services[row->number];
    struct reference reference = {.row = row,
                                  .lenient = removed || build->draft,
                                  .kind = DIRECTORY_AGENCY,
                                  .id = row->agency};

    service->number = row->number;
    service->id = copy_text(build, row->id);
    service->title = copy_title(build, row);
    service->needs = row->needs;
    service->ages = row->ages;
    service->capacity = row->capacity;
    service->removed = removed;
    if (!resolve(build, &reference, &service->agency)) {
        return false;
    }
    reference.kind = DIRECTORY_TERRITORY;
    service->territory_count = row->territory_count;
    service->territories =
        resolve_list(build, reference, row->territories, &service->territory_count);
    if (row->territory_count == 0) {
        service->territories = directory->agencies[service->agency].territories;
        service->territory_count = directory->agencies[service->agency].territory_count;
    }
    return service->territories != NULL || service->territory_count == 0;
}

static bool add_desk(struct build *build, const struct directory_row *row, bool removed)
{
    struct directory_desk_row *desk = &build->directory->desks[row->number];
    struct reference reference = {.row = row,
                                  .lenient = removed || build->draft,
                                  .kind = DIRECTORY_AGENCY,
                                  .id = row->agency};

    desk->desk = row->desk;
    desk->removed = removed;
    if (!resolve(build, &reference, &desk->agency)) {
        return false;
    }
    reference.kind = DIRECTORY_TERRITORY;
    reference.id = row->territory;
    return resolve(build, &reference, &desk->territory);
}

static bool add_key(struct build *build, const struct directory_row *row, bool removed)
{
    struct directory_key_row *key = &build->directory->keys[row->number];
    struct reference reference = {
        .row = row, .lenient = removed || build->draft, .kind = DIRECTORY_SITE, .id = row->site};

    key->removed = removed;
    key->revoked = row->revoked;
    key->number = row->number;
    key->until_us = row->until_us;
    memcpy(key->curve, row->curve, sizeof(key->curve));
    memcpy(key->sealing, row->sealing, sizeof(key->sealing));
    return resolve(build, &reference, &key->site);
}

static bool resolve(struct build *build, const struct reference *reference, uint32_t *out)
{
    const struct directory_name *name =
        reference->id == NULL ? NULL : find_name(build->directory, reference->kind, reference->id);

    if (name != NULL && (!name->removed || reference->lenient)) {
        *out = name->number;
        return true;
    }
    *out = 0;
    return reference->lenient || error_set(build->err,
                                           ERROR_CONFIG,
                                           "\"%.112s\" is not in the directory",
                                           reference->id == NULL ? "" : reference->id);
}

/* What does not resolve is left out of a lenient list. NULL: the error is set. */
static const uint32_t *
resolve_list(struct build *build, struct reference reference, const char *const *ids, size_t *count)
{
    uint32_t *numbers = arena_array(build->directory->arena, *count, sizeof(*numbers));
    size_t found = 0;

    if (numbers == NULL) {
        (void)error_set(build->err, ERROR_OS, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < *count; i++) {
        reference.id = ids[i];
        if (!resolve(build, &reference, &numbers[found])) {
            return NULL;
        }
        found += numbers[found] != 0 ? 1 : 0;
    }
    *count = found;
    return numbers;
}

/* The first of those with that id, which is the one in force when there is one. */
static const struct directory_name *
find_name(const struct directory *directory, enum directory_kind kind, const char *id)
{
    const struct directory_name *names = directory->names[kind];
    size_t low = 0;
    size_t high = directory->name_counts[kind];

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(names[middle].id, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < directory->name_counts[kind] && strcmp(names[low].id, id) == 0 ? &names[low]
                                                                                : NULL;
}

static struct phrase copy_title(struct build *build, const struct directory_row *row)
{
    return (struct phrase){copy_text(build, row->title_ru), copy_text(build, row->title_en)};
}

/* Every row had ROW_BYTES reserved, far more than its texts; a full arena shows in the id. */
static const char *copy_text(struct build *build, const char *text)
{
    const char *copy =
        text == NULL || text[0] == '\0' ? "" : arena_text(build->directory->arena, text);

    return copy == NULL ? "" : copy;
}

/* In force first, the lower number first (drafts: the first counts); then the newest removed. */
static int compare_names(const void *a, const void *b)
{
    const struct directory_name *one = a;
    const struct directory_name *other = b;
    int order = strcmp(one->id, other->id);

    if (order != 0) {
        return order;
    }
    if (one->removed != other->removed) {
        return one->removed ? 1 : -1;
    }
    int by_number = one->number < other->number ? -1 : one->number > other->number ? 1 : 0;
    return one->removed ? -by_number : by_number;
}
