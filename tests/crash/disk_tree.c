/* The names of a disk; see disk_tree.h. */
#include "tests/crash/disk_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES_MAX = 256, CHANGES_MAX = 1024 };

struct entry {
    char name[RECORDING_NAME_MAX + 1];
    bool is_file;
    uint32_t file;
};

/* A folder that was synced keeps its entries even while its own name is not safe; they are there when it is. */
struct entries {
    struct entry list[ENTRIES_MAX];
    size_t count;
};

struct change {
    enum record_kind kind;
    char name[RECORDING_NAME_MAX + 1];
    char to[RECORDING_NAME_MAX + 1];
    uint32_t file;
};

struct changes {
    struct change list[CHANGES_MAX];
    size_t count;
};

struct disk_tree {
    struct entries safe;
    struct changes since;
};

static void fail(const char *why)
{
    (void)fprintf(stderr, "disk: %s\n", why);
    exit(2);
}

/* splitmix64 */
uint64_t disk_chance_below(struct disk_chance *chance, uint64_t below)
{
    uint64_t mixed = chance->state += 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return (mixed ^ (mixed >> 31U)) % below;
}

struct disk_tree *disk_tree_create(void)
{
    struct disk_tree *tree = calloc(1, sizeof(*tree));
    if (tree == NULL) {
        fail("no memory");
    }
    tree->safe.count = 1; /* the folder itself, which somebody else made */
    (void)snprintf(tree->safe.list[0].name, sizeof(tree->safe.list[0].name), ".");
    return tree;
}

void disk_tree_destroy(struct disk_tree **tree)
{
    free(*tree);
    *tree = NULL;
}

/* ---- names ------------------------------------------------------------------------------------- */

static void parent_of(const char *name, char out[RECORDING_NAME_MAX + 1])
{
    const char *slash = strrchr(name, '/');
    (void)snprintf(out,
                   RECORDING_NAME_MAX + 1,
                   "%.*s",
                   slash == NULL ? 1 : (int)(slash - name),
                   slash == NULL ? "." : name);
}

static bool is_in(const char *name, const char *folder)
{
    char parent[RECORDING_NAME_MAX + 1];
    parent_of(name, parent);
    return name[0] != '\0' && strcmp(parent, folder) == 0;
}

/* The name after a folder above it, or it itself, was renamed. */
static void follow(char name[RECORDING_NAME_MAX + 1], const char *from, const char *to)
{
    char moved[2 * (RECORDING_NAME_MAX + 1)];
    size_t length = strlen(from);
    if (strncmp(name, from, length) == 0 && (name[length] == '\0' || name[length] == '/')) {
        if (snprintf(moved, sizeof(moved), "%s%s", to, name + length) > RECORDING_NAME_MAX) {
            fail("a name is too long");
        }
        memcpy(name, moved, strlen(moved) + 1);
    }
}

static struct entry *find(struct entries *entries, const char *name)
{
    for (size_t i = 0; i < entries->count; i++) {
        if (strcmp(entries->list[i].name, name) == 0) {
            return &entries->list[i];
        }
    }
    return NULL;
}

static void forget(struct entries *entries, const char *name)
{
    struct entry *entry = find(entries, name);
    if (entry != NULL) {
        memmove(entry,
                entry + 1,
                (size_t)(entries->list + entries->count - (entry + 1)) * sizeof(*entry));
        entries->count--;
    }
}

static bool is_empty(const struct entries *entries, const char *folder)
{
    for (size_t i = 0; i < entries->count; i++) {
        if (is_in(entries->list[i].name, folder) && strcmp(entries->list[i].name, ".") != 0) {
            return false;
        }
    }
    return true;
}

/* ---- changes ----------------------------------------------------------------------------------- */

static void add(struct entries *entries, const struct change *change)
{
    if (find(entries, change->name) != NULL) {
        return;
    }
    if (entries->count == ENTRIES_MAX) {
        fail("too many entries");
    }
    struct entry *entry = &entries->list[entries->count++];
    memcpy(entry->name, change->name, sizeof(entry->name));
    entry->is_file = change->kind == RECORD_CREATE;
    entry->file = change->file;
}

