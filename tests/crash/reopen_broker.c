/* What a cut left of a broker; see reopen.h. */
#define _GNU_SOURCE 1 /* memmem */
#include "tests/crash/reopen.h"

#include "broker/core/fold.h"
#include "broker/daemon/books.h"
#include "broker/daemon/store_tools.h"
#include "broker/regions.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGEST_BYTES = 32, BATCHES_MAX = 8192 };
static const size_t fold_arena_bytes = (size_t)512 << 20;

struct moment { /* after a batch; [0] is before the first */
    uint8_t hash[FACT_HASH_BYTES];
    uint8_t digest[DIGEST_BYTES];
    size_t referrals; /* of the lists, by then */
    size_t erased;
};

struct reopen_history {
    struct moment moments[BATCHES_MAX];
    uint64_t end;
    struct id128 referrals[PROMISE_REFERRALS_MAX];
    size_t referral_count;
    struct id128 erased[PROMISE_REFERRALS_MAX];
    size_t erased_count;
    struct store *store; /* folded so far */
    struct arena *arena;
    struct regions regions;
};

static void fail(const char *what, const struct error *err)
{
    (void)fprintf(stderr, "reopen: %s: %s\n", what, err->text);
    exit(2);
}

static bool note_batch(void *world,
                       const struct batch *batch,
                       const uint8_t hash[FACT_HASH_BYTES],
                       struct error *err)
{
    struct reopen_history *history = world;
    if (batch->number >= BATCHES_MAX || !fold_batch(history->store, history->arena, batch, hash)) {
        return error_set(err, ERROR_DATA, "batch %" PRIu64 " does not follow", batch->number);
    }
    for (size_t i = 0; i < batch->entry_count; i++) {
        for (size_t k = 0; k < batch->entries[i].fact_count; k++) {
            const struct fact *fact = &batch->entries[i].facts[k];
            if (fact->kind == FACT_REFERRAL_STORED &&
                history->referral_count < PROMISE_REFERRALS_MAX) {
                history->referrals[history->referral_count++] = fact->referral;
            }
            if (fact->kind == FACT_REFERRAL_ERASED &&
                history->erased_count < PROMISE_REFERRALS_MAX) {
                history->erased[history->erased_count++] = fact->referral;
            }
        }
    }
    struct moment *moment = &history->moments[batch->number];
    memcpy(moment->hash, hash, sizeof(moment->hash));
    store_digest(history->store, moment->digest);
    moment->referrals = history->referral_count;
    moment->erased = history->erased_count;
    history->end = batch->number;
    return true;
}

struct reopen_history *reopen_history_create(const char *store, const char *scratch)
{
    char path[PATH_MAX];
    struct journal *journal = NULL;
    struct error err;
    struct reopen_history *history = calloc(1, sizeof(*history));
    (void)snprintf(path, sizeof(path), "%s/journal", store);
    if (history == NULL || (history->arena = arena_create(fold_arena_bytes)) == NULL) {
        (void)error_set(&err, ERROR_OS, "no memory");
        fail("history", &err);
    }
    const struct journal_walk walk = {
        .arena = history->arena, .visit = note_batch, .world = history};
    if (!journal_open(&journal, path, &err) || !store_open(&history->store, scratch, 0, &err) ||
        !store_begin(history->store, &err)) {
        fail("history", &err);
    }
    store_digest(history->store, history->moments[0].digest);
    if (!journal_walk(journal, &walk, &err) ||
        !regions_load(&history->regions, history->store, &err)) {
        fail("history", &err);
    }
    journal_close(&journal);
    store_close(&history->store);
    return history;
}

void reopen_history_destroy(struct reopen_history **history)
{
    if (*history != NULL) {
        regions_release(&(*history)->regions);
        arena_destroy(&(*history)->arena);
        free(*history);
        *history = NULL;
    }
}

/* ---- after a cut ------------------------------------------------------------------------------- */

static bool is_among(const struct id128 *ids, size_t count, const struct id128 *id)
{
    for (size_t i = 0; i < count; i++) {
        if (id128_equal(&ids[i], id)) {
            return true;
        }
    }
    return false;
}

static bool compare_keys(const struct reopen_history *history,
                         struct journal *journal,
                         const struct promise *promise,
                         struct error *err)
{
    const struct moment *moment = &history->moments[journal_end(journal).number];
    struct arena *arena = arena_create(1 << 20);
    struct journal_key key;
    bool well = arena != NULL || error_set(err, ERROR_OS, "no memory");
    for (size_t i = 0; well && i < moment->referrals; i++) {
        const struct id128 *id = &history->referrals[i];
        const bool erased = is_among(history->erased, moment->erased, id);
        arena_reset(arena);
        if (journal_key(journal, id, arena, &key) == erased) {
            well = error_set(err,
                             ERROR_DATA,
                             erased ? "the sealed key of an erased referral is there"
                                    : "a referral's sealed key is missing");
        }
    }
    for (size_t i = 0; well && i < promise->erased_count; i++) {
        well = is_among(history->erased, moment->erased, &promise->erased[i]) ||
               error_set(err, ERROR_DATA, "a site was told of an erasure that is not there");
    }
    arena_destroy(&arena);
    return well;
}

/* ---- the configuration ------------------------------------------------------------------------- */

static const char *const CURATORS[] = {"curator-syktyvkar-1", "curator-syktyvkar-2"};
enum { CAPACITY = 30 };

