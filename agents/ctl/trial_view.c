/* A trial as a tree; see the header. */
#include "agents/ctl/trial_view.h"

#include "agents/ctl/wording.h"
#include "agents/ctl/zone_time.h"
#include "base/table.h"

#include <string.h>

enum { NORM_SOURCE_BYTES = 192 };

static void tell_referral(const struct screen *screen, const struct trial *trial);
static void tell_rules(const struct screen *screen, const struct trial *trial, struct arena *arena);
static void
tell_rule(const struct screen *screen, const struct trial *trial, size_t rule, struct arena *arena);
static void tell_trace(const struct screen *screen, const struct policy_trace *trace);
static void
tell_programmes(const struct screen *screen, const struct trial *trial, struct arena *arena);
static void norm_source(const struct screen *screen,
                        const struct trial *trial,
                        enum norm norm,
                        char text[NORM_SOURCE_BYTES]);
static void tell_decision(const struct screen *screen, const struct trial *trial);
static void tell_pools(const struct screen *screen, const struct trial *trial);
static void tell_pool(const struct screen *screen, const struct trial *trial, size_t pool);
static void
tell_member(const struct screen *screen, const struct trial *trial, size_t pool, uint32_t worker);
static void tell_norms(const struct screen *screen, const struct trial *trial);
static void add_norm(const struct screen *screen,
                     const struct trial *trial,
                     enum norm norm,
                     struct table *table);
static void tell_readers(const struct screen *screen, const struct trial *trial);
static void tell_assumptions(const struct screen *screen, const struct trial *trial);
static void heading(const struct screen *screen, const char *text);
static const char *mark(const struct screen *screen, bool good, char buffer[16]);
static bool is_listed(const struct fact_decision *decision, uint32_t worker);

void trial_view_print(const struct screen *screen, const struct trial *trial, struct arena *arena)
{
    tell_referral(screen, trial);
    tell_rules(screen, trial, arena);
    tell_programmes(screen, trial, arena);
    tell_decision(screen, trial);
    tell_pools(screen, trial);
    tell_norms(screen, trial);
    tell_readers(screen, trial);
    tell_assumptions(screen, trial);
}

static void tell_referral(const struct screen *screen, const struct trial *trial)
{
    const struct trial_question *question = &trial->question;
    const struct directory *directory = question->region->directory;
    const struct directory_site *site = directory_site(directory, question->referrer);
    char at[ZONE_TIME_TEXT_MAX];

    screen_print(screen,
                 "%s%s%s\n",
                 screen_color(screen, SCREEN_BOLD),
                 SCREEN_IN(screen, "Направление", "The referral"),
                 screen_color(screen, SCREEN_PLAIN));
    screen_field(screen,
                 SCREEN_IN(screen, "Поступило", "Arrived"),
                 "%s",
                 zone_time_format(
                     question->region, question->territory, question->at_us, screen->language, at));
    if (site == NULL) {
        screen_field(screen,
                     SCREEN_IN(screen, "Кто направил", "Referred by"),
                     "%s",
                     SCREEN_IN(screen,
                               "не сказано (ключ --referrer), поэтому условия о виде ведомства "
                               "не выполняются",
                               "not said (option --referrer), so conditions on the kind of agency "
                               "do not hold"));
    } else {
        screen_field(screen,
                     SCREEN_IN(screen, "Кто направил", "Referred by"),
                     "%s (%s)",
                     screen_phrase(screen, site->title),
                     wording_title(screen, VOCABULARY_AGENCY_KIND, trial->facts.referrer_kind));
    }
    wording_labels(screen, question->labels);
}

static void tell_rules(const struct screen *screen, const struct trial *trial, struct arena *arena)
{
    const struct policy *policy = trial->question.region->policy;
    const size_t all = policy_rule_count(policy);
    const size_t tried = trial->verdict.failed_count + (trial->verdict.rule >= 0 ? 1 : 0);

    heading(screen,
            SCREEN_IN(screen,
                      "Правила по порядку; решает первое, все условия которого выполнены",
                      "Rules in their order; the first whose conditions all hold decides"));
    if (trial->verdict.not_rolled_out) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "  Ни одно не пробовалось: волна этой территории (rollout) ещё не "
                               "наступила.\n",
                               "  None was tried: the wave of this territory (rollout) has not "
                               "begun.\n"));
        return;
    }
    for (size_t rule = 0; rule < tried; rule++) {
        tell_rule(screen, trial, rule, arena);
    }
    if (tried < all) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "  До остальных правил дело не дошло; их %zu.\n",
                               "  The rules behind it were not reached; there are %zu.\n"),
                     all - tried);
    }
}

