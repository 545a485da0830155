/* People at their agents: they send referrals, look at what came, answer, refuse, keep silent, and err; see operator.h. */
#include "tests/sim/operator.h"

#include "agents/store/mirror.h"
#include "base/utc.h"
#include "proto/wire.h"
#include "tests/sim/ledger.h"
#include "tests/sim/region_set.h"

#include <string.h>

enum { FAMILIES = 12, VIEWS_MAX = 128, PERCENT = 100 };

/* ---- speaking ------------------------------------------------------------------------------------ */

static void speak(struct sim *sim, int agent, const struct envelope *envelope)
{
    struct bytes frame;
    if (wire_encode(envelope, sim->arena, &frame)) {
        network_operator_says(sim->network, agent, frame);
    }
}

void operator_say(struct sim *sim, int agent, struct command *command)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_COMMAND};
    command->number = sim->event + 1;
    envelope.body.command = *command;
    ledger_ask(sim->ledger, agent, command);
    sim_say(sim,
            "%s at %s: command %d about %02x%02x%02x%02x",
            command->actor,
            sim->agents[agent].site,
            (int)command->kind,
            command->subject.bytes[4],
            command->subject.bytes[7],
            command->subject.bytes[14],
            command->subject.bytes[15]);
    speak(sim, agent, &envelope);
}

static const char *anybody(const struct sim *sim, int agent, struct chance *chance)
{
    const struct sim_agent *at = &sim->agents[agent];
    return at->workers[chance_below(chance, (uint32_t)at->worker_count)];
}

/* ---- referrals ----------------------------------------------------------------------------------- */

/* Of a family several children, sometimes only half known, so that they are found again, or perhaps. */
static void describe_family(struct sim *sim, struct chance *chance, struct facts *facts)
{
    static const char *const names[] = {"Аня", "Ваня", "Оля", "Коля"};
    static const char *const born[] = {"2021-04-03", "2019-01-30", "2016-09-17", "2024-12-05"};
    const uint32_t family = chance_below(chance, FAMILIES);
    const uint32_t child = chance_below(chance, 2);
    const uint32_t which = (family + child) % 4;
    char *surname = arena_format(sim->arena, "Примерова-%u", (unsigned)family);
    struct person *persons = arena_array(sim->arena, 2, sizeof(*persons));
    persons[0] = (struct person){.role = PERSON_CHILD,
                                 .surname = surname,
                                 .name = names[which],
                                 .patronymic = chance_percent(chance, 75) ? "Тестовна" : "",
                                 .born = born[which],
                                 .document = ""};
    persons[1] = (struct person){.role = PERSON_MOTHER,
                                 .surname = surname,
                                 .name = "Мария",
                                 .patronymic = "Тестовна",
                                 .born = "1996-02-01",
                                 .document = ""};
    *facts = (struct facts){.persons = persons,
                            .person_count = chance_percent(chance, 60) ? 2 : 1,
                            .address = "Примерова-улица, 1",
                            .phone = "",
                            .note = "",
                            .circumstances = "Примерова-семья: холодно.",
                            .health = chance_percent(chance, 50) ? "Примерова-справка" : "",
                            .law = ""};
}

static void choose_labels(struct chance *chance, struct labels *labels)
{
    static const char *const territories[] = {"tatarsky",
                                              "tatarsky",
                                              "tatarsky",
                                              "kuybyshevsky",
                                              "kuybyshevsky",
                                              "vengerovsky",
                                              "barabinsky"};
    static const enum risk risks[] = {RISK_EARLY, RISK_TZS, RISK_TZS, RISK_SOP, RISK_CRITICAL};
    *labels = (struct labels){
        .territory = territories[chance_below(chance, 7)],
        .risk = risks[chance_below(chance, 5)],
        .direction = chance_percent(chance, 20) ? DIRECTION_PREVENTION : DIRECTION_EARLY_DETECTION,
        .channel = CHANNEL_SPECIALIST,
        .basis = chance_percent(chance, 93) ? LEGAL_BASIS_LEGAL_DUTY : LEGAL_BASIS_UNSPECIFIED,
        .needs = UINT32_C(1) << NEED_HOUSEHOLD,
        .ages = UINT32_C(1) << AGE_4_6,
        .flags = chance_percent(chance, 15) ? UINT32_C(1) << FLAG_PLACEMENT_RISK : 0,
        .children = 1};
}

