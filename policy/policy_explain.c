/* Conditions as sentences in both languages. */
#include "policy/policy_tree.h"

#include <assert.h>
#include <string.h>

enum { SENTENCE_BYTES = 2000 };

/* One language's sentence as it grows; what does not fit is cut at a character. */
struct sentence {
    char text[SENTENCE_BYTES];
    size_t bytes;
    enum language language;
    const struct directory *directory;
    const struct policy_facts *facts;
};

static struct policy_trace trace_of(const struct policy_when *when,
                                    const struct directory *directory,
                                    const struct policy_facts *facts,
                                    struct arena *arena);
static size_t depth_of(const struct policy_when *when, size_t at);
static struct phrase group_text(enum policy_condition_kind kind);
static struct phrase leaf_text(const struct policy_condition *leaf,
                               const struct directory *directory,
                               const struct policy_facts *facts,
                               struct arena *arena);
static void describe(struct sentence *sentence, const struct policy_when *when, size_t at);
static void describe_group(struct sentence *sentence, const struct policy_when *when, size_t at);
static void describe_leaf(struct sentence *sentence, const struct policy_condition *leaf);
static void tell_failed(struct sentence *sentence, const struct policy_when *when, size_t at);
static void tell_fact(struct sentence *sentence, const struct policy_condition *leaf);
static void
add_codes(struct sentence *sentence, enum vocabulary list, uint32_t mask, struct phrase between);
static void add_territories(struct sentence *sentence, const struct policy_condition *leaf);
static void add_dates(struct sentence *sentence, const struct policy_dates *dates);
static void add_title(struct sentence *sentence, struct phrase title);
static void add(struct sentence *sentence, const char *ru, const char *en);
static enum vocabulary list_of(enum policy_condition_kind kind);

static const struct phrase alternatives = {" или ", " or "};

struct phrase policy_failed_text(const struct policy *policy,
                                 const struct directory *directory,
                                 struct policy_failed failed,
                                 const struct policy_facts *facts,
                                 struct arena *arena)
{
    static const struct phrase unknown = {"условие не выполнено", "a condition does not hold"};
    const char *made[2] = {NULL, NULL};

    if (failed.rule >= policy->rule_count ||
        failed.condition >= policy->rules[failed.rule].when.count) {
        return unknown;
    }
    for (int language = LANGUAGE_RU; language <= LANGUAGE_EN; language++) {
        struct sentence sentence = {
            .language = (enum language)language, .directory = directory, .facts = facts};
        tell_failed(&sentence, &policy->rules[failed.rule].when, failed.condition);
        made[language == LANGUAGE_RU ? 0 : 1] =
            arena_text_of(arena, bytes_of(sentence.text, sentence.bytes));
    }
    return made[0] == NULL || made[1] == NULL ? unknown : (struct phrase){made[0], made[1]};
}

struct phrase policy_rule_text(const struct policy *policy,
                               const struct directory *directory,
                               size_t rule,
                               struct arena *arena)
{
    static const struct phrase always = {"всегда", "always"};
    const char *made[2] = {NULL, NULL};

    assert(rule < policy->rule_count);
    if (policy->rules[rule].when.count == 0) {
        return always;
    }
    for (int language = LANGUAGE_RU; language <= LANGUAGE_EN; language++) {
        struct sentence sentence = {.language = (enum language)language, .directory = directory};
        describe(&sentence, &policy->rules[rule].when, 0);
        made[language == LANGUAGE_RU ? 0 : 1] =
            arena_text_of(arena, bytes_of(sentence.text, sentence.bytes));
    }
    return made[0] == NULL || made[1] == NULL ? always : (struct phrase){made[0], made[1]};
}

struct policy_trace policy_trace(const struct policy *policy,
                                 const struct directory *directory,
                                 size_t rule,
                                 const struct policy_facts *facts,
                                 struct arena *arena)
{
    assert(rule < policy->rule_count);
    return trace_of(&policy->rules[rule].when, directory, facts, arena);
}

struct policy_trace policy_programme_trace(const struct policy *policy,
                                           const struct directory *directory,
                                           size_t programme,
                                           const struct policy_facts *facts,
                                           struct arena *arena)
{
    assert(programme < policy->programme_count);
    return trace_of(&policy->programmes[programme].gate, directory, facts, arena);
}

static struct policy_trace trace_of(const struct policy_when *when,
                                    const struct directory *directory,
                                    const struct policy_facts *facts,
                                    struct arena *arena)
{
    struct policy_trace trace = {.rows = arena_array(arena, when->count + 1, sizeof(*trace.rows)),
                                 .count = when->count};
    bool lean = when->count > 0 && when->nodes[0].kind == CONDITION_ALL;

