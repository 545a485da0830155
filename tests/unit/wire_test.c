/* Frames: hand-made structures to bytes and back, and bytes that are no frame of ours. The complete round
 * trip of every field is tests/contract/wire_frames_test.c. */
#include "proto/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int set_up(void **state)
{
    *state = arena_create(LIMIT_DECODE_BYTES);
    return *state == NULL;
}

static int tear_down(void **state)
{
    struct arena *arena = *state;
    arena_destroy(&arena);
    return 0;
}

static struct id128 id_of(uint8_t last)
{
    struct id128 id = {{0x01, 0x8f}};
    id.bytes[15] = last;
    return id;
}

static struct envelope travel(struct arena *arena, const struct envelope *envelope)
{
    struct bytes frame;
    struct envelope out;
    struct wire_fault fault;
    assert_true(wire_encode(envelope, arena, &frame));
    if (!wire_decode(frame, arena, &out, &fault)) {
        fail_msg("refused with %d at %s", (int)fault.code, fault.field);
    }
    assert_int_equal(out.version, 1);
    assert_int_equal(out.kind, envelope->kind);
    return out;
}

static void wire_hello_and_welcome_keep_their_lanes_test(void **state)
{
    struct envelope hello = {.version = 1,
                             .kind = BODY_HELLO,
                             .body.hello = {.version_least = 1,
                                            .version_most = 3,
                                            .incarnation = id_of(9),
                                            .program = "refagentd 0.1.0",
                                            .lanes = {{11, 12}, {13, 14}},
                                            .resync = true,
                                            .session = 15}};
    struct envelope out = travel(*state, &hello);
    assert_int_equal(out.body.hello.version_least, 1);
    assert_int_equal(out.body.hello.version_most, 3);
    assert_int_equal(out.body.hello.incarnation.bytes[15], 9);
    assert_string_equal(out.body.hello.program, "refagentd 0.1.0");
    assert_int_equal(out.body.hello.lanes[LANE_NORMAL].first_held, 11);
    assert_int_equal(out.body.hello.lanes[LANE_NORMAL].applied, 12);
    assert_int_equal(out.body.hello.lanes[LANE_URGENT].first_held, 13);
    assert_int_equal(out.body.hello.lanes[LANE_URGENT].applied, 14);
    assert_true(out.body.hello.resync);
    assert_int_equal(out.body.hello.session, 15);

    const uint8_t key[32] = {1, 2, 3};
    struct envelope welcome = {.version = 1,
                               .kind = BODY_WELCOME,
                               .body.welcome = {.version = 1,
                                                .region = "novosibirsk",
                                                .site = "school-7-tatarsk",
                                                .time_us = -5,
                                                .window = 64,
                                                .lanes = {{21, 22}, {23, 24}},
                                                .policy_version = 3,
                                                .disclosure_epoch = 2,
                                                .disclosure_key = bytes_of(key, 32),
                                                .session = 15}};
    out = travel(*state, &welcome);
    assert_int_equal(out.body.welcome.session, 15);
    assert_string_equal(out.body.welcome.site, "school-7-tatarsk");
    assert_int_equal(out.body.welcome.time_us, -5);
    assert_int_equal(out.body.welcome.lanes[LANE_NORMAL].expected, 21);
    assert_int_equal(out.body.welcome.lanes[LANE_URGENT].from, 24);
    assert_int_equal(out.body.welcome.disclosure_key.size, 32);
    assert_memory_equal(out.body.welcome.disclosure_key.data, key, 32);
}

