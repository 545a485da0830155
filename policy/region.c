/* A region out of what the journal holds. */
#include "policy/region.h"

#include "base/hash.h"

#include <assert.h>
#include <string.h>

enum { TREE_BYTES_MAX = 64 << 20, TEXTS_MAX = 64 };

static bool
build(struct region *region, const struct region_input *input, struct error_list *errors);
static bool keep_names(struct region *region, const struct region_input *input);
static bool
build_calendar(struct region *region, const struct yaml_file *file, struct error_list *errors);
static bool build_policy(struct region *region,
                         const struct yaml_file *files,
                         size_t file_count,
                         struct error_list *errors);
static bool check_zones(const struct region *region, struct error_list *errors);
static bool put_error(struct error_list *errors, const struct error *err);

bool region_create(struct region **out, const struct region_input *input, struct error_list *errors)
{
    struct arena *arena = arena_create(TREE_BYTES_MAX);
    struct region *region = arena == NULL ? NULL : arena_alloc(arena, sizeof(*region));

    if (region == NULL) {
        arena_destroy(&arena);
        return error_list_add(errors, ERROR_OS, NULL, "region: out of memory");
    }
    region->arena = arena;
    region->version = input->version;
    if (!build(region, input, errors)) {
        region_destroy(&region);
        return false;
    }
    *out = region;
    return true;
}

void region_destroy(struct region **region)
{
    if (*region == NULL) {
        return;
    }
    struct arena *arena = (*region)->arena;
    roster_destroy(&(*region)->roster);
    policy_destroy(&(*region)->policy);
    calendar_destroy(&(*region)->calendar);
    directory_destroy(&(*region)->directory);
    *region = NULL;
    arena_destroy(&arena);
}

static void add_part(struct hash *hash, struct bytes part)
{
    uint8_t size[8];
    bytes_put_u64(size, part.size);
    hash_add(hash, bytes_of(size, sizeof(size)));
    hash_add(hash, part);
}

void region_digest(const char *code,
                   const struct region_text *texts,
                   size_t text_count,
                   uint8_t out[REGION_DIGEST_BYTES])
{
    struct hash hash;

    hash_start(&hash, bytes_of(NULL, 0), REGION_DIGEST_BYTES);
    add_part(&hash, bytes_of_text(code));
    for (size_t i = 0; i < text_count; i++) {
        add_part(&hash, bytes_of_text(texts[i].name));
        add_part(&hash, texts[i].text);
    }
    hash_end(&hash, out, REGION_DIGEST_BYTES);
}

const char *region_zone(const struct region *region, uint32_t territory)
{
    const struct directory_territory *row = directory_territory(region->directory, territory);

    return row == NULL ? "" : row->zone;
}

static bool
build(struct region *region, const struct region_input *input, struct error_list *errors)
{
    struct yaml_file files[TEXTS_MAX];
    struct yaml_file calendar = {.name = NULL};
    size_t file_count = 0;
    struct error err;

    if (input->text_count > TEXTS_MAX) {
        return error_list_add(errors, ERROR_CONFIG, NULL, "region: too many texts");
    }
    for (size_t i = 0; i < input->text_count; i++) {
        const struct region_text *text = &input->texts[i];
        bool is_calendar = strcmp(text->name, "calendar.yaml") == 0;
        struct yaml_file *file = is_calendar ? &calendar : &files[file_count++];
        if (!yaml_tree_parse(text->name, text->text, region->arena, file, errors)) {
            return false;
        }
    }
    if (calendar.name == NULL) {
        return error_list_add(errors, ERROR_CONFIG, NULL, "region: calendar.yaml is missing");
    }
    if (!keep_names(region, input)) {
        return error_list_add(errors, ERROR_OS, NULL, "region: out of memory");
    }
    if (!directory_create(
            &region->directory, input->rows, input->removed, input->row_count, &err)) {
        return put_error(errors, &err);
    }
    if (!build_calendar(region, &calendar, errors) ||
        !build_policy(region, files, file_count, errors)) {
        return false;
    }
    return roster_create(&region->roster, region->policy, region->directory, &err) ||
           put_error(errors, &err);
}

static bool keep_names(struct region *region, const struct region_input *input)
{
    region->code = arena_text(region->arena, input->code);
    region->number_prefix = arena_text(region->arena, input->number_prefix);
    region->title.ru = arena_text(region->arena, input->title.ru);
    region->title.en = arena_text(region->arena, input->title.en);
    return region->code != NULL && region->number_prefix != NULL && region->title.ru != NULL &&
           region->title.en != NULL;
}

static bool
build_calendar(struct region *region, const struct yaml_file *file, struct error_list *errors)
{
    return calendar_create(&region->calendar, file, errors) && check_zones(region, errors);
}

/* Dates of the roll-out begin in the zone of the region's root. */
static bool build_policy(struct region *region,
                         const struct yaml_file *files,
                         size_t file_count,
                         struct error_list *errors)
{
    struct policy_context context = {.directory = region->directory,
                                     .calendar = region->calendar,
                                     .zone = directory_root_zone(region->directory)};
    struct finding_list findings;

    if (!finding_list_begin(&findings, region->arena)) {
        return error_list_add(errors, ERROR_OS, NULL, "region: out of memory");
    }
    bool good = policy_read(&region->policy, files, file_count, &context, &findings);
    finding_report(&findings, errors);
    return good;
}

static bool check_zones(const struct region *region, struct error_list *errors)
{
    uint32_t count = directory_count(region->directory, DIRECTORY_TERRITORY);
    bool good = true;

    for (uint32_t i = 1; i <= count; i++) {
        const struct directory_territory *row = directory_territory(region->directory, i);
        if (row != NULL && !row->removed && !calendar_has_zone(region->calendar, row->zone)) {
            good = error_list_add(errors,
                                  ERROR_CONFIG,
                                  NULL,
                                  "territory \"%s\": the zone \"%s\" is not in the calendar",
                                  row->id,
                                  row->zone);
        }
    }
    return good;
}

static bool put_error(struct error_list *errors, const struct error *err)
{
    return error_list_add(errors, err->code, &err->at, "%s", err->text);
}
