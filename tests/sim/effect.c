/* Effects, and what the ledger learns from them; see effect.h. */
#include "tests/sim/effect.h"

#include "tests/sim/dropped.h"
#include "tests/sim/ledger.h"
#include "tests/sim/plant.h"
#include "tests/sim/wraps.h"

#include <string.h>

enum { ARENA_BYTES_MAX = 72 << 20 /* what a child says has 64 MiB */ };

static struct sim *bound;

void effect_bind(struct sim *sim)
{
    bound = sim;
}

struct sim *effect_sim(void)
{
    return bound;
}

void effect_of(void *world, int party)
{
    struct sim *sim = world;
    if (sim->running != party || sim->doomed != party) {
        return;
    }
    if (sim->effects_left > 0) {
        sim->effects_left--;
        return;
    }
    longjmp(party == SIM_TOOL ? sim->epochs.escape : sim->escape, 1);
}

void effect_sent(void *world, int party, const uint8_t key[KEYS_BYTES], struct bytes frame)
{
    struct sim *sim = world;
    ledger_sent(sim->ledger, sim, party, key, frame);
}

/* ---- what is open -------------------------------------------------------------------------------- */

/* What a region of millions needs is not needed here, and costs time with a sanitizer. */
struct arena *__wrap_arena_create(size_t bytes_max)
{
    const size_t bytes = bound != NULL && bytes_max > ARENA_BYTES_MAX ? ARENA_BYTES_MAX : bytes_max;
    struct arena *arena = __real_arena_create(bytes);
    if (bound == NULL || bound->running == SIM_NOBODY) {
        return arena;
    }
    for (size_t i = 0; i < SIM_ARENAS_MAX; i++) {
        if (bound->arenas[i].arena == NULL) {
            bound->arenas[i].arena = arena;
            bound->arenas[i].party = bound->running;
            break;
        }
    }
    return arena;
}

void __wrap_arena_destroy(struct arena **arena)
{
    for (size_t i = 0; *arena != NULL && bound != NULL && i < SIM_ARENAS_MAX; i++) {
        if (bound->arenas[i].arena == *arena) {
            bound->arenas[i].arena = NULL;
        }
    }
    __real_arena_destroy(arena);
}

bool __wrap_journal_open(struct journal **out, const char *folder, struct error *err)
{
    const bool opened = __real_journal_open(out, folder, err);
    bound->journal = opened ? *out : bound->journal;
    return opened;
}

void __wrap_journal_close(struct journal **journal)
{
    bound->journal = *journal == bound->journal ? NULL : bound->journal;
    __real_journal_close(journal);
}

bool __wrap_store_open(struct store **out,
                       const char *folder,
                       uint64_t map_bytes_max,
                       struct error *err)
{
    const bool opened = __real_store_open(out, folder, map_bytes_max, err);
    bound->store = opened && bound->running == NETWORK_BROKER ? *out : bound->store;
    return opened;
}

void __wrap_store_close(struct store **store)
{
    bound->store = *store == bound->store ? NULL : bound->store;
    __real_store_close(store);
}

DIR *__wrap_opendir(const char *name)
{
    DIR *folder = __real_opendir(name);
    if (bound != NULL && bound->running != SIM_NOBODY) {
        bound->listed = folder;
    }
    return folder;
}

int __wrap_closedir(DIR *folder)
{
    if (bound != NULL && bound->listed == folder) {
        bound->listed = NULL;
    }
    return __real_closedir(folder);
}

void effect_close_left(struct sim *sim, int party)
{
    if (sim->listed != NULL) {
        (void)__real_closedir(sim->listed);
        sim->listed = NULL;
    }
    if (party == NETWORK_BROKER) {
        __real_store_close(&sim->store);
        __real_journal_close(&sim->journal);
    }
    for (size_t i = 0; i < SIM_ARENAS_MAX; i++) {
        if (sim->arenas[i].party == party) {
            __real_arena_destroy(&sim->arenas[i].arena);
        }
    }
}

/* ---- where a process may die --------------------------------------------------------------------- */

