/* Questions of logic, answered exactly: is there an assignment for which all these terms hold?
 *
 * Terms are built from facts (true or false) and numbers (one of a few values) and live as long as their solver. A
 * decision procedure answers, never a sample. The one wrapper of Z3; it hides reference counts, handlers and limits.
 *
 *     solver_assert(s, domain);                         for ever
 *     solver_ask(s, terms, count) == SOLVER_YES         for this question alone
 *     solver_holds(s, fact), solver_value(s, number)    the assignment that was found
 *
 * Not built from bytes that somebody sends: terms come from checked policies. One thread. The library keeps a pool of
 * memory for the process (solver_create bounds it), nothing else is shared between solvers.
 * Source: Z3 4.8.12, z3_api.h.
 */
#ifndef BASE_SOLVER_H
#define BASE_SOLVER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct solver;

/* The library's own node: a plain value, borrowed from the solver. */
struct solver_term {
    void *node;
};
struct solver_number {
    void *node;
    uint32_t count;
};

enum solver_answer {
    SOLVER_NO,
    SOLVER_YES,
    SOLVER_UNKNOWN /* memory or the work allowed for one question ran out; it stays unknown when asked again */
};

bool solver_create(struct solver **out, struct error *err) __attribute__((warn_unused_result));
void solver_destroy(struct solver **solver);

/* A new truth value. */
struct solver_term solver_fact(struct solver *solver);
/* A new number from 0 to count - 1; count > 0. */
struct solver_number solver_number(struct solver *solver, uint32_t count);

struct solver_term solver_constant(struct solver *solver, bool holds);
struct solver_term solver_not(struct solver *solver, struct solver_term term);
/* Of no terms: true. */
struct solver_term solver_all(struct solver *solver, const struct solver_term *terms, size_t count);
/* Of no terms: false. */
struct solver_term solver_any(struct solver *solver, const struct solver_term *terms, size_t count);
/* least <= number <= most; most is cut to the number's last value. */
struct solver_term
solver_between(struct solver *solver, struct solver_number number, uint32_t least, uint32_t most);
/* A new fact that is true exactly when the term is: asked about again and again, it is cheap. */
struct solver_term solver_name(struct solver *solver, struct solver_term term);

void solver_assert(struct solver *solver, struct solver_term term);

/* Can what is asserted and these terms hold at once? After SOLVER_YES the assignment can be read until something is
 * asserted, named or asked. */
enum solver_answer solver_ask(struct solver *solver, const struct solver_term *terms, size_t count);
bool solver_holds(struct solver *solver, struct solver_term term);
uint32_t solver_value(struct solver *solver, struct solver_number number);
/* The same for facts and their negations alone. After SOLVER_NO needed[i] says which of them were enough for the
 * contradiction (not always the fewest); after any other answer it is all false and there is no assignment to read. */
enum solver_answer
solver_blame(struct solver *solver, const struct solver_term *terms, size_t count, bool *needed);

/* The caller could not build a term: no question has an answer any more. */
void solver_give_up(struct solver *solver);

#endif
