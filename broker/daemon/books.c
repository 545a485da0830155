/* Journal and state together; see books.h. */
#include "broker/daemon/books.h"

#include "base/file.h"
#include "base/kv.h"
#include "base/utc.h"
#include "broker/core/fold.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FOLD_COMMIT_BYTES = 16 << 20,
    PROGRESS_US = 2000000,
    SPACE_US = 1000000,
    COMMIT_ASK_MS = 10 /* whether one that runs is done */
};
static const size_t fold_arena_bytes = (size_t)512 << 20;
static const uint64_t disk_least_bytes = UINT64_C(256) << 20;

static bool open_state(struct books *books, const char *path, struct error *err);
static bool fold_rest(struct books *books, struct error *err);
static bool rebuild(struct books *books, const char *path, struct error *err);
static bool is_of_journal(struct books *books);
static bool grow_maps(struct books *books, struct error *err);
static void read_space(struct books *books);

bool books_open(struct books *out, const struct books_options *options, struct error *err)
{
    char path[PATH_MAX];
    struct books books = {.clock = options->clock, .log = options->log, .folder = options->folder};

    if (strlen(options->folder) + 32 > sizeof(path)) {
        return error_set(err, ERROR_CONFIG, "the store's path is too long");
    }
    (void)snprintf(path, sizeof(path), "%s/journal", options->folder);
    bool ok =
        file_make_folder(options->folder, 0700, err) && journal_open(&books.journal, path, err);
    (void)snprintf(path, sizeof(path), "%s/state", options->folder);
    if (ok && options->rebuild) { /* perhaps the state cannot even be opened */
        ok = rebuild(&books, path, err);
    } else if (ok) {
        ok = open_state(&books, path, err) &&
             (is_of_journal(&books) ? fold_rest(&books, err) : rebuild(&books, path, err));
    }
    if (!ok) {
        books_close(&books);
        return error_prepend(err, "store %s", options->folder);
    }
    read_space(&books);
    *out = books;
    return true;
}

void books_close(struct books *books)
{
    store_close(&books->store);
    journal_close(&books->journal);
}

/* ---- appending ----------------------------------------------------------------------------------- */

static bool append_record(struct books *books,
                          const struct journal_record *record,
                          struct journal_end *end,
                          struct error *err)
{
    return journal_begin(books->journal, record, err) && journal_finish(books->journal, end, err);
}

static bool collect_keys(const struct books *books,
                         struct turn *turn,
                         struct arena *arena,
                         struct journal_record *record)
{
    const struct turn_key *given = NULL;
    const size_t count = turn_keys(turn, &given);
    struct journal_key *keys = arena_array(arena, count + 1, sizeof(*keys));

    for (size_t i = 0; keys != NULL && i < count; i++) {
        keys[i] = (struct journal_key){
            .referral = given[i].referral, .epoch = given[i].epoch, .sealed = given[i].sealed_key};
        if (books->keeper != NULL) {
            (void)keeper_renew(books->keeper, arena, &keys[i]);
        }
    }
    record->keys = keys;
    record->key_count = count;
    record->erased_count = turn_erased(turn, &record->erased);
    return keys != NULL;
}

bool books_append(struct books *books, struct turn *turn, struct arena *arena, struct error *err)
{
    const struct error *failure = store_failed(books->store);
    struct journal_record record = {0};
    struct journal_end end;

    if (failure != NULL) {
        *err = *failure;
        return error_prepend(err, "state");
    }
    if (turn_failed(turn)) {
        return error_set(err, ERROR_OS, "the turn's memory is full");
    }
    const struct batch *batch = turn_batch(turn);
    if (batch == NULL) {
        return true;
    }
    record.number = batch->number;
    if (!fact_encode_batch(batch, arena, &record.coded) ||
        !collect_keys(books, turn, arena, &record)) {
        return error_set(err, ERROR_OS, "no memory to encode batch %" PRIu64, batch->number);
    }
    if (!append_record(books, &record, &end, err)) {
        return false;
    }
    turn_settle(turn, end.hash);
    if (books->dirty_since_us == 0) {
        books->dirty_since_us = clock_boot_us(books->clock);
    }
    return true;
}

/* A commit that started comes to its end: waited for, or only when it is done. */
static bool finish_commit(struct books *books, bool wait, struct error *err)
{
    if (!store_commit_runs(books->store) || (!wait && !store_commit_is_done(books->store))) {
        return true;
    }
    return (store_commit_finish(books->store, err) && grow_maps(books, err)) ||
           error_prepend(err, "commit the state");
}

static bool start_commit(struct books *books, struct error *err)
{
    if (!store_commit_start(books->store, err)) {
        return error_prepend(err, "commit the state");
    }
    books->dirty_since_us = 0;
    return true;
}

