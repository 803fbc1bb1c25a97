/* config_tencent - what an upstream of type tencent needs, and its profiles
 * (docs/vendors/tencent.md). */
#include <string.h>

#include "base/mem.h"
#include "policy/order_json.h"
#include "policy/upstream/tencent_product.h"
#include "server/config_vendor.h"

/* A manager is one of an organization's. */
static void check_profile_ids(
    struct config_reading *r, const struct config_upstream *upstream, unsigned index)
{
    const struct config_value needed[] = {
        {"organization_id", upstream->organization_id}, {NULL, NULL}};

    if (*upstream->manager_id != '\0')
        config_check_needed(r, index, needed, "with manager_id");
}

void config_check_tencent(
    struct config_reading *r, struct config_upstream *upstream, unsigned index)
{
    static const struct config_method methods[] = {
        {"dns", CONFIG_PROOF(TXT) | CONFIG_PROOF(CNAME)},
        {"dns-auto", 0},
        {"file", CONFIG_PROOF(HTTP)},
        {NULL, 0},
    };
    const struct config_value needed[] = {
        {"access_key", upstream->access_key},
        {"contact.email", upstream->contact.email},
        {NULL, NULL},
    };
    const struct config_value foreign[] = {
        {"project_id", upstream->project_id},
        {"account_id", upstream->account_id},
        {"payment_method", upstream->payment_method},
        {"container_id", upstream->container_id},
        {NULL, NULL},
    };

    config_check_vendor(r, upstream, index, VENDOR_TENCENT, "https://ssl.tencentcloudapi.com");
    config_check_method(r, upstream, index, methods);
    config_check_needed(r, index, needed, "for an upstream of type tencent");
    config_check_foreign(r, index, foreign, "tencent");
    check_profile_ids(r, upstream, index);
    if (upstream->approval != APPROVAL_NONE)
        config_complain(r, config_path(r, "upstreams", index, "approval"),
            "is for the embedded CA; Tencent Cloud has no approvals");
}

/* Profiles. */

static void check_company(struct config_reading *r, const struct config *config,
    const struct config_profile *profile, enum level level)
{
    const struct config_upstream *u = profile->upstream;
    const struct config_value needed[] = {
        {"organization.name", u->organization.name},
        {"organization.unit", u->organization.unit},
        {"organization.country", u->organization.country},
        {"organization.province", u->organization.province},
        {"organization.city", u->organization.city},
        {"organization.address", u->organization.address},
        {"organization.phone_area", u->organization.phone_area},
        {"organization.phone", u->organization.phone},
        {"contact.first_name", u->contact.first_name},
        {"contact.last_name", u->contact.last_name},
        {"contact.position", u->contact.position},
        {"contact.phone", u->contact.phone},
        {NULL, NULL},
    };

    if ((level == LEVEL_OV || level == LEVEL_EV) && *u->manager_id == '\0')
        config_check_needed(r, (unsigned)(u - config->upstreams), needed,
            mem_printf(r->scratch, "for profile \"%s\", which is %s, unless manager_id is",
                profile->name, order_level_words[level]));
}

void config_check_tencent_profile(
    struct config_reading *r, const struct config *config, unsigned index)
{
    struct config_profile *profile = &config->profiles[index];
    const char *path = config_path(r, "profiles", index, "product");
    const struct tencent_product *product = tencent_product(profile->product);

    if (*profile->product == '\0' || config_is_faulty(r, path))
        return;
    if (product == NULL) {
        config_complain(r, path, "\"%s\" is no ProductId of Tencent Cloud, such as 25",
            config_excerpt(r, profile->product));
        return;
    }
    if (tencent_product_is_sm2(product))
        config_complain(r, path, "\"%s\" is for SM2 keys, which CSRs of ACME clients do not have",
            config_excerpt(r, profile->product));
    if (product->shape == SHAPE_WILDCARD && strcmp(profile->upstream->dcv_method, "file") == 0)
        config_complain(r, path,
            "\"%s\" is for wildcards, which dcv_method \"file\" of upstream \"%s\" cannot validate",
            config_excerpt(r, profile->product), profile->upstream->name);
    config_check_offer(r, profile, index, product->brand, product->level);
    check_company(r, config, profile, product->level);
}
