/* refctl clock accept: the administrator vouches for the broker machine's clock. */
#include "agents/ctl/verb.h"

bool verb_clock_accept(struct run *run, struct error *err)
{
    struct command command = {.lane = LANE_URGENT, .kind = COMMAND_ACCEPT_CLOCK};

    return run_command(
        run,
        &command,
        (struct phrase){"часы брокера подтверждены", "the broker's clock is confirmed"},
        "",
        err);
}
