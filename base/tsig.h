/* tsig - signatures of DNS messages by a shared key (RFC 8945).
 *
 * Pure but for the clock, which the caller reads. The key is cleansed when it is freed. Any thread.
 */
#ifndef COUNTERSIGN_BASE_TSIG_H
#define COUNTERSIGN_BASE_TSIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/mac.h"

/* More than any file of a key. */
#define TSIG_FILE_MAX (16 * 1024)

struct tsig_key {
    const char *name; /* without a final dot */
    enum mac_hash hash;
    struct bytes secret;
};

/* Reads a key as tsig-keygen writes it for BIND and keymgr for Knot:
 *
 *     key "lab" { algorithm hmac-sha256; secret "base64"; };
 *     key:
 *     - id: lab
 *       algorithm: hmac-sha256
 *       secret: base64
 *     hmac-sha256:lab:base64
 *
 * On `mem`, copied. ERR_INPUT: there is no such key in it, or more than one, or its algorithm is
 * none of hmac-sha256, hmac-sha384, hmac-sha512. The text is in no error. */
enum err_code tsig_key_read(void *mem, const char *text, struct tsig_key **out, struct err *e);

/* Adds a TSIG record to the message in `message`, whose additional section is counted in its
 * header. The MAC is what the answer is held against. */
void tsig_sign(struct buf *message, const struct tsig_key *key, int64_t now_s,
    uint8_t mac[MAC_LEN_MAX], size_t *signed_len);

/* Is `answer` signed by the key, as an answer to the message with that MAC, and now?
 * ERR_UNAUTHORIZED with the reason in words; where the server says what it did not like of ours
 * (BADKEY, BADSIG, BADTIME), these are they. */
enum err_code tsig_verify(void *mem, struct bytes answer, const struct tsig_key *key,
    struct bytes request_mac, int64_t now_s, struct err *e);

#endif
