/* What a cut left of an agent; see reopen.h. */
#define _GNU_SOURCE 1 /* memmem */
#include "tests/crash/reopen.h"

#include "agents/daemon/hooks.h"
#include "agents/store/hook_queue.h"
#include "agents/store/kept.h"
#include "agents/store/mirror.h"
#include "agents/store/own_referrals.h"
#include "agents/store/spool.h"
#include "base/file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const size_t turn_bytes = (size_t)64 << 20;

enum { FORM_BYTES_LEAST = 200 };

struct reopened {
    const char *folder; /* store */
    struct agent_store *store;
    struct arena *arena;
    const struct promise *promise;
};

/* A record that does not open is told by the store's next commit. */
static void read_everything(struct reopened *reopened)
{
    for (int table = 0; table < AGENT_STORE_TABLE_END; table++) {
        struct agent_store_key from = {.size = 0};
        struct agent_store_row row;
        arena_reset(reopened->arena);
        while (agent_store_seek(reopened->store,
                                (enum agent_store_table)table,
                                bytes_of(from.data, from.size),
                                reopened->arena,
                                &row)) {
            memcpy(from.data, row.key.data, row.key.size);
            from.data[row.key.size] = 0; /* the next key there can be */
            from.size = row.key.size + 1;
        }
    }
}

/* True when a submission waits in the spool: those that it holds are walked. */
static bool
waits(struct reopened *reopened, const struct spool_state *spool, const struct id128 *referral)
{
    struct command command;
    for (int lane = 0; lane < LANE_END; lane++) {
        for (uint64_t n = spool->lanes[lane].first; n < spool->lanes[lane].next; n++) {
            const struct arena_mark mark = arena_mark(reopened->arena);
            const bool is_it =
                spool_command(reopened->store, (enum lane)lane, n, reopened->arena, &command) &&
                command.kind == COMMAND_SUBMIT && id128_equal(&command.referral->id, referral);
            arena_release(reopened->arena, mark);
            if (is_it) {
                return true;
            }
        }
    }
    return false;
}

static bool
compare_referrals(struct reopened *reopened, const struct spool_state *spool, struct error *err)
{
    struct own_referral own;
    for (size_t i = 0; i < reopened->promise->referral_count; i++) {
        const struct id128 *id = &reopened->promise->referrals[i];
        arena_reset(reopened->arena);
        if (!own_referrals_get(reopened->store, id, reopened->arena, &own)) {
            return error_set(err, ERROR_DATA, "referral %zu of those taken is not known", i);
        }
        if (own.state == OWN_REFERRALS_WAITING && !waits(reopened, spool, id)) {
            return error_set(err, ERROR_DATA, "referral %zu waits, but not in the spool", i);
        }
    }
    return true;
}

/* A whole file whose name ends in "<id>.yaml" is in that folder of the drop folder. */
static bool lies_in(const struct reopened *reopened, const char *folder, const struct id128 *id)
{
    char path[PATH_MAX];
    char text[ID128_TEXT_MAX];
    char ending[ID128_TEXT_MAX + 8];
    struct file_names names;
    struct stat status;
    struct error ignored;
    bool found = false;
    (void)snprintf(ending, sizeof(ending), "%s.yaml", id128_format(id, text));
    (void)snprintf(path, sizeof(path), "%s/../drop/%s", reopened->folder, folder);
    if (!file_list(path, ending, reopened->arena, &names, &ignored)) {
        return false; /* no such folder yet */
    }
    for (size_t i = 0; i < names.count; i++) {
        (void)snprintf(
            path, sizeof(path), "%s/../drop/%s/%s", reopened->folder, folder, names.items[i]);
        found = found || (stat(path, &status) == 0 && status.st_size >= FORM_BYTES_LEAST);
    }
    return found;
}

