/* Any bytes: yaml_tree either gives a tree that keeps its promises, or at least one error with a place. */
#include "base/arena.h"
#include "base/yaml_take.h"
#include "base/yaml_tree.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 20 };

static void check(const struct yaml_file *file, const struct yaml_node *node, size_t depth);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    struct error_list errors = {.count = 0};
    struct yaml_file file = {.name = NULL};

    assert(arena != NULL);
    bool ok = yaml_tree_parse("fuzz.yaml", bytes_of(data, size), arena, &file, &errors);
    assert(ok == (errors.count == 0));
    for (size_t i = 0; i < errors.count; i++) {
        assert(errors.items[i].at.line > 0 && errors.items[i].at.column > 0);
        assert(bytes_is_text(bytes_of_text(errors.items[i].text)));
    }
    if (ok && file.root != NULL) {
        check(&file, file.root, 1);
        struct yaml_take take = yaml_take_begin(&file, file.root, "fuzz", &errors);
        (void)yaml_take_text(&take, "id", YAML_OPTIONAL);
        (void)yaml_take_list(&take, "list", YAML_REQUIRED);
        (void)yaml_take_end(&take);
    }
    arena_destroy(&arena);
    return 0;
}

static void check(const struct yaml_file *file, const struct yaml_node *node, size_t depth)
{
    const struct yaml_node *first = NULL;
    size_t count = 0;

    assert(depth <= YAML_TREE_DEPTH_MAX + 1);
    assert(node->line > 0 && node->column > 0);
    if (node->kind == YAML_SCALAR) {
        assert(node->first == NULL && bytes_is_text(bytes_of_text(node->text)));
        return;
    }
    for (const struct yaml_node *child = node->first; child != NULL; child = child->next) {
        assert((child->key != NULL) == (node->kind == YAML_MAP));
        first = first == NULL ? child : first;
        count++;
        check(file, child, depth + 1);
    }
    assert(count == node->count);
    if (node->kind == YAML_MAP && first != NULL) {
        assert(yaml_tree_get(node, first->key) == first);
    }
}
