/* Who may do what: the table and the relations. */
#include "broker/core/permission.h"

#include <assert.h>
#include <string.h>

#define ROLE(name) (UINT32_C(1) << ROLE_##name)

enum { ANY = 0 };

/* Order does not matter; several rows of a kind are alternatives. */
static const struct permission_row permission_table[] = {
    {false,
     COMMAND_SUBMIT,
     ROLE(SPECIALIST) | ROLE(INTAKE_CURATOR) | ROLE(CASE_CURATOR) | ROLE(DUTY_CURATOR) |
         ROLE(PERFORMER) | ROLE(SUPERVISOR) | ROLE(COORDINATOR),
     RELATION_NONE},
    {false, COMMAND_SEE, ANY, RELATION_OFFERED},
    {false, COMMAND_SEE, ANY, RELATION_LEAD},
    {false, COMMAND_SEE, ANY, RELATION_DESK},
    {false, COMMAND_ACCEPT, ANY, RELATION_OFFERED},
    {false, COMMAND_REFUSE, ANY, RELATION_OFFERED},
    {false, COMMAND_PROPOSE_OUTCOME, ANY, RELATION_LEAD},
    {false, COMMAND_APPROVE_OUTCOME, ROLE(SUPERVISOR) | ROLE(COORDINATOR), RELATION_RESPONSIBLE},
    {false, COMMAND_REJECT_OUTCOME, ROLE(SUPERVISOR) | ROLE(COORDINATOR), RELATION_RESPONSIBLE},
    {false,
     COMMAND_ASSIGN,
     ROLE(INTAKE_CURATOR) | ROLE(SUPERVISOR) | ROLE(COORDINATOR),
     RELATION_RESPONSIBLE},
    {false, COMMAND_ASSIGN, ANY, RELATION_DESK},
    {false, COMMAND_CONFIRM_DUPLICATE, ANY, RELATION_OFFERED},
    {false, COMMAND_CONFIRM_DUPLICATE, ANY, RELATION_LEAD},
    {false,
     COMMAND_CONFIRM_DUPLICATE,
     ROLE(INTAKE_CURATOR) | ROLE(SUPERVISOR) | ROLE(COORDINATOR),
     RELATION_RESPONSIBLE},
    {false, COMMAND_REJECT_DUPLICATE, ANY, RELATION_OFFERED},
    {false, COMMAND_REJECT_DUPLICATE, ANY, RELATION_LEAD},
    {false,
     COMMAND_REJECT_DUPLICATE,
     ROLE(INTAKE_CURATOR) | ROLE(SUPERVISOR) | ROLE(COORDINATOR),
     RELATION_RESPONSIBLE},
    {false, COMMAND_ACCEPT_CLOCK, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_POLICY_PART, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_POLICY_APPLY, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_POLICY_ROLLBACK, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_POLICY_WITHDRAW, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_ERASE, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_POLICY_PROMOTE, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_SITE_REVOKE, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_SITE_ROTATE, ANY, RELATION_NONE}, /* the session's key is the proof */
    {false, COMMAND_POLICY_SIGN, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_LEAVE, ANY, RELATION_COLLEAGUE},
    {false, COMMAND_LEAVE, ROLE(SUPERVISOR) | ROLE(COORDINATOR), RELATION_AGENCY},
    {false, COMMAND_LEAVE, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_END_LEAVE, ANY, RELATION_COLLEAGUE},
    {false, COMMAND_END_LEAVE, ROLE(SUPERVISOR) | ROLE(COORDINATOR), RELATION_AGENCY},
    {false, COMMAND_END_LEAVE, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_SET_CAPACITY, ANY, RELATION_COLLEAGUE},
    {false, COMMAND_SET_CAPACITY, ROLE(SUPERVISOR) | ROLE(COORDINATOR), RELATION_AGENCY},
    {false, COMMAND_SET_CAPACITY, ROLE(ADMINISTRATOR), RELATION_NONE},
    {false, COMMAND_DISMISS, ROLE(SUPERVISOR) | ROLE(COORDINATOR), RELATION_AGENCY},
    {false, COMMAND_DISMISS, ROLE(ADMINISTRATOR), RELATION_NONE},

    {true, QUERY_STATUS, ANY, RELATION_NONE},
    {true, QUERY_AGENCIES, ANY, RELATION_NONE},
    {true,
     QUERY_CURATORS,
     ROLE(INTAKE_CURATOR) | ROLE(SUPERVISOR) | ROLE(COORDINATOR) | ROLE(ADMINISTRATOR),
     RELATION_NONE},
    {true, QUERY_CASES, ANY, RELATION_NONE}, /* each row of the answer is asked for as QUERY_CASE */
    {true, QUERY_CASE, ANY, RELATION_OFFERED},
    {true, QUERY_CASE, ANY, RELATION_LEAD},
    {true, QUERY_CASE, ANY, RELATION_DESK},
    {true,
     QUERY_CASE,
     ROLE(INTAKE_CURATOR) | ROLE(SUPERVISOR) | ROLE(COORDINATOR),
     RELATION_RESPONSIBLE},
    {true, QUERY_CASE, ROLE(ADMINISTRATOR), RELATION_NONE},
    {true, QUERY_VERSIONS, ROLE(ADMINISTRATOR), RELATION_NONE},
    {true, QUERY_VERSION, ROLE(ADMINISTRATOR), RELATION_NONE},
    {true, QUERY_PAST, ROLE(COORDINATOR) | ROLE(ADMINISTRATOR), RELATION_NONE},
    {true, QUERY_PROPOSAL, ROLE(ADMINISTRATOR), RELATION_NONE},
    {true, QUERY_PLANS, ROLE(ADMINISTRATOR), RELATION_NONE},
    {true, QUERY_ERASURES, ROLE(ADMINISTRATOR), RELATION_NONE},
    {true, QUERY_SHADOW, ROLE(ADMINISTRATOR), RELATION_NONE},
};

