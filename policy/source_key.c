/* Keys of sites, and who could still change anything. */
#include "policy/source_set.h"

#include <stdlib.h>
#include <string.h>

enum { GENERATIONS_MAX = 2, NAMED_MAX = 3, NAMES_BYTES = 200 };

static void check_pairs(struct source_set *set, size_t row);
static void check_generations(struct source_set *set);
static void check_sites(struct source_set *set);
static void check_administrators(struct source_set *set);
static bool is_valid(const struct source_set *set, const struct directory_row *key);

void source_set_check_keys(struct source_set *set)
{
    for (size_t row = 0; row < set->row_count; row++) {
        if (set->rows[row].kind == DIRECTORY_KEY) {
            check_pairs(set, row);
        }
    }
    check_generations(set);
    check_sites(set);
    check_administrators(set);
}

static void check_pairs(struct source_set *set, size_t row)
{
    const struct directory_row *this = &set->rows[row];
    struct text_pos at = source_set_at(set, row, "curve");

    if (memcmp(this->curve, this->sealing, KEYS_BYTES) == 0) {
        finding_error(&set->findings,
                      DIAGNOSTIC_KEYS_SAME,
                      &at,
                      "ключ связи и ключ запечатывания площадки «%s» совпадают",
                      "the curve key and the sealing key of site \"%s\" are the same",
                      this->site);
    }
    for (size_t i = 0; i < row; i++) {
        const struct directory_row *other = &set->rows[i];
        if (other->kind == DIRECTORY_KEY && strcmp(other->site, this->site) != 0 &&
            memcmp(other->curve, this->curve, KEYS_BYTES) == 0) {
            finding_error(&set->findings,
                          DIAGNOSTIC_KEY_FOREIGN,
                          &at,
                          "этот ключ уже принадлежит площадке «%s»",
                          "this key belongs to the site \"%s\" already",
                          other->site);
        }
    }
    if (!is_valid(set, this)) {
        finding_warning(&set->findings,
                        DIAGNOSTIC_KEY_OVER,
                        &at,
                        "ключ площадки «%s» больше не действует",
                        "this key of site \"%s\" is no longer valid",
                        this->site);
    }
}

static void check_generations(struct source_set *set)
{
    uint32_t *counts = arena_array(set->arena, set->counts[DIRECTORY_SITE] + 1, sizeof(*counts));

    for (size_t row = 0; row < set->row_count && counts != NULL; row++) {
        const struct directory_row *this = &set->rows[row];
        uint32_t site = this->kind != DIRECTORY_KEY
                            ? 0
                            : directory_find(set->directory, DIRECTORY_SITE, this->site);
        if (site != 0 && is_valid(set, this) && ++counts[site] == GENERATIONS_MAX + 1) {
            struct text_pos at = source_set_at(set, row, "site");
            finding_error(&set->findings,
                          DIAGNOSTIC_KEYS_MANY,
                          &at,
                          "у площадки «%s» больше двух действующих ключей",
                          "the site \"%s\" has more than two valid keys",
                          this->site);
        }
    }
}

/* One warning for all: a new region has no key at all yet. */
static void check_sites(struct source_set *set)
{
    char names[NAMES_BYTES] = "";
    size_t bytes = 0;
    size_t count = 0;
    struct text_pos at = {.line = 0};

    for (size_t row = 0; row < set->row_count; row++) {
        const struct directory_row *this = &set->rows[row];
        if (this->kind != DIRECTORY_SITE ||
            directory_sealing_key(set->directory, this->number, set->now_us) != NULL) {
            continue;
        }
        if (count < NAMED_MAX) {
            bytes += (size_t)snprintf(
                names + bytes, sizeof(names) - bytes, "%s%s", count == 0 ? "" : ", ", this->id);
        }
        if (count++ == 0) {
            at = source_set_at(set, row, "id");
        }
    }
    if (count > 0) {
        finding_warning(&set->findings,
                        DIAGNOSTIC_SITES_KEYLESS,
                        &at,
                        "площадок без действующих ключей: %zu; они не смогут подключиться: %s%s",
                        "sites without valid keys, which cannot connect: %zu; %s%s",
                        count,
                        names,
                        count > NAMED_MAX ? ", …" : "");
    }
}

/* A set without an administrator who can connect could never be changed again: the broker refuses it. */
static void check_administrators(struct source_set *set)
{
    size_t first = set->row_count;
    bool keyed = false;

    for (size_t row = 0; row < set->row_count; row++) {
        const struct directory_row *this = &set->rows[row];
        if (this->kind != DIRECTORY_WORKER ||
            (this->roles & (UINT32_C(1) << ROLE_ADMINISTRATOR)) == 0) {
            continue;
        }
        first = first < set->row_count ? first : row;
        const uint32_t site =
            this->site == NULL ? 0 : directory_find(set->directory, DIRECTORY_SITE, this->site);
        keyed = keyed || directory_sealing_key(set->directory, site, set->now_us) != NULL;
    }
    /* With errors a key may have been left out. */
    if (first < set->row_count && !keyed && set->findings.errors == 0) {
        struct text_pos at = source_set_at(set, first, "site");
        finding_warning(
            &set->findings,
            DIAGNOSTIC_ADMINISTRATORS_KEYLESS,
            &at,
            "ни один администратор не сможет подключиться, и брокер откажется от этого "
            "набора: нужны ключи хотя бы площадки «%s»",
            "no administrator could connect, and the broker refuses such a set: at least "
            "the site \"%s\" needs keys",
            set->rows[first].site);
    }
    if (first == set->row_count && set->directory_file_count > 0) {
        struct text_pos at = source_set_named_at(set, "directory");
        finding_error(&set->findings,
                      DIAGNOSTIC_ADMINISTRATOR_NONE,
                      &at,
                      "в справочнике нет администратора: дайте кому-нибудь роль administrator",
                      "the directory has no administrator: give the role to somebody");
    }
}

static bool is_valid(const struct source_set *set, const struct directory_row *key)
{
    return !key->revoked && (key->until_us == 0 || set->now_us < key->until_us);
}
