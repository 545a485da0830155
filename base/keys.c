/* Key files and libsodium's Curve25519 keys. */
#include "base/keys.h"

#include "base/bytes.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 4096, FOLDER_STICKY = 01000 /* S_ISVTX, which plain POSIX lacks */ };

struct kind {
    const char *name;
    bool secret;
    bool has_epoch;
};

static const struct kind kinds[] = {
    [KEYS_CURVE_SECRET] = {"curve-secret", true, false},
    [KEYS_CURVE_PUBLIC] = {"curve-public", false, false},
    [KEYS_SEALING_SECRET] = {"sealing-secret", true, false},
    [KEYS_SEALING_PUBLIC] = {"sealing-public", false, false},
    [KEYS_STORAGE] = {"storage", true, false},
    [KEYS_MATCHING] = {"matching", true, true},
    [KEYS_DISCLOSURE_SECRET] = {"disclosure-secret", true, true},
    [KEYS_DISCLOSURE_PUBLIC] = {"disclosure-public", false, true},
    [KEYS_SIGNING_SECRET] = {"signing-secret", true, false},
    [KEYS_SIGNING_PUBLIC] = {"signing-public", false, false},
};

/* ZeroMQ RFC 32 */
static const char z85_digits[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
/* The value of each digit from ' ' on, -1 none: every frame brings the key of its sender. */
static const int8_t z85_values[96] = {
    -1, 68, -1, 84, 83, 82, 72, -1, 75, 76, 70, 65, -1, 63, 62, 69, 0,  1,  2,  3,  4,  5,  6,  7,
    8,  9,  64, -1, 73, 66, 74, 71, 81, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
    51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 77, -1, 78, 67, -1, -1, 10, 11, 12, 13, 14, 15, 16,
    17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 79, -1, 80, -1, -1,
};

static bool is_private(const char *path, const struct stat *file, struct error *err);
static bool
read_text(const char *path, const struct kind *kind, char text[FILE_BYTES_MAX], struct error *err);
static bool parse_text(char *text,
                       const struct kind *kind,
                       struct key32 *out,
                       struct text_pos *at,
                       struct error *err);
static bool parse_line(char *line, const struct kind *kind, struct key32 *out, struct error *err);
static char *next_word(char **rest);
static bool parse_epoch(const char *text, uint32_t *out);
static bool
create_file(const char *path, const struct kind *kind, const char *text, struct error *err);

bool keys_start(struct error *err)
{
    if (sodium_init() < 0) {
        return error_set(err, ERROR_OS, "libsodium cannot start");
    }
    return true;
}

void keys_random(void *out, size_t bytes)
{
    randombytes_buf(out, bytes);
}

void keys_wipe(void *secret, size_t bytes)
{
    sodium_memzero(secret, bytes);
}

bool keys_lock(void *secret, size_t bytes)
{
    return sodium_mlock(secret, bytes) == 0;
}

void keys_unlock(void *secret, size_t bytes)
{
    (void)sodium_munlock(secret, bytes);
    sodium_memzero(secret, bytes); /* munlock wipes only where there is mlock */
}

void keys_generate(enum keys_kind secret_kind, uint32_t epoch, struct key32 *out)
{
    assert(kinds[secret_kind].secret);
    assert(kinds[secret_kind].has_epoch == (epoch != 0));
    keys_random(out->bytes, sizeof(out->bytes));
    out->epoch = epoch;
}

void keys_public_of(const struct key32 *secret, struct key32 *out)
{
    _Static_assert(crypto_scalarmult_SCALARBYTES == KEYS_BYTES, "Curve25519 keys have 32 bytes");
    struct key32 public_key = {.epoch = secret->epoch};

    int failed = crypto_scalarmult_base(public_key.bytes, secret->bytes);
    assert(failed == 0);
    *out = public_key;
}

void keys_signing_public_of(const struct key32 *secret, struct key32 *out)
{
    _Static_assert(crypto_sign_SEEDBYTES == KEYS_BYTES, "the secret is the seed");
    _Static_assert(crypto_sign_PUBLICKEYBYTES == KEYS_BYTES, "Ed25519 keys have 32 bytes");
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];
    struct key32 public_key = {.epoch = 0};

    int failed = crypto_sign_seed_keypair(public_key.bytes, expanded, secret->bytes);
    keys_wipe(expanded, sizeof(expanded));
    assert(failed == 0);
    *out = public_key;
}

