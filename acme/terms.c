/* terms - see terms.h. */
#include "acme/terms.h"

#include <string.h>

#include "base/b64url.h"
#include "base/clock.h"
#include "base/key.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/account.h"

#define PAGE_MAX 65536

/* The problem. */

static bool has_agreed(const struct acme_settings *settings, const struct account *account)
{
    /* Of accounts that agreed before addresses were kept nobody knows to what: it counts. */
    if (account->terms_agreed && account->terms == NULL)
        return true;
    return account->terms != NULL && strcmp(account->terms, settings->terms_of_service) == 0;
}

enum err_code terms_check(struct acme_req *req, struct acme_resp *resp, struct err *e)
{
    const struct acme_settings *settings = req->settings;

    if (settings->terms_of_service == NULL || !settings->agree_again ||
        has_agreed(settings, &req->account))
        return ERR_OK;
    resp->instance = acme_url(req, HANDLE_TERMS, req->account_id);
    acme_link(req, resp, settings->terms_of_service, "terms-of-service");
    return problem_set(e, PROBLEM_USER_ACTION_REQUIRED,
        "the terms of service have changed; to agree to them for this account, open in a browser");
}

void terms_note(const struct acme_req *req, struct account *account)
{
    const char *terms = req->settings->terms_of_service;

    account->terms = terms == NULL ? "" : terms;
    account->terms_agreed_s = req->now_s;
}

enum err_code terms_refuse_new(struct acme_req *req, struct acme_resp *resp, struct err *e)
{
    const char *terms = req->settings->terms_of_service;

    resp->instance = terms;
    acme_link(req, resp, terms, "terms-of-service");
    return problem_set(
        e, PROBLEM_USER_ACTION_REQUIRED, "new accounts must agree to the terms of service");
}

/* The page. */

/* Text in HTML, within elements and quoted attributes. */
static void add_text(struct buf *b, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            buf_add_text(b, "&amp;");
            break;
        case '<':
            buf_add_text(b, "&lt;");
            break;
        case '>':
            buf_add_text(b, "&gt;");
            break;
        case '"':
            buf_add_text(b, "&quot;");
            break;
        default:
            buf_add_char(b, *text);
        }
    }
}

/* What the form sends, so that nobody agrees to terms that came after those that were read. */
static char *digest_of(void *mem, const char *terms)
{
    uint8_t hash[32];

    sha256(bytes_of(terms), hash);
    return b64url_encode(mem, (struct bytes){hash, sizeof hash});
}

static void add_head(struct buf *b, const struct acme_req *req)
{
    /* The address of the page is the account's alone: the terms' server is not told it. */
    buf_add_text(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"referrer\" content=\"no-referrer\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" "
                    "content=\"default-src 'none'; form-action 'self'\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width\">\n"
                    "<title>Terms of service</title>\n</head>\n<body>\n<h1>Terms of service</h1>\n"
                    "<p>The terms of service of the ACME server ");
    add_text(b, req->settings->external_url);
    buf_add_text(b, " are at <a rel=\"noreferrer\" href=\"");
    add_text(b, req->settings->terms_of_service);
    buf_add_text(b, "\">");
    add_text(b, req->settings->terms_of_service);
    buf_add_text(b, "</a>.</p>\n<p>The account is ");
    add_text(b, acme_url(req, HANDLE_ACCOUNT, req->id));
}

static void add_history(struct buf *b, const struct account *account)
{
    char date[CLOCK_RFC3339_SIZE];

    if (account->contacts[0] != '\0') {
        buf_add_text(b, " (");
        add_text(b, account->contacts);
        buf_add_text(b, ")");
    }
    buf_add_text(b, ".");
    if (account->terms != NULL && account->terms[0] != '\0') {
        clock_format(account->terms_agreed_s, date);
        buf_addf(b, " It agreed, on %s, to ", date);
        add_text(b, account->terms);
        buf_add_text(b, ".");
    }
    buf_add_text(b, "</p>\n");
}

static enum err_code answer(
    struct acme_req *req, const struct account *account, const char *note, struct acme_resp *resp)
{
    struct buf b;

    buf_init(&b, req->mem, PAGE_MAX);
    add_head(&b, req);
    add_history(&b, account);
    buf_addf(&b, "<p><strong>%s</strong></p>\n", note);
    if (!has_agreed(req->settings, account))
        buf_addf(&b,
            "<form method=\"post\"><input type=\"hidden\" name=\"terms\" value=\"%s\">"
            "<button>The account's holder agrees to these terms</button></form>\n",
            digest_of(req->mem, req->settings->terms_of_service));
    buf_add_text(&b, "</body>\n</html>\n");
    resp->body = buf_bytes(&b);
    resp->type = "text/html; charset=utf-8";
    return ERR_OK;
}

/* The account that the page is about. */
static enum err_code read_account(
    struct acme_req *req, struct store_tx *tx, struct account *out, struct err *e)
{
    if (store_account_get(tx, req->mem, req->id, out, e) == ERR_NOT_FOUND ||
        (e->code == ERR_OK && out->status != ACCOUNT_VALID))
        return acme_not_found(e);
    if (e->code == ERR_OK && req->settings->terms_of_service == NULL)
        return problem_set(e, PROBLEM_NOT_FOUND, "this server has no terms of service");
    return e->code;
}

enum err_code terms_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct account account;

    if (read_account(req, tx, &account, e) != ERR_OK)
        return e->code;
    return answer(req, &account,
        has_agreed(req->settings, &account)
            ? "Nothing is to be done: the account has agreed to these terms."
            : "Until its holder agrees to the present terms, the account can order no "
              "certificates.",
        resp);
}

enum err_code terms_agree(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const char *terms = req->settings->terms_of_service;
    struct account account;
    const char *form;

    if (read_account(req, tx, &account, e) != ERR_OK)
        return e->code;
    form = mem_printf(req->mem, "terms=%s", digest_of(req->mem, terms));
    if (!bytes_equal(req->payload, bytes_of(form))) {
        resp->status = 409;
        return answer(req, &account,
            "Nothing was recorded: this form was not about the present terms. Read those.", resp);
    }
    if (!has_agreed(req->settings, &account)) {
        if (store_account_agree(tx, account.id, terms, req->now_s, e) != ERR_OK)
            return e->code;
        log_info("terms_agreed", LOG_INT("account", account.id), LOG_STR("terms", terms));
        account.terms = terms;
        account.terms_agreed_s = req->now_s;
    }
    return answer(
        req, &account, "The account has agreed to these terms, and can order certificates.", resp);
}
