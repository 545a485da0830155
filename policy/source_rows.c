/* The lists of the directory's files into rows. */
#include "policy/source_set.h"

#include "base/utc.h"

#include <assert.h>
#include <string.h>

enum { SERVICE_CAPACITY_MAX = 100000 };

/* A row being read from its map. */
struct listed {
    struct source_set *set;
    struct reader reader;
    struct directory_row row;
};

static void read_territory(struct listed *entry);
static void read_agency(struct listed *entry);
static void read_site(struct listed *entry);
static void read_worker(struct listed *entry);
static void read_service(struct listed *entry);
static void read_desk(struct listed *entry);
static void read_key(struct listed *entry);

static const struct {
    const char *key;
    enum directory_kind kind;
    struct phrase what;
    void (*read)(struct listed *entry);
} lists[] = {
    {"territories", DIRECTORY_TERRITORY, {"территория", "a territory"}, read_territory},
    {"agencies", DIRECTORY_AGENCY, {"ведомство", "an agency"}, read_agency},
    {"sites", DIRECTORY_SITE, {"площадка", "a site"}, read_site},
    {"workers", DIRECTORY_WORKER, {"работник", "a worker"}, read_worker},
    {"services", DIRECTORY_SERVICE, {"услуга", "a service"}, read_service},
    {"desks", DIRECTORY_DESK, {"стол", "a desk"}, read_desk},
    {"keys", DIRECTORY_KEY, {"ключи", "keys"}, read_key},
};

enum { LISTS = sizeof(lists) / sizeof(lists[0]) };

static size_t count_rows(const struct source_set *set);
static void read_file(struct source_set *set, const struct yaml_file *file);
static void read_row(struct source_set *set,
                     const struct yaml_file *file,
                     const struct yaml_node *node,
                     size_t list);
static void take_head(struct listed *entry);
static void take_list(struct listed *entry, const char *key, const char ***out, size_t *count);
static const char *text_or_empty(const char *text);
static bool take_z85(struct listed *entry, const char *key, uint8_t out[KEYS_BYTES]);
static void take_until(struct listed *entry);

void source_set_read_rows(struct source_set *set)
{
    size_t count = count_rows(set);

    set->rows = arena_array(set->arena, count, sizeof(*set->rows));
    set->places = arena_array(set->arena, count, sizeof(*set->places));
    if (set->rows == NULL || set->places == NULL) {
        finding_error(&set->findings,
                      DIAGNOSTIC_MEMORY,
                      NULL,
                      "справочник: не хватило памяти",
                      "directory: out of memory");
        return;
    }
    for (size_t i = 0; i < set->directory_file_count; i++) {
        read_file(set, &set->directory_files[i]);
    }
    assert(set->row_count <= count);
}

static size_t count_rows(const struct source_set *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->directory_file_count; i++) {
        const struct yaml_node *root = set->directory_files[i].root;
        for (size_t list = 0; list < LISTS && root != NULL && root->kind == YAML_MAP; list++) {
            const struct yaml_node *node = yaml_tree_get(root, lists[list].key);
            count += node != NULL && node->kind == YAML_LIST ? node->count : 0;
        }
    }
    return count;
}

static void read_file(struct source_set *set, const struct yaml_file *file)
{
    if (file->root == NULL) {
        return; /* an empty file of a folder is no mistake */
    }
    struct reader reader = reader_begin(
        file, file->root, (struct phrase){"справочник", "the directory"}, &set->findings);
    for (size_t list = 0; list < LISTS && reader.map != NULL; list++) {
        const struct yaml_node *node = reader_list(&reader, lists[list].key, READER_OPTIONAL);
        for (const struct yaml_node *item = node == NULL ? NULL : node->first; item != NULL;
             item = item->next) {
            read_row(set, file, item, list);
        }
    }
    (void)reader_end(&reader);
}

/* A row with mistakes stays when it has an id, so that what names it is not reported as well. */
static void read_row(struct source_set *set,
                     const struct yaml_file *file,
                     const struct yaml_node *node,
                     size_t list)
{
    struct listed entry = {.set = set,
                           .reader = reader_begin(file, node, lists[list].what, &set->findings),
                           .row = {.kind = lists[list].kind}};

    if (entry.reader.map == NULL) {
        return;
    }
    lists[list].read(&entry);
    (void)reader_end(&entry.reader);
    if (entry.row.id == NULL) {
        return;
    }
    entry.row.number = ++set->counts[entry.row.kind];
    set->rows[set->row_count] = entry.row;
    set->places[set->row_count] = (struct source_place){.file = file, .node = node};
    set->row_count++;
}

