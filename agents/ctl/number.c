/* Case numbers; see the header. */
#include "agents/ctl/number.h"

#include <stdio.h>
#include <string.h>

enum { GROUPS_MAX = 5, GROUP_CHARACTERS_MAX = 16, SERIAL_DIGITS = 6, YEAR_DIGITS = 4 };

/* A Cyrillic capital, the Latin letter that it looks like, and the one that it sounds like. */
struct letter {
    const char *cyrillic;
    const char *small;
    char looks;
    char sounds;
};

static const struct letter letters[] = {
    {"А", "а", 'A', 'A'}, {"Б", "б", '6', 'B'}, {"В", "в", 'B', 'V'}, {"Г", "г", 'G', 'G'},
    {"Д", "д", 'D', 'D'}, {"Е", "е", 'E', 'E'}, {"З", "з", '3', 'Z'}, {"И", "и", 'I', 'I'},
    {"К", "к", 'K', 'K'}, {"Л", "л", 'L', 'L'}, {"М", "м", 'M', 'M'}, {"Н", "н", 'H', 'N'},
    {"О", "о", 'O', 'O'}, {"П", "п", 'P', 'P'}, {"Р", "р", 'P', 'R'}, {"С", "с", 'C', 'S'},
    {"Т", "т", 'T', 'T'}, {"У", "у", 'Y', 'U'}, {"Ф", "ф", 'F', 'F'}, {"Х", "х", 'X', 'H'},
    {"Ч", "ч", '4', 'C'}, {"Э", "э", 'E', 'E'},
};

static const char *const separators[] =
    {"-", " ", ".", "/", "_", "#", ":", "\t", "‐", "‑", "–", "—", "−", "№", "\u00a0"};

/* A run of letters and digits, by shape and by sound. */
struct group {
    char looks[GROUP_CHARACTERS_MAX + 1];
    char sounds[GROUP_CHARACTERS_MAX + 1];
    size_t length;
    bool letters_only;
};

static bool split(const char *typed, struct group groups[GROUPS_MAX], size_t *count);
static size_t separator_at(const char *text);
static size_t letter_at(const char *text, char *looks, char *sounds);
static bool read_rest(const struct group *groups, size_t count, struct number *out);
static bool read_year(const char *text, size_t length, uint32_t *year);
static bool read_serial(const char *text, size_t length, uint32_t *serial);
static char digit_of(char character);
static bool same_check(char a, char b);

bool number_parse(const char *typed, struct number *out)
{
    struct group groups[GROUPS_MAX];
    struct number number = {.year = 0};
    size_t count = 0;
    size_t first = 0;

    if (!split(typed, groups, &count)) {
        return false;
    }
    if (count > 1 && groups[0].letters_only && groups[0].length < NUMBER_PREFIX_MAX) {
        memcpy(number.looks, groups[0].looks, groups[0].length + 1);
        memcpy(number.sounds, groups[0].sounds, groups[0].length + 1);
        first = 1;
    }
    if (count == first || !read_rest(groups + first, count - first, &number)) {
        return false;
    }
    *out = number;
    return true;
}

bool number_matches(const struct number *typed, const char *number)
{
    struct number full;

    if (!number_parse(number, &full)) {
        return false;
    }
    bool prefix = typed->looks[0] == '\0' || strcmp(typed->looks, full.looks) == 0 ||
                  strcmp(typed->sounds, full.looks) == 0;
    return prefix && (typed->year == 0 || typed->year == full.year) &&
           typed->serial == full.serial &&
           (typed->check == '\0' || same_check(typed->check, full.check));
}

size_t number_readings(const struct number *typed, char out[NUMBER_READINGS][LIMIT_SPEAKABLE_BYTES])
{
    const char *prefixes[NUMBER_READINGS] = {typed->looks, typed->sounds};
    const size_t most = strcmp(typed->looks, typed->sounds) == 0 ? 1 : NUMBER_READINGS;
    size_t count = 0;

    if (typed->looks[0] == '\0' || typed->year == 0 || typed->check == '\0') {
        return 0;
    }
    for (size_t i = 0; i < most; i++) {
        if (strpbrk(prefixes[i], "0123456789") != NULL) {
            continue; /* a letter that looks like a digit: no region's prefix has one */
        }
        (void)snprintf(out[count++],
                       LIMIT_SPEAKABLE_BYTES,
                       "%s-%04u-%06u-%c",
                       prefixes[i],
                       (unsigned)typed->year,
                       (unsigned)typed->serial,
                       typed->check);
    }
    return count;
}

