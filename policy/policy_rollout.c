/* What may be disclosed to whom, and from when the policy holds where. */
#include "policy/policy_tree.h"

#include "base/utc.h"
#include "base/yaml_take.h"
#include "policy/reference.h"

#include <string.h>

static const uint32_t curator_roles = UINT32_C(1) << ROLE_CASE_CURATOR | UINT32_C(1)
                                                                             << ROLE_DUTY_CURATOR;

static void read_mask(struct policy_source *source, const struct yaml_node *node);
static bool is_empty_list(const struct yaml_node *node);
static void read_wave(struct policy_source *source, const struct yaml_node *node);
static void check_repeats(struct policy_source *source, const struct reader_ids *ids);
static bool is_in_a_wave(const struct policy *policy, uint32_t territory);

/* Without `disclose` only those who lead a case see what it is about. */
void policy_tree_default_disclose(struct policy *policy)
{
    policy->role_sections[ROLE_CASE_CURATOR] = vocabulary_mask_all(VOCABULARY_SECTION);
    policy->role_sections[ROLE_DUTY_CURATOR] = vocabulary_mask_all(VOCABULARY_SECTION);
}

void policy_tree_read_disclose(struct policy_source *source, const struct yaml_node *map)
{
    if (map == NULL) {
        return;
    }
    struct reader reader = reader_begin(
        source->file, map, (struct phrase){"раскрытие", "disclosure"}, source->findings);
    if (reader.map == NULL) {
        return;
    }
    memset(source->policy->role_sections, 0, sizeof(source->policy->role_sections));
    for (const struct yaml_node *node = map->first; node != NULL; node = node->next) {
        read_mask(source, node);
    }
}

void policy_tree_read_rollout(struct policy_source *source, const struct yaml_node *list)
{
    for (const struct yaml_node *node = list == NULL ? NULL : list->first; node != NULL;
         node = node->next) {
        source->policy->has_waves = true;
        read_wave(source, node);
    }
}

bool policy_tree_rolled_out(const struct policy *policy,
                            const struct directory *directory,
                            uint32_t territory,
                            int64_t at_us)
{
    for (size_t i = 0; i < policy->wave_count; i++) {
        const struct policy_wave *wave = &policy->waves[i];
        for (size_t j = 0; j < wave->territory_count && wave->from_us <= at_us; j++) {
            if (directory_within(directory, territory, wave->territories[j])) {
                return true;
            }
        }
    }
    return !policy->has_waves;
}

int64_t policy_tree_day_begins(const struct policy_source *source, const struct utc_civil *date)
{
    const struct policy_context *context = source->context;
    int64_t us = utc_of_civil(date);

    if (context->calendar == NULL || context->zone == NULL) {
        return us;
    }
    int64_t offset_us = calendar_offset_s(context->calendar, context->zone, us) * UTC_SECOND_US;
    return us - calendar_offset_s(context->calendar, context->zone, us - offset_us) * UTC_SECOND_US;
}

/* `curator` is short for both roles that lead cases. */
static void read_mask(struct policy_source *source, const struct yaml_node *node)
{
    struct policy *policy = source->policy;
    uint32_t role = vocabulary_find(VOCABULARY_ROLE, node->key);
    uint32_t kind = role == 0 ? vocabulary_find(VOCABULARY_AGENCY_KIND, node->key) : 0;
    uint32_t roles = strcmp(node->key, "curator") == 0 ? curator_roles
                     : role == 0                       ? 0
                                                       : UINT32_C(1) << role;
    uint32_t sections =
        is_empty_list(node)
            ? 0
            : reader_codes_of(source->file, node, VOCABULARY_SECTION, source->findings);

    for (uint32_t i = 1; i < ROLE_END; i++) {
        if ((roles & (UINT32_C(1) << i)) != 0) {
            policy->role_sections[i] = sections;
        }
    }
    if (roles == 0 && kind != 0) {
        policy->kind_given[kind] = true;
        policy->kind_sections[kind] = sections;
    } else if (roles == 0) {
        struct text_pos at = yaml_tree_key_pos(source->file, node);
        static const char *const shorthand[] = {"curator"};
        const char *nearest = yaml_take_nearest(node->key, shorthand, 1);
        if (nearest == NULL) {
            nearest = vocabulary_nearest(VOCABULARY_ROLE, node->key);
        }
        if (nearest == NULL) {
            nearest = vocabulary_nearest(VOCABULARY_AGENCY_KIND, node->key);
        }
        (void)reference_unknown((struct reference_kind){DIAGNOSTIC_DISCLOSE_UNKNOWN,
                                                        {"нет такой роли или вида ведомства",
                                                         "there is no role or kind of agency"}},
                                node->key,
                                nearest,
                                &at,
                                source->findings);
    }
}

static bool is_empty_list(const struct yaml_node *node)
{
    return node->kind == YAML_LIST && node->count == 0;
}

static void read_wave(struct policy_source *source, const struct yaml_node *node)
{
    struct policy *policy = source->policy;
    struct policy_wave *wave = &policy->waves[policy->wave_count];
    struct reader reader =
        reader_begin(source->file, node, (struct phrase){"волна", "a wave"}, source->findings);
    struct reader_ids ids = {.count = 0};
    struct utc_civil date;

    if (reader.map == NULL) {
        return;
    }
    const char *from = reader_text(&reader, "from", READER_REQUIRED);
    if (reader_id_list(&reader, "territories", POLICY_TREE_LIST, READER_REQUIRED, &ids)) {
        wave->territories =
            policy_tree_resolve(source, DIRECTORY_TERRITORY, &ids, &wave->territory_count);
    }
    if (from != NULL && !utc_parse_date(from, &date)) {
        reader_error(
            &reader,
            DIAGNOSTIC_DATE_WRONG,
            yaml_tree_get(node, "from"),
            (struct phrase){"«%s» — не дата, как 2026-01-31", "\"%s\" is no date as 2026-01-31"},
            from);
    } else if (from != NULL) {
        wave->from = policy_tree_keep(source, from);
        wave->from_us = policy_tree_day_begins(source, &date);
        if (policy->wave_count > 0 &&
            wave->from_us < policy->waves[policy->wave_count - 1].from_us) {
            reader_error(&reader,
                         DIAGNOSTIC_WAVES_ORDER,
                         node,
                         (struct phrase){"волны должны идти по порядку дат",
                                         "waves must be in order of their dates"},
                         "");
        }
    }
    (void)reader_end(&reader);
    check_repeats(source, &ids);
    policy->wave_count++;
}

/* A territory that an earlier wave names. One that lies below such a territory may be named for the reader's sake. */
static void check_repeats(struct policy_source *source, const struct reader_ids *ids)
{
    const struct policy *policy = source->policy;

    for (size_t i = 0; i < ids->count; i++) {
        uint32_t territory =
            directory_find(source->context->directory, DIRECTORY_TERRITORY, ids->ids[i]);
        if (territory != 0 && is_in_a_wave(policy, territory)) {
            struct text_pos at = yaml_tree_pos(source->file, ids->nodes[i]);
            finding_warning(source->findings,
                            DIAGNOSTIC_WAVE_REPEATS,
                            &at,
                            "территория «%s» уже вошла в более раннюю волну",
                            "territory \"%s\" is in an earlier wave already",
                            ids->ids[i]);
        }
    }
}

static bool is_in_a_wave(const struct policy *policy, uint32_t territory)
{
    for (size_t i = 0; i < policy->wave_count; i++) {
        for (size_t j = 0; j < policy->waves[i].territory_count; j++) {
            if (policy->waves[i].territories[j] == territory) {
                return true;
            }
        }
    }
    return false;
}
