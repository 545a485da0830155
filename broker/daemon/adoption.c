/* A set on trial: compared with what is in force, adopted, planned or refused; see adoption.h. */
#include "broker/daemon/adoption.h"

#include "broker/core/assent.h"
#include "broker/core/plans.h"
#include "broker/core/versions.h"
#include "broker/daemon/broker.h"

#include <stdio.h>
#include <string.h>

enum { FINDINGS_LOGGED = 64 };

/* ---- reasons -------------------------------------------------------------------------------------- */

static void add_line(char *lines, const char *place, const char *text)
{
    const size_t used = strlen(lines);
    const size_t room = LIMIT_REASON_BYTES + 1 - used;
    const int length = snprintf(lines + used,
                                room,
                                "%s%s%s%s",
                                used == 0 ? "" : "\n",
                                place,
                                place[0] == '\0' ? "" : ": ",
                                text);
    if (length < 0 || (size_t)length >= room) {
        lines[used] = '\0';
    }
}

void adoption_add_reason(struct adoption *adoption, const char *place, struct phrase text)
{
    add_line(adoption->ru, place, text.ru);
    add_line(adoption->en, place, text.en);
}

void adoption_add_findings(struct adoption *adoption, const struct proposal *proposal)
{
    for (size_t i = 0; i < proposal->finding_count; i++) {
        const struct proposal_finding *finding = &proposal->findings[i];
        if (!finding->warning) {
            adoption_add_reason(
                adoption, finding->place, (struct phrase){finding->text_ru, finding->text});
        }
    }
}

/* ---- adoption ------------------------------------------------------------------------------------ */

void adoption_log_findings(const struct broker *broker, const struct proposal *proposal)
{
    for (size_t i = 0; i < proposal->finding_count && i < FINDINGS_LOGGED; i++) {
        const struct proposal_finding *finding = &proposal->findings[i];
        LOG_WITH(broker->log,
                 finding->warning ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
                 finding->warning ? "configuration_warning" : "configuration_error",
                 LOG_TEXT("code", finding->code),
                 LOG_TEXT("at", finding->place),
                 LOG_TEXT("text", finding->text));
    }
}

void adoption_log_refused(const struct broker *broker, const char *reason)
{
    LOG_ERROR(broker->log,
              "configuration_refused",
              LOG_TEXT("reason", reason),
              LOG_NUMBER("version_kept", store_meta(broker->books.store)->version));
}

static void log_problems(const struct broker *broker, const struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        LOG_ERROR(broker->log,
                  "configuration_error",
                  LOG_TEXT("at", problems->items[i].field),
                  LOG_TEXT("text", problems->items[i].text.en));
    }
}

/* The turn decided on a new version: compile it from the open state, then write, then use it.
 *
 * *adopted  false: it does not compile, everything is as it was */
static bool adopt(struct broker *broker,
                  struct turn *turn,
                  const struct meta_record *before,
                  bool *adopted,
                  struct error *err)
{
    struct regions fresh;
    struct error reason;

    *adopted = regions_load(&fresh, broker->books.store, &reason);
    if (!*adopted) {
        adoption_log_refused(broker, reason.text);
        return books_undo(&broker->books, before, err);
    }
    if (!books_append(&broker->books, turn, broker->arena, err)) {
        regions_release(&fresh);
        return false;
    }
    regions_release(&broker->regions);
    broker->regions = fresh;
    broker_use_regions(broker);
    broker->tick_now = true;
    LOG_INFO(
        broker->log,
        "configuration_adopted",
        LOG_NUMBER("version", broker->core.region->version),
        LOG_TEXT("region", broker->core.region->code),
        LOG_NUMBER("sites", directory_count(broker->core.region->directory, DIRECTORY_SITE)),
        LOG_NUMBER("workers", directory_count(broker->core.region->directory, DIRECTORY_WORKER)));
    return books_tend(&broker->books, true, err);
}

static void
tell_trial(const struct broker *broker, const struct adoption *adoption, uint32_t version)
{
    if (adoption->state == PROPOSAL_SAME) {
        LOG_INFO(broker->log, "configuration_same", LOG_NUMBER("version", version));
    } else if (adoption->state == PROPOSAL_PENDING) {
        LOG_WARN(broker->log,
                 "configuration_differs",
                 LOG_TEXT("hint", "the files say something else; SIGHUP proposes them"),
                 LOG_NUMBER("version", version));
    }
}

static void refuse_trial(const struct broker *broker,
                         struct adoption *adoption,
                         const struct problems *problems,
                         bool fits)
{
    adoption->state = PROPOSAL_REFUSED;
    log_problems(broker, problems);
    adoption_log_refused(broker, fits ? "too large" : "does not fit what is open");
    for (size_t i = 0; i < problems->count; i++) {
        adoption_add_reason(adoption, problems->items[i].field, problems->items[i].text);
    }
    if (fits) {
        adoption_add_reason(adoption, "", (struct phrase){"слишком велико", "too large"});
    }
}

