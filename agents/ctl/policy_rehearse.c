/* refctl policy rehearse: the referrals of the past, sent once more through another set of files. */
#include "agents/ctl/progress.h"
#include "agents/ctl/region_folder.h"
#include "agents/ctl/rehearsal_view.h"
#include "agents/ctl/verb.h"
#include "agents/ctl/zone_time.h"
#include "base/utc.h"

enum { ROWS_FOR_PEOPLE = 20, SINCE_TEXT_MAX = 24 };

#define SINCE_DEFAULT "90d"

struct gathering {
    struct rehearsal *rehearsal;
    struct progress progress;
    int64_t since_us;
    int64_t now_us;
    bool full;
};

static bool rehearse(struct run *run, const struct region *region, struct error *err);
static bool
take_since(const struct run *run, const struct region *region, int64_t *out, struct error *err);
static bool gather(struct run *run, struct gathering *gathering, struct error *err);
static size_t take(void *world, const struct answer *answer, size_t rows_max);
static void watch(void *world, size_t done, size_t total);
static bool tell(struct run *run, struct rehearsal_view *view, struct error *err);

bool verb_policy_rehearse(struct run *run, struct error *err)
{
    struct region *region = NULL;

    if (!region_folder_open(run, run->words[0], &region, err)) {
        return false;
    }
    bool ok = rehearse(run, region, err);
    region_destroy(&region);
    return ok;
}

static bool rehearse(struct run *run, const struct region *region, struct error *err)
{
    const struct screen *screen = run->screen;
    struct rehearsal_options options = {.region = region,
                                        .now_us = screen->now_us,
                                        .keys_count =
                                            directory_count(region->directory, DIRECTORY_KEY) > 0};
    struct rehearsal_view view = {.region = region};

    if (!take_since(run, region, &options.since_us, err)) {
        return false;
    }
    struct gathering gathering = {.rehearsal = rehearsal_create(&options),
                                  .progress = progress_of(screen),
                                  .since_us = options.since_us,
                                  .now_us = screen->now_us};
    if (gathering.rehearsal == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    bool ok = gather(run, &gathering, err);
    if (ok) {
        progress_begin(&gathering.progress, SCREEN_IN(screen, "Репетиция", "Rehearsing"));
        view.result = rehearsal_run(gathering.rehearsal, watch, &gathering);
        ok = view.result != NULL || error_set(err, ERROR_OS, "no memory left");
    }
    progress_end(&gathering.progress);
    if (ok) {
        view.since_us = options.since_us;
        ok = tell(run, &view, err);
    }
    rehearsal_destroy(&gathering.rehearsal);
    return ok;
}

/* A span before now, or a time in the region's zone. */
static bool
take_since(const struct run *run, const struct region *region, int64_t *out, struct error *err)
{
    static const int64_t seconds[] = {
        [DURATION_MINUTES] = 60, [DURATION_HOURS] = 3600, [DURATION_DAYS] = 86400};
    const char *text = run_has(run, OPTION_SINCE) ? run_option(run, OPTION_SINCE) : SINCE_DEFAULT;
    const uint32_t root = 1;
    struct duration span;

    if (calendar_parse_duration(text, &span) && span.unit >= DURATION_MINUTES &&
        span.unit <= DURATION_DAYS) {
        *out = run->screen->now_us - span.amount * seconds[span.unit] * UTC_SECOND_US;
        return true;
    }
    if (zone_time_parse(region, root, text, out) && *out >= 0 && *out < run->screen->now_us) {
        return true;
    }
    return error_set(err,
                     ERROR_USAGE,
                     SCREEN_IN(run->screen,
                               "--since: «%.60s» — не время в прошлом, как 90d, 12w или 2026-09-01",
                               "--since: “%.60s” is no time of the past as 90d, 12w or 2026-09-01"),
                     text);
}

static bool gather(struct run *run, struct gathering *gathering, struct error *err)
{
    const struct screen *screen = run->screen;
    char since[SINCE_TEXT_MAX];
    struct caller_listing listing = {
        .query = {.kind = QUERY_PAST, .text = since}, .take = take, .world = gathering};
    struct caller *caller;
    bool more = false;

    (void)snprintf(since, sizeof(since), "%lld", (long long)gathering->since_us);
    if (!run_caller(run, &caller, err)) {
        return false;
    }
    progress_begin(&gathering->progress,
                   SCREEN_IN(screen, "Прошлые направления", "Past referrals"));
    if (!caller_pages(caller, &listing, &more, err)) {
        return false;
    }
    return !gathering->full || error_set(err, ERROR_OS, "no memory left");
}

static size_t take(void *world, const struct answer *answer, size_t rows_max)
{
    struct gathering *gathering = world;

    (void)rows_max;
    for (size_t i = 0; i < answer->past_count && !gathering->full; i++) {
        const struct past_referral *row = &answer->past[i];
        gathering->full = !rehearsal_add(gathering->rehearsal, row);
        if (row->arrived_us > gathering->since_us && row->arrived_us < gathering->now_us) {
            progress_show(&gathering->progress,
                          (uint64_t)(row->arrived_us - gathering->since_us),
                          (uint64_t)(gathering->now_us - gathering->since_us));
        }
    }
    return answer->past_count;
}

static void watch(void *world, size_t done, size_t total)
{
    progress_show(&((struct gathering *)world)->progress, done, total);
}

static bool tell(struct run *run, struct rehearsal_view *view, struct error *err)
{
    const struct screen *screen = run->screen;

    view->rows_max = screen->json ? 0 : ROWS_FOR_PEOPLE;
    if (run_has(run, OPTION_LIMIT) && !run_limit(run, &view->rows_max, err)) {
        return false;
    }
    if (screen->json) {
        return screen_json(screen, rehearsal_view_json(screen, view), err);
    }
    rehearsal_view_print(screen, view);
    return true;
}
