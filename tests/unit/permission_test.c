/* Every command and query, for every role, in every relation to a case: against a table typed by hand.
 *
 * The situations are put into the store as they are; who may do what there is written below, letter by letter. */
#include "broker/core/permission.h"

#include "tests/support/scratch.h"
#include "tests/support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* One worker of each role at the agency whose desks serve the case's territory, and one elsewhere. */
static const char *const directory_text =
    "territories:\n"
    "  - {id: region, title: {ru: Область, en: Region}, zone: z}\n"
    "  - {id: here, parent: region, title: {ru: Здесь, en: Here}}\n"
    "  - {id: there, parent: region, title: {ru: Там, en: There}}\n"
    "agencies:\n"
    "  - {id: near, kind: social, ownership: state, territories: [here], home-site: near-1,\n"
    "     title: {ru: Ближнее, en: Near}}\n"
    "  - {id: far, kind: social, ownership: state, territories: [region], home-site: far-1,\n"
    "     title: {ru: Дальнее, en: Far}}\n"
    "sites:\n"
    "  - {id: near-1, agency: near, title: {ru: Ближняя, en: Near}}\n"
    "  - {id: near-2, agency: near, title: {ru: Вторая, en: Second}}\n"
    "  - {id: far-1, agency: far, title: {ru: Дальняя, en: Far}}\n"
    "desks:\n"
    "  - {role: triage, agency: near, territory: here}\n"
    "  - {role: supervisor, agency: near, territory: here}\n"
    "  - {role: coordinator, agency: near, territory: here}\n"
    "  - {role: triage, agency: far, territory: region}\n"
    "  - {role: supervisor, agency: far, territory: region}\n"
    "  - {role: coordinator, agency: far, territory: region}\n"
    "keys:\n"
    "  - {site: near-1, curve: 'k):*7I&*P8lv2U9Xod:>8}27{0K?{>?&6/IUn&u3',\n"
    "     sealing: '2:1a<ZE7NI{jR@Si<!iW}nKHbQu?iPuJtT:p*3e#'}\n"
    "workers:\n"
    "  - {id: colleague, site: near-2, roles: [case-curator], capacity: 9,\n"
    "     title: {ru: коллега, en: colleague}}\n"
    "  - {id: chief, site: near-2, roles: [supervisor], title: {ru: руководитель, en: chief}}\n";

static const char *const broker_text =
    "region: novosibirsk\nnumber-prefix: NSO\ntitle: {ru: Область, en: Region}\n"
    "listen: tcp://127.0.0.1:*\nkeys: {curve: b.key, disclosure: d.key}\nstore: store\n"
    "calendar: calendar.yaml\ndirectory: directory\npolicy: policy.yaml\n";

static const char *const calendar_text =
    "zones: [{id: z, offsets: [{from: 2016-07-24, utc: '+07:00'}]}]\n"
    "work: {days: [mon, tue, wed, thu, fri], from: '09:00', to: '18:00'}\n"
    "years: [{year: 2026, holidays: [], workdays: []}]\n";

static const char *const policy_text =
    "policy: p\ntitle: {ru: Правила, en: Rules}\n"
    "pools: {all: {workers: {role: case-curator}, pick: least-loaded}}\n"
    "rules: [{id: every, title: {ru: Все, en: Every}, curator: [all]}]\n";

static const char *const role_ids[ROLE_END] = {
    [ROLE_SPECIALIST] = "specialist",
    [ROLE_INTAKE_CURATOR] = "intake-curator",
    [ROLE_CASE_CURATOR] = "case-curator",
    [ROLE_DUTY_CURATOR] = "duty-curator",
    [ROLE_PERFORMER] = "performer",
    [ROLE_SUPERVISOR] = "supervisor",
    [ROLE_COORDINATOR] = "coordinator",
    [ROLE_ADMINISTRATOR] = "administrator",
    [ROLE_OBSERVER] = "observer",
};

