/* Mutation of protobuf bytes that keeps them protobuf: fields are changed, dropped, doubled, swapped and moved between
 * messages, and every length around them is written anew. What it cannot read it leaves to libFuzzer's own mutator. */
#ifndef TESTS_FUZZ_MUTATOR_H
#define TESTS_FUZZ_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's hook, see its documentation: changes data in place within max_size, returns the new size. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

#endif
