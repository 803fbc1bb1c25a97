/* directory - see directory.h. */
#include "acme/directory.h"

#include <string.h>

#include "base/mem.h"
#include "store/crl.h"

/* Those of the default profile's CA; a client that wants to write CAA records needs them. */
static void add_caa_identities(struct json_out *w, const struct acme_settings *settings)
{
    const char *const *identities = settings->profiles[0].caa_identities;

    if (identities[0] != NULL)
        json_add_strings(w, "caaIdentities", identities);
}

static bool is_offered(const struct acme_settings *settings, enum challenge_type type)
{
    for (size_t i = 0; i < settings->profiles_len; i++)
        if ((settings->profiles[i].challenges & type) != 0)
            return true;
    return false;
}

/* What a client needs to write the records of dns-persist-01 before it has a challenge. */
static void add_persist_members(struct json_out *w, const struct acme_settings *settings)
{
    if (settings->account_hash_prefix == NULL || !is_offered(settings, CHALLENGE_DNS_PERSIST_01))
        return;
    json_add_strings(w, "issuerDomainNames", settings->persist_issuers);
    json_add_string(w, "accountHashPrefix", settings->account_hash_prefix);
}

enum err_code directory_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    static const struct {
        const char *name, *path;
    } resources[] = {
        {"newNonce", "/acme/new-nonce"},
        {"newAccount", "/acme/new-account"},
        {"newOrder", "/acme/new-order"},
        {"newAuthz", "/acme/new-authz"},
        {"revokeCert", "/acme/revoke-cert"},
        {"renewalInfo", "/acme/renewal-info"},
        {"keyChange", "/acme/key-change"},
    };
    const struct acme_settings *s = req->settings;
    struct json_out w;
    struct buf b;

    (void)tx;
    (void)e;
    buf_init(&b, req->mem, 64 * 1024);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    for (size_t i = 0; i < sizeof resources / sizeof resources[0]; i++)
        if (s->pre_authorization || strcmp(resources[i].name, "newAuthz") != 0)
            json_add_string(&w, resources[i].name,
                mem_printf(req->mem, "%s%s", s->external_url, resources[i].path));
    /* "meta" is there even when it is empty: acmetool, mod_md and x/crypto want one (client-quirks
     * 7). */
    json_open(&w, "meta", '{');
    json_add_string(&w, "termsOfService", s->terms_of_service);
    if (s->external_account_required)
        json_add_bool(&w, "externalAccountRequired", true);
    add_caa_identities(&w, s);
    add_persist_members(&w, s);
    if (acme_subdomains_allowed(s))
        json_add_bool(&w, "subdomainAuthAllowed", true);
    json_open(&w, "profiles", '{');
    for (size_t i = 0; i < s->profiles_len; i++)
        json_add_string(&w, s->profiles[i].name, s->profiles[i].description);
    json_close(&w, '}');
    json_close(&w, '}');
    json_close(&w, '}');
    resp->body = buf_bytes(&b);
    return ERR_OK;
}

enum err_code nonce_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    (void)req;
    (void)tx;
    (void)e;
    resp->status = 204;
    return ERR_OK;
}

enum err_code nonce_head(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    (void)req;
    (void)tx;
    (void)e;
    resp->status = 200;
    return ERR_OK;
}

enum err_code authority_root_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct acme_settings *s = req->settings;
    struct buf b;

    (void)tx;
    if (s->authorities_len == 0)
        return problem_set(e, PROBLEM_NOT_FOUND, "no embedded CA is configured here");
    buf_init(&b, req->mem, 256 * 1024);
    for (size_t i = 0; i < s->authorities_len; i++)
        buf_add_text(&b, s->authorities[i].root_pem);
    resp->body = buf_bytes(&b);
    resp->type = "application/x-pem-file";
    return ERR_OK;
}

/* The authority of a file name "<upstream>.der"; NULL and e if there is none. */
static const struct acme_authority *authority_of(struct acme_req *req, struct err *e)
{
    const struct acme_authority *authority = NULL;
    size_t len = strlen(req->rest);

    if (len > 4 && strcmp(req->rest + len - 4, ".der") == 0)
        authority = acme_authority_find(req->settings, mem_strndup(req->mem, req->rest, len - 4));
    if (authority == NULL)
        problem_set(e, PROBLEM_NOT_FOUND, "there is no such embedded CA");
    return authority;
}

enum err_code authority_issuer_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct acme_authority *authority = authority_of(req, e);

    (void)tx;
    if (authority == NULL)
        return e->code;
    resp->body = authority->issuer_der;
    resp->type = "application/pkix-cert";
    return ERR_OK;
}

enum err_code authority_crl_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct acme_authority *authority = authority_of(req, e);
    struct crl crl;

    if (authority == NULL)
        return e->code;
    if (store_crl_get(tx, req->mem, authority->upstream, &crl, e) == ERR_NOT_FOUND)
        return problem_set(
            e, PROBLEM_SERVER_BUSY, "the revocation list is being signed; ask again in a second");
    if (e->code != ERR_OK)
        return e->code;
    resp->body = crl.der;
    resp->type = "application/pkix-crl";
    return ERR_OK;
}
