/* authz_request - see authz_request.h. */
#include "acme/authz_request.h"

#include "base/b64url.h"
#include "base/mem.h"
#include "store/account.h"
#include "store/mail.h"

static char *thumbprint_text(void *mem, const uint8_t thumbprint[JWK_THUMBPRINT_LEN])
{
    return b64url_encode(mem, (struct bytes){thumbprint, JWK_THUMBPRINT_LEN});
}

/* The account's present key, and those that it had before. */
static enum err_code read_thumbprints(void *mem, struct store_tx *snapshot, int64_t account_id,
    const char *const **out, struct err *e)
{
    struct former_key *former;
    struct account account;
    const char **list;
    size_t len;

    if (store_account_get(snapshot, mem, account_id, &account, e) != ERR_OK ||
        store_account_former_keys(snapshot, mem, account_id, &former, &len, e) != ERR_OK)
        return e->code;
    list = mem_new_array(mem, const char *, len + 2);
    list[0] = thumbprint_text(list, account.thumbprint);
    for (size_t i = 0; i < len; i++)
        list[i + 1] = thumbprint_text(list, former[i].thumbprint);
    *out = list;
    return ERR_OK;
}

static enum err_code read_persist_terms(void *mem, struct store_tx *snapshot,
    const struct acme_settings *settings, const struct authz *authz, int64_t now_s,
    struct persist_terms *out, struct err *e)
{
    *out = (struct persist_terms){
        .issuers = settings->persist_issuers,
        .by_url = settings->persist_by_url,
        .hash_prefix = settings->account_hash_prefix,
        .now_s = now_s,
    };
    return read_thumbprints(mem, snapshot, authz->account_id, &out->thumbprints, e);
}

/* token || '.' || base64url(thumbprint) (RFC 8555, 8.1). By mail, the token has a first part that
 * went by mail (RFC 8823, 3). */
static enum err_code read_key_authorization(void *mem, struct store_tx *snapshot,
    const struct authz *authz, const char **out, struct err *e)
{
    struct mail_challenge mail = {.token_part1 = ""};

    if (authz->tried == CHALLENGE_EMAIL_REPLY_00 &&
        store_mail_get(snapshot, mem, authz->id, &mail, e) != ERR_OK)
        return e->code;
    *out = mem_printf(
        mem, "%s%s.%s", mail.token_part1, authz->token, thumbprint_text(mem, authz->thumbprint));
    return ERR_OK;
}

enum err_code authz_request_read(void *mem, struct store_tx *snapshot, const struct acme *acme,
    const struct acme_settings *settings, const struct authz *authz, int64_t now_s,
    struct validation_request *out, struct err *e)
{
    *out = (struct validation_request){
        .identifier = authz->identifier,
        .wildcard = authz->wildcard || authz->subdomains,
        .token = authz->token,
        .account_url = acme_account_url(mem, acme, settings, authz->account_id),
    };
    if (read_key_authorization(mem, snapshot, authz, &out->key_authorization, e) != ERR_OK ||
        authz->tried != CHALLENGE_DNS_PERSIST_01)
        return e->code;
    return read_persist_terms(mem, snapshot, settings, authz, now_s, &out->persist, e);
}