static bool compare_drops(struct reopened *reopened, struct error *err)
{
    struct own_referral own;
    for (size_t i = 0; i < reopened->promise->dropped_count; i++) {
        const struct id128 *id = &reopened->promise->dropped[i];
        arena_reset(reopened->arena);
        if (own_referrals_get(reopened->store, id, reopened->arena, &own)) {
            continue;
        }
        if (lies_in(reopened, "done", id)) {
            return error_set(err, ERROR_DATA, "form %zu is said to be done, and is not", i);
        }
        if (!lies_in(reopened, "incoming", id) && !lies_in(reopened, "taking", id)) {
            return error_set(err, ERROR_DATA, "form %zu is gone", i);
        }
    }
    return true;
}

/* ---- what was delivered ------------------------------------------------------------------------ */

/* The newest of those about the same thing, in whatever lane. */
static bool is_newest(const struct promise *promise, size_t index)
{
    const struct promise_delivery *delivery = &promise->deliveries[index];
    for (size_t i = index + 1; i < promise->delivery_count; i++) {
        if (promise->deliveries[i].kind == delivery->kind &&
            id128_equal(&promise->deliveries[i].entity, &delivery->entity)) {
            return false;
        }
    }
    return true;
}

/* An event of this kind about it, where "more" stands too. */
static bool
is_about(struct bytes event, const char *kind, const struct id128 *entity, const char *more)
{
    char wanted[128];
    char id[ID128_TEXT_MAX];
    (void)snprintf(wanted, sizeof(wanted), "{\"event\":\"%s\",", kind);
    return event.size > strlen(wanted) && memcmp(event.data, wanted, strlen(wanted)) == 0 &&
           memmem(event.data, event.size, id128_format(entity, id), ID128_TEXT_MAX - 1) != NULL &&
           memmem(event.data, event.size, more, strlen(more)) != NULL;
}

/* A hook has run with it and was content, or failed as often as it may, or it waits in the queue. */
static bool
is_told(struct reopened *reopened, const char *kind, const struct id128 *entity, const char *more)
{
    const struct promise *promise = reopened->promise;
    struct hook_queue_entry entry = {.number = 0};
    unsigned failures = 0;
    for (size_t i = 0; i < promise->told_count; i++) {
        if (!is_about(promise->told[i].event, kind, entity, more)) {
            continue;
        }
        if (promise->told[i].well) {
            return true;
        }
        failures++;
    }
    arena_reset(reopened->arena);
    while (hook_queue_next(reopened->store, entry.number + 1, reopened->arena, &entry)) {
        if (is_about(bytes_of(entry.body, strlen(entry.body)), kind, entity, more)) {
            return true;
        }
    }
    return failures >= HOOKS_ATTEMPTS_MAX;
}

static bool
compare_hooks(struct reopened *reopened, const struct promise_delivery *delivery, struct error *err)
{
    static const char *const RECEIPTS[RECEIPT_END] = {[RECEIPT_STORED] = "\"receipt\":\"stored\"",
                                                      [RECEIPT_DELIVERED] =
                                                          "\"receipt\":\"delivered\""};
    if (delivery->is_open_offer && !is_told(reopened, "offer", &delivery->entity, "")) {
        return error_set(err, ERROR_DATA, "no hook was told of an offer, or will be");
    }
    for (uint32_t i = 0; i < RECEIPT_END; i++) {
        if ((delivery->receipts >> i & 1) != 0 && RECEIPTS[i] != NULL &&
            !is_told(reopened, "receipt", &delivery->entity, RECEIPTS[i])) {
            return error_set(err, ERROR_DATA, "no hook was told of %s, or will be", RECEIPTS[i]);
        }
    }
    return true;
}

/* Nothing of an erased referral is left: where the erasure was applied, and so wherever that was said. */
static bool has_facts(struct reopened *reopened, const struct id128 *referral)
{
    struct agent_store_key key = {.size = 0};
    while (agent_store_seek_key(
        reopened->store, AGENT_STORE_FACTS, bytes_of(key.data, key.size), &key)) {
        if (memcmp(key.data + ID128_BYTES, referral->bytes, ID128_BYTES) == 0) {
            return true;
        }
        key.data[key.size++] = 0; /* the next key there can be */
    }
    return false;
}

