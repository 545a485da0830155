/* A disk that keeps what was synced; see disk.h. */
#include "tests/crash/disk.h"

#include "tests/crash/disk_tree.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MAX = 512, FILE_BYTES_MAX = 1 << 30 };

/* Content up to the last byte written; beyond it, up to the size, there are zeros. */
struct image {
    uint8_t *bytes;
    size_t room;
    uint64_t size;
};

/* A sector as the kernel had it after a write that is not safe yet. */
struct version {
    uint64_t sector;
    uint64_t write; /* number of the write */
    uint8_t bytes[DISK_SECTOR_BYTES];
};

struct file {
    uint64_t inode;
    struct image safe;
    struct image now; /* as the kernel has it */
    struct version *pending;
    size_t pending_count;
    size_t pending_room;
};

struct disk {
    struct disk_tree *tree;
    struct file files[FILES_MAX];
    uint32_t file_count;
    uint64_t writes;
};

static void fail(const char *why, const char *what)
{
    (void)fprintf(stderr, "disk: %s: %s\n", why, what);
    exit(2);
}

static void *larger(void *old, size_t count, size_t each)
{
    void *made = realloc(old, count * each);
    if (made == NULL) {
        fail("no memory", "");
    }
    return made;
}

struct disk *disk_create(void)
{
    struct disk *disk = calloc(1, sizeof(*disk));
    if (disk == NULL) {
        fail("no memory", "");
    }
    disk->tree = disk_tree_create();
    return disk;
}

void disk_destroy(struct disk **disk)
{
    if (*disk == NULL) {
        return;
    }
    for (uint32_t i = 0; i < (*disk)->file_count; i++) {
        free((*disk)->files[i].safe.bytes);
        free((*disk)->files[i].now.bytes);
        free((*disk)->files[i].pending);
    }
    disk_tree_destroy(&(*disk)->tree);
    free(*disk);
    *disk = NULL;
}

/* ---- files ------------------------------------------------------------------------------------- */

/* The newest of that number. */
static struct file *file_of(struct disk *disk, uint64_t inode)
{
    for (uint32_t i = disk->file_count; i > 0; i--) {
        if (disk->files[i - 1].inode == inode) {
            return &disk->files[i - 1];
        }
    }
    fail("a write to a file that nobody created", "");
    return NULL;
}

static uint32_t add_file(struct disk *disk, uint64_t inode)
{
    if (disk->file_count == FILES_MAX) {
        fail("too many files", "");
    }
    disk->files[disk->file_count].inode = inode;
    return disk->file_count++;
}

static void make_room(struct image *image, uint64_t bytes)
{
    assert(bytes <= FILE_BYTES_MAX);
    if (bytes <= image->room) {
        return;
    }
    size_t room = image->room == 0 ? 65536 : image->room;
    while (room < bytes) {
        room *= 2;
    }
    image->bytes = larger(image->bytes, room, 1);
    memset(image->bytes + image->room, 0, room - image->room);
    image->room = room;
}

static void put(struct image *image, uint64_t offset, struct bytes data)
{
    make_room(image, offset + data.size);
    memcpy(image->bytes + offset, data.data, data.size);
    image->size = image->size < offset + data.size ? offset + data.size : image->size;
}

static struct bytes sector_of(struct image *image, uint64_t sector)
{
    make_room(image, (sector + 1) * DISK_SECTOR_BYTES);
    return bytes_of(image->bytes + sector * DISK_SECTOR_BYTES, DISK_SECTOR_BYTES);
}

/* A sector of a file whose end may be in its middle. */
static void
put_sector(struct image *image, uint64_t sector, const uint8_t *bytes, uint64_t size_max)
{
    uint64_t size = image->size;
    put(image, sector * DISK_SECTOR_BYTES, bytes_of(bytes, DISK_SECTOR_BYTES));
    size = size < size_max ? size_max : size;
    image->size = image->size < size ? image->size : size;
}

static void write_it(struct disk *disk, struct file *file, const struct record *record)
{
    put(&file->now, record->offset, record->data);
    disk->writes++;
    for (uint64_t sector = record->offset / DISK_SECTOR_BYTES;
         sector * DISK_SECTOR_BYTES < record->offset + record->data.size;
         sector++) {
        if (file->pending_count == file->pending_room) {
            file->pending_room = file->pending_room == 0 ? 64 : file->pending_room * 2;
            file->pending = larger(file->pending, file->pending_room, sizeof(*file->pending));
        }
        struct version *version = &file->pending[file->pending_count++];
        version->sector = sector;
        version->write = disk->writes;
        memcpy(version->bytes, sector_of(&file->now, sector).data, DISK_SECTOR_BYTES);
    }
}

