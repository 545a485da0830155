/* The configuration of an agent: what may stand in it, who may speak, what a reload takes over. */
#include "agents/daemon/agent_config.h"

#include "agents/core/news.h"
#include "tests/support/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char GOOD[] =
    "site: school-7\n"
    "broker: {key: keys/broker.pub, endpoints: [tcp://127.0.0.1:7551, tcp://127.0.0.2:7551]}\n"
    "keys: {curve: keys/x.key, sealing: keys/x.seal.key, storage: keys/x.store.key,\n"
    "       matching: keys/matching.key, disclosure: /etc/disclosure.pub}\n"
    "store: store\n"
    "socket: ipc://run/x.sock\n"
    "socket-mode: \"0660\"\n"
    "people: [{uid: \"*\", worker: guest-1}, {uid: 1000, worker: specialist-1},\n"
    "         {uid: 1000, worker: curator-1}]\n"
    "drop: {folder: drop, worker: specialist-1}\n"
    "hooks: [{on: [offer, outcome], run: bin/notify, timeout: 2 min, facts: yes}]\n";

struct bench {
    struct scratch *scratch;
    struct agent_config *config;
    struct error_list errors;
};

static bool load(struct bench *bench, const char *text)
{
    agent_config_destroy(&bench->config);
    memset(&bench->errors, 0, sizeof bench->errors);
    const char *path = scratch_write(bench->scratch, "agent.yaml", text);
    return agent_config_load(path, &bench->config, &bench->errors);
}

static int set_up(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    bench.scratch = scratch_create();
    *state = &bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    agent_config_destroy(&bench->config);
    scratch_destroy(&bench->scratch);
    return 0;
}

static void paths_are_beside_the_file(void **state)
{
    struct bench *bench = *state;
    assert_true(load(bench, GOOD));
    const struct agent_config *config = bench->config;
    assert_string_equal(config->site, "school-7");
    assert_int_equal(config->endpoint_count, 2);
    assert_string_equal(config->store, scratch_path(bench->scratch, "store"));
    assert_string_equal(config->disclosure, "/etc/disclosure.pub");
    assert_memory_equal(config->socket, "ipc:///", 7);
    assert_string_equal(config->socket + 6, scratch_path(bench->scratch, "run/x.sock"));
    assert_int_equal(config->socket_mode, 0660);
    assert_int_equal(config->spool_entries, 100000);
    assert_int_equal(config->hooks[0].on, 1 << NEWS_OFFER | 1 << NEWS_OUTCOME);
    assert_int_equal(config->hooks[0].timeout_us, INT64_C(120000000));
    assert_true(config->hooks[0].facts);
}

static void users_speak_as_their_own_workers(void **state)
{
    struct bench *bench = *state;
    assert_true(load(bench, GOOD));
    const struct agent_config *config = bench->config;
    assert_string_equal(agent_config_worker(config, 1000, ""), "specialist-1");
    assert_string_equal(agent_config_worker(config, 1000, "curator-1"), "curator-1");
    assert_string_equal(agent_config_worker(config, 1001, ""), "guest-1");
    assert_null(agent_config_worker(config, 1001, "curator-1"));
    assert_null(agent_config_worker(config, 1000, "curator-2"));
}

static void every_mistake_has_its_place(void **state)
{
    struct bench *bench = *state;
    assert_false(load(bench,
                      "site: School 7\n"
                      "broker: {key: k, endpoints: [udp://x]}\n"
                      "keys: {curve: a, sealing: b, storage: c, matching: d}\n"
                      "store: s\n"
                      "socket: tcp://127.0.0.1:1\n"
                      "poeple: []\n"
                      "hooks: [{on: [everything], run: x}]\n"));
    static const struct {
        uint32_t line;
        const char *text;
    } EXPECTED[] = {
        {1,
         "«site»: нужен код из знаков a-z, цифр и дефисов / "
         "\"site\" must be an id: letters a-z, digits, hyphens"},
        {2,
         "адрес брокера — как tcp://broker.example:7551 / "
         "an endpoint is like tcp://broker.example:7551"},
        {3, "не указано «disclosure» / \"disclosure\" is missing"},
        {5, "«socket»: как / \"socket\" is like ipc:///run/refagent/site.sock"},
        {7,
         "нет такого события; есть / no such event; there are: offer, receipt, outcome, update, "
         "case, task, notice, disclosure, refused"},
        {6,
         "неизвестный ключ «poeple», может быть, «people»? / "
         "unknown key \"poeple\", did you mean \"people\"?"},
    };
    assert_int_equal(bench->errors.count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(bench->errors.items[i].at.line, EXPECTED[i].line);
        assert_string_equal(bench->errors.items[i].text, EXPECTED[i].text);
    }
}

static void a_mistake_of_writing_is_told_in_both_languages(void **state)
{
    struct bench *bench = *state;
    assert_false(load(bench, "site: school-7\nstore: [a\n"));
    assert_int_equal(bench->errors.count, 1);
    assert_string_equal(bench->errors.items[0].text,
                        "не закрыта скобка [ или кавычка, или забыта запятая (запись начата в "
                        "строке 2) / a [ or a quote is not closed, or a comma is missing (begun "
                        "in line 2)");
    assert_int_equal(bench->errors.items[0].at.line, 3);
    assert_false(load(bench, "site: school-7\nsite: school-8\n"));
    assert_string_equal(bench->errors.items[0].text,
                        "этот ключ в той же записи уже стоит выше (строка 1) / "
                        "this key stands here twice (before: line 1)");
    assert_false(load(bench, "# nothing\n"));
    assert_string_equal(bench->errors.items[0].text, "файл пуст / the file is empty");
}

static void reload_names_what_needs_a_restart(void **state)
{
    struct bench *bench = *state;
    assert_true(load(bench, GOOD));
    struct agent_config *running = bench->config;
    bench->config = NULL;
    assert_true(load(bench, GOOD));
    assert_null(agent_config_needs_restart(running, bench->config));
    bench->config->endpoints[1] = "tcp://127.0.0.3:7551";
    assert_string_equal(agent_config_needs_restart(running, bench->config), "broker.endpoints");
    bench->config->store = "/elsewhere";
    assert_string_equal(agent_config_needs_restart(running, bench->config), "store");
    agent_config_destroy(&running);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_are_beside_the_file),
        TEST(users_speak_as_their_own_workers),
        TEST(every_mistake_has_its_place),
        TEST(a_mistake_of_writing_is_told_in_both_languages),
        TEST(reload_names_what_needs_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
