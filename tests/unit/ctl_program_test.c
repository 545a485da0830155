/* refctl as a whole: a command line in, output and exit status out, with a scripted agent at the other
 * end. */
#include "base/file.h"
#include "base/keys.h"
#include "tests/support/refctl_stage.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MINUTE INT64_C(60000000)
#define HOUR   INT64_C(3600000000)

/* ---- what the agents say ------------------------------------------------------------------- */

static const struct labels tatarsky = {.territory = "tatarsky",
                                       .risk = RISK_SOP,
                                       .direction = DIRECTION_EARLY_DETECTION,
                                       .channel = CHANNEL_SPECIALIST,
                                       .basis = LEGAL_BASIS_LEGAL_DUTY,
                                       .needs = 1U << NEED_HOUSEHOLD,
                                       .ages = 1U << AGE_1_3,
                                       .children = 1};

static struct delivery offer_123(void)
{
    return (struct delivery){.kind = DELIVERY_OFFER,
                             .entity = refctl_stage_id(1),
                             .view.offer = {.id = refctl_stage_id(1),
                                            .case_id = refctl_stage_id(11),
                                            .case_number = "NSO-2026-000123-7",
                                            .worker = "curator-tatarsky-2",
                                            .token = 5,
                                            .state = ASSIGNMENT_OFFERED,
                                            .labels = tatarsky,
                                            .offered_us = REFCTL_STAGE_NOW_US - HOUR,
                                            .answer_due_us = REFCTL_STAGE_NOW_US + 130 * MINUTE,
                                            .policy_version = 3,
                                            .rule = "everything-else",
                                            .rule_title = {"Все остальные", "Everything else"},
                                            .why = {"наименьшая нагрузка", "least load"},
                                            .possible_duplicate = "",
                                            .referral_count = 1}};
}

static bool inbox_of_two(const struct envelope *question, struct envelope *answer)
{
    static struct inbox_row rows[2];

    if (question->kind == BODY_COMMAND) {
        refctl_stage_reply(question, answer);
        return true;
    }
    refctl_stage_answer(question, answer);
    rows[0] = (struct inbox_row){.delivery = offer_123()};
    rows[1] = (struct inbox_row){
        .delivery = {.kind = DELIVERY_TASK,
                     .entity = refctl_stage_id(12),
                     .view.task = {.case_id = refctl_stage_id(12),
                                   .case_number = "NSO-2026-000124-5",
                                   .desk = DESK_TRIAGE,
                                   .reason = DESK_REASON_NO_CANDIDATE,
                                   .labels = tatarsky,
                                   .since_us = REFCTL_STAGE_NOW_US - 5 * HOUR,
                                   .due_us = REFCTL_STAGE_NOW_US - 3 * HOUR,
                                   .text = {"Назначьте куратора", "Appoint a curator"}}},
        .seen = true};
    answer->body.answer.inbox = rows;
    answer->body.answer.inbox_count = 2;
    return true;
}

/* Takes exactly the acceptance of the offer above. */
static bool expects_accept(const struct envelope *question, struct envelope *answer)
{
    const struct command *command = &question->body.command;
    struct id128 offer = refctl_stage_id(1);

    if (question->kind == BODY_COMMAND &&
        (command->kind != COMMAND_ACCEPT || !id128_equal(&command->subject, &offer) ||
         command->token != 5 || strcmp(command->actor, "curator-tatarsky-2") != 0)) {
        refctl_stage_refuse(question, answer, REFUSAL_BAD_FIELD);
        return true;
    }
    return inbox_of_two(question, answer);
}

static bool expects_refusal(const struct envelope *question, struct envelope *answer)
{
    const struct command *command = &question->body.command;

    if (question->kind == BODY_COMMAND &&
        (command->kind != COMMAND_REFUSE || command->code != DECLINE_NO_CAPACITY ||
         command->token != 5 || strcmp(command->note, "полная нагрузка") != 0)) {
        refctl_stage_refuse(question, answer, REFUSAL_BAD_FIELD);
        return true;
    }
    return inbox_of_two(question, answer);
}

