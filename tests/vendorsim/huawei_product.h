/* huawei_product - what is sold: brands, types and kinds of names, and which go together (5). */
#ifndef COUNTERSIGN_VENDORSIM_HUAWEI_PRODUCT_H
#define COUNTERSIGN_VENDORSIM_HUAWEI_PRODUCT_H

#include "tests/vendorsim/huawei_private.h"

#define SINGLE   "SINGLE_DOMAIN"
#define MULTI    "MULTI_DOMAIN"
#define WILDCARD "WILDCARD"

/* Is that sold? Any may be NULL. */
bool hw_product_is_sold(const char *brand, const char *type, const char *domain_type);

/* Of a certificate's row. */
bool hw_product_is_free(const json_t *certificate);
bool hw_product_is_dv(const json_t *certificate);
/* OV and OV Pro: the only ones that take wildcards among several names (HW-BUY-3). */
bool hw_product_is_ov(const json_t *certificate);
/* OV of the two brands that sell certificates for addresses. */
bool hw_product_takes_ip(const json_t *certificate);

#endif