static void wire_submit_keeps_the_referral_test(void **state)
{
    const uint8_t nonce[24] = {7};
    const uint8_t sealed[20] = {8};
    const uint8_t box[80] = {9};
    struct matching_key key = {
        .digest = {1, 2}, .epoch = 4, .role = PERSON_CHILD, .strength = STRENGTH_STRONG};
    struct sealed_section section = {.section = SECTION_LAW,
                                     .nonce = bytes_of(nonce, sizeof(nonce)),
                                     .sealed = bytes_of(sealed, sizeof(sealed))};
    struct referral referral = {.id = id_of(1),
                                .purpose = PURPOSE_CASE,
                                .labels = {.territory = "tatarsky",
                                           .risk = RISK_SOP,
                                           .direction = DIRECTION_EARLY_DETECTION,
                                           .channel = CHANNEL_SPECIALIST,
                                           .basis = LEGAL_BASIS_LEGAL_DUTY,
                                           .needs = 1U << NEED_FOOD | 1U << NEED_REINTEGRATION,
                                           .ages = 1U << AGE_1_3,
                                           .flags = 1U << FLAG_CHILD_ALONE,
                                           .children = 2},
                                .observed_us = 1763800000000000,
                                .keys = &key,
                                .key_count = 1,
                                .sections = &section,
                                .section_count = 1,
                                .sealed_key = bytes_of(box, sizeof(box)),
                                .disclosure_epoch = 5};
    struct envelope submit = {.version = 1,
                              .kind = BODY_COMMAND,
                              .body.command = {.lane = LANE_URGENT,
                                               .number = 77,
                                               .incarnation = id_of(3),
                                               .actor = "specialist-school-7",
                                               .kind = COMMAND_SUBMIT,
                                               .referral = &referral}};
    const struct envelope out = travel(*state, &submit);
    const struct command *command = &out.body.command;
    assert_int_equal(command->lane, LANE_URGENT);
    assert_int_equal(command->number, 77);
    assert_string_equal(command->actor, "specialist-school-7");
    assert_string_equal(command->worker, "");
    assert_string_equal(command->note, "");
    assert_int_equal(command->kind, COMMAND_SUBMIT);
    assert_null(command->form);
    const struct referral *read = command->referral;
    assert_int_equal(read->id.bytes[15], 1);
    assert_string_equal(read->labels.territory, "tatarsky");
    assert_int_equal(read->labels.needs, 1U << NEED_FOOD | 1U << NEED_REINTEGRATION);
    assert_int_equal(read->labels.children, 2);
    assert_int_equal(read->key_count, 1);
    assert_memory_equal(read->keys[0].digest, key.digest, 16);
    assert_int_equal(read->keys[0].strength, STRENGTH_STRONG);
    assert_int_equal(read->sections[0].section, SECTION_LAW);
    assert_int_equal(read->sections[0].sealed.size, 20);
    assert_int_equal(read->sealed_key.size, 80);
    assert_int_equal(read->disclosure_epoch, 5);
}

static void wire_commands_keep_subject_token_code_and_note_test(void **state)
{
    struct envelope refuse = {.version = 1,
                              .kind = BODY_COMMAND,
                              .body.command = {.lane = LANE_NORMAL,
                                               .number = 1,
                                               .actor = "curator-1",
                                               .kind = COMMAND_REFUSE,
                                               .subject = id_of(4),
                                               .token = 12345678901,
                                               .code = DECLINE_NO_CAPACITY,
                                               .note = "отпуск"}};
    struct envelope out = travel(*state, &refuse);
    assert_int_equal(out.body.command.subject.bytes[15], 4);
    assert_int_equal(out.body.command.token, 12345678901);
    assert_int_equal(out.body.command.code, DECLINE_NO_CAPACITY);
    assert_string_equal(out.body.command.note, "отпуск");

    struct envelope assign = refuse;
    assign.body.command.kind = COMMAND_ASSIGN;
    assign.body.command.worker = "curator-2";
    out = travel(*state, &assign);
    assert_string_equal(out.body.command.worker, "curator-2");
    assert_int_equal(out.body.command.token, 0); /* no part of this command */
    assert_int_equal(out.body.command.code, 0);

    struct envelope outcome = refuse;
    outcome.body.command.kind = COMMAND_PROPOSE_OUTCOME;
    outcome.body.command.code = CASE_OUTCOME_KEPT_IN_FAMILY;
    out = travel(*state, &outcome);
    assert_int_equal(out.body.command.code, CASE_OUTCOME_KEPT_IN_FAMILY);
    for (enum command_kind kind = COMMAND_SEE; kind < COMMAND_FORM; kind++) {
        struct envelope any = refuse;
        any.body.command.kind = kind;
        any.body.command.code = 1;
        out = travel(*state, &any);
        assert_int_equal(out.body.command.kind, kind);
        assert_int_equal(out.body.command.subject.bytes[15], kind == COMMAND_ACCEPT_CLOCK ? 0 : 4);
    }
}

