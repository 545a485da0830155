/* Forms: see form.h. */
#include "agents/core/form.h"

#include "agents/core/form_age.h"
#include "agents/core/form_map.h"
#include "base/utc.h"
#include "base/yaml_phrase.h"
#include "proto/checks.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHILD_YEARS_MAX = 17 };

/* What the takes work on. */
struct draft {
    const struct form_input *input;
    struct form form;
    struct utc_civil today;
    uint32_t ages_by_birth;
    uint32_t children;
};

/* ---- values ---------------------------------------------------------------------------------- */

static uint32_t find_code(struct form_map_reader *reader,
                          const struct form_map_key *key,
                          const struct yaml_node *value)
{
    enum vocabulary list = (enum vocabulary)key->most;
    uint32_t number = value->kind == YAML_SCALAR ? vocabulary_find(list, value->text) : 0;
    if (number != 0) {
        return number;
    }
    const char *nearest = value->kind == YAML_SCALAR ? vocabulary_nearest(list, value->text) : NULL;
    struct phrase name = vocabulary_name(list);
    if (value->kind != YAML_SCALAR) {
        (void)form_map_report(reader,
                              value,
                              "«%s»: нужно одно слово / \"%s\": one word is expected",
                              key->ru,
                              key->en);
    } else if (nearest == NULL) {
        (void)form_map_report(reader,
                              value,
                              "%s: нет такого кода / %s: no such code",
                              name.ru,
                              name.en); /* what resembles no code may be a name: not repeated */
    } else {
        (void)form_map_report(reader,
                              value,
                              "%s: нет такого кода «%.40s», может быть, «%s»? / "
                              "%s: no such code \"%.40s\", did you mean \"%s\"?",
                              name.ru,
                              value->text,
                              nearest,
                              name.en,
                              value->text,
                              nearest);
    }
    return 0;
}

static void take_code(struct form_map_reader *reader,
                      const struct form_map_key *key,
                      const struct yaml_node *value,
                      void *target)
{
    uint32_t number = find_code(reader, key, value);
    _Static_assert(sizeof(enum risk) == sizeof number, "codes are stored through uint32_t");
    memcpy((char *)target + key->offset, &number, sizeof number);
}

static void take_mask(struct form_map_reader *reader,
                      const struct form_map_key *key,
                      const struct yaml_node *value,
                      void *target)
{
    uint32_t mask = 0;
    if (value->kind == YAML_MAP) {
        (void)form_map_report(
            reader, value, "«%s»: нужен список / \"%s\": a list is expected", key->ru, key->en);
        return;
    }
    const struct yaml_node *item = value->kind == YAML_LIST ? value->first : value;
    for (; item != NULL; item = value->kind == YAML_LIST ? item->next : NULL) {
        uint32_t number = find_code(reader, key, item);
        mask |= number == 0 ? 0 : UINT32_C(1) << number;
    }
    memcpy((char *)target + key->offset, &mask, sizeof mask);
}

static void take_id(struct form_map_reader *reader,
                    const struct form_map_key *key,
                    const struct yaml_node *value,
                    void *target)
{
    struct draft *draft = target;
    if (value->kind != YAML_SCALAR || !id128_parse(value->text, &draft->form.id)) {
        (void)form_map_report(
            reader, value, "«%s»: нужен UUID / \"%s\": a UUID is expected", key->ru, key->en);
    }
}

static void take_territory(struct form_map_reader *reader,
                           const struct form_map_key *key,
                           const struct yaml_node *value,
                           void *target)
{
    struct draft *draft = target;
    if (value->kind != YAML_SCALAR || !checks_is_code(value->text)) {
        (void)form_map_report(reader,
                              value,
                              "«%s»: нужен код территории, например tatarsky / "
                              "\"%s\": a territory's code is expected, as tatarsky",
                              key->ru,
                              key->en);
        return;
    }
    draft->form.labels.territory = value->text;
}

