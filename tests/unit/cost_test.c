/* Hot operations, each done many times between two marks for callgrind; every one must do what it is there for.
 *
 * As a test of its own it only checks that. tests/system/cost_test.py runs it under valgrind, counts the instructions of our own
 * objects in each operation, and compares them with tests/unit/cost_baseline.txt. Nothing here depends on clock, address or
 * randomness, but for the values of keys and nonces, on which no branch of ours depends.
 */
#include "agents/core/form.h"
#include "broker/core/candidate.h"
#include "broker/core/family.h"
#include "broker/core/view.h"
#include "broker/journal/journal.h"
#include "proto/family_key.h"
#include "proto/sealing.h"
#include "proto/wire.h"
#include "tests/support/district.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <valgrind/callgrind.h>

enum { TIMES = 64, ARENA_BYTES = 64 << 20, SECTIONS_ALL = 0x7E };

static const char form_text[] =
    "территория: tatarsky\n"
    "уровень: СОП\n"
    "направление: раннее выявление\n"
    "основание: обязанность по закону\n"
    "потребности: [быт, материальная помощь]\n"
    "дети:\n"
    "  - {фамилия: Примерова-17, имя: Аня, отчество: Тестовна, дата рождения: 2021-04-03}\n"
    "родители:\n"
    "  - {роль: мать, фамилия: Примерова-17, имя: Мария, отчество: Тестовна, дата рождения: "
    "1996-02-01}\n"
    "контакт: {адрес: \"Татарск, Пробная, 1\", телефон: +7 000 000-00-00}\n"
    "обстоятельства: Девочка третью неделю приходит без зимней обуви.\n";

struct bench {
    struct arena *arena; /* of what lasts */
    struct arena *turn;  /* of one operation */
    struct district *district;
    struct journal *journal;
    struct turn *asking; /* a turn that decides nothing */
    struct id128 known;  /* a referral whose family is known */
    struct case_record record;
    struct referral referral; /* sealed, with keys */
    struct form_read read;
    struct bytes submit_frame;
    struct bytes coded; /* a batch */
    struct key32 disclosure_secret;
    struct key32 disclosure_public;
    struct key32 site_secret;
    struct key32 site_public;
    struct key32 matching;
    struct disclosed_section *sections;
    size_t section_count;
    struct delivery offer;
    uint64_t acknowledged;
};

/* ---- the operations -------------------------------------------------------------------------- */

static void read_form_into(struct bench *bench, struct arena *arena, struct form_read *read)
{
    const struct form_input input = {.name = "form.yaml",
                                     .content = bytes_of_text(form_text),
                                     .now_us = bench->district->now_us,
                                     .utc_offset_seconds = 25200};
    struct error_list errors;
    errors.count = errors.dropped = 0;
    const bool fine = form_read(&input, arena, read, &errors);
    assert(fine);
}

static void read_form(struct bench *bench)
{
    struct form_read read;
    read_form_into(bench, bench->turn, &read);
    assert(read.form.facts.person_count == 2);
}

static void check_form(struct bench *bench)
{
    struct problems problems;
    problems.count = problems.dropped = 0;
    problems.arena = bench->turn;
    const bool fine = checks_form(&bench->read.form, bench->district->now_us, &problems);
    assert(fine);
}

static void make_keys(struct bench *bench)
{
    struct matching_key *keys;
    size_t count;
    const bool fine =
        family_key_make(&bench->read.form.facts, &bench->matching, bench->turn, &keys, &count);
    assert(fine && count == 4);
}

static void seal_sections(struct bench *bench)
{
    struct referral referral = {.purpose = PURPOSE_CASE};
    const bool fine =
        sealing_seal(&bench->read.form.facts, &bench->disclosure_public, bench->turn, &referral);
    assert(fine);
}

static void decode_submit(struct bench *bench)
{
    struct envelope envelope;
    struct wire_fault fault;
    const bool fine = wire_decode(bench->submit_frame, bench->turn, &envelope, &fault);
    assert(fine && envelope.body.command.kind == COMMAND_SUBMIT);
}

static void match_family(struct bench *bench)
{
    struct family_match match;
    family_match(bench->asking, &bench->referral, &match);
    assert(id128_equal(&match.open_case, &bench->record.id));
}