static void read_territory(struct listed *entry)
{
    take_head(entry);
    entry->row.parent = text_or_empty(reader_id(&entry->reader, "parent", READER_OPTIONAL));
    entry->row.zone = text_or_empty(reader_id(&entry->reader, "zone", READER_OPTIONAL));
    entry->row.oktmo = text_or_empty(reader_text(&entry->reader, "oktmo", READER_OPTIONAL));
    size_t digits = strspn(entry->row.oktmo, "0123456789");
    if (entry->row.oktmo[digits] != '\0' || (digits != 0 && digits != 8 && digits != 11)) {
        reader_error(&entry->reader,
                     DIAGNOSTIC_OKTMO_WRONG,
                     yaml_tree_get(entry->reader.map, "oktmo"),
                     (struct phrase){"код ОКТМО «%s»: нужно 8 или 11 цифр",
                                     "OKTMO code \"%s\": 8 or 11 digits are needed"},
                     entry->row.oktmo);
    }
}

static void read_agency(struct listed *entry)
{
    struct reader *reader = &entry->reader;

    take_head(entry);
    entry->row.agency_kind =
        (enum agency_kind)reader_code(reader, "kind", VOCABULARY_AGENCY_KIND, READER_REQUIRED);
    entry->row.ownership =
        (enum ownership)reader_code(reader, "ownership", VOCABULARY_OWNERSHIP, READER_REQUIRED);
    entry->row.home_site = reader_id(reader, "home-site", READER_REQUIRED);
    take_list(entry, "territories", &entry->row.territories, &entry->row.territory_count);
    if (yaml_tree_get(reader->map, "territories") == NULL) {
        reader_error(reader,
                     DIAGNOSTIC_KEY_MISSING,
                     reader->map,
                     (struct phrase){"не хватает ключа «%s»", "the key \"%s\" is missing"},
                     "territories");
    }
    take_list(entry, "escalate", &entry->row.escalate, &entry->row.escalate_count);
}

static void read_site(struct listed *entry)
{
    take_head(entry);
    entry->row.agency = reader_id(&entry->reader, "agency", READER_REQUIRED);
}

static void read_worker(struct listed *entry)
{
    static const uint32_t curators = UINT32_C(1) << ROLE_CASE_CURATOR | UINT32_C(1)
                                                                            << ROLE_DUTY_CURATOR;
    struct reader *reader = &entry->reader;
    int64_t capacity = 0;

    take_head(entry);
    entry->row.site = reader_id(reader, "site", READER_REQUIRED);
    entry->row.roles = reader_codes(reader, "roles", VOCABULARY_ROLE, READER_REQUIRED);
    take_list(entry, "territories", &entry->row.territories, &entry->row.territory_count);
    take_list(entry, "training", &entry->row.training, &entry->row.training_count);
    take_list(entry, "languages", &entry->row.languages, &entry->row.language_count);
    bool has_capacity = reader_number(reader, "capacity", LIMIT_WORKER_CAPACITY, &capacity);
    entry->row.capacity = (uint32_t)capacity;
    if (!has_capacity && (entry->row.roles & curators) != 0 &&
        yaml_tree_get(reader->map, "capacity") == NULL) {
        reader_error(reader,
                     DIAGNOSTIC_CAPACITY_MISSING,
                     reader->map,
                     (struct phrase){"куратору «%s» нужна ёмкость: capacity, от 1 до 1000",
                                     "the curator \"%s\" needs a capacity, from 1 to 1000"},
                     entry->row.id == NULL ? "" : entry->row.id);
    }
}

static void read_service(struct listed *entry)
{
    struct reader *reader = &entry->reader;
    int64_t capacity = 0;

    take_head(entry);
    entry->row.agency = reader_id(reader, "agency", READER_REQUIRED);
    entry->row.needs = reader_codes(reader, "needs", VOCABULARY_NEED, READER_REQUIRED);
    entry->row.ages = reader_codes(reader, "ages", VOCABULARY_AGE, READER_OPTIONAL);
    if (entry->row.ages == 0) {
        entry->row.ages = vocabulary_mask_all(VOCABULARY_AGE);
    }
    take_list(entry, "territories", &entry->row.territories, &entry->row.territory_count);
    if (!reader_number(reader, "capacity", SERVICE_CAPACITY_MAX, &capacity) &&
        yaml_tree_get(reader->map, "capacity") == NULL) {
        reader_error(reader,
                     DIAGNOSTIC_KEY_MISSING,
                     reader->map,
                     (struct phrase){"не хватает ключа «%s»", "the key \"%s\" is missing"},
                     "capacity");
    }
    entry->row.capacity = (uint32_t)capacity;
}

