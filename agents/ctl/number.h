/* Case numbers as people type them, and which number they mean.
 *
 *     NSO-2026-000123-7      prefix, year, serial, check character
 *
 * Tolerated: any case, missing or other dashes, spaces, "№", Cyrillic letters that look like Latin ones (НСО
 * is also read by its sound, NSO), O for 0 among digits, missing leading zeros, a missing prefix or year when the rest
 * names one case only.
 */
#ifndef CTL_NUMBER_H
#define CTL_NUMBER_H

#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_PREFIX_MAX = 9, NUMBER_READINGS = 2 };

struct number {
    char looks[NUMBER_PREFIX_MAX];  /* prefix by the shapes of the letters; "" when not given */
    char sounds[NUMBER_PREFIX_MAX]; /* prefix by their sounds */
    uint32_t year;                  /* 0: not given */
    uint32_t serial;
    char check; /* '\0': not given */
};

/* False when the text cannot be a case number. */
bool number_parse(const char *typed, struct number *out);
/* Could the person have meant this number? */
bool number_matches(const struct number *typed, const char *number);
/* The full numbers that it can stand for, to ask the broker for; 0 when something is missing. */
size_t number_readings(const struct number *typed,
                       char out[NUMBER_READINGS][LIMIT_SPEAKABLE_BYTES]);

#endif
