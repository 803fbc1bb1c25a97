/* order - see order.h. */
#include "acme/order.h"

#include <string.h>

#include "acme/authz.h"
#include "acme/authz_reuse.h"
#include "acme/claim.h"
#include "acme/csr.h"
#include "acme/eab.h"
#include "acme/identifier.h"
#include "acme/order_dates.h"
#include "acme/order_flow.h"
#include "acme/renewal.h"
#include "acme/shapes.h"
#include "acme/terms.h"
#include "acme/wish.h"
#include "base/mem.h"
#include "store/identifiers.h"
#include "store/order.h"

/* newOrder. */

struct new_order {
    const struct acme_profile *profile;
    struct wish wish;
    const char *replaces;              /* or NULL */
    int64_t not_before_s, not_after_s; /* 0: not wished for */
    struct claim *claims;              /* sorted, no two alike */
    size_t claims_len;
    struct subproblem
        *refused; /* all names that are not, so that a client learns of them at once */
    size_t refused_len;
    struct err first_refusal;
};

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

/* The names of all claims: a sorted set. */
static struct identifiers names_of(void *mem, const struct new_order *order)
{
    struct identifiers names = {mem_new_array(mem, struct identifier, order->claims_len + 1), 0};

    for (size_t i = 0; i < order->claims_len; i++)
        names.list[names.len++] = order->claims[i].identifier;
    return names;
}

static enum err_code read_names(
    struct acme_req *req, const struct shape_new_order *shape, struct new_order *out, struct err *e)
{
    const struct identifier *twice;
    struct identifiers names;

    out->claims = mem_new_array(req->mem, struct claim, shape->len);
    out->refused = mem_new_array(req->mem, struct subproblem, shape->len);
    for (size_t i = 0; i < shape->len; i++) {
        const struct shape_identifier *name = &shape->identifiers[i];

        if (claim_read(req, out->profile, name, &out->claims[out->claims_len], e) == ERR_OK)
            out->claims_len++;
        else
            note_refused(req, out, name->type, name->value, e);
    }
    *e = (struct err){0};
    claims_sort(out->claims, out->claims_len);
    names = names_of(req->mem, out);
    twice = identifiers_duplicate(&names);
    if (twice != NULL)
        return problem_set(e, PROBLEM_MALFORMED, "\"%s\" is named more than once", twice->value);
    return rate_check_names(req, &names, e);
}

/* The profile that the order names, or the address that it was sent to, or the default for what is
 * ordered. */
static enum err_code choose_profile(const struct acme_req *req, const struct shape_new_order *shape,
    const struct acme_profile **out, struct err *e)
{
    const struct acme_profile *of_path;
    const char *named = shape->profile;

    if (acme_profile_of_path(req, &of_path, e) != ERR_OK)
        return e->code;
    if (named != NULL)
        *out = acme_profile_find(req->settings, named);
    else
        *out = of_path != NULL
                   ? of_path
                   : acme_profile_default(req->settings, shape_is_mail(&shape->identifiers[0]));
    if (*out == NULL)
        return problem_set(e, PROBLEM_INVALID_PROFILE,
            "there is no profile \"%.64s\"; the directory lists those that there are", named);
    if (of_path != NULL && of_path != *out)
        return problem_set(e, PROBLEM_INVALID_PROFILE,
            "the order names the profile \"%s\", and came by the directory of \"%s\"; use "
            "/acme/%s/directory, or do not name a profile",
            (*out)->name, of_path->name, (*out)->name);
    return ERR_OK;
}

enum err_code order_prepare_new(struct acme_req *req, struct err *e)
{
    struct new_order *order = mem_new(req->mem, struct new_order);
    struct shape_new_order shape;

    req->prepared = order;
    if (wish_of_path(req->mem, req->rest, &order->wish, e) != ERR_OK ||
        shape_read_new_order(req, &shape, e) != ERR_OK ||
        choose_profile(req, &shape, &order->profile, e) != ERR_OK)
        return e->code;
    order->replaces = shape.replaces;
    order->not_before_s = shape.not_before_s;
    order->not_after_s = shape.not_after_s;
    if (shape.len > order->profile->names_max)
        return problem_set(e, PROBLEM_MALFORMED,
            "an order of the profile \"%s\" has %zu names at most; split it", order->profile->name,
            order->profile->names_max);
    if (order->replaces == NULL && rate_take_order(req, e) != ERR_OK)
        return e->code;
    return read_names(req, &shape, order, e);
}

/* One name: its own problem. Several, some refused: a compound with a part for each (RFC
 * 8555, 6.7.1). */
