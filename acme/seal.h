/* seal - 16 octets made unguessable and unforgeable: one AES-128 block under a key of ours.
 *
 * A plain text of a fixed form (kind, zeros, number) is enciphered as one block. Without the key
 * nobody can tell blocks from random octets, and a block that somebody makes up deciphers to a
 * random text, which has the fixed form once in 2^64 tries at most (encode-then-encipher). So URLs
 * and nonces need no random value in the database.
 *
 * Any thread.
 */
#ifndef COUNTERSIGN_ACME_SEAL_H
#define COUNTERSIGN_ACME_SEAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define SEAL_KEY_LEN   16
#define SEAL_TEXT_SIZE 23 /* 22 characters of base64url and a NUL */

struct seal;

struct seal *seal_new(void *mem, const uint8_t key[SEAL_KEY_LEN]);

/* (kind, number) as text, and back. seal_open: false unless it is a text that seal_close made for
 * this kind. */
void seal_close(struct seal *seal, uint64_t kind, uint64_t number, char out[SEAL_TEXT_SIZE]);
bool seal_open(struct seal *seal, uint64_t kind, struct bytes text, uint64_t *number);

#endif
