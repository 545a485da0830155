/* Intake: a referral arrives, joins the family's open case or opens one. */
#ifndef BROKER_CORE_INTAKE_H
#define BROKER_CORE_INTAKE_H

#include "broker/core/turn_part.h"

decide_function intake_submit;

/* Asked before the author is: their site sends again what is stored, and they may have left since. True: answered. */
bool intake_came_before(struct hearing *hearing);

#endif
