/* issued - see issued.h. */
#include "acme/issued.h"

#include <string.h>
#include <strings.h>

#include <openssl/objects.h>

#include "acme/general_name.h"
#include "acme/identifier.h"
#include "base/cert_chain.h"
#include "base/clock.h"
#include "base/der.h"
#include "base/mem.h"
#include "policy/names.h"

/* CAs may date certificates ahead a little, so that a whole day is one. */
#define AHEAD_MAX_S 86400

/* Names. */

enum err_code issued_names(
    void *mem, const struct cert_info *info, struct identifiers *out, struct err *e)
{
    struct bytes value;

    if (!cert_find_extension(info, NID_subject_alt_name, &value))
        return err_set(e, ERR_INPUT, "there is no subjectAltName");
    if (general_names_read(mem, value, out, e) != ERR_OK)
        return e->code;
    general_names_settle(out);
    return ERR_OK;
}

static bool is_one_of(const struct identifiers *names, struct bytes text)
{
    for (size_t i = 0; i < names->len; i++)
        if (strlen(names->list[i].value) == text.len &&
            strncasecmp(names->list[i].value, (const char *)text.data, text.len) == 0)
            return true;
    return false;
}

/* The first commonName of a subject that is none of the names; false if there is none. Programs
 * that do not know subjectAltName take it for a host's name. */
static bool find_odd_common_name(
    struct bytes subject, const struct identifiers *names, struct bytes *odd)
{
    struct bytes rdns, set, attribute;
    struct der_element value;
    int nid;

    if (!der_take(&subject, DER_SEQUENCE, &rdns))
        return false;
    while (der_take(&rdns, DER_SET, &set))
        while (der_take(&set, DER_SEQUENCE, &attribute))
            if (der_take_oid(&attribute, &nid) && der_next(&attribute, &value) &&
                nid == NID_commonName && !is_one_of(names, value.content)) {
                *odd = value.content;
                return true;
            }
    return false;
}

/* A certificate for mail is for a person, whose name its commonName may be. */
static bool is_for_hosts(const struct identifiers *names)
{
    for (size_t i = 0; i < names->len; i++)
        if (names->list[i].type == IDENTIFIER_EMAIL)
            return false;
    return true;
}

/* The first name of the leaf that is neither wished nor allowed beside, or NULL. */
static const struct identifier *find_extra(const struct identifiers *found,
    const struct identifiers *wished, const struct identifiers *allowed)
{
    for (size_t i = 0; i < found->len; i++) {
        struct identifiers one = {&found->list[i], 1};

        if (identifiers_missing(&one, wished) != NULL &&
            (allowed == NULL || identifiers_missing(&one, allowed) != NULL))
            return &found->list[i];
    }
    return NULL;
}

/* What is before the "@" may come back in lower case. */
static enum err_code check_names(void *mem, const struct cert_info *leaf,
    const struct identifiers *wished, const struct identifiers *allowed, struct err *e)
{
    const struct identifier *missing, *extra;
    struct identifiers found, asked;
    struct err why = {0};
    struct bytes odd;

    if (issued_names(mem, leaf, &found, &why) != ERR_OK)
        return err_set(
            e, ERR_DENIED, "a certificate whose names cannot be accepted: %s", why.detail);
    found = names_folded(mem, &found);
    asked = names_folded(mem, wished);
    missing = identifiers_missing(&asked, &found);
    if (missing != NULL)
        return err_set(e, ERR_DENIED, "a certificate without the name \"%s\"", missing->value);
    extra = find_extra(&found, &asked, allowed);
    if (extra != NULL)
        return err_set(e, ERR_DENIED,
            "a certificate that is also for \"%s\", which was not ordered", extra->value);
    if (is_for_hosts(wished) && find_odd_common_name(leaf->subject_name, &found, &odd))
        return err_set(e, ERR_DENIED,
            "a certificate whose commonName \"%.64s\" is none of its subjectAltNames",
            bytes_string(mem, odd));
    return ERR_OK;
}

/* Dates. */

static enum err_code check_wished_date(
    const char *what, int64_t wished_s, int64_t found_s, struct err *e)
{
    char wished[CLOCK_RFC3339_SIZE], found[CLOCK_RFC3339_SIZE];

    if (wished_s == 0 || wished_s == found_s)
        return ERR_OK;
    clock_format(wished_s, wished);
    clock_format(found_s, found);
    return err_set(e, ERR_DENIED, "a certificate whose %s is %s, not the %s that was ordered", what,
        found, wished);
}