static void wire_views_travel_or_are_gone_test(void **state)
{
    struct update update = {.kind = UPDATE_ON_DESK, .at_us = 5, .code = 2, .worker = ""};
    struct envelope delivery = {.version = 1,
                                .kind = BODY_DELIVERY,
                                .body.delivery = {.lane = LANE_URGENT,
                                                  .number = 8,
                                                  .after = 6,
                                                  .kind = DELIVERY_REFERRAL,
                                                  .entity = id_of(2)}};
    struct referral_view *view = &delivery.body.delivery.view.referral;
    view->id = id_of(2);
    view->case_number = "NSO-2026-000123-7";
    view->author = "specialist-1";
    view->labels.territory = "tatarsky";
    view->receipts_us[RECEIPT_STORED] = 1;
    view->receipts_us[RECEIPT_DELIVERED] = 2;
    view->receipts_us[RECEIPT_SEEN] = 3;
    view->receipts_us[RECEIPT_OUTCOME] = 4;
    view->due_us[RECEIPT_SEEN] = 30;
    view->curator_title = (struct phrase){"куратор", "curator"};
    view->updates = &update;
    view->update_count = 1;
    struct envelope out = travel(*state, &delivery);
    const struct referral_view *read = &out.body.delivery.view.referral;
    assert_int_equal(out.body.delivery.after, 6);
    assert_string_equal(read->case_number, "NSO-2026-000123-7");
    for (enum receipt receipt = RECEIPT_STORED; receipt < RECEIPT_END; receipt++) {
        assert_int_equal(read->receipts_us[receipt], receipt + 1);
    }
    assert_int_equal(read->due_us[RECEIPT_SEEN], 30);
    assert_int_equal(read->due_us[RECEIPT_OUTCOME], 0);
    assert_string_equal(read->curator_title.ru, "куратор");
    assert_int_equal(read->updates[0].kind, UPDATE_ON_DESK);
    assert_string_equal(read->curator, "");

    delivery.body.delivery.gone = true;
    out = travel(*state, &delivery);
    assert_true(out.body.delivery.gone);
    assert_int_equal(out.body.delivery.kind, DELIVERY_REFERRAL);
    assert_int_equal(out.body.delivery.entity.bytes[15], 2);
}

static void wire_cuts_sentences_and_refuses_long_codes_test(void **state)
{
    char long_text[2002];
    struct bytes frame;
    for (size_t i = 0; i < 2000; i += 2) {
        memcpy(long_text + i, "ж", 2);
    }
    memcpy(long_text + 2000, "", 1);
    memmove(long_text + 1, long_text, 1998);
    long_text[0] = 'a';
    long_text[1999] = '\0';
    struct envelope goodbye = {
        .version = 1, .kind = BODY_GOODBYE, .body.goodbye = {GOODBYE_QUOTA, {long_text, "short"}}};
    const struct envelope out = travel(*state, &goodbye);
    assert_int_equal(strlen(out.body.goodbye.text.ru), 999); /* 1000 would cut a letter */
    assert_string_equal(out.body.goodbye.text.en, "short");

    struct envelope query = {
        .version = 1, .kind = BODY_QUERY, .body.query = {.actor = long_text, .kind = QUERY_STATUS}};
    assert_false(wire_encode(&query, *state, &frame));
}

