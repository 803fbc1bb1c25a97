/* certificate - see certificate.h. */
#include "acme/certificate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "acme/authz_reuse.h"
#include "acme/issued.h"
#include "acme/revocation_flow.h"
#include "acme/shapes.h"
#include "base/cert.h"
#include "base/mem.h"
#include "store/certificate.h"
#include "store/identifiers.h"

/* A supplied chain may be long; a certificate is not. */
#define CHAIN_MAX (4 * 1024 * 1024)

/* Names that an account lacks, in the answer to its revocation. */
#define NAMED_MAX 20

static enum err_code read_own(
    struct acme_req *req, struct store_tx *tx, struct certificate *out, struct err *e)
{
    if (store_certificate_get(tx, req->mem, req->id, out, e) == ERR_NOT_FOUND ||
        (e->code == ERR_OK && out->account_id != req->account_id))
        return acme_not_found(e);
    return e->code;
}

/* The leaf with a chain; number 0 is the certificate's own, and the others are linked to. */
static enum err_code answer(struct acme_req *req, const struct certificate *certificate,
    const char *chain, int number, struct acme_resp *resp)
{
    const char *url = acme_url(req, HANDLE_CERTIFICATE, certificate->id);
    struct buf b;

    for (int n = 0; n <= certificate->alternates_len; n++)
        if (n != number)
            acme_link(req, resp, n == 0 ? url : mem_printf(req->mem, "%s/%d", url, n), "alternate");
    buf_init(&b, req->mem, CHAIN_MAX);
    buf_add_text(&b, cert_pem(req->mem, "CERTIFICATE", certificate->der));
    buf_add_text(&b, chain);
    resp->body = buf_bytes(&b);
    resp->type = "application/pem-certificate-chain";
    return ERR_OK;
}

enum err_code certificate_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct certificate certificate;

    if (read_own(req, tx, &certificate, e) != ERR_OK)
        return e->code;
    return answer(req, &certificate, certificate.chain, 0, resp);
}

/* A number as the links write it; 0 for anything else. */
static int read_number(const char *text)
{
    bool is = text[0] >= '1' && text[0] <= '9' && strspn(text, "0123456789") == strlen(text);

    return is && strlen(text) <= 3 ? (int)strtol(text, NULL, 10) : 0;
}

enum err_code certificate_get_alternate(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    int number = read_number(req->rest);
    struct certificate certificate;
    const char *chain;

    if (read_own(req, tx, &certificate, e) != ERR_OK)
        return e->code;
    if (store_certificate_alternate(tx, req->mem, certificate.id, number, &chain, e) ==
        ERR_NOT_FOUND)
        return acme_not_found(e);
    if (e->code != ERR_OK)
        return e->code;
    return answer(req, &certificate, chain, number, resp);
}

struct revocation {
    struct shape_revocation shape;
    struct cert_info info;
    bool by_its_key; /* the request is signed with the certificate's own key */
};

/* Reasons of RFC 5280, 5.3.1 that a subscriber may give; the rest are the CA's own
 * (standards.md 1.7). */
static enum err_code check_reason(int reason, struct err *e)
{
    static const char allowed[] =
        "allowed are 0 (unspecified), 1 (keyCompromise), 3 (affiliationChanged), "
        "4 (superseded) and 5 (cessationOfOperation)";

    if (reason == -1 || reason == 0 || reason == 1 || reason == 3 || reason == 4 || reason == 5)
        return ERR_OK;
    return problem_set(e, PROBLEM_BAD_REVOCATION_REASON, "the reason cannot be used; %s", allowed);
}

enum err_code certificate_prepare_revoke(struct acme_req *req, struct err *e)
{
    struct revocation *r = mem_new(req->mem, struct revocation);

    req->prepared = r;
    if (shape_read_revocation(req, &r->shape, e) != ERR_OK ||
        check_reason(r->shape.reason, e) != ERR_OK)
        return e->code;
    if (cert_read(r->shape.der, &r->info, e) != ERR_OK)
        return problem_set(e, PROBLEM_MALFORMED, "\"certificate\" is not a DER certificate");
    r->by_its_key = req->has_jwk && bytes_equal(key_spki(req->mem, req->jwk.key), r->info.spki);
    return ERR_OK;
}

/* Does the account hold valid authorizations for all names of the certificate (RFC 8555, 7.6)?
 * Those that it does not are named. */
static enum err_code holds_all(struct acme_req *req, struct store_tx *tx,
    const struct revocation *r, bool *holds, struct acme_resp *resp, struct err *e)
{
    struct identifiers names;
    struct err odd = {0};
    bool held;

    *holds = false;
    if (issued_names(req->mem, &r->info, &names, &odd) != ERR_OK || names.len == 0)
        return ERR_OK;
    resp->subproblems = mem_new_array(req->mem, struct subproblem, NAMED_MAX);
    for (size_t i = 0; i < names.len && resp->subproblems_len < NAMED_MAX; i++) {
        if (authz_is_held(req, tx, &names.list[i], &held, e) != ERR_OK)
            return e->code;
        if (!held)
            resp->subproblems[resp->subproblems_len++] =
                (struct subproblem){.problem = PROBLEM_UNAUTHORIZED,
                    .detail = "the account has no valid authorization for this name",
                    .type = identifier_type_words[names.list[i].type],
                    .value = names.list[i].value};
    }
    *holds = resp->subproblems_len == 0;
    return ERR_OK;
}

/* By its own key; by the account that ordered it; by one that holds all its names. */
static enum err_code check_may_revoke(struct acme_req *req, struct store_tx *tx,
    const struct revocation *r, const struct certificate *certificate, struct acme_resp *resp,
    struct err *e)
{
    bool may = r->by_its_key || (!req->has_jwk && certificate->account_id == req->account_id);

    if (!may && !req->has_jwk && holds_all(req, tx, r, &may, resp, e) != ERR_OK)
        return e->code;
    if (!may)
        return problem_set(e, PROBLEM_UNAUTHORIZED,
            "a certificate is revoked by the account that ordered it, by one with valid "
            "authorizations for all its names, "
            "or with its own key");
    return ERR_OK;
}

enum err_code certificate_revoke(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct revocation *r = req->prepared;
    struct certificate certificate;
    struct revocation_wish wish;
    int reason = r->shape.reason;

    if (store_certificate_find(tx, req->mem, r->info.serial, r->shape.der, &certificate, e) ==
        ERR_NOT_FOUND)
        return problem_set(e, PROBLEM_NOT_FOUND, "the certificate was not issued here");
    if (e->code != ERR_OK)
        return e->code;
    if (check_may_revoke(req, tx, r, &certificate, resp, e) != ERR_OK)
        return e->code;
    if (certificate.revoked_s != 0)
        return problem_set(e, PROBLEM_ALREADY_REVOKED, "the certificate is revoked already");

    /* Who holds the key and uses it to revoke shows that it is in other hands, whatever the reason
     * says (1.7). */
    if (r->by_its_key)
        reason = 1;
    wish = (struct revocation_wish){&certificate, reason == 0 ? -1 : reason,
        r->by_its_key ? "its own key" : mem_printf(req->mem, "account %" PRId64, req->account_id)};
    if (revocation_flow_start(req->settings, tx, &wish, req->now_s * 1000, e) != ERR_OK)
        return e->code;
    resp->body = bytes_of("");
    return ERR_OK;
}
