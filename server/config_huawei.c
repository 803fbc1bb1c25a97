/* config_huawei - what an upstream of type huawei needs, and its profiles (docs/vendors/huawei.md).
 */
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "policy/order_json.h"
#include "policy/upstream/huawei_product.h"
#include "server/config_vendor.h"
#include "server/vendors.h"

#define APPLICANT_MIN 4 /* octets */
#define APPLICANT_MAX 100

static bool is_ascii(const char *text)
{
    while (*text != '\0' && (unsigned char)*text < 0x80)
        text++;
    return *text == '\0';
}

/* Chinese names begin with the family's and have nothing between. */
const char *vendor_huawei_applicant(void *mem, const struct config_upstream *upstream)
{
    const char *first = upstream->contact.first_name, *last = upstream->contact.last_name;
    bool is_chinese = !is_ascii(first) || !is_ascii(last);
    const char *between = *first != '\0' && *last != '\0' && !is_chinese ? "-" : "";
    char *name = is_chinese ? mem_printf(mem, "%s%s", last, first)
                            : mem_printf(mem, "%s%s%s", first, between, last);

    for (char *at = name; *at != '\0'; at++)
        if (*at == ' ')
            *at = '-';
    return name;
}

/* Letters of any script and four signs. */
static void check_applicant(
    struct config_reading *r, const struct config_upstream *upstream, unsigned index)
{
    const char *path = config_path(r, "upstreams", index, "contact.last_name");
    const char *name = vendor_huawei_applicant(r->scratch, upstream);
    bool fits = strlen(name) >= APPLICANT_MIN && strlen(name) <= APPLICANT_MAX;

    for (const char *at = name; *at != '\0'; at++)
        fits &= (unsigned char)*at >= 0x80 || isalpha((unsigned char)*at) ||
                strchr("_-,.", *at) != NULL;
    if (!fits && !config_is_faulty(r, path))
        config_complain(r, path,
            "\"%s\", which first_name and last_name make, is no name that Huawei Cloud takes: %d "
            "to "
            "%d characters, letters and _ - , . only",
            config_excerpt(r, name), APPLICANT_MIN, APPLICANT_MAX);
}

void config_check_huawei(struct config_reading *r, struct config_upstream *upstream, unsigned index)
{
    /* DV is validated by DNS and addresses by a file, whatever is chosen for the rest. */
    static const unsigned kinds = CONFIG_PROOF(TXT) | CONFIG_PROOF(CNAME) | CONFIG_PROOF(HTTP);
    static const struct config_method methods[] = {{"dns", kinds}, {"email", kinds}, {NULL, 0}};
    const struct config_value needed[] = {
        {"access_key", upstream->access_key},
        {"contact.phone", upstream->contact.phone},
        {"contact.email", upstream->contact.email},
        {NULL, NULL},
    };
    const struct config_value foreign[] = {
        {"organization_id", upstream->organization_id},
        {"payment_method", upstream->payment_method},
        {"manager_id", upstream->manager_id},
        {"container_id", upstream->container_id},
        {NULL, NULL},
    };

    config_check_vendor(
        r, upstream, index, VENDOR_HUAWEI, "https://scm.cn-north-4.myhuaweicloud.com");
    config_check_method(r, upstream, index, methods);
    config_check_needed(r, index, needed, "for an upstream of type huawei");
    config_check_foreign(r, index, foreign, "huawei");
    check_applicant(r, upstream, index);
    if (upstream->approval != APPROVAL_NONE)
        config_complain(r, config_path(r, "upstreams", index, "approval"),
            "is for the embedded CA; Huawei Cloud has no approvals");
}

/* Profiles. */

static void check_company(struct config_reading *r, const struct config *config,
    const struct config_profile *profile, enum level level)
{
    const struct config_upstream *upstream = profile->upstream;
    const struct config_value needed[] = {
        {"organization.name", upstream->organization.name},
        {"organization.country", upstream->organization.country},
        {"organization.province", upstream->organization.province},
        {"organization.city", upstream->organization.city},
        {NULL, NULL},
    };

    if (level == LEVEL_OV || level == LEVEL_EV)
        config_check_needed(r, (unsigned)(upstream - config->upstreams), needed,
            mem_printf(r->scratch, "for profile \"%s\", which is %s", profile->name,
                order_level_words[level]));
}

void config_check_huawei_profile(
    struct config_reading *r, const struct config *config, unsigned index)
{
    struct config_profile *profile = &config->profiles[index];
    const char *product_path = config_path(r, "profiles", index, "product");
    struct huawei_product product;

    if (*profile->product == '\0' || config_is_faulty(r, product_path))
        return;
    if (!huawei_product_read(profile->product, &product)) {
        config_complain(r, product_path,
            "\"%s\" is no brand and type of Huawei Cloud, such as geotrust.dv_ssl_cert",
            config_excerpt(r, profile->product));
        return;
    }
    config_check_offer(r, profile, index, product.word, product.level);
    profile->free = product.is_free;
    check_company(r, config, profile, product.level);
}
