/* Keys of referrals from one epoch to the next; see rotation.h. */
#include "broker/daemon/rotation.h"

#include "base/utc.h"
#include "broker/daemon/broker.h"

#include <string.h>
#include <sys/stat.h>

enum {
    KEYS_SEEN_MOST = 256,   /* of one step: reading is cheap */
    KEYS_RENEWED_MOST = 32, /* sealing is not: 0.2 ms each */
    PAUSE_MS = 20,
    LOOK_S = 60,
    REMIND_HOURS = 24
};

static int64_t drawn_us(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (int64_t)status.st_mtime * UTC_SECOND_US : 0;
}

static void begin(struct broker *broker)
{
    const int64_t drawn = drawn_us(broker->settings.disclosure_key);

    broker->rotation = (struct rotation){.running = true, .tell = true, .drawn_us = drawn};
    broker->tick_now = true;
    LOG_INFO(broker->log,
             "disclosure_rotating",
             LOG_NUMBER("epoch", keeper_public(broker->keeper)->epoch),
             LOG_NUMBER("old_epoch", keeper_old_epoch(broker->keeper)));
}

void rotation_open(struct broker *broker)
{
    if (keeper_old_epoch(broker->keeper) != 0) {
        begin(broker);
    }
}

void rotation_reload(struct broker *broker)
{
    const uint32_t epoch = keeper_public(broker->keeper)->epoch;
    const uint32_t old_epoch = keeper_old_epoch(broker->keeper);
    struct error err;

    if (!keeper_reload(broker->keeper, &err)) {
        LOG_ERROR(broker->log, "disclosure_key_refused", LOG_TEXT("reason", err.text));
        return;
    }
    if (keeper_public(broker->keeper)->epoch != epoch) {
        begin(broker);
    } else if (old_epoch != 0 && keeper_old_epoch(broker->keeper) == 0) {
        memset(&broker->rotation, 0, sizeof(broker->rotation));
        LOG_INFO(broker->log,
                 "disclosure_rotated",
                 LOG_NUMBER("epoch", epoch),
                 LOG_NUMBER("old_epoch", old_epoch));
    }
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static bool add(struct broker *broker, const struct journal_page *page, struct error *err)
{
    return journal_add(broker->books.journal, page, err);
}

/* Every key was looked at. */
static bool finish(struct broker *broker, struct error *err)
{
    const uint64_t epoch = keeper_public(broker->keeper)->epoch;
    struct rotation *rotation = &broker->rotation;

    if (journal_generation(broker->books.journal) != epoch &&
        !add(broker, &(struct journal_page){.generation = epoch}, err)) {
        return false;
    }
    rotation->running = false;
    LOG_INFO(broker->log,
             "disclosure_keys_renewed",
             LOG_NUMBER("epoch", epoch),
             LOG_NUMBER("renewed", rotation->renewed),
             LOG_NUMBER("shut", rotation->shut));
    return true;
}

/* Those of the page that are not of the present epoch, to the front. Returns how many; *seen: up to which it went. */
static size_t
renew(struct broker *broker, struct journal_key *keys, size_t count, struct id128 *seen)
{
    struct rotation *rotation = &broker->rotation;
    size_t renewed = 0;

    for (size_t i = 0; i < count && renewed < KEYS_RENEWED_MOST; i++) {
        struct journal_key key = keys[i];
        const enum keeper_renewal verdict = keeper_renew(broker->keeper, broker->arena, &key);
        rotation->seen++;
        rotation->shut += verdict == KEEPER_SHUT ? 1 : 0;
        *seen = key.referral;
        if (verdict == KEEPER_RENEWED) {
            keys[renewed++] = key;
        }
    }
    rotation->renewed += renewed;
    return renewed;
}

static bool step(struct broker *broker, struct error *err)
{
    struct rotation *rotation = &broker->rotation;
    struct journal_keys keys = {.items =
                                    arena_array(broker->arena, KEYS_SEEN_MOST, sizeof(*keys.items)),
                                .most = KEYS_SEEN_MOST};

    if (keys.items == NULL) {
        return true; /* of a turn that was full; the next one has room */
    }
    if (!journal_keys_after(broker->books.journal, &rotation->after, broker->arena, &keys, err)) {
        return err->code == ERROR_OS;
    }
    rotation->total = keys.total;
    if (keys.count == 0) {
        return finish(broker, err);
    }
    const size_t renewed = renew(broker, keys.items, keys.count, &rotation->after);
    const struct journal_page page = {.keys = keys.items, .key_count = renewed};
    return renewed == 0 || add(broker, &page, err);
}

bool rotation_step(struct broker *broker, struct error *err)
{
    struct rotation *rotation = &broker->rotation;

    if (rotation_wait_ms(broker) != 0) {
        return true;
    }
    const struct arena_mark mark = arena_mark(broker->arena);
    const bool ok = step(broker, err);
    arena_release(broker->arena, mark);
    rotation->stepped_us = clock_boot_us(broker->clock);
    return ok || error_prepend(err, "rotate the disclosure key");
}

int64_t rotation_wait_ms(const struct broker *broker)
{
    const struct rotation *rotation = &broker->rotation;

    if (!rotation->running || broker->books.disk_low) {
        return -1; /* what erases and ends has the room that is left */
    }
    const int64_t ago_ms = (clock_boot_us(broker->clock) - rotation->stepped_us) / 1000;
    return rotation->stepped_us == 0 || ago_ms >= PAUSE_MS ? 0 : PAUSE_MS - ago_ms;
}

/* ---- sites --------------------------------------------------------------------------------------- */

static void tell_sites(struct broker *broker)
{
    const struct key32 *open = keeper_public(broker->keeper);
    uint32_t site = session_after(broker->sessions, 0);

    for (; site != 0; site = session_after(broker->sessions, site)) {
        struct postbag_item *item = postbag_add(&broker->postbag, broker->arena);
        if (item == NULL) {
            return; /* their own heartbeats are answered with it */
        }
        item->peer = *session_peer(broker->sessions, site);
        item->site = site;
        item->envelope.version = LIMIT_PROTOCOL_VERSION;
        item->envelope.kind = BODY_HEARTBEAT;
        item->envelope.body.heartbeat =
            (struct heartbeat){.time_us = broker->time.now_us,
                               .disclosure_epoch = open->epoch,
                               .disclosure_key = bytes_of(open->bytes, KEYS_BYTES)};
    }
    broker->rotation.tell = false;
}

/* A site that never spoke has given nothing; one whose key is valid no more cannot give anything. */
static bool site_waits(const struct broker *broker, uint32_t site)
{
    uint8_t key[KEYS_BYTES];

    return session_epoch(broker->sessions, site) < keeper_public(broker->keeper)->epoch &&
           store_site(broker->books.store, site).known &&
           store_sealing_key(
               broker->books.store, broker->core.region->directory, site, broker->time.now_us, key);
}

static void count_sites(const struct broker *broker, struct rotation_state *out)
{
    const struct directory *directory = broker->core.region->directory;
    const uint32_t count = directory_count(directory, DIRECTORY_SITE);

    for (uint32_t site = 1; site <= count; site++) {
        const struct directory_site *row = directory_site(directory, site);
        if (row == NULL || !site_waits(broker, site)) {
            continue;
        }
        out->sites_waiting++;
        if (out->name_count < ROTATION_NAMES_MAX) {
            out->names[out->name_count++] = row->id;
        }
    }
}

void rotation_describe(const struct broker *broker, struct rotation_state *out)
{
    const struct rotation *rotation = &broker->rotation;

    *out = (struct rotation_state){.epoch = keeper_public(broker->keeper)->epoch,
                                   .epoch_old = keeper_old_epoch(broker->keeper),
                                   .keys_shut = rotation->shut,
                                   .drawn_us = rotation->drawn_us};
    if (out->epoch_old == 0) {
        return;
    }
    if (rotation->running) {
        const uint64_t seen = rotation->seen;
        out->keys_waiting = rotation->total > seen ? rotation->total - seen : 1;
    }
    count_sites(broker, out);
}

static void remind(struct broker *broker)
{
    struct rotation *rotation = &broker->rotation;
    const int64_t now_us = broker->time.now_us;
    struct rotation_state state;

    if (keeper_old_epoch(broker->keeper) == 0 || rotation->drawn_us == 0 ||
        now_us - rotation->drawn_us < ROTATION_LINGERS_DAYS * UTC_DAY_US ||
        (rotation->reminded_us != 0 &&
         now_us - rotation->reminded_us < REMIND_HOURS * UTC_HOUR_US)) {
        return;
    }
    rotation->reminded_us = now_us;
    rotation_describe(broker, &state);
    LOG_ALARM(broker->log,
              "disclosure_epoch_lingers",
              LOG_NUMBER("old_epoch", state.epoch_old),
              LOG_NUMBER("days", (now_us - rotation->drawn_us) / UTC_DAY_US),
              LOG_NUMBER("keys", state.keys_waiting),
              LOG_NUMBER("sites", state.sites_waiting));
}

void rotation_tick(struct broker *broker)
{
    struct rotation *rotation = &broker->rotation;

    if (rotation->tell) {
        tell_sites(broker);
    }
    if (keeper_old_epoch(broker->keeper) != 0 &&
        broker->boot_us - rotation->looked_us >= LOOK_S * UTC_SECOND_US) {
        rotation->looked_us = broker->boot_us;
        rotation_reload(broker); /* whoever destroyed the old secret may have died before telling */
    }
    remind(broker);
}

/* ---- the tool's answer --------------------------------------------------------------------------- */

enum { HEAD_BYTES = 1 + 4 + 4 + 8 + 8 + 8 + 8 };

bool rotation_write(const struct rotation_state *state, struct arena *arena, struct bytes *out)
{
    uint8_t *data = arena_alloc(arena, HEAD_BYTES + ROTATION_NAMES_MAX * (LIMIT_CODE_BYTES + 1));
    size_t size = HEAD_BYTES;

    if (data == NULL) {
        return false;
    }
    data[0] = ROTATION_ASKED;
    bytes_put_u32(data + 1, state->epoch);
    bytes_put_u32(data + 5, state->epoch_old);
    bytes_put_u64(data + 9, state->keys_waiting);
    bytes_put_u64(data + 17, state->keys_shut);
    bytes_put_u64(data + 25, state->sites_waiting);
    bytes_put_u64(data + 33, (uint64_t)state->drawn_us);
    for (size_t i = 0; i < state->name_count; i++) {
        const size_t bytes = strnlen(state->names[i], LIMIT_CODE_BYTES);
        memcpy(data + size, state->names[i], bytes);
        data[size + bytes] = '\0';
        size += bytes + 1;
    }
    *out = bytes_of(data, size);
    return true;
}

bool rotation_read(struct bytes answer, struct arena *arena, struct rotation_state *out)
{
    if (answer.size < HEAD_BYTES || answer.data[0] != ROTATION_ASKED) {
        return false;
    }
    *out = (struct rotation_state){.epoch = bytes_get_u32(answer.data + 1),
                                   .epoch_old = bytes_get_u32(answer.data + 5),
                                   .keys_waiting = bytes_get_u64(answer.data + 9),
                                   .keys_shut = bytes_get_u64(answer.data + 17),
                                   .sites_waiting = bytes_get_u64(answer.data + 25),
                                   .drawn_us = (int64_t)bytes_get_u64(answer.data + 33)};
    const char *rest =
        arena_text_of(arena, bytes_of(answer.data + HEAD_BYTES, answer.size - HEAD_BYTES));
    size_t left = answer.size - HEAD_BYTES;
    while (rest != NULL && left > 0 && out->name_count < ROTATION_NAMES_MAX) {
        const size_t bytes = strnlen(rest, left);
        if (bytes == left) {
            return false; /* without its end */
        }
        out->names[out->name_count++] = rest;
        rest += bytes + 1;
        left -= bytes + 1;
    }
    return rest != NULL && left == 0;
}
