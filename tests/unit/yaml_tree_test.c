/* YAML trees: values, positions, and everything that is refused. */
#include "base/yaml_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    struct arena *arena;
    struct error_list errors;
    struct yaml_file file;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->arena = arena_create(64u << 20);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    arena_destroy(&fixture->arena);
    free(fixture);
    return 0;
}

static const struct yaml_node *parse(struct fixture *fixture, const char *text)
{
    fixture->errors = (struct error_list){.count = 0};
    bool ok = yaml_tree_parse(
        "f.yaml", bytes_of_text(text), fixture->arena, &fixture->file, &fixture->errors);
    if (!ok) {
        print_message("%s\n", fixture->errors.items[0].text);
    }
    assert_true(ok);
    assert_int_equal(fixture->errors.count, 0);
    return fixture->file.root;
}

/* The text is refused; each error is one line "line:column text" of wanted, by its beginning. */
static void refuse(struct fixture *fixture, const char *text, const char *wanted)
{
    fixture->errors = (struct error_list){.count = 0};
    assert_false(yaml_tree_parse(
        "f.yaml", bytes_of_text(text), fixture->arena, &fixture->file, &fixture->errors));
    for (size_t i = 0; i < fixture->errors.count; i++) {
        char found[600];
        size_t length = strcspn(wanted, "\n");
        (void)snprintf(found,
                       sizeof(found),
                       "%u:%u %s",
                       fixture->errors.items[i].at.line,
                       fixture->errors.items[i].at.column,
                       fixture->errors.items[i].text);
        found[length < sizeof(found) ? length : sizeof(found) - 1] = '\0';
        char line[600];
        (void)snprintf(line, sizeof(line), "%.*s", (int)length, wanted);
        assert_string_equal(found, line);
        wanted += length + (wanted[length] == '\n' ? 1 : 0);
    }
    assert_string_equal(wanted, "");
}

static void yaml_tree_keeps_values_and_places_test(void **state)
{
    const struct yaml_node *root =
        parse(*state, "# comment\ntitle: {ru: Ёж, en: \"Hedge\\thog\"}\nlist:\n  - один\n  - {}\n");

    assert_int_equal(root->kind, YAML_MAP);
    assert_int_equal(root->count, 2);
    assert_int_equal(root->line, 2);
    assert_int_equal(root->column, 1);
    assert_null(root->key);
    const struct yaml_node *title = yaml_tree_get(root, "title");
    const struct yaml_node *english = yaml_tree_get(title, "en");
    assert_string_equal(english->text, "Hedge\thog");
    assert_true(english->quoted);
    assert_int_equal(english->line, 2);
    assert_int_equal(english->column, 21); /* in characters */
    assert_int_equal(english->key_column, 17);
    assert_false(yaml_tree_get(title, "ru")->quoted);
    const struct yaml_node *list = yaml_tree_get(root, "list");
    assert_int_equal(list->kind, YAML_LIST);
    assert_int_equal(list->count, 2);
    assert_string_equal(list->first->text, "один");
    assert_int_equal(list->first->line, 4);
    assert_int_equal(list->first->next->kind, YAML_MAP);
    assert_int_equal(list->first->next->count, 0);
    assert_null(list->first->next->next);
    assert_null(yaml_tree_get(root, "none"));
    struct fixture *fixture = *state;
    assert_int_equal(yaml_tree_pos(&fixture->file, english).column, 21);
    assert_int_equal(yaml_tree_key_pos(&fixture->file, english).column, 17);
    assert_int_equal(yaml_tree_key_pos(&fixture->file, list->first).line, 4);
    assert_string_equal(yaml_tree_pos(&fixture->file, english).file, "f.yaml");
}

static void yaml_tree_reads_blocks_and_empty_values_test(void **state)
{
    const struct yaml_node *root = parse(*state, "text: |\n  a\n   b\nnothing:\nlast: ''\n");

    assert_string_equal(yaml_tree_get(root, "text")->text, "a\n b\n");
    assert_true(yaml_tree_get(root, "text")->quoted);
    assert_string_equal(yaml_tree_get(root, "nothing")->text, "");
    assert_false(yaml_tree_get(root, "nothing")->quoted);
    assert_true(yaml_tree_get(root, "last")->quoted);
}

static void yaml_tree_empty_documents_have_no_root_test(void **state)
{
    assert_null(parse(*state, ""));
    assert_null(parse(*state, "# nothing\n"));
    assert_null(parse(*state, "---\n"));
    assert_null(parse(*state, "---\n...\n"));
    assert_non_null(parse(*state, "--- ''\n"));
    assert_string_equal(parse(*state, "word")->text, "word");
    assert_string_equal(parse(*state, "\xEF\xBB\xBFword")->text, "word");
}

