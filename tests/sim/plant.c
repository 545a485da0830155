/* Planted bugs, each a few lines in the way of a call; see plant.h. Without a plant every call goes straight through. */
#include "tests/sim/plant.h"

#include "agents/daemon/drop_folder.h"
#include "base/file.h"
#include "base/utc.h"
#include "broker/core/turn_part.h"
#include "broker/daemon/outbound.h"
#include "tests/sim/effect.h"
#include "tests/sim/ledger.h"
#include "tests/sim/trouble.h"

#include <string.h>

enum plant {
    PLANT_NONE,
    PLANT_ANSWER_BEFORE_APPEND,
    PLANT_ACK_BEFORE_COMMIT,
    PLANT_JOURNAL_TAIL_LOST,
    PLANT_SENT_IS_DONE,
    PLANT_DEDUPE_LOST,
    PLANT_OFFERED_TWICE,
    PLANT_STALE_HOP_HONOURED,
    PLANT_TIMER_SKIPPED,
    PLANT_DEADLINES_LOST,
    PLANT_WRONG_LOAD,
    PLANT_LINE_DROPPED,
    PLANT_ACKNOWLEDGED_TOO_FAR,
    PLANT_DISCLOSED_ELSEWHERE,
    PLANT_REVOKED_KEY_HEARD,
    PLANT_MIRROR_NOT_CLEARED,
    PLANT_REFUSAL_TOLD_AS_STORED,
    PLANT_DECISION_NOT_KEPT,
    PLANT_DECIDED_OTHERWISE,
    PLANT_RECEIPT_TAKEN_BACK,
    PLANT_PLAN_EARLY,
    PLANT_WITHDRAWN_LIVES,
    PLANT_OTHER_VERSION_BACK,
    PLANT_ANYBODY_PROPOSES,
    PLANT_AWAY_CHOSEN,
    PLANT_NEVER_BACK,
    PLANT_QUARANTINE_HEARD,
    PLANT_QUARANTINE_ENDLESS,
    PLANT_INNOCENT_SHUT_OUT,
    PLANT_NO_DEPUTY,
    PLANT_LOAD_STAYS,
    PLANT_ON_LEAVE_ASKED,
    PLANT_KEY_SURVIVES,
    PLANT_CONFIRMED_AND_KEPT,
    PLANT_LIFE_UNNOTICED,
    PLANT_FORM_RENAMED,
    PLANT_FORM_GONE_EARLY,
    PLANT_KEY_NOT_RENEWED,
    PLANT_SITES_NOT_WAITED_FOR,
    PLANT_END
};

static const char *const names[PLANT_END] = {
    [PLANT_ANSWER_BEFORE_APPEND] = "answers leave before the journal has them",
    [PLANT_ACK_BEFORE_COMMIT] = "an agent acknowledges before its commit",
    [PLANT_JOURNAL_TAIL_LOST] = "the journal loses its last batch in a crash",
    [PLANT_SENT_IS_DONE] = "a command leaves the spool when it is sent",
    [PLANT_DEDUPE_LOST] = "a referral that came before is not recognised",
    [PLANT_OFFERED_TWICE] = "a case is offered to two at once",
    [PLANT_STALE_HOP_HONOURED] = "an accept of a hop that is over counts",
    [PLANT_TIMER_SKIPPED] = "some offers get no timer",
    [PLANT_DEADLINES_LOST] = "nothing happens when a norm passes",
    [PLANT_WRONG_LOAD] = "a load is sometimes one too many",
    [PLANT_LINE_DROPPED] = "some lines are not put into the outbox",
    [PLANT_ACKNOWLEDGED_TOO_FAR] = "an acknowledgement counts for the line behind it",
    [PLANT_DISCLOSED_ELSEWHERE] = "sections are shown to the wrong site",
    [PLANT_REVOKED_KEY_HEARD] = "a revoked key is still heard",
    [PLANT_MIRROR_NOT_CLEARED] = "a resync does not take away what is gone",
    [PLANT_REFUSAL_TOLD_AS_STORED] = "a referrer is told stored when it was refused",
    [PLANT_DECISION_NOT_KEPT] = "decisions are not kept",
    [PLANT_DECIDED_OTHERWISE] = "the state is written otherwise than the journal says",
    [PLANT_RECEIPT_TAKEN_BACK] = "a receipt is taken back",
    [PLANT_PLAN_EARLY] = "a plan comes into force before its time",
    [PLANT_WITHDRAWN_LIVES] = "a withdrawn plan is not withdrawn",
    [PLANT_OTHER_VERSION_BACK] = "another version comes back than was asked for",
    [PLANT_ANYBODY_PROPOSES] = "anybody may bring a version back",
    [PLANT_AWAY_CHOSEN] = "workers of a site that is away are chosen",
    [PLANT_NEVER_BACK] = "a site that was away is never back",
    [PLANT_QUARANTINE_HEARD] = "a site in quarantine is heard",
    [PLANT_QUARANTINE_ENDLESS] = "a quarantine has no end",
    [PLANT_INNOCENT_SHUT_OUT] = "one bad frame is enough for quarantine",
    [PLANT_NO_DEPUTY] = "a leave begins, and the deputy is not appointed",
    [PLANT_LOAD_STAYS] = "the load of a covered case stays with the curator on leave",
    [PLANT_ON_LEAVE_ASKED] = "a curator on leave is a candidate",
    [PLANT_KEY_SURVIVES] = "an erased referral's key stays",
    [PLANT_LIFE_UNNOTICED] = "agents do not notice that the broker came back from a backup",
    [PLANT_CONFIRMED_AND_KEPT] = "an agent confirms an erasure and keeps what it had",
    [PLANT_FORM_RENAMED] = "a dropped form gets another id each time it is taken up",
    [PLANT_FORM_GONE_EARLY] = "a dropped form leaves its folder before the commit",
    [PLANT_KEY_NOT_RENEWED] = "a rotation leaves out some keys",
    [PLANT_SITES_NOT_WAITED_FOR] = "a rotation waits for no site",
};

