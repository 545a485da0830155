/* Preloaded into a daemon: writes down every change of the files below a folder, every sync, and every message that
 * leaves or comes, in their order (record_layout.h). A message stands where the library took it, so whatever is not on disk at
 * that place in the record can be lost although somebody relies on it.
 *
 *     REFBROKER_RECORD        the record; appended to, so that a restarted daemon goes on
 *     REFBROKER_RECORD_BELOW  the folder; what is elsewhere is not recorded
 *     REFBROKER_RECORD_LMDB   flags that every LMDB environment gets, a number: how a careless store would behave
 *
 * One thread of the daemon writes files and sends messages; only that one is recorded. What is written through a
 * mapping is found at msync (WRITEMAP), by comparison with what was there at the one before.
 */
#define _GNU_SOURCE 1
#include "tests/crash/record_layout.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILES_MAX = 1024, MAPS_MAX = 8, SECTOR_BYTES = 512, SEND_MORE = 2 };

/* A recorded file that is written through a mapping. */
struct map {
    uint64_t file;
    uint8_t *start;
    size_t bytes;
    uint8_t *known; /* what the record says that the file holds */
};

static struct {
    int fd;
    const char *below;
    bool on[FILES_MAX];    /* descriptor of a recorded file */
    bool dsync[FILES_MAX]; /* opened with O_DSYNC */
    struct map maps[MAPS_MAX];
} recorder = {.fd = -1};

/* The library's own function. */
static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) {
        abort();
    }
    return found;
}

#define REAL(name) ((__typeof__(&name))(uintptr_t)real(#name))

/* ---- writing it down --------------------------------------------------------------------------- */

struct content {
    const char *name;
    const void *data;
    size_t bytes;
};

static void put(enum record_kind kind, uint64_t file, uint64_t offset, struct content content)
{
    struct record_head head = {.kind = kind,
                               .names = content.name == NULL ? 0 : (uint32_t)strlen(content.name),
                               .file = file,
                               .offset = offset,
                               .bytes = content.bytes};
    union {
        const void *given;
        void *wanted;
    } name = {.given = content.name}, data = {.given = content.data};
    struct iovec parts[] = {
        {&head, sizeof(head)}, {name.wanted, head.names}, {data.wanted, content.bytes}};
    ssize_t whole = (ssize_t)(sizeof(head) + head.names + content.bytes);
    if (REAL(writev)(recorder.fd, parts, 3) != whole) {
        abort(); /* a record with a hole proves nothing */
    }
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("REFBROKER_RECORD");
    recorder.below = getenv("REFBROKER_RECORD_BELOW");
    if (path == NULL || recorder.below == NULL) {
        return;
    }
    recorder.fd = REAL(open)(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (recorder.fd < 0) {
        abort();
    }
    put(RECORD_START, 0, 0, (struct content){0});
}

/* The path from the folder on; NULL when it is elsewhere. */
static const char *inside(const char *path)
{
    size_t length = recorder.below == NULL ? 0 : strlen(recorder.below);
    if (recorder.fd < 0 || strncmp(path, recorder.below, length) != 0) {
        return NULL;
    }
    return path[length] == '\0' ? "." : path[length] == '/' ? path + length + 1 : NULL;
}

static bool is_on(int fd)
{
    return fd >= 0 && fd < FILES_MAX && recorder.on[fd];
}

static uint64_t file_of(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        abort();
    }
    return status.st_ino;
}

/* ---- files ------------------------------------------------------------------------------------- */

