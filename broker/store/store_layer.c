/* Entries in blocks, found by a table of open addressing, and in order by one array a table that is sorted when it is
 * walked. */
#include "broker/store/store_layer.h"

#include "base/arena.h"
#include "broker/store/store_pack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_BYTES = 4 << 20,
    BLOCKS_MAX =
        128, /* 512 MiB: a whole directory of the largest size, its changes and the turn around them */
    BLOCKS_KEPT = 4,
    UNIT_BYTES = 16,
    UNITS = BLOCK_BYTES / UNIT_BYTES, /* of a block */
    SLOTS_FIRST = 1 << 12,
    SLOTS_KEPT = 1 << 17,
    LEARN_BYTES_MOST = 4 << 20,
    TAIL_FEW = 32 /* so many are put into their places one by one */
};

struct entry {
    void *value;
    uint32_t value_bytes;
    uint32_t value_room;
    uint8_t table;
    uint8_t key_bytes;
    bool changed; /* to be written */
    bool gone;
    bool is_new; /* nothing below has it: when it is gone there is nothing to write or to hide */
    uint8_t key[];
};

/* Where an entry lies, small, so that the slots of a layer stay near the processor. */
struct slot {
    uint32_t
        tag; /* of the name's hash: another name than the one looked for has another, nearly always */
    uint32_t place; /* block and offset, in units; 0: empty */
};

/* A changed entry, with the first bytes of its key as numbers: comparing seldom goes to the entry. */
struct ordered {
    uint64_t first;
    uint64_t second;
    struct entry *entry;
};

struct order {
    struct ordered *items;
    uint32_t count;
    uint32_t sorted; /* of them, from the front */
    uint32_t room;
};

struct store_layer {
    struct arena *blocks[BLOCKS_MAX];
    uint8_t *starts[BLOCKS_MAX];
    uint32_t block; /* the one in use */
    struct slot *slots;
    uint32_t slot_count; /* a power of two */
    uint32_t count;
    struct order orders[STORE_LAYER_TABLES_MAX];
    struct ordered *aside; /* of a closed layer, table by table: for the writer */
    uint32_t aside_room;
    uint32_t aside_total;
    uint32_t aside_counts[STORE_LAYER_TABLES_MAX];
};

/* ---- memory -------------------------------------------------------------------------------------- */

struct store_layer *store_layer_create(void)
{
    struct store_layer *layer = calloc(1, sizeof(*layer));
    if (layer == NULL) {
        return NULL;
    }
    layer->slot_count = SLOTS_FIRST;
    layer->slots = calloc(SLOTS_FIRST, sizeof(*layer->slots));
    layer->blocks[0] = arena_create(BLOCK_BYTES);
    if (layer->slots == NULL || layer->blocks[0] == NULL) {
        store_layer_destroy(&layer);
        return NULL;
    }
    return layer;
}

void store_layer_destroy(struct store_layer **layer)
{
    struct store_layer *old = *layer;
    if (old == NULL) {
        return;
    }
    for (size_t i = 0; i < BLOCKS_MAX; i++) {
        arena_destroy(&old->blocks[i]);
    }
    for (size_t i = 0; i < STORE_LAYER_TABLES_MAX; i++) {
        free(old->orders[i].items);
    }
    free(old->aside);
    free(old->slots);
    free(old);
    *layer = NULL;
}

void store_layer_forget(struct store_layer *layer)
{
    for (uint32_t i = 0; i <= layer->block; i++) {
        if (i < BLOCKS_KEPT) {
            arena_reset(layer->blocks[i]);
        } else {
            arena_destroy(&layer->blocks[i]);
        }
    }
    layer->block = 0;
    if (layer->slot_count > SLOTS_KEPT) {
        struct slot *fewer = calloc(SLOTS_FIRST, sizeof(*fewer));
        if (fewer != NULL) {
            free(layer->slots);
            layer->slots = fewer;
            layer->slot_count = SLOTS_FIRST;
        }
    }
    memset(layer->slots, 0, layer->slot_count * sizeof(*layer->slots));
    layer->count = 0;
    for (size_t i = 0; i < STORE_LAYER_TABLES_MAX; i++) {
        layer->orders[i].count = 0;
        layer->orders[i].sorted = 0;
    }
}

static void *take_of_block(struct store_layer *layer, size_t bytes)
{
    struct arena *block = layer->blocks[layer->block];
    const bool first = arena_used(block) == 0;
    void *room = arena_alloc(block, bytes);
    if (first) {
        layer->starts[layer->block] = room;
    }
    return room;
}

