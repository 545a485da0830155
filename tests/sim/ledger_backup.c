/* The books as they were at a backup; see ledger.h. */
#include "tests/sim/ledger.h"

#include "tests/sim/ledger_book.h"

#include <stdlib.h>
#include <string.h>

void ledger_copy(struct ledger *ledger)
{
    if (ledger->copy == NULL && (ledger->copy = malloc(sizeof(*ledger))) == NULL) {
        abort();
    }
    memcpy(ledger->copy, ledger, sizeof(*ledger));
}

/* What was erased after the backup is kept by nobody, so nobody gives it again; a site that lost its own disk too has
 * no copies of what it gave before. */
static void excuse_lost(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->promise_count; i++) {
        struct ledger_book_promise *promise = &ledger->promises[i];
        promise->excused = promise->excused || ledger->agents[promise->agent].lost ||
                           ledger_is_erased(ledger, &promise->referral);
    }
}

void ledger_go_back(struct ledger *ledger)
{
    struct ledger *past = ledger->copy;
    excuse_lost(ledger);
    past->copy = past;
    past->arena = ledger->arena;
    past->under_way = ledger->under_way;
    memcpy(past->promises, ledger->promises, sizeof(past->promises));
    past->promise_count = ledger->promise_count;
    memcpy(past->asked, ledger->asked, sizeof(past->asked));
    memcpy(past->intents, ledger->intents, sizeof(past->intents));
    past->intent_count = ledger->intent_count;
    for (int i = 0; i < SIM_AGENTS; i++) {
        const bool away = past->agents[i].away;
        past->agents[i] = ledger->agents[i];
        past->agents[i].away = away;
    }
    past->restored++; /* a backup of a store that came back, and did not start since, has that word too */
    past->went_back = true;
    memcpy(ledger, past, sizeof(*ledger));
}

bool ledger_is_lost(const struct ledger *ledger, int agent, const struct id128 *referral)
{
    bool lost = false;
    for (size_t i = 0; ledger->went_back && i < ledger->referral_count; i++) {
        if (id128_equal(&ledger->referrals[i].id, referral)) {
            return false;
        }
    }
    for (size_t i = 0; ledger->went_back && i < ledger->promise_count; i++) {
        const struct ledger_book_promise *promise = &ledger->promises[i];
        lost = lost || (promise->excused && promise->agent == agent &&
                        id128_equal(&promise->referral, referral));
    }
    return lost;
}
