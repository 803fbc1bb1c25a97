/* digicert_certificate - see digicert_certificate.h. */
#include "tests/vendorsim/digicert_certificate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_client.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/digicert_organization.h"
#include "tests/vendorsim/names.h"

#define FIRST_ID           INT64_C(990200511)
#define REVOCATION_DELAY_S (72 * INT64_C(3600))

static const char DUE_REVOKE[] = "certificate_revoke";
static const char DUE_EXPIRE[] = "certificate_expire";

static const char *subject_of(const json_t *certificate, char text[24])
{
    snprintf(text, 24, "%" PRId64, row_int(certificate, "id"));
    return text;
}

static const struct product *product_of(const json_t *order)
{
    return product_known(row_text(order, "product"));
}

json_t *certificate_of(const struct digicert *dc, const json_t *order, size_t index)
{
    const json_t *ids = json_object_get(order, "certificates");

    if (index >= json_array_size(ids))
        return NULL;
    return digicert_get(dc, CERTIFICATE, json_integer_value(json_array_get(ids, index)));
}

static int64_t next_sub_id(const struct digicert *dc, const json_t *order)
{
    int64_t count = 1;
    json_t *certificate;

    for (size_t i = 0; (certificate = certificate_of(dc, order, i)) != NULL; i++)
        count += row_is(certificate, "kind", DUPLICATE);
    return count;
}

/* The name that comes with some products without being asked for: the base domain of www.<it>. */
static void add_free_name(const struct digicert *dc, json_t *draft)
{
    const char *name = row_text(draft, "common_name");

    if (!sim_bool(dc->sim, "free_names") || strncmp(name, "www.", 4) != 0 ||
        array_has_text(json_object_get(draft, "names"), name + 4))
        return;
    array_add_text(row_array(draft, "extra_names"), name + 4);
}

json_t *certificate_add(struct digicert *dc, json_t *order, const char *kind, json_t *draft)
{
    row_set_int(draft, "order", row_int(order, "id"));
    row_set_text(draft, "kind", kind);
    row_set_text(draft, "status", "pending");
    row_set_bool(draft, "approved", false);
    row_set_int(draft, "created_s", digicert_now(dc));
    if (strcmp(kind, DUPLICATE) == 0)
        row_set_int(draft, "sub_id", next_sub_id(dc, order));
    add_free_name(dc, draft);
    draft = digicert_add(dc, CERTIFICATE, FIRST_ID, draft);
    array_add_int(row_array(order, "certificates"), row_int(draft, "id"));
    digicert_touch(dc, ORDER, order);
    return draft;
}

/* Scopes. */

static void add_scope(json_t *scopes, const char *name, int64_t domain)
{
    for (size_t i = 0; i < json_array_size(scopes); i++)
        if (row_is(json_array_get(scopes, i), "name", name))
            return;
    json_array_append_new(scopes,
        json_pack("{s:s,s:I,s:i}", "name", name, "domain", (json_int_t)domain, "shown_s", 0));
}

static const char *validated_at(const struct digicert *dc, const char *name)
{
    return name_validated_at(name, sim_bool(dc->sim, "dcv_base_domain") ? dc->suffixes : NULL);
}

static json_t *domain_for(struct digicert *dc, const json_t *order, const char *name)
{
    int64_t account = row_int(order, "account");
    json_t *domain = domain_over(dc, account, name);

    if (domain == NULL)
        domain = domain_add(dc, account, validated_at(dc, name), row_int(order, "organization"));
    return domain;
}

void certificate_set_scopes(struct digicert *dc, const json_t *order, json_t *certificate)
{
    const struct product *product = product_of(order);
    const json_t *names = json_object_get(certificate, "names");
    json_t *scopes = row_array(certificate, "scopes");

    if (product->is_private)
        return;
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        const json_t *domain;

        if (product->level == LEVEL_DV) {
            add_scope(scopes, validated_at(dc, name), domain_next_id(dc));
            continue;
        }
        domain = domain_for(dc, order, name);
        add_scope(scopes, row_text(domain, "name"), row_int(domain, "id"));
    }
    digicert_touch(dc, CERTIFICATE, certificate);
}

json_t *scope_named(const json_t *certificate, const char *name)
{
    const json_t *scopes = json_object_get(certificate, "scopes");

    for (size_t i = 0; i < json_array_size(scopes); i++)
        if (row_is(json_array_get(scopes, i), "name", name))
            return json_array_get(scopes, i);
    return NULL;
}

bool scope_is_shown(const struct digicert *dc, const json_t *scope, int64_t now_s)
{
    const json_t *domain = digicert_get(dc, DOMAIN, row_int(scope, "domain"));

    return domain == NULL ? row_int(scope, "shown_s") > 0 : domain_is_valid(domain, now_s);
}

bool certificate_is_shown(const struct digicert *dc, const json_t *certificate, int64_t now_s)
{
    const json_t *scopes = json_object_get(certificate, "scopes");

    for (size_t i = 0; i < json_array_size(scopes); i++)
        if (!scope_is_shown(dc, json_array_get(scopes, i), now_s))
            return false;
    return true;
}

void scope_shown(struct digicert *dc, json_t *certificate, json_t *scope)
{
    json_t *domain = digicert_get(dc, DOMAIN, row_int(scope, "domain"));

    if (domain != NULL)
        domain_validated(dc, domain, digicert_now(dc));
    row_set_int(scope, "shown_s", digicert_now(dc));
    digicert_touch(dc, CERTIFICATE, certificate);
}

