/* tencent_record - what a certificate is in the service's JSON (DescribeCertificate,
 * DescribeCertificateDetail, DescribeCertificates), as a struct.
 *
 * Read as the service writes: members are null, missing or more than is documented, numbers are
 * texts, times are those of China without a zone. Only an id is demanded. Texts are on `mem` or on
 * the document. Pure.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_RECORD_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "policy/upstream/upstream.h"

/* `Status`. */
enum tencent_status {
    TENCENT_REVIEW = 0,
    TENCENT_ISSUED = 1,
    TENCENT_FAILED = 2,
    TENCENT_EXPIRED = 3,
    TENCENT_DNS_ADDED = 4,
    TENCENT_WAIT_INFO = 5, /* paid, and nothing is said about it yet */
    TENCENT_CANCELLING = 6,
    TENCENT_CANCELLED = 7,
    TENCENT_WAIT_LETTER = 8,
    TENCENT_REVOKING = 9,
    TENCENT_REVOKED = 10,
    TENCENT_REISSUING = 11,
    TENCENT_WAIT_REVOKE_LETTER = 12,
    TENCENT_FREE_WAIT_INFO = 13,
    TENCENT_REFUNDED = 14,
    TENCENT_MIGRATING = 15
};

struct tencent_record {
    const char *id;
    int status;                      /* enum tencent_status, or a number that is not known here */
    const char *alias, *domain;      /* "": none */
    const char *message;             /* StatusMsg; "": none */
    const char *product;             /* its number ("25"), or NULL */
    const char *ca_order;            /* OrderId, the CA's number of it, or NULL */
    const char *links[2];            /* ReplacedBy and ReplacedFor: its original, its reissue */
    const char *renews, *renewed_by; /* other records, or NULL */
    struct identifiers names;        /* of Domain and SubjectAltName, in any order, some twice */
    int64_t inserted_s, begin_s, end_s; /* 0: not said */
    int64_t revoked_s;
    int64_t months;    /* ValidityPeriod */
    int64_t names_max; /* it was bought for so many; 0: not said */
    bool was_uploaded;
    bool is_automatic; /* the vendor validates its names without anybody's doing */
    bool says_automatic;
    bool has_csr;                        /* it was submitted, and is shown */
    bool has_key;                        /* of the CSR or of the certificate */
    uint8_t key_hash[32];                /* SHA-256 of its SPKI */
    const char *pem;                     /* certificates, or NULL */
    const struct upstream_proof *proofs; /* to be published before it goes on */
    size_t proofs_len;
};

/* "2026-01-05 17:00:00", of China; else 0. */
int64_t tencent_time(const char *text);

/* A certificate, of any of the three. ERR_INPUT: it has no id. */
enum err_code tencent_record_read(
    void *mem, const struct json *at, struct tencent_record *out, struct err *e);

/* Is it on its way: submitted, neither issued nor over? */
bool tencent_record_is_pending(const struct tencent_record *record);

/* Is it a certificate that holds? A reissue that is under way changes nothing about that. */
bool tencent_record_lives(const struct tencent_record *record);

/* A slot: paid for, and nobody has said anything about it, nor put one of our references on it. */
bool tencent_record_is_empty(const struct tencent_record *record);

/* Does the alias, "countersign-...", say that an action of ours has it? */
bool tencent_record_is_claimed(const struct tencent_record *record);

#endif
