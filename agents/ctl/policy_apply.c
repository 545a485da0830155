/* refctl policy apply, policy rollback: a configuration proposed to the broker, and what became of it. */
#include "agents/ctl/json_view.h"
#include "agents/ctl/policy_plan.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/zone_time.h"
#include "base/keys.h"
#include "policy/source.h"
#include "proto/wire_files.h"

#include <poll.h>
#include <string.h>

enum { POLL_MS = 200, WAIT_MS_DEFAULT = 120000 };

static struct id128 draw_id(const struct screen *screen)
{
    uint8_t random[10];
    keys_random(random, sizeof(random));
    return id128_uuid7((uint64_t)(screen->now_us / 1000), random);
}

static bool send(struct run *run, const struct command *command, struct error *err)
{
    const struct screen *screen = run->screen;
    struct caller *caller;
    struct reply reply;
    const struct arena_mark mark = arena_mark(run->arena);

    if (!run_caller(run, &caller, err) || !caller_command(caller, command, &reply, err)) {
        return false;
    }
    if (reply.refused) {
        return caller_refusal(reply.problems, reply.problem_count, screen->language, err);
    }
    if (reply.position == 0) {
        return error_set(err,
                         ERROR_UNAVAILABLE,
                         SCREEN_IN(screen,
                                   "брокер не отвечает: предложение осталось у агента и пойдёт "
                                   "дальше само",
                                   "the broker does not answer: the agent has the proposal and "
                                   "will pass it on"));
    }
    arena_release(run->arena, mark);
    return true;
}

/* ---- what became of it --------------------------------------------------------------------------- */

static bool
wait_settled(struct run *run, const struct id128 *id, struct proposal_row *out, struct error *err)
{
    const struct query query = {.kind = QUERY_PROPOSAL, .subject = *id};
    int64_t left_ms = WAIT_MS_DEFAULT;
    const char *timeout = run_option(run, OPTION_TIMEOUT);
    struct caller *caller;
    struct answer answer;

    if ((timeout != NULL && !options_duration_ms(timeout, &left_ms)) ||
        !run_caller(run, &caller, err)) {
        return false;
    }
    for (;;) {
        const struct arena_mark mark = arena_mark(run->arena);
        if (!caller_query(caller, &query, &answer, err)) {
            return false;
        }
        if (answer.proposal_count == 1 && answer.proposals[0].state != PROPOSAL_PENDING) {
            *out = answer.proposals[0];
            return true;
        }
        arena_release(run->arena, mark);
        if (left_ms <= 0) {
            return error_set(err,
                             ERROR_UNAVAILABLE,
                             SCREEN_IN(run->screen,
                                       "предложение ещё проверяется",
                                       "the proposal is still being checked"));
        }
        (void)poll(NULL, 0, POLL_MS);
        left_ms -= POLL_MS;
    }
}

static json_t *json_of(const struct proposal_row *row)
{
    static const char *const states[PROPOSAL_END] = {
        "", "gathering", "pending", "adopted", "same", "refused", "dropped", "planned"};

    return json_pack("{s:o, s:s, s:i, s:i, s:o}",
                     "id",
                     json_view_id(&row->id),
                     "state",
                     states[row->state],
                     "version",
                     (int)row->version,
                     "plan",
                     (int)row->plan,
                     "reason",
                     json_view_phrase((struct phrase){row->reason_ru, row->reason_en}));
}

/* Exit status 78 with the reasons when it was refused. */
static bool tell_settled(struct run *run, const struct id128 *id, struct error *err)
{
    const struct screen *screen = run->screen;
    struct proposal_row row;

    if (!wait_settled(run, id, &row, err) ||
        (screen->json && !screen_json(screen, json_of(&row), err))) {
        return false;
    }
    if (row.state == PROPOSAL_ADOPTED || row.state == PROPOSAL_SAME) {
        if (!screen->json) {
            screen_print(
                screen,
                row.state == PROPOSAL_ADOPTED
                    ? SCREEN_IN(screen, "Действует версия %u.\n", "Version %u is in force.\n")
                    : SCREEN_IN(screen,
                                "Ничего не изменилось, действует версия %u.\n",
                                "Nothing differs, version %u stays in force.\n"),
                (unsigned)row.version);
        }
        return true;
    }
    if (row.state == PROPOSAL_PLANNED) {
        return screen->json || policy_plan_accepted(run, row.plan, err);
    }
    screen_hint(
        screen, "%s\n", screen_phrase(screen, (struct phrase){row.reason_ru, row.reason_en}));
    return error_set(err,
                     ERROR_CONFIG,
                     SCREEN_IN(screen,
                               "отказано; действует прежняя версия %u",
                               "refused; version %u stays in force"),
                     (unsigned)row.version);
}

/* ---- apply --------------------------------------------------------------------------------------- */

static bool encode(struct run *run,
                   const struct source_report *report,
                   const char *path,
                   struct bytes *coded,
                   struct error *err)
{
    return wire_files_encode(report->files, report->file_count, run->arena, coded) ||
           error_set(
               err,
               ERROR_CONFIG,
               SCREEN_IN(run->screen, "%s: файлов больше 16 МиБ", "%s: the files exceed 16 MiB"),
               path);
}

