/* Operating failures: what went wrong, where in the input, and what kind it is.
 *
 * A function that can fail because of the world (disk, peer, file, user) returns bool and fills a
 * struct error; false means the error is filled and the outputs are untouched. Verdicts (denied,
 * duplicate, not found) are enums and never errors. Our own bugs are asserted.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One kind of failure. error_exit_status maps each to one exit status (sysexits.h). */
enum error_code {
    ERROR_NONE = 0,
    ERROR_FINDINGS, /* 1: a check did its work and found mistakes */
    ERROR_CRITICAL, /* 2: … something that cannot wait (2 and 3: for monitoring systems, as Nagios has it) */
    ERROR_UNKNOWN,     /* 3: … nothing, because it could not look */
    ERROR_USAGE,       /* 64: the command line */
    ERROR_DATA,        /* 65: the user's data are wrong */
    ERROR_NO_INPUT,    /* 66: an input file is missing or unreadable */
    ERROR_UNAVAILABLE, /* 69: a service does not answer */
    ERROR_INTERNAL,    /* 70: a bug that was noticed */
    ERROR_OS,          /* 71: the system refused (memory, files, fork) */
    ERROR_CREATE,      /* 73: an output cannot be created */
    ERROR_IO,          /* 74: reading or writing failed */
    ERROR_TEMPORARY,   /* 75: try again later (full, busy) */
    ERROR_PROTOCOL,    /* 76: the peer does not keep the protocol */
    ERROR_PERMISSION,  /* 77: not allowed */
    ERROR_CONFIG,      /* 78: the configuration is wrong */
    ERROR_CODE_END
};

/* A place in an input, 1-based; line 0 means "no place". */
struct text_pos {
    char file[96]; /* shortened at the front when longer */
    uint32_t line;
    uint32_t column; /* in characters, not bytes */
};

struct error {
    enum error_code code;
    int reason; /* errno of the call that failed; 0: none. For logs that may not tell the text, with its names */
    struct text_pos at;
    char text[512];
};

/* Up to ERROR_LIST_MAX errors of one run of a checker; more are counted, not kept. */
enum { ERROR_LIST_MAX = 64 };
struct error_list {
    struct error items[ERROR_LIST_MAX];
    size_t count;
    size_t dropped;
};

/* A place; a file name that is too long keeps its end, after "...". file may be NULL: no place. */
struct text_pos error_pos(const char *file, uint32_t line, uint32_t column);

/* Fill an error. Always returns false, so that `return error_set(err, …)` reads well. */
bool error_set(struct error *err, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4), nonnull(1, 3)));
bool error_set_at(struct error *err,
                  enum error_code code,
                  const struct text_pos *at,
                  const char *format,
                  ...) __attribute__((format(printf, 4, 5), nonnull(1, 3, 4)));
/* Like error_set, with ": " and the text of errno_value behind it. */
bool error_set_errno(struct error *err,
                     enum error_code code,
                     int errno_value,
                     const char *format,
                     ...) __attribute__((format(printf, 4, 5), nonnull(1, 4)));

/* Put context in front as the error rises: "load policy: <text>". Always returns false. */
bool error_prepend(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(1, 2)));

/* "file:line:column: text", or the text alone when there is no place. Returns buffer. */
const char *error_format(const struct error *err, char *buffer, size_t buffer_bytes);

int error_exit_status(enum error_code code);

/* Add a report to a list; a full list counts it as dropped. Always returns false. */
bool error_list_add(struct error_list *list,
                    enum error_code code,
                    const struct text_pos *at,
                    const char *format,
                    ...) __attribute__((format(printf, 4, 5), nonnull(1, 4)));

#endif
