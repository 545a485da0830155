/* Permission: one table, command or query × role × relation. No row = refused. PROTOCOL.md prints it.
 *
 * A relation is what ties the speaker to the thing spoken of. Roles are those of the worker in the directory now:
 * a change of roles acts on the next message.
 */
#ifndef BROKER_CORE_PERMISSION_H
#define BROKER_CORE_PERMISSION_H

#include "broker/core/core.h"

#include <stdbool.h>

enum relation {
    RELATION_NONE,        /* no tie is asked for: the role alone decides */
    RELATION_OFFERED,     /* the open (or expired) offer is made to the speaker */
    RELATION_LEAD,        /* leads the case */
    RELATION_DESK,        /* sits at the desk that holds the case (directory_at_desk) */
    RELATION_RESPONSIBLE, /* sits at a desk of that kind for the case's territory */
    RELATION_COLLEAGUE,   /* works at the same site as the worker whom the command is about */
    RELATION_AGENCY,      /* works in the same agency */
    RELATION_END
};

enum permission_verdict {
    PERMISSION_GRANTED,
    PERMISSION_DENIED, /* the role may never do this */
    PERMISSION_HIDDEN  /* answered as if the thing did not exist */
};

struct permission_row {
    bool query; /* kind is a query_kind, else a command_kind */
    uint32_t kind;
    uint32_t roles; /* mask: at least one is needed; 0: any role */
    enum relation relation;
};

/* The table, for tests and documents. */
const struct permission_row *permission_rows(size_t *count);

/* What a command is about. */
struct permission_subject {
    const struct case_record *record; /* NULL: no case is concerned */
    uint32_t worker;                  /* 0: no worker, or one whom nobody knows */
};

/* May this worker give the command about that? */
enum permission_verdict permission_command(const struct core *core,
                                           uint32_t worker,
                                           enum command_kind kind,
                                           const struct permission_subject *subject);
enum permission_verdict permission_query(const struct core *core,
                                         uint32_t worker,
                                         enum query_kind kind,
                                         const struct case_record *record);

#endif
