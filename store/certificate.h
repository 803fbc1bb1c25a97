/* certificate - the store's certificates: what was issued, to whom, and whether it is revoked. */
#ifndef COUNTERSIGN_STORE_CERTIFICATE_H
#define COUNTERSIGN_STORE_CERTIFICATE_H

#include "store/store.h"

/* Adds an issued certificate; certificate->id is set. `upstream` is the configured name of who
 * signed it; key_hash is the SHA-256 of its SubjectPublicKeyInfo; `alternates` are other chains
 * that may follow it (PEM, ended by NULL; CERTIFICATE_ALTERNATES_MAX at most; or NULL), numbered
 * from 1.
 */
enum err_code store_certificate_add(struct store_tx *tx, struct certificate *certificate,
    const char *upstream, struct bytes key_hash, const char *const *alternates, struct err *e);

/* The chain of that number among a certificate's alternates, PEM on `mem`. ERR_NOT_FOUND. */
enum err_code store_certificate_alternate(
    struct store_tx *tx, void *mem, int64_t id, int number, const char **chain, struct err *e);

/* ERR_NOT_FOUND if there is none. */
enum err_code store_certificate_get(
    struct store_tx *tx, void *mem, int64_t id, struct certificate *out, struct err *e);

/* The certificate that is byte for byte `der` (its serial is the key of the search). */
enum err_code store_certificate_find(struct store_tx *tx, void *mem, struct bytes serial,
    struct bytes der, struct certificate *out, struct err *e);

/* The newest certificate with this serial; serials of ours are 20 random octets, so there is one.
 */
enum err_code store_certificate_by_serial(
    struct store_tx *tx, void *mem, struct bytes serial, struct certificate *out, struct err *e);

/* ERR_CONFLICT if it was revoked before. */
enum err_code store_certificate_revoke(
    struct store_tx *tx, int64_t id, int64_t now_s, int reason, struct err *e);

/* How many of an upstream's certificates were revoked at that second or later. */
enum err_code store_certificate_count_revoked_since(
    struct store_tx *tx, const char *upstream, int64_t since_s, int64_t *count, struct err *e);

/* The revoked certificates of an upstream that end after `since_s`, for its CRL. Only id, serial,
 * revoked_s, revocation_reason are set. */
enum err_code store_certificate_revoked(struct store_tx *tx, void *mem, const char *upstream,
    int64_t since_s, struct certificate **list, size_t *len, struct err *e);

#endif
