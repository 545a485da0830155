/* The policy's life, and what others may see of it. */
#include "policy/policy.h"

#include "policy/policy_tree.h"

#include <assert.h>
#include <string.h>

/* What a byte of the files can become at the most: a norm of a territory is a whole table. */
enum { POLICY_BYTES = 1 << 20, POLICY_BYTES_EACH = 128, FINDING_BYTES_MAX = 4 << 20 };

/* Sites as they are found. */
struct told {
    const struct directory *directory;
    uint32_t territory;
    uint32_t *sites;
    size_t count;
};

static void tell(struct told *told, const struct policy_notice *notice);
static bool shares(const uint32_t *list, size_t count, uint32_t number);
static bool has_training(const struct directory_worker *worker, const struct policy_pool *pool);
static bool speaks(const struct directory_worker *worker, const struct policy_pool *pool);

bool policy_create(struct policy **out,
                   const struct yaml_file *files,
                   size_t file_count,
                   const struct directory *directory,
                   struct error_list *errors)
{
    struct policy_context context = {.directory = directory};
    struct finding_list findings;
    struct arena *arena = arena_create(FINDING_BYTES_MAX);
    bool good = false;

    if (arena == NULL || !finding_list_begin(&findings, arena)) {
        (void)error_list_add(errors, ERROR_OS, NULL, "policy: out of memory");
    } else {
        good = policy_read(out, files, file_count, &context, &findings);
        finding_report(&findings, errors);
    }
    arena_destroy(&arena);
    return good;
}

bool policy_read(struct policy **out,
                 const struct yaml_file *files,
                 size_t file_count,
                 const struct policy_context *context,
                 struct finding_list *findings)
{
    size_t bytes = POLICY_BYTES;
    for (size_t i = 0; i < file_count; i++) {
        bytes += files[i].content.size * POLICY_BYTES_EACH;
    }
    struct arena *arena = arena_create(bytes);
    struct policy *policy = arena == NULL ? NULL : arena_alloc(arena, sizeof(*policy));
    struct policy_source source = {.policy = policy, .context = context, .findings = findings};
    size_t errors = findings->errors;

    if (policy == NULL) {
        arena_destroy(&arena);
        return finding_error(findings,
                             DIAGNOSTIC_MEMORY,
                             NULL,
                             "политика: не хватило памяти",
                             "policy: out of memory");
    }
    policy->arena = arena;
    policy_tree_parse(&source, files, file_count);
    if (findings->errors > errors) {
        policy_destroy(&policy);
        return false;
    }
    *out = policy;
    return true;
}

void policy_destroy(struct policy **policy)
{
    if (*policy != NULL) {
        struct arena *arena = (*policy)->arena;

        *policy = NULL;
        arena_destroy(&arena);
    }
}

const char *policy_id(const struct policy *policy)
{
    return policy->id;
}

size_t policy_rule_count(const struct policy *policy)
{
    return policy->rule_count;
}

struct policy_rule_view policy_rule(const struct policy *policy, size_t index)
{
    assert(index < policy->rule_count);
    const struct policy_rule *rule = &policy->rules[index];

    return (struct policy_rule_view){.id = rule->id, .title = rule->title, .at = rule->at};
}

size_t policy_programme_count(const struct policy *policy)
{
    return policy->programme_count;
}

struct policy_programme_view policy_programme(const struct policy *policy, size_t index)
{
    assert(index < policy->programme_count);
    const struct policy_programme *programme = &policy->programmes[index];

    return (struct policy_programme_view){.id = programme->id,
                                          .title = programme->title,
                                          .at = programme->at,
                                          .from = programme->dates.from,
                                          .behind = programme->dates.behind};
}

size_t policy_pool_count(const struct policy *policy)
{
    return policy->pool_count;
}

struct policy_pool_view policy_pool(const struct policy *policy, size_t index)
{
    assert(index < policy->pool_count);
    const struct policy_pool *pool = &policy->pools[index];

    return (struct policy_pool_view){.id = pool->id,
                                     .at = pool->at,
                                     .pick = pool->pick,
                                     .continuity = pool->continuity,
                                     .auto_accept = pool->auto_accept,
                                     .reserve = pool->reserve};
}

