/* Rows taken in, and their replay in time; see the header. */
#include "agents/ctl/rehearsal.h"

#include "agents/ctl/rehearsal_part.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES_MAX = 256 << 20, ROOM_FIRST = 256, WATCH_EVERY = 256 };

static bool make_room(void **items, size_t *room, size_t count, size_t item_bytes);
static bool add_case(struct rehearsal *rehearsal, const struct past_referral *row);
static bool add_join(struct rehearsal *rehearsal, const struct past_referral *row);
static bool fill_case(struct rehearsal *rehearsal,
                      const struct past_referral *row,
                      struct rehearsal_case *record);
static void choose_way_before(struct rehearsal_case *record, const struct past_referral *row);
static struct fact_labels labels_of(const struct rehearsal *rehearsal, const struct labels *labels);
static bool person_of(struct rehearsal *rehearsal, const char *id, uint32_t *out);
static bool kept_text(struct rehearsal *rehearsal, const char *text, const char **out);
static struct rehearsal_event *list_events(const struct rehearsal *rehearsal, size_t *count);
static int by_time(const void *a, const void *b);
static void play(struct rehearsal *rehearsal, const struct rehearsal_event *event);
static void carry(struct rehearsal *rehearsal, struct rehearsal_case *record);

struct rehearsal *rehearsal_create(const struct rehearsal_options *options)
{
    struct rehearsal *rehearsal = calloc(1, sizeof(*rehearsal));

    if (rehearsal == NULL) {
        return NULL;
    }
    rehearsal->options = *options;
    rehearsal->arena = arena_create(TEXT_BYTES_MAX);
    rehearsal->person_count =
        (size_t)directory_count(options->region->directory, DIRECTORY_WORKER) + 1;
    rehearsal->person_room = rehearsal->person_count;
    rehearsal->people = calloc(rehearsal->person_room, sizeof(*rehearsal->people));
    if (rehearsal->arena == NULL || rehearsal->people == NULL) {
        rehearsal_destroy(&rehearsal);
    }
    return rehearsal;
}

void rehearsal_destroy(struct rehearsal **rehearsal)
{
    struct rehearsal *old = *rehearsal;

    *rehearsal = NULL;
    if (old == NULL) {
        return;
    }
    arena_destroy(&old->arena);
    free(old->people);
    free(old->cases);
    free(old->joins);
    free(old->texts);
    free(old->moves);
    free(old->rules);
    free(old->curators);
    free(old);
}

bool rehearsal_add(struct rehearsal *rehearsal, const struct past_referral *row)
{
    if (!row->joined) {
        return add_case(rehearsal, row);
    }
    rehearsal->result.referrals++;
    rehearsal->result.joined++;
    return add_join(rehearsal, row);
}

const struct rehearsal_result *
rehearsal_run(struct rehearsal *rehearsal, rehearsal_watch *watch, void *world)
{
    size_t count = 0;
    struct rehearsal_event *events = list_events(rehearsal, &count);

    if (events == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        if (watch != NULL && i % WATCH_EVERY == 0) {
            watch(world, i, count);
        }
        play(rehearsal, &events[i]);
    }
    free(events);
    if (watch != NULL) {
        watch(world, count, count);
    }
    return rehearsal_sum(rehearsal) ? &rehearsal->result : NULL;
}

/* ---- rows --------------------------------------------------------------------------------------- */

static bool make_room(void **items, size_t *room, size_t count, size_t item_bytes)
{
    if (count < *room) {
        return true;
    }
    const size_t wanted = *room == 0 ? ROOM_FIRST : *room * 2;
    void *more = realloc(*items, wanted * item_bytes);
    if (more == NULL) {
        return false;
    }
    *items = more;
    *room = wanted;
    return true;
}

static bool add_case(struct rehearsal *rehearsal, const struct past_referral *row)
{
    void *cases = rehearsal->cases;

    if (!make_room(
            &cases, &rehearsal->case_room, rehearsal->case_count, sizeof(*rehearsal->cases))) {
        return false;
    }
    rehearsal->cases = cases;
    struct rehearsal_case *record = &rehearsal->cases[rehearsal->case_count];
    memset(record, 0, sizeof(*record));
    if (!fill_case(rehearsal, row, record)) {
        return false;
    }
    rehearsal->case_count++;
    if (record->carried) {
        rehearsal->result.carried++;
    } else {
        rehearsal->result.referrals++;
        rehearsal->result.cases++;
    }
    return true;
}

