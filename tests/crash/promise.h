/* What a daemon has told others up to some moment, and so must find on its disk after any crash that follows.
 *
 * Taken from the messages that left, by the meaning that PROTOCOL.md gives them, not from what the daemon keeps. */
#ifndef TESTS_CRASH_PROMISE_H
#define TESTS_CRASH_PROMISE_H

#include "proto/message.h"
#include "tests/crash/recording.h"

enum {
    PROMISE_SITES_MAX = 16,
    PROMISE_SITE_BYTES = 64,
    PROMISE_REFERRALS_MAX = 1024,
    PROMISE_DELIVERIES_MAX = 4096,
    PROMISE_TOLD_MAX = 1024
};

struct promise {
    /* the broker's */
    uint64_t position; /* of the journal: the highest that a Reply named */
    struct promise_site {
        char id[PROMISE_SITE_BYTES];
        struct bytes routing;      /* of its newest session */
        uint64_t lines[LANE_END];  /* last delivery sent */
        uint64_t expect[LANE_END]; /* the command that a Welcome asked for next */
    } sites[PROMISE_SITES_MAX];
    size_t site_count;
    uint32_t version;                           /* the highest that it said is in force */
    struct id128 erased[PROMISE_REFERRALS_MAX]; /* a site was told so */
    size_t erased_count;
    /* the agent's */
    struct id128 incarnation;    /* of its spool, as the newest Hello said */
    uint64_t commands[LANE_END]; /* last number sent */
    uint64_t applied[LANE_END];  /* last delivery acknowledged */
    struct
        promise_delivery { /* as it came last; acknowledged when its number is not above `applied` */
        enum lane lane;
        uint64_t number;
        enum delivery_kind kind;
        struct id128 entity;
        bool gone;
        bool is_open_offer;
        uint32_t receipts; /* bit RECEIPT_…: the referral has it */
    } deliveries[PROMISE_DELIVERIES_MAX];
    size_t delivery_count;
    struct promise_told { /* a hook's run that came to its end */
        struct bytes event;
        bool well;
    } told[PROMISE_TOLD_MAX];
    size_t told_count;
    uint64_t taken; /* commands that it told its people were stored */
    struct id128 referrals[PROMISE_REFERRALS_MAX]; /* likewise */
    size_t referral_count;
    struct id128 dropped
        [PROMISE_REFERRALS_MAX]; /* forms that somebody put into its drop folder, and synced */
    size_t dropped_count;
};

struct promise_ear;

struct promise_ear *promise_ear_create(void);
void promise_ear_destroy(struct promise_ear **ear);
/* Adds what the message of a record (PART, FRAME or HEARD) promises, and what a hook was told (TOLD). A form "<id>.yaml" that comes into drop/incoming is the
 * agent's from then on; other records promise nothing. */
void promise_hear(struct promise_ear *ear, struct promise *promise, const struct record *record);

#endif
