/* admin_mail - see admin_mail.h. */
#include "server/admin_mail.h"

#include "acme/mail_in.h"
#include "base/b64url.h"
#include "base/mem.h"

#define BODY_MAX 4096

enum err_code admin_mail_prepare(struct admin_req *req, struct err *e)
{
    struct mail_in *in = mem_new(req->mem, struct mail_in);
    struct bytes message;
    struct json body;
    const char *text;

    req->prepared = in;
    if (req->settings->mail == NULL)
        return err_set(e, ERR_CONFLICT, "the server's configuration has no mail.from");
    if (json_parse(req->mem, req->body, "the request", &body, e) != ERR_OK ||
        json_read_string(&body, "message", JSON_REQUIRED, &text, e) != ERR_OK)
        return e->code;
    if (!b64url_decode(req->mem, bytes_of(text), &message))
        return err_set(e, ERR_INPUT, "\"message\" is not base64url");
    mail_in_read(req->mem, req->settings->mail, message, in);
    return ERR_OK;
}

enum err_code admin_mail_take(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct err why = {0};
    bool taken = mail_in_take(tx, req->prepared, req->now_s * 1000, &why, e);
    struct json_out w;
    struct buf b;

    if (e->code != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, BODY_MAX);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_bool(&w, "taken", taken);
    if (!taken)
        json_add_string(&w, "detail", why.detail);
    json_close(&w, '}');
    resp->body = buf_bytes(&b);
    return ERR_OK;
}
