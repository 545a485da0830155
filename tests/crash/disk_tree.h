/* The names of a disk (disk.h): which entries of which folders are safe, and what was done to them since. */
#ifndef TESTS_CRASH_DISK_TREE_H
#define TESTS_CRASH_DISK_TREE_H

#include "tests/crash/disk.h"

/* Chance out of a seed. */
struct disk_chance {
    uint64_t state;
};
uint64_t disk_chance_below(struct disk_chance *chance, uint64_t below);

struct disk_tree;

struct disk_tree *disk_tree_create(void);
void disk_tree_destroy(struct disk_tree **tree);
/* RECORD_CREATE (of the file of that number), FOLDER, RENAME, REMOVE. */
void disk_tree_note(struct disk_tree *tree, const struct record *record, uint32_t file);
void disk_tree_sync(struct disk_tree *tree, const char *folder);
/* Every entry that a cut leaves, a folder before what is in it; file NULL: a folder. */
typedef void disk_tree_visit(void *world, const char *name, const uint32_t *file);
void disk_tree_cut(const struct disk_tree *tree,
                   enum disk_loss loss,
                   uint64_t seed,
                   disk_tree_visit *visit,
                   void *world);

#endif
