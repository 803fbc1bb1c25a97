/* admin_order - see admin_order.h. */
#include "server/admin_order.h"

#include "base/mem.h"
#include "policy/decision.h"
#include "policy/preferences.h"
#include "server/admin_action.h"
#include "server/admin_authorization.h"
#include "server/admin_record.h"
#include "store/action.h"
#include "store/authz.h"
#include "store/checks.h"
#include "store/decision.h"
#include "store/order.h"

enum err_code admin_order_prepare_list(struct admin_req *req, struct err *e)
{
    struct listing *wanted = mem_new(req->mem, struct listing);

    req->prepared = wanted;
    return admin_record_read(req, "status", order_status_words, wanted, e);
}

static void add_order(
    struct json_out *w, const struct admin_req *req, const struct listed_order *order)
{
    json_add_int(w, "id", order->id);
    admin_add_url(w, req, "url", HANDLE_ORDER, order->id);
    json_add_string(w, "status", order->status);
    json_add_int(w, "account", order->account_id);
    json_add_string(w, "tenant", admin_or_null(order->tenant));
    json_add_string(w, "profile", order->profile);
    json_add_string(w, "upstream", order->upstream);
    admin_add_identifiers(w, &order->identifiers);
    json_add_time(w, "created", order->created_s);
    json_add_time(w, "expires", order->expires_s);
    if (order->certificate_id != 0)
        json_add_int(w, "certificate", order->certificate_id);
}

enum err_code admin_order_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct listing *prepared = req->prepared;
    struct listing wanted = *prepared;
    struct listed_order *list;
    struct admin_page page;
    size_t len;

    wanted.max++;
    if (store_list_orders(tx, req->mem, &wanted, &list, &len, e) != ERR_OK)
        return e->code;
    admin_page_begin(&page, req, "orders", prepared->max);
    for (size_t i = 0; i < len && admin_page_has_room(&page); i++) {
        json_open(&page.w, NULL, '{');
        add_order(&page.w, req, &list[i]);
        json_close(&page.w, '}');
        admin_page_took(&page, list[i].id);
    }
    return admin_page_end(&page, len, resp, e);
}

/* show */

static void add_wishes(struct json_out *w, const struct admin_req *req, const struct order *order)
{
    if (order->wish != ACT_NONE)
        json_add_string(w, "wish", wish_words[order->wish]);
    json_add_string(w, "wish_order_id", order->wish_order_id);
    json_add_time(w, "not_before", order->not_before_s);
    json_add_time(w, "not_after", order->not_after_s);
    json_add_string(w, "replaces", order->replaces);
    json_add_raw(w, "error", order->error);
    if (order->certificate_id != 0)
        admin_add_url(w, req, "certificate_url", HANDLE_CERTIFICATE, order->certificate_id);
}

static enum err_code add_authorizations(struct json_out *w, const struct admin_req *req,
    struct store_tx *tx, int64_t order_id, struct err *e)
{
    int64_t *ids;
    size_t len;

    if (store_order_authz_ids(tx, req->mem, order_id, &ids, &len, e) != ERR_OK)
        return e->code;
    json_open(w, "authorizations", '[');
    for (size_t i = 0; i < len; i++) {
        struct checks checks;
        struct authz authz;

        if (store_authz_get(tx, req->mem, ids[i], &authz, e) != ERR_OK ||
            store_authz_checks(tx, req->mem, ids[i], &checks, e) != ERR_OK)
            return e->code;
        json_open(w, NULL, '{');
        admin_add_authz(w, &authz, &checks);
        json_close(w, '}');
    }
    json_close(w, ']');
    return ERR_OK;
}

/* From finalize on: what is done upstream, and what was checked before. */
static enum err_code add_action(struct json_out *w, const struct admin_req *req,
    struct store_tx *tx, int64_t order_id, struct err *e)
{
    struct checks checks, caa;
    struct action action;

    if (store_action_of_order(tx, req->mem, order_id, &action, e) == ERR_NOT_FOUND) {
        *e = (struct err){0};
        return ERR_OK;
    }
    if (e->code != ERR_OK)
        return e->code;
    json_open(w, "action", '{');
    if (admin_add_action(w, req, tx, &action, e) != ERR_OK ||
        store_action_checks(tx, req->mem, action.id, &checks, &caa, e) != ERR_OK)
        return e->code;
    json_close(w, '}');
    json_add_time(w, "checked", checks.checked_s);
    json_add_string(w, "checks", admin_or_null(checks.text));
    json_add_time(w, "caa_checked", caa.checked_s);
    if (caa.text != NULL)
        admin_add_lines(w, req->mem, "caa", caa.text);
    return ERR_OK;
}

static enum err_code add_decision(struct json_out *w, const struct admin_req *req,
    struct store_tx *tx, const struct order *order, struct err *e)
{
    const struct acme_profile *profile = acme_profile_find(req->settings, order->profile);
    struct order_decision decision;

    if (store_decision_get(tx, req->mem, order->id, &decision, e) == ERR_NOT_FOUND) {
        *e = (struct err){0};
        return ERR_OK;
    }
    if (e->code != ERR_OK)
        return e->code;
    json_open(w, "decision", '{');
    json_add_time(w, "decided", decision.decided_s);
    json_add_int(w, "times", decision.times);
    json_add_string(w, "vendor", profile == NULL ? NULL : vendor_words[profile->vendor]);
    json_add_raw(w, "document", decision.document);
    json_close(w, '}');
    return ERR_OK;
}

static enum err_code add_observations(struct json_out *w, const struct admin_req *req,
    struct store_tx *tx, int64_t order_id, struct err *e)
{
    struct observation *list;
    size_t len;

    if (store_observation_of_order(tx, req->mem, order_id, &list, &len, e) != ERR_OK)
        return e->code;
    admin_add_observations(w, list, len);
    return ERR_OK;
}

enum err_code admin_order_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct listing wanted = {.max = 1, .now_s = req->now_s};
    struct listed_order *list;
    struct admin_page page;
    struct order order;
    size_t len;

    if (admin_record_find(req, HANDLE_ORDER, &wanted.id, e) != ERR_OK ||
        store_order_get(tx, req->mem, wanted.id, &order, e) != ERR_OK ||
        store_list_orders(tx, req->mem, &wanted, &list, &len, e) != ERR_OK)
        return e->code;
    admin_record_begin(&page, req);
    add_order(&page.w, req, &list[0]);
    add_wishes(&page.w, req, &order);
    if (add_action(&page.w, req, tx, order.id, e) != ERR_OK ||
        add_decision(&page.w, req, tx, &order, e) != ERR_OK ||
        add_authorizations(&page.w, req, tx, order.id, e) != ERR_OK ||
        add_observations(&page.w, req, tx, order.id, e) != ERR_OK)
        return e->code;
    return admin_record_end(&page, resp, e);
}
