/* upstream - the interface of a certificate authority behind us: one table of functions per vendor.
 *
 * A connector keeps no state and makes no decision. It carries out one action (which policy/ chose,
 * and whose intent the store already holds) and reports what the vendor said. Every verb is
 * asynchronous: it calls back exactly once, never before it returned, on the loop it was started
 * on, and not at all after cancel.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_UPSTREAM_H
#define COUNTERSIGN_POLICY_UPSTREAM_UPSTREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"
#include "store/model.h"
#include "store/vendor_order.h"

struct cert_revoked;
struct upstream;      /* one configured upstream, on one worker */
struct upstream_call; /* one call under way */

/* What is asked for. All of it comes from stored rows, so that a step that is run again asks for
 * the same. */
struct upstream_request {
    const struct action
        *action; /* what, about which order, our reference, the vendor's ids so far */
    const struct identifiers *identifiers;
    struct bytes csr; /* DER, checked */
    /* Whom a certificate of a person is for; NULL: nobody said. */
    const struct recipient *recipient;
    /* Other certificates of the target may be revoked by it, as the target is by now: the operator
     * permits that. Else nothing is done that would. */
    bool may_revoke;
};

/* A record that the vendor wants to see before it goes on: its own domain validation. */
struct upstream_proof {
    enum vendor_proof_kind kind;
    const char *domain; /* whose control it proves */
    const char *name;   /* owner name of the record; HTTP: path, "/.well-known/pki-validation/x" */
    const char *value;  /* text of the record, its target, or the body */
};

/* How `waits_for` begins if it is a task for an operator: who looks at the action sees the CSR,
 * too.
 */
#define UPSTREAM_TASK "an operator: "

/* What came back of submit, poll, find, prove; valid during the callback only.
 *
 *   ERR_OK                  the vendor has it: issued, or pending
 *   ERR_UPSTREAM_TEMPORARY  nothing was done, and it may be asked for again later
 *   ERR_UPSTREAM_REFUSED    nothing was or will be done, and asking again is of no use
 *   ERR_UPSTREAM_IN_DOUBT   it may have been done: find out, never send again. find: the vendor
 *                           answered, and cannot tell; asked again in vain, an operator must look.
 *                           poll: what was held to be this action is somebody else's: find out
 *   ERR_NOT_FOUND           find: the vendor answered, and has nothing of the kind: it is sent
 *                           again. Only for vendors that show for certain what they were sent
 *   ERR_CANCELLED           by us: the answer is still to come
 */
struct upstream_result {
    enum err_code result;
    const char *problem;  /* of a refusal: "caa", "badCSR", "rejectedIdentifier", ...; NULL: an
                             operator's matter, serverInternal */
    const char *detail;   /* safe to show to the client */
    const char *internal; /* for the log */
    bool issued;          /* `leaf` and `chain` are there; else it is pending: poll */
    struct bytes leaf;    /* DER */
    const char *chain;    /* PEM of what follows the leaf */
    /* Other chains that may follow it, as `chain`, the best first, ended by NULL; NULL: none. */
    const char *const *alternates;
    /* Names that the vendor adds to those that were ordered ("www." and the like): the leaf may
     * have them. Sorted; NULL: none. */
    const struct identifiers *extra_names;
    /* What the vendor calls order, certificate and request; NULL: it did not say. */
    const char *order_id, *certificate_id, *request_id;
    const char *waits_for;               /* pending: whom or what, for people; or NULL */
    int64_t retry_after_s;               /* pending, temporary: ask again then; 0: as you like */
    const struct upstream_proof *proofs; /* pending: to be published before the vendor goes on */
    size_t proofs_len;
    int64_t validated_until_s; /* of validate: it was seen, and holds until then; 0: not yet */
};

typedef void (*upstream_on_result)(void *arg, const struct upstream_result *result);

/* A page of the vendor's inventory, each order with what was said of it (enum said). Valid during
 * the callback only. result: ERR_OK, ERR_UPSTREAM_TEMPORARY, ERR_UPSTREAM_REFUSED, ERR_NOT_FOUND
 * (fetch), ERR_CANCELLED. */
struct upstream_page {
    enum err_code result;
    const char *detail, *internal;
    void *mem; /* what the page stands on: who wants to keep it takes that (mem_move); or NULL */
    const struct vendor_order *orders; /* their names in any order, some twice */
    size_t orders_len;
    bool is_outline; /* each of the orders comes again in this reading, with more of it */
    const struct validations *validations; /* NULL: not on this page */
    const char *next; /* what to give to list for what follows; NULL: that was all */
    int64_t retry_after_s;
};

typedef void (*upstream_on_page)(void *arg, const struct upstream_page *page);

