/* Reading cases; see the header. */
#include "agents/ctl/suite.h"

#include "agents/core/form.h"
#include "agents/core/form_map.h"
#include "agents/ctl/suite_expect.h"
#include "agents/ctl/zone_time.h"
#include "base/file.h"
#include "base/yaml_phrase.h"

#include <string.h>

/* What a case may leave out. */
struct usual {
    const struct yaml_node *at;
    uint32_t referrer;
    struct labels labels;
};

struct head_nodes {
    const struct yaml_node *defaults;
    const struct yaml_node *cases;
};

struct case_nodes {
    const struct yaml_node *name;
    const struct yaml_node *at;
    const struct yaml_node *referrer;
    const struct yaml_node *form;
    const struct yaml_node *file;
    const struct yaml_node *expect;
};

static const struct form_map_key head_keys[] = {
    {"defaults", "по-умолчанию", suite_expect_node, offsetof(struct head_nodes, defaults), 0},
    {"cases", "примеры", suite_expect_node, offsetof(struct head_nodes, cases), 0},
};

#define COMMON_KEYS                                                                                \
    {"at", "поступило", suite_expect_node, offsetof(struct case_nodes, at), 0},                    \
        {"referrer", "направил", suite_expect_node, offsetof(struct case_nodes, referrer), 0},     \
    {                                                                                              \
        "form", "форма", suite_expect_node, offsetof(struct case_nodes, form), 0                   \
    }

static const struct form_map_key default_keys[] = {COMMON_KEYS};
static const struct form_map_key case_keys[] = {
    COMMON_KEYS,
    {"name", "название", suite_expect_node, offsetof(struct case_nodes, name), 0},
    {"file", "файл", suite_expect_node, offsetof(struct case_nodes, file), 0},
    {"expect", "ожидается", suite_expect_node, offsetof(struct case_nodes, expect), 0},
};

enum { CASES_MAX = 4096 };

static void
read_defaults(struct form_map_reader *reader, const struct yaml_node *node, struct usual *usual);
static void read_cases(struct form_map_reader *reader,
                       const struct yaml_node *list,
                       const struct usual *usual,
                       struct suite *out);
static void read_case(struct form_map_reader *reader,
                      const struct yaml_node *node,
                      const struct usual *usual,
                      struct suite_case *out);
static void
read_name(struct form_map_reader *reader, const struct yaml_node *node, struct suite_case *out);
static bool
read_labels(struct form_map_reader *reader, const struct case_nodes *nodes, struct suite_case *out);
static void
read_file(struct form_map_reader *reader, const struct yaml_node *node, struct suite_case *out);
static uint32_t read_referrer(struct form_map_reader *reader, const struct yaml_node *node);
static const struct region *region_of(const struct form_map_reader *reader);

bool suite_read(const struct suite_input *input,
                struct arena *arena,
                struct suite *out,
                struct error_list *errors)
{
    struct yaml_file file;
    struct form_map_reader reader = {.file = &file,
                                     .arena = arena,
                                     .errors = errors,
                                     .world = arena_copy(arena, input, sizeof(*input))};
    struct usual usual = {
        .labels = {.channel = CHANNEL_SPECIALIST, .territory = "", .children = 1}};
    struct head_nodes head = {NULL, NULL};

    *out = (struct suite){.count = 0};
    const size_t before = errors->count;
    if (!yaml_tree_parse(input->name, input->content, arena, &file, errors)) {
        yaml_phrase_errors(errors, before, arena);
        return false;
    }
    if (file.root == NULL || reader.world == NULL) {
        return form_map_report(&reader, NULL, "в файле нет примеров / the file has no cases");
    }
    (void)form_map_take(
        &reader, file.root, head_keys, sizeof(head_keys) / sizeof(head_keys[0]), &head);
    if (head.defaults != NULL) {
        read_defaults(&reader, head.defaults, &usual);
    }
    if (head.cases == NULL || head.cases->kind != YAML_LIST || head.cases->count == 0 ||
        head.cases->count > CASES_MAX) {
        return form_map_report(&reader,
                               head.cases,
                               "«примеры»: нужен список, от 1 до %d / "
                               "\"cases\": a list of 1 to %d is expected",
                               CASES_MAX,
                               CASES_MAX);
    }
    read_cases(&reader, head.cases, &usual, out);
    return !reader.failed;
}

static void
read_defaults(struct form_map_reader *reader, const struct yaml_node *node, struct usual *usual)
{
    struct case_nodes nodes = {.name = NULL};

    (void)form_map_take(
        reader, node, default_keys, sizeof(default_keys) / sizeof(default_keys[0]), &nodes);
    usual->at = nodes.at;
    usual->referrer = read_referrer(reader, nodes.referrer);
    if (nodes.form != NULL &&
        !form_read_labels(reader->file, nodes.form, &usual->labels, reader->errors)) {
        reader->failed = true;
    }
}

static void read_cases(struct form_map_reader *reader,
                       const struct yaml_node *list,
                       const struct usual *usual,
                       struct suite *out)
{
    out->cases = arena_array(reader->arena, list->count, sizeof(*out->cases));
    if (out->cases == NULL) {
        (void)form_map_report(reader, list, "не хватило памяти / no memory left");
        return;
    }
    for (const struct yaml_node *node = list->first; node != NULL; node = node->next) {
        read_case(reader, node, usual, &out->cases[out->count++]);
    }
}

