/* Loading the region's files once, with keys that the simulator holds; see region_set.h. */
#include "tests/sim/region_set.h"

#include "base/file.h"
#include "base/utc.h"
#include "tests/support/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Monday, 2026-11-23, 09:00 in Novosibirsk. */
#define START_US INT64_C(1795399200000000)

enum { FILE_BYTES_MAX = 1 << 20 };
static const size_t arena_bytes = (size_t)1 << 30;

static void end(const char *what)
{
    (void)fprintf(stderr, "sim: %s\n", what);
    exit(1);
}

static void copy_set(struct sim_region *region, const char *from, const char *to)
{
    static const char *const folders[] = {"", "directory"};
    struct error err;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        const char *source = arena_format(region->arena, "%s/%s", from, folders[i]);
        const char *target = arena_format(region->arena, "%s/%s", to, folders[i]);
        struct file_names names;
        if (!file_make_folder(target, 0700, &err) ||
            !file_list(source, ".yaml", region->arena, &names, &err)) {
            continue; /* a change need not have both */
        }
        for (size_t j = 0; j < names.count; j++) {
            struct bytes content;
            const char *in = arena_format(region->arena, "%s/%s", source, names.items[j]);
            const char *out = arena_format(region->arena, "%s/%s", target, names.items[j]);
            if (!file_read(in, FILE_BYTES_MAX, region->arena, &content, &err) ||
                !file_write(out, content, 0600, &err)) {
                end(err.text);
            }
        }
    }
}

/* ---- keys ---------------------------------------------------------------------------------------- */

static const char *
write_key(struct sim_region *region, const char *name, enum keys_kind kind, const struct key32 *key)
{
    struct error err;
    const char *path = scratch_path(region->scratch, name);
    if (!keys_write(path, kind, key, NULL, &err)) {
        end(err.text);
    }
    return path;
}

static struct key32 make_key(const char *name, uint32_t epoch)
{
    struct key32 key = {.epoch = epoch};
    hash_of(bytes_of(NULL, 0), bytes_of_text(name), key.bytes, sizeof(key.bytes));
    return key;
}

static const char *make_pair(struct sim_region *region,
                             const char *name,
                             enum keys_kind secret_kind,
                             struct key32 *public_key)
{
    const uint32_t epoch = secret_kind == KEYS_DISCLOSURE_SECRET ? 1 : 0;
    const struct key32 secret = make_key(name, epoch);
    keys_public_of(&secret, public_key);
    public_key->epoch = epoch;
    return write_key(region, name, secret_kind, &secret);
}

static void make_region_keys(struct sim_region *region)
{
    struct key32 public_key;
    region->broker_key = make_pair(region, "broker.key", KEYS_CURVE_SECRET, &public_key);
    region->broker_public = write_key(region, "broker.pub", KEYS_CURVE_PUBLIC, &public_key);
    region->disclosure_key =
        make_pair(region, "disclosure.key", KEYS_DISCLOSURE_SECRET, &public_key);
    region->disclosure_public =
        write_key(region, "disclosure.pub", KEYS_DISCLOSURE_PUBLIC, &public_key);
    const struct key32 matching = make_key("matching", 1);
    region->matching_key = write_key(region, "matching.key", KEYS_MATCHING, &matching);
}

/* The rows of keys get ours in place of those whose secrets nobody holds. */
static void make_site_keys(struct sim_region *region, int index)
{
    struct key32 curve;
    struct key32 sealing;
    const char *id = region->sites[index].id;
    region->sites[index].curve =
        make_pair(region, arena_format(region->arena, "%s.key", id), KEYS_CURVE_SECRET, &curve);
    region->sites[index].sealing = make_pair(
        region, arena_format(region->arena, "%s.seal.key", id), KEYS_SEALING_SECRET, &sealing);
    const struct key32 storage = make_key(arena_format(region->arena, "%s.store.key", id), 0);
    region->sites[index].storage =
        write_key(region, arena_format(region->arena, "%s.store.key", id), KEYS_STORAGE, &storage);
    memcpy(region->sites[index].key, curve.bytes, KEYS_BYTES);
}

