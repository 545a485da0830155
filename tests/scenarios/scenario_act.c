/* What people and agents do in a scenario. */
#include "tests/scenarios/scenario.h"

#include "base/file.h"
#include "base/utc.h"
#include "broker/core/invariants.h"

#include <stdlib.h>
#include <string.h>

/* ---- turns ------------------------------------------------------------------------------------------ */

static void look_after(struct scenario *scenario, const struct world_result *result)
{
    struct error_list *breaches = arena_alloc(scenario->arena, sizeof(*breaches));
    if (result->wrote && !invariants_hold(scenario->world->store, breaches)) {
        for (size_t i = 0; i < breaches->count; i++) {
            scenario_fail(scenario, &scenario->invariants, "%s", breaches->items[i].text);
        }
    }
    for (size_t i = 0; i < result->alarm_count && scenario->alarm_count < WORLD_ALARMS_MAX; i++) {
        scenario->alarms[scenario->alarm_count++] = result->alarms[i];
    }
    scenario->wrote = scenario->wrote || result->wrote;
}

struct world_result scenario_apply_alone(struct scenario *scenario, struct world_input *input)
{
    struct world_result result;
    input->options = (struct turn_options){.now_us = scenario->now_us,
                                           .held_from_us = scenario->held_from_us,
                                           .hold_until_us = scenario->hold_until_us,
                                           .disk_low = scenario->disk_low};
    world_apply(scenario->world, input, &result);
    look_after(scenario, &result);
    if (result.wrote || input->kind != WORLD_DEADLINES) {
        if (scenario->input_count == SCENARIO_INPUTS_MAX) {
            scenario_fail(scenario, &scenario->steps, "the scenario is too long");
        } else {
            scenario->inputs[scenario->input_count++] = *input;
        }
    }
    return result;
}

/* All that is due now. Returns when the next is due. */
static int64_t drain(struct scenario *scenario)
{
    enum { TURNS_MAX = 1000 };
    for (int i = 0; i < TURNS_MAX; i++) {
        struct world_input input = {.kind = WORLD_DEADLINES};
        const struct world_result result = scenario_apply_alone(scenario, &input);
        if (result.done == 0 && !scenario_plan_activate(scenario)) {
            return result.next_due_us;
        }
    }
    scenario_fail(scenario, &scenario->steps, "deadlines never end");
    return 0;
}

static void note_reply(struct scenario *scenario, const struct reply *reply)
{
    scenario->refused = reply->refused;
    scenario->refusal_open = reply->refused;
    scenario->refusal = reply->refused ? reply->problems[0].code : REFUSAL_UNSPECIFIED;
    scenario->repeated = reply->repeated;
}

void scenario_apply(struct scenario *scenario, struct world_input *input)
{
    const struct world_result result = scenario_apply_alone(scenario, input);
    if (input->kind == WORLD_COMMAND) {
        note_reply(scenario, &result.reply);
    }
    if (result.problems != NULL) {
        scenario->configuration_problem =
            arena_format(scenario->arena,
                         "%s %s",
                         result.problems->items[0].field,
                         arena_text(scenario->arena, result.problems->items[0].text.en));
    }
    (void)drain(scenario);
}

static void pass_time(struct scenario *scenario, int64_t until_us)
{
    enum { STEPS_MAX = 10000 };
    for (int i = 0; i < STEPS_MAX; i++) {
        const int64_t next_us = drain(scenario);
        if (next_us == 0 || next_us > until_us) {
            scenario->now_us = until_us;
            (void)drain(scenario);
            return;
        }
        scenario->now_us = next_us > scenario->now_us ? next_us : scenario->now_us;
    }
    scenario_fail(scenario, &scenario->steps, "deadlines never end");
}

/* ---- commands ---------------------------------------------------------------------------------------- */

static struct id128 incarnation_of(uint32_t site)
{
    return id128_of_position(UINT64_MAX, site);
}

/* Sending twice is harmless: the reply is kept, and deciding the same again changes nothing. */
static void repeat(struct scenario *scenario, const struct world_input *input)
{
    struct command again = *input->command;
    struct reply_record kept;
    const bool submit = again.kind == COMMAND_SUBMIT;
    if (scenario->wrote &&
        !store_reply(scenario->world->store, input->site, again.lane, again.number, &kept)) {
        scenario_fail(scenario, &scenario->repeats, "the reply was not kept");
    }
    if (again.kind == COMMAND_ACCEPT_CLOCK) {
        return; /* says the same again, at another time */
    }
    again.number++;
    struct world_input repeated = *input;
    repeated.command = arena_copy(scenario->arena, &again, sizeof(again));
    const struct world_result result = scenario_apply_alone(scenario, &repeated);
    if (result.wrote) {
        scenario_fail(scenario, &scenario->repeats, "the same command again changed something");
    }
    if (submit && (result.reply.refused || !result.reply.repeated)) {
        scenario_fail(scenario, &scenario->repeats, "the same referral again was not recognised");
    }
}

