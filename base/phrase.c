/* The pair of languages, and which one the user reads. */
#include "base/phrase.h"

#include <stdlib.h>
#include <string.h>

const char *phrase_in(struct phrase phrase, enum language language)
{
    return language == LANGUAGE_RU ? phrase.ru : phrase.en;
}

bool phrase_language_parse(const char *text, enum language *out)
{
    if (strcmp(text, "ru") == 0) {
        *out = LANGUAGE_RU;
        return true;
    }
    if (strcmp(text, "en") == 0) {
        *out = LANGUAGE_EN;
        return true;
    }
    return false;
}

enum language phrase_language_of_environment(void)
{
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);

        if (value == NULL || value[0] == '\0' || strcmp(value, "C.UTF-8") == 0 ||
            strcmp(value, "C.utf8") == 0) {
            continue;
        }
        if (strncmp(value, "en", 2) == 0 || strcmp(value, "C") == 0 ||
            strcmp(value, "POSIX") == 0) {
            return LANGUAGE_EN;
        }
        return LANGUAGE_RU;
    }
    return LANGUAGE_RU;
}
