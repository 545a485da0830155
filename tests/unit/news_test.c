/* Which changes of the mirror are news. */
#include "agents/core/news.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct delivery referral(int64_t stored_us, int64_t outcome_us)
{
    struct delivery delivery = {.kind = DELIVERY_REFERRAL};
    delivery.view.referral.receipts_us[RECEIPT_STORED] = stored_us;
    delivery.view.referral.receipts_us[RECEIPT_OUTCOME] = outcome_us;
    return delivery;
}

static void receipts_are_news_once(void **state)
{
    (void)state;
    struct news_list news;
    struct delivery before = referral(5, 0);
    struct delivery now = referral(5, 9);
    news_of_change(NULL, &before, &news);
    assert_int_equal(news.count, 1);
    assert_int_equal(news.items[0].kind, NEWS_RECEIPT);
    assert_int_equal(news.items[0].code, RECEIPT_STORED);
    news_of_change(&before, &now, &news);
    assert_int_equal(news.count, 1);
    assert_int_equal(news.items[0].kind, NEWS_OUTCOME);
    news_of_change(&now, &now, &news);
    assert_int_equal(news.count, 0);
}

static void only_new_updates_are_news(void **state)
{
    (void)state;
    struct update told[] = {{.kind = UPDATE_OFFERED, .at_us = 1, .worker = ""}};
    struct update more[] = {{.kind = UPDATE_OFFERED, .at_us = 1, .worker = ""},
                            {.kind = UPDATE_REFUSED, .at_us = 2, .worker = ""}};
    struct delivery before = referral(5, 0);
    struct delivery now = referral(5, 0);
    struct news_list news;
    before.view.referral.updates = told;
    before.view.referral.update_count = 1;
    now.view.referral.updates = more;
    now.view.referral.update_count = 2;
    news_of_change(&before, &now, &news);
    assert_int_equal(news.count, 1);
    assert_int_equal(news.items[0].kind, NEWS_UPDATE);
    assert_int_equal(news.items[0].update->kind, UPDATE_REFUSED);
}

static void offer_is_news_while_it_is_open(void **state)
{
    (void)state;
    struct news_list news;
    struct delivery offer = {.kind = DELIVERY_OFFER};
    offer.view.offer.state = ASSIGNMENT_OFFERED;
    offer.view.offer.token = 3;
    news_of_change(NULL, &offer, &news);
    assert_int_equal(news.items[0].kind, NEWS_OFFER);
    struct delivery taken = offer;
    taken.view.offer.state = ASSIGNMENT_ACTIVE;
    news_of_change(&offer, &taken, &news);
    assert_int_equal(news.count, 0);
    taken.gone = true;
    news_of_change(&offer, &taken, &news);
    assert_int_equal(news.count, 0);
}

static void names_and_kinds_agree(void **state)
{
    (void)state;
    enum news_kind kind = NEWS_END;
    assert_string_equal(news_name(NEWS_OUTCOME), "outcome");
    assert_true(news_find("disclosure", &kind));
    assert_int_equal(kind, NEWS_DISCLOSURE);
    assert_false(news_find("everything", &kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(receipts_are_news_once),
        cmocka_unit_test(only_new_updates_are_news),
        cmocka_unit_test(offer_is_news_while_it_is_open),
        cmocka_unit_test(names_and_kinds_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
