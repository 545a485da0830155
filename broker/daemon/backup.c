/* backup and restore; see backup.h. */
#include "broker/daemon/backup.h"

#include "base/file.h"
#include "base/keys.h"
#include "base/kv.h"
#include "base/phrase.h"
#include "base/utc.h"
#include "broker/daemon/backup_copy.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char mark[] = "referral-broker backup 1\n";
static const size_t page_arena_bytes = (size_t)512 << 20;

static bool path_in(const char *folder, const char *name, char out[PATH_MAX], struct error *err)
{
    return snprintf(out, PATH_MAX, "%s/%s", folder, name) < PATH_MAX ||
           error_set(err, ERROR_CONFIG, "%s: the path is too long", folder);
}

/* ---- the folder ---------------------------------------------------------------------------------- */

static bool is_marked(const char *folder, struct arena *arena)
{
    char path[PATH_MAX];
    struct bytes text;
    struct error ignored;

    return path_in(folder, "backup", path, &ignored) &&
           file_read(path, 4096, arena, &text, &ignored) && text.size >= strlen(mark) &&
           memcmp(text.data, mark, strlen(mark)) == 0;
}

/* The folder is new, empty, or a backup already; marked before anything is put into it. */
static bool claim(const char *folder, struct arena *arena, struct error *err)
{
    char path[PATH_MAX];
    struct file_names names;

    if (!file_make_folder(folder, 0700, err) || is_marked(folder, arena)) {
        return access(folder, F_OK) == 0;
    }
    if (!file_list(folder, "", arena, &names, err)) {
        return false;
    }
    if (names.count > 0) {
        return error_set(err, ERROR_CREATE, "%s: is not empty, and no backup", folder);
    }
    return path_in(folder, "backup", path, err) && file_write(path, bytes_of_text(mark), 0600, err);
}

/* What the last whole run brought, for people; nothing reads it. */
static bool
note_run(const char *folder, const struct backup_copy *copy, struct arena *arena, struct error *err)
{
    char path[PATH_MAX];
    char now[UTC_TEXT_MAX];

    const char *text = arena_format(arena,
                                    "%sfinished=%s batches=%" PRIu64 "\n",
                                    mark,
                                    utc_format(clock_wall_us(copy->clock), UTC_SECONDS, now),
                                    journal_end(copy->to).number);
    return text != NULL && path_in(folder, "backup", path, err) &&
           file_write(path, bytes_of_text(text), 0600, err);
}

/* ---- backup -------------------------------------------------------------------------------------- */

static bool copy_into(struct backup_copy *copy,
                      const struct store_tools *tools,
                      const char *folder,
                      struct error *err)
{
    char from[PATH_MAX];
    char to[PATH_MAX];

    if (!path_in(tools->settings.store, "journal", from, err) ||
        !path_in(folder, "journal", to, err) || !backup_source_open(&copy->from, from, err)) {
        return false;
    }
    if (!claim(folder, copy->arena, err) || !journal_open(&copy->to, to, err)) {
        return error_prepend(err, "backup %s", folder);
    }
    if (!backup_copy_run(copy, err) || !note_run(folder, copy, copy->arena, err)) {
        return error_prepend(err, "backup %s", folder);
    }
    (void)fprintf(tools->out,
                  "batches=%" PRIu64 " new=%" PRIu64 " bytes=%" PRIu64 " keys=%" PRIu64
                  " broker=%s\n",
                  journal_end(copy->to).number,
                  copy->batches,
                  copy->bytes,
                  copy->keys,
                  backup_source_is_live(copy->from) ? "running" : "stopped");
    return true;
}

bool backup_run(const struct store_tools *tools, const char *folder, struct error *err)
{
    struct backup_copy copy = {
        .clock = tools->clock, .log = tools->log, .arena = arena_create(page_arena_bytes)};

    const bool ok = copy.arena == NULL ? error_set(err, ERROR_OS, "no memory")
                                       : copy_into(&copy, tools, folder, err);
    backup_source_close(&copy.from);
    journal_close(&copy.to);
    arena_destroy(&copy.arena);
    return ok;
}

/* ---- restore ------------------------------------------------------------------------------------- */

static bool is_empty_store(const struct store_tools *tools, struct error *err)
{
    static const char *const names[] = {"journal", "state"};
    char path[PATH_MAX];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!path_in(tools->settings.store, names[i], path, err)) {
            return false;
        }
        if (access(path, F_OK) == 0) {
            return error_set(
                err, ERROR_CREATE, "%s: is there; a store is restored only where none is", path);
        }
    }
    return file_make_folder(tools->settings.store, 0700, err);
}

