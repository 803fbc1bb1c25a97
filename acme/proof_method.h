/* proof_method - how the proofs that a vendor wants to see of its own domain validation are
 * published, for each upstream. */
#ifndef COUNTERSIGN_ACME_PROOF_METHOD_H
#define COUNTERSIGN_ACME_PROOF_METHOD_H

#include <stddef.h>

#include "base/dns_exchange.h"
#include "base/tsig.h"

enum proof_way {
    PROOF_WAY_OPERATOR, /* a person does, as `action show` says */
    PROOF_WAY_RFC2136,  /* by DNS UPDATE */
    PROOF_WAY_EXEC,     /* a program of the operator's does */
    PROOF_WAY_HTTP      /* files only: we answer for them (acme/proof_file.h) */
};

/* From the configuration; lives as long as the settings. */
struct proof_method {
    const char *upstream;
    enum proof_way way;
    int64_t timeout_ms; /* of one attempt */
    /* PROOF_WAY_RFC2136 */
    struct dns_server server;
    const struct tsig_key *key;
    const char *zone; /* NULL: the server is asked */
    unsigned ttl_s;
    /* PROOF_WAY_EXEC: is run with the words present or cleanup, kind, name, value,
     * domain. */
    const char *program;
};

struct proof_methods {
    const struct proof_method *list;
    size_t len;
};

/* NULL: nobody here publishes for that upstream. */
const struct proof_method *proof_method_of(
    const struct proof_methods *methods, const char *upstream);

#endif