static enum err_code refuse(const struct new_order *order, struct acme_resp *resp, struct err *e)
{
    if (order->refused_len == 1 && order->claims_len == 0) {
        *e = order->first_refusal;
        return e->code;
    }
    resp->subproblems = order->refused;
    resp->subproblems_len = order->refused_len;
    return problem_set(e, order->refused_len == 1 ? order->refused[0].problem : PROBLEM_COMPOUND,
        "%zu of %zu names cannot be ordered here; see the subproblems", order->refused_len,
        order->refused_len + order->claims_len);
}

/* Sets aside the names that the account may not order. */
static void judge_names(struct acme_req *req, struct new_order *order, const struct eab *eab)
{
    size_t kept = 0;

    for (size_t i = 0; i < order->claims_len; i++) {
        const struct claim *claim = &order->claims[i];
        struct err e = {0};

        if (claim_check(order->profile, eab, claim, &e) == ERR_OK)
            order->claims[kept++] = *claim;
        else
            note_refused(req, order, identifier_type_words[claim->identifier.type],
                claim->identifier.value, &e);
    }
    order->claims_len = kept;
}

/* The authorizations of a new order; one may back several names. */
struct backing {
    int64_t *ids;
    size_t len;
    bool valid;            /* all are */
    int64_t lasts_until_s; /* the first that ends */
};

static void add_backing(
    const struct acme_profile *profile, const struct authz *authz, struct backing *out)
{
    int64_t lasts_until_s = authz_lasts_until(profile, authz);

    out->valid &= authz->status == AUTHZ_VALID;
    if (lasts_until_s < out->lasts_until_s)
        out->lasts_until_s = lasts_until_s;
    for (size_t i = 0; i < out->len; i++)
        if (out->ids[i] == authz->id)
            return;
    out->ids[out->len++] = authz->id;
}

static enum err_code back_names(struct acme_req *req, struct store_tx *tx,
    const struct new_order *order, const struct eab *eab, struct backing *out, struct err *e)
{
    struct claimant by = {req, tx, order->profile, eab, true, false};
    struct authz authz;

    *out = (struct backing){
        .ids = mem_new_array(req->mem, int64_t, order->claims_len + 1),
        .valid = true,
        .lasts_until_s = INT64_MAX,
    };
    for (size_t i = 0; i < order->claims_len; i++) {
        if (claim_back(&by, &order->claims[i], &authz, e) != ERR_OK)
            return e->code;
        add_backing(order->profile, &authz, out);
    }
    return ERR_OK;
}

/* An order's answer: the same for newOrder, finalize and POST-as-GET. */
static enum err_code answer(struct acme_req *req, const struct order *order,
    const int64_t *authz_ids, size_t authz_len, struct acme_resp *resp)
{
    resp->location = acme_url(req, HANDLE_ORDER, order->id);
    resp->body = shape_order(req, order, authz_ids, authz_len);
    return ERR_OK;
}

/* Certificates for the same names are counted when control over all of them was proven, and an
 * order that replaces one which is due is a renewal, however many there are. */
static enum err_code check_duplicates(
    struct acme_req *req, struct store_tx *tx, const struct order *order, bool takes, struct err *e)
{
    bool due = false;

    if (order->replaces != NULL && renewal_is_due(req, tx, order->replaces, &due, e) != ERR_OK)
        return e->code;
    return due ? ERR_OK : rate_take_names(req, tx, &order->identifiers, takes, e);
}

/* What replaces a certificate before its time counts as any other order: each successor could be
 * replaced at once by the next one. */
static enum err_code check_replacement(struct acme_req *req, struct store_tx *tx,
    const char *replaces, const struct identifiers *names, struct err *e)
{
    bool due = false;

    if (renewal_check_replaces(req, tx, replaces, names, e) != ERR_OK ||
        renewal_is_due(req, tx, replaces, &due, e) != ERR_OK)
        return e->code;
    return due ? rate_take_replacement(req, replaces, e) : rate_take_order(req, e);
}

