/* The configuration of one agent: see agent_config.h. */
#include "agents/daemon/agent_config.h"

#include "agents/core/news.h"
#include "agents/store/spool.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/utc.h"
#include "base/yaml_phrase.h"
#include "base/yaml_take.h"
#include "proto/checks.h"

#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES = 32 << 20,
    SOCKET_PATH_MAX = 107, /* sun_path of Linux, with its NUL 108 */
    SPOOL_ENTRIES_MOST = 10000000,
    HOOK_TIMEOUT_MOST_S = 3600,
    HOOK_TIMEOUT_DEFAULT_S = 10
};

static const char IPC[] = "ipc://";

struct loader {
    struct agent_config *config;
    const struct yaml_file *file;
    struct error_list *errors;
};

static const char *take_path(struct loader *loader, struct yaml_take *take, const char *key)
{
    const char *text = yaml_take_text(take, key, YAML_REQUIRED);
    return text == NULL ? NULL : file_beside(loader->config->arena, loader->config->path, text);
}

static const char *take_code(struct yaml_take *take, const char *key)
{
    const struct yaml_node *node = yaml_take_node(take, key, YAML_REQUIRED);
    if (node == NULL) {
        return NULL;
    }
    if (node->kind != YAML_SCALAR || !checks_is_code(node->text)) {
        (void)yaml_take_report(take,
                               node,
                               "«%s»: нужен код из знаков a-z, цифр и дефисов / "
                               "\"%s\" must be an id: letters a-z, digits, hyphens",
                               key,
                               key);
        return NULL;
    }
    return node->text;
}

static void load_broker(struct loader *loader, const struct yaml_node *node)
{
    struct agent_config *config = loader->config;
    struct yaml_take take = yaml_take_begin(loader->file, node, "broker", loader->errors);
    config->broker_key = take_path(loader, &take, "key");
    const struct yaml_node *list = yaml_take_list(&take, "endpoints", YAML_REQUIRED);
    const struct yaml_node *item = list == NULL ? NULL : list->first;
    for (; item != NULL; item = item->next) {
        if (item->kind != YAML_SCALAR || strncmp(item->text, "tcp://", 6) != 0) {
            (void)yaml_take_report(&take,
                                   item,
                                   "адрес брокера — как tcp://broker.example:7551 / "
                                   "an endpoint is like tcp://broker.example:7551");
        } else if (config->endpoint_count == AGENT_CONFIG_ENDPOINTS_MAX) {
            (void)yaml_take_report(&take,
                                   item,
                                   "адресов не больше %d / at most %d endpoints",
                                   AGENT_CONFIG_ENDPOINTS_MAX,
                                   AGENT_CONFIG_ENDPOINTS_MAX);
        } else {
            config->endpoints[config->endpoint_count++] = item->text;
        }
    }
    if (list != NULL && list->count == 0) {
        (void)yaml_take_report(
            &take,
            list,
            "«endpoints»: нужен хотя бы один адрес / \"endpoints\" needs at least one");
    }
    (void)yaml_take_end(&take);
}

static void load_keys(struct loader *loader, const struct yaml_node *node)
{
    struct agent_config *config = loader->config;
    struct yaml_take take = yaml_take_begin(loader->file, node, "keys", loader->errors);
    config->curve = take_path(loader, &take, "curve");
    config->sealing = take_path(loader, &take, "sealing");
    config->storage = take_path(loader, &take, "storage");
    config->matching = take_path(loader, &take, "matching");
    config->disclosure = take_path(loader, &take, "disclosure");
    (void)yaml_take_end(&take);
}

