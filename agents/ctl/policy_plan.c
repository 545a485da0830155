/* refctl policy plans, policy withdraw: accepted configurations that wait for their time. */
#include "agents/ctl/policy_plan.h"
#include "agents/ctl/json_view.h"
#include "agents/ctl/moment.h"
#include "agents/ctl/rows.h"
#include "agents/ctl/verb.h"
#include "proto/consent.h"

#include <string.h>

static const struct phrase state_titles[PLAN_END] = {
    [PLAN_UNSPECIFIED] = {"", ""},
    [PLAN_WAITING] = {"ждёт", "waits"},
    [PLAN_DUE] = {"проверяется", "being checked"},
    [PLAN_ACTIVATED] = {"действует", "in force"},
    [PLAN_FAILED] = {"не вступил в силу", "did not come into force"},
    [PLAN_WITHDRAWN] = {"отозван", "withdrawn"},
    [PLAN_SHADOW] = {"решает рядом", "decides beside"},
    [PLAN_UNSIGNED] = {"ждёт подписей", "wants signatures"},
};

static bool is_open(const struct plan_row *plan)
{
    return plan->state == PLAN_WAITING || plan->state == PLAN_DUE || plan->state == PLAN_SHADOW ||
           plan->state == PLAN_UNSIGNED;
}

static size_t count(const struct answer *answer)
{
    return answer->plan_count;
}

static json_t *json(const struct answer *answer, size_t row)
{
    return json_view_plan(&answer->plans[row]);
}

/* What became of it, in a cell: "версия 7", who withdrew it, the first of the reasons. */
static const char *
result(const struct screen *screen, const struct plan_row *row, char *buffer, size_t bytes)
{
    const char *reason = screen_phrase(screen, (struct phrase){row->reason_ru, row->reason_en});

    buffer[0] = '\0';
    if (row->state == PLAN_ACTIVATED) {
        (void)snprintf(
            buffer, bytes, SCREEN_IN(screen, "версия %u", "version %u"), (unsigned)row->version);
    } else if (row->state == PLAN_WITHDRAWN) {
        (void)snprintf(buffer, bytes, "%s", row->settled_by);
    } else if (row->signatures_missing > 0) {
        (void)snprintf(buffer,
                       bytes,
                       SCREEN_IN(screen, "не хватает подписей: %u", "signatures missing: %u"),
                       (unsigned)row->signatures_missing);
    } else if (row->state == PLAN_FAILED) {
        (void)snprintf(buffer, bytes, "%.*s", (int)strcspn(reason, "\n"), reason);
    }
    return buffer;
}

static bool
add(const struct screen *screen, struct table *table, const struct answer *answer, size_t row)
{
    const struct plan_row *plan = &answer->plans[row];
    char number[16];
    char due[MOMENT_TEXT_MAX];
    char who[128 + LIMIT_SENTENCE_BYTES];
    char what[LIMIT_SENTENCE_BYTES + 64];
    char told[LIMIT_REASON_BYTES + 1];

    (void)snprintf(number, sizeof(number), "p%u", (unsigned)plan->plan);
    (void)snprintf(who,
                   sizeof(who),
                   "%s (%s)%s%s",
                   plan->actor,
                   plan->site,
                   plan->signed_by[0] == '\0' ? "" : ", ",
                   plan->signed_by);
    (void)snprintf(what,
                   sizeof(what),
                   SCREEN_IN(screen, "%s%sзаписей: %u", "%s%srows: %u"),
                   plan->texts,
                   plan->texts[0] == '\0' ? "" : ", ",
                   (unsigned)plan->rows);
    return table_add(
        table,
        (const char *const[]){number,
                              moment_format(plan->due_us, screen->now_us, screen->language, due),
                              screen_phrase(screen, state_titles[plan->state]),
                              result(screen, plan, told, sizeof(told)),
                              is_open(plan) ? what : "",
                              who});
}

bool verb_policy_plans(struct run *run, struct error *err)
{
    static const struct rows_kind kind = {
        .key = "plans",
        .heads = {{"План", "Plan"},
                  {"С какого времени", "From"},
                  {"Состояние", "State"},
                  {"Итог", "Result"},
                  {"Меняет", "Changes"},
                  {"Кто", "Who"}},
        .columns = 6,
        .nothing = {"Планов нет.", "There are no plans."},
        .count = count,
        .json = json,
        .add = add,
    };

    return rows_print(run, &kind, &(struct query){.kind = QUERY_PLANS}, err);
}

bool policy_plan_hint(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct caller *caller;
    struct answer answer;
    char due[MOMENT_TEXT_MAX];

    if (!run_caller(run, &caller, err) ||
        !caller_query(caller, &(struct query){.kind = QUERY_PLANS}, &answer, err)) {
        return false;
    }
    for (size_t i = 0; i < answer.plan_count; i++) {
        const struct plan_row *plan = &answer.plans[i];
        if (is_open(plan)) {
            screen_print(screen,
                         SCREEN_IN(screen, "Ждёт: план p%u, %s, %s\n", "Waits: plan p%u, %s, %s\n"),
                         (unsigned)plan->plan,
                         plan->state == PLAN_SHADOW || plan->state == PLAN_UNSIGNED
                             ? screen_phrase(screen, state_titles[plan->state])
                             : moment_format(plan->due_us, screen->now_us, screen->language, due),
                         plan->actor);
        }
    }
    return true;
}

static bool
plan_number(const struct screen *screen, const char *word, uint32_t *out, struct error *err)
{
    int64_t number = 0;

    if (!options_number(word[0] == 'p' ? word + 1 : word, 1, INT32_MAX, &number)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(screen,
                                   "ПЛАН — как p3 в refctl policy plans",
                                   "PLAN is as p3 in refctl policy plans"));
    }
    *out = (uint32_t)number;
    return true;
}

