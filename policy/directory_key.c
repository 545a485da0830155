/* Keys of sites, found by the key and by the site. */
#include "policy/directory_index.h"

#include <stdlib.h>
#include <string.h>

static bool
is_valid(const struct directory *directory, const struct directory_key_row *key, int64_t now_us);
static int compare_curves(const void *a, const void *b);
static int compare_sites(const void *a, const void *b);

bool directory_index_keys(struct directory *directory, struct error *err)
{
    uint32_t count = directory->counts[DIRECTORY_KEY];

    directory->keys_by_curve =
        arena_array(directory->arena, count, sizeof(*directory->keys_by_curve));
    directory->keys_by_site =
        arena_array(directory->arena, count, sizeof(*directory->keys_by_site));
    if (directory->keys_by_curve == NULL || directory->keys_by_site == NULL) {
        return error_set(err, ERROR_OS, "directory: out of memory");
    }
    for (uint32_t i = 1; i <= count; i++) {
        const struct directory_key_row *key = &directory->keys[i];
        if (key->site != 0 && !key->removed) {
            directory->keys_by_curve[directory->key_count] = key;
            directory->keys_by_site[directory->key_count++] = key;
        }
    }
    qsort(directory->keys_by_curve,
          directory->key_count,
          sizeof(*directory->keys_by_curve),
          compare_curves);
    qsort(directory->keys_by_site,
          directory->key_count,
          sizeof(*directory->keys_by_site),
          compare_sites);
    return true;
}

uint32_t directory_site_of_key(const struct directory *directory,
                               const uint8_t curve[KEYS_BYTES],
                               int64_t now_us)
{
    size_t low = 0;
    size_t high = directory->key_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(directory->keys_by_curve[middle]->curve, curve, KEYS_BYTES) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < directory->key_count; low++) {
        const struct directory_key_row *key = directory->keys_by_curve[low];
        if (memcmp(key->curve, curve, KEYS_BYTES) != 0) {
            break;
        }
        if (is_valid(directory, key, now_us)) {
            return key->site;
        }
    }
    return 0;
}

bool directory_pair(const struct directory *directory,
                    uint32_t site,
                    size_t index,
                    int64_t now_us,
                    struct directory_pair *out)
{
    size_t low = 0;
    size_t high = directory->key_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (directory->keys_by_site[middle]->site < site) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < directory->key_count && directory->keys_by_site[low]->site == site; low++) {
        const struct directory_key_row *key = directory->keys_by_site[low];
        if (is_valid(directory, key, now_us) && index-- == 0) {
            *out = (struct directory_pair){.curve = key->curve, .sealing = key->sealing};
            return true;
        }
    }
    return false;
}

const uint8_t *
directory_sealing_key(const struct directory *directory, uint32_t site, int64_t now_us)
{
    struct directory_pair pair;
    return directory_pair(directory, site, 0, now_us, &pair) ? pair.sealing : NULL;
}

static bool
is_valid(const struct directory *directory, const struct directory_key_row *key, int64_t now_us)
{
    return !key->revoked && (key->until_us == 0 || now_us < key->until_us) &&
           !directory->sites[key->site].removed;
}

static int compare_curves(const void *a, const void *b)
{
    const struct directory_key_row *one = *(const struct directory_key_row *const *)a;
    const struct directory_key_row *other = *(const struct directory_key_row *const *)b;

    return memcmp(one->curve, other->curve, KEYS_BYTES);
}

static int compare_sites(const void *a, const void *b)
{
    const struct directory_key_row *one = *(const struct directory_key_row *const *)a;
    const struct directory_key_row *other = *(const struct directory_key_row *const *)b;

    if (one->site != other->site) {
        return one->site < other->site ? -1 : 1;
    }
    return one->number > other->number ? -1 : one->number < other->number ? 1 : 0;
}
