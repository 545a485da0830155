/* Rows met; see the header. Open addressing, never more than three quarters full. */
#include "agents/ctl/import_seen.h"

#include <stdlib.h>

enum { PLACES_FIRST = 4096 };

struct place {
    uint64_t hash;
    uint32_t line; /* 0: free */
    uint32_t times;
};

struct import_seen {
    struct place *places;
    size_t place_count; /* a power of two */
    size_t used;
};

static bool grow(struct import_seen *seen);
static struct place *find(struct place *places, size_t place_count, uint64_t hash);

struct import_seen *import_seen_create(void)
{
    struct import_seen *seen = calloc(1, sizeof(*seen));

    if (seen != NULL) {
        seen->place_count = PLACES_FIRST;
        seen->places = calloc(PLACES_FIRST, sizeof(*seen->places));
        if (seen->places == NULL) {
            import_seen_destroy(&seen);
        }
    }
    return seen;
}

void import_seen_destroy(struct import_seen **seen)
{
    if (*seen != NULL) {
        free((*seen)->places);
        free(*seen);
        *seen = NULL;
    }
}

bool import_seen_add(struct import_seen *seen,
                     uint64_t hash,
                     uint32_t line,
                     struct import_seen_row *before)
{
    struct place *place = find(seen->places, seen->place_count, hash);

    if (place->line == 0) {
        if (seen->used == IMPORT_SEEN_ROWS_MAX || !grow(seen)) {
            return false;
        }
        place = find(seen->places, seen->place_count, hash);
        *place = (struct place){.hash = hash, .line = line};
        seen->used++;
    }
    *before = (struct import_seen_row){.times = place->times, .line = place->line};
    place->times++;
    return true;
}

static bool grow(struct import_seen *seen)
{
    if ((seen->used + 1) * 4 <= seen->place_count * 3) {
        return true;
    }
    struct place *places = calloc(seen->place_count * 2, sizeof(*places));
    if (places == NULL) {
        return false;
    }
    for (size_t i = 0; i < seen->place_count; i++) {
        if (seen->places[i].line != 0) {
            *find(places, seen->place_count * 2, seen->places[i].hash) = seen->places[i];
        }
    }
    free(seen->places);
    seen->places = places;
    seen->place_count *= 2;
    return true;
}

/* Its place, or the free one where it belongs. */
static struct place *find(struct place *places, size_t place_count, uint64_t hash)
{
    size_t at = (size_t)hash & (place_count - 1);

    while (places[at].line != 0 && places[at].hash != hash) {
        at = (at + 1) & (place_count - 1);
    }
    return &places[at];
}
