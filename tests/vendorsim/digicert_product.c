/* digicert_product - see digicert_product.h. */
#include "tests/vendorsim/digicert_product.h"

#include <string.h>

#include "tests/vendorsim/digicert_account.h"
#include "tests/vendorsim/digicert_client.h"

/* clang-format off */
static const struct product products[] = {
    /* id                              name                             level     dupl.  names  private price */
    {"ssl_basic",                      "Basic OV",                      LEVEL_OV, true,  true,  false, 268},
    {"ssl_ev_basic",                   "Basic EV",                      LEVEL_EV, true,  true,  false, 430},
    {"ssl_securesite_flex",            "Secure Site OV",                LEVEL_OV, true,  true,  false, 399},
    {"ssl_ev_securesite_flex",         "Secure Site EV",                LEVEL_EV, true,  true,  false, 995},
    {"ssl_securesite_pro",             "Secure Site Pro SSL",           LEVEL_OV, true,  true,  false, 995},
    {"ssl_ev_securesite_pro",          "Secure Site Pro EV SSL",        LEVEL_EV, true,  true,  false, 1499},
    {"ssl_thawte_webserver",           "Thawte Webserver OV",           LEVEL_OV, true,  true,  false, 199},
    {"ssl_ev_thawte_webserver",        "Thawte Webserver EV",           LEVEL_EV, true,  true,  false, 299},
    {"ssl_geotrust_truebizid",         "GeoTrust TrueBusiness ID OV",   LEVEL_OV, true,  true,  false, 199},
    {"ssl_ev_geotrust_truebizid",      "GeoTrust TrueBusiness ID EV",   LEVEL_EV, true,  true,  false, 299},
    /* Its oldest known description says duplicates_allowed false. */
    {"ssl_plus",                       "Standard SSL",                  LEVEL_OV, false, false, false, 218},
    {"ssl_multi_domain",               "Multi-Domain SSL",              LEVEL_OV, true,  true,  false, 299},
    {"ssl_wildcard",                   "WildCard",                      LEVEL_OV, true,  true,  false, 688},
    {"ssl_ev_plus",                    "Extended Validation SSL",       LEVEL_EV, true,  false, false, 344},
    {"ssl_ev_multi_domain",            "EV Multi-Domain",               LEVEL_EV, true,  true,  false, 489},
    {"ssl_securesite",                 "Secure Site SSL",               LEVEL_OV, true,  false, false, 399},
    {"ssl_securesite_multi_domain",    "Secure Site Multi-Domain SSL",  LEVEL_OV, true,  true,  false, 599},
    {"ssl_securesite_wildcard",        "Secure Site Wildcard SSL",      LEVEL_OV, true,  true,  false, 1999},
    {"ssl_ev_securesite",              "Secure Site EV SSL",            LEVEL_EV, true,  false, false, 995},
    {"ssl_ev_securesite_multi_domain", "Secure Site EV Multi-Domain",   LEVEL_EV, true,  true,  false, 1499},
    {"ssl_dv_geotrust_flex",           "GeoTrust DV SSL",               LEVEL_DV, false, true,  false, 149},
    {"ssl_dv_geotrust",                "GeoTrust Standard DV",          LEVEL_DV, false, false, false, 149},
    {"ssl_dv_rapidssl",                "RapidSSL Standard DV",          LEVEL_DV, false, false, false, 59},
    {"wildcard_dv_geotrust",           "GeoTrust Wildcard DV",          LEVEL_DV, false, false, false, 249},
    {"wildcard_dv_rapidssl",           "RapidSSL Wildcard DV",          LEVEL_DV, false, false, false, 199},
    {"cloud_dv_geotrust",              "GeoTrust Cloud DV",             LEVEL_DV, false, true,  false, 149},
    {"ssl_dv_thawte",                  "Thawte SSL 123 DV",             LEVEL_DV, false, true,  false, 149},
    {"private_ssl_flex",               "Private SSL",                   LEVEL_OV, true,  true,  true,  99},
    {"private_ssl_plus",               "Private SSL Standard",          LEVEL_OV, true,  false, true,  79},
    {"private_ssl_wildcard",           "Private SSL Wildcard",          LEVEL_OV, true,  true,  true,  199},
    {"private_ssl_multi_domain",       "Private SSL Multi-Domain",      LEVEL_OV, true,  true,  true,  149},
};

