/* order_caa - which CAA questions an order asks (RFC 8659; RFC 8657 for account and method;
 * RFC 9495 for addresses of mail), and what was found in words. */
#ifndef COUNTERSIGN_ACME_ORDER_CAA_H
#define COUNTERSIGN_ACME_ORDER_CAA_H

#include "acme/caa_check.h"
#include "store/model.h"
#include "store/store.h"

struct order_caa {
    struct caa_name *names;                /* domains; CAA says nothing about IP addresses */
    const struct identifier **identifiers; /* whose domains they are */
    size_t len;
};

/* Reads from a snapshot what is to be asked; texts on `mem`. The method is the one by which control
 * over each name, or over the domain above that stands for it, was really proven. */
enum err_code order_caa_read(void *mem, struct store_tx *snapshot, const struct order *order,
    const char *const *identities, const char *account_url, struct order_caa *out, struct err *e);

/* "www.example.com: allowed by the records at example.com", one name a line, on `mem`. */
char *order_caa_text(void *mem, const struct order_caa *caa, const struct caa_finding *findings);

/* A subproblem for each name that is not allowed, on `mem`. */
struct subproblem *order_caa_subproblems(
    void *mem, const struct order_caa *caa, const struct caa_finding *findings, size_t *len);

#endif