bool __wrap_journal_begin(struct journal *journal,
                          const struct journal_record *record,
                          struct error *err)
{
    ledger_append_begins(bound->ledger, record);
    effect_of(bound, NETWORK_BROKER);
    return __real_journal_begin(journal, record, err);
}

bool __wrap_journal_finish(struct journal *journal, struct journal_end *end, struct error *err)
{
    effect_of(bound, NETWORK_BROKER);
    plant_before_append(bound);
    if (!__real_journal_finish(journal, end, err)) {
        return false;
    }
    ledger_append_finished(bound->ledger, bound);
    effect_of(bound, NETWORK_BROKER);
    return true;
}

/* Without a worker: what a commit was started with is written by the finish, turns later. */
static bool
around(bool (*done)(struct store *store, struct error *err), struct store *store, struct error *err)
{
    effect_of(bound, NETWORK_BROKER);
    if (!done(store, err)) {
        return false;
    }
    effect_of(bound, NETWORK_BROKER);
    return true;
}

bool __wrap_store_commit(struct store *store, struct error *err)
{
    return around(__real_store_commit, store, err);
}

bool __wrap_store_commit_start(struct store *store, struct error *err)
{
    return around(__real_store_commit_start, store, err);
}

bool __wrap_store_commit_finish(struct store *store, struct error *err)
{
    return around(__real_store_commit_finish, store, err);
}

/* A configuration that was tried and refused. */
void __wrap_store_abort(struct store *store)
{
    ledger_forget_ahead(bound->ledger);
    __real_store_abort(store);
}

bool __wrap_agent_store_commit(struct agent_store *store, struct error *err)
{
    const int party = bound->running;
    if (party < 0 || bound->agents[party].agent.store != store) {
        return __real_agent_store_commit(store, err);
    }
    ledger_agent_commits(bound->ledger, bound, party);
    plant_before_commit(bound, party);
    effect_of(bound, party);
    if (!__real_agent_store_commit(store, err)) {
        return false;
    }
    ledger_agent_committed(bound->ledger, party);
    effect_of(bound, party);
    return true;
}

void __wrap_fold_fact(struct store *store,
                      struct arena *arena,
                      const struct entry *entry,
                      const struct fact *fact,
                      const struct fold_place *place)
{
    ledger_fold(bound->ledger);
    plant_fold(bound,
               &(struct plant_folding){
                   .store = store, .arena = arena, .entry = entry, .fact = fact, .place = place});
}

/* The disk of the simulation has room, but when a fault says otherwise. */
int __wrap_statvfs(const char *path, struct statvfs *out)
{
    (void)path;
    memset(out, 0, sizeof(*out));
    out->f_bsize = out->f_frsize = 4096;
    out->f_blocks = UINT64_C(1) << 28;
    out->f_bavail = out->f_bfree = bound->disk_low ? 256 : UINT64_C(1) << 27;
    return 0;
}

/* ---- files: of an agent in its drop folder, of a tool everywhere ---------------------------------- */

static void effect_on(const char *file)
{
    if (bound != NULL &&
        (bound->running == SIM_TOOL || dropped_has(bound, bound->running, file, "/"))) {
        effect_of(bound, bound->running);
    }
}

bool __wrap_file_write(const char *path, struct bytes content, unsigned mode, struct error *err)
{
    effect_on(path);
    if (!__real_file_write(path, content, mode, err)) {
        return false;
    }
    if (bound != NULL) {
        dropped_written(bound, bound->running, path, content);
    }
    effect_on(path);
    return true;
}

bool __wrap_file_move(const char *from, const char *to, struct error *err)
{
    effect_on(from);
    if (!__real_file_move(from, to, err)) {
        return false;
    }
    effect_on(from);
    return true;
}

int __wrap_unlink(const char *name)
{
    effect_on(name);
    const int status = __real_unlink(name);
    effect_on(name);
    return status;
}

/* Signals are the runner's. */
bool __wrap_signals_open(struct signals **out, struct error *err)
{
    (void)err;
    *out = NULL;
    return true;
}

void __wrap_signals_close(struct signals **signals)
{
    *signals = NULL;
}
