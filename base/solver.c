/* Terms and questions over Z3; see the header. */
#include "base/solver.h"

#include <assert.h>
#include <stdlib.h>

#include <z3.h>

/* Memory of the process in MB, and work for one question: below a second, the same on every machine. */
#define MEMORY_MB_MAX "1024"
enum { QUESTION_WORK_MAX = 300000, ROOM = 64 /* terms in a row without allocation */ };

typedef Z3_ast join_function(Z3_context context, unsigned count, const Z3_ast nodes[]);

struct solver {
    Z3_context context;
    Z3_solver solver;
    Z3_model model; /* of the last question, once it is read; NULL: none */
    bool asking;    /* its terms are still asserted */
    Z3_sort truth;
    int name_count;
    bool failed; /* a term could not be made: no question has an answer any more */
};

static void pass_over(Z3_context context, Z3_error_code code);
static bool is_bad(const struct solver *solver);
static struct solver_term term_of(struct solver *solver, Z3_ast node);
static struct solver_term
join(struct solver *solver, const struct solver_term *terms, size_t count, join_function *function);
static Z3_symbol new_symbol(struct solver *solver);
static Z3_ast *
nodes_of(const struct solver_term *terms, size_t count, Z3_ast buffer[], size_t room);
static void end_question(struct solver *solver);
static bool read_value(struct solver *solver, Z3_ast node, Z3_ast *value);
static enum solver_answer answer_of(const struct solver *solver, Z3_lbool said);
static bool set_limits(struct solver *solver);

bool solver_create(struct solver **out, struct error *err)
{
    struct solver *solver = calloc(1, sizeof(*solver));

    if (solver == NULL) {
        return error_set(err, ERROR_OS, "solver: out of memory");
    }
    Z3_global_param_set("memory_max_size", MEMORY_MB_MAX);
    Z3_config config = Z3_mk_config();
    Z3_set_param_value(config, "model", "true");
    solver->context = Z3_mk_context(config);
    Z3_del_config(config);
    if (solver->context != NULL) {
        Z3_set_error_handler(solver->context, pass_over);
        solver->truth = Z3_mk_bool_sort(solver->context);
        solver->solver =
            Z3_mk_solver_for_logic(solver->context, Z3_mk_string_symbol(solver->context, "QF_FD"));
    }
    if (solver->context == NULL || solver->solver == NULL || !set_limits(solver)) {
        solver_destroy(&solver);
        return error_set(err, ERROR_OS, "solver: the library does not start");
    }
    *out = solver;
    return true;
}

void solver_destroy(struct solver **solver)
{
    if (*solver == NULL) {
        return;
    }
    end_question(*solver);
    if ((*solver)->solver != NULL) {
        Z3_solver_dec_ref((*solver)->context, (*solver)->solver);
    }
    if ((*solver)->context != NULL) {
        Z3_del_context((*solver)->context);
    }
    free(*solver);
    *solver = NULL;
}

struct solver_term solver_fact(struct solver *solver)
{
    return term_of(solver, Z3_mk_const(solver->context, new_symbol(solver), solver->truth));
}

struct solver_number solver_number(struct solver *solver, uint32_t count)
{
    unsigned bits = 1;

    assert(count > 0 && count <= UINT32_C(1) << 30);
    while ((UINT32_C(1) << bits) < count) {
        bits++;
    }
    struct solver_number number = {
        .node =
            Z3_mk_const(solver->context, new_symbol(solver), Z3_mk_bv_sort(solver->context, bits)),
        .count = count};
    if (count < UINT32_C(1) << bits) {
        Z3_ast most =
            Z3_mk_unsigned_int(solver->context, count - 1, Z3_mk_bv_sort(solver->context, bits));
        solver_assert(solver, term_of(solver, Z3_mk_bvule(solver->context, number.node, most)));
    }
    return number;
}

struct solver_term solver_constant(struct solver *solver, bool holds)
{
    return term_of(solver, holds ? Z3_mk_true(solver->context) : Z3_mk_false(solver->context));
}

