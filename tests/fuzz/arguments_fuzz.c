/* Any bytes as refctl's command line, words ended by NUL: a usage error with a text, or options and words that borrow
 * from it; and each word as a number of a case, a duration, a count. */
#include "agents/ctl/number.h"
#include "agents/ctl/options.h"

#include "base/bytes.h"
#include "tests/fuzz/target.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 64, LINE_BYTES_MAX = 4096 };

static void read_word(const char *word)
{
    char numbers[NUMBER_READINGS][LIMIT_SPEAKABLE_BYTES];
    struct number number;
    int64_t value = 0;

    if (number_parse(word, &number)) {
        const size_t count = number_readings(&number, numbers);
        assert(count <= NUMBER_READINGS);
        for (size_t i = 0; i < count; i++) {
            assert(number_matches(&number, numbers[i]));
        }
    }
    if (options_duration_ms(word, &value)) {
        assert(value >= 1 && value <= 3600000);
    }
    if (options_number(word, 1, 200, &value)) {
        assert(value >= 1 && value <= 200);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[LINE_BYTES_MAX + 1];
    char program[] = "refctl";
    char *words[WORDS_MAX + 2] = {program};
    int count = 1;
    const size_t bytes = size < LINE_BYTES_MAX ? size : LINE_BYTES_MAX;

    memcpy(line, data, bytes);
    line[bytes] = '\0';
    for (size_t at = 0; at < bytes && count <= WORDS_MAX; at += strlen(line + at) + 1) {
        words[count++] = line + at;
        read_word(line + at);
    }
    struct options *options = calloc(1, sizeof(*options));
    struct error err;
    assert(options != NULL);
    if (options_parse(count, words, LANGUAGE_RU, options, &err)) {
        assert(options->word_count < (size_t)count);
    } else {
        assert(err.code == ERROR_USAGE && err.text[0] != '\0');
    }
    free(options);
    return 0;
}
