/* Where a copy comes from; see backup_source.h. */
#include "broker/daemon/backup_source.h"

#include "base/link.h"
#include "broker/daemon/tool_socket.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Longer than any turn of a broker: a fold of a large configuration takes seconds. */
enum { ANSWER_MS = 60000 };

struct backup_source {
    struct journal *journal; /* NULL: over the socket */
    struct link_context *context;
    struct link_client *client;
};

static bool connect_to(struct backup_source *source, const char *folder, struct error *err)
{
    char endpoint[LINK_ENDPOINT_MAX];

    return tool_socket_endpoint(folder, "..", endpoint, err) &&
           link_context_create(&source->context, err) &&
           link_client_create(&source->client, source->context, endpoint, NULL, err);
}

bool backup_source_open(struct backup_source **out, const char *folder, struct error *err)
{
    struct backup_source *source = calloc(1, sizeof(*source));

    if (source == NULL) {
        return error_set(err, ERROR_OS, "no memory");
    }
    bool ok = access(folder, F_OK) == 0 ||
              error_set(err, ERROR_NO_INPUT, "%s: there is no journal", folder);
    if (ok && !journal_open(&source->journal, folder, err)) {
        ok = err->code == ERROR_TEMPORARY && connect_to(source, folder, err);
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
    link_client_destroy(&(*source)->client);
    link_context_destroy(&(*source)->context);
    free(*source);
    *source = NULL;
}

bool backup_source_is_live(const struct backup_source *source)
{
    return source->journal == NULL;
}

static bool
ask_broker(struct backup_source *source, struct bytes request, struct bytes *out, struct error *err)
{
    struct link_wait item = {.client = source->client, .fd = -1};

    if (link_client_send(source->client, request) != LINK_SENT) {
        return error_set(err, ERROR_UNAVAILABLE, "the broker's socket takes nothing");
    }
    while (link_client_receive(source->client, out) != LINK_FRAME) {
        if (!link_wait(source->context, &item, 1, ANSWER_MS, err)) {
            return false;
        }
        if (!item.ready || link_client_take_loss(source->client)) {
            return error_set(err,
                             ERROR_UNAVAILABLE,
                             "somebody has the journal, but no broker answers at its socket");
        }
    }
    return true;
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
        if (!ask_broker(source, asked, &answer, err)) {
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
