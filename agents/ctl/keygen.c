/* refctl keygen: the keys of a site, of the broker, of a region. Never replaces a file. */
#include "agents/ctl/key_entry.h"
#include "agents/ctl/verb.h"
#include "base/file.h"
#include "base/keys.h"
#include "base/yaml_tree.h"
#include "proto/checks.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

enum { KEYS_MADE_MAX = 3, FOLDER_MODE = 0700, DIRECTORY_MODE = 0644 };

/* One pair, or one secret without a public half. */
struct pair {
    const char *stem; /* "school-7.seal" */
    enum keys_kind secret_kind;
    bool has_public;
    enum keys_kind public_kind;
    const char *comment;
    uint32_t epoch;
    struct key32 secret;
    struct key32 open;
};

struct making {
    struct run *run;
    const char *folder;
    struct pair pairs[KEYS_MADE_MAX];
    size_t count;
};

static bool plan(struct run *run, struct making *making, struct error *err);
static bool plan_site(struct making *making, struct error *err);
static void plan_region(struct making *making, bool broker, uint32_t epoch);
static bool check_absent(const struct making *making, struct error *err);
static const char *
path_of(const struct making *making, const struct pair *pair, const char *ending);
static bool write_pairs(const struct making *making, struct error *err);
static bool tell_site(const struct making *making, struct error *err);
static bool
add_to_directory(const struct making *making, const struct key_entry *entry, struct error *err);
static bool plan_signing(struct making *making, struct error *err);
static void tell_signing(const struct making *making);

bool verb_keygen(struct run *run, struct error *err)
{
    struct making making = {.run = run, .folder = run_option(run, OPTION_OUT)};
    bool ok = false;

    if (!plan(run, &making, err) || !keys_start(err)) {
        return false;
    }
    if (!file_make_folder(making.folder, FOLDER_MODE, err) || !check_absent(&making, err)) {
        return false;
    }
    for (size_t i = 0; i < making.count; i++) {
        struct pair *pair = &making.pairs[i];
        keys_generate(pair->secret_kind, pair->epoch, &pair->secret);
        if (pair->has_public) {
            if (pair->secret_kind == KEYS_SIGNING_SECRET) {
                keys_signing_public_of(&pair->secret, &pair->open);
            } else {
                keys_public_of(&pair->secret, &pair->open);
            }
            pair->open.epoch = pair->epoch;
        }
    }
    ok = write_pairs(&making, err) && (!run_has(run, OPTION_SITE) || tell_site(&making, err));
    if (ok && run_has(run, OPTION_SIGNING)) {
        tell_signing(&making);
    }
    for (size_t i = 0; i < making.count; i++) {
        keys_wipe(&making.pairs[i].secret, sizeof(making.pairs[i].secret));
    }
    return ok;
}

static bool plan(struct run *run, struct making *making, struct error *err)
{
    bool site = run_has(run, OPTION_SITE);
    bool broker = run_has(run, OPTION_BROKER);
    const char *epoch = run_option(run, OPTION_EPOCH);
    int64_t number = 1;

    bool signing = run_has(run, OPTION_SIGNING);

    if (site + broker + signing + run_has(run, OPTION_REGION) != 1 || making->folder == NULL) {
        return error_set(
            err,
            ERROR_USAGE,
            SCREEN_IN(run->screen,
                      "нужно что-то одно: --site ПЛОЩАДКА, --broker, --region или --signing "
                      "ВЕДОМСТВО; и --out КАТАЛОГ",
                      "give one of --site SITE, --broker, --region and --signing AGENCY; and --out "
                      "DIR"));
    }
    if ((epoch != NULL && (site || signing)) || (run_has(run, OPTION_DIRECTORY) && !site)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "--directory только с --site, --epoch только без него",
                                   "--directory goes with --site, --epoch without it"));
    }
    if (epoch != NULL && !options_number(epoch, 1, UINT32_MAX, &number)) {
        return error_set(
            err,
            ERROR_USAGE,
            SCREEN_IN(run->screen, "--epoch: нужно число от 1", "--epoch: give a number from 1"));
    }
    if (site) {
        return plan_site(making, err);
    }
    if (signing) {
        return plan_signing(making, err);
    }
    plan_region(making, broker, (uint32_t)number);
    return true;
}

static bool plan_signing(struct making *making, struct error *err)
{
    struct run *run = making->run;
    const char *agency = run_option(run, OPTION_SIGNING);

    if (!checks_is_code(agency)) {
        return error_set(
            err,
            ERROR_USAGE,
            SCREEN_IN(run->screen, "«%.60s» не код ведомства", "“%.60s” is no agency's id"),
            agency);
    }
    making->count = 1;
    making->pairs[0] = (struct pair){.stem = arena_format(run->arena, "%s.sign", agency),
                                     .secret_kind = KEYS_SIGNING_SECRET,
                                     .has_public = true,
                                     .public_kind = KEYS_SIGNING_PUBLIC,
                                     .comment = "by this the agency agrees to plans of others"};
    return making->pairs[0].stem != NULL || error_set(err, ERROR_OS, "no memory left");
}

/* The line for the policy. */
static void tell_signing(const struct making *making)
{
    struct run *run = making->run;
    char text[KEYS_TEXT_MAX];

    keys_to_text(making->pairs[0].open.bytes, text);
    screen_print(run->screen,
                 "signatures:\n  agencies:\n    %s: \"%s\"\n",
                 run_option(run, OPTION_SIGNING),
                 text);
}