static void yaml_tree_reads_json_test(void **state)
{
    const struct yaml_node *root =
        parse(*state,
              "\t{\n\t\"a\":\"\\/x\\u0451\\uD83D\\uDE00\\n\",\"b\" : [1,\ttrue,null,-2.5e3],\n"
              "\t\"c\":{\"d\":[],\"\":{}}}\n\t\n");

    assert_string_equal(yaml_tree_get(root, "a")->text, "/xё\xF0\x9F\x98\x80\n");
    const struct yaml_node *list = yaml_tree_get(root, "b");
    assert_int_equal(list->count, 4);
    assert_int_equal(list->column, 38); /* as in the file: the pair's 12 characters count */
    assert_string_equal(list->first->next->text, "true");
    assert_int_equal(yaml_tree_get(root, "c")->count, 2);
    assert_int_equal(yaml_tree_get(yaml_tree_get(root, "c"), "")->kind, YAML_MAP);
}

static void yaml_tree_reports_every_duplicate_test(void **state)
{
    refuse(*state,
           "a: 1\nb: {x: 1, y: 2, x: 3}\n\"a\": 2\na: 3\n",
           "2:17 this key stands here twice (before: line 2)\n"
           "3:1 this key stands here twice (before: line 1)\n"
           "4:1 this key stands here twice (before: line 3)\n");
}

static void yaml_tree_refuses_anchors_aliases_tags_test(void **state)
{
    refuse(*state,
           "a: &x 1\nb: *x\nc: !!str 2\nd: !t [1]\ne: &y {f: 1}\n? *x\n: 1\n",
           "1:4 anchors\n2:4 aliases\n3:4 tags\n4:4 tags\n5:4 anchors\n6:3 aliases\n");
}

static void yaml_tree_refuses_a_second_document_test(void **state)
{
    refuse(*state, "a: 1\n---\nb: 2\n", "2:1 a second document");
}

static void yaml_tree_refuses_keys_that_are_no_words_test(void **state)
{
    refuse(*state, "a: 1\n? [x]\n: 2\n", "2:3 a key must be one word");
    refuse(*state, "{{a: 1}: 2}", "1:2 a key must be one word");
}

static void yaml_tree_limits_depth_test(void **state)
{
    char text[200];

    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    text[64] = '\0';
    assert_int_equal(parse(*state, text)->count, 1);
    memset(text, '[', 33);
    memset(text + 33, ']', 33);
    text[66] = '\0';
    refuse(*state, text, "1:33 more than 32 levels deep");
}

static void yaml_tree_is_quick_with_a_wall_of_brackets_test(void **state)
{
    struct fixture *fixture = *state;
    char *text = malloc(YAML_TREE_BYTES_MAX + 2);

    memset(text, '[', YAML_TREE_BYTES_MAX);
    text[YAML_TREE_BYTES_MAX] = '\0';
    refuse(fixture, text, "1:33 more than 32 levels deep"); /* libyaml alone: half an hour */
    memset(text, 'a', YAML_TREE_BYTES_MAX);
    assert_int_equal(strlen(parse(fixture, text)->text), YAML_TREE_BYTES_MAX);
    text[YAML_TREE_BYTES_MAX] = 'a';
    text[YAML_TREE_BYTES_MAX + 1] = '\0';
    refuse(fixture, text, "1:1 the file is longer than 1048576 bytes");
    free(text);
}

static void yaml_tree_tells_syntax_errors_test(void **state)
{
    refuse(*state, "a: b: c\n", "1:5 mapping values are not allowed in this context");
    refuse(*state, "a:\n\tb: 1\n", "2:1 a tab cannot stand here");
    refuse(*state, "a: \"x\n", "2:1 found unexpected end of stream (while scanning a quoted");
    refuse(*state, "a: \"\\uD83D\\uDE00\"\n", "1:7 no such character");
    refuse(*state, "[\"\\uD83D\"]", "1:3 \\uD83D is one half");
    refuse(*state, "a: \"x\\0y\"\n", "1:4 the text holds a NUL");
    refuse(*state, "a: \xFF\n", "1:4 the byte FF is not UTF-8");
    refuse(
        *state, "[\"\xF0\x9F\x98\x80\", \"\\uD83D\\uDE00\", &a 1, }", "1:23 anchors\n1:29 did not");
}

static void yaml_tree_small_arena_is_reported_test(void **state)
{
    struct fixture *fixture = *state;
    struct arena *small = arena_create(1000);

    fixture->errors = (struct error_list){.count = 0};
    assert_false(yaml_tree_parse("f",
                                 bytes_of_text("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]"),
                                 small,
                                 &fixture->file,
                                 &fixture->errors));
    assert_int_equal(fixture->errors.items[0].code, ERROR_OS);
    arena_destroy(&small);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(yaml_tree_keeps_values_and_places_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_tree_reads_blocks_and_empty_values_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_tree_empty_documents_have_no_root_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_tree_reads_json_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_tree_reports_every_duplicate_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_tree_refuses_anchors_aliases_tags_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_tree_refuses_a_second_document_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_tree_refuses_keys_that_are_no_words_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_tree_limits_depth_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            yaml_tree_is_quick_with_a_wall_of_brackets_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_tree_tells_syntax_errors_test, set_up, tear_down),
        cmocka_unit_test_setup_teardown(yaml_tree_small_arena_is_reported_test, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