static int open_it(const char *path, int flags, mode_t mode)
{
    const char *name = inside(path);
    bool is_new = name != NULL && (flags & O_CREAT) != 0 && access(path, F_OK) != 0;
    int fd = REAL(open)(path, flags, mode);
    if (fd < 0 || fd >= FILES_MAX) {
        return fd;
    }
    recorder.on[fd] = name != NULL;
    recorder.dsync[fd] = (flags & O_DSYNC) != 0;
    if (is_new) {
        put(RECORD_CREATE, file_of(fd), 0, (struct content){.name = name});
    }
    if (name != NULL && (flags & O_TRUNC) != 0) {
        put(RECORD_SIZE, file_of(fd), 0, (struct content){0});
    }
    return fd;
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_it(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_it(path, flags, mode);
}

int close(int fd)
{
    if (fd >= 0 && fd < FILES_MAX) {
        recorder.on[fd] = false;
    }
    return REAL(close)(fd);
}

static ssize_t wrote(int fd, const void *data, ssize_t bytes, off_t offset)
{
    if (bytes > 0 && is_on(fd)) {
        put(recorder.dsync[fd] ? RECORD_WRITE_DS : RECORD_WRITE,
            file_of(fd),
            (uint64_t)offset,
            (struct content){.data = data, .bytes = (size_t)bytes});
    }
    return bytes;
}

ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset)
{
    return wrote(fd, data, REAL(pwrite)(fd, data, bytes, offset), offset);
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off_t offset)
{
    return pwrite(fd, data, bytes, offset);
}

