/* Every subcommand: the parts of the table one after another. */
#include "agents/ctl/verb_table.h"

#include <assert.h>

static const struct verb_table_part *const parts[] = {&verb_table_people,
                                                      &verb_table_region,
                                                      &verb_table_policy};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

size_t verb_count(void)
{
    size_t count = 0;

    for (size_t i = 0; i < PARTS; i++) {
        count += parts[i]->count;
    }
    return count;
}

const struct verb *verb_at(size_t index)
{
    size_t part = 0;

    while (part < PARTS && index >= parts[part]->count) {
        index -= parts[part++]->count;
    }
    assert(part < PARTS);
    return &parts[part]->rows[index];
}