static void command(struct scenario *scenario, uint32_t site, const struct command *wanted)
{
    struct command *made = arena_copy(scenario->arena, wanted, sizeof(*wanted));
    made->number = ++scenario->commands[site][made->lane];
    made->incarnation = incarnation_of(site);
    struct world_input input = {.kind = WORLD_COMMAND, .site = site, .command = made};
    const struct world_result result = scenario_apply_alone(scenario, &input);
    note_reply(scenario, &result.reply);
    if (!scenario->refused) {
        repeat(scenario, &input);
    }
    (void)drain(scenario);
}

/* Give a command as a worker, from the worker's own site. */
void scenario_command(struct scenario *scenario, const char *actor, const struct command *wanted)
{
    uint32_t worker = 0;
    if (!scenario_worker(scenario, actor, &worker)) {
        return;
    }
    struct command made = *wanted;
    made.actor = actor;
    command(
        scenario, directory_worker(scenario->world->core.region->directory, worker)->site, &made);
}

static struct id128 id_of_name(const struct scenario *scenario, const char *name)
{
    uint8_t drawn[10] = {0};
    const size_t bytes = strlen(name);
    memcpy(drawn, name, bytes < sizeof(drawn) ? bytes : sizeof(drawn));
    return id128_uuid7((uint64_t)(scenario->now_us / 1000), drawn);
}

static void sends(struct scenario *scenario, const char *const *got)
{
    struct scenario_name *name = &scenario->names[scenario->name_count];
    if (scenario->name_count == SCENARIO_NAMES_MAX) {
        scenario_fail(scenario, &scenario->steps, "too many referrals");
        return;
    }
    const struct id128 id = id_of_name(scenario, got[1]);
    const struct referral *referral = scenario_form(scenario, scenario->said, &id);
    if (referral == NULL) {
        return;
    }
    struct command *sent = arena_alloc(scenario->arena, sizeof(*sent));
    *sent =
        (struct command){.kind = COMMAND_SUBMIT,
                         .lane = referral->labels.risk == RISK_CRITICAL ? LANE_URGENT : LANE_NORMAL,
                         .referral = referral};
    *name = (struct scenario_name){.name = got[1], .id = id, .command = sent};
    scenario->name_count++;
    scenario_command(scenario, got[0], sent);
}

static void sends_from(struct scenario *scenario, const char *const *got)
{
    uint32_t site = 0;
    const struct id128 id = id_of_name(scenario, got[2]);
    const struct referral *referral = scenario_form(scenario, scenario->said, &id);
    if (referral == NULL || !scenario_site(scenario, got[1], &site)) {
        return;
    }
    const struct command sent = {.kind = COMMAND_SUBMIT, .actor = got[0], .referral = referral};
    command(scenario, site, &sent);
}

static void sends_again(struct scenario *scenario, const char *const *got)
{
    const struct scenario_name *name = NULL;
    if (scenario_name(scenario, got[1], &name)) {
        scenario_command(scenario, got[0], name->command);
    }
}

static void sends_changed(struct scenario *scenario, const char *const *got)
{
    const struct scenario_name *name = NULL;
    if (!scenario_name(scenario, got[1], &name)) {
        return;
    }
    const struct command sent = {.kind = COMMAND_SUBMIT,
                                 .referral = scenario_form(scenario, scenario->said, &name->id)};
    if (sent.referral != NULL) {
        scenario_command(scenario, got[0], &sent);
    }
}

/* The newest hop of the case that this worker was asked for. */
static bool hop_of(struct scenario *scenario,
                   const struct case_record *record,
                   const char *actor,
                   struct assignment_record *out)
{
    uint32_t worker = 0;
    if (!scenario_worker(scenario, actor, &worker)) {
        return false;
    }
    for (uint32_t i = record->assignments; i > 0; i--) {
        struct id128 id;
        if (store_case_assignment(scenario->world->store, &record->id, i - 1, &id) &&
            store_assignment(scenario->world->store, &id, out) && out->worker == worker) {
            return true;
        }
    }
    return false;
}

