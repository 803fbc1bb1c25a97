/* huawei_product - see huawei_product.h. */
#include "tests/vendorsim/huawei_product.h"

#include <string.h>

#define DV_BASIC "DV_SSL_CERT_BASIC"

enum kinds { S = 1, M = 2, W = 4 };

static const struct {
    const char *brand, *type;
    int kinds;
} products[] = {
    {"SYMANTEC", DV_BASIC, S}, /* the free one */
    {"SYMANTEC", "DV_SSL_CERT", S | M | W},
    {"SYMANTEC", "OV_SSL_CERT", S | M | W},
    {"SYMANTEC", "OV_SSL_CERT_PRO", S | M | W},
    {"SYMANTEC", "EV_SSL_CERT", S | M},
    {"SYMANTEC", "EV_SSL_CERT_PRO", S | M},
    {"GEOTRUST", DV_BASIC, S},
    {"GEOTRUST", "DV_SSL_CERT", S | M | W},
    {"GEOTRUST", "OV_SSL_CERT", S | M | W},
    {"GEOTRUST", "EV_SSL_CERT", S | M},
    {"GLOBALSIGN", "OV_SSL_CERT", S | M | W},
    {"GLOBALSIGN", "EV_SSL_CERT", S | M},
    {"CFCA", "OV_SSL_CERT", S | M | W},
    {"CFCA", "EV_SSL_CERT", S | M},
    {"TRUSTASIA", "OV_SSL_CERT", S | M | W},
    {"TRUSTASIA", "EV_SSL_CERT", S | M},
    {"VTRUS", "DV_SSL_CERT", S | W},
    {"VTRUS", "OV_SSL_CERT", S | M | W},
};

static int kind_of(const char *domain_type)
{
    if (strcmp(domain_type, SINGLE) == 0)
        return S;
    if (strcmp(domain_type, MULTI) == 0)
        return M;
    return strcmp(domain_type, WILDCARD) == 0 ? W : 0;
}

bool hw_product_is_sold(const char *brand, const char *type, const char *domain_type)
{
    if (brand == NULL || type == NULL || domain_type == NULL)
        return false;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (strcmp(products[i].brand, brand) == 0 && strcmp(products[i].type, type) == 0)
            return (products[i].kinds & kind_of(domain_type)) != 0;
    return false;
}

bool hw_product_is_free(const json_t *certificate)
{
    return row_is(certificate, "brand", "SYMANTEC") && row_is(certificate, "type", DV_BASIC);
}

static bool begins(const json_t *certificate, const char *prefix)
{
    const char *type = row_text(certificate, "type");

    return type != NULL && strncmp(type, prefix, strlen(prefix)) == 0;
}

bool hw_product_is_dv(const json_t *certificate)
{
    return begins(certificate, "DV_");
}

bool hw_product_is_ov(const json_t *certificate)
{
    return begins(certificate, "OV_");
}

bool hw_product_takes_ip(const json_t *certificate)
{
    return row_is(certificate, "domain_type", SINGLE) &&
           row_is(certificate, "type", "OV_SSL_CERT") &&
           (row_is(certificate, "brand", "GLOBALSIGN") || row_is(certificate, "brand", "VTRUS"));
}
