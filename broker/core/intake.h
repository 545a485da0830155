/* Intake: a referral arrives, joins the family's open case or opens one. */
#ifndef BROKER_CORE_INTAKE_H
#define BROKER_CORE_INTAKE_H

#include "broker/core/turn_part.h"

decide_function intake_submit;

#endif