static bool plan_site(struct making *making, struct error *err)
{
    struct run *run = making->run;
    const char *site = run_option(run, OPTION_SITE);

    if (!checks_is_code(site)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "«%.60s» не код площадки: строчные латинские буквы, цифры и "
                                   "чёрточки, не длиннее %d",
                                   "“%.60s” is no site's id: lower-case Latin letters, digits and "
                                   "dashes, at most %d"),
                         site,
                         LIMIT_CODE_BYTES);
    }
    making->count = 3;
    making->pairs[0] = (struct pair){.stem = site,
                                     .secret_kind = KEYS_CURVE_SECRET,
                                     .has_public = true,
                                     .public_kind = KEYS_CURVE_PUBLIC,
                                     .comment = "who the site is on the wire"};
    making->pairs[1] = (struct pair){.stem = arena_format(run->arena, "%s.seal", site),
                                     .secret_kind = KEYS_SEALING_SECRET,
                                     .has_public = true,
                                     .public_kind = KEYS_SEALING_PUBLIC,
                                     .comment = "what is disclosed to the site is sealed to this"};
    making->pairs[2] =
        (struct pair){.stem = arena_format(run->arena, "%s.store", site),
                      .secret_kind = KEYS_STORAGE,
                      .comment = "encrypts the site's own store; never leaves the site"};
    return (making->pairs[1].stem != NULL && making->pairs[2].stem != NULL) ||
           error_set(err, ERROR_OS, "no memory left");
}

static void plan_region(struct making *making, bool broker, uint32_t epoch)
{
    if (!broker) {
        making->count = 1;
        making->pairs[0] = (struct pair){
            .stem = "matching",
            .secret_kind = KEYS_MATCHING,
            .comment = "recognises a family; the same on every site, not on the broker",
            .epoch = epoch};
        return;
    }
    making->count = 2;
    making->pairs[0] = (struct pair){.stem = "broker",
                                     .secret_kind = KEYS_CURVE_SECRET,
                                     .has_public = true,
                                     .public_kind = KEYS_CURVE_PUBLIC,
                                     .comment = "who the broker is on the wire"};
    making->pairs[1] = (struct pair){.stem = "disclosure",
                                     .secret_kind = KEYS_DISCLOSURE_SECRET,
                                     .has_public = true,
                                     .public_kind = KEYS_DISCLOSURE_PUBLIC,
                                     .comment = "the families' data are sealed to this",
                                     .epoch = epoch};
}

/* Before anything is written, so that no half of a set stays behind. */
static bool check_absent(const struct making *making, struct error *err)
{
    static const char *const endings[] = {"key", "pub"};

    for (size_t i = 0; i < making->count * 2; i++) {
        const struct pair *pair = &making->pairs[i / 2];
        const char *path = path_of(making, pair, endings[i % 2]);
        if (path == NULL) {
            return error_set(err, ERROR_OS, "no memory left");
        }
        if (access(path, F_OK) == 0 && (i % 2 == 0 || pair->has_public)) {
            return error_set(err,
                             ERROR_CREATE,
                             SCREEN_IN(making->run->screen,
                                       "%s уже есть; ключи не заменяются",
                                       "%s exists; keys are never replaced"),
                             path);
        }
    }
    return true;
}

static const char *path_of(const struct making *making, const struct pair *pair, const char *ending)
{
    return arena_format(making->run->arena, "%s/%s.%s", making->folder, pair->stem, ending);
}

static bool write_pairs(const struct making *making, struct error *err)
{
    const struct screen *screen = making->run->screen;

    for (size_t i = 0; i < making->count; i++) {
        const struct pair *pair = &making->pairs[i];
        const char *secret = path_of(making, pair, "key");
        const char *open = path_of(making, pair, "pub");
        if (secret == NULL || open == NULL) {
            return error_set(err, ERROR_OS, "no memory left");
        }
        if (!keys_write(secret, pair->secret_kind, &pair->secret, pair->comment, err)) {
            return false;
        }
        if (pair->has_public &&
            !keys_write(open, pair->public_kind, &pair->open, pair->comment, err)) {
            return false;
        }
        screen_hint(screen,
                    pair->has_public
                        ? SCREEN_IN(screen, "создан %s (и .pub)\n", "made %s (and .pub)\n")
                        : SCREEN_IN(screen, "создан секрет %s\n", "made the secret %s\n"),
                    secret);
    }
    return true;
}

/* The entry for the directory: printed, and with --directory added to that file. */
static bool tell_site(const struct making *making, struct error *err)
{
    struct run *run = making->run;
    struct key_entry entry = {.site = run_option(run, OPTION_SITE)};

    keys_to_text(making->pairs[0].open.bytes, entry.curve);
    keys_to_text(making->pairs[1].open.bytes, entry.sealing);
    const char *text = key_entry_text(&entry, run->arena);
    if (text == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    screen_print(run->screen, "keys:\n  - %s\n", text);
    return !run_has(run, OPTION_DIRECTORY) || add_to_directory(making, &entry, err);
}

static bool
add_to_directory(const struct making *making, const struct key_entry *entry, struct error *err)
{
    struct run *run = making->run;
    struct key_entry_file file = {.name = run_option(run, OPTION_DIRECTORY)};
    struct bytes changed;

    if (access(file.name, F_OK) != 0 && errno == ENOENT) {
        file.content = bytes_of("", 0);
    } else if (!file_read(file.name, YAML_TREE_BYTES_MAX, run->arena, &file.content, err)) {
        return false;
    }
    if (!key_entry_add(entry, &file, run->arena, &changed, err) ||
        !file_write(file.name, changed, DIRECTORY_MODE, err)) {
        return error_prepend(err,
                             "%s",
                             SCREEN_IN(run->screen,
                                       "ключи созданы, но запись не дописана",
                                       "the keys are made, but the entry was not added"));
    }
    screen_hint(run->screen,
                SCREEN_IN(run->screen, "запись дописана в %s\n", "the entry was added to %s\n"),
                file.name);
    return true;
}