/* From when on, and how many days from then: certificates, domain validations, organizations'. */
static const struct {
    int64_t from_s;
    int certificate, domain, organization;
} caps[] = {
    {INT64_C(1868227200), 46,  10,  397},   /* 2029-03-15 */
    {INT64_C(1805068800), 99,  99,  397},   /* 2027-03-15 */
    {INT64_C(1771891200), 199, 199, 397},   /* 2026-02-24 */
    {INT64_MIN,           397, 397, 825},
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* All products of the vendor, those for clients last. */
static const struct product *any_product(size_t index)
{
    return index < COUNT(products) ? &products[index] : client_product_at(index - COUNT(products));
}

const struct product *product_at(const struct digicert *dc, size_t index)
{
    const struct product *product;

    for (size_t i = 0; (product = any_product(i)) != NULL; i++)
        if (!sim_lists(dc->sim, "products_disabled", product->id) && index-- == 0)
            return product;
    return NULL;
}

const struct product *product_known(const char *id)
{
    const struct product *product;

    for (size_t i = 0; (product = any_product(i)) != NULL; i++)
        if (strcmp(product->id, id) == 0)
            return product;
    return NULL;
}

const struct product *product_find(const struct digicert *dc, const char *id)
{
    return sim_lists(dc->sim, "products_disabled", id) ? NULL : product_known(id);
}

static const char *const level_words[] = {"dv", "ov", "ev"};
static const char *const level_names[] = {"DV", "OV", "EV"};
static const char *const level_descriptions[] = {
    "Domain Validation", "Normal Organization Validation", "Extended Organization Validation (EV)"};

const char *level_word(enum level level)
{
    return level_words[level];
}

void product_describe(const struct product *product, json_t *row)
{
    row_set_text(row, "name_id", product->id);
    row_set_text(row, "name", product->name);
    if (product_is_client(product)) {
        row_set_text(row, "type", "client_certificate");
        return;
    }
    row_set_text(row, "type", "ssl_certificate");
    row_set_text(row, "validation_type", level_words[product->level]);
    row_set_text(row, "validation_name", level_names[product->level]);
    row_set_text(row, "validation_description", level_descriptions[product->level]);
}

static json_t *hash_types(void)
{
    return json_pack("{s:[{s:s,s:s},{s:s,s:s},{s:s,s:s}],s:s}", "allowed_hash_types", "id",
        "sha256", "name", "SHA-256", "id", "sha384", "name", "SHA-384", "id", "sha512", "name",
        "SHA-512", "default_hash_type_id", "sha256");
}

json_t *product_json(const struct digicert *dc, const struct product *product, bool whole)
{
    json_t *row = json_object();
    json_t *years = row_array(row, "allowed_order_validity_years");

    row_set_text(row, "group_name",
        product_is_client(product)   ? "client_certificate"
        : product->level == LEVEL_DV ? "dv_ssl_certificate"
                                     : "ssl_certificate");
    product_describe(product, row);
    json_object_set_new(row, "allowed_container_ids", json_pack("[I]", (json_int_t)CONTAINER));
    json_object_set_new(row, "allowed_validity_years", json_pack("[i]", 1));
    for (int year = 1; year <= (sim_bool(dc->sim, "multi_year") ? 3 : 1); year++)
        array_add_int(years, year);
    json_object_set_new(row, "signature_hash_types", hash_types());
    json_object_set_new(row, "allowed_ca_certs",
        json_pack("[{s:s,s:s}]", "id", CA_CERT_ID, "name", INTERMEDIATE_NAME));
    row_set_bool(row, "csr_required", true);
    if (!whole)
        return row;
    row_set_bool(row, "duplicates_allowed", product->duplicates);
    row_set_bool(row, "additional_dns_names_allowed", product->many_names);
    row_set_bool(row, "increased_compatibility_allowed", false);
    row_set_bool(row, "custom_expiration_date_allowed", true);
    row_set_bool(row, "allow_auto_renew", true);
    json_object_set_new(row, "server_platforms",
        json_pack("[{s:i,s:s},{s:i,s:s}]", "id", -1, "name", "OTHER", "id", 45, "name", "nginx"));
    return row;
}

static size_t caps_of(int64_t time_s)
{
    size_t row = 0;

    while (time_s < caps[row].from_s)
        row++;
    return row;
}

int64_t certificate_cap_s(int64_t issued_s)
{
    return caps[caps_of(issued_s)].certificate * DAY_S;
}

int64_t domain_reuse_s(int64_t validated_s)
{
    return caps[caps_of(validated_s)].domain * DAY_S;
}

int64_t organization_reuse_s(int64_t validated_s)
{
    return caps[caps_of(validated_s)].organization * DAY_S;
}