/* A command about a referral's case; those that answer an offer name the hop. */
static void
about(struct scenario *scenario, const char *actor, const char *name, struct command *wanted)
{
    struct case_record record;
    struct assignment_record hop;
    if (!scenario_case(scenario, name, &record)) {
        return;
    }
    wanted->subject = record.id;
    const bool answers = wanted->kind == COMMAND_ACCEPT || wanted->kind == COMMAND_REFUSE;
    const bool asked = hop_of(scenario, &record, actor, &hop);
    const bool open =
        asked && (hop.state == ASSIGNMENT_PROPOSED || hop.state == ASSIGNMENT_OFFERED);
    if (answers && !asked) { /* somebody else's offer: the newest one */
        (void)store_case_assignment(
            scenario->world->store, &record.id, record.assignments - 1, &hop.id);
        (void)store_assignment(scenario->world->store, &hop.id, &hop);
    }
    if (answers || (wanted->kind == COMMAND_SEE && open)) {
        wanted->subject = hop.id;
        wanted->token = wanted->token == 0 ? hop.token : wanted->token;
    }
    scenario_command(scenario, actor, wanted);
}

static void simple(struct scenario *scenario, const char *const *got, enum command_kind kind)
{
    struct command wanted = {.kind = kind, .note = kind == COMMAND_REJECT_OUTCOME ? "why" : NULL};
    about(scenario, got[0], got[1], &wanted);
}

static void sees(struct scenario *scenario, const char *const *got)
{
    simple(scenario, got, COMMAND_SEE);
}

static void accepts(struct scenario *scenario, const char *const *got)
{
    simple(scenario, got, COMMAND_ACCEPT);
}

static void accepts_token(struct scenario *scenario, const char *const *got)
{
    enum { DECIMAL = 10 };
    struct command wanted = {.kind = COMMAND_ACCEPT, .token = strtoul(got[2], NULL, DECIMAL)};
    about(scenario, got[0], got[1], &wanted);
}

static void refuses(struct scenario *scenario, const char *const *got)
{
    struct command wanted = {.kind = COMMAND_REFUSE,
                             .code = scenario_code(scenario, VOCABULARY_DECLINE_REASON, got[2])};
    about(scenario, got[0], got[1], &wanted);
}

static void proposes(struct scenario *scenario, const char *const *got)
{
    struct command wanted = {.kind = COMMAND_PROPOSE_OUTCOME,
                             .code = scenario_code(scenario, VOCABULARY_CASE_OUTCOME, got[1])};
    about(scenario, got[0], got[2], &wanted);
}

static void approves(struct scenario *scenario, const char *const *got)
{
    simple(scenario, got, COMMAND_APPROVE_OUTCOME);
}

static void rejects(struct scenario *scenario, const char *const *got)
{
    simple(scenario, got, COMMAND_REJECT_OUTCOME);
}

static void assigns(struct scenario *scenario, const char *const *got)
{
    struct command wanted = {.kind = COMMAND_ASSIGN, .worker = got[2]};
    about(scenario, got[0], got[1], &wanted);
}

static void confirms(struct scenario *scenario, const char *const *got)
{
    simple(scenario, got, COMMAND_CONFIRM_DUPLICATE);
}

static void denies(struct scenario *scenario, const char *const *got)
{
    simple(scenario, got, COMMAND_REJECT_DUPLICATE);
}

static void accepts_clock(struct scenario *scenario, const char *const *got)
{
    const struct command wanted = {.kind = COMMAND_ACCEPT_CLOCK};
    scenario_command(scenario, got[0], &wanted);
}

/* ---- sites ------------------------------------------------------------------------------------------- */

static void receive(struct scenario *scenario, uint32_t site)
{
    const struct site_record record = store_site(scenario->world->store, site);
    struct world_input input = {.kind = WORLD_ACKNOWLEDGE, .site = site};
    memcpy(input.lines, record.lines, sizeof(input.lines));
    if (record.waiting > 0) {
        scenario_apply(scenario, &input);
    }
}

static void receives(struct scenario *scenario, const char *const *got)
{
    uint32_t site = 0;
    if (scenario_site(scenario, got[0], &site)) {
        receive(scenario, site);
    }
}

/* Until no site has anything waiting: what one receives may give another something. */
static void everybody_receives(struct scenario *scenario, const char *const *got)
{
    enum { ROUNDS_MAX = 8 };
    (void)got;
    const struct directory *directory = scenario->world->core.region->directory;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        for (uint32_t site = 1; site <= directory_count(directory, DIRECTORY_SITE); site++) {
            receive(scenario, site);
        }
    }
}

