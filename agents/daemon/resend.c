/* Referrals offered again; see resend.h. */
#include "agents/daemon/resend.h"

#include "agents/daemon/exchange.h"
#include "agents/store/kept.h"
#include "agents/store/old_epoch.h"
#include "agents/store/own_referrals.h"
#include "agents/store/spool.h"

enum { A_TURN = 64 };

void resend_welcomed(struct agent *agent, uint64_t life)
{
    const uint64_t before = agent_store_number(agent->store, "life");
    const uint64_t kept = agent_store_count(agent->store, AGENT_STORE_KEPT);

    if (life == before) {
        return;
    }
    agent_store_set_number(agent->store, "life", life);
    agent_store_set_number(agent->store, "resend", (uint64_t)agent->now_us);
    if (before != 0 || kept > 0) {
        LOG_ALARM(agent->log,
                  "broker_restored",
                  LOG_TEXT("site", agent->config->site),
                  LOG_NUMBER("sending_again", kept));
    }
}

static void send_again(struct agent *agent, struct command *command)
{
    struct own_referral own;

    if (spool_append(agent->store, command, UINT64_MAX, agent->now_us, agent->turn) !=
        SPOOL_STORED) {
        return; /* it fitted before */
    }
    if (command->referral->disclosure_epoch < agent->keys.disclosure.epoch) {
        old_epoch_note(agent->store, command->referral->disclosure_epoch, agent->turn);
    }
    if (own_referrals_get(agent->store, &command->referral->id, agent->turn, &own)) {
        own.state = OWN_REFERRALS_WAITING;
        own_referrals_put(agent->store, &own, NULL, agent->turn);
    }
    exchange_spooled(agent, command->lane, command->number);
}

void resend_step(struct agent *agent)
{
    const int64_t until_us = (int64_t)agent_store_number(agent->store, "resend");
    struct command command;
    int sent = 0;

    for (int i = 0; i < A_TURN && kept_prune(agent->store, agent->now_us); i++) {
    }
    if (until_us == 0) {
        return;
    }
    while (sent < A_TURN && kept_take(agent->store, until_us, agent->turn, &command)) {
        send_again(agent, &command);
        sent++;
    }
    if (sent < A_TURN) {
        agent_store_set_number(agent->store, "resend", 0);
    }
}
