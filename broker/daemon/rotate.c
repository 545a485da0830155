/* The key files of a rotation, and waiting for the broker; see rotate.h. */
#include "broker/daemon/rotate.h"

#include "base/file.h"
#include "base/keys.h"
#include "base/phrase.h"
#include "broker/daemon/rotation.h"
#include "broker/daemon/tool_client.h"
#include "broker/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { POLL_MS = 200, SITES_WAIT_MS = 3000, TOLD_POLLS = 10, ARENA_BYTES = 1 << 20 };

struct files {
    const char *present;
    char next[PATH_MAX];
    char old[PATH_MAX];
    char gone[PATH_MAX]; /* an old one that is being destroyed */
    char open[PATH_MAX]; /* the public half, where keygen puts it; "": the name has no such place */
    uint32_t epoch;
    uint32_t epoch_old; /* 0: no rotation is under way */
};

static bool name_files(const char *present, struct files *out, struct error *err)
{
    const size_t bytes = strlen(present);
    static const char ending[] = ".key";

    if (bytes + sizeof(".destroyed") > PATH_MAX) {
        return error_set(err, ERROR_CONFIG, "the path of the disclosure key is too long");
    }
    *out = (struct files){.present = present};
    (void)snprintf(out->next, sizeof(out->next), "%s.next", present);
    (void)snprintf(out->old, sizeof(out->old), "%s.old", present);
    (void)snprintf(out->gone, sizeof(out->gone), "%s.destroyed", present);
    if (bytes >= sizeof(ending) && strcmp(present + bytes - strlen(ending), ending) == 0) {
        (void)snprintf(
            out->open, sizeof(out->open), "%.*s.pub", (int)(bytes - strlen(ending)), present);
    }
    return true;
}

/* A secret file's epoch; 0 when it is not there. */
static bool epoch_of(const char *path, uint32_t *out, struct error *err)
{
    struct key32 secret = {.epoch = 0};

    *out = 0;
    if (!keys_read(path, KEYS_DISCLOSURE_SECRET, &secret, err)) {
        return err->code == ERROR_NO_INPUT;
    }
    *out = secret.epoch;
    keys_wipe(&secret, sizeof(secret));
    return true;
}

static bool read_files(struct files *files, struct error *err)
{
    if (!epoch_of(files->present, &files->epoch, err) ||
        !epoch_of(files->old, &files->epoch_old, err)) {
        return false;
    }
    if (files->epoch == 0) {
        return error_set(err, ERROR_NO_INPUT, "there is no disclosure key %s", files->present);
    }
    if (files->epoch_old > files->epoch) {
        return error_set(err, ERROR_CONFIG, "%s is newer than %s", files->old, files->present);
    }
    if (files->epoch_old == files->epoch) {
        files->epoch_old =
            0; /* the link of a run that broke off before the new one was in its place */
    }
    return true;
}

/* ---- the old secret ends ------------------------------------------------------------------------- */

/* Zeroes first: a file system that writes in place keeps nothing of it. */
static bool overwrite(const char *path, struct error *err)
{
    static const char zeroes[4096];
    struct stat status;

    if (chmod(path, 0600) != 0) {
        return error_set_errno(err, ERROR_CREATE, errno, "%s", path);
    }
    const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return error_set_errno(err, ERROR_CREATE, errno, "%s", path);
    }
    const bool written = fstat(fd, &status) == 0 && status.st_size <= (off_t)sizeof(zeroes) &&
                         write(fd, zeroes, (size_t)status.st_size) == (ssize_t)status.st_size &&
                         fsync(fd) == 0;
    const int reason = errno;
    (void)close(fd);
    return written || error_set_errno(err, ERROR_IO, reason, "%s", path);
}

/* Under a name that nobody reads, so that a run that is killed here leaves no half of a key. */
static bool destroy_gone(const struct files *files, struct error *err)
{
    return overwrite(files->gone, err) &&
           (unlink(files->gone) == 0 ||
            error_set_errno(err, ERROR_IO, errno, "cannot remove %s", files->gone));
}

static bool destroy_old(const struct files *files, struct error *err)
{
    return file_move(files->old, files->gone, err) && destroy_gone(files, err) &&
           file_move(files->present, files->present, err); /* syncs the folder */
}

/* ---- the new one begins -------------------------------------------------------------------------- */