static void choose_rule(struct bench *bench)
{
    const struct region *region = bench->district->world->core.region;
    const struct policy_facts facts = {.labels = bench->record.labels,
                                       .referrer_kind = AGENCY_KIND_EDUCATION,
                                       .at_us = bench->district->now_us};
    struct policy_verdict verdict;
    policy_decide(region->policy, region->directory, &facts, &verdict);
    assert(verdict.rule >= 0);
}

static void pick_curator(struct bench *bench)
{
    const struct candidate_wish wish = {.record = &bench->record,
                                        .region = bench->district->world->core.region};
    struct fact_decision decision;
    decision.pools[0] = 0;
    decision.pool_count = 1;
    decision.candidate_count = 0;
    memset(decision.counts, 0, sizeof(decision.counts));
    candidate_choose(bench->asking, &wish, &decision);
    assert(decision.candidate_count > 0);
}

static void decide_submit(struct bench *bench)
{
    (void)district_send(bench->district, "specialist-school-7", "tatarsky", RISK_TZS);
    assert(bench->district->last.wrote && !bench->district->last.reply.refused);
}

static void append_journal(struct bench *bench)
{
    struct journal_end end = journal_end(bench->journal);
    const struct journal_record record = {.number = end.number + 1, .coded = bench->coded};
    struct error err;
    const bool fine =
        journal_begin(bench->journal, &record, &err) && journal_finish(bench->journal, &end, &err);
    assert(fine);
}

static void state_record(struct bench *bench)
{
    struct store *store = bench->district->world->store;
    struct case_record record;
    store_put_case(store, &bench->record);
    const bool fine = store_case(store, &bench->record.id, &record);
    assert(fine);
}

static void reseal_sections(struct bench *bench)
{
    const struct sealing_permit permit = {.sealed_key = bench->referral.sealed_key,
                                          .disclosure_secret = &bench->disclosure_secret,
                                          .site_sealing_public = bench->site_public.bytes,
                                          .mask = SECTIONS_ALL};
    const bool fine = sealing_reseal(
        &bench->referral, &permit, bench->turn, &bench->sections, &bench->section_count);
    assert(fine && bench->section_count == 3);
}

static void open_sections(struct bench *bench)
{
    const struct disclosure disclosure = {.referral = bench->referral.id,
                                          .case_number = "",
                                          .worker = "",
                                          .sections = bench->sections,
                                          .section_count = bench->section_count};
    struct facts facts;
    struct shut_sections shut;
    const bool fine = sealing_open(&disclosure, &bench->site_secret, bench->turn, &facts, &shut);
    assert(fine && facts.person_count == 2);
}

static void build_delivery(struct bench *bench)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_DELIVERY};
    struct bytes frame;
    bool fine = view_delivery(&bench->district->world->core,
                              bench->turn,
                              DELIVERY_CASE,
                              &bench->record.id,
                              &envelope.body.delivery);
    fine = fine && wire_encode(&envelope, bench->turn, &frame);
    assert(fine);
}

static void acknowledge(struct bench *bench)
{
    struct world_input input = {.kind = WORLD_ACKNOWLEDGE,
                                .site = world_site(bench->district->world, "school-7-tatarsk"),
                                .lines = {[LANE_NORMAL] = ++bench->acknowledged}};
    district_apply(bench->district, &input);
    assert(bench->district->last.wrote);
}

static const struct {
    const char *name;
    void (*run)(struct bench *bench);
    bool sections; /* needs what reseal-sections leaves */
} operations[] = {
    {"read-form", read_form, false},
    {"check-form", check_form, false},
    {"make-matching-keys", make_keys, false},
    {"seal-sections", seal_sections, false},
    {"decode-submit", decode_submit, false},
    {"match-family", match_family, false},
    {"choose-rule", choose_rule, false},
    {"pick-curator", pick_curator, false},
    {"decide-submit", decide_submit, false},
    {"append-journal", append_journal, false},
    {"put-and-get-record", state_record, false},
    {"reseal-sections", reseal_sections, false},
    {"open-sections", open_sections, true},
    {"build-delivery", build_delivery, false},
    {"acknowledge", acknowledge, false},
};

/* ---- the ground ------------------------------------------------------------------------------ */

static void make_keys_of_site(struct bench *bench)
{
    memset(bench->disclosure_secret.bytes, 7, KEYS_BYTES);
    memset(bench->site_secret.bytes, 9, KEYS_BYTES);
    memset(bench->matching.bytes, 11, KEYS_BYTES);
    bench->matching.epoch = 1;
    keys_public_of(&bench->disclosure_secret, &bench->disclosure_public);
    keys_public_of(&bench->site_secret, &bench->site_public);
    bench->disclosure_secret.epoch = bench->disclosure_public.epoch = 1;
}

