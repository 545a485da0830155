/* Any bytes as a key file of every kind: an error with a text, or a key that is written and read alike. */
#include "base/keys.h"

#include "base/bytes.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, const uint8_t *data, size_t size)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert(fd >= 0);
    const ssize_t written = write(fd, data, size);
    assert(written == (ssize_t)size);
    (void)close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char folder[] = "/dev/shm/key-fuzz-XXXXXX";
    char path[64];
    char again_path[64];
    struct error err;
    const bool started = keys_start(&err);
    assert(started);
    const char *made = mkdtemp(folder);
    assert(made != NULL);
    (void)snprintf(path, sizeof(path), "%s/key", folder);
    (void)snprintf(again_path, sizeof(again_path), "%s/again", folder);
    write_file(path, data, size);
    for (int kind = KEYS_CURVE_SECRET; kind <= KEYS_DISCLOSURE_PUBLIC; kind++) {
        struct key32 key;
        struct key32 again;
        if (!keys_read(path, (enum keys_kind)kind, &key, &err)) {
            assert(err.text[0] != '\0' && bytes_is_text(bytes_of_text(err.text)));
            continue;
        }
        const bool alike = keys_write(again_path, (enum keys_kind)kind, &key, NULL, &err) &&
                           keys_read(again_path, (enum keys_kind)kind, &again, &err);
        assert(alike && again.epoch == key.epoch);
        assert(memcmp(again.bytes, key.bytes, KEYS_BYTES) == 0);
        (void)unlink(again_path);
    }
    (void)unlink(path);
    (void)rmdir(folder);
    return 0;
}
