/* How old somebody is on a day, and in which band the programmes count that. */
#ifndef AGENTS_CORE_FORM_AGE_H
#define AGENTS_CORE_FORM_AGE_H

#include "base/utc.h"
#include "proto/vocabulary.h"

/* Full years; below 0: not born yet. */
int32_t form_age_years(const struct utc_civil *born, const struct utc_civil *today);
/* years  0 to 17 */
enum age form_age_band(int32_t years);

#endif