/* The seed that found it last, of those that more than a few did not; it is tried before the others. */
static const uint64_t found_by[PLANT_END] = {
    [PLANT_DEDUPE_LOST] = 262,
    [PLANT_REVOKED_KEY_HEARD] = 7,
    [PLANT_WITHDRAWN_LIVES] = 13,
    [PLANT_OTHER_VERSION_BACK] = 16,
    [PLANT_ANYBODY_PROPOSES] = 24,
    [PLANT_QUARANTINE_HEARD] = 21,
    [PLANT_KEY_SURVIVES] = 10,
    [PLANT_CONFIRMED_AND_KEPT] = 10,
    [PLANT_FORM_RENAMED] = 6,
    [PLANT_FORM_GONE_EARLY] = 6,
    [PLANT_KEY_NOT_RENEWED] = 12,
    [PLANT_SITES_NOT_WAITED_FOR] = 72,
};

enum { BATCH_FILE_MAX = 1 << 26 };

int plant_count(void)
{
    return PLANT_END - 1;
}

const char *plant_name(int plant)
{
    return plant > 0 && plant < PLANT_END ? names[plant] : "";
}

uint64_t plant_found_by(int plant)
{
    return plant > 0 && plant < PLANT_END ? found_by[plant] : 0;
}

static bool lives(enum plant plant)
{
    return effect_sim()->plant == (int)plant;
}

/* In one of so many calls. */
static bool strikes(enum plant plant, uint32_t once_in)
{
    return lives(plant) && chance_below(&effect_sim()->chance, once_in) == 0;
}

/* ---- what is durable ----------------------------------------------------------------------------- */

static const char *journal_file(struct sim *sim)
{
    return arena_format(sim->arena, "%s/journal/data.mdb", sim->broker_store);
}

void plant_before_append(struct sim *sim)
{
    struct error err;
    struct bytes content;
    if (lives(PLANT_ANSWER_BEFORE_APPEND)) {
        (void)outbound_send(sim->broker);
    }
    if (strikes(PLANT_JOURNAL_TAIL_LOST, 8) &&
        file_read(journal_file(sim), BATCH_FILE_MAX, sim->arena, &content, &err)) {
        sim->planted =
            file_write(arena_format(sim->arena, "%s/older", sim->folder), content, 0600, &err);
    }
}

void plant_before_start(struct sim *sim)
{
    struct error err;
    struct bytes content;
    if (!lives(PLANT_JOURNAL_TAIL_LOST) || !sim->planted) {
        return;
    }
    const char *older = arena_format(sim->arena, "%s/older", sim->folder);
    if (!file_read(older, BATCH_FILE_MAX, sim->arena, &content, &err) ||
        !file_write(journal_file(sim), content, 0600, &err)) {
        sim_say(sim, "not planted: %s", err.text);
    }
}