static void take_observed(struct form_map_reader *reader,
                          const struct form_map_key *key,
                          const struct yaml_node *value,
                          void *target)
{
    struct draft *draft = target;
    struct utc_civil civil;
    bool has_offset = false;
    int32_t offset = 0;
    if (value->kind != YAML_SCALAR || !utc_parse_time(value->text, &civil, &has_offset, &offset)) {
        (void)form_map_report(reader,
                              value,
                              "«%s»: нужно время, как 2026-11-20T14:30 / "
                              "\"%s\": a time is expected, as 2026-11-20T14:30",
                              key->ru,
                              key->en);
        return;
    }
    const int32_t here = draft->input->utc_offset_seconds;
    draft->form.observed_us = utc_of_civil(&civil) - (has_offset ? offset : here) * UTC_SECOND_US;
    if (draft->form.observed_us > draft->input->now_us + CHECKS_AHEAD_US) {
        char now[UTC_TEXT_MAX];
        (void)utc_format(draft->input->now_us + here * UTC_SECOND_US, UTC_SECONDS, now);
        now[sizeof "2026-11-20T14:30" - 1] = '\0';
        (void)form_map_report(
            reader,
            value,
            "«%s»: %.40s ещё впереди, сейчас %s; укажите, когда это замечено, или уберите / "
            "\"%s\": %.40s lies ahead, it is %s now; write when it was noticed, or leave it out",
            key->ru,
            value->text,
            now,
            key->en,
            value->text,
            now);
    }
}

/* ---- persons --------------------------------------------------------------------------------- */

static void take_born(struct form_map_reader *reader,
                      const struct form_map_key *key,
                      const struct yaml_node *value,
                      void *target)
{
    struct draft *draft = reader->world;
    struct person *person = target;
    struct utc_civil born;
    if (value->kind != YAML_SCALAR || !utc_parse_date(value->text, &born)) {
        (void)form_map_report(reader,
                              value,
                              "«%s»: нужна дата, как 2021-04-03 или 03.04.2021 / "
                              "\"%s\": a date is expected, as 2021-04-03",
                              key->ru,
                              key->en);
        return;
    }
    int32_t years = form_age_years(&born, &draft->today);
    if (years < 0) {
        (void)form_map_report(
            reader, value, "«%s»: дата в будущем / \"%s\": in the future", key->ru, key->en);
        return;
    }
    if (person->role == PERSON_CHILD && years > CHILD_YEARS_MAX) {
        (void)form_map_report(
            reader, value, "ребёнку больше 17 лет / the child is older than 17 years");
        return;
    }
    char buffer[UTC_TEXT_MAX];
    person->born = arena_text(reader->arena, utc_format_date(utc_of_civil(&born), buffer));
    if (person->role == PERSON_CHILD) {
        draft->ages_by_birth |= UINT32_C(1) << form_age_band(years);
    }
}

#define PERSON_KEYS                                                                                \
    {"surname",                                                                                    \
     "фамилия",                                                                                    \
     form_map_text,                                                                                \
     offsetof(struct person, surname),                                                             \
     LIMIT_SHORT_TEXT_BYTES},                                                                      \
        {"name", "имя", form_map_text, offsetof(struct person, name), LIMIT_SHORT_TEXT_BYTES},     \
        {"patronymic",                                                                             \
         "отчество",                                                                               \
         form_map_text,                                                                            \
         offsetof(struct person, patronymic),                                                      \
         LIMIT_SHORT_TEXT_BYTES},                                                                  \
        {"born", "дата рождения", take_born, 0, 0},                                                \
    {                                                                                              \
        "document", "документ", form_map_text, offsetof(struct person, document),                  \
            LIMIT_SHORT_TEXT_BYTES                                                                 \
    }

static const struct form_map_key CHILD_KEYS[] = {PERSON_KEYS};
static const struct form_map_key PARENT_KEYS[] = {
    PERSON_KEYS,
    {"role", "роль", take_code, offsetof(struct person, role), VOCABULARY_PERSON_ROLE}};

static void take_person(struct form_map_reader *reader,
                        const struct yaml_node *item,
                        enum person_role role,
                        struct draft *draft)
{
    struct facts *facts = &draft->form.facts;
    if (facts->person_count == LIMIT_PERSONS) {
        (void)form_map_report(reader,
                              item,
                              "в одной форме не больше %d человек / at most %d persons in a form",
                              LIMIT_PERSONS,
                              LIMIT_PERSONS);
        return;
    }
    struct person *person = &facts->persons[facts->person_count++];
    *person = (struct person){
        .role = role, .surname = "", .name = "", .patronymic = "", .born = "", .document = ""};
    if (role == PERSON_CHILD) {
        draft->children++;
        (void)form_map_take(
            reader, item, CHILD_KEYS, sizeof CHILD_KEYS / sizeof CHILD_KEYS[0], person);
    } else {
        (void)form_map_take(
            reader, item, PARENT_KEYS, sizeof PARENT_KEYS / sizeof PARENT_KEYS[0], person);
    }
    if (person->role == PERSON_CHILD && role != PERSON_CHILD) {
        (void)form_map_report(
            reader, item, "ребёнок — в списке «дети» / a child belongs to children");
    }
}

