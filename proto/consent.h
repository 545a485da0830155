/* What an agency signs when it agrees to a plan: that plan, with those texts, and nothing else.
 *
 *     "referral plan 1" NUL │ number of the plan, 4 bytes, big-endian │ digest of its texts (region_digest)
 *
 * The region's code is in the digest; the number keeps a signature from serving for a later plan of the same texts. */
#ifndef PROTO_CONSENT_H
#define PROTO_CONSENT_H

#include "base/keys.h"
#include "proto/message.h"

void consent_sign(const struct key32 *secret,
                  uint32_t plan,
                  const uint8_t digest[PLAN_DIGEST_BYTES],
                  uint8_t out[PLAN_SIGNATURE_BYTES]);
bool consent_holds(const uint8_t public_key[KEYS_BYTES],
                   uint32_t plan,
                   const uint8_t digest[PLAN_DIGEST_BYTES],
                   const uint8_t signature[PLAN_SIGNATURE_BYTES]);

#endif
