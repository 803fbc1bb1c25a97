/* vendor_verb - a verb of a connector under way (policy/upstream/upstream.h): calls of a vendor's
 * API one after the other, each with the function that its answer goes to.
 *
 * So a verb reads from top to bottom: ask, on_answer, ask, on_answer, end. What it remembers
 * between its calls hangs on the struct upstream_call and goes with it. Nothing here knows a
 * vendor's words: what an answer of his means, his connector says (vendor.judge).
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_VENDOR_VERB_H
#define COUNTERSIGN_POLICY_UPSTREAM_VENDOR_VERB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "policy/upstream/upstream.h"
#include "policy/upstream/vendor_call.h"

/* How our references begin at vendors, for people who see them there. */
#define VENDOR_REFERENCE_PREFIX "countersign-"

/* The clock of a vendor and ours may differ by so much. */
#define VENDOR_SKEW_S (15 * 60)

/* An answer of the API.
 *
 *   ERR_OK                  what was asked for; `json` is the body, absent if it is no JSON
 *   ERR_NOT_FOUND           there is no such thing, or it is not this account's
 *   ERR_UPSTREAM_REFUSED    what was asked for is not done
 *   ERR_UPSTREAM_TEMPORARY, ERR_UPSTREAM_IN_DOUBT, ERR_CANCELLED: see vendor_call.h
 */
struct vendor_reply {
    enum err_code result;
    int status;
    const char *code;    /* of an error, or "" */
    const char *problem; /* of a refusal, as in struct upstream_result */
    const char *detail, *internal;
    struct json json;
    struct bytes body;
    int64_t retry_after_s;
};

typedef void (*vendor_then)(struct upstream_call *call, const struct vendor_reply *reply);

/* Every vendor's connector begins with this. */
struct vendor {
    struct upstream upstream; /* first: it is what others hold */
    struct vendor_api api;
    /* Signs its calls (vendor_call.h); `key` is what that works with. */
    vendor_sign sign;
    const void *key;
    /* An answer came whole: says by status and body what it means, in result, code, problem,
     * detail, internal. */
    void (*judge)(struct upstream_call *call, struct vendor_reply *reply);
    struct upstream_call *calls; /* under way */
};

/* What an action needs to be known by, copied: the rows are the caller's. */
struct vendor_subject {
    enum act act;
    const char *reference; /* VENDOR_REFERENCE_PREFIX and hexadecimal digits; NULL: it has none */
    const char *target, *product, *common_name;
    const char *order_id, *certificate_id, *request_id; /* the vendor's, or NULL */
    uint8_t key_hash[32];
    int64_t since_s;          /* nothing of it can be older at the vendor; 0: not known */
    struct identifiers names; /* as ordered, sorted */
    struct bytes csr_der;
    bool may_revoke;            /* struct upstream_request */
    const char *csr;            /* PEM */
    struct recipient recipient; /* "" where nobody said */
};

struct upstream_call {
    struct upstream_call *next, **link; /* in the vendor's calls */
    void *holder;                       /* what it hangs on, which goes with it */
    struct vendor *vendor;
    struct vendor_call *api;  /* the API call under way */
    struct loop_timer *round; /* or an end that is told in the next round */
    vendor_then then;
    bool changes;   /* the API call does, at the vendor */
    bool takes_any; /* what answers it may be no JSON object */
    enum vendor_urgency urgency;
    int64_t began_ms; /* of clock_monotonic_ms */
    bool looks; /* at what was ordered before: that it may not look says nothing about the order */
    struct vendor_subject action;
    void *task; /* what the verb remembers */
    upstream_on_result on_result;
    upstream_on_page on_page; /* one of the two */
    void *arg;
    struct upstream_result early; /* of vendor_verb_end_early */
};

/* Begins a verb. `request` may be NULL for those about no action. */
struct upstream_call *vendor_verb_begin(struct vendor *vendor,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *vendor_verb_begin_page(
    struct vendor *vendor, enum vendor_urgency urgency, upstream_on_page on_page, void *arg);

/* An API call. An answer of ERR_OK brings a JSON object, or else is temporary (in doubt, where it
 * changes something), unless call->takes_any is set after this. `headers` ends with NULL. */
void vendor_verb_ask(struct upstream_call *call, const char *method, const char *url,
    const char *const *headers, const char *body, bool changes, vendor_then then);

/* Ends. The first tells the caller the result, the second that the vendor has nothing of it, the
 * third the result of a reply that is no success; the fourth in the next round of the loop, where
 * nothing was asked; its texts are copied. */
void vendor_verb_end(struct upstream_call *call, const struct upstream_result *result);
void vendor_verb_end_not_found(struct upstream_call *call);
void vendor_verb_fail(struct upstream_call *call, const struct vendor_reply *reply);
void vendor_verb_end_early(struct upstream_call *call, const struct upstream_result *result);
void vendor_verb_refuse(struct upstream_call *call, const char *problem, const char *detail);
void vendor_verb_end_page(struct upstream_call *call, const struct upstream_page *page);

/* A success that cannot be read: temporary, or in doubt where `changes`. */
void vendor_verb_unreadable(struct upstream_call *call, bool changes, const char *why);

/* upstream_ops.cancel: no callback. */
void vendor_verb_cancel(struct upstream_call *call);

/* All that is under way ends cancelled: the answers are still to come, and the steps run again. */
void vendor_verb_cancel_all(struct vendor *vendor);

/* upstream_ops.new_reference: 16 random octets. */
void vendor_verb_new_reference(uint8_t out[32], size_t *len);

/* When something pending is asked about again: often while it is young, now and then once it waits
 * for people. */
int64_t vendor_verb_patience_s(const struct upstream_call *call);

/* Percent-encodes what goes into a path or a query (RFC 3986, unreserved characters stay). */
const char *vendor_escape(void *mem, const char *text);

/* Others' words, made fit to be repeated: short, printable, without quotes. On `mem`. */
const char *vendor_excerpt(void *mem, const char *text);

#endif
