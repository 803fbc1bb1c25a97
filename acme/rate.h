/* rate - how often clients may do what (RFC 8555, 6.6): the limits by name, what each counts, and
 * the refusal.
 *
 * A limit counts events (a request, an order, a failed validation) of somebody: an address block,
 * an account, all together. What counts is a bucket (base/gcra.h): so many at once, and as many
 * again over the period.
 *
 * Nearly all buckets are in memory, in one table for all threads (struct acme): nothing is written
 * for a request, and a restart forgives. Only certificates for the same names, whose period is
 * days, are counted in the store, in the transaction that begins their issuance.
 *
 * A refusal is rateLimited, 429, with a Retry-After in whole seconds after which the bucket has
 * room for one more. Its text names the limit and what it allows; it speaks of the asker's own
 * doing only, or of the server as a whole.
 */
#ifndef COUNTERSIGN_ACME_RATE_H
#define COUNTERSIGN_ACME_RATE_H

#include "acme/rate_settings.h"
#include "base/err.h"
#include "base/rate_table.h"
#include "store/model.h"
#include "store/store.h"

struct acme_req;

/* The table for struct acme. */
struct rate_table *rate_buckets_new(void *mem);

/* Counts a request itself, before anything of it is looked at: of its address block, and of all. */
enum err_code rate_take_request(struct acme_req *req, struct err *e);

/* Counts an event of whoever asks: of its address block, its account, or all, as the limit has it.
 * RATE_NONE: nothing. Limits per account are for requests whose signature was verified: nobody can
 * use up another's. Any thread. */
enum err_code rate_take(struct acme_req *req, enum rate rate, struct err *e);

/* newOrder: one of the account's, and of all. An order that replaces a certificate (RFC 9773, 5)
 * which is due counts as a replacement of that certificate instead, once it was found to be one: a
 * renewal must not fail for being one of many. */
enum err_code rate_take_order(struct acme_req *req, struct err *e);
enum err_code rate_take_replacement(struct acme_req *req, const char *replaces, struct err *e);

/* Counts a challenge by mail: one for the account, and one to the mailbox, whoever orders for it,
 * in whatever case its address is written: nobody is flooded by mails that others ordered. */
enum err_code rate_take_mail(struct acme_req *req, const char *mailbox, struct err *e);

/* Has control over one of these names failed to be proven too often? Counts nothing. */
enum err_code rate_check_names(
    struct acme_req *req, const struct identifiers *names, struct err *e);

/* May the account have the name validated? Not if control over it failed to be proven too often, or
 * if so many validations are under way that all may fail: what began together is counted only when
 * it ends. Counts nothing. */
enum err_code rate_check_validation(
    struct acme_req *req, struct store_tx *tx, const struct identifier *name, struct err *e);

/* The account's validation of the name failed, at a time by clock_monotonic_ms. */
void rate_count_failure(struct rate_table *buckets, const struct rate_settings *settings,
    int64_t account_id, const struct identifier *name, int64_t now_ms);

/* Counts a certificate for this set of names, whoever orders it; in the store. For orders whose
 * names were all proven: others must not learn what was issued to whom. `takes` false: only looks.
 */
enum err_code rate_take_names(struct acme_req *req, struct store_tx *tx,
    const struct identifiers *names, bool takes, struct err *e);

/* May the account have one more pending order, or authorization? In newOrder and newAuthz. */
enum err_code rate_check_pending_orders(struct acme_req *req, struct store_tx *tx, struct err *e);
enum err_code rate_check_pending_authorizations(
    struct acme_req *req, struct store_tx *tx, struct err *e);

#endif