/* Times are those of the case's territory, so the form comes first. */
static void read_case(struct form_map_reader *reader,
                      const struct yaml_node *node,
                      const struct usual *usual,
                      struct suite_case *out)
{
    struct case_nodes nodes = {.name = NULL};

    *out = (struct suite_case){.name = {"", ""}, .line = node->line, .labels = usual->labels};
    if (!form_map_take(reader, node, case_keys, sizeof(case_keys) / sizeof(case_keys[0]), &nodes)) {
        return;
    }
    out->question = (struct trial_question){
        .region = region_of(reader), .labels = &out->labels, .referrer = usual->referrer};
    if (nodes.referrer != NULL) {
        out->question.referrer = read_referrer(reader, nodes.referrer);
    }
    if (nodes.name == NULL || nodes.expect == NULL) {
        (void)form_map_report(
            reader,
            node,
            "у примера должны быть «название» и «ожидается» / a case needs \"name\" and "
            "\"expect\"");
        return;
    }
    read_name(reader, nodes.name, out);
    if (!read_labels(reader, &nodes, out)) {
        return;
    }
    const struct yaml_node *at = nodes.at == NULL ? usual->at : nodes.at;
    if (at == NULL) {
        (void)form_map_report(reader, node, "у примера нет «поступило» / the case has no \"at\"");
    } else if (at->kind != YAML_SCALAR ||
               !zone_time_parse(
                   region_of(reader), out->question.territory, at->text, &out->question.at_us)) {
        (void)form_map_report(reader,
                              at,
                              "«поступило»: нужно время, как 2026-11-23T10:00 / "
                              "\"at\": a time is expected, as 2026-11-23T10:00");
    }
    suite_expect_read(reader, nodes.expect, &out->question, &out->expectation);
}

static void
read_name(struct form_map_reader *reader, const struct yaml_node *node, struct suite_case *out)
{
    const struct yaml_node *ru = node->kind == YAML_MAP ? yaml_tree_get(node, "ru") : NULL;
    const struct yaml_node *en = node->kind == YAML_MAP ? yaml_tree_get(node, "en") : NULL;

    if (node->kind == YAML_SCALAR) {
        out->name = (struct phrase){node->text, node->text};
    } else if (ru != NULL && en != NULL && node->count == 2 && ru->kind == YAML_SCALAR &&
               en->kind == YAML_SCALAR) {
        out->name = (struct phrase){ru->text, en->text};
    } else {
        (void)form_map_report(reader,
                              node,
                              "«название»: нужен текст или {ru: …, en: …} / "
                              "\"name\": a text or {ru: ..., en: ...} is expected");
    }
}

static bool
read_labels(struct form_map_reader *reader, const struct case_nodes *nodes, struct suite_case *out)
{
    const struct yaml_node *node = nodes->form == NULL ? nodes->file : nodes->form;

    if (node == NULL || (nodes->form != NULL && nodes->file != NULL)) {
        return form_map_report(reader,
                               node == NULL ? nodes->name : nodes->file,
                               "нужно одно из двух: «форма» или «файл» / "
                               "one of \"form\" and \"file\" is expected");
    }
    if (nodes->form == NULL) {
        read_file(reader, node, out);
    } else if (!form_read_labels(reader->file, node, &out->labels, reader->errors)) {
        reader->failed = true;
        return false;
    }
    const struct labels *labels = &out->labels;
    if (labels->territory[0] == '\0' || labels->risk == RISK_UNSPECIFIED ||
        labels->direction == DIRECTION_UNSPECIFIED || labels->needs == 0) {
        return form_map_report(reader,
                               node,
                               "нужны территория, уровень, направление и потребности / "
                               "territory, risk, direction and needs are expected");
    }
    out->question.territory =
        suite_expect_row(reader, node, DIRECTORY_TERRITORY, labels->territory);
    return out->question.territory != 0;
}

/* Mistakes of the form itself are told by their first: its lines are not this file's. */
static void
read_file(struct form_map_reader *reader, const struct yaml_node *node, struct suite_case *out)
{
    struct error_list *errors = arena_alloc(reader->arena, sizeof(*errors));
    struct form_read *read = arena_alloc(reader->arena, sizeof(*read));
    const char *path = node->kind == YAML_SCALAR
                           ? file_beside(reader->arena, reader->file->name, node->text)
                           : NULL;
    struct form_input input = {.name = path};
    struct error err;
    char text[400];

    if (errors == NULL || read == NULL || path == NULL) {
        (void)form_map_report(
            reader, node, "«файл»: нужен путь к форме / \"file\": the path of a form is expected");
    } else if (!file_read(path, YAML_TREE_BYTES_MAX, reader->arena, &input.content, &err)) {
        (void)form_map_report(
            reader, node, "не читается: %.150s / unreadable: %.150s", err.text, err.text);
    } else if (!form_read(&input, reader->arena, read, errors)) {
        (void)form_map_report(
            reader, node, "%.380s", error_format(&errors->items[0], text, sizeof(text)));
    } else {
        out->labels = read->form.labels;
    }
}

static uint32_t read_referrer(struct form_map_reader *reader, const struct yaml_node *node)
{
    if (node == NULL) {
        return 0;
    }
    return suite_expect_row(
        reader, node, DIRECTORY_SITE, node->kind == YAML_SCALAR ? node->text : "");
}

static const struct region *region_of(const struct form_map_reader *reader)
{
    return ((const struct suite_input *)reader->world)->region;
}
