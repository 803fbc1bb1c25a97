/* validation - what a vendor has validated (an organisation, a domain, or either for one order) and
 * when that ends; what is needed of it; and what has been done about it here.
 *
 * Ends are those of the inventory (store/inventories.h, store/vendor_order.h). A row is there for
 * each that was told of, or was made anew (acme/validation_flow.h, acme/revalidation_flow.h).
 */
#ifndef COUNTERSIGN_STORE_VALIDATION_H
#define COUNTERSIGN_STORE_VALIDATION_H

#include "store/store.h"

enum validation_scope {
    VALIDATION_ORGANIZATION,
    VALIDATION_DOMAIN,
    VALIDATION_ORDER_ORGANIZATION,
    VALIDATION_ORDER_DOMAIN
};
extern const char *const validation_scope_words[]; /* "organization", ...; ends with NULL */

/* A row; id 0: there is none. */
struct validation {
    int64_t id, inventory;
    enum validation_scope scope;
    const char *name;    /* the domain, or the vendor's name for the order; "" */
    int64_t alarmed_s;   /* when the log last told of its end; 0: never */
    bool renewing;       /* it is being made anew */
    int64_t tried_s;     /* when that last began; 0: never */
    int64_t renewed_s;   /* when that was last done; 0: never */
    const char *trouble; /* what is in the way of that, or NULL */
};

/* By its row. ERR_NOT_FOUND. */
enum err_code store_validation_get(
    struct store_tx *tx, void *mem, int64_t id, struct validation *out, struct err *e);

/* Writes what is known of it; its row is made if validation->id is 0, which is set then. */
enum err_code store_validation_put(
    struct store_tx *tx, struct validation *validation, struct err *e);

/* One whose end is known. */
struct validation_end {
    struct validation validation;
    int64_t until_s;
};

/* Those of an inventory that end by `before_s`, on `mem`: the last to end first, 10,000 at most. */
enum err_code store_validation_ending(struct store_tx *tx, void *mem, int64_t inventory,
    int64_t before_s, struct validation_end **list, size_t *len, struct err *e);

/* A name of a certificate that lives and will be renewed; of an organisation or an order the name
 * is NULL, and each certificate is there once. */
struct validation_need {
    const char *name;
    int64_t certificate; /* 1, 2, ...: what is alike, and stands together, is the same */
    int64_t not_before_s, not_after_s;
};

/* What needs the organisation's validation, or that of an order. On `mem`. */
enum err_code store_validation_needs(struct store_tx *tx, void *mem,
    const struct validation *validation, int64_t now_s, struct validation_need **list, size_t *len,
    struct err *e);

/* The names below what is registered. On `mem`. */
enum err_code store_validation_names(struct store_tx *tx, void *mem, int64_t inventory,
    const char *primary_domain, int64_t now_s, struct validation_need **list, size_t *len,
    struct err *e);

#endif
