/* refagentd: the agent of one site. See refagentd(8). */
#include "agents/daemon/agent_config.h"
#include "agents/daemon/agent_loop.h"
#include "agents/daemon/agent_setup.h"
#include "base/notify.h"
#include "base/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char PROGRAM[] = "refagentd " REFBROKER_VERSION;

static int usage(FILE *stream, int status)
{
    (void)fprintf(stream,
                  "refagentd CONFIG.yaml    агент одной площадки / the agent of one site\n"
                  "refagentd --check CONFIG.yaml\n"
                  "refagentd --version\n");
    return status;
}

static int report(const struct error_list *errors)
{
    for (size_t i = 0; i < errors->count; i++) {
        char line[sizeof errors->items[0].text + sizeof errors->items[0].at.file + 32];
        (void)fprintf(stderr, "%s\n", error_format(&errors->items[i], line, sizeof line));
    }
    if (errors->dropped > 0) {
        (void)fprintf(stderr, "… и ещё / and more: %zu\n", errors->dropped);
    }
    enum error_code code = errors->count == 0 ? ERROR_CONFIG : errors->items[0].code;
    return error_exit_status(code == ERROR_DATA ? ERROR_CONFIG : code);
}

/* Runs until a signal. Returns the exit status. */
static int serve(const struct agent_config *config)
{
    struct error err = {0};
    struct agent agent = {.config = config, .people = config, .program = PROGRAM};
    const char *manager = getenv("NOTIFY_SOCKET");
    bool fine = false;
    agent.clock = clock_create_real();
    agent.log = agent.clock == NULL ? NULL : log_create(stderr, agent.clock, LOG_LEVEL_INFO);
    if (agent.log == NULL) {
        error_set(&err, ERROR_OS, "no memory");
    } else if (agent_setup_open(&agent, &err)) {
        (void)printf("READY site=%s socket=%s\n", config->site, config->socket);
        (void)fflush(stdout);
        notify_say(manager, "READY=1");
        LOG_INFO(agent.log, "started", LOG_TEXT("site", config->site));
        fine = agent_loop_run(&agent, &err);
        notify_say(manager, "STOPPING=1");
    }
    if (!fine) {
        char line[sizeof err.text + sizeof err.at.file + 32];
        (void)fprintf(stderr, "refagentd: %s\n", error_format(&err, line, sizeof line));
    }
    agent_setup_close(&agent);
    if (agent.people != config) {
        struct agent_config *reloaded = (struct agent_config *)(uintptr_t)agent.people;
        agent_config_destroy(&reloaded);
    }
    log_destroy(&agent.log);
    clock_destroy(&agent.clock);
    return fine ? EXIT_SUCCESS : error_exit_status(err.code);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        (void)printf("%s\n", PROGRAM);
        return EXIT_SUCCESS;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        return usage(stdout, EXIT_SUCCESS);
    }
    bool check = argc == 3 && strcmp(argv[1], "--check") == 0;
    if ((!check && argc != 2) || argv[argc - 1][0] == '-') {
        return usage(stderr, error_exit_status(ERROR_USAGE));
    }
    struct agent_config *config = NULL;
    struct error_list *errors = calloc(1, sizeof *errors);
    if (errors == NULL) {
        return error_exit_status(ERROR_OS);
    }
    bool loaded = agent_config_load(argv[argc - 1], &config, errors);
    int status = loaded ? EXIT_SUCCESS : report(errors);
    free(errors);
    if (loaded && !check) {
        sandbox_forbid_dumps();
        status = serve(config);
    }
    agent_config_destroy(&config);
    return status;
}