static bool expects_seen(const struct envelope *question, struct envelope *answer)
{
    struct id128 offer = refctl_stage_id(1);

    if (question->kind == BODY_COMMAND && (question->body.command.kind != COMMAND_SEE ||
                                           !id128_equal(&question->body.command.subject, &offer))) {
        _exit(9);
    }
    return inbox_of_two(question, answer);
}

static bool forbids(const struct envelope *question, struct envelope *answer)
{
    if (question->kind == BODY_COMMAND) {
        refctl_stage_refuse(question, answer, REFUSAL_NOT_ALLOWED);
        return true;
    }
    return inbox_of_two(question, answer);
}

static bool is_busy(const struct envelope *question, struct envelope *answer)
{
    if (question->kind == BODY_COMMAND) {
        refctl_stage_refuse(question, answer, REFUSAL_BUSY);
        return true;
    }
    return inbox_of_two(question, answer);
}

static bool is_silent(const struct envelope *question, struct envelope *answer)
{
    (void)question;
    (void)answer;
    return false;
}

static bool spools_forms(const struct envelope *question, struct envelope *answer)
{
    const struct command *command = &question->body.command;

    if (command->kind != COMMAND_FORM || command->form == NULL ||
        command->form->labels.risk != RISK_SOP ||
        strcmp(command->form->facts.persons[0].surname, "Примерова-17") != 0) {
        refctl_stage_refuse(question, answer, REFUSAL_BAD_FIELD);
        return true;
    }
    refctl_stage_reply(question, answer);
    answer->body.reply.subject = command->form->id;
    answer->body.reply.case_number = "";
    answer->body.reply.position = 0;
    return true;
}

/* ---- tests --------------------------------------------------------------------------------- */

static void refctl_alone_explains_itself_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_run(stage, "", 0);
    refctl_stage_says(stage->out, "Кто направляет (школа, поликлиника, полиция, НКО):");
    refctl_stage_says(stage->out, "  accept           принять предложенный случай\n");
    refctl_stage_says(stage->out, "Например: refctl submit napravlenie.yaml");
    refctl_stage_run(stage, "--lang en", 0);
    refctl_stage_says(stage->out, "Who refers (school, clinic, police, NGO):");
    refctl_stage_says(stage->out, "  accept           accept an offered case\n");
    refctl_stage_run(stage, "--version", 0);
    refctl_stage_says(stage->out, "refctl ");
}

static void help_of_a_command_shows_its_options_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_run(stage, "help refuse --lang en", 0);
    refctl_stage_says(stage->out, "Usage:   refctl refuse NUMBER --reason CODE [OPTIONS]\n");
    refctl_stage_says(stage->out, "      --reason CODE      why it is refused\n");
    refctl_stage_run(stage, "refuse --help", 0);
    refctl_stage_says(stage->out, "Вызов:   refctl refuse НОМЕР --reason КОД [КЛЮЧИ]\n");
    refctl_stage_run(stage, "help case", 0);
    refctl_stage_says(stage->out, "  case timeline    вся история случая\n");
}

static void mistakes_of_the_command_line_are_usage_errors_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_run(stage, "inbx", 64);
    refctl_stage_says(stage->err, "refctl: нет команды «inbx»; может быть, inbox?\n");
    refctl_stage_run(stage, "case shw --lang en", 64);
    refctl_stage_says(stage->err,
                      "there is no command “case shw”; there are case: ls, show, timeline");
    refctl_stage_run(stage, "accept", 64);
    refctl_stage_says(stage->err, "нужно: refctl accept НОМЕР");
    refctl_stage_run(stage, "accept 1 2", 64);
    refctl_stage_run(stage, "inbox --reason x", 64);
    refctl_stage_run(stage, "refuse 1", 64);
    refctl_stage_says(stage->err, "Есть: no-capacity, waitlist");
    refctl_stage_run(stage, "outcome 1 kept-in-family --approve", 64);
    refctl_stage_run(stage, "duplicate 1", 64);
    refctl_stage_run(stage, "assign 1 curator-tatarsky-2", 64);
    refctl_stage_run(stage, "--lang de", 64);
    assert_string_equal(stage->out, "");
}

