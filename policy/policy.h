/* The routing policy: rules that say which pools a curator is sought in, who is told, which norms run.
 *
 * Compiled from YAML (POLICY.md) into an immutable object. First matching rule wins. A policy knows codes
 * and names; it is bound to a directory by roster.h. Deciding is pure: same facts, same verdict.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/arena.h"
#include "base/error.h"
#include "base/keys.h"
#include "base/yaml_tree.h"
#include "policy/calendar.h"
#include "policy/directory.h"
#include "proto/fact.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Steps that have a norm; the YAML keys are in brackets. */
enum norm {
    NORM_DELIVER,          /* [deliver] delivered to the agent */
    NORM_SEE,              /* [see] seen by a person */
    NORM_ANSWER,           /* [answer] accepted or declined */
    NORM_CHECK,            /* [check] */
    NORM_CURATOR,          /* [curator] curator appointed */
    NORM_CONTACT,          /* [contact] first contact with the family */
    NORM_CONSILIUM,        /* [consilium] */
    NORM_PLAN,             /* [plan] */
    NORM_PLACEMENT_REVIEW, /* [placement-review] */
    NORM_PROGRESS,         /* [progress] progress report */
    NORM_MONITORING,       /* [monitoring] */
    NORM_ACKNOWLEDGE,      /* [acknowledge] outcome acknowledged */
    NORM_TRIAGE,           /* [triage] decided at the triage desk */
    NORM_END
};

struct policy;

struct policy_facts {
    struct fact_labels labels;
    enum agency_kind referrer_kind;
    int64_t at_us; /* arrival */
};

/* A rule that did not match, and the node of its condition that failed. */
struct policy_failed {
    uint32_t rule;
    uint32_t condition;
};

struct policy_verdict {
    int32_t rule; /* index; -1 none matched or not rolled out */
    bool not_rolled_out;
    enum procedure procedure;
    uint8_t pools[LIMIT_RULE_POOLS]; /* indexes, in order */
    size_t pool_count;
    struct duration
        norms[NORM_END]; /* rule's, else level's, else built-in (POLICY.md); then programmes' */
    uint32_t programmes; /* mask by index: those that add to the decision of the rule */
    struct fact_failed
        failed[LIMIT_RULES]; /* earlier rules, by index, and the first condition that failed */
    size_t failed_count;
};

/* Whatever a rule says, an offer is delivered within this time. */
enum { POLICY_DELIVER_HOURS_MAX = 72 };

enum pool_pick { POOL_PICK_LEAST_LOADED, POOL_PICK_ROUND_ROBIN };

/* Rules and pools as others see them. Texts live with the policy. */
struct policy_rule_view {
    const char *id;
    struct phrase title;
    struct text_pos at;
};
struct policy_programme_view {
    const char *id;
    struct phrase title;
    struct text_pos at;
    const char *from;   /* the first day; NULL: from the beginning */
    const char *behind; /* the first day behind it; NULL: it has no end */
};
struct policy_pool_view {
    const char *id;
    struct text_pos at;
    enum pool_pick pick;
    bool continuity;  /* the family's last curator first */
    bool auto_accept; /* accepts by itself (duty curators) */
    uint32_t reserve; /* percent of each curator's capacity that only critical cases may take */
};

/* Whose signatures a change of the texts needs while this policy is in force. */
struct policy_consent {
    uint32_t needed; /* agencies; 0: none */
    struct policy_signer {
        uint32_t agency;
        uint8_t key[KEYS_BYTES]; /* Ed25519 */
    } signers[LIMIT_SIGNERS];
    size_t signer_count;
};

/* files  policy.yaml's trees (one or several of a folder); directory: for names that rules mention.
 *        All mistakes go to errors with positions; the policy is made only when there are none. */
bool policy_create(struct policy **out,
                   const struct yaml_file *files,
                   size_t file_count,
                   const struct directory *directory,
                   struct error_list *errors) __attribute__((warn_unused_result));
/* What a policy is read against. */
struct policy_context {
    const struct directory *directory;
    const struct calendar
        *calendar; /* for the dates of the roll-out; NULL: they begin at midnight UTC */
    const char *zone;
};
/* The same with findings in both languages; policy_create is this without a calendar. Numbers of rows are bound here:
 * the policy is valid for this directory and for later ones that grew out of it. */
bool policy_read(struct policy **out,
                 const struct yaml_file *files,
                 size_t file_count,
                 const struct policy_context *context,
                 struct finding_list *findings) __attribute__((warn_unused_result));
void policy_destroy(struct policy **policy);