void keys_sign(const struct key32 *secret, struct bytes text, uint8_t out[KEYS_SIGNATURE_BYTES])
{
    _Static_assert(crypto_sign_BYTES == KEYS_SIGNATURE_BYTES, "Ed25519 signatures have 64 bytes");
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];
    uint8_t public_key[KEYS_BYTES];

    int failed = crypto_sign_seed_keypair(public_key, expanded, secret->bytes);
    assert(failed == 0);
    failed = crypto_sign_detached(out, NULL, text.data, text.size, expanded);
    keys_wipe(expanded, sizeof(expanded));
    assert(failed == 0);
}

bool keys_signed(const uint8_t public_key[KEYS_BYTES],
                 struct bytes text,
                 const uint8_t signature[KEYS_SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(signature, text.data, text.size, public_key) == 0;
}

bool keys_read(const char *path, enum keys_kind kind, struct key32 *out, struct error *err)
{
    struct key32 key = {.epoch = 0};
    char text[FILE_BYTES_MAX];
    struct text_pos at;

    bool ok = read_text(path, &kinds[kind], text, err);
    if (ok) {
        at = error_pos(path, 1, 1);
        ok = parse_text(text, &kinds[kind], &key, &at, err);
    }
    if (ok) {
        *out = key;
    }
    keys_wipe(&key, sizeof(key));
    keys_wipe(text, sizeof(text));
    return ok;
}

bool keys_write(const char *path,
                enum keys_kind kind,
                const struct key32 *key,
                const char *comment,
                struct error *err)
{
    const struct kind *row = &kinds[kind];
    char epoch[16] = "";
    char z85[KEYS_TEXT_MAX];
    char text[FILE_BYTES_MAX];

    assert(comment == NULL || strchr(comment, '\n') == NULL);
    assert(row->has_epoch == (key->epoch != 0));
    keys_to_text(key->bytes, z85);
    if (row->has_epoch) {
        (void)snprintf(epoch, sizeof(epoch), " %u", (unsigned)key->epoch);
    }
    int bytes = snprintf(text,
                         sizeof(text),
                         "%s%s%s%s %s%s\n",
                         comment == NULL ? "" : "# ",
                         comment == NULL ? "" : comment,
                         comment == NULL ? "" : "\n",
                         row->name,
                         z85,
                         epoch);
    assert(bytes > 0 && (size_t)bytes < sizeof(text));
    bool ok = create_file(path, row, text, err);
    keys_wipe(z85, sizeof(z85));
    keys_wipe(text, sizeof(text));
    return ok;
}

void keys_to_text(const uint8_t key[KEYS_BYTES], char out[KEYS_TEXT_MAX])
{
    for (size_t group = 0; group < KEYS_BYTES / 4; group++) {
        uint32_t value = bytes_get_u32(key + 4 * group);
        for (size_t i = 5; i > 0; i--) {
            out[5 * group + i - 1] = z85_digits[value % 85];
            value /= 85;
        }
    }
    out[KEYS_TEXT_MAX - 1] = '\0';
}

bool keys_of_text(const char *text, uint8_t out[KEYS_BYTES])
{
    uint8_t key[KEYS_BYTES];

    if (strlen(text) != KEYS_TEXT_MAX - 1) {
        return false;
    }
    for (size_t group = 0; group < KEYS_BYTES / 4; group++) {
        uint64_t value = 0;
        for (size_t i = 0; i < 5; i++) {
            const size_t at = (size_t)(uint8_t)text[5 * group + i] - ' ';
            if (at >= sizeof(z85_values) || z85_values[at] < 0) {
                return false;
            }
            value = value * 85 + (uint64_t)z85_values[at];
        }
        if (value > UINT32_MAX) {
            return false;
        }
        bytes_put_u32(key + 4 * group, (uint32_t)value);
    }
    memcpy(out, key, KEYS_BYTES);
    keys_wipe(key, sizeof(key));
    return true;
}

/* Whoever may write into the folder can put another key in the place of this one; not where the folder is sticky. */
static bool is_private(const char *path, const struct stat *file, struct error *err)
{
    const char *slash = strrchr(path, '/');
    const int length = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);
    char folder[PATH_MAX];
    struct stat status;

    if ((file->st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return error_set(
            err,
            ERROR_PERMISSION,
            "the secret key file %s is open to group or others (mode %04o): chmod 0400",
            path,
            (unsigned)(file->st_mode & 07777));
    }
    if (file->st_uid != geteuid() && file->st_uid != 0) {
        return error_set(
            err, ERROR_PERMISSION, "the secret key file %s belongs to another user", path);
    }
    (void)snprintf(folder, sizeof(folder), "%.*s", length, slash == NULL ? "." : path);
    if (stat(folder, &status) != 0) {
        return error_set_errno(err, ERROR_NO_INPUT, errno, "the folder of the key file %s", path);
    }
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & FOLDER_STICKY) == 0) {
        return error_set(err,
                         ERROR_PERMISSION,
                         "the folder of the secret key file %s is open to group or others for "
                         "writing (mode %04o): chmod go-w",
                         path,
                         (unsigned)(status.st_mode & 07777));
    }
    return true;
}

