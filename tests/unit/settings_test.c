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
    bool unknown = false;
    bool disclosure = false;
    for (size_t i = 0; i < world->errors.count; i++) {
        const struct error *error = &world->errors.items[i];
        unknown = unknown || (strstr(error->text, "listn") != NULL && error->at.line == 2);
        disclosure = disclosure || strstr(error->text, "disclosure") != NULL;
    }
    assert_true(unknown);
    assert_true(disclosure);
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
        TEST(a_missing_file_is_no_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
