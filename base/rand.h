/* rand - random bytes from OpenSSL's generator; a failure there ends the process. */
#ifndef COUNTERSIGN_BASE_RAND_H
#define COUNTERSIGN_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *out, size_t len);

/* A random number below `bound` (> 0), for jitter; the bias of bounds under 2^32 is below 2^-32. */
uint64_t rand_below(uint64_t bound);

/* A token of 22 base64url characters with 128 random bits (RFC 8555, 8.3 wants at least that). */
#define RAND_TOKEN_SIZE 23
void rand_token(char out[RAND_TOKEN_SIZE]);

#endif
