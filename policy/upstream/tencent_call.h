/* tencent_call - calls of the service, and what the rooms of its connector do for its table of
 * verbs (policy/upstream/upstream.h) and for each other. */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_CALL_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_CALL_H

#include <stdbool.h>

#include "policy/upstream/tencent.h"
#include "policy/upstream/tencent_product.h"
#include "policy/upstream/tencent_record.h"
#include "policy/upstream/vendor_verb.h"

struct tencent {
    struct vendor vendor; /* first: it is what others hold */
    struct tencent_options options;
};

struct tencent *tencent_of(struct upstream *upstream);
const struct tencent_options *tencent_options_of(const struct upstream_call *call);

/* What a `struct vendor` has of this room (vendor_verb.h): the signature, made of the options, and
 * what an answer means. */
const char *const *tencent_sign_call(
    void *mem, const void *options, const struct vendor_request *request, int64_t now_s);
void tencent_judge(struct upstream_call *call, struct vendor_reply *reply);

/* An API call. `body` is a JSON object; the reply's `json` is what stands in "Response". An error
 * in it is a reply by its code: ERR_NOT_FOUND is "no such certificate". */
void tencent_ask(struct upstream_call *call, const char *action, const char *body, bool changes,
    vendor_then then);

/* The same for an action that wants an id and nothing else: {"CertificateId":"..."}. */
void tencent_ask_about(
    struct upstream_call *call, const char *action, const char *id, vendor_then then);

/* DescribeCertificateDetail. */
void tencent_show(struct upstream_call *call, const char *id, vendor_then then);

/* Did the service answer just with this code? */
bool tencent_code_is(const struct vendor_reply *reply, const char *code);

/* CompleteCertificate is not known at this site: never again. */
bool tencent_lacks_completion(const struct upstream_call *call);
void tencent_note_no_completion(const struct upstream_call *call);

/* May the service be asked to look for this certificate's records? At most every five minutes. */
bool tencent_may_check(const struct upstream_call *call, const char *id);

struct upstream_call *tencent_submit(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *tencent_poll(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *tencent_find(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *tencent_prove(struct upstream *upstream,
    const struct upstream_request *request, upstream_on_result on_result, void *arg);
struct upstream_call *tencent_revoke(struct upstream *upstream,
    const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg);
struct upstream_call *tencent_list(
    struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg);
struct upstream_call *tencent_fetch(
    struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg);

#endif
