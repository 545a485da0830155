/* One run; see the header. */
#include "agents/ctl/run.h"

#include "agents/ctl/json_view.h"

/* The agent itself waits up to 10 s for the broker before it answers alone. */
enum { TIMEOUT_MS_DEFAULT = 15000, LIMIT_DEFAULT = 500 };

static bool find_endpoint(const struct run *run, const char **out, struct error *err);

const char *run_option(const struct run *run, enum option option)
{
    return run->options->values[option];
}

bool run_has(const struct run *run, enum option option)
{
    return run->options->values[option] != NULL;
}

bool run_caller(struct run *run, struct caller **out, struct error *err)
{
    const char *timeout = run_option(run, OPTION_TIMEOUT);
    const char *actor = run_option(run, OPTION_AS);
    struct caller_options options = {.actor = actor == NULL ? "" : actor,
                                     .timeout_ms = TIMEOUT_MS_DEFAULT,
                                     .language = run->screen->language,
                                     .arena = run->arena};

    if (run->caller == NULL) {
        if (timeout != NULL && !options_duration_ms(timeout, &options.timeout_ms)) {
            return error_set(err,
                             ERROR_USAGE,
                             SCREEN_IN(run->screen,
                                       "--timeout: нужно время вроде 10s, 500ms или 2m",
                                       "--timeout: give a time as 10s, 500ms or 2m"));
        }
        if (!find_endpoint(run, &options.endpoint, err) ||
            !caller_open(&run->caller, &options, err)) {
            return false;
        }
    }
    *out = run->caller;
    return true;
}

bool run_command(struct run *run,
                 const struct command *command,
                 struct phrase done,
                 const char *number,
                 struct error *err)
{
    const struct screen *screen = run->screen;
    struct caller *caller;
    struct reply reply;

    if (!run_caller(run, &caller, err) || !caller_command(caller, command, &reply, err)) {
        return false;
    }
    if (reply.refused) {
        return caller_refusal(reply.problems, reply.problem_count, screen->language, err);
    }
    if (reply.case_number != NULL && reply.case_number[0] != '\0') {
        number = reply.case_number;
    }
    if (screen->json) {
        return screen_json(screen, json_view_reply(&reply, number), err);
    }
    screen_print(
        screen, "%s%s%s", number, number[0] == '\0' ? "" : ": ", screen_phrase(screen, done));
    if (reply.position == 0) {
        screen_print(screen,
                     SCREEN_IN(screen,
                               " (записано агентом, передаётся брокеру)",
                               " (stored by the agent, on its way to the broker)"));
    }
    screen_print(screen, "\n");
    return true;
}

bool run_limit(const struct run *run, size_t *out, struct error *err)
{
    const char *text = run_option(run, OPTION_LIMIT);
    int64_t limit = LIMIT_DEFAULT;

    if (text != NULL && !options_number(text, 0, 100000000, &limit)) {
        return error_set(err,
                         ERROR_USAGE,
                         SCREEN_IN(run->screen, "--limit: нужно число", "--limit: give a number"));
    }
    *out = (size_t)limit;
    return true;
}

/* --socket before --agent before the environment before the default. */
static bool find_endpoint(const struct run *run, const char **out, struct error *err)
{
    const char *agent_file = run_option(run, OPTION_AGENT);

    if (run_has(run, OPTION_SOCKET)) {
        *out = run_option(run, OPTION_SOCKET);
    } else if (agent_file != NULL) {
        return caller_endpoint_of(agent_file, run->arena, out, err);
    } else if (run->socket_variable != NULL && run->socket_variable[0] != '\0') {
        *out = run->socket_variable;
    } else {
        *out = CALLER_ENDPOINT_DEFAULT;
    }
    return true;
}