static void wire_encodes_nothing_over_its_limits_test(void **state)
{
    struct bytes frame;
    struct arena *small = arena_create(512);
    struct envelope unknown = {.version = 1, .kind = BODY_UNSPECIFIED};
    struct timeline_row rows[LIMIT_PAGE_ROWS + 1];
    struct envelope answer = {.version = 1,
                              .kind = BODY_ANSWER,
                              .body.answer = {.kind = QUERY_TIMELINE,
                                              .timeline = rows,
                                              .timeline_count = LIMIT_PAGE_ROWS + 1}};
    memset(rows, 0, sizeof(rows));
    assert_false(wire_encode(&unknown, *state, &frame));
    assert_false(wire_encode(&answer, *state, &frame));
    answer.body.answer.timeline_count = LIMIT_PAGE_ROWS;
    assert_true(wire_encode(&answer, *state, &frame));
    assert_false(wire_encode(&answer, small, &frame));
    arena_destroy(&small);
}

/* ---- bytes that are wrong */

struct bad {
    const char *bytes;
    size_t size;
    enum refusal code;
    const char *field;
    bool known_command;
    uint64_t number;
    uint64_t query_id;
};
#define BAD(text) (text), sizeof(text) - 1

static const struct bad bad[] = {
    {BAD(""), REFUSAL_VERSION, "version", false, 0, 0},
    {BAD("\x08\x01"), REFUSAL_UNKNOWN_KIND, "", false, 0, 0},
    /* truncated, a group, field number 0, an endless number */
    {BAD("\x08\x01\x2a\x05\x08"), REFUSAL_UNREADABLE, "", false, 0, 0},
    {BAD("\x0b\x0c"), REFUSAL_UNREADABLE, "", false, 0, 0},
    {BAD("\x00\x01"), REFUSAL_UNREADABLE, "", false, 0, 0},
    {BAD("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), REFUSAL_UNREADABLE, "", false, 0, 0},
    {BAD("not protobuf at all"), REFUSAL_UNREADABLE, "", false, 0, 0},
    /* another version; a Hello of that version is read */
    {BAD("\x08\x02\x5a\x00"), REFUSAL_VERSION, "version", false, 0, 0},
    /* a body that we do not know: field 60 */
    {BAD("\x08\x01\xe2\x03\x00"), REFUSAL_UNKNOWN_KIND, "", false, 0, 0},
    /* command 7 in the urgent lane, without a body */
    {BAD("\x08\x01\x2a\x04\x08\x02\x10\x07"), REFUSAL_UNKNOWN_KIND, "command", true, 7, 0},
    /* ... without a lane */
    {BAD("\x08\x01\x2a\x02\x10\x07"), REFUSAL_MISSING_FIELD, "command.lane", false, 0, 0},
    /* ... with an incarnation of 3 bytes */
    {BAD("\x08\x01\x2a\x09\x08\x02\x10\x07\x1a\x03xyz"),
     REFUSAL_BAD_FIELD,
     "command.incarnation",
     true,
     7,
     0},
    /* ... with NUL and with broken UTF-8 in the actor */
    {BAD("\x08\x01\x2a\x09\x08\x02\x10\x07\x22\x03\x61\x00\x62"),
     REFUSAL_BAD_TEXT,
     "command.actor",
     true,
     7,
     0},
    {BAD("\x08\x01\x2a\x08\x08\x02\x10\x07\x22\x02\xd0\x20"),
     REFUSAL_BAD_TEXT,
     "command.actor",
     true,
     7,
     0},
    /* ... that submits labels of risk 99 */
    {BAD("\x08\x01\x2a\x0a\x08\x02\x10\x07\x2a\x04\x1a\x02\x10\x63"),
     REFUSAL_UNKNOWN_CODE,
     "command.submit.labels.risk",
     true,
     7,
     0},
    /* ... need 0 among the needs */
    {BAD("\x08\x01\x2a\x0b\x08\x02\x10\x07\x2a\x05\x1a\x03\x32\x01\x00"),
     REFUSAL_UNKNOWN_CODE,
     "command.submit.labels.needs",
     true,
     7,
     0},
    /* ... a second key with a digest of one byte */
    {BAD("\x08\x01\x2a\x0d\x08\x02\x10\x07\x2a\x07\x2a\x00\x2a\x03\x0a\x01\x01"),
     REFUSAL_BAD_FIELD,
     "command.submit.keys[1].digest",
     true,
     7,
     0},
    /* ... a second person of a form with a broken name */
    {BAD("\x08\x01\x2a\x11\x08\x02\x10\x07\x82\x01\x0a\x2a\x08\x0a\x00\x0a\x04\x12\x02\xff"
         "\xff"),
     REFUSAL_BAD_TEXT,
     "command.form.facts.persons[1].surname",
     true,
     7,
     0},
    /* query 9 of a kind that we do not know */
    {BAD("\x08\x01\x4a\x04\x08\x09\x18\x63"), REFUSAL_UNKNOWN_CODE, "query.kind", false, 0, 9},
    /* a delivery of an offer with a task in it */
    {BAD("\x08\x01\x3a\x06\x08\x01\x20\x02\x52\x00"), REFUSAL_BAD_FIELD, "delivery", false, 0, 0},
};

static void wire_says_what_is_wrong_and_who_asked_test(void **state)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct envelope out;
        struct wire_fault fault;
        if (wire_decode(bytes_of(bad[i].bytes, bad[i].size), *state, &out, &fault)) {
            fail_msg("bad frame %zu was taken", i);
        }
        if (fault.code != bad[i].code || strcmp(fault.field, bad[i].field) != 0) {
            fail_msg("bad frame %zu: %d at \"%s\"", i, (int)fault.code, fault.field);
        }
        assert_int_equal(fault.known_command, bad[i].known_command);
        assert_int_equal(fault.number, bad[i].number);
        assert_int_equal(fault.lane, bad[i].known_command ? LANE_URGENT : LANE_NORMAL);
        assert_int_equal(fault.query_id, bad[i].query_id);
    }
}

