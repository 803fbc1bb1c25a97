/* tencent_csr - the CSR of a record: the caller's, or one that the service makes with its key. */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_CSR_H
#define COUNTERSIGN_VENDORSIM_TENCENT_CSR_H

#include "tests/vendorsim/tencent_private.h"
#include "tests/vendorsim/tencent_product.h"

/* The codes differ by action. */
struct tc_csr_codes {
    const char *broken;   /* it cannot be parsed, or does not sign itself */
    const char *mismatch; /* its common name is another */
    const char *key;      /* its key is not for the product */
};

/* Is it a CSR for that name and product? One without a common name is, unless that is needed. */
bool tc_csr_check(const struct tc_product *product, const char *csr, const char *common_name,
    bool needs_name, const struct tc_csr_codes *codes, struct tc_refusal *why);

/* Which key the service is to make: RSA of 2048 bits unless the texts (may be NULL) say otherwise.
 * FailedOperation.InvalidParam for what is none, InvalidParameter.RenewAlgorithmInvalid for what
 * the product does not take. For an SM2 product, whose keys OpenSSL's certificates here do not
 * carry, P-256 stands in. */
struct tc_algorithm {
    enum key_type type;
    int bits;
};
bool tc_algorithm_read(const struct tc_product *product, const char *algorithm,
    const char *parameter, struct tc_algorithm *out, struct tc_refusal *why);

/* Makes key and CSR, and puts them into the record under its first name. */
void tc_csr_make(json_t *certificate, const struct tc_algorithm *algorithm);

/* Are they the same request? Not whether their texts are. */
bool tc_csr_equal(const char *a, const char *b);

/* "RSA 2048", "ECC 256"; "" if it is none. */
void tc_csr_describe(const char *csr, char text[16]);
/* Is its key RSA of 2048 bits? */
bool tc_csr_is_rsa_2048(const char *csr);

#endif