uint32_t policy_sections(const struct policy *policy, uint32_t roles, enum agency_kind kind)
{
    uint32_t sections = 0;

    assert(kind < AGENCY_KIND_END);
    for (uint32_t role = 1; role < ROLE_END; role++) {
        if ((roles & (UINT32_C(1) << role)) != 0) {
            sections |= policy->role_sections[role];
        }
    }
    return policy->kind_given[kind] ? sections & policy->kind_sections[kind] : sections;
}

bool policy_pool_selects(const struct policy *policy,
                         size_t pool_index,
                         const struct directory *directory,
                         uint32_t worker)
{
    assert(pool_index < policy->pool_count);
    const struct policy_pool *pool = &policy->pools[pool_index];
    const struct directory_worker *row = directory_worker(directory, worker);
    const struct directory_agency *agency =
        row == NULL || row->removed ? NULL : directory_agency(directory, row->agency);

    if (agency == NULL || (row->roles & pool->roles) == 0) {
        return false;
    }
    if (pool->agency_count > 0 && !shares(pool->agencies, pool->agency_count, row->agency)) {
        return false;
    }
    if (pool->kinds != 0 && (pool->kinds & (UINT32_C(1) << agency->kind)) == 0) {
        return false;
    }
    return has_training(row, pool) && speaks(row, pool) &&
           (pool->territory == 0 || directory_worker_covers(directory, worker, pool->territory));
}

bool policy_pool_covers_case(const struct policy *policy, size_t pool)
{
    assert(pool < policy->pool_count);
    return policy->pools[pool].covers_case;
}

size_t policy_notice_sites(const struct policy *policy,
                           const struct directory *directory,
                           const struct policy_ground *ground,
                           uint32_t sites[LIMIT_NOTICE_SITES])
{
    assert(ground->rule < policy->rule_count);
    const struct policy_rule *rule = &policy->rules[ground->rule];
    struct told told = {.directory = directory, .territory = ground->territory, .sites = sites};

    for (size_t i = 0; i < rule->notice_count; i++) {
        tell(&told, &rule->notices[i]);
    }
    for (size_t i = 0; i < policy->programme_count; i++) {
        const struct policy_programme *programme = &policy->programmes[i];
        for (size_t j = 0; j < programme->notice_count && (ground->programmes >> i & 1) != 0; j++) {
            tell(&told, &programme->notices[j]);
        }
    }
    return told.count;
}

static void tell(struct told *told, const struct policy_notice *notice)
{
    uint32_t agencies = directory_count(told->directory, DIRECTORY_AGENCY);

    for (uint32_t at = 1; at <= agencies && told->count < LIMIT_NOTICE_SITES; at++) {
        const struct directory_agency *agency = directory_agency(told->directory, at);
        if (policy_tree_selects_agency(notice, told->directory, at, told->territory) &&
            agency->home_site != 0 && !shares(told->sites, told->count, agency->home_site)) {
            told->sites[told->count++] = agency->home_site;
        }
    }
}

bool policy_tree_selects_agency(const struct policy_notice *notice,
                                const struct directory *directory,
                                uint32_t number,
                                uint32_t territory)
{
    const struct directory_agency *agency = directory_agency(directory, number);

    if (agency == NULL || agency->removed) {
        return false;
    }
    if (notice->agency_count > 0 && !shares(notice->agencies, notice->agency_count, number)) {
        return false;
    }
    if (notice->kinds != 0 && (notice->kinds & (UINT32_C(1) << agency->kind)) == 0) {
        return false;
    }
    if (notice->covers_case && !directory_agency_covers(directory, number, territory)) {
        return false;
    }
    return notice->territory == 0 || directory_agency_covers(directory, number, notice->territory);
}

static bool shares(const uint32_t *list, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == number) {
            return true;
        }
    }
    return false;
}

static bool has_training(const struct directory_worker *worker, const struct policy_pool *pool)
{
    for (size_t i = 0; i < pool->training_count; i++) {
        bool found = false;
        for (size_t j = 0; j < worker->training_count && !found; j++) {
            found = strcmp(pool->training[i], worker->training[j]) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* One of the pool's languages, if it names any. */
static bool speaks(const struct directory_worker *worker, const struct policy_pool *pool)
{
    for (size_t i = 0; i < pool->language_count; i++) {
        for (size_t j = 0; j < worker->language_count; j++) {
            if (strcmp(pool->languages[i], worker->languages[j]) == 0) {
                return true;
            }
        }
    }
    return pool->language_count == 0;
}
