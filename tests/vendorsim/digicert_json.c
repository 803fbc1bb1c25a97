/* digicert_json - see digicert_json.h. */
#include "tests/vendorsim/digicert_json.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_account.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_client.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/digicert_order.h"
#include "tests/vendorsim/digicert_organization.h"
#include "tests/vendorsim/digicert_request.h"

#define PLATFORM_URL "https://www.tailorbird.example/platforms"

json_t *order_primary(const struct digicert *dc, const json_t *order)
{
    json_t *primary = digicert_get(dc, CERTIFICATE, row_int(order, "primary"));

    return primary != NULL ? primary : certificate_of(dc, order, 0);
}

int64_t order_count(const struct digicert *dc, const json_t *order, const char *kind)
{
    const json_t *certificate;
    int64_t count = 0;

    for (size_t i = 0; (certificate = certificate_of(dc, order, i)) != NULL; i++)
        count += row_is(certificate, "kind", kind) && row_int(certificate, "issued_s") > 0;
    return count;
}

/* Chains. */

static json_t *pem_json(const char *name, const char *pem)
{
    struct buf b;
    json_t *json;

    buf_init(&b, NULL, 2 * strlen(pem) + 1);
    for (; *pem != '\0'; pem++) {
        if (*pem == '\n')
            buf_add_char(&b, '\r');
        buf_add_char(&b, *pem);
    }
    json = json_pack("{s:s,s:s}", "subject_common_name", name, "pem", buf_text(&b));
    mem_free(b.data);
    return json;
}

json_t *chain_json(struct digicert *dc, const json_t *certificate, enum ca_spoil spoil)
{
    void *mem = mem_pool(NULL, 16384);
    json_t *list = json_array();
    struct ca_chain chain;
    struct err e = {0};

    if (ca_chain(mem, sim_ca(dc->sim), row_text(certificate, "serial"), spoil, &chain, &e) ==
        ERR_OK) {
        json_array_append_new(list, pem_json(row_text(certificate, "common_name"), chain.leaf));
        json_array_append_new(list, pem_json(INTERMEDIATE_NAME, chain.intermediate));
        json_array_append_new(list, pem_json(ROOT_NAME, chain.root));
    }
    mem_free(mem);
    return list;
}

/* Answers to orders. */

static void add_domains(
    struct digicert *dc, const json_t *order, const json_t *certificate, json_t *json)
{
    const json_t *scopes = json_object_get(certificate, "scopes");
    bool by_mail = row_is(order, "dcv_method", dcv_word(DCV_EMAIL));
    int64_t now_s = digicert_now(dc);
    json_t *domains = row_array(json, "domains");

    for (size_t i = 0; i < json_array_size(scopes); i++) {
        const json_t *scope = json_array_get(scopes, i);
        const char *name = row_text(scope, "name");
        json_t *domain, *token;

        if (scope_is_shown(dc, scope, now_s))
            continue;
        domain = json_pack("{s:I,s:s,s:s}", "id", (json_int_t)row_int(scope, "domain"), "name",
            name, "dns_name", name);
        if (!by_mail) {
            token = json_pack(
                "{s:s,s:s}", "token", row_text(order, "random_value"), "status", "pending");
            row_put_time(token, "expiration_date", row_int(order, "random_until_s"));
            json_object_set_new(domain, "dcv_token", token);
        }
        json_array_append_new(domains, domain);
    }
    if (!by_mail)
        row_set_text(json, "dcv_random_value", row_text(order, "random_value"));
}

static void add_request(const struct digicert *dc, const json_t *certificate, json_t *json)
{
    const json_t *request = digicert_get(dc, REQUEST, row_int(certificate, "request"));
    json_t *row = json_object();

    row_copy(row, request, "id");
    row_copy(row, request, "status");
    json_array_append_new(row_array(json, "requests"), row);
}

json_t *answer_json(
    struct digicert *dc, const json_t *order, const json_t *certificate, enum ca_spoil spoil)
{
    bool is_duplicate = row_is(certificate, "kind", DUPLICATE);
    json_t *json = json_object();