/* By hand, so that no freed memory keeps a secret. */
static bool
read_text(const char *path, const struct kind *kind, char text[FILE_BYTES_MAX], struct error *err)
{
    struct stat status;
    size_t size = 0;
    ssize_t got = 1;
    bool ok = false;

    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return error_set_errno(err, ERROR_NO_INPUT, errno, "cannot open the key file %s", path);
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        (void)error_set(err, ERROR_NO_INPUT, "the key file %s is not a regular file", path);
        goto out;
    }
    if (kind->secret && !is_private(path, &status, err)) {
        goto out;
    }
    while (got != 0 && size < FILE_BYTES_MAX) {
        got = read(fd, text + size, FILE_BYTES_MAX - size);
        if (got < 0 && errno != EINTR) {
            (void)error_set_errno(err, ERROR_IO, errno, "cannot read the key file %s", path);
            goto out;
        }
        size += got > 0 ? (size_t)got : 0;
    }
    if (size == FILE_BYTES_MAX || memchr(text, '\0', size) != NULL) {
        (void)error_set(err, ERROR_CONFIG, "%s is not a key file", path);
        goto out;
    }
    text[size] = '\0';
    ok = true;
out:
    (void)close(fd);
    return ok;
}

/* at  names the file; its line follows the text */
static bool parse_text(char *text,
                       const struct kind *kind,
                       struct key32 *out,
                       struct text_pos *at,
                       struct error *err)
{
    bool found = false;
    char *line = text;

    for (; line != NULL; at->line++) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end = '\0';
        }
        char *start = line + strspn(line, " \t\r");
        line = end == NULL ? NULL : end + 1;
        if (*start == '#' || *start == '\0') {
            continue;
        }
        if (found) {
            return error_set_at(err, ERROR_CONFIG, at, "a key file holds one key");
        }
        if (!parse_line(start, kind, out, err)) {
            err->at = *at;
            return false;
        }
        found = true;
    }
    at->line = 1;
    return found || error_set_at(err, ERROR_CONFIG, at, "there is no %s key here", kind->name);
}

static bool parse_line(char *line, const struct kind *kind, struct key32 *out, struct error *err)
{
    char *name = next_word(&line);
    char *key = next_word(&line);
    char *epoch = next_word(&line);

    if (strcmp(name, kind->name) != 0) {
        bool known = false;
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            known = known || strcmp(kinds[i].name, name) == 0;
        }
        /* an unknown word may be a secret in the wrong place: it is not repeated */
        return error_set(
            err, ERROR_CONFIG, "a %s key was expected, not %s", kind->name, known ? name : "this");
    }
    if (!keys_of_text(key, out->bytes)) {
        return error_set(err, ERROR_CONFIG, "the %s key is not 40 characters of Z85", kind->name);
    }
    if (kind->has_epoch && !parse_epoch(epoch, &out->epoch)) {
        return error_set(err,
                         ERROR_CONFIG,
                         "the %s key needs its epoch, a number from 1, behind it",
                         kind->name);
    }
    if (*next_word(&line) != '\0' || (!kind->has_epoch && *epoch != '\0')) {
        return error_set(err, ERROR_CONFIG, "something stands behind the %s key", kind->name);
    }
    return true;
}

/* Cuts the next word off; "" at the end. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, " \t\r");
    char *end = word + strcspn(word, " \t\r");

    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static bool parse_epoch(const char *text, uint32_t *out)
{
    size_t count = strspn(text, "0123456789");
    uint64_t value = 0;

    if (count == 0 || count > 10 || text[count] != '\0') {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (uint64_t)(text[i] - '0');
    }
    if (value == 0 || value > UINT32_MAX) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

static bool
create_file(const char *path, const struct kind *kind, const char *text, struct error *err)
{
    mode_t mode = kind->secret ? 0400 : 0444;
    size_t size = strlen(text);
    size_t done = 0;

    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        return error_set_errno(err, ERROR_CREATE, errno, "cannot create the key file %s", path);
    }
    while (done < size) {
        ssize_t put = write(fd, text + done, size - done);
        if (put < 0 && errno != EINTR) {
            break;
        }
        done += put > 0 ? (size_t)put : 0;
    }
    bool ok = done == size && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    int reason = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    if (!ok) {
        (void)unlink(path);
        return error_set_errno(err, ERROR_IO, reason, "cannot write the key file %s", path);
    }
    return true;
}