static void is_away(struct scenario *scenario, const char *const *got)
{
    struct world_input input = {.kind = WORLD_AWAY};
    if (scenario_site(scenario, got[0], &input.site)) {
        scenario_apply(scenario, &input);
    }
}

static void comes_back(struct scenario *scenario, const char *const *got)
{
    struct world_input input = {.kind = WORLD_RETURNED};
    if (scenario_site(scenario, got[0], &input.site)) {
        scenario_apply(scenario, &input);
        input.kind = WORLD_RESYNCED;
        const struct site_record record = store_site(scenario->world->store, input.site);
        memcpy(input.lines, record.lines, sizeof(input.lines));
        scenario_apply(scenario, &input);
    }
}

/* The store of an agent was lost: it numbers its commands from 1 again. */
static void begins_spool(struct scenario *scenario, const char *const *got)
{
    struct world_input input = {.kind = WORLD_NEW_SPOOL};
    if (scenario_site(scenario, got[0], &input.site)) {
        input.incarnation = incarnation_of(input.site);
        memset(scenario->commands[input.site], 0, sizeof(scenario->commands[input.site]));
        scenario_apply(scenario, &input);
    }
}

/* ---- time and configuration --------------------------------------------------------------------------- */

static void copy_set(struct scenario *scenario, const char *from, const char *to)
{
    static const char *const folders[] = {"", "directory"};
    struct error err;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        const char *source = arena_format(scenario->arena, "%s/%s", from, folders[i]);
        const char *target = arena_format(scenario->arena, "%s/%s", to, folders[i]);
        struct file_names names;
        if (!file_make_folder(target, 0700, &err) ||
            !file_list(source, ".yaml", scenario->arena, &names, &err)) {
            continue; /* a change need not have both */
        }
        for (size_t j = 0; j < names.count; j++) {
            struct bytes content;
            const char *in = arena_format(scenario->arena, "%s/%s", source, names.items[j]);
            const char *out = arena_format(scenario->arena, "%s/%s", target, names.items[j]);
            if (!file_read(in, YAML_TREE_BYTES_MAX, scenario->arena, &content, &err) ||
                !file_write(out, content, 0600, &err)) {
                scenario_fail(scenario, &scenario->steps, "%s", err.text);
            }
        }
    }
}

/* A copy of the region's files in the scratch folder. */
static const char *copy_region(struct scenario *scenario)
{
    const char *folder = scratch_path(
        scenario->scratch, arena_format(scenario->arena, "region-%u", ++scenario->regions));
    copy_set(scenario, arena_format(scenario->arena, "%s/region", scenario->folder), folder);
    return folder;
}

static void propose(struct scenario *scenario, const char *folder)
{
    struct world_input input = {.kind = WORLD_CONFIGURE,
                                .region = world_region(folder, scenario->arena, scenario->now_us)};
    scenario_apply(scenario, &input);
}

/* The region's files, with those of a change in their places. */
const char *scenario_changed(struct scenario *scenario, const char *change)
{
    enum { SAID_BYTES_MAX = 4096 };
    struct error err;
    struct bytes said;
    const char *folder = copy_region(scenario);
    const char *set = arena_format(scenario->arena, "%s/changes/%s", scenario->folder, change);
    const char *about = arena_format(scenario->arena, "%s/README.md", set);
    if (!file_read(about, SAID_BYTES_MAX, scenario->arena, &said, &err)) {
        scenario_fail(scenario, &scenario->steps, "%s", err.text);
    }
    copy_set(scenario, set, folder);
    return folder;
}

static void changes(struct scenario *scenario, const char *const *got)
{
    propose(scenario, scenario_changed(scenario, got[0]));
}

/* The first line: the region comes into force, every agent says Hello. */
static void begin(struct scenario *scenario)
{
    propose(scenario, copy_region(scenario));
    const struct directory *directory = scenario->world->core.region->directory;
    for (uint32_t site = 1; site <= directory_count(directory, DIRECTORY_SITE); site++) {
        struct world_input input = {
            .kind = WORLD_NEW_SPOOL, .site = site, .incarnation = incarnation_of(site)};
        scenario_apply(scenario, &input);
    }
}

