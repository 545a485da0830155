/* A set on trial, between turns: compared with what is in force, then adopted, planned or refused, and why.
 *
 *     set, checked ─ adoption_run ─► adopted | planned | same | refused ─ adoption_settle ─► the answer as a fact
 */
#ifndef BROKER_DAEMON_ADOPTION_H
#define BROKER_DAEMON_ADOPTION_H

#include "broker/daemon/configuration.h"
#include "broker/daemon/proposal.h"

struct adoption {
    const struct region_input *input;
    const struct proposal_record *proposal; /* NULL: the broker's own files */
    enum configuration_purpose purpose;
    enum proposal_state state; /* out */
    /* out: why it was refused, a line a finding; what does not fit is left out */
    char ru[LIMIT_REASON_BYTES + 1];
    char en[LIMIT_REASON_BYTES + 1];
};

void adoption_add_reason(struct adoption *adoption, const char *place, struct phrase text);
/* The errors among the findings. */
void adoption_add_findings(struct adoption *adoption, const struct proposal *proposal);
void adoption_log_findings(const struct broker *broker, const struct proposal *proposal);
void adoption_log_refused(const struct broker *broker, const char *reason);

/* A turn of its own, tried on a committed state, so that it can be undone whole. After false the process must end. */
bool adoption_run(struct broker *broker, struct adoption *adoption, struct error *err)
    __attribute__((warn_unused_result));
/* What came of an administrator's proposal or of a plan, as facts; adoption->input is still there. */
bool adoption_settle(struct broker *broker, struct adoption *adoption, struct error *err)
    __attribute__((warn_unused_result));

#endif
