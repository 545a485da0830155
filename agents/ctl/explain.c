/* refctl explain: the decisions of a case, told from what was stored when they were made. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/subject.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/wording.h"

struct telling {
    const struct screen *screen;
    json_t *array; /* NULL: for a person */
    bool brief;
    size_t told;
};

static size_t take(void *world, const struct answer *answer, size_t rows_max);
static void tell(const struct telling *telling, const struct explanation *explanation);
static void tell_rules(const struct screen *screen, const struct explanation *explanation);
static void tell_candidates(const struct screen *screen, const struct explanation *explanation);

bool verb_explain(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct telling telling = {.screen = screen, .brief = run_has(run, OPTION_SHORT)};
    struct caller_listing listing = {
        .query = {.kind = QUERY_EXPLAIN}, .take = take, .world = &telling};
    struct subject_case subject;
    struct caller *caller;
    bool more = false;

    if (!run_limit(run, &listing.rows_max, err) ||
        !subject_find_case(run, run->words[0], &subject, err) || !run_caller(run, &caller, err)) {
        return false;
    }
    listing.query.subject = subject.id;
    listing.query.text = subject.number;
    telling.array = screen->json ? json_array() : NULL;
    bool ok = caller_pages(caller, &listing, &more, err);
    if (ok && screen->json) {
        ok = screen_json(screen,
                         json_pack("{s:s, s:O, s:b}",
                                   "case",
                                   subject.number,
                                   "decisions",
                                   telling.array,
                                   "more",
                                   (int)more),
                         err);
    } else if (ok && telling.told == 0) {
        screen_print(screen,
                     SCREEN_IN(screen, "Решений ещё не было.\n", "There was no decision yet.\n"));
    }
    json_decref(telling.array);
    return ok;
}

static size_t take(void *world, const struct answer *answer, size_t rows_max)
{
    struct telling *telling = world;

    for (size_t i = 0; i < answer->explanation_count && i < rows_max; i++) {
        const struct explanation *explanation = &answer->explanations[i];
        if (telling->array != NULL) {
            (void)json_array_append_new(telling->array, json_view_explanation(explanation));
        } else {
            tell(telling, explanation);
        }
        telling->told++;
    }
    return answer->explanation_count;
}

static void tell(const struct telling *telling, const struct explanation *explanation)
{
    const struct screen *screen = telling->screen;
    char at[MOMENT_TEXT_MAX];

    screen_print(screen,
                 "%s%s%s  %s\n",
                 screen_color(screen, SCREEN_BOLD),
                 moment_format(explanation->at_us, screen->now_us, screen->language, at),
                 screen_color(screen, SCREEN_PLAIN),
                 screen_phrase(screen, explanation->sentence));
    if (telling->brief) {
        return;
    }
    if (explanation->rule != NULL && explanation->rule[0] != '\0') {
        screen_field(screen,
                     SCREEN_IN(screen, "Правило", "Rule"),
                     "%s (%s)",
                     screen_phrase(screen, explanation->rule_title),
                     explanation->rule);
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Политика", "Policy"),
                 SCREEN_IN(screen, "версия %u", "version %u"),
                 (unsigned)explanation->policy_version);
    if (explanation->desk_reason != DESK_REASON_UNSPECIFIED) {
        screen_field(screen,
                     SCREEN_IN(screen, "Почему на столе", "Why on a desk"),
                     "%s",
                     wording_title(screen, VOCABULARY_DESK_REASON, explanation->desk_reason));
    }
    tell_rules(screen, explanation);
    tell_candidates(screen, explanation);
}

static void tell_rules(const struct screen *screen, const struct explanation *explanation)
{
    if (explanation->passed_rule_count > 0) {
        screen_print(screen,
                     SCREEN_IN(screen, "  Не подошли правила:\n", "  Rules that did not match:\n"));
    }
    for (size_t i = 0; i < explanation->passed_rule_count; i++) {
        screen_print(screen,
                     "    %s — %s\n",
                     screen_phrase(screen, explanation->passed_rules[i].title),
                     screen_phrase(screen, explanation->passed_rules[i].failed));
    }
}

static void tell_candidates(const struct screen *screen, const struct explanation *explanation)
{
    if (explanation->candidate_count > 0) {
        screen_print(screen, SCREEN_IN(screen, "  Кандидаты:\n", "  Candidates:\n"));
    }
    for (size_t i = 0; i < explanation->candidate_count; i++) {
        const struct candidate_view *candidate = &explanation->candidates[i];
        const char *title = screen_phrase(screen, candidate->title);
        char bar[WORDING_BAR_BYTES];
        char until[MOMENT_TEXT_MAX] = "";
        if (candidate->until_us != 0) {
            (void)moment_format(candidate->until_us, screen->now_us, screen->language, until);
        }
        screen_print(screen,
                     "    %s  %s: %s%s%s\n",
                     wording_bar(candidate->load, candidate->capacity, bar),
                     title[0] == '\0' ? candidate->worker : title,
                     wording_title(screen, VOCABULARY_CANDIDATE_REASON, candidate->reason),
                     until[0] == '\0' ? "" : SCREEN_IN(screen, " до ", " until "),
                     until);
    }
    for (uint32_t reason = 1; reason < CANDIDATE_END; reason++) {
        if (explanation->counts[reason] > 0) {
            screen_print(screen,
                         SCREEN_IN(screen, "    ещё %u: %s\n", "    %u more: %s\n"),
                         (unsigned)explanation->counts[reason],
                         wording_title(screen, VOCABULARY_CANDIDATE_REASON, reason));
        }
    }
}