/* The numbers of an event give the same form again: some are sent twice at once, and some much later. */
static void send_form(struct sim *sim, struct chance chance, uint64_t event)
{
    struct form *form = arena_alloc(sim->arena, sizeof(*form));
    const uint32_t repeat = chance_below(&chance, PERCENT);
    const int agent = (int)chance_below(&chance, SIM_AGENTS);
    uint8_t random[10];
    struct command command = {.actor = anybody(sim, agent, &chance),
                              .kind = COMMAND_FORM,
                              .worker = "",
                              .note = "",
                              .form = form};
    chance_fill(&chance, random, sizeof(random));
    form->id = id128_uuid7((uint64_t)(sim->region->start_us / 1000) + event, random);
    form->purpose = PURPOSE_CASE;
    describe_family(sim, &chance, &form->facts);
    choose_labels(&chance, &form->labels);
    operator_say(sim, agent, &command);
    if (repeat < 5) {
        operator_say(sim, agent, &command);
    }
}

static void send(struct sim *sim, struct chance *chance)
{
    struct sim_sent *sent = &sim->sent[chance_below(chance, SIM_MEMORIES)];
    if (!sent->used || chance_percent(chance, 85)) {
        *sent = (struct sim_sent){.used = true, .event = sim->event, .chance = *chance};
    }
    send_form(sim, sent->chance, sent->event);
}

/* ---- what an agent shows ------------------------------------------------------------------------- */

static size_t look(struct sim *sim, int agent, struct delivery *views)
{
    struct error err;
    struct mirror_cursor cursor = {{0}};
    size_t count = 0;
    struct agent_store *store = sim->agents[agent].agent.store;
    if (!sim->agents[agent].up || !agent_store_begin(store, &err)) {
        return 0;
    }
    while (count < VIEWS_MAX && mirror_next(store, &cursor, sim->arena, &views[count])) {
        count++;
    }
    return agent_store_commit(store, &err) ? count : 0;
}

static struct command about(const struct delivery *view, const char *actor, enum command_kind kind)
{
    return (struct command){
        .actor = actor, .kind = kind, .subject = view->entity, .worker = "", .note = ""};
}

static void
answer_offer(struct sim *sim, int agent, const struct delivery *view, struct chance *chance)
{
    const struct offer_view *offer = &view->view.offer;
    const uint32_t what = chance_below(chance, PERCENT);
    const char *actor = chance_percent(chance, 5) ? anybody(sim, agent, chance) : offer->worker;
    struct command command = about(view, actor, COMMAND_ACCEPT);
    command.token = offer->token;
    if (what < 25) {
        command.kind = COMMAND_REFUSE;
        command.code = DECLINE_NO_CAPACITY;
    } else if (what < 40) {
        command.kind = COMMAND_SEE;
        command.token = 0;
    } else if (what < 45 && offer->possible_duplicate[0] != '\0') {
        command = about(view, actor, COMMAND_CONFIRM_DUPLICATE);
        command.subject = offer->case_id;
    } else if (what < 50) {
        command.token = offer->token + chance_below(chance, 3) - 1;
    }
    operator_say(sim, agent, &command);
}