static void load_uid(struct yaml_take *take, struct agent_config_person *person)
{
    const struct yaml_node *node = yaml_take_node(take, "uid", YAML_REQUIRED);
    if (node == NULL) {
        return;
    }
    if (node->kind == YAML_SCALAR && strcmp(node->text, "*") == 0) {
        person->any = true;
        return;
    }
    char *end = NULL;
    unsigned long long uid = node->kind == YAML_SCALAR ? strtoull(node->text, &end, 10) : 0;
    if (end == NULL || end == node->text || *end != '\0' || node->text[0] == '-' ||
        uid >= UINT32_MAX) {
        (void)yaml_take_report(take,
                               node,
                               "«uid»: нужен номер пользователя или \"*\" / "
                               "\"uid\" must be a user's number, or \"*\"");
        return;
    }
    person->uid = (uint32_t)uid;
}

static void load_people(struct loader *loader, struct yaml_take *take)
{
    struct agent_config *config = loader->config;
    const struct yaml_node *list = yaml_take_list(take, "people", YAML_OPTIONAL);
    if (list == NULL) {
        return;
    }
    if (list->count > AGENT_CONFIG_PEOPLE_MAX) {
        (void)yaml_take_report(take,
                               list,
                               "людей не больше %d / at most %d people",
                               AGENT_CONFIG_PEOPLE_MAX,
                               AGENT_CONFIG_PEOPLE_MAX);
        return;
    }
    config->people = arena_array(config->arena, list->count + 1, sizeof *config->people);
    if (config->people == NULL) {
        (void)yaml_take_report(take, list, "не хватило памяти / no memory left");
        return;
    }
    for (const struct yaml_node *item = list->first; item != NULL; item = item->next) {
        struct agent_config_person *person = &config->people[config->people_count++];
        struct yaml_take each = yaml_take_begin(loader->file, item, "person", loader->errors);
        load_uid(&each, person);
        person->worker = take_code(&each, "worker");
        (void)yaml_take_end(&each);
    }
}

static void load_drop(struct loader *loader, struct yaml_take *take)
{
    const struct yaml_node *node = yaml_take_node(take, "drop", YAML_OPTIONAL);
    if (node == NULL) {
        return;
    }
    struct yaml_take drop = yaml_take_begin(loader->file, node, "drop", loader->errors);
    loader->config->drop_folder = take_path(loader, &drop, "folder");
    loader->config->drop_worker = take_code(&drop, "worker");
    (void)yaml_take_end(&drop);
}

/* "10 s", "2 min" or a bare number of seconds. */
static bool parse_seconds(const char *text, int64_t *out)
{
    char *end = NULL;
    long number = strtol(text, &end, 10);
    if (end == text || number < 1 || number > HOOK_TIMEOUT_MOST_S) {
        return false;
    }
    end += strspn(end, " ");
    bool minutes = strcmp(end, "min") == 0;
    *out = number * (minutes ? 60 : 1);
    return (minutes || *end == '\0' || strcmp(end, "s") == 0) && *out <= HOOK_TIMEOUT_MOST_S;
}

static void
load_hook(struct loader *loader, const struct yaml_node *item, struct agent_config_hook *hook)
{
    struct yaml_take take = yaml_take_begin(loader->file, item, "hook", loader->errors);
    const struct yaml_node *on = yaml_take_list(&take, "on", YAML_REQUIRED);
    const struct yaml_node *name = on == NULL ? NULL : on->first;
    for (; name != NULL; name = name->next) {
        enum news_kind kind;
        if (name->kind == YAML_SCALAR && news_find(name->text, &kind)) {
            hook->on |= UINT32_C(1) << kind;
        } else {
            (void)yaml_take_report(
                &take,
                name,
                "нет такого события; есть / no such event; there are: offer, receipt, "
                "outcome, update, case, task, notice, disclosure, refused");
        }
    }
    hook->run = take_path(loader, &take, "run");
    int64_t seconds = HOOK_TIMEOUT_DEFAULT_S;
    const char *timeout = yaml_take_text(&take, "timeout", YAML_OPTIONAL);
    if (timeout != NULL && !parse_seconds(timeout, &seconds)) {
        (void)yaml_take_report(&take,
                               item,
                               "«timeout»: как 10 s, не больше часа / "
                               "\"timeout\" is like 10 s, at most 1 hour");
    }
    hook->timeout_us = seconds * UTC_SECOND_US;
    (void)yaml_take_flag(&take, "facts", YAML_OPTIONAL, &hook->facts);
    (void)yaml_take_end(&take);
}

