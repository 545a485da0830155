/* A rehearsal as JSON; refctl(1) documents the keys. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/rehearsal_view.h"

static json_t *causes_of(const struct rehearsal_result *result);
static json_t *rules_of(const struct rehearsal_result *result);
static json_t *moves_of(const struct rehearsal_view *view);
static json_t *way_of(const struct rehearsal_way *way);
static json_t *curators_of(const struct rehearsal_view *view);
static json_t *desks_of(const struct rehearsal_result *result);
static json_t *norms_of(const struct rehearsal_result *result);
static bool is_shown(const struct rehearsal_view *view, size_t row);

static const char *const cause_codes[REHEARSAL_CAUSE_END] = {
    [REHEARSAL_SAME] = "same",
    [REHEARSAL_TO_DESK] = "to-desk",
    [REHEARSAL_FROM_DESK] = "from-desk",
    [REHEARSAL_OTHER_POOL] = "other-pool",
    [REHEARSAL_OTHER_CURATOR] = "other-curator",
    [REHEARSAL_NO_TERRITORY] = "no-territory",
};

json_t *rehearsal_view_json(const struct screen *screen, const struct rehearsal_view *view)
{
    const struct rehearsal_result *result = view->result;

    return json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "policy",
                     policy_id(view->region->policy),
                     "since",
                     json_view_time(view->since_us),
                     "until",
                     json_view_time(screen->now_us),
                     "referrals",
                     (json_int_t)result->referrals,
                     "joined",
                     (json_int_t)result->joined,
                     "cases",
                     (json_int_t)result->cases,
                     "carried",
                     (json_int_t)result->carried,
                     "causes",
                     causes_of(result),
                     "rules",
                     rules_of(result),
                     "elsewhere",
                     moves_of(view),
                     "curators",
                     curators_of(view),
                     "desks",
                     desks_of(result),
                     "norms",
                     norms_of(result));
}

static json_t *causes_of(const struct rehearsal_result *result)
{
    json_t *causes = json_object();

    for (int cause = REHEARSAL_SAME; cause < REHEARSAL_CAUSE_END; cause++) {
        (void)json_object_set_new(
            causes, cause_codes[cause], json_integer((json_int_t)result->causes[cause]));
    }
    return causes;
}

static json_t *rules_of(const struct rehearsal_result *result)
{
    json_t *rules = json_array();

    for (size_t i = 0; i < result->rule_count; i++) {
        const struct rehearsal_rule *rule = &result->rules[i];
        (void)json_array_append_new(rules,
                                    json_pack("{s:o, s:b, s:o, s:I}",
                                              "before",
                                              json_view_text(rule->before),
                                              "before_known",
                                              (int)(rule->before != NULL),
                                              "after",
                                              json_view_text(rule->after),
                                              "cases",
                                              (json_int_t)rule->cases));
    }
    return rules;
}

static json_t *moves_of(const struct rehearsal_view *view)
{
    json_t *moves = json_array();

    for (size_t i = 0; i < view->result->move_count && is_shown(view, i); i++) {
        const struct rehearsal_move *move = &view->result->moves[i];
        (void)json_array_append_new(moves,
                                    json_pack("{s:s, s:o, s:s, s:o, s:o}",
                                              "case",
                                              move->number,
                                              "arrived",
                                              json_view_time(move->arrived_us),
                                              "cause",
                                              cause_codes[move->cause],
                                              "before",
                                              way_of(&move->before),
                                              "after",
                                              way_of(&move->after)));
    }
    return moves;
}

static json_t *way_of(const struct rehearsal_way *way)
{
    return json_pack("{s:o, s:o, s:o, s:o}",
                     "rule",
                     json_view_text(way->rule),
                     "pool",
                     json_view_text(way->pool),
                     "curator",
                     json_view_text(way->worker),
                     "desk_reason",
                     json_view_code(VOCABULARY_DESK_REASON, way->desk_reason));
}

static json_t *curators_of(const struct rehearsal_view *view)
{
    json_t *curators = json_array();

    for (size_t i = 0; i < view->result->curator_count && is_shown(view, i); i++) {
        const struct rehearsal_curator *curator = &view->result->curators[i];
        (void)json_array_append_new(
            curators,
            json_pack("{s:s, s:o, s:o, s:I, s:I, s:I, s:I}",
                      "id",
                      curator->id,
                      "title",
                      curator->known ? json_view_phrase(curator->title) : json_null(),
                      "capacity",
                      curator->known ? json_integer((json_int_t)curator->capacity) : json_null(),
                      "cases_before",
                      (json_int_t)curator->cases_before,
                      "cases_after",
                      (json_int_t)curator->cases_after,
                      "peak_before",
                      (json_int_t)curator->peak_before,
                      "peak_after",
                      (json_int_t)curator->peak_after));
    }
    return curators;
}

static json_t *desks_of(const struct rehearsal_result *result)
{
    json_t *reasons = json_array();

    for (int reason = DESK_REASON_UNSPECIFIED + 1; reason < DESK_REASON_END; reason++) {
        if (result->desks_before[reason] == 0 && result->desks_after[reason] == 0) {
            continue;
        }
        (void)json_array_append_new(
            reasons,
            json_pack("{s:o, s:I, s:I}",
                      "reason",
                      json_view_code(VOCABULARY_DESK_REASON, (uint32_t)reason),
                      "before",
                      (json_int_t)result->desks_before[reason],
                      "after",
                      (json_int_t)result->desks_after[reason]));
    }
    return json_pack("{s:I, s:I, s:o}",
                     "before",
                     (json_int_t)result->desk_before,
                     "after",
                     (json_int_t)result->desk_after,
                     "reasons",
                     reasons);
}

static json_t *norms_of(const struct rehearsal_result *result)
{
    json_t *norms = json_array();

    for (size_t i = 0; i < REHEARSAL_NORMS; i++) {
        const struct rehearsal_norm *norm = &result->norms[i];
        (void)json_array_append_new(norms,
                                    json_pack("{s:s, s:I, s:I, s:I, s:I}",
                                              "norm",
                                              policy_norm_key(norm->norm),
                                              "tightened",
                                              (json_int_t)norm->tightened,
                                              "relaxed",
                                              (json_int_t)norm->relaxed,
                                              "breached_before",
                                              (json_int_t)norm->breached_before,
                                              "breached_after",
                                              (json_int_t)norm->breached_after));
    }
    return norms;
}

static bool is_shown(const struct rehearsal_view *view, size_t row)
{
    return view->rows_max == 0 || row < view->rows_max;
}
