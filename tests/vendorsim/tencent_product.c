/* tencent_product - see tencent_product.h. */
#include "tests/vendorsim/tencent_product.h"

#include <stddef.h>

/* clang-format off */
static const struct tc_product products[] = {
    {2, "TrustAsia TLS RSA CA", TC_TRUSTASIA, TC_DV, TC_SINGLE, true, false, 0},
    {3, "SecureSite EV Pro", TC_SECURESITE, TC_EV, TC_SINGLE, false, true, 1018559},
    {4, "SecureSite EV", TC_SECURESITE, TC_EV, TC_SINGLE, false, true, 1018557},
    {5, "SecureSite OV Pro", TC_SECURESITE, TC_OV, TC_SINGLE, false, true, 1018582},
    {6, "SecureSite OV", TC_SECURESITE, TC_OV, TC_SINGLE, false, true, 1018580},
    {7, "SecureSite OV Wildcard", TC_SECURESITE, TC_OV, TC_WILDCARD, false, true, 1013874},
    {8, "GeoTrust EV", TC_GEOTRUST, TC_EV, TC_SINGLE, false, true, 1018529},
    {9, "GeoTrust OV", TC_GEOTRUST, TC_OV, TC_SINGLE, false, true, 1013884},
    {10, "GeoTrust OV Wildcard", TC_GEOTRUST, TC_OV, TC_WILDCARD, false, true, 1004360},
    {11, "TrustAsia DV Multi-Domain", TC_TRUSTASIA, TC_DV, TC_MULTI, false, true, 1018584},
    {12, "TrustAsia DV Wildcard", TC_TRUSTASIA, TC_DV, TC_WILDCARD, false, true, 1018586},
    {13, "TrustAsia OV Wildcard", TC_TRUSTASIA, TC_OV, TC_WILDCARD, false, true, 1013892},
    {14, "TrustAsia OV", TC_TRUSTASIA, TC_OV, TC_SINGLE, false, true, 1013890},
    {15, "TrustAsia OV Multi-Domain", TC_TRUSTASIA, TC_OV, TC_MULTI, false, true, 1013894},
    {16, "TrustAsia EV", TC_TRUSTASIA, TC_EV, TC_SINGLE, false, true, 1013888},
    {17, "TrustAsia EV Multi-Domain", TC_TRUSTASIA, TC_EV, TC_MULTI, false, true, 1013898},
    {18, "GlobalSign OV", TC_GLOBALSIGN, TC_OV, TC_SINGLE, false, true, 1013900},
    {19, "GlobalSign OV Wildcard", TC_GLOBALSIGN, TC_OV, TC_WILDCARD, false, true, 1013902},
    {20, "GlobalSign EV", TC_GLOBALSIGN, TC_EV, TC_SINGLE, false, true, 1013904},
    {21, "TrustAsia OV Multi-Wildcard", TC_TRUSTASIA, TC_OV, TC_MULTI_WILDCARD, false, true, 1013896},
    {22, "GlobalSign OV Multi-Domain", TC_GLOBALSIGN, TC_OV, TC_MULTI, false, true, 1013906},
    {23, "GlobalSign OV Multi-Wildcard", TC_GLOBALSIGN, TC_OV, TC_MULTI_WILDCARD, false, true, 1013908},
    {24, "GlobalSign EV Multi-Domain", TC_GLOBALSIGN, TC_EV, TC_MULTI, false, true, 1013910},
    {25, "WoTrus DV", TC_WOTRUS, TC_DV, TC_SINGLE, false, true, 1004157},
    {26, "WoTrus DV Multi-Domain", TC_WOTRUS, TC_DV, TC_MULTI, false, true, 1004161},
    {27, "WoTrus DV Wildcard", TC_WOTRUS, TC_DV, TC_WILDCARD, false, true, 1004159},
    {28, "WoTrus OV", TC_WOTRUS, TC_OV, TC_SINGLE, false, true, 1004164},
    {29, "WoTrus OV Multi-Domain", TC_WOTRUS, TC_OV, TC_MULTI, false, true, 1004166},
    {30, "WoTrus OV Wildcard", TC_WOTRUS, TC_OV, TC_WILDCARD, false, true, 1004168},
    {31, "WoTrus EV", TC_WOTRUS, TC_EV, TC_SINGLE, false, true, 1004454},
    {32, "WoTrus EV Multi-Domain", TC_WOTRUS, TC_EV, TC_MULTI, false, true, 1004456},
    {33, "SM2 DV", TC_SM2, TC_DV, TC_SINGLE, false, true, 1004358},
    {34, "SM2 DV Multi-Domain", TC_SM2, TC_DV, TC_MULTI, false, true, 1004364},
    {35, "SM2 DV Wildcard", TC_SM2, TC_DV, TC_WILDCARD, false, true, 1004362},
    {37, "SM2 OV", TC_SM2, TC_OV, TC_SINGLE, false, true, 1004366},
    {38, "SM2 OV Multi-Domain", TC_SM2, TC_OV, TC_MULTI, false, true, 1004368},
    {39, "SM2 OV Wildcard", TC_SM2, TC_OV, TC_WILDCARD, false, true, 1004370},
    {40, "SM2 EV", TC_SM2, TC_EV, TC_SINGLE, false, true, 1004458},
    {41, "SM2 EV Multi-Domain", TC_SM2, TC_EV, TC_MULTI, false, true, 1004460},
    {42, "TrustAsia DV Multi-Wildcard", TC_TRUSTASIA, TC_DV, TC_MULTI_WILDCARD, false, true, 1005919},
    {43, "DNSPod OV", TC_DNSPOD, TC_OV, TC_SINGLE, false, true, 1013955},
    {44, "DNSPod OV Wildcard", TC_DNSPOD, TC_OV, TC_WILDCARD, false, true, 1013957},
    {45, "DNSPod OV Multi-Domain", TC_DNSPOD, TC_OV, TC_MULTI, false, true, 1013959},
    {46, "DNSPod EV", TC_DNSPOD, TC_EV, TC_SINGLE, false, true, 1013961},
    {47, "DNSPod EV Multi-Domain", TC_DNSPOD, TC_EV, TC_MULTI, false, true, 1013963},
    {48, "DNSPod DV", TC_DNSPOD, TC_DV, TC_SINGLE, false, true, 1013949},
    {49, "DNSPod DV Wildcard", TC_DNSPOD, TC_DV, TC_WILDCARD, false, true, 1013951},
    {50, "DNSPod DV Multi-Domain", TC_DNSPOD, TC_DV, TC_MULTI, false, true, 1013953},
    {51, "DNSPod SM2 OV", TC_SM2, TC_OV, TC_SINGLE, false, true, 1014026},
    {52, "DNSPod SM2 OV Wildcard", TC_SM2, TC_OV, TC_WILDCARD, false, true, 1014028},
    {53, "DNSPod SM2 OV Multi-Domain", TC_SM2, TC_OV, TC_MULTI, false, true, 1014030},
    {54, "DNSPod SM2 DV", TC_SM2, TC_DV, TC_SINGLE, false, true, 1014020},
    {55, "DNSPod SM2 DV Wildcard", TC_SM2, TC_DV, TC_WILDCARD, false, true, 1014022},
    {56, "DNSPod SM2 DV Multi-Domain", TC_SM2, TC_DV, TC_MULTI, false, true, 1014024},
    {57, "SecureSite OV Pro Multi-Domain", TC_SECURESITE, TC_OV, TC_MULTI, false, true, 1013878},
    {58, "SecureSite OV Multi-Domain", TC_SECURESITE, TC_OV, TC_MULTI, false, true, 1013876},
    {59, "SecureSite EV Pro Multi-Domain", TC_SECURESITE, TC_EV, TC_MULTI, false, true, 1013882},
    {60, "SecureSite EV Multi-Domain", TC_SECURESITE, TC_EV, TC_MULTI, false, true, 1013880},
    {61, "GeoTrust EV Multi-Domain", TC_GEOTRUST, TC_EV, TC_MULTI, false, true, 1013886},
    {75, "SecureSite OV", TC_SECURESITE, TC_OV, TC_SINGLE, false, true, 0},
    {76, "SecureSite OV Wildcard", TC_SECURESITE, TC_OV, TC_WILDCARD, false, true, 0},
    {77, "SecureSite EV", TC_SECURESITE, TC_EV, TC_SINGLE, false, true, 0},
    {78, "GeoTrust OV", TC_GEOTRUST, TC_OV, TC_SINGLE, false, false, 0},
    {79, "GeoTrust OV Wildcard", TC_GEOTRUST, TC_OV, TC_WILDCARD, false, false, 0},
    {80, "GeoTrust EV", TC_GEOTRUST, TC_EV, TC_SINGLE, false, false, 0},
    {81, "GlobalSign OV", TC_GLOBALSIGN, TC_OV, TC_SINGLE, false, true, 0},
    {82, "GlobalSign OV Wildcard", TC_GLOBALSIGN, TC_OV, TC_WILDCARD, false, true, 0},
    {83, "TrustAsia C1 DV Free", TC_TRUSTASIA, TC_DV, TC_SINGLE, true, false, 0},
    {85, "GlobalSign EV", TC_GLOBALSIGN, TC_EV, TC_SINGLE, false, true, 0},
    {88, "GlobalSign OV Multi-Wildcard", TC_GLOBALSIGN, TC_OV, TC_MULTI_WILDCARD, false, true, 0},
    {89, "GlobalSign OV Multi-Domain", TC_GLOBALSIGN, TC_OV, TC_MULTI, false, true, 0},
    {90, "GlobalSign EV Multi-Domain", TC_GLOBALSIGN, TC_EV, TC_MULTI, false, true, 0},
    {91, "GeoTrust EV Multi-Domain", TC_GEOTRUST, TC_EV, TC_MULTI, false, false, 0},
    {92, "SecureSite OV Pro Multi-Domain", TC_SECURESITE, TC_OV, TC_MULTI, false, true, 0},
    {93, "SecureSite OV Multi-Domain", TC_SECURESITE, TC_OV, TC_MULTI, false, true, 0},
    {94, "SecureSite EV Pro Multi-Domain", TC_SECURESITE, TC_EV, TC_MULTI, false, true, 0},
    {95, "SecureSite EV Multi-Domain", TC_SECURESITE, TC_EV, TC_MULTI, false, true, 0},
    {96, "SecureSite EV Pro", TC_SECURESITE, TC_EV, TC_SINGLE, false, true, 0},
    {97, "SecureSite OV Pro", TC_SECURESITE, TC_OV, TC_SINGLE, false, true, 0},
    {98, "CFCA OV", TC_CFCA, TC_OV, TC_SINGLE, false, true, 1022447},
    {99, "CFCA OV Multi-Domain", TC_CFCA, TC_OV, TC_MULTI, false, true, 0},
    {100, "CFCA OV Wildcard", TC_CFCA, TC_OV, TC_WILDCARD, false, true, 1022449},
    {101, "CFCA EV", TC_CFCA, TC_EV, TC_SINGLE, false, true, 1022451},
    {102, "Rapid DV", TC_RAPID, TC_DV, TC_SINGLE, false, true, 0},
    {103, "Rapid DV Wildcard", TC_RAPID, TC_DV, TC_WILDCARD, false, true, 0},
    {104, "TrustAsia DV", TC_TRUSTASIA, TC_DV, TC_SINGLE, false, true, 0},
    {105, "SSL Single-Domain Certificate (One Year)", TC_NO_BRAND, TC_DV, TC_SINGLE, false, true, 0},
};
/* clang-format on */

