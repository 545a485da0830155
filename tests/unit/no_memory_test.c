/* Memory that runs out: the n-th allocation fails, for every n, in what the daemons open and in the ways of a request.
 * Each then fails by name or does without, frees what it had (the sanitizers' build looks), and works when tried again.
 *
 * The allocator stands before the library's, here and in the libraries that we use; sockets are left out, as libzmq ends
 * the process when it has no memory.
 *
 * timeout: 240
 */
#include "agents/core/form.h"
#include "agents/store/agent_store.h"
#include "agents/store/spool.h"
#include "base/file.h"
#include "base/signals.h"
#include "broker/daemon/books.h"
#include "broker/keeper.h"
#include "policy/region.h"
#include "proto/family_key.h"
#include "proto/sealing.h"
#include "proto/wire.h"
#include "tests/support/scratch.h"
#include "tests/support/small_region.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
#define LIBRARY(name) __interceptor_##name
#else
#define LIBRARY(name) __libc_##name
#endif

void *LIBRARY(malloc)(size_t bytes);
void *LIBRARY(calloc)(size_t count, size_t bytes);
void *LIBRARY(realloc)(void *old, size_t bytes);

enum { NEVER = -1, ALLOCATIONS_MOST = 20000, AGAIN_EACH = 5 };

static long left = NEVER; /* allocations until one fails */