static void move(struct entries *entries, const struct change *change)
{
    const struct entry *target = find(entries, change->to);
    if (find(entries, change->name) == NULL ||
        (target != NULL && !target->is_file && !is_empty(entries, change->to))) {
        return;
    }
    forget(entries, change->to);
    for (size_t i = 0; i < entries->count; i++) {
        follow(entries->list[i].name, change->name, change->to);
    }
}

static void make(struct entries *entries, const struct change *change)
{
    if (change->kind == RECORD_RENAME) {
        move(entries, change);
    } else if (change->kind == RECORD_REMOVE) {
        forget(entries, change->name);
    } else {
        add(entries, change);
    }
}

void disk_tree_note(struct disk_tree *tree, const struct record *record, uint32_t file)
{
    if (tree->since.count == CHANGES_MAX) {
        fail("too many changes without a sync");
    }
    struct change *change = &tree->since.list[tree->since.count++];
    memset(change, 0, sizeof(*change));
    change->kind = record->kind;
    change->file = file;
    memcpy(change->name, record->name, sizeof(change->name));
    if (record->kind == RECORD_RENAME) {
        if (record->data.size > RECORDING_NAME_MAX) {
            fail("a name is too long");
        }
        memcpy(change->to, record->data.data, record->data.size);
    }
}

/* What was done before the rename was done to things that have another name now. */
static void rename_earlier(struct change *first, size_t count, const struct change *rename)
{
    for (size_t i = 0; i < count; i++) {
        follow(first[i].name, rename->name, rename->to);
        if (first[i].kind == RECORD_RENAME) {
            follow(first[i].to, rename->name, rename->to);
        }
    }
}

/* What the rename renames exists, even while the folder that it came from is not synced: of the first `count` changes,
 * those that made it are safe with the rename. Returns how many are left. */
static size_t secure_source(struct disk_tree *tree, size_t count, const struct change *rename)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct change *change = &tree->since.list[i];
        const bool made_it = change->kind == RECORD_RENAME
                                 ? strcmp(change->to, rename->name) == 0
                                 : strcmp(change->name, rename->name) == 0;
        if (made_it && change->kind != RECORD_REMOVE) {
            make(&tree->safe, change);
        } else {
            tree->since.list[kept++] = *change;
        }
    }
    return kept;
}

void disk_tree_sync(struct disk_tree *tree, const char *folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < tree->since.count; i++) {
        const struct change change = tree->since.list[i];
        if (!is_in(change.name, folder) && !is_in(change.to, folder)) {
            tree->since.list[kept++] = change;
            continue;
        }
        if (change.kind == RECORD_RENAME) {
            kept = secure_source(tree, kept, &change);
            rename_earlier(tree->since.list, kept, &change);
        }
        make(&tree->safe, &change);
    }
    tree->since.count = kept;
}

/* ---- a cut ------------------------------------------------------------------------------------- */

/* False when a folder above it was lost. */
static bool is_reached(struct entries *entries, const char *name)
{
    char folder[RECORDING_NAME_MAX + 1];
    parent_of(name, folder);
    while (strcmp(folder, ".") != 0) {
        char above[RECORDING_NAME_MAX + 1];
        if (find(entries, folder) == NULL) {
            return false;
        }
        parent_of(folder, above);
        memcpy(folder, above, sizeof(folder));
    }
    return true;
}

static int by_length(const void *a, const void *b)
{
    const struct entry *left = a;
    const struct entry *right = b;
    const size_t left_bytes = strlen(left->name);
    const size_t right_bytes = strlen(right->name);
    return left_bytes < right_bytes ? -1 : left_bytes > right_bytes;
}

void disk_tree_cut(const struct disk_tree *tree,
                   enum disk_loss loss,
                   uint64_t seed,
                   disk_tree_visit *visit,
                   void *world)
{
    struct entries left = tree->safe;
    struct disk_chance chance = {.state = seed};
    for (size_t i = 0; i < tree->since.count && loss != DISK_KEEPS_SAFE; i++) {
        if (loss == DISK_KEEPS_ALL || disk_chance_below(&chance, 4) != 0) {
            make(&left, &tree->since.list[i]);
        }
    }
    qsort(left.list, left.count, sizeof(left.list[0]), by_length);
    for (size_t i = 0; i < left.count; i++) {
        if (is_reached(&left, left.list[i].name)) {
            visit(world, left.list[i].name, left.list[i].is_file ? &left.list[i].file : NULL);
        }
    }
}
