/* admin_action - see admin_action.h. */
#include "server/admin_action.h"

#include <string.h>

#include "acme/order_flow.h"
#include "base/cert.h"
#include "base/mem.h"
#include "policy/upstream/upstream.h"
#include "server/admin_record.h"
#include "store/action.h"
#include "store/job.h"
#include "store/order.h"
#include "store/unfit.h"

enum err_code admin_action_prepare_list(struct admin_req *req, struct err *e)
{
    struct listing *wanted = mem_new(req->mem, struct listing);

    req->prepared = wanted;
    return admin_record_read(req, "state", action_state_words, wanted, e);
}

static int state_of(const char *word)
{
    for (int i = 0; word != NULL && action_state_words[i] != NULL; i++)
        if (strcmp(word, action_state_words[i]) == 0)
            return i;
    return -1;
}

/* What the vendor has it as, and what an operator said. */
static void add_outside(struct json_out *w, const struct action *action)
{
    static const char *const said[] = {
        [ACTION_UNSAID] = NULL, [ACTION_APPROVED] = "approved", [ACTION_REJECTED] = "rejected"};

    json_add_string(w, "vendor_order", action->vendor_order);
    json_add_string(w, "vendor_certificate", action->vendor_certificate);
    json_add_string(w, "vendor_request", action->vendor_request);
    json_add_string(w, "waits_for", action->waits_for);
    json_add_string(w, "said", said[action->said]);
    json_add_string(w, "said_why", action->said_why);
}

/* What is to be done for it next, if anything. */
static enum err_code add_job(struct json_out *w, const struct admin_req *req, struct store_tx *tx,
    int64_t order_id, struct err *e)
{
    struct job job;

    if (store_job_get(tx, req->mem, order_flow.name, order_id, &job, e) == ERR_NOT_FOUND) {
        *e = (struct err){0};
        return ERR_OK;
    }
    if (e->code != ERR_OK)
        return e->code;
    json_add_int(w, "attempts", job.attempts);
    json_add_time(w, "next", job.run_at_ms / 1000);
    json_add_string(w, "last_error", admin_or_null(job.last_error));
    return ERR_OK;
}

/* What a person needs who has to do something for it. */
static enum err_code add_task(struct json_out *w, const struct admin_req *req, struct store_tx *tx,
    const struct action *action, struct err *e)
{
    struct order order;

    if (action->state != ACTION_PENDING || action->waits_for == NULL ||
        strncmp(action->waits_for, UPSTREAM_TASK, strlen(UPSTREAM_TASK)) != 0)
        return ERR_OK;
    if (store_order_get(tx, req->mem, action->order_id, &order, e) != ERR_OK)
        return e->code;
    json_add_string(w, "csr", cert_pem(req->mem, "CERTIFICATE REQUEST", order.csr));
    return ERR_OK;
}

enum err_code admin_add_action(struct json_out *w, const struct admin_req *req, struct store_tx *tx,
    const struct action *action, struct err *e)
{
    json_add_int(w, "id", action->id);
    json_add_int(w, "order", action->order_id);
    json_add_string(w, "upstream", action->upstream);
    json_add_string(w, "action", act_words[action->act]);
    json_add_string(w, "state", action_state_words[action->state]);
    json_add_string(w, "target", action->target);
    json_add_string(w, "product", action->product);
    json_add_string(w, "common_name", action->common_name);
    json_add_bool(w, "billable", action->billable);
    if (action->adopts != 0)
        json_add_int(w, "adopts", action->adopts);
    add_outside(w, action);
    admin_add_hex(w, req->mem, "reference", action->reference);
    admin_add_hex(w, req->mem, "key", action->key_hash);
    json_add_time(w, "not_before", action->not_before_s);
    json_add_time(w, "not_after", action->not_after_s);
    json_add_time(w, "created", action->created_s);
    json_add_time(w, "sent", action->sent_s);
    json_add_time(w, "changed", action->changed_s);
    if (action->state != ACTION_DONE && action->state != ACTION_FAILED &&
        add_job(w, req, tx, action->order_id, e) != ERR_OK)
        return e->code;
    return add_task(w, req, tx, action, e);
}

enum err_code admin_action_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct listing *wanted = req->prepared;
    struct action_filter filter = {.upstream = wanted->upstream,
        .state = state_of(wanted->status),
        .before = wanted->before,
        .max = wanted->max + 1};
    struct admin_page page;
    struct action *list;
    size_t len;

    if (store_action_list(tx, req->mem, &filter, &list, &len, e) != ERR_OK)
        return e->code;
    admin_page_begin(&page, req, "actions", wanted->max);
    for (size_t i = 0; i < len && admin_page_has_room(&page); i++) {
        json_open(&page.w, NULL, '{');
        if (admin_add_action(&page.w, req, tx, &list[i], e) != ERR_OK)
            return e->code;
        json_close(&page.w, '}');
        admin_page_took(&page, list[i].id);
    }
    return admin_page_end(&page, len, resp, e);
}

/* What came of it and is not what was ordered, if anything: the client did not get it. */
static enum err_code add_unfit(struct json_out *w, const struct admin_req *req, struct store_tx *tx,
    const struct action *action, struct err *e)
{
    struct unfit_certificate unfit;

    if (action->state == ACTION_DONE)
        return ERR_OK;
    if (store_unfit_get(tx, req->mem, action->id, &unfit, e) == ERR_NOT_FOUND) {
        *e = (struct err){0};
        return ERR_OK;
    }
    if (e->code != ERR_OK)
        return e->code;
    json_open(w, "returned", '{');
    json_add_string(w, "detail", unfit.detail);
    json_add_int(w, "times", unfit.times);
    json_add_time(w, "first", unfit.first_s);
    json_add_time(w, "last", unfit.last_s);
    json_add_string(w, "pem",
        mem_printf(req->mem, "%s%s", cert_pem(req->mem, "CERTIFICATE", unfit.der), unfit.chain));
    json_close(w, '}');
    return ERR_OK;
}

enum err_code admin_action_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct admin_page page;
    struct action action;
    int64_t id;

    if (admin_record_find(req, HANDLE_NONE, &id, e) != ERR_OK ||
        store_action_get(tx, req->mem, id, &action, e) != ERR_OK)
        return e->code;
    admin_record_begin(&page, req);
    if (admin_add_action(&page.w, req, tx, &action, e) != ERR_OK ||
        add_unfit(&page.w, req, tx, &action, e) != ERR_OK)
        return e->code;
    return admin_record_end(&page, resp, e);
}
