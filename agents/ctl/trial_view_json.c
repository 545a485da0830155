/* A trial as JSON; see trial_view.h. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/trial_view.h"

static json_t *rules_of(const struct trial *trial, struct arena *arena);
static json_t *conditions_of(const struct policy_trace trace);
static json_t *programmes_of(const struct trial *trial, struct arena *arena);
static json_t *decision_of(const struct trial *trial);
static json_t *pools_of(const struct trial *trial);
static json_t *members_of(const struct trial *trial, size_t pool);
static json_t *norms_of(const struct trial *trial);
static json_t *notices_of(const struct trial *trial);

json_t *trial_view_json(const struct trial *trial, struct arena *arena)
{
    const struct trial_question *question = &trial->question;
    const struct directory_site *site =
        directory_site(question->region->directory, question->referrer);
    const uint32_t chosen = trial->decision.chosen;

    return json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "arrived",
                     json_view_time(question->at_us),
                     "referrer",
                     json_view_text(site == NULL ? NULL : site->id),
                     "referrer_kind",
                     json_view_code(VOCABULARY_AGENCY_KIND, trial->facts.referrer_kind),
                     "labels",
                     json_view_labels(question->labels),
                     "rolled_out",
                     (int)!trial->verdict.not_rolled_out,
                     "rules",
                     rules_of(trial, arena),
                     "programmes",
                     programmes_of(trial, arena),
                     "decision",
                     decision_of(trial),
                     "pools",
                     pools_of(trial),
                     "norms",
                     norms_of(trial),
                     "notices",
                     notices_of(trial),
                     "discloses",
                     chosen == 0
                         ? json_null()
                         : json_view_codes(VOCABULARY_SECTION, trial_sections(trial, chosen)));
}

static json_t *rules_of(const struct trial *trial, struct arena *arena)
{
    const struct policy *policy = trial->question.region->policy;
    const size_t tried = trial->verdict.failed_count + (trial->verdict.rule >= 0 ? 1 : 0);
    json_t *rules = json_array();

    for (size_t rule = 0; rule < tried; rule++) {
        const struct policy_rule_view view = policy_rule(policy, rule);
        const struct arena_mark before = arena_mark(arena);
        (void)json_array_append_new(
            rules,
            json_pack("{s:s, s:o, s:s, s:I, s:b, s:o}",
                      "rule",
                      view.id,
                      "title",
                      json_view_phrase(view.title),
                      "file",
                      view.at.file,
                      "line",
                      (json_int_t)view.at.line,
                      "matched",
                      (int)((int32_t)rule == trial->verdict.rule),
                      "conditions",
                      conditions_of(policy_trace(trial->question.region->policy,
                                                 trial->question.region->directory,
                                                 rule,
                                                 &trial->facts,
                                                 arena))));
        arena_release(arena, before);
    }
    return rules;
}

static json_t *programmes_of(const struct trial *trial, struct arena *arena)
{
    const struct region *region = trial->question.region;
    json_t *programmes = json_array();

    for (size_t i = 0; i < policy_programme_count(region->policy); i++) {
        const struct policy_programme_view view = policy_programme(region->policy, i);
        const struct arena_mark before = arena_mark(arena);
        const struct policy_trace trace =
            policy_programme_trace(region->policy, region->directory, i, &trial->facts, arena);
        (void)json_array_append_new(programmes,
                                    json_pack("{s:s, s:o, s:s, s:I, s:b, s:o}",
                                              "programme",
                                              view.id,
                                              "title",
                                              json_view_phrase(view.title),
                                              "file",
                                              view.at.file,
                                              "line",
                                              (json_int_t)view.at.line,
                                              "applies",
                                              (int)(trial->verdict.programmes >> i & 1),
                                              "conditions",
                                              conditions_of(trace)));
        arena_release(arena, before);
    }
    return programmes;
}

static json_t *conditions_of(const struct policy_trace trace)
{
    json_t *conditions = json_array();

    for (size_t i = 0; i < trace.count && trace.rows != NULL; i++) {
        const struct policy_trace_row *row = &trace.rows[i];
        (void)json_array_append_new(conditions,
                                    json_pack("{s:I, s:b, s:b, s:I, s:I, s:o}",
                                              "depth",
                                              (json_int_t)row->depth,
                                              "group",
                                              (int)row->group,
                                              "holds",
                                              (int)row->holds,
                                              "line",
                                              (json_int_t)row->line,
                                              "column",
                                              (json_int_t)row->column,
                                              "text",
                                              json_view_phrase(row->text)));
    }
    return conditions;
}

static json_t *decision_of(const struct trial *trial)
{
    const struct fact_decision *decision = &trial->decision;
    const struct region *region = trial->question.region;
    const struct directory_worker *chosen = directory_worker(region->directory, decision->chosen);
    const struct directory_agency *agency = directory_agency(region->directory, trial->desk.agency);
    const bool desk = decision->desk_reason != DESK_REASON_UNSPECIFIED;

    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}",
        "rule",
        json_view_text(decision->rule < 0 ? NULL
                                          : policy_rule(region->policy, (size_t)decision->rule).id),
        "procedure",
        json_view_code(VOCABULARY_PROCEDURE, trial->verdict.procedure),
        "pool",
        json_view_text(decision->pool < 0 ? NULL
                                          : policy_pool(region->policy, (size_t)decision->pool).id),
        "chosen",
        json_view_text(chosen == NULL ? NULL : chosen->id),
        "desk_reason",
        json_view_code(VOCABULARY_DESK_REASON, decision->desk_reason),
        "desk_agency",
        json_view_text(desk && agency != NULL ? agency->id : NULL));
}

static json_t *pools_of(const struct trial *trial)
{
    const struct fact_decision *decision = &trial->decision;
    json_t *pools = json_array();
    bool sought = decision->desk_reason == DESK_REASON_UNSPECIFIED ||
                  decision->desk_reason == DESK_REASON_NO_CANDIDATE ||
                  decision->desk_reason == DESK_REASON_NO_CAPACITY;

    for (size_t i = 0; i < decision->pool_count; i++) {
        const size_t pool = decision->pools[i];
        const struct policy_pool_view view = policy_pool(trial->question.region->policy, pool);
        (void)json_array_append_new(
            pools,
            json_pack("{s:s, s:s, s:I, s:s, s:b, s:b, s:b, s:o}",
                      "pool",
                      view.id,
                      "file",
                      view.at.file,
                      "line",
                      (json_int_t)view.at.line,
                      "pick",
                      view.pick == POOL_PICK_ROUND_ROBIN ? "round-robin" : "least-loaded",
                      "continuity",
                      (int)view.continuity,
                      "auto_accept",
                      (int)view.auto_accept,
                      "tried",
                      (int)sought,
                      "members",
                      members_of(trial, pool)));
        sought = sought && (int32_t)pool != decision->pool;
    }
    return pools;
}

static json_t *members_of(const struct trial *trial, size_t pool)
{
    const struct region *region = trial->question.region;
    const uint32_t *workers = NULL;
    const size_t count = roster_members(region->roster, pool, trial->question.territory, &workers);
    json_t *members = json_array();

    for (size_t i = 0; i < count; i++) {
        const struct directory_worker *row = directory_worker(region->directory, workers[i]);
        enum candidate_reason reason = trial_bar(trial, pool, workers[i]);
        const bool eligible = reason == CANDIDATE_UNSPECIFIED;
        if (workers[i] == trial->decision.chosen) {
            reason = CANDIDATE_CHOSEN;
        }
        (void)json_array_append_new(members,
                                    json_pack("{s:s, s:o, s:b, s:o, s:i, s:i}",
                                              "worker",
                                              row->id,
                                              "title",
                                              json_view_phrase(row->title),
                                              "eligible",
                                              (int)eligible,
                                              "reason",
                                              json_view_code(VOCABULARY_CANDIDATE_REASON, reason),
                                              "capacity",
                                              (int)row->capacity,
                                              "reserved",
                                              (int)trial_reserved(trial, pool, workers[i])));
    }
    return members;
}

static json_t *norms_of(const struct trial *trial)
{
    static const char *const origins[] = {
        "default", "level", "level", "rule", "rule", "programme"}; /* enum policy_norm_origin */
    const struct region *region = trial->question.region;
    json_t *norms = json_array();

    for (enum norm norm = 0; norm < NORM_END; norm++) {
        char length[64];
        if (trial->verdict.norms[norm].unit == DURATION_NONE) {
            continue;
        }
        const struct policy_norm_source source = policy_norm_source(
            region->policy, region->directory, &trial->facts, &trial->verdict, norm);
        const struct directory_territory *row =
            directory_territory(region->directory, source.territory);
        (void)json_array_append_new(
            norms,
            json_pack("{s:s, s:s, s:s, s:I, s:o, s:o, s:o}",
                      "step",
                      policy_norm_key(norm),
                      "norm",
                      calendar_format_duration(trial->verdict.norms[norm], length, sizeof(length)),
                      "set_by",
                      origins[source.origin],
                      "line",
                      (json_int_t)source.at.line,
                      "territory",
                      json_view_text(row == NULL ? NULL : row->id),
                      "programme",
                      json_view_text(source.origin == POLICY_NORM_PROGRAMME
                                         ? policy_programme(region->policy, source.programme).id
                                         : NULL),
                      "due",
                      json_view_time(trial_due(trial, norm))));
    }
    return norms;
}

static json_t *notices_of(const struct trial *trial)
{
    const struct directory *directory = trial->question.region->directory;
    json_t *notices = json_array();

    for (size_t i = 0; i < trial->notice_count; i++) {
        const struct directory_site *site = directory_site(directory, trial->notices[i]);
        const struct directory_agency *agency = directory_agency(directory, site->agency);
        (void)json_array_append_new(notices,
                                    json_pack("{s:s, s:s, s:o}",
                                              "site",
                                              site->id,
                                              "agency",
                                              agency->id,
                                              "title",
                                              json_view_phrase(site->title)));
    }
    return notices;
}