static void wire_reads_hellos_of_later_versions_test(void **state)
{
    struct envelope out;
    struct wire_fault fault;
    assert_true(wire_decode(bytes_of("\x08\x05\x12\x04\x08\x04\x10\x05", 8), *state, &out, &fault));
    assert_int_equal(out.version, 5);
    assert_int_equal(out.body.hello.version_least, 4);
    assert_int_equal(out.body.hello.version_most, 5);
}

static void wire_passes_over_fields_of_later_versions_test(void **state)
{
    struct envelope out;
    struct wire_fault fault;
    /* a heartbeat with field 9 = 1 and field 10 = "\xff", which need not be text to us */
    assert_true(wire_decode(
        bytes_of("\x08\x01\x5a\x07\x08\x05\x48\x01\x52\x01\xff", 11), *state, &out, &fault));
    assert_int_equal(out.body.heartbeat.time_us, 5);
}

static void wire_bounds_what_a_frame_can_reserve_test(void **state)
{
    static uint8_t frame[LIMIT_FRAME_BYTES + 1];
    struct envelope out;
    struct wire_fault fault;
    struct arena *small = arena_create(1 << 20);

    /* version 1, an answer of 131 060 empty case views */
    const uint8_t head[] = {0x08, 0x01, 0x52, 0xE8, 0xFF, 0x0F};
    const size_t views = (0xE8 - 0x80 + (0xFF - 0x80) * 128 + 0x0F * 16384) / 2;
    memcpy(frame, head, sizeof(head));
    for (size_t i = 0; i < views; i++) {
        frame[sizeof(head) + 2 * i] = 0x32;
    }
    const struct bytes bytes = bytes_of(frame, sizeof(head) + 2 * views);
    assert_true(bytes.size <= LIMIT_FRAME_BYTES);
    assert_false(wire_decode(bytes, small, &out, &fault));
    assert_int_equal(fault.code, REFUSAL_TOO_LONG);
    assert_false(wire_decode(bytes, *state, &out, &fault));
    assert_int_equal(fault.code, REFUSAL_TOO_LONG);
    assert_false(wire_decode(bytes_of(frame, LIMIT_FRAME_BYTES + 1), *state, &out, &fault));
    assert_int_equal(fault.code, REFUSAL_TOO_LONG);
    arena_destroy(&small);
}

