/* The compiled policy from the inside; only policy*.c, proof*.c and comparison*.c include this.
 *
 * A condition is a run of nodes in prefix order: a group is followed by its children, span counts a node
 * with all below it. The number of a node in its rule is what decisions keep of a failed condition, so the order is
 * that of the file.
 *
 *     when: {risk: sop, any: [{need: food}, {flag: anonymous}]}
 *     0 ALL span 5 · 1 RISK span 1 · 2 ANY span 3 · 3 NEED · 4 FLAG
 */
#ifndef POLICY_POLICY_TREE_H
#define POLICY_POLICY_TREE_H

#include "base/utc.h"
#include "policy/policy.h"
#include "policy/reader.h"

enum { POLICY_TREE_CONDITIONS = 64 /* nodes of one condition */, POLICY_TREE_DEPTH = 8 };
enum {
    POLICY_TREE_LIST = 64 /* codes in one list */,
    POLICY_TREE_WAVES = 64,
    POLICY_TREE_RULE_DEPTH = 4 /* rules in rules */,
    POLICY_TREE_REQUIRES = 64,
    POLICY_TREE_PLACES = 64 /* territories with norms of their own, in the policy or in a rule */
};

enum policy_condition_kind {
    CONDITION_ALL,
    CONDITION_ANY,
    CONDITION_NOT,
    CONDITION_RISK, /* from here on facts of a referral */
    CONDITION_RISK_AT_LEAST,
    CONDITION_RISK_BELOW,
    CONDITION_NEED,
    CONDITION_AGE,
    CONDITION_FLAG,
    CONDITION_DIRECTION,
    CONDITION_CHANNEL,
    CONDITION_BASIS,
    CONDITION_REFERRER_KIND,
    CONDITION_TERRITORY,
    CONDITION_DATES,        /* of a programme; has no word of its own */
    CONDITION_CURATOR_FROM, /* from here on results, in `then` of a requirement */
    CONDITION_NOTIFIED,
    CONDITION_NOTIFIED_KIND,
    CONDITION_PROCEDURE,
    CONDITION_END
};

/* The days of a programme. */
struct policy_dates {
    int64_t from_us;  /* INT64_MIN: from the beginning */
    int64_t until_us; /* the first moment behind it; INT64_MAX: for ever */
    const char *from; /* days: the first, and the first behind it; NULL: none */
    const char *behind;
};

struct policy_condition {
    enum policy_condition_kind kind;
    uint32_t span;
    uint32_t line; /* in the rule's file */
    uint32_t column;
    uint32_t mask;  /* codes that satisfy it */
    uint32_t code;  /* RISK_AT_LEAST, RISK_BELOW: as written */
    uint64_t pools; /* CURATOR_FROM: by pool index */
    union {
        const uint32_t *numbers;          /* TERRITORY, NOTIFIED: rows */
        const struct policy_dates *dates; /* DATES */
    };
    size_t number_count;
};

/* count 0: always true. */
struct policy_when {
    const struct policy_condition *nodes;
    size_t count;
};

struct policy_pool {
    const char *id;
    struct text_pos at;
    const uint32_t *agencies;
    size_t agency_count;
    uint32_t kinds; /* 0: any */
    uint32_t roles;
    const char *const *training; /* all of them */
    size_t training_count;
    const char *const *languages; /* one of them; none: any */
    size_t language_count;
    bool covers_case;
    uint32_t territory; /* a fixed one; 0: none */
    enum pool_pick pick;
    bool continuity;
    bool auto_accept;
    uint32_t reserve; /* percent */
};

struct policy_notice {
    const uint32_t *agencies;
    size_t agency_count;
    uint32_t kinds;
    bool covers_case;
    uint32_t territory;
};

/* Where a norm was written; line 0: it was not. */
struct policy_spot {
    uint32_t line;
    uint32_t column;
};

/* Norms that a territory has, with all below it; in a rule those of the level 0 alone are used. */
struct policy_place {
    uint32_t territory;
    bool inherited; /* from the outer rule */
    const char *file;
    struct duration norms[RISK_END][NORM_END];
    struct policy_spot spots[RISK_END][NORM_END];
};
struct policy_places {
    struct policy_place *list;
    size_t count;
};

