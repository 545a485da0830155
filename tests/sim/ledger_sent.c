/* What travels, compared with the books: durable before spoken about, and shown to nobody who may not see it. */
#include "tests/sim/ledger.h"

#include "proto/wire.h"
#include "tests/sim/ledger_book.h"
#include "tests/sim/region_set.h"

#include <inttypes.h>
#include <string.h>

/* Every family of the simulator has a surname that begins so; it may travel inside sealed sections only. */
static const char surname[] = "Примерова";

/* One frame, or what an operator hears. */
struct saying {
    struct ledger *ledger;
    struct sim *sim;
    int agent;     /* whose frame it is, or to whom it goes */
    uint32_t site; /* its number */
};

static bool holds_name(struct bytes bytes)
{
    const size_t size = sizeof(surname) - 1;
    for (size_t i = 0; i + size <= bytes.size; i++) {
        const uint8_t *at = memchr(bytes.data + i, surname[0] & 0xFF, bytes.size - i - size + 1);
        if (at == NULL) {
            return false;
        }
        if (memcmp(at, surname, size) == 0) {
            return true;
        }
        i = (size_t)(at - bytes.data);
    }
    return false;
}

/* ---- the broker's frames ------------------------------------------------------------------------- */

/* A rotation waits until nothing is under way that is sealed to the old epoch. */
static void check_refusal(const struct saying *saying, const struct reply *reply)
{
    const struct ledger_book_agent *agent = &saying->ledger->agents[saying->agent];
    for (size_t i = 0; i < reply->problem_count; i++) {
        if (reply->problems[i].code == REFUSAL_EPOCH_OVER && !agent->late && !agent->lost) {
            sim_breach(saying->sim,
                       "P2: a referral of %s was refused because its epoch is over",
                       saying->sim->agents[saying->agent].site);
        }
    }
}

static void check_reply(const struct saying *saying, const struct reply *reply)
{
    if (reply->refused) {
        check_refusal(saying, reply);
        return;
    }
    const struct ledger_book_command *found =
        ledger_find_command(saying->ledger, saying->site, reply->lane, reply->number);
    if (reply->position == 0 || reply->position > saying->ledger->durable) {
        sim_breach(saying->sim,
                   "P1: command %" PRIu64 " was said to be stored in batch %" PRIu64
                   ", the journal ends at %" PRIu64,
                   reply->number,
                   reply->position,
                   saying->ledger->durable);
    } else if (found != NULL && found->batch > reply->position) {
        sim_breach(saying->sim,
                   "P1: command %" PRIu64 " was said to be stored in batch %" PRIu64
                   ", but it is in %" PRIu64,
                   reply->number,
                   reply->position,
                   found->batch);
    }
}

static bool was_notified(const struct ledger *ledger, const struct id128 *case_id, uint32_t site)
{
    for (size_t i = 0; i < ledger->notice_count; i++) {
        if (ledger->notices[i].site == site && id128_equal(&ledger->notices[i].case_id, case_id)) {
            return true;
        }
    }
    return false;
}

/* The sections that a fact says, and never more than the policy's `disclose` says of the family service. */
static bool may_see_sections(const struct saying *saying, const struct delivery *delivery)
{
    static const uint32_t family_service =
        1U << SECTION_IDENTITY | 1U << SECTION_CONTACT | 1U << SECTION_CIRCUMSTANCES;
    const struct ledger *ledger = saying->ledger;
    uint32_t mask = 0;
    uint32_t shown = 0;
    for (size_t i = 0; i < ledger->disclosure_count; i++) {
        const struct ledger_book_disclosure *at = &ledger->disclosures[i];
        if (at->site == saying->site && id128_equal(&at->referral, &delivery->entity)) {
            mask |= at->mask;
        }
    }
    if (strcmp(saying->sim->agents[saying->agent].site, "children-in-family-1") == 0) {
        mask &= family_service;
    }
    for (size_t i = 0; i < delivery->view.disclosure.section_count; i++) {
        shown |= 1U << delivery->view.disclosure.sections[i].section;
    }
    return mask != 0 && (shown & ~mask) == 0 && !ledger_is_erased(ledger, &delivery->entity);
}

