/* Everything a person reads exists in two languages: a phrase is the pair.
 *
 * One mechanism for replies on the wire (which carry both), for the command line and for pages.
 */
#ifndef BASE_PHRASE_H
#define BASE_PHRASE_H

#include <stdbool.h>

enum language { LANGUAGE_RU, LANGUAGE_EN };

struct phrase {
    const char *ru;
    const char *en;
};

const char *phrase_in(struct phrase phrase, enum language language);
/* "ru" or "en"; false for anything else. */
bool phrase_language_parse(const char *text, enum language *out);
/* LANGUAGE, LC_ALL, LC_MESSAGES, LANG in that order: a value that begins with "en" or is "C" or
 * "POSIX" means English; everything else, and nothing set, means Russian. "C.UTF-8" says nothing
 * about a language and is passed over. */
enum language phrase_language_of_environment(void);

#endif
