/* authz_reuse - see authz_reuse.h. */
#include "acme/authz_reuse.h"

#include <string.h>

#include "acme/authz.h"
#include "acme/identifier.h"
#include "store/authz.h"

/* No proof counts for longer (Baseline Requirements, 4.2.1, from 2026-03-15 on). */
#define VALID_MAX_S (INT64_C(200) * 86400)

/* What a reused authorization must have left, so that the order can still be carried out: a proof,
 * or half of the time that the profile gives proofs if that is less; a challenge, which people may
 * have to answer by hand. */
#define PROOF_LEFT_MIN_S     3600
#define CHALLENGE_LEFT_MIN_S 86400

static const char *base_of(const struct identifier *name)
{
    return name->value + (identifier_is_wildcard(name) ? 2 : 0);
}

bool authz_covers(const struct authz *authz, const struct identifier *name)
{
    bool wildcard = identifier_is_wildcard(name);

    if (authz->identifier.type != name->type)
        return false;
    if (strcmp(authz->identifier.value, base_of(name)) == 0 && authz->wildcard == wildcard)
        return true;
    return authz->subdomains && (authz->wildcard || !wildcard) &&
           (strcmp(authz->identifier.value, base_of(name)) == 0 ||
               identifier_is_below(base_of(name), authz->identifier.value));
}

/* An order of the profile may be finalized on the last day that it lives, and wait from then on. */
static int64_t needed_s(const struct acme_profile *profile)
{
    int64_t waits_s = profile->vendor == VENDOR_LOCAL ? 0 : profile->wait_max_s;
    int64_t needed_s = AUTHZ_PENDING_S + waits_s;

    if (needed_s > VALID_MAX_S)
        needed_s = VALID_MAX_S;
    return profile->reuse_s > needed_s ? profile->reuse_s : needed_s;
}

int64_t authz_valid_s(const struct acme_settings *settings)
{
    int64_t longest = AUTHZ_PENDING_S;

    for (size_t i = 0; i < settings->profiles_len; i++)
        if (needed_s(&settings->profiles[i]) > longest)
            longest = needed_s(&settings->profiles[i]);
    return longest;
}

int64_t authz_lasts_until(const struct acme_profile *profile, const struct authz *authz)
{
    int64_t fresh_until_s = authz->validated_s + profile->reuse_s;

    if (authz->status != AUTHZ_VALID || authz->tried == CHALLENGE_PREVALIDATED)
        return authz->expires_s;
    return fresh_until_s < authz->expires_s ? fresh_until_s : authz->expires_s;
}

/* The name's own authorization, else that of the nearest domain above that covers subdomains, by
 * one of the methods in `above`. The search ends below the top level: no authorization covers all
 * names there. */
static enum err_code find(struct acme_req *req, struct store_tx *tx, struct authz_need *need,
    unsigned above, const struct identifier *name, struct authz *out, struct err *e)
{
    const char *dot;

    need->account_id = req->account_id;
    need->identifier = (struct identifier){name->type, base_of(name)};
    need->wildcard = identifier_is_wildcard(name);
    if (name->type != IDENTIFIER_DNS)
        above = 0;
    while (store_authz_find(tx, req->mem, need, out, e) == ERR_NOT_FOUND && above != 0) {
        dot = strchr(need->identifier.value, '.');
        if (dot == NULL || strchr(dot + 1, '.') == NULL)
            break;
        *e = (struct err){0};
        need->identifier.value = dot + 1;
        need->subdomains = true;
        need->methods = above;
    }
    return e->code;
}

enum err_code authz_find_valid(struct acme_req *req, struct store_tx *tx,
    const struct acme_profile *profile, const struct identifier *name, struct authz *out,
    struct err *e)
{
    int64_t left_s =
        profile->reuse_s / 2 < PROOF_LEFT_MIN_S ? profile->reuse_s / 2 : PROOF_LEFT_MIN_S;
    struct authz_need need = {
        .methods = authz_challenges(profile, name, false),
        .validated_from_s = req->now_s + left_s - profile->reuse_s,
        .valid_until_s = req->now_s + left_s,
    };

    if (profile->reuse_s == 0)
        return err_set(e, ERR_NOT_FOUND, "proofs are not used twice");
    return find(req, tx, &need, profile->subdomains ? authz_challenges(profile, name, true) : 0,
        name, out, e);
}

enum err_code authz_find_pending(struct acme_req *req, struct store_tx *tx,
    const struct authz *like, struct authz *out, struct err *e)
{
    struct authz_need need = {
        .account_id = like->account_id,
        .identifier = like->identifier,
        .wildcard = like->wildcard,
        .subdomains = like->subdomains,
        .challenges = like->challenges,
        .pending_until_s = req->now_s + CHALLENGE_LEFT_MIN_S,
    };

    /* Each request has a token of its own by mail (RFC 8823, 3). */
    if (like->challenges == CHALLENGE_EMAIL_REPLY_00)
        return err_set(e, ERR_NOT_FOUND, "challenges by mail are not shared");
    return store_authz_find(tx, req->mem, &need, out, e);
}

enum err_code authz_is_held(struct acme_req *req, struct store_tx *tx,
    const struct identifier *name, bool *held, struct err *e)
{
    struct authz_need need = {.methods = ~0u, .valid_until_s = req->now_s + 1};
    bool from_above = acme_subdomains_allowed(req->settings);
    struct authz authz;

    *held = find(req, tx, &need, from_above ? ~0u : 0, name, &authz, e) == ERR_OK;
    if (e->code == ERR_NOT_FOUND)
        *e = (struct err){0};
    return e->code;
}
