/* Any bytes as the name of a dropped file: the harmless name is text, bounded, and stays as it is when it
 * is made harmless again; a taken name gives its id back. */
#include "agents/core/drop_name.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[256];
    size_t bytes = size < sizeof name - 1 ? size : sizeof name - 1;
    memcpy(name, data, bytes);
    name[bytes] = '\0';
    char harmless[DROP_NAME_MAX];
    char again[DROP_NAME_MAX];
    drop_name_harmless(name, harmless);
    assert(strlen(harmless) < DROP_NAME_MAX);
    assert(bytes_is_text(bytes_of_text(harmless)));
    assert(strchr(harmless, '/') == NULL && strchr(harmless, '\n') == NULL);
    assert(strcmp(drop_name_harmless(harmless, again), harmless) == 0);
    struct id128 id = {{1, 2, 3}};
    struct id128 back;
    const char *rest = NULL;
    if (harmless[0] != '\0') {
        drop_name_of_taken(&id, name, again);
        assert(drop_name_parse_taken(again, &back, &rest));
        assert(id128_equal(&id, &back) && strcmp(rest, harmless) == 0);
    }
    (void)drop_name_parse_taken(name, &back, &rest);
    (void)drop_name_is_form(name);
    return 0;
}