static bool is_refused(void)
{
    if (left == NEVER || left-- > 0) {
        return false;
    }
    left = NEVER;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t bytes)
{
    return is_refused() ? NULL : LIBRARY(malloc)(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return is_refused() ? NULL : LIBRARY(calloc)(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
    return is_refused() ? NULL : LIBRARY(realloc)(old, bytes);
}

/* ---- the loop -------------------------------------------------------------------------------------- */

struct world {
    struct scratch *scratch;
    const char *folder; /* the scratch folder, and what is in it */
    const char *broker;
    const char *agent;
    const char *form;
    const char *key_file;
    const char *report;
    struct arena *arena;
    struct clock *clock;
    struct log *log;
    struct key32 key;
    FILE *log_stream;
};

typedef bool act_fn(struct world *world, struct error *err);

/* Until it needs fewer allocations than are let through. */
static void fail_each(struct world *world, act_fn *act)
{
    unsigned failed = 0;

    for (long n = 0; n < ALLOCATIONS_MOST; n++) {
        struct error err = {.code = ERROR_NONE};
        arena_reset(world->arena);
        left = n;
        const bool ok = act(world, &err);
        const bool untouched = left != NEVER;
        left = NEVER;
        if (untouched) {
            assert_true(ok);
            assert_true(n > 0); /* else this test tries nothing */
            return;
        }
        failed += ok ? 0 : 1;
        assert_true(ok || err.code != ERROR_NONE);
        arena_reset(world->arena);
        if (n % AGAIN_EACH == 0 &&
            !act(world, &err)) { /* nothing stays in the way of the next time */
            fail_msg("after allocation %ld: %s", n, err.text);
        }
    }
    fail_msg("no end of allocations, %u failed", failed);
}

/* ---- what is opened -------------------------------------------------------------------------------- */

static bool open_books(struct world *world, struct books *books, struct error *err)
{
    const struct books_options options = {
        .folder = world->broker, .clock = world->clock, .log = world->log};
    return books_open(books, &options, err);
}

static bool broker_store(struct world *world, struct error *err)
{
    struct books books;
    if (!open_books(world, &books, err)) {
        return false;
    }
    books_close(&books);
    return true;
}

static bool agent_spool(struct world *world, struct error *err)
{
    struct agent_store_options options = {.path = world->agent, .storage = &world->key};
    struct agent_store *store = NULL;
    const bool ok = agent_store_open(&store, &options, err);
    agent_store_close(&store);
    return ok;
}

static bool keeper(struct world *world, struct error *err)
{
    struct books books;
    struct keeper *opened = NULL;
    if (!open_books(world, &books, err)) {
        return false;
    }
    const bool ok = keeper_open(&opened, world->key_file, books.journal, err);
    keeper_close(&opened);
    books_close(&books);
    return ok;
}

static bool clock_and_log(struct world *world, struct error *err)
{
    struct clock *clock = clock_create_real();
    struct log *log = clock == NULL ? NULL : log_create(world->log_stream, clock, LOG_LEVEL_INFO);
    struct arena *arena = arena_create(4096);
    struct signals *signals = NULL;
    bool ok = log != NULL && arena != NULL;
    if (!ok) {
        (void)error_set(err, ERROR_OS, "no memory");
    }
    ok = ok && signals_open(&signals, err);
    signals_close(&signals);
    arena_destroy(&arena);
    log_destroy(&log);
    clock_destroy(&clock);
    return ok;
}

static bool region(struct world *world, struct error *err)
{
    static const char policy[] =
        "policy: test\n"
        "pools: {local: {workers: {role: case-curator, territory: covers-case}}}\n"
        "rules: [{id: all, title: {ru: Все, en: All}, curator: local}]\n";
    const struct region_text texts[] = {{"policy.yaml", bytes_of_text(policy)},
                                        {"calendar.yaml", bytes_of_text(small_region_calendar())}};
    const struct region_input input = {.version = 1,
                                       .code = "small",
                                       .number_prefix = "SML",
                                       .title = {"Область", "Region"},
                                       .rows = small_region_rows(),
                                       .row_count = SMALL_REGION_ROWS,
                                       .texts = texts,
                                       .text_count = 2};
    struct error_list *errors = arena_alloc(world->arena, sizeof(*errors));
    struct region *made = NULL;
    const bool ok = errors != NULL && region_create(&made, &input, errors);
    region_destroy(&made);
    return ok || error_set(err, ERROR_OS, "%s", errors == NULL ? "" : errors->items[0].text);
}

/* ---- the ways of a request ------------------------------------------------------------------------- */

/* A form's way into the agent's spool: read, checked, sealed, numbered, durable. */
static bool form_into_spool(struct world *world, struct error *err)
{
    struct agent_store_options options = {.path = world->agent, .storage = &world->key};
    struct agent_store *store = NULL;
    struct form_input input = {.name = "form.yaml", .now_us = clock_wall_us(world->clock)};
    struct error_list *errors = arena_alloc(world->arena, sizeof(*errors));
    struct form_read read;
    struct referral referral = {.id = {{7}}, .purpose = PURPOSE_CASE};
    struct command command = {
        .kind = COMMAND_SUBMIT, .actor = "worker", .worker = "", .note = "", .referral = &referral};

    bool ok =
        errors != NULL && file_read(world->form, 65536, world->arena, &input.content, err) &&
        form_read(&input, world->arena, &read, errors) &&
        form_check(&read, input.now_us, world->arena, errors) &&
        family_key_make(
            &read.form.facts, &world->key, world->arena, &referral.keys, &referral.key_count) &&
        sealing_seal(&read.form.facts, &world->key, world->arena, &referral);
    referral.labels = ok ? read.form.labels : referral.labels;
    ok = ok && agent_store_open(&store, &options, err);
    if (ok && agent_store_begin(store, err)) {
        const struct id128 incarnation = {{1}};
        spool_renew(store, &incarnation, world->arena);
        ok = spool_append(store, &command, 1 << 20, input.now_us, world->arena) == SPOOL_STORED;
        ok = agent_store_commit(store, err) && ok;
    } else {
        ok = false;
    }
    agent_store_close(&store);
    return ok || err->code != ERROR_NONE || error_set(err, ERROR_OS, "no memory");
}

/* A turn of the broker that decides something: durable in the journal, then in the state. */
static bool turn_of_the_broker(struct world *world, struct error *err)
{
    struct books books;
    if (!open_books(world, &books, err)) {
        return false;
    }
    struct core core = {.store = books.store};
    const struct turn_options options = {.now_us = clock_wall_us(world->clock)};
    const struct id128 spool = {{3}};
    struct turn *turn = turn_begin(&core, world->arena, &options);
    bool ok = turn != NULL || error_set(err, ERROR_OS, "no memory");
    if (ok) {
        turn_start_lane(turn, 7, LANE_NORMAL, spool, journal_end(books.journal).number + 1);
        ok = books_append(&books, turn, world->arena, err) && books_tend(&books, true, err) &&
             books_mark_alive(&books, options.now_us, err);
    }
    const uint64_t decided = journal_end(books.journal).number;
    books_close(&books);
    if (!ok) { /* the process would end here, and the next one goes on */
        return false;
    }
    ok = open_books(world, &books, err);
    if (ok) {
        assert_int_equal(journal_end(books.journal).number, decided);
        assert_int_equal(store_meta(books.store)->position, decided);
        books_close(&books);
    }
    return ok;
}

static bool files(struct world *world, struct error *err)
{
    const char *path = world->report;
    struct file_names names;
    struct bytes content;
    return file_write(path, bytes_of_text("a report"), 0600, err) &&
           file_read(path, 100, world->arena, &content, err) &&
           file_list(world->folder, "", world->arena, &names, err);
}

/* ---- the claims ------------------------------------------------------------------------------------ */

static void the_brokers_store_opens_or_says_why_not_test(void **state)
{
    fail_each(*state, broker_store);
}

static void the_agents_store_opens_or_says_why_not_test(void **state)
{
    fail_each(*state, agent_spool);
}

static void the_keeper_opens_or_says_why_not_test(void **state)
{
    fail_each(*state, keeper);
}

static void small_things_are_made_or_refused_test(void **state)
{
    fail_each(*state, clock_and_log);
    fail_each(*state, files);
}

static void a_region_compiles_or_says_why_not_test(void **state)
{
    fail_each(*state, region);
}

static void a_form_is_in_the_spool_or_refused_test(void **state)
{
    fail_each(*state, form_into_spool);
}

static void a_turn_is_durable_or_ends_the_process_test(void **state)
{
    fail_each(*state, turn_of_the_broker);
}

static int set_up(void **state)
{
    static struct world world;
    struct error err;
    static const char form[] =
        "territory: tatarsky\nrisk: tzs\ndirection: early-detection\nbasis: legal-duty\n"
        "needs: [household]\nchildren:\n"
        "  - {surname: Примерова-17, name: Аня, patronymic: Тестовна, born: 2021-04-03}\n"
        "parents:\n  - {role: mother, surname: Примерова-17, name: Мария, document: I-АБ 17}\n"
        "contact: {address: Пробная}\ncircumstances: Дома холодно.\nhealth: Кашель.\n"
        "documents: [{title: Акт, number: 17}]\n";

    assert_true(keys_start(&err));
    world.scratch = scratch_create();
    world.arena = arena_create(64 << 20);
    world.clock = clock_create_manual(INT64_C(1795000000) * 1000000);
    world.log_stream = tmpfile();
    world.log = log_create(world.log_stream, world.clock, LOG_LEVEL_INFO);
    memset(world.key.bytes, 9, sizeof(world.key.bytes));
    world.key.epoch = 1;
    world.folder = scratch_path(world.scratch, "");
    world.broker = scratch_path(world.scratch, "broker");
    world.agent = scratch_path(world.scratch, "agent");
    world.report = scratch_path(world.scratch, "report");
    world.form = scratch_write(world.scratch, "form.yaml", form);
    world.key_file =
        scratch_write(world.scratch,
                      "disclosure.key",
                      "disclosure-secret 0000000000000000000000000000000000000001 1\n");
    *state = &world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    log_destroy(&world->log);
    (void)fclose(world->log_stream);
    clock_destroy(&world->clock);
    arena_destroy(&world->arena);
    scratch_destroy(&world->scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            the_brokers_store_opens_or_says_why_not_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_agents_store_opens_or_says_why_not_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_keeper_opens_or_says_why_not_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(small_things_are_made_or_refused_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_region_compiles_or_says_why_not_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_form_is_in_the_spool_or_refused_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_turn_is_durable_or_ends_the_process_test, set_up, tear_down),
    };
    (void)setenv("TMPDIR", "/dev/shm", 1); /* nothing here is about what a disk keeps */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
