/* order_decide - what an order means at the vendor (policy/policy.h), and what follows from it: the
 * step `decide` of acme/order_flow.h.
 *
 * The facts are read, the decision made and stored with its trace, and its consequence carried out
 * in one transaction, so that two orders never decide by the same facts. It runs inside finalize
 * where nothing is to be asked before, else in the order's flow; the outcome is the same.
 */
#ifndef COUNTERSIGN_ACME_ORDER_DECIDE_H
#define COUNTERSIGN_ACME_ORDER_DECIDE_H

#include "acme/order_publish.h"

/* An order that is processing, checked, and not decided. */
struct order_deciding {
    void *mem;
    const struct acme_settings *settings;
    const struct acme_profile *profile;
    const struct account *account;
    const struct eab *eab; /* NULL: is read */
    const struct csr *csr;
    struct order *order;   /* is changed if it ends */
    struct action *action; /* deciding; gets the intent */
    int64_t now_ms;
    /* The vendor's order that it was asked about without answering, or NULL. */
    const char *unanswered;
};

/* What follows. */
enum order_path {
    ORDER_PATH_SUBMIT, /* the intent is stored (state sending) */
    ORDER_PATH_WAIT,   /* to be decided again, from the checks on, at *at_ms */
    ORDER_PATH_JOINED, /* it ends with another action; nothing is to be done for it */
    ORDER_PATH_ENDED   /* it is valid or invalid */
};

enum err_code order_decide(struct order_deciding *d, struct store_tx *tx, enum order_path *path,
    int64_t *at_ms, struct err *e);

#endif
