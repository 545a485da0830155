/* What a daemon takes away from itself once it has opened what it needs.
 *
 *   dumps     no core file, no memory for other processes of the user to read
 *   paths     Landlock: nothing of the file system but the paths that are named (kernel 5.13 and later)
 *   calls     seccomp: the system calls that a daemon here makes; any other "does not exist" (ENOSYS). No exec.
 *
 * All of it is for ever, and for every thread and child that is started afterwards; so call it before there are threads. A
 * kernel without one of them goes without it, and the result says so. Built with sanitizers nothing is taken away, as
 * they need more than the program. Who calls it: the daemons.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct sandbox_path {
    const char
        *path; /* a file, or a folder with all below it; one that does not exist is passed over */
    bool writable;
};

/* What is in force, for the log: "yes", "no: the kernel has none" … */
struct sandbox_state {
    const char *paths;
    const char *calls;
};

/* No core dumps, no debuggers. */
void sandbox_forbid_dumps(void);

/* Errors  OS: what the kernel offers could not be put in force: better not to serve than to serve outside */
bool sandbox_enter(const struct sandbox_path *paths,
                   size_t count,
                   struct sandbox_state *out,
                   struct error *err) __attribute__((warn_unused_result));

#endif
