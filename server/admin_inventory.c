/* admin_inventory - see admin_inventory.h. */
#include "server/admin_inventory.h"

#include <string.h>

#include "acme/lapse.h"
#include "acme/order_flow.h"
#include "acme/revocation_flow.h"
#include "acme/validation_flow.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/inventory_json.h"
#include "policy/match.h"
#include "policy/names.h"
#include "policy/order_json.h"
#include "policy/preferences.h"
#include "store/inventory.h"

#define BODY_MAX     (16 * 1024 * 1024)
#define BODY_FULL    (4 * 1024 * 1024) /* a page ends when it is so long */
#define PAGE_MAX     200
#define UPSTREAM_MAX 32

static enum err_code read_body(struct admin_req *req, struct json *at, struct err *e)
{
    if (json_parse(req->mem, req->body, "the body", at, e) != ERR_OK)
        return e->code;
    return json_holds_object(at) ? ERR_OK : err_set(e, ERR_INPUT, "the body must be a JSON object");
}

/* Import. */

struct import {
    const char *upstream, *vendor;
    struct inventory_report report;
    const char ***primary_domains; /* of each order's names */
};

static enum err_code check_upstream(const char *upstream, struct err *e)
{
    if (upstream[0] == '\0' || strlen(upstream) > UPSTREAM_MAX ||
        upstream[strspn(upstream, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] != '\0')
        return err_set(e, ERR_INPUT,
            "\"%.40s\" is no name of an upstream: at most %d of a-z, 0-9, '-', '_' and '.'",
            upstream, UPSTREAM_MAX);
    return ERR_OK;
}

static enum err_code check_vendor(const char *vendor, struct err *e)
{
    for (int i = 0; vendor != NULL && vendor_words[i] != NULL; i++)
        if (strcmp(vendor, vendor_words[i]) == 0)
            return ERR_OK;
    return vendor == NULL ? ERR_OK
                          : err_set(e, ERR_INPUT,
                                "\"%.40s\" is no vendor: local, digicert, digicert-client, tencent "
                                "or huawei",
                                vendor);
}

/* The configuration may say whose rules the upstream goes by: then nobody need say it again, nor
 * may say otherwise. */
static enum err_code check_rules(
    const struct acme_settings *settings, struct import *import, struct err *e)
{
    const struct acme_profile *profile = settings->profiles,
                              *end = profile + settings->profiles_len;
    const char *rules;

    while (profile < end && strcmp(profile->upstream, import->upstream) != 0)
        profile++;
    if (profile == end)
        return ERR_OK;
    rules = vendor_words[profile->vendor];
    if (import->vendor != NULL && strcmp(import->vendor, rules) != 0)
        return err_set(e, ERR_INPUT,
            "the upstream %s goes by the rules of %s in the configuration (upstreams, rules), not "
            "by those of %s",
            import->upstream, rules, import->vendor);
    import->vendor = rules;
    return ERR_OK;
}

static const char **domains_of(struct admin_req *req, const struct identifiers *names)
{
    const char **domains = mem_new_array(req->mem, const char *, names->len + 1);

    for (size_t i = 0; i < names->len; i++)
        domains[i] = name_primary_domain(req->settings->suffixes, &names->list[i]);
    return domains;
}

enum err_code admin_inventory_prepare_import(struct admin_req *req, struct err *e)
{
    struct import *import = mem_new(req->mem, struct import);
    struct json at, inventory;

