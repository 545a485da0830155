/* Pages of a journal as bytes; see backup_page.h. Numbers are big-endian. */
#include "broker/daemon/backup_page.h"

#include <string.h>

enum {
    KIND_BYTES = 1,
    BATCH_HEAD_BYTES = 8 + 4 + 4 + 4, /* number, size, offset, bytes of the piece */
    KEY_HEAD_BYTES = ID128_BYTES + 4 + 4,
    END_BYTES = 8 + FACT_HASH_BYTES + 8
};

bool backup_page_ask(const struct backup_page_request *request,
                     struct arena *arena,
                     struct bytes *out)
{
    const size_t size = KIND_BYTES + 8 + 4 + request->referral_count * ID128_BYTES;
    uint8_t *bytes = arena_alloc(arena, size);

    if (bytes == NULL) {
        return false;
    }
    bytes[0] = (uint8_t)request->kind;
    bytes_put_u64(bytes + KIND_BYTES, request->number);
    bytes_put_u32(bytes + KIND_BYTES + 8, request->offset);
    for (size_t i = 0; i < request->referral_count; i++) {
        memcpy(bytes + KIND_BYTES + 12 + i * ID128_BYTES, request->referrals[i].bytes, ID128_BYTES);
    }
    *out = bytes_of(bytes, size);
    return true;
}

/* ---- answering ----------------------------------------------------------------------------------- */

struct sheet {
    uint8_t *data;
    size_t size;
};

static void put(struct sheet *answer, const void *data, size_t size)
{
    memcpy(answer->data + answer->size, data, size);
    answer->size += size;
}

static void put_32(struct sheet *answer, uint32_t number)
{
    bytes_put_u32(answer->data + answer->size, number);
    answer->size += 4;
}

static void put_64(struct sheet *answer, uint64_t number)
{
    bytes_put_u64(answer->data + answer->size, number);
    answer->size += 8;
}

static void answer_end(struct journal *journal, struct sheet *answer)
{
    const struct journal_end end = journal_end(journal);

    put_64(answer, end.number);
    put(answer, end.hash, sizeof(end.hash));
    put_64(answer, journal_generation(journal));
}

static void put_piece(struct sheet *answer, uint64_t number, struct bytes coded, uint32_t offset)
{
    const size_t room = BACKUP_PAGE_BYTES_MAX - answer->size - BATCH_HEAD_BYTES;
    const size_t rest = coded.size - offset;
    const size_t piece = rest < room ? rest : room;

    put_64(answer, number);
    put_32(answer, (uint32_t)coded.size);
    put_32(answer, offset);
    put_32(answer, (uint32_t)piece);
    put(answer, coded.data + offset, piece);
}

static bool answer_batches(struct journal *journal,
                           const struct backup_page_request *request,
                           struct arena *arena,
                           struct sheet *answer)
{
    const uint64_t last = journal_end(journal).number;
    struct bytes coded;
    struct error err;

    for (uint64_t number = request->number; number <= last; number++) {
        const struct arena_mark mark = arena_mark(arena);
        const uint32_t offset = number == request->number ? request->offset : 0;
        if (!journal_read(journal, number, arena, &coded, &err) || offset >= coded.size) {
            return false;
        }
        const bool fits =
            answer->size + BATCH_HEAD_BYTES + coded.size - offset <= BACKUP_PAGE_BYTES_MAX;
        if (fits || number == request->number) {
            put_piece(answer, number, coded, offset);
        }
        arena_release(arena, mark);
        if (!fits) {
            break;
        }
    }
    return true;
}

/* False: the page is full. */
static bool put_sealed(struct sheet *answer, const struct journal_key *key)
{
    if (answer->size + KEY_HEAD_BYTES + key->sealed.size > BACKUP_PAGE_BYTES_MAX) {
        return false;
    }
    put(answer, key->referral.bytes, ID128_BYTES);
    put_32(answer, key->epoch);
    put_32(answer, (uint32_t)key->sealed.size);
    put(answer, key->sealed.data, key->sealed.size);
    return true;
}

static bool answer_keys_of(struct journal *journal,
                           const struct backup_page_request *request,
                           struct arena *arena,
                           struct sheet *answer)
{
    for (size_t i = 0; i < request->referral_count; i++) {
        const struct arena_mark mark = arena_mark(arena);
        struct journal_key key;
        if (journal_key(journal, &request->referrals[i], arena, &key) &&
            !put_sealed(answer, &key)) {
            return false; /* so many never are so large */
        }
        arena_release(arena, mark);
    }
    return true;
}

static bool answer_keys_after(struct journal *journal,
                              const struct backup_page_request *request,
                              struct arena *arena,
                              struct sheet *answer)
{
    struct journal_keys keys = {.items =
                                    arena_array(arena, BACKUP_PAGE_KEYS_MAX, sizeof(*keys.items)),
                                .most = BACKUP_PAGE_KEYS_MAX};
    struct error err;

    if (keys.items == NULL || request->referral_count != 1 ||
        !journal_keys_after(journal, request->referrals, arena, &keys, &err)) {
        return false; /* an empty page would say that there are no more */
    }
    for (size_t i = 0; i < keys.count && put_sealed(answer, &keys.items[i]); i++) {
    }
    return true;
}