static void
work_on_case(struct sim *sim, int agent, const struct delivery *view, struct chance *chance)
{
    static const enum case_outcome outcomes[] = {
        CASE_OUTCOME_KEPT_IN_FAMILY, CASE_OUTCOME_RETURNED_TO_PARENTS, CASE_OUTCOME_OF_AGE};
    const struct case_view *seen = &view->view.case_;
    const uint32_t what = chance_below(chance, PERCENT);
    const bool led = seen->lead[0] != '\0' && chance_percent(chance, 90);
    const char *actor = led ? seen->lead : anybody(sim, agent, chance);
    struct command command = about(view, actor, COMMAND_PROPOSE_OUTCOME);
    command.code = outcomes[chance_below(chance, 3)];
    if (what < 30) {
        command = about(view, actor, COMMAND_SEE);
        command.subject =
            seen->referral_count > 0
                ? seen->referrals[chance_below(chance, (uint32_t)seen->referral_count)]
                : view->entity;
    } else if (what < 45) {
        command = about(view, actor, COMMAND_CONFIRM_DUPLICATE);
    } else if (what < 55) {
        command = about(view, actor, COMMAND_REJECT_DUPLICATE);
    } else if (what < 60) {
        command = about(view, actor, COMMAND_APPROVE_OUTCOME);
    }
    operator_say(sim, agent, &command);
}

static void
work_on_task(struct sim *sim, int agent, const struct delivery *view, struct chance *chance)
{
    static const char *const curators[] = {"curator-tatarsky-1",
                                           "curator-tatarsky-2",
                                           "curator-tatarsky-3",
                                           "curator-kuybyshevsky-1",
                                           "curator-family-1",
                                           "curator-family-2",
                                           "duty-1",
                                           "duty-2"};
    const struct task_view *task = &view->view.task;
    const uint32_t what = chance_below(chance, PERCENT);
    const char *actor = anybody(sim, agent, chance);
    struct command command = about(view, actor, COMMAND_ASSIGN);
    command.worker = curators[chance_below(chance, 8)];
    if (task->proposed_outcome != CASE_OUTCOME_UNSPECIFIED && what < 80) {
        command = about(view, actor, what < 60 ? COMMAND_APPROVE_OUTCOME : COMMAND_REJECT_OUTCOME);
        command.note = "because";
    } else if (what < 15) {
        command = about(view, actor, COMMAND_SEE);
    } else if (what < 25) {
        command = about(view, actor, COMMAND_REJECT_DUPLICATE);
    }
    operator_say(sim, agent, &command);
}

/* Somebody remembers an offer of long ago. */
static void
keep_or_recall(struct sim *sim, int agent, const struct delivery *view, struct chance *chance)
{
    struct sim_memory *memory = &sim->memory[chance_below(chance, SIM_MEMORIES)];
    if (memory->agent != 0 && chance_percent(chance, 30)) {
        struct command command = {.actor = memory->worker,
                                  .kind = COMMAND_ACCEPT,
                                  .subject = memory->offer,
                                  .token = memory->token,
                                  .worker = "",
                                  .note = ""};
        operator_say(sim, memory->agent - 1, &command);
        return;
    }
    if (view->kind == DELIVERY_OFFER) {
        memory->agent = agent + 1;
        memory->offer = view->entity;
        memory->token = view->view.offer.token;
        (void)strncat(
            memset(memory->worker, 0, sizeof(memory->worker)), view->view.offer.worker, 47);
    }
    answer_offer(sim, agent, view, chance);
}

static void
act_on_view(struct sim *sim, int agent, const struct delivery *view, struct chance *chance)
{
    switch (view->kind) {
    case DELIVERY_OFFER:
        keep_or_recall(sim, agent, view, chance);
        break;
    case DELIVERY_CASE:
        work_on_case(sim, agent, view, chance);
        break;
    case DELIVERY_TASK:
        work_on_task(sim, agent, view, chance);
        break;
    case DELIVERY_REFERRAL:
    case DELIVERY_NOTICE:
    case DELIVERY_DISCLOSURE:
    case DELIVERY_ERASURE:
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_END:
        break;
    }
}

static void act(struct sim *sim, struct chance *chance)
{
    struct delivery *views = arena_array(sim->arena, VIEWS_MAX, sizeof(*views));
    const int agent = (int)chance_below(chance, SIM_AGENTS);
    for (int i = 0; i < SIM_AGENTS; i++) {
        const int at = (agent + i) % SIM_AGENTS;
        size_t work = 0;
        const size_t count = look(sim, at, views);
        for (size_t j = 0; j < count; j++) {
            if (views[j].kind >= DELIVERY_OFFER && views[j].kind <= DELIVERY_TASK) {
                views[work++] = views[j];
            }
        }
        if (work > 0) {
            act_on_view(sim, at, &views[chance_below(chance, (uint32_t)work)], chance);
            return;
        }
    }
}

