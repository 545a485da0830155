/* agents/ctl/key_entry: public keys added to a file of the directory. */
#include "agents/ctl/key_entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct key_entry entry = {
    .site = "school-7",
    .curve = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
    .sealing = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6",
};

#define LINE                                                                                       \
    "- {site: school-7, curve: \"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7\", "                     \
    "sealing: \"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6\"}\n"

static bool add(const char *before, struct arena *arena, struct bytes *after, struct error *err)
{
    struct key_entry_file file = {.name = "keys.yaml", .content = bytes_of_text(before)};

    return key_entry_add(&entry, &file, arena, after, err);
}

static void check_becomes(const char *before, const char *after)
{
    struct arena *arena = arena_create(1 << 20);
    struct bytes got;
    struct error err;

    assert_non_null(arena);
    if (!add(before, arena, &got, &err)) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(arena_text_of(arena, got), after);
    arena_destroy(&arena);
}

static void check_refused(const char *before, const char *part)
{
    struct arena *arena = arena_create(1 << 20);
    struct bytes got;
    struct error err;

    assert_non_null(arena);
    assert_false(add(before, arena, &got, &err));
    assert_int_equal(err.code, ERROR_CONFIG);
    if (strstr(err.text, part) == NULL) {
        fail_msg("\"%s\" does not speak of %s", err.text, part);
    }
    arena_destroy(&arena);
}

static void an_entry_finds_its_place_test(void **state)
{
    (void)state;
    check_becomes("", "keys:\n  " LINE);
    check_becomes("sites:\n  - {id: a}\n", "sites:\n  - {id: a}\nkeys:\n  " LINE);
    check_becomes("sites:\n  - {id: a}", "sites:\n  - {id: a}\nkeys:\n  " LINE);
    check_becomes("keys:\n", "keys:\n  " LINE);
}

static void comments_and_layout_stay_test(void **state)
{
    (void)state;
    check_becomes("# ours\nkeys: # by keygen\n  # the clinic\n  - {site: clinic}\nsites: []\n",
                  "# ours\nkeys: # by keygen\n  " LINE
                  "  # the clinic\n  - {site: clinic}\nsites: []\n");
    check_becomes("keys:\n- {site: clinic}\n", "keys:\n" LINE "- {site: clinic}\n");
    check_becomes("keys:\n    - site: clinic\n      curve: x\n",
                  "keys:\n    " LINE "    - site: clinic\n      curve: x\n");
}

static void a_second_generation_goes_beside_the_first_test(void **state)
{
    (void)state;
    check_becomes("keys:\n  - {site: school-7}\n", "keys:\n  " LINE "  - {site: school-7}\n");
    check_refused("keys:\n  - {site: school-7}\n  - {site: school-7}\n", "two generations");
}

static void files_that_cannot_take_it_are_refused_test(void **state)
{
    (void)state;
    check_refused("keys: [{site: clinic}]\n", "one entry on each line");
    check_refused("keys: []\n", "one entry on each line");
    check_refused("keys: 7\n", "one entry on each line");
    check_refused("- a\n", "no map");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_finds_its_place_test),
        cmocka_unit_test(comments_and_layout_stay_test),
        cmocka_unit_test(a_second_generation_goes_beside_the_first_test),
        cmocka_unit_test(files_that_cannot_take_it_are_refused_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
