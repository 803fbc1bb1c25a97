/* lab - what the tests of acme/ stand on: a store in a folder of its own, accounts and orders in
 * it, requests that are run as server/exchange.c runs them, and a worker for flows that goes one
 * round at a time.
 *
 * Whatever a test does not ask about must work: a failure in here is fatal to the test. All that is
 * returned lives on lab->mem.
 */
#ifndef COUNTERSIGN_TESTS_LAB_H
#define COUNTERSIGN_TESTS_LAB_H

#include "acme/acme.h"
#include "acme/flow.h"

#define LAB_URL   "https://acme.test"
#define LAB_NOW_S INT64_C(1800000000) /* 2027-01-15T08:00:00Z */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct lab {
    void *mem;
    char *folder;
    struct store *store;
    struct store_reader *reader;
    struct acme acme;
    struct acme_profile profile; /* "default", by the upstream "lab"; the only one */
    struct acme_settings settings;
};

/* A new lab, its clock at LAB_NOW_S. */
void lab_open(struct lab *lab);
void lab_close(struct lab *lab);

/* Ends the store's process, so to speak, and starts it again: nobody holds a lease. */
void lab_restart(struct lab *lab);

/* The clock of requests and flows, and how time passes on it. */
int64_t lab_now_ms(void);
void lab_pass(int64_t ms);

/* Runs something in a transaction of its own; the code is its result. */
typedef enum err_code (*lab_step)(struct store_tx *tx, void *arg, struct err *e);
enum err_code lab_in_store(struct lab *lab, lab_step run, void *arg);

/* Accounts. */

struct lab_account {
    int64_t id; /* 0: only a key */
    struct key *key;
    struct jwk jwk;
};

/* A P-256 key that no account has yet; an account with a new one. */
struct lab_account lab_key(struct lab *lab);
struct lab_account lab_account(struct lab *lab);

/* The key's public JWK. */
char *lab_jwk(void *mem, const struct key *key);

/* Requests. */

/* A request by an account about the row `id` (0 if the path names none), and one by a key that it
 * carries. */
struct acme_req *lab_request(
    struct lab *lab, const struct lab_account *by, int64_t id, const char *payload);
struct acme_req *lab_request_by_key(
    struct lab *lab, const struct lab_account *by, const char *payload);

/* The body of a POST: a JWS with this protected header and payload, signed by ES256. */
struct bytes lab_jws(void *mem, struct key *key, const char *header, const char *payload);

struct lab_answer {
    struct err e; /* ERR_OK: the request was answered */
    struct acme_resp resp;
    const char *body; /* the answer's, or the problem document */
};

/* Runs a request through prepare (may be NULL) and the handler, in a transaction that is rolled
 * back if it fails, or in a snapshot. */
struct lab_answer lab_write(
    struct lab *lab, struct acme_req *req, acme_prepare prepare, acme_handler handler);
struct lab_answer lab_read(struct lab *lab, struct acme_req *req, acme_handler handler);

/* Fails the test, and says with what, unless the answer is this problem and its detail holds these
 * words. */
void lab_expect_problem(const struct lab_answer *answer, enum problem problem, const char *words);
/* The same unless the request was answered with this status (0: the handler left it at 200). */
void lab_expect_status(const struct lab_answer *answer, int status);

/* Orders. */

/* An order of the account for these names ("a.test b.test"), pending, or ready with all its
 * authorizations valid. */
int64_t lab_order(
    struct lab *lab, const struct lab_account *account, const char *names, bool ready);

struct order lab_get_order(struct lab *lab, int64_t id);
struct authz lab_get_authz(struct lab *lab, int64_t id);
int64_t lab_authz_of(struct lab *lab, int64_t order_id, size_t index);

/* A CSR for these names with a new key; its key, if `key` is not NULL. */
struct bytes lab_csr(struct lab *lab, const char *names, struct key **key);
/* {"csr":"..."} */
char *lab_csr_payload(struct lab *lab, struct bytes csr);

/* The number that a query gives, and how many rows a table has ("job", "certificate WHERE
 * revoked_s > 0"). */
int64_t lab_number(struct lab *lab, const char *sql);
int64_t lab_count(struct lab *lab, const char *table);

/* Changes the database behind the store's back. */
void lab_run_sql(struct lab *lab, const char *sql);

/* A worker, on the test's own thread. */

struct lab_worker {
    struct lab *lab;
    struct loop *loop;
    struct store_reader *reader;
    struct upstream *upstreams[4]; /* the test fills them in, and their number in world */
    struct world world;
    struct flow_engine *engine;
    unsigned progressed; /* how often a flow ended or paused */
};

void lab_worker_start(
    struct lab_worker *worker, struct lab *lab, const struct flow_kind *const *kinds);

/* Runs until the store has answered something. */
void lab_worker_round(struct lab_worker *worker);

/* Runs for a moment, whatever happens. */
void lab_worker_pause(struct lab_worker *worker);

/* Takes all due jobs and begins them. */
void lab_worker_take(struct lab_worker *worker);

/* Runs until no flow is under way. */
void lab_worker_finish(struct lab_worker *worker);

/* The worker dies: calls under way come to nothing, leases stay. */
void lab_worker_end(struct lab_worker *worker);

#endif
