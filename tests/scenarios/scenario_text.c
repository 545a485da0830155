/* Words and patterns. */
#include "tests/scenarios/scenario_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool ends_clause(const char *at)
{
    return *at == ',' || *at == '\0' || *at == '#';
}

static bool ends_head(const char *at)
{
    return at[0] == ':' && (at[1] == ' ' || at[1] == '\0');
}

static const char *cut_word(const char **at, struct arena *arena)
{
    const char *begin = *at;
    while (!isspace((unsigned char)**at) && !ends_clause(*at) && !ends_head(*at)) {
        (*at)++;
    }
    return arena_text_of(arena, bytes_of(begin, (size_t)(*at - begin)));
}

/* Words up to the end of the head or clause; what ended it is left at *at. */
static bool cut_words(const char **at, struct arena *arena, struct scenario_text_words *out)
{
    for (;;) {
        while (isspace((unsigned char)**at)) {
            (*at)++;
        }
        if (ends_clause(*at) || ends_head(*at)) {
            return true;
        }
        if (out->count == SCENARIO_TEXT_WORDS_MAX) {
            return false;
        }
        out->words[out->count++] = cut_word(at, arena);
    }
}

bool scenario_text_cut(const char *text, struct arena *arena, struct scenario_text_line *out)
{
    const char *at = text;
    memset(out, 0, sizeof(*out));
    if (!cut_words(&at, arena, &out->head)) {
        return false;
    }
    while (*at == ':' || *at == ',') {
        at++;
        if (out->clause_count == SCENARIO_TEXT_CLAUSES_MAX ||
            !cut_words(&at, arena, &out->clauses[out->clause_count++])) {
            return false;
        }
    }
    return true;
}

static bool is_capture(const char *word, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (!isupper((unsigned char)word[i])) {
            return false;
        }
    }
    return bytes > 1;
}

bool scenario_text_match(const char *pattern,
                         const struct scenario_text_words *words,
                         const char *captures[SCENARIO_TEXT_CAPTURES_MAX])
{
    size_t captured = 0;
    size_t word = 0;
    for (const char *at = pattern; *at != '\0'; word++) {
        const size_t bytes = strcspn(at, " ");
        if (word == words->count) {
            return false;
        }
        if (is_capture(at, bytes)) {
            if (captured == SCENARIO_TEXT_CAPTURES_MAX) {
                return false;
            }
            captures[captured++] = words->words[word];
        } else if (strlen(words->words[word]) != bytes ||
                   memcmp(words->words[word], at, bytes) != 0) {
            return false;
        }
        at += bytes;
        at += strspn(at, " ");
    }
    return word == words->count;
}
