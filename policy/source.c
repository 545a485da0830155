/* broker.yaml and what it names: read, checked, made into a proposal. */
#include "policy/source.h"

#include "base/file.h"
#include "policy/source_set.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PREFIX_BYTES_MAX = 8 };

/* What broker.yaml says about the others. */
struct names {
    const char *code;
    const char *prefix;
    struct phrase title;
    const char *calendar;
    const char *directory;
    const char *policy;
};

static bool load_all(struct source_set *set, const char *path, struct region_input *input);
static void read_broker(struct source_set *set, struct names *names);
static const char *take_path(struct source_set *set, struct reader *reader, const char *key);
static void read_keys(struct source_set *set, struct reader *reader);
static void check_prefix(struct reader *reader, const char *prefix);
static bool parse_file(struct source_set *set,
                       const char *path,
                       const struct text_pos *at,
                       struct yaml_file *out);
static bool report_unread(struct source_set *set,
                          const char *path,
                          const struct text_pos *at,
                          const struct error *err);
static size_t parse_all(struct source_set *set,
                        const char *path,
                        const char *key,
                        struct yaml_file files[SOURCE_FILES_MAX]);
static void check_policy(struct source_set *set);
static void
fill_input(struct source_set *set, const struct names *names, struct region_input *input);
static void
fill_report(const struct source_set *set, struct arena *arena, struct source_report *report);
static const char *line_of(const struct source_set *set, const struct text_pos *at);
static const char *cut_line(const struct source_set *set, struct bytes content, uint32_t line);
static int compare_items(const void *a, const void *b);

static bool load(struct source_set *set,
                 const char *path,
                 struct arena *arena,
                 struct region_input *input,
                 struct source_report *report)
{
    bool good = false;

    report->count = 0;
    report->errors = 0;
    report->warnings = 0;
    report->file_count = 0;
    if (set == NULL || !finding_list_begin(&set->findings, arena)) {
        report->items[0] = (struct source_diagnostic){
            .code = DIAGNOSTIC_MEMORY,
            .text = {"не хватило памяти для проверки", "the check ran out of memory"}};
        report->count = 1;
        report->errors = 1;
        return false;
    }
    set->arena = arena;
    good = load_all(set, path, input);
    fill_report(set, arena, report);
    source_set_tell_files(set, report);
    directory_destroy(&set->directory);
    calendar_destroy(&set->calendar);
    return good;
}

bool source_load(const char *path,
                 int64_t now_us,
                 struct arena *arena,
                 struct region_input *input,
                 struct source_report *report)
{
    struct source_set *set = arena_alloc(arena, sizeof(*set));

    if (set != NULL) {
        set->now_us = now_us;
    }
    return load(set, path, arena, input, report);
}

bool source_load_unproven(const char *path,
                          int64_t now_us,
                          struct arena *arena,
                          struct region_input *input,
                          struct source_report *report)
{
    struct source_set *set = arena_alloc(arena, sizeof(*set));

    if (set != NULL) {
        set->now_us = now_us;
        set->unproven = true;
    }
    return load(set, path, arena, input, report);
}

bool source_load_files(const struct policy_file *files,
                       size_t file_count,
                       const struct source_reading *reading,
                       struct region_input *input,
                       struct source_report *report)
{
    struct source_set *set = arena_alloc(reading->arena, sizeof(*set));

    if (set != NULL) {
        set->now_us = reading->now_us;
        set->given = files;
        set->given_count = file_count;
    }
    return load(set, file_count == 0 ? "" : files[0].name, reading->arena, input, report);
}

bool source_compile(const struct region_input *input,
                    struct arena *arena,
                    struct region **out,
                    struct error_list *errors)
{
    struct region_input numbered = *input;
    struct directory_row *rows =
        arena_copy(arena, input->rows, input->row_count * sizeof(*input->rows));
    uint32_t counts[DIRECTORY_END] = {0};

    if (rows == NULL) {
        return error_list_add(errors, ERROR_OS, NULL, "region: out of memory");
    }
    for (size_t i = 0; i < input->row_count; i++) {
        rows[i].number = ++counts[rows[i].kind];
    }
    numbered.rows = rows;
    return region_create(out, &numbered, errors);
}

size_t source_set_row_of(const struct source_set *set, enum directory_kind kind, uint32_t number)
{
    size_t i = 0;

    while (i < set->row_count && (set->rows[i].kind != kind || set->rows[i].number != number)) {
        i++;
    }
    return i;
}

struct text_pos source_set_at(const struct source_set *set, size_t row, const char *key)
{
    const struct source_place *place = &set->places[row];
    const struct yaml_node *node = key == NULL ? NULL : yaml_tree_get(place->node, key);

