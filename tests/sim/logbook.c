/* What parties log; see logbook.h. */
#include "tests/sim/logbook.h"

#include <stdlib.h>
#include <string.h>

void logbook_open(struct sim *sim)
{
    struct sim_logbook *book = &sim->logbook;
    book->stream = open_memstream(&book->text, &book->bytes);
    sim->log = book->stream == NULL ? NULL : log_create(book->stream, sim->clock, LOG_LEVEL_INFO);
    if (sim->log == NULL) {
        abort();
    }
}

void logbook_close(struct sim *sim)
{
    log_destroy(&sim->log);
    (void)fclose(sim->logbook.stream);
    free(sim->logbook.text);
}

/* "… event=case_escalated case=NSO-2026-000017-8 reason=…" */
static void note_alarms(struct sim_logbook *book)
{
    static const char escalated[] = "event=case_escalated case=";
    const char *at = book->text;
    while ((at = strstr(at, escalated)) != NULL) {
        at += sizeof(escalated) - 1;
        const char *year = strchr(at, '-');
        const char *sequence = year == NULL ? NULL : strchr(year + 1, '-');
        if (sequence != NULL) {
            book->alarmed[strtoul(sequence + 1, NULL, 10) % SIM_CASES_MAX] = true;
        }
    }
}

void logbook_read(struct sim *sim)
{
    struct sim_logbook *book = &sim->logbook;
    (void)fflush(book->stream);
    if (book->bytes == 0) {
        return;
    }
    if (sim->tell) {
        (void)fwrite(book->text, 1, book->bytes, stderr);
    }
    note_alarms(book);
    const bool named = strstr(book->text, "Примерова") != NULL;
    rewind(book->stream);
    if (named) {
        sim_breach(sim, "P4: the name of a family is in a log");
    }
}

bool logbook_has_alarm(const struct sim *sim, uint32_t sequence)
{
    return sim->logbook.alarmed[sequence % SIM_CASES_MAX];
}
