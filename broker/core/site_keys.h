/* Keys of sites that change by command: rotated by the site itself, revoked by an administrator.
 *
 *     rotate   new pair valid at once ── the pair before it 14 days more ── older ones end
 *     revoke   every pair that the site has ends now, for good: the configuration's files cannot bring it back, but
 *              they can name a new pair
 */
#ifndef BROKER_CORE_SITE_KEYS_H
#define BROKER_CORE_SITE_KEYS_H

#include "broker/core/turn_part.h"

enum { SITE_KEYS_OVERLAP_DAYS = 14 };

/* Commands. */
decide_function site_keys_rotate;
decide_function site_keys_revoke;

#endif
