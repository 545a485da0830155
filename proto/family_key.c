/* Normalising with libunistring, then keyed BLAKE2b. */
#include "proto/family_key.h"

#include "base/hash.h"
#include "proto/family_name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>

enum { VALUES_MAX = 4 };

/* Latin letters that look like Cyrillic ones, lower-case and the lower case of upper-case look-alikes. */
static const struct {
    uint32_t latin;
    uint32_t cyrillic;
} look_alikes[] = {
    {'a', 0x430},   /* а */
    {'b', 0x432},   /* в, from B */
    {'c', 0x441},   /* с */
    {'e', 0x435},   /* е */
    {'h', 0x43D},   /* н, from H */
    {'k', 0x43A},   /* к */
    {'m', 0x43C},   /* м */
    {'o', 0x43E},   /* о */
    {'p', 0x440},   /* р */
    {'t', 0x442},   /* т */
    {'x', 0x445},   /* х */
    {'y', 0x443},   /* у */
    {0xEB, 0x435},  /* ë: е */
    {0x451, 0x435}, /* ё: е */
};

/* Blanks, dots, every dash, the number sign, and what cannot be seen. */
static bool is_dropped(ucs4_t letter)
{
    return letter <= ' ' || letter == '.' || letter == '-' || letter == 0x7F || letter == 0xA0 ||
           letter == 0xAD || letter == 0x1680 || (letter >= 0x2000 && letter <= 0x2015) ||
           letter == 0x2028 || letter == 0x2029 || letter == 0x202F || letter == 0x205F ||
           letter == 0x2060 || letter == 0x2116 || letter == 0x2212 || letter == 0x3000 ||
           letter == 0xFEFF;
}

static ucs4_t replaced(ucs4_t letter)
{
    for (size_t i = 0; i < sizeof(look_alikes) / sizeof(look_alikes[0]); i++) {
        if (look_alikes[i].latin == letter) {
            return look_alikes[i].cyrillic;
        }
    }
    return letter;
}

/* Drop and replace, letter by letter. A replacement is at most one byte longer than a letter. */
static char *clean(const uint8_t *folded, size_t bytes, struct arena *arena)
{
    char *out = arena_alloc(arena, 2 * bytes + 1);
    size_t written = 0;
    for (size_t read = 0; out != NULL && read < bytes;) {
        ucs4_t letter = 0;
        const int used = u8_mbtouc(&letter, folded + read, bytes - read);
        assert(used > 0);
        read += (size_t)used;
        if (is_dropped(letter)) {
            continue;
        }
        uint8_t encoded[6];
        const int wide = u8_uctomb(encoded, replaced(letter), sizeof(encoded));
        assert(wide > 0 && written + (size_t)wide <= 2 * bytes);
        memcpy(out + written, encoded, (size_t)wide);
        written += (size_t)wide;
    }
    return out;
}

const char *family_key_normalise(const char *text, struct arena *arena)
{
    if (text == NULL || text[0] == '\0') {
        return "";
    }
    size_t bytes = 0;
    uint8_t *folded =
        u8_casefold((const uint8_t *)text, strlen(text), NULL, UNINORM_NFC, NULL, &bytes);
    if (folded == NULL) {
        return NULL;
    }
    const char *out = clean(folded, bytes, arena);
    free(folded);
    return out;
}

const char *family_key_normalise_first_name(const char *text, struct arena *arena)
{
    const char *name = family_key_normalise(text, arena);
    return name != NULL ? family_name_of(name) : NULL;
}

/* ---- keys of a person */

struct normal { /* normalised; "" when not known */
    const char *surname;
    const char *name;
    const char *patronymic;
    const char *born;
    const char *document;
    char initial[8];
};

struct maker {
    const struct key32 *matching;
    struct matching_key *keys;
    size_t count;
};

