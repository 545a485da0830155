/* The proof that fact.proto's numbers are those of fact.h, and the names of kinds; the numbers are for ever. */
#include "proto/fact.h"
#include "proto/fact.pb-c.h"

#include <assert.h>

#define SAME(list, name)                                                                           \
    static_assert((int)(name) == (int)REFERRAL__V1__##list##__##name, #name " has another number")
/* A kind added in fact.h only would stand behind fact.proto's last. */
#define LAST(end, name) static_assert((int)(end) == (int)(name) + 1, #end " is not behind " #name)

SAME(FACT_KIND, FACT_UNSPECIFIED);
SAME(FACT_KIND, FACT_CONFIGURATION_ADOPTED);
SAME(FACT_KIND, FACT_ROW_SET);
SAME(FACT_KIND, FACT_ROW_REMOVED);
SAME(FACT_KIND, FACT_POLICY_TEXT);
SAME(FACT_KIND, FACT_REFERRAL_STORED);
SAME(FACT_KIND, FACT_CASE_OPENED);
SAME(FACT_KIND, FACT_REFERRAL_JOINED);
SAME(FACT_KIND, FACT_DUPLICATE_SUSPECTED);
SAME(FACT_KIND, FACT_DUPLICATE_REJECTED);
SAME(FACT_KIND, FACT_CASE_MERGED);
SAME(FACT_KIND, FACT_REFERRAL_DUE);
SAME(FACT_KIND, FACT_DECIDED);
SAME(FACT_KIND, FACT_CURATOR_PROPOSED);
SAME(FACT_KIND, FACT_OFFER_DELIVERED);
SAME(FACT_KIND, FACT_OFFER_SEEN);
SAME(FACT_KIND, FACT_OFFER_ACCEPTED);
SAME(FACT_KIND, FACT_OFFER_REFUSED);
SAME(FACT_KIND, FACT_OFFER_EXPIRED);
SAME(FACT_KIND, FACT_OFFER_WITHDRAWN);
SAME(FACT_KIND, FACT_ASSIGNMENT_ENDED);
SAME(FACT_KIND, FACT_PUT_ON_DESK);
SAME(FACT_KIND, FACT_TAKEN_OFF_DESK);
SAME(FACT_KIND, FACT_NOTICE_SENT);
SAME(FACT_KIND, FACT_DISCLOSED);
SAME(FACT_KIND, FACT_DISCLOSURE_ENDED);
SAME(FACT_KIND, FACT_ESCALATED);
SAME(FACT_KIND, FACT_REFERRAL_DELIVERED);
SAME(FACT_KIND, FACT_REFERRAL_SEEN);
SAME(FACT_KIND, FACT_RISK_RAISED);
SAME(FACT_KIND, FACT_CURATOR_LOST);
SAME(FACT_KIND, FACT_WORKER_DISMISSED);
SAME(FACT_KIND, FACT_OUTCOME_PROPOSED);
SAME(FACT_KIND, FACT_OUTCOME_REJECTED);
SAME(FACT_KIND, FACT_CASE_CLOSED);
SAME(FACT_KIND, FACT_LANE_ACKNOWLEDGED);
SAME(FACT_KIND, FACT_LANE_STARTED);
SAME(FACT_KIND, FACT_SITE_AWAY);
SAME(FACT_KIND, FACT_SITE_RESYNCED);
SAME(FACT_KIND, FACT_CLOCK_ACCEPTED);
SAME(FACT_KIND, FACT_SITE_RETURNED);
SAME(FACT_KIND, FACT_PROPOSAL_PART);
SAME(FACT_KIND, FACT_PROPOSAL_MADE);
SAME(FACT_KIND, FACT_PROPOSAL_SETTLED);
SAME(FACT_KIND, FACT_JOURNAL_RESTORED);
SAME(FACT_KIND, FACT_REFERRAL_ERASED);
SAME(FACT_KIND, FACT_ERASURE_CONFIRMED);
SAME(FACT_KIND, FACT_PLAN_TEXT);
SAME(FACT_KIND, FACT_PLAN_ROW);
SAME(FACT_KIND, FACT_PLAN_MADE);
SAME(FACT_KIND, FACT_PLAN_DUE);
SAME(FACT_KIND, FACT_PLAN_SETTLED);
SAME(FACT_KIND, FACT_SHADOW_DECIDED);
SAME(FACT_KIND, FACT_SITE_KEY);
SAME(FACT_KIND, FACT_PLAN_SIGNED);
SAME(FACT_KIND, FACT_LEAVE_SET);
SAME(FACT_KIND, FACT_LEAVE_MOVED);
SAME(FACT_KIND, FACT_LEAD_SUSPENDED);
SAME(FACT_KIND, FACT_DEPUTY_APPOINTED);
SAME(FACT_KIND, FACT_DEPUTY_MISSING);
SAME(FACT_KIND, FACT_LEAD_REVIVED);
SAME(FACT_KIND, FACT_CAPACITY_SET);
SAME(FACT_KIND, FACT_DISMISSAL_ORDERED);
SAME(FACT_KIND, FACT_COPIES_SUPPOSED);
LAST(FACT_END, FACT_COPIES_SUPPOSED);

SAME(ENTRY_CAUSE, ENTRY_UNSPECIFIED);
SAME(ENTRY_CAUSE, ENTRY_COMMAND);
SAME(ENTRY_CAUSE, ENTRY_DEADLINE);
SAME(ENTRY_CAUSE, ENTRY_EXCHANGE);
SAME(ENTRY_CAUSE, ENTRY_CONFIGURATION);
LAST(ENTRY_END, ENTRY_CONFIGURATION);

static const char *const names[FACT_END] = {
    [FACT_UNSPECIFIED] = "",
    [FACT_CONFIGURATION_ADOPTED] = "configuration-adopted",
    [FACT_ROW_SET] = "row-set",
    [FACT_ROW_REMOVED] = "row-removed",
    [FACT_POLICY_TEXT] = "policy-text",
    [FACT_REFERRAL_STORED] = "referral-stored",
    [FACT_CASE_OPENED] = "case-opened",
    [FACT_REFERRAL_JOINED] = "referral-joined",
    [FACT_DUPLICATE_SUSPECTED] = "duplicate-suspected",
    [FACT_DUPLICATE_REJECTED] = "duplicate-rejected",
    [FACT_CASE_MERGED] = "case-merged",
    [FACT_REFERRAL_DUE] = "referral-due",
    [FACT_DECIDED] = "decided",
    [FACT_CURATOR_PROPOSED] = "curator-proposed",
    [FACT_OFFER_DELIVERED] = "offer-delivered",
    [FACT_OFFER_SEEN] = "offer-seen",
    [FACT_OFFER_ACCEPTED] = "offer-accepted",
    [FACT_OFFER_REFUSED] = "offer-refused",
    [FACT_OFFER_EXPIRED] = "offer-expired",
    [FACT_OFFER_WITHDRAWN] = "offer-withdrawn",
    [FACT_ASSIGNMENT_ENDED] = "assignment-ended",
    [FACT_PUT_ON_DESK] = "put-on-desk",
    [FACT_TAKEN_OFF_DESK] = "taken-off-desk",
    [FACT_NOTICE_SENT] = "notice-sent",
    [FACT_DISCLOSED] = "disclosed",
    [FACT_DISCLOSURE_ENDED] = "disclosure-ended",
    [FACT_ESCALATED] = "escalated",
    [FACT_REFERRAL_DELIVERED] = "referral-delivered",
    [FACT_REFERRAL_SEEN] = "referral-seen",
    [FACT_RISK_RAISED] = "risk-raised",
    [FACT_CURATOR_LOST] = "curator-lost",
    [FACT_WORKER_DISMISSED] = "worker-dismissed",
    [FACT_OUTCOME_PROPOSED] = "outcome-proposed",
    [FACT_OUTCOME_REJECTED] = "outcome-rejected",
    [FACT_CASE_CLOSED] = "case-closed",
    [FACT_LANE_ACKNOWLEDGED] = "lane-acknowledged",
    [FACT_LANE_STARTED] = "lane-started",
    [FACT_SITE_AWAY] = "site-away",
    [FACT_SITE_RESYNCED] = "site-resynced",
    [FACT_CLOCK_ACCEPTED] = "clock-accepted",
    [FACT_SITE_RETURNED] = "site-returned",
    [FACT_PROPOSAL_PART] = "proposal-part",
    [FACT_PROPOSAL_MADE] = "proposal-made",
    [FACT_PROPOSAL_SETTLED] = "proposal-settled",
    [FACT_JOURNAL_RESTORED] = "journal-restored",
    [FACT_REFERRAL_ERASED] = "referral-erased",
    [FACT_ERASURE_CONFIRMED] = "erasure-confirmed",
    [FACT_PLAN_TEXT] = "plan-text",
    [FACT_PLAN_ROW] = "plan-row",
    [FACT_PLAN_MADE] = "plan-made",
    [FACT_PLAN_DUE] = "plan-due",
    [FACT_PLAN_SETTLED] = "plan-settled",
    [FACT_SHADOW_DECIDED] = "shadow-decided",
    [FACT_SITE_KEY] = "site-key",
    [FACT_PLAN_SIGNED] = "plan-signed",
    [FACT_LEAVE_SET] = "leave-set",
    [FACT_LEAVE_MOVED] = "leave-moved",
    [FACT_LEAD_SUSPENDED] = "lead-suspended",
    [FACT_DEPUTY_APPOINTED] = "deputy-appointed",
    [FACT_DEPUTY_MISSING] = "deputy-missing",
    [FACT_LEAD_REVIVED] = "lead-revived",
    [FACT_CAPACITY_SET] = "capacity-set",
    [FACT_DISMISSAL_ORDERED] = "dismissal-ordered",
    [FACT_COPIES_SUPPOSED] = "copies-supposed",
};

const char *fact_kind_name(enum fact_kind kind)
{
    return (unsigned)kind < FACT_END ? names[kind] : "?";
}
