/* config_vendor - see config_vendor.h. */
#include "server/config_vendor.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "acme/proof_method.h"
#include "base/address.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/tsig.h"
#include "base/url.h"
#include "policy/order_json.h"

const char *config_path(struct config_reading *r, const char *list, unsigned index, const char *key)
{
    return mem_printf(r->scratch, "%s[%u].%s", list, index, key);
}

void config_check_file(struct config_reading *r, const char *path, const char *file)
{
    int fd;

    if (*file == '\0' || config_is_faulty(r, path))
        return;
    fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        config_complain(
            r, path, "\"%s\" cannot be read: %s", config_excerpt(r, file), strerror(errno));
    else
        close(fd);
}

static void check_program(struct config_reading *r, const char *path, const char *program)
{
    if (config_is_faulty(r, path))
        return;
    if (*program != '/')
        config_complain(r, path, "\"%s\" must be an absolute path for the method exec",
            config_excerpt(r, program));
    else if (access(program, X_OK) != 0)
        config_complain(
            r, path, "\"%s\" cannot be run: %s", config_excerpt(r, program), strerror(errno));
}

static void check_tsig_key(struct config_reading *r, const char *path, const char *file)
{
    struct tsig_key *key;
    struct err e = {0};
    char *text;

    config_check_file(r, path, file);
    if (*file == '\0' || config_is_faulty(r, path))
        return;
    if (file_read_secret(r->scratch, file, TSIG_FILE_MAX, &text, &e) != ERR_OK)
        config_complain(r, path, "%s", e.detail);
    else if (tsig_key_read(r->scratch, text, &key, &e) != ERR_OK)
        config_complain(r, path, "\"%s\" %s", config_excerpt(r, file), e.detail);
}

bool config_is_this_machine(const char *host)
{
    struct address address;

    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           (strncmp(host, "127.", 4) == 0 && address_parse(host, &address));
}

/* Without the slash at its end. The key would go over the network for all to read. */
static const char *check_url(
    struct config_reading *r, const char *path, const char *text, const char *usual)
{
    size_t len = strlen(text);
    struct url url;
    struct err e = {0};

    if (config_is_faulty(r, path))
        return usual;
    if (len == 0)
        return usual;
    if (url_parse(r->scratch, NULL, text, &url, &e) != ERR_OK)
        config_complain(r, path, "\"%s\": %s", config_excerpt(r, text), e.detail);
    else if (!url.is_https && !config_is_this_machine(url.host))
        config_complain(
            r, path, "\"%s\" would send the key in the clear; use https", config_excerpt(r, text));
    return mem_strndup(r->mem, text, text[len - 1] == '/' ? len - 1 : len);
}

/* What a vendor's rules are follows from its type. */
static void check_rules_of_type(
    struct config_reading *r, struct config_upstream *upstream, unsigned index, enum vendor vendor)
{
    const char *path = config_path(r, "upstreams", index, "rules");

    if (vendor == VENDOR_DIGICERT && upstream->rules == VENDOR_DIGICERT_CLIENT)
        return; /* the same account, for its client certificates */
    if (upstream->rules != VENDOR_LOCAL && upstream->rules != (int)vendor &&
        !config_is_faulty(r, path))
        config_complain(r, path, "\"%s\" are another vendor's; at this upstream they are %s",
            vendor_words[upstream->rules], vendor_words[vendor]);
    upstream->rules = (int)vendor;
}

static bool can_publish(enum proof_way way, unsigned kinds)
{
    switch (way) {
    case PROOF_WAY_RFC2136:
        return (kinds & (CONFIG_PROOF(TXT) | CONFIG_PROOF(CNAME))) != 0;
    case PROOF_WAY_HTTP:
        return (kinds & CONFIG_PROOF(HTTP)) != 0;
    case PROOF_WAY_EXEC:
        return kinds != 0;
    case PROOF_WAY_OPERATOR:
        break;
    }
    return true;
}