/* Says what the command did; the text takes the plan's number. */
static bool
give(struct run *run, const struct command *command, const char *told, struct error *err)
{
    const struct screen *screen = run->screen;
    struct caller *caller;
    struct reply reply;

    if (!run_caller(run, &caller, err) || !caller_command(caller, command, &reply, err)) {
        return false;
    }
    if (reply.refused) {
        return caller_refusal(reply.problems, reply.problem_count, screen->language, err);
    }
    if (screen->json) {
        return screen_json(screen, json_pack("{s:i}", "plan", (int)command->plan), err);
    }
    screen_print(screen, "p%u: %s\n", (unsigned)command->plan, told);
    return true;
}

/* Lives in the run's arena. */
static bool
find_plan(struct run *run, uint32_t number, const struct plan_row **out, struct error *err)
{
    struct query query = {.kind = QUERY_PLANS};
    struct caller *caller;
    struct answer answer;

    if (!run_caller(run, &caller, err)) {
        return false;
    }
    do {
        if (!caller_query(caller, &query, &answer, err)) {
            return false;
        }
        for (size_t i = 0; i < answer.plan_count; i++) {
            if (answer.plans[i].plan == number) {
                *out = &answer.plans[i];
                return true;
            }
        }
        query.cursor = answer.cursor;
    } while (answer.cursor != NULL && answer.cursor[0] != '\0');
    return error_set(err,
                     ERROR_NO_INPUT,
                     SCREEN_IN(run->screen, "плана p%u нет", "there is no plan p%u"),
                     (unsigned)number);
}

bool policy_plan_accepted(struct run *run, uint32_t number, struct error *err)
{
    const struct screen *screen = run->screen;
    const struct plan_row *plan;

    if (!find_plan(run, number, &plan, err)) {
        return false;
    }
    screen_print(
        screen,
        plan->state == PLAN_SHADOW
            ? SCREEN_IN(screen,
                        "Принято: p%u решает рядом (refctl policy shadow).\n",
                        "Accepted: p%u decides beside (refctl policy shadow).\n")
        : plan->state == PLAN_UNSIGNED
            ? SCREEN_IN(screen,
                        "Принято: план p%u ждёт подписей других ведомств (refctl policy "
                        "sign).\n",
                        "Accepted: plan p%u waits for signatures of other agencies (refctl "
                        "policy sign).\n")
            : SCREEN_IN(screen,
                        "Принято: план p%u ждёт своего времени (refctl policy plans).\n",
                        "Accepted: plan p%u waits for its time (refctl policy plans).\n"),
        (unsigned)number);
    return true;
}

bool verb_policy_sign(struct run *run, struct error *err)
{
    struct command command = {.lane = LANE_NORMAL, .kind = COMMAND_POLICY_SIGN};
    const struct plan_row *plan = NULL;
    uint8_t signature[PLAN_SIGNATURE_BYTES];
    struct key32 secret;

    if (!plan_number(run->screen, run->words[0], &command.plan, err) || !keys_start(err) ||
        !find_plan(run, command.plan, &plan, err) ||
        !keys_read(run->words[1], KEYS_SIGNING_SECRET, &secret, err)) {
        return false;
    }
    if (plan->digest.size == PLAN_DIGEST_BYTES) {
        consent_sign(&secret, command.plan, plan->digest.data, signature);
    } else {
        memset(signature, 0, sizeof(signature)); /* an old broker's row: it will refuse */
    }
    keys_wipe(&secret, sizeof(secret));
    command.data = bytes_of(signature, sizeof(signature));
    return give(run, &command, SCREEN_IN(run->screen, "план подписан", "the plan is signed"), err);
}

bool verb_policy_withdraw(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct command command = {.lane = LANE_NORMAL, .kind = COMMAND_POLICY_WITHDRAW};

    return plan_number(screen, run->words[0], &command.plan, err) &&
           give(run, &command, SCREEN_IN(screen, "план отозван", "the plan is withdrawn"), err);
}

/* The newest plans tell which of them decides beside. */
static bool find_shadow(struct run *run, uint32_t *out, struct error *err)
{
    struct caller *caller;
    struct answer answer;

    if (!run_caller(run, &caller, err) ||
        !caller_query(caller, &(struct query){.kind = QUERY_PLANS}, &answer, err)) {
        return false;
    }
    for (size_t i = 0; i < answer.plan_count; i++) {
        if (answer.plans[i].state == PLAN_SHADOW) {
            *out = answer.plans[i].plan;
            return true;
        }
    }
    return error_set(err,
                     ERROR_DATA,
                     SCREEN_IN(run->screen,
                               "рядом ничего не решает: refctl policy apply --shadow",
                               "nothing decides beside: refctl policy apply --shadow"));
}

bool policy_plan_promote(struct run *run, struct error *err)
{
    struct command command = {.lane = LANE_NORMAL, .kind = COMMAND_POLICY_PROMOTE};

    return find_shadow(run, &command.plan, err) &&
           give(run,
                &command,
                SCREEN_IN(run->screen,
                          "проверяется и вступит в силу (refctl policy plans)",
                          "is checked and comes into force (refctl policy plans)"),
                err);
}

bool policy_plan_end_shadow(struct run *run, struct error *err)
{
    struct command command = {.lane = LANE_NORMAL, .kind = COMMAND_POLICY_WITHDRAW};

    return find_shadow(run, &command.plan, err) &&
           give(run,
                &command,
                SCREEN_IN(run->screen, "больше не решает рядом", "decides beside no longer"),
                err);
}
