/* What another policy would have decided; see shadow.h. */
#include "broker/core/shadow.h"

#include "broker/core/versions.h"
#include "broker/core/view.h"

#include <stdio.h>
#include <string.h>

struct shadow_choice {
    const struct region *region;
    struct fact_decision decision;
};

struct shadow_choice *shadow_choose(struct turn *turn,
                                    const struct candidate_wish *wish,
                                    const struct policy_facts *facts)
{
    const struct region *region = turn->core->shadow;
    const uint32_t plan = store_meta(turn->store)->shadow;
    if (region == NULL || plan == 0 || region->version != STORE_PLAN_VERSION + plan) {
        return NULL;
    }
    struct shadow_choice *shadow = arena_alloc(turn->arena, sizeof(*shadow));
    struct policy_verdict *verdict = arena_alloc(turn->arena, sizeof(*verdict));
    if (shadow == NULL || verdict == NULL) {
        turn->failed = true;
        return NULL;
    }
    memset(shadow, 0, sizeof(*shadow));
    shadow->region = region;
    policy_decide(region->policy, region->directory, facts, verdict);
    struct fact_decision *decision = &shadow->decision;
    decision->rule = verdict->rule;
    decision->programmes = verdict->programmes;
    decision->pool = -1;
    decision->pool_count = verdict->pool_count;
    memcpy(decision->pools, verdict->pools, sizeof(decision->pools));
    decision->desk_reason = choice_desk_reason(facts, verdict);
    if (decision->desk_reason == DESK_REASON_UNSPECIFIED) {
        struct candidate_wish other = *wish;
        other.region = region;
        candidate_choose(turn, &other, decision);
    }
    return shadow;
}

static const char *rule_of(const struct region *region, const struct fact_decision *decision)
{
    return decision->rule < 0 ? "" : policy_rule(region->policy, (size_t)decision->rule).id;
}

static const char *pool_of(const struct region *region, const struct fact_decision *decision)
{
    return decision->pool < 0 ? "" : policy_pool(region->policy, (size_t)decision->pool).id;
}

static size_t sites_of(const struct region *region,
                       const struct fact_decision *decision,
                       uint32_t territory,
                       uint32_t sites[LIMIT_NOTICE_SITES])
{
    const struct policy_ground ground = {
        .rule = (size_t)decision->rule, .programmes = decision->programmes, .territory = territory};
    return decision->rule < 0
               ? 0
               : policy_notice_sites(region->policy, region->directory, &ground, sites);
}

static bool among(const uint32_t *sites, size_t count, uint32_t site)
{
    for (size_t i = 0; i < count; i++) {
        if (sites[i] == site) {
            return true;
        }
    }
    return false;
}

/* Whom only one of the two tells. */
struct told {
    const struct directory *directory;
    char text[LIMIT_SHADOW_NOTIFIED_BYTES + 1];
    size_t bytes;
    bool any;
};

struct sites {
    uint32_t items[LIMIT_NOTICE_SITES];
    size_t count;
};

static void
name_sites(struct told *told, char sign, const struct sites *sites, const struct sites *others)
{
    for (size_t i = 0; i < sites->count; i++) {
        const struct directory_site *site = directory_site(told->directory, sites->items[i]);
        if (site == NULL || among(others->items, others->count, sites->items[i])) {
            continue;
        }
        told->any = true;
        const size_t room = sizeof(told->text) - told->bytes;
        const int bytes = snprintf(
            told->text + told->bytes, room, "%s%c%s", told->bytes == 0 ? "" : " ", sign, site->id);
        if (bytes < 0 || (size_t)bytes >= room) {
            told->text[told->bytes] = '\0';
            return;
        }
        told->bytes += (size_t)bytes;
    }
}

/* The two pools and whom only one tells, each with a NUL. */
static struct bytes join(struct turn *turn, const char *const texts[3])
{
    size_t bytes = 0;
    for (size_t i = 0; i < 3; i++) {
        bytes += strlen(texts[i]) + 1;
    }
    char *all = arena_alloc(turn->arena, bytes);
    if (all == NULL) {
        turn->failed = true;
        return bytes_of(NULL, 0);
    }
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        const size_t size = strlen(texts[i]) + 1;
        memcpy(all + at, texts[i], size);
        at += size;
    }
    return bytes_of(all, bytes);
}

