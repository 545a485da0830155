/* fsck and rebuild; see store_tools.h. */
#include "broker/daemon/store_tools.h"

#include "base/kv.h"

#include "base/utc.h"
#include "broker/core/fold.h"
#include "broker/daemon/books.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DIGEST_BYTES = 32 };
static const size_t arena_bytes = (size_t)512 << 20;

struct check {
    const struct store_tools *tools;
    struct journal *journal;
    struct store *kept;  /* the real state, read only */
    struct store *fresh; /* folded from nothing */
    struct arena *arena;
    uint64_t compared_at; /* position at which the two are compared */
    bool equal;
    uint64_t entries;
    uint64_t facts;
    int64_t told_us;
};

static bool keep_room(struct check *check, struct error *err)
{
    const struct error *failure = store_failed(check->fresh);

    if (failure != NULL) {
        *err = *failure;
        return false;
    }
    if (!store_commit(check->fresh, err)) {
        return false;
    }
    const struct kv_space space = store_space(check->fresh);
    if (space.used_bytes > space.map_bytes / 3 && !store_grow(check->fresh, err)) {
        return false;
    }
    return store_begin(check->fresh, err);
}

static bool compare(struct check *check, struct error *err)
{
    const bool kept = keep_room(check, err);

    check->equal = kept && store_is_equal(check->kept, check->fresh);
    return kept;
}

/* Two stores with the same beginning say the same here. */
static void tell_digest(const struct check *check, uint64_t number)
{
    uint8_t digest[DIGEST_BYTES];

    store_digest(check->fresh, digest);
    (void)fprintf(check->tools->out, "at=%" PRIu64 " fold=", number);
    for (size_t i = 0; i < sizeof(digest); i++) {
        (void)fprintf(check->tools->out, "%02x", digest[i]);
    }
    (void)fputc('\n', check->tools->out);
}

static bool fold_one(void *world,
                     const struct batch *batch,
                     const uint8_t hash[FACT_HASH_BYTES],
                     struct error *err)
{
    struct check *check = world;
    const int64_t boot_us = clock_boot_us(check->tools->clock);

    if (!fold_batch(check->fresh, check->arena, batch, hash)) {
        return error_set(err, ERROR_DATA, "does not follow the one before it");
    }
    check->entries += batch->entry_count;
    for (size_t i = 0; i < batch->entry_count; i++) {
        check->facts += batch->entries[i].fact_count;
    }
    if (batch->number == check->compared_at && !compare(check, err)) {
        return false;
    }
    if (batch->number == check->tools->digest_at) {
        tell_digest(check, batch->number);
    }
    if (boot_us - check->told_us > 2 * UTC_SECOND_US) {
        check->told_us = boot_us;
        LOG_INFO(check->tools->log,
                 "checking",
                 LOG_NUMBER("batch", batch->number),
                 LOG_NUMBER("of", journal_end(check->journal).number));
    }
    return !store_is_full(check->fresh) || keep_room(check, err);
}

static bool run_check(struct check *check, struct error *err)
{
    const struct journal_end end = journal_end(check->journal);
    const struct journal_walk walk = {.arena = check->arena, .visit = fold_one, .world = check};

    check->compared_at = store_meta(check->kept)->position;
    if (check->compared_at > end.number) {
        return error_set(err,
                         ERROR_DATA,
                         "the state is at batch %" PRIu64 ", the journal ends at %" PRIu64,
                         check->compared_at,
                         end.number);
    }
    if (check->compared_at == 0 && !compare(check, err)) {
        return false;
    }
    if (!journal_walk(check->journal, &walk, err)) {
        return false;
    }
    (void)fprintf(check->tools->out,
                  "batches=%" PRIu64 " entries=%" PRIu64 " facts=%" PRIu64 " state=%" PRIu64
                  " digest=%s\n",
                  end.number,
                  check->entries,
                  check->facts,
                  check->compared_at,
                  check->equal ? "equal" : "different");
    return check->equal ||
           error_set(err,
                     ERROR_DATA,
                     "the state differs from what the journal gives; run refbrokerd rebuild");
}

bool store_tools_fsck(const struct store_tools *tools, struct error *err)
{
    char journal[PATH_MAX];
    char state[PATH_MAX];
    char fresh[PATH_MAX];
    struct check check = {.tools = tools, .arena = arena_create(arena_bytes)};

    (void)snprintf(journal, sizeof(journal), "%s/journal", tools->settings.store);
    (void)snprintf(state, sizeof(state), "%s/state", tools->settings.store);
    if (snprintf(fresh, sizeof(fresh), "%s/fsck-%ld", tools->settings.store, (long)getpid()) >=
        (int)sizeof(fresh)) {
        arena_destroy(&check.arena);
        return error_set(err, ERROR_CONFIG, "the store's path is too long");
    }
    if (access(journal, F_OK) != 0) {
        arena_destroy(&check.arena);
        return error_set(err, ERROR_NO_INPUT, "%s: there is no journal", tools->settings.store);
    }
    kv_remove(fresh); /* of a check that was killed */
    check.told_us = clock_boot_us(tools->clock);
    bool ok = (check.arena != NULL || error_set(err, ERROR_OS, "no memory")) &&
              journal_open(&check.journal, journal, err) &&
              store_open(&check.kept, state, 0, err) && store_begin(check.kept, err) &&
              store_open_bulk(&check.fresh, fresh, err) && store_begin(check.fresh, err) &&
              run_check(&check, err);
    store_close(&check.fresh);
    store_close(&check.kept);
    journal_close(&check.journal);
    kv_remove(fresh);
    arena_destroy(&check.arena);
    return ok;
}

bool store_tools_rebuild(const struct store_tools *tools, struct error *err)
{
    struct books books;
    const struct books_options options = {
        .folder = tools->settings.store, .clock = tools->clock, .log = tools->log, .rebuild = true};
    if (!books_open(&books, &options, err)) {
        return false;
    }
    const bool ok = books_tend(&books, true, err);
    if (ok) {
        (void)fprintf(
            tools->out, "batches=%" PRIu64 " rebuilt=yes\n", store_meta(books.store)->position);
    }
    books_close(&books);
    return ok;
}