/* What ties a worker to the case. In the first ones the worker is far away, in the last ones at the agency whose
 * desks serve the case's territory. */
enum situation {
    STRANGER,
    OFFERED,   /* an open offer */
    TOO_LATE,  /* an expired offer, which may still be accepted */
    REFUSED,   /* refused by this worker */
    LEAD,      /* leads it */
    LED,       /* led it until it ended */
    LOST,      /* led it before, and it waits for another curator */
    NEAR,      /* at the agency of the desks; the case is on none */
    AT_TRIAGE, /* the case is on that desk */
    AT_SUPERVISOR,
    AT_COORDINATOR,
    SITUATIONS
};

static const char *const situation_names[SITUATIONS] = {"stranger",
                                                        "offered",
                                                        "too late",
                                                        "refused",
                                                        "lead",
                                                        "led",
                                                        "lost",
                                                        "near",
                                                        "at triage",
                                                        "at supervisor",
                                                        "at coordinator"};

/* Letters in the order of the roles: specialist, intake curator, case curator, duty curator, performer, supervisor,
 * coordinator, administrator, observer. G granted, D denied, - answered as if there were no such case. */
struct expected {
    bool query;
    uint32_t kind;
    const char *letters[SITUATIONS];
};

#define ALL    "GGGGGGGGG"
#define NOBODY "---------"
#define NEVER  "DDDDDDDDD"
#define EVERYWHERE(letters)                                                                        \
    {                                                                                              \
        letters, letters, letters, letters, letters, letters, letters, letters, letters, letters,  \
            letters                                                                                \
    }

#define ABOUT_NEAR(letters)                                                                        \
    {                                                                                              \
        "DDDDDDDGD", "DDDDDDDGD", "DDDDDDDGD", "DDDDDDDGD", "DDDDDDDGD", "DDDDDDDGD", "DDDDDDDGD", \
            letters, letters, letters, letters                                                     \
    }