static void *take_room(struct store_layer *layer, size_t bytes)
{
    assert(bytes <= BLOCK_BYTES / 2);
    void *room = take_of_block(layer, bytes);
    if (room != NULL || layer->block + 1 == BLOCKS_MAX) {
        return room;
    }
    if (layer->blocks[layer->block + 1] == NULL) {
        layer->blocks[layer->block + 1] = arena_create(BLOCK_BYTES);
        if (layer->blocks[layer->block + 1] == NULL) {
            return NULL;
        }
    }
    layer->block++;
    return take_of_block(layer, bytes);
}

size_t store_layer_bytes(const struct store_layer *layer)
{
    return (size_t)layer->block * BLOCK_BYTES + arena_used(layer->blocks[layer->block]);
}

/* ---- by name ------------------------------------------------------------------------------------- */

static struct bytes key_of(const struct entry *entry)
{
    return bytes_of(entry->key, entry->key_bytes);
}

_Static_assert((uint64_t)UNITS *BLOCKS_MAX < UINT32_MAX, "a place fits");

/* Of an entry in the block in use. */
static uint32_t place_of(const struct store_layer *layer, const struct entry *entry)
{
    const uint8_t *at = (const uint8_t *)entry;
    return layer->block * UNITS + (uint32_t)((at - layer->starts[layer->block]) / UNIT_BYTES) + 1;
}

static struct entry *entry_at(const struct store_layer *layer, uint32_t place)
{
    const uint32_t at = place - 1;
    return (void *)(layer->starts[at / UNITS] + (size_t)(at % UNITS) * UNIT_BYTES);
}

static uint32_t tag_of(const struct store_layer_name *name)
{
    return (uint32_t)(name->hash >> 32);
}

static bool is_named(const struct entry *entry, const struct store_layer_name *name)
{
    return entry->table == name->table && entry->key_bytes == name->key.size &&
           memcmp(entry->key, name->key.data, name->key.size) == 0;
}

/* Where the name stands, *entry then says what it is called, or would stand. */
static struct slot *
slot_of(const struct store_layer *layer, const struct store_layer_name *name, struct entry **entry)
{
    assert(name->table < STORE_LAYER_TABLES_MAX && name->key.size <= STORE_LAYER_KEY_BYTES);
    for (uint32_t i = tag_of(name);; i++) {
        struct slot *slot = &layer->slots[i & (layer->slot_count - 1)];
        if (slot->place == 0) {
            *entry = NULL;
            return slot;
        }
        if (slot->tag == tag_of(name)) {
            *entry = entry_at(layer, slot->place);
            if (is_named(*entry, name)) {
                return slot;
            }
        }
    }
}

enum store_layer_answer store_layer_get(const struct store_layer *layer,
                                        const struct store_layer_name *name,
                                        struct bytes *value)
{
    if (layer->count == 0) {
        return STORE_LAYER_UNKNOWN;
    }
    struct entry *entry = NULL;
    (void)slot_of(layer, name, &entry);
    if (entry == NULL) {
        return STORE_LAYER_UNKNOWN;
    }
    *value = bytes_of(entry->value, entry->value_bytes);
    return entry->gone ? STORE_LAYER_ABSENT : STORE_LAYER_FOUND;
}

/* Twice the slots when half are taken. */
static bool make_slots(struct store_layer *layer)
{
    if (layer->count < layer->slot_count / 2) {
        return true;
    }
    const uint32_t wanted = layer->slot_count * 2;
    struct slot *slots = calloc(wanted, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < layer->slot_count; i++) {
        const struct slot *from = &layer->slots[i];
        if (from->place == 0) {
            continue;
        }
        uint32_t at = from->tag;
        while (slots[at & (wanted - 1)].place != 0) {
            at++;
        }
        slots[at & (wanted - 1)] = *from;
    }
    free(layer->slots);
    layer->slots = slots;
    layer->slot_count = wanted;
    return true;
}

/* A new entry: its key, and behind it as much room as the first value needs. */
static struct entry *
add_entry(struct store_layer *layer, const struct store_layer_name *name, size_t value_bytes)
{
    const size_t head_bytes = (sizeof(struct entry) + name->key.size + 7) / 8 * 8;
    struct entry *entry = take_room(layer, head_bytes + value_bytes);
    if (entry == NULL) {
        return NULL;
    }
    entry->table = (uint8_t)name->table;
    entry->key_bytes = (uint8_t)name->key.size;
    memcpy(entry->key, name->key.data, name->key.size);
    entry->value = (uint8_t *)entry + head_bytes;
    entry->value_room = (uint32_t)value_bytes;
    return entry;
}