/* Programmes are told where there are any: what they ask for, and whether it adds to the decision. */
static void
tell_programmes(const struct screen *screen, const struct trial *trial, struct arena *arena)
{
    const struct region *region = trial->question.region;
    const size_t count = policy_programme_count(region->policy);
    char sign[16];

    if (count == 0 || trial->verdict.rule < 0) {
        return;
    }
    heading(screen,
            SCREEN_IN(screen,
                      "Программы: уведомления и более строгие сроки сверх правила",
                      "Programmes: notices and stricter norms on top of the rule"));
    for (size_t i = 0; i < count; i++) {
        const struct policy_programme_view view = policy_programme(region->policy, i);
        const struct arena_mark before = arena_mark(arena);
        const struct policy_trace trace =
            policy_programme_trace(region->policy, region->directory, i, &trial->facts, arena);
        screen_print(screen,
                     "  %s %s%s%s — %s (%s:%u)\n",
                     mark(screen, (trial->verdict.programmes >> i & 1) != 0, sign),
                     screen_color(screen, SCREEN_BOLD),
                     view.id,
                     screen_color(screen, SCREEN_PLAIN),
                     screen_phrase(screen, view.title),
                     view.at.file,
                     (unsigned)view.at.line);
        tell_trace(screen, &trace);
        arena_release(arena, before);
    }
}

static void
tell_rule(const struct screen *screen, const struct trial *trial, size_t rule, struct arena *arena)
{
    const struct region *region = trial->question.region;
    const struct policy_rule_view view = policy_rule(region->policy, rule);
    const struct arena_mark before = arena_mark(arena);
    const struct policy_trace trace =
        policy_trace(region->policy, region->directory, rule, &trial->facts, arena);
    char sign[16];

    screen_print(screen,
                 "  %s %s%s%s — %s (%s:%u)\n",
                 mark(screen, (int32_t)rule == trial->verdict.rule, sign),
                 screen_color(screen, SCREEN_BOLD),
                 view.id,
                 screen_color(screen, SCREEN_PLAIN),
                 screen_phrase(screen, view.title),
                 view.at.file,
                 (unsigned)view.at.line);
    tell_trace(screen, &trace);
    arena_release(arena, before);
}

static void tell_trace(const struct screen *screen, const struct policy_trace *trace)
{
    char sign[16];

    if (trace->count == 0) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "      без условий: подходит любому направлению\n",
                               "      no conditions: fits every referral\n"));
    }
    for (size_t i = trace->count > 1 && trace->rows[0].group && trace->rows[1].depth == 0 ? 1 : 0;
         i < trace->count && trace->rows != NULL;
         i++) {
        const struct policy_trace_row *row = &trace->rows[i];
        screen_print(screen,
                     SCREEN_IN(screen, "%*s%s %s (строка %u)\n", "%*s%s %s (line %u)\n"),
                     (int)(6 + 2 * row->depth),
                     "",
                     mark(screen, row->holds, sign),
                     screen_phrase(screen, row->text),
                     (unsigned)row->line);
    }
}

static void tell_decision(const struct screen *screen, const struct trial *trial)
{
    const struct fact_decision *decision = &trial->decision;
    const struct region *region = trial->question.region;
    const struct directory_agency *agency = directory_agency(region->directory, trial->desk.agency);

    heading(screen, SCREEN_IN(screen, "Решение", "The decision"));
    if (decision->rule >= 0) {
        const struct policy_rule_view view = policy_rule(region->policy, (size_t)decision->rule);
        screen_field(screen,
                     SCREEN_IN(screen, "Правило", "Rule"),
                     "%s — %s",
                     view.id,
                     screen_phrase(screen, view.title));
        screen_field(screen,
                     SCREEN_IN(screen, "Порядок", "Procedure"),
                     "%s",
                     wording_title(screen, VOCABULARY_PROCEDURE, trial->verdict.procedure));
    }
    if (decision->chosen != 0) {
        const struct directory_worker *row = directory_worker(region->directory, decision->chosen);
        screen_field(screen,
                     SCREEN_IN(screen, "Предложить", "Offer to"),
                     "%s (%s)",
                     screen_phrase(screen, row->title),
                     row->id);
        return;
    }
    screen_field(screen,
                 SCREEN_IN(screen, "Стол разбора", "Triage desk"),
                 "%s",
                 agency == NULL ? "—" : screen_phrase(screen, agency->title));
    screen_field(screen,
                 SCREEN_IN(screen, "Почему", "Why"),
                 "%s",
                 wording_title(screen, VOCABULARY_DESK_REASON, decision->desk_reason));
}

