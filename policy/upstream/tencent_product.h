/* tencent_product - what can be bought (CreateCertificate, ProductId): brand, level, kind of names.
 * Pure.
 *
 * A product has its number here, in profiles and in the inventory alike. The flow class of reissues
 * (how they are validated and approved) follows from brand and level; policy/rules_tencent.c has
 * that.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_PRODUCT_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_PRODUCT_H

#include <stdbool.h>

#include "store/vendor_order.h"

enum tencent_shape { SHAPE_SINGLE, SHAPE_MULTI, SHAPE_WILDCARD, SHAPE_MULTI_WILDCARD };

struct tencent_product {
    int id;
    const char *brand; /* "trustasia" */
    enum level level;
    enum tencent_shape shape;
};

/* By its number as text ("25"); NULL: there is none such. */
const struct tencent_product *tencent_product(const char *id);

/* The vendor makes its key and takes no CSR (83 now, 2 formerly). */
bool tencent_product_is_free(const struct tencent_product *product);

/* Its keys are SM2, a Chinese curve that CSRs of ACME clients do not have. */
bool tencent_product_is_sm2(const struct tencent_product *product);

/* Is it one with more than one name? Then it is bought for a number of names. */
bool tencent_product_has_many(const struct tencent_product *product);

/* WoTrus and DNSPod look for the records of their validations by themselves: CompleteCertificate is
 * not for them. */
bool tencent_product_checks_alone(const struct tencent_product *product);

/* Its certificates are revoked one by one; of all others original and reissues together. */
bool tencent_product_revokes_alone(const struct tencent_product *product);

/* The kind of names as the inventory has it. */
enum name_kind tencent_product_names(const struct tencent_product *product);

/* Can it hold these names (section "name rules" of the application guides)? NULL, or why not, as
 * part of a sentence. A single name brings the one with or without "www." along, a wildcard the
 * second-level domain that it is of. */
const char *tencent_product_misfit(
    const struct tencent_product *product, const struct identifiers *names);

#endif
