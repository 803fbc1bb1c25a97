/* admin_authorization - see admin_authorization.h. */
#include "server/admin_authorization.h"

#include "acme/shapes.h"
#include "base/unit.h"
#include "store/authz.h"
#include "store/checks.h"
#include "store/identifiers.h"
#include "store/mail.h"

#define BODY_MAX (16 * 1024 * 1024)

static void add_observation(struct json_out *w, const struct observation *o)
{
    json_open(w, NULL, '{');
    json_add_time(w, "at", o->at_s);
    json_add_string(w, "checked", o->checked);
    json_add_string(w, "perspective", o->perspective);
    json_add_string(w, "region", o->region);
    json_add_string(w, "outcome", observation_outcome_words[o->outcome]);
    json_add_string(w, "problem", o->problem);
    json_add_string(w, "detail", o->detail);
    json_add_string(w, "address", o->address);
    json_close(w, '}');
}

void admin_add_observations(struct json_out *w, const struct observation *list, size_t len)
{
    json_open(w, "observations", '[');
    for (size_t i = 0; i < len; i++)
        add_observation(w, &list[i]);
    json_close(w, ']');
}

void admin_add_authz(struct json_out *w, const struct authz *authz, const struct checks *checks)
{
    json_add_int(w, "id", authz->id);
    json_add_int(w, "account", authz->account_id);
    json_open(w, "identifier", '{');
    json_add_string(w, "type", identifier_type_words[authz->identifier.type]);
    json_add_string(w, "value", authz->identifier.value);
    json_close(w, '}');
    json_add_bool(w, "wildcard", authz->wildcard);
    json_add_string(w, "status", authz_status_words[authz->status]);
    json_add_string(w, "method", challenge_type_name((enum challenge_type)authz->tried));
    json_add_time(w, "expires", authz->expires_s);
    json_add_time(w, "checked", checks->checked_s);
    json_add_string(w, "checks", checks->text);
}

static enum err_code add_by_id(
    struct json_out *w, struct admin_req *req, struct store_tx *tx, int64_t id, struct err *e)
{
    struct checks checks;
    struct authz authz;

    if (store_authz_get(tx, req->mem, id, &authz, e) != ERR_OK ||
        store_authz_checks(tx, req->mem, id, &checks, e) != ERR_OK)
        return e->code;
    json_open(w, NULL, '{');
    admin_add_authz(w, &authz, &checks);
    json_close(w, '}');
    return ERR_OK;
}

enum err_code admin_authorization_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct json_out w;
    struct buf b;
    int64_t *ids;
    size_t len;

    if (store_authz_newest(tx, req->mem, req->rest, &ids, &len, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "authorizations", '[');
    for (size_t i = 0; i < len; i++)
        if (add_by_id(&w, req, tx, ids[i], e) != ERR_OK)
            return e->code;
    json_close(&w, ']');
    json_close(&w, '}');
    resp->body = buf_bytes(&b);
    return ERR_OK;
}

/* Of a challenge by mail: how far it has come. Its tokens are nobody's business here. */
static enum err_code add_mail(
    struct json_out *w, struct admin_req *req, struct store_tx *tx, int64_t id, struct err *e)
{
    struct mail_challenge mail;

    if (store_mail_get(tx, req->mem, id, &mail, e) == ERR_NOT_FOUND) {
        *e = (struct err){0};
        return ERR_OK;
    }
    if (e->code != ERR_OK)
        return e->code;
    json_open(w, "mail", '{');
    json_add_time(w, "sent", mail.sent_s);
    json_add_time(w, "until", mail.until_s);
    json_add_time(w, "replied", mail.replied_s);
    json_add_string(w, "proof", mail.proof);
    json_add_string(w, "trouble", mail.trouble);
    json_close(w, '}');
    return ERR_OK;
}

enum err_code admin_authorization_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct observation *list;
    struct checks checks;
    struct authz authz;
    struct json_out w;
    struct buf b;
    int64_t id;
    size_t len;

    if (!unit_parse_number(req->rest, &id))
        return err_set(e, ERR_INPUT, "\"%.40s\" is no number of an authorization", req->rest);
    if (store_authz_get(tx, req->mem, id, &authz, e) != ERR_OK ||
        store_authz_checks(tx, req->mem, id, &checks, e) != ERR_OK ||
        store_observation_list(tx, req->mem, id, &list, &len, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    admin_add_authz(&w, &authz, &checks);
    if (add_mail(&w, req, tx, id, e) != ERR_OK)
        return e->code;
    admin_add_observations(&w, list, len);
    json_close(&w, '}');
    if (b.overflow)
        return err_set(e, ERR_TOO_LARGE, "there is too much to show");
    resp->body = buf_bytes(&b);
    return ERR_OK;
}