static bool read_request(struct bytes bytes, struct arena *arena, struct backup_page_request *out)
{
    if (bytes.size < KIND_BYTES + 12 || (bytes.size - KIND_BYTES - 12) % ID128_BYTES != 0) {
        return false;
    }
    const size_t count = (bytes.size - KIND_BYTES - 12) / ID128_BYTES;
    struct id128 *referrals = arena_array(arena, count + 1, sizeof(*referrals));
    if (count > BACKUP_PAGE_KEYS_MAX || referrals == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(referrals[i].bytes, bytes.data + KIND_BYTES + 12 + i * ID128_BYTES, ID128_BYTES);
    }
    *out = (struct backup_page_request){.kind = (enum backup_page_kind)bytes.data[0],
                                        .number = bytes_get_u64(bytes.data + KIND_BYTES),
                                        .offset = bytes_get_u32(bytes.data + KIND_BYTES + 8),
                                        .referrals = referrals,
                                        .referral_count = count};
    return true;
}

bool backup_page_answer(struct journal *journal,
                        struct bytes request,
                        struct arena *arena,
                        struct bytes *out)
{
    struct backup_page_request asked;
    struct sheet answer = {.data = arena_alloc(arena, BACKUP_PAGE_BYTES_MAX)};

    if (answer.data == NULL || !read_request(request, arena, &asked)) {
        return false;
    }
    answer.data[answer.size++] = (uint8_t)asked.kind;
    bool good = false;
    switch (asked.kind) {
    case BACKUP_PAGE_END:
        answer_end(journal, &answer);
        good = true;
        break;
    case BACKUP_PAGE_BATCHES:
        good = asked.number > 0 && answer_batches(journal, &asked, arena, &answer);
        break;
    case BACKUP_PAGE_KEYS_OF:
        good = answer_keys_of(journal, &asked, arena, &answer);
        break;
    case BACKUP_PAGE_KEYS_AFTER:
        good = answer_keys_after(journal, &asked, arena, &answer);
        break;
    case BACKUP_PAGE_UNSPECIFIED:
    default: /* bytes of another process */
        break;
    }
    *out = bytes_of(answer.data, answer.size);
    return good;
}

/* ---- reading ------------------------------------------------------------------------------------- */

static bool read_batch(struct bytes *rest, struct backup_page_batch *out)
{
    if (rest->size < BATCH_HEAD_BYTES) {
        return false;
    }
    const uint8_t *head = rest->data;
    const size_t piece = bytes_get_u32(head + 16);
    *out = (struct backup_page_batch){.number = bytes_get_u64(head),
                                      .size = bytes_get_u32(head + 8),
                                      .offset = bytes_get_u32(head + 12),
                                      .piece = bytes_of(head + BATCH_HEAD_BYTES, piece)};
    if (piece == 0 || rest->size - BATCH_HEAD_BYTES < piece || out->offset >= out->size ||
        piece > out->size - out->offset) {
        return false;
    }
    *rest = bytes_of(head + BATCH_HEAD_BYTES + piece, rest->size - BATCH_HEAD_BYTES - piece);
    return true;
}

static bool read_batches(struct bytes rest, struct arena *arena, struct backup_page *out)
{
    out->batches = arena_array(arena, rest.size / BATCH_HEAD_BYTES + 1, sizeof(*out->batches));
    if (out->batches == NULL) {
        return false;
    }
    while (rest.size > 0) {
        if (!read_batch(&rest, &out->batches[out->batch_count])) {
            return false;
        }
        out->batch_count++;
    }
    return true;
}

static bool read_key(struct bytes *rest, struct journal_key *out)
{
    if (rest->size < KEY_HEAD_BYTES) {
        return false;
    }
    const size_t size = bytes_get_u32(rest->data + ID128_BYTES + 4);
    if (size == 0 || rest->size - KEY_HEAD_BYTES < size) {
        return false;
    }
    memcpy(out->referral.bytes, rest->data, ID128_BYTES);
    out->epoch = bytes_get_u32(rest->data + ID128_BYTES);
    out->sealed = bytes_of(rest->data + KEY_HEAD_BYTES, size);
    *rest = bytes_of(rest->data + KEY_HEAD_BYTES + size, rest->size - KEY_HEAD_BYTES - size);
    return true;
}

static bool read_keys(struct bytes rest, struct arena *arena, struct backup_page *out)
{
    out->keys = arena_array(arena, rest.size / KEY_HEAD_BYTES + 1, sizeof(*out->keys));
    if (out->keys == NULL) {
        return false;
    }
    while (rest.size > 0) {
        if (!read_key(&rest, &out->keys[out->key_count])) {
            return false;
        }
        out->key_count++;
    }
    return true;
}

static bool read_end(struct bytes rest, struct backup_page *out)
{
    if (rest.size != END_BYTES) {
        return false;
    }
    out->end.number = bytes_get_u64(rest.data);
    memcpy(out->end.hash, rest.data + 8, FACT_HASH_BYTES);
    out->generation = bytes_get_u64(rest.data + 8 + FACT_HASH_BYTES);
    return true;
}

bool backup_page_read(enum backup_page_kind kind,
                      struct bytes answer,
                      struct arena *arena,
                      struct backup_page *out)
{
    *out = (struct backup_page){.batch_count = 0};
    if (answer.size < KIND_BYTES || answer.data[0] != (uint8_t)kind) {
        return false;
    }
    const struct bytes rest = bytes_of(answer.data + KIND_BYTES, answer.size - KIND_BYTES);
    switch (kind) {
    case BACKUP_PAGE_END:
        return read_end(rest, out);
    case BACKUP_PAGE_BATCHES:
        return read_batches(rest, arena, out);
    case BACKUP_PAGE_KEYS_OF:
    case BACKUP_PAGE_KEYS_AFTER:
        return read_keys(rest, arena, out);
    case BACKUP_PAGE_UNSPECIFIED:
        break;
    }
    return false;
}
