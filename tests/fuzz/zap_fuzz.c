/* Any parts as a request to the handler that admits keys: it answers once, and only a whole request of RFC 27 for our
 * server with the one key that is known is admitted. A byte of the input before each part is its length.
 */
#include "base/link_zap.h"

#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { PARTS_MAX = 12, REPLY_PARTS = 6, TEXT_MAX = 256 };

struct stage {
    void *zmq;
    struct link_zap *zap;
    void *asker;
    char domain[LINK_ZAP_DOMAIN_MAX];
};

struct known {
    uint8_t key[KEYS_BYTES]; /* 0 1 2 … */
    bool asked;
};

static bool admit(void *world, const uint8_t key[KEYS_BYTES])
{
    struct known *known = world;
    known->asked = true;
    return memcmp(known->key, key, KEYS_BYTES) == 0;
}

static void open_stage(struct stage *stage, struct known *known)
{
    struct error err;
    size_t place = 0;

    stage->zmq = zmq_ctx_new();
    const bool made = link_zap_create(&stage->zap, stage->zmq, &err) &&
                      link_zap_add(stage->zap, &place, stage->domain);
    assert(made);
    link_zap_decide(stage->zap, place, admit, known);
    stage->asker = zmq_socket(stage->zmq, ZMQ_DEALER);
    const int linger = 0;
    (void)zmq_setsockopt(stage->asker, ZMQ_LINGER, &linger, sizeof(linger));
    const int connected = zmq_connect(stage->asker, "inproc://zeromq.zap.01");
    assert(connected == 0);
}

static void close_stage(struct stage *stage)
{
    (void)zmq_close(stage->asker);
    link_zap_destroy(&stage->zap);
    (void)zmq_ctx_term(stage->zmq);
}

/* libzmq's own envelope first, so that the request reaches the handler. */
static size_t ask(struct stage *stage, const uint8_t *data, size_t size)
{
    size_t parts = 0;
    size_t at = 0;

    (void)zmq_send(stage->asker, "", 0, ZMQ_SNDMORE);
    while (at < size && parts < PARTS_MAX) {
        const size_t wanted = data[at++];
        const size_t bytes = wanted < size - at ? wanted : size - at;
        const bool last = at + bytes >= size || parts + 1 == PARTS_MAX;
        (void)zmq_send(stage->asker, data + at, bytes, last ? 0 : ZMQ_SNDMORE);
        at += bytes;
        parts++;
    }
    if (parts == 0) {
        (void)zmq_send(stage->asker, "", 0, 0);
    }
    return parts;
}

/* The status code of the one answer. */
static void hear(struct stage *stage, char status[TEXT_MAX])
{
    char part[TEXT_MAX];
    int parts = 0;
    int more = 1;

    status[0] = '\0';
    while (more != 0) {
        size_t more_bytes = sizeof(more);
        const int bytes = zmq_recv(stage->asker, part, sizeof(part) - 1, ZMQ_DONTWAIT);
        assert(bytes >= 0); /* there is an answer */
        part[bytes < TEXT_MAX - 1 ? bytes : TEXT_MAX - 1] = '\0';
        if (parts++ == 3) { /* after the empty one: version, request id, status */
            memcpy(status, part, TEXT_MAX);
        }
        (void)zmq_getsockopt(stage->asker, ZMQ_RCVMORE, &more, &more_bytes);
    }
    assert(parts == REPLY_PARTS + 1);
    assert(zmq_recv(stage->asker, part, sizeof(part), ZMQ_DONTWAIT) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct known known = {.asked = false};
    struct stage stage;
    char status[TEXT_MAX];

    for (size_t i = 0; i < KEYS_BYTES; i++) {
        known.key[i] = (uint8_t)i;
    }
    open_stage(&stage, &known);
    const size_t parts = ask(&stage, data, size);
    link_zap_answer(stage.zap);
    hear(&stage, status);
    if (strcmp(status, "200") == 0) {
        assert(known.asked && parts == 7 && size > KEYS_BYTES);
        assert(memcmp(data + size - KEYS_BYTES, known.key, KEYS_BYTES) == 0);
    } else {
        assert(strcmp(status, "400") == 0);
    }
    close_stage(&stage);
    return 0;
}