/* The entry of the name with this value; NULL: no memory. */
static struct entry *
hold(struct store_layer *layer, const struct store_layer_name *name, struct bytes value)
{
    struct entry *entry = NULL;

    if (!make_slots(layer)) {
        return NULL;
    }
    struct slot *slot = slot_of(layer, name, &entry);
    if (entry == NULL) {
        entry = add_entry(layer, name, value.size);
        if (entry == NULL) {
            return NULL;
        }
        *slot = (struct slot){.tag = tag_of(name), .place = place_of(layer, entry)};
        layer->count++;
    } else if (entry->value_room < value.size) {
        void *room = take_room(layer, value.size);
        if (room == NULL) {
            return NULL;
        }
        entry->value = room;
        entry->value_room = (uint32_t)value.size;
    }
    if (value.size > 0) {
        memcpy(entry->value, value.data, value.size);
    }
    entry->value_bytes = (uint32_t)value.size;
    entry->gone = value.data == NULL;
    return entry;
}

void store_layer_learn(struct store_layer *layer,
                       const struct store_layer_name *name,
                       struct bytes value)
{
    if (store_layer_bytes(layer) < LEARN_BYTES_MOST) {
        (void)hold(layer, name, value);
    }
}

static int compare(const struct ordered *a, const struct ordered *b)
{
    if (a->first != b->first) {
        return a->first < b->first ? -1 : 1;
    }
    if (a->second != b->second) {
        return a->second < b->second ? -1 : 1;
    }
    return bytes_compare(key_of(a->entry), key_of(b->entry));
}

static int by_key(const void *a, const void *b)
{
    return compare(a, b);
}

/* Up to eight bytes from `at` on, as a number that compares like them. */
static uint64_t number_of(struct bytes key, size_t at)
{
    uint8_t part[8] = {0};
    if (key.size > at) {
        memcpy(part, key.data + at, key.size - at < sizeof(part) ? key.size - at : sizeof(part));
    }
    return bytes_get_u64(part);
}

