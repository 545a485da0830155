/* Counter-examples; see the header. */
#include "agents/ctl/counterexample.h"

#include "agents/ctl/zone_time.h"
#include "base/utc.h"

#include <stdio.h>
#include <string.h>

/* A text that grows. */
struct text {
    struct arena *arena;
    const char *text; /* NULL: no memory */
};

static uint32_t find_referrer(const struct directory *directory, enum agency_kind kind);
static int64_t morning(const struct counterexample_question *question, uint32_t territory);
static void add(struct text *text, const char *key, const char *value, const char *between);
static const char *codes(struct text *text, enum vocabulary list, uint32_t mask);
static void add_labels(struct text *text, const struct labels *labels, const char *between);
static const char *form_of(const struct counterexample *example, struct arena *arena);
static const char *test_of(const struct counterexample_question *question,
                           const struct counterexample *example,
                           struct arena *arena);
static const char *expectation_of(const struct trial *trial, struct arena *arena);

bool counterexample_make(const struct counterexample_question *question,
                         struct arena *arena,
                         struct counterexample *out)
{
    const struct directory *directory = question->region->directory;
    const struct fact_labels *labels = &question->facts->labels;
    const uint32_t referrer = find_referrer(directory, question->facts->referrer_kind);
    char at[ZONE_TIME_TEXT_MAX];

    *out = (struct counterexample){
        .labels = {.territory = directory_territory(directory, labels->territory)->id,
                   .risk = labels->risk,
                   .direction = labels->direction,
                   .channel = labels->channel,
                   .basis = labels->basis,
                   .needs = labels->needs,
                   .ages = labels->ages,
                   .flags = labels->flags,
                   .children = 1},
        .at_us = morning(question, labels->territory)};
    const struct trial_question asked = {.region = question->region,
                                         .labels = &out->labels,
                                         .territory = labels->territory,
                                         .at_us = out->at_us,
                                         .referrer = referrer};
    trial_run(&asked, &out->trial);
    if (referrer == 0) {
        out->bar = COUNTEREXAMPLE_NO_SUCH_REFERRER;
    } else if ((labels->flags >> FLAG_POSSIBLE_DUPLICATE & 1) != 0) {
        out->bar = COUNTEREXAMPLE_ONLY_BROKER;
    }
    if (out->bar != COUNTEREXAMPLE_CAN_BE_TRIED) {
        return true;
    }
    out->referrer = directory_site(directory, referrer)->id;
    out->at =
        arena_text(arena, zone_time_write(question->region, labels->territory, out->at_us, at));
    out->form = form_of(out, arena);
    out->test = out->at == NULL ? NULL : test_of(question, out, arena);
    return out->form != NULL && out->test != NULL;
}

const char *counterexample_labels(const struct labels *labels, struct arena *arena)
{
    struct text text = {.arena = arena, .text = ""};

    add_labels(&text, labels, ", ");
    return text.text;
}

static uint32_t find_referrer(const struct directory *directory, enum agency_kind kind)
{
    for (uint32_t i = 1; i <= directory_count(directory, DIRECTORY_SITE); i++) {
        const struct directory_site *site = directory_site(directory, i);
        if (site != NULL && !site->removed &&
            directory_agency(directory, site->agency)->kind == kind) {
            return i;
        }
    }
    return 0;
}

/* Today, when the example is decided so today; else the first day on which it is, or the last. */
static int64_t morning(const struct counterexample_question *question, uint32_t territory)
{
    char today[ZONE_TIME_TEXT_MAX];
    char text[ZONE_TIME_TEXT_MAX];
    int64_t at_us = question->now_us;

    (void)zone_time_write(question->region, territory, question->now_us, today);
    today[strcspn(today, "T")] = '\0';
    const char *day =
        question->from != NULL && strcmp(question->from, today) > 0 ? question->from : today;
    (void)snprintf(text, sizeof(text), "%.20sT10:00", day);
    if (question->until != NULL && strcmp(day, question->until) >= 0) {
        (void)snprintf(text,
                       sizeof(text),
                       "%.20sT10:00",
                       question->from != NULL ? question->from : question->until);
        bool known = zone_time_parse(question->region, territory, text, &at_us);
        return at_us - (known && question->from == NULL ? UTC_DAY_US : 0);
    }
    return zone_time_parse(question->region, territory, text, &at_us) ? at_us : question->now_us;
}

