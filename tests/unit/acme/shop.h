/* shop - a lab with the embedded CA behind an upstream that does what a script says, an account and
 * a worker: for tests of order_flow and its rooms. A failure in here is fatal to the test.
 */
#ifndef COUNTERSIGN_TESTS_SHOP_H
#define COUNTERSIGN_TESTS_SHOP_H

#include "policy/upstream/local_ca.h"
#include "tests/unit/acme/lab.h"

/* What the upstream is like: the same again costs nothing; it can be asked what it has; it cannot;
 * it can also be asked about one of its orders. */
enum shop_kind { SHOP_REPEATABLE, SHOP_VENDOR, SHOP_BLIND_VENDOR, SHOP_TELLING_VENDOR };

/* Scripts have a letter a call, the last one for all further calls:
 *   'i' issue   'r' refuse   't' cannot be reached   'c' shuts down   'h' hangs
 *   'k' issue for another key   'g' give something that is no certificate   'n' give no reason
 *   'w' add a name   'v' add one and say so   'o' give no chain   'a' give alternate chains
 *   'p' pending   'P' pending until a record is published   'x' refuse with a problem of its own
 *   'd' in doubt: it never arrived   'D' in doubt: it is done, and the answer was lost
 *   'f' not found   '?' issue if it was bought, else not found
 * Fetch: 't', 'r', 'c', 'h', 'f' as above; 'i' the order, issued for a.test; 'x' the same,
 * cancelled; '0' nothing at all
 */
struct scripted {
    struct upstream upstream; /* first: it is what others hold */
    struct upstream *ca;
    struct lab *lab;
    const char *script, *polls, *finds, *proves, *fetches;
    int calls, polled, found, proved, fetched, cancelled;
    const char *last_fetched; /* the id of that order */
    int bought;               /* how often submit arrived at the vendor and was taken */
};

struct shop {
    struct lab lab;
    enum shop_kind kind;
    struct local_ca_options ca_options;
    struct lab_account account;
    struct lab_worker worker;
    struct scripted scripted;
};

/* script: of submit. The other verbs: "?" for find, "i" for poll and prove. */
void shop_open(struct shop *shop, const char *script);
void shop_close(struct shop *shop);

/* From now on it is a vendor by DigiCert's rules that can be asked about its orders; what it told
 * counts for 15 minutes. */
void shop_telling(struct shop *shop);

/* The process begins; what was held before it is free. Ended by lab_worker_end. */
void shop_start_worker(struct shop *shop);

/* Takes what is due and runs it until nothing is under way. */
void shop_run_due(struct shop *shop);

/* So many minutes later. */
void shop_run_after(struct shop *shop, int64_t minutes);

/* An order for these names that is finalized, and is processing then, with a new key. */
int64_t shop_finalize(struct shop *shop, const char *names, struct key **key);
/* The same with a request, by any account, and whatever follows from it. */
struct lab_answer shop_finalize_csr(struct shop *shop, const struct lab_account *account,
    const char *names, struct bytes csr, int64_t *id);

struct certificate shop_certificate(struct shop *shop, int64_t order_id);
struct action shop_action(struct shop *shop, int64_t order_id);
struct order_decision shop_decision(struct shop *shop, int64_t order_id);

#endif
