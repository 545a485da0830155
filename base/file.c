/* Files and folders: bounded reads, durable writes. */
#include "base/file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { READ_STEP_BYTES = 65536, FOLDER_NAMES_MAX = 1 << 20 };

struct content {
    uint8_t *data;
    size_t size;
    size_t room;
};

struct names {
    char **items;
    size_t count;
    size_t room;
};

static bool read_all(int fd, size_t bytes_max, struct content *content, struct error *err);
static bool write_all(int fd, struct bytes content);
static bool folder_of(const char *path, char folder[PATH_MAX]);
static bool sync_folder_of(const char *path, struct error *err);
static bool names_add(struct names *names, const char *name);
static int names_order(const void *a, const void *b);
static void names_free(struct names *names);

bool file_read(const char *path,
               size_t bytes_max,
               struct arena *arena,
               struct bytes *out,
               struct error *err)
{
    bool from_stdin = strcmp(path, "-") == 0;
    struct content content = {.data = NULL};
    struct stat status;
    bool ok = false;

    assert(bytes_max < SIZE_MAX - READ_STEP_BYTES);
    /* non-blocking, so that a FIFO in the place of a file cannot hold us up */
    int fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return error_set_errno(err, ERROR_NO_INPUT, errno, "cannot open %s", path);
    }
    if (!from_stdin && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))) {
        (void)error_set(err, ERROR_NO_INPUT, "%s is not a regular file", path);
        goto out;
    }
    if (!read_all(fd, bytes_max, &content, err)) {
        (void)error_prepend(err, "cannot read %s", path);
        goto out;
    }
    char *copy = arena_text_of(arena, bytes_of(content.data, content.size));
    if (copy == NULL) {
        (void)error_set(err, ERROR_OS, "cannot read %s: no memory left", path);
        goto out;
    }
    *out = bytes_of(copy, content.size);
    ok = true;
out:
    free(content.data);
    if (!from_stdin) {
        (void)close(fd);
    }
    return ok;
}

bool file_write(const char *path, struct bytes content, unsigned mode, struct error *err)
{
    char beside[PATH_MAX];
    bool created = false;
    bool ok = false;
    int fd = -1;

    int length = snprintf(beside, sizeof(beside), "%s.tmp-%ld", path, (long)getpid());
    if (length < 0 || (size_t)length >= sizeof(beside)) {
        return error_set(err, ERROR_CREATE, "the name %s is too long", path);
    }
    (void)unlink(beside); /* of a crashed process that had this number */
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
    if (fd < 0) {
        return error_set_errno(err, ERROR_CREATE, errno, "cannot create %s", beside);
    }
    created = true;
    if (!write_all(fd, content) || fsync(fd) != 0) {
        (void)error_set_errno(err, ERROR_IO, errno, "cannot write %s", beside);
        goto out;
    }
    int closed = close(fd);
    fd = -1;
    if (closed != 0) {
        (void)error_set_errno(err, ERROR_IO, errno, "cannot write %s", beside);
        goto out;
    }
    if (rename(beside, path) != 0) {
        (void)error_set_errno(err, ERROR_CREATE, errno, "cannot create %s", path);
        goto out;
    }
    created = false;
    ok = sync_folder_of(path, err);
out:
    if (fd >= 0) {
        (void)close(fd);
    }
    if (created) {
        (void)unlink(beside);
    }
    return ok;
}

bool file_move(const char *from, const char *to, struct error *err)
{
    if (rename(from, to) != 0) {
        return error_set_errno(err, ERROR_CREATE, errno, "cannot move %s to %s", from, to);
    }
    return sync_folder_of(to, err) && sync_folder_of(from, err);
}

bool file_sync_folder(const char *folder, struct error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return error_set_errno(err, ERROR_IO, errno, "cannot open the folder %s", folder);
    }
    int synced = fsync(fd);
    int reason = errno;
    (void)close(fd);
    if (synced != 0 && reason != EINVAL) { /* some file systems have nothing to sync */
        return error_set_errno(err, ERROR_IO, reason, "cannot sync the folder %s", folder);
    }
    return true;
}

bool file_make_folder(const char *path, unsigned mode, struct error *err)
{
    char part[PATH_MAX];
    struct stat status;
    size_t length = strlen(path);

    if (length == 0 || length >= sizeof(part)) {
        return error_set(err, ERROR_CREATE, "the folder's name is empty or too long");
    }
    for (size_t end = 1; end <= length; end++) {
        if (path[end] != '/' && path[end] != '\0') {
            continue;
        }
        memcpy(part, path, end);
        part[end] = '\0';
        if (mkdir(part, (mode_t)mode) == 0) {
            if (!sync_folder_of(part, err)) {
                return false;
            }
        } else if (errno != EEXIST) {
            return error_set_errno(err, ERROR_CREATE, errno, "cannot create the folder %s", part);
        }
    }
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
        return error_set(err, ERROR_CREATE, "%s is not a folder", path);
    }
    return true;
}

bool file_list(const char *folder,
               const char *suffix,
               struct arena *arena,
               struct file_names *out,
               struct error *err)
{
    struct names found = {.items = NULL};
    size_t suffix_bytes = strlen(suffix);
    struct dirent *entry;
    bool ok = false;

