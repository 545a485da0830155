/* Proposals through the protocol; see administrator.h. */
#include "tests/sim/administrator.h"

#include "base/utc.h"
#include "tests/sim/ledger.h"
#include "tests/sim/operator.h"
#include "tests/sim/reader.h"
#include "tests/sim/region_set.h"

enum { PARTS_MOST = 3 };

static const char administrator[] = "administrator-region";

/* At their own site, or somebody who may not. */
static int speaker(struct sim *sim, struct chance *chance, struct command *command)
{
    int agent = region_set_site(sim->region, "social-region-1");
    command->actor = administrator;
    command->worker = "";
    command->note = "";
    if (chance_percent(chance, 10)) {
        agent = (int)chance_below(chance, SIM_AGENTS);
        const struct sim_agent *at = &sim->agents[agent];
        command->actor = at->workers[chance_below(chance, (uint32_t)at->worker_count)];
    }
    return agent;
}

static struct id128 new_id(struct sim *sim, struct chance *chance)
{
    uint8_t random[10];
    chance_fill(chance, random, sizeof(random));
    return id128_uuid7((uint64_t)(sim->region->start_us / 1000) + sim->event, random);
}

static void choose_time(struct sim *sim, struct chance *chance, struct command *apply)
{
    const uint32_t how = chance_below(chance, 100);
    if (how < 45) {
        const int64_t ahead_us = chance_between(chance, UTC_SECOND_US, ADMINISTRATOR_AHEAD_US);
        apply->at_us = clock_wall_us(sim->clock) + ahead_us;
    } else if (how < 55) {
        apply->shadow = true;
    }
}

/* In some parts, of which one may be lost, and one may come twice. */
static void propose(struct sim *sim, struct chance *chance)
{
    const size_t set = chance_below(chance, (uint32_t)sim->region->set_count);
    const struct bytes files = reader_files(sim, set);
    const uint32_t parts = 1 + chance_below(chance, PARTS_MOST);
    const uint32_t lost = chance_percent(chance, 10) ? chance_below(chance, parts) : parts;
    struct command command = {
        .kind = COMMAND_POLICY_PART, .subject = new_id(sim, chance), .count = parts};
    const int agent = speaker(sim, chance, &command);
    ledger_intend(sim->ledger, &command.subject, set);
    for (uint32_t i = 0; i < parts; i++) {
        const size_t from = files.size * i / parts;
        command.code = i;
        command.data = bytes_of(files.data + from, files.size * (i + 1) / parts - from);
        for (uint32_t n = chance_percent(chance, 10) ? 2 : 1; n > 0 && i != lost; n--) {
            operator_say(sim, agent, &command);
        }
    }
    command.kind = COMMAND_POLICY_APPLY;
    command.code = 0;
    command.data = bytes_of(NULL, 0);
    choose_time(sim, chance, &command);
    operator_say(sim, agent, &command);
}

static void roll_back(struct sim *sim, struct chance *chance)
{
    const uint32_t versions = ledger_versions(sim->ledger);
    struct command command = {.kind = COMMAND_POLICY_ROLLBACK,
                              .subject = new_id(sim, chance),
                              .version = 1 + chance_below(chance, versions + 1)};
    const int agent = speaker(sim, chance, &command);
    operator_say(sim, agent, &command);
}

static void about_plan(struct sim *sim, struct chance *chance, enum command_kind kind)
{
    const uint32_t plans = ledger_plans(sim->ledger);
    struct command command = {.kind = kind, .plan = plans == 0 ? 1 : plans};
    if (plans > 1 && chance_percent(chance, 30)) {
        command.plan = 1 + chance_below(chance, plans);
    }
    const int agent = speaker(sim, chance, &command);
    operator_say(sim, agent, &command);
}

/* A referral, or all of its case. */
static void erase(struct sim *sim, struct chance *chance)
{
    struct id128 id;
    struct command command = {.kind = COMMAND_ERASE};
    const int agent = speaker(sim, chance, &command);
    size_t count = 0;
    while (ledger_referral(sim->ledger, count, &id)) {
        count++;
    }
    if (count == 0) {
        return;
    }
    const size_t which = chance_below(chance, (uint32_t)count);
    (void)ledger_referral(sim->ledger, which, &command.subject);
    if (chance_percent(chance, 40)) {
        ledger_case_of(sim->ledger, which, &command.subject);
    }
    command.note = "consent withdrawn";
    operator_say(sim, agent, &command);
}

void administrator_act(struct sim *sim, struct chance *chance)
{
    const uint32_t what = chance_below(chance, 100);
    const bool any = ledger_plans(sim->ledger) > 0;
    if (what < 15) {
        roll_back(sim, chance);
    } else if (what < 40 && any) {
        about_plan(sim, chance, COMMAND_POLICY_WITHDRAW);
    } else if (what >= 85) {
        erase(sim, chance);
    } else if (what < 55 && any) {
        about_plan(sim, chance, COMMAND_POLICY_PROMOTE);
    } else {
        propose(sim, chance);
    }
}