static bool expect_list(struct form_map_reader *reader,
                        const struct form_map_key *key,
                        const struct yaml_node *value)
{
    return value->kind == YAML_LIST ||
           form_map_report(
               reader, value, "«%s»: нужен список / \"%s\": a list is expected", key->ru, key->en);
}

static void take_persons(struct form_map_reader *reader,
                         const struct form_map_key *key,
                         const struct yaml_node *value,
                         void *target)
{
    if (!expect_list(reader, key, value)) {
        return;
    }
    for (const struct yaml_node *item = value->first; item != NULL; item = item->next) {
        take_person(reader, item, (enum person_role)key->most, target);
    }
}

/* ---- other parts ----------------------------------------------------------------------------- */

static const struct form_map_key CONTACT_KEYS[] = {
    {"address", "адрес", form_map_text, offsetof(struct facts, address), LIMIT_SHORT_TEXT_BYTES},
    {"phone", "телефон", form_map_text, offsetof(struct facts, phone), LIMIT_SHORT_TEXT_BYTES},
    {"note", "примечание", form_map_text, offsetof(struct facts, note), LIMIT_SHORT_TEXT_BYTES}};

static void take_contact(struct form_map_reader *reader,
                         const struct form_map_key *key,
                         const struct yaml_node *value,
                         void *target)
{
    (void)key;
    struct draft *draft = target;
    (void)form_map_take(reader,
                        value,
                        CONTACT_KEYS,
                        sizeof CONTACT_KEYS / sizeof CONTACT_KEYS[0],
                        &draft->form.facts);
}

static const struct form_map_key PAPER_KEYS[] = {
    {"title", "название", form_map_text, offsetof(struct paper, title), LIMIT_SHORT_TEXT_BYTES},
    {"number", "номер", form_map_text, offsetof(struct paper, number), LIMIT_SHORT_TEXT_BYTES}};

static void take_papers(struct form_map_reader *reader,
                        const struct form_map_key *key,
                        const struct yaml_node *value,
                        void *target)
{
    struct facts *facts = &((struct draft *)target)->form.facts;
    if (!expect_list(reader, key, value)) {
        return;
    }
    for (const struct yaml_node *item = value->first; item != NULL; item = item->next) {
        if (facts->document_count == LIMIT_DOCUMENTS) {
            (void)form_map_report(reader,
                                  item,
                                  "не больше %d документов / at most %d documents",
                                  LIMIT_DOCUMENTS,
                                  LIMIT_DOCUMENTS);
            return;
        }
        struct paper *paper = &facts->documents[facts->document_count++];
        *paper = (struct paper){.title = "", .number = ""};
        (void)form_map_take(
            reader, item, PAPER_KEYS, sizeof PAPER_KEYS / sizeof PAPER_KEYS[0], paper);
    }
}

#define LABEL(field) offsetof(struct draft, form.labels.field)
#define FACT(field)  offsetof(struct draft, form.facts.field)

static const struct form_map_key FORM_KEYS[] = {
    {"id", "номер", take_id, 0, 0},
    {"purpose", "назначение", take_code, offsetof(struct draft, form.purpose), VOCABULARY_PURPOSE},
    {"territory", "территория", take_territory, 0, 0},
    {"risk", "уровень", take_code, LABEL(risk), VOCABULARY_RISK},
    {"direction", "направление", take_code, LABEL(direction), VOCABULARY_DIRECTION},
    {"channel", "канал", take_code, LABEL(channel), VOCABULARY_CHANNEL},
    {"basis", "основание", take_code, LABEL(basis), VOCABULARY_LEGAL_BASIS},
    {"needs", "потребности", take_mask, LABEL(needs), VOCABULARY_NEED},
    {"flags", "признаки", take_mask, LABEL(flags), VOCABULARY_FLAG},
    {"ages", "возрасты", take_mask, LABEL(ages), VOCABULARY_AGE},
    {"observed", "замечено", take_observed, 0, 0},
    {"children", "дети", take_persons, 0, PERSON_CHILD},
    {"parents", "родители", take_persons, 0, PERSON_OTHER},
    {"contact", "контакт", take_contact, 0, 0},
    {"circumstances",
     "обстоятельства",
     form_map_text,
     FACT(circumstances),
     LIMIT_SECTION_TEXT_BYTES},
    {"health", "здоровье", form_map_text, FACT(health), LIMIT_SECTION_TEXT_BYTES},
    {"law", "право", form_map_text, FACT(law), LIMIT_SECTION_TEXT_BYTES},
    {"documents", "документы", take_papers, 0, 0}};