/* How many of the first `count` lie below the key. */
static uint32_t count_below(const struct order *order, uint32_t count, struct bytes key)
{
    const uint64_t first = number_of(key, 0);
    const uint64_t second = number_of(key, 8);
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct ordered *at = &order->items[middle];
        const bool below = at->first != first     ? at->first < first
                           : at->second != second ? at->second < second
                                                  : bytes_compare(key_of(at->entry), key) < 0;
        if (below) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool make_room(struct order *order, uint32_t wanted)
{
    uint32_t room = order->room == 0 ? 64 : order->room;
    while (room < wanted) {
        room *= 2;
    }
    if (room == order->room) {
        return true;
    }
    struct ordered *items = realloc(order->items, room * sizeof(*items));
    if (items == NULL) {
        return false;
    }
    order->items = items;
    order->room = room;
    return true;
}

static bool put_in_order(struct order *order, struct entry *entry)
{
    if (!make_room(order, order->count * 2 + 2)) { /* as much again for a merge */
        return false;
    }
    order->items[order->count++] = (struct ordered){.first = number_of(key_of(entry), 0),
                                                    .second = number_of(key_of(entry), 8),
                                                    .entry = entry};
    return true;
}

/* A long tail is sorted by itself, put behind the end, and merged from there, the largest first. */
static void merge_tail(struct order *order)
{
    const uint32_t tail = order->count - order->sorted;
    struct ordered *items = order->items;
    uint32_t left = order->sorted;
    uint32_t right = tail;
    const struct ordered *from = items + order->count;

    qsort(items + order->sorted, tail, sizeof(*items), by_key);
    memcpy(items + order->count, items + order->sorted, tail * sizeof(*items));
    for (uint32_t at = order->count; right > 0; at--) {
        if (left > 0 && compare(&items[left - 1], &from[right - 1]) > 0) {
            items[at - 1] = items[--left];
        } else {
            items[at - 1] = from[--right];
        }
    }
    order->sorted = order->count;
}

static void sort(struct order *order)
{
    if (order->count - order->sorted > TAIL_FEW) {
        merge_tail(order);
    }
    for (; order->sorted < order->count; order->sorted++) {
        const struct ordered item = order->items[order->sorted];
        const uint32_t at = count_below(order, order->sorted, key_of(item.entry));
        memmove(&order->items[at + 1], &order->items[at], (order->sorted - at) * sizeof(item));
        order->items[at] = item;
    }
}

bool store_layer_change(struct store_layer *layer,
                        enum store_layer_change change,
                        const struct store_layer_name *name,
                        struct bytes value)
{
    struct entry *entry =
        hold(layer, name, change == STORE_LAYER_DELETE ? bytes_of(NULL, 0) : value);
    if (entry == NULL) {
        return false;
    }
    if (!entry->changed) {
        if (!put_in_order(&layer->orders[name->table], entry)) {
            return false;
        }
        entry->changed = true;
        entry->is_new = change == STORE_LAYER_PUT_NEW;
    }
    return true;
}

/* ---- in order ------------------------------------------------------------------------------------ */

static bool is_nothing(const struct entry *entry)
{
    return entry->gone && entry->is_new;
}

static bool show(const struct entry *entry, struct store_layer_place *out)
{
    *out = (struct store_layer_place){.key = key_of(entry),
                                      .value = bytes_of(entry->value, entry->value_bytes),
                                      .gone = entry->gone};
    return true;
}

bool store_layer_next(struct store_layer *layer,
                      uint32_t table,
                      struct bytes from,
                      struct store_layer_place *out)
{
    struct order *order = &layer->orders[table];
    sort(order);
    for (uint32_t at = count_below(order, order->count, from); at < order->count; at++) {
        if (!is_nothing(order->items[at].entry)) {
            return show(order->items[at].entry, out);
        }
    }
    return false;
}

bool store_layer_previous(struct store_layer *layer,
                          uint32_t table,
                          struct bytes before,
                          struct store_layer_place *out)
{
    struct order *order = &layer->orders[table];
    sort(order);
    uint32_t at = before.size == 0 ? order->count : count_below(order, order->count, before);
    for (; at > 0; at--) {
        if (!is_nothing(order->items[at - 1].entry)) {
            return show(order->items[at - 1].entry, out);
        }
    }
    return false;
}

/* ---- to the disk --------------------------------------------------------------------------------- */

bool store_layer_close(struct store_layer *layer)
{
    uint32_t count = 0;
    for (size_t i = 0; i < STORE_LAYER_TABLES_MAX; i++) {
        count += layer->orders[i].count;
    }
    if (count > layer->aside_room) {
        struct ordered *aside = realloc(layer->aside, count * sizeof(*aside));
        if (aside == NULL) {
            return false;
        }
        layer->aside = aside;
        layer->aside_room = count;
    }
    count = 0;
    for (size_t i = 0; i < STORE_LAYER_TABLES_MAX; i++) {
        const struct order *order = &layer->orders[i];
        const uint32_t first = count;
        for (uint32_t j = 0; j < order->count; j++) {
            if (!is_nothing(order->items[j].entry)) {
                layer->aside[count++] = order->items[j];
            }
        }
        layer->aside_counts[i] = count - first;
    }
    layer->aside_total = count;
    return true;
}

void store_layer_arrange(struct store_layer *layer)
{
    struct ordered *items = layer->aside;
    for (size_t i = 0; i < STORE_LAYER_TABLES_MAX; i++) {
        if (layer->aside_counts[i] > 0) {
            qsort(items, layer->aside_counts[i], sizeof(*items), by_key);
        }
        items += layer->aside_counts[i];
    }
}

static void write_entry(const struct entry *entry, struct kv_txn *txn, kv_table table, bool packed)
{
    if (entry->gone) {
        (void)kv_delete(txn, table, key_of(entry));
    } else if (packed) {
        uint8_t words[STORE_PACK_BYTES_MAX];
        const size_t bytes = store_pack(entry->value, entry->value_bytes, words);
        kv_put_near(txn, table, key_of(entry), bytes_of(words, bytes));
    } else {
        kv_put_near(txn, table, key_of(entry), bytes_of(entry->value, entry->value_bytes));
    }
}

size_t store_layer_write(const struct store_layer *layer,
                         size_t from,
                         size_t most,
                         const struct store_layer_target *to)
{
    const size_t end = layer->aside_total - from > most ? from + most : layer->aside_total;
    for (size_t i = from; i < end; i++) {
        const struct entry *entry = layer->aside[i].entry;
        write_entry(entry, to->txn, to->tables[entry->table], to->packed[entry->table]);
    }
    return end == layer->aside_total ? 0 : end;
}
