/* A site's public keys as an entry under `keys:` of a directory file, added without touching the rest. */
#ifndef CTL_KEY_ENTRY_H
#define CTL_KEY_ENTRY_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/keys.h"

#include <stdbool.h>

/* A file of the directory. */
struct key_entry_file {
    const char *name; /* for messages */
    struct bytes content;
};

struct key_entry {
    const char *site;
    char curve[KEYS_TEXT_MAX];
    char sealing[KEYS_TEXT_MAX];
};

/* "{site: x, curve: "…", sealing: "…"}". NULL: the arena is full. */
const char *key_entry_text(const struct key_entry *entry, struct arena *arena);
/* The file's text with the entry at the head of its `keys:` list, or under a new `keys:` when there is none. Comments
 * and layout stay.
 * Errors CONFIG: the text is no valid YAML, `keys` is written in brackets on one line or is no list, the
 *        site has two entries (two generations) already */
bool key_entry_add(const struct key_entry *entry,
                   const struct key_entry_file *file,
                   struct arena *arena,
                   struct bytes *out,
                   struct error *err) __attribute__((warn_unused_result));

#endif
