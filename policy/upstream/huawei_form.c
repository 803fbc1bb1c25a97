/* huawei_form - see huawei_form.h. */
#include "policy/upstream/huawei_form.h"

#include <string.h>

#include "base/mem.h"

#define BODY_MAX    ((size_t)64 * 1024)
#define SANS_MAX    4096 /* of a form */
#define MONTHS_YEAR 12

const char *huawei_purchase(void *mem, const struct huawei_options *options,
    const struct huawei_product *product, const struct identifiers *names)
{
    struct huawei_names kind = huawei_names_of(names);
    struct buf body;
    struct json_out w;

    buf_init(&body, mem, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_string(&w, "cert_brand", product->brand);
    json_add_string(&w, "cert_type", product->type);
    json_add_string(&w, "domain_type", kind.domain_type);
    json_add_int(&w, "effective_time", product->is_free ? 0 : options->order_years);
    json_add_int(&w, "domain_numbers", huawei_names_count(&kind));
    if (names->len > 1) {
        json_add_string(&w, "primary_domain_type",
            kind.primary_is_wildcard ? "WILDCARD_DOMAIN" : "SINGLE_DOMAIN");
        json_add_int(&w, "single_domain_number", kind.plain);
        json_add_int(&w, "wildcard_domain_number", kind.wildcards);
    }
    json_add_int(&w, "order_number", 1);
    json_add_bool(&w, "agree_privacy_protection", true);
    json_add_bool(&w, "is_auto_pay", true);
    json_close(&w, '}');
    return buf_text(&body);
}

/* DV is validated by DNS, addresses by a file, and nothing else by that (HW-DCV-1). */
static const char *method_of(const struct huawei_options *options,
    const struct huawei_certificate *slot, const struct huawei_names *names)
{
    if (names->is_address)
        return "FILE";
    return huawei_level(slot->type) == LEVEL_DV ? "DNS" : options->domain_method;
}

static void add_company(struct json_out *w, const struct huawei_options *options)
{
    json_add_string(w, "company_name", options->company.name);
    if (options->company.unit[0] != '\0')
        json_add_string(w, "company_unit", options->company.unit);
    json_add_string(w, "company_province", options->company.province);
    json_add_string(w, "company_city", options->company.city);
    json_add_string(w, "country", options->company.country);
}

const char *huawei_application(void *mem, const struct huawei_options *options,
    const struct huawei_certificate *slot, const struct vendor_subject *action)
{
    struct huawei_names names = huawei_names_of(&action->names);
    const char *sans = huawei_names_others(mem, &action->names, names.primary);
    enum level level = huawei_level(slot->type);
    struct buf body;
    struct json_out w;

    if (sans != NULL && strlen(sans) > SANS_MAX)
        return NULL;
    buf_init(&body, mem, BODY_MAX);
    json_begin(&w, &body);
    json_open(&w, NULL, '{');
    json_add_string(&w, "domain", names.primary);
    json_add_string(&w, "sans", sans);
    json_add_string(&w, "csr", action->csr);
    if (level != LEVEL_DV)
        add_company(&w, options);
    json_add_string(&w, "applicant_name", options->applicant.name);
    json_add_string(&w, "applicant_phone", options->applicant.phone);
    json_add_string(&w, "applicant_email", options->applicant.email);
    json_add_string(&w, "domain_method", method_of(options, slot, &names));
    if (level == LEVEL_OV) /* GeoTrust's needs it, and the others have it by default */
        json_add_string(&w, "ca_hash_algorithm", "DEFAULT");
    json_add_bool(&w, "agree_privacy_protection", true);
    json_close(&w, '}');
    return body.overflow ? NULL : buf_text(&body);
}

/* Slots. */

/* Lists do not say what the primary name is to be. */
static bool takes_primary(const struct huawei_certificate *slot, const struct huawei_names *kind)
{
    return !slot->says_primary || slot->is_multi_wildcard == kind->primary_is_wildcard;
}

int64_t huawei_months(const struct huawei_options *options, const struct huawei_product *product)
{
    return product->is_free ? 0 : (int64_t)options->order_years * MONTHS_YEAR;
}

static bool is(const char *text, const char *word)
{
    return text != NULL && strcmp(text, word) == 0;
}

bool huawei_is_alike(const struct huawei_options *options, const struct huawei_product *product,
    const struct identifiers *names, const struct huawei_certificate *slot)
{
    struct huawei_names kind = huawei_names_of(names);
    int64_t months = huawei_months(options, product);

    return is(slot->brand, product->brand) && is(slot->type, product->type) &&
           is(slot->domain_type, kind.domain_type) &&
           (names->len == 1 ||
               (slot->names_max == huawei_names_count(&kind) &&
                   slot->wildcards_max == kind.wildcards && takes_primary(slot, &kind))) &&
           (months == 0 || slot->months == 0 || slot->months == months);
}

bool huawei_has_room(const struct huawei_certificate *slot, const struct identifiers *names)
{
    struct huawei_names kind = huawei_names_of(names);

    if (slot->domain_type != NULL && strcmp(slot->domain_type, kind.domain_type) != 0)
        return false;
    if (names->len == 1 || slot->names_max == 0)
        return true;
    return takes_primary(slot, &kind) && kind.wildcards <= slot->wildcards_max &&
           kind.plain <= slot->names_max - 1 - slot->wildcards_max;
}

bool huawei_has_names(const struct huawei_certificate *certificate, const struct identifiers *names)
{
    size_t found = 0;

    for (size_t i = 0; i < names->len; i++)
        for (size_t j = 0; j < certificate->names.len; j++)
            found += strcmp(names->list[i].value, certificate->names.list[j].value) == 0;
    return found == names->len;
}

/* A task. */

const char *huawei_task(
    void *mem, const struct huawei_certificate *target, const struct vendor_subject *action)
{
    struct huawei_names names = huawei_names_of(&action->names);
    bool same = target->domain != NULL && strcmp(target->domain, names.primary) == 0;

    return mem_printf(mem,
        UPSTREAM_TASK "reissue certificate %s (%s) in Huawei Cloud's console, with the CSR of this "
                      "action (%s%s); within two working days the CA asks by mail to confirm that "
                      "the certificate %s is cancelled, which then is no good any more, and only "
                      "after that comes the new one (vendors/huawei.md)",
        target->id, target->domain == NULL ? "no name" : target->domain, names.primary,
        same ? ", the same name" : ", another name: its domain is validated again",
        target->fingerprint);
}