enum { FORM_KEY_COUNT = sizeof FORM_KEYS / sizeof FORM_KEYS[0] };
/* The labels stand together: from the territory to the ages. */
enum { LABEL_KEYS_FIRST = 2, LABEL_KEY_COUNT = 8 };

struct form_keys form_keys(enum form_part part)
{
#define KEYS(table)                                                                                \
    {                                                                                              \
        table, sizeof table / sizeof table[0]                                                      \
    }
    static const struct form_keys PARTS[FORM_PART_END] = {[FORM_WHOLE] = KEYS(FORM_KEYS),
                                                          [FORM_CHILD] = KEYS(CHILD_KEYS),
                                                          [FORM_PARENT] = KEYS(PARENT_KEYS),
                                                          [FORM_CONTACT] = KEYS(CONTACT_KEYS),
                                                          [FORM_PAPER] = KEYS(PAPER_KEYS)};
#undef KEYS
    return PARTS[part];
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool begin(struct draft *draft, const struct form_input *input, struct arena *arena)
{
    memset(draft, 0, sizeof *draft);
    draft->input = input;
    draft->today = utc_to_civil(input->now_us + input->utc_offset_seconds * UTC_SECOND_US);
    struct form *form = &draft->form;
    form->purpose = PURPOSE_CASE;
    form->labels.channel = CHANNEL_SPECIALIST;
    form->labels.territory = "";
    form->facts.address = "";
    form->facts.phone = "";
    form->facts.note = "";
    form->facts.circumstances = "";
    form->facts.health = "";
    form->facts.law = "";
    form->facts.persons = arena_array(arena, LIMIT_PERSONS, sizeof *form->facts.persons);
    form->facts.documents = arena_array(arena, LIMIT_DOCUMENTS, sizeof *form->facts.documents);
    return form->facts.persons != NULL && form->facts.documents != NULL;
}

static uint32_t bits(uint32_t mask)
{
    uint32_t count = 0;
    for (; mask != 0; mask &= mask - 1) {
        count++;
    }
    return count;
}

/* What follows from what was written. */
static void derive(struct draft *draft)
{
    struct labels *labels = &draft->form.labels;
    if (labels->ages == 0) {
        labels->ages = draft->ages_by_birth;
    }
    labels->children = draft->children;
    if (labels->children == 0) { /* nobody is named: at least one child an age band */
        labels->children = bits(labels->ages & ~(UINT32_C(1) << AGE_PREGNANCY));
    }
    bool named = false;
    for (size_t i = 0; i < draft->form.facts.person_count; i++) {
        named = named || draft->form.facts.persons[i].surname[0] != '\0';
    }
    if (!named) {
        labels->flags |= UINT32_C(1) << FLAG_ANONYMOUS;
    }
}

static void require(struct form_map_reader *reader, const char *en)
{
    for (size_t i = 0; i < FORM_KEY_COUNT; i++) {
        const struct form_map_key *key = &FORM_KEYS[i];
        if (strcmp(key->en, en) == 0 && form_map_value(reader->file->root, key) == NULL) {
            (void)form_map_report(reader,
                                  reader->file->root,
                                  "не указано «%s» / \"%s\" is missing",
                                  key->ru,
                                  key->en);
        }
    }
}

bool form_read(const struct form_input *input,
               struct arena *arena,
               struct form_read *out,
               struct error_list *errors)
{
    const size_t before = errors->count;
    struct yaml_file file;
    memset(out, 0, sizeof *out);
    if (!yaml_tree_parse(input->name, input->content, arena, &file, errors)) {
        yaml_phrase_errors(errors, before, arena);
        return false;
    }
    return form_take(input, &file, arena, out, errors);
}

bool form_take(const struct form_input *input,
               const struct yaml_file *file,
               struct arena *arena,
               struct form_read *out,
               struct error_list *errors)
{
    struct draft draft;
    memset(out, 0, sizeof *out);
    out->file = *file;
    if (!begin(&draft, input, arena)) {
        struct text_pos at = error_pos(input->name, 0, 0);
        return error_list_add(errors, ERROR_OS, &at, "мало памяти / no memory left");
    }
    struct form_map_reader reader = {
        .file = &out->file, .arena = arena, .errors = errors, .world = &draft};
    if (out->file.root == NULL) {
        return form_map_report(&reader, NULL, "форма пуста / the form is empty");
    }
    if (form_map_take(&reader, out->file.root, FORM_KEYS, FORM_KEY_COUNT, &draft)) {
        require(&reader, "territory");
        require(&reader, "risk");
        require(&reader, "direction");
        require(&reader, "needs");
    }
    derive(&draft);
    out->form = draft.form;
    return !reader.failed;
}

bool form_read_labels(const struct yaml_file *file,
                      const struct yaml_node *map,
                      struct labels *labels,
                      struct error_list *errors)
{
    struct draft draft = {.form.labels = *labels};
    struct form_map_reader reader = {.file = file, .errors = errors, .world = &draft};

