/* Signatures of other agencies: whether the policy in force lets a set come into force that one agency proposed.
 *
 * The rule in force covers every change of the texts, also of the rule itself and of its keys. An agency that the rule names
 * agrees by proposing, or by signing. Rows of the directory, and a way back to a version that stood under the same rule,
 * need nobody. */
#ifndef BROKER_CORE_ASSENT_H
#define BROKER_CORE_ASSENT_H

#include "broker/core/turn_part.h"

decide_function assent_sign;

/* A set that is no plan yet; proposal NULL: the broker's own files. */
struct plan_record assent_planned(const struct proposal_record *proposal,
                                  const struct region_input *input);
/* How many agencies have still to sign; 0: none, also before the first version. Every signature is verified again, by the
 * keys of the policy in force. False: the arena is full. */
bool assent_missing(const struct core *core,
                    struct arena *arena,
                    const struct plan_record *plan,
                    uint32_t *missing);
/* Ids of those who signed, by comma. NULL: the arena is full. */
const char *
assent_signers(const struct core *core, struct arena *arena, const struct plan_record *plan);

#endif
