/* The books, kept from durable facts; see ledger.h. */
#include "tests/sim/ledger.h"

#include "agents/store/mirror.h"
#include "agents/store/own_referrals.h"
#include "agents/store/spool.h"
#include "tests/sim/ledger_book.h"
#include "tests/sim/region_set.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const size_t arena_bytes = (size_t)16 << 20;
enum { FRAME_BYTES_MAX = 1 << 20 };

struct ledger *ledger_create(void)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));
    if (ledger == NULL || (ledger->arena = arena_create(arena_bytes)) == NULL ||
        (ledger->under_way = malloc(FRAME_BYTES_MAX)) == NULL) {
        abort();
    }
    return ledger;
}

void ledger_destroy(struct ledger **ledger)
{
    arena_destroy(&(*ledger)->arena);
    free((*ledger)->copy);
    free((*ledger)->under_way);
    free(*ledger);
    *ledger = NULL;
}

/* ---- finding ------------------------------------------------------------------------------------- */

struct ledger_book_referral *ledger_find_referral(struct ledger *ledger, const struct id128 *id)
{
    for (size_t i = 0; i < ledger->referral_count; i++) {
        if (id128_equal(&ledger->referrals[i].id, id)) {
            return &ledger->referrals[i];
        }
    }
    return NULL;
}

struct ledger_book_case *ledger_find_case(struct ledger *ledger, const struct id128 *id)
{
    for (size_t i = 0; i < ledger->case_count; i++) {
        if (id128_equal(&ledger->cases[i].id, id)) {
            return &ledger->cases[i];
        }
    }
    return NULL;
}

struct ledger_book_offer *ledger_find_offer(struct ledger *ledger, const struct id128 *id)
{
    for (size_t i = 0; i < ledger->offer_count; i++) {
        if (id128_equal(&ledger->offers[i].id, id)) {
            return &ledger->offers[i];
        }
    }
    return NULL;
}

const struct ledger_book_command *
ledger_find_command(const struct ledger *ledger, uint32_t site, enum lane lane, uint64_t number)
{
    for (size_t i = ledger->command_count; i > 0; i--) {
        const struct ledger_book_command *at = &ledger->commands[i - 1];
        if (at->site == site && at->lane == lane && at->number == number) {
            return at;
        }
    }
    return NULL;
}

bool ledger_is_desk_site(const struct ledger_book_case *found, uint32_t site)
{
    for (size_t i = 0; i < LEDGER_BOOK_SITES; i++) {
        if (found->desk_sites[i] == site && site != 0) {
            return true;
        }
    }
    return false;
}

bool ledger_referral(const struct ledger *ledger, size_t index, struct id128 *id)
{
    if (index >= ledger->referral_count) {
        return false;
    }
    *id = ledger->referrals[index].id;
    return true;
}

void ledger_case_of(const struct ledger *ledger, size_t index, struct id128 *case_id)
{
    *case_id = ledger->referrals[index].case_id;
}

void ledger_note_receipts(struct ledger *ledger,
                          struct sim *sim,
                          size_t index,
                          const int64_t receipts_us[RECEIPT_END])
{
    int64_t *given_us = ledger->referrals[index].given_us;
    for (int i = RECEIPT_STORED; i < RECEIPT_END; i++) {
        if (given_us[i] != 0 && receipts_us[i] != given_us[i]) {
            sim_breach(sim, "P2: receipt %d of referral %zu was taken back", i, index);
        }
        given_us[i] = receipts_us[i];
    }
}

size_t ledger_touched(struct ledger *ledger, struct id128 *cases, size_t most)
{
    const size_t count = ledger->touched_count < most ? ledger->touched_count : most;
    memcpy(cases, ledger->touched, count * sizeof(*cases));
    ledger->touched_count = 0;
    return count;
}

/* ---- facts --------------------------------------------------------------------------------------- */

struct entry_of {
    struct ledger *ledger;
    struct sim *sim;
    const struct entry *entry;
    const struct fact *fact;
};

static void touch(struct ledger *ledger, const struct id128 *id)
{
    for (size_t i = 0; i < ledger->touched_count; i++) {
        if (id128_equal(&ledger->touched[i], id)) {
            return;
        }
    }
    if (!id128_is_none(id) && ledger->touched_count < LEDGER_BOOK_TOUCHED) {
        ledger->touched[ledger->touched_count++] = *id;
    }
}

