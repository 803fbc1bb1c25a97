/* huawei_product - what is bought at Huawei Cloud: brand and type of a certificate, and how many
 * names of which kind it takes (SCM API, SubscribeCertificate).
 *
 * The configuration and the inventory have one word for both, "geotrust.dv_ssl_cert": the brand as
 * it is sold, and the API's word for the type, in lower case. Pure.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_PRODUCT_H
#define COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_PRODUCT_H

#include <stdbool.h>

#include "store/vendor_order.h"

struct huawei_product {
    const char *word;         /* "geotrust" */
    const char *brand, *type; /* the API's: "GEOTRUST", "DV_SSL_CERT" */
    enum level level;
    bool is_free;
};

/* The product of a word; its texts are constant. False: the word is none. */
bool huawei_product_read(const char *word, struct huawei_product *out);

/* The other way round, of what the API says; on `mem`. What is not known here is kept, in lower
 * case. NULL where one is not said. */
const char *huawei_product_word(void *mem, const char *brand, const char *type);

/* "digicert" of "SYMANTEC"; what is not known here in lower case, on `mem`. NULL of NULL. */
const char *huawei_brand_word(void *mem, const char *brand);

enum level huawei_level(const char *type);
bool huawei_is_free(const char *brand, const char *type);

/* How many names, of which kind. */
struct huawei_names {
    const char *domain_type; /* "SINGLE_DOMAIN", "WILDCARD", "MULTI_DOMAIN" */
    const char *primary;     /* the name that a form's `domain` has */
    bool primary_is_wildcard;
    int plain, wildcards; /* beside the primary one */
    bool is_address;
};

/* Which primary name a set has: the shortest, no wildcard if that can be. */
struct huawei_names huawei_names_of(const struct identifiers *names);

/* All of them, as domain_numbers. */
int huawei_names_count(const struct huawei_names *names);

/* The names beside the primary one, separated by ';'; NULL: none. On `mem`. */
const char *huawei_names_others(void *mem, const struct identifiers *names, const char *primary);

#endif
