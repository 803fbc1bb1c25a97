/* reply_flow - verifies the signature of a reply to a challenge by mail (RFC 8823, 3.2, 9), and
 * notes the reply that counts: the first whose From a DKIM signature of the same domain vouches
 * for.
 *
 *     verify -> the challenge has its reply | the reply does not count | verify again later
 */
#ifndef COUNTERSIGN_ACME_REPLY_FLOW_H
#define COUNTERSIGN_ACME_REPLY_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind reply_flow;

#endif
