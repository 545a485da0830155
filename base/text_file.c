/* Text files; see the header. */
#include "base/text_file.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    IN_BYTES = 32768,
    OUT_BYTES = 4 * IN_BYTES, /* a byte of Windows-1251 is up to three of UTF-8 */
    MARK_BYTES_MAX = 3,
    LETTERS_SURE =
        4 /* letters of several bytes after which a broken byte no longer speaks against UTF-8 */
};

struct text_file {
    FILE *stream;
    enum text_file_encoding encoding;
    iconv_t converter;
    uint64_t bytes;
    uint64_t bytes_read; /* converted, with the mark */
    size_t held;         /* bytes in `in` that are not converted yet */
    bool broken;
    char in[IN_BYTES];
    char out[OUT_BYTES];
};

struct encoding_row {
    const char *name;
    const char *iconv_name;
    const char *mark;
};

static const struct encoding_row encodings[TEXT_FILE_ENCODING_END] = {
    [TEXT_FILE_UTF_8] = {"UTF-8", "UTF-8", ""},
    [TEXT_FILE_UTF_8_MARKED] = {"UTF-8 (BOM)", "UTF-8", "\xEF\xBB\xBF"},
    [TEXT_FILE_WINDOWS_1251] = {"Windows-1251", "WINDOWS-1251", ""},
    [TEXT_FILE_UTF_16_LE] = {"UTF-16 LE", "UTF-16LE", "\xFF\xFE"},
    [TEXT_FILE_UTF_16_BE] = {"UTF-16 BE", "UTF-16BE", "\xFE\xFF"},
};

static bool sniff(struct text_file *file, struct error *err);
static bool looks_like_utf_8(struct text_file *file, struct error *err, bool *out);
static size_t letter_bytes(const uint8_t *at, size_t left);
static size_t text_in_front(const char *out, size_t made);
static size_t convert(struct text_file *file);
static bool fail_reading(struct error *err);

bool text_file_open(struct text_file **out, const char *path, struct error *err)
{
    struct stat about;
    FILE *stream = fopen(path, "rbe");

    if (stream == NULL) {
        return error_set_errno(err, ERROR_NO_INPUT, errno, "%s", path);
    }
    if (fstat(fileno(stream), &about) != 0 || !S_ISREG(about.st_mode)) {
        (void)fclose(stream);
        return error_set(err, ERROR_NO_INPUT, "%s: no regular file", path);
    }
    return text_file_of(out, stream, err) || error_prepend(err, "%s", path);
}

bool text_file_of(struct text_file **out, FILE *stream, struct error *err)
{
    struct text_file *file = calloc(1, sizeof(*file));

    if (file == NULL) {
        (void)fclose(stream);
        return error_set(err, ERROR_OS, "no memory left");
    }
    file->stream = stream;
    file->converter = (iconv_t)-1;
    if (!sniff(file, err)) {
        text_file_close(&file);
        return false;
    }
    file->converter = iconv_open("UTF-8", encodings[file->encoding].iconv_name);
    if (file->converter == (iconv_t)-1) {
        (void)error_set_errno(err, ERROR_OS, errno, "%s", encodings[file->encoding].name);
        text_file_close(&file);
        return false;
    }
    if (!text_file_rewind(file, err)) {
        text_file_close(&file);
        return false;
    }
    *out = file;
    return true;
}

void text_file_close(struct text_file **file)
{
    if (*file == NULL) {
        return;
    }
    if ((*file)->converter != (iconv_t)-1) {
        (void)iconv_close((*file)->converter);
    }
    (void)fclose((*file)->stream);
    free(*file);
    *file = NULL;
}

enum text_file_encoding text_file_encoding(const struct text_file *file)
{
    return file->encoding;
}

const char *text_file_encoding_name(enum text_file_encoding encoding)
{
    return encodings[encoding].name;
}

uint64_t text_file_bytes(const struct text_file *file)
{
    return file->bytes;
}

uint64_t text_file_bytes_read(const struct text_file *file)
{
    return file->bytes_read;
}

enum text_file_read text_file_read(struct text_file *file, struct bytes *piece, struct error *err)
{
    if (file->broken) {
        return TEXT_FILE_BROKEN;
    }
    const size_t got = fread(file->in + file->held, 1, IN_BYTES - file->held, file->stream);
    if (got == 0 && ferror(file->stream) != 0) {
        (void)fail_reading(err);
        return TEXT_FILE_FAILED;
    }
    file->held += got;
    if (file->held == 0) {
        return TEXT_FILE_END;
    }
    size_t made = convert(file);
    const size_t text = text_in_front(file->out, made);
    file->broken = file->broken || text < made;
    made = text;
    if (made == 0) { /* half a character, and nothing behind it */
        file->broken = true;
        return TEXT_FILE_BROKEN;
    }
    *piece = bytes_of(file->out, made);
    return TEXT_FILE_PIECE;
}

