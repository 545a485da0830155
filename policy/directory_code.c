/* A directory row as bytes and back; the only file of policy/ that knows protobuf.
 *
 * To add a field: here both ways, in directory.proto (a new number), in struct directory_row, in the
 * round-trip test.
 */
#include "policy/directory.h"

#include "proto/directory.pb-c.h"

#include <string.h>

static void *take_memory(void *arena, size_t bytes);
static void give_back(void *arena, void *memory);
static char *writable(struct arena *arena, const char *text, bool *full);
static char **writable_list(struct arena *arena, const char **list, size_t count, bool *full);
static bool
fill_row(Referral__V1__DirectoryRow *message, struct arena *arena, struct directory_row *out);
static const char **readable_list(struct arena *arena, char **list, size_t count);
static bool is_text(const char *text, size_t bytes_max);
static bool are_texts(char **list, size_t count);

bool directory_encode_row(const struct directory_row *row, struct arena *arena, struct bytes *out)
{
    Referral__V1__DirectoryRow message;
    bool full = false;
    bool key = row->kind == DIRECTORY_KEY;

    referral__v1__directory_row__init(&message);
    message.kind = (uint32_t)row->kind;
    message.number = row->number;
    message.id = writable(arena, row->id, &full);
    message.title_ru = writable(arena, row->title_ru, &full);
    message.title_en = writable(arena, row->title_en, &full);
    message.parent = writable(arena, row->parent, &full);
    message.zone = writable(arena, row->zone, &full);
    message.oktmo = writable(arena, row->oktmo, &full);
    message.agency_kind = (uint32_t)row->agency_kind;
    message.ownership = (uint32_t)row->ownership;
    message.home_site = writable(arena, row->home_site, &full);
    message.agency = writable(arena, row->agency, &full);
    message.site = writable(arena, row->site, &full);
    message.territory = writable(arena, row->territory, &full);
    message.roles = row->roles;
    message.capacity = row->capacity;
    message.desk = (uint32_t)row->desk;
    message.needs = row->needs;
    message.ages = row->ages;
    message.territories = writable_list(arena, row->territories, row->territory_count, &full);
    message.n_territories = row->territory_count;
    message.training = writable_list(arena, row->training, row->training_count, &full);
    message.n_training = row->training_count;
    message.languages = writable_list(arena, row->languages, row->language_count, &full);
    message.n_languages = row->language_count;
    message.escalate = writable_list(arena, row->escalate, row->escalate_count, &full);
    message.n_escalate = row->escalate_count;
    message.curve.data = key ? arena_copy(arena, row->curve, KEYS_BYTES) : NULL;
    message.curve.len = key ? KEYS_BYTES : 0;
    message.sealing.data = key ? arena_copy(arena, row->sealing, KEYS_BYTES) : NULL;
    message.sealing.len = key ? KEYS_BYTES : 0;
    message.until_us = row->until_us;
    message.revoked = row->revoked;
    if (full || (key && (message.curve.data == NULL || message.sealing.data == NULL))) {
        return false;
    }
    size_t bytes = referral__v1__directory_row__get_packed_size(&message);
    uint8_t *packed = arena_alloc(arena, bytes);
    if (packed == NULL) {
        return false;
    }
    *out = bytes_of(packed, referral__v1__directory_row__pack(&message, packed));
    return true;
}

bool directory_decode_row(struct bytes bytes, struct arena *arena, struct directory_row *out)
{
    ProtobufCAllocator allocator = {
        .alloc = take_memory, .free = give_back, .allocator_data = arena};
    Referral__V1__DirectoryRow *message =
        referral__v1__directory_row__unpack(&allocator, bytes.size, bytes.data);

    return message != NULL && fill_row(message, arena, out);
}

static void *take_memory(void *arena, size_t bytes)
{
    return arena_alloc(arena, bytes);
}

