/* What a later event of a referral takes on the disk: tests/bench/event_bench
 *
 * 400 referrals are sent, offered, seen, accepted, and their cases closed by two people; each command is a turn of its own
 * with a real journal, which is the dearest way. After each step every site acknowledges its lines and the state is committed.
 * Prints one line of JSON: bytes of both files in use, an event, by steps; tests/bench/stored reads it.
 */
#include "broker/journal/journal.h"
#include "tests/support/district.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REFERRALS = 400 }; /* so many make the load of one curator */

struct bench {
    struct district *district;
    struct journal *journal;
    struct id128 referrals[REFERRALS];
    uint64_t journal_bytes;
    uint64_t state_bytes;
};

static const char people[] =
    "workers:\n"
    "  - {id: curator-of-many, site: social-tatarsky-1, roles: [case-curator], capacity: 1000,\n"
    "     title: {ru: куратор для измерения, en: curator for a measurement}}\n";

static void fail(const char *what)
{
    (void)fprintf(stderr, "event_bench: %s\n", what);
    exit(1);
}

static void check(bool ok, const struct error *err)
{
    if (!ok) {
        fail(err->text);
    }
}

static void everybody_acknowledges(struct bench *bench)
{
    struct world *world = bench->district->world;
    const uint32_t sites = directory_count(world->core.region->directory, DIRECTORY_SITE);
    for (uint32_t site = 1; site <= 2 * sites;
         site++) { /* twice: an offer that is delivered is told to its author */
        struct world_input input = {.kind = WORLD_ACKNOWLEDGE, .site = (site - 1) % sites + 1};
        const struct site_record record = store_site(world->store, input.site);
        memcpy(input.lines, record.lines, sizeof(input.lines));
        district_apply(bench->district, &input);
    }
}

static void append_batches(struct bench *bench)
{
    const struct world *world = bench->district->world;
    struct error err;
    for (size_t i = journal_end(bench->journal).number; i < world->batch_count; i++) {
        const struct journal_record record = {.number = i + 1, .coded = world->journal[i]};
        struct journal_end end;
        check(journal_begin(bench->journal, &record, &err) &&
                  journal_finish(bench->journal, &end, &err),
              &err);
        if (journal_space(bench->journal).used_bytes >
            journal_space(bench->journal).map_bytes / 3) {
            check(journal_grow(bench->journal, &err), &err);
        }
    }
}

/* Prints what the events since the last call took, each. */
static void report(struct bench *bench, const char *step)
{
    struct store *store = bench->district->world->store;
    struct error err;

    everybody_acknowledges(bench);
    append_batches(bench);
    check(store_commit(store, &err) && store_begin(store, &err), &err);
    const uint64_t journal_bytes = journal_space(bench->journal).used_bytes;
    const uint64_t state_bytes = store_space(store).used_bytes;
    if (step != NULL) {
        (void)printf("%s\"%s\": {\"journal\": %.0f, \"state\": %.0f}",
                     strcmp(step, "sent") == 0 ? "{" : ", ",
                     step,
                     (double)(journal_bytes - bench->journal_bytes) / REFERRALS,
                     ((double)state_bytes - (double)bench->state_bytes) / REFERRALS);
    }
    bench->journal_bytes = journal_bytes;
    bench->state_bytes = state_bytes;
}

static void act(struct bench *bench, const char *worker, const struct command *command)
{
    district_command(bench->district, worker, command);
    if (bench->district->last.reply.refused) {
        fail(bench->district->last.reply.problems[0].text.en);
    }
}

/* worker  NULL: the case's own curator */
static void
each_case(struct bench *bench, const char *worker, enum command_kind kind, uint32_t code)
{
    const struct world *world = bench->district->world;
    for (size_t i = 0; i < REFERRALS; i++) {
        const struct case_record record = district_case(bench->district, &bench->referrals[i]);
        const bool offered = kind == COMMAND_SEE || kind == COMMAND_ACCEPT;
        struct assignment_record curator;
        if (!store_assignment(
                world->store, offered ? &record.offer : &record.lead_assignment, &curator)) {
            fail("a case without a curator");
        }
        const char *own = directory_worker(world->core.region->directory, curator.worker)->id;
        const struct command command = {.kind = kind,
                                        .subject = offered ? record.offer : record.id,
                                        .token = record.token,
                                        .code = code,
                                        .note = ""};
        act(bench, worker == NULL ? own : worker, &command);
    }
}

int main(void)
{
    static struct bench bench;
    struct error err;

    bench.district = district_create(people);
    check(journal_open(&bench.journal, scratch_path(bench.district->scratch, "journal"), &err),
          &err);
    report(&bench, NULL);
    for (size_t i = 0; i < REFERRALS; i++) {
        bench.referrals[i] =
            district_send(bench.district, "specialist-school-7", "tatarsky", RISK_TZS);
        if (bench.district->last.reply.refused) {
            fail("a referral was refused");
        }
    }
    report(&bench, "sent");
    each_case(&bench, NULL, COMMAND_SEE, 0);
    report(&bench, "seen");
    each_case(&bench, NULL, COMMAND_ACCEPT, 0);
    report(&bench, "accepted");
    each_case(&bench, NULL, COMMAND_PROPOSE_OUTCOME, CASE_OUTCOME_KEPT_IN_FAMILY);
    report(&bench, "outcome proposed");
    each_case(&bench, "supervisor-tatarsky", COMMAND_APPROVE_OUTCOME, 0);
    report(&bench, "closed");
    (void)printf("}\n");
    journal_close(&bench.journal);
    district_destroy(&bench.district);
    return 0;
}
