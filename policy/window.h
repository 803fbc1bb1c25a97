/* window - when a certificate's holder should come back (ARI, RFC 9773, 4.2): where the cheapest
 * right action is possible, and early enough to survive a failure. Pure.
 *
 *   DigiCert       a third of the life before the certificate ends, which the order outlives: a
 * reissue is free. When the order ends first, once it may be renewed. Tencent Cloud  before the
 * last 30 days, from when on nothing is reissued. Huawei Cloud   in mode `console` before the
 * reissue window closes; else in the last 30 days. embedded CA    a third of the life before the
 * end.
 *
 * Living certificates of one order share the window: each has a slice of its own, in the order of a
 * stable hash, so that the servers of a pair never renew at the same moment. The window of a
 * certificate that is revoked, or scheduled to be, lies in the past.
 */
#ifndef COUNTERSIGN_POLICY_WINDOW_H
#define COUNTERSIGN_POLICY_WINDOW_H

#include "policy/facts.h"

enum window_reason {
    WINDOW_ORDINARY,
    WINDOW_BEFORE_CLOSING, /* the vendor's free action ends */
    WINDOW_RENEWAL,        /* only a renewal or purchase goes on */
    WINDOW_REVOKED         /* explanationURL: why it is in the past */
};

struct window {
    int64_t start_s, end_s; /* end_s > start_s; end_s is before the certificate ends, if it has a
                               day to live */
    enum window_reason reason;
};

/* From when on a certificate is renewed where nothing speaks for another time: a third of its life
 * before its end. */
int64_t window_ordinary_s(int64_t not_before_s, int64_t not_after_s);

/* The window of a certificate of the order. Of the facts, now, the vendor and the preferences are
 * looked at; both dates of the certificate must be known. */
struct window window_of(const struct facts *facts, const struct vendor_order *order,
    const struct vendor_certificate *certificate);

#endif