static void give_back(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

/* protobuf-c wants texts that it could write to. */
static char *writable(struct arena *arena, const char *text, bool *full)
{
    char *copy = arena_text(arena, text == NULL ? "" : text);

    *full = *full || copy == NULL;
    return copy;
}

static char **writable_list(struct arena *arena, const char **list, size_t count, bool *full)
{
    char **copy = arena_array(arena, count, sizeof(*copy));

    *full = *full || copy == NULL;
    for (size_t i = 0; i < count && copy != NULL; i++) {
        copy[i] = writable(arena, list[i], full);
    }
    return copy;
}

static bool
fill_row(Referral__V1__DirectoryRow *message, struct arena *arena, struct directory_row *out)
{
    const char *const texts[] = {message->id,
                                 message->parent,
                                 message->zone,
                                 message->oktmo,
                                 message->home_site,
                                 message->agency,
                                 message->site,
                                 message->territory};
    bool key = message->kind == DIRECTORY_KEY;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (!is_text(texts[i], DIRECTORY_ID_BYTES)) {
            return false;
        }
    }
    if (message->kind == DIRECTORY_UNSPECIFIED || message->kind >= DIRECTORY_END ||
        message->id[0] == '\0' || !is_text(message->title_ru, LIMIT_TITLE_BYTES) ||
        !is_text(message->title_en, LIMIT_TITLE_BYTES) || message->agency_kind >= AGENCY_KIND_END ||
        message->ownership >= OWNERSHIP_END || message->desk >= DESK_END ||
        !are_texts(message->territories, message->n_territories) ||
        !are_texts(message->training, message->n_training) ||
        !are_texts(message->languages, message->n_languages) ||
        !are_texts(message->escalate, message->n_escalate) ||
        (key && (message->curve.len != KEYS_BYTES || message->sealing.len != KEYS_BYTES))) {
        return false;
    }
    *out = (struct directory_row){.kind = (enum directory_kind)message->kind,
                                  .number = message->number,
                                  .id = message->id,
                                  .title_ru = message->title_ru,
                                  .title_en = message->title_en,
                                  .parent = message->parent,
                                  .zone = message->zone,
                                  .oktmo = message->oktmo,
                                  .agency_kind = (enum agency_kind)message->agency_kind,
                                  .ownership = (enum ownership)message->ownership,
                                  .home_site = message->home_site,
                                  .agency = message->agency,
                                  .site = message->site,
                                  .territory = message->territory,
                                  .roles = message->roles,
                                  .capacity = message->capacity,
                                  .desk = (enum desk)message->desk,
                                  .needs = message->needs,
                                  .ages = message->ages,
                                  .territory_count = message->n_territories,
                                  .training_count = message->n_training,
                                  .language_count = message->n_languages,
                                  .escalate_count = message->n_escalate,
                                  .until_us = message->until_us,
                                  .revoked = message->revoked};
    out->territories = readable_list(arena, message->territories, message->n_territories);
    out->training = readable_list(arena, message->training, message->n_training);
    out->languages = readable_list(arena, message->languages, message->n_languages);
    out->escalate = readable_list(arena, message->escalate, message->n_escalate);
    if (key) {
        memcpy(out->curve, message->curve.data, KEYS_BYTES);
        memcpy(out->sealing, message->sealing.data, KEYS_BYTES);
    }
    return out->territories != NULL && out->training != NULL && out->languages != NULL &&
           out->escalate != NULL;
}

static const char **readable_list(struct arena *arena, char **list, size_t count)
{
    const char **copy = arena_array(arena, count, sizeof(*copy));

    for (size_t i = 0; i < count && copy != NULL; i++) {
        copy[i] = list[i];
    }
    return copy;
}

static bool is_text(const char *text, size_t bytes_max)
{
    size_t bytes = strnlen(text, bytes_max + 1);

    return bytes <= bytes_max && bytes_is_text(bytes_of(text, bytes));
}

static bool are_texts(char **list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_text(list[i], LIMIT_CODE_BYTES)) {
            return false;
        }
    }
    return count <= DIRECTORY_LIST_MAX;
}