    req->prepared = import;
    if (read_body(req, &at, e) != ERR_OK ||
        json_read_string(&at, "upstream", JSON_REQUIRED, &import->upstream, e) != ERR_OK ||
        json_read_string(&at, "vendor", JSON_OPTIONAL, &import->vendor, e) != ERR_OK ||
        check_upstream(import->upstream, e) != ERR_OK ||
        check_vendor(import->vendor, e) != ERR_OK ||
        check_rules(req->settings, import, e) != ERR_OK ||
        json_read_object(&at, "inventory", JSON_REQUIRED, &inventory, e) != ERR_OK ||
        inventory_json_read(req->mem, &inventory, &import->report, e) != ERR_OK)
        return e->code;
    import->primary_domains = mem_new_array(req->mem, const char **, import->report.orders_len + 1);
    for (size_t i = 0; i < import->report.orders_len; i++)
        import->primary_domains[i] = domains_of(req, &import->report.orders[i].names);
    return ERR_OK;
}

static void answer_import(
    struct admin_req *req, const int64_t counts[], bool validations, struct admin_resp *resp)
{
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_int(&w, "inserted", counts[MERGE_INSERTED]);
    json_add_int(&w, "updated", counts[MERGE_UPDATED]);
    json_add_int(&w, "unchanged", counts[MERGE_UNCHANGED]);
    json_add_bool(&w, "validations_changed", validations);
    json_close(&w, '}');
    resp->body = buf_bytes(&b);
}

enum err_code admin_inventory_import(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct import *import = req->prepared;
    int64_t inventory, counts[MERGE_INSERTED + 1] = {0};
    bool validations = false;

    if (store_inventory_open(tx, import->upstream, import->vendor, &inventory, e) != ERR_OK ||
        store_inventory_merge_validations(
            tx, inventory, &import->report.validations, &validations, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < import->report.orders_len; i++) {
        const struct vendor_order *order = &import->report.orders[i];
        enum merge_result result;

        if (store_inventory_merge(tx, inventory, order, import->primary_domains[i], req->now_s,
                &result, e) != ERR_OK ||
            revocation_learn(tx, req->mem, import->upstream, order, req->now_s, e) != ERR_OK)
            return e->code;
        counts[result]++;
    }
    log_info("inventory_imported", LOG_STR("upstream", import->upstream),
        LOG_INT("inserted", counts[MERGE_INSERTED]), LOG_INT("updated", counts[MERGE_UPDATED]),
        LOG_INT("unchanged", counts[MERGE_UNCHANGED]));
    answer_import(req, counts, validations, resp);
    return validation_flow_wake(tx, inventory, req->now_s * 1000, e) == ERR_OK
               ? order_flow_wake_waiting(tx, import->upstream, req->now_s * 1000, e)
               : e->code;
}

/* List. */

static enum err_code check_status(const char *status, struct err *e)
{
    for (int i = 0; status != NULL && standing_words[i] != NULL; i++)
        if (strcmp(status, standing_words[i]) == 0)
            return ERR_OK;
    return status == NULL ? ERR_OK
                          : err_set(e, ERR_INPUT,
                                "\"%.40s\" is no status: issued, pending, rejected, canceled, "
                                "revoked, expired, refunded or prepaid",
                                status);
}

enum err_code admin_inventory_prepare_list(struct admin_req *req, struct err *e)
{
    struct inventory_filter *filter = mem_new(req->mem, struct inventory_filter);
    struct json at;

    req->prepared = filter;
    filter->max = PAGE_MAX;
    if (read_body(req, &at, e) != ERR_OK ||
        json_read_string(&at, "upstream", JSON_OPTIONAL, &filter->upstream, e) != ERR_OK ||
        json_read_string(&at, "id", JSON_OPTIONAL, &filter->order_id, e) != ERR_OK ||
        json_read_string(&at, "name", JSON_OPTIONAL, &filter->name, e) != ERR_OK ||
        json_read_string(&at, "status", JSON_OPTIONAL, &filter->standing, e) != ERR_OK ||
        json_read_int(&at, "after", JSON_OPTIONAL, &filter->after, e) != ERR_OK)
        return e->code;
    return check_status(filter->standing, e);
}

static enum vendor vendor_of(const char *word)
{
    for (int i = 0; vendor_words[i] != NULL; i++)
        if (strcmp(word, vendor_words[i]) == 0)
            return (enum vendor)i;
    return VENDOR_LOCAL;
}

/* "lapses": [{"what", "name", "until", "certificates", "next_renewal", "renewing", "trouble"}] */
static void add_lapse(struct json_out *w, const struct lapse *lapse)
{
    const struct validation *v = &lapse->validation;

    json_open(w, NULL, '{');
    json_add_string(w, "what", validation_scope_words[v->scope]);
    if (v->name[0] != '\0')
        json_add_string(w, "name", v->name);
    json_add_time(w, "until", lapse->until_s);
    json_add_int(w, "certificates", (int64_t)lapse->certificates);
    json_add_time(w, "next_renewal", lapse->next_renewal_s);
    json_add_bool(w, "renewing", v->renewing);
    json_add_string(w, "trouble", v->trouble);
    json_close(w, '}');
}

/* Does it concern an order of these names? */
static bool concerns(const struct lapse *lapse, const struct vendor_order *order)
{
    const struct validation *v = &lapse->validation;

    if (order == NULL || v->scope == VALIDATION_ORGANIZATION)
        return true;
    if (v->scope != VALIDATION_DOMAIN)
        return strcmp(v->name, order->id) == 0;
    for (size_t i = 0; i < order->names.len; i++)
        if (name_is_within(&order->names.list[i], v->name))
            return true;
    return false;
}

/* What ends, of an upstream that is watched; of an order, or NULL for all. */
static enum err_code add_lapses(struct json_out *w, struct admin_req *req, struct store_tx *tx,
    const char *upstream, const struct vendor_order *order, struct err *e)
{
    const struct acme_watch *watch = validation_watch_of(req->settings, upstream);
    struct lapse *list;
    int64_t inventory;
    size_t len;

    if (watch == NULL)
        return ERR_OK;
    if (store_inventory_open(tx, upstream, NULL, &inventory, e) != ERR_OK ||
        lapses_read(tx, req->mem, req->settings->suffixes, inventory, watch->alarm_s, req->now_s,
            &list, &len, e) != ERR_OK)
        return e->code;
    json_open(w, "lapses", '[');
    for (size_t i = 0; i < len; i++)
        if (lapse_is_near(&list[i], watch->alarm_s, req->now_s) && concerns(&list[i], order))
            add_lapse(w, &list[i]);
    json_close(w, ']');
    return ERR_OK;
}

/* Of one order, also what ends that it needs. */
static enum err_code add_item(struct json_out *w, struct admin_req *req, struct store_tx *tx,
    const struct inventory_item *item, bool is_one, struct err *e)
{
    void *mem = req->mem;

    json_open(w, NULL, '{');
    json_add_string(w, "upstream", item->upstream);
    json_add_string(w, "vendor", item->vendor);
    json_add_time(w, "changed", item->changed_s);
    json_add_string(
        w, "contradiction", order_contradiction(mem, vendor_of(item->vendor), &item->order));
    json_open(w, "order", '{');
    order_json_add(w, &item->order);
    json_close(w, '}');
    if (is_one && add_lapses(w, req, tx, item->upstream, &item->order, e) != ERR_OK)
        return e->code;
    json_close(w, '}');
    return ERR_OK;
}

enum err_code admin_inventory_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct inventory_filter *filter = req->prepared;
    struct inventory_item *list;
    size_t len, done = 0;
    struct json_out w;
    struct buf b;

    if (store_inventory_list(tx, req->mem, filter, &list, &len, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "orders", '[');
    while (done < len && b.len < BODY_FULL)
        if (add_item(&w, req, tx, &list[done++], filter->order_id != NULL, e) != ERR_OK)
            return e->code;
    json_close(&w, ']');
    if (done > 0 && (done < len || len == PAGE_MAX))
        json_add_int(&w, "next", list[done - 1].id);
    json_close(&w, '}');
    if (b.overflow)
        return err_set(e, ERR_TOO_LARGE, "there is too much to show");
    resp->body = buf_bytes(&b);
    return ERR_OK;
}

/* Validations. */

enum err_code admin_inventory_validations(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct inventory_filter *filter = req->prepared;
    struct inventory_known *list;
    struct json_out w;
    struct buf b;
    size_t len;

    if (store_inventory_known(tx, req->mem, filter->upstream, &list, &len, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "inventories", '[');
    for (size_t i = 0; i < len; i++) {
        json_open(&w, NULL, '{');
        json_add_string(&w, "upstream", list[i].upstream);
        json_add_string(&w, "vendor", list[i].vendor);
        validations_json_add(&w, "validations", &list[i].validations);
        if (add_lapses(&w, req, tx, list[i].upstream, NULL, e) != ERR_OK)
            return e->code;
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    if (b.overflow)
        return err_set(e, ERR_TOO_LARGE, "there is too much to show; ask for one upstream");
    resp->body = buf_bytes(&b);
    return ERR_OK;
}
