/* nonce - anti-replay nonces (RFC 8555, 6.5): issued without being written anywhere, redeemed once.
 *
 * A nonce is a sealed counter (acme/seal.h). What was redeemed of the newest NONCE_WINDOW of them
 * is a bit each in memory; older ones are refused. An orderly shutdown saves the newest part, so
 * that clients that never retry (dehydrated, lacme, ruby: client-quirks rule 3) do not notice a
 * restart; after a crash the old ones are refused, since nobody knows which of them were used.
 *
 * Any thread.
 */
#ifndef COUNTERSIGN_ACME_NONCE_H
#define COUNTERSIGN_ACME_NONCE_H

#include <stdbool.h>

#include "acme/seal.h"
#include "base/bytes.h"

#define NONCE_WINDOW (2U * 1024 * 1024)

struct nonces;

/* `saved`: what nonces_save gave, once; empty or unusable: a new start. */
struct nonces *nonces_new(void *mem, struct bytes saved);

void nonce_issue(struct nonces *nonces, char out[SEAL_TEXT_SIZE]);

/* True for a nonce of ours that was not redeemed before; it is now. Of two callers with the same
 * nonce one gets true. */
bool nonce_redeem(struct nonces *nonces, const char *nonce);

/* The state, on `mem`, secret; for the store at shutdown. */
struct bytes nonces_save(struct nonces *nonces, void *mem);

#endif