/* Accepted, but its time has not come. */
static bool
must_wait(const struct broker *broker, const struct adoption *adoption, uint32_t missing)
{
    return adoption->proposal != NULL && adoption->proposal->plan == 0 &&
           (missing > 0 || adoption->proposal->shadow ||
            adoption->proposal->activate_us > broker->time.now_us);
}

/* Asked before the turn: by what is in force, not by the set on trial. False: no memory. */
static bool
find_missing(const struct broker *broker, const struct adoption *adoption, uint32_t *missing)
{
    struct plan_record plan = assent_planned(adoption->proposal, adoption->input);
    if (adoption->proposal != NULL && adoption->proposal->plan != 0) {
        (void)store_plan(broker->books.store, adoption->proposal->plan, &plan);
    }
    return assent_missing(&broker->core, broker->arena, &plan, missing);
}

/* What cannot wait for signatures: the broker's own files, and a plan whose time has come. */
static void refuse_unsigned(const struct broker *broker, struct adoption *adoption)
{
    adoption->state = PROPOSAL_REFUSED;
    adoption_log_refused(broker, "signatures of other agencies are missing");
    adoption_add_reason(adoption,
                        "",
                        (struct phrase){"не хватает подписей других ведомств",
                                        "signatures of other agencies are missing"});
}

/* A turn of its own, tried on a committed state, so that it can be undone whole. */
bool adoption_run(struct broker *broker, struct adoption *adoption, struct error *err)
{
    if (!books_tend(&broker->books, true, err)) {
        return false;
    }
    const struct meta_record before = *store_meta(broker->books.store);
    const struct turn_options options = {.now_us = broker->time.now_us};
    arena_reset(broker->arena);
    struct problems *problems = arena_alloc(broker->arena, sizeof(*problems));
    struct turn *turn = turn_begin(&broker->core, broker->arena, &options);
    if (problems == NULL || turn == NULL) {
        return error_set(err, ERROR_OS, "no memory to adopt a configuration");
    }
    uint32_t missing = 0;
    if (!find_missing(broker, adoption, &missing)) {
        return error_set(err, ERROR_OS, "no memory to adopt a configuration");
    }
    problems->arena = broker->arena;
    bool changed = false;
    const bool fits = turn_configure(turn, adoption->proposal, adoption->input, &changed, problems);
    const bool good = fits && !turn_failed(turn) && changed;
    const bool waits = good && must_wait(broker, adoption, missing);
    const bool acts = good && !waits && adoption->purpose != CONFIGURATION_COMPARE;
    if (acts && missing == 0) {
        bool adopted = false;
        const bool ok = adopt(broker, turn, &before, &adopted, err);
        adoption->state = adopted ? PROPOSAL_ADOPTED : PROPOSAL_REFUSED;
        if (!adopted) {
            adoption_add_reason(adoption, "", (struct phrase){"не собирается", "does not compile"});
        }
        return ok;
    }
    if (waits) {
        adoption->state = PROPOSAL_PLANNED;
    } else if (acts) {
        refuse_unsigned(broker, adoption);
    } else if (!fits || turn_failed(turn)) {
        refuse_trial(broker, adoption, problems, fits);
    } else {
        adoption->state = changed ? PROPOSAL_PENDING : PROPOSAL_SAME;
        tell_trial(broker, adoption, before.version);
    }
    return books_undo(&broker->books, &before, err);
}

/* ---- what came of it ------------------------------------------------------------------------------- */

static struct turn *begin_turn(struct broker *broker, struct error *err)
{
    const struct turn_options options = {.now_us = broker->time.now_us};
    arena_reset(broker->arena);
    struct turn *turn = turn_begin(&broker->core, broker->arena, &options);
    if (turn == NULL) {
        (void)error_set(err, ERROR_OS, "no memory for a turn");
    }
    return turn;
}

static bool settle_proposal(struct broker *broker, struct adoption *adoption, struct error *err)
{
    struct turn *turn = begin_turn(broker, err);
    if (turn == NULL) {
        return false;
    }
    turn_settle_proposal(
        turn, adoption->proposal, adoption->state, (struct phrase){adoption->ru, adoption->en});
    return books_append(&broker->books, turn, broker->arena, err);
}

/* A shadow decides from the next turn on, if it compiles with the present directory; otherwise nothing was planned. */
static bool begin_shadow(struct broker *broker,
                         const struct meta_record *before,
                         struct adoption *adoption,
                         struct error *err)
{
    struct regions fresh;
    struct error reason;
    const bool loaded = regions_load(&fresh, broker->books.store, &reason);

