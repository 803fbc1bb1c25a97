/* digicert_form - see digicert_form.h. */
#include "tests/vendorsim/digicert_form.h"

#include <string.h>

#include "base/key.h"
#include "base/mem.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_client.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/names.h"

#define YEARS_MAX      3   /* of a public order */
#define TERM_YEARS_MAX 100 /* of any term that makes sense */

/* Names. */

static bool read_names(
    const json_t *form, const struct product *product, json_t *draft, struct refusal *why)
{
    const char *common_name = row_text(form, "common_name");
    const json_t *dns_names = json_object_get(form, "dns_names");

    if (common_name == NULL || strlen(common_name) > COMMON_NAME_MAX ||
        !name_is_good(common_name, product->is_private))
        return refuse(why, 400, "sim|invalid_common_name", "The common name is not valid: %s.",
            common_name == NULL ? "there is none" : common_name);
    for (size_t i = 0; i < json_array_size(dns_names); i++) {
        const char *name = json_string_value(json_array_get(dns_names, i));

        if (name == NULL || !name_is_good(name, product->is_private))
            return refuse(why, 400, "sim|invalid_dns_names", "A DNS name is not valid: %s.",
                name == NULL ? "it is no string" : name);
    }
    row_set_text(draft, "common_name", common_name);
    json_object_set_new(draft, "names", names_of(common_name, dns_names));
    json_object_set_new(
        draft, "dns_names", json_is_array(dns_names) ? json_deep_copy(dns_names) : json_array());
    if (json_array_size(json_object_get(draft, "names")) > (product->many_names ? NAMES_MAX : 1))
        return refuse(
            why, 400, "sim|invalid_dns_names", "The product does not take so many names.");
    return true;
}

/* The key. */

/* What clients send as a CSR is PEM, PEM without its line breaks, or what stands between its lines.
 * It is given back as PEM. */
static char *csr_pem(void *mem, const char *text)
{
    const char *begin = strstr(text, "-----BEGIN "), *end = NULL;
    struct buf b;
    size_t column = 0;

    if (begin != NULL && (begin = strstr(begin + 11, "-----")) != NULL) {
        text = begin + 5;
        end = strstr(text, "-----END ");
    }
    buf_init(&b, mem, 2 * strlen(text) + 128);
    buf_add_text(&b, "-----BEGIN CERTIFICATE REQUEST-----\n");
    for (; *text != '\0' && text != end; text++) {
        if (strchr(" \t\r\n", *text) != NULL)
            continue;
        buf_add_char(&b, *text);
        if (++column % 64 == 0)
            buf_add_char(&b, '\n');
    }
    buf_add_text(&b, column % 64 == 0 ? "" : "\n");
    buf_add_text(&b, "-----END CERTIFICATE REQUEST-----\n");
    return buf_text(&b);
}

static bool read_key(void *mem, const json_t *form, json_t *draft, struct refusal *why)
{
    const char *csr = row_text(form, "csr");
    uint8_t digest[32];
    char id[2 * sizeof digest + 1];
    struct err e = {0};
    struct bytes spki;
    struct key *key;
    bool key_ok;

    if (csr == NULL || ca_read_csr(mem, csr, &spki, &key_ok, &e) != ERR_OK)
        return refuse(
            why, 400, "csr_invalid_cannot_parse", "The CSR cannot be parsed. %s", e.detail);
    key = key_from_spki(mem, spki, &e);
    if (!key_ok || key == NULL)
        return refuse(
            why, 400, "sim|csr_key_not_allowed", "The key of the CSR is not allowed. %s", e.detail);
    sha256(spki, digest);
    hex_encode(digest, sizeof digest, id);
    row_set_text(draft, "csr", csr_pem(mem, csr));
    row_set_text(draft, "key", id);
    row_set_int(draft, "key_size", key_bits(key));
    return true;
}

/* Without a CSR the recipient makes the key, at the vendor's pages (DC-CLI-ORD-5). */
static bool read_client(void *mem, const json_t *form, const struct product *product, json_t *draft,
    struct refusal *why)
{
    if (!client_read_names(form, product, draft, why))
        return false;
    return row_text(form, "csr") == NULL ||
           (read_key(mem, form, draft, why) && client_takes_key(draft, why));
}

/* Terms. */

/* One of years, days and custom_expiration_date. False: there is none that makes sense. */
static bool read_term(const json_t *form, json_t *term)
{
    const char *date = row_text(form, "custom_expiration_date");
    int64_t years = row_int(form, "years"), days = row_int(form, "days"), until_s;

    if (years > 0 && years <= TERM_YEARS_MAX)
        row_set_int(term, "years", years);
    else if (days > 0 && days <= TERM_YEARS_MAX * 366)
        row_set_int(term, "days", days);
    else if (date != NULL && parse_date(date, &until_s))
        row_set_int(term, "until_s", until_s);
    return json_object_size(term) == 1;
}

