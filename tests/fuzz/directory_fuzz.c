/* Any bytes as a directory file of a whole small set: findings with places, or a region that compiles. */
#include "policy/source.h"

#include "tests/fuzz/target.h"

#include <assert.h>

enum { ARENA_BYTES = 64 << 20 };

static const char broker_text[] = "region: test\n"
                                  "number-prefix: TST\n"
                                  "title: {ru: Область, en: Region}\n"
                                  "listen: tcp://127.0.0.1:*\n"
                                  "keys: {curve: broker.key, disclosure: disclosure.key}\n"
                                  "store: store\n"
                                  "calendar: calendar.yaml\n"
                                  "directory: directory\n"
                                  "policy: policy.yaml\n";
static const char calendar_text[] =
    "zones: [{id: nsk, offsets: [{from: 2016-07-24, utc: \"+07:00\"}]}]\n"
    "work: {days: [mon, tue, wed, thu, fri], from: \"09:00\", to: \"18:00\"}\n"
    "years: [{year: 2026, holidays: [2026-01-01]}]\n";
static const char policy_text[] =
    "policy: test\n"
    "title: {ru: Правила, en: Rules}\n"
    "pools: {anybody: {workers: {role: case-curator}, pick: least-loaded}}\n"
    "rules: [{id: all, title: {ru: Все, en: All}, curator: [anybody]}]\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(ARENA_BYTES);
    struct source_report *report = arena_alloc(arena, sizeof(*report));
    const struct policy_file files[] = {
        {"broker.yaml", bytes_of_text(broker_text)},
        {"calendar.yaml", bytes_of_text(calendar_text)},
        {"directory/fuzz.yaml", bytes_of(data, size)},
        {"policy.yaml", bytes_of_text(policy_text)},
    };
    const struct source_reading reading = {.now_us = INT64_C(1790000000000000), .arena = arena};
    struct region_input input;

    assert(report != NULL);
    if (source_load_files(files, sizeof(files) / sizeof(files[0]), &reading, &input, report)) {
        struct error_list errors = {.count = 0};
        struct region *region = NULL;
        assert(report->errors == 0);
        const bool compiled = source_compile(&input, arena, &region, &errors);
        assert(compiled);
        region_destroy(&region);
    } else {
        assert(report->errors > 0);
    }
    for (size_t i = 0; i < report->count; i++) {
        assert(report->items[i].text.ru[0] != '\0' && report->items[i].text.en[0] != '\0');
    }
    arena_destroy(&arena);
    return 0;
}
