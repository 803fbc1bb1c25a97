/* renewal - see renewal.h. */
#include "acme/renewal.h"

#include <string.h>

#include "acme/identifier.h"
#include "acme/renewal_page.h"
#include "base/b64url.h"
#include "base/mem.h"
#include "store/certificate.h"
#include "store/order.h"

/* When clients should look again (4.3.1); the RFC's own example. */
#define LOOK_AGAIN_S 21600

char *renewal_id(void *mem, const struct cert_info *info)
{
    if (info->aki.len == 0)
        return NULL;
    return mem_printf(
        mem, "%s.%s", b64url_encode(mem, info->aki), b64url_encode(mem, info->serial));
}

bool renewal_id_parse(void *mem, const char *id, struct bytes *key_id, struct bytes *serial)
{
    const char *dot = strchr(id, '.');

    return dot != NULL && dot != id && dot[1] != '\0' &&
           b64url_decode(mem, (struct bytes){(const uint8_t *)id, (size_t)(dot - id)}, key_id) &&
           b64url_decode(mem, bytes_of(dot + 1), serial);
}

/* The certificate of that name. ERR_NOT_FOUND if there is none, PROBLEM_MALFORMED if it is no name.
 */
static enum err_code find(struct acme_req *req, struct store_tx *tx, const char *id,
    struct certificate *out, struct err *e)
{
    struct bytes key_id, serial;
    struct cert_info info;

    if (!renewal_id_parse(req->mem, id, &key_id, &serial))
        return problem_set(
            e, PROBLEM_MALFORMED, "\"%.80s\" is no certificate identifier (RFC 9773, 4.1)", id);
    if (store_certificate_by_serial(tx, req->mem, serial, out, e) != ERR_OK)
        return e->code;
    if (cert_read(out->der, &info, e) != ERR_OK)
        return e->code;
    return bytes_equal(info.aki, key_id)
               ? ERR_OK
               : err_set(e, ERR_NOT_FOUND, "there is no such certificate");
}

enum err_code renewal_find(struct acme_req *req, struct store_tx *tx,
    struct certificate *certificate, struct renewal_window *window, struct err *e)
{
    if (rate_take(req, RATE_RENEWAL_INFO_PER_ADDRESS, e) != ERR_OK)
        return e->code;
    if (find(req, tx, req->rest, certificate, e) != ERR_OK)
        return e->code == ERR_NOT_FOUND
                   ? problem_set(e, PROBLEM_NOT_FOUND, "no such certificate was issued here")
                   : e->code;
    return renewal_window_read(req->mem, tx, req->settings, certificate, req->now_s, window, e);
}

enum err_code renewal_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct certificate certificate;
    struct renewal_window window;
    struct json_out w;
    struct buf b;

    if (renewal_find(req, tx, &certificate, &window, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, 2048);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_open(&w, "suggestedWindow", '{');
    json_add_time(&w, "start", window.start_s);
    json_add_time(&w, "end", window.end_s);
    json_close(&w, '}');
    json_add_string(&w, "explanationURL", renewal_page_url(req, req->rest, &window));
    json_close(&w, '}');
    resp->body = buf_bytes(&b);
    resp->retry_after_s = LOOK_AGAIN_S;
    return ERR_OK;
}

static bool share_a_name(const struct identifiers *a, const struct identifiers *b)
{
    for (size_t i = 0; i < a->len; i++)
        for (size_t j = 0; j < b->len; j++)
            if (identifier_compare(&a->list[i], &b->list[j]) == 0)
                return true;
    return false;
}

enum err_code renewal_check_replaces(struct acme_req *req, struct store_tx *tx, const char *id,
    const struct identifiers *names, struct err *e)
{
    struct certificate certificate;
    struct order order;
    bool replaced;

    if (find(req, tx, id, &certificate, e) == ERR_NOT_FOUND ||
        (e->code == ERR_OK && certificate.account_id != req->account_id))
        return problem_set(e, PROBLEM_MALFORMED,
            "\"replaces\" names no certificate of this account; leave it out");
    if (e->code != ERR_OK ||
        store_order_get(tx, req->mem, certificate.order_id, &order, e) != ERR_OK)
        return e->code;
    if (!share_a_name(&order.identifiers, names))
        return problem_set(e, PROBLEM_MALFORMED,
            "the certificate that \"replaces\" names has no name in common with this order");
    if (store_order_replaces(tx, id, req->now_s, &replaced, e) != ERR_OK)
        return e->code;
    if (replaced)
        return problem_set(e, PROBLEM_ALREADY_REPLACED,
            "another order replaces this certificate already; leave \"replaces\" out");
    return ERR_OK;
}

enum err_code renewal_is_due(
    struct acme_req *req, struct store_tx *tx, const char *id, bool *due, struct err *e)
{
    struct certificate certificate;
    struct renewal_window window = {0};

    *due = false;
    if (find(req, tx, id, &certificate, e) == ERR_NOT_FOUND) {
        *e = (struct err){0};
        return ERR_OK;
    }
    if (e->code == ERR_OK && renewal_window_read(req->mem, tx, req->settings, &certificate,
                                 req->now_s, &window, e) == ERR_OK)
        *due = window.due_s <= req->now_s;
    return e->code;
}
