/* Measuring, once for all programs of tests/bench. */
#include "tests/support/figures.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int64_t figures_now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

double figures_cpu_s(const char *pid)
{
    char path[64];
    unsigned long user = 0;
    unsigned long system = 0;

    (void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file,
                               "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                               &user,
                               &system) != 2) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        exit(1);
    }
    (void)fclose(file);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static int by_value(const void *a, const void *b)
{
    const uint32_t first = *(const uint32_t *)a;
    const uint32_t second = *(const uint32_t *)b;

    return (first > second) - (first < second);
}

void figures_print_times(const char *name, uint32_t *times, uint64_t count)
{
    qsort(times, count, sizeof(*times), by_value);
    (void)printf(", \"%s_p50_us\": %" PRIu32 ", \"%s_p99_us\": %" PRIu32
                 ", \"%s_most_us\": %" PRIu32,
                 name,
                 times[count / 2],
                 name,
                 times[count * 99 / 100],
                 name,
                 times[count - 1]);
}
