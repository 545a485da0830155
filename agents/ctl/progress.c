/* The bar; see the header. */
#include "agents/ctl/progress.h"

#include <unistd.h>

enum { CELLS = 30, WHOLE = 100 };

static void draw(const struct progress *progress);

struct progress progress_of(const struct screen *screen)
{
    const int fd = screen->json ? -1 : fileno(screen->err);
    const bool watched = fd >= 0 && isatty(fd) == 1;

    return (struct progress){.stream = watched ? screen->err : NULL, .text = "", .percent = -1};
}

void progress_begin(struct progress *progress, const char *text)
{
    progress_end(progress);
    progress->text = text;
    progress_show(progress, 0, 1);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t total)
{
    const int percent = total == 0 ? WHOLE : (int)(done * WHOLE / total);

    if (progress->stream != NULL && percent != progress->percent) {
        progress->percent = percent;
        draw(progress);
    }
}

void progress_say(struct progress *progress, const char *tail)
{
    progress->tail = tail;
    if (progress->stream != NULL && progress->percent >= 0) {
        draw(progress);
    }
}

static void draw(const struct progress *progress)
{
    const int percent = progress->percent;

    (void)fprintf(progress->stream, "\r%s [", progress->text);
    for (int cell = 0; cell < CELLS; cell++) {
        (void)fputc(cell * WHOLE < percent * CELLS ? '#' : '.', progress->stream);
    }
    (void)fprintf(progress->stream, "] %3d %%", percent);
    if (progress->tail != NULL) {
        (void)fprintf(progress->stream, "  %s\033[K", progress->tail);
    }
    (void)fflush(progress->stream);
}

void progress_end(struct progress *progress)
{
    if (progress->stream != NULL && progress->percent >= 0) {
        (void)fputs("\r\033[K", progress->stream);
        (void)fflush(progress->stream);
    }
    progress->percent = -1;
}
