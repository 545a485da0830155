/* Log lines: the form, the escapes, the limits. */
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A log that writes into memory. */
struct fixture {
    struct clock *clock;
    struct log *log;
    FILE *stream;
    char *text;
    size_t bytes;
};

static void open_log(struct fixture *fixture, enum log_level least)
{
    *fixture = (struct fixture){.text = NULL};
    fixture->clock = clock_create_manual(1795335302123456);
    fixture->stream = open_memstream(&fixture->text, &fixture->bytes);
    assert_non_null(fixture->stream);
    fixture->log = log_create(fixture->stream, fixture->clock, least);
}

static void close_log(struct fixture *fixture)
{
    log_destroy(&fixture->log);
    assert_null(fixture->log);
    (void)fclose(fixture->stream);
    free(fixture->text);
    clock_destroy(&fixture->clock);
}

static void log_writes_one_line_test(void **state)
{
    struct fixture fixture;

    (void)state;
    open_log(&fixture, LOG_LEVEL_INFO);
    LOG_INFO(fixture.log, "session_opened", LOG_TEXT("site", "school-7"), LOG_NUMBER("window", 64));
    assert_string_equal(fixture.text,
                        "time=2026-11-22T08:15:02.123Z level=info event=session_opened "
                        "site=school-7 window=64\n");
    close_log(&fixture);
}

static void log_quotes_what_could_be_mistaken_test(void **state)
{
    struct fixture fixture;

    (void)state;
    open_log(&fixture, LOG_LEVEL_INFO);
    LOG_WARN(fixture.log,
             "x",
             LOG_TEXT("a", "two words"),
             LOG_TEXT("b", "q\"\\\n\t\x01\x7F"),
             LOG_TEXT("c", ""),
             LOG_TEXT("d", "k=v"),
             LOG_TEXT("e", "Ёж"),
             LOG_TEXT("f", "\xFF\xD0"));
    assert_string_equal(fixture.text + strlen("time=2026-11-22T08:15:02.123Z "),
                        "level=warn event=x a=\"two words\" b=\"q\\\"\\\\\\n\\t\\x01\\x7f\" c=\"\" "
                        "d=\"k=v\" e=Ёж f=\"\\xff\\xd0\"\n");
    close_log(&fixture);
}

static void log_drops_below_its_level_test(void **state)
{
    struct fixture fixture;

    (void)state;
    open_log(&fixture, LOG_LEVEL_ERROR);
    LOG_WARN(fixture.log, "quiet", LOG_NUMBER("n", 1));
    (void)fflush(fixture.stream);
    assert_int_equal(fixture.bytes, 0);
    LOG_ERROR(fixture.log, "loud", LOG_NUMBER("n", -1));
    LOG_ALARM(fixture.log, "louder", LOG_NUMBER("n", INT64_MIN));
    log_write(fixture.log, LOG_LEVEL_ERROR, "bare", NULL, 0);
    assert_non_null(strstr(fixture.text, "level=error event=loud n=-1\n"));
    assert_non_null(strstr(fixture.text, "level=alarm event=louder n=-9223372036854775808\n"));
    assert_non_null(strstr(fixture.text, "level=error event=bare\n"));
    close_log(&fixture);
}

static void log_line_is_bounded_and_ends_test(void **state)
{
    static char longest[100001];
    struct fixture fixture;

    (void)state;
    memset(longest, '\x01', sizeof(longest) - 1);
    open_log(&fixture, LOG_LEVEL_INFO);
    LOG_INFO(fixture.log,
             "x",
             LOG_TEXT("a", longest),
             LOG_TEXT("b", longest),
             LOG_TEXT("c", longest),
             LOG_TEXT("d", longest),
             LOG_TEXT("e", longest));
    assert_true(fixture.bytes <= 4096);
    assert_int_equal(fixture.text[fixture.bytes - 1], '\n');
    assert_ptr_equal(strchr(fixture.text, '\n'), fixture.text + fixture.bytes - 1);
    assert_non_null(strstr(fixture.text, "\\x01...\" b=\""));
    memset(longest, 'z', sizeof(longest) - 1);
    size_t first_line = fixture.bytes;
    LOG_INFO(fixture.log, "y", LOG_TEXT("a", longest), LOG_NUMBER("n", 5));
    assert_non_null(strstr(fixture.text + first_line, "z...\" n=5\n"));
    close_log(&fixture);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_writes_one_line_test),
        cmocka_unit_test(log_quotes_what_could_be_mistaken_test),
        cmocka_unit_test(log_drops_below_its_level_test),
        cmocka_unit_test(log_line_is_bounded_and_ends_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
