/* The command line: options anywhere, words in order. GNU habits: --name VALUE, --name=VALUE, -h, "--" ends options.
 *
 * A table of our own and not argp, because argp takes its own texts (usage, "unrecognized option") from libc's
 * catalogues, which need a generated locale, and ends the process by itself; here every text is a phrase and every
 * mistake a struct error.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include "base/error.h"
#include "base/phrase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option {
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_LANG,
    OPTION_JSON,
    OPTION_SOCKET,
    OPTION_AGENT,
    OPTION_AS,
    OPTION_TIMEOUT,
    OPTION_LIMIT,
    OPTION_DRY_RUN,
    OPTION_ID,
    OPTION_SEEN,
    OPTION_REASON,
    OPTION_NOTE,
    OPTION_APPROVE,
    OPTION_REJECT,
    OPTION_CONFIRM,
    OPTION_SHORT,
    OPTION_SITE,
    OPTION_BROKER,
    OPTION_REGION,
    OPTION_SIGNING,
    OPTION_OUT,
    OPTION_DIRECTORY,
    OPTION_EPOCH,
    OPTION_AT,
    OPTION_REFERRER,
    OPTION_TAP,
    OPTION_JUNIT,
    OPTION_SINCE,
    OPTION_WAIT,
    OPTION_SHADOW,
    OPTION_FROM_SHADOW,
    OPTION_FINISH,
    OPTION_COLUMNS,
    OPTION_JOURNAL,
    OPTION_FROM,
    OPTION_UNTIL,
    OPTION_DEPUTY,
    OPTION_END
};

enum { OPTIONS_WORDS_MAX = 1024 };

struct options {
    const char *values[OPTION_END]; /* NULL: not given; "" for options without a value */
    const char *words[OPTIONS_WORDS_MAX];
    size_t word_count;
};

struct options_row {
    const char *name;
    char letter;           /* '\0': none */
    struct phrase value;   /* "FILE", NULL: takes none */
    struct phrase meaning; /* one line of help */
};

/* Errors USAGE, with the nearest name, in that language. argv is borrowed. */
bool options_parse(int argc,
                   char *const *argv,
                   enum language language,
                   struct options *out,
                   struct error *err) __attribute__((warn_unused_result));
const struct options_row *options_row(enum option option);
/* The first option that is given and not in the mask of bits; OPTION_END: none. */
enum option options_outside(const struct options *options, uint64_t mask);

/* "10", "10s", "500ms", "2m": 1 ms to one hour. */
bool options_duration_ms(const char *text, int64_t *out);
/* A decimal number from least to most. */
bool options_number(const char *text, int64_t least, int64_t most, int64_t *out);

#endif