bool books_tend(struct books *books, bool anyway, struct error *err)
{
    const int64_t boot_us = clock_boot_us(books->clock);
    const bool large = store_uncommitted_bytes(books->store) >= BOOKS_COMMIT_BYTES;
    const bool due = books->dirty_since_us != 0 &&
                     (large || boot_us - books->dirty_since_us >= BOOKS_COMMIT_MS * INT64_C(1000));

    if (boot_us - books->space_read_us >= SPACE_US) {
        read_space(books);
    }
    if (!finish_commit(books, anyway || (due && large), err)) {
        return false;
    }
    if (anyway) {
        return start_commit(books, err) && finish_commit(books, true, err);
    }
    return !due || store_commit_runs(books->store) || start_commit(books, err);
}

bool books_undo(struct books *books, const struct meta_record *before, struct error *err)
{
    assert(books->dirty_since_us == 0);
    store_abort(books->store);
    *store_meta(books->store) = *before;
    return store_begin(books->store, err);
}

int64_t books_commit_in_ms(const struct books *books)
{
    if (books->dirty_since_us == 0) {
        return -1;
    }
    const int64_t age_ms = (clock_boot_us(books->clock) - books->dirty_since_us) / 1000;
    if (age_ms >= BOOKS_COMMIT_MS) {
        return store_commit_runs(books->store) ? COMMIT_ASK_MS : 0;
    }
    return BOOKS_COMMIT_MS - age_ms;
}

/* ---- space --------------------------------------------------------------------------------------- */

/* A transaction copies every page that it changes, and while the one before is read, what that one replaced is not free
 * yet: a map is doubled long before it is full. */
static bool is_tight(const struct kv_space *space)
{
    return space->used_bytes > space->map_bytes / 4;
}

static bool grow_maps(struct books *books, struct error *err)
{
    const struct kv_space state = store_space(books->store);
    const struct kv_space journal = journal_space(books->journal);

    /* At its largest a map cannot grow; then disk_low says so before it is full. */
    if (is_tight(&state) && !store_grow(books->store, err) && err->code != ERROR_TEMPORARY) {
        return false;
    }
    return !is_tight(&journal) || journal_grow(books->journal, err) || err->code == ERROR_TEMPORARY;
}

static bool is_low(const struct kv_space *space)
{
    const uint64_t share = space->map_bytes / 5;
    const uint64_t least = share > disk_least_bytes ? share : disk_least_bytes;
    return space->disk_free_bytes < least || space->used_bytes > space->map_bytes - share;
}

static void read_space(struct books *books)
{
    const struct kv_space state = store_space(books->store);
    const struct kv_space journal = journal_space(books->journal);
    const bool low = is_low(&state) || is_low(&journal);

    if (low && !books->disk_low) {
        LOG_ALARM(books->log, "disk_low", LOG_NUMBER("free_bytes", journal.disk_free_bytes));
    } else if (!low && books->disk_low) {
        LOG_INFO(books->log, "disk_recovered", LOG_NUMBER("free_bytes", journal.disk_free_bytes));
    }
    books->disk_low = low;
    books->disk_free_bytes = journal.disk_free_bytes;
    books->space_read_us = clock_boot_us(books->clock);
}

/* ---- folding ------------------------------------------------------------------------------------- */

struct folding {
    struct books *books;
    struct arena *arena;
    size_t bytes; /* since the last commit */
    bool bulk;
    uint64_t facts;
    int64_t told_us;
};

static bool commit_fold(struct folding *folding, struct error *err)
{
    struct store *store = folding->books->store;
    const struct error *failure = store_failed(store);

    if (failure != NULL) {
        *err = *failure;
        return false;
    }
    folding->bytes = 0;
    return store_commit(store, err) && grow_maps(folding->books, err) && store_begin(store, err);
}

static void tell_progress(struct folding *folding, uint64_t number)
{
    const int64_t boot_us = clock_boot_us(folding->books->clock);

    if (boot_us - folding->told_us < PROGRESS_US) {
        return;
    }
    folding->told_us = boot_us;
    LOG_INFO(folding->books->log,
             "state_folding",
             LOG_NUMBER("batch", number),
             LOG_NUMBER("of", journal_end(folding->books->journal).number),
             LOG_NUMBER("facts", folding->facts));
}

static bool fold_one(void *world,
                     const struct batch *batch,
                     const uint8_t hash[FACT_HASH_BYTES],
                     struct error *err)
{
    struct folding *folding = world;