static void without_an_agent_the_status_is_unavailable_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_run(stage, "inbox", 69);
    refctl_stage_says(stage->err, "запущен ли refagentd?");
    refctl_stage_run(stage, "inbox --socket tcp://127.0.0.1:1", 64);
    refctl_stage_run(stage, "inbox --agent nosuchfile.yaml", 66);
}

static void a_silent_agent_runs_into_the_timeout_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, is_silent);
    refctl_stage_run(stage, "inbox --timeout 30ms", 69);
    refctl_stage_says(stage->err, "агент не ответил за 30 мс");
}

static void the_agents_file_names_the_socket_test(void **state)
{
    struct refctl_stage *stage = *state;
    char line[256];

    refctl_stage_agent(stage, inbox_of_two);
    const char *path =
        scratch_write(stage->scratch, "agent.yaml", "site: school-7\nsocket: ipc://a.sock\n");
    (void)snprintf(line, sizeof(line), "inbox --agent %s", path);
    (void)snprintf(stage->socket, sizeof(stage->socket), "ipc:///nonexistent/x.sock");
    refctl_stage_run(stage, line, 0);
}

static void the_inbox_tells_what_waits_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, inbox_of_two);
    refctl_stage_run(stage, "inbox", 0);
    assert_string_equal(
        stage->out,
        "N     Что          Случай             Уровень                      Территория  "
        "Потребности  Срок\n"
        "1  ●  предложение  NSO-2026-000123-7  социально опасное положение  tatarsky    быт"
        "          ещё 2 ч 10 мин\n"
        "2     задача       NSO-2026-000124-5  социально опасное положение  tatarsky    быт"
        "          просрочено на 3 ч\n");
    refctl_stage_run(stage, "inbox --lang en --limit 1", 0);
    refctl_stage_says(stage->out, "2 h 10 min left");
    assert_null(strstr(stage->out, "000124"));
    refctl_stage_says(stage->err, "There are more");
}

static void the_inbox_as_json_test(void **state)
{
    struct refctl_stage *stage = *state;
    const char *kind;
    const char *number;
    const char *risk;
    const char *due;
    int row;
    int seen;

    refctl_stage_agent(stage, inbox_of_two);
    refctl_stage_run(stage, "inbox --json", 0);
    assert_string_equal(stage->err, "");
    json_t *json = json_loads(stage->out, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_int_equal(json_array_size(json_object_get(json, "inbox")), 2);
    assert_true(json_is_false(json_object_get(json, "more")));
    assert_int_equal(json_unpack(json_array_get(json_object_get(json, "inbox"), 0),
                                 "{s:i, s:s, s:b, s:s, s:s, s:{s:s}, s:n}",
                                 "row",
                                 &row,
                                 "kind",
                                 &kind,
                                 "seen",
                                 &seen,
                                 "case",
                                 &number,
                                 "due",
                                 &due,
                                 "labels",
                                 "risk",
                                 &risk,
                                 "possible_duplicate"),
                     0);
    assert_int_equal(row, 1);
    assert_false(seen);
    assert_string_equal(kind, "offer");
    assert_string_equal(number, "NSO-2026-000123-7");
    assert_string_equal(risk, "sop");
    assert_string_equal(due, "2026-11-22T10:12:00.000Z");
    json_decref(json);
}

static bool inbox_of_an_answered_offer(const struct envelope *question, struct envelope *answer)
{
    static struct inbox_row row;

    refctl_stage_answer(question, answer);
    row = (struct inbox_row){.delivery = offer_123()};
    row.delivery.view.offer.state = ASSIGNMENT_REFUSED;
    answer->body.answer.inbox = &row;
    answer->body.answer.inbox_count = 1;
    return true;
}

static void answered_offers_do_not_wait_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, inbox_of_an_answered_offer);
    refctl_stage_run(stage, "inbox", 0);
    assert_string_equal(stage->out, "Ничего не ждёт.\n");
    refctl_stage_says(stage->err, "Отвеченные предложения не показаны: 1");
    refctl_stage_run(stage, "accept 1", 66);
    refctl_stage_run(stage, "inbox --json", 0);
    refctl_stage_says(stage->out, "\"state\": \"refused\"");
}