static void read_desk(struct listed *entry)
{
    struct reader *reader = &entry->reader;
    struct directory_row *row = &entry->row;

    row->desk = (enum desk)reader_code(reader, "role", VOCABULARY_DESK, READER_REQUIRED);
    row->agency = reader_id(reader, "agency", READER_REQUIRED);
    row->territory = reader_id(reader, "territory", READER_REQUIRED);
    if (row->desk == DESK_UNSPECIFIED || row->agency == NULL || row->territory == NULL) {
        entry->set->desks_doubtful = true;
    } else {
        row->id = arena_format(entry->set->arena,
                               "%s/%s/%s",
                               vocabulary_code(VOCABULARY_DESK, (uint32_t)row->desk),
                               row->agency,
                               row->territory);
    }
}

static void read_key(struct listed *entry)
{
    struct reader *reader = &entry->reader;
    struct directory_row *row = &entry->row;

    row->site = reader_id(reader, "site", READER_REQUIRED);
    bool good = take_z85(entry, "curve", row->curve);
    good = take_z85(entry, "sealing", row->sealing) && good;
    take_until(entry);
    (void)reader_flag(reader, "revoked", &row->revoked);
    if (row->site != NULL && good) {
        char text[KEYS_TEXT_MAX];
        keys_to_text(row->curve, text);
        row->id = arena_format(entry->set->arena, "%s/%s", row->site, text);
    }
}

static void take_head(struct listed *entry)
{
    entry->row.id = reader_id(&entry->reader, "id", READER_REQUIRED);
    struct phrase title = reader_title(&entry->reader, READER_REQUIRED);
    entry->row.title_ru = title.ru;
    entry->row.title_en = title.en;
}

static void take_list(struct listed *entry, const char *key, const char ***out, size_t *count)
{
    struct reader_ids ids;

    if (reader_id_list(&entry->reader, key, DIRECTORY_LIST_MAX, READER_OPTIONAL, &ids)) {
        *out = ids.ids;
        *count = ids.count;
        if (ids.count == 0) {
            reader_error(
                &entry->reader,
                DIAGNOSTIC_LIST_EMPTY,
                yaml_tree_get(entry->reader.map, key),
                (struct phrase){"список «%s» пуст: уберите ключ или назовите хотя бы один код",
                                "the list \"%s\" is empty: leave the key out or name one"},
                key);
        }
    }
}

static const char *text_or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool take_z85(struct listed *entry, const char *key, uint8_t out[KEYS_BYTES])
{
    const char *text = reader_text(&entry->reader, key, READER_REQUIRED);

    return text != NULL &&
           (keys_of_text(text, out) ||
            reader_error(
                &entry->reader,
                DIAGNOSTIC_KEY_WRONG,
                yaml_tree_get(entry->reader.map, key),
                (struct phrase){"«%s» — не открытый ключ: нужно 40 знаков Z85",
                                "\"%s\" is no public key: 40 characters of Z85 are needed"},
                text));
}

/* Valid to the end of that day by the calendar's first zone. */
static void take_until(struct listed *entry)
{
    const char *text = reader_text(&entry->reader, "until", READER_OPTIONAL);
    struct utc_civil date;

    if (text == NULL) {
        return;
    }
    if (!utc_parse_date(text, &date)) {
        reader_error(
            &entry->reader,
            DIAGNOSTIC_DATE_WRONG,
            yaml_tree_get(entry->reader.map, "until"),
            (struct phrase){"«%s» — не дата, как 2026-01-31", "\"%s\" is no date as 2026-01-31"},
            text);
        return;
    }
    int64_t end_us = utc_of_civil(&date) + UTC_DAY_US;
    int32_t offset_s =
        entry->set->calendar == NULL ? 0 : calendar_offset_s(entry->set->calendar, "", end_us);
    entry->row.until_us = end_us - offset_s * UTC_SECOND_US;
}