ssize_t write(int fd, const void *data, size_t bytes)
{
    off_t offset = is_on(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
    return wrote(fd, data, REAL(write)(fd, data, bytes), offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    off_t offset = is_on(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t bytes = REAL(writev)(fd, parts, count);
    for (int i = 0; is_on(fd) && bytes > 0 && i < count; i++) {
        (void)wrote(fd, parts[i].iov_base, (ssize_t)parts[i].iov_len, offset);
        offset += (off_t)parts[i].iov_len;
    }
    return bytes;
}

int ftruncate(int fd, off_t bytes)
{
    int failed = REAL(ftruncate)(fd, bytes);
    if (failed == 0 && is_on(fd)) {
        put(RECORD_SIZE, file_of(fd), (uint64_t)bytes, (struct content){0});
    }
    return failed;
}

static int synced(int fd, int failed)
{
    char path[PATH_MAX];
    char link[64];
    struct stat status;
    if (failed != 0 || !is_on(fd) || fstat(fd, &status) != 0) {
        return failed;
    }
    if (!S_ISDIR(status.st_mode)) {
        put(RECORD_SYNC, status.st_ino, 0, (struct content){0});
        return failed;
    }
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length <= 0) {
        abort();
    }
    path[length] = '\0';
    put(RECORD_SYNC_DIR, 0, 0, (struct content){.name = inside(path)});
    return failed;
}

int fsync(int fd)
{
    return synced(fd, REAL(fsync)(fd));
}

int fdatasync(int fd)
{
    return synced(fd, REAL(fdatasync)(fd));
}

int mkdir(const char *path, mode_t mode)
{
    int failed = REAL(mkdir)(path, mode);
    if (failed == 0 && inside(path) != NULL) {
        put(RECORD_FOLDER, 0, 0, (struct content){.name = inside(path)});
    }
    return failed;
}

int rename(const char *from, const char *to)
{
    int failed = REAL(rename)(from, to);
    if (failed == 0 && inside(from) != NULL && inside(to) != NULL) {
        put(RECORD_RENAME,
            0,
            0,
            (struct content){
                .name = inside(from), .data = inside(to), .bytes = strlen(inside(to))});
    }
    return failed;
}

static int removed(const char *path, int failed)
{
    if (failed == 0 && inside(path) != NULL) {
        put(RECORD_REMOVE, 0, 0, (struct content){.name = inside(path)});
    }
    return failed;
}

int unlink(const char *path)
{
    return removed(path, REAL(unlink)(path));
}

int rmdir(const char *path)
{
    return removed(path, REAL(rmdir)(path));
}

/* ---- mappings (WRITEMAP only) ------------------------------------------------------------------ */

/* The mapping that an address is in, as the kernel tells; its path too. */
static bool look_up(const uint8_t *address, struct map *found, char path[PATH_MAX])
{
    char line[PATH_MAX + 128];
    FILE *maps = fopen("/proc/self/maps", "r");
    bool is_found = false;
    while (maps != NULL && !is_found && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from = 0;
        unsigned long to = 0;
        int at = 0;
        if (sscanf(line, "%lx-%lx %*s %*s %*s %" SCNu64 " %n", &from, &to, &found->file, &at) ==
                3 &&
            (uintptr_t)address >= from && (uintptr_t)address < to) {
            found->start = (uint8_t *)(uintptr_t)from;
            found->bytes = to - from;
            (void)snprintf(path, PATH_MAX, "%.*s", (int)strcspn(line + at, "\n"), line + at);
            is_found = true;
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    return is_found && inside(path) != NULL;
}

static struct map *remember(const struct map *found)
{
    for (size_t i = 0; i < MAPS_MAX; i++) {
        struct map *map = &recorder.maps[i];
        if (map->known == NULL || map->file == found->file) {
            const bool is_new = map->known == NULL || map->bytes != found->bytes;
            uint8_t *known = map->known;
            if (is_new) {
                free(known);
                known = calloc(1, found->bytes);
            }
            *map = *found;
            map->known = known;
            return map;
        }
    }
    abort();
}

/* The file is almost all hole. */
static void find_changes(const struct map *map, int fd, off_t from, off_t to)
{
    off_t at = from;
    while ((at = lseek(fd, at, SEEK_DATA)) >= 0 && at < to) {
        off_t end = lseek(fd, at, SEEK_HOLE);
        for (; at < end; at += SECTOR_BYTES) {
            if (memcmp(map->start + at, map->known + at, SECTOR_BYTES) != 0) {
                memcpy(map->known + at, map->start + at, SECTOR_BYTES);
                put(RECORD_WRITE,
                    map->file,
                    (uint64_t)at,
                    (struct content){.data = map->known + at, .bytes = SECTOR_BYTES});
            }
        }
    }
}

int msync(void *start, size_t bytes, int flags)
{
    char path[PATH_MAX];
    struct map found = {0};
    if (recorder.fd >= 0 && look_up(start, &found, path)) {
        const struct map *map = remember(&found);
        const off_t from = ((uint8_t *)start - map->start) / SECTOR_BYTES * SECTOR_BYTES;
        int fd = REAL(open)(path, O_RDONLY | O_CLOEXEC);
        find_changes(map, fd, from, from + (off_t)bytes);
        (void)REAL(close)(fd);
        if ((flags & MS_SYNC) != 0) {
            put(RECORD_SYNC, map->file, 0, (struct content){0});
        }
    }
    return REAL(msync)(start, bytes, flags);
}

/* ---- other libraries --------------------------------------------------------------------------- */

/* As zmq.h and lmdb.h declare them. */
int zmq_send(void *socket, const void *data, size_t bytes, int flags);
int zmq_msg_recv(void *message, void *socket, int flags);
void *zmq_msg_data(void *message);
int mdb_env_open(void *env, const char *path, unsigned flags, mode_t mode);

int zmq_send(void *socket, const void *data, size_t bytes, int flags)
{
    int sent = REAL(zmq_send)(socket, data, bytes, flags);
    if (sent >= 0 && recorder.fd >= 0) {
        put((flags & SEND_MORE) != 0 ? RECORD_PART : RECORD_FRAME,
            0,
            0,
            (struct content){.data = data, .bytes = bytes});
    }
    return sent;
}

int zmq_msg_recv(void *message, void *socket, int flags)
{
    int bytes = REAL(zmq_msg_recv)(message, socket, flags);
    if (bytes >= 0 && recorder.fd >= 0) {
        put(RECORD_HEARD,
            0,
            0,
            (struct content){.data = REAL(zmq_msg_data)(message), .bytes = (size_t)bytes});
    }
    return bytes;
}

int mdb_env_open(void *env, const char *path, unsigned flags, mode_t mode)
{
    const char *more = getenv("REFBROKER_RECORD_LMDB");
    unsigned also = more == NULL ? 0 : (unsigned)strtoul(more, NULL, 0);
    return REAL(mdb_env_open)(env, path, flags | also, mode);
}