    row_copy(json, order, "id");
    if (!row_bool(certificate, "approved")) {
        add_request(dc, certificate, json);
        return json;
    }
    if (!is_duplicate || !sim_bool(dc->sim, "duplicate_id_hidden"))
        row_set_int(json, "certificate_id", row_int(certificate, "id"));
    if (row_is(certificate, "status", "issued")) {
        add_request(dc, certificate, json);
        json_object_set_new(json, "certificate_chain", chain_json(dc, certificate, spoil));
    } else if (is_duplicate) {
        add_request(dc, certificate, json);
    } else if (!certificate_is_shown(dc, certificate, digicert_now(dc))) {
        add_domains(dc, order, certificate, json);
    }
    return json;
}

/* Certificates. */

/* The names as CertCentral shows them: with those that it added. */
static json_t *shown_names(const json_t *certificate)
{
    json_t *names = json_deep_copy(json_object_get(certificate, "names"));

    json_array_extend(names, json_object_get(certificate, "extra_names"));
    return names;
}

static int64_t days_left(const struct digicert *dc, const json_t *certificate)
{
    int64_t left_s = row_int(certificate, "not_after_s") - digicert_now(dc);

    return left_s > 0 ? left_s / DAY_S : 0;
}

static json_t *platform_json(const json_t *certificate)
{
    int64_t id = row_int(certificate, "platform");

    return json_pack("{s:I,s:s,s:s,s:s}", "id", (json_int_t)id, "name",
        id == 45 ? "nginx" : "OTHER", "install_url", PLATFORM_URL, "csr_url", PLATFORM_URL);
}

/* What is known from the issue on. */
static void add_issued(struct digicert *dc, const json_t *certificate, json_t *json)
{
    const char *serial = row_text(certificate, "serial");
    char *thumbprint;

    if (serial == NULL)
        return;
    thumbprint = ca_thumbprint(NULL, sim_ca(dc->sim), serial);
    row_set_text(json, "thumbprint", thumbprint);
    mem_free(thumbprint);
    row_set_text(json, "serial_number", serial);
    row_put_time(json, "date_issued", row_int(certificate, "issued_s"));
    row_put_date(json, "valid_from", row_int(certificate, "not_before_s"));
    row_put_date(json, "valid_till", row_int(certificate, "not_after_s"));
    row_set_int(json, "days_remaining", days_left(dc, certificate));
}

static json_t *certificate_json(struct digicert *dc, const json_t *order, const json_t *certificate)
{
    const json_t *term = json_object_get(certificate, "term");
    json_t *json = json_object();

    row_copy(json, certificate, "id");
    add_issued(dc, certificate, json);
    row_copy(json, certificate, "common_name");
    json_object_set_new(json, "dns_names", shown_names(certificate));
    client_shape(certificate, json);
    row_put_time(json, "date_created", row_int(certificate, "created_s"));
    if (row_int(term, "years") > 0 || row_int(term, "days") > 0)
        json_object_set_new(json, "cert_validity", json_deep_copy(term));
    row_copy(json, certificate, "csr");
    if (row_int(order, "organization") > 0)
        json_object_set_new(json, "organization",
            json_pack("{s:I}", "id", (json_int_t)row_int(order, "organization")));
    json_object_set_new(json, "server_platform", platform_json(certificate));
    row_copy(json, certificate, "signature_hash");
    row_copy(json, certificate, "key_size");
    json_object_set_new(
        json, "ca_cert", json_pack("{s:s,s:s}", "id", CA_CERT_ID, "name", INTERMEDIATE_NAME));
    /* Absent for a certificate that was never reissued and never revoked (5, notes). */
    if (row_is(certificate, "kind", REISSUE) || row_is(certificate, "status", "revoked"))
        row_copy(json, certificate, "status");
    return json;
}

