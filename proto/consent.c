/* The text that is signed; see consent.h. */
#include "proto/consent.h"

#include <string.h>

_Static_assert((int)PLAN_SIGNATURE_BYTES == (int)KEYS_SIGNATURE_BYTES, "one kind of signature");

static const char purpose[] = "referral plan 1";

enum { TEXT_BYTES = sizeof(purpose) + 4 + PLAN_DIGEST_BYTES };

static void
compose(uint32_t plan, const uint8_t digest[PLAN_DIGEST_BYTES], uint8_t text[TEXT_BYTES])
{
    memcpy(text, purpose, sizeof(purpose));
    bytes_put_u32(text + sizeof(purpose), plan);
    memcpy(text + sizeof(purpose) + 4, digest, PLAN_DIGEST_BYTES);
}

void consent_sign(const struct key32 *secret,
                  uint32_t plan,
                  const uint8_t digest[PLAN_DIGEST_BYTES],
                  uint8_t out[PLAN_SIGNATURE_BYTES])
{
    uint8_t text[TEXT_BYTES];

    compose(plan, digest, text);
    keys_sign(secret, bytes_of(text, sizeof(text)), out);
}

bool consent_holds(const uint8_t public_key[KEYS_BYTES],
                   uint32_t plan,
                   const uint8_t digest[PLAN_DIGEST_BYTES],
                   const uint8_t signature[PLAN_SIGNATURE_BYTES])
{
    uint8_t text[TEXT_BYTES];

    compose(plan, digest, text);
    return keys_signed(public_key, bytes_of(text, sizeof(text)), signature);
}
