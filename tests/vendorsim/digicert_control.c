/* digicert_control - see digicert_control.h. */
#include "tests/vendorsim/digicert_control.h"

#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/digicert_certificate.h"
#include "tests/vendorsim/digicert_client.h"
#include "tests/vendorsim/digicert_domain.h"
#include "tests/vendorsim/digicert_order.h"
#include "tests/vendorsim/digicert_organization.h"
#include "tests/vendorsim/digicert_portal.h"
#include "tests/vendorsim/digicert_request.h"

/* Orders as they are kept, with their certificates and requests in them. */

static json_t *whole_order(struct digicert *dc, const json_t *order)
{
    json_t *json = json_deep_copy(order), *row;

    json_object_del(json, "certificates");
    json_object_del(json, "requests");
    for (size_t i = 0; (row = certificate_of(dc, order, i)) != NULL; i++)
        json_array_append(row_array(json, "certificates"), row);
    for (size_t i = 0; (row = request_of(dc, order, i)) != NULL; i++)
        json_array_append(row_array(json, "requests"), row);
    return json;
}

static void get_orders(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    json_t *all = state_all(dc->state, ORDER), *order, *list = json_array();
    const char *id, *wanted = sim_param(request, "id");

    json_object_foreach(all, id, order) if (wanted == NULL || strcmp(wanted, id) == 0)
        json_array_append_new(list, whole_order(dc, order));
    sim_answer(request, 200, json_pack("{s:o}", "orders", list));
}

static void post_orders(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    struct refusal why;
    json_t *ids = portal_buy(dc, sim_json(request), &why);

    if (ids == NULL)
        sim_answer(request, 400, json_pack("{s:s,s:s}", "error", why.message, "code", why.code));
    else
        sim_answer(request, 201, json_pack("{s:o}", "orders", ids));
}

/* What was bought, and what that did. */
static void get_stats(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    json_t *orders = state_all(dc->state, ORDER), *certificates = state_all(dc->state, CERTIFICATE);
    json_int_t placed = 0, portal = 0, billable = 0, renewals = 0;
    json_int_t issued = 0, reissues = 0, duplicates = 0, revocations = 0;
    json_t *row;
    const char *id;

    json_object_foreach(orders, id, row)
    {
        bool dead = row_is(row, "status", "rejected") || row_is(row, "status", "canceled");

        portal += row_bool(row, "portal");
        placed += !row_bool(row, "portal");
        billable += !row_bool(row, "portal") && !dead;
        renewals += !dead && row_int(row, "renewal_of") > 0;
    }
    json_object_foreach(certificates, id, row)
    {
        bool was_issued = row_int(row, "issued_s") > 0;

        issued += was_issued;
        reissues += was_issued && row_is(row, "kind", REISSUE);
        duplicates += was_issued && row_is(row, "kind", DUPLICATE);
        revocations += row_is(row, "status", "revoked");
    }
    sim_answer(request, 200,
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "orders", placed, "portal_orders", portal,
            "billable_orders", billable, "renewals", renewals, "certificates", issued, "reissues",
            reissues, "duplicates", duplicates, "revocations", revocations));
}

/* Approval. {"request":id}, or {"order":id} for all that the order waits for. */

typedef void (*process)(
    struct digicert *dc, json_t *request, int64_t processor, const char *comment);

/* How many were processed. */
static size_t process_all(struct digicert *dc, const json_t *body, process process_one)
{
    const json_t *order = digicert_get(dc, ORDER, row_int(body, "order"));
    json_t *one = digicert_get(dc, REQUEST, row_int(body, "request"));
    const char *comment = row_text(body, "comment");
    size_t count = 0;

    for (size_t i = 0; order != NULL && request_of(dc, order, i) != NULL; i++) {
        json_t *request = request_of(dc, order, i);

        if (row_is(request, "status", "pending")) {
            process_one(dc, request, 0, comment);
            count++;
        }
    }
    if (one != NULL && row_is(one, "status", "pending")) {
        process_one(dc, one, 0, comment);
        count++;
    }
    return count;
}

static void post_approve(void *vendor, struct sim_request *request)
{
    if (process_all(vendor, sim_json(request), order_approve) > 0)
        sim_done(request);
    else
        sim_complain(request, "no request waits for approval there: name a request or an order");
}

static void post_reject(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    const json_t *body = sim_json(request);
    json_t *order = digicert_get(dc, ORDER, row_int(body, "order"));
    const char *comment = row_text(body, "comment");

    if (process_all(dc, body, order_reject) > 0) {
        sim_done(request);
    } else if (order != NULL && order_pending(dc, order) != NULL) {
        order_refuse(dc, order, comment != NULL ? comment : "The validation failed.");
        sim_done(request);
    } else {
        sim_complain(request, "nothing waits there: name a request or an order");
    }
}