    DIR *listing = opendir(folder);
    if (listing == NULL) {
        return error_set_errno(err, ERROR_NO_INPUT, errno, "cannot list %s", folder);
    }
    while (errno = 0, (entry = readdir(listing)) != NULL) {
        size_t bytes = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || bytes < suffix_bytes ||
            strcmp(entry->d_name + bytes - suffix_bytes, suffix) != 0) {
            continue;
        }
        if (!names_add(&found, entry->d_name)) {
            (void)error_set(err, ERROR_OS, "no memory left to list %s", folder);
            goto out;
        }
    }
    if (errno != 0) {
        (void)error_set_errno(err, ERROR_IO, errno, "cannot list %s", folder);
        goto out;
    }
    if (found.count > 0) {
        qsort(found.items, found.count, sizeof(*found.items), names_order);
    }
    char **copies = arena_array(arena, found.count + 1, sizeof(*copies));
    for (size_t i = 0; copies != NULL && i < found.count; i++) {
        copies[i] = arena_text(arena, found.items[i]);
        copies = copies[i] == NULL ? NULL : copies;
    }
    if (copies == NULL) {
        (void)error_set(err, ERROR_OS, "no memory left to list %s", folder);
        goto out;
    }
    *out = (struct file_names){.items = copies, .count = found.count};
    ok = true;
out:
    names_free(&found);
    (void)closedir(listing);
    return ok;
}

char *file_beside(struct arena *arena, const char *base_file, const char *path)
{
    const char *slash = strrchr(base_file, '/');

    if (path[0] == '/' || slash == NULL) {
        return arena_text(arena, path);
    }
    return arena_format(arena, "%.*s/%s", (int)(slash - base_file), base_file, path);
}

uint64_t file_system_free(const char *path)
{
    struct statvfs status;

    if (statvfs(path, &status) != 0) {
        return UINT64_MAX;
    }
    return (uint64_t)status.f_bavail * (uint64_t)status.f_frsize;
}

bool file_is_private(const char *path, struct error *err)
{
    struct stat status;

    if (stat(path, &status) != 0) {
        return error_set_errno(err, ERROR_NO_INPUT, errno, "cannot open %s", path);
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return error_set(err,
                         ERROR_PERMISSION,
                         "%s is open to group or others (mode %04o): chmod 0400 %s",
                         path,
                         (unsigned)(status.st_mode & 07777),
                         path);
    }
    return true;
}

/* Into a growing buffer, as neither standard input nor /proc tell their size. The caller frees. */
static bool read_all(int fd, size_t bytes_max, struct content *content, struct error *err)
{
    for (;;) {
        if (content->size == content->room) {
            size_t room = content->room == 0 ? READ_STEP_BYTES : content->room * 2;
            room = room < bytes_max + 1 ? room : bytes_max + 1;
            uint8_t *larger = realloc(content->data, room);
            if (larger == NULL) {
                return error_set(err, ERROR_OS, "no memory left");
            }
            content->data = larger;
            content->room = room;
        }
        ssize_t got = read(fd, content->data + content->size, content->room - content->size);
        if (got == 0) {
            return true;
        }
        if (got < 0 && errno != EINTR) {
            return error_set_errno(err, ERROR_IO, errno, "input error");
        }
        content->size += got > 0 ? (size_t)got : 0;
        if (content->size > bytes_max) {
            return error_set(err, ERROR_DATA, "longer than %zu bytes", bytes_max);
        }
    }
}

static bool write_all(int fd, struct bytes content)
{
    size_t done = 0;

    while (done < content.size) {
        ssize_t put = write(fd, content.data + done, content.size - done);
        if (put < 0 && errno != EINTR) {
            return false;
        }
        done += put > 0 ? (size_t)put : 0;
    }
    return true;
}

static bool folder_of(const char *path, char folder[PATH_MAX])
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/') { /* "a/b/" is in "a" */
        length--;
    }
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    if (length >= PATH_MAX) {
        return false;
    }
    if (length == 0) {
        folder[0] = '.';
        length = 1;
    } else {
        memcpy(folder, path, length);
    }
    folder[length] = '\0';
    return true;
}

static bool sync_folder_of(const char *path, struct error *err)
{
    char folder[PATH_MAX];

    return folder_of(path, folder) ? file_sync_folder(folder, err)
                                   : error_set(err, ERROR_IO, "the name %s is too long", path);
}

static bool names_add(struct names *names, const char *name)
{
    if (names->count == names->room) {
        size_t room = names->room == 0 ? 64 : names->room * 2;
        char **larger =
            room > FOLDER_NAMES_MAX ? NULL : realloc(names->items, room * sizeof(*larger));
        if (larger == NULL) {
            return false;
        }
        names->items = larger;
        names->room = room;
    }
    names->items[names->count] = strdup(name);
    if (names->items[names->count] == NULL) {
        return false;
    }
    names->count++;
    return true;
}

static int names_order(const void *a, const void *b)
{
    const char *const *left = a;
    const char *const *right = b;

    return strcmp(*left, *right);
}

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        free(names->items[i]);
    }
    free(names->items);
}
