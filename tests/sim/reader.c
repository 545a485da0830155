/* The reader of proposals; see reader.h. */
#include "tests/sim/reader.h"

#include "base/utc.h"
#include "broker/core/plans.h"
#include "broker/daemon/configuration.h"
#include "proto/wire_files.h"
#include "tests/sim/effect.h"
#include "tests/sim/region_set.h"
#include "tests/sim/wraps.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIPTORS_MAX = 256, DIGITS_MAX = 8 };
static const char heading[] = "# set ";

struct bytes reader_files(struct sim *sim, size_t set)
{
    struct bytes sent = bytes_of(NULL, 0);
    const struct policy_file file = {
        .name = "broker.yaml",
        .text = bytes_of_text(arena_format(sim->arena, "%s%zu", heading, set))};
    if (!wire_files_encode(&file, 1, sim->arena, &sent)) {
        sim_breach(sim, "the simulator cannot code its files");
    }
    return sent;
}

/* ---- in the child -------------------------------------------------------------------------------- */

static bool refuse(struct source_report *report)
{
    report->items[0] =
        (struct source_diagnostic){.code = DIAGNOSTIC_FILE_UNREADABLE, .text = {"нет", "no"}};
    report->count = 1;
    report->errors = 1;
    return false;
}

bool __wrap_source_load_files(const struct policy_file *files,
                              size_t file_count,
                              const struct source_reading *reading,
                              struct region_input *input,
                              struct source_report *report)
{
    const struct sim_region *region = effect_sim()->region;
    char digits[DIGITS_MAX] = "";
    const size_t skipped = sizeof(heading) - 1;
    (void)reading;
    if (file_count != 1 || files[0].text.size <= skipped ||
        files[0].text.size >= skipped + sizeof(digits)) {
        return refuse(report);
    }
    memcpy(digits, files[0].text.data + skipped, files[0].text.size - skipped);
    const size_t set = strtoul(digits, NULL, 10);
    if (set >= region->set_count || region->sets[set].damaged) {
        return refuse(report);
    }
    *input = region->sets[set].input;
    return true;
}

/* Texts that were checked before, on rows that fit. */
bool __wrap_source_recheck(const struct region_input *input,
                           const struct source_reading *reading,
                           struct source_report *report)
{
    (void)input;
    (void)reading;
    (void)report;
    return true;
}

/* A child closes what it inherits, one by one up to the most that there may be. */
long __wrap_sysconf(int name)
{
    return name == _SC_OPEN_MAX ? DESCRIPTORS_MAX : __real_sysconf(name);
}

/* ---- in the broker ------------------------------------------------------------------------------- */

/* Until it speaks: it holds no store of a party any more. */
static void wait_for_child(int fd)
{
    struct pollfd item = {.fd = fd, .events = POLLIN};
    while (poll(&item, 1, -1) < 0) {
    }
}

bool reader_step(struct sim *sim, struct error *err)
{
    struct broker *broker = sim->broker;
    if (broker->configuration.child != 0) {
        return sim->boot_us < sim->reader_us || configuration_wait(broker, err);
    }
    if (!configuration_tend(broker, err)) {
        return false;
    }
    if (broker->configuration.child != 0) {
        wait_for_child(broker->configuration.fd);
        sim->reader_us = sim->boot_us + chance_between(&sim->chance, 0, 2 * UTC_SECOND_US);
    }
    return true;
}
