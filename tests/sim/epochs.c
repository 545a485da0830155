/* Rotations of the disclosure epoch; see epochs.h. */
#include "tests/sim/epochs.h"

#include "base/file.h"
#include "base/utc.h"
#include "broker/daemon/rotate.h"
#include "proto/sealing.h"
#include "tests/sim/effect.h"
#include "tests/sim/ledger.h"
#include "tests/sim/party.h"
#include "tests/sim/region_set.h"
#include "tests/sim/wraps.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 4096, TRIES = 20 };
#define ANSWER_US   (10 * UTC_SECOND_US) /* nobody answers */
#define PATIENCE_US (60 * UTC_SECOND_US) /* then whoever runs the tool breaks it off */
#define STEP_US     (10 * INT64_C(1000))

static const char *beside(const struct sim *sim, const char *ending)
{
    return arena_format(sim->arena, "%s%s", sim->epochs.secret, ending);
}

/* What the key files say now, and every secret that there ever was. */
static void read_files(struct sim *sim)
{
    struct sim_epochs *epochs = &sim->epochs;
    struct error err;
    struct key32 key;
    epochs->present = epochs->old = 0;
    if (keys_read(epochs->secret, KEYS_DISCLOSURE_SECRET, &key, &err)) {
        epochs->present = key.epoch;
        epochs->secrets[key.epoch % SIM_EPOCHS_MAX] = key;
    } else {
        sim_breach(sim, "P1: the broker's disclosure key: %s", err.text);
    }
    if (keys_read(beside(sim, ".old"), KEYS_DISCLOSURE_SECRET, &key, &err) &&
        key.epoch < epochs->present) {
        epochs->old = key.epoch;
    }
}

/* The public half goes to the sites, for when they start anew. */
static void hand_out(struct sim *sim)
{
    struct error err;
    struct bytes content;
    const char *made = arena_format(sim->arena, "%s/disclosure.pub", sim->folder);
    if (file_read(made, FILE_BYTES_MAX, sim->arena, &content, &err) &&
        !__real_file_write(sim->epochs.given, content, 0444, &err)) {
        sim_breach(sim, "the simulator cannot copy: %s", err.text);
    }
}

void epochs_open(struct sim *sim)
{
    struct error err;
    struct key32 secret;
    struct key32 open;
    sim->epochs.secret = scratch_path(sim->scratch, "disclosure.key");
    sim->epochs.given = scratch_path(sim->scratch, "given.pub");
    if (!keys_read(sim->region->disclosure_key, KEYS_DISCLOSURE_SECRET, &secret, &err)) {
        abort();
    }
    keys_public_of(&secret, &open);
    open.epoch = secret.epoch;
    if (!keys_write(sim->epochs.secret, KEYS_DISCLOSURE_SECRET, &secret, NULL, &err) ||
        !keys_write(sim->epochs.given, KEYS_DISCLOSURE_PUBLIC, &open, NULL, &err)) {
        abort();
    }
    read_files(sim);
}

/* ---- the tool's world ---------------------------------------------------------------------------- */

struct tool_client {
    uint64_t starts; /* of the broker that it speaks with */
};

/* Of all epochs before the present one, but one that is still held. An older backup opens nothing any more: whoever
 * rotates makes a new one. */
static void notice_end(struct sim *sim)
{
    struct sim_epochs *epochs = &sim->epochs;
    read_files(sim);
    const uint32_t over = epochs->old == 0 ? epochs->present - 1 : epochs->old - 1;
    if (over > epochs->over) {
        epochs->over = over;
        sim->backed_up = false;
        ledger_epoch_over(sim->ledger, sim, epochs->anyway);
    }
}

/* Others go on meanwhile. */
static void live_on(struct sim *sim, int64_t us)
{
    sim->running = SIM_NOBODY;
    sim_run(sim, sim->boot_us + us);
    sim->running = SIM_TOOL;
    if (sim->broken || sim->boot_us > sim->epochs.gives_up_us) {
        longjmp(sim->epochs.escape, 1);
    }
}

