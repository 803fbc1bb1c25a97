/* revocation_flow - revokes a certificate, here at once, and at the vendor that issued it by a job:
 * the certificate, never its order, so that what others hold under it lives on.
 *
 *     submit -> poll -> end
 *
 * The job is durable with the transaction that revokes it here, so that whoever got an answer can
 * rely on it. The vendor's part is asked for until it is done: again and again while the vendor
 * cannot be reached or cannot revoke it yet, once a day while it refuses, which the log says as an
 * error; poll: it waits for an approval there. Asking twice does no harm. Where it stands is a row
 * of store/revocation.h. The embedded CA signs a new list instead.
 */
#ifndef COUNTERSIGN_ACME_REVOCATION_FLOW_H
#define COUNTERSIGN_ACME_REVOCATION_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind revocation_flow;

enum { REVOCATION_STEP_SUBMIT, REVOCATION_STEP_POLL };

/* A revocation as it is asked for. */
struct revocation_wish {
    const struct certificate *certificate; /* whole, not revoked yet */
    int reason;                            /* RFC 5280, 5.3.1; -1: none */
    const char *asked_by;                  /* for people: "account 3" */
};

/* Revokes it here, notes who asked, and has the vendor told. ERR_CONFLICT if it is revoked. */
enum err_code revocation_flow_start(const struct acme_settings *settings, struct store_tx *tx,
    const struct revocation_wish *wish, int64_t now_ms, struct err *e);

/* One that is revoked here, and of which the vendor is not known to have done it: it is told anew,
 * or now. ERR_CONFLICT: it has, or there is no vendor to be told. */
enum err_code revocation_flow_repeat(const struct acme_settings *settings, struct store_tx *tx,
    const struct revocation_wish *wish, int64_t now_ms, struct err *e);

/* What a source says of a vendor's order: those of its certificates that it calls revoked, or all
 * of an order that is, are revoked here, too, if they are ours. */
enum err_code revocation_learn(struct store_tx *tx, void *mem, const char *upstream,
    const struct vendor_order *report, int64_t now_s, struct err *e);

#endif
