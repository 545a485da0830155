/* A region of four territories for tests of the policy's floor.
 *
 *     region ─┬─ north     agencies: social (region), centre (south), police-north (north),
 *             └─ south     guardianship (region), ngo (region)
 *                  └─ village
 * Numbers of territories: region 1, north 2, south 3, village 4.
 * Workers: 1 lead-region 2 lead-centre 3 duty-region 4 untrained-centre (all curators) 5 chief (the other roles)
 */
#ifndef TESTS_SUPPORT_SMALL_REGION_H
#define TESTS_SUPPORT_SMALL_REGION_H

#include "policy/directory.h"
#include "policy/finding.h"
#include "policy/policy.h"

enum { SMALL_REGION_ROWS = 24 };

/* Rows with numbers; static. */
const struct directory_row *small_region_rows(void);
/* Ends the test program when it does not compile. */
struct directory *small_region_directory(void);
/* A policy from its text, against that directory; NULL: findings say why. Texts stay with the arena. */
struct policy *small_region_policy(const char *text,
                                   const struct directory *directory,
                                   struct arena *arena,
                                   struct finding_list *findings);
/* "zones: …" with the zone that the rows name. */
const char *small_region_calendar(void);

#endif
