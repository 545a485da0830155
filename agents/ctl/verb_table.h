/* What the parts of the table of subcommands share. Only verb_table*.c include this. */
#ifndef CTL_VERB_TABLE_H
#define CTL_VERB_TABLE_H

#include "agents/ctl/verb.h"

/* How many words it takes, at least and at most. */
#define WORDS(least, most) (least), (most)
#define BIT(option)        (UINT64_C(1) << (option))

enum {
    ASKS = BIT(OPTION_SOCKET) | BIT(OPTION_AGENT) | BIT(OPTION_AS) | BIT(OPTION_TIMEOUT) |
           BIT(OPTION_JSON),
    LISTS = ASKS | BIT(OPTION_LIMIT)
};

struct verb_table_part {
    const struct verb *rows;
    size_t count;
};
extern const struct verb_table_part
    verb_table_people; /* verb_table_people.c: who refers, who curates */
extern const struct verb_table_part verb_table_region; /* verb_table_region.c: who administers */
extern const struct verb_table_part verb_table_policy; /* verb_table_policy.c: its policy */

#endif
