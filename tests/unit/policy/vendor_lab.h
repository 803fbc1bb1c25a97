/* vendor_lab - what tests of connectors stand on: a vendor on loopback that answers by a script, a
 * connector's worker, a CA, keys and CSRs, and what came back last.
 *
 * A script is a list of requests in the order in which they have to come, each with its answer; in
 * texts apostrophes stand for quotation marks, so that JSON can be read. Whatever a test does not
 * ask about must work: a failure in here is fatal to the test.
 */
#ifndef COUNTERSIGN_TESTS_VENDOR_LAB_H
#define COUNTERSIGN_TESTS_VENDOR_LAB_H

#include <pthread.h>

#include "base/cert.h"
#include "base/http_client.h"
#include "policy/upstream/upstream.h"
#include "policy/upstream/vendor_limit.h"
#include "tests/unit/responder.h"

/* Instead of a status: the connection ends when the request came; half of a body of 201 comes. */
enum { ANSWER_NOTHING = -1, ANSWER_HALF = -2 };

/* A request and its answer. The last one of a script has no `expect`. */
struct exchange {
    const char *expect; /* "GET /order/certificate/1": method and target, whole */
    int status;
    const char *body; /* NULL: none */
};

#define LAB_EXCHANGES_MAX 64

struct vendor_lab {
    void *mem;
    struct loop *loop;
    struct http_client *http;
    struct vendor_limit *limit;
    struct responder *server;
    struct loop_timer *watchdog;
    const char *url; /* "http://127.0.0.1:<port>" */

    pthread_mutex_t lock; /* guards what the server's thread uses */
    const struct exchange *script;
    size_t answered;
    char *bodies[LAB_EXCHANGES_MAX]; /* of the requests; malloc */
    char *heads[LAB_EXCHANGES_MAX];
    char unexpected[512]; /* the first request that did not fit, or "" */

    struct cert_issuer *issuer;
    const char *root_pem, *issuing_pem;

    bool is_starting;
    unsigned results;
    struct upstream_result result; /* copied to mem */
    struct upstream_page page;     /* as long as the next page does not come */
    void (*on_page)(struct vendor_lab *lab, const struct upstream_page *page);
};

void vendor_lab_open(struct vendor_lab *lab);
void vendor_lab_close(struct vendor_lab *lab);

/* Sets the script for what follows. */
void vendor_lab_script(struct vendor_lab *lab, const struct exchange *script);

/* Runs the loop until one result or page came (their callbacks), and holds the script against what
 * was asked: all of it, nothing else. */
void vendor_lab_run(struct vendor_lab *lab);
void vendor_lab_on_result(void *arg, const struct upstream_result *result);
void vendor_lab_on_page(void *arg, const struct upstream_page *page);

/* A key with its CSR and certificates. */
struct lab_subject {
    struct key *key;
    struct bytes spki, csr; /* DER */
    uint8_t key_hash[32];
    const char *csr_text;                   /* PEM as it stands within JSON */
    const char *leaf_pem;                   /* as it stands within JSON */
    const char *leaf_text;                  /* as it is */
    const char *intermediates, *chain_json; /* [{"pem":...},...] with leaf, issuing and root */
};
struct lab_subject vendor_lab_subject(struct vendor_lab *lab, const char *const *names);

/* PEM as it stands within JSON, on lab->mem. */
const char *vendor_lab_json(struct vendor_lab *lab, const char *pem);

/* Text with apostrophes for quotation marks, as printf, on lab->mem. */
char *lab_text(struct vendor_lab *lab, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