static bool may_see(const struct saying *saying, const struct delivery *delivery)
{
    struct ledger *ledger = saying->ledger;
    const struct ledger_book_referral *referral = NULL;
    const struct ledger_book_offer *offer = NULL;
    const struct ledger_book_case *found = ledger_find_case(ledger, &delivery->entity);
    switch (delivery->kind) {
    case DELIVERY_REFERRAL:
        referral = ledger_find_referral(ledger, &delivery->entity);
        return referral != NULL && referral->site == saying->site;
    case DELIVERY_OFFER:
        offer = ledger_find_offer(ledger, &delivery->entity);
        return offer != NULL && offer->site == saying->site;
    case DELIVERY_CASE:
        return found != NULL &&
               (found->lead_site == saying->site || ledger_is_desk_site(found, saying->site) ||
                (found->ended && found->last_site == saying->site));
    case DELIVERY_TASK:
        return found != NULL && ledger_is_desk_site(found, saying->site);
    case DELIVERY_NOTICE:
        return was_notified(ledger, &delivery->entity, saying->site);
    case DELIVERY_DISCLOSURE:
        return may_see_sections(saying, delivery);
    case DELIVERY_ERASURE:
        referral = ledger_find_referral(ledger, &delivery->entity);
        return referral != NULL && referral->erased &&
               (referral->site == saying->site || referral->supposed ||
                ledger_had_sections(ledger, saying->site, &delivery->entity));
    case DELIVERY_UNSPECIFIED:
    case DELIVERY_END:
        break;
    }
    return false;
}

/* A referrer is not told that what was is no more. */
static void check_receipts(const struct saying *saying, const struct delivery *delivery)
{
    struct ledger_book_referral *referral = ledger_find_referral(saying->ledger, &delivery->entity);
    const int64_t *said_us = delivery->view.referral.receipts_us;
    for (int i = RECEIPT_STORED; referral != NULL && i < RECEIPT_END; i++) {
        if (referral->told_us[i] != 0 && said_us[i] != referral->told_us[i]) {
            sim_breach(saying->sim, "P2: a referrer was told receipt %d, and now another", i);
        }
        referral->told_us[i] = said_us[i];
    }
}

static void check_delivery(const struct saying *saying, const struct delivery *delivery)
{
    if (!delivery->gone && delivery->kind == DELIVERY_REFERRAL) {
        check_receipts(saying, delivery);
    }
    if (!delivery->gone && delivery->kind == DELIVERY_DISCLOSURE &&
        delivery->view.disclosure.section_count == 0) {
        sim_breach(saying->sim, "P1: sections that somebody may see do not open any more");
    }
    if (!delivery->gone && !may_see(saying, delivery)) {
        char id[ID128_TEXT_MAX];
        sim_breach(saying->sim,
                   "P4: %s is shown what it may not see: kind %d, %s",
                   saying->sim->agents[saying->agent].site,
                   (int)delivery->kind,
                   id128_format(&delivery->entity, id));
    }
}

static void check_broker_frame(const struct saying *saying, const struct envelope *envelope)
{
    const struct resync *resync = &envelope->body.resync;
    const struct deliveries *deliveries = &envelope->body.deliveries;
    if (envelope->kind != BODY_GOODBYE && ledger_is_refused(saying->ledger, saying->agent)) {
        sim_breach(saying->sim,
                   "P6: %s is answered though its key is revoked",
                   saying->sim->agents[saying->agent].site);
    }
    if (saying->ledger->ahead) {
        sim_breach(saying->sim,
                   "P1: the broker spoke before its decisions were durable, body %d",
                   (int)envelope->kind);
    }
    ledger_tell_site(saying->ledger, saying->sim, saying->agent, envelope);
    if (envelope->kind == BODY_REPLY) {
        check_reply(saying, &envelope->body.reply);
    } else if (envelope->kind == BODY_DELIVERY) {
        check_delivery(saying, &envelope->body.delivery);
    }
    for (size_t i = 0; envelope->kind == BODY_RESYNC && i < resync->delivery_count; i++) {
        check_delivery(saying, &resync->deliveries[i]);
    }
    for (size_t i = 0; envelope->kind == BODY_DELIVERIES && i < deliveries->item_count; i++) {
        check_delivery(saying, &deliveries->items[i]);
    }
}

/* ---- an agent's frames --------------------------------------------------------------------------- */