    if (!loaded || fresh.shadow == NULL) {
        if (loaded) {
            regions_release(&fresh);
        }
        adoption->state = PROPOSAL_REFUSED;
        adoption_add_reason(
            adoption,
            "",
            (struct phrase){"с действующим справочником эта политика не собирается: сначала "
                            "примените справочник",
                            "this policy does not compile with the directory in force: apply the "
                            "directory first"});
        return books_undo(&broker->books, before, err);
    }
    regions_release(&broker->regions);
    broker->regions = fresh;
    broker_use_regions(broker);
    return true;
}

/* On a committed state, so that it can be undone. */
static bool plan(struct broker *broker, struct adoption *adoption, struct error *err)
{
    if (!books_tend(&broker->books, true, err)) {
        return false;
    }
    const struct meta_record before = *store_meta(broker->books.store);
    struct turn *turn = begin_turn(broker, err);
    if (turn == NULL) {
        return false;
    }
    turn_plan(turn, adoption->proposal, adoption->input);
    if (adoption->proposal->shadow && !turn_failed(turn) &&
        !begin_shadow(broker, &before, adoption, err)) {
        return false;
    }
    if (adoption->state == PROPOSAL_REFUSED) {
        return settle_proposal(broker, adoption, err);
    }
    LOG_INFO(broker->log,
             "plan_made",
             LOG_NUMBER("plan", store_meta(broker->books.store)->plans),
             LOG_NUMBER("shadow", adoption->proposal->shadow ? 1 : 0));
    return books_append(&broker->books, turn, broker->arena, err);
}

/* A plan whose time had come. Whatever kept it from coming into force, somebody must look at it. */
static bool settle_plan(struct broker *broker, struct adoption *adoption, struct error *err)
{
    struct plan_record record;
    if (adoption->state == PROPOSAL_ADOPTED ||
        !store_plan(broker->books.store, adoption->proposal->plan, &record) ||
        record.state != PLAN_DUE) {
        return true;
    }
    if (adoption->state == PROPOSAL_SAME) {
        adoption_add_reason(adoption,
                            "",
                            (struct phrase){"план говорит то, что уже действует",
                                            "the plan says what is in force already"});
    }
    LOG_ALARM(broker->log,
              "plan_not_activated",
              LOG_NUMBER("plan", record.number),
              LOG_NUMBER("version_kept", store_meta(broker->books.store)->version),
              LOG_TEXT("reason", adoption->en));
    struct turn *turn = begin_turn(broker, err);
    if (turn == NULL) {
        return false;
    }
    turn_settle_plan(turn, &record, (struct phrase){adoption->ru, adoption->en});
    return books_append(&broker->books, turn, broker->arena, err);
}

/* Why an accepted set cannot wait after all; ru NULL: it can. */
static struct phrase cannot_wait(const struct broker *broker, const struct adoption *adoption)
{
    struct store *store = broker->books.store;
    const struct region_input *input = adoption->input;
    uint8_t digest[REGION_DIGEST_BYTES];
    uint8_t present[REGION_DIGEST_BYTES];

    if (store_meta(store)->plans_waiting >= LIMIT_PLANS_WAITING) {
        return (struct phrase){"ждёт слишком много планов: отзовите ненужные",
                               "too many plans wait: withdraw those that are not needed"};
    }
    if (!adoption->proposal->shadow) {
        return (struct phrase){NULL, NULL};
    }
    if (store_meta(store)->shadow != 0) {
        return (struct phrase){"рядом уже решает другая политика: refctl policy shadow --end",
                               "another policy decides beside already: refctl policy shadow --end"};
    }
    arena_reset(broker->arena);
    region_digest(input->code, input->texts, input->text_count, digest);
    const bool same = versions_digest(store, store_meta(store)->version, broker->arena, present) &&
                      memcmp(digest, present, sizeof(digest)) == 0;
    return same ? (struct phrase){"политика и календарь те же, что действуют: сравнивать нечего",
                                  "policy and calendar are those in force: nothing to compare"}
                : (struct phrase){NULL, NULL};
}

bool adoption_settle(struct broker *broker, struct adoption *adoption, struct error *err)
{
    const struct proposal_record *proposal = adoption->proposal;
    if (proposal->plan != 0) {
        return settle_plan(broker, adoption, err);
    }
    if (adoption->state == PROPOSAL_PLANNED) {
        const struct phrase why = cannot_wait(broker, adoption);
        if (why.ru != NULL) {
            adoption->state = PROPOSAL_REFUSED;
            adoption_add_reason(adoption, "", why);
        }
    }
    const struct directory_site *site =
        directory_site(broker->core.region->directory, proposal->site);

    LOG_INFO(broker->log,
             "proposal_settled",
             LOG_TEXT("site", site == NULL ? "?" : site->id),
             LOG_NUMBER("state", adoption->state),
             LOG_NUMBER("version", store_meta(broker->books.store)->version));
    if (adoption->state == PROPOSAL_ADOPTED) {
        return true; /* the turn that adopted it said so */
    }
    return adoption->state == PROPOSAL_PLANNED ? plan(broker, adoption, err)
                                               : settle_proposal(broker, adoption, err);
}