static void load_hooks(struct loader *loader, struct yaml_take *take)
{
    struct agent_config *config = loader->config;
    const struct yaml_node *list = yaml_take_list(take, "hooks", YAML_OPTIONAL);
    const struct yaml_node *item = list == NULL ? NULL : list->first;
    for (; item != NULL; item = item->next) {
        if (config->hook_count == AGENT_CONFIG_HOOKS_MAX) {
            (void)yaml_take_report(take,
                                   item,
                                   "обработчиков не больше %d / at most %d hooks",
                                   AGENT_CONFIG_HOOKS_MAX,
                                   AGENT_CONFIG_HOOKS_MAX);
            return;
        }
        load_hook(loader, item, &config->hooks[config->hook_count++]);
    }
}

static void load_socket(struct loader *loader, struct yaml_take *take)
{
    struct agent_config *config = loader->config;
    const struct yaml_node *node = yaml_take_node(take, "socket", YAML_REQUIRED);
    if (node != NULL) {
        size_t prefix = strlen(IPC);
        if (node->kind != YAML_SCALAR || strncmp(node->text, IPC, prefix) != 0 ||
            node->text[prefix] == '\0') {
            (void)yaml_take_report(
                take, node, "«socket»: как / \"socket\" is like ipc:///run/refagent/site.sock");
            return;
        }
        const char *path = file_beside(config->arena, config->path, node->text + prefix);
        if (path == NULL || strlen(path) > SOCKET_PATH_MAX) {
            (void)yaml_take_report(
                take,
                node,
                "путь к сокету длиннее %d байт / the socket's path is longer than %d bytes",
                SOCKET_PATH_MAX,
                SOCKET_PATH_MAX);
            return;
        }
        config->socket = arena_format(config->arena, "%s%s", IPC, path);
    }
    config->socket_mode = 0600;
    const struct yaml_node *mode = yaml_take_node(take, "socket-mode", YAML_OPTIONAL);
    if (mode != NULL) {
        char *end = NULL;
        unsigned long bits = mode->kind == YAML_SCALAR ? strtoul(mode->text, &end, 8) : 0;
        if (end == NULL || end == mode->text || *end != '\0' || bits > 0777) {
            (void)yaml_take_report(
                take,
                mode,
                "«socket-mode»: восьмеричное число, как / \"socket-mode\" is octal, like \"0660\"");
        }
        config->socket_mode = (unsigned)bits;
    }
}

static void load_spool(struct loader *loader, struct yaml_take *take)
{
    loader->config->spool_entries = SPOOL_ENTRIES_DEFAULT;
    const struct yaml_node *node = yaml_take_node(take, "spool", YAML_OPTIONAL);
    if (node == NULL) {
        return;
    }
    struct yaml_take spool = yaml_take_begin(loader->file, node, "spool", loader->errors);
    const struct yaml_range range = {1, SPOOL_ENTRIES_MOST};
    int64_t entries = SPOOL_ENTRIES_DEFAULT;
    if (yaml_take_number(&spool, "entries", YAML_OPTIONAL, range, &entries)) {
        loader->config->spool_entries = (uint64_t)entries;
    }
    (void)yaml_take_end(&spool);
}