/* Curators go on leave, for minutes or hours, now or soon, and come back; sometimes a stranger says so. Their capacity
 * changes; one is dismissed, very seldom. */
static void change_absence(struct sim *sim, struct chance *chance)
{
    static const struct {
        const char *site;
        const char *worker;
        const char *deputies[3];
    } teams[] = {
        {"social-tatarsky-1",
         "curator-tatarsky-1",
         {"curator-tatarsky-2", "curator-tatarsky-3", ""}},
        {"social-tatarsky-1",
         "curator-tatarsky-2",
         {"curator-tatarsky-1", "curator-tatarsky-3", ""}},
        {"social-tatarsky-2",
         "curator-tatarsky-3",
         {"curator-tatarsky-1", "curator-tatarsky-2", ""}},
        {"children-in-family-1", "curator-family-1", {"curator-family-2", "curator-family-2", ""}},
        {"children-in-family-1", "curator-family-2", {"curator-family-1", "curator-family-1", ""}},
        {"duty-centre-1", "duty-1", {"duty-2", "duty-2", ""}},
    };
    const uint32_t team = chance_below(chance, sizeof(teams) / sizeof(teams[0]));
    const uint32_t what = chance_below(chance, PERCENT);
    const int agent = chance_percent(chance, 90) ? region_set_site(sim->region, teams[team].site)
                                                 : (int)chance_below(chance, SIM_AGENTS);
    struct command command = {.actor = anybody(sim, agent, chance),
                              .kind = COMMAND_LEAVE,
                              .worker = teams[team].worker,
                              .deputy = "",
                              .note = ""};
    if (what < 60) {
        command.deputy = teams[team].deputies[chance_below(chance, 3)];
        command.at_us =
            clock_wall_us(sim->clock) + chance_between(chance, -UTC_MINUTE_US, 2 * UTC_MINUTE_US);
        command.until_us = command.at_us + chance_between(chance, UTC_MINUTE_US, 12 * UTC_HOUR_US);
    } else if (what < 90) {
        command.kind = COMMAND_END_LEAVE;
    } else if (what < 99) {
        command.kind = COMMAND_SET_CAPACITY;
        command.as_directory = chance_percent(chance, 60);
        command.count = command.as_directory ? 0 : chance_below(chance, 12);
    } else {
        command.kind = COMMAND_DISMISS;
        command.note = "left";
    }
    operator_say(sim, agent, &command);
}

static void ask(struct sim *sim, struct chance *chance)
{
    static const enum query_kind kinds[] = {QUERY_STATUS,
                                            QUERY_CASES,
                                            QUERY_CASES,
                                            QUERY_AGENCIES,
                                            QUERY_CURATORS,
                                            QUERY_REFERRALS,
                                            QUERY_INBOX,
                                            QUERY_TIMELINE,
                                            QUERY_EXPLAIN};
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_QUERY};
    const int agent = (int)chance_below(chance, SIM_AGENTS);
    struct query *query = &envelope.body.query;
    query->id = sim->event + 1;
    query->actor = anybody(sim, agent, chance);
    query->kind = kinds[chance_below(chance, 9)];
    query->text = "";
    query->cursor = "";
    if (query->kind == QUERY_TIMELINE || query->kind == QUERY_EXPLAIN) {
        query->text = chance_percent(chance, 50) ? "NSO-2026-000001-7" : "NSO-2026-000003-1";
    }
    speak(sim, agent, &envelope);
}

void operator_act(struct sim *sim, struct chance *chance)
{
    const uint32_t what = chance_below(chance, PERCENT);
    if (what < 35) {
        send(sim, chance);
    } else if (what < 86) {
        act(sim, chance);
    } else if (what < 93) {
        change_absence(sim, chance);
    } else {
        ask(sim, chance);
    }
}
