/* Field rules: is a decoded message complete and sensible? Each finding names the field.
 *
 * The same rules run in refctl (before spooling), in refagentd and in the broker, so that nobody learns of a
 * mistake later than necessary.
 */
#ifndef PROTO_CHECKS_H
#define PROTO_CHECKS_H

#include "base/arena.h"
#include "proto/message.h"

#include <stdbool.h>

struct problems {
    struct problem items[PROBLEMS_MAX];
    size_t count;
    size_t dropped;
    struct arena *arena; /* texts of problems live here */
};

/* Adds a problem with the standard text of its code; detail goes into both texts after a colon when it is
 * not NULL. */
void checks_add(struct problems *problems,
                enum refusal code,
                const char *field,
                const char *detail);
/* The standard text of a refusal code, and whether trying again later can help. */
struct phrase checks_text(enum refusal code);
bool checks_retryable(enum refusal code);

/* now_us: for "in the future". All return true when they added nothing. */
bool checks_referral(const struct referral *referral, int64_t now_us, struct problems *problems);
bool checks_form(const struct form *form, int64_t now_us, struct problems *problems);
bool checks_command(const struct command *command, int64_t now_us, struct problems *problems);

/* Clocks differ a little: what lies no more ahead is not in the future. */
#define CHECKS_AHEAD_US (INT64_C(15) * 60000000)

/* An id of the directory: 1..LIMIT_CODE_BYTES of [a-z0-9-], first a letter or a digit. */
bool checks_is_code(const char *text);

#endif