static void tell_pools(const struct screen *screen, const struct trial *trial)
{
    const struct fact_decision *decision = &trial->decision;
    bool over = false;

    if (decision->pool_count == 0) {
        return;
    }
    heading(screen,
            SCREEN_IN(screen,
                      "Группы кураторов, в которых правило велит искать",
                      "Pools in which the rule has a curator sought"));
    for (size_t i = 0; i < decision->pool_count; i++) {
        const size_t pool = decision->pools[i];
        const struct policy_pool_view view = policy_pool(trial->question.region->policy, pool);
        const uint32_t *workers = NULL;
        const size_t count = roster_members(
            trial->question.region->roster, pool, trial->question.territory, &workers);
        screen_print(screen,
                     SCREEN_IN(screen,
                               "  %zu. %s%s%s (%s:%u), кураторов здесь: %zu\n",
                               "  %zu. %s%s%s (%s:%u), curators here: %zu\n"),
                     i + 1,
                     screen_color(screen, SCREEN_BOLD),
                     view.id,
                     screen_color(screen, SCREEN_PLAIN),
                     view.at.file,
                     (unsigned)view.at.line,
                     count);
        if (decision->desk_reason != DESK_REASON_UNSPECIFIED && decision->candidate_count == 0 &&
            count > 0) {
            screen_print(screen,
                         SCREEN_IN(screen,
                                   "      Никого не искали: %s.\n",
                                   "      Nobody was looked for: %s.\n"),
                         wording_title(screen, VOCABULARY_DESK_REASON, decision->desk_reason));
        } else if (over) {
            screen_print(screen,
                         SCREEN_IN(screen,
                                   "      Не понадобилась: куратор уже найден.\n",
                                   "      Not needed: a curator was found already.\n"));
        } else {
            tell_pool(screen, trial, pool);
        }
        over = over || (int32_t)pool == decision->pool;
    }
}

/* Those that the decision lists come in its order, the rest in the directory's. */
static void tell_pool(const struct screen *screen, const struct trial *trial, size_t pool)
{
    const struct fact_decision *decision = &trial->decision;
    const struct policy_pool_view view = policy_pool(trial->question.region->policy, pool);
    const uint32_t *workers = NULL;
    const size_t count =
        roster_members(trial->question.region->roster, pool, trial->question.territory, &workers);

    screen_print(screen,
                 "      %s%s%s\n",
                 view.pick == POOL_PICK_ROUND_ROBIN
                     ? SCREEN_IN(screen, "по очереди", "in turn")
                     : SCREEN_IN(screen, "наименее загруженный", "the least loaded"),
                 view.continuity ? SCREEN_IN(screen,
                                             "; прежний куратор семьи — первым",
                                             "; the family's last curator first")
                                 : "",
                 view.auto_accept ? SCREEN_IN(screen,
                                              "; предложение принимается само",
                                              "; the offer is accepted by itself")
                                  : "");
    for (size_t i = 0; i < decision->candidate_count; i++) {
        for (size_t j = 0; j < count; j++) {
            if (workers[j] == decision->candidates[i].worker) {
                tell_member(screen, trial, pool, workers[j]);
            }
        }
    }
    for (size_t j = 0; j < count; j++) {
        if (!is_listed(decision, workers[j])) {
            tell_member(screen, trial, pool, workers[j]);
        }
    }
    if (count == 0) {
        screen_print(screen, SCREEN_IN(screen, "      никого нет\n", "      nobody is in it\n"));
    }
}

