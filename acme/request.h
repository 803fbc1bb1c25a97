/* request - who asks? From the bytes of a POST to a checked request (RFC 8555, 6.2 to 6.5).
 *
 * In this order: the JWS is taken apart, its url held against the address that was asked, the key
 * found (the account's, or the one that it carries), the signature checked, and only then the nonce
 * redeemed, so that nobody can burn nonces that are not theirs. Runs on a worker; reads accounts
 * that are not in its key cache through its reader.
 */
#ifndef COUNTERSIGN_ACME_REQUEST_H
#define COUNTERSIGN_ACME_REQUEST_H

#include "acme/acme.h"
#include "acme/jws.h"

/* Which key a resource takes (RFC 8555, 6.2). */
enum acme_signer { SIGNER_NONE, SIGNER_ACCOUNT, SIGNER_OWN_KEY, SIGNER_EITHER };

struct key_cache;

/* The account keys that this worker has met lately, ready for use: making one takes 20 us, and
 * reading its row some more. */
struct key_cache *key_cache_new(void *mem);

/* Reads the JWS of a POST: fills req->payload and jwk or account_id, req->thumbprint. `path` is
 * what was asked, with the query. Errors as standards.md 1.2 and 1.3 have them. *jws is for
 * acme_request_verify. */
enum err_code acme_request_read(struct acme_req *req, struct bytes body, const char *path,
    enum acme_signer signer, struct jws *jws, struct err *e);

/* Checks the signature and redeems the nonce. */
enum err_code acme_request_verify(struct acme_req *req, const struct jws *jws,
    struct key_cache *cache, struct store_reader *reader, struct err *e);

/* In the transaction, before the handler: reads the account of the request into req->account. It
 * must be valid, and the key that signed must still be its key. */
enum err_code acme_request_account(struct acme_req *req, struct store_tx *tx, struct err *e);

#endif
