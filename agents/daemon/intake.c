/* The way of a command into the spool: see intake.h. */
#include "agents/daemon/intake.h"

#include "agents/daemon/exchange.h"
#include "agents/store/kept.h"
#include "agents/store/mirror.h"
#include "agents/store/old_epoch.h"
#include "agents/store/own_referrals.h"
#include "agents/store/spool.h"
#include "base/hash.h"
#include "proto/checks.h"
#include "proto/family_key.h"
#include "proto/sealing.h"
#include "proto/wire.h"

#include <string.h>

/* ---- refusals -------------------------------------------------------------------------------- */

static void refuse_with(struct agent *agent, struct reply *reply, const struct problems *problems)
{
    reply->refused = true;
    reply->problem_count = 0;
    reply->problems = arena_array(agent->turn, problems->count, sizeof *reply->problems);
    if (reply->problems != NULL) {
        memcpy(reply->problems, problems->items, problems->count * sizeof *reply->problems);
        reply->problem_count = problems->count;
    }
}

void intake_refuse(struct agent *agent,
                   struct reply *reply,
                   enum refusal code,
                   const char *field,
                   const char *detail)
{
    struct problems problems = {.arena = agent->turn};
    checks_add(&problems, code, field, detail);
    refuse_with(agent, reply, &problems);
}

/* The standard text is the broker's, which has what it refuses sent again. */
static void refuse_without_room(struct agent *agent, struct reply *reply)
{
    intake_refuse(agent, reply, REFUSAL_DISK_LOW, "", NULL);
    if (reply->problem_count > 0) {
        reply->problems[0].text = (struct phrase){
            "на диске этой площадки мало места, ничего не принято: освободите место и повторите",
            "the disk of this site is short of space and nothing was taken: free some and try "
            "again"};
    }
}

/* ---- lanes ----------------------------------------------------------------------------------- */

/* Fills the token of the offer when the sender left it to us. */
static bool is_about_critical(struct agent *agent, struct command *command)
{
    struct delivery found;
    if (command->kind == COMMAND_SUBMIT) {
        return command->referral->labels.risk == RISK_CRITICAL;
    }
    if (id128_is_none(&command->subject)) {
        return false;
    }
    if (mirror_get(agent->store, DELIVERY_OFFER, &command->subject, agent->turn, &found)) {
        if (command->token == 0) {
            command->token = found.view.offer.token;
        }
        return found.view.offer.labels.risk == RISK_CRITICAL || found.view.offer.emergency;
    }
    return mirror_get(agent->store, DELIVERY_CASE, &command->subject, agent->turn, &found) &&
           (found.view.case_.labels.risk == RISK_CRITICAL || found.view.case_.emergency);
}

static bool append(struct agent *agent,
                   struct command *command,
                   struct reply *reply,
                   struct intake_place *place)
{
    if (!agent_store_has_room(agent->store)) {
        refuse_without_room(agent, reply);
        return false;
    }
    command->lane = is_about_critical(agent, command) ? LANE_URGENT : LANE_NORMAL;
    switch (spool_append(
        agent->store, command, agent->config->spool_entries, agent->now_us, agent->turn)) {
    case SPOOL_STORED:
        break;
    case SPOOL_FULL:
        intake_refuse(agent, reply, REFUSAL_SPOOL_FULL, "", NULL);
        return false;
    case SPOOL_TOO_LONG:
        intake_refuse(agent, reply, REFUSAL_TOO_LONG, "", NULL);
        return false;
    }
    place->lane = command->lane;
    place->number = command->number;
    exchange_spooled(agent, place->lane, place->number);
    return true;
}

/* ---- referrals ------------------------------------------------------------------------------- */

static void note_own(struct agent *agent,
                     const struct command *command,
                     const struct referral *referral,
                     const uint8_t digest[OWN_REFERRALS_DIGEST_BYTES])
{
    struct own_referral own = {
        .id = referral->id, .submitted_us = agent->now_us, .state = OWN_REFERRALS_WAITING};
    memcpy(own.digest, digest, sizeof own.digest);
    own.view = (struct referral_view){.id = referral->id,
                                      .case_number = "",
                                      .author = command->actor,
                                      .labels = referral->labels,
                                      .state = REFERRAL_SUBMITTED,
                                      .curator = "",
                                      .curator_title = {"", ""}};
    own_referrals_put(agent->store, &own, NULL, agent->turn);
}