/* Joined referrals follow the one that opened the case. */
static bool add_join(struct rehearsal *rehearsal, const struct past_referral *row)
{
    void *joins = rehearsal->joins;
    uint32_t referrer = 0;

    if (rehearsal->case_count == 0 ||
        strcmp(rehearsal->cases[rehearsal->case_count - 1].number, row->case_number) != 0) {
        return true;
    }
    if (!make_room(
            &joins, &rehearsal->join_room, rehearsal->join_count, sizeof(*rehearsal->joins)) ||
        !person_of(rehearsal, row->referrer, &referrer)) {
        rehearsal->joins = joins;
        return false;
    }
    rehearsal->joins = joins;
    rehearsal->joins[rehearsal->join_count++] =
        (struct rehearsal_join){.of = rehearsal->case_count - 1,
                                .arrived_us = row->arrived_us,
                                .labels = labels_of(rehearsal, &row->labels),
                                .referrer = referrer};
    return true;
}

static bool fill_case(struct rehearsal *rehearsal,
                      const struct past_referral *row,
                      struct rehearsal_case *record)
{
    uint32_t chosen = 0;

    record->number = arena_text(rehearsal->arena, row->case_number);
    record->arrived_us = row->arrived_us;
    record->ended_us = row->ended_us;
    record->appointed_us = row->appointed_us;
    record->delivered_us = row->delivered_us;
    record->answered_us = row->answered_us;
    record->due_before_us[0] = row->answer_due_us;
    record->due_before_us[1] = row->curator_due_us;
    record->carried = row->arrived_us < rehearsal->options.since_us;
    record->by_hand = row->by_hand;
    record->forgotten = row->forgotten;
    record->labels = labels_of(rehearsal, &row->labels);
    record->referrer_kind = row->referrer_kind;
    record->rule = -1;
    record->after = (struct rehearsal_way){"", "", "", DESK_REASON_UNSPECIFIED};
    bool fits = record->number != NULL && kept_text(rehearsal, row->rule, &record->before.rule) &&
                kept_text(rehearsal, row->pool, &record->before.pool) &&
                person_of(rehearsal, row->chosen, &chosen) &&
                person_of(rehearsal, row->curator, &record->curator) &&
                person_of(rehearsal, row->referrer, &record->referrers[0]);
    record->referrer_count = record->referrers[0] == 0 ? 0 : 1;
    for (size_t i = 0; fits && i < row->refusal_count && i < LIMIT_PAST_REFUSALS; i++) {
        fits = person_of(
            rehearsal, row->refusals[i].worker, &record->refusals[record->refusal_count++]);
    }
    if (!fits) {
        return false;
    }
    record->continuity = row->why == CANDIDATE_CHOSEN_CONTINUITY ? chosen : 0;
    record->preferred = row->why == CANDIDATE_CHOSEN_DUPLICATE ? chosen : 0;
    choose_way_before(record, row);
    const uint32_t by_rule = record->before.desk_reason == DESK_REASON_UNSPECIFIED ? chosen : 0;
    record->bearer_before = record->curator != 0 ? record->curator : by_rule;
    const uint32_t worker = record->by_hand || record->curator == 0 ? by_rule : record->curator;
    record->before.worker = worker == 0 ? "" : rehearsal->people[worker].id;
    return true;
}

/* What the rules came to, before a person stepped in. */
static void choose_way_before(struct rehearsal_case *record, const struct past_referral *row)
{
    record->before.desk_reason = row->desk_reason;
    if (record->curator != 0 && !record->by_hand) {
        record->before.desk_reason = DESK_REASON_UNSPECIFIED;
    } else if (row->refusal_count >= LIMIT_OFFERS_BEFORE_DESK) {
        record->before.desk_reason = DESK_REASON_OFFERS_EXHAUSTED;
    }
}

static struct fact_labels labels_of(const struct rehearsal *rehearsal, const struct labels *labels)
{
    return (struct fact_labels){.territory = directory_find(rehearsal->options.region->directory,
                                                            DIRECTORY_TERRITORY,
                                                            labels->territory),
                                .risk = labels->risk,
                                .direction = labels->direction,
                                .channel = labels->channel,
                                .basis = labels->basis,
                                .needs = labels->needs,
                                .ages = labels->ages,
                                .flags = labels->flags,
                                .children = labels->children};
}