#define PRODUCTS (sizeof products / sizeof *products)

const struct tc_product *tc_product(int64_t id)
{
    for (size_t i = 0; i < PRODUCTS; i++)
        if (products[i].id == id)
            return &products[i];
    return NULL;
}

const struct tc_product *tc_product_of_pid(int64_t pid)
{
    for (size_t i = 0; i < PRODUCTS; i++)
        if (pid != 0 && products[i].pid == pid)
            return &products[i];
    return NULL;
}

bool tc_product_is_local(const struct tc_product *product)
{
    return product->brand == TC_WOTRUS || product->brand == TC_DNSPOD || product->brand == TC_SM2;
}

bool tc_product_revokes_alone(const struct tc_product *product)
{
    return product->brand == TC_WOTRUS || product->brand == TC_SM2;
}

char tc_product_class(const struct tc_product *product)
{
    if (product->is_free)
        return 'D';
    if (product->level == TC_DV)
        return 'C';
    return tc_product_is_local(product) ? 'A' : 'B';
}

bool tc_product_uses_cname(const struct tc_product *product)
{
    return product->brand == TC_TRUSTASIA || product->brand == TC_WOTRUS;
}

bool tc_product_takes_years(const struct tc_product *product, int64_t years)
{
    bool is_yearly =
        product->is_free || product->id == 105 || (product->id >= 99 && product->id <= 101);

    return years == 1 || (!is_yearly && years >= 2 && years <= 3);
}

bool tc_product_takes_key(const struct tc_product *product, enum key_type type, int bits)
{
    if (product->brand == TC_SM2)
        return false;
    if (type == KEY_P384)
        return product->brand == TC_WOTRUS;
    if (type == KEY_RSA && bits == 4096)
        return product->level != TC_DV || product->brand == TC_WOTRUS;
    return type == KEY_P256 || (type == KEY_RSA && bits == 2048);
}

bool tc_product_has_many(const struct tc_product *product)
{
    return product->domains == TC_MULTI || product->domains == TC_MULTI_WILDCARD;
}

const char *tc_product_from(const struct tc_product *product)
{
    if (product->brand == TC_WOTRUS)
        return "wosign";
    return product->brand == TC_CFCA ? "sheca" : "trustasia";
}

const char *tc_level_name(enum tc_level level)
{
    static const char *const names[] = {"DV", "OV", "EV"};

    return names[level];
}
