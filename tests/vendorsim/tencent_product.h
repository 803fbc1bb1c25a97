/* tencent_product - what can be bought (7.6). */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_PRODUCT_H
#define COUNTERSIGN_VENDORSIM_TENCENT_PRODUCT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/key.h"

enum tc_level { TC_DV, TC_OV, TC_EV };
enum tc_domains { TC_SINGLE = 1, TC_MULTI = 2, TC_WILDCARD = 3, TC_MULTI_WILDCARD = 4 };
enum tc_brand {
    TC_TRUSTASIA,
    TC_WOTRUS,
    TC_DNSPOD,
    TC_SM2,
    TC_SECURESITE,
    TC_GEOTRUST,
    TC_GLOBALSIGN,
    TC_CFCA,
    TC_RAPID,
    TC_NO_BRAND
};

struct tc_product {
    int64_t id;
    const char *name;
    enum tc_brand brand;
    enum tc_level level;
    enum tc_domains domains;
    bool is_free;
    bool is_sold; /* CreateCertificate takes it */
    int64_t pid;  /* of CreateCertificateByPackage; 0: not by points */
};

/* NULL: there is none. */
const struct tc_product *tc_product(int64_t id);
const struct tc_product *tc_product_of_pid(int64_t pid);

/* The flow class of reissues (10.3): 'A' to 'D'. */
char tc_product_class(const struct tc_product *product);

/* WoTrus, DNSPod: whose validation is checked by nobody's call (8.12), and whose revocation is
 * reviewed (TC-REVOKE-5); the second without DNSPod's international ones. */
bool tc_product_is_local(const struct tc_product *product);
bool tc_product_revokes_alone(const struct tc_product *product);

/* Are its names validated by CNAME rather than TXT (TC-DCV-5)? */
bool tc_product_uses_cname(const struct tc_product *product);

bool tc_product_takes_years(const struct tc_product *product, int64_t years);
bool tc_product_takes_key(const struct tc_product *product, enum key_type type, int bits);
bool tc_product_has_many(const struct tc_product *product); /* multi-domain, multi-wildcard */

const char *tc_product_from(const struct tc_product *product); /* "trustasia", "wosign", "sheca" */
const char *tc_level_name(enum tc_level level);                /* "DV" */

#endif