static void take_referral(const struct entry_of *of)
{
    struct ledger *ledger = of->ledger;
    const struct fact *fact = of->fact;
    if (fact->kind == FACT_REFERRAL_JOINED) {
        struct ledger_book_referral *found = ledger_find_referral(ledger, &fact->referral);
        if (found != NULL) {
            found->case_id = fact->case_id;
        }
        return;
    }
    if (ledger_find_referral(ledger, &fact->referral) != NULL) {
        sim_breach(of->sim, "P3: a referral was stored twice, in batch %" PRIu64, ledger->durable);
        return;
    }
    assert(ledger->referral_count < LEDGER_BOOK_MAX);
    ledger->referrals[ledger->referral_count++] = (struct ledger_book_referral){
        .id = fact->referral, .case_id = fact->case_id, .site = fact->site};
}

static void take_proposal(const struct entry_of *of, struct ledger_book_case *found)
{
    struct ledger *ledger = of->ledger;
    const struct fact *fact = of->fact;
    if (!id128_is_none(&found->offer) || !id128_is_none(&found->lead)) {
        sim_breach(of->sim,
                   "a case was offered while somebody had it, in batch %" PRIu64,
                   ledger->durable);
    }
    assert(ledger->offer_count < LEDGER_BOOK_MAX);
    ledger->offers[ledger->offer_count++] = (struct ledger_book_offer){.id = fact->assignment,
                                                                       .case_id = fact->case_id,
                                                                       .worker = fact->worker,
                                                                       .site = fact->site,
                                                                       .open = true};
    found->offer = fact->assignment;
    found->offer_worker = fact->worker;
}

/* A late accept counts only while nobody else accepted; the hop that was open then is withdrawn. */
static void take_acceptance(const struct entry_of *of, struct ledger_book_case *found)
{
    const struct fact *fact = of->fact;
    const struct ledger_book_offer *offer = ledger_find_offer(of->ledger, &fact->assignment);
    if (!id128_is_none(&found->lead)) {
        sim_breach(
            of->sim, "a second lead accepted a case, in batch %" PRIu64, of->ledger->durable);
    }
    if (offer == NULL || !id128_equal(&offer->case_id, &fact->case_id) ||
        offer->worker != fact->worker) {
        sim_breach(of->sim,
                   "somebody accepted what was not offered, in batch %" PRIu64,
                   of->ledger->durable);
    }
    if (id128_equal(&found->offer, &fact->assignment)) {
        memset(&found->offer, 0, sizeof(found->offer));
    }
    found->lead = fact->assignment;
    found->lead_worker = fact->worker;
    found->lead_site = fact->site;
    found->last_site = fact->site;
}

static void take_end_of_hop(const struct entry_of *of, struct ledger_book_case *found)
{
    struct ledger_book_offer *offer = ledger_find_offer(of->ledger, &of->fact->assignment);
    if (offer != NULL) {
        offer->open = false;
    }
    if (id128_equal(&found->offer, &of->fact->assignment)) {
        memset(&found->offer, 0, sizeof(found->offer));
        found->offer_worker = 0;
    }
    if (id128_equal(&found->lead, &of->fact->assignment)) {
        memset(&found->lead, 0, sizeof(found->lead));
        found->lead_worker = 0;
        found->lead_site = 0;
    }
}

static void take_desk(const struct entry_of *of, struct ledger_book_case *found)
{
    memset(found->desk_sites, 0, sizeof(found->desk_sites));
    if (of->fact->kind == FACT_TAKEN_OFF_DESK) {
        return;
    }
    const struct bytes sites = of->fact->blob;
    for (size_t i = 0; i + 4 <= sites.size && i / 4 < LEDGER_BOOK_SITES; i += 4) {
        found->desk_sites[i / 4] = bytes_get_u32(sites.data + i);
    }
}

/* Sections are shown to who leads the case, or is offered an emergency. */
static void take_disclosure(const struct entry_of *of, struct ledger_book_case *found)
{
    struct ledger *ledger = of->ledger;
    const struct fact *fact = of->fact;
    const bool leads = fact->worker != 0 && fact->worker == found->lead_worker;
    const bool rescues = fact->worker != 0 && fact->worker == found->offer_worker;
    if (!leads && !rescues) {
        sim_breach(of->sim,
                   "P4: sections were opened to somebody who has not the case, in batch %" PRIu64,
                   ledger->durable);
    }
    assert(ledger->disclosure_count < LEDGER_BOOK_MAX);
    ledger->disclosures[ledger->disclosure_count++] = (struct ledger_book_disclosure){
        .referral = fact->referral, .site = fact->site, .mask = fact->mask};
}

