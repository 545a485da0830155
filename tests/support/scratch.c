/* A temporary folder of one test; see the header. */
#define _XOPEN_SOURCE 700 /* nftw */
#include "tests/support/scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATHS_MAX = 256, PATH_BYTES = 1024 };

struct scratch {
    char folder[PATH_BYTES];
    char *paths[PATHS_MAX];
    size_t path_count;
};

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

struct scratch *scratch_create(void)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);
    const char *parent = getenv("TMPDIR");
    if (scratch == NULL) {
        fail("scratch");
    }
    snprintf(scratch->folder, PATH_BYTES, "%s/t-XXXXXX", parent != NULL ? parent : "/tmp");
    if (mkdtemp(scratch->folder) == NULL) {
        fail(scratch->folder);
    }
    return scratch;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void scratch_destroy(struct scratch **scratch)
{
    struct scratch *old = *scratch;
    if (old == NULL) {
        return;
    }
    scratch_remove(old->folder);
    for (size_t i = 0; i < old->path_count; i++) {
        free(old->paths[i]);
    }
    free(old);
    *scratch = NULL;
}

void scratch_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(struct scratch *scratch, const char *name)
{
    char *path = malloc(PATH_BYTES);
    if (path == NULL || scratch->path_count == PATHS_MAX) {
        fail("scratch_path");
    }
    snprintf(path, PATH_BYTES, name[0] != '\0' ? "%s/%s" : "%s%s", scratch->folder, name);
    scratch->paths[scratch->path_count++] = path;
    return path;
}

static void make_parents(char *path, size_t from)
{
    for (char *slash = strchr(path + from, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

const char *scratch_write(struct scratch *scratch, const char *name, const char *text)
{
    const char *path = scratch_path(scratch, name);
    make_parents(scratch->paths[scratch->path_count - 1], strlen(scratch->folder) + 1);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    size_t size = strlen(text);
    if (fd < 0 || write(fd, text, size) != (ssize_t)size || close(fd) != 0) {
        fail(path);
    }
    return path;
}