/* What is allowed and yet looks wrong: unreachable rules, pools that select nobody, territories without a wave, … */
void policy_check(const struct policy *policy,
                  const struct directory *directory,
                  struct finding_list *findings);
/* The proof of proof.h as findings: a requirement that does not hold, or cannot be decided, is an error with a referral
 * that breaks it; a rule that no referral comes to is a warning. */
void policy_prove(const struct policy *policy,
                  const struct directory *directory,
                  struct finding_list *findings);

void policy_decide(const struct policy *policy,
                   const struct directory *directory,
                   const struct policy_facts *facts,
                   struct policy_verdict *verdict);

const char *policy_id(const struct policy *policy);
const struct policy_consent *policy_consent(const struct policy *policy);
size_t policy_rule_count(const struct policy *policy);
struct policy_rule_view policy_rule(const struct policy *policy, size_t index);
size_t policy_programme_count(const struct policy *policy);
struct policy_programme_view policy_programme(const struct policy *policy, size_t index);
size_t policy_pool_count(const struct policy *policy);
struct policy_pool_view policy_pool(const struct policy *policy, size_t index);
/* A failed condition as a sentence: "уровень: нужен «угроза жизни», а был «ТЖС»" / "risk: …". In the arena. */
struct phrase policy_failed_text(const struct policy *policy,
                                 const struct directory *directory,
                                 struct policy_failed failed,
                                 const struct policy_facts *facts,
                                 struct arena *arena);
/* What a rule asks for: "уровень риска: требуется «ТЖС»", "всегда". In the arena, or static. */
struct phrase policy_rule_text(const struct policy *policy,
                               const struct directory *directory,
                               size_t rule,
                               struct arena *arena);
/* Every condition of a rule against a referral, in the order of the file; a group stands before its parts. */
struct policy_trace {
    struct policy_trace_row {
        size_t depth; /* 0: the whole, or a part of the outermost "all" */
        bool holds;
        bool group;
        uint32_t line; /* in the rule's file */
        uint32_t column;
        struct phrase text; /* "уровень: требуется «СОП», в обращении «ТЖС»"; a group: "все:" */
    } * rows;
    size_t count; /* 0: the rule has no condition */
};
/* In the arena; rows NULL: it is full. */
struct policy_trace policy_trace(const struct policy *policy,
                                 const struct directory *directory,
                                 size_t rule,
                                 const struct policy_facts *facts,
                                 struct arena *arena);
/* The same of a programme's gate; its dates are the first condition. */
struct policy_trace policy_programme_trace(const struct policy *policy,
                                           const struct directory *directory,
                                           size_t programme,
                                           const struct policy_facts *facts,
                                           struct arena *arena);
/* Who set a norm of a verdict. */
enum policy_norm_origin {
    POLICY_NORM_DEFAULT,
    POLICY_NORM_LEVEL,
    POLICY_NORM_LEVEL_PLACE, /* the level's for a territory */
    POLICY_NORM_RULE,
    POLICY_NORM_RULE_PLACE,
    POLICY_NORM_PROGRAMME
};
struct policy_norm_source {
    enum policy_norm_origin origin;
    uint32_t territory; /* of *_PLACE */
    size_t programme;   /* of PROGRAMME */
    struct text_pos at; /* line 0: in no file */
};
struct policy_norm_source policy_norm_source(const struct policy *policy,
                                             const struct directory *directory,
                                             const struct policy_facts *facts,
                                             const struct policy_verdict *verdict,
                                             enum norm norm);
/* "answer"; "принято или отклонено" / "accepted or declined". Static. */
const char *policy_norm_key(enum norm norm);
struct phrase policy_norm_title(enum norm norm);
/* Sections that somebody with these roles (mask) at such an agency may see: masks of role and of agency
 * kind intersect. */
uint32_t policy_sections(const struct policy *policy, uint32_t roles, enum agency_kind kind);

/* For roster.h: does pool select this worker at all (territory aside), and must it cover the case? */
bool policy_pool_selects(const struct policy *policy,
                         size_t pool,
                         const struct directory *directory,
                         uint32_t worker);
bool policy_pool_covers_case(const struct policy *policy, size_t pool);
/* Who decided about a referral of a territory. */
struct policy_ground {
    size_t rule;
    uint32_t programmes; /* mask */
    uint32_t territory;
};
/* Sites (numbers, each once, at most LIMIT_NOTICE_SITES) that are told: the home sites of the agencies that the
 * selectors of the rule and then those of the programmes name. */
size_t policy_notice_sites(const struct policy *policy,
                           const struct directory *directory,
                           const struct policy_ground *ground,
                           uint32_t sites[LIMIT_NOTICE_SITES]);

#endif
