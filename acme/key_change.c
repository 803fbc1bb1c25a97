/* key_change - see key_change.h. The numbers are those of the list in RFC 8555, 7.3.5; the first,
 * that an active account asks, is acme/request's. */
#include "acme/key_change.h"

#include <string.h>

#include "acme/jws.h"
#include "acme/shapes.h"
#include "base/mem.h"
#include "store/account.h"

/* 2 to 4: the payload is a JWS in which the new key signs for itself. */
static enum err_code read_inner(struct acme_req *req, struct jws *inner, struct err *e)
{
    struct json payload;

    if (acme_payload(req, &payload, e) != ERR_OK)
        return e->code;
    if (jws_read_nested(req->mem, &payload, JWS_NEW_KEY, inner, e) != ERR_OK ||
        jws_verify(inner, inner->jwk.key, e) != ERR_OK)
        return problem_set(e, problem_of(e), "the inner JWS is wrong: %s", e->detail);
    return ERR_OK;
}

/* 5: {"account":"...","oldKey":{...}}. */
static enum err_code read_wish(
    void *mem, struct bytes text, const char **account, struct jwk *old, struct err *e)
{
    struct json at, key;

    if (json_parse(mem, text, "the inner payload", &at, e) != ERR_OK)
        return e->code;
    if (!json_holds_object(&at))
        return problem_set(e, PROBLEM_MALFORMED, "the inner payload must be a JSON object");
    if (json_read_string(&at, "account", JSON_REQUIRED, account, e) != ERR_OK ||
        json_read_object(&at, "oldKey", JSON_REQUIRED, &key, e) != ERR_OK)
        return e->code;
    return jwk_read(mem, &key, old, e);
}

/* 6 to 8: it is about this address, this account and this key. */
static enum err_code check_wish(const struct acme_req *req, const char *inner_url,
    const char *account, const struct jwk *old, struct err *e)
{
    const char *own = acme_url(req, HANDLE_ACCOUNT, req->account_id);

    if (strcmp(inner_url, req->url) != 0)
        return problem_set(e, PROBLEM_MALFORMED,
            "the inner and the outer JWS must have the same \"url\", %s", req->url);
    if (strcmp(account, own) != 0)
        return problem_set(
            e, PROBLEM_MALFORMED, "\"account\" must be the account that asks, %s", own);
    if (memcmp(old->thumbprint, req->thumbprint, sizeof old->thumbprint) != 0)
        return problem_set(
            e, PROBLEM_MALFORMED, "\"oldKey\" must be the key that the account has now");
    return ERR_OK;
}

enum err_code key_change_prepare(struct acme_req *req, struct err *e)
{
    struct jws *inner = mem_new(req->mem, struct jws);
    const char *account;
    struct jwk old;

    req->prepared = inner;
    if (read_inner(req, inner, e) != ERR_OK ||
        read_wish(req->mem, inner->payload, &account, &old, e) != ERR_OK)
        return e->code;
    return check_wish(req, inner->url, account, &old, e);
}

/* Nobody may have the new key yet, the account itself included. */
static enum err_code check_unused(struct acme_req *req, struct store_tx *tx, const struct jwk *key,
    struct acme_resp *resp, struct err *e)
{
    struct account other;

    if (store_account_by_thumbprint(tx, req->mem, key->thumbprint, &other, e) == ERR_NOT_FOUND) {
        *e = (struct err){0};
        return ERR_OK;
    }
    if (e->code != ERR_OK)
        return e->code;
    resp->location = acme_url(req, HANDLE_ACCOUNT, other.id);
    return problem_set(
        e, PROBLEM_KEY_IN_USE, "the new key is an account's already: %s", resp->location);
}

enum err_code key_change(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct jwk *key = &((const struct jws *)req->prepared)->jwk;
    const struct store_new_key changed = {key->thumbprint, key->canonical};

    if (check_unused(req, tx, key, resp, e) != ERR_OK ||
        rate_take(req, RATE_KEY_CHANGES_PER_ACCOUNT, e) != ERR_OK ||
        store_account_change_key(tx, req->account_id, req->thumbprint, &changed, req->now_s, e) !=
            ERR_OK)
        return e->code;
    resp->body = shape_account(req, &req->account);
    return ERR_OK;
}
