/* The closed vocabulary: every code that a referral, a policy or a directory may use, with its titles.
 *
 * The numbers are those of the enums in case.proto (asserted in wire.c) and are for ever: codes are
 * added, never renumbered. Number 0 is "unspecified" in every list. Lists whose values are combined
 * (needs, ages, flags, roles, sections) are kept as masks: bit (1 << number).
 *
 * Source: the programme's vocabulary; one versioned list for all agencies (see PROTOCOL.md).
 */
#ifndef PROTO_VOCABULARY_H
#define PROTO_VOCABULARY_H

#include "base/phrase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VOCABULARY_VERSION = 1 };

enum risk { RISK_UNSPECIFIED, RISK_NORM, RISK_EARLY, RISK_TZS, RISK_SOP, RISK_CRITICAL, RISK_END };

enum direction {
    DIRECTION_UNSPECIFIED,
    DIRECTION_PREVENTION,
    DIRECTION_EARLY_DETECTION,
    DIRECTION_TARGETED_HELP,
    DIRECTION_ORPHAN_CARE,
    DIRECTION_END
};

enum need {
    NEED_UNSPECIFIED,
    NEED_HOUSEHOLD,
    NEED_MATERIAL,
    NEED_HOUSING,
    NEED_FOOD,
    NEED_DOCUMENTS,
    NEED_EMPLOYMENT,
    NEED_CHILDCARE,
    NEED_EARLY_DEVELOPMENT,
    NEED_DISABILITY,
    NEED_HEALTH,
    NEED_MENTAL_HEALTH,
    NEED_ADDICTION,
    NEED_VIOLENCE,
    NEED_PARENTING,
    NEED_CONFLICT_MEDIATION,
    NEED_SCHOOL,
    NEED_LEISURE_CULTURE,
    NEED_LEISURE_SPORT,
    NEED_LEGAL,
    NEED_BEHAVIOUR,
    NEED_CRISIS_SHELTER,
    NEED_REINTEGRATION,
    NEED_END
};

enum age { /* "0-1" "1-3" "3-4" "4-6" "7-13" "14-17" "pregnancy" */
           AGE_UNSPECIFIED,
           AGE_0_1,
           AGE_1_3,
           AGE_3_4,
           AGE_4_6,
           AGE_7_13,
           AGE_14_17,
           AGE_PREGNANCY,
           AGE_END
};

enum flag {
    FLAG_UNSPECIFIED,
    FLAG_PLACEMENT_RISK,
    FLAG_RETURNED_FROM_CARE,
    FLAG_REPEAT_WITHIN_12_MONTHS,
    FLAG_CHILD_ALONE,
    FLAG_ANONYMOUS,
    FLAG_POSSIBLE_DUPLICATE,
    FLAG_END
};

enum channel {
    CHANNEL_UNSPECIFIED,
    CHANNEL_SPECIALIST,
    CHANNEL_HELPLINE,
    CHANNEL_CITIZEN,
    CHANNEL_SELF,
    CHANNEL_CHILD,
    CHANNEL_MEDIA,
    CHANNEL_COURT,
    CHANNEL_OTHER_REGION,
    CHANNEL_END
};

enum legal_basis {
    LEGAL_BASIS_UNSPECIFIED,
    LEGAL_BASIS_CONSENT,
    LEGAL_BASIS_LEGAL_DUTY,     /* 120-ФЗ */
    LEGAL_BASIS_SOCIAL_SERVICE, /* 442-ФЗ */
    LEGAL_BASIS_VITAL_INTEREST,
    LEGAL_BASIS_COURT,
    LEGAL_BASIS_END
};

enum agency_kind {
    AGENCY_KIND_UNSPECIFIED,
    AGENCY_KIND_SOCIAL,
    AGENCY_KIND_EDUCATION,
    AGENCY_KIND_HEALTH,
    AGENCY_KIND_CULTURE,
    AGENCY_KIND_SPORT,
    AGENCY_KIND_YOUTH,
    AGENCY_KIND_POLICE,
    AGENCY_KIND_GUARDIANSHIP,
    AGENCY_KIND_KDN,
    AGENCY_KIND_NGO,
    AGENCY_KIND_CHARITY_FUND,
    AGENCY_KIND_FAMILY_SERVICE,
    AGENCY_KIND_OMBUDSMAN,
    AGENCY_KIND_END
};

enum ownership {
    OWNERSHIP_UNSPECIFIED,
    OWNERSHIP_STATE,
    OWNERSHIP_MUNICIPAL,
    OWNERSHIP_NGO,
    OWNERSHIP_CHARITY,
    OWNERSHIP_END
};

enum role {
    ROLE_UNSPECIFIED,
    ROLE_SPECIALIST,
    ROLE_INTAKE_CURATOR,
    ROLE_CASE_CURATOR,
    ROLE_DUTY_CURATOR,
    ROLE_PERFORMER,
    ROLE_SUPERVISOR,
    ROLE_COORDINATOR,
    ROLE_ADMINISTRATOR,
    ROLE_OBSERVER,
    ROLE_END
};