    (void)form_map_take(&reader, map, FORM_KEYS + LABEL_KEYS_FIRST, LABEL_KEY_COUNT, &draft);
    *labels = draft.form.labels;
    return !reader.failed;
}

/* ---- problems of the field rules, at their places ---------------------------------------------- */

static const struct yaml_node *list_item(const struct yaml_node *list, size_t index)
{
    if (list == NULL || list->kind != YAML_LIST) {
        return NULL;
    }
    const struct yaml_node *item = list->first;
    for (; item != NULL && index > 0; index--) {
        item = item->next;
    }
    return item;
}

/* The value in a map whose key has that English name; NULL when the table or the map has none. */
static const struct yaml_node *value_named(const struct yaml_node *map,
                                           const struct form_map_key *keys,
                                           size_t key_count,
                                           const char *name)
{
    for (size_t i = 0; map != NULL && map->kind == YAML_MAP && i < key_count; i++) {
        if (strcmp(keys[i].en, name) == 0) {
            return form_map_value(map, &keys[i]);
        }
    }
    return NULL;
}

static const struct yaml_node *person_node(const struct yaml_node *root, size_t index)
{
    const struct yaml_node *children = value_named(root, FORM_KEYS, FORM_KEY_COUNT, "children");
    const struct yaml_node *parents = value_named(root, FORM_KEYS, FORM_KEY_COUNT, "parents");
    size_t child_count = children == NULL ? 0 : children->count;
    return index < child_count ? list_item(children, index)
                               : list_item(parents, index - child_count);
}

/* One part of a field's name, seen from the part before it. NULL: the file has nothing so called. */
static const struct yaml_node *
part_of(const struct yaml_node *root, const struct yaml_node *found, const char *name)
{
    const struct yaml_node *value =
        value_named(found, PARENT_KEYS, sizeof PARENT_KEYS / sizeof PARENT_KEYS[0], name);
    if (found != root && value != NULL) {
        return value;
    }
    if (strcmp(name, "observed_us") == 0) {
        name = "observed";
    }
    value = value_named(root, FORM_KEYS, FORM_KEY_COUNT, name);
    if (value != NULL) {
        return value;
    }
    return value_named(value_named(root, FORM_KEYS, FORM_KEY_COUNT, "contact"),
                       CONTACT_KEYS,
                       sizeof CONTACT_KEYS / sizeof CONTACT_KEYS[0],
                       name);
}

/* "labels.risk" and "facts.persons[2].born" name fields of struct form; the deepest part that the
 * file holds is the place. */
static const struct yaml_node *place_of(const struct yaml_node *root, const char *field)
{
    const struct yaml_node *found = root;
    while (*field != '\0') {
        char name[PROBLEM_FIELD_BYTES];
        size_t bytes = strcspn(field, ".[");
        (void)snprintf(name, sizeof name, "%.*s", (int)bytes, field);
        const struct yaml_node *value = part_of(root, found, name);
        found = value == NULL ? found : value;
        field += bytes;
        if (*field == '[') {
            size_t index = (size_t)strtoul(field + 1, NULL, 10);
            value =
                strcmp(name, "persons") == 0 ? person_node(root, index) : list_item(found, index);
            found = value == NULL ? found : value;
            field += strcspn(field, ".");
        }
        field += *field == '.' ? 1 : 0;
    }
    return found;
}

bool form_check(const struct form_read *read,
                int64_t now_us,
                struct arena *arena,
                struct error_list *errors)
{
    struct problems problems = {.arena = arena};
    if (checks_form(&read->form, now_us, &problems)) {
        return true;
    }
    for (size_t i = 0; i < problems.count; i++) {
        const struct problem *problem = &problems.items[i];
        struct text_pos at = yaml_tree_pos(&read->file, place_of(read->file.root, problem->field));
        (void)error_list_add(
            errors, ERROR_DATA, &at, "%.190s / %.190s", problem->text.ru, problem->text.en);
    }
    errors->dropped += problems.dropped;
    return false;
}