bool names_are_validated(
    const struct digicert *dc, const json_t *order, const json_t *names, int64_t now_s)
{
    const struct product *product = product_of(order);
    const json_t *organization = digicert_get(dc, ORGANIZATION, row_int(order, "organization"));

    if (organization == NULL || !organization_is_valid(organization, product->level, now_s))
        return false;
    for (size_t i = 0; !product->is_private && i < json_array_size(names); i++) {
        const json_t *domain =
            domain_over(dc, row_int(order, "account"), json_string_value(json_array_get(names, i)));

        if (domain == NULL || !domain_is_valid(domain, now_s))
            return false;
    }
    return true;
}

/* Issue. */

int64_t term_end(const json_t *term, int64_t begin_s)
{
    int64_t day = day_of(begin_s), years = row_int(term, "years"), days = row_int(term, "days");

    if (years > 0)
        return years_later(day, years) + DAY_S - 1;
    if (days > 0)
        return day + days * DAY_S - 1;
    return row_int(term, "until_s") + DAY_S - 1;
}

/* What was asked for, cut to the order and to the most of the day (8.3, 9.1, 18). */
static int64_t not_after(
    const struct digicert *dc, const json_t *order, const json_t *certificate, int64_t end_s)
{
    const json_t *term = json_object_get(certificate, "term");
    int64_t now_s = digicert_now(dc), until_s = end_s, cap_s = 0;

    if (json_object_size(term) > 0)
        until_s = term_end(term, now_s);
    else if (row_is(certificate, "kind", DUPLICATE))
        until_s = row_int(digicert_get(dc, CERTIFICATE, row_int(order, "primary")), "not_after_s");
    if (until_s > end_s)
        until_s = end_s;
    if (product_is_client(product_of(order)))
        cap_s = client_cap_s(now_s);
    else if (!product_of(order)->is_private)
        cap_s = certificate_cap_s(now_s);
    if (cap_s != 0 && until_s > day_of(now_s) + cap_s - 1)
        until_s = day_of(now_s) + cap_s - 1;
    return until_s;
}

/* All names of the certificate, NULL-terminated, on `mem`; the texts are the row's. */
static const char **names_list(void *mem, const json_t *certificate)
{
    const json_t *names = json_object_get(certificate, "names");
    const json_t *extra = json_object_get(certificate, "extra_names");
    size_t len = 0;
    const char **list =
        mem_new_array(mem, const char *, json_array_size(names) + json_array_size(extra) + 1);

    for (size_t i = 0; i < json_array_size(names); i++)
        list[len++] = json_string_value(json_array_get(names, i));
    for (size_t i = 0; i < json_array_size(extra); i++)
        list[len++] = json_string_value(json_array_get(extra, i));
    return list;
}

enum err_code certificate_issue(
    struct digicert *dc, json_t *certificate, int64_t end_s, struct err *e)
{
    const json_t *order = digicert_get(dc, ORDER, row_int(certificate, "order"));
    void *mem = mem_pool(NULL, 8192);
    char serial[CA_SERIAL_SIZE], subject[24];
    struct ca_leaf leaf = {.common_name = row_text(certificate, "common_name"),
        .names = names_list(mem, certificate),
        .not_before_s = day_of(digicert_now(dc)),
        .not_after_s = not_after(dc, order, certificate, end_s)};
    enum err_code code;
    bool key_ok;

    code = ca_read_csr(mem, row_text(certificate, "csr"), &leaf.spki, &key_ok, e);
    if (code == ERR_OK)
        code = ca_issue(sim_ca(dc->sim), &leaf, serial, e);
    mem_free(mem);
    if (code != ERR_OK)
        return code;
    row_set_text(certificate, "status", "issued");
    row_set_text(certificate, "serial", serial);
    row_set_int(certificate, "issued_s", digicert_now(dc));
    row_set_int(certificate, "not_before_s", leaf.not_before_s);
    row_set_int(certificate, "not_after_s", leaf.not_after_s);
    sim_schedule(dc->sim, leaf.not_after_s + 1, DUE_EXPIRE, subject_of(certificate, subject));
    digicert_touch(dc, CERTIFICATE, certificate);
    return ERR_OK;
}

void certificate_reject(struct digicert *dc, json_t *certificate)
{
    row_set_text(certificate, "status", "rejected");
    digicert_touch(dc, CERTIFICATE, certificate);
}

/* Its end. */

void certificate_revoke(struct digicert *dc, json_t *certificate, const char *reason)
{
    char subject[24];

    row_set_text(certificate, "status", "revoked");
    row_set_int(certificate, "revoked_s", digicert_now(dc));
    row_set_text(certificate, "reason", reason);
    sim_unschedule(dc->sim, DUE_REVOKE, subject_of(certificate, subject));
    digicert_touch(dc, CERTIFICATE, certificate);
}

void certificate_revoke_later(struct digicert *dc, json_t *certificate)
{
    int64_t at_s = digicert_now(dc) + REVOCATION_DELAY_S;
    char subject[24];

    if (!row_is(certificate, "status", "issued") || row_int(certificate, "revoke_at_s") > 0)
        return;
    row_set_int(certificate, "revoke_at_s", at_s);
    sim_schedule(dc->sim, at_s, DUE_REVOKE, subject_of(certificate, subject));
    digicert_touch(dc, CERTIFICATE, certificate);
}

bool certificate_on_due(struct digicert *dc, const char *what, json_t *certificate)
{
    if (strcmp(what, DUE_REVOKE) == 0) {
        certificate_revoke(dc, certificate, "superseded");
        return true;
    }
    if (strcmp(what, DUE_EXPIRE) != 0)
        return false;
    if (row_is(certificate, "status", "issued"))
        row_set_text(certificate, "status", "expired");
    digicert_touch(dc, CERTIFICATE, certificate);
    return true;
}