void plant_before_commit(struct sim *sim, int agent)
{
    struct agent *at = &sim->agents[agent].agent;
    if (lives(PLANT_FORM_GONE_EARLY)) {
        drop_folder_finish_turn(at);
    }
    for (size_t i = 0; lives(PLANT_ACK_BEFORE_COMMIT) && i < at->outbox->count; i++) {
        const struct outbox_item *item = &at->outbox->items[i];
        if (item->to_broker && item->connection == at->connection && at->client != NULL) {
            (void)link_client_send(at->client, item->frame);
        }
    }
}

bool __wrap_spool_frame(struct agent_store *store,
                        enum lane lane,
                        uint64_t number,
                        struct arena *arena,
                        struct bytes *frame)
{
    const bool found = __real_spool_frame(store, lane, number, arena, frame);
    if (found && lives(PLANT_SENT_IS_DONE)) {
        spool_settle(store, lane, number);
    }
    return found;
}

/* ---- what is decided ----------------------------------------------------------------------------- */

struct reply __wrap_turn_command(struct turn *turn, uint32_t site, const struct command *command)
{
    struct sim *sim = effect_sim();
    sim->forgotten = lives(PLANT_DEDUPE_LOST) && command->kind == COMMAND_SUBMIT;
    const struct reply reply = __real_turn_command(turn, site, command);
    sim->forgotten = false;
    return reply;
}

/* The first question of a submit is whether it came before. */
bool __wrap_store_referral(struct store *store, const struct id128 *id, struct referral_record *out)
{
    if (effect_sim()->forgotten) {
        effect_sim()->forgotten = false;
        return false;
    }
    return __real_store_referral(store, id, out);
}

void __wrap_turn_emit(struct turn *turn, const struct fact *fact)
{
    if (fact->kind == FACT_DEPUTY_APPOINTED && lives(PLANT_NO_DEPUTY)) {
        return;
    }
    __real_turn_emit(turn, fact);
    if (fact->kind == FACT_CURATOR_PROPOSED && strikes(PLANT_OFFERED_TWICE, 8)) {
        struct fact again = *fact;
        again.assignment = turn_new_id(turn);
        __real_turn_emit(turn, &again);
    }
}

enum permission_verdict __wrap_permission_command(const struct core *core,
                                                  uint32_t worker,
                                                  enum command_kind command,
                                                  const struct permission_subject *subject)
{
    if ((command == COMMAND_ACCEPT && lives(PLANT_STALE_HOP_HONOURED)) ||
        (command == COMMAND_POLICY_ROLLBACK && lives(PLANT_ANYBODY_PROPOSES))) {
        return PERMISSION_GRANTED;
    }
    return __real_permission_command(core, worker, command, subject);
}

void __wrap_offer_accept(struct hearing *hearing)
{
    const struct assignment_record offer =
        turn_assignment(hearing->turn, &hearing->command->subject);
    const bool over = offer.state == ASSIGNMENT_REFUSED || offer.state == ASSIGNMENT_EXPIRED;
    if (!over || offer.worker != hearing->speaker.worker || !lives(PLANT_STALE_HOP_HONOURED)) {
        __real_offer_accept(hearing);
        return;
    }
    const struct fact accepted = {.kind = FACT_OFFER_ACCEPTED,
                                  .assignment = offer.id,
                                  .case_id = offer.case_id,
                                  .worker = offer.worker,
                                  .site = offer.site,
                                  .code = CASE_PLANNING};
    turn_emit(hearing->turn, &accepted);
    turn_stored(hearing, &offer.case_id, &offer.case_id);
}

size_t __wrap_turn_deadlines(struct turn *turn, size_t most, int64_t *next_due_us)
{
    trouble_before_deadlines(effect_sim(), turn);
    if (lives(PLANT_DEADLINES_LOST)) {
        *next_due_us = 0;
        return 0;
    }
    return __real_turn_deadlines(turn, most, next_due_us);
}

/* A candidate's site is asked for its key, and then whether it is away. */
bool __wrap_store_sealing_key(struct store *store,
                              const struct directory *directory,
                              uint32_t site,
                              int64_t now_us,
                              uint8_t sealing[KEYS_BYTES])
{
    effect_sim()->away_forgotten = lives(PLANT_AWAY_CHOSEN);
    return __real_store_sealing_key(store, directory, site, now_us, sealing);
}