    for (size_t i = 0; i < when->count && trace.rows != NULL; i++) {
        struct policy_trace_row *row = &trace.rows[i];
        *row = (struct policy_trace_row){.holds = policy_tree_holds(when, i, directory, facts),
                                         .group = when->nodes[i].kind <= CONDITION_NOT,
                                         .line = when->nodes[i].line,
                                         .column = when->nodes[i].column,
                                         .depth = depth_of(when, i) - (lean && i > 0 ? 1 : 0)};
        row->text = row->group ? group_text(when->nodes[i].kind)
                               : leaf_text(&when->nodes[i], directory, facts, arena);
        if (row->text.ru == NULL || row->text.en == NULL) {
            trace.rows = NULL;
        }
    }
    return trace;
}

/* In how many groups the node stands. */
static size_t depth_of(const struct policy_when *when, size_t at)
{
    size_t depth = 0;

    for (size_t i = 0; i < at; i++) {
        depth += i + when->nodes[i].span > at ? 1 : 0;
    }
    return depth;
}

static struct phrase group_text(enum policy_condition_kind kind)
{
    if (kind == CONDITION_ALL) {
        return (struct phrase){"всё из перечисленного:", "all of these:"};
    }
    return kind == CONDITION_ANY ? (struct phrase){"хотя бы одно:", "at least one of these:"}
                                 : (struct phrase){"не должно быть:", "must not hold:"};
}

static struct phrase leaf_text(const struct policy_condition *leaf,
                               const struct directory *directory,
                               const struct policy_facts *facts,
                               struct arena *arena)
{
    const char *made[2] = {NULL, NULL};

    for (int language = LANGUAGE_RU; language <= LANGUAGE_EN; language++) {
        struct sentence sentence = {
            .language = (enum language)language, .directory = directory, .facts = facts};
        describe_leaf(&sentence, leaf);
        tell_fact(&sentence, leaf);
        made[language == LANGUAGE_RU ? 0 : 1] =
            arena_text_of(arena, bytes_of(sentence.text, sentence.bytes));
    }
    return (struct phrase){made[0], made[1]};
}

/* "уровень риска: требуется «ТЖС», в обращении «СОП»" */
static void tell_failed(struct sentence *sentence, const struct policy_when *when, size_t at)
{
    const struct policy_condition *node = &when->nodes[at];

    switch (node->kind) {
    case CONDITION_ALL:
        add(sentence, "не выполнено: ", "does not hold: ");
        describe(sentence, when, at);
        break;
    case CONDITION_ANY:
        add(sentence, "не выполнено ни одно из условий: ", "none of these holds: ");
        describe_group(sentence, when, at);
        break;
    case CONDITION_NOT:
        add(sentence, "исключено условием: ", "excluded by the condition: ");
        describe(sentence, when, at + 1);
        break;
    case CONDITION_RISK:
    case CONDITION_RISK_AT_LEAST:
    case CONDITION_RISK_BELOW:
    case CONDITION_NEED:
    case CONDITION_AGE:
    case CONDITION_FLAG:
    case CONDITION_DIRECTION:
    case CONDITION_CHANNEL:
    case CONDITION_BASIS:
    case CONDITION_REFERRER_KIND:
    case CONDITION_TERRITORY:
    case CONDITION_DATES:
        describe_leaf(sentence, node);
        tell_fact(sentence, node);
        break;
    case CONDITION_CURATOR_FROM:
    case CONDITION_NOTIFIED:
    case CONDITION_NOTIFIED_KIND:
    case CONDITION_PROCEDURE:
    case CONDITION_END:
        assert(!"results stand in requirements alone");
    }
}

static void describe(struct sentence *sentence, const struct policy_when *when, size_t at)
{
    const struct policy_condition *node = &when->nodes[at];

    if (node->kind > CONDITION_NOT) {
        describe_leaf(sentence, node);
        return;
    }
    if (node->kind == CONDITION_NOT) {
        add(sentence, "не (", "not (");
        describe(sentence, when, at + 1);
    } else {
        add(sentence, "(", "(");
        describe_group(sentence, when, at);
    }
    add(sentence, ")", ")");
}

static void describe_group(struct sentence *sentence, const struct policy_when *when, size_t at)
{
    const struct policy_condition *node = &when->nodes[at];
    size_t end = at + node->span;

    for (size_t child = at + 1; child < end; child += when->nodes[child].span) {
        if (child > at + 1 && node->kind == CONDITION_ANY) {
            add(sentence, " или ", " or ");
        } else if (child > at + 1) {
            add(sentence, " и ", " and ");
        }
        describe(sentence, when, child);
    }
}

static void describe_leaf(struct sentence *sentence, const struct policy_condition *leaf)
{
    if (leaf->kind == CONDITION_DATES) {
        add_dates(sentence, leaf->dates);
        return;
    }
    if (leaf->kind == CONDITION_TERRITORY) {
        add(sentence, "территория: требуется ", "territory: must be in ");
        add_territories(sentence, leaf);
        return;
    }
    enum vocabulary list = list_of(leaf->kind);
    struct phrase name = leaf->kind == CONDITION_REFERRER_KIND
                             ? (struct phrase){"вид ведомства, направившего обращение",
                                               "kind of the referring agency"}
                             : vocabulary_name(list);
    add(sentence, name.ru, name.en);
    if (leaf->kind == CONDITION_RISK_AT_LEAST) {
        add(sentence, ": требуется не ниже ", ": must be at least ");
        add_title(sentence, vocabulary_title(list, leaf->code));
    } else if (leaf->kind == CONDITION_RISK_BELOW) {
        add(sentence, ": требуется ниже ", ": must be below ");
        add_title(sentence, vocabulary_title(list, leaf->code));
    } else {
        add(sentence, ": требуется ", ": must be ");
        add_codes(sentence, list, leaf->mask, alternatives);
    }
}

