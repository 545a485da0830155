/* Inside the deciders only: the turn's insides, and how a decider speaks.
 *
 * A decider first checks everything, and refuses by turn_refuse; then it emits facts, each folded at once. It never
 * refuses after the first fact. Records that it read before an emit are stale after it: read again.
 */
#ifndef BROKER_CORE_TURN_PART_H
#define BROKER_CORE_TURN_PART_H

#include "broker/core/turn.h"

enum { TURN_ALARMS_MAX = 256 };

struct turn {
    struct core *core;
    struct store *store;
    struct arena *arena;
    struct turn_options options;
    struct batch batch;
    size_t entries_max;
    size_t facts_max; /* of the open entry */
    bool entry_open;
    bool failed;
    uint32_t fact_index; /* over the whole batch */
    uint64_t ids;        /* given out in this batch */
    struct turn_key *keys;
    size_t key_count;
    size_t keys_max;
    struct id128 *erased;
    size_t erased_count;
    size_t erased_max;
    struct turn_alarm alarms[TURN_ALARMS_MAX];
    size_t alarm_count;
};

/* Who speaks: a worker of the site that the connection's key names. */
struct speaker {
    uint32_t site;
    uint32_t worker;
    const struct directory_worker *row;
};

/* One command on its way to a reply. */
struct hearing {
    struct turn *turn;
    struct speaker speaker;
    const struct command *command;
    uint8_t digest[16];
    struct reply reply;
    struct problems *problems;
};

/* A decider of one command kind (decide.c has the table). */
typedef void decide_function(struct hearing *hearing);

/* Begin and end an entry. An entry that got no facts leaves no trace. */
void turn_open_entry(struct turn *turn, const struct entry *head);
struct entry *turn_entry(struct turn *turn);
/* True when it has facts and is kept. */
bool turn_close_entry(struct turn *turn);

/* Record a fact in the open entry and fold it. Texts, blob, labels and decision are copied. at_us is set here. */
void turn_emit(struct turn *turn, const struct fact *fact);
/* A new id of this batch. */
struct id128 turn_new_id(struct turn *turn);
void turn_alarm(struct turn *turn, const struct case_record *record, enum desk_reason reason);
void turn_keep_key(struct turn *turn, const struct turn_key *key);
void turn_erase_key(struct turn *turn, const struct id128 *referral);

/* The command is refused; detail may be NULL. */
void turn_refuse(struct hearing *hearing, enum refusal code, const char *field, const char *detail);
/* The command was done; about which referral or case. */
void turn_stored(struct hearing *hearing, const struct id128 *subject, const struct id128 *case_id);

/* When a pinned norm that begins now is over in the case's zone; 0 when it has none. */
int64_t turn_due(const struct turn *turn,
                 const struct case_record *record,
                 enum fact_norm norm,
                 int64_t from_us);

struct case_record turn_case(struct turn *turn, const struct id128 *id);
struct assignment_record turn_assignment(struct turn *turn, const struct id128 *id);
struct referral_record turn_referral(struct turn *turn, const struct id128 *id);

#endif
