/* tencent_chain - an original and its reissues: records that name each other.
 *
 * The service gives every reissue a record of its own. CertificateExtra links the two, in one
 * direction or the other, and perhaps only once the reissue is issued; until then one of them has
 * the status "reissue in progress", and both have product and names in common. A pool holds the
 * records that were read; what they name and it does not hold is asked for.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_CHAIN_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_CHAIN_H

#include "policy/upstream/tencent_call.h"

struct tencent_pool {
    struct tencent_record *records;
    size_t len, size;
    const char **asked; /* ids that were, whether there is such a record or not */
    size_t asked_len, asked_size;
};

/* An original and its reissues, the oldest first. */
struct tencent_chain {
    const struct tencent_record **records;
    size_t len;
};

/* Takes the records of an answer of DescribeCertificates into the pool, on `mem`; how many there
 * were. */
size_t tencent_pool_take(void *mem, struct tencent_pool *pool, const struct json *response);

/* The record, or NULL. */
const struct tencent_record *tencent_pool_find(const struct tencent_pool *pool, const char *id);

/* Links reissues that are under way to what they are of, where the service does not yet. */
void tencent_pool_link(struct tencent_pool *pool);

/* The chain that a record of the pool is in, on `mem`. */
struct tencent_chain tencent_pool_chain(
    void *mem, const struct tencent_pool *pool, const struct tencent_record *record);

/* The newest of a chain that lives; NULL: none does. */
const struct tencent_record *tencent_chain_newest(const struct tencent_chain *chain);

/* The pool, or the answer that was no success: one of the two is NULL. */
typedef void (*tencent_pool_then)(
    struct upstream_call *call, struct tencent_pool *pool, const struct vendor_reply *failed);

/* Asks for what the records name and the pool does not hold, until nothing is missing; links it. */
void tencent_pool_fill(
    struct upstream_call *call, struct tencent_pool *pool, tencent_pool_then then);

/* Reads a record with all that may be of its chain. */
void tencent_pool_read(struct upstream_call *call, const char *id, tencent_pool_then then);

#endif
