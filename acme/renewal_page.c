/* renewal_page - see renewal_page.h. */
#include "acme/renewal_page.h"

#include "acme/renewal.h"
#include "base/clock.h"
#include "base/mem.h"

#define PAGE_MAX 4096

char *renewal_page_url(
    const struct acme_req *req, const char *id, const struct renewal_window *window)
{
    return window->reason == WINDOW_ORDINARY
               ? NULL
               : mem_printf(req->mem, "%s/renewal/%s", req->settings->external_url, id);
}

static void add_revocation(struct buf *b, const struct renewal_window *window, int64_t now_s)
{
    char date[CLOCK_RFC3339_SIZE];

    clock_format(window->revoked_s, date);
    if (window->revoked_s == 0)
        buf_add_text(b, "It is revoked");
    else if (window->revoked_s > now_s)
        buf_addf(b, "It will be revoked on %s", date);
    else
        buf_addf(b, "It was revoked on %s", date);
    buf_add_text(b,
        ", whatever its own dates say. So its time to be renewed lies in the past, and "
        "clients that ask\nfor it come at once.\n\nRenew it now. If its key may be known "
        "to others, use a new one.\n");
}

static void add_reason(struct buf *b, const struct renewal_window *window, int64_t now_s)
{
    switch (window->reason) {
    case WINDOW_REVOKED:
        add_revocation(b, window, now_s);
        return;
    case WINDOW_BEFORE_CLOSING:
        buf_add_text(b,
            "The certificate authority replaces it free of charge for a limited time, which ends "
            "before the\ncertificate does. The time to renew it lies within that.\n");
        return;
    case WINDOW_RENEWAL:
        buf_add_text(b, "What was ordered at the certificate authority ends with it, and is "
                        "renewed in its last "
                        "weeks. The time\nto renew the certificate lies there.\n");
        return;
    case WINDOW_ORDINARY:
        break;
    }
    buf_add_text(b,
        "It has lived two thirds of its life by then, and what is left is enough to try "
        "again.\n");
}

static void add_page(struct buf *b, const struct certificate *certificate,
    const struct renewal_window *window, const struct acme_req *req)
{
    char from[CLOCK_RFC3339_SIZE], to[CLOCK_RFC3339_SIZE], ends[CLOCK_RFC3339_SIZE];

    clock_format(window->start_s, from);
    clock_format(window->end_s, to);
    clock_format(certificate->not_after_s, ends);
    buf_addf(b,
        "When to renew a certificate of %s\n\nCertificate   %s\nends          %s\nrenew from    "
        "%s\n        to    %s\n\n",
        req->settings->external_url, req->rest, ends, from, to);
    add_reason(b, window, req->now_s);
}

enum err_code renewal_page_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct certificate certificate;
    struct renewal_window window;
    struct buf b;

    if (renewal_find(req, tx, &certificate, &window, e) != ERR_OK)
        return e->code;
    buf_init(&b, req->mem, PAGE_MAX);
    add_page(&b, &certificate, &window, req);
    resp->type = "text/plain; charset=utf-8";
    resp->body = buf_bytes(&b);
    return ERR_OK;
}