/* Into groups at separators, and where the letters of a prefix end and digits begin. */
static bool split(const char *typed, struct group groups[GROUPS_MAX], size_t *count)
{
    struct group *group = NULL;
    char looks;
    char sounds;

    *count = 0;
    while (*typed != '\0') {
        size_t step = separator_at(typed);
        if (step > 0) {
            typed += step;
            group = NULL;
            continue;
        }
        step = letter_at(typed, &looks, &sounds);
        if (step == 0) {
            return false;
        }
        bool is_digit = sounds >= '0' && sounds <= '9';
        if (group == NULL || (*count == 1 && group->letters_only && is_digit)) {
            if (*count == GROUPS_MAX) {
                return false;
            }
            group = &groups[(*count)++];
            *group = (struct group){.letters_only = true};
        }
        if (group->length == GROUP_CHARACTERS_MAX) {
            return false;
        }
        group->looks[group->length] = looks;
        group->sounds[group->length] = sounds;
        group->length++;
        group->letters_only = group->letters_only && !is_digit;
        typed += step;
    }
    return *count > 0;
}

static size_t separator_at(const char *text)
{
    for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
        size_t length = strlen(separators[i]);
        if (strncmp(text, separators[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

static size_t letter_at(const char *text, char *looks, char *sounds)
{
    char character = text[0];

    if (character >= 'a' && character <= 'z') {
        character = (char)(character - 'a' + 'A');
    }
    if ((character >= 'A' && character <= 'Z') || (character >= '0' && character <= '9')) {
        *looks = *sounds = character;
        return 1;
    }
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
        size_t length = strlen(letters[i].cyrillic);
        if (strncmp(text, letters[i].cyrillic, length) == 0 ||
            strncmp(text, letters[i].small, length) == 0) {
            *looks = letters[i].looks;
            *sounds = letters[i].sounds;
            return length;
        }
    }
    return 0;
}

/* Year, serial and check character out of one, two or three groups. */
static bool read_rest(const struct group *groups, size_t count, struct number *out)
{
    const char *text = groups[0].looks;
    size_t length = groups[0].length;
    const size_t full = YEAR_DIGITS + SERIAL_DIGITS;

    if (count > 3) {
        return false;
    }
    if (count == 3) {
        out->check = groups[2].looks[0];
        return groups[2].length == 1 && read_year(text, length, &out->year) &&
               read_serial(groups[1].looks, groups[1].length, &out->serial);
    }
    if (count == 2 && groups[1].length == 1 && length != YEAR_DIGITS) {
        out->check = groups[1].looks[0];
        if (length == full) {
            return read_year(text, YEAR_DIGITS, &out->year) &&
                   read_serial(text + YEAR_DIGITS, SERIAL_DIGITS, &out->serial);
        }
        return read_serial(text, length, &out->serial);
    }
    if (count == 2) {
        if (!read_year(text, length, &out->year)) {
            return false;
        }
        text = groups[1].looks;
        length = groups[1].length;
    } else if (length == full || length == full + 1) {
        if (!read_year(text, YEAR_DIGITS, &out->year)) {
            return false;
        }
        text += YEAR_DIGITS;
        length -= YEAR_DIGITS;
    }
    if (length == SERIAL_DIGITS + 1) {
        length--;
        out->check = text[length];
    }
    return read_serial(text, length, &out->serial);
}

static bool read_year(const char *text, size_t length, uint32_t *year)
{
    return length == YEAR_DIGITS && read_serial(text, length, year) && *year >= 2000 &&
           *year <= 2999;
}

static bool read_serial(const char *text, size_t length, uint32_t *serial)
{
    uint32_t value = 0;

    if (length == 0 || length > 9) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        char digit = digit_of(text[i]);
        if (digit < '0' || digit > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(digit - '0');
    }
    *serial = value;
    return true;
}

static char digit_of(char character)
{
    switch (character) {
    case 'O':
        return '0';
    case 'I':
    case 'L':
        return '1';
    default:
        return character;
    }
}

static bool same_check(char a, char b)
{
    return a == b || digit_of(a) == digit_of(b);
}
