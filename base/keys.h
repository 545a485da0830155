/* Key files: 32-byte keys as one line of text, with the permissions checked.
 *
 *     # curve key of site school-7-tatarsk
 *     curve-secret Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID
 *
 * Kinds with an epoch (disclosure, matching) carry it as a third word. A secret file is refused when group or others can
 * read it, when it is neither ours nor root's, and when others can replace it in its folder. Keys are printed in Z85 (ZeroMQ RFC 32).
 */
#ifndef BASE_KEYS_H
#define BASE_KEYS_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { KEYS_BYTES = 32, KEYS_TEXT_MAX = 41, KEYS_SIGNATURE_BYTES = 64 };

enum keys_kind {
    KEYS_CURVE_SECRET,
    KEYS_CURVE_PUBLIC,
    KEYS_SEALING_SECRET,
    KEYS_SEALING_PUBLIC,
    KEYS_STORAGE,
    KEYS_MATCHING,
    KEYS_DISCLOSURE_SECRET,
    KEYS_DISCLOSURE_PUBLIC,
    KEYS_SIGNING_SECRET,
    KEYS_SIGNING_PUBLIC
};

struct key32 {
    uint8_t bytes[KEYS_BYTES];
    uint32_t epoch; /* 0 for kinds without one */
};

/* Library set-up (libsodium); call once in main before anything else here. */
bool keys_start(struct error *err) __attribute__((warn_unused_result));
void keys_random(void *out, size_t bytes);
void keys_wipe(void *secret, size_t bytes);
/* Keep secrets out of swap and of core dumps, and wipe them when they are unlocked. False: the system gives no locked
 * memory (RLIMIT_MEMLOCK); they are wiped all the same. */
bool keys_lock(void *secret, size_t bytes);
void keys_unlock(void *secret, size_t bytes);

/* Draw a new secret of a kind; public kinds are derived with keys_public_of. */
void keys_generate(enum keys_kind secret_kind, uint32_t epoch, struct key32 *out);
/* curve-secret -> curve-public and so on; both are Curve25519. */
void keys_public_of(const struct key32 *secret, struct key32 *out);

/* Ed25519: the secret is the seed. Signing keys are no Curve25519 keys, so they have a derivation of their own. */
void keys_signing_public_of(const struct key32 *secret, struct key32 *out);
void keys_sign(const struct key32 *secret, struct bytes text, uint8_t out[KEYS_SIGNATURE_BYTES]);
bool keys_signed(const uint8_t public_key[KEYS_BYTES],
                 struct bytes text,
                 const uint8_t signature[KEYS_SIGNATURE_BYTES]);

bool keys_read(const char *path, enum keys_kind kind, struct key32 *out, struct error *err)
    __attribute__((warn_unused_result));
/* Creates the file (0400 for secrets, 0444 for public keys); refuses to replace one. comment may be
 * NULL. */
bool keys_write(const char *path,
                enum keys_kind kind,
                const struct key32 *key,
                const char *comment,
                struct error *err) __attribute__((warn_unused_result));

/* Z85 text of 40 characters and back. False for anything that is not 40 valid characters. */
void keys_to_text(const uint8_t key[KEYS_BYTES], char out[KEYS_TEXT_MAX]);
bool keys_of_text(const char *text, uint8_t out[KEYS_BYTES]);

#endif
