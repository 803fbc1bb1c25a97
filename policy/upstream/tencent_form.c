/* tencent_form - see tencent_form.h. */
#include "policy/upstream/tencent_form.h"

#include <string.h>

#include <openssl/objects.h>

#include "base/der.h"
#include "base/mem.h"
#include "base/pkcs10.h"
#include "policy/upstream/vendor_names.h"

#define BODY_MAX     ((size_t)256 * 1024)
#define INDIVIDUAL   1 /* CompanyType: of DV only, and then nothing else is wanted */
#define COMPANY      2
#define NOT_APPROVED "0" /* CompanyId, ManagerId: the data are in the body */
#define AUTOMATIC    "DNS_AUTO"

/* Common names. */

static const char *common_name_in(void *mem, struct bytes attribute)
{
    struct der_element value;
    int nid;

    if (!der_take_oid(&attribute, &nid) || nid != NID_commonName || !der_next(&attribute, &value))
        return NULL;
    return vendor_identifier(mem, bytes_string(mem, value.content)).value;
}

const char *tencent_csr_common_name(void *mem, struct bytes csr_der)
{
    struct bytes rdn, attribute;
    struct pkcs10 request;

    if (!pkcs10_read(csr_der, &request))
        return NULL;
    while (der_take(&request.subject, DER_SET, &rdn))
        if (der_take(&rdn, DER_SEQUENCE, &attribute) && common_name_in(mem, attribute) != NULL)
            return common_name_in(mem, attribute);
    return NULL;
}

static const char *wildcard_of(const struct identifiers *names)
{
    for (size_t i = 0; i < names->len; i++)
        if (vendor_name_is_wildcard(names->list[i].value))
            return names->list[i].value;
    return NULL;
}

const char *tencent_common_name(
    void *mem, const struct vendor_subject *action, const struct tencent_product *product)
{
    const char *name = tencent_csr_common_name(mem, action->csr_der);

    if (product->shape == SHAPE_WILDCARD)
        return wildcard_of(&action->names);
    if (name != NULL && vendor_names_have(&action->names, name))
        return name;
    return vendor_common_name(&action->names, action->common_name, NULL);
}

/* Bodies. */

static void begin(struct json_out *w, struct buf *body, void *mem)
{
    buf_init(body, mem, BODY_MAX);
    json_begin(w, body);
    json_open(w, NULL, '{');
}

static const char *end(struct json_out *w, struct buf *body)
{
    json_close(w, '}');
    return body->overflow ? NULL : buf_text(body);
}

/* What is not said is left out: "" would be refused. */
static void add(struct json_out *w, const char *name, const char *value)
{
    if (value[0] != '\0')
        json_add_string(w, name, value);
}

const char *tencent_purchase_body(void *mem, const struct tencent_options *options,
    const struct vendor_subject *action, const struct tencent_product *product)
{
    bool has_many = tencent_product_has_many(product);
    struct json_out w;
    struct buf body;

    begin(&w, &body, mem);
    json_add_int(&w, "ProductId", product->id);
    json_add_int(&w, "DomainNum", has_many ? (int64_t)action->names.len : 1);
    json_add_int(&w, "TimeSpan", options->order_years);
    return end(&w, &body);
}

static void add_company(struct json_out *w, const struct tencent_options *o)
{
    json_add_string(w, "CompanyId", o->company_id[0] == '\0' ? NOT_APPROVED : o->company_id);
    json_add_string(w, "ManagerId", o->manager_id[0] == '\0' ? NOT_APPROVED : o->manager_id);
    add(w, "OrgOrganization", o->organization.name);
    add(w, "OrgDivision", o->organization.unit);
    add(w, "OrgAddress", o->organization.address);
    add(w, "OrgCountry", o->organization.country);
    add(w, "OrgCity", o->organization.city);
    add(w, "OrgRegion", o->organization.province);
    add(w, "OrgPhoneArea", o->organization.phone_area);
    add(w, "OrgPhoneNumber", o->organization.phone);
    add(w, "AdminFirstName", o->contact.first_name);
    add(w, "AdminLastName", o->contact.last_name);
    add(w, "AdminPhone", o->contact.phone);
    add(w, "AdminEmail", o->contact.email);
    add(w, "AdminTitle", o->contact.position);
    add(w, "TechFirstName", o->contact.first_name);
    add(w, "TechLastName", o->contact.last_name);
    add(w, "TechPhone", o->contact.phone);
    add(w, "TechEmail", o->contact.email);
    add(w, "TechTitle", o->contact.position);
}

/* The names beside the common name; a product for one name brings what belongs to it by itself. */
static void add_names(struct json_out *w, const struct vendor_subject *action,
    const struct tencent_product *product, const char *common_name)
{
    if (!tencent_product_has_many(product))
        return;
    json_open(w, "DnsNames", '[');
    for (size_t i = 0; i < action->names.len; i++)
        if (strcmp(action->names.list[i].value, common_name) != 0)
            json_add_string(w, NULL, action->names.list[i].value);
    json_close(w, ']');
}

const char *tencent_application_body(void *mem, const struct tencent_options *options,
    const struct vendor_subject *action, const struct tencent_product *product, const char *id,
    const char *common_name)
{
    struct json_out w;
    struct buf body;

    begin(&w, &body, mem);
    json_add_string(&w, "CertId", id);
    json_add_string(&w, "GenCsrType", "parse");
    json_add_string(&w, "Csr", action->csr);
    json_add_string(&w, "CertCommonName", common_name);
    add_names(&w, action, product, common_name);
    json_add_string(&w, "VerifyType", options->method);
    add(&w, "ContactEmail", options->contact.email);
    if (product->level == LEVEL_DV) {
        json_add_int(&w, "CompanyType", INDIVIDUAL);
        json_add_string(&w, "CompanyId", NOT_APPROVED);
    } else {
        json_add_int(&w, "CompanyType", COMPANY);
        add_company(&w, options);
    }
    return end(&w, &body);
}

const char *tencent_go_body(void *mem, const struct tencent_options *options, const char *id)
{
    bool is_auto = strcmp(options->method, AUTOMATIC) == 0;
    struct json_out w;
    struct buf body;

    begin(&w, &body, mem);
    json_add_string(&w, "CertId", id);
    json_add_string(&w, "VerifyType", options->method);
    if (is_auto) /* the records that the vendor made are not left behind */
        json_add_int(&w, "DeleteDnsAutoRecord", 1);
    return end(&w, &body);
}

const char *tencent_reissue_body(void *mem, const struct tencent_options *options,
    const struct vendor_subject *action, const char *id)
{
    struct json_out w;
    struct buf body;

    begin(&w, &body, mem);
    json_add_string(&w, "CertificateId", id);
    json_add_string(&w, "ValidType", options->method);
    json_add_string(&w, "CsrType", "upload");
    json_add_string(&w, "CsrContent", action->csr);
    json_add_string(&w, "Reason", "new key");
    return end(&w, &body);
}

const char *tencent_alias_body(void *mem, const char *id, const char *alias)
{
    struct json_out w;
    struct buf body;

    begin(&w, &body, mem);
    json_add_string(&w, "CertificateId", id);
    json_add_string(&w, "Alias", alias);
    return end(&w, &body);
}