static void wire_survives_every_cut_and_flip_test(void **state)
{
    struct person persons[] = {{.role = PERSON_CHILD, .surname = "Примерова-17", .name = "Аня"}};
    const struct form form = {.purpose = PURPOSE_CASE,
                              .labels = {.territory = "tatarsky", .needs = 6},
                              .facts = {.persons = persons, .person_count = 1, .law = "нет"}};
    const struct envelope envelope = {
        .version = 1,
        .kind = BODY_COMMAND,
        .body.command = {.number = 1, .actor = "a", .kind = COMMAND_FORM, .form = &form}};
    struct bytes frame;
    uint8_t copy[512];
    assert_true(wire_encode(&envelope, *state, &frame));
    assert_true(frame.size < sizeof(copy));
    memcpy(copy, frame.data, frame.size);
    const size_t size = frame.size;
    size_t whole = 0; /* beginnings that are frames themselves */
    for (size_t at = 0; at < size; at++) {
        for (unsigned value = 0; value < 256; value++) {
            struct envelope out;
            struct wire_fault fault;
            struct bytes again;
            const uint8_t kept = copy[at];
            arena_reset(*state);
            copy[at] = (uint8_t)value;
            if (wire_decode(bytes_of(copy, size), *state, &out, &fault)) {
                assert_true(wire_encode(&out, *state, &again));
            }
            whole += wire_decode(bytes_of(copy, at), *state, &out, &fault) ? 1 : 0;
            copy[at] = kept;
        }
    }
    assert_true(whole < size * 256);
}

static void wire_digest_is_of_what_was_asked_test(void **state)
{
    struct command command = {.lane = LANE_NORMAL,
                              .number = 5,
                              .incarnation = id_of(1),
                              .actor = "curator-1",
                              .kind = COMMAND_REFUSE,
                              .subject = id_of(2),
                              .token = 3,
                              .code = DECLINE_WAITLIST,
                              .note = "x"};
    uint8_t digest[16];
    uint8_t other[16];
    char hex[33];

    wire_command_digest(&command, *state, digest);
    /* Made by hand with Python's hashlib; a spool and a broker of different versions must agree. */
    bytes_to_hex(bytes_of(digest, sizeof(digest)), hex);
    assert_string_equal(hex, "5b4047c4c8705fbaa8a00188cffa9d22");
    command.lane = LANE_URGENT;
    command.number = 6;
    command.incarnation = id_of(7);
    wire_command_digest(&command, *state, other);
    assert_memory_equal(digest, other, 16);
    command.note = "y";
    wire_command_digest(&command, *state, other);
    assert_memory_not_equal(digest, other, 16);
    command.note = "x";
    command.kind = COMMAND_ACCEPT;
    wire_command_digest(&command, *state, other);
    assert_memory_not_equal(digest, other, 16);
    command.kind = COMMAND_REFUSE;
    command.actor = "curator-2";
    wire_command_digest(&command, *state, other);
    assert_memory_not_equal(digest, other, 16);
}

static void wire_facts_go_by_section_test(void **state)
{
    struct person persons[] = {{.role = PERSON_MOTHER, .surname = "Примерова-17", .name = "Мария"}};
    struct paper papers[] = {{"Паспорт", "1234"}};
    const struct facts facts = {.persons = persons,
                                .person_count = 1,
                                .address = "Тестовая улица, 1",
                                .health = "здоровы",
                                .documents = papers,
                                .document_count = 1};
    struct facts read = {0};
    struct bytes section;

    assert_true(wire_encode_facts(&facts, SECTION_HEALTH, *state, &section));
    assert_true(wire_decode_facts(section, *state, &read));
    assert_string_equal(read.health, "здоровы");
    assert_int_equal(read.person_count, 0);
    assert_true(wire_encode_facts(&facts, SECTION_IDENTITY, *state, &section));
    assert_true(wire_decode_facts(section, *state, &read));
    assert_true(wire_encode_facts(&facts, SECTION_DOCUMENTS, *state, &section));
    assert_true(wire_decode_facts(section, *state, &read));
    assert_string_equal(read.persons[0].surname, "Примерова-17");
    assert_string_equal(read.documents[0].number, "1234");
    assert_string_equal(read.health, "здоровы");
    assert_string_equal(read.address, "");
    assert_false(wire_decode_facts(bytes_of("\x2a\x01\xff", 3), *state, &read));
}

