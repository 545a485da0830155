/* Judging; see verdict.h. */
#include "tests/sim/verdict.h"

#include "agents/store/mirror.h"
#include "broker/core/fold.h"
#include "broker/core/invariants.h"
#include "broker/core/query.h"
#include "broker/core/view.h"
#include "proto/wire.h"
#include "tests/sim/ledger.h"
#include "tests/sim/region_set.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VIEWS_MAX = 512, TOUCHED_MAX = 512 };

static void judge_list(struct sim *sim, const struct error_list *breaches)
{
    if (breaches->count > 0) {
        sim_breach(sim,
                   "invariant: %s (%zu breaches)",
                   breaches->items[0].text,
                   breaches->count + breaches->dropped);
    }
}

/* accepted = open + ended, none missing */
static void judge_accepted(struct sim *sim)
{
    struct store *store = sim->broker->books.store;
    struct id128 id;
    size_t count = 0;
    for (; ledger_referral(sim->ledger, count, &id); count++) {
        struct referral_record referral;
        struct case_record record;
        if (!store_referral(store, &id, &referral) ||
            !store_case(store, &referral.case_id, &record)) {
            sim_breach(sim, "P1: an accepted referral is in no case");
            return;
        }
        ledger_note_receipts(sim->ledger, sim, count, referral.receipts_us);
    }
    if (count != store_meta(store)->referrals) {
        sim_breach(sim,
                   "%zu referrals were accepted, the state counts %" PRIu64,
                   count,
                   store_meta(store)->referrals);
    }
}

void verdict_of_all(struct sim *sim)
{
    struct error_list *breaches = arena_alloc(sim->arena, sizeof(*breaches));
    if (!sim->up || sim->broken) {
        return;
    }
    (void)invariants_hold(sim->broker->books.store, breaches);
    judge_list(sim, breaches);
    judge_accepted(sim);
    ledger_judge_version(sim->ledger, sim);
    ledger_judge_keys(sim->ledger, sim);
}

void verdict_of_step(struct sim *sim)
{
    struct id128 touched[TOUCHED_MAX];
    if (sim->up && !sim->broken && ledger_touched(sim->ledger, touched, TOUCHED_MAX) > 0) {
        arena_reset(sim->arena);
        verdict_of_all(sim);
    }
}

/* ---- mirrors ------------------------------------------------------------------------------------- */

static bool as_frame(struct sim *sim, struct delivery *delivery, struct bytes *frame)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_DELIVERY};
    delivery->lane = LANE_NORMAL;
    delivery->number = 1;
    delivery->after = 0;
    delivery->session = 0;
    if (delivery->kind == DELIVERY_CASE) { /* a rule is told while its version is kept */
        delivery->view.case_.rule = "";
    }
    if (delivery->kind == DELIVERY_OFFER) {
        delivery->view.offer.rule = "";
        delivery->view.offer.rule_title = (struct phrase){"", ""};
        delivery->view.offer.why = (struct phrase){"", ""};
    }
    envelope.body.delivery = *delivery;
    return wire_encode(&envelope, sim->arena, frame);
}

/* What stays as it was told: a notice, and an offer that is no longer open. */
static bool is_history(const struct delivery *there)
{
    return there->kind == DELIVERY_NOTICE ||
           (there->kind == DELIVERY_OFFER && there->view.offer.state != ASSIGNMENT_PROPOSED &&
            there->view.offer.state != ASSIGNMENT_OFFERED);
}

/* A new prefix of numbers is seen in a view when it changes next. */
static void forget_prefix(struct bytes frame)
{
    uint8_t *data = (uint8_t *)(uintptr_t)frame.data;
    for (size_t i = 0; i + 8 <= frame.size; i++) {
        if (memcmp(data + i, "NSK-2026", 8) == 0) {
            data[i + 2] = 'O';
        }
    }
}

static bool is_same(struct bytes here, struct bytes there)
{
    forget_prefix(here);
    forget_prefix(there);
    return bytes_equal(here, there);
}

static void judge_view(struct sim *sim,
                       const struct sim_agent *at,
                       enum delivery_kind kind,
                       const struct id128 *entity)
{
    struct delivery here;
    struct delivery there;
    struct bytes here_coded;
    struct bytes there_coded;
    char id[ID128_TEXT_MAX];
    memset(&there, 0, sizeof(there));
    const bool has = mirror_get(at->agent.store, kind, entity, sim->arena, &here);
    if (kind == DELIVERY_DISCLOSURE) {
        if (!has) {
            sim_breach(sim, "P4: %s was not shown sections", at->site);
        }
        return;
    }
    if (!view_delivery(&sim->broker->core, sim->arena, kind, entity, &there) || there.gone) {
        return;
    }
    if (has && is_history(&there)) {
        return;
    }
    if (!has || !as_frame(sim, &here, &here_coded) || !as_frame(sim, &there, &there_coded) ||
        !is_same(here_coded, there_coded)) {
        sim_breach(sim,
                   "%s has not the present view of kind %d, %s%s",
                   at->site,
                   (int)kind,
                   id128_format(entity, id),
                   has ? "" : ", but none");
    }
}

