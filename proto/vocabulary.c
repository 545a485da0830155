/* Looking codes and titles up; the texts themselves stand in vocabulary_titles.c. */
#include "proto/vocabulary.h"

#include "proto/vocabulary_titles.h"

#include <assert.h>
#include <string.h>

/* A text longer than this is no title of ours. */
enum { LETTERS_MAX = 96 };

static const struct vocabulary_titles_row unknown = {"?", {"неизвестно", "unknown"}, {NULL}};

static const struct vocabulary_titles_row *row_of(enum vocabulary list, uint32_t number)
{
    assert(list < VOCABULARY_END);
    return number < vocabulary_titles[list].count ? &vocabulary_titles[list].rows[number]
                                                  : &unknown;
}

size_t vocabulary_count(enum vocabulary list)
{
    assert(list < VOCABULARY_END);
    return vocabulary_titles[list].count;
}

const char *vocabulary_code(enum vocabulary list, uint32_t number)
{
    return row_of(list, number)->code;
}

struct phrase vocabulary_title(enum vocabulary list, uint32_t number)
{
    return row_of(list, number)->title;
}

struct phrase vocabulary_name(enum vocabulary list)
{
    assert(list < VOCABULARY_END);
    return vocabulary_titles[list].name;
}

uint32_t vocabulary_mask_all(enum vocabulary list)
{
    const size_t count = vocabulary_count(list);
    assert(count > 1 && count < 32);
    return (UINT32_C(1) << count) - 2;
}

/* ---- folded letters: what two spellings of one title have in common */

/* One character of UTF-8; a broken byte stands for itself. */
static uint32_t take_letter(const char **text)
{
    const uint8_t *at = (const uint8_t *)*text;
    const unsigned more = at[0] >= 0xF0 ? 3 : at[0] >= 0xE0 ? 2 : at[0] >= 0xC0 ? 1 : 0;
    uint32_t letter = more == 0 ? at[0] : at[0] & (0x3FU >> more);
    unsigned used = 1;
    for (; used <= more && (at[used] & 0xC0) == 0x80; used++) {
        letter = letter << 6 | (at[used] & 0x3F);
    }
    *text += used;
    return letter;
}

static uint32_t fold_letter(uint32_t letter)
{
    if ((letter >= 'A' && letter <= 'Z') || (letter >= 0x410 && letter <= 0x42F)) {
        return letter + 0x20;
    }
    if (letter == 0x401 || letter == 0x451) { /* Ё ё */
        return 0x435;
    }
    if ((letter >= 0x2010 && letter <= 0x2015) || letter == 0x2212) { /* dashes */
        return '-';
    }
    return letter == 0xA0 || letter == '\t' || letter == '_' ? ' ' : letter;
}

static bool is_quote(uint32_t letter)
{
    return letter == 0xAB || letter == 0xBB || letter == '"' || letter == 0x201E ||
           letter == 0x201C || letter == 0x201D;
}

struct letters {
    uint32_t items[LETTERS_MAX];
    size_t count;
};

/* Lower case, ё=е, quotation marks dropped, blanks single and none around. False: too long. */
static bool fold(const char *text, struct letters *out)
{
    out->count = 0;
    bool blank = false;
    while (*text != '\0') {
        const uint32_t letter = fold_letter(take_letter(&text));
        if (is_quote(letter)) {
            continue;
        }
        if (letter == ' ') {
            blank = out->count > 0;
            continue;
        }
        if (out->count + 2 > LETTERS_MAX) {
            return false;
        }
        if (blank) {
            out->items[out->count++] = ' ';
            blank = false;
        }
        out->items[out->count++] = letter;
    }
    return true;
}

/* The texts by which a row is known: code, titles, short forms; NULL after the last. */
enum { SPELLINGS = 3 + VOCABULARY_TITLES_SHORTS };

static const char *spelling(const struct vocabulary_titles_row *row, size_t index)
{
    switch (index) {
    case 0:
        return row->code;
    case 1:
        return row->title.ru;
    case 2:
        return row->title.en;
    default:
        return row->shorts[index - 3];
    }
}

/* Most texts differ in their first letter already: that is looked at before the rest is folded. */
static bool may_be_same(const struct letters *wanted, const char *text)
{
    const uint32_t first = text[0] == '\0' ? 0 : fold_letter(take_letter(&text));
    return wanted->count == 0 || first == wanted->items[0] || first == ' ' || is_quote(first);
}

static bool same(const struct letters *wanted, const char *text)
{
    struct letters letters;
    return text != NULL && may_be_same(wanted, text) && fold(text, &letters) &&
           letters.count == wanted->count &&
           memcmp(letters.items, wanted->items, wanted->count * sizeof(wanted->items[0])) == 0;
}

bool vocabulary_same(const char *a, const char *b)
{
    struct letters wanted;
    return fold(a, &wanted) && same(&wanted, b);
}

uint32_t vocabulary_find(enum vocabulary list, const char *text)
{
    struct letters wanted;
    if (text == NULL || !fold(text, &wanted) || wanted.count == 0) {
        return 0;
    }
    for (size_t index = 0; index < SPELLINGS; index++) {
        for (uint32_t number = 1; number < vocabulary_count(list); number++) {
            if (same(&wanted, spelling(row_of(list, number), index))) {
                return number;
            }
        }
    }
    return 0;
}

/* Letters to insert, drop, replace or swap with the neighbour to get from a to b (optimal string alignment). */
static size_t distance(const struct letters *a, const struct letters *b)
{
    size_t rows[3][LETTERS_MAX + 1];
    for (size_t j = 0; j <= b->count; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a->count; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b->count; j++) {
            const bool equal = a->items[i - 1] == b->items[j - 1];
            size_t least = above[j - 1] + (equal ? 0 : 1);
            least = above[j] + 1 < least ? above[j] + 1 : least;
            least = row[j - 1] + 1 < least ? row[j - 1] + 1 : least;
            const bool swapped = i > 1 && j > 1 && a->items[i - 1] == b->items[j - 2] &&
                                 a->items[i - 2] == b->items[j - 1];
            row[j] = swapped && before[j - 2] + 1 < least ? before[j - 2] + 1 : least;
        }
    }
    return rows[a->count % 3][b->count];
}

const char *vocabulary_nearest(enum vocabulary list, const char *text)
{
    struct letters wanted;
    if (text == NULL || !fold(text, &wanted) || wanted.count == 0) {
        return NULL;
    }
    const char *nearest = NULL;
    /* A third of the letters wrong is a typing error; more is another word. */
    size_t least = wanted.count / 3 + 1;
    for (uint32_t number = 1; number < vocabulary_count(list); number++) {
        for (size_t index = 0; index < SPELLINGS; index++) {
            const char *known = spelling(row_of(list, number), index);
            struct letters letters;
            if (known == NULL || !fold(known, &letters)) {
                continue;
            }
            const size_t far = distance(&wanted, &letters);
            if (far < least) {
                least = far;
                nearest = known;
            }
        }
    }
    return nearest;
}