static void check_rfc2136(
    struct config_reading *r, const struct config_upstream *upstream, unsigned index)
{
    const struct {
        const char *key, *value;
    } keys[] = {
        {"domain_validation.server", upstream->domain_validation.server},
        {"domain_validation.key_file", upstream->domain_validation.key_file},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (*keys[i].value == '\0' &&
            !config_is_faulty(r, config_path(r, "upstreams", index, keys[i].key)))
            config_complain(r, config_path(r, "upstreams", index, keys[i].key),
                "must be given for the method rfc2136");
    check_tsig_key(r, config_path(r, "upstreams", index, "domain_validation.key_file"),
        upstream->domain_validation.key_file);
}

/* A way needs what it works with, and the vendor must be asked for what it can publish. */
static void check_way(struct config_reading *r, const struct config_upstream *upstream,
    unsigned index, const struct config_method *method)
{
    static const char *const words[] = {"operator", "rfc2136", "exec", "http"};
    const char *path = config_path(r, "upstreams", index, "domain_validation.method");
    enum proof_way way = (enum proof_way)upstream->domain_validation.method;

    if (!can_publish(way, method->kinds) && !config_is_faulty(r, path))
        config_complain(
            r, path, "\"%s\" can publish no proof of dcv_method \"%s\"", words[way], method->word);
    if (way == PROOF_WAY_EXEC)
        check_program(r, config_path(r, "upstreams", index, "domain_validation.program"),
            upstream->domain_validation.program);
    if (way == PROOF_WAY_RFC2136)
        check_rfc2136(r, upstream, index);
}

/* "dns, email" */
static const char *list_methods(struct config_reading *r, const struct config_method *methods)
{
    const char *list = methods->word;

    for (methods++; methods->word != NULL; methods++)
        list = mem_printf(r->scratch, "%s, %s", list, methods->word);
    return list;
}

void config_check_method(struct config_reading *r, struct config_upstream *upstream, unsigned index,
    const struct config_method *methods)
{
    const char *path = config_path(r, "upstreams", index, "dcv_method");
    const struct config_method *method = methods;

    if (config_is_faulty(r, path))
        return;
    if (upstream->dcv_method[0] == '\0')
        upstream->dcv_method = methods->word;
    while (method->word != NULL && strcmp(upstream->dcv_method, method->word) != 0)
        method++;
    if (method->word == NULL)
        config_complain(r, path, "\"%s\" is not one of %s", config_excerpt(r, upstream->dcv_method),
            list_methods(r, methods));
    else
        check_way(r, upstream, index, method);
}

void config_check_vendor(struct config_reading *r, struct config_upstream *upstream, unsigned index,
    enum vendor vendor, const char *usual_url)
{
    const char *key = config_path(r, "upstreams", index, "api_key_file");

    upstream->url =
        check_url(r, config_path(r, "upstreams", index, "url"), upstream->url, usual_url);
    check_rules_of_type(r, upstream, index, vendor);
    config_check_file(r, config_path(r, "upstreams", index, "ca_file"), upstream->ca_file);
    if (*upstream->api_key_file == '\0')
        config_complain(r, key, "must be given for an upstream of type %s", vendor_words[vendor]);
    config_check_file(r, key, upstream->api_key_file);
}

void config_check_needed(
    struct config_reading *r, unsigned index, const struct config_value *values, const char *why)
{
    for (; values->key != NULL; values++) {
        const char *path = config_path(r, "upstreams", index, values->key);

        if (*values->value == '\0' && !config_is_faulty(r, path))
            config_complain(r, path, "must be given %s", why);
    }
}

void config_check_foreign(
    struct config_reading *r, unsigned index, const struct config_value *values, const char *whose)
{
    for (; values->key != NULL; values++) {
        const char *path = config_path(r, "upstreams", index, values->key);

        if (*values->value != '\0' && !config_is_faulty(r, path))
            config_complain(r, path, "is not for an upstream of type %s", whose);
    }
}

void config_check_offer(struct config_reading *r, struct config_profile *profile, unsigned index,
    const char *brand, enum level level)
{
    const char *brand_path = config_path(r, "profiles", index, "brand");
    const char *level_path = config_path(r, "profiles", index, "validation");

    if (*profile->brand == '\0')
        profile->brand = brand;
    else if (strcmp(profile->brand, brand) != 0 && !config_is_faulty(r, brand_path))
        config_complain(r, brand_path, "\"%s\" is not the brand of product \"%s\"",
            config_excerpt(r, profile->brand), profile->product);
    if (profile->level == LEVEL_UNKNOWN)
        profile->level = (int)level;
    else if (profile->level != (int)level && !config_is_faulty(r, level_path))
        config_complain(r, level_path, "\"%s\" is not what product \"%s\" is",
            order_level_words[profile->level], profile->product);
}