json_t *form_certificate(const json_t *body, const struct product *product, struct refusal *why)
{
    static const char *const hashes[] = {"sha256", "sha384", "sha512"};
    const json_t *form = json_object_get(body, "certificate");
    const json_t *platform = json_object_get(form, "server_platform");
    const json_t *validity = json_object_get(form, "cert_validity");
    const char *hash = row_text(form, "signature_hash");
    void *mem = mem_pool(NULL, 8192);
    json_t *draft = json_pack("{s:{}}", "term");
    bool good = product_is_client(product)
                    ? read_client(mem, form, product, draft, why)
                    : read_names(form, product, draft, why) && read_key(mem, form, draft, why);

    mem_free(mem);
    if (good && (hash == NULL || (strcmp(hash, hashes[0]) != 0 && strcmp(hash, hashes[1]) != 0 &&
                                     strcmp(hash, hashes[2]) != 0)))
        good = refuse(why, 400, "sim|invalid_signature_hash", "The signature hash is not valid.");
    if (good && row_text(form, "ca_cert_id") != NULL && !row_is(form, "ca_cert_id", CA_CERT_ID))
        good = refuse(why, 400, "sim|invalid_ca_cert_id", "The product has no such CA.");
    if (good && validity != NULL && !read_term(validity, json_object_get(draft, "term")))
        good = refuse(why, 400, "sim|invalid_cert_validity", "The validity is not valid.");
    if (!good) {
        json_decref(draft);
        return NULL;
    }
    row_set_text(draft, "signature_hash", hash);
    row_set_int(draft, "platform", platform == NULL ? -1 : row_int(platform, "id"));
    row_copy(draft, form, "ca_cert_id");
    return draft;
}

/* The order's term: 1 to 3 years; without a Multi-year Plan one, but for clients. */
static bool read_order_term(const struct digicert *dc, const json_t *body, bool is_client,
    json_t *term, struct refusal *why)
{
    const json_t *form = json_object_get(body, "order_validity");
    json_t *old = json_object();
    int64_t now_s = digicert_now(dc);
    bool is_read;

    row_copy(old, body, "custom_expiration_date");
    if (row_int(body, "validity_years") > 0)
        row_set_int(old, "years", row_int(body, "validity_years"));
    is_read = read_term(form != NULL ? form : old, term);
    json_decref(old);
    if (!is_read || term_end(term, now_s) <= now_s ||
        term_end(term, now_s) > years_later(day_of(now_s), YEARS_MAX) + DAY_S)
        return refuse(why, 400, "sim|invalid_order_validity", "The order's validity is not valid.");
    if (is_client || sim_bool(dc->sim, "multi_year") ||
        term_end(term, now_s) < years_later(day_of(now_s), 1) + DAY_S)
        return true;
    if (sim_bool(dc->sim, "multi_year_strict"))
        return refuse(why, 400, "sim|invalid_order_validity",
            "The account has no Multi-year Plan: an order is for one year.");
    json_object_clear(term);
    row_set_int(term, "years", 1);
    return true;
}

static void copy_order_members(const json_t *body, json_t *draft)
{
    static const char *const members[] = {"alternative_order_id", "comments", "payment_method",
        "auto_renew", "auto_reissue", "additional_emails", "custom_fields",
        "custom_renewal_message", "disable_renewal_notifications", "technical_contact", NULL};

    for (size_t i = 0; members[i] != NULL; i++)
        row_copy(draft, body, members[i]);
    row_set_int(draft, "renewal_of", row_int(body, "renewal_of_order_id"));
    row_set_int(draft, "organization", row_int(json_object_get(body, "organization"), "id"));
}

json_t *form_order(const struct digicert *dc, const json_t *body, const struct product *product,
    struct refusal *why)
{
    const char *method = row_text(body, "dcv_method");
    json_t *draft = json_pack("{s:s,s:{}}", "product", product->id, "term");
    bool good =
        read_order_term(dc, body, product_is_client(product), json_object_get(draft, "term"), why);

    if (good && method != NULL && dcv_method_of(method) == DCV_METHODS)
        good = refuse(why, 400, "sim|invalid_dcv_method", "The DCV method is not known.");
    if (!good) {
        json_decref(draft);
        return NULL;
    }
    row_set_text(draft, "dcv_method", method != NULL ? method : dcv_word(DCV_EMAIL));
    copy_order_members(body, draft);
    return draft;
}

bool form_check_caa(const struct digicert *dc, const json_t *names, struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const char *at = name_validated_at(name, NULL);
        char code[160];

        for (; at != NULL; at = strchr(at, '.') != NULL ? strchr(at, '.') + 1 : NULL) {
            if (!sim_lists(dc->sim, "caa_forbids", at))
                continue;
            snprintf(code, sizeof code, "caa_check_failed|%s", name);
            return refuse(why, 400, code, "The CAA records of %s forbid to issue.", at);
        }
    }
    return true;
}