enum err_code order_new(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    struct new_order *wanted = req->prepared;
    struct order order = {
        .account_id = req->account_id,
        .profile = wanted->profile->name,
        .created_s = req->now_s,
        .expires_s = req->now_s + AUTHZ_PENDING_S,
        .replaces = wanted->replaces,
        .not_before_s = wanted->not_before_s,
        .not_after_s = wanted->not_after_s,
        .wish = wanted->wish.act,
        .wish_order_id = wanted->wish.order_id,
    };
    struct backing backing;
    struct eab eab;

    if (terms_check(req, resp, e) != ERR_OK ||
        eab_check_profile(req, tx, wanted->profile, &eab, e) != ERR_OK ||
        wish_check(&wanted->wish, &eab, e) != ERR_OK ||
        order_dates_check(req->settings, wanted->profile, &order, req->now_s, e) != ERR_OK)
        return e->code;
    /* What could only have been valid until then need not be waited for. */
    if (order.not_after_s != 0 && order.not_after_s < order.expires_s)
        order.expires_s = order.not_after_s;
    judge_names(req, wanted, &eab);
    if (wanted->refused_len > 0)
        return refuse(wanted, resp, e);
    order.identifiers = names_of(req->mem, wanted);
    if (wanted->replaces != NULL &&
        check_replacement(req, tx, wanted->replaces, &order.identifiers, e) != ERR_OK)
        return e->code;
    if (rate_check_pending_orders(req, tx, e) != ERR_OK)
        return e->code;
    if (back_names(req, tx, wanted, &eab, &backing, e) != ERR_OK)
        return e->code;
    order.status = backing.valid ? ORDER_READY : ORDER_PENDING;
    if (backing.lasts_until_s < order.expires_s)
        order.expires_s = backing.lasts_until_s;
    if (order.status == ORDER_READY && check_duplicates(req, tx, &order, false, e) != ERR_OK)
        return e->code;
    if (store_order_add(tx, &order, backing.ids, backing.len, e) != ERR_OK)
        return e->code;
    resp->status = 201;
    return answer(req, &order, backing.ids, backing.len, resp);
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
    if (order->status == ORDER_PROCESSING &&
        order_flow_retry_after(tx, req->mem, order, req->now_s, &resp->retry_after_s, e) != ERR_OK)
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
    struct err unacceptable; /* what is, of the rest of the CSR, where more than its key counts */
};

/* A key alone will do for some profiles; which one it is shows in the transaction. */
static enum err_code read_csr(struct acme_req *req, struct finalize *finalize, struct err *e)
{
    if (csr_read(req->mem, finalize->der, &finalize->csr, &finalize->unacceptable) == ERR_OK)
        return ERR_OK;
    return csr_read_key(req->mem, finalize->der, &finalize->csr, e);
}

enum err_code order_prepare_finalize(struct acme_req *req, struct err *e)
{
    struct finalize *finalize = mem_new(req->mem, struct finalize);

    req->prepared = finalize;
    if (rate_take(req, RATE_FINALIZES_PER_ACCOUNT, e) != ERR_OK ||
        shape_read_finalize(req, &finalize->der, e) != ERR_OK ||
        read_csr(req, finalize, e) != ERR_OK)
        return e->code;
    if (key_equal(req->jwk.key, finalize->csr.key))
        return problem_set(e, PROBLEM_BAD_CSR,
            "the certificate must have a key of its own, not the account's (RFC 8555, 11.1)");
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

/* The names of a CSR whose key alone counts matter if it has any: a CSR for somebody else is a
 * mistake of whoever sent it. */
static enum err_code check_csr(struct acme_req *req, const struct finalize *finalize,
    const struct order *order, struct acme_resp *resp, struct err *e)
{
    const struct acme_profile *profile = acme_profile_find(req->settings, order->profile);

    if (finalize->unacceptable.code == ERR_OK)
        return csr_check_names(req->mem, &finalize->csr, &order->identifiers, &resp->subproblems,
            &resp->subproblems_len, e);
    if (profile == NULL || !profile->only_key)
        *e = finalize->unacceptable;
    return e->code;
}

enum err_code order_finalize(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e)
{
    const struct finalize *finalize = req->prepared;
    struct order order;
    struct eab eab;
    bool begun;

    if (read_own(req, tx, &order, e) != ERR_OK || eab_of_account(req, tx, &eab, e) != ERR_OK)
        return e->code;
    if (order.status != ORDER_READY)
        return refuse_state(&order, e);
    if (check_csr(req, finalize, &order, resp, e) != ERR_OK ||
        check_duplicates(req, tx, &order, true, e) != ERR_OK)
        return e->code;

    order.csr = finalize->der;
    order.status = ORDER_PROCESSING;
    if (store_order_finalize(tx, order.id, order.csr, e) != ERR_OK ||
        order_flow_start(req, tx, &order, &finalize->csr, &eab, &begun, e) != ERR_OK)
        return e->code;
    if (begun) {
        resp->await_kind = order_flow.name;
        resp->await_id = order.id;
        resp->await_handler = order_get;
    }
    return answer_stored(req, tx, &order, resp, e);
}
