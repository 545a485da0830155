/* Checks the characters of a YAML file and rewrites what only JSON has. */
#include "base/yaml_text.h"

#include <string.h>

enum {
    PAIR_BYTES = 12,      /* \uD83D\uDE00 */
    REWRITTEN_BYTES = 10, /* \U0001F600 */
    PAIR_SHIFT = PAIR_BYTES - REWRITTEN_BYTES
};

/* A walk over characters that knows where it is. */
struct walk {
    struct bytes bytes;
    size_t at;
    uint32_t line;
    uint32_t column;
};

/* The state of the rewriting: where in JSON's grammar, and what was made so far. */
struct rewrite {
    struct walk walk;
    uint8_t *to;
    size_t to_bytes;
    size_t to_characters;
    size_t *pairs;
    size_t pair_count;
    size_t depth;
    uint8_t quote;    /* the quote that we are inside of, or 0 */
    uint8_t previous; /* the last byte outside of quotes that was not blank */
    bool in_comment;
};

static bool check_characters(const char *name, struct bytes content, struct error_list *errors);
static bool is_readable(uint32_t character);
static uint32_t decode(const uint8_t *at, size_t left, size_t *length);
static void walk_on(struct walk *walk, size_t length);
static bool is_json(struct bytes content);
static size_t count_escapes(struct bytes content);
static bool rewrite_all(struct rewrite *rewrite, const char *name, struct error_list *errors);
static void rewrite_outside(struct rewrite *rewrite);
static bool rewrite_escape(struct rewrite *rewrite, const char *name, struct error_list *errors);
static void put(struct rewrite *rewrite);
static bool unit_at(const struct walk *walk, size_t offset, uint32_t *unit);

bool yaml_text_prepare(const char *name,
                       struct bytes content,
                       struct arena *arena,
                       struct yaml_text *out,
                       struct error_list *errors)
{
    if (content.size >= 3 && memcmp(content.data, "\xEF\xBB\xBF", 3) == 0) {
        content = bytes_of(content.data + 3, content.size - 3);
    }
    if (!check_characters(name, content, errors)) {
        return false;
    }
    *out = (struct yaml_text){.bytes = content};
    if (!is_json(content)) {
        return true;
    }
    struct rewrite rewrite = {.walk = {.bytes = content, .line = 1, .column = 1}};
    rewrite.to = arena_alloc(arena, content.size);
    rewrite.pairs = arena_array(arena, count_escapes(content) + 1, sizeof(*rewrite.pairs));
    if (rewrite.to == NULL || rewrite.pairs == NULL) {
        struct text_pos at = error_pos(name, 1, 1);
        return error_list_add(errors, ERROR_OS, &at, "no memory left to read the file");
    }
    if (!rewrite_all(&rewrite, name, errors)) {
        return false;
    }
    out->bytes = bytes_of(rewrite.to, rewrite.to_bytes);
    out->pairs = rewrite.pairs;
    out->pair_count = rewrite.pair_count;
    return true;
}

uint32_t yaml_text_column(const struct yaml_text *text, size_t index, size_t column)
{
    size_t line_start = index - column;
    size_t before = 0;
    size_t low = 0;
    size_t high = text->pair_count;

    while (low < high) { /* pairs before index */
        size_t middle = low + (high - low) / 2;
        if (text->pairs[middle] < index) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    while (before < low && text->pairs[low - 1 - before] >= line_start) {
        before++;
    }
    return (uint32_t)(column + before * PAIR_SHIFT + 1);
}

static bool check_characters(const char *name, struct bytes content, struct error_list *errors)
{
    struct walk walk = {.bytes = content, .line = 1, .column = 1};

    while (walk.at < content.size) {
        size_t length = 0;
        uint32_t character = decode(content.data + walk.at, content.size - walk.at, &length);
        if (length == 0) {
            struct text_pos at = error_pos(name, walk.line, walk.column);
            return error_list_add(errors,
                                  ERROR_DATA,
                                  &at,
                                  "the byte %02X is not UTF-8 here",
                                  (unsigned)content.data[walk.at]);
        }
        if (!is_readable(character)) {
            struct text_pos at = error_pos(name, walk.line, walk.column);
            return error_list_add(errors,
                                  ERROR_DATA,
                                  &at,
                                  "the character U+%04X is not allowed in a file",
                                  (unsigned)character);
        }
        walk_on(&walk, length);
    }
    return true;
}

/* The set that libyaml reads (YAML 1.1, c-printable). */
static bool is_readable(uint32_t character)
{
    return character == '\t' || character == '\n' || character == '\r' ||
           (character >= 0x20 && character <= 0x7E) || character == 0x85 ||
           (character >= 0xA0 && character <= 0xFFFD && character != 0xFEFF) ||
           character >= 0x10000;
}

/* The character and its length in bytes; length 0 when it is not well-formed. */
static uint32_t decode(const uint8_t *at, size_t left, size_t *length)
{
    size_t bytes = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t character = at[0];

    *length = 0;
    if (at[0] == 0) {
        *length = 1; /* well-formed, though nobody wants it */
        return 0;
    }
    if (bytes > left || !bytes_is_text(bytes_of(at, bytes))) {
        return 0;
    }
    *length = bytes;
    if (bytes > 1) {
        character = at[0] & (0xFFU >> (bytes + 1));
        for (size_t i = 1; i < bytes; i++) {
            character = character << 6 | (at[i] & 0x3FU);
        }
    }
    return character;
}

static void walk_on(struct walk *walk, size_t length)
{
    uint8_t byte = walk->bytes.data[walk->at];
    bool before_feed =
        walk->at + 1 < walk->bytes.size && walk->bytes.data[walk->at + 1] == (uint8_t)'\n';

    walk->at += length;
    if (byte == '\n' || (byte == '\r' && !before_feed)) {
        walk->line++;
        walk->column = 1;
    } else {
        walk->column++;
    }
}

static bool is_json(struct bytes content)
{
    for (size_t i = 0; i < content.size; i++) {
        uint8_t byte = content.data[i];
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
            return byte == '{' || byte == '[';
        }
    }
    return false;
}

