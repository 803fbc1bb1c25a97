/* vendor_call - one HTTP call to a vendor's API: waits its turn under the vendor's limits, is sent
 * once, and is classified by what it may have done.
 *
 * The question that decides about money is whether a request that was not answered may have been
 * carried out. It may have been as soon as its first byte could have left (http_reply.sent), and
 * whenever the answer says nothing for certain: a status of 5xx, a body that is cut or broken. Then
 * a call that changes something at the vendor is in doubt, and its caller looks at the vendor
 * before anything is sent again. A call that changes nothing may simply be repeated. What the
 * vendor refused because of its limits (429) was not done.
 *
 * Nothing here knows a vendor's words.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_VENDOR_CALL_H
#define COUNTERSIGN_POLICY_UPSTREAM_VENDOR_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/http_client.h"
#include "base/loop.h"
#include "policy/upstream/vendor_limit.h"

struct vendor_call;

/* A vendor's API as one worker reaches it; everything outlives the calls. */
struct vendor_api {
    const char *vendor; /* as people call it, for texts: "DigiCert" */
    struct loop *loop;
    struct http_client *http;
    struct vendor_limit *limit; /* shared by all workers */
    const char *ca_file;        /* whose certificates the vendor's server may have; NULL: the
                                   system's */
    int64_t timeout_ms;         /* from the connection to the end of the answer */
};

struct vendor_request;

/* Headers that depend on the time at which a request is sent, such as a signature, as `headers`
 * below, on `mem`. What they are made of outlives the call. */
typedef const char *const *(*vendor_sign)(
    void *mem, const void *key, const struct vendor_request *request, int64_t now_s);

/* What is sent. Copied. */
struct vendor_request {
    const char *method, *url;
    const char *const *headers; /* "Name: value", ended by NULL */
    const char *body;           /* or NULL */
    vendor_sign sign;           /* asked for more headers just before it is sent; or NULL */
    const void *key;            /* what that works with; not copied */
    bool changes;               /* something at the vendor: it may be in doubt */
    enum vendor_urgency urgency;
    /* Of clock_monotonic_ms: what has not been sent by then is not sent any more; 0: it may wait
     * without end. Whoever takes up an intent after its lease (store/job.h) may rely on it. */
    int64_t send_before_ms;
};

/* Answers larger than this are not read. */
#define VENDOR_ANSWER_MAX ((size_t)8 * 1024 * 1024)

/* What came of it; valid during the callback only.
 *
 *   ERR_OK                  an answer: any status but 429 and 5xx, the body whole
 *   ERR_UPSTREAM_TEMPORARY  it was not done (also: not sent in time), or it changes nothing: it may
 *                           be repeated
 *   ERR_UPSTREAM_IN_DOUBT   it may have been done
 *   ERR_CANCELLED           by us; if it was sent, it may have been done
 */
struct vendor_answer {
    enum err_code result;
    const char *detail;   /* why there is no answer, in words for a client */
    const char *internal; /* the same for the log */
    int status;
    struct bytes body;
    int64_t retry_after_s; /* of ERR_UPSTREAM_TEMPORARY; 0: not known */
};

typedef void (*vendor_on_answer)(void *arg, const struct vendor_answer *answer);

/* Starts a call, on `mem`; the callback comes once, never before this returned, and ends it. */
struct vendor_call *vendor_call_start(void *mem, const struct vendor_api *api,
    const struct vendor_request *request, vendor_on_answer on_answer, void *arg);

/* No callback comes after this; sets the handle to NULL; NULL is fine. */
void vendor_call_cancel(struct vendor_call **call);

#endif
