/* Plans, accepted configurations that wait, as other commands name and tell them. */
#ifndef CTL_POLICY_PLAN_H
#define CTL_POLICY_PLAN_H

#include "agents/ctl/run.h"

/* A line for each plan that waits. */
bool policy_plan_hint(struct run *run, struct error *err) __attribute__((warn_unused_result));

/* The plan that decides beside the policy in force: comes into force, or ends. */
bool policy_plan_promote(struct run *run, struct error *err) __attribute__((warn_unused_result));
bool policy_plan_end_shadow(struct run *run, struct error *err) __attribute__((warn_unused_result));

/* Says what a plan that was just accepted waits for. */
bool policy_plan_accepted(struct run *run, uint32_t number, struct error *err);

#endif
