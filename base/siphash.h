/* siphash - SipHash-2-4 (Aumasson and Bernstein, 2012): a fast keyed hash for tables whose keys
 * strangers choose.
 *
 * Who does not know the key can neither aim at a place of the table nor find two inputs alike. It
 * is no MAC for data that travels: base/mac.h. OpenSSL has the function too, but a context for each
 * call would cost more than all else that is done with the result.
 */
#ifndef COUNTERSIGN_BASE_SIPHASH_H
#define COUNTERSIGN_BASE_SIPHASH_H

#include <stdint.h>

#include "base/bytes.h"

#define SIPHASH_KEY_LEN 16

uint64_t siphash(const uint8_t key[SIPHASH_KEY_LEN], struct bytes data);

#endif
