/* The vocabulary's texts: code, titles and customary short forms of every number of every list. */
#ifndef PROTO_VOCABULARY_TITLES_H
#define PROTO_VOCABULARY_TITLES_H

#include "proto/vocabulary.h"

enum { VOCABULARY_TITLES_SHORTS = 3 };

struct vocabulary_titles_row {
    const char *code;
    struct phrase title;
    const char *shorts[VOCABULARY_TITLES_SHORTS]; /* NULL-padded */
};

struct vocabulary_titles_list {
    struct phrase name;
    const struct vocabulary_titles_row *rows; /* by number; row 0 is "unspecified" */
    size_t count;
};

extern const struct vocabulary_titles_list vocabulary_titles[VOCABULARY_END];

#endif