static void tell_fact(struct sentence *sentence, const struct policy_condition *leaf)
{
    if (leaf->kind == CONDITION_DATES) {
        bool early = sentence->facts->at_us < leaf->dates->from_us;
        bool late = sentence->facts->at_us >= leaf->dates->until_us;
        add(sentence,
            early  ? ", обращение пришло раньше"
            : late ? ", обращение пришло позже"
                   : ", обращение пришло в этот срок",
            early  ? ", the referral came before that"
            : late ? ", the referral came after that"
                   : ", the referral came within that");
        return;
    }
    if (leaf->kind == CONDITION_TERRITORY) {
        const struct directory_territory *row =
            directory_territory(sentence->directory, sentence->facts->labels.territory);
        add(sentence, ", в обращении ", ", the referral says ");
        add_title(sentence, row == NULL ? (struct phrase){"?", "?"} : row->title);
        return;
    }
    uint32_t bits = policy_tree_fact_bits(leaf->kind, sentence->facts);
    if (bits == 0) {
        add(sentence, ", в обращении не указано", ", the referral says nothing");
        return;
    }
    add(sentence, ", в обращении ", ", the referral says ");
    add_codes(sentence, list_of(leaf->kind), bits, (struct phrase){", ", ", "});
}

static void
add_codes(struct sentence *sentence, enum vocabulary list, uint32_t mask, struct phrase between)
{
    bool first = true;

    for (uint32_t number = 1; number < vocabulary_count(list); number++) {
        if ((mask & (UINT32_C(1) << number)) == 0) {
            continue;
        }
        if (!first) {
            add(sentence, between.ru, between.en);
        }
        add_title(sentence, vocabulary_title(list, number));
        first = false;
    }
}

static void add_territories(struct sentence *sentence, const struct policy_condition *leaf)
{
    for (size_t i = 0; i < leaf->number_count; i++) {
        const struct directory_territory *row =
            directory_territory(sentence->directory, leaf->numbers[i]);
        if (i > 0) {
            add(sentence, alternatives.ru, alternatives.en);
        }
        add_title(sentence, row == NULL ? (struct phrase){"?", "?"} : row->title);
    }
}

static void add_dates(struct sentence *sentence, const struct policy_dates *dates)
{
    add(sentence, "срок программы:", "time of the programme:");
    if (dates->from != NULL) {
        add(sentence, " с ", " from ");
        add(sentence, dates->from, dates->from);
    }
    if (dates->behind != NULL) {
        add(sentence, " до ", " before ");
        add(sentence, dates->behind, dates->behind);
    }
}

static void add_title(struct sentence *sentence, struct phrase title)
{
    add(sentence, "«", "\"");
    add(sentence, title.ru, title.en);
    add(sentence, "»", "\"");
}

static void add(struct sentence *sentence, const char *ru, const char *en)
{
    const char *text = sentence->language == LANGUAGE_RU ? ru : en;
    size_t bytes = strlen(text);
    size_t room = sizeof(sentence->text) - 1 - sentence->bytes;

    if (bytes > room) {
        bytes = room;
        while (bytes > 0 && ((unsigned char)text[bytes] & 0xC0U) == 0x80U) {
            bytes--;
        }
    }
    memcpy(sentence->text + sentence->bytes, text, bytes);
    sentence->bytes += bytes;
}

static enum vocabulary list_of(enum policy_condition_kind kind)
{
    switch (kind) {
    case CONDITION_RISK:
    case CONDITION_RISK_AT_LEAST:
    case CONDITION_RISK_BELOW:
        return VOCABULARY_RISK;
    case CONDITION_NEED:
        return VOCABULARY_NEED;
    case CONDITION_AGE:
        return VOCABULARY_AGE;
    case CONDITION_FLAG:
        return VOCABULARY_FLAG;
    case CONDITION_DIRECTION:
        return VOCABULARY_DIRECTION;
    case CONDITION_CHANNEL:
        return VOCABULARY_CHANNEL;
    case CONDITION_BASIS:
        return VOCABULARY_LEGAL_BASIS;
    case CONDITION_REFERRER_KIND:
        return VOCABULARY_AGENCY_KIND;
    case CONDITION_ALL:
    case CONDITION_ANY:
    case CONDITION_NOT:
    case CONDITION_TERRITORY:
    case CONDITION_DATES:
    case CONDITION_CURATOR_FROM:
    case CONDITION_NOTIFIED:
    case CONDITION_NOTIFIED_KIND:
    case CONDITION_PROCEDURE:
    case CONDITION_END:
        break;
    }
    assert(!"a condition without codes");
    return VOCABULARY_END;
}
