/* order - see order.h. */
#include "acme/order.h"

#include <string.h>

#include "acme/authz.h"
#include "acme/csr.h"
#include "acme/eab.h"
#include "acme/identifier.h"
#include "acme/order_dates.h"
#include "acme/order_flow.h"
#include "acme/renewal.h"
#include "acme/shapes.h"
#include "base/mem.h"
#include "base/rand.h"
#include "store/authz.h"
#include "store/identifiers.h"
#include "store/order.h"

/* How long a client may take to prove its names and to finalize. */
#define ORDER_LIFE_S (7 * 86400)

/* What a client is told to wait before it looks at an order again, while the embedded CA is at
 * work. */
#define PROCESSING_RETRY_AFTER_S 1

/* newOrder. */

struct new_order {
    const struct acme_profile *profile;
    const char *replaces;              /* or NULL */
    int64_t not_before_s, not_after_s; /* 0: not wished for */
    struct identifiers identifiers;    /* normalised, sorted, no two alike */
    struct subproblem
        *refused; /* all names that are not, so that a client learns of them at once */
    size_t refused_len;
    struct err first_refusal;
};

/* What needs a challenge that this profile does not offer can never become valid: say so now. */
static enum err_code check_provable(
    const struct acme_profile *profile, const struct identifier *identifier, struct err *e)
{
    if (authz_challenges(profile, identifier) != 0)
        return ERR_OK;
    if (identifier_is_wildcard(identifier))
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
            "a wildcard needs a challenge by DNS, such as dns-01; the profile \"%s\" offers none; "
            "order the names themselves",
            profile->name);
    return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
        "an address needs the http-01 or the tls-alpn-01 challenge; the profile \"%s\" offers "
        "neither",
        profile->name);
}

static void note_refused(struct acme_req *req, struct new_order *order, const char *type,
    const char *value, const struct err *e)
{
    struct subproblem *sub = &order->refused[order->refused_len++];

    if (order->refused_len == 1)
        order->first_refusal = *e;
    sub->problem = problem_of(e);
    sub->detail = mem_strdup(req->mem, e->detail);
    sub->type = type;
    sub->value = value;
}

static enum err_code read_names(
    struct acme_req *req, const struct shape_new_order *shape, struct new_order *out, struct err *e)
{
    struct identifiers *names = &out->identifiers;
    struct identifier_rules rules = {.internal_names = out->profile->internal_names,
        .suffixes = req->settings->suffixes,
        .filter = &req->settings->filter};
    const struct identifier *twice;

    names->list = mem_new_array(req->mem, struct identifier, shape->len);
    out->refused = mem_new_array(req->mem, struct subproblem, shape->len);
    for (size_t i = 0; i < shape->len; i++) {
        struct identifier *name = &names->list[names->len];

        if (identifier_read(req->mem, shape->identifiers[i].type, shape->identifiers[i].value,
                &rules, name, e) == ERR_OK)
            names->len++;
        else
            note_refused(req, out, shape->identifiers[i].type, shape->identifiers[i].value, e);
    }
    *e = (struct err){0};
    identifiers_sort(names);
    twice = identifiers_duplicate(names);
    if (twice != NULL)
        return problem_set(e, PROBLEM_MALFORMED, "\"%s\" is named more than once", twice->value);
    return ERR_OK;
}

enum err_code order_prepare_new(struct acme_req *req, struct err *e)
{
    struct new_order *order = mem_new(req->mem, struct new_order);
    struct shape_new_order shape;

    req->prepared = order;
    if (shape_read_new_order(req, &shape, e) != ERR_OK)
        return e->code;
    order->profile = acme_profile_find(req->settings, shape.profile);
    order->replaces = shape.replaces;
    order->not_before_s = shape.not_before_s;
    order->not_after_s = shape.not_after_s;
    if (order->profile == NULL)
        return problem_set(e, PROBLEM_INVALID_PROFILE,
            "there is no profile \"%.64s\"; the directory lists those that there are",
            shape.profile);
    if (shape.len > order->profile->names_max)
        return problem_set(e, PROBLEM_MALFORMED,
            "an order of the profile \"%s\" has %zu names at most; split it", order->profile->name,
            order->profile->names_max);
    if ((order->replaces == NULL && rate_take_order(req, e) != ERR_OK) ||
        read_names(req, &shape, order, e) != ERR_OK)
        return e->code;
    return rate_check_names(req, &order->identifiers, e);
}

/* One name: its own problem. Several, some refused: a compound with a part for each (RFC
 * 8555, 6.7.1). */
static enum err_code refuse(const struct new_order *order, struct acme_resp *resp, struct err *e)
{
    if (order->refused_len == 1 && order->identifiers.len == 0) {
        *e = order->first_refusal;
        return e->code;
    }
    resp->subproblems = order->refused;
    resp->subproblems_len = order->refused_len;
    return problem_set(e, order->refused_len == 1 ? order->refused[0].problem : PROBLEM_COMPOUND,
        "%zu of %zu names cannot be ordered here; see the subproblems", order->refused_len,
        order->refused_len + order->identifiers.len);
}