bool plant_forgets_away(void)
{
    struct sim *sim = effect_sim();
    const bool forgets = sim->away_forgotten || lives(PLANT_NEVER_BACK);
    sim->away_forgotten = false;
    return forgets;
}

void __wrap_turn_erase_key(struct turn *turn, const struct id128 *referral)
{
    if (!lives(PLANT_KEY_SURVIVES)) {
        __real_turn_erase_key(turn, referral);
    }
}

/* ---- who is let in ------------------------------------------------------------------------------- */

void __wrap_session_step(struct session_table *table,
                         const struct session_world *world,
                         const struct session_event *event,
                         struct session_effects *effects)
{
    struct session_world later = *world;
    const bool heard = event->kind == SESSION_FRAME && lives(PLANT_QUARANTINE_HEARD);
    later.boot_us += heard ? SESSION_QUARANTINE_MS * INT64_C(1000) : 0;
    __real_session_step(table, &later, event, effects);
}

enum session_handshake __wrap_session_handshake(struct session_table *table,
                                                const struct session_world *world,
                                                uint32_t site)
{
    const bool out = lives(PLANT_QUARANTINE_ENDLESS) && ledger_was_flooded(effect_sim(), site);
    return out ? SESSION_REFUSED : __real_session_handshake(table, world, site);
}

bool __wrap_quota_take(struct quota *quota, const struct quota_rate *rate, int64_t now_us)
{
    const bool strike = rate->each_us == 2 * UTC_SECOND_US;
    return __real_quota_take(quota, rate, now_us) && !(strike && lives(PLANT_INNOCENT_SHUT_OUT));
}

uint32_t __wrap_directory_site_of_key(const struct directory *directory,
                                      const uint8_t curve[KEYS_BYTES],
                                      int64_t now_us)
{
    const struct sim *sim = effect_sim();
    const uint32_t site = __real_directory_site_of_key(directory, curve, now_us);
    for (int i = 0; site == 0 && lives(PLANT_REVOKED_KEY_HEARD) && i < SIM_AGENTS; i++) {
        if (memcmp(sim->agents[i].key, curve, KEYS_BYTES) == 0) {
            return sim->agents[i].number;
        }
    }
    return site;
}

void __wrap_plans_withdraw(struct hearing *hearing)
{
    static const struct id128 none = {{0}};
    struct plan_record plan;
    if (lives(PLANT_WITHDRAWN_LIVES) &&
        store_plan(hearing->turn->store, hearing->command->plan, &plan) &&
        plan.state == PLAN_WAITING) {
        turn_stored(hearing, &plan.id, &none);
        return;
    }
    __real_plans_withdraw(hearing);
}

bool __wrap_regions_input(struct store *store,
                          uint32_t version,
                          struct arena *arena,
                          struct region_input *out,
                          struct error *err)
{
    const uint32_t other = version > 1 && lives(PLANT_OTHER_VERSION_BACK) ? version - 1 : version;
    return __real_regions_input(store, other, arena, out, err);
}

/* ---- what is written ----------------------------------------------------------------------------- */

void plant_fold(struct sim *sim, const struct plant_folding *folding)
{
    struct fact fact = *folding->fact;
    if (fact.kind == FACT_DISCLOSED && strikes(PLANT_DISCLOSED_ELSEWHERE, 4)) {
        fact.site = sim->agents[chance_below(&sim->chance, SIM_AGENTS)].number;
    }
    if (fact.kind == FACT_OFFER_SEEN && strikes(PLANT_DECIDED_OTHERWISE, 2)) {
        return;
    }
    const bool stays = fact.kind == FACT_LEAD_SUSPENDED && lives(PLANT_LOAD_STAYS);
    const uint32_t load = stays ? store_worker(folding->store, fact.worker).load : 0;
    __real_fold_fact(folding->store, folding->arena, folding->entry, &fact, folding->place);
    if (stays) {
        struct worker_record worker = store_worker(folding->store, fact.worker);
        worker.load = load;
        __real_store_put_worker(folding->store, fact.worker, &worker);
    }
}