static bool load(struct loader *loader)
{
    struct agent_config *config = loader->config;
    struct yaml_take take =
        yaml_take_begin(loader->file, loader->file->root, "refagent", loader->errors);
    if (take.map == NULL) {
        return false;
    }
    config->site = take_code(&take, "site");
    const struct yaml_node *broker = yaml_take_node(&take, "broker", YAML_REQUIRED);
    if (broker != NULL) {
        load_broker(loader, broker);
    }
    const struct yaml_node *keys = yaml_take_node(&take, "keys", YAML_REQUIRED);
    if (keys != NULL) {
        load_keys(loader, keys);
    }
    config->store = take_path(loader, &take, "store");
    load_socket(loader, &take);
    load_people(loader, &take);
    load_drop(loader, &take);
    load_hooks(loader, &take);
    load_spool(loader, &take);
    (void)yaml_take_end(&take);
    return loader->errors->count == 0;
}

bool agent_config_load(const char *path, struct agent_config **out, struct error_list *errors)
{
    struct error err = {0};
    struct yaml_file file;
    struct bytes content;
    struct arena *arena = arena_create(ARENA_BYTES);
    struct agent_config *config = arena == NULL ? NULL : arena_alloc(arena, sizeof *config);
    bool loaded = false;
    if (config == NULL) {
        (void)error_list_add(errors, ERROR_OS, &err.at, "не хватило памяти / no memory left");
        goto out;
    }
    config->arena = arena;
    config->path = arena_text(arena, path);
    if (!file_read(path, YAML_TREE_BYTES_MAX, arena, &content, &err)) {
        (void)error_list_add(errors, err.code, &err.at, "не читается / unreadable: %s", err.text);
        goto out;
    }
    if (!yaml_tree_parse(config->path, content, arena, &file, errors)) {
        yaml_phrase_errors(errors, 0, arena);
        goto out;
    }
    if (file.root == NULL) {
        struct text_pos at = error_pos(path, 1, 1);
        (void)error_list_add(errors, ERROR_CONFIG, &at, "файл пуст / the file is empty");
        goto out;
    }
    struct loader loader = {.config = config, .file = &file, .errors = errors};
    loaded = load(&loader);
out:
    if (loaded) {
        *out = config;
    } else {
        arena_destroy(&arena);
    }
    return loaded;
}

void agent_config_destroy(struct agent_config **config)
{
    if (*config != NULL) {
        struct arena *arena = (*config)->arena; /* the struct lives in it */
        arena_destroy(&arena);
        *config = NULL;
    }
}

const char *
agent_config_worker(const struct agent_config *config, uint32_t uid, const char *claimed)
{
    const char *by_any = NULL;
    for (size_t i = 0; i < config->people_count; i++) {
        const struct agent_config_person *person = &config->people[i];
        if (!person->any && person->uid != uid) {
            continue;
        }
        if (claimed[0] != '\0' && strcmp(claimed, person->worker) != 0) {
            continue;
        }
        if (!person->any) {
            return person->worker;
        }
        by_any = by_any == NULL ? person->worker : by_any;
    }
    return by_any;
}

static bool differs(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

const char *agent_config_needs_restart(const struct agent_config *running,
                                       const struct agent_config *fresh)
{
    const struct {
        const char *name;
        const char *running;
        const char *fresh;
    } settings[] = {
        {"site", running->site, fresh->site},
        {"broker.key", running->broker_key, fresh->broker_key},
        {"keys.curve", running->curve, fresh->curve},
        {"keys.sealing", running->sealing, fresh->sealing},
        {"keys.storage", running->storage, fresh->storage},
        {"keys.matching", running->matching, fresh->matching},
        {"keys.disclosure", running->disclosure, fresh->disclosure},
        {"store", running->store, fresh->store},
        {"socket", running->socket, fresh->socket},
        {"drop.folder", running->drop_folder, fresh->drop_folder},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (differs(settings[i].running, settings[i].fresh)) {
            return settings[i].name;
        }
    }
    if (running->endpoint_count != fresh->endpoint_count) {
        return "broker.endpoints";
    }
    for (size_t i = 0; i < running->endpoint_count; i++) {
        if (differs(running->endpoints[i], fresh->endpoints[i])) {
            return "broker.endpoints";
        }
    }
    return NULL;
}