static struct directory_row *own_rows(struct sim_region *region, struct region_set *set)
{
    struct directory_row *rows = arena_copy(
        region->arena, set->input.rows, set->input.row_count * sizeof(struct directory_row));
    for (size_t i = 0; i < set->input.row_count; i++) {
        struct directory_row *row = &rows[i];
        const int site = row->kind == DIRECTORY_KEY ? region_set_site(region, row->site) : -1;
        if (site < 0) {
            continue;
        }
        char text[KEYS_TEXT_MAX];
        const struct key32 sealing =
            make_key(arena_format(region->arena, "%s.seal.key", row->site), 0);
        struct key32 public_key;
        keys_public_of(&sealing, &public_key);
        memcpy(row->curve, region->sites[site].key, KEYS_BYTES);
        memcpy(row->sealing, public_key.bytes, KEYS_BYTES);
        keys_to_text(row->curve, text);
        row->id = arena_format(region->arena, "%s/%s", row->site, text);
        row->revoked =
            set->refused_site != NULL && strcmp(set->refused_site, row->site) == 0 ? true : false;
    }
    return rows;
}

/* ---- sets ---------------------------------------------------------------------------------------- */

int region_set_site(const struct sim_region *region, const char *id)
{
    for (int i = 0; i < SIM_AGENTS; i++) {
        if (region->sites[i].id != NULL && strcmp(region->sites[i].id, id) == 0) {
            return i;
        }
    }
    return -1;
}

static void find_sites(struct sim_region *region, const struct region_input *input)
{
    int count = 0;
    for (size_t i = 0; i < input->row_count; i++) {
        if (input->rows[i].kind == DIRECTORY_SITE && count < SIM_AGENTS) {
            region->sites[count].id = input->rows[i].id;
            make_site_keys(region, count++);
        }
    }
    for (size_t i = 0; i < input->row_count; i++) {
        const struct directory_row *row = &input->rows[i];
        const int site = row->kind == DIRECTORY_WORKER ? region_set_site(region, row->site) : -1;
        if (site >= 0 && region->sites[site].worker_count < SIM_WORKERS_MAX) {
            region->sites[site].workers[region->sites[site].worker_count++] = row->id;
        }
    }
    if (count != SIM_AGENTS) {
        end("the region has not the sites that are simulated");
    }
}

/* change  a folder of tests/scenarios/changes, or NULL; refused  a site whose key is revoked, or NULL */
static void
add_set(struct sim_region *region, const char *root, const char *change, const char *refused)
{
    struct region_set *set = &region->sets[region->set_count++];
    const char *folder =
        scratch_path(region->scratch, arena_format(region->arena, "set-%zu", region->set_count));
    copy_set(region, arena_format(region->arena, "%s/tests/scenarios/region", root), folder);
    if (change != NULL) {
        copy_set(region,
                 arena_format(region->arena, "%s/tests/scenarios/changes/%s", root, change),
                 folder);
    }
    set->name = change != NULL ? change : refused != NULL ? refused : "region";
    set->refused_site = refused;
    set->input = *world_region(folder, region->arena, region->start_us);
    if (region->set_count == 1) {
        find_sites(region, &set->input);
    }
    set->input.rows = own_rows(region, set);
}

/* Texts that no check would let pass: a damaged proposal. */
static void add_damaged(struct sim_region *region)
{
    struct region_set *set = &region->sets[region->set_count++];
    *set = region->sets[0];
    set->name = "damaged";
    set->damaged = true;
    struct region_text *texts = arena_copy(
        region->arena, set->input.texts, set->input.text_count * sizeof(struct region_text));
    for (size_t i = 0; i < set->input.text_count; i++) {
        if (strcmp(texts[i].name, "policy.yaml") == 0) {
            texts[i].text = bytes_of_text("policy: [\n");
        }
    }
    set->input.texts = texts;
}

struct sim_region *sim_load(const char *root)
{
    struct error err;
    struct sim_region *region = calloc(1, sizeof(*region));
    struct arena *arena = arena_create(arena_bytes);
    if (region == NULL || arena == NULL || !keys_start(&err)) {
        end("no memory");
    }
    region->arena = arena;
    region->scratch = scratch_create();
    region->start_us = START_US;
    make_region_keys(region);
    add_set(region, root, NULL, NULL);
    add_set(region, root, "without-curator-tatarsky-1", NULL);
    add_set(region, root, NULL, "social-tatarsky-2");
    add_set(region, root, NULL, "school-7-tatarsk");
    add_set(region, root, "family-service-for-all", NULL);
    add_set(region, root, "without-vengerovsky", NULL);
    add_set(region, root, "other-prefix", NULL);
    add_set(region, root, "nobody-at-triage-in-tatarsky", NULL);
    add_damaged(region);
    return region;
}

void sim_unload(struct sim_region **region)
{
    scratch_destroy(&(*region)->scratch);
    arena_destroy(&(*region)->arena);
    free(*region);
    *region = NULL;
}
