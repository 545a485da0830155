/* Names looked up in the directory. */
#include "policy/reference.h"

#include <assert.h>

static const struct reference_kind unknown[DIRECTORY_END] = {
    [DIRECTORY_TERRITORY] = {DIAGNOSTIC_TERRITORY_UNKNOWN,
                             {"нет такой территории", "there is no territory"}},
    [DIRECTORY_AGENCY] = {DIAGNOSTIC_AGENCY_UNKNOWN,
                          {"нет такого ведомства", "there is no agency"}},
    [DIRECTORY_SITE] = {DIAGNOSTIC_SITE_UNKNOWN, {"нет такой площадки", "there is no site"}},
};

uint32_t reference_resolve(const struct directory *directory,
                           enum directory_kind kind,
                           const char *id,
                           const struct text_pos *at,
                           struct finding_list *findings)
{
    uint32_t number = directory_find(directory, kind, id);

    assert(unknown[kind].none.ru != NULL);
    if (number == 0) {
        /* A search for a nearest name reads the whole directory: not for every line of a bad file. */
        const char *nearest =
            findings->count < FINDING_MAX ? directory_nearest(directory, kind, id) : NULL;
        reference_unknown(unknown[kind], id, nearest, at, findings);
    }
    return number;
}

bool reference_unknown(struct reference_kind kind,
                       const char *id,
                       const char *nearest,
                       const struct text_pos *at,
                       struct finding_list *findings)
{
    struct arena *arena = findings->arena;
    struct phrase text;

    if (nearest == NULL) {
        text.ru = arena_format(arena, "%s «%.80s»", kind.none.ru, id);
        text.en = arena_format(arena, "%s \"%.80s\"", kind.none.en, id);
    } else {
        text.ru = arena_format(arena, "%s «%.80s»; похоже на «%s»", kind.none.ru, id, nearest);
        text.en =
            arena_format(arena, "%s \"%.80s\"; did you mean \"%s\"?", kind.none.en, id, nearest);
    }
    return finding_error_phrase(findings, kind.code, at, text);
}