struct policy_rule {
    const char *id;
    struct phrase title;
    struct text_pos at;
    struct policy_when when;
    enum procedure procedure; /* 0: the policy's */
    uint8_t pools[LIMIT_RULE_POOLS];
    size_t pool_count;
    struct policy_notice notices[LIMIT_RULE_NOTICES];
    size_t notice_count;
    struct duration norms[NORM_END];
    struct policy_spot norm_spots[NORM_END]; /* in the file of at */
    struct policy_places places;
};

/* Stacked on the rules: what it adds to the decision about a referral that passes its gate. */
struct policy_programme {
    const char *id;
    struct phrase title;
    struct text_pos at;
    struct policy_when gate; /* dates and `when` together */
    struct policy_dates dates;
    struct policy_notice notices[LIMIT_RULE_NOTICES];
    size_t notice_count;
    size_t rule_count; /* of its own */
    struct duration norms[RISK_END][NORM_END];
    struct policy_spot norm_spots[RISK_END][NORM_END]; /* in the file of at */
};

struct policy_require {
    const char *id;
    struct text_pos at;
    struct policy_when when;
    struct policy_when then;
};

struct policy_wave {
    const char *from; /* the day as written */
    int64_t from_us;
    const uint32_t *territories;
    size_t territory_count;
};

struct policy {
    struct arena *arena;
    const char *id;
    struct phrase title;
    struct text_pos at;
    enum procedure procedure;
    struct policy_consent consent;
    struct policy_pool *pools;
    size_t pool_count;
    struct policy_rule *rules;
    size_t rule_count;
    struct policy_require *requires;
    size_t require_count;
    bool has_waves;
    struct policy_wave *waves;
    size_t wave_count;
    struct duration norms[RISK_END][NORM_END];
    struct policy_spot norm_spots[RISK_END][NORM_END];
    const char *norm_files[RISK_END];
    struct policy_places places;
    struct policy_programme programmes[LIMIT_PROGRAMMES];
    size_t programme_count;
    uint32_t role_sections[ROLE_END];
    bool kind_given[AGENCY_KIND_END];
    uint32_t kind_sections[AGENCY_KIND_END];
};

/* What the readers of parts share. */
struct policy_source {
    struct policy *policy;
    const struct policy_context *context;
    const struct yaml_file *file; /* the one being read */
    struct finding_list *findings;
};

/* policy_parse.c: all files into the policy. */
void policy_tree_parse(struct policy_source *source,
                       const struct yaml_file *files,
                       size_t file_count);
/* policy_condition.c; results: the words of `then`. */
void policy_tree_read_when(struct policy_source *source,
                           const struct yaml_node *node,
                           bool results,
                           struct policy_when *out);
/* policy_rule.c; programme: whose gate they share, NULL for those of the region. */
void policy_tree_read_rules(struct policy_source *source,
                            const struct yaml_node *list,
                            const struct policy_programme *programme);
void policy_tree_read_notices(struct policy_source *source,
                              struct reader *reader,
                              struct policy_notice notices[LIMIT_RULE_NOTICES],
                              size_t *count);
void policy_tree_read_requires(struct policy_source *source, const struct yaml_node *list);
/* policy_pool.c */
void policy_tree_read_pools(struct policy_source *source, const struct yaml_node *map);
bool policy_tree_read_notice(struct policy_source *source,
                             const struct yaml_node *node,
                             struct policy_notice *out);
/* Pool index; -1 when there is none. */
int policy_tree_find_pool(const struct policy *policy, const char *id);
const char *policy_tree_nearest_pool(const struct policy *policy, const char *id);
/* policy_norm.c */
void policy_tree_default_norms(struct policy *policy);
void policy_tree_read_levels(struct policy_source *source, const struct yaml_node *map);
/* places: where territories: {…} goes; NULL: there is no such key here. */
void policy_tree_read_norms(struct policy_source *source,
                            const struct yaml_node *map,
                            struct duration norms[NORM_END],
                            struct policy_spot spots[NORM_END],
                            struct policy_places *places);
