/* Norms that a territory has for itself, and which of all that were written holds. */
#include "policy/policy_tree.h"

#include "policy/reference.h"

#include <string.h>

/* Norms that are asked whether they change anything. */
struct needless {
    const struct policy *policy;
    const struct directory *directory;
    struct finding_list *findings;
};

static void read_place(struct policy_source *source,
                       const struct yaml_node *node,
                       bool by_level,
                       struct policy_places *places);
static struct policy_place *
place_of(struct policy_source *source, uint32_t territory, struct policy_places *places);
static void check_place(const struct needless *asked, const struct policy_rule *rule, size_t index);
static void check_programme(const struct needless *asked, size_t index);
static bool
tightens(const struct needless *asked, uint32_t risk, enum norm norm, struct duration length);
static const struct policy_place *find_nearest(const struct directory *directory,
                                               const struct policy_places *places,
                                               const struct policy_norm_question *question,
                                               enum norm norm);

void policy_tree_read_places(struct policy_source *source,
                             const struct yaml_node *map,
                             bool by_level,
                             struct policy_places *places)
{
    struct reader reader = reader_begin(source->file,
                                        map,
                                        (struct phrase){"сроки территорий", "norms of territories"},
                                        source->findings);

    if (reader.map == NULL) {
        return;
    }
    if (places->count + map->count > POLICY_TREE_PLACES) {
        struct text_pos at = yaml_tree_pos(source->file, map);
        finding_error(source->findings,
                      DIAGNOSTIC_POLICY_TOO_MUCH,
                      &at,
                      "территорий со своими сроками: %zu, не больше %d",
                      "territories with norms of their own: %zu, at most %d",
                      places->count + map->count,
                      POLICY_TREE_PLACES);
        return;
    }
    struct policy_place *list =
        arena_array(source->policy->arena, places->count + map->count, sizeof(*list));
    if (list == NULL) {
        finding_error(source->findings,
                      DIAGNOSTIC_MEMORY,
                      NULL,
                      "политика: не хватило памяти",
                      "policy: out of memory");
        return;
    }
    if (places->count > 0) {
        memcpy(list, places->list, places->count * sizeof(*list));
    }
    places->list = list;
    for (const struct yaml_node *node = map->first; node != NULL; node = node->next) {
        read_place(source, node, by_level, places);
    }
}

struct policy_norm_found policy_tree_norm(const struct policy *policy,
                                          const struct directory *directory,
                                          const struct policy_norm_question *question,
                                          enum norm norm)
{
    const struct policy_rule *rule = question->rule;
    const uint32_t risk = question->risk;
    const struct policy_norm_question by_rule = {.territory = question->territory};
    const struct policy_place *place =
        rule == NULL ? NULL : find_nearest(directory, &rule->places, &by_rule, norm);

    if (place != NULL) {
        return (struct policy_norm_found){.length = place->norms[0][norm],
                                          .origin = POLICY_NORM_RULE_PLACE,
                                          .territory = place->territory,
                                          .file = place->file,
                                          .spot = place->spots[0][norm]};
    }
    if (rule != NULL && rule->norms[norm].unit != DURATION_NONE) {
        return (struct policy_norm_found){.length = rule->norms[norm],
                                          .origin = POLICY_NORM_RULE,
                                          .file = rule->at.file,
                                          .spot = rule->norm_spots[norm]};
    }
    place = find_nearest(directory, &policy->places, question, norm);
    if (place != NULL) {
        return (struct policy_norm_found){.length = place->norms[risk][norm],
                                          .origin = POLICY_NORM_LEVEL_PLACE,
                                          .territory = place->territory,
                                          .file = place->file,
                                          .spot = place->spots[risk][norm]};
    }
    bool written = policy->norm_spots[risk][norm].line > 0;
    return (struct policy_norm_found){.length = policy->norms[risk][norm],
                                      .origin = written ? POLICY_NORM_LEVEL : POLICY_NORM_DEFAULT,
                                      .file = policy->norm_files[risk],
                                      .spot = policy->norm_spots[risk][norm]};
}

void policy_tree_check_needless_norms(const struct policy *policy,
                                      const struct directory *directory,
                                      struct finding_list *findings)
{
    const struct needless asked = {policy, directory, findings};

    for (size_t i = 0; i < policy->places.count; i++) {
        check_place(&asked, NULL, i);
    }
    for (size_t i = 0; i < policy->rule_count; i++) {
        for (size_t j = 0; j < policy->rules[i].places.count; j++) {
            if (!policy->rules[i].places.list[j].inherited) {
                check_place(&asked, &policy->rules[i], j);
            }
        }
    }
    for (size_t i = 0; i < policy->programme_count; i++) {
        check_programme(&asked, i);
    }
}

