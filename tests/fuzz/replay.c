/* Runs a fuzz target over committed inputs. usage: NAME_replay FOLDER */
#include "tests/fuzz/target.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUT_BYTES_MAX = 1 << 20 };

/* The buffer has exactly the input's size, so that the sanitizer sees a read behind its end. */
static bool replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *whole = malloc(INPUT_BYTES_MAX);
    if (file == NULL || whole == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(whole, 1, INPUT_BYTES_MAX, file);
    bool read = feof(file) && !ferror(file);
    fclose(file);
    uint8_t *exact = size == 0 ? whole : realloc(whole, size);
    if (exact != NULL && read) {
        LLVMFuzzerTestOneInput(exact, size);
    }
    free(exact);
    return read;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        fprintf(stderr, "usage: NAME_replay FOLDER\n");
        return 1;
    }
    unsigned inputs = 0;
    bool good = true;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        fprintf(stderr, "%s\n", path);
        good = replay(path) && good;
        inputs++;
    }
    closedir(folder);
    if (inputs == 0) {
        fprintf(stderr, "%s: commit at least one input\n", argv[1]);
    }
    return good && inputs > 0 ? 0 : 1;
}