void shadow_tell(struct turn *turn,
                 const struct id128 *case_id,
                 const struct shadow_choice *shadow,
                 const struct fact_decision *decision)
{
    if (shadow == NULL || turn->failed) {
        return;
    }
    const struct region *region = turn->core->region;
    const uint32_t territory = turn_case(turn, case_id).labels.territory;
    const struct fact_decision *other = &shadow->decision;
    struct told told = {.directory = region->directory};
    struct sites mine = {.count = 0};
    struct sites its = {.count = 0};
    mine.count = sites_of(region, decision, territory, mine.items);
    its.count = sites_of(shadow->region, other, territory, its.items);
    name_sites(&told, '-', &mine, &its);
    name_sites(&told, '+', &its, &mine);
    const char *const rules[] = {rule_of(region, decision), rule_of(shadow->region, other)};
    const char *const texts[] = {
        pool_of(region, decision), pool_of(shadow->region, other), told.text};
    const uint32_t mask = (strcmp(rules[0], rules[1]) != 0 ? SHADOW_RULE : 0U) |
                          (strcmp(texts[0], texts[1]) != 0 ? SHADOW_POOL : 0U) |
                          (decision->chosen != other->chosen ? SHADOW_CURATOR : 0U) |
                          (told.any ? SHADOW_NOTIFIED : 0U);
    const struct fact fact = {.kind = FACT_SHADOW_DECIDED,
                              .case_id = *case_id,
                              .number = store_meta(turn->store)->shadow,
                              .mask = mask,
                              .worker = other->chosen,
                              .count = decision->chosen,
                              .code = decision->desk_reason,
                              .code_2 = other->desk_reason,
                              .text = rules[0],
                              .text_2 = rules[1],
                              .blob = join(turn, texts)};
    turn_emit(turn, &fact);
}

/* ---- told ---------------------------------------------------------------------------------------------- */

enum { CASES_A_PAGE = 100 };

static const char *worker_of(const struct core *core, uint32_t number)
{
    const struct directory_worker *row = directory_worker(core->region->directory, number);
    return row == NULL ? "" : row->id;
}

static bool fill_case(const struct core *core,
                      struct arena *arena,
                      const struct shadow_record *record,
                      struct shadow_case *out)
{
    const struct shadow_record *kept = arena_copy(arena, record, sizeof(*record));
    char *number = arena_alloc(arena, LIMIT_SPEAKABLE_BYTES);
    struct case_record at_case;
    if (kept == NULL || number == NULL) {
        return false;
    }
    number[0] = '\0';
    if (store_case(core->store, &record->case_id, &at_case)) {
        view_case_number(core, &at_case, number);
    }
    *out = (struct shadow_case){.at_us = kept->at_us,
                                .case_number = number,
                                .active_rule = kept->rules[0],
                                .shadow_rule = kept->rules[1],
                                .active_pool = kept->pools[0],
                                .shadow_pool = kept->pools[1],
                                .active_chosen = worker_of(core, kept->chosen[0]),
                                .shadow_chosen = worker_of(core, kept->chosen[1]),
                                .active_desk = kept->desks[0],
                                .shadow_desk = kept->desks[1],
                                .notified = kept->notified};
    return true;
}

static bool list_pairs(const struct core *core, struct arena *arena, struct answer *answer)
{
    const uint32_t last = store_meta(core->store)->shadow_pairs;
    answer->shadow_pairs = arena_array(arena, (size_t)last + 1, sizeof(*answer->shadow_pairs));
    for (uint32_t i = 0; answer->shadow_pairs != NULL && i <= last; i++) {
        struct shadow_count *count = arena_alloc(arena, sizeof(*count));
        if (count == NULL) {
            return false;
        }
        if (store_shadow_count(core->store, i, count)) {
            answer->shadow_pairs[answer->shadow_pair_count++] =
                (struct shadow_pair){.active = count->active,
                                     .shadow = count->shadow,
                                     .decided = count->decided,
                                     .pool = count->pool,
                                     .curator = count->curator,
                                     .notified = count->notified};
        }
    }
    return answer->shadow_pairs != NULL;
}

bool shadow_list(const struct core *core,
                 struct arena *arena,
                 const char *cursor,
                 struct answer *answer)
{
    const bool first = cursor == NULL || cursor[0] == '\0';
    uint64_t number = first ? store_meta(core->store)->shadow_cases : versions_parse(cursor);
    struct shadow_record record;
    answer->shadow_cases = arena_array(arena, CASES_A_PAGE, sizeof(*answer->shadow_cases));
    if (answer->shadow_cases == NULL || (first && !list_pairs(core, arena, answer))) {
        return false;
    }
    for (; store_shadow_record(core->store, number, &record); number--) {
        if (answer->shadow_case_count == CASES_A_PAGE) {
            answer->cursor = arena_format(arena, "%u", (unsigned)number);
            return answer->cursor != NULL;
        }
        if (!fill_case(core, arena, &record, &answer->shadow_cases[answer->shadow_case_count++])) {
            return false;
        }
    }
    return true;
}
