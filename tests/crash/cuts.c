/* Cuts the power at every place of a daemon's record and opens what is left.
 *
 * usage: cuts broker RECORD SEED CUTS FORGET
 *        cuts agent  RECORD SEED CUTS FORGET STORAGE-KEY
 *
 * Works in TMPDIR, best in memory. The places between two changes of the disk share CUTS evenly: sometimes only what
 * is safe survives, mostly a choice by SEED, now and then everything. FORGET n > 0: the disk lies, every n-th sync is
 * none. Prints the first few losses and, last, one line `cuts=N places=N lost=N seed=N`; the exit status is 0 whenever
 * it came so far: who called knows what to expect. */
#include "base/keys.h"
#include "tests/crash/disk.h"
#include "tests/crash/promise.h"
#include "tests/crash/reopen.h"
#include "tests/support/scratch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TOLD_MAX = 5, CHILD_S = 60, FSCK_EVERY = 50, STATUS_LOST = 1 };

struct cuts {
    bool is_broker;
    struct scratch *scratch;
    const char *folder; /* that a cut leaves */
    const char *store;  /* in it */
    uint64_t seed;
    uint64_t wanted;
    uint64_t forget;
    struct key32 storage;
    struct recording *recording;
    struct disk *disk;
    struct promise_ear *ear;
    struct promise *promise;
    struct reopen_history *history;
    uint64_t places; /* in all */
    uint64_t made;
    uint64_t lost;
    FILE *said; /* by the child of one cut: what assert says, and why the test itself broke */
};

static void fail(const char *what, const char *why)
{
    (void)fprintf(stderr, "cuts: %s: %s\n", what, why);
    exit(2);
}

/* ---- one cut ----------------------------------------------------------------------------------- */

static void reopen(const struct cuts *cuts)
{
    struct error err = {.code = ERROR_NONE};
    (void)alarm(CHILD_S);
    bool well = cuts->is_broker
                    ? reopen_broker(cuts->history, cuts->store, cuts->promise, &err) &&
                          (cuts->made % FSCK_EVERY != 0 || reopen_fsck(cuts->store, &err))
                    : reopen_agent(cuts->store, &cuts->storage, cuts->promise, &err);
    if (!well && cuts->lost < TOLD_MAX) {
        (void)printf("  %s\n", err.text);
    }
    (void)fflush(stdout);
    _exit(well ? 0 : STATUS_LOST);
}

static void be_quiet(const struct cuts *cuts)
{
    if (ftruncate(fileno(cuts->said), 0) == 0) {
        rewind(cuts->said);
        (void)dup2(fileno(cuts->said), STDERR_FILENO);
    }
}

static void repeat(const struct cuts *cuts)
{
    char line[512];
    rewind(cuts->said);
    while (fgets(line, sizeof(line), cuts->said) != NULL) {
        (void)fputs(line, stderr);
    }
}

static void cut_once(struct cuts *cuts, uint64_t place, enum disk_loss loss)
{
    const uint64_t seed = cuts->seed * 1000003 + cuts->made;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        be_quiet(cuts);
        disk_cut(cuts->disk, cuts->folder, loss, seed);
        reopen(cuts);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        fail("cut", "no process");
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) > STATUS_LOST) {
        repeat(cuts);
        fail("cut", "the test itself broke");
    }
    if (status != 0) {
        if (cuts->lost++ < TOLD_MAX) {
            (void)printf("lost at place %" PRIu64 " of %" PRIu64 ", cut %" PRIu64 ", %s%s\n",
                         place,
                         cuts->places,
                         cuts->made,
                         loss == DISK_KEEPS_ALL    ? "everything kept"
                         : loss == DISK_KEEPS_SAFE ? "only what is safe kept"
                                                   : "some kept",
                         WIFSIGNALED(status) ? ": killed by a signal" : "");
        }
    }
    cuts->made++;
    scratch_remove(cuts->folder);
}

/* The place's share, so that all places together get what is wanted. */
static void cut_here(struct cuts *cuts, uint64_t place)
{
    const uint64_t due = cuts->wanted * (place + 1) / cuts->places;
    while (cuts->made < due) {
        const uint64_t kind = (cuts->made * 7 + place + cuts->seed) % 10;
        cut_once(cuts,
                 place,
                 kind == 0  ? DISK_KEEPS_ALL
                 : kind < 3 ? DISK_KEEPS_SAFE
                            : DISK_KEEPS_SOME);
    }
}

