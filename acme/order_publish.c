/* order_publish - see order_publish.h. */
#include "acme/order_publish.h"

#include "acme/order_books.h"
#include "acme/order_flow.h"
#include "acme/order_proofs.h"
#include "base/cert.h"
#include "base/log.h"
#include "base/mem.h"
#include "policy/names.h"
#include "store/certificate.h"
#include "store/job.h"
#include "store/order.h"

bool order_takes_dates(const struct order *order, int64_t not_before_s, int64_t not_after_s)
{
    return (order->not_before_s == 0 || order->not_before_s == not_before_s) &&
           (order->not_after_s == 0 || order->not_after_s == not_after_s);
}

/* Orders that joined the action. */

struct adopter {
    struct order order;
    struct action action;
};

static enum err_code read_adopter(
    struct store_tx *tx, void *mem, int64_t order_id, struct adopter *out, struct err *e)
{
    if (store_order_get(tx, mem, order_id, &out->order, e) == ERR_OK)
        store_action_of_order(tx, mem, order_id, &out->action, e);
    return e->code;
}

/* What it joined is for its names and its key, or it would not have; its dates may be others. */
static bool may_have(const struct adopter *adopter, const struct order_end *end,
    const struct certificate *certificate)
{
    return adopter->order.account_id == end->order->account_id &&
           bytes_equal(adopter->action.key_hash, end->action->key_hash) &&
           names_equal(&adopter->order.identifiers, &end->order->identifiers) &&
           order_takes_dates(&adopter->order, certificate->not_before_s, certificate->not_after_s);
}

static enum err_code decide_anew(
    const struct adopter *adopter, struct store_tx *tx, int64_t now_ms, struct err *e)
{
    if (store_action_adopt(tx, adopter->action.id, 0, now_ms / 1000, e) != ERR_OK)
        return e->code;
    return store_job_plan(tx, order_flow.name, adopter->order.id, STEP_CHECKS, now_ms, e);
}

static enum err_code end_adopters(const struct order_end *end, struct store_tx *tx,
    const struct certificate *certificate, struct err *e);

/* It may have been joined itself before it joined. */
static enum err_code end_its_adopters(struct adopter *adopter, const struct order_end *end,
    struct store_tx *tx, const struct certificate *certificate, struct err *e)
{
    struct order_end its = {end->mem, &adopter->order, &adopter->action, end->now_ms};

    adopter->order.error = end->order->error;
    return end_adopters(&its, tx, certificate, e);
}

static enum err_code share(struct adopter *adopter, const struct order_end *end,
    struct store_tx *tx, const struct certificate *certificate, struct err *e)
{
    if (!may_have(adopter, end, certificate))
        return decide_anew(adopter, tx, end->now_ms, e);
    if (store_action_end(tx, adopter->action.id, ACTION_DONE, NULL, end->now_ms / 1000, e) !=
        ERR_OK)
        return e->code;
    log_info(
        "order_shares", LOG_INT("order", adopter->order.id), LOG_INT("issued_for", end->order->id));
    return store_order_issued(tx, adopter->order.id, certificate->id, e) == ERR_OK
               ? end_its_adopters(adopter, end, tx, certificate, e)
               : e->code;
}

static enum err_code fail_with(
    struct adopter *adopter, const struct order_end *end, struct store_tx *tx, struct err *e)
{
    if (store_action_end(tx, adopter->action.id, ACTION_FAILED, NULL, end->now_ms / 1000, e) !=
        ERR_OK)
        return e->code;
    return store_order_failed(tx, adopter->order.id, end->order->error, e) == ERR_OK
               ? end_its_adopters(adopter, end, tx, NULL, e)
               : e->code;
}

/* `certificate` NULL: it failed. */
static enum err_code end_adopters(const struct order_end *end, struct store_tx *tx,
    const struct certificate *certificate, struct err *e)
{
    struct adopter adopter;
    int64_t *order_ids;
    size_t len;

    if (store_action_adopters(tx, end->mem, end->action->id, &order_ids, &len, e) != ERR_OK)
        return e->code;
    for (size_t i = 0; i < len && e->code == ERR_OK; i++) {
        if (read_adopter(tx, end->mem, order_ids[i], &adopter, e) != ERR_OK)
            return e->code;
        if (certificate != NULL)
            share(&adopter, end, tx, certificate, e);
        else
            fail_with(&adopter, end, tx, e);
    }
    return e->code;
}

/* Ends. */

enum err_code order_end_valid(struct order_end *end, struct store_tx *tx,
    const struct certificate *certificate, const struct vendor_ids *ids, struct err *e)
{
    if (store_action_end(tx, end->action->id, ACTION_DONE, ids, end->now_ms / 1000, e) != ERR_OK ||
        order_proofs_leave(tx, end->action->id, end->now_ms, e) != ERR_OK ||
        store_order_issued(tx, end->order->id, certificate->id, e) != ERR_OK)
        return e->code;
    end->order->status = ORDER_VALID;
    end->order->certificate_id = certificate->id;
    if (end_adopters(end, tx, certificate, e) != ERR_OK)
        return e->code;
    return order_flow_wake_waiting(tx, end->action->upstream, end->now_ms, e);
}

