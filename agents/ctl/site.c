/* refctl site revoke, site rotate: keys of a site that change by command. */
#include "agents/ctl/verb.h"
#include "base/file.h"
#include "base/keys.h"
#include "base/yaml_tree.h"

#include <string.h>
#include <unistd.h>

bool verb_site_revoke(struct run *run, struct error *err)
{
    const char *reason = run_option(run, OPTION_REASON);

    if (reason == NULL || reason[0] == '\0') {
        return error_set(
            err,
            ERROR_USAGE,
            SCREEN_IN(run->screen, "нужна причина: --reason", "give the reason: --reason"));
    }
    const struct command command = {
        .lane = LANE_URGENT, .kind = COMMAND_SITE_REVOKE, .worker = run->words[0], .note = reason};
    return run_command(run,
                       &command,
                       (struct phrase){"ключи площадки отозваны", "the site's keys are revoked"},
                       "",
                       err);
}

/* ---- rotate ------------------------------------------------------------------------------------- */

struct rotation {
    enum keys_kind kind;
    enum keys_kind public_kind;
    const char *name;   /* in the agent's file, under keys: */
    const char *path;   /* in use */
    const char *next;   /* drawn, not in use yet */
    const char *before; /* of the generation before */
    struct key32 open;  /* public half of the next */
};

static bool out_of_memory(struct error *err)
{
    return error_set(err, ERROR_OS, "no memory left");
}

/* Where the agent's file says that its keys are. */
static bool find_paths(struct run *run, struct rotation *rotations, size_t count, struct error *err)
{
    const char *agent = run_option(run, OPTION_AGENT);
    struct error_list *errors = arena_alloc(run->arena, sizeof(*errors));
    struct yaml_file file;
    struct bytes content;

    if (agent == NULL) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "нужен файл агента этой площадки: --agent ФАЙЛ",
                                   "give this site's agent file: --agent FILE"));
    }
    if (errors == NULL) {
        return out_of_memory(err);
    }
    if (!file_read(agent, YAML_TREE_BYTES_MAX, run->arena, &content, err)) {
        return false;
    }
    if (!yaml_tree_parse(agent, content, run->arena, &file, errors)) {
        *err = errors->items[0];
        return false;
    }
    const struct yaml_node *keys =
        file.root != NULL && file.root->kind == YAML_MAP ? yaml_tree_get(file.root, "keys") : NULL;
    for (size_t i = 0; i < count; i++) {
        struct rotation *rotation = &rotations[i];
        const struct yaml_node *node =
            keys != NULL && keys->kind == YAML_MAP ? yaml_tree_get(keys, rotation->name) : NULL;
        if (node == NULL || node->kind != YAML_SCALAR) {
            return error_set(err, ERROR_CONFIG, "%s: keys: %s", agent, rotation->name);
        }
        rotation->path = file_beside(run->arena, agent, node->text);
        rotation->next = arena_format(run->arena, "%s.next", rotation->path);
        rotation->before = arena_format(run->arena, "%s.old", rotation->path);
        if (rotation->path == NULL || rotation->next == NULL || rotation->before == NULL) {
            return out_of_memory(err);
        }
    }
    return true;
}

/* A pair drawn by a run that broke off is taken again: the broker may know it already. */
static bool draw(struct rotation *rotation, struct error *err)
{
    struct key32 secret;

    if (access(rotation->next, F_OK) != 0) {
        keys_generate(rotation->kind, 0, &secret);
        if (!keys_write(rotation->next, rotation->kind, &secret, "not in use yet", err)) {
            return false;
        }
    } else if (!keys_read(rotation->next, rotation->kind, &secret, err)) {
        return false;
    }
    keys_public_of(&secret, &rotation->open);
    keys_wipe(&secret, sizeof(secret));
    return true;
}

/* The public half beside it, where keygen puts it. */
static bool tell_public(struct run *run, const struct rotation *rotation, struct error *err)
{
    static const char ending[] = ".key";
    const size_t bytes = strlen(rotation->path);
    char *path = arena_text(run->arena, rotation->path);

    if (path == NULL) {
        return out_of_memory(err);
    }
    if (bytes < sizeof(ending) || strcmp(path + bytes - strlen(ending), ending) != 0) {
        return true;
    }
    memcpy(path + bytes - strlen(ending), ".pub", strlen(ending));
    (void)unlink(path);
    return keys_write(path, rotation->public_kind, &rotation->open, NULL, err);
}

/* The old secret is kept: what was disclosed to it may still be on its way. */
static bool take_into_use(struct run *run, const struct rotation *rotation, struct error *err)
{
    const bool there = access(rotation->path, F_OK) == 0;

    return (!there || file_move(rotation->path, rotation->before, err)) &&
           file_move(rotation->next, rotation->path, err) && tell_public(run, rotation, err);
}

bool verb_site_rotate(struct run *run, struct error *err)
{
    struct rotation rotations[] = {
        {.kind = KEYS_CURVE_SECRET, .public_kind = KEYS_CURVE_PUBLIC, .name = "curve"},
        {.kind = KEYS_SEALING_SECRET, .public_kind = KEYS_SEALING_PUBLIC, .name = "sealing"}};
    struct caller *caller = NULL;
    struct reply reply;
    uint8_t keys[2 * KEYS_BYTES];

    if (!keys_start(err) || !find_paths(run, rotations, 2, err)) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        if (!draw(&rotations[i], err)) {
            return false;
        }
        memcpy(keys + i * KEYS_BYTES, rotations[i].open.bytes, KEYS_BYTES);
    }
    const struct command command = {
        .lane = LANE_URGENT, .kind = COMMAND_SITE_ROTATE, .data = bytes_of(keys, sizeof(keys))};
    if (!run_caller(run, &caller, err) || !caller_command(caller, &command, &reply, err)) {
        return false;
    }
    if (reply.refused) {
        return caller_refusal(reply.problems, reply.problem_count, run->screen->language, err);
    }
    if (reply.position == 0) {
        return error_set(err,
                         ERROR_TEMPORARY,
                         SCREEN_IN(run->screen,
                                   "брокер ещё не принял новые ключи; повторите команду",
                                   "the broker has not taken the new keys yet; say it again"));
    }
    for (size_t i = 0; i < 2; i++) {
        if (!take_into_use(run, &rotations[i], err)) {
            return false;
        }
    }
    screen_print(
        run->screen,
        "%s",
        SCREEN_IN(run->screen,
                  "Новые ключи действуют, прежние ещё 14 дней. Перезапустите refagentd.\n",
                  "The new keys are valid, the old ones 14 days more. Restart refagentd.\n"));
    return true;
}