/* The sectors that it touched are on disk as the kernel has them; older versions of them cannot come any more. */
static void write_safely(struct file *file, const struct record *record)
{
    put(&file->now, record->offset, record->data);
    const uint64_t first = record->offset / DISK_SECTOR_BYTES;
    const uint64_t last = (record->offset + record->data.size - 1) / DISK_SECTOR_BYTES;
    for (uint64_t sector = first; sector <= last; sector++) {
        put_sector(&file->safe, sector, sector_of(&file->now, sector).data, file->now.size);
    }
    size_t kept = 0;
    for (size_t i = 0; i < file->pending_count; i++) {
        if (file->pending[i].sector < first || file->pending[i].sector > last) {
            file->pending[kept++] = file->pending[i];
        }
    }
    file->pending_count = kept;
}

static void sync_file(struct file *file)
{
    for (size_t i = 0; i < file->pending_count; i++) {
        put_sector(&file->safe, file->pending[i].sector, file->pending[i].bytes, file->now.size);
    }
    file->safe.size = file->now.size;
    file->pending_count = 0;
}

bool disk_feed(struct disk *disk, const struct record *record)
{
    switch (record->kind) {
    case RECORD_CREATE:
        disk_tree_note(disk->tree, record, add_file(disk, record->file));
        return true;
    case RECORD_FOLDER:
    case RECORD_RENAME:
    case RECORD_REMOVE:
        disk_tree_note(disk->tree, record, 0);
        return true;
    case RECORD_SYNC_DIR:
        disk_tree_sync(disk->tree, record->name);
        return true;
    case RECORD_WRITE:
        write_it(disk, file_of(disk, record->file), record);
        return true;
    case RECORD_WRITE_DS:
        write_safely(file_of(disk, record->file), record);
        return true;
    case RECORD_SIZE:
        file_of(disk, record->file)->now.size = record->offset;
        return true;
    case RECORD_SYNC:
        sync_file(file_of(disk, record->file));
        return true;
    case RECORD_START:
    case RECORD_PART:
    case RECORD_FRAME:
    case RECORD_HEARD:
    case RECORD_TOLD:
    case RECORD_END:
        break;
    }
    return false;
}

/* ---- a cut ------------------------------------------------------------------------------------- */

/* Which sectors a write keeps: all, none, or some by chance. Share: how many of ten writes reach the disk. */
static bool survives(const struct version *version, struct disk_chance *chance, uint64_t share)
{
    struct disk_chance of_write = {.state = chance->state ^ (version->write * 0x9e3779b97f4a7c15U)};
    const bool torn = disk_chance_below(&of_write, 10) < 3;
    const bool whole = disk_chance_below(&of_write, 10) < share;
    struct disk_chance of_sector = {.state = of_write.state ^ (version->sector << 17U)};
    return torn ? disk_chance_below(&of_sector, 2) == 0 : whole;
}

static void lose(const struct file *file, struct image *left, enum disk_loss loss, uint64_t seed)
{
    const struct image *base = loss == DISK_KEEPS_ALL ? &file->now : &file->safe;
    struct disk_chance chance = {.state = seed};
    if (base->bytes != NULL) {
        put(left, 0, bytes_of(base->bytes, base->size < base->room ? base->size : base->room));
    }
    left->size = base->size;
    if (loss != DISK_KEEPS_SOME) {
        return;
    }
    const uint64_t share = disk_chance_below(&chance, 9) + 1;
    if (disk_chance_below(&chance, 2) == 0 && left->size < file->now.size) {
        left->size = file->now.size; /* the length reached the disk, the content need not */
    }
    for (size_t i = 0; i < file->pending_count; i++) {
        if (survives(&file->pending[i], &chance, share)) {
            put_sector(left, file->pending[i].sector, file->pending[i].bytes, file->now.size);
        }
    }
}

static void write_file(const char *path, const struct image *image)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t bytes = image->size < image->room ? image->size : image->room;
    if (fd < 0 || (bytes > 0 && write(fd, image->bytes, bytes) != (ssize_t)bytes) ||
        ftruncate(fd, (off_t)image->size) != 0 || close(fd) != 0) {
        fail("cannot write", path);
    }
}

struct cut {
    const struct disk *disk;
    const char *folder;
    enum disk_loss loss;
    uint64_t seed;
};

static void write_entry(void *world, const char *name, const uint32_t *number)
{
    const struct cut *cut = world;
    char path[PATH_MAX];
    struct image left = {0};
    (void)snprintf(path, sizeof(path), "%s/%s", cut->folder, name);
    if (number == NULL) {
        if (strcmp(name, ".") != 0 && mkdir(path, 0700) != 0) {
            fail("cannot create", path);
        }
        return;
    }
    lose(&cut->disk->files[*number], &left, cut->loss, cut->seed + *number);
    write_file(path, &left);
    free(left.bytes);
}

void disk_cut(const struct disk *disk, const char *folder, enum disk_loss loss, uint64_t seed)
{
    struct cut cut = {.disk = disk, .folder = folder, .loss = loss, .seed = seed};
    if (mkdir(folder, 0700) != 0) {
        fail("cannot create", folder);
    }
    disk_tree_cut(disk->tree, loss, seed, write_entry, &cut);
}
