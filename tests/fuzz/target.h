/* What a fuzz target NAME_fuzz.c defines: called by libFuzzer in the fuzz variant, and by replay.c
 * with each committed input of corpus/NAME in the others. A target reads the bytes as input from
 * outside, and asserts what must hold for every input.
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
