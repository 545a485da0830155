/* Lists of workers per pool and territory, made once. */
#include "policy/roster.h"

#include <assert.h>
#include <string.h>

struct roster_list {
    const uint32_t *workers;
    size_t count;
};

struct roster {
    struct arena *arena;
    size_t pool_count;
    uint32_t territory_count;
    struct roster_list *lists; /* [pool][territory]; slot 0: all that the pool selects */
};

enum { BASE_BYTES = 1 << 20 };

static bool fill_pool(struct roster *roster,
                      const struct policy *policy,
                      const struct directory *directory,
                      size_t pool);
static bool fill_territory(struct roster *roster,
                           const struct directory *directory,
                           struct roster_list *lists,
                           uint32_t territory);
static size_t bytes_needed(const struct policy *policy, const struct directory *directory);

bool roster_create(struct roster **out,
                   const struct policy *policy,
                   const struct directory *directory,
                   struct error *err)
{
    struct arena *arena = arena_create(bytes_needed(policy, directory));
    struct roster *roster = arena == NULL ? NULL : arena_alloc(arena, sizeof(*roster));

    if (roster == NULL) {
        arena_destroy(&arena);
        return error_set(err, ERROR_OS, "roster: out of memory");
    }
    roster->arena = arena;
    roster->pool_count = policy_pool_count(policy);
    roster->territory_count = directory_count(directory, DIRECTORY_TERRITORY);
    roster->lists = arena_array(
        arena, roster->pool_count * ((size_t)roster->territory_count + 1), sizeof(*roster->lists));
    bool good = roster->lists != NULL;
    for (size_t pool = 0; pool < roster->pool_count && good; pool++) {
        good = fill_pool(roster, policy, directory, pool);
    }
    if (!good) {
        roster_destroy(&roster);
        return error_set(err, ERROR_OS, "roster: out of memory");
    }
    *out = roster;
    return true;
}

void roster_destroy(struct roster **roster)
{
    if (*roster != NULL) {
        struct arena *arena = (*roster)->arena;

        *roster = NULL;
        arena_destroy(&arena);
    }
}

size_t roster_members(const struct roster *roster,
                      size_t pool,
                      uint32_t territory,
                      const uint32_t **workers)
{
    assert(pool < roster->pool_count);
    if (territory == 0 || territory > roster->territory_count) {
        *workers = NULL;
        return 0;
    }
    const struct roster_list *list =
        &roster->lists[pool * ((size_t)roster->territory_count + 1) + territory];
    *workers = list->workers;
    return list->count;
}

/* Slot 0 first; a pool that takes cases from anywhere has that list for every territory. */
static bool fill_pool(struct roster *roster,
                      const struct policy *policy,
                      const struct directory *directory,
                      size_t pool)
{
    struct roster_list *lists = &roster->lists[pool * ((size_t)roster->territory_count + 1)];
    uint32_t worker_count = directory_count(directory, DIRECTORY_WORKER);
    size_t count = 0;

    for (uint32_t worker = 1; worker <= worker_count; worker++) {
        count += policy_pool_selects(policy, pool, directory, worker) ? 1 : 0;
    }
    uint32_t *workers = arena_array(roster->arena, count, sizeof(*workers));
    if (workers == NULL) {
        return false;
    }
    for (uint32_t worker = 1; worker <= worker_count; worker++) {
        if (policy_pool_selects(policy, pool, directory, worker)) {
            workers[lists[0].count++] = worker;
        }
    }
    lists[0].workers = workers;
    for (uint32_t territory = 1; territory <= roster->territory_count; territory++) {
        if (!policy_pool_covers_case(policy, pool)) {
            lists[territory] = lists[0];
        } else if (!fill_territory(roster, directory, lists, territory)) {
            return false;
        }
    }
    return true;
}

/* Those of slot 0 who cover the territory; the parent's list is shared when it is the same. */
static bool fill_territory(struct roster *roster,
                           const struct directory *directory,
                           struct roster_list *lists,
                           uint32_t territory)
{
    const struct directory_territory *row = directory_territory(directory, territory);
    struct arena_mark mark = arena_mark(roster->arena);
    size_t count = 0;

    for (size_t i = 0; i < lists[0].count; i++) {
        count += directory_worker_covers(directory, lists[0].workers[i], territory) ? 1 : 0;
    }
    uint32_t *workers = arena_array(roster->arena, count, sizeof(*workers));
    if (workers == NULL) {
        return false;
    }
    count = 0;
    for (size_t i = 0; i < lists[0].count; i++) {
        if (directory_worker_covers(directory, lists[0].workers[i], territory)) {
            workers[count++] = lists[0].workers[i];
        }
    }
    lists[territory] = (struct roster_list){.workers = workers, .count = count};
    const struct roster_list *parent =
        row == NULL || row->parent >= territory ? &lists[territory] : &lists[row->parent];
    if (parent != &lists[territory] && parent->count == count && count > 0 &&
        memcmp(parent->workers, workers, count * sizeof(*workers)) == 0) {
        lists[territory].workers = parent->workers;
        arena_release(roster->arena, mark);
    }
    return true;
}

/* The worst case is every worker in every list; it is address space, not memory, that is reserved. */
static size_t bytes_needed(const struct policy *policy, const struct directory *directory)
{
    size_t territories = (size_t)directory_count(directory, DIRECTORY_TERRITORY) + 1;
    size_t workers = (size_t)directory_count(directory, DIRECTORY_WORKER) + 8;
    size_t lists = policy_pool_count(policy) * territories;
    size_t full = lists * workers * sizeof(uint32_t);
    size_t shared = (size_t)512 << 20;

    return BASE_BYTES + lists * (sizeof(struct roster_list) + 64) + (full < shared ? full : shared);
}