/* Desks: a place where work waits for whoever holds the role there, never for a named person only. */
enum desk {
    DESK_UNSPECIFIED,
    DESK_TRIAGE,     /* intake curators of the territory */
    DESK_SUPERVISOR, /* supervisors */
    DESK_COORDINATOR,
    DESK_END
};

enum purpose { PURPOSE_UNSPECIFIED, PURPOSE_CASE, PURPOSE_SERVICE, PURPOSE_END };
enum procedure { PROCEDURE_UNSPECIFIED, PROCEDURE_DIRECT, PROCEDURE_FULL, PROCEDURE_END };

enum decline_reason {
    DECLINE_UNSPECIFIED,
    DECLINE_NO_CAPACITY,
    DECLINE_WAITLIST,
    DECLINE_NOT_ELIGIBLE_AGE,
    DECLINE_NOT_ELIGIBLE_OTHER,
    DECLINE_OUT_OF_TERRITORY,
    DECLINE_WRONG_SERVICE,
    DECLINE_MISSING_INFO,
    DECLINE_CONFLICT_OF_INTEREST,
    DECLINE_NO_LEGAL_BASIS,
    DECLINE_UNSAFE_FOR_STAFF,
    DECLINE_SERVICE_CLOSED,
    DECLINE_FAMILY_REFUSED,
    DECLINE_FAMILY_NOT_FOUND,
    DECLINE_NEED_ALREADY_MET,
    DECLINE_END
};

enum referral_outcome {
    REFERRAL_OUTCOME_UNSPECIFIED,
    REFERRAL_OUTCOME_CASE_OPENED,
    REFERRAL_OUTCOME_CASE_JOINED,
    REFERRAL_OUTCOME_HELP_FULL,
    REFERRAL_OUTCOME_HELP_PARTIAL,
    REFERRAL_OUTCOME_NO_CONTACT,
    REFERRAL_OUTCOME_NO_SHOW,
    REFERRAL_OUTCOME_REFUSED,
    REFERRAL_OUTCOME_NOT_ELIGIBLE,
    REFERRAL_OUTCOME_REFERRED_ONWARD,
    REFERRAL_OUTCOME_NOT_PROVIDED,
    REFERRAL_OUTCOME_END
};

enum case_outcome {
    CASE_OUTCOME_UNSPECIFIED,
    CASE_OUTCOME_KEPT_IN_FAMILY,
    CASE_OUTCOME_RETURNED_TO_PARENTS,
    CASE_OUTCOME_GUARDIANSHIP,
    CASE_OUTCOME_FOSTER,
    CASE_OUTCOME_ADOPTION,
    CASE_OUTCOME_INSTITUTION,
    CASE_OUTCOME_OF_AGE,
    CASE_OUTCOME_MOVED,
    CASE_OUTCOME_DIED,
    CASE_OUTCOME_NOT_CONFIRMED,
    CASE_OUTCOME_FAMILY_DECLINED,
    CASE_OUTCOME_TRANSFERRED,
    CASE_OUTCOME_END
};

enum referral_state {
    REFERRAL_STATE_UNSPECIFIED,
    REFERRAL_SUBMITTED,
    REFERRAL_TRIAGE,
    REFERRAL_ROUTED,
    REFERRAL_DELIVERED,
    REFERRAL_ACCEPTED,
    REFERRAL_DECLINE_PENDING,
    REFERRAL_IN_PROGRESS,
    REFERRAL_ON_HOLD,
    REFERRAL_COMPLETED,
    REFERRAL_FAILED,
    REFERRAL_CANCEL_REQUESTED,
    REFERRAL_CANCELLED,
    REFERRAL_CLOSED,
    REFERRAL_ENTERED_IN_ERROR,
    REFERRAL_STATE_END
};

enum case_state {
    CASE_STATE_UNSPECIFIED,
    CASE_SIGNAL,
    CASE_CHECK,
    CASE_CONSILIUM,
    CASE_CURATOR_PENDING,
    CASE_PLANNING,
    CASE_ACTIVE,
    CASE_MONITORING,
    CASE_NOT_CONFIRMED,
    CASE_CLOSED,
    CASE_MERGED,
    CASE_TRANSFERRED_OUT,
    CASE_STATE_END
};

enum assignment_state {
    ASSIGNMENT_STATE_UNSPECIFIED,
    ASSIGNMENT_PROPOSED,
    ASSIGNMENT_OFFERED,
    ASSIGNMENT_ACTIVE,
    ASSIGNMENT_SUSPENDED,
    ASSIGNMENT_HANDOVER,
    ASSIGNMENT_REFUSED,
    ASSIGNMENT_EXPIRED,
    ASSIGNMENT_ENDED,
    ASSIGNMENT_STATE_END
};

enum section {
    SECTION_UNSPECIFIED,
    SECTION_IDENTITY,
    SECTION_CONTACT,
    SECTION_CIRCUMSTANCES,
    SECTION_HEALTH,
    SECTION_LAW,
    SECTION_DOCUMENTS,
    SECTION_END
};