/* {sop: {answer: 4 h}} */
void policy_tree_read_level_norms(struct policy_source *source,
                                  const struct yaml_node *map,
                                  struct duration norms[RISK_END][NORM_END],
                                  struct policy_spot spots[RISK_END][NORM_END],
                                  struct policy_places *places);
/* The word of the file: "deliver". */
const char *policy_tree_norm_key(enum norm norm);
/* policy_place.c */
/* What stands under norms: territories: {…}. Lengthens places. by_level: of the policy, else of a rule. */
void policy_tree_read_places(struct policy_source *source,
                             const struct yaml_node *map,
                             bool by_level,
                             struct policy_places *places);
/* A norm and who said so: the rule, in the nearest territory and then anywhere; the level likewise. */
struct policy_norm_found {
    struct duration length;
    enum policy_norm_origin origin;
    uint32_t territory; /* of *_PLACE */
    const char *file;
    struct policy_spot spot;
};
struct policy_norm_question {
    const struct policy_rule *rule; /* NULL: none */
    uint32_t risk;
    uint32_t territory; /* 0: any without norms of its own */
};
struct policy_norm_found policy_tree_norm(const struct policy *policy,
                                          const struct directory *directory,
                                          const struct policy_norm_question *question,
                                          enum norm norm);
/* The stricter of two: the one that would pass first if both began on a working day's morning and no day off came
 * between; of two that pass together the one that runs around the clock. None given is the least strict. */
bool policy_tree_is_stricter(struct duration duration, struct duration than);
/* policy_programme.c */
void policy_tree_read_programmes(struct policy_source *source, const struct yaml_node *list);
/* When an example came, as of proof.h: on the day, or before it. NULL: no programme has dates. */
const char *policy_tree_day_at(const struct policy *policy, int64_t at_us, bool *before);
/* policy_level.c */
/* Levels (mask) that earlier rules leave to a rule and that its condition allows. */
uint32_t policy_tree_levels(const struct policy *policy, size_t rule);
/* policy_norm_order.c */
void policy_tree_check_norms(const struct policy *policy,
                             const struct directory *directory,
                             struct finding_list *findings);
/* policy_place.c: norms that change nothing, of territories and of programmes. */
void policy_tree_check_needless_norms(const struct policy *policy,
                                      const struct directory *directory,
                                      struct finding_list *findings);
/* policy_consent.c */
void policy_tree_read_consent(struct policy_source *source, const struct yaml_node *map);
/* policy_rollout.c */
void policy_tree_read_disclose(struct policy_source *source, const struct yaml_node *map);
void policy_tree_default_disclose(struct policy *policy);
void policy_tree_read_rollout(struct policy_source *source, const struct yaml_node *list);
/* Midnight of a day in the zone of the region. */
int64_t policy_tree_day_begins(const struct policy_source *source, const struct utc_civil *date);
bool policy_tree_rolled_out(const struct policy *policy,
                            const struct directory *directory,
                            uint32_t territory,
                            int64_t at_us);

/* Ids into numbers; what is unknown is reported and left out. */
const uint32_t *policy_tree_resolve(struct policy_source *source,
                                    enum directory_kind kind,
                                    const struct reader_ids *ids,
                                    size_t *count);
/* A copy that lives with the policy. */
const char *policy_tree_keep(struct policy_source *source, const char *text);

/* policy_decide.c */
/* Does the node with all below it hold? */
bool policy_tree_holds(const struct policy_when *when,
                       size_t at,
                       const struct directory *directory,
                       const struct policy_facts *facts);
/* Is the territory one of those that a TERRITORY node names, or below one? */
bool policy_tree_lies_within(const struct policy_condition *node,
                             const struct directory *directory,
                             uint32_t territory);
/* The mask of the facts that a leaf's mask is compared with. */
uint32_t policy_tree_fact_bits(enum policy_condition_kind kind, const struct policy_facts *facts);
bool policy_tree_selects_agency(const struct policy_notice *notice,
                                const struct directory *directory,
                                uint32_t agency,
                                uint32_t territory);

#endif
