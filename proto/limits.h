/* Every maximum of the exchange, each with its reason. At a limit the new work is refused by name;
 * accepted work is never dropped. */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

enum {
    LIMIT_PROTOCOL_VERSION = 1,

    LIMIT_FRAME_BYTES = 262144,   /* one frame; four times the largest referral with its overhead */
    LIMIT_SECTIONS_BYTES = 65536, /* all sealed sections of a referral: some pages of text */
    LIMIT_SECTION_TEXT_BYTES = 16384, /* one free text of a form */
    LIMIT_SHORT_TEXT_BYTES = 400,     /* a name, an address, a reason: 200 Cyrillic letters */
    LIMIT_CODE_BYTES = 47,            /* an id of the directory or the policy */
    LIMIT_TITLE_BYTES = 200,          /* one title in one language: 100 Cyrillic letters */
    LIMIT_SENTENCE_BYTES = 1000, /* a sentence for people in one language; longer ones are cut */
    LIMIT_MATCHING_KEYS = 48,    /* 8 children and 4 parents with every kind of key */
    LIMIT_PERSONS = 16,          /* children and parents of one form */
    LIMIT_DOCUMENTS = 16,        /* titles and numbers in one form */
    LIMIT_DECODE_BYTES =
        8388608, /* arena for one decoded frame: protobuf-c amplifies up to 68 times,
                                          honest frames far less */

    LIMIT_WINDOW = 64, /* commands or deliveries in flight per lane; deliveries of one frame */
    LIMIT_REPLIES_KEPT = 64,    /* replies kept per lane: exactly what a window can repeat */
    LIMIT_TURN_FRAMES = 1024,   /* frames drained in one turn of the broker's loop */
    LIMIT_OUTBOX_LINES = 20000, /* beyond it a site is away and will be resynced */
    LIMIT_CASE_REFERRALS = 256, /* referrals listed with one case, the newest */
    LIMIT_CASE_FACTS = 32,      /* disclosed referrals shown with one case, the newest */
    LIMIT_PAGE_ROWS = 200,      /* rows in one answer page */
    LIMIT_STATUS_ALARMS = 32,   /* sites with an alarm that a status names; the log has them all */
    LIMIT_PAST_REFUSALS = 16,   /* told of a past case; a desk has it after three */

    LIMIT_CANDIDATES_KEPT = 16, /* candidates kept with a decision; the rest are counted */
    LIMIT_RULES = 512,          /* rules of one policy; 2 bytes of a decision each at the most */
    LIMIT_POOLS = 64,
    LIMIT_PROGRAMMES =
        6, /* of one policy: a bit each in a decision; their dates make at most 25 periods of two
                             policies, a bit each for the proof */
    LIMIT_RULE_POOLS = 8,         /* pools that one rule may name */
    LIMIT_RULE_NOTICES = 8,       /* selectors that one rule may notify */
    LIMIT_NOTICE_SITES = 32,      /* sites told about one case */
    LIMIT_OFFERS_BEFORE_DESK = 3, /* refused or silent; then the supervisor must assign */
    LIMIT_POLICY_BYTES = 262144,  /* canonical text of one policy version */
    LIMIT_PART_BYTES = 131072,    /* one part of a proposal, or one piece of a text: half a frame */
    LIMIT_PROPOSAL_PARTS = 128,   /* 16 MiB: twice the files of 27 000 workers */
    LIMIT_PROPOSAL_FILES = 130,   /* broker.yaml, calendar, 64 each of directory and policy */
    LIMIT_REASON_BYTES =
        4000, /* why a proposal was refused, one language; more lines are left out */
    LIMIT_POLICY_VERSIONS_RECALLED =
        4,                    /* compiled again to be told about; one costs milliseconds */
    LIMIT_SHADOW_PAIRS = 200, /* pairs of rules that are counted; the rest together, as one more */
    LIMIT_SHADOW_CASES = 200, /* newest differences kept */
    LIMIT_SHADOW_NOTIFIED_BYTES = 400, /* sites named with one difference; the rest are left out */
    LIMIT_PLANS_WAITING = 16,          /* accepted sets that wait; each may hold 256 KiB of texts */
    LIMIT_SIGNERS = 8, /* agencies that a policy may ask to sign; all stand in a plan */
    LIMIT_LEAVE_DAYS =
        1200, /* the longest leave, and how far ahead it may be said: three years with a child and some */
    LIMIT_WORKER_CAPACITY = 1000, /* load units: far more cases than one person can lead */
    LIMIT_PLAN_DAYS = 3660,       /* ten years: a later date is a slip of the pen */
    LIMIT_POLICY_VERSIONS_LIVE =
        8, /* compiled at once: the newest and those that referrals are pinned to */
    LIMIT_SPEAKABLE_BYTES = 32 /* "NSO-2026-000123-7" */
};

#endif