json_t *certificate_row_json(struct digicert *dc, const json_t *certificate)
{
    const json_t *order = digicert_get(dc, ORDER, row_int(certificate, "order"));
    bool is_duplicate = row_is(certificate, "kind", DUPLICATE);
    json_t *user = account_user_json(dc, row_int(order, "user"));
    json_t *json = json_object();

    row_copy(json, certificate, "id");
    add_issued(dc, certificate, json);
    row_copy(json, certificate, "common_name");
    json_object_set_new(json, "dns_names", shown_names(certificate));
    client_shape(certificate, json);
    row_copy(json, certificate, "status");
    if (is_duplicate && row_is(certificate, "status", "issued"))
        row_set_text(json, "status", "approved");
    row_put_time(json, "date_created", row_int(certificate, "created_s"));
    row_copy(json, certificate, "csr");
    row_copy(json, certificate, "signature_hash");
    row_copy(json, certificate, "key_size");
    json_object_set_new(json, "server_platform", platform_json(certificate));
    row_set_int(json, "archived", 0);
    row_set_int(json, "user_id", row_int(order, "user"));
    row_set_text(json, "email", row_text(user, "email"));
    row_set_text(json, "firstname", row_text(user, "first_name"));
    row_set_text(json, "lastname", row_text(user, "last_name"));
    json_decref(user);
    if (is_duplicate) {
        char sub_id[24];

        snprintf(sub_id, sizeof sub_id, "%03lld", (long long)row_int(certificate, "sub_id"));
        row_set_text(json, "sub_id", sub_id);
    }
    return json;
}

/* Orders. */

static int64_t order_price(const json_t *order)
{
    int64_t years = row_int(json_object_get(order, "term"), "years");

    return product_known(row_text(order, "product"))->price * (years > 1 ? years : 1);
}

/* What order info and the rows of the list have alike. */
static json_t *order_head(struct digicert *dc, const json_t *order)
{
    const json_t *organization = digicert_get(dc, ORGANIZATION, row_int(order, "organization"));
    int64_t years = row_int(json_object_get(order, "term"), "years");
    json_t *json = json_object(), *product = json_object();

    row_copy(json, order, "id");
    row_copy(json, order, "status");
    row_set_bool(json, "is_renewed", row_int(order, "renewed_by") > 0);
    row_put_time(json, "date_created", row_int(order, "created_s"));
    row_put_date(json, "order_valid_till", row_int(order, "valid_till_s"));
    if (organization != NULL) {
        json_t *owner = organization_json(dc, organization, false);

        json_object_del(owner, "container");
        json_object_set_new(json, "organization", owner);
    }
    row_set_int(json, "validity_years", years > 0 ? years : 1);
    if (years > 1)
        row_set_text(json, "is_multi_year_plan", "1");
    row_set_bool(
        json, "disable_renewal_notifications", row_bool(order, "disable_renewal_notifications"));
    json_object_set_new(json, "container", account_container_json(false));
    product_describe(product_known(row_text(order, "product")), product);
    json_object_set_new(json, "product", product);
    row_set_int(json, "duplicates_count", order_count(dc, order, DUPLICATE));
    row_set_int(json, "reissues_count", order_count(dc, order, REISSUE));
    row_set_int(json, "price", order_price(order));
    row_set_text(json, "product_name_id", row_text(order, "product"));
    return json;
}

static void add_requests(struct digicert *dc, const json_t *order, json_t *json)
{
    const json_t *request;

    for (size_t i = 0; (request = request_of(dc, order, i)) != NULL; i++)
        json_array_append_new(row_array(json, "requests"), request_row_json(request));
    row_set_bool(json, "has_pending_request", requests_are_pending(dc, order));
}

static json_t *contact_json(const struct digicert *dc, const json_t *order)
{
    json_t *contact = account_user_json(dc, row_int(order, "user"));

    json_object_del(contact, "id");
    row_set_text(contact, "telephone", "31300000000");
    return contact;
}

