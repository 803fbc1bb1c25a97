/* tencent_product - see tencent_product.h. */
#include "policy/upstream/tencent_product.h"

#include <stdlib.h>
#include <string.h>

#include "policy/upstream/vendor_names.h"

/* SM2 products, which are for Chinese keys, are listed so that the inventory knows them. */
#define SM2 "sm2"

/* clang-format off */
static const struct tencent_product products[] = {
    {2, "trustasia", LEVEL_DV, SHAPE_SINGLE},
    {3, "securesite", LEVEL_EV, SHAPE_SINGLE},
    {4, "securesite", LEVEL_EV, SHAPE_SINGLE},
    {5, "securesite", LEVEL_OV, SHAPE_SINGLE},
    {6, "securesite", LEVEL_OV, SHAPE_SINGLE},
    {7, "securesite", LEVEL_OV, SHAPE_WILDCARD},
    {8, "geotrust", LEVEL_EV, SHAPE_SINGLE},
    {9, "geotrust", LEVEL_OV, SHAPE_SINGLE},
    {10, "geotrust", LEVEL_OV, SHAPE_WILDCARD},
    {11, "trustasia", LEVEL_DV, SHAPE_MULTI},
    {12, "trustasia", LEVEL_DV, SHAPE_WILDCARD},
    {13, "trustasia", LEVEL_OV, SHAPE_WILDCARD},
    {14, "trustasia", LEVEL_OV, SHAPE_SINGLE},
    {15, "trustasia", LEVEL_OV, SHAPE_MULTI},
    {16, "trustasia", LEVEL_EV, SHAPE_SINGLE},
    {17, "trustasia", LEVEL_EV, SHAPE_MULTI},
    {18, "globalsign", LEVEL_OV, SHAPE_SINGLE},
    {19, "globalsign", LEVEL_OV, SHAPE_WILDCARD},
    {20, "globalsign", LEVEL_EV, SHAPE_SINGLE},
    {21, "trustasia", LEVEL_OV, SHAPE_MULTI_WILDCARD},
    {22, "globalsign", LEVEL_OV, SHAPE_MULTI},
    {23, "globalsign", LEVEL_OV, SHAPE_MULTI_WILDCARD},
    {24, "globalsign", LEVEL_EV, SHAPE_MULTI},
    {25, "wotrus", LEVEL_DV, SHAPE_SINGLE},
    {26, "wotrus", LEVEL_DV, SHAPE_MULTI},
    {27, "wotrus", LEVEL_DV, SHAPE_WILDCARD},
    {28, "wotrus", LEVEL_OV, SHAPE_SINGLE},
    {29, "wotrus", LEVEL_OV, SHAPE_MULTI},
    {30, "wotrus", LEVEL_OV, SHAPE_WILDCARD},
    {31, "wotrus", LEVEL_EV, SHAPE_SINGLE},
    {32, "wotrus", LEVEL_EV, SHAPE_MULTI},
    {33, SM2, LEVEL_DV, SHAPE_SINGLE},
    {34, SM2, LEVEL_DV, SHAPE_MULTI},
    {35, SM2, LEVEL_DV, SHAPE_WILDCARD},
    {37, SM2, LEVEL_OV, SHAPE_SINGLE},
    {38, SM2, LEVEL_OV, SHAPE_MULTI},
    {39, SM2, LEVEL_OV, SHAPE_WILDCARD},
    {40, SM2, LEVEL_EV, SHAPE_SINGLE},
    {41, SM2, LEVEL_EV, SHAPE_MULTI},
    {42, "trustasia", LEVEL_DV, SHAPE_MULTI_WILDCARD},
    {43, "dnspod", LEVEL_OV, SHAPE_SINGLE},
    {44, "dnspod", LEVEL_OV, SHAPE_WILDCARD},
    {45, "dnspod", LEVEL_OV, SHAPE_MULTI},
    {46, "dnspod", LEVEL_EV, SHAPE_SINGLE},
    {47, "dnspod", LEVEL_EV, SHAPE_MULTI},
    {48, "dnspod", LEVEL_DV, SHAPE_SINGLE},
    {49, "dnspod", LEVEL_DV, SHAPE_WILDCARD},
    {50, "dnspod", LEVEL_DV, SHAPE_MULTI},
    {51, SM2, LEVEL_OV, SHAPE_SINGLE},
    {52, SM2, LEVEL_OV, SHAPE_WILDCARD},
    {53, SM2, LEVEL_OV, SHAPE_MULTI},
    {54, SM2, LEVEL_DV, SHAPE_SINGLE},
    {55, SM2, LEVEL_DV, SHAPE_WILDCARD},
    {56, SM2, LEVEL_DV, SHAPE_MULTI},
    {57, "securesite", LEVEL_OV, SHAPE_MULTI},
    {58, "securesite", LEVEL_OV, SHAPE_MULTI},
    {59, "securesite", LEVEL_EV, SHAPE_MULTI},
    {60, "securesite", LEVEL_EV, SHAPE_MULTI},
    {61, "geotrust", LEVEL_EV, SHAPE_MULTI},
    {75, "securesite", LEVEL_OV, SHAPE_SINGLE},
    {76, "securesite", LEVEL_OV, SHAPE_WILDCARD},
    {77, "securesite", LEVEL_EV, SHAPE_SINGLE},
    {78, "geotrust", LEVEL_OV, SHAPE_SINGLE},
    {79, "geotrust", LEVEL_OV, SHAPE_WILDCARD},
    {80, "geotrust", LEVEL_EV, SHAPE_SINGLE},
    {81, "globalsign", LEVEL_OV, SHAPE_SINGLE},
    {82, "globalsign", LEVEL_OV, SHAPE_WILDCARD},
    {83, "trustasia", LEVEL_DV, SHAPE_SINGLE},
    {85, "globalsign", LEVEL_EV, SHAPE_SINGLE},
    {88, "globalsign", LEVEL_OV, SHAPE_MULTI_WILDCARD},
    {89, "globalsign", LEVEL_OV, SHAPE_MULTI},
    {90, "globalsign", LEVEL_EV, SHAPE_MULTI},
    {91, "geotrust", LEVEL_EV, SHAPE_MULTI},
    {92, "securesite", LEVEL_OV, SHAPE_MULTI},
    {93, "securesite", LEVEL_OV, SHAPE_MULTI},
    {94, "securesite", LEVEL_EV, SHAPE_MULTI},
    {95, "securesite", LEVEL_EV, SHAPE_MULTI},
    {96, "securesite", LEVEL_EV, SHAPE_SINGLE},
    {97, "securesite", LEVEL_OV, SHAPE_SINGLE},
    {98, "cfca", LEVEL_OV, SHAPE_SINGLE},
    {99, "cfca", LEVEL_OV, SHAPE_MULTI},
    {100, "cfca", LEVEL_OV, SHAPE_WILDCARD},
    {101, "cfca", LEVEL_EV, SHAPE_SINGLE},
    {102, "rapid", LEVEL_DV, SHAPE_SINGLE},
    {103, "rapid", LEVEL_DV, SHAPE_WILDCARD},
    {104, "trustasia", LEVEL_DV, SHAPE_SINGLE},
    {105, "", LEVEL_DV, SHAPE_SINGLE},
};
/* clang-format on */