static void opening_a_row_marks_it_as_seen_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, expects_seen);
    refctl_stage_run(stage, "inbox show 1", 0);
    refctl_stage_says(stage->out, "NSO-2026-000123-7  предложение\n");
    refctl_stage_says(stage->out, "  Почему вы:          наименьшая нагрузка\n");
    refctl_stage_says(stage->out, "  Ответить до:        сегодня 17:12 (ещё 2 ч 10 мин)\n");
    refctl_stage_run(stage, "inbox show 2", 0);
    refctl_stage_says(stage->out, "  Назначьте куратора\n");
    refctl_stage_run(stage, "inbox show 9", 66);
    refctl_stage_run(stage, "inbox --seen", 0);
}

static void an_offer_is_accepted_by_any_spelling_of_its_number_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, expects_accept);
    refctl_stage_run(stage, "accept нсо20260001237 --as curator-tatarsky-2", 0);
    assert_string_equal(stage->out, "NSO-2026-000123-7: случай принят, вы куратор\n");
    refctl_stage_run(stage, "accept 1 --as curator-tatarsky-2 --lang en", 0);
    assert_string_equal(stage->out, "NSO-2026-000123-7: accepted, you are the curator\n");
    refctl_stage_run(stage, "accept 000123-7 --as curator-tatarsky-2 --json", 0);
    refctl_stage_says(stage->out, "\"stored\": \"broker\"");
    refctl_stage_run(stage, "accept NSO-2026-000124-5 --as curator-tatarsky-2", 66); /* a task */
    refctl_stage_run(stage, "accept семья", 64);
}

static void a_refusal_carries_reason_and_note_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, expects_refusal);
    refctl_stage_run(stage, "refuse 1 --reason no-capacity --note полная_нагрузка", 0);
    assert_string_equal(stage->out, "NSO-2026-000123-7: отказ записан\n");
}

static void what_is_not_allowed_exits_with_77_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, forbids);
    refctl_stage_run(stage, "duplicate NSO-2026-000124-5 --reject --lang en", 77);
    assert_string_equal(stage->err, "refctl: not for such a reason\n");
}

static void what_may_be_tried_again_exits_with_75_test(void **state)
{
    struct refctl_stage *stage = *state;

    refctl_stage_agent(stage, is_busy);
    refctl_stage_run(stage, "outcome 2 kept-in-family", 75);
}

static const char good_form[] =
    "территория: tatarsky\n"
    "уровень: СОП\n"
    "направление: early-detection\n"
    "основание: legal-duty\n"
    "потребности: [быт]\n"
    "дети:\n"
    "  - {фамилия: Примерова-17, имя: Аня, дата рождения: 03.04.2024}\n";

static void forms_are_submitted_under_their_own_ids_test(void **state)
{
    struct refctl_stage *stage = *state;
    char line[512];

    refctl_stage_agent(stage, spools_forms);
    const char *good = scratch_write(stage->scratch, "good.yaml", good_form);
    const char *bad = scratch_write(stage->scratch, "bad.yaml", "уровень: опасно\n");
    (void)snprintf(line, sizeof(line), "submit %s --id 01926f8e-1c00-7000-8000-0000000000ab", good);
    refctl_stage_run(stage, line, 0);
    assert_string_equal(stage->out, "01926f8e-1c00-7000-8000-0000000000ab\n");

    (void)snprintf(line, sizeof(line), "submit %s %s %s", bad, good, bad);
    refctl_stage_run(stage, line, 65);
    refctl_stage_says(stage->out, "good.yaml\n");
    refctl_stage_says(stage->err, "bad.yaml:1:10: ");
    refctl_stage_says(stage->err, "refctl: не передано форм: 2 из 3\n");
}

