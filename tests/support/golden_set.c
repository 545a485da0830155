/* Copying a set over the base. */
#include "tests/support/golden_set.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROOT "tests/golden/policy"

enum { PATH_BYTES = 1024, TEXT_BYTES_MAX = 1 << 20 };

static bool is_set(const char *name);
static int compare_names(const void *a, const void *b);
static void copy(struct scratch *scratch, const char *set, const char *inside);
static void give_up(const char *what, const char *path) __attribute__((noreturn));

size_t golden_set_names(char names[GOLDEN_SETS_MAX][GOLDEN_SET_NAME_BYTES])
{
    DIR *folder = opendir(ROOT);
    size_t count = 0;

    if (folder == NULL) {
        give_up("cannot list", ROOT);
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        size_t bytes = strlen(entry->d_name);
        if (!is_set(entry->d_name)) {
            continue;
        }
        if (count == GOLDEN_SETS_MAX || bytes >= GOLDEN_SET_NAME_BYTES) {
            give_up("too many sets or too long a name", entry->d_name);
        }
        memcpy(names[count++], entry->d_name, bytes + 1);
    }
    (void)closedir(folder);
    qsort(names, count, GOLDEN_SET_NAME_BYTES, compare_names);
    return count;
}

void golden_set_lay(struct scratch *scratch, const char *name)
{
    copy(scratch, "base", "");
    copy(scratch, name, "");
}

char *golden_set_text(const char *path)
{
    char *text = malloc(TEXT_BYTES_MAX + 1);
    FILE *file = fopen(path, "rb");

    if (text == NULL || file == NULL) {
        give_up("cannot read", path);
    }
    size_t bytes = fread(text, 1, TEXT_BYTES_MAX, file);
    text[bytes] = '\0';
    (void)fclose(file);
    return text;
}

static bool is_set(const char *name)
{
    return (name[0] == 'P' && name[1] >= '0' && name[1] <= '9') || strncmp(name, "fine-", 5) == 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* inside  "" or "directory/" */
static void copy(struct scratch *scratch, const char *set, const char *inside)
{
    char path[PATH_BYTES];

    (void)snprintf(path, sizeof(path), ROOT "/%s/%s", set, inside);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        give_up("cannot list", path);
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[PATH_BYTES];
        struct stat status;

        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(path, sizeof(path), ROOT "/%s/%s%s", set, inside, entry->d_name);
        (void)snprintf(name, sizeof(name), "%s%s", inside, entry->d_name);
        if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
            (void)snprintf(name, sizeof(name), "%s%s/", inside, entry->d_name);
            copy(scratch, set, name);
            continue;
        }
        char *text = golden_set_text(path);
        (void)scratch_write(scratch, name, text);
        free(text);
    }
    (void)closedir(folder);
}

static void give_up(const char *what, const char *path)
{
    (void)fprintf(stderr, "golden sets: %s: %s\n", what, path);
    abort();
}
