/* A comparison for its readers; see the header. */
#include "agents/ctl/comparison_view.h"

#include "agents/ctl/counterexample.h"
#include "agents/ctl/json_view.h"

enum { BOXES_SHOWN = 8 };

static void tell_class(const struct screen *screen,
                       const struct comparison_view *view,
                       size_t at,
                       struct arena *arena);
static void tell_change(const struct screen *screen, const struct comparison_change *change);
static void tell_example(const struct screen *screen,
                         const struct comparison_view *view,
                         const struct comparison_class *class,
                         struct arena *arena);
static void tell_waves(const struct screen *screen, const struct comparison *comparison);
static const char *day(const struct screen *screen, const char *from);
static void tell_territories(const struct screen *screen,
                             const char *label,
                             const char *const *ids,
                             size_t count);
static struct labels labels_of(const struct comparison_view *view,
                               const struct policy_facts *facts);
static const char *rule_id(const struct region *region, int32_t rule);
static json_t *class_json(const struct comparison_view *view,
                          const struct comparison_class *class,
                          struct arena *arena);
static json_t *waves_json(const struct comparison *comparison);
static json_t *ids_json(const char *const *ids, size_t count);

static const char *const aspect_codes[COMPARISON_ASPECTS] = {
    [COMPARISON_CURATOR] = "curator",
    [COMPARISON_POOLS] = "pools",
    [COMPARISON_PROCEDURE] = "procedure",
    [COMPARISON_NOTIFY] = "notify",
    [COMPARISON_NORMS] = "norms",
};

void comparison_view_print(const struct screen *screen,
                           const struct comparison_view *view,
                           struct arena *arena)
{
    const struct comparison *comparison = view->comparison;
    const size_t all = comparison->class_count;
    const size_t shown = view->rows_max == 0 || view->rows_max > all ? all : view->rows_max;

    if (all == 0 && comparison->whole) {
        screen_print(screen,
                     "%s\n",
                     SCREEN_IN(screen,
                               "Каждое обращение, какое может быть, решается так же.",
                               "Every referral there can be is decided alike."));
    }
    for (size_t i = 0; i < shown; i++) {
        tell_class(screen, view, i, arena);
    }
    if (shown < all) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "Показано %zu из %zu; больше: --limit N, все: --limit 0.\n",
                               "%zu of %zu shown; more: --limit N, all: --limit 0.\n"),
                     shown,
                     all);
    }
    if (!comparison->whole) {
        screen_print(screen,
                     "%s\n",
                     SCREEN_IN(screen,
                               "Это не всё: различий больше, чем удалось найти.",
                               "This is not all: there are more differences than were found."));
    }
    tell_waves(screen, comparison);
    tell_territories(screen,
                     SCREEN_IN(screen, "Территории ушли", "Territories gone"),
                     comparison->only_old,
                     comparison->only_old_count);
    tell_territories(screen,
                     SCREEN_IN(screen, "Территории новые", "New territories"),
                     comparison->only_new,
                     comparison->only_new_count);
}

json_t *comparison_view_json(const struct comparison_view *view, struct arena *arena)
{
    const struct comparison *comparison = view->comparison;
    json_t *classes = json_array();

    for (size_t i = 0; i < comparison->class_count; i++) {
        (void)json_array_append_new(classes, class_json(view, &comparison->classes[i], arena));
    }
    return json_pack("{s:b, s:o, s:o, s:o, s:o}",
                     "whole",
                     (int)comparison->whole,
                     "classes",
                     classes,
                     "waves",
                     waves_json(comparison),
                     "only_old",
                     ids_json(comparison->only_old, comparison->only_old_count),
                     "only_new",
                     ids_json(comparison->only_new, comparison->only_new_count));
}

static void tell_class(const struct screen *screen,
                       const struct comparison_view *view,
                       size_t at,
                       struct arena *arena)
{
    const struct comparison_class *class = &view->comparison->classes[at];

    screen_print(screen,
                 "%s%zu.%s",
                 screen_color(screen, SCREEN_BOLD),
                 at + 1,
                 screen_color(screen, SCREEN_PLAIN));
    for (size_t i = 0; i < class->box_count && i < BOXES_SHOWN; i++) {
        const struct phrase text = proof_box_text(&class->boxes[i], view->now->directory, arena);
        screen_print(screen,
                     "%s %s\n",
                     i == 0 ? "" : SCREEN_IN(screen, "   или", "   or"),
                     screen_phrase(screen, text));
    }
    if (class->box_count > BOXES_SHOWN || !class->whole) {
        screen_print(
            screen,
            "   %s\n",
            SCREEN_IN(screen, "и другие, короче не сказать", "and others, not told shortly"));
    }
    for (size_t i = 0; i < class->change_count; i++) {
        tell_change(screen, &class->changes[i]);
    }
    tell_example(screen, view, class, arena);
    screen_print(screen, "\n");
}

