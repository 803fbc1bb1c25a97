/* huawei_product - see huawei_product.h. */
#include "policy/upstream/huawei_product.h"

#include <ctype.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"

#define SANS_MAX ((size_t)64 * 1024)

/* The API sells DigiCert under the name that it had before. */
static const struct {
    const char *brand, *word;
} brands[] = {
    {"SYMANTEC", "digicert"},
    {"GEOTRUST", "geotrust"},
    {"GLOBALSIGN", "globalsign"},
    {"CFCA", "cfca"},
    {"TRUSTASIA", "trustasia"},
    {"VTRUS", "vtrus"},
};

static const struct {
    const char *type;
    enum level level;
} types[] = {
    {"DV_SSL_CERT_BASIC", LEVEL_DV},
    {"DV_SSL_CERT", LEVEL_DV},
    {"OV_SSL_CERT_PRO", LEVEL_OV},
    {"OV_SSL_CERT", LEVEL_OV},
    {"EV_SSL_CERT_PRO", LEVEL_EV},
    {"EV_SSL_CERT", LEVEL_EV},
};

#define BRANDS (sizeof brands / sizeof brands[0])
#define TYPES  (sizeof types / sizeof types[0])

static const char *lower(void *mem, const char *text)
{
    char *copy = mem_strdup(mem, text);

    for (char *at = copy; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

/* Is the text this constant, whatever its case? */
static bool is_word(const char *text, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++)
        if (word[i] == '\0' || tolower((unsigned char)text[i]) != tolower((unsigned char)word[i]))
            return false;
    return word[len] == '\0';
}

bool huawei_product_read(const char *word, struct huawei_product *out)
{
    size_t len = strcspn(word, ".");

    *out = (struct huawei_product){0};
    for (size_t i = 0; i < BRANDS; i++)
        if (is_word(word, len, brands[i].word)) {
            out->word = brands[i].word;
            out->brand = brands[i].brand;
        }
    for (size_t i = 0; word[len] == '.' && i < TYPES; i++)
        if (is_word(word + len + 1, strlen(word + len + 1), types[i].type)) {
            out->type = types[i].type;
            out->level = types[i].level;
        }
    if (out->brand == NULL || out->type == NULL)
        return false;
    out->is_free = huawei_is_free(out->brand, out->type);
    return true;
}

const char *huawei_brand_word(void *mem, const char *brand)
{
    for (size_t i = 0; brand != NULL && i < BRANDS; i++)
        if (strcmp(brands[i].brand, brand) == 0)
            return brands[i].word;
    return brand == NULL ? NULL : lower(mem, brand);
}

const char *huawei_product_word(void *mem, const char *brand, const char *type)
{
    if (brand == NULL || type == NULL)
        return NULL;
    return mem_printf(mem, "%s.%s", huawei_brand_word(mem, brand), lower(mem, type));
}

enum level huawei_level(const char *type)
{
    for (size_t i = 0; type != NULL && i < TYPES; i++)
        if (strcmp(types[i].type, type) == 0)
            return types[i].level;
    return LEVEL_UNKNOWN;
}

bool huawei_is_free(const char *brand, const char *type)
{
    return brand != NULL && type != NULL && strcmp(brand, "SYMANTEC") == 0 &&
           strcmp(type, "DV_SSL_CERT_BASIC") == 0;
}

/* Names. */

static bool is_wildcard(const char *name)
{
    return strncmp(name, "*.", 2) == 0;
}

static bool is_better(const char *name, const char *than)
{
    if (than == NULL || is_wildcard(name) != is_wildcard(than))
        return than == NULL || is_wildcard(than);
    return strlen(name) < strlen(than);
}

struct huawei_names huawei_names_of(const struct identifiers *names)
{
    struct huawei_names out = {.domain_type = "SINGLE_DOMAIN"};

    for (size_t i = 0; i < names->len; i++) {
        const struct identifier *name = &names->list[i];

        if (is_better(name->value, out.primary))
            out.primary = name->value;
        if (is_wildcard(name->value))
            out.wildcards++;
        else
            out.plain++;
        out.is_address |= name->type == IDENTIFIER_IP;
    }
    out.primary_is_wildcard = out.primary != NULL && is_wildcard(out.primary);
    if (names->len > 1)
        out.domain_type = "MULTI_DOMAIN";
    else if (out.primary_is_wildcard)
        out.domain_type = "WILDCARD";
    if (out.primary_is_wildcard)
        out.wildcards--;
    else if (out.plain > 0)
        out.plain--;
    return out;
}

int huawei_names_count(const struct huawei_names *names)
{
    return 1 + names->plain + names->wildcards;
}

const char *huawei_names_others(void *mem, const struct identifiers *names, const char *primary)
{
    struct buf text;

    buf_init(&text, mem, SANS_MAX);
    for (size_t i = 0; i < names->len; i++)
        if (strcmp(names->list[i].value, primary) != 0)
            buf_addf(&text, "%s%s", text.len == 0 ? "" : ";", names->list[i].value);
    return text.len == 0 ? NULL : buf_text(&text);
}
