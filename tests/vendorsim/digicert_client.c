/* digicert_client - see digicert_client.h. */
#include "tests/vendorsim/digicert_client.h"

#include <ctype.h>
#include <string.h>

#include "base/rand.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/names.h"

#define DEPRECATED_FROM_S INT64_C(1752105600) /* 2025-07-10, DC-CLI-REI-2, -4 */
#define EMAILS_MAX        50

enum naming {
    BY_MAILBOX, /* the common name is the first address */
    BY_PERSON,  /* it is given, and a person's */
    BY_CHOICE   /* common_name_indicator says which */
};

/* Mailbox-validated products are LEVEL_DV here: nobody's organization is in them. */
static const struct client {
    struct product product;
    bool is_old; /* replaced by Secure Email (DC-CLI-REI-4) */
    enum naming naming;
} clients[] = {
#define CLIENT(name_id, title, is, old, by, dollars)                                               \
    {                                                                                              \
        .product = {.id = (name_id),                                                               \
            .name = (title),                                                                       \
            .level = (is),                                                                         \
            .many_names = true,                                                                    \
            .is_private = true,                                                                    \
            .price = (dollars)},                                                                   \
        .is_old = (old), .naming = (by),                                                           \
    }
    CLIENT("secure_email_mailbox", "Secure Email for Individual", LEVEL_DV, false, BY_MAILBOX, 19),
    CLIENT("secure_email_sponsor", "Secure Email for Business", LEVEL_OV, false, BY_CHOICE, 39),
    CLIENT("secure_email_organization", "Secure Email for Organization", LEVEL_OV, false, BY_CHOICE,
        49),
    CLIENT("client_premium", "Premium", LEVEL_OV, true, BY_PERSON, 39),
    CLIENT("client_email_security_plus", "Email Security Plus", LEVEL_OV, true, BY_PERSON, 29),
    CLIENT(
        "client_digital_signature_plus", "Digital Signature Plus", LEVEL_OV, true, BY_PERSON, 29),
    CLIENT("class1_smime", "Class 1 S/MIME", LEVEL_DV, true, BY_MAILBOX, 15),
    CLIENT("client_authentication_plus", "Authentication Plus", LEVEL_OV, false, BY_PERSON, 19),
#undef CLIENT
};

/* Where anybody has a mailbox (DC-CLI-ORD-16). */
static const char *const providers[] = {
    "gmail.com", "outlook.com", "yahoo.com", "qq.com", "gmx.net"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

const struct product *client_product_at(size_t index)
{
    return index < COUNT(clients) ? &clients[index].product : NULL;
}

static const struct client *client_of(const struct product *product)
{
    for (size_t i = 0; i < COUNT(clients); i++)
        if (strcmp(clients[i].product.id, product->id) == 0)
            return &clients[i];
    return NULL;
}

bool product_is_client(const struct product *product)
{
    return client_of(product) != NULL;
}

/* Bodies. */

static bool is_address(const char *text)
{
    const char *at = text == NULL ? NULL : strrchr(text, '@');

    return at != NULL && at != text && strpbrk(text, " <>,;\"") == NULL &&
           name_is_good(at + 1, false);
}

static bool read_emails(const json_t *form, json_t *draft, struct refusal *why)
{
    const json_t *emails = json_object_get(form, "emails");
    json_t *names = row_array(draft, "names");

    if (json_array_size(emails) == 0 || json_array_size(emails) > EMAILS_MAX)
        return refuse(why, 400, "sim|invalid_emails", "A client certificate needs addresses.");
    for (size_t i = 0; i < json_array_size(emails); i++) {
        const char *email = json_string_value(json_array_get(emails, i));
        char lower[321] = "";

        if (!is_address(email) || strlen(email) >= sizeof lower)
            return refuse(why, 400, "sim|invalid_emails", "An address is not valid: %s.",
                email == NULL ? "it is no string" : email);
        for (size_t k = 0; email[k] != '\0'; k++)
            lower[k] = (char)tolower((unsigned char)email[k]);
        if (!array_has_text(names, lower))
            array_add_text(names, lower);
    }
    json_object_set_new(draft, "emails", json_deep_copy(emails));
    json_object_set_new(draft, "dns_names", json_array());
    return true;
}

/* What the person, or the organization, is called in the certificate; "": that is not said. */
static bool read_indicated(const json_t *form, json_t *draft, const char *product, char name[129])
{
    const char *indicator = row_text(form, "common_name_indicator");
    const json_t *person = json_object_get(form, "individual");
    const char *first = row_text(person, "first_name"), *last = row_text(person, "last_name");
    bool is_sponsor = strcmp(product, "secure_email_sponsor") == 0;

    if (indicator == NULL || (is_sponsor && (first == NULL || last == NULL)))
        return false;
    if (strcmp(indicator, "email_address") == 0)
        snprintf(name, 129, "%s",
            json_string_value(json_array_get(json_object_get(draft, "emails"), 0)));
    else if (strcmp(indicator, "given_name_surname") == 0 && is_sponsor)
        snprintf(name, 129, "%s %s", first, last);
    else if (strcmp(indicator, "organization_name") == 0 && !is_sponsor)
        snprintf(name, 129, "Tailorbird Ltd");
    else
        return false;
    return true;
}

static bool read_common_name(
    const json_t *form, const struct client *client, json_t *draft, struct refusal *why)
{
    const char *given = row_text(form, "common_name");
    char name[129] = "";

    switch (client->naming) {
    case BY_MAILBOX:
        given = json_string_value(json_array_get(json_object_get(draft, "emails"), 0));
        break;
    case BY_PERSON:
        break;
    case BY_CHOICE:
        if (!read_indicated(form, draft, client->product.id, name))
            return refuse(why, 400, "sim|invalid_individual",
                "common_name_indicator and individual do not say whose the certificate is.");
        given = name;
        break;
    }
    if (given == NULL || given[0] == '\0')
        return refuse(why, 400, "sim|invalid_common_name", "The common name is missing.");
    /* Longer ones are cut by nobody: the certificate has none. */
    row_set_text(draft, "common_name", strlen(given) > COMMON_NAME_MAX ? "-" : given);
    return true;
}

bool client_read_names(
    const json_t *form, const struct product *product, json_t *draft, struct refusal *why)
{
    static const char *const usages[] = {"signing", "key_management", "dual_use"};
    static const char *const profiles[] = {"strict", "multipurpose"};
    const struct client *client = client_of(product);
    const char *usage = row_text(json_object_get(form, "usage_designation"), "primary_usage");
    const char *profile = row_text(form, "profile_type");
    bool known = false;

    if (!read_emails(form, draft, why) || !read_common_name(form, client, draft, why))
        return false;
    for (size_t i = 0; usage != NULL && i < COUNT(usages); i++)
        known |= strcmp(usage, usages[i]) == 0;
    if (client->naming != BY_PERSON && !client->is_old && !known)
        return refuse(why, 400, "sim|invalid_usage", "A primary use must be chosen.");
    if (profile != NULL && strcmp(profile, profiles[0]) != 0 && strcmp(profile, profiles[1]) != 0)
        return refuse(why, 400, "sim|invalid_profile_type", "The profile is not known.");
    row_set_text(draft, "usage", usage);
    row_set_text(draft, "profile_type",
        client->is_old    ? "multipurpose"
        : profile != NULL ? profile
                          : "strict");
    row_copy(draft, form, "individual");
    row_copy(draft, form, "common_name_indicator");
    return true;
}

bool client_takes_key(const json_t *draft, struct refusal *why)
{
    static const int64_t sizes[] = {256, 384, 2048, 3072, 4096};

    for (size_t i = 0; i < COUNT(sizes); i++)
        if (row_int(draft, "key_size") == sizes[i])
            return true;
    return refuse(why, 400, "sim|csr_key_not_allowed",
        "Keys are RSA with 2048, 3072 or 4096 bits, P-256 or P-384.");
}

/* The account. */

static bool check_domains(const struct digicert *dc, int64_t account, const struct client *client,
    const json_t *names, const char *method, struct refusal *why)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *domain = strrchr(json_string_value(json_array_get(names, i)), '@') + 1;
        const json_t *known = domain_over(dc, account, domain);
        bool valid = known != NULL && domain_is_valid(known, digicert_now(dc));

        for (size_t k = 0; client->product.level != LEVEL_DV && !valid && k < COUNT(providers); k++)
            if (strcmp(domain, providers[k]) == 0)
                return refuse(why, 400, "sim|email_domain_not_allowed",
                    "%s is a public mail provider's domain.", domain);
        if (!valid && method != NULL && strcmp(method, "email") != 0)
            return refuse(why, 400, "sim|dcv_method_not_allowed",
                "%s is not validated; within an order that is done by email only.", domain);
    }
    return true;
}

