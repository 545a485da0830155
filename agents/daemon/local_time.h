/* The machine's offset from UTC, for times in forms that were written without one. */
#ifndef AGENTS_DAEMON_LOCAL_TIME_H
#define AGENTS_DAEMON_LOCAL_TIME_H

#include <stdint.h>

/* At that moment, in seconds east of Greenwich; 0 when the machine does not know. */
int32_t local_time_offset_seconds(int64_t at_us);

#endif