struct solver_term solver_not(struct solver *solver, struct solver_term term)
{
    return term_of(solver, Z3_mk_not(solver->context, term.node));
}

struct solver_term solver_all(struct solver *solver, const struct solver_term *terms, size_t count)
{
    return count == 0 ? solver_constant(solver, true) : join(solver, terms, count, Z3_mk_and);
}

struct solver_term solver_any(struct solver *solver, const struct solver_term *terms, size_t count)
{
    return count == 0 ? solver_constant(solver, false) : join(solver, terms, count, Z3_mk_or);
}

struct solver_term
solver_between(struct solver *solver, struct solver_number number, uint32_t least, uint32_t most)
{
    Z3_context context = solver->context;
    Z3_sort sort = Z3_get_sort(context, number.node);
    uint32_t last = number.count - 1;

    if (least > last || least > most) {
        return solver_constant(solver, false);
    }
    if (least == most) {
        return term_of(solver,
                       Z3_mk_eq(context, number.node, Z3_mk_unsigned_int(context, least, sort)));
    }
    Z3_ast both[] = {
        least == 0 ? Z3_mk_true(context)
                   : Z3_mk_bvuge(context, number.node, Z3_mk_unsigned_int(context, least, sort)),
        most >= last ? Z3_mk_true(context)
                     : Z3_mk_bvule(context, number.node, Z3_mk_unsigned_int(context, most, sort))};
    return term_of(solver,
                   least == 0     ? both[1]
                   : most >= last ? both[0]
                                  : Z3_mk_and(context, 2, both));
}

struct solver_term solver_name(struct solver *solver, struct solver_term term)
{
    struct solver_term name = solver_fact(solver);

    solver_assert(solver, term_of(solver, Z3_mk_iff(solver->context, name.node, term.node)));
    return name;
}

void solver_assert(struct solver *solver, struct solver_term term)
{
    end_question(solver);
    Z3_solver_assert(solver->context, solver->solver, term.node);
    solver->failed = solver->failed || is_bad(solver);
}

enum solver_answer solver_ask(struct solver *solver, const struct solver_term *terms, size_t count)
{
    end_question(solver);
    if (solver->failed) {
        return SOLVER_UNKNOWN;
    }
    Z3_solver_push(solver->context, solver->solver);
    solver->asking = true;
    for (size_t i = 0; i < count; i++) {
        Z3_solver_assert(solver->context, solver->solver, terms[i].node);
    }
    return answer_of(solver, Z3_solver_check(solver->context, solver->solver));
}

bool solver_holds(struct solver *solver, struct solver_term term)
{
    Z3_ast value = NULL;

    return read_value(solver, term.node, &value) &&
           Z3_get_bool_value(solver->context, value) == Z3_L_TRUE;
}

uint32_t solver_value(struct solver *solver, struct solver_number number)
{
    Z3_ast value = NULL;
    unsigned found = 0;

    if (!read_value(solver, number.node, &value) ||
        !Z3_get_numeral_uint(solver->context, value, &found) || found >= number.count) {
        solver->failed = true;
        return 0;
    }
    return found;
}

enum solver_answer
solver_blame(struct solver *solver, const struct solver_term *terms, size_t count, bool *needed)
{
    Z3_ast buffer[ROOM];
    Z3_ast *nodes = nodes_of(terms, count, buffer, ROOM);
    enum solver_answer answer = SOLVER_UNKNOWN;

    end_question(solver);
    for (size_t i = 0; i < count; i++) {
        needed[i] = false;
    }
    if (nodes != NULL && !solver->failed) {
        answer = answer_of(
            solver,
            Z3_solver_check_assumptions(solver->context, solver->solver, (unsigned)count, nodes));
    }
    if (answer == SOLVER_NO) {
        Z3_ast_vector core = Z3_solver_get_unsat_core(solver->context, solver->solver);
        Z3_ast_vector_inc_ref(solver->context, core);
        for (unsigned i = 0; i < Z3_ast_vector_size(solver->context, core); i++) {
            Z3_ast node = Z3_ast_vector_get(solver->context, core, i);
            for (size_t j = 0; j < count; j++) {
                needed[j] = needed[j] || Z3_is_eq_ast(solver->context, node, nodes[j]);
            }
        }
        Z3_ast_vector_dec_ref(solver->context, core);
    }
    if (nodes != buffer) {
        free(nodes);
    }
    return answer;
}

