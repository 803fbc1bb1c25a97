/* huawei_control - see huawei_control.h. */
#include "tests/vendorsim/huawei_control.h"

#include <string.h>

#include "base/mem.h"
#include "tests/vendorsim/huawei_certificate.h"
#include "tests/vendorsim/huawei_console.h"
#include "tests/vendorsim/huawei_dcv.h"
#include "tests/vendorsim/huawei_order.h"

/* What SCM would answer, and why. */
static void refuse(struct huawei *hw, struct sim_request *request, const struct hw_refusal *why)
{
    json_t *answer = hw_refusal_json(hw, why);

    row_set_text(answer, "error", why->detail);
    sim_answer(request, hw_refusal_status(why), answer);
}

/* Orders as they are kept, with their certificates in them. */

static json_t *certificate_of(const struct huawei *hw, const json_t *order, size_t index)
{
    const char *id =
        json_string_value(json_array_get(json_object_get(order, "certificates"), index));

    return id == NULL ? NULL : state_get(hw->state, CERTIFICATE, id);
}

static json_t *whole_order(const struct huawei *hw, const json_t *order)
{
    json_t *json = json_deep_copy(order), *certificate;

    json_object_del(json, "certificates");
    for (size_t i = 0; (certificate = certificate_of(hw, order, i)) != NULL; i++)
        json_array_append(row_array(json, "certificates"), certificate);
    return json;
}

static bool has_certificate(const json_t *order, const char *id)
{
    return array_has_text(json_object_get(order, "certificates"), id);
}

static void get_orders(void *vendor, struct sim_request *request)
{
    struct huawei *hw = vendor;
    json_t *all = state_all(hw->state, ORDER), *order, *list = json_array();
    const char *id, *wanted = sim_param(request, "id");

    json_object_foreach(all, id,
        order) if (wanted == NULL || strcmp(wanted, id) == 0 || has_certificate(order, wanted))
        json_array_append_new(list, whole_order(hw, order));
    sim_answer(request, 200, json_pack("{s:o}", "orders", list));
}

static void post_orders(void *vendor, struct sim_request *request)
{
    struct hw_refusal why;
    json_t *answer = hw_console_buy(vendor, sim_json(request), &why);

    if (answer == NULL)
        refuse(vendor, request, &why);
    else
        sim_answer(request, 201, answer);
}

/* Counts. */

/* Was it paid for, and the money not given back for all of it? */
static bool is_billable(const struct huawei *hw, const json_t *order)
{
    const json_t *certificate;

    if (row_int(order, "paid_s") == 0 || row_bool(order, "is_free"))
        return false;
    for (size_t i = 0; (certificate = certificate_of(hw, order, i)) != NULL; i++)
        if (!row_is(certificate, "gone", "unsubscribed"))
            return true;
    return false;
}

static void get_stats(void *vendor, struct sim_request *request)
{
    struct huawei *hw = vendor;
    json_t *orders = state_all(hw->state, ORDER), *all = state_all(hw->state, CERTIFICATE), *row;
    json_int_t placed = 0, portal = 0, billable = 0;
    json_int_t issued = 0, reissues = 0, revocations = 0, refunds = 0;
    const char *id;

    json_object_foreach(orders, id, row)
    {
        bool is_portal = row_bool(row, "portal");

        portal += is_portal;
        placed += !is_portal;
        billable += !is_portal && is_billable(hw, row);
    }
    json_object_foreach(all, id, row)
    {
        issued += (json_int_t)json_array_size(json_object_get(row, "serials"));
        reissues += row_int(row, "reissues");
        revocations += row_is(row, "status", "REVOKED");
        refunds += row_is(row, "gone", "unsubscribed");
    }
    sim_answer(request, 200,
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "orders", placed, "portal_orders", portal,
            "billable_orders", billable, "certificates", issued, "reissues", reissues,
            "revocations", revocations, "refunds", refunds));
}

/* Payment. */

static void post_pay(void *vendor, struct sim_request *request)
{
    struct huawei *hw = vendor;
    const char *id = row_text(sim_json(request), "order");
    json_t *order = id == NULL ? NULL : state_get(hw->state, ORDER, id);

    if (order == NULL || row_int(order, "paid_s") > 0) {
        sim_complain(request, "no such order waits for payment");
        return;
    }
    hw_order_pay(hw, order);
    sim_done(request);
}

