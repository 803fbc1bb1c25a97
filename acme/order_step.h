/* order_step - what the rooms of an order's flow share. Private to acme/order_flow.c, which has the
 * list of steps, and its rooms:
 *
 *     order_permit.c    caa, checks                     may it be issued?
 *     order_refresh.c   refresh                         is what we know of the vendor still so?
 *     order_decide.c    decide                          what is to be done?
 *     order_upstream.c  submit, poll, find, prove,      it is done
 *                       resend
 *     order_unfit.c     look again, unfit               what came is not what was ordered
 *     order_publish.c   publish, fail                   what the client gets
 */
#ifndef COUNTERSIGN_ACME_ORDER_STEP_H
#define COUNTERSIGN_ACME_ORDER_STEP_H

#include "acme/csr.h"
#include "acme/flow.h"
#include "acme/issued.h"
#include "acme/order_caa.h"
#include "acme/perspective_check.h"
#include "store/action.h"

/* The numbers stand in job rows: never change them. */
enum order_step {
    STEP_CAA,
    STEP_SUBMIT,
    STEP_PUBLISH,
    STEP_FAIL,
    STEP_CHECKS,
    STEP_DECIDE,
    STEP_POLL,
    STEP_FIND,
    STEP_FIND_AGAIN, /* the vendor did not have it when it was asked first */
    STEP_PROVE,
    STEP_LOOK_AGAIN, /* what was handed out is not what was ordered */
    STEP_REFRESH,
    STEP_UNFIT, /* it was not each time: an operator is waited for */
    STEP_RESEND /* an operator wants the vendor's mails sent again */
};

/* What load reads. */
struct order_subject {
    struct order order;
    struct action action;
    const struct acme_profile *profile; /* NULL: it is no longer offered */
    struct csr csr;                     /* before it is decided; key NULL: is still to be read */
    struct account account;             /* at STEP_REFRESH and STEP_DECIDE */
    struct upstream_request request;
    struct upstream *upstream; /* that has the call under way */
    struct order_caa caa;      /* at STEP_CAA */
    const char *asks_about;    /* vendor's order, at STEP_REFRESH; NULL: all is known */
    bool is_stranger;          /* nothing is known of that one but its id */
    bool lacks_proof;          /* one that is published here is not yet; at STEP_PROVE */
    bool is_checked;           /* the fact stands in the store and still holds; at STEP_SUBMIT */
};

/* What an upstream said, or the DNS, kept for settle. */
struct order_outcome {
    struct upstream_result result;
    struct vendor_ids ids;
    struct issued issued;           /* what of the result may be published */
    struct err unfit;               /* code ERR_OK: it may be */
    struct err refused;             /* code ERR_OK: nothing stands against it */
    struct subproblem *subproblems; /* of `refused` */
    size_t subproblems_len;
    bool retry, cancelled;
    const char *caa; /* what was found, in words */
    const struct caa_finding *findings;
    const struct corroboration *others; /* NULL: CAA says nothing about these names */
    const struct upstream_page *page;   /* of STEP_REFRESH; NULL: nothing was asked */
};

/* A new one, in flow->outcome. */
struct order_outcome *order_outcome_new(struct flow *flow);

/* Ends the flow with STEP_FAIL and this reason. */
int order_refuse(struct flow *flow, const struct err *why);

/* caa: before money is spent, every name's domain must allow it (RFC 8659). checks: all that was
 * required is on record, or nothing is asked for upstream. */
void order_begin_caa(struct flow *flow);
int order_settle_caa(struct flow *flow, struct store_tx *tx, struct err *e);
int order_settle_checks(struct flow *flow, struct store_tx *tx, struct err *e);

/* refresh: what is known of the orders that the decision may choose is as old as it may be
 * (acme/order_refresh.h). */
void order_begin_refresh(struct flow *flow);
int order_settle_refresh(struct flow *flow, struct store_tx *tx, struct err *e);

/* decide: what the order means at the vendor (policy/policy.h). */
int order_settle_decide(struct flow *flow, struct store_tx *tx, struct err *e);

/* submit: the intent is durable; now it is carried out. */
void order_begin_submit(struct flow *flow);
int order_settle_submit(struct flow *flow, struct store_tx *tx, struct err *e);
/* poll: until the vendor has issued or refused, which may take days. prove: it wants to see records
 * first; they were published, and it is asked to look. */
void order_begin_poll(struct flow *flow);
void order_begin_prove(struct flow *flow);
void order_begin_resend(struct flow *flow);
int order_settle_poll(struct flow *flow, struct store_tx *tx, struct err *e);
/* find: it may have been sent. The vendor is asked for it, and it is sent again only if that says
 * twice, some time apart, that it has nothing of the kind. */
void order_begin_find(struct flow *flow);
int order_settle_find(struct flow *flow, struct store_tx *tx, struct err *e);

/* publish: what the upstream issued is what was ordered, or it is not handed out. */
int order_settle_publish(struct flow *flow, struct store_tx *tx, struct err *e);
int order_settle_fail(struct flow *flow, struct store_tx *tx, struct err *e);

#endif
