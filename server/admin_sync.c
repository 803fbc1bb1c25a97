/* admin_sync - see admin_sync.h. */
#include "server/admin_sync.h"

#include "acme/inventory_flow.h"
#include "base/mem.h"
#include "store/inventories.h"
#include "store/inventory_sync.h"

#define BODY_MAX 8192

struct sync_request {
    const char *upstream;
    bool full;
};

enum err_code admin_sync_prepare(struct admin_req *req, struct err *e)
{
    struct sync_request *request = mem_new(req->mem, struct sync_request);
    struct json at;

    req->prepared = request;
    if (json_parse(req->mem, req->body, "the body", &at, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(&at))
        return err_set(e, ERR_INPUT, "the body must be a JSON object");
    return json_read_string(&at, "upstream", JSON_REQUIRED, &request->upstream, e) == ERR_OK
               ? json_read_bool(&at, "full", JSON_OPTIONAL, &request->full, e)
               : e->code;
}

enum err_code admin_sync_ask(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct sync_request *request = req->prepared;
    int64_t inventory, until;
    struct json_out w;
    struct buf b;

    if (inventory_flow_ask(req->settings, tx, request->upstream, request->full, req->now_s * 1000,
            &inventory, &until, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_int(&w, "until", until);
    json_close(&w, '}');
    resp->body = buf_bytes(&b);
    return ERR_OK;
}

enum err_code admin_sync_status(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct sync_request *request = req->prepared;
    struct inventory_sync sync;
    int64_t inventory;
    struct json_out w;
    struct buf b;

    if (store_inventory_open(tx, request->upstream, NULL, &inventory, e) != ERR_OK ||
        store_inventory_sync_get(tx, req->mem, inventory, &sync, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_bool(&w, "running", sync.running);
    json_add_bool(&w, "full", sync.is_full);
    json_add_int(&w, "completed", sync.completed);
    json_add_int(&w, "orders", sync.orders);
    json_add_int(&w, "changed", sync.changed);
    json_add_time(&w, "began", sync.began_s);
    json_add_time(&w, "synced", sync.synced_s);
    json_add_string(&w, "trouble", sync.trouble);
    json_close(&w, '}');
    resp->body = buf_bytes(&b);
    return ERR_OK;
}
