/* A region's folder; see the header. */
#include "agents/ctl/region_folder.h"

#include "policy/source.h"

bool region_folder_open(struct run *run, const char *path, struct region **out, struct error *err)
{
    const struct screen *screen = run->screen;
    struct source_report *report = arena_alloc(run->arena, sizeof(*report));
    struct error_list *errors = arena_alloc(run->arena, sizeof(*errors));
    struct region_input input;

    if (report == NULL || errors == NULL) {
        return error_set(err, ERROR_OS, "no memory left");
    }
    path = path == NULL ? "." : path;
    if (!source_load_unproven(path, screen->now_us, run->arena, &input, report)) {
        if (!screen->json) {
            source_print(report, screen->language, screen->err);
        }
        return error_set(
            err,
            ERROR_CONFIG,
            SCREEN_IN(screen,
                      "%s: в файлах региона есть ошибки: %zu; их покажет refctl policy check",
                      "%s: errors in the region's files: %zu; refctl policy check shows them"),
            path,
            report->errors);
    }
    if (!source_compile(&input, run->arena, out, errors)) {
        *err = errors->items[0];
        return error_prepend(err, "%s", path);
    }
    return true;
}

uint32_t region_folder_find(const struct screen *screen,
                            const struct directory *directory,
                            enum directory_kind kind,
                            const char *id,
                            struct error *err)
{
    static const struct phrase names[DIRECTORY_END] = {
        [DIRECTORY_UNSPECIFIED] = {"строки", "row"},
        [DIRECTORY_TERRITORY] = {"территории", "territory"},
        [DIRECTORY_AGENCY] = {"ведомства", "agency"},
        [DIRECTORY_SITE] = {"площадки", "site"},
        [DIRECTORY_WORKER] = {"работника", "worker"},
        [DIRECTORY_SERVICE] = {"услуги", "service"},
        [DIRECTORY_DESK] = {"стола", "desk"},
        [DIRECTORY_KEY] = {"ключа", "key"},
    };
    const uint32_t number = directory_find(directory, kind, id);
    const char *name = screen_phrase(screen, names[kind]);
    const char *nearest = number == 0 ? directory_nearest(directory, kind, id) : NULL;

    if (number == 0 && nearest != NULL) {
        (void)error_set(err,
                        ERROR_DATA,
                        SCREEN_IN(screen,
                                  "в справочнике нет %s «%.60s»; может быть, «%s»?",
                                  "the directory has no %s “%.60s”; perhaps “%s”?"),
                        name,
                        id,
                        nearest);
    } else if (number == 0) {
        (void)error_set(
            err,
            ERROR_DATA,
            SCREEN_IN(screen, "в справочнике нет %s «%.60s»", "the directory has no %s “%.60s”"),
            name,
            id);
    }
    return number;
}
