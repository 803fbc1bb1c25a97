/* admin_account - see admin_account.h. */
#include "server/admin_account.h"

#include "base/b64url.h"
#include "base/mem.h"
#include "server/admin_record.h"
#include "store/account.h"

enum err_code admin_account_prepare_list(struct admin_req *req, struct err *e)
{
    struct listing *wanted = mem_new(req->mem, struct listing);

    req->prepared = wanted;
    return admin_record_read(req, "status", account_status_words, wanted, e);
}

static void add_account(
    struct json_out *w, const struct admin_req *req, const struct listed_account *account)
{
    json_add_int(w, "id", account->id);
    admin_add_url(w, req, "url", HANDLE_ACCOUNT, account->id);
    json_add_string(w, "status", account->status);
    json_add_string(w, "tenant", admin_or_null(account->tenant));
    json_add_string(w, "eab", account->eab);
    admin_add_lines(w, req->mem, "contacts", account->contacts);
    json_add_time(w, "created", account->created_s);
}

enum err_code admin_account_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    const struct listing *prepared = req->prepared;
    struct listing wanted = *prepared;
    struct listed_account *list;
    struct admin_page page;
    size_t len;

    wanted.max++;
    if (store_list_accounts(tx, req->mem, &wanted, &list, &len, e) != ERR_OK)
        return e->code;
    admin_page_begin(&page, req, "accounts", prepared->max);
    for (size_t i = 0; i < len && admin_page_has_room(&page); i++) {
        json_open(&page.w, NULL, '{');
        add_account(&page.w, req, &list[i]);
        json_close(&page.w, '}');
        admin_page_took(&page, list[i].id);
    }
    return admin_page_end(&page, len, resp, e);
}

static char *thumbprint_text(void *mem, const uint8_t thumbprint[32])
{
    return b64url_encode(mem, (struct bytes){thumbprint, 32});
}

static void add_former_keys(
    struct json_out *w, void *mem, const struct former_key *former, size_t len)
{
    json_open(w, "former_keys", '[');
    for (size_t i = 0; i < len; i++) {
        json_open(w, NULL, '{');
        json_add_string(w, "thumbprint", thumbprint_text(mem, former[i].thumbprint));
        json_add_time(w, "until", former[i].until_s);
        json_close(w, '}');
    }
    json_close(w, ']');
}

enum err_code admin_account_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e)
{
    struct listing wanted = {.max = 1, .now_s = req->now_s};
    size_t len, former_len;
    struct former_key *former;
    struct listed_account *list;
    struct account account;
    struct admin_page page;

    if (admin_record_find(req, HANDLE_ACCOUNT, &wanted.id, e) != ERR_OK ||
        store_account_get(tx, req->mem, wanted.id, &account, e) != ERR_OK ||
        store_list_accounts(tx, req->mem, &wanted, &list, &len, e) != ERR_OK ||
        store_account_former_keys(tx, req->mem, wanted.id, &former, &former_len, e) != ERR_OK)
        return e->code;
    admin_record_begin(&page, req);
    add_account(&page.w, req, &list[0]);
    json_add_string(&page.w, "thumbprint", thumbprint_text(req->mem, account.thumbprint));
    json_add_raw(&page.w, "jwk", account.jwk);
    add_former_keys(&page.w, req->mem, former, former_len);
    json_add_bool(&page.w, "terms_agreed", account.terms_agreed);
    json_add_string(&page.w, "terms", admin_or_null(account.terms));
    json_add_time(&page.w, "terms_agreed_at", account.terms_agreed_s);
    return admin_record_end(&page, resp, e);
}
