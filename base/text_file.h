/* A text file as spreadsheets and old programs write it, read as UTF-8 in pieces: the one place that knows iconv.
 *
 * The encoding is sniffed from the file itself: UTF-8 with or without a byte order mark, UTF-16 with one (as Excel writes
 * "Unicode text"), else Windows-1251. A file with UTF-8 letters in it and a broken byte later is UTF-8 with a mistake and not
 * Windows-1251: reading stops at that byte. A NUL is a mistake too.
 * Memory does not grow with the file.
 */
#ifndef BASE_TEXT_FILE_H
#define BASE_TEXT_FILE_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum text_file_encoding {
    TEXT_FILE_UTF_8,
    TEXT_FILE_UTF_8_MARKED,
    TEXT_FILE_WINDOWS_1251,
    TEXT_FILE_UTF_16_LE,
    TEXT_FILE_UTF_16_BE,
    TEXT_FILE_ENCODING_END
};

struct text_file;

/* A regular file. Errors NO_INPUT (missing, unreadable, no file), IO, OS. */
bool text_file_open(struct text_file **out, const char *path, struct error *err)
    __attribute__((warn_unused_result));
/* The same from a stream that can be rewound; it becomes the text file's. */
bool text_file_of(struct text_file **out, FILE *stream, struct error *err)
    __attribute__((warn_unused_result));
void text_file_close(struct text_file **file);

enum text_file_encoding text_file_encoding(const struct text_file *file);
/* "UTF-8", "UTF-8 (BOM)", "Windows-1251", … */
const char *text_file_encoding_name(enum text_file_encoding encoding);
/* Bytes of the file, and how many of them were read so far. */
uint64_t text_file_bytes(const struct text_file *file);
uint64_t text_file_bytes_read(const struct text_file *file);

enum text_file_read {
    TEXT_FILE_PIECE, /* *piece is not empty, ends between characters, and lives until the next call */
    TEXT_FILE_END,
    TEXT_FILE_BROKEN, /* a byte behind the last piece is no text of the encoding, or a NUL */
    TEXT_FILE_FAILED  /* err is filled: reading failed */
};
enum text_file_read text_file_read(struct text_file *file, struct bytes *piece, struct error *err);
/* Back to the beginning. */
bool text_file_rewind(struct text_file *file, struct error *err)
    __attribute__((warn_unused_result));

#endif
