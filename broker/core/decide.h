/* Decide: one command kind, one row, one function.
 *
 * The row also says who may give the command (permission.h), so that no function can forget to ask. */
#ifndef BROKER_CORE_DECIDE_H
#define BROKER_CORE_DECIDE_H

#include "broker/core/turn_part.h"

typedef void decide_function(struct hearing *hearing);

/* Identify the speaker, check the command's fields and permission, decide it. */
void decide_command(struct hearing *hearing);

/* The deciders, each in the file of its noun. */
decide_function intake_submit;                         /* intake.c */
decide_function offer_see, offer_accept, offer_refuse; /* offer.c */
decide_function desk_assign;                           /* desk.c */
decide_function casebook_propose_outcome, casebook_approve_outcome, casebook_reject_outcome;
decide_function family_confirm_duplicate, family_reject_duplicate; /* family.c */

#endif
