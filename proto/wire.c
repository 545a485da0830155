/* Frames: scan, unpack, convert; and the parts that are kept on their own. */
#include "proto/wire.h"

#include "base/hash.h"
#include "proto/exchange.pb-c.h"
#include "proto/wire_digest.h"
#include "proto/wire_part.h"
#include "proto/wire_scan.h"
#include "proto/wire_table.h"

#include <assert.h>
#include <string.h>

enum { COMMAND_DIGEST_BYTES = 16 };

/* Tell what the sender needs to match our answer: the lane and number of a command, the id of a query. */
static void find_sender(const Referral__V1__Envelope *envelope, struct wire_fault *fault)
{
    if (envelope->body_case == REFERRAL__V1__ENVELOPE__BODY_COMMAND) {
        const uint32_t lane = (uint32_t)envelope->command->lane;
        fault->known_command = lane >= 1 && lane <= LANE_END;
        fault->lane = fault->known_command ? (enum lane)(lane - 1) : LANE_NORMAL;
        fault->number = fault->known_command ? envelope->command->number : 0;
    } else if (envelope->body_case == REFERRAL__V1__ENVELOPE__BODY_QUERY) {
        fault->query_id = envelope->query->id;
    }
}

static bool refuse(struct wire_fault *fault, enum refusal code, const char *field)
{
    fault->code = code;
    memcpy(fault->field, field, strlen(field) + 1);
    return false;
}

/* Hellos of any version are read, so that the answer can name the versions that we speak. */
static bool version_fits(const Referral__V1__Envelope *envelope)
{
    return envelope->version == LIMIT_PROTOCOL_VERSION ||
           envelope->body_case == REFERRAL__V1__ENVELOPE__BODY_HELLO;
}

/* Bytes to protobuf-c's structure, its texts checked. NULL: the fault says why. bad_text is told apart,
 * because the structure is still needed to find the sender. */
static ProtobufCMessage *unpack(const struct wire_part *part,
                                struct bytes bytes,
                                struct arena *arena,
                                struct wire_part_fault *bad_text,
                                struct wire_fault *fault)
{
    if (wire_scan(part->descriptor, bytes, bad_text) == WIRE_SCAN_MALFORMED) {
        refuse(fault, REFUSAL_UNREADABLE, "");
        return NULL;
    }
    bool full = false;
    ProtobufCMessage *message = wire_part_unpack(part->descriptor, bytes, arena, &full);
    if (message == NULL) {
        refuse(fault, full ? REFUSAL_TOO_LONG : REFUSAL_UNREADABLE, "");
    }
    return message;
}

bool wire_decode(struct bytes frame,
                 struct arena *arena,
                 struct envelope *out,
                 struct wire_fault *fault)
{
    memset(fault, 0, sizeof(*fault));
    if (frame.size > LIMIT_FRAME_BYTES) {
        return refuse(fault, REFUSAL_TOO_LONG, "");
    }
    struct wire_part_fault found = {0};
    ProtobufCMessage *message = unpack(&wire_table_envelope, frame, arena, &found, fault);
    if (message == NULL) {
        return false;
    }
    const Referral__V1__Envelope *envelope = (const void *)message;
    find_sender(envelope, fault);
    if (found.field_bytes > 0) {
        return refuse(fault, REFUSAL_BAD_TEXT, found.field);
    }
    if (!version_fits(envelope)) {
        return refuse(fault, REFUSAL_VERSION, "version");
    }
    if (!wire_part_decode(&wire_table_envelope, message, arena, out, &found)) {
        return refuse(fault, found.code, found.field);
    }
    return true;
}

bool wire_encode(const struct envelope *envelope, struct arena *arena, struct bytes *out)
{
    return wire_part_encode(&wire_table_envelope, envelope, LIMIT_FRAME_BYTES, arena, out);
}

static bool decode_kept(const struct wire_part *part,
                        struct bytes bytes,
                        struct arena *arena,
                        void *out,
                        struct wire_fault *fault)
{
    memset(fault, 0, sizeof(*fault));
    struct wire_part_fault found = {0};
    const ProtobufCMessage *message = unpack(part, bytes, arena, &found, fault);
    if (message == NULL) {
        return false;
    }
    if (found.field_bytes > 0) {
        return refuse(fault, REFUSAL_BAD_TEXT, found.field);
    }
    if (!wire_part_decode(part, message, arena, out, &found)) {
        return refuse(fault, found.code, found.field);
    }
    return true;
}