static void wire_referral_is_kept_alone_test(void **state)
{
    struct referral referral = {.id = id_of(5), .labels = {.territory = "komi"}};
    struct referral read;
    struct wire_fault fault;
    struct bytes kept;

    assert_true(wire_encode_referral(&referral, *state, &kept));
    assert_true(wire_decode_referral(kept, *state, &read, &fault));
    assert_string_equal(read.labels.territory, "komi");
    assert_int_equal(read.sealed_key.size, 0);
    assert_false(wire_decode_referral(bytes_of("\x1a\x03\x0a\x01\xff", 5), *state, &read, &fault));
    assert_int_equal(fault.code, REFUSAL_BAD_TEXT);
    assert_string_equal(fault.field, "labels.territory");
    /* cut off, and with an id of one byte */
    assert_false(wire_decode_referral(bytes_of("\x1a\x03\x0a", 3), *state, &read, &fault));
    assert_int_equal(fault.code, REFUSAL_UNREADABLE);
    assert_false(wire_decode_referral(bytes_of("\x0a\x01x", 3), *state, &read, &fault));
    assert_int_equal(fault.code, REFUSAL_BAD_FIELD);
    assert_string_equal(fault.field, "id");
}

/* A family is matched by all of its keys, or by none of a list that cannot be read. */
static void wire_keys_are_read_all_or_not_at_all_test(void **state)
{
    struct matching_key keys[LIMIT_MATCHING_KEYS + 1] = {{.strength = STRENGTH_STRONG}};
    struct matching_key read[LIMIT_MATCHING_KEYS];
    struct referral referral = {.id = id_of(5), .keys = keys, .key_count = LIMIT_MATCHING_KEYS};
    struct bytes kept;
    size_t count = 0;

    for (size_t i = 0; i < LIMIT_MATCHING_KEYS; i++) {
        keys[i].strength = STRENGTH_WEAK;
        keys[i].digest[0] = (uint8_t)i;
    }
    assert_true(wire_encode_referral(&referral, *state, &kept));
    assert_true(wire_decode_keys(kept, *state, read, &count));
    assert_int_equal(count, LIMIT_MATCHING_KEYS);
    assert_int_equal(read[LIMIT_MATCHING_KEYS - 1].digest[0], LIMIT_MATCHING_KEYS - 1);

    /* one more, one of a single byte, one that is cut off within */
    uint8_t *more = arena_alloc(*state, kept.size + 2);
    memcpy(more, kept.data, kept.size);
    memcpy(more + kept.size, "\x2a\x00", 2);
    assert_false(wire_decode_keys(bytes_of(more, kept.size + 2), *state, read, &count));
    assert_false(wire_decode_keys(bytes_of("\x2a\x03\x0a\x01k", 5), *state, read, &count));
    assert_false(wire_decode_keys(bytes_of("\x2a\x02\x0a\x05", 4), *state, read, &count));
}

#define WIRE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WIRE_TEST(wire_hello_and_welcome_keep_their_lanes_test),
        WIRE_TEST(wire_submit_keeps_the_referral_test),
        WIRE_TEST(wire_commands_keep_subject_token_code_and_note_test),
        WIRE_TEST(wire_views_travel_or_are_gone_test),
        WIRE_TEST(wire_cuts_sentences_and_refuses_long_codes_test),
        WIRE_TEST(wire_encodes_nothing_over_its_limits_test),
        WIRE_TEST(wire_says_what_is_wrong_and_who_asked_test),
        WIRE_TEST(wire_reads_hellos_of_later_versions_test),
        WIRE_TEST(wire_passes_over_fields_of_later_versions_test),
        WIRE_TEST(wire_bounds_what_a_frame_can_reserve_test),
        WIRE_TEST(wire_survives_every_cut_and_flip_test),
        WIRE_TEST(wire_digest_is_of_what_was_asked_test),
        WIRE_TEST(wire_facts_go_by_section_test),
        WIRE_TEST(wire_referral_is_kept_alone_test),
        WIRE_TEST(wire_keys_are_read_all_or_not_at_all_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