enum err_code order_end_failed(struct order_end *end, struct store_tx *tx, const struct err *why,
    const struct subproblem *subproblems, size_t subproblems_len, struct err *e)
{
    const char *document = problem_json(end->mem, why, subproblems, subproblems_len);

    if (store_action_end(tx, end->action->id, ACTION_FAILED, NULL, end->now_ms / 1000, e) !=
            ERR_OK ||
        order_proofs_leave(tx, end->action->id, end->now_ms, e) != ERR_OK ||
        store_order_failed(tx, end->order->id, document, e) != ERR_OK)
        return e->code;
    end->order->status = ORDER_INVALID;
    end->order->error = document;
    if (end_adopters(end, tx, NULL, e) != ERR_OK)
        return e->code;
    return order_flow_wake_waiting(tx, end->action->upstream, end->now_ms, e);
}

/* publish. */

static const char *serial_text(struct bytes serial, char out[80])
{
    hex_encode(serial.data, serial.len > 39 ? 39 : serial.len, out);
    return out;
}

static void log_issued(const struct order *order, const struct certificate *certificate)
{
    char serial[80];

    log_info("order_issued", LOG_INT("order", order->id), LOG_INT("account", order->account_id),
        LOG_STR("name", order->identifiers.list[0].value),
        LOG_INT("names", (int64_t)order->identifiers.len),
        LOG_STR("serial", serial_text(certificate->serial, serial)));
}

/* Nobody can use what the upstream returned: the client must know, and the operator, too. */
static int refuse_certificate(struct flow *flow, struct order_outcome *o)
{
    char serial[80];

    o->result.detail =
        mem_printf(flow->mem, "the certificate authority returned %s", o->unfit.detail);
    log_error("order_wrong_certificate", LOG_INT("order", flow->job.subject),
        LOG_STR("serial", serial_text(o->issued.leaf.serial, serial)),
        LOG_STR("detail", o->result.detail));
    return STEP_FAIL;
}

static struct order_end end_of(struct flow *flow)
{
    struct order_subject *s = flow->subject;

    return (struct order_end){flow->mem, &s->order, &s->action, flow->now_ms};
}

int order_settle_publish(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_subject *s = flow->subject;
    struct order_outcome *o = flow->outcome;
    struct order_end end = end_of(flow);
    struct certificate certificate = {
        .account_id = s->order.account_id,
        .order_id = s->order.id,
        .serial = o->issued.leaf.serial,
        .der = o->result.leaf,
        .chain = o->result.chain,
        .not_before_s = o->issued.leaf.not_before_s,
        .not_after_s = o->issued.leaf.not_after_s,
    };

    if (o->unfit.code != ERR_OK)
        return refuse_certificate(flow, o);
    if (o->issued.left_out != NULL)
        log_warning("alternate_chain_left_out", LOG_INT("order", s->order.id),
            LOG_STR("detail", o->issued.left_out));
    if (store_certificate_add(tx, &certificate, s->action.upstream, s->action.key_hash,
            o->issued.alternates, e) == ERR_OK &&
        order_books_issued(flow->mem, tx, flow->settings, &s->order, &s->action, &certificate,
            &o->ids, flow->now_ms / 1000, e) == ERR_OK &&
        order_end_valid(&end, tx, &certificate, &o->ids, e) == ERR_OK)
        log_issued(&s->order, &certificate);
    return FLOW_END;
}

/* fail. */

/* Why, where the upstream said so: a vendor's refusal may have a problem of its own. */
static void explain(const struct upstream_result *result, struct err *why)
{
    enum problem problem = PROBLEM_SERVER_INTERNAL;

    if (result->problem != NULL)
        problem_find(result->problem, &problem);
    problem_set(why, problem, "the certificate could not be issued: %s; make a new order later",
        result->detail != NULL ? result->detail : "the certificate authority gave no reason");
}

/* The upstream had it, or may have. */
static bool is_bought(const struct action *action, const struct order_outcome *o)
{
    return action->state == ACTION_PENDING || action->state == ACTION_IN_DOUBT ||
           o->unfit.code != ERR_OK;
}

int order_settle_fail(struct flow *flow, struct store_tx *tx, struct err *e)
{
    const struct order_outcome *o = flow->outcome;
    struct order_end end = end_of(flow);
    struct err why = o->refused;

    if (why.code == ERR_OK)
        explain(&o->result, &why);
    if (order_books_failed(tx, end.action, is_bought(end.action, o), flow->now_ms / 1000, e) ==
        ERR_OK)
        order_end_failed(&end, tx, &why, o->subproblems, o->subproblems_len, e);
    return FLOW_END;
}