    if (!fold_batch(folding->books->store, folding->arena, batch, hash)) {
        return error_set(err, ERROR_DATA, "does not follow the state's position");
    }
    for (size_t i = 0; i < batch->entry_count; i++) {
        folding->facts += batch->entries[i].fact_count;
    }
    folding->bytes += arena_used(folding->arena);
    tell_progress(folding, batch->number);
    const bool due =
        folding->bulk ? store_is_full(folding->books->store) : folding->bytes >= FOLD_COMMIT_BYTES;
    return !due || commit_fold(folding, err);
}

static bool fold_journal(struct books *books, bool bulk, struct error *err)
{
    const struct meta_record *meta = store_meta(books->store);
    struct folding folding = {.books = books,
                              .bulk = bulk,
                              .arena = arena_create(fold_arena_bytes),
                              .told_us = clock_boot_us(books->clock)};
    struct journal_walk walk = {.after = {.number = meta->position},
                                .arena = folding.arena,
                                .visit = fold_one,
                                .world = &folding};

    if (folding.arena == NULL) {
        return error_set(err, ERROR_OS, "no memory to fold the journal");
    }
    memcpy(walk.after.hash, meta->hash, sizeof(walk.after.hash));
    bool ok = journal_walk(books->journal, &walk, err) && commit_fold(&folding, err);
    arena_destroy(&folding.arena);
    LOG_INFO(books->log,
             "state_folded",
             LOG_NUMBER("batch", meta->position),
             LOG_NUMBER("facts", folding.facts));
    return ok;
}

static bool fold_rest(struct books *books, struct error *err)
{
    return store_meta(books->store)->position == journal_end(books->journal).number ||
           fold_journal(books, false, err);
}

static bool open_state(struct books *books, const char *path, struct error *err)
{
    return store_open(&books->store, path, 0, err) && grow_maps(books, err) &&
           store_begin(books->store, err);
}

/* Of its beginning; an empty state is that only of an empty journal. */
static bool is_of_journal(struct books *books)
{
    const struct meta_record *meta = store_meta(books->store);
    uint8_t hash[FACT_HASH_BYTES];

    if (meta->position == 0) {
        return journal_end(books->journal).number == 0;
    }
    return journal_hash(books->journal, meta->position, hash) &&
           memcmp(hash, meta->hash, sizeof(hash)) == 0;
}

/* Beside the state, which it replaces when it is whole and on the disk: whoever holds the journal holds both. */
static bool rebuild(struct books *books, const char *path, struct error *err)
{
    char fresh[PATH_MAX];

    const uint64_t position = books->store == NULL ? 0 : store_meta(books->store)->position;
    LOG_WITH(books->log,
             position == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
             "state_rebuild",
             LOG_TEXT("reason",
                      books->store == NULL ? "asked"
                      : position == 0      ? "empty"
                                           : "not of this journal"),
             LOG_NUMBER("position", position),
             LOG_NUMBER("journal", journal_end(books->journal).number));
    store_close(&books->store);
    (void)snprintf(fresh, sizeof(fresh), "%s/state.new", books->folder);
    kv_remove(fresh); /* of a rebuild that was killed */
    kv_remove(path);
    bool ok = store_open_bulk(&books->store, fresh, err) && store_begin(books->store, err) &&
              fold_journal(books, true, err);
    if (ok) {
        store_abort(books->store); /* nothing is in it */
        ok = store_sync(books->store, err);
    }
    store_close(&books->store);
    return ok && file_move(fresh, path, err) && open_state(books, path, err);
}

/* ---- signs of life ------------------------------------------------------------------------------- */

bool books_mark_alive(const struct books *books, int64_t now_us, struct error *err)
{
    char path[PATH_MAX];
    char text[UTC_TEXT_MAX + 1];

    (void)utc_format(now_us, UTC_SECONDS, text);
    (void)snprintf(path, sizeof(path), "%s/alive", books->folder);
    return file_write(path, bytes_of_text(text), 0600, err);
}

int64_t books_last_alive_us(const struct books *books)
{
    char path[PATH_MAX];
    struct bytes text;
    struct error ignored;
    struct utc_civil civil;
    bool has_offset = false;
    int32_t offset_s = 0;
    int64_t last_us = store_meta(books->store)->time_us;
    struct arena *arena = arena_create(4096);

    (void)snprintf(path, sizeof(path), "%s/alive", books->folder);
    if (arena != NULL && file_read(path, UTC_TEXT_MAX, arena, &text, &ignored) &&
        utc_parse_time((const char *)text.data, &civil, &has_offset, &offset_s) && has_offset) {
        const int64_t alive_us = utc_of_civil(&civil);
        last_us = alive_us > last_us ? alive_us : last_us;
    }
    arena_destroy(&arena);
    return last_us;
}