/* Whose matching key it is. */
enum person_role {
    PERSON_UNSPECIFIED,
    PERSON_CHILD,
    PERSON_MOTHER,
    PERSON_FATHER,
    PERSON_GUARDIAN,
    PERSON_OTHER,
    PERSON_END
};

enum strength { STRENGTH_UNSPECIFIED, STRENGTH_WEAK, STRENGTH_STRONG, STRENGTH_END };

/* Why a case waits on a desk. */
enum desk_reason {
    DESK_REASON_UNSPECIFIED,
    DESK_REASON_NO_RULE,          /* no rule matched */
    DESK_REASON_NO_CANDIDATE,     /* no pool had anybody who may */
    DESK_REASON_NO_CAPACITY,      /* there were candidates, all full or away */
    DESK_REASON_NOT_ROLLED_OUT,   /* the territory's wave has not begun */
    DESK_REASON_NO_LEGAL_BASIS,   /* neither a legal basis nor an emergency */
    DESK_REASON_OFFERS_EXHAUSTED, /* three refused or silent: the supervisor must assign */
    DESK_REASON_NORM_PASSED,      /* the norm for a curator passed without one */
    DESK_REASON_OUTCOME_APPROVAL, /* an outcome waits for a second person */
    DESK_REASON_CURATOR_LOST,     /* the lead was dismissed or left the directory */
    DESK_REASON_END
};

/* Why a candidate was passed over. */
enum candidate_reason {
    CANDIDATE_UNSPECIFIED,
    CANDIDATE_CHOSEN,
    CANDIDATE_CHOSEN_CONTINUITY, /* the family's last curator */
    CANDIDATE_CHOSEN_DUPLICATE,  /* leads the case that this one may duplicate */
    CANDIDATE_HIGHER_LOAD,
    CANDIDATE_LATER_IN_TURN,
    CANDIDATE_FULL,        /* at capacity */
    CANDIDATE_REFUSED,     /* refused this case already */
    CANDIDATE_SILENT,      /* did not answer in time */
    CANDIDATE_REFERRER,    /* referred the family himself or herself */
    CANDIDATE_SITE_AWAY,   /* the site has been unreachable for too long */
    CANDIDATE_SITE_NO_KEY, /* the site has no valid key: nothing can reach it */
    CANDIDATE_CONFLICT, /* refused this family, now or before, because of a conflict of interest */
    CANDIDATE_ON_LEAVE,
    CANDIDATE_DISMISSED,
    CANDIDATE_OTHER_POOL,    /* a deputy who is in no pool of the case's rule */
    CANDIDATE_CHOSEN_DEPUTY, /* of the lead, who is on leave */
    CANDIDATE_END
};

/* Lists with codes and titles. Codes are lower-case ASCII with hyphens. */
enum vocabulary {
    VOCABULARY_RISK,
    VOCABULARY_DIRECTION,
    VOCABULARY_NEED,
    VOCABULARY_AGE,
    VOCABULARY_FLAG,
    VOCABULARY_CHANNEL,
    VOCABULARY_LEGAL_BASIS,
    VOCABULARY_AGENCY_KIND,
    VOCABULARY_OWNERSHIP,
    VOCABULARY_ROLE,
    VOCABULARY_DESK,
    VOCABULARY_PURPOSE,
    VOCABULARY_PROCEDURE,
    VOCABULARY_DECLINE_REASON,
    VOCABULARY_REFERRAL_OUTCOME,
    VOCABULARY_CASE_OUTCOME,
    VOCABULARY_REFERRAL_STATE,
    VOCABULARY_CASE_STATE,
    VOCABULARY_ASSIGNMENT_STATE,
    VOCABULARY_SECTION,
    VOCABULARY_PERSON_ROLE,
    VOCABULARY_STRENGTH,
    VOCABULARY_DESK_REASON,
    VOCABULARY_CANDIDATE_REASON,
    VOCABULARY_END
};

/* How many numbers a list has, 0 included. */
size_t vocabulary_count(enum vocabulary list);
/* "sop"; "?" for a number outside of the list, "" for 0. Static. */
const char *vocabulary_code(enum vocabulary list, uint32_t number);
/* "социально опасное положение" / "socially dangerous position". Static. */
struct phrase vocabulary_title(enum vocabulary list, uint32_t number);
/* What the list itself is called: "потребность" / "need". */
struct phrase vocabulary_name(enum vocabulary list);
/* By code, by ru or en title, or by a customary short form ("СОП"): case, ё/е and spaces around do
 * not matter. 0 when unknown. */
uint32_t vocabulary_find(enum vocabulary list, const char *text);
/* Are two texts the same but for case, ё and е, quotation marks and blanks? False for long ones (96 letters). */
bool vocabulary_same(const char *a, const char *b);
/* The nearest code or title to a mistyped text, or NULL. */
const char *vocabulary_nearest(enum vocabulary list, const char *text);
/* Bits of all numbers but 0. */
uint32_t vocabulary_mask_all(enum vocabulary list);

#endif