static void take_merger(const struct entry_of *of, struct ledger_book_case *found)
{
    found->ended = true;
    for (size_t i = 0; i < of->ledger->referral_count; i++) {
        struct ledger_book_referral *referral = &of->ledger->referrals[i];
        if (id128_equal(&referral->case_id, &of->fact->case_id)) {
            referral->case_id = of->fact->other;
        }
    }
    touch(of->ledger, &of->fact->other);
}

static void take_case_fact(const struct entry_of *of, struct ledger_book_case *found)
{
    switch ((int)of->fact->kind) {
    case FACT_CURATOR_PROPOSED:
        take_proposal(of, found);
        break;
    case FACT_OFFER_ACCEPTED:
        take_acceptance(of, found);
        break;
    case FACT_OFFER_REFUSED:
    case FACT_OFFER_EXPIRED:
    case FACT_OFFER_WITHDRAWN:
    case FACT_ASSIGNMENT_ENDED:
    case FACT_CURATOR_LOST:
        take_end_of_hop(of, found);
        break;
    case FACT_PUT_ON_DESK:
    case FACT_TAKEN_OFF_DESK:
        take_desk(of, found);
        break;
    case FACT_DISCLOSED:
        take_disclosure(of, found);
        break;
    case FACT_CASE_MERGED:
        take_merger(of, found);
        break;
    case FACT_CASE_CLOSED:
        found->ended = true;
        break;
    case FACT_NOTICE_SENT:
        assert(of->ledger->notice_count < LEDGER_BOOK_MAX);
        of->ledger->notices[of->ledger->notice_count++] =
            (struct ledger_book_notice){.case_id = found->id, .site = of->fact->site};
        break;
    default:
        break;
    }
}

static void end_disclosure(struct ledger *ledger, const struct fact *fact)
{
    for (size_t i = 0; i < ledger->disclosure_count; i++) {
        struct ledger_book_disclosure *at = &ledger->disclosures[i];
        if (at->site == fact->site && id128_equal(&at->referral, &fact->referral)) {
            at->mask = 0;
        }
    }
}

/* An old copy of a store came back after another had taken its place: nobody knows its commands any more, which is
 * an alarm, and why referrals have ids of their own. */
static void begin_lane(const struct entry_of *of)
{
    struct ledger *ledger = of->ledger;
    bool lost = false;
    for (int i = 0; i < SIM_AGENTS; i++) {
        lost = lost || (of->sim->agents[i].number == of->fact->site && ledger->agents[i].lost);
    }
    for (size_t i = 0; lost && i < ledger->command_count; i++) {
        if (id128_equal(&ledger->commands[i].incarnation, &of->fact->other)) {
            ledger->commands[i].site = 0;
        }
    }
}

static void take_fact(const struct entry_of *of)
{
    struct ledger *ledger = of->ledger;
    const struct fact *fact = of->fact;
    ledger_take_policy(ledger, of->sim, &(struct ledger_fact){.entry = of->entry, .fact = fact});
    ledger_take_site(ledger, of->sim, fact);
    ledger_take_leave(ledger, of->sim, fact);
    ledger_take_erasure(ledger, of->sim, fact);
    if (fact->kind == FACT_REFERRAL_STORED || fact->kind == FACT_REFERRAL_JOINED) {
        take_referral(of);
    } else if (fact->kind == FACT_LANE_STARTED) {
        begin_lane(of);
    } else if (fact->kind == FACT_DISCLOSURE_ENDED) {
        end_disclosure(ledger, fact);
    } else if (fact->kind == FACT_CASE_OPENED) {
        assert(ledger->case_count < LEDGER_BOOK_MAX);
        ledger->cases[ledger->case_count++] = (struct ledger_book_case){.id = fact->case_id};
    }
    if (of->sim->tell) {
        char case_id[ID128_TEXT_MAX];
        char referral[ID128_TEXT_MAX];
        sim_say(of->sim,
                "fact %s, case %s, referral %s",
                fact_kind_name(fact->kind),
                id128_format(&fact->case_id, case_id) + 14,
                id128_format(&fact->referral, referral) + 24);
    }
    touch(ledger, &fact->case_id);
    struct ledger_book_case *found = ledger_find_case(ledger, &fact->case_id);
    if (found != NULL) {
        take_case_fact(of, found);
    }
}

