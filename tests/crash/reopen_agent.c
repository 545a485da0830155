/* What a cut left of an agent; see reopen.h. */
#include "tests/crash/reopen.h"

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
    return compare_referrals(reopened, &spool, err) && compare_drops(reopened, err);
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