json_t *order_info_json(struct digicert *dc, const json_t *order)
{
    const struct product *product = product_known(row_text(order, "product"));
    json_t *json = order_head(dc, order);

    json_object_set_new(json, "certificate", certificate_json(dc, order, order_primary(dc, order)));
    row_set_bool(json, "is_renewal", row_int(order, "renewal_of") > 0);
    row_set_int(json, "renewed_order_id", row_int(order, "renewed_by"));
    if (row_int(order, "renewal_of") > 0)
        row_set_int(json, "renewal_of_order_id", row_int(order, "renewal_of"));
    row_set_int(json, "auto_renew", row_int(order, "auto_renew"));
    json_object_set_new(json, "organization_contact", contact_json(dc, order));
    json_object_set_new(json, "technical_contact", contact_json(dc, order));
    json_object_set_new(json, "user", account_user_json(dc, row_int(order, "user")));
    add_requests(dc, order, json);
    row_copy(json, order, "dcv_method");
    row_copy(json, order, "payment_method");
    row_set_text(json, "currency", "USD");
    row_set_bool(json, "allow_duplicates", product->duplicates);
    row_copy(json, order, "alternative_order_id");
    row_copy(json, order, "auto_reissue");
    row_copy(json, order, "custom_fields");
    row_copy(json, order, "notes");
    if (!row_bool(order, "portal"))
        json_object_set_new(json, "api_key",
            json_pack("{s:s,s:s}", "name", row_text(order, "key_name"), "key_type", "api_key"));
    return json;
}

json_t *order_row_json(struct digicert *dc, const json_t *order)
{
    const json_t *certificate = order_primary(dc, order);
    json_t *json = order_head(dc, order), *part = json_object();

    row_copy(part, certificate, "id");
    row_copy(part, certificate, "common_name");
    json_object_set_new(part, "dns_names", shown_names(certificate));
    client_shape(certificate, part);
    if (row_text(certificate, "serial") != NULL) {
        row_set_text(part, "serial_number", row_text(certificate, "serial"));
        row_put_date(part, "valid_till", row_int(certificate, "not_after_s"));
        row_set_int(part, "days_remaining", days_left(dc, certificate));
    }
    row_copy(part, certificate, "signature_hash");
    json_object_set_new(json, "certificate", part);
    row_set_bool(json, "has_duplicates", row_int(json, "duplicates_count") > 0);
    return json;
}

json_t *order_status_json(struct digicert *dc, const json_t *order)
{
    json_t *json = json_object();

    row_set_int(json, "order_id", row_int(order, "id"));
    row_set_int(json, "certificate_id", row_int(order_primary(dc, order), "id"));
    row_copy(json, order, "status");
    return json;
}

/* Ids are strings here (1.3). */
static void put_id_text(json_t *json, const char *member, int64_t id)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)id);
    row_set_text(json, member, text);
}

static json_t *name_validations(struct digicert *dc, const json_t *order)
{
    const json_t *certificate = order_pending(dc, order);
    const json_t *scopes =
        json_object_get(certificate != NULL ? certificate : order_primary(dc, order), "scopes");
    json_t *list = json_array();

    for (size_t i = 0; i < json_array_size(scopes); i++) {
        const json_t *scope = json_array_get(scopes, i);
        bool shown = scope_is_shown(dc, scope, digicert_now(dc));
        json_t *row = json_pack("{s:s,s:s,s:s,s:s}", "name_scope", row_text(scope, "name"),
            "approval_scope", "subdomains", "status", shown ? "approved" : "unapproved", "method",
            row_text(order, "dcv_method"));

        put_id_text(row, "domain_id", row_int(scope, "domain"));
        json_array_append_new(list, row);
    }
    return list;
}

json_t *order_validation_json(struct digicert *dc, const json_t *order)
{
    const json_t *organization = digicert_get(dc, ORGANIZATION, row_int(order, "organization"));
    json_t *json = json_object();

    put_id_text(json, "order_id", row_int(order, "id"));
    row_set_text(json, "order_status", row_text(order, "status"));
    if (organization != NULL) {
        put_id_text(json, "organization_id", row_int(organization, "id"));
        row_set_text(json, "organization_name", row_text(organization, "name"));
        json_object_set_new(
            json, "organization_validations", organization_validations_json(dc, organization));
    }
    json_object_set_new(json, "dns_name_validations", name_validations(dc, order));
    return json;
}
