/* libsodium behind the words of this house; the recipe stands in sealing.h and PROTOCOL.md. */
#include "proto/sealing.h"

#include "proto/wire.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

_Static_assert(SEALING_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(SEALING_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");
_Static_assert(SEALING_BOX_BYTES == crypto_box_SEALBYTES + KEYS_BYTES, "sealed key");
_Static_assert(KEYS_BYTES == crypto_kdf_KEYBYTES, "kdf key");
_Static_assert(KEYS_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "section key");

static const char kdf_context[crypto_kdf_CONTEXTBYTES + 1] = "refsect1";

enum { ADDITIONAL_BYTES = ID128_BYTES + 1 };

static void
section_key(const uint8_t referral_key[KEYS_BYTES], enum section section, uint8_t out[KEYS_BYTES])
{
    const int derived =
        crypto_kdf_derive_from_key(out, KEYS_BYTES, (uint64_t)section, kdf_context, referral_key);
    assert(derived == 0);
}

/* What binds a section to its referral and its place. */
static void
additional_data(const struct id128 *referral, enum section section, uint8_t out[ADDITIONAL_BYTES])
{
    memcpy(out, referral->bytes, ID128_BYTES);
    out[ID128_BYTES] = (uint8_t)section;
}

static bool is_set(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static bool has_content(const struct facts *facts, enum section section)
{
    switch (section) {
    case SECTION_IDENTITY:
        return facts->person_count > 0;
    case SECTION_CONTACT:
        return is_set(facts->address) || is_set(facts->phone) || is_set(facts->note);
    case SECTION_CIRCUMSTANCES:
        return is_set(facts->circumstances);
    case SECTION_HEALTH:
        return is_set(facts->health);
    case SECTION_LAW:
        return is_set(facts->law);
    case SECTION_DOCUMENTS:
        return facts->document_count > 0;
    case SECTION_UNSPECIFIED:
    case SECTION_END:
        break;
    }
    return false;
}

static bool seal_section(const struct facts *facts,
                         const struct referral *referral,
                         const uint8_t referral_key[KEYS_BYTES],
                         struct arena *arena,
                         struct sealed_section *out)
{
    struct bytes plain = {NULL, 0};
    if (!wire_encode_facts(facts, out->section, arena, &plain)) {
        return false;
    }
    uint8_t *nonce = arena_alloc(arena, SEALING_NONCE_BYTES);
    uint8_t *sealed = arena_alloc(arena, plain.size + SEALING_TAG_BYTES);
    if (nonce == NULL || sealed == NULL) {
        return false;
    }
    uint8_t key[KEYS_BYTES];
    uint8_t additional[ADDITIONAL_BYTES];
    section_key(referral_key, out->section, key);
    additional_data(&referral->id, out->section, additional);
    keys_random(nonce, SEALING_NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        sealed, NULL, plain.data, plain.size, additional, sizeof(additional), NULL, nonce, key);
    keys_wipe(key, sizeof(key));
    out->nonce = bytes_of(nonce, SEALING_NONCE_BYTES);
    out->sealed = bytes_of(sealed, plain.size + SEALING_TAG_BYTES);
    return true;
}

static bool seal_all(const struct facts *facts,
                     const uint8_t referral_key[KEYS_BYTES],
                     struct arena *arena,
                     struct referral *referral)
{
    size_t total = 0;
    referral->section_count = 0;
    for (enum section section = SECTION_IDENTITY; section < SECTION_END; section++) {
        if (!has_content(facts, section)) {
            continue;
        }
        struct sealed_section *out = &referral->sections[referral->section_count];
        out->section = section;
        if (!seal_section(facts, referral, referral_key, arena, out)) {
            return false;
        }
        referral->section_count++;
        total += out->sealed.size;
    }
    return total <= LIMIT_SECTIONS_BYTES;
}

bool sealing_seal(const struct facts *facts,
                  const struct key32 *disclosure_public,
                  struct arena *arena,
                  struct referral *referral)
{
    uint8_t *sealed_key = arena_alloc(arena, SEALING_BOX_BYTES);
    referral->sections = arena_array(arena, SECTION_END - 1, sizeof(*referral->sections));
    referral->section_count = 0;
    if (sealed_key == NULL || referral->sections == NULL) {
        return false;
    }
    uint8_t referral_key[KEYS_BYTES];
    keys_random(referral_key, sizeof(referral_key));
    const bool sealed =
        crypto_box_seal(sealed_key, referral_key, KEYS_BYTES, disclosure_public->bytes) == 0 &&
        seal_all(facts, referral_key, arena, referral);
    keys_wipe(referral_key, sizeof(referral_key));
    if (!sealed) {
        referral->section_count = 0;
        return false;
    }
    referral->sealed_key = bytes_of(sealed_key, SEALING_BOX_BYTES);
    referral->disclosure_epoch = disclosure_public->epoch;
    return true;
}

/* Open a key that was sealed to a Curve25519 key of ours. */
static bool open_box(struct bytes box, const uint8_t secret[KEYS_BYTES], uint8_t out[KEYS_BYTES])
{
    uint8_t public_key[KEYS_BYTES];
    return box.size == SEALING_BOX_BYTES && crypto_scalarmult_base(public_key, secret) == 0 &&
           crypto_box_seal_open(out, box.data, box.size, public_key, secret) == 0;
}

static bool reseal_section(const struct sealed_section *section,
                           const uint8_t referral_key[KEYS_BYTES],
                           const uint8_t *site_public,
                           struct arena *arena,
                           struct disclosed_section *out)
{
    uint8_t *box = arena_alloc(arena, SEALING_BOX_BYTES);
    if (box == NULL) {
        return false;
    }
    uint8_t key[KEYS_BYTES];
    section_key(referral_key, section->section, key);
    const int sealed = crypto_box_seal(box, key, KEYS_BYTES, site_public);
    keys_wipe(key, sizeof(key));
    *out = (struct disclosed_section){.section = section->section,
                                      .sealed_key = bytes_of(box, SEALING_BOX_BYTES),
                                      .nonce = section->nonce,
                                      .sealed = section->sealed};
    return sealed == 0;
}

bool sealing_reseal(const struct referral *referral,
                    const struct sealing_permit *permit,
                    struct arena *arena,
                    struct disclosed_section **sections,
                    size_t *count)
{
    struct disclosed_section *made = arena_array(arena, referral->section_count + 1, sizeof(*made));
    uint8_t referral_key[KEYS_BYTES];
    if (made == NULL ||
        !open_box(permit->sealed_key, permit->disclosure_secret->bytes, referral_key)) {
        return false;
    }
    size_t made_count = 0;
    bool good = true;
    for (size_t i = 0; i < referral->section_count && good; i++) {
        const struct sealed_section *section = &referral->sections[i];
        if ((permit->mask >> section->section & 1) == 0) {
            continue;
        }
        good = reseal_section(
            section, referral_key, permit->site_sealing_public, arena, &made[made_count]);
        made_count++;
    }
    keys_wipe(referral_key, sizeof(referral_key));
    if (good) {
        *sections = made;
        *count = made_count;
    }
    return good;
}

bool sealing_renew(struct bytes sealed_key,
                   const struct key32 *disclosure_secret,
                   const struct key32 *disclosure_public,
                   struct arena *arena,
                   struct bytes *out)
{
    uint8_t referral_key[KEYS_BYTES];
    uint8_t *box = arena_alloc(arena, SEALING_BOX_BYTES);

    if (box == NULL || !open_box(sealed_key, disclosure_secret->bytes, referral_key)) {
        return false;
    }
    const int sealed =
        crypto_box_seal(box, referral_key, sizeof(referral_key), disclosure_public->bytes);
    keys_wipe(referral_key, sizeof(referral_key));
    *out = bytes_of(box, SEALING_BOX_BYTES);
    return sealed == 0;
}

static enum shut_reason open_section(const struct disclosed_section *section,
                                     const struct id128 *referral,
                                     const struct key32 *secret,
                                     struct arena *arena,
                                     struct facts *facts)
{
    uint8_t key[KEYS_BYTES];
    if (section->nonce.size != SEALING_NONCE_BYTES || section->sealed.size < SEALING_TAG_BYTES) {
        return SHUT_DAMAGED;
    }
    if (!open_box(section->sealed_key, secret->bytes, key)) {
        return SHUT_TO_SITE;
    }
    const size_t plain_bytes = section->sealed.size - SEALING_TAG_BYTES;
    uint8_t additional[ADDITIONAL_BYTES];
    additional_data(referral, section->section, additional);
    uint8_t *plain = arena_alloc(arena, plain_bytes + 1);
    const bool opened =
        plain != NULL && crypto_aead_xchacha20poly1305_ietf_decrypt(plain,
                                                                    NULL,
                                                                    NULL,
                                                                    section->sealed.data,
                                                                    section->sealed.size,
                                                                    additional,
                                                                    sizeof(additional),
                                                                    section->nonce.data,
                                                                    key) == 0;
    keys_wipe(key, sizeof(key));
    return opened && wire_decode_facts(bytes_of(plain, plain_bytes), arena, facts)
               ? SHUT_UNSPECIFIED
               : SHUT_DAMAGED;
}

/* Texts that no section brought are "". */
static void fill_texts(struct facts *facts)
{
    const char **texts[] = {&facts->address,
                            &facts->phone,
                            &facts->note,
                            &facts->circumstances,
                            &facts->health,
                            &facts->law};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (*texts[i] == NULL) {
            *texts[i] = "";
        }
    }
}

bool sealing_open(const struct disclosure *disclosure,
                  const struct key32 *site_sealing_secret,
                  struct arena *arena,
                  struct facts *facts,
                  struct shut_sections *shut)
{
    struct facts read = {0};
    size_t opened = 0;
    *shut = (struct shut_sections){.referral = disclosure->referral};
    for (size_t i = 0; i < disclosure->section_count; i++) {
        const struct disclosed_section *section = &disclosure->sections[i];
        const enum shut_reason why =
            open_section(section, &disclosure->referral, site_sealing_secret, arena, &read);
        if (why == SHUT_UNSPECIFIED) {
            opened++;
        } else {
            shut->reason = why;
            shut->sections |= UINT32_C(1) << section->section;
        }
    }
    if (opened == 0 && disclosure->section_count > 0) {
        return false;
    }
    fill_texts(&read);
    *facts = read;
    return true;
}

bool sealing_store(const struct key32 *storage,
                   struct bytes context,
                   struct bytes plain,
                   struct arena *arena,
                   struct bytes *out)
{
    const size_t bytes = SEALING_NONCE_BYTES + plain.size + SEALING_TAG_BYTES;
    uint8_t *stored = arena_alloc(arena, bytes);
    if (stored == NULL) {
        return false;
    }
    keys_random(stored, SEALING_NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(stored + SEALING_NONCE_BYTES,
                                                     NULL,
                                                     plain.data,
                                                     plain.size,
                                                     context.data,
                                                     context.size,
                                                     NULL,
                                                     stored,
                                                     storage->bytes);
    *out = bytes_of(stored, bytes);
    return true;
}

bool sealing_load(const struct key32 *storage,
                  struct bytes context,
                  struct bytes stored,
                  struct arena *arena,
                  struct bytes *plain)
{
    if (stored.size < SEALING_NONCE_BYTES + SEALING_TAG_BYTES) {
        return false;
    }
    const size_t bytes = stored.size - SEALING_NONCE_BYTES - SEALING_TAG_BYTES;
    uint8_t *opened = arena_alloc(arena, bytes + 1);
    if (opened == NULL ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(opened,
                                                   NULL,
                                                   NULL,
                                                   stored.data + SEALING_NONCE_BYTES,
                                                   stored.size - SEALING_NONCE_BYTES,
                                                   context.data,
                                                   context.size,
                                                   stored.data,
                                                   storage->bytes) != 0) {
        return false;
    }
    *plain = bytes_of(opened, bytes);
    return true;
}
