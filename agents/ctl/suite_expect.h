/* What a case of a suite expects, read and checked against the region; only suite.c includes this. */
#ifndef CTL_SUITE_EXPECT_H
#define CTL_SUITE_EXPECT_H

#include "agents/core/form_map.h"
#include "agents/ctl/suite.h"

/* reader->world is a struct suite_input. */
void suite_expect_read(struct form_map_reader *reader,
                       const struct yaml_node *node,
                       const struct trial_question *question,
                       struct suite_expectation *out);
/* A take that keeps the node. */
void suite_expect_node(struct form_map_reader *reader,
                       const struct form_map_key *key,
                       const struct yaml_node *value,
                       void *target);
/* The number of a row; 0: it was reported at the node, with the nearest id. */
uint32_t suite_expect_row(struct form_map_reader *reader,
                          const struct yaml_node *node,
                          enum directory_kind kind,
                          const char *id);

#endif