/* The adoption that the policy's title names; 0: none. */
static unsigned long adoption_of(struct store *store, uint32_t version)
{
    static const char marker[] = "en: Adoption ";
    const char *name = NULL;
    struct bytes text;
    for (uint32_t i = 0; store_text(store, version, i, &name, &text); i++) {
        const char *found = strcmp(name, "policy.yaml") == 0
                                ? memmem(text.data, text.size, marker, strlen(marker))
                                : NULL;
        if (found != NULL) {
            return strtoul(found + strlen(marker), NULL, 10);
        }
    }
    return 0;
}

static bool
compare_configuration(struct store *store, const struct promise *promise, struct error *err)
{
    struct regions regions;
    if (store_meta(store)->version < promise->version) {
        return error_set(err,
                         ERROR_DATA,
                         "version %" PRIu32 " is in force, %" PRIu32 " was told",
                         store_meta(store)->version,
                         promise->version);
    }
    if (store_meta(store)->version == 0) {
        return true; /* before the first start had read one */
    }
    if (!regions_load(&regions, store, err)) {
        return false;
    }
    const struct directory *directory = regions.current->directory;
    const unsigned long adoption = adoption_of(store, regions.current->version);
    bool well = adoption + 1 == regions.current->version;
    for (size_t i = 0; i < sizeof(CURATORS) / sizeof(CURATORS[0]); i++) {
        const uint32_t number = directory_find(directory, DIRECTORY_WORKER, CURATORS[i]);
        well = well && directory_worker(directory, number)->capacity == CAPACITY + adoption;
    }
    regions_release(&regions);
    return well || error_set(err, ERROR_DATA, "the configuration in force is a mixture");
}

static bool compare_journal(const struct reopen_history *history,
                            struct books *books,
                            const struct promise *promise,
                            struct error *err)
{
    const struct journal_end end = journal_end(books->journal);
    if (end.number < promise->position) {
        return error_set(err,
                         ERROR_DATA,
                         "the journal ends at %" PRIu64 ", a reply had named %" PRIu64,
                         end.number,
                         promise->position);
    }
    if (end.number > history->end ||
        memcmp(end.hash, history->moments[end.number].hash, sizeof(end.hash)) != 0) {
        return error_set(err, ERROR_DATA, "batch %" PRIu64 " is another", end.number);
    }
    return compare_keys(history, books->journal, promise, err);
}

static bool
compare_state(const struct reopen_history *history, struct books *books, struct error *err)
{
    uint8_t digest[DIGEST_BYTES];
    const uint64_t end = journal_end(books->journal).number;
    store_digest(books->store, digest);
    const struct error *failure = store_failed(books->store);
    if (failure != NULL) {
        *err = *failure;
        return false;
    }
    return (store_meta(books->store)->position == end &&
            memcmp(digest, history->moments[end].digest, sizeof(digest)) == 0) ||
           error_set(err, ERROR_DATA, "the state is not the journal's at %" PRIu64, end);
}

static bool compare_site(const struct reopen_history *history,
                         struct books *books,
                         const struct promise_site *promised,
                         struct error *err)
{
    const uint32_t number =
        directory_find(history->regions.current->directory, DIRECTORY_SITE, promised->id);
    const struct site_record kept = store_site(books->store, number);
    for (int lane = 0; lane < LANE_END; lane++) {
        if (kept.lines[lane] < promised->lines[lane] ||
            kept.commands[lane] + 1 < promised->expect[lane]) {
            return error_set(err,
                             ERROR_DATA,
                             "%s was sent line %" PRIu64 " and asked for command %" PRIu64
                             ", the state knows %" PRIu64 " and %" PRIu64,
                             promised->id,
                             promised->lines[lane],
                             promised->expect[lane],
                             kept.lines[lane],
                             kept.commands[lane] + 1);
        }
    }
    return true;
}

static bool compare(const struct reopen_history *history,
                    struct books *books,
                    const struct promise *promise,
                    struct error *err)
{
    bool well = compare_journal(history, books, promise, err) &&
                compare_state(history, books, err) &&
                compare_configuration(books->store, promise, err);
    for (size_t i = 0; well && i < promise->site_count; i++) {
        well = compare_site(history, books, &promise->sites[i], err);
    }
    return well && books_tend(books, true, err);
}

bool reopen_broker(const struct reopen_history *history,
                   const char *store,
                   const struct promise *promise,
                   struct error *err)
{
    struct books books;
    FILE *nowhere = fopen("/dev/null", "w");
    struct clock *clock = clock_create_manual(0);
    struct log *log = log_create(nowhere, clock, LOG_LEVEL_ALARM);
    const struct books_options options = {.folder = store, .clock = clock, .log = log};
    bool well = books_open(&books, &options, err);
    if (well) {
        well = compare(history, &books, promise, err);
        books_close(&books);
    }
    log_destroy(&log);
    clock_destroy(&clock);
    (void)fclose(nowhere);
    return well;
}

bool reopen_fsck(const char *store, struct error *err)
{
    FILE *nowhere = fopen("/dev/null", "w");
    struct clock *clock = clock_create_manual(0);
    struct log *log = log_create(nowhere, clock, LOG_LEVEL_ALARM);
    const struct store_tools tools = {
        .settings = {.store = store}, .clock = clock, .log = log, .out = nowhere};
    const bool well = store_tools_fsck(&tools, err);
    log_destroy(&log);
    clock_destroy(&clock);
    (void)fclose(nowhere);
    return well || error_prepend(err, "fsck");
}
