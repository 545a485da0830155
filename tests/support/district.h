/* The training region of the scenarios in force, for unit tests of the core: one call an act.
 *
 * For tests only: whatever should work and does not ends the program. */
#ifndef TESTS_SUPPORT_DISTRICT_H
#define TESTS_SUPPORT_DISTRICT_H

#include "tests/support/scratch.h"
#include "tests/support/world.h"

struct district {
    struct scratch *scratch;
    struct arena *arena; /* commands live here */
    struct world *world;
    int64_t now_us;     /* Monday 2026-11-23 10:00 in Novosibirsk at first */
    uint64_t commands;  /* numbers given out */
    uint32_t referrals; /* drawn so far */
    uint32_t sets;      /* folders made */
    struct world_result last;
};

/* more  a further file of the directory, as YAML; NULL: none */
struct district *district_create(const char *more);
void district_destroy(struct district **district);

/* A referral about a family of its own; returns its id. The reply is in last. */
struct id128
district_send(struct district *district, const char *worker, const char *territory, enum risk risk);
/* A command of a worker, from the worker's site; lane, number and incarnation are set. */
void district_command(struct district *district, const char *worker, const struct command *command);
/* The newest offer of the referral's case is accepted by whom it is made to, delivered or not. */
void district_accept(struct district *district, const struct id128 *referral);
void district_apply(struct district *district, struct world_input *input);
/* All deadlines that are due, in as many turns as it takes. */
void district_deadlines(struct district *district);

/* The region with another further file comes into force, if it may: last.problems. */
void district_configure(struct district *district, const char *more);

struct case_record district_case(struct district *district, const struct id128 *referral);
struct assignment_record district_offer(struct district *district, const struct id128 *referral);

/* The journal so far came back from a backup; what follows is another life. */
void district_restore(struct district *district);

#endif
