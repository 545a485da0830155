/* Finding a subcommand; see the header. */
#include "agents/ctl/verb.h"

#include "base/yaml_take.h"

#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = 64 };

static bool
fail_action(const char *noun, const char *typed, enum language language, struct error *err);
static void actions_of(const char *noun, char *buffer, size_t buffer_bytes);

const struct verb *verb_find(const char *const *words,
                             size_t word_count,
                             enum language language,
                             size_t *used,
                             struct error *err)
{
    bool ru = language == LANGUAGE_RU;
    const struct verb *alone = NULL;
    const char *names[NAMES_MAX];
    size_t count = 0;

    for (size_t i = 0; i < verb_count() && i < NAMES_MAX; i++) {
        const struct verb *verb = verb_at(i);
        names[count++] = verb->noun;
        if (strcmp(verb->noun, words[0]) != 0) {
            continue;
        }
        if (verb->action == NULL) {
            alone = verb;
        } else if (word_count > 1 && strcmp(verb->action, words[1]) == 0) {
            *used = 2;
            return verb;
        }
    }
    if (alone != NULL) {
        *used = 1;
        return alone;
    }
    if (verb_is_noun(words[0])) {
        (void)fail_action(words[0], word_count > 1 ? words[1] : NULL, language, err);
        return NULL;
    }
    const char *nearest = yaml_take_nearest(words[0], names, count);
    if (nearest != NULL) {
        (void)error_set(err,
                        ERROR_USAGE,
                        ru ? "нет команды «%.60s»; может быть, %s?"
                           : "there is no command “%.60s”; perhaps %s?",
                        words[0],
                        nearest);
    } else {
        (void)error_set(err,
                        ERROR_USAGE,
                        ru ? "нет команды «%.60s»; все команды покажет refctl без слов"
                           : "there is no command “%.60s”; refctl alone lists them all",
                        words[0]);
    }
    return NULL;
}

const char *verb_name(const struct verb *verb, char buffer[VERB_NAME_MAX])
{
    (void)snprintf(buffer,
                   VERB_NAME_MAX,
                   "%s%s%s",
                   verb->noun,
                   verb->action == NULL ? "" : " ",
                   verb->action == NULL ? "" : verb->action);
    return buffer;
}

bool verb_is_noun(const char *noun)
{
    for (size_t i = 0; i < verb_count(); i++) {
        if (strcmp(verb_at(i)->noun, noun) == 0) {
            return true;
        }
    }
    return false;
}

static bool
fail_action(const char *noun, const char *typed, enum language language, struct error *err)
{
    bool ru = language == LANGUAGE_RU;
    char actions[128];

    actions_of(noun, actions, sizeof(actions));
    if (typed == NULL) {
        return error_set(err,
                         ERROR_USAGE,
                         ru ? "после %s нужно одно из: %s" : "%s needs one of: %s",
                         noun,
                         actions);
    }
    return error_set(err,
                     ERROR_USAGE,
                     ru ? "нет команды «%s %.60s»; есть %s: %s"
                        : "there is no command “%s %.60s”; there are %s: %s",
                     noun,
                     typed,
                     noun,
                     actions);
}

static void actions_of(const char *noun, char *buffer, size_t buffer_bytes)
{
    size_t used = 0;

    buffer[0] = '\0';
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        if (strcmp(verb->noun, noun) != 0 || verb->action == NULL) {
            continue;
        }
        int length = snprintf(
            buffer + used, buffer_bytes - used, "%s%s", used > 0 ? ", " : "", verb->action);
        used += length > 0 && (size_t)length < buffer_bytes - used ? (size_t)length : 0;
    }
}
