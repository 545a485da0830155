/* The arena: limits, zeros, marks. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void arena_is_zeroed_and_aligned_after_reset_test(void **state)
{
    struct arena *arena = arena_create(1000);

    (void)state;
    char *first = arena_alloc(arena, 100);
    memset(first, 'x', 100);
    arena_reset(arena);
    assert_int_equal(arena_used(arena), 0);
    char *second = arena_alloc(arena, 200);
    assert_ptr_equal(first, second);
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(second[i], 0);
    }
    (void)arena_alloc(arena, 1);
    assert_int_equal((uintptr_t)arena_alloc(arena, 1) % _Alignof(max_align_t), 0);
    arena_destroy(&arena);
    assert_null(arena);
    arena_destroy(&arena);
}

static void arena_full_gives_null_and_lives_on_test(void **state)
{
    struct arena *arena = arena_create(256);

    (void)state;
    assert_null(arena_alloc(arena, 257));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_array(arena, SIZE_MAX / 2, 3));
    assert_null(arena_format(arena, "%300d", 1));
    assert_null(arena_text_of(arena, (struct bytes){.data = NULL, .size = SIZE_MAX}));
    assert_non_null(arena_alloc(arena, 256));
    assert_null(arena_alloc(arena, 1));
    assert_null(arena_text(arena, ""));
    arena_reset(arena);
    assert_non_null(arena_alloc(arena, 128));
    arena_destroy(&arena);
}

static void arena_copies_texts_test(void **state)
{
    struct arena *arena = arena_create(1000);
    const int numbers[] = {1, 2, 3};

    (void)state;
    assert_string_equal(arena_text(arena, "Анна"), "Анна");
    assert_string_equal(arena_text_of(arena, bytes_of("abcdef", 3)), "abc");
    assert_string_equal(arena_text_of(arena, bytes_of(NULL, 0)), "");
    assert_string_equal(arena_format(arena, "%d-%s", 7, "x"), "7-x");
    assert_memory_equal(arena_copy(arena, numbers, sizeof(numbers)), numbers, sizeof(numbers));
    assert_non_null(arena_copy(arena, NULL, 0));
    arena_destroy(&arena);
}

static void arena_release_gives_back_what_came_after_the_mark_test(void **state)
{
    struct arena *arena = arena_create(1000);

    (void)state;
    char *kept = arena_text(arena, "kept");
    struct arena_mark mark = arena_mark(arena);
    size_t used = arena_used(arena);
    char *lost = arena_alloc(arena, 500);
    memset(lost, 1, 500);
    arena_release(arena, mark);
    assert_int_equal(arena_used(arena), used);
    char *again = arena_alloc(arena, 500);
    assert_ptr_equal(lost, again);
    assert_int_equal(again[0] + again[499], 0);
    assert_string_equal(kept, "kept");
    arena_destroy(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_is_zeroed_and_aligned_after_reset_test),
        cmocka_unit_test(arena_full_gives_null_and_lives_on_test),
        cmocka_unit_test(arena_copies_texts_test),
        cmocka_unit_test(arena_release_gives_back_what_came_after_the_mark_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
