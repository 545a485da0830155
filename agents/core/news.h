/* What a change in the mirror means to people: the events that hooks are told. */
#ifndef AGENTS_CORE_NEWS_H
#define AGENTS_CORE_NEWS_H

#include "proto/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum news_kind {
    NEWS_OFFER,   /* a case is offered to a worker of this site */
    NEWS_RECEIPT, /* an own referral was stored, delivered or seen; code = which receipt */
    NEWS_OUTCOME, /* an own referral's outcome; code = receipt */
    NEWS_UPDATE,  /* something else happened to an own referral; update */
    NEWS_CASE,    /* a case of this site is new, or its state, lead or proposed outcome changed */
    NEWS_TASK,    /* something waits on a desk here */
    NEWS_NOTICE,  /* a rule notifies this site */
    NEWS_DISCLOSURE, /* sections of a referral may be read here */
    NEWS_REFUSED,    /* a command of this site was refused (the agent's own news) */
    NEWS_END
};

struct news {
    enum news_kind kind;
    uint32_t code;
    const struct update *update;
};

enum { NEWS_MAX = RECEIPT_END + UPDATES_KEPT };

struct news_list {
    struct news items[NEWS_MAX];
    size_t count;
};

/* "offer"; names of `on:` in an agent's configuration. Static. */
const char *news_name(enum news_kind kind);
/* False when there is no such name. */
bool news_find(const char *name, enum news_kind *out);

/* old  the view before, NULL when there was none; a delivery that is `gone` is no news. */
void news_of_change(const struct delivery *old, const struct delivery *now, struct news_list *out);

#endif