/* Lines of a form. */
static const char *form_of(const struct counterexample *example, struct arena *arena)
{
    static const char named[] = "parents:\n  - {role: mother, surname: Примерова-1, name: Мария, "
                                "patronymic: Тестовна}\n";
    struct text text = {.arena = arena, .text = ""};
    const bool anonymous = (example->labels.flags >> FLAG_ANONYMOUS & 1) != 0;

    add_labels(&text, &example->labels, "\n");
    return text.text == NULL ? NULL
                             : arena_format(arena, "%s%s", text.text, anonymous ? "" : named);
}

/* A case says what it has not, too: its suite may have defaults. */
static void add_labels(struct text *text, const struct labels *labels, const char *between)
{
    const bool all = between[0] != '\n';

    add(text, "territory", labels->territory, between);
    add(text, "risk", vocabulary_code(VOCABULARY_RISK, labels->risk), between);
    add(text, "direction", vocabulary_code(VOCABULARY_DIRECTION, labels->direction), between);
    add(text, "channel", vocabulary_code(VOCABULARY_CHANNEL, labels->channel), between);
    if (labels->basis != LEGAL_BASIS_UNSPECIFIED) {
        add(text, "basis", vocabulary_code(VOCABULARY_LEGAL_BASIS, labels->basis), between);
    }
    add(text, "needs", codes(text, VOCABULARY_NEED, labels->needs), between);
    if (all || labels->ages != 0) {
        add(text, "ages", codes(text, VOCABULARY_AGE, labels->ages), between);
    }
    if (all || labels->flags != 0) {
        add(text, "flags", codes(text, VOCABULARY_FLAG, labels->flags), between);
    }
}

/* "[food, housing]". */
static const char *codes(struct text *text, enum vocabulary list, uint32_t mask)
{
    const char *some = "";

    for (uint32_t number = 1; number < vocabulary_count(list) && some != NULL; number++) {
        if ((mask >> number & 1) != 0) {
            some = arena_format(text->arena,
                                "%s%s%s",
                                some,
                                some[0] == '\0' ? "" : ", ",
                                vocabulary_code(list, number));
        }
    }
    return some == NULL ? NULL : arena_format(text->arena, "[%s]", some);
}

/* between: "\n" ends each line, ", " stands between the keys of a map. */
static void add(struct text *text, const char *key, const char *value, const char *between)
{
    const bool lines = between[0] == '\n';

    if (text->text != NULL && value != NULL) {
        text->text = arena_format(text->arena,
                                  "%s%s%s: %s%s",
                                  text->text,
                                  lines || text->text[0] == '\0' ? "" : between,
                                  key,
                                  value,
                                  lines ? between : "");
    } else {
        text->text = NULL;
    }
}

static const char *test_of(const struct counterexample_question *question,
                           const struct counterexample *example,
                           struct arena *arena)
{
    const char *form = counterexample_labels(&example->labels, arena);
    const char *expectation = expectation_of(&example->trial, arena);

    if (form == NULL || expectation == NULL) {
        return NULL;
    }
    return arena_format(arena,
                        "  - name: {ru: \"%s\", en: \"%s\"}\n"
                        "    at: %s\n"
                        "    referrer: %s\n"
                        "    form: {%s}\n"
                        "    expect: {%s}\n",
                        question->name.ru,
                        question->name.en,
                        example->at,
                        example->referrer,
                        form,
                        expectation);
}

static const char *expectation_of(const struct trial *trial, struct arena *arena)
{
    const struct policy *policy = trial->question.region->policy;
    const struct directory *directory = trial->question.region->directory;
    const struct fact_decision *decision = &trial->decision;
    struct text text = {.arena = arena, .text = ""};
    const char *told = "";

    add(&text,
        "rule",
        decision->rule < 0 ? "none" : policy_rule(policy, (size_t)decision->rule).id,
        ", ");
    if (decision->rule >= 0) {
        add(&text,
            "procedure",
            vocabulary_code(VOCABULARY_PROCEDURE, trial->verdict.procedure),
            ", ");
    }
    if (decision->chosen != 0) {
        add(&text, "pool", policy_pool(policy, (size_t)decision->pool).id, ", ");
    } else {
        add(&text, "desk", "triage", ", ");
        add(&text, "reason", vocabulary_code(VOCABULARY_DESK_REASON, decision->desk_reason), ", ");
    }
    for (size_t i = 0; i < trial->notice_count && told != NULL; i++) {
        const uint32_t agency = directory_site(directory, trial->notices[i])->agency;
        told = arena_format(
            arena, "%s%s%s", told, i == 0 ? "" : ", ", directory_agency(directory, agency)->id);
    }
    if (told != NULL && told[0] != '\0') {
        told = arena_format(arena, "[%s]", told);
    }
    add(&text, "notify", told != NULL && told[0] == '\0' ? "none" : told, ", ");
    return text.text;
}
