/* digicert_product - the products of the account, and how long certificates and validations last on
 * a day (2, 18).
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_PRODUCT_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_PRODUCT_H

#include "tests/vendorsim/digicert_private.h"

#define CA_CERT_ID "9A5C1E20F3" /* the one CA that issues */

enum level { LEVEL_DV, LEVEL_OV, LEVEL_EV };

struct product {
    const char *id, *name;
    enum level level;
    bool duplicates; /* duplicates_allowed (DC-TLS-DUP-6) */
    bool many_names; /* additional_dns_names_allowed */
    bool is_private; /* private TLS: any name, no caps; and client certificates (digicert_client) */
    int64_t price;   /* a year, US dollars */
};

/* An enabled product, or NULL; one of the vendor's, which an order may have though it is no longer
 * enabled. */
const struct product *product_find(const struct digicert *dc, const char *id);
const struct product *product_known(const char *id);
/* The products that are enabled, from `index` 0 on; NULL at the end. */
const struct product *product_at(const struct digicert *dc, size_t index);

const char *level_word(enum level level); /* "dv" */

/* The product members of order info, and the rows of GET /product and GET /product/{id} (15.1). */
void product_describe(const struct product *product, json_t *row);
json_t *product_json(const struct digicert *dc, const struct product *product, bool whole);

/* The most that a public certificate issued then may last, and how long a domain's validation of
 * then can be used again, in seconds (18). */
int64_t certificate_cap_s(int64_t issued_s);
int64_t domain_reuse_s(int64_t validated_s);
int64_t organization_reuse_s(int64_t validated_s);

#endif