static void at_time(struct scenario *scenario, const char *const *got)
{
    int64_t until_us = 0;
    if (!scenario_time(scenario, got[0], got[1], &until_us)) {
        return;
    }
    if (scenario->now_us == 0) {
        scenario->now_us = until_us;
        begin(scenario);
        return;
    }
    if (until_us < scenario->now_us) {
        scenario_fail(scenario, &scenario->steps, "time does not go back");
        return;
    }
    pass_time(scenario, until_us);
}

static bool duration_end(struct scenario *scenario, const char *const *got, int64_t *out)
{
    struct duration duration;
    const char *text = arena_format(scenario->arena, "%s %s", got[0], got[1]);
    if (!calendar_parse_duration(text, &duration)) {
        scenario_fail(scenario, &scenario->steps, "%s is no duration such as 2 h or 3 wd", text);
        return false;
    }
    *out = calendar_due(
        scenario->world->core.region->calendar, "novosibirsk", scenario->now_us, duration);
    return true;
}

static void after(struct scenario *scenario, const char *const *got)
{
    int64_t until_us = 0;
    if (duration_end(scenario, got, &until_us)) {
        pass_time(scenario, until_us);
    }
}

/* Timers of offers that fell due meanwhile wait min(outage, 10 min). */
static void is_down(struct scenario *scenario, const char *const *got)
{
    static const int64_t hold_us = 10 * UTC_MINUTE_US;
    int64_t until_us = 0;
    if (!duration_end(scenario, got, &until_us)) {
        return;
    }
    const int64_t outage_us = until_us - scenario->now_us;
    scenario->held_from_us = scenario->now_us;
    scenario->hold_until_us = until_us + (outage_us < hold_us ? outage_us : hold_us);
    scenario->now_us = until_us;
    (void)drain(scenario);
}

static void disk_is_low(struct scenario *scenario, const char *const *got)
{
    (void)got;
    scenario->disk_low = true;
}

/* ---- the table ------------------------------------------------------------------------------------------ */

typedef void act_function(struct scenario *scenario, const char *const *got);

static const struct {
    const char *pattern;
    act_function *act;
} acts[] = {
    {"at DATE TIME", at_time},
    {"after AMOUNT UNIT", after},
    {"the broker is down for AMOUNT UNIT", is_down},
    {"the broker has little disk left", disk_is_low},
    {"the configuration becomes CHANGE", changes},
    {"WORKER plans CHANGE for DATE TIME", scenario_plan_made},
    {"WORKER lets CHANGE decide beside", scenario_plan_beside},
    {"WORKER promotes PLAN", scenario_plan_promoted},
    {"WORKER withdraws PLAN", scenario_plan_withdrawn},
    {"WORKER sends REFERRAL", sends},
    {"WORKER at SITE sends REFERRAL", sends_from},
    {"WORKER sends REFERRAL again", sends_again},
    {"WORKER sends REFERRAL changed", sends_changed},
    {"WORKER sees REFERRAL", sees},
    {"WORKER accepts REFERRAL", accepts},
    {"WORKER accepts REFERRAL with token NUMBER", accepts_token},
    {"WORKER refuses REFERRAL REASON", refuses},
    {"WORKER proposes OUTCOME for REFERRAL", proposes},
    {"WORKER approves the outcome of REFERRAL", approves},
    {"WORKER rejects the outcome of REFERRAL", rejects},
    {"WORKER assigns REFERRAL to WORKER", assigns},
    {"WORKER confirms that REFERRAL is a duplicate", confirms},
    {"WORKER denies that REFERRAL is a duplicate", denies},
    {"WORKER accepts the clock", accepts_clock},
    {"everybody receives", everybody_receives},
    {"SITE receives", receives},
    {"SITE is away", is_away},
    {"SITE comes back", comes_back},
    {"SITE begins a new spool", begins_spool},
};

void scenario_act(struct scenario *scenario, const struct scenario_text_line *line)
{
    const char *got[SCENARIO_TEXT_CAPTURES_MAX];
    scenario->said = line;
    scenario->wrote = false;
    scenario->refused = false;
    scenario->repeated = false;
    scenario->configuration_problem = "";
    scenario->alarm_count = 0;
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (scenario_text_match(acts[i].pattern, &line->head, got)) {
            if (scenario->now_us == 0 && acts[i].act != at_time) {
                scenario_fail(scenario, &scenario->steps, "a scenario begins with `at DATE TIME`");
                return;
            }
            acts[i].act(scenario, got);
            return;
        }
    }
    if (scenario->now_us != 0 && scenario_leave_act(scenario, line)) {
        return;
    }
    scenario_fail(scenario, &scenario->steps, "this sentence is not understood (see README.md)");
}
