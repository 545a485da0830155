/* Which case or offer a person means: a case number in any spelling, a row of the inbox, an id. */
#ifndef CTL_SUBJECT_H
#define CTL_SUBJECT_H

#include "agents/ctl/run.h"

struct subject_case {
    struct id128 id;
    char number[LIMIT_SPEAKABLE_BYTES];
};

struct subject_offer {
    struct id128 id;
    uint64_t token;
    char number[LIMIT_SPEAKABLE_BYTES]; /* the case's */
};

/* Asks the inbox first (it needs no broker), then the broker. Errors USAGE (no such spelling), NO_INPUT (no such case),
 * DATA (several fit). */
bool subject_find_case(struct run *run,
                       const char *typed,
                       struct subject_case *out,
                       struct error *err) __attribute__((warn_unused_result));
/* An open offer in the inbox. Errors as above. */
bool subject_find_offer(struct run *run,
                        const char *typed,
                        struct subject_offer *out,
                        struct error *err) __attribute__((warn_unused_result));
/* The case number that a delivery is about, "" for none. */
const char *subject_number_of(const struct delivery *delivery);
/* The whole of --note, checked for length; "" when not given. */
bool subject_note(const struct run *run, const char **out, struct error *err)
    __attribute__((warn_unused_result));

#endif
