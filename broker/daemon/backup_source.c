/* Where a copy comes from; see backup_source.h. */
#include "broker/daemon/backup_source.h"

#include "broker/daemon/tool_client.h"

#include <stdlib.h>
#include <unistd.h>

struct backup_source {
    struct journal *journal; /* NULL: over the socket */
    struct tool_client *client;
};

bool backup_source_open(struct backup_source **out, const char *folder, struct error *err)
{
    struct backup_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    bool ok = access(folder, F_OK) == 0 ||
              error_set(err, ERROR_NO_INPUT, "%s: there is no journal", folder);
    if (ok && !journal_open(&source->journal, folder, err)) {
        ok = err->code == ERROR_TEMPORARY && tool_client_open(&source->client, folder, "..", err);
    }
    if (!ok) {
        backup_source_close(&source);
        return false;
    }
    *out = source;
    return true;
}

void backup_source_close(struct backup_source **source)
{
    if (*source == NULL) {
        return;
    }
    journal_close(&(*source)->journal);
    tool_client_close(&(*source)->client);
    free(*source);
    *source = NULL;
}

bool backup_source_is_live(const struct backup_source *source)
{
    return source->journal == NULL;
}

bool backup_source_ask(struct backup_source *source,
                       const struct backup_page_request *request,
                       struct arena *arena,
                       struct backup_page *out,
                       struct error *err)
{
    struct bytes asked;
    struct bytes answer;

    if (!backup_page_ask(request, arena, &asked)) {
        return error_set(err, ERROR_OS, "no memory");
    }
    if (source->journal == NULL) {
        if (!tool_client_ask(source->client, asked, &answer, err)) {
            return false;
        }
        const void *copy = arena_copy(arena, answer.data, answer.size);
        answer = bytes_of(copy, copy == NULL ? 0 : answer.size);
    } else if (!backup_page_answer(source->journal, asked, arena, &answer)) {
        return error_set(err, ERROR_DATA, "the journal cannot be read");
    }
    return backup_page_read(request->kind, answer, arena, out) ||
           error_set(err, ERROR_PROTOCOL, "the broker refuses to give its journal, see its log");
}
