/* Names of files in the drop folder: which are forms, and what a form is called while it is worked on.
 *
 * Names come from other programs: any bytes. A taken file is called "<uuid>-<its name made harmless>":
 * the UUID is the id of the referral that it becomes, so that taking it up again after a crash
 * submits nothing twice.
 */
#ifndef AGENTS_CORE_DROP_NAME_H
#define AGENTS_CORE_DROP_NAME_H

#include "base/id128.h"

#include <stdbool.h>

enum { DROP_NAME_MAX = 240 };

/* *.yaml, *.yml or *.json in any case of letters, no dot in front. */
bool drop_name_is_form(const char *name);
/* name cut to a length that leaves room, with everything but ordinary characters replaced by "_";
 * its ending is kept. Returns out. */
const char *drop_name_harmless(const char *name, char out[DROP_NAME_MAX]);
const char *drop_name_of_taken(const struct id128 *id, const char *name, char out[DROP_NAME_MAX]);
/* The id and the name in a taken file's name; name borrows from it. False: not a taken file's. */
bool drop_name_parse_taken(const char *taken, struct id128 *id, const char **name);

#endif