enum known {
    KNOWN_NOT,
    KNOWN_HERE, /* the reply says whether it is the same referral */
    KNOWN_ELSEWHERE /* the broker told of it after this store was lost: what was sent then is not here */
};

/* Did this id come before? One that the broker refused may come again, as it was or corrected. */
static enum known came_before(struct agent *agent,
                              const struct id128 *id,
                              const uint8_t digest[OWN_REFERRALS_DIGEST_BYTES],
                              struct reply *reply)
{
    struct own_referral own;
    if (!own_referrals_get(agent->store, id, agent->turn, &own) ||
        own.state == OWN_REFERRALS_REFUSED) {
        return KNOWN_NOT;
    }
    const bool elsewhere = own_referrals_is_told(&own);
    if (!elsewhere && memcmp(own.digest, digest, sizeof own.digest) != 0) {
        intake_refuse(agent, reply, REFUSAL_ID_REUSED, "form.id", NULL);
        return KNOWN_HERE;
    }
    reply->subject = *id;
    reply->repeated = true;
    reply->case_number = own.view.case_number;
    return elsewhere && own.state == OWN_REFERRALS_STORED ? KNOWN_ELSEWHERE : KNOWN_HERE;
}

/* The broker has it; should it lose it, too, this is what is offered again. */
static void
keep_again(struct agent *agent, const struct command *command, const struct referral *referral)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_COMMAND};
    struct command *kept = &envelope.body.command;
    struct bytes frame;
    *kept = (struct command){.actor = command->actor,
                             .kind = COMMAND_SUBMIT,
                             .subject = referral->id,
                             .worker = "",
                             .note = "",
                             .referral = referral};
    kept->lane = is_about_critical(agent, kept) ? LANE_URGENT : LANE_NORMAL;
    if (!mirror_is_erased(agent->store, &referral->id) && !kept_has(agent->store, &referral->id) &&
        wire_encode(&envelope, agent->turn, &frame)) {
        kept_add(agent->store, &referral->id, frame, agent->now_us, agent->turn);
    }
}

static bool is_of_row(const struct command *command)
{
    static const uint8_t NONE[FORM_ROW_BYTES] = {0};
    return command->kind == COMMAND_FORM && id128_is_none(&command->form->id) &&
           memcmp(command->form->row, NONE, sizeof NONE) != 0;
}

/* What must be the same for a repetition: of a row what stands in it, because the form made of it is another when a child has
 * had a birthday. */
static void digest_of(struct agent *agent,
                      const struct command *command,
                      uint8_t digest[OWN_REFERRALS_DIGEST_BYTES])
{
    _Static_assert((int)FORM_ROW_BYTES == (int)OWN_REFERRALS_DIGEST_BYTES,
                   "one is stored as the other");
    if (is_of_row(command)) {
        memcpy(digest, command->form->row_content, OWN_REFERRALS_DIGEST_BYTES);
    } else {
        wire_command_digest(command, agent->turn, digest);
    }
}

/* Keyed: who knows the journal cannot tell at the broker which referral is which row. */
static struct id128 id_of_row(const struct agent *agent, const struct form *form)
{
    struct hash hash;
    uint8_t drawn[HASH_BYTES_MIN];
    hash_start(&hash, bytes_of(agent->keys.storage.bytes, KEYS_BYTES), sizeof drawn);
    hash_add(&hash, bytes_of_text("referral of a row"));
    hash_add(&hash, bytes_of(form->row, FORM_ROW_BYTES));
    hash_end(&hash, drawn, sizeof drawn);
    return id128_uuid7(form->row_order, drawn);
}

