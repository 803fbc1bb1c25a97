/* huawei_report - see huawei_report.h. */
#include "policy/upstream/huawei_report.h"

#include <string.h>

#include "base/cert.h"
#include "base/key.h"
#include "base/mem.h"
#include "policy/upstream/huawei_product.h"

#define MONTHS_YEAR 12

static enum standing standing_of(enum huawei_state state)
{
    switch (state) {
    case HUAWEI_PAID:
        return STANDING_PREPAID;
    case HUAWEI_REVIEW:
    case HUAWEI_LEAVING:
        return STANDING_PENDING;
    case HUAWEI_UNPASSED:
        return STANDING_REJECTED;
    case HUAWEI_REVOKED:
        return STANDING_REVOKED;
    case HUAWEI_EXPIRED:
        return STANDING_EXPIRED;
    case HUAWEI_ISSUED:
    case HUAWEI_REVOKING:
    case HUAWEI_UPLOADED:
        break;
    }
    return STANDING_ISSUED;
}

static enum name_kind kind_of(const char *domain_type)
{
    if (domain_type == NULL)
        return NAMES_UNKNOWN;
    if (strcmp(domain_type, "SINGLE_DOMAIN") == 0)
        return NAMES_SINGLE;
    if (strcmp(domain_type, "WILDCARD") == 0)
        return NAMES_WILDCARD;
    return strcmp(domain_type, "MULTI_DOMAIN") == 0 ? NAMES_MULTI : NAMES_UNKNOWN;
}

/* The word of the inventory for a key: SHA-256 of its SPKI. */
static const char *key_word(void *mem, struct bytes spki)
{
    uint8_t hash[32];
    char digits[2 * sizeof hash + 1];

    sha256(spki, hash);
    hex_encode(hash, sizeof hash, digits);
    return mem_strdup(mem, digits);
}

/* The primary name of what was bought as a wildcard is one, beside those that are counted so. */
static int64_t wildcards_max(const struct huawei_certificate *c)
{
    bool is_primary = c->is_multi_wildcard || kind_of(c->domain_type) == NAMES_WILDCARD;

    return c->wildcards_max + (is_primary ? 1 : 0);
}

/* What is in the slot, named by its fingerprint. */
static void report_certificate(
    void *mem, const struct huawei_facts *facts, struct vendor_order *out)
{
    const struct huawei_certificate *c = &facts->certificate;
    struct vendor_certificate *one = mem_new(mem, struct vendor_certificate);
    struct cert_info info;
    struct err unread = {0};

    if (c->fingerprint == NULL)
        return;
    *one = (struct vendor_certificate){
        .id = c->fingerprint,
        .not_before_s = c->not_before_s != 0 ? c->not_before_s : c->issued_s,
        .not_after_s = c->not_after_s,
        .revoked = c->state == HUAWEI_REVOKED,
    };
    if (facts->leaf.len > 0 && cert_read(facts->leaf, &info, &unread) == ERR_OK) {
        one->not_before_s = info.not_before_s;
        one->not_after_s = info.not_after_s;
        one->spki = key_word(mem, info.spki);
    }
    out->certificates = one;
    out->certificates_len = 1;
}

/* An application under review, or a reissue, of whoever: that one has been issued before. */
static void report_in_process(void *mem, const struct huawei_facts *facts, struct vendor_order *out)
{
    const struct huawei_certificate *c = &facts->certificate;
    struct vendor_action *action = mem_new(mem, struct vendor_action);
    bool is_review = c->state == HUAWEI_REVIEW || c->state == HUAWEI_LEAVING;

    out->said |= SAID_IN_PROCESS;
    if (!is_review)
        return;
    action->act = c->fingerprint == NULL && c->not_after_s == 0 ? ACT_NEW : ACT_REISSUE;
    out->in_process = action;
    out->in_process_len = 1;
}

void huawei_report(void *mem, const struct huawei_facts *facts, struct vendor_order *out)
{
    const struct huawei_certificate *c = &facts->certificate;

    *out = (struct vendor_order){
        .id = c->id,
        .uploaded = c->state == HUAWEI_UPLOADED,
        .product = huawei_product_word(mem, c->brand, c->type),
        .brand = huawei_brand_word(mem, c->brand),
        .level = huawei_level(c->type),
        .name_kind = kind_of(c->domain_type),
        .free = huawei_is_free(c->brand, c->type),
        .standing = standing_of(c->state),
        .names = c->names,
        .plan_years = c->months / MONTHS_YEAR,
        .names_max = c->names_max,
        .wildcards_max = wildcards_max(c),
        .said = SAID_SOURCE | SAID_FREE | SAID_STANDING,
    };
    report_certificate(mem, facts, out);
    report_in_process(mem, facts, out);
}
