/* upstream - the interface of a certificate authority behind us: one table of functions per vendor.
 *
 * A connector keeps no state and makes no decision. It carries out one action (which policy/ chose,
 * and whose intent the store already holds) and reports what the vendor said. Every verb is
 * asynchronous: it calls back exactly once, never before it returned, on the loop it was started
 * on, and not at all after upstream_cancel.
 */
#ifndef COUNTERSIGN_POLICY_UPSTREAM_UPSTREAM_H
#define COUNTERSIGN_POLICY_UPSTREAM_UPSTREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/loop.h"
#include "store/model.h"

struct cert_revoked;
struct upstream;      /* one configured upstream, on one worker */
struct upstream_call; /* one call under way */

/* What is asked for. All of it comes from stored rows, so that a step that is run again asks for
 * the same. */
struct upstream_request {
    const struct action *action; /* kind, reference, validity */
    const struct identifiers *identifiers;
    struct bytes csr; /* DER, checked */
};

/* What came back; valid during the callback only. */
struct upstream_result {
    enum err_code result; /* ERR_OK, ERR_UPSTREAM_TEMPORARY, _REFUSED, _IN_DOUBT, ERR_CANCELLED */
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
};

typedef void (*upstream_on_result)(void *arg, const struct upstream_result *result);

struct upstream_ops {
    const char *type; /* the configuration's word: "local" */
    bool takes_dates; /* certificates get the dates of their action, to the second */
    /* Chooses our reference for an action (the embedded CA: a serial), before the intent is stored.
     * At most 32 octets. */
    void (*new_reference)(uint8_t out[32], size_t *len);
    /* Carries the action out. The intent is durable when this is called. */
    struct upstream_call *(*submit)(struct upstream *upstream,
        const struct upstream_request *request, upstream_on_result on_result, void *arg);
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
};

#endif