    return yaml_tree_pos(place->file, node == NULL ? place->node : node);
}

struct text_pos source_set_named_at(const struct source_set *set, const char *key)
{
    const struct yaml_node *root = set->broker.root;
    const struct yaml_node *node =
        root != NULL && root->kind == YAML_MAP ? yaml_tree_get(root, key) : NULL;

    return node == NULL ? error_pos(set->broker.name, 1, 1) : yaml_tree_pos(&set->broker, node);
}

struct text_pos
source_set_item_at(const struct source_set *set, size_t row, const char *key, const char *id)
{
    const struct source_place *place = &set->places[row];
    const struct yaml_node *node = yaml_tree_get(place->node, key);
    const struct yaml_node *item = node != NULL && node->kind == YAML_LIST ? node->first : NULL;

    while (item != NULL && (item->kind != YAML_SCALAR || strcmp(item->text, id) != 0)) {
        item = item->next;
    }
    return item == NULL ? source_set_at(set, row, key) : yaml_tree_pos(place->file, item);
}

static bool load_all(struct source_set *set, const char *path, struct region_input *input)
{
    struct names names = {.code = NULL};
    const char *file =
        source_set_is_folder(set, path) ? arena_format(set->arena, "%s/broker.yaml", path) : path;

    if (file == NULL || !parse_file(set, file, NULL, &set->broker)) {
        return false;
    }
    read_broker(set, &names);
    struct text_pos at = source_set_named_at(set, "calendar");
    if (names.calendar != NULL && parse_file(set, names.calendar, &at, &set->calendar_file)) {
        (void)!calendar_read(&set->calendar, &set->calendar_file, set->now_us, &set->findings);
    }
    if (names.directory != NULL) {
        set->directory_file_count =
            parse_all(set, names.directory, "directory", set->directory_files);
    }
    if (names.policy != NULL) {
        set->policy_file_count = parse_all(set, names.policy, "policy", set->policy_files);
    }
    source_set_read_rows(set);
    set->directory = directory_create_draft(set->rows, set->row_count);
    if (set->directory == NULL) {
        return finding_error(&set->findings,
                             DIAGNOSTIC_MEMORY,
                             NULL,
                             "справочник: не хватило памяти",
                             "directory: out of memory");
    }
    source_set_check_rows(set);
    source_set_check_keys(set);
    source_set_check_services(set);
    check_policy(set);
    if (set->findings.errors > 0) {
        return false;
    }
    fill_input(set, &names, input);
    return set->findings.errors == 0;
}

static void read_broker(struct source_set *set, struct names *names)
{
    struct reader reader = reader_begin(
        &set->broker, set->broker.root, (struct phrase){"брокер", "the broker"}, &set->findings);

    if (reader.map == NULL) {
        return;
    }
    names->code = reader_id(&reader, "region", READER_REQUIRED);
    names->prefix = reader_text(&reader, "number-prefix", READER_REQUIRED);
    names->title = reader_title(&reader, READER_REQUIRED);
    check_prefix(&reader, names->prefix);
    const char *listen = reader_text(&reader, "listen", READER_REQUIRED);
    if (listen != NULL && strncmp(listen, "tcp://", 6) != 0) {
        reader_error(&reader,
                     DIAGNOSTIC_ENDPOINT_WRONG,
                     yaml_tree_get(reader.map, "listen"),
                     (struct phrase){"«%s» — не адрес, как tcp://127.0.0.1:7551",
                                     "\"%s\" is no endpoint as tcp://127.0.0.1:7551"},
                     listen);
    }
    read_keys(set, &reader);
    (void)reader_text(&reader, "store", READER_REQUIRED);
    bool sandbox = true; /* the daemon's; see settings.h */
    (void)reader_flag(&reader, "sandbox", &sandbox);
    names->calendar = take_path(set, &reader, "calendar");
    names->directory = take_path(set, &reader, "directory");
    names->policy = take_path(set, &reader, "policy");
    (void)reader_end(&reader);
}

static const char *take_path(struct source_set *set, struct reader *reader, const char *key)
{
    const char *text = reader_text(reader, key, READER_REQUIRED);

    return text == NULL ? NULL : file_beside(set->arena, set->broker.name, text);
}

static void read_keys(struct source_set *set, struct reader *reader)
{
    const struct yaml_node *node = reader_node(reader, "keys", READER_REQUIRED);

    if (node == NULL) {
        return;
    }
    struct reader keys =
        reader_begin(&set->broker, node, (struct phrase){"ключи", "the keys"}, &set->findings);
    if (keys.map != NULL) {
        (void)reader_text(&keys, "curve", READER_REQUIRED);
        (void)reader_text(&keys, "disclosure", READER_REQUIRED);
        (void)reader_end(&keys);
    }
}

