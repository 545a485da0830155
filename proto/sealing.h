/* Sealing: how the facts of a family travel and rest so that the broker's store cannot say who they are.
 *
 *   referral key   32 random bytes, one a referral, drawn by the submitting agent
 *   section key    crypto_kdf(referral key, subkey id = section number, context "refsect1"), 32 bytes
 *   section        XChaCha20-Poly1305-IETF(section key, random 24-byte nonce, text = wire_encode_facts,
 *                  additional data = referral id (16) + section number (1))
 *   sealed key     crypto_box_seal(referral key, the region's disclosure public key)
 *
 * To disclose, the keeper opens the sealed key, derives the section keys that the policy permits and seals
 * each with crypto_box_seal to the receiving site's sealing key.
 */
#ifndef PROTO_SEALING_H
#define PROTO_SEALING_H

#include "base/arena.h"
#include "base/keys.h"
#include "proto/message.h"

#include <stdbool.h>

enum { SEALING_NONCE_BYTES = 24, SEALING_TAG_BYTES = 16, SEALING_BOX_BYTES = 48 + 32 };

/* Agent: seal a form's facts into referral->sections, sealed_key and disclosure_epoch (in the arena).
 * Only sections with content are made. False: the arena is full or a section is too long. */
bool sealing_seal(const struct facts *facts,
                  const struct key32 *disclosure_public,
                  struct arena *arena,
                  struct referral *referral) __attribute__((warn_unused_result));

/* What the keeper needs to disclose one referral to one site. All borrowed. */
struct sealing_permit {
    struct bytes sealed_key;               /* the referral's, from the keys table */
    const struct key32 *disclosure_secret; /* of the referral's disclosure epoch */
    const uint8_t *site_sealing_public;    /* KEYS_BYTES */
    uint32_t mask;                         /* sections that the site may see */
};

/* Keeper: re-seal the permitted sections to a site. False: the sealed key does not open, or the arena is
 * full. */
bool sealing_reseal(const struct referral *referral,
                    const struct sealing_permit *permit,
                    struct arena *arena,
                    struct disclosed_section **sections,
                    size_t *count) __attribute__((warn_unused_result));

/* Keeper: a referral's key, sealed to one epoch's disclosure key, sealed anew to another's. False: it does not open with
 * this secret, or the arena is full. */
bool sealing_renew(struct bytes sealed_key,
                   const struct key32 *disclosure_secret,
                   const struct key32 *disclosure_public,
                   struct arena *arena,
                   struct bytes *out) __attribute__((warn_unused_result));

/* Agent: open what was disclosed. What does not open is left out and stands in shut (reason SHUT_UNSPECIFIED: all did).
 * False: nothing opens with this key; facts are untouched then, shut is not. */
bool sealing_open(const struct disclosure *disclosure,
                  const struct key32 *site_sealing_secret,
                  struct arena *arena,
                  struct facts *facts,
                  struct shut_sections *shut) __attribute__((warn_unused_result));

/* At rest in a spool or mirror: XChaCha20-Poly1305 under the storage key; nonce in front, table and key
 * as additional data. */
bool sealing_store(const struct key32 *storage,
                   struct bytes context,
                   struct bytes plain,
                   struct arena *arena,
                   struct bytes *out) __attribute__((warn_unused_result));
bool sealing_load(const struct key32 *storage,
                  struct bytes context,
                  struct bytes stored,
                  struct arena *arena,
                  struct bytes *plain) __attribute__((warn_unused_result));

#endif
