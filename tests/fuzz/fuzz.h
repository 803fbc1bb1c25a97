/* fuzz - what a fuzz target defines: it takes any input and ends the process (BUG_ON) if one of its
 * promises is broken. */
#ifndef COUNTERSIGN_TESTS_FUZZ_H
#define COUNTERSIGN_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The name is libFuzzer's; the result is always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
