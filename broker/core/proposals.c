/* Commands about proposals; see proposals.h. */
#include "broker/core/proposals.h"

#include "base/utc.h"

#include <string.h>

static const struct id128 none = {{0}};

/* The newest proposal of the speaker's site; zero when there was none. */
static struct proposal_record newest(const struct hearing *hearing)
{
    struct proposal_record record;
    if (!store_proposal(hearing->turn->store, hearing->speaker.site, &record)) {
        memset(&record, 0, sizeof(record));
    }
    return record;
}

/* A command about a proposal that went further already is a repeat: it was stored before. */
static void repeat(struct hearing *hearing)
{
    hearing->reply.repeated = true;
    turn_stored(hearing, &hearing->command->subject, &none);
}

static bool has_part(const struct proposal_record *record, uint32_t index)
{
    enum { WORD_BITS = 64 };
    return (record->received[index / WORD_BITS] >> index % WORD_BITS & 1) != 0;
}

/* The same part again; false: another body under the same index. */
static bool is_same_part(const struct hearing *hearing)
{
    struct bytes part;
    return store_part(hearing->turn->store, hearing->speaker.site, hearing->command->code, &part) &&
           bytes_equal(part, hearing->command->data);
}

void proposals_take_part(struct hearing *hearing)
{
    const struct command *command = hearing->command;
    struct turn *turn = hearing->turn;
    const struct proposal_record record = newest(hearing);
    const bool same = id128_equal(&record.id, &command->subject);
    if (same && record.state != PROPOSAL_GATHERING) {
        repeat(hearing);
        return;
    }
    if (record.state == PROPOSAL_PENDING) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.policy_part.proposal", NULL);
        return;
    }
    if (same && (record.parts != command->count ||
                 (has_part(&record, command->code) && !is_same_part(hearing)))) {
        turn_refuse(hearing, REFUSAL_ID_REUSED, "command.policy_part.proposal", NULL);
        return;
    }
    if (same && has_part(&record, command->code)) {
        repeat(hearing);
        return;
    }
    const struct fact part = {.kind = FACT_PROPOSAL_PART,
                              .other = command->subject,
                              .site = hearing->speaker.site,
                              .worker = hearing->speaker.worker,
                              .code = command->code,
                              .count = command->count,
                              .blob = command->data,
                              .due_us = turn->options.now_us + UTC_HOUR_US};
    turn_emit(turn, &part);
    turn_stored(hearing, &command->subject, &none);
}

static bool is_complete(const struct proposal_record *record, uint32_t count)
{
    for (uint32_t i = 0; i < record->parts; i++) {
        if (!has_part(record, i)) {
            return false;
        }
    }
    return record->parts == count;
}

static void make(struct hearing *hearing, enum version_origin origin, uint32_t version)
{
    const struct fact made = {.kind = FACT_PROPOSAL_MADE,
                              .other = hearing->command->subject,
                              .site = hearing->speaker.site,
                              .worker = hearing->speaker.worker,
                              .code = origin,
                              .version = version,
                              .due_us = hearing->command->at_us,
                              .flag = hearing->command->shadow};
    turn_emit(hearing->turn, &made);
    turn_stored(hearing, &hearing->command->subject, &none);
}

void proposals_apply(struct hearing *hearing)
{
    const struct command *command = hearing->command;
    const struct proposal_record record = newest(hearing);
    const bool same = id128_equal(&record.id, &command->subject);
    if (same && record.state != PROPOSAL_GATHERING && record.state != PROPOSAL_DROPPED) {
        repeat(hearing);
        return;
    }
    if (!same || record.state == PROPOSAL_DROPPED || !is_complete(&record, command->count)) {
        turn_refuse(hearing, REFUSAL_NOT_FOUND, "command.policy_apply.proposal", NULL);
        return;
    }
    make(hearing, VERSION_APPLIED, 0);
}

void proposals_roll_back(struct hearing *hearing)
{
    const struct command *command = hearing->command;
    const struct proposal_record record = newest(hearing);
    struct version_record version;
    if (id128_equal(&record.id, &command->subject)) {
        repeat(hearing);
        return;
    }
    if (record.state == PROPOSAL_PENDING) {
        turn_refuse(hearing, REFUSAL_WRONG_STATE, "command.policy_rollback.proposal", NULL);
        return;
    }
    if (command->version > store_meta(hearing->turn->store)->version ||
        !store_version(hearing->turn->store, command->version, &version)) {
        turn_refuse(hearing, REFUSAL_NOT_FOUND, "command.policy_rollback.version", NULL);
        return;
    }
    make(hearing, VERSION_ROLLED_BACK, command->version);
}

void proposals_drop(struct turn *turn, uint32_t site)
{
    struct proposal_record record;
    if (store_proposal(turn->store, site, &record) && record.state == PROPOSAL_GATHERING) {
        proposals_settle(turn, &record, PROPOSAL_DROPPED, (struct phrase){"", ""});
    }
}

void proposals_settle(struct turn *turn,
                      const struct proposal_record *proposal,
                      enum proposal_state state,
                      struct phrase reasons)
{
    const struct fact settled = {.kind = FACT_PROPOSAL_SETTLED,
                                 .other = proposal->id,
                                 .site = proposal->site,
                                 .code = state,
                                 .version = store_meta(turn->store)->version,
                                 .number = state == PROPOSAL_PLANNED ? proposal->plan : 0,
                                 .text = reasons.en,
                                 .text_2 = reasons.ru};
    turn_emit(turn, &settled);
}

void turn_settle_proposal(struct turn *turn,
                          const struct proposal_record *proposal,
                          enum proposal_state state,
                          struct phrase reasons)
{
    const struct entry head = {
        .cause = ENTRY_CONFIGURATION, .site = proposal->site, .worker = proposal->worker};
    turn_open_entry(turn, &head);
    if (!turn->failed) {
        proposals_settle(turn, proposal, state, reasons);
    }
    (void)turn_close_entry(turn);
}
