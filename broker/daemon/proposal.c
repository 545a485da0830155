/* A configuration as a stream of records; see proposal.h. */
#include "broker/daemon/proposal.h"

#include <string.h>

enum { HEAD_BYTES = 5 };

static void put_head(FILE *stream, char tag, size_t size)
{
    uint8_t head[HEAD_BYTES] = {(uint8_t)tag};
    bytes_put_u32(head + 1, (uint32_t)size);
    (void)fwrite(head, 1, sizeof(head), stream);
}

static void put_text(FILE *stream, const char *text)
{
    (void)fwrite(text, 1, strlen(text) + 1, stream);
}

void proposal_write_report(FILE *stream, const struct source_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct source_diagnostic *item = &report->items[i];
        char place[160] = "";
        char code[DIAGNOSTIC_CODE_BYTES];
        if (item->at.line > 0) {
            (void)snprintf(
                place, sizeof(place), "%s:%u:%u", item->at.file, item->at.line, item->at.column);
        } else {
            (void)snprintf(place, sizeof(place), "%s", item->at.file);
        }
        const char *text = item->text.en == NULL ? "" : item->text.en;
        const char *ru = item->text.ru == NULL ? "" : item->text.ru;
        put_head(stream,
                 'D',
                 1 + strlen(diagnostic_code(item->code, code)) + 1 + strlen(place) + 1 +
                     strlen(text) + 1 + strlen(ru) + 1);
        (void)fputc(item->warning ? 'w' : 'e', stream);
        put_text(stream, code);
        put_text(stream, place);
        put_text(stream, text);
        put_text(stream, ru);
    }
}

void proposal_write_input(FILE *stream, const struct region_input *input, struct arena *arena)
{
    const char *const heading[] = {
        input->code, input->number_prefix, input->title.ru, input->title.en};
    size_t size = 0;

    for (size_t i = 0; i < 4; i++) {
        size += strlen(heading[i]) + 1;
    }
    put_head(stream, 'H', size);
    for (size_t i = 0; i < 4; i++) {
        put_text(stream, heading[i]);
    }
    for (size_t i = 0; i < input->row_count; i++) {
        struct bytes coded;
        if (!directory_encode_row(&input->rows[i], arena, &coded)) {
            return; /* without Z */
        }
        put_head(stream, 'R', coded.size);
        (void)fwrite(coded.data, 1, coded.size, stream);
    }
    for (size_t i = 0; i < input->text_count; i++) {
        const struct region_text *text = &input->texts[i];
        put_head(stream, 'T', strlen(text->name) + 1 + text->text.size);
        put_text(stream, text->name);
        (void)fwrite(text->text.data, 1, text->text.size, stream);
    }
    put_head(stream, 'Z', 0);
}

/* ---- reading ------------------------------------------------------------------------------------- */

struct reading {
    struct arena *arena;
    struct proposal *out;
    struct directory_row *rows;
    struct region_text *texts;
    struct proposal_finding *findings;
};

/* The next NUL-terminated text of a payload; NULL when there is none. */
static const char *take_text(struct bytes *payload)
{
    const uint8_t *end = payload->size == 0 ? NULL : memchr(payload->data, 0, payload->size);
    if (end == NULL) {
        return NULL;
    }
    const char *text = (const char *)payload->data;
    const size_t bytes = (size_t)(end - payload->data) + 1;
    *payload = bytes_of(payload->data + bytes, payload->size - bytes);
    return text;
}

static bool take_heading(struct reading *reading, struct bytes payload)
{
    struct region_input *input = &reading->out->input;
    input->code = take_text(&payload);
    input->number_prefix = take_text(&payload);
    input->title.ru = take_text(&payload);
    input->title.en = take_text(&payload);
    return input->title.en != NULL;
}

static bool take_finding(struct reading *reading, struct bytes payload)
{
    struct proposal_finding *finding = &reading->findings[reading->out->finding_count++];
    if (payload.size == 0) {
        return false;
    }
    finding->warning = payload.data[0] == 'w';
    payload = bytes_of(payload.data + 1, payload.size - 1);
    finding->code = take_text(&payload);
    finding->place = take_text(&payload);
    finding->text = take_text(&payload);
    finding->text_ru = take_text(&payload);
    return finding->text_ru != NULL;
}

static bool take_record(struct reading *reading, uint8_t tag, struct bytes payload)
{
    struct region_input *input = &reading->out->input;
    switch (tag) {
    case 'H':
        return take_heading(reading, payload);
    case 'R':
        return directory_decode_row(payload, reading->arena, &reading->rows[input->row_count++]);
    case 'T': {
        struct region_text *text = &reading->texts[input->text_count++];
        text->name = take_text(&payload);
        text->text = payload;
        return text->name != NULL;
    }
    case 'D':
        return take_finding(reading, payload);
    case 'Z':
        reading->out->valid = input->code != NULL;
        return reading->out->valid;
    default:
        return false;
    }
}

/* Cuts the next record off; false at the end, or when the rest is no record. */
static bool next_record(struct bytes *rest, uint8_t *tag, struct bytes *payload)
{
    if (rest->size < HEAD_BYTES) {
        return false;
    }
    const size_t size = bytes_get_u32(rest->data + 1);
    if (size > rest->size - HEAD_BYTES) {
        return false;
    }
    *tag = rest->data[0];
    *payload = bytes_of(rest->data + HEAD_BYTES, size);
    *rest = bytes_of(rest->data + HEAD_BYTES + size, rest->size - HEAD_BYTES - size);
    return true;
}

static bool make_room(struct reading *reading, struct bytes bytes)
{
    size_t counts[256] = {0};
    struct bytes payload;
    uint8_t tag = 0;

    while (next_record(&bytes, &tag, &payload)) {
        counts[tag]++;
    }
    reading->rows = arena_array(reading->arena, counts['R'] + 1, sizeof(*reading->rows));
    reading->texts = arena_array(reading->arena, counts['T'] + 1, sizeof(*reading->texts));
    reading->findings = arena_array(reading->arena, counts['D'] + 1, sizeof(*reading->findings));
    return reading->rows != NULL && reading->texts != NULL && reading->findings != NULL;
}

bool proposal_read(struct bytes bytes, struct arena *arena, struct proposal *out, struct error *err)
{
    struct reading reading = {.arena = arena, .out = out};
    struct bytes payload;
    uint8_t tag = 0;

    memset(out, 0, sizeof(*out));
    if (!make_room(&reading, bytes)) {
        return error_set(err, ERROR_OS, "no memory for the proposal");
    }
    out->input.rows = reading.rows;
    out->input.texts = reading.texts;
    out->findings = reading.findings;
    while (!out->valid && next_record(&bytes, &tag, &payload)) {
        if (!take_record(&reading, tag, payload)) {
            return error_set(err, ERROR_DATA, "the proposal is damaged");
        }
    }
    return true;
}