static bool normalise(const struct person *person, struct arena *arena, struct normal *out)
{
    out->surname = family_key_normalise(person->surname, arena);
    out->name = family_key_normalise_first_name(person->name, arena);
    out->patronymic = family_key_normalise(person->patronymic, arena);
    out->document = family_key_normalise(person->document, arena);
    out->born = person->born != NULL ? person->born : "";
    if (out->surname == NULL || out->name == NULL || out->patronymic == NULL ||
        out->document == NULL) {
        return false;
    }
    memset(out->initial, 0, sizeof(out->initial));
    const int bytes = u8_mblen((const uint8_t *)out->name, strlen(out->name));
    memcpy(out->initial, out->name, bytes > 0 ? (size_t)bytes : 0);
    return true;
}

/* One key, unless a value is missing, the key is there already, or there are enough. */
static void make(struct maker *maker,
                 const char *kind,
                 const char *const values[VALUES_MAX],
                 enum person_role role,
                 enum strength strength)
{
    for (size_t i = 0; i < VALUES_MAX && values[i] != NULL; i++) {
        if (values[i][0] == '\0') {
            return;
        }
    }
    struct matching_key key = {.epoch = maker->matching->epoch, .role = role, .strength = strength};
    struct hash hash;
    hash_start(&hash, bytes_of(maker->matching->bytes, KEYS_BYTES), MATCHING_DIGEST_BYTES);
    hash_add(&hash, bytes_of_text(kind));
    for (size_t i = 0; i < VALUES_MAX && values[i] != NULL; i++) {
        hash_add(&hash, bytes_of("", 1));
        hash_add(&hash, bytes_of_text(values[i]));
    }
    hash_end(&hash, key.digest, sizeof(key.digest));
    for (size_t i = 0; i < maker->count; i++) {
        if (memcmp(maker->keys[i].digest, key.digest, sizeof(key.digest)) == 0) {
            return;
        }
    }
    if (maker->count < LIMIT_MATCHING_KEYS) {
        maker->keys[maker->count++] = key;
    }
}

static void make_strong(struct maker *maker, const struct normal *n, enum person_role role)
{
    if (role != PERSON_CHILD) {
        return;
    }
    make(maker,
         "child-full",
         (const char *const[VALUES_MAX]){n->surname, n->name, n->patronymic, n->born},
         role,
         STRENGTH_STRONG);
    make(maker,
         "child-document",
         (const char *const[VALUES_MAX]){n->document},
         role,
         STRENGTH_STRONG);
}

static void make_weak(struct maker *maker, const struct normal *n, enum person_role role)
{
    if (role == PERSON_CHILD) {
        make(maker,
             "child-initial",
             (const char *const[VALUES_MAX]){n->surname, n->initial, n->born},
             role,
             STRENGTH_WEAK);
        make(maker,
             "child-given",
             (const char *const[VALUES_MAX]){n->name, n->patronymic, n->born},
             role,
             STRENGTH_WEAK);
        return;
    }
    make(maker,
         "parent-full",
         (const char *const[VALUES_MAX]){n->surname, n->name, n->patronymic, n->born},
         role,
         STRENGTH_WEAK);
    make(maker,
         "parent-document",
         (const char *const[VALUES_MAX]){n->document},
         role,
         STRENGTH_WEAK);
}

bool family_key_make(const struct facts *facts,
                     const struct key32 *matching,
                     struct arena *arena,
                     struct matching_key **keys,
                     size_t *count)
{
    struct normal *people = arena_array(arena, facts->person_count + 1, sizeof(*people));
    struct maker maker = {.matching = matching, .count = 0};
    maker.keys = arena_array(arena, LIMIT_MATCHING_KEYS, sizeof(*maker.keys));
    if (people == NULL || maker.keys == NULL) {
        return false;
    }
    for (size_t i = 0; i < facts->person_count; i++) {
        if (!normalise(&facts->persons[i], arena, &people[i])) {
            return false;
        }
    }
    /* Strong keys first: were there too many, weak ones would be left out. */
    for (size_t i = 0; i < facts->person_count; i++) {
        make_strong(&maker, &people[i], facts->persons[i].role);
    }
    for (size_t i = 0; i < facts->person_count; i++) {
        make_weak(&maker, &people[i], facts->persons[i].role);
    }
    *keys = maker.keys;
    *count = maker.count;
    return true;
}