bool wire_encode_referral(const struct referral *referral, struct arena *arena, struct bytes *out)
{
    return wire_part_encode(&wire_table_referral, referral, LIMIT_FRAME_BYTES, arena, out);
}

bool wire_decode_referral(struct bytes bytes,
                          struct arena *arena,
                          struct referral *out,
                          struct wire_fault *fault)
{
    return decode_kept(&wire_table_referral, bytes, arena, out, fault);
}

bool wire_decode_keys(struct bytes referral,
                      struct arena *arena,
                      struct matching_key keys[LIMIT_MATCHING_KEYS],
                      size_t *count)
{
    const struct wire_part *part = &wire_table_matching_key;
    const uint8_t *end = referral.data + referral.size;
    struct bytes coded;
    *count = 0;
    while (wire_scan_find(wire_table_referral.descriptor, "keys", 0, referral, &coded)) {
        const uint8_t *behind = coded.data + coded.size;
        referral = bytes_of(behind, (size_t)(end - behind));
        struct wire_part_fault fault = {0};
        bool full = false;
        const ProtobufCMessage *message = wire_part_unpack(part->descriptor, coded, arena, &full);
        if (*count == LIMIT_MATCHING_KEYS || message == NULL ||
            !wire_part_decode(part, message, arena, &keys[*count], &fault)) {
            return false;
        }
        ++*count;
    }
    return true;
}

/* The fields of facts that one section seals. */
static struct facts only_section(const struct facts *facts, enum section section)
{
    struct facts only = {0};
    switch (section) {
    case SECTION_IDENTITY:
        only.persons = facts->persons;
        only.person_count = facts->person_count;
        break;
    case SECTION_CONTACT:
        only.address = facts->address;
        only.phone = facts->phone;
        only.note = facts->note;
        break;
    case SECTION_CIRCUMSTANCES:
        only.circumstances = facts->circumstances;
        break;
    case SECTION_HEALTH:
        only.health = facts->health;
        break;
    case SECTION_LAW:
        only.law = facts->law;
        break;
    case SECTION_DOCUMENTS:
        only.documents = facts->documents;
        only.document_count = facts->document_count;
        break;
    case SECTION_UNSPECIFIED:
    case SECTION_END:
        assert(!"a section");
    }
    return only;
}

bool wire_encode_facts(const struct facts *facts,
                       enum section section,
                       struct arena *arena,
                       struct bytes *out)
{
    const struct facts only = only_section(facts, section);
    return wire_part_encode(&wire_table_facts, &only, LIMIT_SECTIONS_BYTES, arena, out);
}

static void add_text(const char **to, const char *text)
{
    if (*to == NULL || text[0] != '\0') {
        *to = text;
    }
}

bool wire_decode_facts(struct bytes bytes, struct arena *arena, struct facts *facts)
{
    struct wire_fault fault;
    struct facts read = {0};
    if (!decode_kept(&wire_table_facts, bytes, arena, &read, &fault)) {
        return false;
    }
    if (read.person_count > 0) {
        facts->persons = read.persons;
        facts->person_count = read.person_count;
    }
    if (read.document_count > 0) {
        facts->documents = read.documents;
        facts->document_count = read.document_count;
    }
    add_text(&facts->address, read.address);
    add_text(&facts->phone, read.phone);
    add_text(&facts->note, read.note);
    add_text(&facts->circumstances, read.circumstances);
    add_text(&facts->health, read.health);
    add_text(&facts->law, read.law);
    return true;
}

void wire_command_digest(const struct command *command, struct arena *arena, uint8_t out[16])
{
    (void)arena;
    struct command body = *command;
    body.lane = LANE_NORMAL;
    body.number = 0;
    memset(&body.incarnation, 0, sizeof(body.incarnation));
    struct hash hash;
    hash_start(&hash, bytes_of(NULL, 0), COMMAND_DIGEST_BYTES);
    wire_digest_add(&wire_table_command, &body, &hash);
    hash_end(&hash, out, COMMAND_DIGEST_BYTES);
}