static void check_agent_frame(const struct saying *saying, const struct envelope *envelope)
{
    const struct ledger_book_agent *agent = &saying->ledger->agents[saying->agent];
    const struct delivery_ack *ack = &envelope->body.ack;
    const struct command *command = &envelope->body.command;
    const struct hello *hello = &envelope->body.hello;
    bool durable = true;
    if (envelope->kind == BODY_DELIVERY_ACK) {
        durable = ack->number <= agent->durable.applied[ack->lane];
    } else if (envelope->kind == BODY_COMMAND) {
        durable = command->number < agent->durable.next[command->lane];
    } else if (envelope->kind == BODY_HELLO) {
        for (int lane = 0; lane < LANE_END; lane++) {
            durable = durable && hello->lanes[lane].applied <= agent->durable.applied[lane];
        }
    }
    if (!durable) {
        sim_breach(saying->sim,
                   "P1: %s speaks of what is not on its disk, body %d",
                   saying->sim->agents[saying->agent].site,
                   (int)envelope->kind);
    }
}

static int agent_of_key(const struct sim *sim, const uint8_t key[KEYS_BYTES])
{
    for (int i = 0; i < SIM_AGENTS; i++) {
        if (memcmp(sim->agents[i].key, key, KEYS_BYTES) == 0) {
            return i;
        }
    }
    return -1;
}

/* For `run tell`: which lane and number a frame is about, as far as it has such. */
static void
tell_frame(struct sim *sim, const struct saying *saying, int party, const struct envelope *envelope)
{
    static const char *const names[BODY_END] = {[BODY_HELLO] = "hello",
                                                [BODY_WELCOME] = "welcome",
                                                [BODY_GOODBYE] = "goodbye",
                                                [BODY_COMMAND] = "command",
                                                [BODY_REPLY] = "reply",
                                                [BODY_DELIVERY] = "delivery",
                                                [BODY_DELIVERY_ACK] = "ack",
                                                [BODY_QUERY] = "query",
                                                [BODY_ANSWER] = "answer",
                                                [BODY_HEARTBEAT] = "heartbeat",
                                                [BODY_RESYNC] = "resync",
                                                [BODY_DELIVERIES] = "deliveries"};
    const char *way = party == NETWORK_BROKER ? "<-" : "->";
    const char *name = names[envelope->kind] == NULL ? "?" : names[envelope->kind];
    uint64_t normal = 0;
    uint64_t urgent = 0;
    if (envelope->kind == BODY_HELLO) {
        normal = envelope->body.hello.lanes[LANE_NORMAL].applied;
        urgent = envelope->body.hello.lanes[LANE_URGENT].applied;
    } else if (envelope->kind == BODY_WELCOME) {
        normal = envelope->body.welcome.lanes[LANE_NORMAL].from;
        urgent = envelope->body.welcome.lanes[LANE_URGENT].from;
    } else if (envelope->kind == BODY_COMMAND) {
        normal = envelope->body.command.number;
        urgent = envelope->body.command.lane;
    } else if (envelope->kind == BODY_REPLY) {
        normal = envelope->body.reply.number;
        urgent = envelope->body.reply.lane;
    } else if (envelope->kind == BODY_DELIVERY) {
        normal = envelope->body.delivery.number;
        urgent = envelope->body.delivery.lane;
    } else if (envelope->kind == BODY_DELIVERY_ACK) {
        normal = envelope->body.ack.number;
        urgent = envelope->body.ack.lane;
    } else if (envelope->kind == BODY_RESYNC) {
        normal = envelope->body.resync.page;
        urgent = envelope->body.resync.last;
    } else if (envelope->kind == BODY_DELIVERIES) {
        for (size_t i = 0; i < envelope->body.deliveries.item_count; i++) {
            const struct delivery *item = &envelope->body.deliveries.items[i];
            *(item->lane == LANE_URGENT ? &urgent : &normal) = item->number;
        }
    }
    char id[ID128_TEXT_MAX];
    sim_say(sim,
            "%s %s %s %" PRIu64 " %" PRIu64 " %s",
            sim->agents[saying->agent].site,
            way,
            name,
            normal,
            urgent,
            envelope->kind == BODY_DELIVERY ? id128_format(&envelope->body.delivery.entity, id) + 24
                                            : "");
}

