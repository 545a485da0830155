/* A name in a configuration file that must be a row of the directory. */
#ifndef POLICY_REFERENCE_H
#define POLICY_REFERENCE_H

#include "policy/directory.h"
#include "policy/finding.h"

/* What is looked for: its code, and {"нет такого пула", "there is no pool"}. */
struct reference_kind {
    enum diagnostic code;
    struct phrase none;
};

/* The row's number; 0: it was reported at `at`, with the nearest id that there is. */
uint32_t reference_resolve(const struct directory *directory,
                           enum directory_kind kind,
                           const char *id,
                           const struct text_pos *at,
                           struct finding_list *findings);
/* "нет такого ведомства «hosing»; похоже на «housing»", for names of other kinds; nearest may be NULL.
 * Returns false. */
bool reference_unknown(struct reference_kind kind,
                       const char *id,
                       const char *nearest,
                       const struct text_pos *at,
                       struct finding_list *findings);

#endif
