/* authz - see authz.h. */
#include "acme/authz.h"

#include "acme/authz_flow.h"
#include "acme/claim.h"
#include "acme/eab.h"
#include "acme/identifier.h"
#include "acme/shapes.h"
#include "acme/terms.h"
#include "base/mem.h"
#include "store/authz.h"
#include "store/order.h"

/* While a validation is under way; the first try is over within a second or two. */
#define PROCESSING_RETRY_AFTER_S 1

unsigned authz_challenges(
    const struct acme_profile *profile, const struct identifier *identifier, bool subdomains)
{
    unsigned by_host = profile->challenges & ~(unsigned)CHALLENGE_EMAIL_REPLY_00;

    if (identifier->type == IDENTIFIER_EMAIL)
        return profile->challenges & CHALLENGE_EMAIL_REPLY_00;
    if (identifier->type == IDENTIFIER_IP)
        return by_host & ~(unsigned)CHALLENGES_BY_DNS;
    if (subdomains || identifier_is_wildcard(identifier))
        return by_host & CHALLENGES_BY_DNS;
    return by_host;
}

/* newAuthz. */

/* Refusals of what is well formed have the status 403 here (RFC 8555, 7.4.1). */
static enum err_code refuse_new(struct err *e)
{
    if (problem_of(e) == PROBLEM_REJECTED_IDENTIFIER)
        return problem_set(e, PROBLEM_REJECTED_PRE_AUTHORIZATION, "%s", e->detail);
    if (problem_of(e) == PROBLEM_UNSUPPORTED_IDENTIFIER)
        return problem_set(e, PROBLEM_UNSUPPORTED_PRE_AUTHORIZATION, "%s", e->detail);
    return e->code;
}

struct new_authz {
    const struct acme_profile *profile;
    struct claim claim;
};

static enum err_code read_new(struct acme_req *req, struct new_authz *out, struct err *e)
{
    struct shape_identifier shape;

    if (shape_read_new_authz(req, &shape, e) != ERR_OK)
        return e->code;
    out->profile = acme_profile_default(req->settings, shape_is_mail(&shape));
    return claim_read(req, out->profile, &shape, &out->claim, e);
}

enum err_code authz_prepare_new(struct acme_req *req, struct err *e)
{
    struct new_authz *wanted = mem_new(req->mem, struct new_authz);
    struct identifier *name = &wanted->claim.identifier;

    req->prepared = wanted;
    if (!req->settings->pre_authorization)
        return problem_set(
            e, PROBLEM_NOT_FOUND, "this server has no pre-authorization (newAuthz); make an order");
    if (rate_take(req, RATE_NEW_AUTHORIZATIONS_PER_ACCOUNT, e) != ERR_OK ||
        read_new(req, wanted, e) != ERR_OK)
        return refuse_new(e);
    if (identifier_is_wildcard(name))
        return problem_set(e, PROBLEM_REJECTED_PRE_AUTHORIZATION,
            "wildcards cannot be authorized in advance (RFC 8555, 7.4.1); order \"%s\"",
            name->value);
    return rate_check_names(req, &(struct identifiers){name, 1}, e);
}

enum err_code authz_new(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct new_authz *wanted = req->prepared;
    const struct acme_profile *profile = wanted->profile;
    const struct claim *claim = &wanted->claim;
    struct eab eab;
    struct claimant by = {req, tx, profile, &eab, false, false};
    struct authz authz;

    if (terms_check(req, resp, e) != ERR_OK)
        return e->code;
    if (eab_check_profile(req, tx, profile, &eab, e) != ERR_OK ||
        claim_check(profile, &eab, claim, e) != ERR_OK)
        return refuse_new(e);
    if (claim_back(&by, claim, &authz, e) != ERR_OK)
        return e->code;
    resp->status = 201;
    resp->location = acme_url(req, HANDLE_AUTHZ, authz.id);
    resp->body = shape_authz(req, &authz);
    return ERR_OK;
}

/* An authorization's resource. */

/* The authorization that the path names, if it is the account's; the same words whether it is
 * another's or nobody's. */