/* What the mirror has, the site may see. */
static void judge_rest(struct sim *sim, const struct sim_agent *at)
{
    struct mirror_cursor cursor = {{0}};
    struct delivery here;
    while (mirror_next(at->agent.store, &cursor, sim->arena, &here)) {
        struct view_record view;
        if (!store_view(sim->broker->books.store, at->number, here.kind, &here.entity, &view) ||
            view.gone) {
            char id[ID128_TEXT_MAX];
            sim_breach(sim,
                       "P4: %s still has what it may not see: kind %d, %s",
                       at->site,
                       (int)here.kind,
                       id128_format(&here.entity, id));
        }
    }
}

static void judge_mirror(struct sim *sim, const struct sim_agent *at)
{
    struct error err;
    enum delivery_kind kind = DELIVERY_UNSPECIFIED;
    struct id128 entity = {{0}};
    struct view_record view;
    if (!agent_store_begin(at->agent.store, &err)) {
        sim_breach(sim, "%s: %s", at->site, err.text);
        return;
    }
    while (store_view_after(sim->broker->books.store, at->number, &kind, &entity, &view)) {
        if (!view.gone) {
            judge_view(sim, at, kind, &entity);
        }
    }
    judge_rest(sim, at);
    if (!agent_store_commit(at->agent.store, &err)) {
        sim_breach(sim, "%s: %s", at->site, err.text);
    }
}

/* ---- the journal --------------------------------------------------------------------------------- */

struct refold {
    struct store *store;
    struct arena *arena;
};

static bool fold_one(void *world,
                     const struct batch *batch,
                     const uint8_t hash[FACT_HASH_BYTES],
                     struct error *err)
{
    const struct refold *refold = world;
    return fold_batch(refold->store, refold->arena, batch, hash) ||
           error_set(err, ERROR_DATA, "does not follow");
}

static void judge_journal(struct sim *sim)
{
    struct error err;
    struct refold refold = {.arena = sim->arena};
    uint8_t was[FACT_HASH_BYTES];
    uint8_t is[FACT_HASH_BYTES];
    const struct journal_walk walk = {.arena = sim->arena, .visit = fold_one, .world = &refold};
    if (!store_open(&refold.store, scratch_path(sim->scratch, "refold"), 0, &err) ||
        !store_begin(refold.store, &err) ||
        !journal_walk(sim->broker->books.journal, &walk, &err)) {
        sim_breach(sim, "P7: the journal does not fold: %s", err.text);
    } else {
        store_digest(refold.store, is);
        store_digest(sim->broker->books.store, was);
        if (memcmp(is, was, sizeof(is)) != 0) {
            sim_breach(sim, "P7: the journal folds to another state");
        }
    }
    ledger_forget_ahead(sim->ledger);
    store_close(&refold.store);
}

/* ---- decisions ----------------------------------------------------------------------------------- */

static void judge_explanation(struct sim *sim, const struct case_record *record)
{
    const struct query_world world = {.now_us = sim->broker->time.now_us, .program = "sim"};
    const struct query query = {.id = 1,
                                .actor = "coordinator-region",
                                .kind = QUERY_EXPLAIN,
                                .subject = record->id,
                                .text = "",
                                .cursor = ""};
    const int site = region_set_site(sim->region, "social-region-1");
    const struct answer answer =
        query_answer(&sim->broker->core, sim->arena, sim->agents[site].number, &query, &world);
    if (answer.problem_count > 0 || answer.explanation_count == 0 ||
        answer.explanations[0].sentence.en[0] == '\0') {
        sim_breach(sim, "P5: case %u is not explained", (unsigned)record->sequence);
    }
}

static void judge_decisions(struct sim *sim)
{
    struct case_record record;
    struct id128 from = {{0}};
    while (store_case_from(sim->broker->books.store, &from, &record)) {
        judge_explanation(sim, &record);
        from = record.id;
        for (size_t byte = ID128_BYTES; byte > 0 && ++from.bytes[byte - 1] == 0; byte--) {
        }
    }
}

void verdict_of_end(struct sim *sim)
{
    arena_reset(sim->arena);
    verdict_of_all(sim);
    if (sim->broken) {
        return;
    }
    ledger_judge_promises(sim->ledger, sim);
    ledger_judge_erasures(sim->ledger, sim);
    for (int i = 0; i < SIM_AGENTS && !sim->broken; i++) {
        judge_mirror(sim, &sim->agents[i]);
    }
    if (!sim->broken) {
        judge_decisions(sim);
        judge_journal(sim);
    }
}