/* A certificate that is to be revoked. */
struct upstream_revocation {
    const char *vendor_order, *vendor_certificate; /* as the action has them, or NULL */
    struct bytes serial;                           /* content octets */
    int reason;                                    /* RFC 5280, 5.3.1; -1: none was given */
    const char *why;                               /* for the vendor's approver */
    /* What the vendor calls the request that was made before: it is asked what became of that, and
     * nothing is asked for anew. NULL: there is none that we know of. */
    const char *request_id;
};

/* A domain that the vendor has validated for the account, apart from any order. */
struct upstream_domain {
    const char *name;
    bool published; /* what it wants to see is there: it is asked to look */
};

struct upstream_ops {
    const char *type; /* the configuration's word: "local" */
    bool takes_dates; /* certificates get the dates of their action, to the second */
    /* submit with the same reference costs nothing and gives the same again: after doubt it is
     * simply repeated. Else it is never sent twice: `find`, or an operator, must find out. */
    bool repeatable;
    bool heeds_operator; /* what is pending may wait for an operator's word (action->said) */
    /* Chooses our reference for an action (the embedded CA: a serial), before the intent is stored.
     * At most 32 octets. */
    void (*new_reference)(uint8_t out[32], size_t *len);
    /* Carries the action out. The intent is durable when this is called. Where a vendor needs
     * several calls, submit makes the one that costs money, and poll the others: each of them only
     * after the ids that the vendor gave are stored, and so that it may be made again. */
    struct upstream_call *(*submit)(struct upstream *upstream,
        const struct upstream_request *request, upstream_on_result on_result, void *arg);
    /* What has become of an action that the upstream has. NULL: submit leaves none pending. */
    struct upstream_call *(*poll)(struct upstream *upstream, const struct upstream_request *request,
        upstream_on_result on_result, void *arg);
    /* After doubt: has the vendor an action with our reference, or for this key? NULL: submit
     * leaves none in doubt, or nothing can be searched for: an operator must look. */
    struct upstream_call *(*find)(struct upstream *upstream, const struct upstream_request *request,
        upstream_on_result on_result, void *arg);
    /* The proofs were published: asks the vendor to look. NULL: it needs none. */
    struct upstream_call *(*prove)(struct upstream *upstream,
        const struct upstream_request *request, upstream_on_result on_result, void *arg);
    /* Validates a domain anew before its validation ends; orders nothing, and may be repeated. What
     * is to be published comes as proofs; once that is published, validated_until_s, or
     * ERR_UPSTREAM_TEMPORARY as long as the vendor does not see it. ERR_UPSTREAM_REFUSED: it
     * cannot be done. NULL: the vendor validates with orders only. */
    struct upstream_call *(*validate)(struct upstream *upstream,
        const struct upstream_domain *domain, upstream_on_result on_result, void *arg);
    /* Has the vendor mail its links once more to those whom it waits for; then as poll. NULL: it
     * mails none. */
    struct upstream_call *(*resend)(struct upstream *upstream,
        const struct upstream_request *request, upstream_on_result on_result, void *arg);
    /* Revokes one certificate, never its order. ERR_OK with `issued` false; pending an approval if
     * waits_for says so. ERR_UPSTREAM_TEMPORARY also while the vendor cannot revoke it yet. May be
     * repeated: what is revoked, or waits for approval, is found so. NULL: revoking in the store is
     * all (the embedded CA). */
    struct upstream_call *(*revoke)(struct upstream *upstream,
        const struct upstream_revocation *revocation, upstream_on_result on_result, void *arg);
    /* The vendor's orders, page by page: NULL begins a full list; else what a page's `next` said,
     * or "since <seconds since 1970>" for what changed. NULL: there is no inventory. */
    struct upstream_call *(*list)(
        struct upstream *upstream, const char *from, upstream_on_page on_page, void *arg);
    /* One of its orders with its certificates, as it is now. */
    struct upstream_call *(*fetch)(
        struct upstream *upstream, const char *order_id, upstream_on_page on_page, void *arg);
    void (*cancel)(struct upstream_call *call);
    /* An upstream whose key is ours signs its own revocation list; NULL for all others. DER on
     * `mem`. At once. */
    enum err_code (*sign_crl)(struct upstream *upstream, void *mem, int64_t number,
        int64_t this_update_s, int64_t next_update_s, const struct cert_revoked *revoked,
        size_t revoked_len, struct bytes *der, struct err *e);
    void (*free)(struct upstream *upstream);
};

/* Every connector's struct begins with this. */
struct upstream {
    const struct upstream_ops *ops;
    const char *name; /* from the configuration */
    struct loop *loop;
    /* Seconds from 1: how soon something that is just being made is asked about again, or anything
     * after trouble; how long the vendor may need until it shows what it was sent. */
    int64_t poll_s, doubt_s;
};

#endif