enum candidate_reason __wrap_workforce_absence(const struct turn *turn,
                                               const struct worker_record *record)
{
    return lives(PLANT_ON_LEAVE_ASKED) ? CANDIDATE_UNSPECIFIED
                                       : __real_workforce_absence(turn, record);
}

void __wrap_store_put_timer(struct store *store, const struct timer_record *timer)
{
    struct timer_record written = *timer;
    if (timer->kind == TIMER_OFFER && strikes(PLANT_TIMER_SKIPPED, 8)) {
        return;
    }
    if (timer->kind == TIMER_PLAN && lives(PLANT_PLAN_EARLY)) {
        written.due_us -= UTC_MINUTE_US;
    }
    __real_store_put_timer(store, &written);
}

void __wrap_store_put_worker(struct store *store,
                             uint32_t worker,
                             const struct worker_record *record)
{
    struct worker_record written = *record;
    written.load += strikes(PLANT_WRONG_LOAD, 16) ? 1 : 0;
    __real_store_put_worker(store, worker, &written);
}

void __wrap_store_put_line(struct store *store,
                           uint32_t site,
                           enum lane lane,
                           const struct line_record *record)
{
    if (!strikes(PLANT_LINE_DROPPED, 16)) {
        __real_store_put_line(store, site, lane, record);
    }
}

void __wrap_store_put_decision(struct store *store,
                               const struct id128 *case_id,
                               uint32_t index,
                               int64_t at_us,
                               struct bytes coded)
{
    if (!strikes(PLANT_DECISION_NOT_KEPT, 4)) {
        __real_store_put_decision(store, case_id, index, at_us, coded);
    }
}

void __wrap_turn_acknowledge(struct turn *turn, uint32_t site, enum lane lane, uint64_t number)
{
    const uint64_t further = strikes(PLANT_ACKNOWLEDGED_TOO_FAR, 4) ? 1 : 0;
    __real_turn_acknowledge(turn, site, lane, number + further);
}

void __wrap_store_put_referral(struct store *store, const struct referral_record *record)
{
    struct referral_record written = *record;
    if (record->receipts_us[RECEIPT_SEEN] != 0 && strikes(PLANT_RECEIPT_TAKEN_BACK, 4)) {
        written.receipts_us[RECEIPT_DELIVERED] = 0;
    }
    __real_store_put_referral(store, &written);
}

void __wrap_kept_drop(struct agent_store *store, const struct id128 *referral)
{
    if (!lives(PLANT_CONFIRMED_AND_KEPT)) {
        __real_kept_drop(store, referral);
    }
}

/* ---- what a rotation does ------------------------------------------------------------------------ */

enum keeper_renewal
__wrap_keeper_renew(const struct keeper *keeper, struct arena *arena, struct journal_key *key)
{
    return strikes(PLANT_KEY_NOT_RENEWED, 16) ? KEEPER_PRESENT
                                              : __real_keeper_renew(keeper, arena, key);
}

void __wrap_rotation_describe(const struct broker *broker, struct rotation_state *out)
{
    __real_rotation_describe(broker, out);
    out->sites_waiting = lives(PLANT_SITES_NOT_WAITED_FOR) ? 0 : out->sites_waiting;
}

/* ---- what an agent keeps ------------------------------------------------------------------------- */

bool __wrap_drop_name_parse_taken(const char *taken, struct id128 *id, const char **name)
{
    const bool parsed = __real_drop_name_parse_taken(taken, id, name);
    if (parsed && lives(PLANT_FORM_RENAMED)) {
        id->bytes[15] = (uint8_t)chance_below(&effect_sim()->chance, 256);
    }
    return parsed;
}

void __wrap_resend_welcomed(struct agent *agent, uint64_t life)
{
    if (!lives(PLANT_LIFE_UNNOTICED)) {
        __real_resend_welcomed(agent, life);
    }
}

void __wrap_mirror_drop_missing(struct agent_store *store, struct arena *arena)
{
    if (!lives(PLANT_MIRROR_NOT_CLEARED)) {
        __real_mirror_drop_missing(store, arena);
    }
}

void __wrap_own_referrals_settle(struct agent_store *store,
                                 const struct id128 *id,
                                 const struct reply *reply,
                                 int64_t now_us,
                                 struct arena *arena)
{
    struct reply told = *reply;
    told.refused = told.refused && !lives(PLANT_REFUSAL_TOLD_AS_STORED);
    __real_own_referrals_settle(store, id, &told, now_us, arena);
}