static void make_referral(struct bench *bench)
{
    struct envelope envelope = {.version = LIMIT_PROTOCOL_VERSION, .kind = BODY_COMMAND};
    struct matching_key *known = arena_alloc(bench->arena, sizeof(*known));
    struct referral *referral = &bench->referral;

    read_form_into(bench, bench->arena, &bench->read);
    *referral = (struct referral){
        .id = id128_of_position(1, 2), .purpose = PURPOSE_CASE, .labels = bench->read.form.labels};
    bool fine =
        family_key_make(&bench->read.form.facts,
                        &bench->matching,
                        bench->arena,
                        &referral->keys,
                        &referral->key_count) &&
        sealing_seal(&bench->read.form.facts, &bench->disclosure_public, bench->arena, referral);
    envelope.body.command = (struct command){.lane = LANE_NORMAL,
                                             .number = 1,
                                             .actor = "specialist-school-7",
                                             .kind = COMMAND_SUBMIT,
                                             .subject = referral->id,
                                             .worker = "",
                                             .note = "",
                                             .referral = referral};
    fine = fine && wire_encode(&envelope, bench->arena, &bench->submit_frame);
    assert(fine && known != NULL);
    bytes_put_u32(known->digest, 1); /* as the district's first referral has it */
    known->epoch = 1;
    known->role = PERSON_CHILD;
    known->strength = STRENGTH_STRONG;
    bench->referral.keys = known;
    bench->referral.key_count = 1;
}

static void make_batch(struct bench *bench)
{
    struct fact fact = {.kind = FACT_SITE_AWAY, .at_us = 5, .site = 1};
    struct entry entry = {.cause = ENTRY_EXCHANGE, .site = 1, .facts = &fact, .fact_count = 1};
    struct batch batch = {.number = 1, .time_us = 1000, .entries = &entry, .entry_count = 1};
    const bool fine = fact_encode_batch(&batch, bench->arena, &bench->coded);
    assert(fine);
}

static void set_up(struct bench *bench)
{
    struct turn_options now = {.now_us = 0};
    struct error err;

    bench->arena = arena_create(ARENA_BYTES);
    bench->turn = arena_create(ARENA_BYTES);
    assert(bench->arena != NULL && bench->turn != NULL);
    bench->district = district_create(NULL);
    make_keys_of_site(bench);
    bench->known = district_send(bench->district, "specialist-school-7", "tatarsky", RISK_TZS);
    for (int i = 0; i < TIMES; i++) { /* others of the same day */
        (void)district_send(bench->district, "specialist-school-7", "tatarsky", RISK_TZS);
    }
    bench->record = district_case(bench->district, &bench->known);
    make_referral(bench);
    make_batch(bench);
    now.now_us = bench->district->now_us;
    bench->asking = turn_begin(&bench->district->world->core, bench->arena, &now);
    const bool opened =
        journal_open(&bench->journal, scratch_path(bench->district->scratch, "journal"), &err);
    assert(bench->asking != NULL && opened);
}

static void tear_down(struct bench *bench)
{
    journal_close(&bench->journal);
    district_destroy(&bench->district);
    arena_destroy(&bench->turn);
    arena_destroy(&bench->arena);
}

/* Between two marks; first once without: the caches of the first time are not what is counted. */
static void run(struct bench *bench, size_t index, int times)
{
    if (!operations[index].sections) {
        arena_reset(bench->turn);
    }
    operations[index].run(bench);
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    for (int time = 0; time < times; time++) {
        operations[index].run(bench);
    }
    CALLGRIND_DUMP_STATS_AT(operations[index].name);
    CALLGRIND_STOP_INSTRUMENTATION;
    (void)printf("%s %d\n", operations[index].name, TIMES);
}

/* cost_test [OPERATION]: that one alone, an eighth more often than it says: a slowdown that must be noticed. */
int main(int argc, char **argv)
{
    static struct bench bench;
    struct error err;

    if (!keys_start(&err)) {
        return 1;
    }
    set_up(&bench);
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        if (argc == 1 || strcmp(argv[1], operations[i].name) == 0) {
            run(&bench, i, argc == 1 ? TIMES : TIMES + TIMES / 8);
        }
    }
    tear_down(&bench);
    return 0;
}
