/* pkcs12 - a key with its certificate and chain in one file that programs import (PKCS#12, RFC
 * 7292).
 *
 * Key and certificates are encrypted with AES-256 (PBES2, RFC 8018), the MAC is SHA-256: what
 * Thunderbird, Outlook on Windows 10 (1709) and later, macOS and OpenSSL read. The old RC2 and
 * Triple DES are not written.
 */
#ifndef COUNTERSIGN_BASE_PKCS12_H
#define COUNTERSIGN_BASE_PKCS12_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/key.h"

/* `chain_pem`: the leaf first. `name`: what programs call it. On `mem`. ERR_INPUT: the chain cannot
 * be read, or its leaf is for another key. */
enum err_code pkcs12_make(void *mem, const struct key *key, const char *chain_pem, const char *name,
    const char *password, struct bytes *out, struct err *e);

#endif
