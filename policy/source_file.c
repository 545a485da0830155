/* The files of a set: those of the disk, or those that somebody sent and no others. */
#include "policy/source_set.h"

#include <string.h>
#include <sys/stat.h>

/* The rest of a given file's name when it stands directly in that folder; NULL otherwise. */
static const char *name_in(const struct policy_file *file, const char *folder)
{
    const size_t bytes = strlen(folder);
    const bool below = strncmp(file->name, folder, bytes) == 0 && file->name[bytes] == '/';

    return below && strchr(file->name + bytes + 1, '/') == NULL ? file->name + bytes + 1 : NULL;
}

bool source_set_list_files(const struct source_set *set,
                           const char *path,
                           struct file_names *names,
                           struct error *err)
{
    if (set->given == NULL) {
        return file_list(path, ".yaml", set->arena, names, err);
    }
    char **items = arena_array(set->arena, set->given_count, sizeof(*items));
    if (items == NULL) {
        return error_set(err, ERROR_OS, "out of memory");
    }
    names->items = items;
    names->count = 0;
    for (size_t i = 0; i < set->given_count; i++) {
        const char *name = name_in(&set->given[i], path);
        if (name != NULL) {
            items[names->count++] = arena_text(set->arena, name);
        }
    }
    return true;
}

bool source_set_read_file(const struct source_set *set,
                          const char *path,
                          struct bytes *content,
                          struct error *err)
{
    if (set->given == NULL) {
        return file_read(path, YAML_TREE_BYTES_MAX, set->arena, content, err);
    }
    for (size_t i = 0; i < set->given_count; i++) {
        if (strcmp(set->given[i].name, path) == 0) {
            *content = set->given[i].text;
            return true;
        }
    }
    return error_set(err, ERROR_NO_INPUT, "%s was not sent", path);
}

bool source_set_is_folder(const struct source_set *set, const char *path)
{
    struct stat status;

    for (size_t i = 0; i < set->given_count; i++) {
        if (name_in(&set->given[i], path) != NULL) {
            return true;
        }
    }
    return set->given == NULL && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void
add_file(const struct source_set *set, const struct yaml_file *file, struct source_report *report)
{
    const char *slash = strrchr(set->broker.name, '/');
    const size_t folder_bytes = slash == NULL ? 0 : (size_t)(slash - set->broker.name) + 1;

    if (file->name == NULL || report->file_count == LIMIT_PROPOSAL_FILES) {
        return;
    }
    const bool beside = strncmp(file->name, set->broker.name, folder_bytes) == 0;
    report->files[report->file_count++] = (struct policy_file){
        .name = beside ? file->name + folder_bytes : file->name, .text = file->content};
}

void source_set_tell_files(const struct source_set *set, struct source_report *report)
{
    if (set->broker.name == NULL) {
        return;
    }
    add_file(set, &set->broker, report);
    add_file(set, &set->calendar_file, report);
    for (size_t i = 0; i < set->directory_file_count; i++) {
        add_file(set, &set->directory_files[i], report);
    }
    for (size_t i = 0; i < set->policy_file_count; i++) {
        add_file(set, &set->policy_files[i], report);
    }
}