/* Reviews. Each verb is about {"certificate"}, or all certificates of {"order"}. */

typedef bool (*act)(struct huawei *hw, json_t *certificate);

static void act_on(struct huawei *hw, struct sim_request *request, act act_on_one, const char *why)
{
    const json_t *body = sim_json(request);
    const char *id = row_text(body, "certificate"), *order_id = row_text(body, "order");
    json_t *one = id == NULL ? NULL : state_get(hw->state, CERTIFICATE, id);
    const json_t *order = order_id == NULL ? NULL : state_get(hw->state, ORDER, order_id);
    bool acted = one != NULL && act_on_one(hw, one);

    for (size_t i = 0; (one = certificate_of(hw, order, i)) != NULL; i++)
        acted = act_on_one(hw, one) || acted;
    if (acted)
        sim_done(request);
    else
        sim_complain(request, why);
}

static void post_approve(void *vendor, struct sim_request *request)
{
    act_on(vendor, request, hw_certificate_approve, "nothing is under review there");
}

static bool refuse_one(struct huawei *hw, json_t *certificate)
{
    return hw_certificate_refuse(hw, certificate, "the CA refused");
}

static void post_reject(void *vendor, struct sim_request *request)
{
    act_on(vendor, request, refuse_one, "nothing is under review there");
}

static bool show_one(struct huawei *hw, json_t *certificate)
{
    if (json_object_get(certificate, "proofs") == NULL)
        return false;
    hw_dcv_show(hw, certificate);
    return true;
}

static void post_dcv_pass(void *vendor, struct sim_request *request)
{
    act_on(vendor, request, show_one, "no name waits for its proof there");
}

static void post_org_validate(void *vendor, struct sim_request *request)
{
    act_on(vendor, request, hw_certificate_org_validated, "no organization is under review there");
}

static void post_ca_confirm(void *vendor, struct sim_request *request)
{
    act_on(vendor, request, hw_certificate_confirm, "the CA has sent no mail that waits for that");
}

static void post_ca_decline(void *vendor, struct sim_request *request)
{
    act_on(vendor, request, hw_certificate_decline, "the CA has sent no mail that waits for that");
}

static void post_reissue(void *vendor, struct sim_request *request)
{
    struct huawei *hw = vendor;
    const json_t *body = sim_json(request);
    const char *id = row_text(body, "certificate");
    json_t *certificate = id == NULL ? NULL : state_get(hw->state, CERTIFICATE, id);
    struct hw_refusal why;

    if (certificate == NULL || !hw_certificate_is_visible(hw, certificate)) {
        hw_refuse(&why, "SCM.0020", "there is no such certificate");
        refuse(hw, request, &why);
    } else if (!hw_console_reissue(hw, certificate, body, &why)) {
        refuse(hw, request, &why);
    } else {
        sim_done(request);
    }
}

#define WHICH "{\"certificate\"}, or those of {\"order\"}"

const struct sim_verb huawei_verbs[] = {
    {"GET", "/orders", "all orders as they are kept, ?id= one of them or of their certificates",
        get_orders},
    {"POST", "/orders",
        "buys in the console: a purchase's body, all of which has defaults; \"count\" of them; "
        "with "
        "\"domain\" ({n}: the number of each) they are applied for, and issued unless \"issued\" "
        "is "
        "false",
        post_orders},
    {"GET", "/stats", "how much was bought, issued and revoked", get_stats},
    {"POST", "/pay", "pays an {\"order\"} that was bought without is_auto_pay", post_pay},
    {"POST", "/approve", "all checks of " WHICH " pass, and it is issued", post_approve},
    {"POST", "/reject", "the CA refuses what it reviews of " WHICH, post_reject},
    {"POST", "/dcv-pass", "control of all names of " WHICH " was shown", post_dcv_pass},
    {"POST", "/org-validate", "the organization of " WHICH " is validated", post_org_validate},
    {"POST", "/reissue",
        "reissues in the console: {\"certificate\",\"csr\",\"domain\",\"contact_changed\"}",
        post_reissue},
    {"POST", "/ca-confirm",
        "the owner of " WHICH " confirms by mail that the old one is canceled, or a revocation",
        post_ca_confirm},
    {"POST", "/ca-decline", "and declines: it stays as it was", post_ca_decline},
    {0},
};
