/* inventory - what is known of the orders at a vendor, one inventory for each upstream.
 *
 * It is learned from sources (a file, the vendor's own lists), none of which knows everything. So
 * an order is merged: what a source does not say leaves alone what is known; what it says replaces
 * it; certificates are added to those that are there; a certificate once revoked stays so. Merging
 * the same twice changes nothing. Facts that contradict each other are kept as they are said: who
 * decides looks for that (policy/match.h, order_contradiction).
 *
 * Orders are found by what a decision needs (policy/inventory.h), through indexes, so that it takes
 * the same among a hundred orders and among a hundred thousand.
 */
#ifndef COUNTERSIGN_STORE_INVENTORY_H
#define COUNTERSIGN_STORE_INVENTORY_H

#include "store/inventories.h"
#include "store/store.h"
#include "store/vendor_order.h"

extern const char *const standing_words[]; /* "issued", "pending", ... */

enum merge_result { MERGE_UNCHANGED, MERGE_UPDATED, MERGE_INSERTED };

/* Merges one order. `primary_domains`: what is registered of each of its names, in their order
 * (policy/names.h, name_primary_domain). No two of its certificates have the same id. */
enum err_code store_inventory_merge(struct store_tx *tx, int64_t inventory,
    const struct vendor_order *report, const char *const *primary_domains, int64_t now_s,
    enum merge_result *result, struct err *e);

/* The vendor itself has just told of the order, whether or not that was news (vendor_order.seen_s).
 * Nothing, if there is none of that id. */
enum err_code store_inventory_seen(
    struct store_tx *tx, int64_t inventory, const char *order_id, int64_t now_s, struct err *e);

/* What a decision is about. Lists may be empty, texts NULL. */
struct inventory_search {
    const struct identifiers *names;
    const char *const *primary_domains; /* whose busy orders are wanted, of any tenant */
    size_t primary_domains_len;
    const char *order_id, *certificate_id, *spki;
    bool slots;
};

/* The orders that share a name, are named, have the certificate or one for the key, are busy below
 * a domain, or are empty slots: each once, in the order in which they became known. */
enum err_code store_inventory_find(struct store_tx *tx, void *mem, int64_t inventory,
    const struct inventory_search *search, struct vendor_order **list, size_t *len, struct err *e);

/* An order with where it stands. */
struct inventory_item {
    int64_t id; /* its row number */
    const char *upstream, *vendor;
    int64_t changed_s;
    struct vendor_order order;
};

/* What to list; a NULL does not bound. */
struct inventory_filter {
    const char *upstream, *order_id, *name, *standing;
    int64_t after; /* row numbers beyond this */
    int64_t max;   /* so many at most */
};
enum err_code store_inventory_list(struct store_tx *tx, void *mem,
    const struct inventory_filter *filter, struct inventory_item **list, size_t *len,
    struct err *e);

#endif