/* ---- entries ------------------------------------------------------------------------------------- */

static int agent_of(const struct sim *sim, uint32_t site)
{
    int agent = SIM_AGENTS - 1;
    while (agent >= 0 && sim->agents[agent].number != site) {
        agent--;
    }
    return agent;
}

static void take_command(const struct entry_of *of)
{
    struct ledger *ledger = of->ledger;
    const struct entry *entry = of->entry;
    const struct ledger_book_command *before =
        ledger_find_command(ledger, entry->site, entry->lane, entry->number);
    ledger_take_heard(ledger, of->sim, entry->site);
    if (ledger_is_refused(ledger, agent_of(of->sim, entry->site))) {
        sim_breach(of->sim,
                   "P6: a site whose key is revoked was heard, in batch %" PRIu64,
                   ledger->durable);
    }
    if (before != NULL && id128_equal(&before->incarnation, &entry->incarnation)) {
        sim_breach(of->sim,
                   "P3: command %" PRIu64 " of a lane was decided twice, in batch %" PRIu64,
                   entry->number,
                   ledger->durable);
    }
    assert(ledger->command_count < LEDGER_BOOK_COMMANDS);
    ledger->commands[ledger->command_count++] =
        (struct ledger_book_command){.site = entry->site,
                                     .lane = entry->lane,
                                     .number = entry->number,
                                     .incarnation = entry->incarnation,
                                     .batch = ledger->durable};
}

static void take_batch(struct ledger *ledger, struct sim *sim, const struct batch *batch)
{
    for (size_t i = 0; i < batch->entry_count; i++) {
        const struct entry *entry = &batch->entries[i];
        struct entry_of of = {.ledger = ledger, .sim = sim, .entry = entry};
        if (entry->cause == ENTRY_COMMAND) {
            take_command(&of);
        }
        for (size_t j = 0; j < entry->fact_count; j++) {
            of.fact = &entry->facts[j];
            take_fact(&of);
        }
    }
}

/* ---- the broker's side --------------------------------------------------------------------------- */

void ledger_fold(struct ledger *ledger)
{
    ledger->ahead = true;
}

void ledger_forget_ahead(struct ledger *ledger)
{
    ledger->ahead = false;
}

void ledger_append_begins(struct ledger *ledger, const struct journal_record *record)
{
    assert(record->coded.size <= FRAME_BYTES_MAX);
    memcpy(ledger->under_way, record->coded.data, record->coded.size);
    ledger->under_way_bytes = record->coded.size;
}

void ledger_append_finished(struct ledger *ledger, struct sim *sim)
{
    struct batch batch;
    const struct bytes coded = bytes_of(ledger->under_way, ledger->under_way_bytes);
    arena_reset(ledger->arena);
    if (!fact_decode_batch(coded, ledger->arena, &batch)) {
        sim_breach(sim, "P1: a batch was appended that does not decode");
        return;
    }
    if (batch.number != ledger->durable + 1) {
        sim_breach(sim, "P1: batch %" PRIu64 " follows %" PRIu64, batch.number, ledger->durable);
    }
    if (batch.time_us < ledger->time_us) {
        sim_breach(sim, "core time went back in batch %" PRIu64, batch.number);
    }
    ledger->time_us = batch.time_us;
    ledger->durable = batch.number;
    ledger->ahead = false;
    fact_hash(coded, ledger->hash);
    hash_add(&sim->trace, bytes_of(ledger->hash, sizeof(ledger->hash)));
    take_batch(ledger, sim, &batch);
}

