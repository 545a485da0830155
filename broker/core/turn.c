/* The turn: entries, facts, the batch. */
#include "broker/core/turn.h"

#include "broker/core/decide.h"
#include "broker/core/fold.h"
#include "broker/core/turn_part.h"
#include "broker/core/view.h"
#include "proto/wire.h"

#include <assert.h>
#include <string.h>

enum { ENTRIES_FIRST = 16, FACTS_FIRST = 8, KEYS_FIRST = 8 };

struct turn *turn_begin(struct core *core, struct arena *arena, const struct turn_options *options)
{
    struct turn *turn = arena_alloc(arena, sizeof(*turn));
    if (turn == NULL) {
        return NULL;
    }
    const struct meta_record *meta = store_meta(core->store);
    turn->core = core;
    turn->store = core->store;
    turn->arena = arena;
    turn->options = *options;
    if (turn->options.now_us < meta->time_us) {
        turn->options.now_us = meta->time_us; /* core time never goes back */
    }
    turn->batch.number = meta->position + 1;
    turn->batch.time_us = turn->options.now_us;
    memcpy(turn->batch.previous, meta->hash, FACT_HASH_BYTES);
    return turn;
}

/* Room for one more element; the old array stays behind in the arena. NULL: the arena is full. */
static void *grown(struct turn *turn, void *array, size_t count, size_t *most, size_t bytes_each)
{
    if (count < *most) {
        return array;
    }
    const size_t more = *most == 0 ? FACTS_FIRST : *most * 2;
    void *bigger = arena_array(turn->arena, more, bytes_each);
    if (bigger == NULL) {
        turn->failed = true;
        return NULL;
    }
    if (count > 0) {
        memcpy(bigger, array, count * bytes_each);
    }
    *most = more;
    return bigger;
}

void turn_open_entry(struct turn *turn, const struct entry *head)
{
    assert(!turn->entry_open);
    struct entry *entries = grown(
        turn, turn->batch.entries, turn->batch.entry_count, &turn->entries_max, sizeof(*entries));
    if (entries == NULL) {
        return;
    }
    turn->batch.entries = entries;
    struct entry *entry = &entries[turn->batch.entry_count];
    *entry = *head;
    entry->policy_version = store_meta(turn->store)->version;
    entry->facts = NULL;
    entry->fact_count = 0;
    turn->facts_max = 0;
    turn->entry_open = true;
}

struct entry *turn_entry(struct turn *turn)
{
    assert(turn->entry_open || turn->failed);
    return &turn->batch.entries[turn->batch.entry_count];
}

bool turn_close_entry(struct turn *turn)
{
    if (turn->failed) {
        turn->entry_open = false;
        return false;
    }
    assert(turn->entry_open);
    turn->entry_open = false;
    const struct entry *entry = &turn->batch.entries[turn->batch.entry_count];
    if (entry->fact_count == 0) {
        return false;
    }
    fold_entry(turn->store, entry, turn->batch.number);
    turn->batch.entry_count++;
    return true;
}

static const char *copied_text(struct turn *turn, const char *text)
{
    if (text == NULL) {
        return "";
    }
    char *copy = arena_text(turn->arena, text);
    turn->failed = turn->failed || copy == NULL;
    return copy;
}

static const void *copied(struct turn *turn, const void *data, size_t bytes)
{
    if (data == NULL || bytes == 0) {
        return NULL;
    }
    void *copy = arena_copy(turn->arena, data, bytes);
    turn->failed = turn->failed || copy == NULL;
    return copy;
}

void turn_emit(struct turn *turn, const struct fact *fact)
{
    if (turn->failed) {
        return;
    }
    struct entry *entry = turn_entry(turn);
    struct fact *facts =
        grown(turn, entry->facts, entry->fact_count, &turn->facts_max, sizeof(*facts));
    if (facts == NULL) {
        return;
    }
    entry->facts = facts;
    struct fact *kept = &facts[entry->fact_count];
    *kept = *fact;
    kept->at_us = turn->options.now_us;
    kept->text = copied_text(turn, fact->text);
    kept->text_2 = copied_text(turn, fact->text_2);
    kept->blob.data = copied(turn, fact->blob.data, fact->blob.size);
    kept->labels = copied(turn, fact->labels, sizeof(*fact->labels));
    kept->decision = copied(turn, fact->decision, sizeof(*fact->decision));
    if (turn->failed) {
        return;
    }
    const struct fold_place place = {.batch = turn->batch.number,
                                     .entry = (uint32_t)turn->batch.entry_count,
                                     .fact = (uint32_t)entry->fact_count,
                                     .index = turn->fact_index};
    entry->fact_count++;
    turn->fact_index++;
    fold_fact(turn->store, turn->arena, entry, kept, &place);
}

struct id128 turn_new_id(struct turn *turn)
{
    const uint64_t life = store_meta(turn->store)->life; /* else ids that were lost came again */
    return id128_of_position(turn->batch.number, life << 32 | ++turn->ids);
}

void turn_alarm(struct turn *turn, const struct case_record *record, enum desk_reason reason)
{
    if (turn->alarm_count == TURN_ALARMS_MAX) {
        return; /* the journal has them all; the log shows the first */
    }
    struct turn_alarm *alarm = &turn->alarms[turn->alarm_count++];
    alarm->reason = reason;
    view_case_number(turn->core, record, alarm->case_number);
}