static void read_place(struct policy_source *source,
                       const struct yaml_node *node,
                       bool by_level,
                       struct policy_places *places)
{
    struct text_pos at = yaml_tree_key_pos(source->file, node);
    uint32_t territory = reference_resolve(
        source->context->directory, DIRECTORY_TERRITORY, node->key, &at, source->findings);
    struct policy_place unknown = {.territory = 0};
    struct policy_place *place = territory == 0 ? &unknown : place_of(source, territory, places);
    struct duration(*norms)[NORM_END] = place->norms;
    struct policy_spot(*spots)[NORM_END] = place->spots;

    if (by_level) {
        policy_tree_read_level_norms(source, node, norms, spots, NULL);
        return;
    }
    policy_tree_read_norms(source, node, norms[0], spots[0], NULL);
}

/* The same territory may be named in several files of a policy. */
static struct policy_place *
place_of(struct policy_source *source, uint32_t territory, struct policy_places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        if (places->list[i].territory == territory) {
            return &places->list[i];
        }
    }
    struct policy_place *place = &places->list[places->count++];
    place->territory = territory;
    place->file = policy_tree_keep(source, source->file->name);
    return place;
}

/* Does the territory say what holds there anyway? */
static void check_place(const struct needless *asked, const struct policy_rule *rule, size_t index)
{
    const struct policy_places *places = rule == NULL ? &asked->policy->places : &rule->places;
    const struct policy_place *place = &places->list[index];
    const struct directory_territory *row = directory_territory(asked->directory, place->territory);

    for (uint32_t risk = 0; risk < RISK_END; risk++) {
        for (enum norm norm = 0; norm < NORM_END; norm++) {
            const struct duration length = place->norms[risk][norm];
            const struct policy_norm_question above = {
                .rule = rule, .risk = risk, .territory = row->parent};
            struct policy_norm_found found =
                policy_tree_norm(asked->policy, asked->directory, &above, norm);
            bool same = found.length.unit == length.unit && found.length.amount == length.amount;
            /* A rule's word is above that of any level: only what the rule says itself is repeated. */
            bool repeats = rule == NULL || found.origin >= POLICY_NORM_RULE;
            if (length.unit != DURATION_NONE && same && repeats) {
                struct text_pos at = error_pos(
                    place->file, place->spots[risk][norm].line, place->spots[risk][norm].column);
                finding_warning(asked->findings,
                                DIAGNOSTIC_PLACE_NEEDLESS,
                                &at,
                                "срок «%s» на территории «%s» такой же и без этого",
                                "the norm \"%s\" in territory \"%s\" is the same without this",
                                policy_tree_norm_key(norm),
                                row->id);
            }
        }
    }
}

/* Is a norm of the programme stricter than any that it could meet? */
static void check_programme(const struct needless *asked, size_t index)
{
    const struct policy_programme *programme = &asked->policy->programmes[index];

    for (uint32_t risk = 0; risk < RISK_END; risk++) {
        for (enum norm norm = 0; norm < NORM_END; norm++) {
            const struct policy_spot spot = programme->norm_spots[risk][norm];
            const struct duration length = programme->norms[risk][norm];
            if (length.unit != DURATION_NONE && !tightens(asked, risk, norm, length)) {
                struct text_pos at = error_pos(programme->at.file, spot.line, spot.column);
                finding_warning(asked->findings,
                                DIAGNOSTIC_PROGRAMME_NORM_NEEDLESS,
                                &at,
                                "срок «%s» программы «%s» нигде не строже обычного",
                                "the norm \"%s\" of programme \"%s\" is nowhere stricter than "
                                "without it",
                                policy_tree_norm_key(norm),
                                programme->id);
            }
        }
    }
}

static bool
tightens(const struct needless *asked, uint32_t risk, enum norm norm, struct duration length)
{
    const struct policy *policy = asked->policy;
    bool found = policy_tree_is_stricter(length, policy->norms[risk][norm]);

    for (size_t i = 0; i < policy->places.count; i++) {
        const struct duration other = policy->places.list[i].norms[risk][norm];
        found = found || (other.unit != DURATION_NONE && policy_tree_is_stricter(length, other));
    }
    for (size_t i = 0; i < policy->rule_count && !found; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        const struct duration own = rule->norms[norm];
        found = own.unit != DURATION_NONE && policy_tree_is_stricter(length, own);
        for (size_t j = 0; j < rule->places.count; j++) {
            const struct duration other = rule->places.list[j].norms[0][norm];
            found =
                found || (other.unit != DURATION_NONE && policy_tree_is_stricter(length, other));
        }
    }
    return found;
}

/* Going up the tree. */
static const struct policy_place *find_nearest(const struct directory *directory,
                                               const struct policy_places *places,
                                               const struct policy_norm_question *question,
                                               enum norm norm)
{
    for (uint32_t at = places->count == 0 ? 0 : question->territory; at != 0;) {
        for (size_t i = 0; i < places->count; i++) {
            if (places->list[i].territory == at &&
                places->list[i].norms[question->risk][norm].unit != DURATION_NONE) {
                return &places->list[i];
            }
        }
        const struct directory_territory *row = directory_territory(directory, at);
        at = row == NULL ? 0 : row->parent;
    }
    return NULL;
}