/* The journal's last word: what came behind this is lost. */
static bool end_with_restoration(struct backup_copy *copy, uint32_t *life, struct error *err)
{
    const struct journal_end end = journal_end(copy->to);
    const int64_t wall_us = clock_wall_us(copy->clock);

    arena_reset(copy->arena);
    do {
        keys_random(life, sizeof(*life));
    } while (*life == 0);
    struct fact fact = {.kind = FACT_JOURNAL_RESTORED,
                        .at_us = copy->last_us,
                        .number = *life,
                        .code = (uint32_t)utc_to_civil(wall_us).year,
                        .count = BACKUP_NUMBERS_PASSED};
    struct entry entry = {.cause = ENTRY_CONFIGURATION, .facts = &fact, .fact_count = 1};
    struct batch batch = {.number = end.number + 1,
                          .time_us = copy->last_us, /* when it happens is the broker's to say */
                          .entries = &entry,
                          .entry_count = 1};
    struct bytes coded;
    memcpy(batch.previous, end.hash, sizeof(batch.previous));
    const struct journal_page page = {.batches = &coded, .batch_count = 1};
    return (fact_encode_batch(&batch, copy->arena, &coded) ||
            error_set(err, ERROR_OS, "no memory")) &&
           journal_add(copy->to, &page, err);
}

static void tell_restored(const struct store_tools *tools,
                          const struct backup_copy *copy,
                          uint64_t position,
                          uint32_t life)
{
    static const struct phrase text = {
        "Что брокер решил после этого времени, в копии нет.\n"
        "Агенты сами заново пришлют обращения, которые сдали за последние 30 дней. Принятия,\n"
        "отказы, итоги и стирания (refctl erase) после этого времени нужно дать снова: кураторы\n"
        "увидят предложения и случаи такими, какими они были.\n"
        "Номера случаев этого года продолжатся через 1000.\n",
        "What the broker decided after that time is not in the backup.\n"
        "Agents send again by themselves the referrals that they gave within the last 30 days.\n"
        "Acceptances, refusals, outcomes and erasures (refctl erase) after that time must be "
        "given\n"
        "again: curators see offers and cases as they were then.\n"
        "Numbers of this year's cases go on 1000 further.\n"};
    _Static_assert(BACKUP_KEPT_DAYS == 30 && BACKUP_NUMBERS_PASSED == 1000, "as the text says");
    char at[UTC_TEXT_MAX];

    (void)fprintf(tools->out,
                  "batches=%" PRIu64 " last=%s keys=%" PRIu64 " life=%" PRIu32 "\n",
                  position,
                  utc_format(copy->last_us, UTC_SECONDS, at),
                  copy->keys,
                  life);
    (void)fputs(phrase_in(text, phrase_language_of_environment()), tools->out);
}

/* Under another name until it is whole: what a killed restore left is begun anew. */
static bool restore_from(struct backup_copy *copy,
                         const struct store_tools *tools,
                         const char *folder,
                         struct error *err)
{
    char from[PATH_MAX];
    char aside[PATH_MAX];
    char journal[PATH_MAX];
    uint32_t life = 0;

    if (!path_in(folder, "journal", from, err) ||
        !path_in(tools->settings.store, "journal.restoring", aside, err) ||
        !path_in(tools->settings.store, "journal", journal, err) ||
        !backup_source_open(&copy->from, from, err)) {
        return false;
    }
    kv_remove(aside);
    if (!journal_open(&copy->to, aside, err) || !backup_copy_run(copy, err)) {
        return false;
    }
    const uint64_t position = journal_end(copy->to).number;
    if (position == 0) {
        return error_set(err, ERROR_DATA, "there is nothing in it");
    }
    if (!end_with_restoration(copy, &life, err)) {
        return false;
    }
    journal_close(&copy->to);
    if (!file_move(aside, journal, err)) {
        return false;
    }
    tell_restored(tools, copy, position, life);
    return true;
}

bool backup_restore(const struct store_tools *tools, const char *folder, struct error *err)
{
    struct backup_copy copy = {
        .clock = tools->clock, .log = tools->log, .arena = arena_create(page_arena_bytes)};

    if (copy.arena == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    bool ok = (is_marked(folder, copy.arena) ||
               error_set(err, ERROR_NO_INPUT, "%s: is no backup", folder)) &&
              is_empty_store(tools, err) &&
              (restore_from(&copy, tools, folder, err) || error_prepend(err, "restore %s", folder));
    backup_source_close(&copy.from);
    journal_close(&copy.to);
    arena_destroy(&copy.arena);
    return ok && store_tools_rebuild(tools, err);
}