/* It is spoken by telephone. */
static void check_prefix(struct reader *reader, const char *prefix)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    if (prefix == NULL) {
        return;
    }
    size_t bytes = strlen(prefix);
    if (bytes == 0 || bytes > PREFIX_BYTES_MAX || strspn(prefix, letters) != bytes) {
        reader_error(reader,
                     DIAGNOSTIC_PREFIX_WRONG,
                     yaml_tree_get(reader->map, "number-prefix"),
                     (struct phrase){"«%s»: нужно от 1 до 8 букв A-Z",
                                     "\"%s\": from 1 to 8 letters A-Z are needed"},
                     prefix);
    }
}

/* at  where the file is named; NULL: on the command line */
static bool parse_file(struct source_set *set,
                       const char *path,
                       const struct text_pos *at,
                       struct yaml_file *out)
{
    struct error_list *errors = arena_alloc(set->arena, sizeof(*errors));
    struct bytes content;
    struct error err;

    if (errors == NULL) {
        return finding_error(
            &set->findings, DIAGNOSTIC_MEMORY, at, "не хватило памяти", "out of memory");
    }
    if (!source_set_read_file(set, path, &content, &err)) {
        set->findings.partial = true;
        return report_unread(set, path, at, &err);
    }
    bool good = yaml_tree_parse(path, content, set->arena, out, errors);
    out->name = path;
    out->content = content;
    finding_adopt_yaml(&set->findings, errors);
    if (!good && set->broken_count < sizeof(set->broken) / sizeof(set->broken[0])) {
        set->findings.partial = true;
        set->broken[set->broken_count++] = *out;
    }
    return good;
}

static bool report_unread(struct source_set *set,
                          const char *path,
                          const struct text_pos *at,
                          const struct error *err)
{
    struct stat status;

    if (set->given == NULL && stat(path, &status) == 0 && status.st_size > YAML_TREE_BYTES_MAX) {
        return finding_error(&set->findings,
                             DIAGNOSTIC_FILE_TOO_LONG,
                             at,
                             "файл %s длиннее %d байт",
                             "the file %s is longer than %d bytes",
                             path,
                             YAML_TREE_BYTES_MAX);
    }
    return finding_error(&set->findings,
                         DIAGNOSTIC_FILE_UNREADABLE,
                         at,
                         "файл не читается: %s",
                         "the file cannot be read: %s",
                         err->text);
}

/* A file, or all *.yaml files of a folder in the order of their names. Those that do not parse are left out. */
static size_t parse_all(struct source_set *set,
                        const char *path,
                        const char *key,
                        struct yaml_file files[SOURCE_FILES_MAX])
{
    struct text_pos at = source_set_named_at(set, key);
    struct file_names names;
    size_t count = 0;
    struct error err;

    if (!source_set_is_folder(set, path)) {
        return parse_file(set, path, &at, &files[0]) ? 1 : 0;
    }
    if (!source_set_list_files(set, path, &names, &err)) {
        finding_error(&set->findings,
                      DIAGNOSTIC_FOLDER_WRONG,
                      &at,
                      "папка не читается: %s",
                      "the folder cannot be read: %s",
                      err.text);
        return 0;
    }
    if (names.count == 0 || names.count > SOURCE_FILES_MAX) {
        finding_error(&set->findings,
                      DIAGNOSTIC_FOLDER_WRONG,
                      &at,
                      "в папке должно быть от 1 до %d файлов *.yaml",
                      "the folder must hold from 1 to %d files *.yaml",
                      SOURCE_FILES_MAX);
        return 0;
    }
    for (size_t i = 0; i < names.count; i++) {
        const char *file = arena_format(set->arena, "%s/%s", path, names.items[i]);
        if (file != NULL && parse_file(set, file, &at, &files[count])) {
            count++;
        }
    }
    return count;
}

static void check_policy(struct source_set *set)
{
    struct policy_context context = {.directory = set->directory,
                                     .calendar = set->calendar,
                                     .zone = directory_root_zone(set->directory)};
    struct policy *policy = NULL;
    size_t bytes = set->calendar_file.content.size;

    for (size_t i = 0; i < set->policy_file_count; i++) {
        bytes += set->policy_files[i].content.size;
    }
    if (bytes > LIMIT_POLICY_BYTES) {
        struct text_pos at = source_set_named_at(set, "policy");
        finding_error(&set->findings,
                      DIAGNOSTIC_SET_TOO_LONG,
                      &at,
                      "политика и календарь вместе длиннее %d байт: %zu",
                      "the policy and the calendar together exceed %d bytes: %zu",
                      LIMIT_POLICY_BYTES,
                      bytes);
    }
    if (set->policy_file_count > 0 &&
        policy_read(&policy, set->policy_files, set->policy_file_count, &context, &set->findings) &&
        set->findings.errors == 0) {
        if (!set->unproven) {
            policy_prove(policy, set->directory, &set->findings);
        }
        policy_check(policy, set->directory, &set->findings);
    }
    policy_destroy(&policy);
}

