/* Explanations: decisions that were stored as data, told as sentences when somebody asks. */
#ifndef BROKER_CORE_EXPLAIN_H
#define BROKER_CORE_EXPLAIN_H

#include "base/arena.h"
#include "broker/core/core.h"
#include "proto/message.h"

struct explain_rule {
    const char *id; /* "" when no rule decided */
    struct phrase title;
};
struct explain_rule explain_rule_of(const struct core *core, const struct case_record *record);

/* Why this worker is asked: one sentence. Texts are NULL when the arena is full. */
struct phrase
explain_why(const struct core *core, struct arena *arena, const struct assignment_record *offer);
/* What somebody at the desk should do. Static. */
struct phrase explain_task(enum desk_reason reason);
/* One stored decision in full. False: the arena is full, or there is no such decision. */
bool explain_decision(const struct core *core,
                      struct arena *arena,
                      const struct case_record *record,
                      uint32_t index,
                      struct explanation *out);
/* One line of a timeline. Texts are NULL when the arena is full. */
struct phrase
explain_event(const struct core *core, struct arena *arena, const struct timeline_record *record);

#endif