/* A timeline and an explanation are for whoever may see the case. */
static enum query_kind asked_as(enum query_kind kind)
{
    return kind == QUERY_TIMELINE || kind == QUERY_EXPLAIN ? QUERY_CASE : kind;
}

const struct permission_row *permission_rows(size_t *count)
{
    *count = sizeof(permission_table) / sizeof(permission_table[0]);
    return permission_table;
}

/* All zero, and so nobody's, when the store cannot be read; then the whole turn fails. */
static struct assignment_record
hop_of(const struct core *core, const struct case_record *record, uint32_t index)
{
    struct id128 id = {{0}};
    struct assignment_record hop;
    memset(&hop, 0, sizeof(hop));
    (void)store_case_assignment(core->store, &record->id, index, &id);
    (void)store_assignment(core->store, &id, &hop);
    return hop;
}

/* An open offer, or one that passed while nobody has accepted after it: a late answer to that still counts. */
static bool is_offered(const struct core *core, uint32_t worker, const struct case_record *record)
{
    const bool pending = record->state == CASE_CURATOR_PENDING;
    for (uint32_t i = record->assignments; i > 0; i--) {
        const struct assignment_record hop = hop_of(core, record, i - 1);
        if (hop.state == ASSIGNMENT_ACTIVE || hop.ended_us != 0) {
            return false;
        }
        const bool answerable = hop.state == ASSIGNMENT_PROPOSED ||
                                hop.state == ASSIGNMENT_OFFERED ||
                                (hop.state == ASSIGNMENT_EXPIRED && pending);
        if (answerable && hop.worker == worker) {
            return true;
        }
    }
    return false;
}

/* Handed up, a case lies on the desk of an agency of the chain instead of its territory's. */
static bool is_at_desk(const struct core *core, uint32_t worker, const struct case_record *record)
{
    const struct directory *directory = core->region->directory;
    const uint32_t territory = record->labels.territory;
    if (record->desk == DESK_UNSPECIFIED) {
        return false;
    }
    return record->desk == DESK_SUPERVISOR && record->desk_step > 0
               ? directory_supervises(directory, worker, record->desk_agency, territory)
               : directory_at_desk(directory, worker, record->desk, territory);
}

static bool
is_responsible(const struct core *core, uint32_t worker, const struct case_record *record)
{
    for (int desk = DESK_TRIAGE; desk < DESK_END; desk++) {
        if (directory_at_desk(
                core->region->directory, worker, (enum desk)desk, record->labels.territory)) {
            return true;
        }
    }
    return is_at_desk(core, worker, record);
}

/* The worker whom the command is about and the speaker, at one site or in one agency. */
static bool is_near(const struct core *core, uint32_t worker, uint32_t other, bool same_site)
{
    const struct directory_worker *a = directory_worker(core->region->directory, worker);
    const struct directory_worker *b = directory_worker(core->region->directory, other);
    return b != NULL && (same_site ? a->site == b->site : a->agency == b->agency);
}

static bool related(const struct core *core,
                    uint32_t worker,
                    enum relation relation,
                    const struct permission_subject *subject)
{
    const struct case_record *record = subject->record;
    if (relation == RELATION_NONE) {
        return true;
    }
    if (relation == RELATION_COLLEAGUE || relation == RELATION_AGENCY) {
        return is_near(core, worker, subject->worker, relation == RELATION_COLLEAGUE);
    }
    if (record == NULL) {
        return false;
    }
    if (relation == RELATION_OFFERED) {
        return is_offered(core, worker, record);
    }
    if (relation == RELATION_LEAD) {
        return record->lead == worker && record->state != CASE_CURATOR_PENDING;
    }
    if (relation == RELATION_DESK) {
        return is_at_desk(core, worker, record);
    }
    assert(relation == RELATION_RESPONSIBLE);
    return is_responsible(core, worker, record);
}

static enum permission_verdict ask(const struct core *core,
                                   uint32_t worker,
                                   const struct permission_row *wanted,
                                   const struct permission_subject *subject)
{
    const struct directory_worker *row = directory_worker(core->region->directory, worker);
    if (row == NULL || row->removed) {
        return PERMISSION_DENIED;
    }
    bool role_fits = false;
    const size_t rows = sizeof(permission_table) / sizeof(permission_table[0]);
    for (size_t i = 0; i < rows; i++) {
        const struct permission_row *entry = &permission_table[i];
        if (entry->query != wanted->query || entry->kind != wanted->kind ||
            (entry->roles != ANY && (entry->roles & row->roles) == 0)) {
            continue;
        }
        role_fits = true;
        if (related(core, worker, entry->relation, subject)) {
            return PERMISSION_GRANTED;
        }
    }
    return role_fits && subject->record != NULL ? PERMISSION_HIDDEN : PERMISSION_DENIED;
}

enum permission_verdict permission_command(const struct core *core,
                                           uint32_t worker,
                                           enum command_kind kind,
                                           const struct permission_subject *subject)
{
    const struct permission_row wanted = {.query = false, .kind = kind};
    return ask(core, worker, &wanted, subject);
}

enum permission_verdict permission_query(const struct core *core,
                                         uint32_t worker,
                                         enum query_kind kind,
                                         const struct case_record *record)
{
    const struct permission_row wanted = {.query = true, .kind = asked_as(kind)};
    const struct permission_subject subject = {.record = record};
    return ask(core, worker, &wanted, &subject);
}