static const struct expected table[] = {
    {false, COMMAND_SUBMIT, EVERYWHERE("GGGGGGGDD")},
    {false,
     COMMAND_SEE,
     {NOBODY, ALL, ALL, NOBODY, ALL, ALL, NOBODY, NOBODY, "-G-------", "-----G---", "------G--"}},
    {false,
     COMMAND_ACCEPT,
     {NOBODY, ALL, ALL, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY}},
    {false,
     COMMAND_REFUSE,
     {NOBODY, ALL, ALL, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY}},
    {false,
     COMMAND_PROPOSE_OUTCOME,
     {NOBODY, NOBODY, NOBODY, NOBODY, ALL, ALL, NOBODY, NOBODY, NOBODY, NOBODY, NOBODY}},
    {false,
     COMMAND_APPROVE_OUTCOME,
     {"DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDDGGDD",
      "DDDDDGGDD",
      "DDDDDGGDD",
      "DDDDDGGDD"}},
    {false,
     COMMAND_REJECT_OUTCOME,
     {"DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDD--DD",
      "DDDDDGGDD",
      "DDDDDGGDD",
      "DDDDDGGDD",
      "DDDDDGGDD"}},
    {false,
     COMMAND_ASSIGN,
     {NOBODY,
      NOBODY,
      NOBODY,
      NOBODY,
      NOBODY,
      NOBODY,
      NOBODY,
      "-G---GG--",
      "-G---GG--",
      "-G---GG--",
      "-G---GG--"}},
    {false,
     COMMAND_CONFIRM_DUPLICATE,
     {NOBODY,
      ALL,
      ALL,
      NOBODY,
      ALL,
      ALL,
      NOBODY,
      "-G---GG--",
      "-G---GG--",
      "-G---GG--",
      "-G---GG--"}},
    {false,
     COMMAND_REJECT_DUPLICATE,
     {NOBODY,
      ALL,
      ALL,
      NOBODY,
      ALL,
      ALL,
      NOBODY,
      "-G---GG--",
      "-G---GG--",
      "-G---GG--",
      "-G---GG--"}},
    {false, COMMAND_ACCEPT_CLOCK, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_FORM, EVERYWHERE(NEVER)}, /* of the ipc only */
    {true, QUERY_STATUS, EVERYWHERE(ALL)},
    {true, QUERY_AGENCIES, EVERYWHERE(ALL)},
    {true, QUERY_CASES, EVERYWHERE(ALL)}, /* each case is asked for as QUERY_CASE */
    {true, QUERY_CURATORS, EVERYWHERE("DGDDDGGGD")},
    {true,
     QUERY_CASE,
     {"-------G-",
      ALL,
      ALL,
      "-------G-",
      ALL,
      ALL,
      "-------G-",
      "-G---GGG-",
      "-G---GGG-",
      "-G---GGG-",
      "-G---GGG-"}},
    {true,
     QUERY_TIMELINE,
     {"-------G-",
      ALL,
      ALL,
      "-------G-",
      ALL,
      ALL,
      "-------G-",
      "-G---GGG-",
      "-G---GGG-",
      "-G---GGG-",
      "-G---GGG-"}},
    {true,
     QUERY_EXPLAIN,
     {"-------G-",
      ALL,
      ALL,
      "-------G-",
      ALL,
      ALL,
      "-------G-",
      "-G---GGG-",
      "-G---GGG-",
      "-G---GGG-",
      "-G---GGG-"}},
    {true, QUERY_REFERRALS, EVERYWHERE(NEVER)}, /* of the ipc only */
    {true, QUERY_INBOX, EVERYWHERE(NEVER)},
    {true, QUERY_VERSIONS, EVERYWHERE("DDDDDDDGD")},
    {true, QUERY_VERSION, EVERYWHERE("DDDDDDDGD")},
    {true, QUERY_PAST, EVERYWHERE("DDDDDDGGD")},
    {true, QUERY_PROPOSAL, EVERYWHERE("DDDDDDDGD")},
    {true, QUERY_PLANS, EVERYWHERE("DDDDDDDGD")},
    {true, QUERY_SHADOW, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_POLICY_PART, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_POLICY_APPLY, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_POLICY_ROLLBACK, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_POLICY_WITHDRAW, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_ERASE, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_SITE_REVOKE, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_SITE_ROTATE, EVERYWHERE("GGGGGGGGG")},
    {true, QUERY_ERASURES, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_POLICY_PROMOTE, EVERYWHERE("DDDDDDDGD")},
    {false, COMMAND_POLICY_SIGN, EVERYWHERE("DDDDDDDGD")},
    /* About the case curator of the near site, who has no case. */
    {false, COMMAND_LEAVE, ABOUT_NEAR("GGGGGGGGG")},
    {false, COMMAND_END_LEAVE, ABOUT_NEAR("GGGGGGGGG")},
    {false, COMMAND_SET_CAPACITY, ABOUT_NEAR("GGGGGGGGG")},
    {false, COMMAND_DISMISS, ABOUT_NEAR("DDDDDGGGD")},
};

/* Commands and queries that concern no case. */
static bool about_a_worker(uint32_t kind)
{
    return kind == COMMAND_LEAVE || kind == COMMAND_END_LEAVE || kind == COMMAND_SET_CAPACITY ||
           kind == COMMAND_DISMISS;
}