static bool draw(const struct files *files, struct error *err)
{
    struct key32 secret;
    struct stat status;

    if (files->epoch == UINT32_MAX) {
        return error_set(err, ERROR_CONFIG, "there is no epoch after %" PRIu32, files->epoch);
    }
    (void)unlink(files->next); /* of a run that broke off: nobody was told of it */
    keys_generate(KEYS_DISCLOSURE_SECRET, files->epoch + 1, &secret);
    bool ok = keys_write(files->next, KEYS_DISCLOSURE_SECRET, &secret, NULL, err);
    keys_wipe(&secret, sizeof(secret));
    if (ok && stat(files->present, &status) == 0 && geteuid() == 0 &&
        chown(files->next, status.st_uid, status.st_gid) != 0) {
        ok = error_set_errno(err, ERROR_CREATE, errno, "cannot give %s away", files->next);
    }
    return ok;
}

static bool keep_old(const struct files *files, struct error *err)
{
    (void)unlink(files->old); /* at most a link to the same secret */
    return link(files->present, files->old) == 0 ||
           error_set_errno(err, ERROR_CREATE, errno, "cannot link %s", files->old);
}

/* For agents that are set up from now on; the others are told by the broker. */
static bool write_public(const struct files *files, struct error *err)
{
    struct key32 secret;
    struct key32 open;

    if (files->open[0] == '\0') {
        return true;
    }
    if (!keys_read(files->present, KEYS_DISCLOSURE_SECRET, &secret, err)) {
        return false;
    }
    keys_public_of(&secret, &open);
    keys_wipe(&secret, sizeof(secret));
    (void)unlink(files->open);
    return keys_write(files->open, KEYS_DISCLOSURE_PUBLIC, &open, NULL, err);
}

static bool begin(struct files *files, struct error *err)
{
    if (!draw(files, err) || !keep_old(files, err) ||
        !file_move(files->next, files->present, err)) {
        return false;
    }
    files->epoch_old = files->epoch;
    files->epoch++;
    return true;
}

/* ---- the broker ---------------------------------------------------------------------------------- */

/* NULL without an error: it is stopped. */
static bool reach(const struct store_tools *tools, struct tool_client **out, struct error *err)
{
    char path[PATH_MAX];
    struct journal *journal = NULL;

    *out = NULL;
    if (snprintf(path, sizeof(path), "%s/journal", tools->settings.store) >= PATH_MAX) {
        return error_set(err, ERROR_CONFIG, "the store's path is too long");
    }
    if (access(path, F_OK) != 0) {
        return true;
    }
    if (journal_open(&journal, path, err)) {
        journal_close(&journal);
        return true;
    }
    return err->code == ERROR_TEMPORARY && tool_client_open(out, tools->settings.store, ".", err);
}

/* The broker reads its key files again, and says how far it is. */
static bool
ask(struct tool_client *client, struct arena *arena, struct rotation_state *out, struct error *err)
{
    static const uint8_t request[1] = {ROTATION_ASKED};
    struct bytes answer;

    arena_reset(arena);
    return tool_client_ask(client, bytes_of(request, sizeof(request)), &answer, err) &&
           (rotation_read(answer, arena, out) ||
            error_set(err, ERROR_PROTOCOL, "the broker refuses, see its log"));
}

static void tell(const struct store_tools *tools, const struct rotation_state *state)
{
    (void)fprintf(tools->out,
                  "epoch=%" PRIu32 " old=%" PRIu32 " keys=%" PRIu64 " sites=%" PRIu64,
                  state->epoch,
                  state->epoch_old,
                  state->keys_waiting,
                  state->sites_waiting);
    for (size_t i = 0; i < state->name_count; i++) {
        (void)fprintf(tools->out, "%s%s", i == 0 ? " waiting=" : ",", state->names[i]);
    }
    (void)fprintf(tools->out, "\n");
    (void)fflush(tools->out);
}

static bool
check_epoch(const struct files *files, const struct rotation_state *state, struct error *err)
{
    return state->epoch == files->epoch ||
           error_set(err,
                     ERROR_CONFIG,
                     "the broker has epoch %" PRIu32 ", the key file %" PRIu32 "; see its log",
                     state->epoch,
                     files->epoch);
}

