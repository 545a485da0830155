/* A bar that shows how far long work is, on a terminal and nowhere else.
 *
 * It is drawn on the error stream and taken away at the end, so that nothing of it stands between results.
 */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include "agents/ctl/screen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    FILE *stream; /* NULL: nobody watches */
    const char *text;
    const char *tail; /* stands behind the bar; NULL: nothing */
    int percent;      /* as drawn; -1 nothing yet */
};

/* For the screen's error stream when that is a terminal and the run is not for a program. */
struct progress progress_of(const struct screen *screen);
/* text  what is being done; borrowed until the next progress_begin. */
void progress_begin(struct progress *progress, const char *text);
/* What is to stand behind the bar from now on, as rate and time left; borrowed. Draws. */
void progress_say(struct progress *progress, const char *tail);
/* done <= total; draws when a whole percent is reached. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total);
void progress_end(struct progress *progress);

#endif
