/* mac - HMAC (RFC 2104) with the SHA-2 hashes. Any thread. */
#ifndef COUNTERSIGN_BASE_MAC_H
#define COUNTERSIGN_BASE_MAC_H

#include "base/bytes.h"

enum mac_hash { MAC_SHA256, MAC_SHA384, MAC_SHA512 };

#define MAC_LEN_MAX 64

/* Octets of a MAC: 32, 48, 64. */
size_t mac_len(enum mac_hash hash);

/* Writes mac_len(hash) octets. Compare them by bytes_equal_secret. */
void mac_compute(enum mac_hash hash, struct bytes key, struct bytes data, uint8_t out[MAC_LEN_MAX]);

#endif
