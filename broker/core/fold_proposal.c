/* Folds of proposals. */
#include "broker/core/fold_part.h"

#include <assert.h>
#include <string.h>

static struct id128 timer_of(uint32_t site)
{
    struct id128 entity;
    memset(&entity, 0, sizeof(entity));
    bytes_put_u32(entity.bytes + ID128_BYTES - 4, site);
    return entity;
}

static void move_timer(const struct fold *fold, struct proposal_record *record, int64_t drop_us)
{
    const struct id128 entity = timer_of(record->site);
    fold_move_timer(fold->store, TIMER_PROPOSAL, &entity, record->drop_us, drop_us);
    record->drop_us = drop_us;
}

/* The record of the fact's proposal; a new one takes the place of the site's last. */
static struct proposal_record record_of(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct proposal_record record;
    const bool known = store_proposal(fold->store, fact->site, &record);
    if (known && id128_equal(&record.id, &fact->other)) {
        return record;
    }
    if (known) {
        assert(record.state != PROPOSAL_PENDING);
        move_timer(fold, &record, 0);
        store_clear_parts(fold->store, fact->site);
        store_put_reasons(fold->store, fact->site, "", "");
    }
    memset(&record, 0, sizeof(record));
    record.id = fact->other;
    record.site = fact->site;
    record.worker = fact->worker;
    record.at_us = fact->at_us;
    return record;
}

void fold_proposal_part(const struct fold *fold)
{
    enum { WORD_BITS = 64 };
    const struct fact *fact = fold->fact;
    struct proposal_record record = record_of(fold);
    assert(fact->code < LIMIT_PROPOSAL_PARTS);
    record.state = PROPOSAL_GATHERING;
    record.origin = VERSION_APPLIED;
    record.parts = fact->count;
    record.received[fact->code / WORD_BITS] |= UINT64_C(1) << fact->code % WORD_BITS;
    move_timer(fold, &record, fact->due_us);
    store_put_part(fold->store, fact->site, fact->code, fact->blob);
    store_put_proposal(fold->store, &record);
}

void fold_proposal_made(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct proposal_record record = record_of(fold);
    record.state = PROPOSAL_PENDING;
    record.origin = (enum version_origin)fact->code;
    record.worker = fact->worker;
    record.at_us = fact->at_us;
    record.version = fact->version;
    record.activate_us = fact->due_us;
    record.shadow = fact->flag;
    move_timer(fold, &record, 0);
    store_put_proposal(fold->store, &record);
}

void fold_proposal_settled(const struct fold *fold)
{
    const struct fact *fact = fold->fact;
    struct proposal_record record = record_of(fold);
    record.state = (enum proposal_state)fact->code;
    record.version = fact->version;
    record.settled_us = fact->at_us;
    record.plan = (uint32_t)fact->number;
    move_timer(fold, &record, 0);
    store_clear_parts(fold->store, fact->site);
    store_put_reasons(fold->store, fact->site, fact->text_2, fact->text);
    store_put_proposal(fold->store, &record);
}
