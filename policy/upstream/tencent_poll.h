/* tencent_poll - what has become of a record, and what it needs next.
 *
 *     waits for information   alias: is it ours? -> CSR and data -> submitted
 *     under review            what is to be published, or who is waited for
 *     issued                  the certificate and its chain
 *
 * Each step is chosen by the state that the record is in, so that it may be made again after a
 * crash: nothing here costs anything. An empty record belongs to whose alias it has; one with a CSR
 * to whose key that has.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_POLL_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_POLL_H

#include "policy/upstream/tencent_call.h"

/* Whose is a record, by alias and key? */
enum tencent_owner { OWNER_NOBODY, OWNER_US, OWNER_OTHERS };
enum tencent_owner tencent_owner_of(
    const struct vendor_subject *action, const struct tencent_record *record);

/* Follows the call's action from call->action.certificate_id to an end of the call. */
void tencent_follow(struct upstream_call *call);

#endif
