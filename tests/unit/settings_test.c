/* The daemon's own part of broker.yaml: paths beside the file, every mistake with its place. */
#include "broker/daemon/settings.h"

#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct world {
    struct scratch *scratch;
    struct arena *arena;
    struct error_list errors;
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world->scratch = scratch_create();
    world->arena = arena_create(8 << 20);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_destroy(&world->arena);
    scratch_destroy(&world->scratch);
    free(world);
    return 0;
}

static const char good[] = "region: north\n"
                           "number-prefix: NR\n"
                           "title: {ru: Север, en: North}\n"
                           "listen: tcp://127.0.0.1:*\n"
                           "keys: {curve: keys/broker.key, disclosure: /etc/disclosure.key}\n"
                           "store: store\n"
                           "calendar: calendar.yaml\n"
                           "directory: directory\n"
                           "policy: nowhere.yaml\n";

static void paths_are_beside_the_file(void **state)
{
    struct world *world = *state;
    struct settings settings;
    (void)scratch_write(world->scratch, "broker.yaml", good);
    const char *folder = scratch_path(world->scratch, "");
    assert_true(settings_load(&settings, folder, world->arena, &world->errors));
    assert_string_equal(settings.listen, "tcp://127.0.0.1:*");
    assert_string_equal(settings.disclosure_key, "/etc/disclosure.key");
    assert_non_null(strstr(settings.curve_key, "/keys/broker.key"));
    assert_int_equal(strncmp(settings.curve_key, folder, strlen(folder)), 0);
    assert_non_null(strstr(settings.store, "/store"));
}

static void mistakes_are_told_with_their_place(void **state)
{
    struct world *world = *state;
    struct settings settings;
    const char *path = scratch_write(world->scratch,
                                     "broker.yaml",
                                     "region: north\n"
                                     "listn: tcp://127.0.0.1:*\n"
                                     "keys: {curve: a}\n"
                                     "store: store\n");
    assert_false(settings_load(&settings, path, world->arena, &world->errors));
    static const struct {
        uint32_t line;
        const char *text;
    } expected[] = {
        {1, "не указано «listen» / \"listen\" is missing"},
        {2,
         "неизвестный ключ «listn», может быть, «listen»? / "
         "unknown key \"listn\", did you mean \"listen\"?"},
        {3, "не указано «disclosure» / \"disclosure\" is missing"},
    };
    assert_int_equal(world->errors.count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(world->errors.items[i].at.line, expected[i].line);
        assert_string_equal(world->errors.items[i].text, expected[i].text);
    }
}

static void a_mistake_of_writing_is_told_in_both_languages(void **state)
{
    struct world *world = *state;
    struct settings settings;
    const char *path = scratch_write(world->scratch, "broker.yaml", "keys:\n\tcurve: a\n");
    assert_false(settings_load(&settings, path, world->arena, &world->errors));
    assert_int_equal(world->errors.count, 1);
    assert_int_equal(world->errors.items[0].at.line, 2);
    assert_non_null(strstr(world->errors.items[0].text,
                           "здесь не может стоять табуляция: отступайте пробелами / a tab cannot"));
}

static void a_missing_file_is_no_input(void **state)
{
    struct world *world = *state;
    struct settings settings;
    const char *path = scratch_path(world->scratch, "nothing.yaml");
    assert_false(settings_load(&settings, path, world->arena, &world->errors));
    assert_int_equal(world->errors.items[0].code, ERROR_NO_INPUT);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(paths_are_beside_the_file),
        TEST(mistakes_are_told_with_their_place),
        TEST(a_mistake_of_writing_is_told_in_both_languages),
        TEST(a_missing_file_is_no_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
