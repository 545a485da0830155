/* Decide: one command kind, one row, one function.
 *
 * The speaker is identified, the command's fields and the permission are asked in one place before any decider runs,
 * so that none of them can forget to. */
#ifndef BROKER_CORE_DECIDE_H
#define BROKER_CORE_DECIDE_H

#include "broker/core/turn_part.h"

void decide_command(struct hearing *hearing);

#endif
