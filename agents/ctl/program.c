/* One run from argv to exit status; see the header. */
#include "agents/ctl/program.h"

#include "agents/ctl/help.h"
#include "agents/ctl/options.h"
#include "agents/ctl/run.h"
#include "agents/ctl/screen.h"
#include "agents/ctl/verb.h"

#include <string.h>

#define BIT(option) (UINT64_C(1) << (option))

enum { ARENA_BYTES = 256 * 1024 * 1024 };

static bool
choose_language(const struct options *options, struct screen *screen, struct error *err);
static bool dispatch(struct run *run, struct error *err);
static bool help(struct run *run, struct error *err);
static bool check_words(const struct run *run, const struct verb *verb, struct error *err);
static bool run_verb(struct run *run, const struct verb *verb, struct error *err);
static int finish(struct screen *screen, bool ok, struct error *err);

int program_run(int argc, char *const *argv, const struct program_world *world)
{
    struct screen screen = {.out = world->out,
                            .err = world->err,
                            .err_is_terminal = world->err_is_terminal,
                            .language = phrase_language_of_environment(),
                            .color = world->out_is_terminal && !world->no_color,
                            .now_us = world->now_us};
    struct run run = {.screen = &screen, .socket_variable = world->socket_variable};
    struct error err = {.code = ERROR_NONE};
    struct options options;
    bool ok = false;

    if (!options_parse(argc, argv, screen.language, &options, &err) ||
        !choose_language(&options, &screen, &err)) {
        return finish(&screen, false, &err);
    }
    screen.json = options.values[OPTION_JSON] != NULL;
    run.options = &options;
    run.words = options.words;
    run.word_count = options.word_count;
    run.arena = arena_create(ARENA_BYTES);
    if (run.arena == NULL) {
        (void)error_set(&err, ERROR_OS, "no memory left");
    } else {
        ok = dispatch(&run, &err);
    }
    caller_close(&run.caller);
    arena_destroy(&run.arena);
    return finish(&screen, ok, &err);
}

static bool choose_language(const struct options *options, struct screen *screen, struct error *err)
{
    const char *language = options->values[OPTION_LANG];

    if (language != NULL && !phrase_language_parse(language, &screen->language)) {
        return error_set(
            err,
            ERROR_USAGE,
            SCREEN_IN(screen, "--lang: ru или en, а не «%.60s»", "--lang: ru or en, not “%.60s”"),
            language);
    }
    return true;
}

static bool dispatch(struct run *run, struct error *err)
{
    const struct screen *screen = run->screen;
    size_t used = 0;

    if (run_has(run, OPTION_VERSION)) {
        screen_print(screen, "refctl %s\n", REFBROKER_VERSION);
        return true;
    }
    if (run->word_count == 0) {
        help_overview(screen);
        return true;
    }
    if (strcmp(run->words[0], "help") == 0) {
        run->words++;
        run->word_count--;
        return help(run, err);
    }
    if (run_has(run, OPTION_HELP)) {
        return help(run, err);
    }
    const struct verb *verb = verb_find(run->words, run->word_count, screen->language, &used, err);
    if (verb == NULL) {
        return false;
    }
    run->words += used;
    run->word_count -= used;
    return run_verb(run, verb, err);
}

static bool help(struct run *run, struct error *err)
{
    size_t used = 0;

    if (run->word_count == 0) {
        help_overview(run->screen);
        return true;
    }
    if (run->word_count == 1 && verb_is_noun(run->words[0])) {
        struct error ignored;
        if (verb_find(run->words, 1, run->screen->language, &used, &ignored) == NULL) {
            help_noun(run->screen, run->words[0]);
            return true;
        }
    }
    const struct verb *verb =
        verb_find(run->words, run->word_count, run->screen->language, &used, err);
    if (verb == NULL) {
        return false;
    }
    help_verb(run->screen, verb);
    return true;
}

static bool run_verb(struct run *run, const struct verb *verb, struct error *err)
{
    char name[VERB_NAME_MAX];

    enum option foreign =
        options_outside(run->options, verb->options | BIT(OPTION_LANG) | BIT(OPTION_HELP));
    if (foreign != OPTION_END) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "у команды %s нет ключа --%s; какие есть: refctl help %s",
                                   "%s takes no --%s; see refctl help %s"),
                         verb_name(verb, name),
                         options_row(foreign)->name,
                         name);
    }
    return check_words(run, verb, err) && verb->run(run, err);
}

static bool check_words(const struct run *run, const struct verb *verb, struct error *err)
{
    char name[VERB_NAME_MAX];

    if (run->word_count < verb->words_min) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen, "нужно: refctl %s %s", "usage: refctl %s %s"),
                         verb_name(verb, name),
                         screen_phrase(run->screen, verb->arguments));
    }
    if (run->word_count > verb->words_max) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen,
                                   "лишнее слово «%.60s»; нужно: refctl %s %s",
                                   "one word too many: “%.60s”; usage: refctl %s %s"),
                         run->words[verb->words_max],
                         verb_name(verb, name),
                         screen_phrase(run->screen, verb->arguments));
    }
    return true;
}

static int finish(struct screen *screen, bool ok, struct error *err)
{
    if (fflush(screen->out) != 0 && ok) {
        ok = error_set(err, ERROR_IO, "cannot write the answer");
    }
    if (ok) {
        return 0;
    }
    screen_error(screen, err);
    if (err->code == ERROR_USAGE) {
        screen_hint(screen, SCREEN_IN(screen, "Справка: refctl help\n", "Help: refctl help\n"));
    }
    (void)fflush(screen->err);
    return error_exit_status(err->code);
}