/* ---- the record -------------------------------------------------------------------------------- */

static bool changes_disk(enum record_kind kind)
{
    return kind >= RECORD_CREATE && kind <= RECORD_SYNC_DIR;
}

/* A lying disk turns some syncs into nothing. */
static bool is_forgotten(const struct cuts *cuts, struct record *record, uint64_t *syncs)
{
    if (cuts->forget == 0 || (record->kind != RECORD_SYNC && record->kind != RECORD_WRITE_DS) ||
        ++*syncs % cuts->forget != 0) {
        return false;
    }
    if (record->kind == RECORD_WRITE_DS) {
        record->kind = RECORD_WRITE;
        return false;
    }
    return true;
}

/* With cutting false it only counts the places. */
static void walk(struct cuts *cuts, bool cutting)
{
    struct record record;
    uint64_t place = 0;
    uint64_t syncs = 0;
    recording_rewind(cuts->recording);
    cuts->disk = disk_create();
    memset(cuts->promise, 0, sizeof(*cuts->promise));
    while (recording_next(cuts->recording, &record)) {
        if (changes_disk(record.kind)) {
            if (cutting) {
                cut_here(cuts, place);
            }
            place++;
        }
        if (!is_forgotten(cuts, &record, &syncs)) {
            (void)disk_feed(cuts->disk, &record);
        }
        promise_hear(cuts->ear, cuts->promise, &record);
    }
    if (cutting) {
        cut_here(cuts, place);
    }
    cuts->places = place + 1;
}

/* What the journal held in the end is what it should have held a part of at any time. */
static void learn_history(struct cuts *cuts)
{
    const char *scratch = scratch_path(cuts->scratch, "history");
    disk_cut(cuts->disk, cuts->folder, DISK_KEEPS_ALL, 0);
    cuts->history = reopen_history_create(cuts->store, scratch);
    scratch_remove(cuts->folder);
    scratch_remove(scratch);
}

int main(int argc, char **argv)
{
    struct cuts cuts = {0};
    struct error err;
    if (argc < 6 || !keys_start(&err)) {
        fail("usage", "see the head of tests/crash/cuts.c");
    }
    cuts.is_broker = strcmp(argv[1], "broker") == 0;
    cuts.recording = recording_open(argv[2]);
    cuts.seed = strtoull(argv[3], NULL, 10);
    cuts.wanted = strtoull(argv[4], NULL, 10);
    cuts.forget = strtoull(argv[5], NULL, 10);
    if (!cuts.is_broker && (argc < 7 || !keys_read(argv[6], KEYS_STORAGE, &cuts.storage, &err))) {
        fail("storage key", "missing or not readable");
    }
    cuts.scratch = scratch_create();
    cuts.folder = scratch_path(cuts.scratch, "cut");
    cuts.store = scratch_path(cuts.scratch, "cut/store");
    cuts.ear = promise_ear_create();
    cuts.promise = calloc(1, sizeof(*cuts.promise));
    cuts.said = fopen(scratch_path(cuts.scratch, "said"), "w+");
    if (cuts.promise == NULL || cuts.said == NULL) {
        fail("promise", "no memory");
    }
    walk(&cuts, false);
    if (cuts.is_broker) {
        learn_history(&cuts);
    }
    disk_destroy(&cuts.disk);
    walk(&cuts, true);
    (void)printf("cuts=%" PRIu64 " places=%" PRIu64 " lost=%" PRIu64 " seed=%" PRIu64 "\n",
                 cuts.made,
                 cuts.places,
                 cuts.lost,
                 cuts.seed);
    reopen_history_destroy(&cuts.history);
    disk_destroy(&cuts.disk);
    promise_ear_destroy(&cuts.ear);
    recording_close(&cuts.recording);
    keys_wipe(cuts.storage.bytes, sizeof(cuts.storage.bytes));
    free(cuts.promise);
    (void)fclose(cuts.said);
    scratch_destroy(&cuts.scratch);
    return 0;
}