/* May the account order this name, by its external account, and can it prove it? */
static enum err_code check_allowed(const struct acme_profile *profile, const struct eab *eab,
    const struct identifier *name, struct err *e)
{
    if (!eab_covers(eab, name))
        return problem_set(e, PROBLEM_REJECTED_IDENTIFIER,
            "the external account \"%.64s\" does not allow \"%s\"", eab->kid, name->value);
    return eab->prevalidated ? ERR_OK : check_provable(profile, name, e);
}

/* Sets aside the names that the account may not order. */
static void judge_names(struct acme_req *req, struct new_order *order, const struct eab *eab)
{
    struct identifiers *names = &order->identifiers;
    size_t kept = 0;

    for (size_t i = 0; i < names->len; i++) {
        struct err e = {0};

        if (check_allowed(order->profile, eab, &names->list[i], &e) == ERR_OK)
            names->list[kept++] = names->list[i];
        else
            note_refused(
                req, order, identifier_type_words[names->list[i].type], names->list[i].value, &e);
    }
    names->len = kept;
}

/* The external account vouches for the name. */
static enum err_code validate_at_once(
    struct acme_req *req, struct store_tx *tx, const struct authz *authz, struct err *e)
{
    if (store_authz_try(tx, authz->id, CHALLENGE_PREVALIDATED, req->thumbprint, req->now_s, e) !=
        ERR_OK)
        return e->code;
    return store_authz_valid(tx, authz->id, req->now_s, authz->expires_s, NULL, e);
}

static enum err_code add_authz(struct acme_req *req, struct store_tx *tx,
    const struct acme_profile *profile, bool prevalidated, const struct identifier *identifier,
    int64_t *id, struct err *e)
{
    bool wildcard = identifier_is_wildcard(identifier);
    struct authz authz = {
        .account_id = req->account_id,
        .identifier = {identifier->type, identifier->value + (wildcard ? 2 : 0)},
        .wildcard = wildcard,
        .expires_s = req->now_s + ORDER_LIFE_S,
        .challenges = prevalidated ? CHALLENGE_PREVALIDATED : authz_challenges(profile, identifier),
    };

    rand_token(authz.token);
    if (store_authz_add(tx, &authz, e) != ERR_OK)
        return e->code;
    *id = authz.id;
    return prevalidated ? validate_at_once(req, tx, &authz, e) : ERR_OK;
}

/* An order's answer: the same for newOrder, finalize and POST-as-GET. */
static enum err_code answer(struct acme_req *req, const struct order *order,
    const int64_t *authz_ids, size_t authz_len, struct acme_resp *resp)
{
    resp->location = acme_url(req, HANDLE_ORDER, order->id);
    resp->body = shape_order(req, order, authz_ids, authz_len);
    if (order->status == ORDER_PROCESSING)
        resp->retry_after_s = PROCESSING_RETRY_AFTER_S;
    return ERR_OK;
}

/* Certificates for the same names are counted when control over all of them was proven, and an
 * order that replaces one is a renewal, however many there are. */
static enum err_code check_duplicates(
    struct acme_req *req, struct store_tx *tx, const struct order *order, bool takes, struct err *e)
{
    if (order->replaces != NULL)
        return ERR_OK;
    return rate_take_names(req, tx, &order->identifiers, takes, e);
}

enum err_code order_new(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct new_order *wanted = req->prepared;
    const struct identifiers *names = &wanted->identifiers;
    int64_t *authz_ids = mem_new_array(req->mem, int64_t, names->len + 1);
    struct order order = {
        .account_id = req->account_id,
        .profile = wanted->profile->name,
        .created_s = req->now_s,
        .expires_s = req->now_s + ORDER_LIFE_S,
        .replaces = wanted->replaces,
        .not_before_s = wanted->not_before_s,
        .not_after_s = wanted->not_after_s,
    };
    struct eab eab;

    if (eab_check_profile(req, tx, wanted->profile, &eab, e) != ERR_OK ||
        order_dates_check(req->settings, wanted->profile, &order, req->now_s, e) != ERR_OK)
        return e->code;
    /* What could only have been valid until then need not be waited for. */
    if (order.not_after_s != 0 && order.not_after_s < order.expires_s)
        order.expires_s = order.not_after_s;
    judge_names(req, wanted, &eab);
    if (wanted->refused_len > 0)
        return refuse(wanted, resp, e);
    order.identifiers = *names;
    order.status = eab.prevalidated ? ORDER_READY : ORDER_PENDING;
    if (wanted->replaces != NULL &&
        (renewal_check_replaces(req, tx, wanted->replaces, names, e) != ERR_OK ||
            rate_take_replacement(req, wanted->replaces, e) != ERR_OK))
        return e->code;
    if (rate_check_pending_orders(req, tx, e) != ERR_OK ||
        rate_check_pending_authorizations(req, tx, e) != ERR_OK ||
        (order.status == ORDER_READY && check_duplicates(req, tx, &order, false, e) != ERR_OK))
        return e->code;
    for (size_t i = 0; i < names->len; i++)
        if (add_authz(req, tx, wanted->profile, eab.prevalidated, &names->list[i], &authz_ids[i],
                e) != ERR_OK)
            return e->code;
    if (store_order_add(tx, &order, authz_ids, names->len, e) != ERR_OK)
        return e->code;
    resp->status = 201;
    return answer(req, &order, authz_ids, names->len, resp);
}