void ledger_broker_opened(struct ledger *ledger, struct sim *sim)
{
    const struct books *books = &sim->broker->books;
    const struct journal_end end = journal_end(books->journal);
    ledger->ahead = false;
    ledger_forget_quarantine(ledger);
    if (ledger->restored > 0 && end.number == ledger->durable + ledger->restored) {
        ledger->durable = end.number;
        memcpy(ledger->hash, end.hash, sizeof(ledger->hash));
        ledger->restored = 0;
    }
    if (end.number != ledger->durable ||
        (end.number > 0 && memcmp(end.hash, ledger->hash, sizeof(end.hash)) != 0)) {
        sim_breach(sim,
                   "P1: the journal ends at %" PRIu64 ", but %" PRIu64 " was durable",
                   end.number,
                   ledger->durable);
    }
    if (store_meta(books->store)->position != end.number) {
        sim_breach(sim, "P7: the state was not brought to the journal's end");
    }
}

/* ---- an agent's side ----------------------------------------------------------------------------- */

void ledger_agent_commits(struct ledger *ledger, struct sim *sim, int agent)
{
    struct spool_state spool;
    struct agent_store *store = sim->agents[agent].agent.store;
    arena_reset(ledger->arena);
    spool_state(store, ledger->arena, &spool);
    for (int lane = 0; lane < LANE_END; lane++) {
        ledger->agents[agent].pending.applied[lane] = mirror_applied(store, (enum lane)lane);
        ledger->agents[agent].pending.next[lane] = spool.lanes[lane].next;
    }
}

void ledger_agent_committed(struct ledger *ledger, int agent)
{
    ledger->agents[agent].durable = ledger->agents[agent].pending;
}

static bool promise_is_kept(const struct ledger_book_promise *promise,
                            struct ledger *ledger,
                            struct sim *sim,
                            enum own_referrals_state *state)
{
    struct own_referral own;
    struct agent_store *store = sim->agents[promise->agent].agent.store;
    arena_reset(ledger->arena);
    if (!own_referrals_get(store, &promise->referral, ledger->arena, &own)) {
        return false;
    }
    *state = own.state;
    return true;
}

void ledger_agent_opened(struct ledger *ledger, struct sim *sim, int agent)
{
    struct error err;
    enum own_referrals_state state;
    struct agent_store *store = sim->agents[agent].agent.store;
    if (!agent_store_begin(store, &err)) {
        sim_breach(sim, "%s: %s", sim->agents[agent].site, err.text);
        return;
    }
    for (size_t i = 0; i < ledger->promise_count; i++) {
        const struct ledger_book_promise *promise = &ledger->promises[i];
        if (promise->agent == agent && !promise->excused &&
            !promise_is_kept(promise, ledger, sim, &state)) {
            sim_breach(sim, "P1: %s forgot a referral that it kept", sim->agents[agent].site);
        }
    }
    if (!agent_store_commit(store, &err)) {
        sim_breach(sim, "%s: %s", sim->agents[agent].site, err.text);
    }
}

void ledger_agent_lost_store(struct ledger *ledger, int agent)
{
    struct ledger_book_agent *book = &ledger->agents[agent];
    memset(&book->pending, 0, sizeof(book->pending));
    memset(&book->durable, 0, sizeof(book->durable));
    book->lost = true;
    for (size_t i = 0; i < ledger->promise_count; i++) {
        ledger->promises[i].excused =
            ledger->promises[i].excused || ledger->promises[i].agent == agent;
    }
}

void ledger_judge_promises(struct ledger *ledger, struct sim *sim)
{
    struct error err;
    for (size_t i = 0; i < ledger->promise_count && !sim->broken; i++) {
        const struct ledger_book_promise *promise = &ledger->promises[i];
        const struct sim_agent *at = &sim->agents[promise->agent];
        struct agent_store *store = at->agent.store;
        enum own_referrals_state state = OWN_REFERRALS_WAITING;
        if (promise->excused || !agent_store_begin(store, &err)) {
            continue;
        }
        const bool kept = promise_is_kept(promise, ledger, sim, &state);
        const bool stored = ledger_find_referral(ledger, &promise->referral) != NULL;
        if (!agent_store_commit(store, &err) || !kept) {
            sim_breach(sim, "P1: %s forgot a referral that it kept", at->site);
        } else if (state == OWN_REFERRALS_WAITING) {
            sim_breach(sim, "P2: a referral of %s still waits in its spool", at->site);
        } else if (stored != (state == OWN_REFERRALS_STORED) &&
                   !ledger->agents[promise->agent].lost) {
            sim_breach(sim,
                       "P1: %s was told that a referral is %s, but it is not",
                       at->site,
                       stored ? "refused" : "stored");
        }
    }
}
