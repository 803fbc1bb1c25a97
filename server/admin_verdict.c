/* admin_verdict - see admin_verdict.h. */
#include "server/admin_verdict.h"

#include <string.h>

#include "acme/order_verdict.h"
#include "base/mem.h"
#include "server/admin_record.h"

#define VENDOR_ORDER_MAX 64

const char *const finding_words[] = {"found", "not-sent", "failed", NULL};

/* What prepare read. */
struct verdict {
    const char *reason; /* or NULL */
    const char *vendor_order;
    enum order_finding finding;
};

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

static enum err_code read_reason(const struct json *at, const char **out, struct err *e)
{
    if (json_read_string(at, "reason", JSON_OPTIONAL, out, e) != ERR_OK || *out == NULL)
        return e->code;
    if ((*out)[0] == '\0' || strlen(*out) > ORDER_VERDICT_WHY_MAX || !is_printable(*out))
        return err_set(
            e, ERR_INPUT, "a reason has 1 to %d printable ASCII characters", ORDER_VERDICT_WHY_MAX);
    return ERR_OK;
}

static enum err_code read_body(struct admin_req *req, struct json *at, struct err *e)
{
    if (json_parse(req->mem, req->body, "the body", at, e) != ERR_OK)
        return e->code;
    return json_holds_object(at) ? ERR_OK : err_set(e, ERR_INPUT, "the body must be a JSON object");
}

enum err_code admin_verdict_prepare(struct admin_req *req, struct err *e)
{
    struct verdict *verdict = mem_new(req->mem, struct verdict);
    struct json at;

    req->prepared = verdict;
    if (read_body(req, &at, e) != ERR_OK)
        return e->code;
    return read_reason(&at, &verdict->reason, e);
}

static enum err_code say(struct admin_req *req, struct store_tx *tx, enum action_word word,
    const char *text, struct admin_resp *resp, struct err *e)
{
    const struct verdict *verdict = req->prepared;
    int64_t order_id, action_id;
    struct admin_page page;

    if (admin_record_find(req, HANDLE_ORDER, &order_id, e) != ERR_OK ||
        order_verdict_say(req->mem, tx, req->settings, order_id, word, verdict->reason,
            req->now_s * 1000, &action_id, e) != ERR_OK)
        return e->code;
    admin_record_begin(&page, req);
    json_add_int(&page.w, "order", order_id);
    json_add_int(&page.w, "action", action_id);
    json_add_string(&page.w, "said", text);
    return admin_record_end(&page, resp, e);
}

enum err_code admin_order_approve(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    return say(req, tx, ACTION_APPROVED, "approved", resp, e);
}

enum err_code admin_order_reject(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    return say(req, tx, ACTION_REJECTED, "rejected", resp, e);
}

enum err_code admin_order_resend(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    int64_t order_id, action_id;
    struct admin_page page;

    if (admin_record_find(req, HANDLE_ORDER, &order_id, e) != ERR_OK ||
        order_verdict_resend(
            req->mem, tx, req->settings, order_id, req->now_s * 1000, &action_id, e) != ERR_OK)
        return e->code;
    admin_record_begin(&page, req);
    json_add_int(&page.w, "order", order_id);
    json_add_int(&page.w, "action", action_id);
    json_add_string(&page.w, "said", "resend");
    return admin_record_end(&page, resp, e);
}

/* resolve */

static enum err_code read_finding(const struct json *at, enum order_finding *out, struct err *e)
{
    const char *word;

    if (json_read_string(at, "finding", JSON_REQUIRED, &word, e) != ERR_OK)
        return e->code;
    for (int i = 0; finding_words[i] != NULL; i++)
        if (strcmp(word, finding_words[i]) == 0) {
            *out = (enum order_finding)i;
            return ERR_OK;
        }
    return err_set(e, ERR_INPUT, "\"%.40s\" is no finding: found, not-sent or failed", word);
}

static enum err_code check_vendor_order(const struct verdict *verdict, struct err *e)
{
    const char *id = verdict->vendor_order;

    if ((verdict->finding == ORDER_FOUND) != (id != NULL))
        return err_set(
            e, ERR_INPUT, "what was found has the vendor's order id (vendor_order), nothing else");
    if (id != NULL && (id[0] == '\0' || strlen(id) > VENDOR_ORDER_MAX || !is_printable(id) ||
                          strchr(id, ' ') != NULL))
        return err_set(e, ERR_INPUT,
            "a vendor's order id has 1 to %d printable ASCII characters, and no space",
            VENDOR_ORDER_MAX);
    return ERR_OK;
}

enum err_code admin_verdict_prepare_resolve(struct admin_req *req, struct err *e)
{
    struct verdict *verdict = mem_new(req->mem, struct verdict);
    struct json at;

    req->prepared = verdict;
    if (read_body(req, &at, e) != ERR_OK || read_finding(&at, &verdict->finding, e) != ERR_OK ||
        json_read_string(&at, "vendor_order", JSON_OPTIONAL, &verdict->vendor_order, e) != ERR_OK ||
        check_vendor_order(verdict, e) != ERR_OK)
        return e->code;
    return read_reason(&at, &verdict->reason, e);
}

enum err_code admin_action_resolve(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct verdict *verdict = req->prepared;
    struct admin_page page;
    int64_t id;

    if (admin_record_find(req, HANDLE_NONE, &id, e) != ERR_OK ||
        order_verdict_resolve(req->mem, tx, id, verdict->finding, verdict->vendor_order,
            verdict->reason, req->now_s * 1000, e) != ERR_OK)
        return e->code;
    admin_record_begin(&page, req);
    json_add_int(&page.w, "action", id);
    json_add_string(&page.w, "finding", finding_words[verdict->finding]);
    return admin_record_end(&page, resp, e);
}