static bool without_case(const struct expected *row)
{
    return row->query
               ? row->kind == QUERY_STATUS || row->kind == QUERY_AGENCIES ||
                     row->kind == QUERY_CASES || row->kind == QUERY_CURATORS ||
                     row->kind == QUERY_REFERRALS || row->kind == QUERY_INBOX ||
                     row->kind == QUERY_VERSIONS || row->kind == QUERY_VERSION ||
                     row->kind == QUERY_PROPOSAL || row->kind == QUERY_PAST ||
                     row->kind == QUERY_PLANS || row->kind == QUERY_SHADOW ||
                     row->kind == QUERY_ERASURES
               : row->kind == COMMAND_SUBMIT || row->kind == COMMAND_ACCEPT_CLOCK ||
                     row->kind == COMMAND_FORM || row->kind == COMMAND_POLICY_PART ||
                     row->kind == COMMAND_POLICY_APPLY || row->kind == COMMAND_POLICY_ROLLBACK ||
                     row->kind == COMMAND_POLICY_WITHDRAW || row->kind == COMMAND_ERASE ||
                     row->kind == COMMAND_POLICY_PROMOTE || row->kind == COMMAND_SITE_REVOKE ||
                     row->kind == COMMAND_SITE_ROTATE || row->kind == COMMAND_POLICY_SIGN ||
                     about_a_worker(row->kind);
}

struct fixture {
    struct scratch *scratch;
    struct arena *arena;
    struct world *world;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    char workers[8192];
    size_t used = (size_t)snprintf(workers, sizeof(workers), "%s", directory_text);
    for (int role = ROLE_SPECIALIST; role < ROLE_END; role++) {
        static const char *const sites[] = {"near", "far"};
        for (size_t i = 0; i < 2; i++) {
            used += (size_t)snprintf(workers + used,
                                     sizeof(workers) - used,
                                     "  - {id: %s-%s, site: %s-1, roles: [%s], capacity: 9,\n"
                                     "     title: {ru: %s, en: %s}}\n",
                                     role_ids[role],
                                     sites[i],
                                     sites[i],
                                     role_ids[role],
                                     role_ids[role],
                                     role_ids[role]);
        }
    }
    fixture.scratch = scratch_create();
    fixture.arena = arena_create((size_t)64 << 20);
    (void)scratch_write(fixture.scratch, "set/broker.yaml", broker_text);
    (void)scratch_write(fixture.scratch, "set/calendar.yaml", calendar_text);
    (void)scratch_write(fixture.scratch, "set/policy.yaml", policy_text);
    (void)scratch_write(fixture.scratch, "set/directory/all.yaml", workers);
    fixture.world = world_create(scratch_path(fixture.scratch, "store"));
    const int64_t now_us = INT64_C(1795000000000000);
    struct world_result result;
    const struct world_input input = {
        .kind = WORLD_CONFIGURE,
        .options = {.now_us = now_us},
        .region = world_region(scratch_path(fixture.scratch, "set"), fixture.arena, now_us)};
    world_apply(fixture.world, &input, &result);
    *state = &fixture;
    return fixture.world->core.region == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    world_destroy(&fixture->world);
    arena_destroy(&fixture->arena);
    scratch_destroy(&fixture->scratch);
    return 0;
}

/* A hop of the case to this worker. */
static void put_hop(struct fixture *fixture,
                    struct case_record *record,
                    uint32_t worker,
                    enum assignment_state state)
{
    struct assignment_record hop;
    memset(&hop, 0, sizeof(hop));
    hop.id = id128_of_position(2, 1);
    hop.case_id = record->id;
    hop.worker = worker;
    hop.state = state;
    hop.token = 1;
    store_put_assignment(fixture->world->store, &hop);
    store_put_case_assignment(fixture->world->store, &record->id, 0, &hop.id);
    record->assignments = 1;
    if (state == ASSIGNMENT_OFFERED) {
        record->offer = hop.id;
    }
    if (state == ASSIGNMENT_ACTIVE) {
        record->lead_assignment = hop.id;
    }
}