static void
tell_member(const struct screen *screen, const struct trial *trial, size_t pool, uint32_t worker)
{
    const struct directory_worker *row =
        directory_worker(trial->question.region->directory, worker);
    const enum candidate_reason bar = trial_bar(trial, pool, worker);
    const char *reason = SCREEN_IN(screen, "годится, следующий", "fits, comes later");
    const uint32_t reserved = trial_reserved(trial, pool, worker);
    char reserve[96] = "";
    char sign[16];

    if (reserved > 0) {
        (void)snprintf(reserve,
                       sizeof(reserve),
                       SCREEN_IN(screen,
                                 ", ещё %u — резерв для угрозы жизни",
                                 ", another %u kept for danger to life"),
                       (unsigned)reserved);
    }
    if (bar != CANDIDATE_UNSPECIFIED) {
        reason = wording_title(screen, VOCABULARY_CANDIDATE_REASON, bar);
    } else if (worker == trial->decision.chosen) {
        reason = wording_title(screen, VOCABULARY_CANDIDATE_REASON, CANDIDATE_CHOSEN);
    }
    screen_print(screen,
                 SCREEN_IN(screen,
                           "      %s %s (%s): %s; займёт %u из %u%s\n",
                           "      %s %s (%s): %s; takes %u of %u%s\n"),
                 bar == CANDIDATE_UNSPECIFIED && worker != trial->decision.chosen
                     ? "·"
                     : mark(screen, bar == CANDIDATE_UNSPECIFIED, sign),
                 screen_phrase(screen, row->title),
                 row->id,
                 reason,
                 (unsigned)choice_load(trial->facts.labels.risk),
                 (unsigned)row->capacity,
                 reserve);
}

static void tell_norms(const struct screen *screen, const struct trial *trial)
{
    const char *const heads[] = {SCREEN_IN(screen, "  Шаг", "  Step"),
                                 SCREEN_IN(screen, "Срок", "Norm"),
                                 SCREEN_IN(screen, "Не позже", "Due"),
                                 SCREEN_IN(screen, "Кто задал", "Set by")};
    struct table *table = table_create(heads, 4);

    heading(screen,
            SCREEN_IN(screen,
                      "Сроки по рабочему календарю, если всё считать от поступления",
                      "Norms by the working calendar, all counted from arrival"));
    for (enum norm norm = 0; norm < NORM_END && table != NULL; norm++) {
        if (trial->verdict.norms[norm].unit != DURATION_NONE) {
            add_norm(screen, trial, norm, table);
        }
    }
    if (table != NULL) {
        table_print(table, screen->out);
    }
    table_destroy(&table);
    if (trial_deliver_is_capped(trial)) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "  Доставка — не дольше %d часов, каким бы ни был срок.\n",
                               "  Delivery takes at most %d hours, whatever the norm.\n"),
                     POLICY_DELIVER_HOURS_MAX);
    }
}

static void add_norm(const struct screen *screen,
                     const struct trial *trial,
                     enum norm norm,
                     struct table *table)
{
    char title[128];
    char length[64];
    char due[ZONE_TIME_TEXT_MAX];
    char source[NORM_SOURCE_BYTES];

    norm_source(screen, trial, norm, source);
    (void)snprintf(title, sizeof(title), "  %s", screen_phrase(screen, policy_norm_title(norm)));
    const char *const cells[] = {
        title,
        calendar_spell_duration(
            trial->verdict.norms[norm], screen->language, length, sizeof(length)),
        zone_time_format(trial->question.region,
                         trial->question.territory,
                         trial_due(trial, norm),
                         screen->language,
                         due),
        source};
    (void)table_add(table, cells);
}

