/* claim - see claim.h. */
#include "acme/claim.h"

#include <stdlib.h>

#include "acme/authz.h"
#include "acme/authz_reuse.h"
#include "acme/eab.h"
#include "acme/identifier.h"
#include "acme/mail_flow.h"
#include "base/rand.h"
#include "store/authz.h"
#include "store/checks.h"

/* The domain must be above the name, by whole labels (RFC 9444, 3 and 4.3). */
static enum err_code read_ancestor(struct acme_req *req, const struct identifier_rules *rules,
    const char *value, struct claim *out, struct err *e)
{
    if (identifier_read_domain(req->mem, value, rules, &out->domain, e) != ERR_OK)
        return e->code;
    if (out->identifier.type != IDENTIFIER_DNS ||
        !identifier_is_below(out->identifier.value, out->domain))
        return problem_set(e, PROBLEM_MALFORMED,
            "\"ancestorDomain\" of \"%.100s\" is \"%.80s\", which is no domain above it (RFC 9444)",
            out->identifier.value, out->domain);
    return ERR_OK;
}

enum err_code claim_read(struct acme_req *req, const struct acme_profile *profile,
    const struct shape_identifier *shape, struct claim *out, struct err *e)
{
    struct identifier_rules rules = {.mail = profile->mail,
        .internal_names = profile->internal_names,
        .suffixes = req->settings->suffixes,
        .filter = &req->settings->filter};

    *out = (struct claim){.domain = NULL};
    if (identifier_read(req->mem, shape->type, shape->value, &rules, &out->identifier, e) != ERR_OK)
        return e->code;
    if (!profile->subdomains)
        return ERR_OK;
    if (shape->ancestor != NULL)
        return read_ancestor(req, &rules, shape->ancestor, out, e);
    if (shape->subdomains && out->identifier.type == IDENTIFIER_DNS)
        return identifier_read_domain(req->mem, shape->value, &rules, &out->domain, e);
    return ERR_OK;
}

static int compare(const void *a, const void *b)
{
    return identifier_compare(
        &((const struct claim *)a)->identifier, &((const struct claim *)b)->identifier);
}

void claims_sort(struct claim *claims, size_t len)
{
    if (len > 1)
        qsort(claims, len, sizeof *claims, compare);
}

/* What needs a challenge that this profile does not offer can never become valid: say so now. */
static enum err_code check_provable(
    const struct acme_profile *profile, const struct claim *claim, struct err *e)
{
    if (authz_challenges(profile, &claim->identifier, claim->domain != NULL) != 0)
        return ERR_OK;
    if (identifier_is_wildcard(&claim->identifier))
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
            "a wildcard needs a challenge by DNS, such as dns-01; the profile \"%s\" offers none; "
            "order the names themselves",
            profile->name);
    if (claim->identifier.type == IDENTIFIER_EMAIL)
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
            "an e-mail address needs the email-reply-00 challenge, which the profile \"%s\" does "
            "not "
            "offer, or an account with an external account key that vouches for it",
            profile->name);
    return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
        "an address needs the http-01 or the tls-alpn-01 challenge; the profile \"%s\" offers "
        "neither",
        profile->name);
}

static enum err_code check_covered(
    const struct eab *eab, const struct identifier *identifier, struct err *e)
{
    if (eab_covers(eab, identifier))
        return ERR_OK;
    return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
        "the external account \"%.64s\" does not allow \"%s\"", eab->kid, identifier->value);
}

enum err_code claim_check(const struct acme_profile *profile, const struct eab *eab,
    const struct claim *claim, struct err *e)
{
    struct identifier domain = {IDENTIFIER_DNS, claim->domain};

    if (check_covered(eab, &claim->identifier, e) != ERR_OK)
        return e->code;
    if (eab->prevalidated)
        return ERR_OK;
    if (claim->domain != NULL && check_covered(eab, &domain, e) != ERR_OK)
        return e->code;
    return check_provable(profile, claim, e);
}

/* The bound is looked at once for all claims of a request. */
static enum err_code check_may_add(struct claimant *by, struct err *e)
{
    if (!by->may_add && rate_check_pending_authorizations(by->req, by->tx, e) != ERR_OK)
        return e->code;
    by->may_add = true;
    return ERR_OK;
}

static enum err_code add(struct claimant *by, struct authz *authz, struct err *e)
{
    bool by_mail = authz->challenges == CHALLENGE_EMAIL_REPLY_00;

    if (check_may_add(by, e) != ERR_OK)
        return e->code;
    authz->expires_s = by->req->now_s + (by_mail ? MAIL_CHALLENGE_S : AUTHZ_PENDING_S);
    rand_token(authz->token);
    if (by_mail && rate_take_mail(by->req, authz->identifier.value, e) != ERR_OK)
        return e->code;
    if (store_authz_add(by->tx, authz, e) != ERR_OK || !by_mail)
        return e->code;
    return mail_flow_start(by->tx, by->req->settings->mail, authz->id, by->req->now_s, e);
}

/* An authorization that is to be made: for the identifier, or for the domain together with all that
 * is below it. */
static struct authz authz_for(
    const struct acme_req *req, const struct identifier *identifier, const char *domain)
{
    bool wildcard = identifier_is_wildcard(identifier);
    const char *own = identifier->value + (wildcard ? 2 : 0);

    return (struct authz){
        .account_id = req->account_id,
        .identifier = {identifier->type, domain != NULL ? domain : own},
        .wildcard = wildcard,
        .subdomains = domain != NULL,
    };
}

/* The external account vouches for the very name; what is below speaks for itself. */
static enum err_code add_prevalidated(
    struct claimant *by, const struct identifier *identifier, struct authz *out, struct err *e)
{
    const struct acme_req *req = by->req;

    *out = authz_for(req, identifier, NULL);
    out->challenges = CHALLENGE_PREVALIDATED;
    if (add(by, out, e) != ERR_OK ||
        store_authz_try(by->tx, out->id, CHALLENGE_PREVALIDATED, req->thumbprint, req->now_s, e) !=
            ERR_OK ||
        store_authz_valid(by->tx, out->id, req->now_s, out->expires_s, NULL, e) != ERR_OK ||
        store_authz_note_checks(
            by->tx, out->id, req->now_s, "the external account vouches for it", e) != ERR_OK)
        return e->code;
    return store_authz_get(by->tx, req->mem, out->id, out, e);
}

enum err_code claim_back(
    struct claimant *by, const struct claim *claim, struct authz *out, struct err *e)
{
    const struct acme_profile *profile = by->profile;
    struct authz wanted = authz_for(by->req, &claim->identifier, claim->domain);

    if (by->eab->prevalidated)
        return add_prevalidated(by, &claim->identifier, out, e);
    wanted.challenges = authz_challenges(profile, &claim->identifier, claim->domain != NULL);
    if (by->reuse &&
        authz_find_valid(by->req, by->tx, profile, &claim->identifier, out, e) != ERR_NOT_FOUND)
        return e->code;
    *e = (struct err){0};
    if (profile->reuse_s != 0 &&
        authz_find_pending(by->req, by->tx, &wanted, out, e) != ERR_NOT_FOUND)
        return e->code;
    *e = (struct err){0};
    *out = wanted;
    return add(by, out, e);
}
