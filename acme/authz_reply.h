/* authz_reply - the end of a challenge by mail: waits for the reply, and holds its digest against
 * that of the key authorization (RFC 8823, 3). Part of authz_flow. */
#ifndef COUNTERSIGN_ACME_AUTHZ_REPLY_H
#define COUNTERSIGN_ACME_AUTHZ_REPLY_H

#include "acme/flow.h"

/* Settles a step about an authorization whose challenge email-reply-00 was answered. Whoever notes
 * a reply, or trouble with one, wakes the job. */
int authz_reply_settle(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    const char *key_authorization, struct err *e);

#endif
