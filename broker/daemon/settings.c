/* The daemon's own part of broker.yaml; see settings.h. */
#include "broker/daemon/settings.h"

#include "base/file.h"
#include "base/yaml_phrase.h"
#include "base/yaml_take.h"

#include <string.h>
#include <sys/stat.h>

static const char *file_of(const char *path, struct arena *arena)
{
    struct stat status;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        return arena_format(arena, "%s/broker.yaml", path);
    }
    return arena_text(arena, path);
}

static bool out_of_memory(struct error_list *errors)
{
    return error_list_add(errors, ERROR_OS, NULL, "не хватило памяти / no memory left");
}

/* A path that stands under a key, beside the file. NULL: absent (reported) or no memory. */
static const char *
take_path(struct yaml_take *take, const char *file, const char *key, struct arena *arena)
{
    const char *text = yaml_take_text(take, key, YAML_REQUIRED);
    return text == NULL ? NULL : file_beside(arena, file, text);
}

/* What a proposal reads stays within reach; whether it is good is found out then. */
static void take_read(struct yaml_take *take, struct settings *made, struct arena *arena)
{
    static const char *const keys[SETTINGS_READ_MAX] = {"calendar", "directory", "policy"};
    for (size_t i = 0; i < SETTINGS_READ_MAX; i++) {
        const struct yaml_node *node = yaml_take_node(take, keys[i], YAML_OPTIONAL);
        made->read[i] = node == NULL || node->kind != YAML_SCALAR
                            ? NULL
                            : file_beside(arena, made->path, node->text);
    }
}

/* "sandbox: no", for a kernel that is odd. */
static bool take_sandbox(struct yaml_take *take)
{
    bool on = true;
    (void)yaml_take_flag(take, "sandbox", YAML_OPTIONAL, &on);
    return on;
}

bool settings_load(struct settings *out,
                   const char *path,
                   struct arena *arena,
                   struct error_list *errors)
{
    static const char *const others[] = {"region", "number-prefix", "title"};
    struct settings made = {.path = file_of(path, arena)};
    struct bytes content;
    struct yaml_file file;
    struct error err;

    if (made.path == NULL) {
        return out_of_memory(errors);
    }
    if (!file_read(made.path, YAML_TREE_BYTES_MAX, arena, &content, &err)) {
        return error_list_add(errors, err.code, NULL, "не читается / unreadable: %s", err.text);
    }
    if (!yaml_tree_parse(made.path, content, arena, &file, errors)) {
        yaml_phrase_errors(errors, 0, arena);
        return false;
    }
    struct yaml_take top = yaml_take_begin(&file, file.root, "broker", errors);
    made.listen = yaml_take_text(&top, "listen", YAML_REQUIRED);
    made.store = take_path(&top, made.path, "store", arena);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        (void)yaml_take_node(&top, others[i], YAML_OPTIONAL);
    }
    take_read(&top, &made, arena);
    made.sandbox = take_sandbox(&top);
    const struct yaml_node *node = yaml_take_node(&top, "keys", YAML_REQUIRED);
    bool good = yaml_take_end(&top);
    if (node != NULL) {
        struct yaml_take keys = yaml_take_begin(&file, node, "keys", errors);
        made.curve_key = take_path(&keys, made.path, "curve", arena);
        made.disclosure_key = take_path(&keys, made.path, "disclosure", arena);
        good = yaml_take_end(&keys) && good;
    }
    if (!good || errors->count > 0) {
        return false;
    }
    if (made.store == NULL || made.curve_key == NULL || made.disclosure_key == NULL) {
        return out_of_memory(errors);
    }
    *out = made;
    return true;
}
