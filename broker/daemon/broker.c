/* The process as one object; see broker.h. */
#include "broker/daemon/broker.h"

void broker_read_time(struct broker *broker)
{
    const bool doubted = broker->time.doubted;
    const struct timekeeper_reading reading = {.wall_us = clock_wall_us(broker->clock),
                                               .boot_us = clock_boot_us(broker->clock)};

    (void)timekeeper_read(&broker->time, &reading);
    broker->boot_us = reading.boot_us;
    if (broker->time.doubted && !doubted) {
        LOG_ALARM(broker->log,
                  "clock_doubted",
                  LOG_NUMBER("off_s", (reading.wall_us - broker->time.now_us) / UTC_SECOND_US));
    } else if (!broker->time.doubted && doubted) {
        LOG_INFO(broker->log, "clock_believed", LOG_NUMBER("core_us", broker->time.now_us));
    }
}

struct session_world broker_session_world(const struct broker *broker)
{
    return (struct session_world){.store = broker->books.store,
                                  .region = broker->core.region,
                                  .disclosure_public = keeper_public(broker->keeper),
                                  .arena = broker->arena,
                                  .now_us = broker->time.now_us,
                                  .boot_us = broker->boot_us};
}

static const struct region *recall(void *world, uint32_t version)
{
    struct broker *broker = world;

    return regions_recall(&broker->regions, broker->books.store, version);
}

void broker_use_regions(struct broker *broker)
{
    broker->core.recall = recall;
    broker->core.recall_world = broker;
    broker->core.region = broker->regions.current;
    broker->core.shadow = broker->regions.shadow;
    if (store_meta(broker->books.store)->shadow != 0 && broker->core.shadow == NULL) {
        LOG_WARN(broker->log,
                 "shadow_left_out",
                 LOG_NUMBER("plan", store_meta(broker->books.store)->shadow));
    }
    for (size_t i = 0; i < LIMIT_POLICY_VERSIONS_LIVE; i++) {
        broker->core.older[i] = broker->regions.older[i];
    }
    for (size_t i = 0; i < broker->regions.left_out_count; i++) {
        LOG_WARN(
            broker->log, "version_left_out", LOG_NUMBER("version", broker->regions.left_out[i]));
    }
}