/* Validation. */

/* A domain of any account by id or name; NULL. */
static json_t *named_domain(struct digicert *dc, const json_t *body)
{
    json_t *all = state_all(dc->state, DOMAIN), *domain;
    const char *id, *name = row_text(body, "domain");

    json_object_foreach(
        all, id, domain) if (name != NULL && row_is(domain, "name", name)) return domain;
    return digicert_get(dc, DOMAIN, row_int(body, "domain"));
}

static void post_dcv_pass(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    const json_t *body = sim_json(request);
    json_t *order = digicert_get(dc, ORDER, row_int(body, "order"));
    json_t *certificate = order == NULL ? NULL : order_pending(dc, order);
    json_t *domain = named_domain(dc, body);

    if (certificate == NULL && domain == NULL) {
        sim_complain(request, "nothing waits there: name a domain, or an order that is pending");
        return;
    }
    if (certificate != NULL)
        portal_show(dc, certificate);
    if (domain != NULL)
        domain_validated(dc, domain, digicert_now(dc));
    orders_go_on(dc);
    sim_done(request);
}

static void post_dcv_expire(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    json_t *domain = named_domain(dc, sim_json(request));

    if (domain == NULL) {
        sim_complain(request, "there is no such domain");
        return;
    }
    row_set_int(domain, "validated_until_s", digicert_now(dc));
    digicert_touch(dc, DOMAIN, domain);
    sim_done(request);
}

static void post_org_validate(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    const json_t *body = sim_json(request);
    json_t *organization = digicert_get(dc, ORGANIZATION, row_int(body, "organization"));
    bool is_ev = row_is(body, "type", "ev");

    if (organization == NULL) {
        sim_complain(request, "there is no such organization");
        return;
    }
    if (row_is(body, "type", "smime"))
        organization_validated_for_mail(dc, organization, digicert_now(dc));
    else
        organization_validated(dc, organization, is_ev ? LEVEL_EV : LEVEL_OV, digicert_now(dc));
    orders_go_on(dc);
    sim_done(request);
}

/* The links that the vendor has mailed, and their owners who follow them. */

static void get_mail_links(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    json_t *all = state_all(dc->state, CERTIFICATE), *certificate, *list = json_array();
    const char *id;

    json_object_foreach(all, id, certificate)
    {
        const json_t *links = json_object_get(certificate, "links");

        for (size_t i = 0; i < json_array_size(links); i++) {
            json_t *row = json_deep_copy(json_array_get(links, i));

            row_copy(row, certificate, "order");
            row_set_text(row, "certificate", id);
            json_array_append_new(list, row);
        }
    }
    sim_answer(request, 200, json_pack("{s:o}", "links", list));
}

static void post_mail_follow(void *vendor, struct sim_request *request)
{
    struct digicert *dc = vendor;
    const json_t *body = sim_json(request);
    json_t *order = digicert_get(dc, ORDER, row_int(body, "order"));
    json_t *certificate = order == NULL ? NULL : order_pending(dc, order);

    if (certificate == NULL || !client_follow(dc, certificate, NULL, row_text(body, "email"))) {
        sim_complain(request, "no such link waits: name an order that is pending");
        return;
    }
    orders_go_on(dc);
    sim_done(request);
}

const struct sim_verb digicert_verbs[] = {
    {"GET", "/orders", "all orders as they are kept, ?id= one of them", get_orders},
    {"POST", "/orders",
        "buys in the portal: an order's body with \"product\"; \"count\" of them, {n} in names is "
        "their number; a CSR is made if there is none",
        post_orders},
    {"GET", "/stats", "how much was bought, issued and revoked", get_stats},
    {"POST", "/approve", "approves {\"request\"}, or all requests of {\"order\"}", post_approve},
    {"POST", "/reject",
        "rejects {\"request\"} or those of {\"order\"}, or the vendor refuses the order that it "
        "validates; \"comment\" says why",
        post_reject},
    {"POST", "/dcv-pass", "control of {\"domain\"}, or of all names of {\"order\"}, was shown",
        post_dcv_pass},
    {"POST", "/dcv-expire", "the validation of {\"domain\"} is over", post_dcv_expire},
    {"POST", "/org-validate", "{\"organization\",\"type\"} is validated (ov, ev, smime)",
        post_org_validate},
    {"GET", "/mail-links", "the links that addresses of client certificates were sent",
        get_mail_links},
    {"POST", "/mail-follow",
        "those of {\"order\"} are followed, or that of its address {\"email\"}", post_mail_follow},
    {0},
};