void turn_keep_key(struct turn *turn, const struct turn_key *key)
{
    struct turn_key *keys =
        grown(turn, turn->keys, turn->key_count, &turn->keys_max, sizeof(*keys));
    if (keys == NULL) {
        return;
    }
    turn->keys = keys;
    turn->keys[turn->key_count++] = *key;
}

void turn_erase_key(struct turn *turn, const struct id128 *referral)
{
    struct id128 *erased =
        grown(turn, turn->erased, turn->erased_count, &turn->erased_max, sizeof(*erased));
    if (erased == NULL) {
        return;
    }
    turn->erased = erased;
    turn->erased[turn->erased_count++] = *referral;
}

void turn_refuse(struct hearing *hearing, enum refusal code, const char *field, const char *detail)
{
    checks_add(hearing->problems, code, field, detail);
}

void turn_stored(struct hearing *hearing, const struct id128 *subject, const struct id128 *case_id)
{
    struct turn *turn = hearing->turn;
    hearing->reply.subject = *subject;
    hearing->reply.position = turn->batch.number;
    if (!id128_is_none(case_id)) {
        const struct case_record record = turn_case(turn, case_id);
        char *number = arena_alloc(turn->arena, LIMIT_SPEAKABLE_BYTES);
        turn->failed = turn->failed || number == NULL;
        if (number != NULL) {
            view_case_number(turn->core, &record, number);
            hearing->reply.case_number = number;
        }
    }
    if (turn->failed) {
        return;
    }
    struct entry *entry = turn_entry(turn);
    entry->reply_subject = *subject;
    entry->reply_case = *case_id;
    entry->reply_repeated = hearing->reply.repeated;
}

int64_t turn_due(const struct turn *turn,
                 const struct case_record *record,
                 enum fact_norm norm,
                 int64_t from_us)
{
    const struct region *region = turn->core->region;
    const struct duration duration = {.amount = record->norms[norm].amount,
                                      .unit = (enum duration_unit)record->norms[norm].unit};
    return calendar_due(
        region->calendar, region_zone(region, record->labels.territory), from_us, duration);
}

struct case_record turn_case(struct turn *turn, const struct id128 *id)
{
    struct case_record record;
    memset(&record, 0, sizeof(record));
    const bool found = store_case(turn->store, id, &record);
    assert(found || turn->failed || store_failed(turn->store) != NULL);
    return record;
}

struct assignment_record turn_assignment(struct turn *turn, const struct id128 *id)
{
    struct assignment_record record;
    memset(&record, 0, sizeof(record));
    const bool found = store_assignment(turn->store, id, &record);
    assert(found || turn->failed || store_failed(turn->store) != NULL);
    return record;
}

struct referral_record turn_referral(struct turn *turn, const struct id128 *id)
{
    struct referral_record record;
    memset(&record, 0, sizeof(record));
    const bool found = store_referral(turn->store, id, &record);
    assert(found || turn->failed || store_failed(turn->store) != NULL);
    return record;
}

struct reply turn_command(struct turn *turn, uint32_t site, const struct command *command)
{
    struct problems *problems = arena_alloc(turn->arena, sizeof(*problems));
    struct hearing hearing = {
        .turn = turn,
        .speaker = {.site = site},
        .command = command,
        .reply = {.lane = command->lane, .number = command->number, .case_number = ""},
        .problems = problems,
    };
    if (problems == NULL) {
        turn->failed = true;
        return hearing.reply;
    }
    problems->arena = turn->arena;
    wire_command_digest(command, turn->arena, hearing.digest);
    struct entry head = {.cause = ENTRY_COMMAND,
                         .site = site,
                         .command = command->kind,
                         .lane = command->lane,
                         .number = command->number,
                         .incarnation = command->incarnation};
    memcpy(head.digest, hearing.digest, sizeof(head.digest));
    turn_open_entry(turn, &head);
    if (!turn->failed) {
        decide_command(&hearing);
    }
    if (!turn_close_entry(turn) && turn->batch.entry_count == 0) {
        /* It changed nothing, and perhaps nothing will be written: what it rests on is. */
        hearing.reply.position = store_meta(turn->store)->position;
    }
    if (problems->count > 0) {
        hearing.reply.refused = true;
        hearing.reply.problems = problems->items;
        hearing.reply.problem_count = problems->count;
    }
    return hearing.reply;
}

const struct batch *turn_batch(struct turn *turn)
{
    return turn->failed || turn->batch.entry_count == 0 ? NULL : &turn->batch;
}

void turn_settle(struct turn *turn, const uint8_t hash[FACT_HASH_BYTES])
{
    struct meta_record *meta = store_meta(turn->store);
    meta->position = turn->batch.number;
    meta->time_us = turn->batch.time_us;
    memcpy(meta->hash, hash, FACT_HASH_BYTES);
}

bool turn_failed(const struct turn *turn)
{
    return turn->failed;
}

size_t turn_keys(const struct turn *turn, const struct turn_key **keys)
{
    *keys = turn->keys;
    return turn->key_count;
}

size_t turn_erased(const struct turn *turn, const struct id128 **referrals)
{
    *referrals = turn->erased;
    return turn->erased_count;
}

size_t turn_alarms(const struct turn *turn, const struct turn_alarm **alarms)
{
    *alarms = turn->alarms;
    return turn->alarm_count;
}