static size_t count_escapes(struct bytes content)
{
    size_t count = 0;

    for (size_t i = 0; i + 1 < content.size; i++) {
        count += content.data[i] == '\\' && content.data[i + 1] == 'u' ? 1 : 0;
    }
    return count;
}

static bool rewrite_all(struct rewrite *rewrite, const char *name, struct error_list *errors)
{
    struct walk *walk = &rewrite->walk;
    bool ok = true;

    while (walk->at < walk->bytes.size) {
        uint8_t byte = walk->bytes.data[walk->at];
        if (rewrite->quote == '"' && byte == '\\') {
            ok = rewrite_escape(rewrite, name, errors) && ok;
            continue;
        }
        if (rewrite->quote == 0) {
            rewrite_outside(rewrite);
            continue;
        }
        if (byte == rewrite->quote) { /* '' inside '…' closes and opens again: the same to us */
            rewrite->quote = 0;
            rewrite->previous = byte;
        }
        put(rewrite);
    }
    return ok;
}

static void rewrite_outside(struct rewrite *rewrite)
{
    const struct walk *walk = &rewrite->walk;
    uint8_t byte = walk->bytes.data[walk->at];
    uint8_t before = walk->at > 0 ? walk->bytes.data[walk->at - 1] : (uint8_t)' ';
    size_t tab_at = rewrite->to_bytes;

    put(rewrite);
    if (byte == '\n' || byte == '\r') {
        rewrite->in_comment = false;
        return;
    }
    if (rewrite->in_comment || byte == ' ') {
        return;
    }
    if (byte == '\t') {
        rewrite->to[tab_at] = rewrite->depth == 0 ? (uint8_t)' ' : byte;
        return;
    }
    bool token_start = rewrite->previous == 0 || strchr("[{,:", rewrite->previous) != NULL;
    bool after_blank = strchr(" \t\r\n", before) != NULL;
    if (byte == '#' && after_blank) {
        rewrite->in_comment = true;
        return;
    }
    if (byte == '\'' && before == '\'') { /* the '' inside '…' */
        rewrite->quote = byte;
        return;
    }
    if ((byte == '"' || byte == '\'') && token_start) {
        rewrite->quote = byte;
    }
    if (byte == '[' || byte == '{') {
        rewrite->depth++;
    }
    if ((byte == ']' || byte == '}') && rewrite->depth > 0) {
        rewrite->depth--;
    }
    rewrite->previous = byte;
}

/* At a backslash inside double quotes. */
static bool rewrite_escape(struct rewrite *rewrite, const char *name, struct error_list *errors)
{
    struct walk *walk = &rewrite->walk;
    uint32_t high;
    uint32_t low;

    if (!unit_at(walk, 0, &high) || high < 0xD800 || high > 0xDFFF) {
        put(rewrite);
        if (walk->at < walk->bytes.size) {
            put(rewrite); /* whatever was escaped, a quote perhaps */
        }
        return true;
    }
    if (high > 0xDBFF || !unit_at(walk, 6, &low) || low < 0xDC00 || low > 0xDFFF) {
        struct text_pos at = error_pos(name, walk->line, walk->column);
        put(rewrite);
        put(rewrite);
        return error_list_add(
            errors, ERROR_DATA, &at, "\\u%04X is one half of a surrogate pair", (unsigned)high);
    }
    uint32_t character = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    static const char digits[] = "0123456789ABCDEF";
    rewrite->pairs[rewrite->pair_count++] = rewrite->to_characters;
    rewrite->to[rewrite->to_bytes++] = '\\';
    rewrite->to[rewrite->to_bytes++] = 'U';
    for (unsigned shift = 32; shift > 0; shift -= 4) {
        rewrite->to[rewrite->to_bytes++] = (uint8_t)digits[character >> (shift - 4) & 0x0FU];
    }
    rewrite->to_characters += REWRITTEN_BYTES;
    for (size_t i = 0; i < PAIR_BYTES; i++) {
        walk_on(walk, 1);
    }
    return true;
}

/* Copy one byte; columns and characters are counted at the first byte of a character. */
static void put(struct rewrite *rewrite)
{
    struct walk *walk = &rewrite->walk;
    uint8_t byte = walk->bytes.data[walk->at];

    rewrite->to[rewrite->to_bytes++] = byte;
    if ((byte & 0xC0U) == 0x80U) {
        walk->at++;
    } else {
        rewrite->to_characters++;
        walk_on(walk, 1);
    }
}

/* The number of a \uXXXX that stands at the walk plus offset. */
static bool unit_at(const struct walk *walk, size_t offset, uint32_t *unit)
{
    uint8_t number[2];
    char digits[5] = "";

    if (walk->bytes.size - walk->at < offset + 6 ||
        memcmp(walk->bytes.data + walk->at + offset, "\\u", 2) != 0) {
        return false;
    }
    memcpy(digits, walk->bytes.data + walk->at + offset + 2, 4);
    if (!bytes_from_hex(digits, number, sizeof(number))) {
        return false;
    }
    *unit = bytes_get_u16(number);
    return true;
}
