/* tencent_reissue - may a certificate be reissued, and is its validation spared (10.1 to 10.4)? */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_REISSUE_H
#define COUNTERSIGN_VENDORSIM_TENCENT_REISSUE_H

#include "tests/vendorsim/tencent_certificate.h"

/* TC-REISSUE-2: is there enough time left? */
bool tc_reissue_in_time(int64_t end_s, int64_t now_s);

/* TC-DCV-EX-1 to 4, of a submission at `now_s`. */
struct tc_exemption {
    int64_t issued_s; /* of the original */
    bool same_csr;
    int64_t verified_s; /* when the earliest of the names was verified for the organization; 0 */
    bool stands;        /* product 12 for several years, with automatic validation */
    bool strict;        /* another CSR is always validated */
};
bool tc_reissue_is_exempt(const struct tc_exemption *exemption, int64_t now_s);

#endif