bool __wrap_tool_client_open(struct tool_client **out,
                             const char *folder,
                             const char *place,
                             struct error *err)
{
    struct sim *sim = effect_sim();
    (void)folder;
    (void)place;
    if ((*out = calloc(1, sizeof(**out))) == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    (*out)->starts = sim->starts;
    sim->epochs.client = *out;
    return true;
}

void __wrap_tool_client_close(struct tool_client **client)
{
    free(*client);
    *client = effect_sim()->epochs.client = NULL;
}

bool __wrap_tool_client_ask(struct tool_client *client,
                            struct bytes request,
                            struct bytes *out,
                            struct error *err)
{
    struct sim *sim = effect_sim();
    const int64_t until_us = sim->boot_us + ANSWER_US;
    struct bytes frame;
    effect_of(sim, SIM_TOOL);
    notice_end(sim);
    network_tool_asks(sim->network, request);
    while (!network_tool_hears(sim->network, &frame)) {
        live_on(sim, STEP_US);
        if (!sim->up || sim->starts != client->starts || sim->boot_us > until_us) {
            return error_set(err, ERROR_UNAVAILABLE, "no broker answers");
        }
    }
    *out = bytes_of(arena_copy(sim->arena, frame.data, frame.size), frame.size);
    return true;
}

bool __wrap_tool_client_pause(struct tool_client *client, int64_t ms, struct error *err)
{
    struct sim *sim = effect_sim();
    (void)client;
    (void)err;
    effect_of(sim, SIM_TOOL);
    live_on(sim, ms * 1000);
    return true;
}

/* What it has for its age is the virtual time, as all the rest. */
bool __wrap_keys_write(const char *path,
                       enum keys_kind kind,
                       const struct key32 *key,
                       const char *comment,
                       struct error *err)
{
    struct sim *sim = effect_sim();
    if (sim == NULL || sim->running != SIM_TOOL) {
        return __real_keys_write(path, kind, key, comment, err);
    }
    effect_of(sim, SIM_TOOL);
    const time_t now = (time_t)(clock_wall_us(sim->clock) / UTC_SECOND_US);
    const struct timespec times[2] = {{.tv_sec = now}, {.tv_sec = now}};
    if (!__real_keys_write(path, kind, key, comment, err) ||
        utimensat(AT_FDCWD, path, times, 0) != 0) {
        return false;
    }
    effect_of(sim, SIM_TOOL);
    return true;
}

int __wrap_link(const char *from, const char *to)
{
    effect_of(effect_sim(), SIM_TOOL);
    const int status = __real_link(from, to);
    effect_of(effect_sim(), SIM_TOOL);
    return status;
}

/* ---- running it ---------------------------------------------------------------------------------- */

enum end { DONE, LATER, DIED };

static enum end guarded(struct sim *sim, const struct store_tools *tools)
{
    struct error err;
    if (setjmp(sim->epochs.escape) != 0) {
        return DIED;
    }
    if (rotate_run(tools, sim->epochs.anyway, &err)) {
        return DONE;
    }
    sim_say(sim, "rotate: %s", err.text);
    if (err.code != ERROR_TEMPORARY && err.code != ERROR_UNAVAILABLE) {
        sim_breach(sim, "P1: a rotation: %s", err.text);
    }
    return LATER;
}

static bool run(struct sim *sim, bool anyway)
{
    struct store_tools tools = {
        .clock = sim->clock, .log = sim->log, .out = fopen("/dev/null", "w")};
    if (tools.out == NULL) {
        abort();
    }
    tools.settings.store = sim->broker_store;
    tools.settings.disclosure_key = sim->epochs.secret;
    sim->epochs.anyway = anyway;
    sim->epochs.gives_up_us = sim->boot_us + PATIENCE_US;
    sim->running = SIM_TOOL;
    const enum end end = guarded(sim, &tools);
    sim->running = SIM_NOBODY;
    effect_close_left(sim, SIM_TOOL);
    free(sim->epochs.client);
    sim->epochs.client = NULL;
    (void)fclose(tools.out);
    sim_say(sim, "the tool %s", end == DONE ? "is done" : end == LATER ? "gives up" : "died");
    notice_end(sim);
    hand_out(sim);
    return end == DONE;
}

void epochs_rotate(struct sim *sim, struct chance *chance)
{
    const uint32_t how = chance_below(chance, 100);
    const bool anyway = chance_percent(chance, 15);
    const uint32_t effects = chance_below(chance, 40);
    if (sim->epochs.present == SIM_EPOCHS_MAX - 1) {
        return;
    }
    sim_say(sim, "the disclosure key is rotated%s", anyway ? ", anyway" : "");
    if (how < 45) {
        sim->doomed = SIM_TOOL;
        sim->effects_left = effects;
    } else if (how < 75) {
        party_doom(sim, NETWORK_BROKER, effects);
    }
    (void)run(sim, anyway);
    sim->doomed = sim->doomed == SIM_TOOL ? SIM_NOBODY : sim->doomed;
}

static bool is_under_way(const struct sim *sim)
{
    return sim->epochs.old != 0 || access(beside(sim, ".destroyed"), F_OK) == 0;
}

void epochs_settle(struct sim *sim)
{
    for (int i = 0; is_under_way(sim) && !sim->broken; i++) {
        if (i == TRIES) {
            sim_breach(sim, "P2: a rotation of the disclosure key has no end");
        } else if (!run(sim, false)) {
            sim_run(sim, sim->boot_us + UTC_MINUTE_US);
        }
    }
}

/* ---- judging ------------------------------------------------------------------------------------- */

/* The next referral that lives, from *at on, and its key. */
static bool next_key(struct sim *sim, size_t *at, struct journal_key *key)
{
    struct id128 id;
    while (!sim->broken && ledger_referral(sim->ledger, *at, &id)) {
        ++*at;
        if (ledger_is_erased(sim->ledger, &id)) {
            continue;
        }
        if (journal_key(sim->broker->books.journal, &id, sim->arena, key)) {
            return true;
        }
        sim_breach(sim, "P1: the key of a living referral is gone");
    }
    return false;
}

void epochs_judge_held(struct sim *sim)
{
    const struct sim_epochs *epochs = &sim->epochs;
    struct journal_key key;
    for (size_t at = 0; epochs->present > 1 && sim->up && next_key(sim, &at, &key);) {
        if (key.epoch != epochs->present && key.epoch != epochs->old) {
            sim_breach(sim,
                       "P1: a living referral's key is of epoch %u, the secrets of %u and %u",
                       (unsigned)key.epoch,
                       (unsigned)epochs->present,
                       (unsigned)epochs->old);
        }
    }
}

static bool opens(struct sim *sim, const struct journal_key *key, uint32_t epoch)
{
    struct bytes anew;
    const struct key32 *open = keeper_public(sim->broker->keeper);
    return sealing_renew(key->sealed, &sim->epochs.secrets[epoch], open, sim->arena, &anew);
}

void epochs_judge(struct sim *sim)
{
    const struct sim_epochs *epochs = &sim->epochs;
    struct journal_key key;
    arena_reset(sim->arena);
    for (size_t at = 0; epochs->over > 0 && next_key(sim, &at, &key);) {
        if (!opens(sim, &key, epochs->present)) {
            sim_breach(sim, "P1: a living referral does not open after a rotation");
        }
        for (uint32_t epoch = 1; epoch <= epochs->over && !sim->broken; epoch++) {
            if (opens(sim, &key, epoch)) {
                sim_breach(sim, "P4: a destroyed disclosure key opens a living referral");
            }
        }
    }
    if (!sim->broken && keeper_old_epoch(sim->broker->keeper) != 0) {
        sim_breach(sim, "P4: the broker still holds a destroyed disclosure key");
    }
}