static void submit(struct agent *agent,
                   const struct command *command,
                   const struct referral *referral,
                   struct reply *reply,
                   struct intake_place *place)
{
    struct command spooled = {.actor = command->actor,
                              .kind = COMMAND_SUBMIT,
                              .subject = referral->id,
                              .worker = "",
                              .note = "",
                              .referral = referral};
    uint8_t digest[OWN_REFERRALS_DIGEST_BYTES];
    digest_of(agent, command, digest);
    if (append(agent, &spooled, reply, place)) {
        if (referral->disclosure_epoch < agent->keys.disclosure.epoch) {
            old_epoch_note(agent->store, referral->disclosure_epoch, agent->turn);
        }
        note_own(agent, command, referral, digest);
        reply->subject = referral->id;
    }
}

static bool seal(struct agent *agent, const struct form *form, struct referral *referral)
{
    referral->purpose = form->purpose;
    referral->labels = form->labels;
    referral->observed_us = form->observed_us;
    return family_key_make(&form->facts,
                           &agent->keys.matching,
                           agent->turn,
                           &referral->keys,
                           &referral->key_count) &&
           sealing_seal(&form->facts, &agent->keys.disclosure, agent->turn, referral);
}

static void take_form(struct agent *agent,
                      const struct command *command,
                      struct reply *reply,
                      struct intake_place *place)
{
    const struct form *form = command->form;
    uint8_t digest[OWN_REFERRALS_DIGEST_BYTES];
    const struct id128 id = is_of_row(command) ? id_of_row(agent, form) : form->id;
    digest_of(agent, command, digest);
    const enum known known =
        id128_is_none(&id) ? KNOWN_NOT : came_before(agent, &id, digest, reply);
    if (known == KNOWN_HERE) {
        return;
    }
    struct problems problems = {.arena = agent->turn};
    if (!checks_form(form, agent->now_us, &problems)) {
        if (known == KNOWN_NOT) { /* else the broker took it when it was right */
            refuse_with(agent, reply, &problems);
        }
        return;
    }
    struct referral referral;
    memset(&referral, 0, sizeof referral);
    referral.id = id;
    if (id128_is_none(&referral.id)) {
        uint8_t random[10];
        keys_random(random, sizeof random);
        referral.id = id128_uuid7((uint64_t)(agent->now_us / 1000), random);
    }
    if (!seal(agent, form, &referral)) {
        intake_refuse(agent, reply, REFUSAL_TOO_LONG, "form", NULL);
        return;
    }
    if (known == KNOWN_ELSEWHERE) {
        keep_again(agent, command, &referral);
        return;
    }
    submit(agent, command, &referral, reply, place);
}

static void take_referral(struct agent *agent,
                          const struct command *command,
                          struct reply *reply,
                          struct intake_place *place)
{
    uint8_t digest[OWN_REFERRALS_DIGEST_BYTES];
    wire_command_digest(command, agent->turn, digest);
    switch (came_before(agent, &command->referral->id, digest, reply)) {
    case KNOWN_NOT:
        submit(agent, command, command->referral, reply, place);
        break;
    case KNOWN_ELSEWHERE:
        keep_again(agent, command, command->referral);
        break;
    case KNOWN_HERE:
        break;
    }
}

/* ---- all commands ---------------------------------------------------------------------------- */

void intake_take(struct agent *agent,
                 const struct command *command,
                 struct reply *reply,
                 struct intake_place *place)
{
    memset(reply, 0, sizeof *reply);
    memset(place, 0, sizeof *place);
    reply->case_number = "";
    if (command->kind == COMMAND_FORM && command->form != NULL) {
        take_form(agent, command, reply, place);
        return;
    }
    struct problems problems = {.arena = agent->turn};
    if (!checks_command(command, agent->now_us, &problems)) {
        refuse_with(agent, reply, &problems);
        return;
    }
    if (command->kind == COMMAND_SUBMIT) {
        take_referral(agent, command, reply, place);
        return;
    }
    struct command spooled = *command;
    if (append(agent, &spooled, reply, place)) {
        reply->subject = command->subject;
        if (command->kind == COMMAND_SEE) {
            mirror_mark_seen(agent->store, &command->subject, agent->now_us, agent->turn);
        }
    }
}
