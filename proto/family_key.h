/* Matching keys: how two referrals about one family are recognised without the broker knowing the family.
 *
 * A key is BLAKE2b-128, keyed with the region's matching secret, of "<kind>\0<value>…" over normalised
 * values. Normalising: NFC, lower case, ё=е, hyphens, spaces and dots dropped, Latin look-alikes of
 * Cyrillic letters replaced, first names through a closed table of variants (Аня -> анна). The byte
 * recipe with test vectors is in PROTOCOL.md.
 *
 * Strong, for a child: surname + name + patronymic + birth date; document number.
 * Weak, for a child: surname + initial + birth date; name + patronymic + birth date.
 * Weak, for a parent: surname + name + patronymic + birth date; document number.
 */
#ifndef PROTO_FAMILY_KEY_H
#define PROTO_FAMILY_KEY_H

#include "base/arena.h"
#include "base/keys.h"
#include "proto/message.h"

#include <stdbool.h>

/* All keys of a form's persons, each once, at most LIMIT_MATCHING_KEYS. False: arena full. */
bool family_key_make(const struct facts *facts,
                     const struct key32 *matching,
                     struct arena *arena,
                     struct matching_key **keys,
                     size_t *count) __attribute__((warn_unused_result));

/* Normalise a surname or patronymic; a first name also goes through the table of variants. NULL: arena full. */
const char *family_key_normalise(const char *text, struct arena *arena);
const char *family_key_normalise_first_name(const char *text, struct arena *arena);

#endif