bool text_file_rewind(struct text_file *file, struct error *err)
{
    const size_t mark = strlen(encodings[file->encoding].mark);

    if (fseek(file->stream, (long)mark, SEEK_SET) != 0) {
        return fail_reading(err);
    }
    (void)iconv(file->converter, NULL, NULL, NULL, NULL);
    file->held = 0;
    file->broken = false;
    file->bytes_read = mark;
    return true;
}

static bool sniff(struct text_file *file, struct error *err)
{
    if (fseek(file->stream, 0, SEEK_END) != 0) {
        return fail_reading(err);
    }
    const long end = ftell(file->stream);
    if (end < 0 || fseek(file->stream, 0, SEEK_SET) != 0) {
        return fail_reading(err);
    }
    file->bytes = (uint64_t)end;
    const size_t got = fread(file->in, 1, MARK_BYTES_MAX, file->stream);
    for (int i = 0; i < TEXT_FILE_ENCODING_END; i++) {
        const size_t mark = strlen(encodings[i].mark);
        if (mark > 0 && mark <= got && memcmp(file->in, encodings[i].mark, mark) == 0) {
            file->encoding = (enum text_file_encoding)i;
            return true;
        }
    }
    bool utf_8 = false;
    if (fseek(file->stream, 0, SEEK_SET) != 0) {
        return fail_reading(err);
    }
    if (!looks_like_utf_8(file, err, &utf_8)) {
        return false;
    }
    file->encoding = utf_8 ? TEXT_FILE_UTF_8 : TEXT_FILE_WINDOWS_1251;
    return true;
}

/* Reads on until a byte speaks against it. */
static bool looks_like_utf_8(struct text_file *file, struct error *err, bool *out)
{
    const uint8_t *in = (const uint8_t *)file->in;
    unsigned letters = 0;
    size_t held = 0;

    for (;;) {
        const size_t got = fread(file->in + held, 1, IN_BYTES - held, file->stream);
        if (got == 0 && ferror(file->stream) != 0) {
            return fail_reading(err);
        }
        held += got;
        size_t at = 0;
        size_t bytes = 1;
        while (at < held && (bytes = letter_bytes(in + at, held - at)) > 0) {
            letters += bytes > 1 && letters < LETTERS_SURE;
            at += bytes;
        }
        const bool cut = held - at < MARK_BYTES_MAX + 1 && got > 0; /* the rest may still come */
        if (at < held && !cut) {
            *out = letters == LETTERS_SURE;
            return true;
        }
        if (got == 0) {
            *out = true;
            return true;
        }
        held -= at;
        memmove(file->in, file->in + at, held);
    }
}

/* Of the character at the beginning; 0: none of UTF-8. */
static size_t letter_bytes(const uint8_t *at, size_t left)
{
    const size_t bytes = at[0] < 0x80 ? 1 : at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;

    return bytes <= left && (bytes == 1 || bytes_is_text(bytes_of(at, bytes))) ? bytes : 0;
}

/* Until a NUL, or a letter behind the last of Unicode, which iconv lets pass. */
static size_t text_in_front(const char *out, size_t made)
{
    size_t at = 0;

    if (bytes_is_text(bytes_of(out, made))) {
        return made;
    }
    while (at < made && out[at] != '\0') {
        const size_t bytes = letter_bytes((const uint8_t *)out + at, made - at);
        if (bytes == 0) {
            break;
        }
        at += bytes;
    }
    return at;
}

/* What is held becomes UTF-8 in `out`; returns how much. */
static size_t convert(struct text_file *file)
{
    char *from = file->in;
    char *to = file->out;
    size_t left = file->held;
    size_t room = OUT_BYTES;

    if (iconv(file->converter, &from, &left, &to, &room) == (size_t)-1 && errno == EILSEQ) {
        file->broken = true;
    }
    file->bytes_read += file->held - left;
    file->held = left;
    memmove(file->in, from, left);
    return OUT_BYTES - room;
}

static bool fail_reading(struct error *err)
{
    return error_set_errno(err, ERROR_IO, errno, "cannot be read");
}
