/* The table of keys in two languages. */
#include "policy/keyword.h"

#include <string.h>

/* One word has one meaning wherever it stands. */
static const struct keyword keywords[] = {
    {"policy", "политика"},
    {"title", "название"},
    {"procedure", "порядок"},
    {"pools", "пулы"},
    {"workers", "работники"},
    {"agency", "ведомство"},
    {"agency-kind", "вид-ведомства"},
    {"role", "роль"},
    {"training", "подготовка"},
    {"language", "язык"},
    {"territory", "территория"},
    {"pick", "выбор"},
    {"continuity", "преемственность"},
    {"auto-accept", "автоприём"},
    {"reserve", "резерв"},
    {"rules", "правила"},
    {"programmes", "программы"},
    {"until", "по"},
    {"include", "включить"},
    {"id", "код"},
    {"when", "когда"},
    {"curator", "куратор"},
    {"notify", "уведомить"},
    {"norms", "сроки"},
    {"risk", "уровень"},
    {"risk-at-least", "уровень-не-ниже"},
    {"risk-below", "уровень-ниже"},
    {"need", "потребность"},
    {"age", "возраст"},
    {"flag", "признак"},
    {"direction", "направление"},
    {"channel", "канал"},
    {"basis", "основание"},
    {"referrer-kind", "кто-направил"},
    {"all", "все"},
    {"any", "любое"},
    {"not", "не"},
    {"require", "требования"},
    {"then", "то"},
    {"curator-from", "куратор-из"},
    {"notified", "уведомлено"},
    {"notified-kind", "уведомлён-вид"},
    {"deliver", "доставка"},
    {"see", "просмотр"},
    {"answer", "ответ"},
    {"check", "проверка"},
    {"contact", "контакт"},
    {"consilium", "консилиум"},
    {"plan", "план"},
    {"placement-review", "разбор-помещения"},
    {"progress", "отчёт"},
    {"monitoring", "наблюдение"},
    {"acknowledge", "подтверждение"},
    {"triage", "разбор"},
    {"disclose", "раскрытие"},
    {"rollout", "внедрение"},
    {"from", "с"},
    {"territories", "территории"},
    {"signatures", "подписи"},
    {"needed", "нужно"},
    {"agencies", "ведомства"},
};

enum { KEYWORDS = sizeof(keywords) / sizeof(keywords[0]) };

static void
translate(const struct yaml_file *file, struct yaml_node *first, struct finding_list *findings);
static const char *english(const char *key);
static void report_both(const struct yaml_file *file,
                        const struct yaml_node *first,
                        const struct yaml_node *node,
                        struct finding_list *findings);

struct keyword keyword_at(size_t index)
{
    return index < KEYWORDS ? keywords[index] : (struct keyword){NULL, NULL};
}

const char *keyword_russian(const char *key)
{
    for (size_t i = 0; i < KEYWORDS; i++) {
        if (strcmp(keywords[i].en, key) == 0) {
            return keywords[i].ru;
        }
    }
    return NULL;
}

void keyword_translate(const struct yaml_file *file, struct finding_list *findings)
{
    if (file->root != NULL && file->root->kind != YAML_SCALAR) {
        translate(file, file->root->first, findings);
    }
}

/* As deep as a tree may be. */
static void
translate(const struct yaml_file *file, struct yaml_node *first, struct finding_list *findings)
{
    for (struct yaml_node *node = first; node != NULL; node = node->next) {
        const char *key = node->key == NULL ? NULL : english(node->key);

        if (key != NULL) {
            report_both(file, first, node, findings);
            node->key = key;
        }
        if (node->kind != YAML_SCALAR) {
            translate(file, node->first, findings);
        }
    }
}

static const char *english(const char *key)
{
    for (size_t i = 0; i < KEYWORDS; i++) {
        if (strcmp(keywords[i].ru, key) == 0) {
            return keywords[i].en;
        }
    }
    return NULL;
}

static void report_both(const struct yaml_file *file,
                        const struct yaml_node *first,
                        const struct yaml_node *node,
                        struct finding_list *findings)
{
    const char *key = english(node->key);

    for (const struct yaml_node *other = first; other != NULL; other = other->next) {
        if (other != node && other->key != NULL && strcmp(other->key, key) == 0) {
            struct text_pos at = yaml_tree_key_pos(file, node);
            finding_error(findings,
                          DIAGNOSTIC_KEY_IN_BOTH_LANGUAGES,
                          &at,
                          "«%s» и «%s» — один и тот же ключ",
                          "\"%s\" and \"%s\" are the same key",
                          node->key,
                          key);
        }
    }
}
