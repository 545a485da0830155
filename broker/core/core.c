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

const struct region *core_told_region(const struct core *core, uint32_t version)
{
    const struct region *live = core_region(core, version);
    if (live->version == version || core->recall == NULL) {
        return live;
    }
    const struct region *recalled = core->recall(core->recall_world, version);
    return recalled == NULL ? live : recalled;
}