static struct case_record
arrange(struct fixture *fixture, enum situation situation, uint32_t worker)
{
    static const enum desk desks[SITUATIONS] = {[AT_TRIAGE] = DESK_TRIAGE,
                                                [AT_SUPERVISOR] = DESK_SUPERVISOR,
                                                [AT_COORDINATOR] = DESK_COORDINATOR};
    static const enum assignment_state hops[SITUATIONS] = {[OFFERED] = ASSIGNMENT_OFFERED,
                                                           [TOO_LATE] = ASSIGNMENT_EXPIRED,
                                                           [REFUSED] = ASSIGNMENT_REFUSED,
                                                           [LEAD] = ASSIGNMENT_ACTIVE,
                                                           [LED] = ASSIGNMENT_ENDED,
                                                           [LOST] = ASSIGNMENT_ENDED};
    struct case_record record;
    memset(&record, 0, sizeof(record));
    record.id = id128_of_position(1, 1);
    record.state = situation == LEAD  ? CASE_PLANNING
                   : situation == LED ? CASE_CLOSED
                                      : CASE_CURATOR_PENDING;
    record.labels.territory =
        directory_find(fixture->world->core.region->directory, DIRECTORY_TERRITORY, "here");
    record.desk = desks[situation];
    if (situation == LEAD || situation == LED || situation == LOST) {
        record.lead = worker;
    }
    if (hops[situation] != ASSIGNMENT_STATE_UNSPECIFIED) {
        put_hop(fixture, &record, worker, hops[situation]);
    }
    store_put_case(fixture->world->store, &record);
    return record;
}

static char letter_of(enum permission_verdict verdict)
{
    return verdict == PERMISSION_GRANTED ? 'G' : verdict == PERMISSION_DENIED ? 'D' : '-';
}

static void check_row(struct fixture *fixture, const struct expected *row)
{
    for (int situation = STRANGER; situation < SITUATIONS; situation++) {
        char found[ROLE_END] = {0};
        for (int role = ROLE_SPECIALIST; role < ROLE_END; role++) {
            char id[64];
            (void)snprintf(
                id, sizeof(id), "%s-%s", role_ids[role], situation >= NEAR ? "near" : "far");
            const uint32_t worker = world_worker(fixture->world, id);
            const struct case_record record = arrange(fixture, (enum situation)situation, worker);
            const struct case_record *about = without_case(row) ? NULL : &record;
            const struct core *core = &fixture->world->core;
            const struct permission_subject subject = {
                .record = about, .worker = world_worker(fixture->world, "case-curator-near")};
            found[role - 1] = letter_of(
                row->query
                    ? permission_query(core, worker, (enum query_kind)row->kind, about)
                    : permission_command(core, worker, (enum command_kind)row->kind, &subject));
        }
        if (strcmp(found, row->letters[situation]) != 0) {
            fail_msg("%s %u, %s: expected %s, found %s",
                     row->query ? "query" : "command",
                     row->kind,
                     situation_names[situation],
                     row->letters[situation],
                     found);
        }
    }
}

static void every_command_and_query_test(void **state)
{
    bool commands[COMMAND_END] = {false};
    bool queries[QUERY_END] = {false};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        check_row(*state, &table[i]);
        *(table[i].query ? &queries[table[i].kind] : &commands[table[i].kind]) = true;
    }
    for (int kind = COMMAND_UNSPECIFIED + 1; kind < COMMAND_END; kind++) {
        assert_true(commands[kind]); /* a new command needs its line above */
    }
    for (int kind = QUERY_UNSPECIFIED + 1; kind < QUERY_END; kind++) {
        assert_true(queries[kind]);
    }
}

static void no_row_outside_of_the_kinds_test(void **state)
{
    size_t count = 0;
    const struct permission_row *rows = permission_rows(&count);
    static const uint32_t ends[] = {[false] = COMMAND_END, [true] = QUERY_END};
    (void)state;
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].kind > 0);
        assert_true(rows[i].kind < ends[rows[i].query]);
        assert_true(rows[i].relation < RELATION_END);
    }
}

static const struct permission_subject nothing = {0};