static void a_dry_run_needs_no_agent_test(void **state)
{
    struct refctl_stage *stage = *state;
    char line[512];

    const char *good = scratch_write(stage->scratch, "good.yaml", good_form);
    (void)snprintf(line, sizeof(line), "submit --dry-run %s", good);
    refctl_stage_run(stage, line, 0);
    assert_string_equal(stage->out, "");
    (void)snprintf(line, sizeof(line), "submit %s", good);
    refctl_stage_run(stage, line, 69);
}

static void keys_are_made_once_test(void **state)
{
    struct refctl_stage *stage = *state;
    char line[512];
    struct key32 secret;
    struct key32 open;
    struct error err;

    (void)snprintf(
        line, sizeof(line), "keygen --site school-7 --out %s", scratch_path(stage->scratch, "k"));
    refctl_stage_run(stage, line, 0);
    refctl_stage_says(stage->out, "keys:\n  - {site: school-7, curve: \"");
    assert_true(keys_start(&err));
    assert_true(keys_read(
        scratch_path(stage->scratch, "k/school-7.seal.key"), KEYS_SEALING_SECRET, &secret, &err));
    keys_public_of(&secret, &open);
    assert_true(keys_read(
        scratch_path(stage->scratch, "k/school-7.seal.pub"), KEYS_SEALING_PUBLIC, &secret, &err));
    assert_memory_equal(secret.bytes, open.bytes, KEYS_BYTES);
    assert_true(keys_read(
        scratch_path(stage->scratch, "k/school-7.store.key"), KEYS_STORAGE, &secret, &err));
    refctl_stage_run(stage, line, 73);
    refctl_stage_says(stage->err, "уже есть; ключи не заменяются");

    (void)snprintf(
        line, sizeof(line), "keygen --broker --out %s", scratch_path(stage->scratch, "k"));
    refctl_stage_run(stage, line, 0);
    assert_true(keys_read(
        scratch_path(stage->scratch, "k/disclosure.pub"), KEYS_DISCLOSURE_PUBLIC, &open, &err));
    assert_int_equal(open.epoch, 1);
    refctl_stage_run(stage, "keygen --site School --out x", 64);
    refctl_stage_run(stage, "keygen --site a --broker --out x", 64);
    refctl_stage_run(stage, "keygen --site a", 64);
}

static void the_directory_gets_the_keys_test(void **state)
{
    struct refctl_stage *stage = *state;
    char line[512];
    struct error err;
    struct bytes content;
    struct arena *arena = arena_create(1 << 20);

    const char *path = scratch_write(stage->scratch, "90-keys.yaml", "# keys\nkeys:\n");
    (void)snprintf(line,
                   sizeof(line),
                   "keygen --site school-7 --out %s --directory %s",
                   scratch_path(stage->scratch, "k"),
                   path);
    refctl_stage_run(stage, line, 0);
    assert_true(file_read(path, 4096, arena, &content, &err));
    refctl_stage_says(arena_text_of(arena, content),
                      "# keys\nkeys:\n  - {site: school-7, curve: \"");
    arena_destroy(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, refctl_stage_setup, refctl_stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(refctl_alone_explains_itself_test),
        TEST(help_of_a_command_shows_its_options_test),
        TEST(mistakes_of_the_command_line_are_usage_errors_test),
        TEST(without_an_agent_the_status_is_unavailable_test),
        TEST(a_silent_agent_runs_into_the_timeout_test),
        TEST(the_agents_file_names_the_socket_test),
        TEST(the_inbox_tells_what_waits_test),
        TEST(the_inbox_as_json_test),
        TEST(answered_offers_do_not_wait_test),
        TEST(opening_a_row_marks_it_as_seen_test),
        TEST(an_offer_is_accepted_by_any_spelling_of_its_number_test),
        TEST(a_refusal_carries_reason_and_note_test),
        TEST(what_is_not_allowed_exits_with_77_test),
        TEST(what_may_be_tried_again_exits_with_75_test),
        TEST(forms_are_submitted_under_their_own_ids_test),
        TEST(a_dry_run_needs_no_agent_test),
        TEST(keys_are_made_once_test),
        TEST(the_directory_gets_the_keys_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