const struct tencent_product *tencent_product(const char *id)
{
    if (id == NULL || id[0] == '\0' || strlen(id) > 4 || id[strspn(id, "0123456789")] != '\0')
        return NULL;
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (products[i].id == strtol(id, NULL, 10))
            return &products[i];
    return NULL;
}

static bool is_brand(const struct tencent_product *product, const char *brand)
{
    return strcmp(product->brand, brand) == 0;
}

bool tencent_product_is_free(const struct tencent_product *product)
{
    return product->id == 2 || product->id == 83;
}

bool tencent_product_is_sm2(const struct tencent_product *product)
{
    return is_brand(product, SM2);
}

bool tencent_product_has_many(const struct tencent_product *product)
{
    return product->shape == SHAPE_MULTI || product->shape == SHAPE_MULTI_WILDCARD;
}

bool tencent_product_checks_alone(const struct tencent_product *product)
{
    return is_brand(product, "wotrus") || is_brand(product, "dnspod") ||
           tencent_product_is_sm2(product);
}

bool tencent_product_revokes_alone(const struct tencent_product *product)
{
    return is_brand(product, "wotrus") || tencent_product_is_sm2(product);
}

enum name_kind tencent_product_names(const struct tencent_product *product)
{
    switch (product->shape) {
    case SHAPE_SINGLE:
        return NAMES_SINGLE;
    case SHAPE_WILDCARD:
        return NAMES_WILDCARD;
    case SHAPE_MULTI:
    case SHAPE_MULTI_WILDCARD:
        break;
    }
    return NAMES_MULTI;
}

/* "www.x" and "x", in either order. */
static bool is_www_of(const char *name, const char *other)
{
    return strncmp(name, "www.", 4) == 0 && strcmp(name + 4, other) == 0;
}

static bool is_second_level(const char *name)
{
    const char *dot = strchr(name, '.');

    return dot != NULL && strchr(dot + 1, '.') == NULL;
}

static bool is_wildcard_of(const char *name, const char *other)
{
    return vendor_name_is_wildcard(name) && strcmp(name + 2, other) == 0 && is_second_level(other);
}

/* Two names of which one brings the other. */
static bool is_pair(const struct identifiers *names, bool (*brings)(const char *, const char *))
{
    return names->len == 2 && (brings(names->list[0].value, names->list[1].value) ||
                                  brings(names->list[1].value, names->list[0].value));
}

static size_t count_wildcards(const struct identifiers *names)
{
    size_t count = 0;

    for (size_t i = 0; i < names->len; i++)
        count += vendor_name_is_wildcard(names->list[i].value);
    return count;
}

const char *tencent_product_misfit(
    const struct tencent_product *product, const struct identifiers *names)
{
    size_t wildcards = count_wildcards(names);

    switch (product->shape) {
    case SHAPE_SINGLE:
        if (wildcards > 0)
            return "is for one name that is no wildcard";
        return names->len == 1 || is_pair(names, is_www_of)
                   ? NULL
                   : "is for one name (and the same with or without www.)";
    case SHAPE_WILDCARD:
        return (names->len == 1 && wildcards == 1) || is_pair(names, is_wildcard_of)
                   ? NULL
                   : "is for one wildcard (and the second-level domain that it is of)";
    case SHAPE_MULTI:
        if (wildcards > 0)
            return "is for names that are no wildcards";
        return names->len > 1 ? NULL : "is for two names or more";
    case SHAPE_MULTI_WILDCARD:
        break;
    }
    return names->len > 1 ? NULL : "is for two names or more";
}
