/* Names looked up in the directory. */
#include "policy/reference.h"

#include <assert.h>

static const struct phrase unknown[DIRECTORY_END] = {
    [DIRECTORY_TERRITORY] = {"нет такой территории", "there is no territory"},
    [DIRECTORY_AGENCY] = {"нет такого ведомства", "there is no agency"},
    [DIRECTORY_SITE] = {"нет такой площадки", "there is no site"},
    [DIRECTORY_WORKER] = {"нет такого работника", "there is no worker"},
    [DIRECTORY_SERVICE] = {"нет такой услуги", "there is no service"},
};

uint32_t reference_resolve(const struct directory *directory,
                           enum directory_kind kind,
                           const char *id,
                           const struct text_pos *at,
                           struct finding_list *findings)
{
    uint32_t number = directory_find(directory, kind, id);

    assert(unknown[kind].ru != NULL);
    if (number == 0) {
        /* A search for a nearest name reads the whole directory: not for every line of a bad file. */
        const char *nearest =
            findings->count < FINDING_MAX ? directory_nearest(directory, kind, id) : NULL;
        reference_unknown(unknown[kind], id, nearest, at, findings);
    }
    return number;
}

bool reference_unknown(struct phrase what,
                       const char *id,
                       const char *nearest,
                       const struct text_pos *at,
                       struct finding_list *findings)
{
    struct arena *arena = findings->arena;
    struct phrase text;

    if (nearest == NULL) {
        text.ru = arena_format(arena, "%s «%.80s»", what.ru, id);
        text.en = arena_format(arena, "%s \"%.80s\"", what.en, id);
    } else {
        text.ru = arena_format(arena, "%s «%.80s»; похоже на «%s»", what.ru, id, nearest);
        text.en = arena_format(arena, "%s \"%.80s\"; did you mean \"%s\"?", what.en, id, nearest);
    }
    return finding_error_phrase(findings, at, text);
}
