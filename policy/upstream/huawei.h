/* huawei - Huawei Cloud SSL Certificate Manager (SCM, API v3; v2 where v3 has no call) as a
 * connector.
 *
 * A room of its own for each subject:
 *
 *     huawei_call         one API call: signature (huawei_sign), error codes, who is to blame
 *     huawei_product      brands, types, kinds of names
 *     huawei_certificate  what a certificate is in the vendor's JSON
 *     huawei_form         the bodies of a purchase and of an application
 *     huawei_submit       NEW, RENEW: a purchase; NEW into a paid slot, REISSUE: a look
 *     huawei_poll         applies for it, waits, exports: each step by the state that it finds
 *     huawei_find         after doubt: ours by name, key or form, or a paid slot that is nobody's
 *     huawei_revoke       one certificate
 *     huawei_list         the inventory; huawei_report: as the policy reads it
 *
 * The vendor sells slots. A purchase brings an empty one (PAID); an application with a CSR fills
 * it; a reissue, which only its console can make, replaces what is in it. So a slot's id
 * ("scs1768465800123") is what is called the order here; the certificate under it is named by its
 * fingerprint; the purchase is the request. A purchase carries no reference of ours. But empty
 * slots of one kind are as good as each other, so that after a lost answer any that nobody has will
 * do, and two actions that chose the same one are told apart by who filled it.
 *
 * While an action is pending, its certificate id says how far it is: none, it is to be applied for;
 * the slot's own, it was. A reissue's request id is the fingerprint of the certificate that it
 * replaces.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_H
#define COUNTERSIGN_POLICY_UPSTREAM_HUAWEI_H

#include "base/http_client.h"
#include "base/loop.h"
#include "policy/upstream/upstream.h"
#include "policy/upstream/vendor_limit.h"

extern const struct upstream_ops huawei_ops;

/* What the configuration says. Texts are "" where it says nothing. */
struct huawei_options {
    const char *name; /* the upstream's */
    const char *url;  /* "https://scm.cn-north-4.myhuaweicloud.com", without a slash at its end */
    const char *access_key, *secret_key;
    const char *project_id; /* for calls of v2: names, forms, revocation; "": these are not made */
    const char *account_id; /* sent with each call; or "" */
    const char *ca_file;    /* "": the system's authorities */
    int64_t timeout_ms;
    int64_t poll_s, doubt_s;   /* struct upstream */
    int order_years;           /* 1 to 3 */
    const char *domain_method; /* of OV and EV: "DNS", "EMAIL" */
    struct {                   /* of OV and EV */
        const char *name, *unit, *country, *province, *city;
    } company;
    struct {
        const char *name, *phone, *email;
    } applicant;
};

/* Five calls a second, `percent` of it (1 to VENDOR_RATE_MAX): the vendor publishes no number. One
 * for all workers. */
struct vendor_limit *huawei_limit_new(void *mem, int percent);

/* The connector for one thread: on `mem`, freed by ops->free. `http` and `limit` outlive it; the
 * options are copied. */
struct upstream *huawei_new(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const struct huawei_options *options);

#endif