bool client_check(const struct digicert *dc, int64_t account, const struct product *product,
    const json_t *certificate, const char *method, bool reissue, struct refusal *why)
{
    const struct client *client = client_of(product);

    if (client == NULL)
        return true;
    if (client->is_old && !reissue && digicert_now(dc) >= DEPRECATED_FROM_S &&
        !sim_bool(dc->sim, "old_smime"))
        return refuse(why, 404, "not_found|product", "The specified product was not found.");
    return check_domains(dc, account, client, json_object_get(certificate, "names"), method, why);
}

int64_t client_cap_s(int64_t issued_s)
{
    return (issued_s < DEPRECATED_FROM_S ? 1184 : 824) * DAY_S;
}

/* Links. */

void client_send_links(struct digicert *dc, json_t *certificate)
{
    const json_t *emails = json_object_get(certificate, "emails");
    json_t *links = row_array(certificate, "links");

    if (json_array_size(links) > 0)
        return;
    for (size_t i = 0; i < json_array_size(emails); i++) {
        char token[24];
        json_t *link = json_object();

        rand_token(token);
        json_object_set(link, "email", json_array_get(emails, i));
        row_set_text(link, "token", token);
        row_set_text(link, "status", "unvalidated");
        row_set_int(link, "mailed_s", digicert_now(dc));
        row_set_int(link, "mails", 1);
        json_array_append_new(links, link);
    }
    digicert_touch(dc, CERTIFICATE, certificate);
}

bool client_is_shown(const json_t *certificate)
{
    const json_t *links = json_object_get(certificate, "links");

    for (size_t i = 0; i < json_array_size(links); i++)
        if (!row_is(json_array_get(links, i), "status", "validated"))
            return false;
    return true;
}

bool client_follow(struct digicert *dc, json_t *certificate, const char *token, const char *email)
{
    const json_t *links = json_object_get(certificate, "links");
    bool found = false;

    for (size_t i = 0; i < json_array_size(links); i++) {
        json_t *link = json_array_get(links, i);

        if ((token != NULL && !row_is(link, "token", token)) ||
            (email != NULL && !row_is(link, "email", email)))
            continue;
        row_set_text(link, "status", "validated");
        found = true;
    }
    digicert_touch(dc, CERTIFICATE, certificate);
    return found;
}

void client_shape(const json_t *certificate, json_t *json)
{
    if (json_object_get(certificate, "emails") == NULL)
        return;
    json_object_set_new(json, "dns_names", json_array());
    row_copy(json, certificate, "emails");
    row_copy(json, certificate, "profile_type");
}
