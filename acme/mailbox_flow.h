/* mailbox_flow - reads the mailbox that replies to challenges by mail come to (RFC 8823), now and
 * then, and takes in what is new (acme/mail_in.h).
 *
 *     read -> (take in, remember how far) -> read again later
 *
 * How far it was read is written in the transaction that takes the mails in: after a crash the
 * same mails come again, and a mail that was taken in answers nothing twice.
 */
#ifndef COUNTERSIGN_ACME_MAILBOX_FLOW_H
#define COUNTERSIGN_ACME_MAILBOX_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind mailbox_flow;

/* Makes sure that the mailbox is read, if the settings have one. */
enum err_code mailbox_flow_want(
    const struct acme_settings *settings, struct store_tx *tx, int64_t now_ms, struct err *e);

#endif
