/* The past, for rehearsals: referrals as they came and as they were decided, labels and codes only. */
#ifndef BROKER_CORE_PAST_H
#define BROKER_CORE_PAST_H

#include "base/arena.h"
#include "broker/core/core.h"
#include "proto/message.h"

enum past_verdict {
    PAST_LISTED,
    PAST_BAD_TEXT, /* query->text is no time */
    PAST_BAD_CURSOR,
    PAST_NO_ROOM
};

/* A page of the referrals of cases that were opened since query->text (microseconds, decimal), in the order of the
 * cases. Cases that were opened before and ended later come too, each with the referral that opened it: they were
 * somebody's load.
 *
 * A case tells what was decided for its first curator. A case that was merged into another has no row; its
 * referrals stand with the other as joined.
 *
 * Cost  at most 200 rows and 5 000 cases are looked at; a page may have few rows, or none, and go on all the same */
enum past_verdict past_list(const struct core *core,
                            struct arena *arena,
                            const struct query *query,
                            struct answer *answer);

#endif