/* --at in the zone of the region's root. */
static bool
take_time(struct run *run, const struct region_input *input, int64_t *at_us, struct error *err)
{
    const struct screen *screen = run->screen;
    const char *text = run_option(run, OPTION_AT);
    struct error_list *errors = arena_alloc(run->arena, sizeof(*errors));
    struct region *region = NULL;

    *at_us = 0;
    if (text == NULL) {
        return true;
    }
    if (errors == NULL || !source_compile(input, run->arena, &region, errors)) {
        return error_set(err, ERROR_CONFIG, "%s", errors == NULL ? "" : errors->items[0].text);
    }
    uint32_t root = 1;
    const uint32_t count = directory_count(region->directory, DIRECTORY_TERRITORY);
    while (root < count && directory_territory(region->directory, root)->parent != 0) {
        root++;
    }
    const bool good = zone_time_parse(region, root, text, at_us);
    region_destroy(&region);
    if (!good) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(screen,
                                   "--at: «%.60s» — не время, как 2026-11-23T10:00",
                                   "--at: “%.60s” is no time as 2026-11-23T10:00"),
                         text);
    }
    return *at_us > screen->now_us ||
           error_set(err,
                     ERROR_USAGE,
                     SCREEN_IN(screen, "--at: «%.60s» уже прошло", "--at: “%.60s” has passed"),
                     text);
}

/* Fills in the command's time. */
static bool load(struct run *run, struct bytes *coded, struct command *command, struct error *err)
{
    const struct screen *screen = run->screen;
    const char *path = run->word_count > 0 ? run->words[0] : ".";
    struct source_report *report = arena_alloc(run->arena, sizeof(*report));
    struct region_input input;

    if (report == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    const bool good = source_load(path, screen->now_us, run->arena, &input, report);
    if (!screen->json || !good) {
        source_print(report, screen->language, screen->err);
    }
    if (!good) {
        return error_set(err,
                         ERROR_CONFIG,
                         SCREEN_IN(screen,
                                   "%s: ошибок %zu; брокеру ничего не отправлено",
                                   "%s: %zu errors; nothing was sent to the broker"),
                         path,
                         report->errors);
    }
    return take_time(run, &input, &command->at_us, err) && encode(run, report, path, coded, err);
}

static bool
send_parts(struct run *run, const struct command *wish, struct bytes all, struct error *err)
{
    const size_t count = (all.size + LIMIT_PART_BYTES - 1) / LIMIT_PART_BYTES;
    struct command command = *wish;

    command.lane = LANE_NORMAL;
    command.count = (uint32_t)count;
    command.kind = COMMAND_POLICY_PART;
    for (size_t i = 0; i < count; i++) {
        const size_t offset = i * LIMIT_PART_BYTES;
        const size_t left = all.size - offset;
        command.code = (uint32_t)i;
        command.data =
            bytes_of(all.data + offset, left < LIMIT_PART_BYTES ? left : LIMIT_PART_BYTES);
        if (!send(run, &command, err)) {
            return false;
        }
    }
    command.kind = COMMAND_POLICY_APPLY;
    command.code = 0;
    command.data = bytes_of(NULL, 0);
    return send(run, &command, err);
}

bool verb_policy_apply(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct command wish = {.lane = LANE_NORMAL, .shadow = run_has(run, OPTION_SHADOW)};
    struct bytes coded;

    if (run_has(run, OPTION_FROM_SHADOW)) {
        return policy_plan_promote(run, err);
    }
    if (!keys_start(err) || !load(run, &coded, &wish, err)) {
        return false;
    }
    wish.subject = draw_id(screen);
    const struct id128 id = wish.subject;
    if (!send_parts(run, &wish, coded, err)) {
        return false;
    }
    if (run_has(run, OPTION_WAIT)) {
        return tell_settled(run, &id, err);
    }
    if (screen->json) {
        return screen_json(
            screen, json_pack("{s:o, s:s}", "id", json_view_id(&id), "state", "pending"), err);
    }
    screen_print(screen,
                 SCREEN_IN(screen,
                           "Предложено, брокер проверяет (refctl policy history).\n",
                           "Proposed, the broker checks it (refctl policy history).\n"));
    return true;
}

/* ---- rollback -------------------------------------------------------------------------------------- */

bool verb_policy_rollback(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    struct command command = {.lane = LANE_NORMAL, .kind = COMMAND_POLICY_ROLLBACK};
    int64_t version = 0;

    if (!options_number(run->words[0], 1, UINT32_MAX, &version)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(screen,
                                   "ВЕРСИЯ — число из refctl policy history",
                                   "VERSION is a number of refctl policy history"));
    }
    if (!keys_start(err)) {
        return false;
    }
    command.subject = draw_id(screen);
    command.version = (uint32_t)version;
    if (!send(run, &command, err) || !tell_settled(run, &command.subject, err)) {
        return false;
    }
    if (!screen->json) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               "Ключи площадок остались какими были: снятый ключ возвращают файлы "
                               "и refctl policy apply.\n",
                               "Keys of sites stayed as they were: a withdrawn one comes back by "
                               "the files and refctl policy apply.\n"));
    }
    return true;
}