/* The number in the new directory, or a place behind it. "" is nobody. */
static bool person_of(struct rehearsal *rehearsal, const char *id, uint32_t *out)
{
    const struct directory *directory = rehearsal->options.region->directory;
    const size_t known = (size_t)directory_count(directory, DIRECTORY_WORKER) + 1;
    void *people = rehearsal->people;

    *out = 0;
    if (id[0] == '\0') {
        return true;
    }
    const uint32_t number = directory_find(directory, DIRECTORY_WORKER, id);
    if (number != 0) {
        rehearsal->people[number].id = directory_worker(directory, number)->id;
        *out = number;
        return true;
    }
    for (size_t i = known; i < rehearsal->person_count; i++) {
        if (strcmp(rehearsal->people[i].id, id) == 0) {
            *out = (uint32_t)i;
            return true;
        }
    }
    if (!make_room(&people,
                   &rehearsal->person_room,
                   rehearsal->person_count,
                   sizeof(*rehearsal->people))) {
        return false;
    }
    rehearsal->people = people;
    const char *copy = arena_text(rehearsal->arena, id);
    rehearsal->people[rehearsal->person_count] = (struct rehearsal_person){.id = copy};
    *out = (uint32_t)rehearsal->person_count++;
    return copy != NULL;
}

static bool kept_text(struct rehearsal *rehearsal, const char *text, const char **out)
{
    void *texts = rehearsal->texts;

    for (size_t i = 0; i < rehearsal->text_count; i++) {
        if (strcmp(rehearsal->texts[i], text) == 0) {
            *out = rehearsal->texts[i];
            return true;
        }
    }
    *out = arena_text(rehearsal->arena, text);
    if (*out == NULL ||
        !make_room(
            &texts, &rehearsal->text_room, rehearsal->text_count, sizeof(*rehearsal->texts))) {
        return false;
    }
    rehearsal->texts = texts;
    rehearsal->texts[rehearsal->text_count++] = *out;
    return true;
}

/* ---- time ------------------------------------------------------------------------------------------ */

/* The caller frees. */
static struct rehearsal_event *list_events(const struct rehearsal *rehearsal, size_t *count)
{
    const size_t most = rehearsal->case_count * 2 + rehearsal->join_count + 1;
    struct rehearsal_event *events = calloc(most, sizeof(*events));

    *count = 0;
    for (size_t i = 0; events != NULL && i < rehearsal->case_count; i++) {
        const struct rehearsal_case *record = &rehearsal->cases[i];
        events[(*count)++] = (struct rehearsal_event){record->arrived_us, EVENT_ARRIVAL, i};
        if (record->ended_us != 0) {
            events[(*count)++] = (struct rehearsal_event){record->ended_us, EVENT_END, i};
        }
    }
    for (size_t i = 0; events != NULL && i < rehearsal->join_count; i++) {
        const struct rehearsal_join *join = &rehearsal->joins[i];
        const int64_t opened_us = rehearsal->cases[join->of].arrived_us;
        const int64_t at_us = join->arrived_us > opened_us ? join->arrived_us : opened_us;
        events[(*count)++] = (struct rehearsal_event){at_us, EVENT_JOIN, i};
    }
    if (events != NULL) {
        qsort(events, *count, sizeof(*events), by_time);
    }
    return events;
}

/* Of one moment: what ends, what arrives in the order of the cases, what joins. */
static int by_time(const void *a, const void *b)
{
    const struct rehearsal_event *first = a;
    const struct rehearsal_event *second = b;

    if (first->at_us != second->at_us) {
        return first->at_us < second->at_us ? -1 : 1;
    }
    if (first->kind != second->kind) {
        return first->kind < second->kind ? -1 : 1;
    }
    return first->index < second->index ? -1 : first->index > second->index;
}

static void play(struct rehearsal *rehearsal, const struct rehearsal_event *event)
{
    if (event->kind == EVENT_JOIN) {
        const struct rehearsal_join *join = &rehearsal->joins[event->index];
        rehearsal_join(rehearsal, &rehearsal->cases[join->of], join);
        return;
    }
    struct rehearsal_case *record = &rehearsal->cases[event->index];
    if (event->kind == EVENT_END) {
        rehearsal_release(rehearsal, record);
    } else if (record->carried) {
        carry(rehearsal, record);
    } else {
        rehearsal_take_before(rehearsal, record);
        rehearsal_seek(rehearsal, record);
    }
}

/* Begun before: the same in both worlds. */
static void carry(struct rehearsal *rehearsal, struct rehearsal_case *record)
{
    rehearsal_take_before(rehearsal, record);
    rehearsal_take_after(rehearsal, record, record->bearer_before);
}