static bool compare_erased(struct reopened *reopened, struct error *err)
{
    struct mirror_cursor cursor = {{0}};
    struct delivery view;
    arena_reset(reopened->arena);
    while (mirror_next(reopened->store, &cursor, reopened->arena, &view)) {
        if (view.kind != DELIVERY_ERASURE) {
            continue;
        }
        struct delivery disclosure;
        if (has_facts(reopened, &view.entity) || kept_has(reopened->store, &view.entity) ||
            mirror_get(
                reopened->store, DELIVERY_DISCLOSURE, &view.entity, reopened->arena, &disclosure)) {
            return error_set(err, ERROR_DATA, "something is left of an erased referral");
        }
    }
    return true;
}

static bool compare_deliveries(struct reopened *reopened, struct error *err)
{
    const struct promise *promise = reopened->promise;
    for (size_t i = 0; i < promise->delivery_count; i++) {
        const struct promise_delivery *delivery = &promise->deliveries[i];
        struct delivery view;
        if (delivery->number > promise->applied[delivery->lane]) {
            continue;
        }
        arena_reset(reopened->arena);
        if (is_newest(promise, i) &&
            mirror_get(
                reopened->store, delivery->kind, &delivery->entity, reopened->arena, &view) ==
                delivery->gone) {
            return error_set(err,
                             ERROR_DATA,
                             "delivery %" PRIu64 " was acknowledged, its view is %s",
                             delivery->number,
                             delivery->gone ? "still there" : "missing");
        }
        if (!compare_hooks(reopened, delivery, err)) {
            return false;
        }
    }
    return compare_erased(reopened, err);
}

static bool compare_lane(struct reopened *reopened,
                         const struct spool_state *spool,
                         enum lane lane,
                         struct error *err)
{
    const struct promise *promise = reopened->promise;
    const uint64_t applied = mirror_applied(reopened->store, lane);
    if (promise->commands[lane] >= spool->lanes[lane].next) {
        return error_set(err,
                         ERROR_DATA,
                         "command %" PRIu64 " was sent, the spool's next is %" PRIu64,
                         promise->commands[lane],
                         spool->lanes[lane].next);
    }
    return applied >= promise->applied[lane] ||
           error_set(err,
                     ERROR_DATA,
                     "delivery %" PRIu64 " was acknowledged, applied is %" PRIu64,
                     promise->applied[lane],
                     applied);
}

static bool compare(struct reopened *reopened, struct error *err)
{
    const struct promise *promise = reopened->promise;
    struct spool_state spool;
    uint64_t numbered = 0;
    read_everything(reopened);
    arena_reset(reopened->arena);
    spool_state(reopened->store, reopened->arena, &spool);
    for (int lane = 0; lane < LANE_END; lane++) {
        if (!compare_lane(reopened, &spool, (enum lane)lane, err)) {
            return false;
        }
        numbered += spool.lanes[lane].next - 1;
    }
    if (numbered < promise->taken) {
        return error_set(err,
                         ERROR_DATA,
                         "%" PRIu64 " commands were taken, the spool numbered %" PRIu64,
                         promise->taken,
                         numbered);
    }
    if (!id128_is_none(&promise->incarnation) &&
        !id128_equal(&promise->incarnation, &spool.incarnation)) {
        return error_set(err, ERROR_DATA, "the spool is another than the one that was named");
    }
    return compare_referrals(reopened, &spool, err) && compare_drops(reopened, err) &&
           compare_deliveries(reopened, err);
}

bool reopen_agent(const char *store,
                  const struct key32 *storage,
                  const struct promise *promise,
                  struct error *err)
{
    const struct agent_store_options options = {.path = store, .storage = storage};
    struct reopened reopened = {
        .folder = store, .arena = arena_create(turn_bytes), .promise = promise};
    bool well = (reopened.arena != NULL || error_set(err, ERROR_OS, "no memory")) &&
                agent_store_open(&reopened.store, &options, err);
    if (well) {
        well = agent_store_begin(reopened.store, err) && compare(&reopened, err) &&
               agent_store_commit(reopened.store, err);
        agent_store_close(&reopened.store);
    }
    arena_destroy(&reopened.arena);
    return well;
}
