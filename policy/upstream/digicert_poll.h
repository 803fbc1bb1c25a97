/* digicert_poll - what has become of an action: follows it from its order to its certificate.
 *
 *     order info -> list of reissues or duplicates -> which certificate is ours? -> its chain
 *                                                  `-> not issued: what is waited for?
 *
 * Ours is the certificate that was asked for with our key, not before we asked: a client may use a
 * key for several certificates of one order. What DigiCert hands out for its id is held against the
 * key again, since several downloads in a row have been seen to return the same certificate. If no
 * download brings ours, what came for its id is handed out all the same: the caller holds it
 * against the order, and knows how long to go on asking.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_POLL_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_POLL_H

#include "policy/upstream/digicert_call.h"

/* Follows the call's action from call->action.order_id to an end of the call. `finding`: nobody
 * knows whether DigiCert has it; ERR_NOT_FOUND is an end, too. */
void digicert_follow(struct upstream_call *call, bool finding);

#endif