void solver_give_up(struct solver *solver)
{
    solver->failed = true;
}

/* Without a handler the library ends the process; codes are asked for instead. */
static void pass_over(Z3_context context, Z3_error_code code)
{
    (void)context;
    (void)code;
}

static bool is_bad(const struct solver *solver)
{
    return Z3_get_error_code(solver->context) != Z3_OK;
}

/* The library makes no node when memory ran out. */
static struct solver_term term_of(struct solver *solver, Z3_ast node)
{
    solver->failed = solver->failed || node == NULL;
    return (struct solver_term){node == NULL ? Z3_mk_true(solver->context) : node};
}

static struct solver_term
join(struct solver *solver, const struct solver_term *terms, size_t count, join_function *function)
{
    Z3_ast buffer[ROOM];
    Z3_ast *nodes = nodes_of(terms, count, buffer, ROOM);

    if (count == 1) {
        return terms[0];
    }
    struct solver_term term =
        term_of(solver, nodes == NULL ? NULL : function(solver->context, (unsigned)count, nodes));
    if (nodes != buffer) {
        free(nodes);
    }
    return term;
}

static Z3_symbol new_symbol(struct solver *solver)
{
    return Z3_mk_int_symbol(solver->context, solver->name_count++);
}

/* The library wants nodes in a row. NULL: no memory. */
static Z3_ast *nodes_of(const struct solver_term *terms, size_t count, Z3_ast buffer[], size_t room)
{
    Z3_ast *nodes = count <= room ? buffer : calloc(count, sizeof(*nodes));

    for (size_t i = 0; i < count && nodes != NULL; i++) {
        nodes[i] = terms[i].node;
    }
    return nodes;
}

/* What a question asserted stays until here, because the assignment is made only when somebody reads it. */
static void end_question(struct solver *solver)
{
    if (solver->model != NULL) {
        Z3_model_dec_ref(solver->context, solver->model);
        solver->model = NULL;
    }
    if (solver->asking) {
        Z3_solver_pop(solver->context, solver->solver, 1);
        solver->asking = false;
    }
}

/* False: memory ran out. */
static bool read_value(struct solver *solver, Z3_ast node, Z3_ast *value)
{
    assert(solver->asking);
    if (solver->model == NULL) {
        solver->model = Z3_solver_get_model(solver->context, solver->solver);
        if (solver->model != NULL) {
            Z3_model_inc_ref(solver->context, solver->model);
        }
    }
    bool good =
        solver->model != NULL && Z3_model_eval(solver->context, solver->model, node, true, value);
    solver->failed = solver->failed || !good;
    return good;
}

static enum solver_answer answer_of(const struct solver *solver, Z3_lbool said)
{
    if (is_bad(solver)) {
        return SOLVER_UNKNOWN;
    }
    return said == Z3_L_TRUE ? SOLVER_YES : said == Z3_L_FALSE ? SOLVER_NO : SOLVER_UNKNOWN;
}

/* rlimit counts steps and not time: the same question has the same answer everywhere, and needs no thread. */
static bool set_limits(struct solver *solver)
{
    Z3_context context = solver->context;

    Z3_solver_inc_ref(context, solver->solver);
    Z3_params params = Z3_mk_params(context);
    Z3_params_inc_ref(context, params);
    Z3_params_set_uint(context, params, Z3_mk_string_symbol(context, "rlimit"), QUESTION_WORK_MAX);
    Z3_params_set_bool(context, params, Z3_mk_string_symbol(context, "ctrl_c"), false);
    Z3_solver_set_params(context, solver->solver, params);
    Z3_params_dec_ref(context, params);
    return !is_bad(solver);
}
