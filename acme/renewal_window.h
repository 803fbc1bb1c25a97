/* renewal_window - when a certificate should be renewed (ARI, RFC 9773, 4.2).
 *
 * Where the embedded CA's rules hold, that is a third of the life before its end. Behind a vendor
 * it is where the cheapest right action is possible (policy/window.h): the certificate is looked up
 * in the upstream's inventory, by what the vendor calls it or by its key, and the facts of its
 * order and the preferences of its profile decide; one that is not in there is taken as an order of
 * its own. What is revoked, or is known to be scheduled for it, is due at once.
 */
#ifndef COUNTERSIGN_ACME_RENEWAL_WINDOW_H
#define COUNTERSIGN_ACME_RENEWAL_WINDOW_H

#include "acme/acme.h"
#include "policy/window.h"

struct renewal_window {
    int64_t start_s, end_s; /* end_s > start_s */
    enum window_reason reason;
    /* From when replacing it is a renewal: the start of its window if it were not revoked. */
    int64_t due_s;
    /* When it was revoked or will be; 0: nobody knows when, or it is not. */
    int64_t revoked_s;
};

/* At the embedded CA. Pure: a third of the life before the end, moved by up to a twenty-fourth of
 * the life by a stable hash of the serial, so that the holders of like certificates do not come at
 * the same moment. */
struct renewal_window renewal_window_of(const struct certificate *certificate);

/* Behind a vendor, under an order of its inventory. Pure: of the facts, now, the vendor and the
 * preferences are looked at. `known` is the certificate there. */
struct renewal_window renewal_window_under(const struct facts *facts,
    const struct vendor_order *order, const struct vendor_certificate *known,
    const struct certificate *certificate);

/* The certificate's, by the profile of its order. tx: a transaction or a snapshot. */
enum err_code renewal_window_read(void *mem, struct store_tx *tx,
    const struct acme_settings *settings, const struct certificate *certificate, int64_t now_s,
    struct renewal_window *out, struct err *e);

#endif
