/* The tree of territories, who covers what, and the nearest name. */
#include "policy/directory_index.h"

#include "base/yaml_take.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NEAREST_CHUNK = 64 };

/* Children of each territory as chains, for a walk without recursion. */
struct walk {
    struct directory *directory;
    uint32_t *child;   /* by parent: the first child */
    uint32_t *sibling; /* by territory: the next child of the same parent */
    uint32_t next;     /* the next position of the walk */
};

static void walk_from(struct walk *walk, uint32_t root);
static bool any_covers(const struct directory *directory,
                       const uint32_t *territories,
                       size_t count,
                       uint32_t territory);

bool directory_index_territories(struct directory *directory, bool draft, struct error *err)
{
    uint32_t count = directory->counts[DIRECTORY_TERRITORY];
    struct walk walk = {.directory = directory, .next = 1};

    directory->spans = arena_array(directory->arena, count + 1, sizeof(*directory->spans));
    walk.child = arena_array(directory->arena, count + 1, sizeof(*walk.child));
    walk.sibling = arena_array(directory->arena, count + 1, sizeof(*walk.sibling));
    if (directory->spans == NULL || walk.child == NULL || walk.sibling == NULL) {
        return error_set(err, ERROR_OS, "directory: out of memory");
    }
    for (uint32_t i = count; i >= 1; i--) { /* backwards: chains come out in order of number */
        uint32_t parent = directory->territories[i].parent;
        if (directory->territories[i].number != 0 && parent != 0) {
            walk.sibling[i] = walk.child[parent];
            walk.child[parent] = i;
        }
    }
    for (uint32_t i = 1; i <= count; i++) {
        if (directory->territories[i].number != 0 && directory->territories[i].parent == 0) {
            walk_from(&walk, i);
        }
    }
    for (uint32_t i = 1; i <= count; i++) { /* what no root reaches lies on a cycle or below one */
        if (directory->territories[i].number == 0 || directory->spans[i].end != 0) {
            continue;
        }
        if (!draft) {
            return error_set(err,
                             ERROR_CONFIG,
                             "directory: the parents of territory \"%s\" form a cycle",
                             directory->territories[i].id);
        }
        directory->territories[i].parent = 0;
        directory->spans[i] = (struct directory_span){walk.next, walk.next + 1};
        walk.next++;
    }
    return true;
}

const char *directory_root_zone(const struct directory *directory)
{
    for (uint32_t i = 1; i <= directory->counts[DIRECTORY_TERRITORY]; i++) {
        const struct directory_territory *row = &directory->territories[i];
        if (row->number != 0 && row->parent == 0 && !row->removed) {
            return row->zone;
        }
    }
    return "";
}

bool directory_within(const struct directory *directory, uint32_t inner, uint32_t outer)
{
    uint32_t count = directory->counts[DIRECTORY_TERRITORY];

    if (inner == 0 || outer == 0 || inner > count || outer > count) {
        return false;
    }
    uint32_t at = directory->spans[inner].begin;
    return at >= directory->spans[outer].begin && at < directory->spans[outer].end;
}

bool directory_worker_covers(const struct directory *directory, uint32_t worker, uint32_t territory)
{
    const struct directory_worker *row = directory_worker(directory, worker);

    return row != NULL && any_covers(directory, row->territories, row->territory_count, territory);
}

bool directory_agency_covers(const struct directory *directory, uint32_t agency, uint32_t territory)
{
    const struct directory_agency *row = directory_agency(directory, agency);

    return row != NULL && any_covers(directory, row->territories, row->territory_count, territory);
}

const char *
directory_nearest(const struct directory *directory, enum directory_kind kind, const char *id)
{
    const struct directory_name *names = directory->names[kind];
    const char *pair[2] = {NULL, NULL};

    assert(kind > DIRECTORY_UNSPECIFIED && kind < DIRECTORY_END);
    for (size_t i = 0; i < directory->name_counts[kind];) {
        const char *chunk[NEAREST_CHUNK];
        size_t count = 0;
        for (; i < directory->name_counts[kind] && count < NEAREST_CHUNK; i++) {
            if (!names[i].removed) {
                chunk[count++] = names[i].id;
            }
        }
        pair[1] = yaml_take_nearest(id, chunk, count);
        if (pair[1] != NULL) {
            pair[0] = pair[0] == NULL ? pair[1] : yaml_take_nearest(id, pair, 2);
        }
    }
    return pair[0];
}

/* Depth first; a territory's zone is its own or its parent's, which was walked before it. */
static void walk_from(struct walk *walk, uint32_t root)
{
    struct directory *directory = walk->directory;
    uint32_t at = root;

    for (;;) {
        struct directory_territory *territory = &directory->territories[at];
        if (directory->spans[at].begin == 0) {
            directory->spans[at].begin = walk->next++;
            if (territory->zone[0] == '\0' && territory->parent != 0) {
                territory->zone = directory->territories[territory->parent].zone;
            }
        }
        uint32_t child = walk->child[at];
        if (child != 0) { /* taken off its chain: each is visited once */
            walk->child[at] = walk->sibling[child];
            at = child;
            continue;
        }
        directory->spans[at].end = walk->next;
        if (at == root) {
            return;
        }
        at = territory->parent;
    }
}

static bool any_covers(const struct directory *directory,
                       const uint32_t *territories,
                       size_t count,
                       uint32_t territory)
{
    for (size_t i = 0; i < count; i++) {
        if (directory_within(directory, territory, territories[i])) {
            return true;
        }
    }
    return false;
}
