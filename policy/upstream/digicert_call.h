/* digicert_call - a verb under way at DigiCert: API calls one after the other, each with the
 * function that its answer goes to.
 *
 * So a verb reads from top to bottom: ask, on_answer, ask, on_answer, end. What it remembers
 * between its calls hangs on the struct upstream_call and goes with it.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_CALL_H
#define COUNTERSIGN_POLICY_UPSTREAM_DIGICERT_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "policy/upstream/digicert.h"
#include "policy/upstream/vendor_call.h"

struct digicert {
    struct upstream upstream; /* first: it is what others hold */
    struct digicert_options options;
    struct vendor_api api;
    const char *headers[5];
    struct upstream_call *calls; /* under way */
};

struct digicert *digicert_of(struct upstream *upstream);

/* An answer of the API.
 *
 *   ERR_OK                  2xx; `json` is its body, absent if there was none or it is no JSON
 *   ERR_NOT_FOUND           404: there is no such thing, or it is not the key's
 *   ERR_UPSTREAM_REFUSED    any other 4xx: what was asked for is not done
 *   ERR_UPSTREAM_TEMPORARY, ERR_UPSTREAM_IN_DOUBT, ERR_CANCELLED: see vendor_call.h
 */
struct digicert_answer {
    enum err_code result;
    int status;
    const char *code;    /* of an error, or "" */
    const char *problem; /* of a refusal, as in struct upstream_result */
    const char *detail, *internal;
    struct json json;
    struct bytes body;
    int64_t retry_after_s;
};

typedef void (*digicert_then)(struct upstream_call *call, const struct digicert_answer *answer);

/* What an action needs to be known by, copied: the rows are the caller's. */
struct digicert_action {
    enum act act;
    const char *reference; /* alternative_order_id, or NULL */
    const char *target, *product, *common_name;
    const char *order_id, *certificate_id, *request_id; /* the vendor's, or NULL */
    uint8_t key_hash[32];
    int64_t since_s;          /* nothing of it can be older at DigiCert; 0: not known */
    struct identifiers names; /* as ordered, sorted */
    const char *csr;          /* PEM */
};

struct upstream_call {
    struct upstream_call *next, **link; /* in the upstream's calls */
    void *holder;                       /* what it hangs on, which goes with it */
    struct digicert *dc;
    struct vendor_call *api;  /* the API call under way */
    struct loop_timer *round; /* or an end that is told in the next round */
    digicert_then then;
    bool wants_json; /* the answer is to be a JSON object */
    enum vendor_urgency urgency;
    int64_t began_ms; /* of clock_monotonic_ms */
    bool looks; /* at what was ordered before: that it may not look says nothing about the order */
    struct digicert_action action;
    void *task; /* what the verb remembers */
    upstream_on_result on_result;
    upstream_on_page on_page; /* one of the two */
    void *arg;
    const char *refusal_problem, *refusal_detail; /* of digicert_call_refuse */
};

/* Begins a verb. `request` may be NULL for those about no action. */
struct upstream_call *digicert_call_new(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);

/* API calls; `path` is below the base URL. GET changes nothing, and a success of digicert_get
 * always brings a JSON object; POST and PUT as it is said. */
void digicert_get(struct upstream_call *call, const char *path, digicert_then then);
void digicert_get_text(struct upstream_call *call, const char *path, digicert_then then);
void digicert_send(struct upstream_call *call, const char *method, const char *path,
    const char *body, bool changes, digicert_then then);

/* Percent-encodes what goes into a path or a query, on the call. */
const char *digicert_escape(struct upstream_call *call, const char *text);

/* Others' words, made fit to be repeated: short, printable, without quotes. On `mem`. */
const char *digicert_excerpt(void *mem, const char *text);

/* Ends. The first tells the caller the result; the second one of an answer that is no success; the
 * third that nothing was asked of DigiCert, in the next round of the loop. */
void digicert_call_end(struct upstream_call *call, const struct upstream_result *result);
void digicert_call_fail(struct upstream_call *call, const struct digicert_answer *answer);
void digicert_call_refuse(struct upstream_call *call, const char *problem, const char *detail);
void digicert_call_end_not_found(struct upstream_call *call);
void digicert_call_end_page(struct upstream_call *call, const struct upstream_page *page);

/* An answer of 2xx that cannot be read: temporary, or in doubt where `changes`. */
void digicert_call_unreadable(struct upstream_call *call, bool changes, const char *why);

/* No callback. */
void digicert_call_cancel(struct upstream_call *call);

#endif
