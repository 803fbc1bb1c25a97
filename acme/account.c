/* account - see account.h. */
#include "acme/account.h"

#include <string.h>

#include "acme/eab.h"
#include "acme/shapes.h"
#include "acme/terms.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/order.h"

#define ORDERS_A_PAGE 50

struct new_account {
    struct shape_new_account shape;
    bool is_bound;
    struct jws binding;
    struct err binding_error; /* counts only if an account is made, as the contacts' */
};

enum err_code account_prepare_new(struct acme_req *req, struct err *e)
{
    struct new_account *wanted = mem_new(req->mem, struct new_account);

    req->prepared = wanted;
    if (shape_read_new_account(req, &wanted->shape, e) != ERR_OK)
        return e->code;
    wanted->is_bound = !json_absent(&wanted->shape.binding);
    if (wanted->is_bound)
        eab_read(req, &wanted->shape.binding, &wanted->binding, &wanted->binding_error);
    return ERR_OK;
}

static enum err_code answer(
    struct acme_req *req, const struct account *account, int status, struct acme_resp *resp)
{
    resp->status = status;
    resp->location = acme_url(req, HANDLE_ACCOUNT, account->id);
    resp->body = shape_account(req, account);
    return ERR_OK;
}

static enum err_code answer_existing(
    struct acme_req *req, const struct account *account, struct acme_resp *resp, struct err *e)
{
    if (account->status != ACCOUNT_VALID)
        return problem_set(
            e, PROBLEM_UNAUTHORIZED, "the account of this key is deactivated; use a new key");
    return answer(req, account, 200, resp);
}

/* What only a new account needs. */
static enum err_code check_new(
    struct acme_req *req, const struct new_account *wanted, struct acme_resp *resp, struct err *e)
{
    const struct shape_new_account *shape = &wanted->shape;

    if (shape->only_return_existing)
        return problem_set(e, PROBLEM_ACCOUNT_DOES_NOT_EXIST, "there is no account with this key");
    if (req->settings->terms_of_service != NULL && !shape->terms_agreed)
        return terms_refuse_new(req, resp, e);
    if (req->settings->external_account_required && !wanted->is_bound)
        return problem_set(e, PROBLEM_EXTERNAL_ACCOUNT_REQUIRED,
            "new accounts need an external account key here (\"externalAccountBinding\"); ask the "
            "server's operator for one");
    *e = shape->contacts_error.code != ERR_OK ? shape->contacts_error : wanted->binding_error;
    return e->code;
}

enum err_code account_new(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct new_account *wanted = req->prepared;
    struct account account;

    if (store_account_by_thumbprint(tx, req->mem, req->thumbprint, &account, e) == ERR_OK)
        return answer_existing(req, &account, resp, e);
    if (e->code != ERR_NOT_FOUND)
        return e->code;
    if (check_new(req, wanted, resp, e) != ERR_OK ||
        rate_take(req, RATE_NEW_ACCOUNTS_PER_ADDRESS, e) != ERR_OK ||
        rate_take(req, RATE_NEW_ACCOUNTS, e) != ERR_OK)
        return e->code;

    account = (struct account){
        .status = ACCOUNT_VALID,
        .jwk = req->jwk.canonical,
        .contacts = wanted->shape.contacts,
        .terms_agreed = wanted->shape.terms_agreed,
        .created_s = req->now_s,
    };
    if (account.terms_agreed)
        terms_note(req, &account);
    memcpy(account.thumbprint, req->thumbprint, sizeof account.thumbprint);
    if (wanted->is_bound && eab_bind(req, tx, &wanted->binding, &account, e) != ERR_OK)
        return e->code;
    if (store_account_add(tx, &account, e) != ERR_OK)
        return e->code;
    return answer(req, &account, 201, resp);
}

/* An account sees itself only; of others it does not even learn whether they exist. */
static enum err_code check_own(const struct acme_req *req, struct err *e)
{
    return req->id == req->account_id ? ERR_OK : acme_not_found(e);
}

enum err_code account_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    (void)tx;
    if (check_own(req, e) != ERR_OK)
        return e->code;
    return answer(req, &req->account, 200, resp);
}

enum err_code account_prepare_update(struct acme_req *req, struct err *e)
{
    struct shape_update_account *shape = mem_new(req->mem, struct shape_update_account);

    req->prepared = shape;
    return shape_read_update_account(req, shape, e);
}

/* Certificates stay (RFC 8555, 7.3.6); orders that are not yet under way do not. */
static enum err_code deactivate(struct acme_req *req, struct store_tx *tx, struct err *e)
{
    struct err gone = {0};

    problem_set(&gone, PROBLEM_UNAUTHORIZED, "the account was deactivated");
    if (store_account_deactivate(tx, req->account_id, e) != ERR_OK)
        return e->code;
    req->account.status = ACCOUNT_DEACTIVATED;
    return store_order_account_lost(tx, req->account_id, problem_json(req->mem, &gone, NULL, 0), e);
}

enum err_code account_update(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct shape_update_account *shape = req->prepared;

    if (check_own(req, e) != ERR_OK)
        return e->code;
    if (shape->has_contacts) {
        if (store_account_set_contacts(tx, req->account_id, shape->contacts, e) != ERR_OK)
            return e->code;
        req->account.contacts = shape->contacts;
    }
    if (shape->deactivate && deactivate(req, tx, e) != ERR_OK)
        return e->code;
    return answer(req, &req->account, 200, resp);
}

/* "cursor=<sealed order>": the page begins below it. */
static enum err_code read_cursor(const struct acme_req *req, int64_t *before, struct err *e)
{
    *before = 0;
    if (req->query == NULL)
        return ERR_OK;
    if (strncmp(req->query, "cursor=", 7) != 0 ||
        !acme_open(req->acme, HANDLE_ORDER, bytes_of(req->query + 7), before))
        return problem_set(e, PROBLEM_MALFORMED, "the query is not one that a Link header gave");
    return ERR_OK;
}

enum err_code account_orders(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    int64_t before, *ids;
    size_t len;

    if (check_own(req, e) != ERR_OK || read_cursor(req, &before, e) != ERR_OK)
        return e->code;
    if (store_order_list(tx, req->mem, req->account_id, before, ORDERS_A_PAGE + 1, req->now_s, &ids,
            &len, e) != ERR_OK)
        return e->code;
    if (len > ORDERS_A_PAGE) {
        char cursor[SEAL_TEXT_SIZE];

        len = ORDERS_A_PAGE;
        seal_close(req->acme->handles, HANDLE_ORDER, (uint64_t)ids[len - 1], cursor);
        acme_link(req, resp,
            mem_printf(req->mem, "%s/orders?cursor=%s",
                acme_url(req, HANDLE_ACCOUNT, req->account_id), cursor),
            "next");
    }
    resp->body = shape_order_list(req, ids, len);
    return ERR_OK;
}
