/* refctl from command line to exit status, without globals: main wires it, tests call it. */
#ifndef CTL_PROGRAM_H
#define CTL_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What the process brings along. */
struct program_world {
    FILE *out;
    FILE *err;
    bool out_is_terminal;
    bool err_is_terminal;
    int64_t now_us;
    const char *socket_variable; /* REFCTL_SOCKET, or NULL */
    bool no_color;               /* NO_COLOR is set and not empty */
};

/* The exit status. The language is that of --lang, else of the environment. */
int program_run(int argc, char *const *argv, const struct program_world *world);

#endif