static enum err_code check_dates(
    const struct cert_info *leaf, const struct issued_wish *wish, int64_t now_s, struct err *e)
{
    char date[CLOCK_RFC3339_SIZE];

    if (leaf->not_after_s < leaf->not_before_s)
        return err_set(e, ERR_DENIED, "a certificate that ends before it begins");
    if (check_wished_date("notBefore", wish->not_before_s, leaf->not_before_s, e) != ERR_OK ||
        check_wished_date("notAfter", wish->not_after_s, leaf->not_after_s, e) != ERR_OK)
        return e->code;
    clock_format(leaf->not_after_s, date);
    if (leaf->not_after_s < now_s)
        return err_set(e, ERR_DENIED, "a certificate that has expired (%s)", date);
    clock_format(leaf->not_before_s, date);
    if (wish->not_before_s == 0 && leaf->not_before_s > now_s + AHEAD_MAX_S)
        return err_set(e, ERR_DENIED, "a certificate that is not valid before %s", date);
    return ERR_OK;
}

/* Chains. */

/* Certificates of PEM text with the leaf before them, as a chain is checked. */
static enum err_code read_chain(
    void *mem, struct bytes leaf, const char *pem, struct bytes **ders, size_t *len, struct err *e)
{
    struct bytes *rest;

    if (cert_pem_read(mem, pem, &rest, len, e) != ERR_OK)
        return e->code;
    *ders = mem_new_array(mem, struct bytes, *len + 1);
    (*ders)[0] = leaf;
    memcpy(*ders + 1, rest, *len * sizeof *rest);
    (*len)++;
    return ERR_OK;
}

static enum err_code check_chain(void *mem, const struct upstream_result *result, int64_t now_s,
    struct bytes *issuer, struct err *e)
{
    struct err why = {0};
    struct bytes *ders;
    size_t len;

    if (result->chain == NULL || result->chain[0] == '\0')
        return err_set(e, ERR_DENIED, "a certificate without its issuer's");
    if (read_chain(mem, result->leaf, result->chain, &ders, &len, &why) != ERR_OK ||
        cert_chain_check_links(ders, len, &why) != ERR_OK ||
        cert_chain_check_dates(ders + 1, len - 1, now_s, &why) != ERR_OK)
        return err_set(e, ERR_DENIED, "a chain that does not hold: %s", why.detail);
    *issuer = ders[1];
    return ERR_OK;
}

/* Whoever signed the leaf is known by now; an alternate needs to begin with the same key. */
static enum err_code check_alternate(
    void *mem, struct bytes issuer, const char *pem, int64_t now_s, struct err *e)
{
    struct bytes *ders;
    size_t len;

    if (cert_pem_read(mem, pem, &ders, &len, e) != ERR_OK ||
        cert_chain_check_alternate(issuer, ders, len, e) != ERR_OK)
        return e->code;
    return cert_chain_check_dates(ders, len, now_s, e);
}

static void keep_alternates(void *mem, const struct upstream_result *result, struct bytes issuer,
    int64_t now_s, struct issued *out)
{
    const char **kept = mem_new_array(mem, const char *, CERTIFICATE_ALTERNATES_MAX + 1);
    size_t len = 0;

    out->alternates = kept;
    for (const char *const *at = result->alternates; at != NULL && *at != NULL; at++) {
        struct err why = {0};

        if (len == CERTIFICATE_ALTERNATES_MAX)
            err_set(&why, ERR_TOO_LARGE, "there are more than %d", CERTIFICATE_ALTERNATES_MAX);
        else if (check_alternate(mem, issuer, *at, now_s, &why) == ERR_OK)
            kept[len++] = *at;
        if (why.code != ERR_OK)
            out->left_out = mem_strdup(mem, why.detail);
    }
}

enum err_code issued_check(void *mem, const struct issued_wish *wish,
    const struct upstream_result *result, int64_t now_s, struct issued *out, struct err *e)
{
    struct bytes issuer = {NULL, 0};
    struct err unread = {0};
    uint8_t hash[32];

    *out = (struct issued){0};
    if (cert_read(result->leaf, &out->leaf, &unread) != ERR_OK)
        return err_set(e, ERR_DENIED, "something that is no certificate");
    sha256(out->leaf.spki, hash);
    if (!bytes_equal((struct bytes){hash, sizeof hash}, wish->key_hash))
        return err_set(e, ERR_DENIED, "a certificate for another key");
    if (check_names(mem, &out->leaf, wish->names, result->extra_names, e) != ERR_OK ||
        check_dates(&out->leaf, wish, now_s, e) != ERR_OK ||
        check_chain(mem, result, now_s, &issuer, e) != ERR_OK)
        return e->code;
    keep_alternates(mem, result, issuer, now_s, out);
    return ERR_OK;
}