static void of_another_site_only_who_supervises_test(void **state)
{
    struct fixture *fixture = *state;
    const struct core *core = &fixture->world->core;
    const struct permission_subject curator = {
        .worker = world_worker(fixture->world, "case-curator-near")};
    const uint32_t colleague = world_worker(fixture->world, "colleague");
    const uint32_t chief = world_worker(fixture->world, "chief");
    assert_int_equal(permission_command(core, colleague, COMMAND_LEAVE, &curator),
                     PERMISSION_DENIED);
    assert_int_equal(permission_command(core, chief, COMMAND_LEAVE, &curator), PERMISSION_GRANTED);
    assert_int_equal(permission_command(core, chief, COMMAND_DISMISS, &curator),
                     PERMISSION_GRANTED);
    /* Whom nobody knows is nobody's colleague; the administrator will hear that there is no such worker. */
    assert_int_equal(permission_command(core, chief, COMMAND_LEAVE, &nothing), PERMISSION_DENIED);
    assert_int_equal(
        permission_command(
            core, world_worker(fixture->world, "administrator-near"), COMMAND_LEAVE, &nothing),
        PERMISSION_GRANTED);
}

static void nobody_is_denied_test(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t unknown = 4711;
    assert_int_equal(permission_query(&fixture->world->core, unknown, QUERY_STATUS, NULL),
                     PERMISSION_DENIED);
    assert_int_equal(permission_command(&fixture->world->core, 0, COMMAND_SUBMIT, &nothing),
                     PERMISSION_DENIED);
}

static void nothing_of_a_case_is_for_whom_names_none_test(void **state)
{
    struct fixture *fixture = *state;
    const struct core *core = &fixture->world->core;
    const uint32_t chief = world_worker(fixture->world, "supervisor-near");
    assert_int_equal(permission_command(core, chief, COMMAND_ACCEPT, &nothing), PERMISSION_DENIED);
    assert_int_equal(permission_command(core, chief, COMMAND_APPROVE_OUTCOME, &nothing),
                     PERMISSION_DENIED);
    assert_int_equal(permission_query(core, chief, QUERY_CASE, NULL), PERMISSION_DENIED);
}

/* The last test: it leaves another directory in force. */
static void who_was_removed_may_nothing_test(void **state)
{
    struct fixture *fixture = *state;
    const struct core *core = &fixture->world->core;
    const uint32_t worker = world_worker(fixture->world, "specialist-far");
    assert_int_equal(permission_command(core, worker, COMMAND_SUBMIT, &nothing),
                     PERMISSION_GRANTED);

    const int64_t now_us = INT64_C(1795000000000000);
    struct region_input *without =
        arena_copy(fixture->arena,
                   world_region(scratch_path(fixture->scratch, "set"), fixture->arena, now_us),
                   sizeof(*without));
    struct directory_row *rows =
        arena_copy(fixture->arena, without->rows, without->row_count * sizeof(*rows));
    size_t kept = 0;
    for (size_t i = 0; i < without->row_count; i++) {
        if (strcmp(rows[i].id, "specialist-far") != 0) {
            rows[kept++] = rows[i];
        }
    }
    assert_int_equal(kept, without->row_count - 1);
    without->rows = rows;
    without->row_count = kept;
    struct world_result result;
    const struct world_input input = {
        .kind = WORLD_CONFIGURE, .options = {.now_us = now_us}, .region = without};
    world_apply(fixture->world, &input, &result);

    assert_int_equal(permission_command(core, worker, COMMAND_SUBMIT, &nothing), PERMISSION_DENIED);
    assert_int_equal(permission_query(core, worker, QUERY_STATUS, NULL), PERMISSION_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_and_query_test),
        cmocka_unit_test(no_row_outside_of_the_kinds_test),
        cmocka_unit_test(of_another_site_only_who_supervises_test),
        cmocka_unit_test(nobody_is_denied_test),
        cmocka_unit_test(nothing_of_a_case_is_for_whom_names_none_test),
        cmocka_unit_test(who_was_removed_may_nothing_test),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
