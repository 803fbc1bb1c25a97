/* directory - see directory.h. */
#include "acme/directory.h"

#include <string.h>

#include "acme/wish.h"
#include "base/mem.h"
#include "store/crl.h"

/* The profiles that can be ordered by way of a directory, the default first: all, or one. */
struct range {
    const struct acme_profile *profiles;
    size_t len;
    bool of_one; /* the address names it */
};

static enum err_code find_range(const struct acme_req *req, struct range *out, struct err *e)
{
    const struct acme_profile *named;

    if (acme_profile_of_path(req, &named, e) != ERR_OK)
        return e->code;
    *out = (struct range){req->settings->profiles, req->settings->profiles_len, false};
    if (named != NULL)
        *out = (struct range){named, 1, true};
    return ERR_OK;
}

static bool is_offered(const struct range *range, enum challenge_type type)
{
    for (size_t i = 0; i < range->len; i++)
        if ((range->profiles[i].challenges & type) != 0)
            return true;
    return false;
}

static bool allows_subdomains(const struct range *range)
{
    for (size_t i = 0; i < range->len; i++)
        if (range->profiles[i].subdomains)
            return true;
    return false;
}

/* What a client needs to write the records of dns-persist-01 before it has a challenge. */
static void add_persist_members(
    struct json_out *w, const struct acme_settings *settings, const struct range *range)
{
    if (settings->account_hash_prefix == NULL || !is_offered(range, CHALLENGE_DNS_PERSIST_01))
        return;
    json_add_strings(w, "issuerDomainNames", settings->persist_issuers);
    json_add_string(w, "accountHashPrefix", settings->account_hash_prefix);
}

/* "meta" is there even when it is empty: acmetool, mod_md and x/crypto want one (client-quirks
 * 7). */
static void add_meta(
    struct json_out *w, const struct acme_settings *settings, const struct range *range)
{
    const char *const *identities = range->profiles[0].caa_identities;

    json_open(w, "meta", '{');
    json_add_string(w, "termsOfService", settings->terms_of_service);
    if (settings->external_account_required ||
        (range->of_one && range->profiles[0].external_account_required))
        json_add_bool(w, "externalAccountRequired", true);
    /* Those of the first one's CA; a client that wants to write CAA records needs them. */
    if (identities[0] != NULL)
        json_add_strings(w, "caaIdentities", identities);
    add_persist_members(w, settings, range);
    if (allows_subdomains(range))
        json_add_bool(w, "subdomainAuthAllowed", true);
    json_open(w, "profiles", '{');
    for (size_t i = 0; i < range->len; i++)
        json_add_string(w, range->profiles[i].name, range->profiles[i].description);
    json_close(w, '}');
    json_close(w, '}');
}

/* The path of newOrder: what its directory's address said must come back with each order. */
static char *new_order_path(const struct acme_req *req, const struct wish *wish)
{
    return mem_printf(req->mem, "/acme/%s%snew-order%s", req->profile == NULL ? "" : req->profile,
        req->profile == NULL ? "" : "/", wish_path(req->mem, wish));
}

static struct bytes write_directory(
    const struct acme_req *req, const struct range *range, const struct wish *wish)
{
    const struct acme_settings *s = req->settings;
    const struct {
        const char *name, *path;
    } resources[] = {
        {"newNonce", "/acme/new-nonce"},
        {"newAccount", "/acme/new-account"},
        {"newOrder", new_order_path(req, wish)},
        {"newAuthz", s->pre_authorization ? "/acme/new-authz" : NULL},
        {"revokeCert", "/acme/revoke-cert"},
        {"renewalInfo", "/acme/renewal-info"},
        {"keyChange", "/acme/key-change"},
    };
    struct json_out w;
    struct buf b;

    buf_init(&b, req->mem, 64 * 1024);
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    for (size_t i = 0; i < sizeof resources / sizeof resources[0]; i++)
        if (resources[i].path != NULL)
            json_add_string(&w, resources[i].name,
                mem_printf(req->mem, "%s%s", s->external_url, resources[i].path));
    add_meta(&w, s, range);
    json_close(&w, '}');
    return buf_bytes(&b);
}

enum err_code directory_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct range range = {.len = 0};
    struct wish wish;

    (void)tx;
    if (find_range(req, &range, e) != ERR_OK ||
        wish_of_query(req->mem, req->query, &wish, e) != ERR_OK)
        return e->code;
    resp->body = write_directory(req, &range, &wish);
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
