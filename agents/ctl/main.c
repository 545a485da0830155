/* refctl: the one command-line tool of those who refer, curate and administer. */
#include "agents/ctl/program.h"
#include "base/clock.h"

#include <stdlib.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
    struct clock *clock = clock_create_real();
    const char *no_color = getenv("NO_COLOR");
    struct program_world world = {.out = stdout,
                                  .err = stderr,
                                  .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                                  .err_is_terminal = isatty(STDERR_FILENO) == 1,
                                  .socket_variable = getenv("REFCTL_SOCKET"),
                                  .no_color = no_color != NULL && no_color[0] != '\0'};

    if (clock == NULL) {
        return EXIT_FAILURE;
    }
    world.now_us = clock_wall_us(clock);
    int status = program_run(argc, argv, &world);
    clock_destroy(&clock);
    return status;
}