/* "the rule, tatarsky (line 14)"; the file is that of the policy, or stands with the rule. */
static void norm_source(const struct screen *screen,
                        const struct trial *trial,
                        enum norm norm,
                        char text[NORM_SOURCE_BYTES])
{
    const struct region *region = trial->question.region;
    const struct policy_norm_source source =
        policy_norm_source(region->policy, region->directory, &trial->facts, &trial->verdict, norm);
    const struct directory_territory *row =
        directory_territory(region->directory, source.territory);
    const bool by_rule =
        source.origin == POLICY_NORM_RULE || source.origin == POLICY_NORM_RULE_PLACE;
    const char *who = source.origin == POLICY_NORM_PROGRAMME
                          ? policy_programme(region->policy, source.programme).id
                      : source.origin == POLICY_NORM_DEFAULT
                          ? SCREEN_IN(screen, "по умолчанию", "the default")
                      : by_rule ? SCREEN_IN(screen, "правило", "the rule")
                                : SCREEN_IN(screen, "уровень риска", "the level");
    char line[32] = "";

    if (source.at.line > 0) {
        (void)snprintf(line,
                       sizeof(line),
                       SCREEN_IN(screen, " (строка %u)", " (line %u)"),
                       (unsigned)source.at.line);
    }
    (void)snprintf(
        text,
        NORM_SOURCE_BYTES,
        "%s%s%s%s%s",
        source.origin == POLICY_NORM_PROGRAMME ? SCREEN_IN(screen, "программа ", "programme ") : "",
        who,
        row == NULL ? "" : ", ",
        row == NULL ? "" : row->id,
        line);
}

static void tell_readers(const struct screen *screen, const struct trial *trial)
{
    const struct directory *directory = trial->question.region->directory;
    const struct directory_worker *curator = directory_worker(directory, trial->decision.chosen);
    const bool at_once = trial->facts.labels.risk == RISK_CRITICAL;
    char sections[WORDING_TEXT_MAX];

    heading(screen, SCREEN_IN(screen, "Кто узнает и что увидит", "Who is told, and sees what"));
    if (curator == NULL) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "  Стол разбора: метки направления, без сведений о семье.\n",
                               "  The triage desk: the referral's labels, nothing of the "
                               "family.\n"));
    } else {
        screen_print(screen,
                     at_once ? SCREEN_IN(screen,
                                         "  %s: метки и сразу, не дожидаясь согласия: %s.\n",
                                         "  %s: the labels and at once, before accepting: %s.\n")
                             : SCREEN_IN(screen,
                                         "  %s: метки; приняв случай, ещё и: %s.\n",
                                         "  %s: the labels; after accepting also: %s.\n"),
                     screen_phrase(screen, curator->title),
                     wording_mask(VOCABULARY_SECTION,
                                  trial_sections(trial, curator->number),
                                  screen->language,
                                  sections));
    }
    for (size_t i = 0; i < trial->notice_count; i++) {
        const struct directory_site *site = directory_site(directory, trial->notices[i]);
        screen_print(screen,
                     SCREEN_IN(screen,
                               "  %s (%s): извещение, только метки.\n",
                               "  %s (%s): a notice, the labels only.\n"),
                     screen_phrase(screen, site->title),
                     site->id);
    }
    if (trial->notice_count == 0) {
        screen_print(screen, SCREEN_IN(screen, "  Извещений нет.\n", "  No notices are sent.\n"));
    }
}

static void tell_assumptions(const struct screen *screen, const struct trial *trial)
{
    screen_print(screen,
                 SCREEN_IN(screen,
                           "\nСчитано по файлам, без брокера: все кураторы свободны, никто не "
                           "отказывался, семья новая.\n",
                           "\nReckoned from the files, without a broker: all curators are free, "
                           "nobody refused, the family is new.\n"));
    if (!trial->question.keys_count) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "Ключей в справочнике нет: считается, что связь есть со всеми.\n",
                               "The directory has no keys: every site is taken as reachable.\n"));
    }
}

static void heading(const struct screen *screen, const char *text)
{
    screen_print(screen,
                 "\n%s%s%s\n",
                 screen_color(screen, SCREEN_BOLD),
                 text,
                 screen_color(screen, SCREEN_PLAIN));
}

static const char *mark(const struct screen *screen, bool good, char buffer[16])
{
    (void)snprintf(buffer,
                   16,
                   "%s%s%s",
                   screen_color(screen, good ? SCREEN_GREEN : SCREEN_RED),
                   good ? "✓" : "✗",
                   screen_color(screen, SCREEN_PLAIN));
    return buffer;
}

static bool is_listed(const struct fact_decision *decision, uint32_t worker)
{
    for (size_t i = 0; i < decision->candidate_count; i++) {
        if (decision->candidates[i].worker == worker) {
            return true;
        }
    }
    return false;
}
