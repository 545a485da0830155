/* What a check of the configuration found: bilingual, with a place, errors and warnings alike.
 *
 * One list serves the whole set, so that an administrator sees everything in one run. A full list counts
 * what it cannot keep. Only policy/ writes findings; source.h hands them out as a report.
 */
#ifndef POLICY_FINDING_H
#define POLICY_FINDING_H

#include "base/arena.h"
#include "base/error.h"
#include "base/phrase.h"
#include "policy/diagnostic.h"

#include <stdbool.h>
#include <stddef.h>

enum { FINDING_MAX = 256 };

struct finding {
    enum diagnostic code;
    bool warning;       /* as the table of diagnostics says */
    struct text_pos at; /* line 0: no place */
    struct phrase text; /* in the list's arena */
};

struct finding_list {
    struct arena *arena;
    struct finding *items;
    size_t count;
    size_t errors; /* with those dropped */
    size_t warnings;
    size_t dropped;
    bool
        partial; /* a file could not be read: what seems to be missing may stand there and is not reported */
};

/* False: the arena is full. */
bool finding_list_begin(struct finding_list *list, struct arena *arena)
    __attribute__((warn_unused_result));

/* Both formats take the same arguments in the same order. at may be NULL. finding_error returns false. */
bool finding_error(struct finding_list *list,
                   enum diagnostic code,
                   const struct text_pos *at,
                   const char *ru,
                   const char *en,
                   ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6), nonnull(1, 4, 5)));
void finding_warning(struct finding_list *list,
                     enum diagnostic code,
                     const struct text_pos *at,
                     const char *ru,
                     const char *en,
                     ...)
    __attribute__((format(printf, 4, 6), format(printf, 5, 6), nonnull(1, 4, 5)));
/* Ready texts, borrowed. */
bool finding_error_phrase(struct finding_list *list,
                          enum diagnostic code,
                          const struct text_pos *at,
                          struct phrase text);

/* Errors of the YAML reader, which knows English only. */
void finding_adopt_yaml(struct finding_list *list, const struct error_list *errors);
/* The errors among the findings, "P012: …" in English, for callers with an error list. */
void finding_report(const struct finding_list *list, struct error_list *errors);

#endif
