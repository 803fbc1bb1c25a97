/* request - see request.h. */
#include "acme/request.h"

#include <string.h>

#include "base/mem.h"
#include "store/account.h"

/* Account ids are dense, so a place for each id modulo the size serves well: no list, a bound on
 * memory, a newcomer simply takes the place. */
#define CACHE_SIZE 4096

struct cached_key {
    int64_t account_id;
    struct jwk jwk;
};

struct key_cache {
    struct cached_key *places[CACHE_SIZE];
};

struct key_cache *key_cache_new(void *mem)
{
    return mem_new(mem, struct key_cache);
}

static enum err_code check_signer(const struct jws *jws, enum acme_signer signer, struct err *e)
{
    if (signer == SIGNER_ACCOUNT && jws->has_jwk)
        return problem_set(e, PROBLEM_MALFORMED,
            "sign with the account's URL as \"kid\" here, not with a \"jwk\"");
    if (signer == SIGNER_OWN_KEY && !jws->has_jwk)
        return problem_set(
            e, PROBLEM_MALFORMED, "sign with the key as \"jwk\" here, not with a \"kid\"");
    return ERR_OK;
}

/* The exact address that was asked, as we hand it out: no case folding, no default port (RFC
 * 8555, 6.4). */
static enum err_code check_url(
    const struct acme_req *req, const struct jws *jws, const char *path, struct err *e)
{
    size_t origin = strlen(req->settings->external_url);

    if (strncmp(jws->url, req->settings->external_url, origin) == 0 &&
        strcmp(jws->url + origin, path) == 0)
        return ERR_OK;
    return problem_set(e, PROBLEM_UNAUTHORIZED,
        "the \"url\" in the protected header is not the address that was asked, %s%s",
        req->settings->external_url, path);
}

enum err_code acme_request_read(struct acme_req *req, struct bytes body, const char *path,
    enum acme_signer signer, struct jws *jws, struct err *e)
{
    if (jws_read(req->mem, body, jws, e) != ERR_OK || check_url(req, jws, path, e) != ERR_OK ||
        check_signer(jws, signer, e) != ERR_OK)
        return e->code;
    req->url = jws->url;
    req->payload = jws->payload;
    req->has_jwk = jws->has_jwk;
    if (jws->has_jwk) {
        req->jwk = jws->jwk;
        memcpy(req->thumbprint, jws->jwk.thumbprint, sizeof req->thumbprint);
        return ERR_OK;
    }
    if (!acme_account_of_url(req->acme, req->settings, jws->kid, &req->account_id))
        return problem_set(
            e, PROBLEM_ACCOUNT_DOES_NOT_EXIST, "the \"kid\" is no account URL of this server");
    return ERR_OK;
}

/* Reads an account's key from the store into its place. */
static enum err_code fetch_key(struct acme_req *req, struct key_cache *cache,
    struct store_reader *reader, struct cached_key **out, struct err *e)
{
    struct cached_key *cached = mem_new(cache, struct cached_key);
    struct account account;
    struct store_tx *tx = store_snapshot_begin(reader, req->mem, e);

    if (tx == NULL)
        goto failed;
    store_account_get(tx, req->mem, req->account_id, &account, e);
    store_snapshot_end(tx);
    if (e->code == ERR_NOT_FOUND)
        problem_set(e, PROBLEM_ACCOUNT_DOES_NOT_EXIST, "there is no such account");
    if (e->code != ERR_OK || jwk_read_text(cached, account.jwk, &cached->jwk, e) != ERR_OK)
        goto failed;
    cached->account_id = account.id;
    *out = cached;
    return ERR_OK;

failed:
    mem_free(cached);
    return e->code;
}

static void take_key(struct acme_req *req, const struct cached_key *cached)
{
    req->jwk = cached->jwk; /* borrowed until the worker's next request: for prepare only */
    memcpy(req->thumbprint, cached->jwk.thumbprint, sizeof req->thumbprint);
}

/* The account's key, from its place or from the store. *fresh: it was read just now. */
static enum err_code find_key(struct acme_req *req, struct key_cache *cache,
    struct store_reader *reader, bool *fresh, struct err *e)
{
    struct cached_key **place = &cache->places[req->account_id % CACHE_SIZE], *read;

    *fresh = *place == NULL || (*place)->account_id != req->account_id;
    if (*fresh) {
        if (fetch_key(req, cache, reader, &read, e) != ERR_OK)
            return e->code;
        mem_free(*place);
        *place = read;
    }
    take_key(req, *place);
    return ERR_OK;
}

/* The account may have another key since its place was filled (RFC 8555, 7.3.5): true if so, with
 * that key in its place and in the request. */
static bool has_new_key(struct acme_req *req, struct key_cache *cache, struct store_reader *reader)
{
    struct cached_key **place = &cache->places[req->account_id % CACHE_SIZE], *read;
    struct err ignored = {0};

    if (fetch_key(req, cache, reader, &read, &ignored) != ERR_OK)
        return false;
    if (memcmp(read->jwk.thumbprint, req->thumbprint, sizeof req->thumbprint) == 0) {
        mem_free(read);
        return false;
    }
    mem_free(*place);
    *place = read;
    take_key(req, read);
    return true;
}

/* By the account's key. One from the cache that does not fit may be out of date; one that fits and
 * is out of date is found by acme_request_account. */
static enum err_code verify_by_account(struct acme_req *req, const struct jws *jws,
    struct key_cache *cache, struct store_reader *reader, struct err *e)
{
    struct err first;
    bool fresh;

    if (find_key(req, cache, reader, &fresh, e) != ERR_OK)
        return e->code;
    if (jws_verify(jws, req->jwk.key, e) == ERR_OK || fresh)
        return e->code;
    first = *e;
    *e = (struct err){0};
    if (has_new_key(req, cache, reader))
        return jws_verify(jws, req->jwk.key, e);
    *e = first;
    return e->code;
}

/* The wording is acme.sh's to decide by (client-quirks rule 3). */
static enum err_code redeem(struct acme_req *req, const struct jws *jws, struct err *e)
{
    if (nonce_redeem(req->acme->nonces, jws->nonce))
        return ERR_OK;
    return problem_set(e, PROBLEM_BAD_NONCE,
        "JWS has an invalid anti-replay nonce: it is unknown, too old or used; retry with the one "
        "in this answer");
}

enum err_code acme_request_verify(struct acme_req *req, const struct jws *jws,
    struct key_cache *cache, struct store_reader *reader, struct err *e)
{
    if (req->has_jwk)
        jws_verify(jws, req->jwk.key, e);
    else
        verify_by_account(req, jws, cache, reader, e);
    if (e->code != ERR_OK)
        return e->code;
    return redeem(req, jws, e);
}

enum err_code acme_request_account(struct acme_req *req, struct store_tx *tx, struct err *e)
{
    if (store_account_get(tx, req->mem, req->account_id, &req->account, e) == ERR_NOT_FOUND)
        return problem_set(e, PROBLEM_ACCOUNT_DOES_NOT_EXIST, "there is no such account");
    if (e->code != ERR_OK)
        return e->code;
    if (req->account.status != ACCOUNT_VALID)
        return problem_set(e, PROBLEM_UNAUTHORIZED_ACCOUNT, "the account is deactivated");
    if (memcmp(req->account.thumbprint, req->thumbprint, sizeof req->thumbprint) != 0)
        return problem_set(e, PROBLEM_UNAUTHORIZED, "the account has another key now");
    return ERR_OK;
}
