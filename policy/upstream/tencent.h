/* tencent - Tencent Cloud SSL Certificate service (API 3.0, version 2019-12-05) as a connector, for
 * the Chinese site and the international one.
 *
 * A room of its own for each subject:
 *
 *     tencent_call      one API call: signature (tencent_sign), error codes, who is to blame
 *     tencent_product   what can be bought
 *     tencent_record    what a certificate is in the service's JSON
 *     tencent_chain     an original and its reissues
 *     tencent_form      the bodies of purchase, application, reissue
 *     tencent_submit    the call that costs: NEW, RENEW, REISSUE
 *     tencent_poll      all that follows, each step by the state that it finds; tencent_prove
 *     tencent_find      after doubt: by our reference, by the key, or an empty slot
 *     tencent_revoke    one certificate
 *     tencent_list      the inventory; tencent_report: as the policy reads it
 *
 * Every certificate is a record with an id of its own, a reissue too. Here an order is an original
 * with its reissues, by the original's id; the certificates under it are the records.
 *
 * A purchase carries no reference of ours and brings an empty record. Our reference is written on
 * it afterwards, as its alias. Empty records of a product are as good as each other: after a lost
 * answer any that nobody has claimed since will do, and there are as many as were bought. Two
 * actions that claimed the same one are told apart by the alias, and later by the key of the CSR;
 * who lost it looks for another.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_TENCENT_H
#define COUNTERSIGN_POLICY_UPSTREAM_TENCENT_H

#include "base/http_client.h"
#include "base/loop.h"
#include "policy/upstream/upstream.h"
#include "policy/upstream/vendor_limit.h"

extern const struct upstream_ops tencent_ops;

/* What all workers know of the service: what it does not have, and how often it was asked to look
 * for records. Any thread. */
struct tencent_memory;
struct tencent_memory *tencent_memory_new(void *mem);

/* What the configuration says. Texts are "" where it says nothing. */
struct tencent_options {
    const char *name; /* the upstream's */
    const char *url;  /* "https://ssl.tencentcloudapi.com", without a slash at its end */
    const char *secret_id, *secret_key;
    const char *ca_file; /* "": the system's authorities */
    int64_t timeout_ms;
    int64_t poll_s, doubt_s;             /* struct upstream */
    int order_years;                     /* 1 to 3 */
    const char *method;                  /* how domains are validated: "DNS", "DNS_AUTO", "FILE" */
    const char *company_id, *manager_id; /* approved at the vendor's; "": the data go along */
    struct {                             /* of OV and EV */
        const char *name, *unit, *address, *city, *province, *country;
        const char *phone_area, *phone;
    } organization;
    struct {
        const char *first_name, *last_name, *position, *phone, *email; /* of DV: the last only */
    } contact;
    struct tencent_memory *memory; /* shared by the workers; not copied */
};

/* Eight calls a second, `percent` of it (1 to VENDOR_RATE_MAX): the service allows an account ten
 * of each action. One for all workers. */
struct vendor_limit *tencent_limit_new(void *mem, int percent);

/* The connector for one thread: on `mem`, freed by ops->free. `http`, `limit` and the memory
 * outlive it; the options are copied. */
struct upstream *tencent_new(void *mem, struct loop *loop, struct http_client *http,
    struct vendor_limit *limit, const struct tencent_options *options);

#endif