/* Texts get fixed names in the journal: "calendar.yaml", "policy.yaml" or "policy/NAME". */
static void
fill_input(struct source_set *set, const struct names *names, struct region_input *input)
{
    struct region_text *texts = arena_array(set->arena, set->policy_file_count + 1, sizeof(*texts));

    if (texts == NULL) {
        finding_error(
            &set->findings, DIAGNOSTIC_MEMORY, NULL, "не хватило памяти", "out of memory");
        return;
    }
    texts[0] = (struct region_text){"calendar.yaml", set->calendar_file.content};
    for (size_t i = 0; i < set->policy_file_count; i++) {
        const struct yaml_file *file = &set->policy_files[i];
        const char *slash = strrchr(file->name, '/');
        texts[i + 1].name =
            set->policy_file_count == 1
                ? "policy.yaml"
                : arena_format(set->arena, "policy/%s", slash == NULL ? file->name : slash + 1);
        texts[i + 1].text = file->content;
    }
    for (size_t i = 0; i < set->row_count; i++) {
        set->rows[i].number = 0;
    }
    *input = (struct region_input){.code = names->code,
                                   .number_prefix = names->prefix,
                                   .title = names->title,
                                   .rows = set->rows,
                                   .row_count = set->row_count,
                                   .texts = texts,
                                   .text_count = set->policy_file_count + 1};
}

static void
fill_report(const struct source_set *set, struct arena *arena, struct source_report *report)
{
    (void)arena;
    for (size_t i = 0; i < set->findings.count; i++) {
        const struct finding *finding = &set->findings.items[i];
        report->items[i] = (struct source_diagnostic){.code = finding->code,
                                                      .warning = finding->warning,
                                                      .at = finding->at,
                                                      .text = finding->text,
                                                      .line = line_of(set, &finding->at)};
    }
    report->count = set->findings.count;
    report->errors = set->findings.errors;
    report->warnings = set->findings.warnings;
    qsort(report->items, report->count, sizeof(report->items[0]), compare_items);
}

static const char *line_of(const struct source_set *set, const struct text_pos *at)
{
    const struct yaml_file *const groups[] = {
        &set->broker, &set->calendar_file, set->directory_files, set->policy_files, set->broken};
    const size_t counts[] = {1, 1, SOURCE_FILES_MAX, SOURCE_FILES_MAX, set->broken_count};

    for (size_t group = 0; group < 5 && at->line > 0; group++) {
        for (size_t i = 0; i < counts[group] && groups[group][i].name != NULL; i++) {
            struct text_pos same = error_pos(groups[group][i].name, 1, 1);
            if (strcmp(same.file, at->file) == 0) {
                return cut_line(set, groups[group][i].content, at->line);
            }
        }
    }
    return NULL;
}

static const char *cut_line(const struct source_set *set, struct bytes content, uint32_t line)
{
    size_t begin = 0;

    for (uint32_t i = 1; i < line; i++) {
        const uint8_t *end = memchr(content.data + begin, '\n', content.size - begin);
        if (end == NULL) {
            return NULL;
        }
        begin = (size_t)(end - content.data) + 1;
    }
    const uint8_t *end = memchr(content.data + begin, '\n', content.size - begin);
    size_t bytes = end == NULL ? content.size - begin : (size_t)(end - content.data) - begin;
    if (bytes > 0 && content.data[begin + bytes - 1] == '\r') {
        bytes--;
    }
    return bytes == 0 ? NULL : arena_text_of(set->arena, bytes_of(content.data + begin, bytes));
}

/* By place; what has none comes last. */
static int compare_items(const void *a, const void *b)
{
    const struct source_diagnostic *one = a;
    const struct source_diagnostic *other = b;

    if ((one->at.line == 0) != (other->at.line == 0)) {
        return one->at.line == 0 ? 1 : -1;
    }
    int order = strcmp(one->at.file, other->at.file);
    if (order != 0) {
        return order;
    }
    if (one->at.line != other->at.line) {
        return one->at.line < other->at.line ? -1 : 1;
    }
    if (one->at.column != other->at.column) {
        return one->at.column < other->at.column ? -1 : 1;
    }
    if (one->code != other->code) {
        return one->code < other->code ? -1 : 1;
    }
    return strcmp(one->text.en, other->text.en);
}