/* The order's resource. */

/* The order that the path names, if it is the account's; the same words whether it is another's or
 * nobody's. */
static enum err_code read_own(
    struct acme_req *req, struct store_tx *tx, struct order *order, struct err *e)
{
    if (store_order_get(tx, req->mem, req->id, order, e) == ERR_NOT_FOUND ||
        (e->code == ERR_OK && order->account_id != req->account_id))
        return acme_not_found(e);
    if (e->code != ERR_OK)
        return e->code;
    if ((order->status == ORDER_PENDING || order->status == ORDER_READY) &&
        order->expires_s <= req->now_s) {
        struct err expired = {0};

        problem_set(&expired, PROBLEM_MALFORMED,
            "the order expired before it was finalized; make a new one");
        order->status = ORDER_INVALID;
        order->error = problem_json(req->mem, &expired, NULL, 0);
    }
    return ERR_OK;
}

static enum err_code answer_stored(struct acme_req *req, struct store_tx *tx,
    const struct order *order, struct acme_resp *resp, struct err *e)
{
    int64_t *authz_ids;
    size_t authz_len;

    if (store_order_authz_ids(tx, req->mem, order->id, &authz_ids, &authz_len, e) != ERR_OK)
        return e->code;
    return answer(req, order, authz_ids, authz_len, resp);
}

enum err_code order_get(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct order order;

    if (read_own(req, tx, &order, e) != ERR_OK)
        return e->code;
    return answer_stored(req, tx, &order, resp, e);
}

/* Finalize. */

struct finalize {
    struct bytes der;
    struct csr csr;
};

enum err_code order_prepare_finalize(struct acme_req *req, struct err *e)
{
    struct finalize *finalize = mem_new(req->mem, struct finalize);

    req->prepared = finalize;
    if (rate_take(req, RATE_FINALIZES_PER_ACCOUNT, e) != ERR_OK ||
        shape_read_finalize(req, &finalize->der, e) != ERR_OK ||
        csr_read(req->mem, finalize->der, &finalize->csr, e) != ERR_OK)
        return e->code;
    if (key_equal(req->jwk.key, finalize->csr.key))
        return problem_set(e, PROBLEM_BAD_CSR,
            "the certificate must have a key of its own, not the account's (RFC 8555, 11.1)");
    return ERR_OK;
}

/* The names of a CSR are exactly the order's (RFC 8555, 7.4). */
static enum err_code check_names(const struct order *order, const struct csr *csr, struct err *e)
{
    const struct identifier *missing = identifiers_missing(&order->identifiers, &csr->names);
    const struct identifier *extra = identifiers_missing(&csr->names, &order->identifiers);

    if (missing != NULL)
        return problem_set(
            e, PROBLEM_BAD_CSR, "the CSR lacks \"%s\", which the order names", missing->value);
    if (extra != NULL)
        return problem_set(
            e, PROBLEM_BAD_CSR, "the CSR names \"%s\", which the order does not", extra->value);
    return ERR_OK;
}

/* Only a ready order can be finalized; the words say what to do instead (RFC 8555, 7.4:
 * orderNotReady). */
static enum err_code refuse_state(const struct order *order, struct err *e)
{
    static const char *const instead[] = {
        [ORDER_PENDING] = "pending: prove control over its names first",
        [ORDER_READY] = "ready",
        [ORDER_PROCESSING] = "being processed: poll it",
        [ORDER_VALID] = "valid: download its certificate",
        [ORDER_INVALID] = "invalid: make a new one",
    };

    return problem_set(e, PROBLEM_ORDER_NOT_READY, "the order is %s", instead[order->status]);
}

enum err_code order_finalize(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct finalize *finalize = req->prepared;
    struct order order;
    struct eab eab;

    if (read_own(req, tx, &order, e) != ERR_OK || eab_of_account(req, tx, &eab, e) != ERR_OK)
        return e->code;
    if (order.status != ORDER_READY)
        return refuse_state(&order, e);
    if (check_names(&order, &finalize->csr, e) != ERR_OK ||
        check_duplicates(req, tx, &order, true, e) != ERR_OK)
        return e->code;

    order.csr = finalize->der;
    if (store_order_finalize(tx, order.id, order.csr, e) != ERR_OK ||
        order_flow_start(req, tx, &order, finalize->csr.spki_hash, e) != ERR_OK)
        return e->code;
    order.status = ORDER_PROCESSING;
    resp->await_kind = order_flow.name;
    resp->await_id = order.id;
    resp->await_handler = order_get;
    return answer_stored(req, tx, &order, resp, e);
}
