/* The subcommands of refctl: one table, one function each, a file for each noun.
 *
 * To add one: a row in a verb_table_*.c, a function here, a section in refctl.1; help, spelling hints and the
 * check of options follow from the row.
 */
#ifndef CTL_VERB_H
#define CTL_VERB_H

#include "agents/ctl/run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who uses it; the overview is grouped by this. */
enum verb_group { VERB_REFERS, VERB_CURATES, VERB_ADMINISTERS, VERB_GROUP_END };

/* True: exit status 0. False: err says what is wrong and gives the exit status. */
typedef bool verb_function(struct run *run, struct error *err);

struct verb {
    const char *noun;   /* "case" */
    const char *action; /* "show"; NULL: the noun alone */
    enum verb_group group;
    struct phrase arguments; /* "НОМЕР" / "NUMBER"; "" none */
    struct phrase summary;   /* one line */
    struct phrase text;      /* what the help adds; ends with a newline, or "" */
    const char *example;     /* a command line */
    uint64_t options;        /* bits of enum option, besides those that every command takes */
    size_t words_min;
    size_t words_max;
    verb_function *run;
};

size_t verb_count(void);
/* In the order of the help; index < verb_count(). */
const struct verb *verb_at(size_t index);

/* The command that words begin with; *used: how many words name it. NULL: none, then err (USAGE) has the nearest. */
const struct verb *verb_find(const char *const *words,
                             size_t word_count,
                             enum language language,
                             size_t *used,
                             struct error *err);
/* "case show". Returns buffer. */
enum { VERB_NAME_MAX = 32 };
const char *verb_name(const struct verb *verb, char buffer[VERB_NAME_MAX]);
/* Does any command begin with this noun? */
bool verb_is_noun(const char *noun);

/* policy_version.c */
verb_function verb_policy_history;
verb_function verb_policy_show;
/* policy_apply.c */
verb_function verb_policy_apply;
verb_function verb_policy_rollback;
/* policy_plan.c */
verb_function verb_policy_plans;
verb_function verb_policy_withdraw, verb_policy_sign;
/* policy_shadow.c */
verb_function verb_policy_shadow;
/* submit.c, import.c, referral.c */
verb_function verb_submit;
verb_function verb_import;
verb_function verb_referral_ls;
verb_function verb_referral_show;
/* inbox.c, answer.c, outcome.c, duplicate.c */
verb_function verb_inbox;
verb_function verb_inbox_show;
verb_function verb_accept;
verb_function verb_refuse;
verb_function verb_outcome;
verb_function verb_duplicate;
/* case.c, explain.c */
verb_function verb_case_ls;
verb_function verb_case_show;
verb_function verb_case_timeline;
verb_function verb_explain;
/* assign.c, agency.c, curator.c, status.c, doctor.c, clock_accept.c, policy_check.c, policy_explain.c, policy_test.c, keygen.c */
verb_function verb_assign;
verb_function verb_agency_ls;
verb_function verb_curator_ls;
/* leave.c */
verb_function verb_curator_leave, verb_curator_return;
verb_function verb_curator_capacity, verb_curator_dismiss;
verb_function verb_status;
verb_function verb_doctor;
verb_function verb_check;
verb_function verb_clock_accept;
/* site.c */
verb_function verb_site_revoke;
verb_function verb_site_rotate;
/* erase.c */
verb_function verb_erase;
verb_function verb_erase_show;
verb_function verb_policy_check;
verb_function verb_policy_explain;
verb_function verb_policy_test;
/* policy_prove.c, policy_diff.c, policy_rehearse.c */
verb_function verb_policy_prove;
verb_function verb_policy_diff;
verb_function verb_policy_rehearse;
verb_function verb_keygen;

#endif
