/* tencent_json - the shapes in which the service shows certificates (7.5, 8.7 to 8.9). */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_JSON_H
#define COUNTERSIGN_VENDORSIM_TENCENT_JSON_H

#include "tests/vendorsim/tencent_certificate.h"

/* DescribeCertificate, DescribeCertificateDetail, and a row of DescribeCertificates. */
json_t *tc_certificate_json(struct tencent *tc, const json_t *certificate, bool chinese);
json_t *tc_certificate_detail_json(
    struct tencent *tc, const json_t *certificate, bool chinese, enum ca_spoil spoil);
json_t *tc_certificate_row_json(struct tencent *tc, const json_t *certificate, bool chinese);

#endif
