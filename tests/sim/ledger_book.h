/* Inside the ledger only: its books. ledger.c keeps them from facts, ledger_sent.c compares what travels with them. */
#ifndef TESTS_SIM_LEDGER_BOOK_H
#define TESTS_SIM_LEDGER_BOOK_H

#include "tests/sim/ledger.h"

enum {
    LEDGER_BOOK_MAX = 4096,
    LEDGER_BOOK_COMMANDS = 16384,
    LEDGER_BOOK_SITES = 8,
    LEDGER_BOOK_TOUCHED = 512,
    LEDGER_BOOK_WORKERS = 512, /* numbers given out */
    LEDGER_BOOK_PLANS = 512    /* versions, plans, proposals */
};

struct ledger_book_referral {
    struct id128 id;
    struct id128 case_id;
    uint32_t site;
    bool erased;
    bool supposed; /* copies of it are, at sites that a restored broker has not heard */
    int64_t given_us[RECEIPT_END]; /* receipts in the state */
    int64_t told_us[RECEIPT_END];  /* and as they were sent to the referrer */
};

struct ledger_book_case {
    struct id128 id;
    struct id128 offer; /* open hop */
    struct id128 lead;  /* assignment */
    uint32_t lead_worker;
    uint32_t lead_site;
    uint32_t last_site; /* of the lead, also after the end */
    uint32_t offer_worker;
    struct id128 suspended; /* the newest */
    uint32_t desk_sites[LEDGER_BOOK_SITES];
    bool emergency;
    bool ended;
};

struct ledger_book_offer {
    struct id128 id;
    struct id128 case_id;
    uint32_t worker;
    uint32_t site;
    bool open;
};

struct ledger_book_notice {
    struct id128 case_id;
    uint32_t site;
};

struct ledger_book_disclosure {
    struct id128 referral;
    uint32_t site;
    uint32_t mask;
};

struct ledger_book_command {
    uint32_t site;
    enum lane lane;
    uint64_t number;
    struct id128 incarnation;
    uint64_t batch;
};

/* "Kept", said an agent to the operator who gave it this referral. */
struct ledger_book_promise {
    struct id128 referral;
    int agent;
    bool excused;
};

struct ledger_book_asked {
    uint64_t number;
    int agent;
    struct id128 referral;
    uint32_t withdraws; /* plan */
};

/* What an administrator said that a proposal is. */
struct ledger_book_intent {
    struct id128 proposal;
    size_t set;
};

struct ledger_book_made {
    bool pending;
    bool shadow;
    struct id128 proposal;
    size_t set;
    uint32_t version; /* to come back */
    int64_t due_us;
};

struct ledger_book_version {
    size_t set;       /* whose texts it has */
    uint32_t refused; /* agents whose keys are revoked in it, bits by index */
};

struct ledger_book_plan {
    enum plan_state state;
    size_t set;
    int64_t due_us;
    bool keeps_texts; /* it changes rows only */
    uint32_t refuses; /* what it changes of the keys */
    uint32_t readmits;
};

struct ledger_book_agent {
    struct {
        uint64_t applied[LANE_END];
        uint64_t next[LANE_END];
    } pending, durable;
    int64_t quarantine_until_us; /* boot clock; as the broker said */
    bool flooded;                /* bad frames came from it */
    int64_t flooded_us;          /* boot clock: when that began */
    bool away;
    bool late; /* it may still send what is sealed to an epoch that is over */
    bool lost; /* its store, once: the same form is then another referral under one id */
};

struct ledger {
    struct arena *arena;
    struct ledger *copy; /* as it was at the newest backup; NULL */
    bool went_back;      /* once at least */
    uint32_t restored;   /* words that the journal has more than the books: that it came back */
    uint64_t durable;    /* batches */
    int64_t time_us;     /* of the last */
    uint8_t hash[FACT_HASH_BYTES];
    uint8_t *under_way; /* the coded batch of the append in flight */
    size_t under_way_bytes;
    bool ahead;
    size_t proposed;
    struct ledger_book_intent intents[LEDGER_BOOK_PLANS];
    size_t intent_count;
    struct ledger_book_made pending;
    struct ledger_book_version versions[LEDGER_BOOK_PLANS];
    uint32_t version;
    struct ledger_book_plan plans[LEDGER_BOOK_PLANS];
    uint32_t plan_count;
    struct ledger_book_referral referrals[LEDGER_BOOK_MAX];
    size_t referral_count;
    struct ledger_book_case cases[LEDGER_BOOK_MAX];
    size_t case_count;
    struct ledger_book_offer offers[LEDGER_BOOK_MAX];
    size_t offer_count;
    struct ledger_book_notice notices[LEDGER_BOOK_MAX];
    size_t notice_count;
    struct ledger_book_disclosure disclosures[LEDGER_BOOK_MAX];
    size_t disclosure_count;
    struct ledger_book_command commands[LEDGER_BOOK_COMMANDS];
    size_t command_count;
    struct ledger_book_promise promises[LEDGER_BOOK_MAX];
    size_t promise_count;
    struct ledger_book_asked asked[LEDGER_BOOK_MAX]; /* by number modulo */
    struct ledger_book_agent agents[SIM_AGENTS];
    bool uncovered;                   /* the last fact suspended a lead */
    bool absent[LEDGER_BOOK_WORKERS]; /* on leave or dismissed, by worker */
    struct id128 touched[LEDGER_BOOK_TOUCHED];
    size_t touched_count;
};

struct ledger_book_referral *ledger_find_referral(struct ledger *ledger, const struct id128 *id);
struct ledger_book_case *ledger_find_case(struct ledger *ledger, const struct id128 *id);
struct ledger_book_offer *ledger_find_offer(struct ledger *ledger, const struct id128 *id);
const struct ledger_book_command *
ledger_find_command(const struct ledger *ledger, uint32_t site, enum lane lane, uint64_t number);
bool ledger_is_desk_site(const struct ledger_book_case *found, uint32_t site);

/* ledger_erasure.c */
void ledger_take_erasure(struct ledger *ledger, struct sim *sim, const struct fact *fact);
/* Ever shown to that site. */
bool ledger_had_sections(const struct ledger *ledger, uint32_t site, const struct id128 *id);

/* ledger_backup.c */
/* Promised once by that agent, lost with its store, and with the broker's disk: until the agent hears the broker that came
 * back it repeats in good faith what the former one had told it. */
bool ledger_is_lost(const struct ledger *ledger, int agent, const struct id128 *referral);

/* ledger_site.c */
void ledger_take_site(struct ledger *ledger, struct sim *sim, const struct fact *fact);
/* A command of that site was decided. */
void ledger_take_heard(struct ledger *ledger, struct sim *sim, uint32_t site);
void ledger_tell_site(struct ledger *ledger,
                      struct sim *sim,
                      int agent,
                      const struct envelope *envelope);
void ledger_forget_quarantine(struct ledger *ledger);

/* ledger_leave.c */
void ledger_take_leave(struct ledger *ledger, struct sim *sim, const struct fact *fact);

/* ledger_policy.c */
struct ledger_fact {
    const struct entry *entry;
    const struct fact *fact;
};
void ledger_take_policy(struct ledger *ledger, struct sim *sim, const struct ledger_fact *of);
void ledger_hear_withdrawn(struct ledger *ledger, struct sim *sim, uint32_t plan);

#endif