static void tell_change(const struct screen *screen, const struct comparison_change *change)
{
    static const struct phrase names[COMPARISON_ASPECTS] = {
        [COMPARISON_CURATOR] = {"куратор из групп", "curator from pools"},
        [COMPARISON_POOLS] = {"состав групп", "who is in the pools"},
        [COMPARISON_PROCEDURE] = {"порядок", "procedure"},
        [COMPARISON_NOTIFY] = {"извещения", "notices"},
        [COMPARISON_NORMS] = {"сроки", "norms"},
    };
    const char *nothing = change->aspect == COMPARISON_CURATOR
                              ? SCREEN_IN(screen, "стол разбора", "the triage desk")
                              : SCREEN_IN(screen, "нет", "none");

    screen_print(screen,
                 "     %s: %s → %s\n",
                 screen_phrase(screen, names[change->aspect]),
                 change->was[0] == '\0' ? nothing : change->was,
                 change->now[0] == '\0' ? nothing : change->now);
}

static void tell_example(const struct screen *screen,
                         const struct comparison_view *view,
                         const struct comparison_class *class,
                         struct arena *arena)
{
    const struct labels labels = labels_of(view, &class->example);
    const char *text = counterexample_labels(&labels, arena);

    screen_print(screen,
                 SCREEN_IN(screen,
                           "     например: {%s}\n       было правило: %s, стало: %s\n",
                           "     for example: {%s}\n       rule before: %s, after: %s\n"),
                 text == NULL ? "?" : text,
                 class->rule_was < 0 ? SCREEN_IN(screen, "никакое", "none")
                                     : rule_id(view->was, class->rule_was),
                 class->rule_now < 0 ? SCREEN_IN(screen, "никакое", "none")
                                     : rule_id(view->now, class->rule_now));
}

static void tell_waves(const struct screen *screen, const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->wave_count; i++) {
        const struct comparison_wave *wave = &comparison->waves[i];
        screen_print(screen,
                     SCREEN_IN(screen,
                               "Волна: %s и ниже: было %s, стало %s\n",
                               "Wave: %s and below: was %s, now %s\n"),
                     wave->territory,
                     day(screen, wave->was),
                     day(screen, wave->now));
    }
}

static const char *day(const struct screen *screen, const char *from)
{
    if (from == NULL) {
        return SCREEN_IN(screen, "ни в какой", "in none");
    }
    return from[0] == '\0' ? SCREEN_IN(screen, "с самого начала", "from the beginning") : from;
}

static void tell_territories(const struct screen *screen,
                             const char *label,
                             const char *const *ids,
                             size_t count)
{
    for (size_t i = 0; i < count; i++) {
        screen_print(screen, "%s%s%s", i == 0 ? label : "", i == 0 ? ": " : ", ", ids[i]);
    }
    screen_print(screen, "%s", count > 0 ? "\n" : "");
}

static struct labels labels_of(const struct comparison_view *view, const struct policy_facts *facts)
{
    const struct fact_labels *labels = &facts->labels;

    return (struct labels){.territory =
                               directory_territory(view->now->directory, labels->territory)->id,
                           .risk = labels->risk,
                           .direction = labels->direction,
                           .channel = labels->channel,
                           .basis = labels->basis,
                           .needs = labels->needs,
                           .ages = labels->ages,
                           .flags = labels->flags,
                           .children = labels->children};
}

static const char *rule_id(const struct region *region, int32_t rule)
{
    return rule < 0 ? NULL : policy_rule(region->policy, (size_t)rule).id;
}

static json_t *class_json(const struct comparison_view *view,
                          const struct comparison_class *class,
                          struct arena *arena)
{
    const struct labels labels = labels_of(view, &class->example);
    json_t *changes = json_array();
    json_t *texts = json_array();

    for (size_t i = 0; i < class->change_count; i++) {
        (void)json_array_append_new(changes,
                                    json_pack("{s:s, s:s, s:s}",
                                              "aspect",
                                              aspect_codes[class->changes[i].aspect],
                                              "was",
                                              class->changes[i].was,
                                              "now",
                                              class->changes[i].now));
    }
    for (size_t i = 0; i < class->box_count; i++) {
        (void)json_array_append_new(
            texts, json_view_phrase(proof_box_text(&class->boxes[i], view->now->directory, arena)));
    }
    return json_pack(
        "{s:o, s:o, s:b, s:I, s:o, s:o, s:o, s:o}",
        "changes",
        changes,
        "referrals",
        texts,
        "whole",
        (int)class->whole,
        "combinations",
        (json_int_t) class->combinations,
        "example",
        json_view_labels(&labels),
        "referrer_kind",
        json_view_code(VOCABULARY_AGENCY_KIND, (uint32_t) class->example.referrer_kind),
        "rule_was",
        json_view_text(rule_id(view->was, class->rule_was)),
        "rule_now",
        json_view_text(rule_id(view->now, class->rule_now)));
}

static json_t *waves_json(const struct comparison *comparison)
{
    json_t *waves = json_array();

    for (size_t i = 0; i < comparison->wave_count; i++) {
        const struct comparison_wave *wave = &comparison->waves[i];
        (void)json_array_append_new(waves,
                                    json_pack("{s:s, s:s?, s:s?}",
                                              "territory",
                                              wave->territory,
                                              "was",
                                              wave->was,
                                              "now",
                                              wave->now));
    }
    return waves;
}

static json_t *ids_json(const char *const *ids, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_string(ids[i]));
    }
    return list;
}