/* Until no key waits, and no site does, or they have had time enough to be told. */
static bool wait_for(const struct store_tools *tools,
                     struct tool_client *client,
                     const struct files *files,
                     struct rotation_state *state,
                     struct error *err)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    int64_t waited_ms = 0;
    bool ok = arena != NULL || error_set(err, ERROR_OS, "no memory");

    for (int polls = 0; ok; polls++) {
        ok = ask(client, arena, state, err) && check_epoch(files, state, err);
        const bool keys = ok && state->keys_waiting > 0;
        if (!ok || (!keys && (state->sites_waiting == 0 || waited_ms >= SITES_WAIT_MS))) {
            break;
        }
        if (keys && polls % TOLD_POLLS == 0) {
            tell(tools, state);
        }
        waited_ms += keys ? 0 : POLL_MS;
        ok = tool_client_pause(client, POLL_MS, err);
    }
    if (ok) {
        tell(tools, state);
    }
    arena_destroy(&arena);
    return ok;
}

/* The broker is told that the old secret is gone; a broker that just ended has forgotten it. */
static void tell_destroyed(struct tool_client *client)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    struct rotation_state state;
    struct error ignored;

    if (arena != NULL) {
        (void)ask(client, arena, &state, &ignored);
    }
    arena_destroy(&arena);
}

/* ---- all of it ----------------------------------------------------------------------------------- */

static bool say_wait(struct error *err, const char *ru, const char *en)
{
    return error_set(err,
                     ERROR_TEMPORARY,
                     "%s",
                     phrase_in((struct phrase){ru, en}, phrase_language_of_environment()));
}

static void say_done(const struct store_tools *tools, const struct files *files)
{
    static const struct phrase text = {"Прежний ключ раскрытия уничтожен. Копии, снятые до этого, "
                                       "данных семей больше не откроют:\n"
                                       "сделайте новую (refbrokerd backup). Если ключ хранился и в "
                                       "другом месте, уничтожьте его там.\n",
                                       "The old disclosure key is destroyed. Backups taken before "
                                       "this open no family's data any more:\n"
                                       "take a new one (refbrokerd backup). If the key was kept "
                                       "elsewhere too, destroy it there.\n"};

    (void)fprintf(
        tools->out, "epoch=%" PRIu32 " destroyed=%" PRIu32 "\n", files->epoch, files->epoch_old);
    (void)fputs(phrase_in(text, phrase_language_of_environment()), tools->out);
}

static bool rotate_with(const struct store_tools *tools,
                        struct tool_client *client,
                        const struct files *files,
                        bool anyway,
                        struct error *err)
{
    struct rotation_state state = {.epoch = 0};

    if (client == NULL) {
        return say_wait(
            err,
            "брокер остановлен: он продолжит, когда запустится; тогда повторите команду",
            "the broker is stopped: it goes on when it is started; then run this again");
    }
    if (!wait_for(tools, client, files, &state, err)) {
        return false;
    }
    if (state.sites_waiting > 0 && !anyway) {
        return say_wait(
            err,
            "прежний ключ ещё нужен площадкам: повторите, когда они выйдут на связь "
            "(--anyway уничтожит его сейчас)",
            "sites still need the old key: run this again when they have been connected "
            "(--anyway destroys it now)");
    }
    if (!destroy_old(files, err)) {
        return false;
    }
    tell_destroyed(client);
    say_done(tools, files);
    return true;
}

/* A run that was killed while it destroyed the old secret: only that is left to do. */
static bool
finish_destroying(const struct store_tools *tools, struct files *files, struct error *err)
{
    struct tool_client *client = NULL;

    if (!destroy_gone(files, err) || !read_files(files, err) || !reach(tools, &client, err)) {
        return error_prepend(err, "rotate");
    }
    if (client != NULL) {
        tell_destroyed(client);
    }
    tool_client_close(&client);
    files->epoch_old = files->epoch - 1;
    say_done(tools, files);
    return true;
}

bool rotate_run(const struct store_tools *tools, bool anyway, struct error *err)
{
    struct files files;
    struct tool_client *client = NULL;

    if (!name_files(tools->settings.disclosure_key, &files, err)) {
        return error_prepend(err, "rotate");
    }
    if (access(files.gone, F_OK) == 0) {
        return finish_destroying(tools, &files, err);
    }
    if (!read_files(&files, err) || (files.epoch_old == 0 && !begin(&files, err)) ||
        !write_public(&files, err) || !reach(tools, &client, err)) {
        return error_prepend(err, "rotate");
    }
    const bool ok = rotate_with(tools, client, &files, anyway, err);
    tool_client_close(&client);
    return ok;
}
