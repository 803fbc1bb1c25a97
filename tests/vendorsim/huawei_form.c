/* huawei_form - see huawei_form.h. */
#include "tests/vendorsim/huawei_form.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/mem.h"
#include "tests/vendorsim/csr.h"
#include "tests/vendorsim/huawei_product.h"
#include "tests/vendorsim/names.h"

#define CSR_MAX_LEN  5120
#define SANS_MAX_LEN 4096
#define TEXT_MAX     255

#define BAD       "SCM.0005"
#define BAD_NAMES "SCM.0015"

/* Names. */

static bool is_ip(const char *name)
{
    struct address address;

    return address_parse(name, &address);
}

static bool is_wildcard(const char *name)
{
    return strncmp(name, "*.", 2) == 0;
}

static char *lower(void *mem, const char *text, size_t len)
{
    char *copy = mem_strndup(mem, text, len);

    for (char *c = copy; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

/* "a.example;b.example" as a list of lower-case texts. A new reference. */
static json_t *split(void *mem, const char *text)
{
    json_t *list = json_array();
    size_t len;

    for (; text != NULL && *text != '\0'; text += len + (text[len] == ';')) {
        len = strcspn(text, ";");
        array_add_text(list, lower(mem, text, len));
    }
    return list;
}

static bool one_name_fits(const json_t *certificate, const char *domain, struct hw_refusal *why)
{
    bool wants_wildcard = row_is(certificate, "domain_type", WILDCARD);

    if (is_ip(domain))
        return hw_product_takes_ip(certificate) ||
               hw_refuse(why, BAD_NAMES, "HW-APPLY-5: the product takes no address");
    if (is_wildcard(domain) != wants_wildcard)
        return hw_refuse(
            why, BAD_NAMES, "HW-APPLY-5: the product is %s", row_text(certificate, "domain_type"));
    return true;
}

static bool names_fit_slots(
    const json_t *certificate, const char *domain, const json_t *sans, struct hw_refusal *why)
{
    int64_t wildcards = 0, names = 1 + (int64_t)json_array_size(sans);
    bool wildcard_primary = row_is(certificate, "primary_type", "WILDCARD_DOMAIN");

    for (size_t i = 0; i < json_array_size(sans); i++)
        wildcards += is_wildcard(json_string_value(json_array_get(sans, i)));
    if (is_wildcard(domain) != wildcard_primary)
        return hw_refuse(why, BAD_NAMES, "HW-APPLY-5: the primary name is %s",
            row_text(certificate, "primary_type"));
    if (names < 2)
        return hw_refuse(why, BAD_NAMES, "HW-APPLY-5: several names need one in sans");
    if (wildcards > row_int(certificate, "wildcard_count") ||
        names - 1 - wildcards >
            row_int(certificate, "domain_count") - 1 - row_int(certificate, "wildcard_count"))
        return hw_refuse(why, BAD_NAMES, "HW-APPLY-5: more names than were bought");
    return true;
}

/* No name twice, each one that a public certificate can carry. */
static bool names_are_good(const char *domain, const json_t *sans, struct hw_refusal *why)
{
    json_t *seen = json_object();
    bool good = true;

    json_object_set_new(seen, domain, json_true());
    if (!is_ip(domain) && !name_is_good(domain, false))
        good = hw_refuse(why, BAD_NAMES, "%s is no name that a certificate can carry", domain);
    for (size_t i = 0; good && i < json_array_size(sans); i++) {
        const char *name = json_string_value(json_array_get(sans, i));

        if (!name_is_good(name, false) || json_object_get(seen, name) != NULL)
            good = hw_refuse(why, BAD_NAMES, "%s stands there twice or is no name", name);
        json_object_set_new(seen, name, json_true());
    }
    json_decref(seen);
    return good;
}

bool hw_form_names_fit(
    const json_t *certificate, const char *domain, const json_t *sans, struct hw_refusal *why)
{
    if (!names_are_good(domain, sans, why))
        return false;
    if (row_is(certificate, "domain_type", MULTI))
        return names_fit_slots(certificate, domain, sans, why);
    if (json_array_size(sans) > 0)
        return hw_refuse(why, BAD_NAMES, "HW-APPLY-5: the product takes one name");
    return one_name_fits(certificate, domain, why);
}

/* The key. */

static bool has_names_of(void *mem, const char *csr, const json_t *form)
{
    json_t *wanted = names_of(row_text(form, "domain"), json_object_get(form, "sans"));
    json_t *has = csr_names(mem, csr);
    bool fits = has != NULL && names_contain(wanted, has) && names_contain(has, wanted);

    json_decref(wanted);
    json_decref(has);
    return fits;
}

static bool own_csr_fits(void *mem, const char *csr, const json_t *form, struct hw_refusal *why)
{
    struct err e = {0};
    struct bytes spki;
    bool key_ok;

    if (strlen(csr) > CSR_MAX_LEN)
        return hw_refuse(why, BAD, "HW-APPLY-4: the CSR is too long");
    if (ca_read_csr(mem, csr, &spki, &key_ok, &e) != ERR_OK)
        return hw_refuse(why, BAD, "HW-APPLY-4: %s", e.detail);
    if (!key_ok)
        return hw_refuse(why, BAD, "HW-APPLY-4: the key of the CSR is not allowed");
    return has_names_of(mem, csr, form) ||
           hw_refuse(why, BAD, "HW-APPLY-4: the names of the CSR are others");
}

static const struct {
    const char *word;
    enum key_type type;
    int bits;
} key_algorithms[] = {{"RSA_2048", KEY_RSA, 2048}, {"RSA_3072", KEY_RSA, 3072},
    {"RSA_4096", KEY_RSA, 4096}, {"EC_P256", KEY_P256, 0}, {"EC_P384", KEY_P384, 0}};

char *hw_form_make_csr(
    void *mem, const char *key_algorithm, const char *common_name, char **key_pem)
{
    struct csr_options options = {.common_name = common_name};

    for (size_t i = 0; i < sizeof key_algorithms / sizeof *key_algorithms; i++)
        if (strcmp(key_algorithms[i].word, key_algorithm) == 0) {
            options.key = key_algorithms[i].type;
            options.rsa_bits = key_algorithms[i].bits;
            return csr_make(mem, &options, key_pem);
        }
    return NULL;
}

/* The vendor makes key and CSR. */
static bool make_key(void *mem, const char *algorithm, json_t *form, struct hw_refusal *why)
{
    char *key, *csr = hw_form_make_csr(mem, algorithm, NULL, &key);

    if (csr == NULL)
        return hw_refuse(why, BAD, "key_algorithm: %s is none of this simulator's", algorithm);
    row_set_text(form, "csr", csr);
    row_set_text(form, "key", key);
    return true;
}

static bool read_key(void *mem, const json_t *body, json_t *form, struct hw_refusal *why)
{
    const char *csr = row_text(body, "csr"), *algorithm = row_text(body, "key_algorithm");

    row_set_bool(form, "own_csr", csr != NULL && *csr != '\0');
    row_set_text(form, "key", NULL);
    if (!row_bool(form, "own_csr"))
        return make_key(mem, algorithm == NULL ? "RSA_2048" : algorithm, form, why);
    row_set_text(form, "csr", csr);
    return own_csr_fits(mem, csr, form, why);
}

/* People and the company. */

/* Letters of any script and four signs: no space, no digit. */
static bool applicant_is_good(const char *name)
{
    size_t len = name == NULL ? 0 : strlen(name);

    if (len < 4 || len > 100)
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c < 0x80 && !isalpha((unsigned char)*c) && strchr("_-,.", *c) == NULL)
            return false;
    return true;
}

static bool is_country(const char *text)
{
    return strlen(text) == 2 && isalpha((unsigned char)text[0]) && isalpha((unsigned char)text[1]);
}

static bool company_is_good(const json_t *certificate, const json_t *body, struct hw_refusal *why)
{
    static const char *const members[] = {
        "company_name", "company_province", "company_city", "country"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *text = row_text(body, members[i]);

        if (!hw_product_is_dv(certificate) && (text == NULL || *text == '\0' || strlen(text) > 63))
            return hw_refuse(why, BAD, "HW-APPLY-3: OV and EV need %s", members[i]);
    }
    if (row_text(body, "country") != NULL && !is_country(row_text(body, "country")))
        return hw_refuse(why, BAD, "country has two letters");
    return true;
}

static bool hash_is_good(const json_t *certificate, const json_t *body, struct hw_refusal *why)
{
    const char *hash = row_text(body, "ca_hash_algorithm");

    if (hash != NULL && strcmp(hash, "DEFAULT") != 0 && strcmp(hash, "SHA-256") != 0)
        return hw_refuse(why, BAD, "ca_hash_algorithm is DEFAULT or SHA-256");
    if (hash == NULL && row_is(certificate, "brand", "GEOTRUST") && hw_product_is_ov(certificate))
        return hw_refuse(why, BAD, "ca_hash_algorithm is needed for GeoTrust OV");
    return true;
}

static bool people_are_good(const json_t *certificate, const json_t *body, struct hw_refusal *why)
{
    const char *phone = row_text(body, "applicant_phone"),
               *mail = row_text(body, "applicant_email");

    if (!row_bool(body, "agree_privacy_protection"))
        return hw_refuse(why, BAD, "HW-APPLY-2: agree_privacy_protection must be true");
    if (!applicant_is_good(row_text(body, "applicant_name")))
        return hw_refuse(
            why, BAD, "applicant_name: 4 to 100 letters, _ - , . (no space, no digit)");
    if (phone == NULL || *phone == '\0' || strspn(phone, "0123456789+- ") != strlen(phone))
        return hw_refuse(why, BAD, "applicant_phone");
    if (mail == NULL || strchr(mail, '@') == NULL || strlen(mail) > TEXT_MAX)
        return hw_refuse(why, BAD, "applicant_email");
    return company_is_good(certificate, body, why) && hash_is_good(certificate, body, why);
}

static json_t *application_of(const json_t *body)
{
    static const char *const members[] = {"country", "company_name", "company_unit",
        "company_province", "company_city", "applicant_name", "applicant_phone", "applicant_email",
        "contact_name", "contact_phone", "contact_email"};
    json_t *application = json_object();

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        row_copy(application, body, members[i]);
    return application;
}

/* HW-DCV-1: DV is shown by DNS, OV and EV by DNS or mail, an address by a file and nothing else. */
static bool read_method(
    const json_t *certificate, const json_t *body, json_t *form, struct hw_refusal *why)
{
    static const char *const methods[] = {"DNS", "FILE", "EMAIL"};
    const char *asked = row_text(body, "domain_method"), *method = NULL;
    bool for_ip = is_ip(row_text(form, "domain"));

    for (size_t i = 0; asked != NULL && i < sizeof methods / sizeof *methods; i++)
        if (strcasecmp(asked, methods[i]) == 0)
            method = methods[i];
    if (method == NULL)
        return hw_refuse(why, BAD, "domain_method is DNS, FILE or EMAIL");
    if ((strcmp(method, "FILE") == 0) != for_ip)
        return hw_refuse(why, BAD, "HW-DCV-1: FILE is for addresses, and they for nothing else");
    if (strcmp(method, "DNS") != 0 && hw_product_is_dv(certificate))
        return hw_refuse(why, BAD, "HW-DCV-1: DV is shown by DNS");
    row_set_text(form, "method", method);
    row_set_bool(form, "auto_dns", row_bool(body, "auto_dns_auth"));
    return true;
}

/* Forms. */

static bool read_names(
    void *mem, const json_t *certificate, const json_t *body, json_t *form, struct hw_refusal *why)
{
    const char *domain = row_text(body, "domain"), *sans = row_text(body, "sans");

    if (domain == NULL || *domain == '\0' || strlen(domain) > TEXT_MAX)
        return hw_refuse(why, BAD, "domain is needed, at most %d characters", TEXT_MAX);
    if (sans != NULL && strlen(sans) > SANS_MAX_LEN)
        return hw_refuse(why, BAD, "sans is too long");
    row_set_text(form, "domain", lower(mem, domain, strlen(domain)));
    json_object_set_new(form, "sans", split(mem, sans));
    return hw_form_names_fit(
        certificate, row_text(form, "domain"), json_object_get(form, "sans"), why);
}

json_t *hw_form_application(const json_t *certificate, const json_t *body, struct hw_refusal *why)
{
    void *mem = mem_pool(NULL, 16384);
    json_t *form = json_pack("{s:o}", "application", application_of(body));
    bool good = people_are_good(certificate, body, why) &&
                read_names(mem, certificate, body, form, why) &&
                read_method(certificate, body, form, why) && read_key(mem, body, form, why);

    mem_free(mem);
    if (good)
        return form;
    json_decref(form);
    return NULL;
}

/* Are the two lists the same names, in any order? */
static bool same_names(const json_t *a, const json_t *b)
{
    return names_contain(a, b) && names_contain(b, a);
}

json_t *hw_form_supplement(const json_t *certificate, const json_t *body, struct hw_refusal *why)
{
    const json_t *old = json_object_get(certificate, "form");
    void *mem = mem_pool(NULL, 16384);
    json_t *bound = split(mem, row_text(body, "ori_sans")), *form = json_deep_copy(old);
    json_t *added = split(mem, row_text(body, "add_sans"));
    bool good;

    json_array_extend(json_object_get(form, "sans"), added);
    if (!row_is(certificate, "domain_type", MULTI) || !row_is(certificate, "status", "ISSUED"))
        good = hw_refuse(why, "SCM.0010", "HW-SAN-1: an issued certificate of several names");
    else if (!same_names(bound, json_object_get(old, "sans")))
        good = hw_refuse(why, "SCM.0010", "HW-SAN-1: ori_sans is not what is bound");
    else if (json_array_size(added) == 0)
        good = hw_refuse(why, BAD_NAMES, "HW-SAN-1: add_sans has no name");
    else
        good = hw_form_names_fit(
            certificate, row_text(form, "domain"), json_object_get(form, "sans"), why);
    json_decref(bound);
    json_decref(added);
    mem_free(mem);
    if (good)
        return form;
    json_decref(form);
    return NULL;
}

/* HW-REISSUE-10: a CSR brings its own name, and without one the name is entered. */
static bool read_reissue_name(void *mem, const json_t *body, json_t *form, struct hw_refusal *why)
{
    const char *domain = row_text(body, "domain"), *csr = row_text(body, "csr");
    json_t *names;

    if (csr == NULL || *csr == '\0') {
        if (domain == NULL || *domain == '\0')
            return hw_refuse(why, BAD, "HW-REISSUE-10: a name or a CSR is needed");
        row_set_text(form, "domain", lower(mem, domain, strlen(domain)));
        return true;
    }
    names = csr_names(mem, csr);
    if (json_array_size(names) != 1) {
        json_decref(names);
        return hw_refuse(why, BAD, "HW-REISSUE-10: the CSR has not one name");
    }
    row_set_text(form, "domain", json_string_value(json_array_get(names, 0)));
    json_decref(names);
    if (domain != NULL && !row_is(form, "domain", lower(mem, domain, strlen(domain))))
        return hw_refuse(why, BAD, "HW-REISSUE-10: the CSR is for another name than was entered");
    return true;
}

json_t *hw_form_reissue(const json_t *certificate, const json_t *body, struct hw_refusal *why)
{
    void *mem = mem_pool(NULL, 16384);
    json_t *form = json_deep_copy(json_object_get(certificate, "form"));
    json_t *method = json_pack("{s:s,s:b}", "domain_method",
        row_text(body, "domain_method") != NULL ? row_text(body, "domain_method")
                                                : row_text(form, "method"),
        "auto_dns_auth", row_bool(body, "auto_dns_auth"));
    bool good = !json_is_false(json_object_get(body, "agree_privacy_protection")) ||
                hw_refuse(why, BAD, "HW-REISSUE-16: the statements must be agreed to");

    good = good && read_reissue_name(mem, body, form, why) &&
           hw_form_names_fit(certificate, row_text(form, "domain"), NULL, why) &&
           read_method(certificate, method, form, why) && read_key(mem, body, form, why);
    if (good && row_bool(form, "auto_dns") && !hw_product_is_dv(certificate))
        good = hw_refuse(why, BAD, "HW-REISSUE-14: DNS automatic is for DV");
    json_decref(method);
    mem_free(mem);
    if (good)
        return form;
    json_decref(form);
    return NULL;
}