static enum err_code read_own(
    struct acme_req *req, struct store_tx *tx, struct authz *authz, struct err *e)
{
    if (store_authz_get(tx, req->mem, req->id, authz, e) == ERR_NOT_FOUND ||
        (e->code == ERR_OK && authz->account_id != req->account_id))
        return acme_not_found(e);
    if (e->code != ERR_OK)
        return e->code;
    if ((authz->status == AUTHZ_VALID || (authz->status == AUTHZ_PENDING && authz->tried == 0)) &&
        authz->expires_s <= req->now_s)
        authz->status = AUTHZ_EXPIRED;
    return ERR_OK;
}

static bool is_processing(const struct authz *authz)
{
    return authz->status == AUTHZ_PENDING && authz->tried != 0;
}

enum err_code authz_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct authz authz;

    if (read_own(req, tx, &authz, e) != ERR_OK)
        return e->code;
    if (is_processing(&authz))
        resp->retry_after_s = PROCESSING_RETRY_AFTER_S;
    resp->body = shape_authz(req, &authz);
    return ERR_OK;
}

enum err_code authz_prepare_deactivate(struct acme_req *req, struct err *e)
{
    return shape_read_deactivation(req, e);
}

enum err_code authz_deactivate(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct err gone = {0};
    struct authz authz;

    if (read_own(req, tx, &authz, e) != ERR_OK)
        return e->code;
    if (authz.status == AUTHZ_PENDING || authz.status == AUTHZ_VALID) {
        problem_set(&gone, PROBLEM_UNAUTHORIZED, "the authorization for \"%s\" was deactivated",
            authz.identifier.value);
        if (store_authz_deactivate(tx, authz.id, e) != ERR_OK ||
            store_order_authz_lost(tx, authz.id, problem_json(req->mem, &gone, NULL, 0), e) !=
                ERR_OK)
            return e->code;
        authz.status = AUTHZ_DEACTIVATED;
    } else if (authz.status != AUTHZ_DEACTIVATED) {
        return problem_set(e, PROBLEM_MALFORMED,
            "only a pending or valid authorization can be deactivated; this is %s",
            authz_status_words[authz.status]);
    }
    resp->body = shape_authz(req, &authz);
    return ERR_OK;
}

static enum err_code read_challenge(struct acme_req *req, struct store_tx *tx, struct authz *authz,
    enum challenge_type *type, struct err *e)
{
    unsigned named = challenge_type_parse(req->rest);

    *type = (enum challenge_type)named;
    if (read_own(req, tx, authz, e) != ERR_OK)
        return e->code;
    if ((named & authz->challenges) == 0)
        return acme_not_found(e);
    return ERR_OK;
}

static enum err_code answer(struct acme_req *req, const struct authz *authz,
    enum challenge_type type, struct acme_resp *resp)
{
    /* certbot and lego find the authorization again by this link (client-quirks rule 6). */
    acme_link(req, resp, acme_url(req, HANDLE_AUTHZ, authz->id), "up");
    if (is_processing(authz))
        resp->retry_after_s = PROCESSING_RETRY_AFTER_S;
    resp->body = shape_challenge(req, authz, type);
    return ERR_OK;
}

enum err_code challenge_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    enum challenge_type type;
    struct authz authz;

    if (read_challenge(req, tx, &authz, &type, e) != ERR_OK)
        return e->code;
    return answer(req, &authz, type, resp);
}

enum err_code challenge_prepare_answer(struct acme_req *req, struct err *e)
{
    return rate_take(req, RATE_CHALLENGES_PER_ACCOUNT, e) == ERR_OK ? acme_prepare_object(req, e)
                                                                    : e->code;
}

enum err_code challenge_answer(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    enum challenge_type type;
    struct authz authz;

    if (read_challenge(req, tx, &authz, &type, e) != ERR_OK)
        return e->code;
    if (authz.status == AUTHZ_PENDING && authz.tried == 0) {
        if (rate_check_validation(req, tx, &authz.identifier, e) != ERR_OK ||
            store_authz_try(tx, authz.id, type, req->thumbprint, req->now_s, e) != ERR_OK ||
            authz_flow_start(tx, authz.id, req->now_s * 1000, e) != ERR_OK)
            return e->code;
        authz.tried = type;
        resp->await_kind = authz_flow.name;
        resp->await_id = authz.id;
        resp->await_handler = challenge_get;
    }
    return answer(req, &authz, type, resp);
}
