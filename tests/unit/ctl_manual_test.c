/* agents/ctl/refctl.1 knows every command and every option, and all that it shows fits the program. */
#include "agents/ctl/options.h"
#include "agents/ctl/verb.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANUAL_BYTES_MAX = 1 << 20 };

/* The manual's text without the backslashes of its dashes. */
static char *read_manual(struct arena *arena)
{
    const char *root = getenv("REFBROKER_ROOT");
    char path[512];
    struct bytes content;
    struct error err;

    (void)snprintf(path, sizeof(path), "%s/agents/ctl/refctl.1", root == NULL ? "." : root);
    if (!file_read(path, MANUAL_BYTES_MAX, arena, &content, &err)) {
        fail_msg("%s", err.text);
    }
    char *text = arena_text_of(arena, content);
    assert_non_null(text);
    size_t kept = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] != '\\' || text[i + 1] != '-') {
            text[kept++] = text[i];
        }
    }
    text[kept] = '\0';
    return text;
}

static void every_option_and_command_is_in_the_manual_test(void **state)
{
    struct arena *arena = arena_create(4 << 20);
    char name[64];

    (void)state;
    assert_non_null(arena);
    const char *manual = read_manual(arena);
    for (enum option option = 0; option < OPTION_END; option++) {
        (void)snprintf(name, sizeof(name), "--%s", options_row(option)->name);
        if (strstr(manual, name) == NULL) {
            fail_msg("%s is not in the manual", name);
        }
    }
    for (size_t i = 0; i < verb_count(); i++) {
        char verb[VERB_NAME_MAX];
        if (strstr(manual, verb_name(verb_at(i), verb)) == NULL) {
            fail_msg("%s is not in the manual", verb);
        }
    }
    arena_destroy(&arena);
}

static void every_text_is_in_both_languages_test(void **state)
{
    (void)state;
    for (size_t i = 0; i < verb_count(); i++) {
        const struct verb *verb = verb_at(i);
        assert_true(verb->summary.ru[0] != '\0' && verb->summary.en[0] != '\0');
        assert_int_equal(verb->arguments.ru[0] == '\0', verb->arguments.en[0] == '\0');
        assert_int_equal(verb->text.ru[0] == '\0', verb->text.en[0] == '\0');
        assert_int_equal(strncmp(verb->example, "refctl ", 7), 0);
    }
    for (enum option option = 0; option < OPTION_END; option++) {
        const struct options_row *row = options_row(option);
        assert_true(row->meaning.ru[0] != '\0' && row->meaning.en[0] != '\0');
        assert_int_equal(row->value.ru == NULL, row->value.en == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_and_command_is_in_the_manual_test),
        cmocka_unit_test(every_text_is_in_both_languages_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
