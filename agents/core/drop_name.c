/* Names in the drop folder: see drop_name.h. */
#include "agents/core/drop_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { UUID_BYTES = ID128_TEXT_MAX - 1, HARMLESS_BYTES_MAX = 180 };

static const char *const ENDINGS[] = {".yaml", ".yml", ".json"};

/* Length of the ending that makes a name a form's; 0: none. */
static size_t ending_bytes(const char *name, size_t bytes)
{
    for (size_t i = 0; i < sizeof ENDINGS / sizeof ENDINGS[0]; i++) {
        size_t ending = strlen(ENDINGS[i]);
        size_t same = 0;
        while (same < ending && bytes > ending &&
               tolower((unsigned char)name[bytes - ending + same]) == ENDINGS[i][same]) {
            same++;
        }
        if (same == ending) {
            return ending;
        }
    }
    return 0;
}

bool drop_name_is_form(const char *name)
{
    return name[0] != '.' && strchr(name, '/') == NULL && ending_bytes(name, strlen(name)) > 0;
}

/* Bytes of the well-formed UTF-8 character there, 0 when it is none or not to be shown. */
static size_t character_bytes(const char *text, size_t rest)
{
    unsigned char first = (unsigned char)text[0];
    size_t bytes = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    bool control = first < 0x20 || first == 0x7F || first == '/' ||
                   (first == 0xC2 && rest > 1 && (unsigned char)text[1] < 0xA0);
    if (bytes == 0 || bytes > rest || control || !bytes_is_text(bytes_of(text, bytes))) {
        return 0;
    }
    return bytes;
}

const char *drop_name_harmless(const char *name, char out[DROP_NAME_MAX])
{
    size_t bytes = strlen(name);
    size_t ending = ending_bytes(name, bytes);
    size_t used = 0;
    for (size_t at = 0; at < bytes - ending;) {
        size_t step = character_bytes(name + at, bytes - ending - at);
        if (used + (step == 0 ? 1 : step) > HARMLESS_BYTES_MAX) {
            break;
        }
        if (step == 0) {
            out[used++] = '_';
            at++;
            continue;
        }
        memcpy(out + used, name + at, step);
        used += step;
        at += step;
    }
    memcpy(out + used, name + bytes - ending, ending);
    out[used + ending] = '\0';
    return out;
}

const char *drop_name_of_taken(const struct id128 *id, const char *name, char out[DROP_NAME_MAX])
{
    char uuid[ID128_TEXT_MAX];
    char harmless[DROP_NAME_MAX];
    (void)id128_format(id, uuid);
    (void)snprintf(out, DROP_NAME_MAX, "%s-%.200s", uuid, drop_name_harmless(name, harmless));
    return out;
}

bool drop_name_parse_taken(const char *taken, struct id128 *id, const char **name)
{
    char uuid[ID128_TEXT_MAX];
    if (strlen(taken) <= ID128_TEXT_MAX || taken[UUID_BYTES] != '-') {
        return false;
    }
    memcpy(uuid, taken, UUID_BYTES);
    uuid[UUID_BYTES] = '\0';
    if (!id128_parse(uuid, id) || id128_is_none(id)) {
        return false;
    }
    *name = taken + UUID_BYTES + 1;
    return true;
}