void ledger_sent(struct ledger *ledger,
                 struct sim *sim,
                 int party,
                 const uint8_t key[KEYS_BYTES],
                 struct bytes frame)
{
    struct envelope envelope;
    struct wire_fault fault;
    struct saying saying = {.ledger = ledger, .sim = sim, .agent = agent_of_key(sim, key)};
    hash_add(&sim->trace, frame);
    if (saying.agent < 0) {
        sim_breach(sim, "a key that nobody has");
        return;
    }
    saying.site = sim->agents[saying.agent].number;
    if (holds_name(frame)) {
        sim_breach(sim, "P4: the name of a family travels in the open");
    }
    arena_reset(ledger->arena);
    if (!wire_decode(frame, ledger->arena, &envelope, &fault)) {
        sim_breach(sim, "a frame was sent that is no envelope: %s", fault.field);
        return;
    }
    if (sim->tell) {
        tell_frame(sim, &saying, party, &envelope);
    }
    if (party == NETWORK_BROKER) {
        check_broker_frame(&saying, &envelope);
    } else {
        check_agent_frame(&saying, &envelope);
    }
}

/* ---- what operators hear ------------------------------------------------------------------------- */

void ledger_ask(struct ledger *ledger, int agent, const struct command *command)
{
    struct ledger_book_asked asked = {.number = command->number, .agent = agent};
    if (command->kind == COMMAND_FORM) {
        asked.referral = command->form->id;
    }
    asked.withdraws = command->kind == COMMAND_POLICY_WITHDRAW ? command->plan : 0;
    ledger->asked[command->number % LEDGER_BOOK_MAX] = asked;
}

bool ledger_was_asked(const struct ledger *ledger, const struct id128 *referral)
{
    for (size_t i = 0; i < LEDGER_BOOK_MAX; i++) {
        if (id128_equal(&ledger->asked[i].referral, referral)) {
            return true;
        }
    }
    return false;
}

void ledger_promise(struct ledger *ledger, int agent, const struct id128 *referral, bool repeated)
{
    if (ledger->promise_count < LEDGER_BOOK_MAX) {
        const bool excused = repeated && ledger_is_lost(ledger, agent, referral);
        ledger->promises[ledger->promise_count++] =
            (struct ledger_book_promise){.referral = *referral, .agent = agent, .excused = excused};
    }
}

static void hear_reply(const struct saying *saying, const struct reply *reply)
{
    struct ledger *ledger = saying->ledger;
    const struct ledger_book_asked *asked = &ledger->asked[reply->number % LEDGER_BOOK_MAX];
    if (reply->refused || asked->number != reply->number) {
        return;
    }
    if (reply->position > ledger->durable) {
        sim_breach(saying->sim, "P1: an operator was told of a batch that there is not");
    }
    if (asked->withdraws != 0 && reply->position > 0) {
        ledger_hear_withdrawn(ledger, saying->sim, asked->withdraws);
    }
    if (!id128_is_none(&asked->referral)) {
        ledger_promise(ledger, saying->agent, &asked->referral, reply->repeated);
    }
}

/* Those who only send referrals, and observers, see nothing of single cases. */
static void hear_answer(const struct saying *saying, const struct answer *answer)
{
    const char *site = saying->sim->agents[saying->agent].site;
    const bool outsider = strcmp(site, "school-7-tatarsk") == 0 ||
                          strcmp(site, "clinic-region-1") == 0 ||
                          strcmp(site, "police-region-1") == 0;
    if (outsider &&
        (answer->case_count > 0 || answer->timeline_count > 0 || answer->explanation_count > 0)) {
        sim_breach(saying->sim, "P4: %s was answered about a case", site);
    }
}

void ledger_hear(struct ledger *ledger, struct sim *sim, int party)
{
    struct bytes frame;
    if (party == NETWORK_BROKER) {
        return;
    }
    const struct saying saying = {
        .ledger = ledger, .sim = sim, .agent = party, .site = sim->agents[party].number};
    while (network_operator_hears(sim->network, party, &frame)) {
        struct envelope envelope;
        struct wire_fault fault;
        hash_add(&sim->trace, frame);
        arena_reset(ledger->arena);
        if (!wire_decode(frame, ledger->arena, &envelope, &fault)) {
            sim_breach(sim, "an operator was told what is no envelope");
        } else if (envelope.kind == BODY_REPLY) {
            hear_reply(&saying, &envelope.body.reply);
        } else if (envelope.kind == BODY_ANSWER) {
            hear_answer(&saying, &envelope.body.answer);
        }
    }
}
