/* The core's world. */
#include "broker/core/core.h"

const struct region *core_region(const struct core *core, uint32_t version)
{
    if (core->region != NULL && core->region->version == version) {
        return core->region;
    }
    for (size_t i = 0; i < LIMIT_POLICY_VERSIONS_LIVE && core->older[i] != NULL; i++) {
        if (core->older[i]->version == version) {
            return core->older[i];
        }
    }
    return core->region;
}
