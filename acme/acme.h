/* acme - what all handlers and flows of the protocol share: settings, a request, a response.
 *
 * A request goes through three hands (server/worker.c drives it):
 *
 *     prepare   on the worker, without the store: reads the payload, checks the CSR; everything
 * that costs time handler   in one store transaction (WRITE, on the store thread) or snapshot
 * (READ, on the worker): checks, then changes, then fills in the response reply     on the worker,
 * after the commit
 *
 * Neither hand waits. Work that takes longer is a flow (acme/flow.h), and a response may ask to be
 * held back for a moment until the flow has ended (struct acme_resp, `await`).
 */
#ifndef COUNTERSIGN_ACME_ACME_H
#define COUNTERSIGN_ACME_ACME_H

#include "acme/jwk.h"
#include "acme/nonce.h"
#include "acme/perspective.h"
#include "acme/problem.h"
#include "acme/proof_method.h"
#include "acme/rate.h"
#include "acme/seal.h"
#include "base/address.h"
#include "base/bytes.h"
#include "base/json.h"
#include "base/public_suffix.h"
#include "policy/facts.h"
#include "policy/upstream/upstream.h"
#include "store/model.h"
#include "store/store.h"

struct acme_profile {
    const char *name;
    const char *description;
    const char *upstream; /* its name */
    /* Its names in CAA records, NULL-terminated; none: CAA is not asked. */
    const char *const *caa_identities;
    const struct upstream_ops *upstream_ops; /* what it can do */
    bool mail;           /* certifies addresses of mail, and nothing else (RFC 8823) */
    bool only_key;       /* of a CSR only the key counts */
    unsigned challenges; /* set of enum challenge_type */
    int64_t validity_s;
    bool client_dates;              /* orders may ask for notBefore and notAfter */
    bool internal_names;            /* single labels and names below .localhost are accepted */
    size_t names_max;               /* identifiers an order */
    bool external_account_required; /* only accounts with an external account may order */
    int64_t reuse_s;    /* how long a proof counts for further orders; 0: for its own only */
    bool subdomains;    /* authorizations may cover the names below theirs (RFC 9444) */
    enum vendor vendor; /* by whose rules orders are decided */
    struct profile wanted;
    struct preferences preferences; /* complete */
    int64_t wait_max_s; /* how long an order waits for an action that is not allowed yet */
    int64_t refresh_s;  /* what is known of the vendor's orders counts so long (order_refresh.h) */
};

/* What a vendor has is read from it (acme/inventory_flow.h). */
struct acme_inventory {
    const char *upstream;
    const char *vendor; /* whose rules hold for it: "digicert" */
    int64_t every_s;    /* how often; 0: only when it is asked for */
};

/* Validations of a vendor's are watched (acme/validation_flow.h). */
struct acme_watch {
    const char *upstream;
    const char *vendor; /* whose rules hold for its inventory */
    int64_t alarm_s;    /* so long before its end a validation is told of; 0: never */
    int64_t renew_s;    /* so long before its end a domain is validated anew; 0: never */
};

/* A CA whose root, issuer and revocation list we serve (the embedded one). */
struct acme_authority {
    const char *upstream;
    const char *root_pem;
    struct bytes issuer_der;
    int64_t not_after_s; /* of the issuing certificate: nothing outlives it */
};

struct mail_settings;

/* What the configuration says about the protocol. Immutable; a reload makes a new one, and the old
 * stays until exit, since requests and flows may still read it. */
struct acme_settings {
    const char *external_url;            /* "https://acme.example", no slash at the end */
    const char *terms_of_service;        /* URL, or NULL */
    bool agree_again;                    /* accounts that agreed to others must agree to these */
    bool external_account_required;      /* of new accounts */
    const struct acme_profile *profiles; /* the first is the default */
    size_t profiles_len;
    const struct acme_authority *authorities;
    size_t authorities_len;
    const struct acme_inventory *inventories; /* of the upstreams that are a vendor's */
    size_t inventories_len;
    const struct acme_watch *watches; /* of the upstreams that go by a vendor's rules */
    size_t watches_len;
    bool pre_authorization; /* newAuthz is served */
    unsigned http01_port;
    unsigned tls_alpn_port;
    int64_t validation_timeout_ms;
    /* dns-persist-01 (acme/persist_record.h): our names in records, NULL-terminated; whether the
     * account's URL counts there; the prefix of its hash, NULL: that does not. */
    const char *const *persist_issuers;
    bool persist_by_url;
    const char *account_hash_prefix;
    struct address_filter filter;
    struct perspective_set perspectives; /* that look when we look; may be empty */
    const struct public_suffixes *suffixes;
    struct proof_methods proof_methods; /* of upstreams with a domain validation of their own */
    struct rate_settings rates;
    const struct mail_settings *mail; /* of challenges by mail; NULL: there are none */
};

/* One installation's secrets, the same for all workers and over reloads. */
struct acme {
    struct nonces *nonces;
    struct seal *handles; /* row numbers in URLs */
    struct rate_table *rates;
};

/* What a sealed row number in a URL names. The values are part of every URL: never change them. */
enum handle {
    HANDLE_NONE,
    HANDLE_ACCOUNT = 1,
    HANDLE_ORDER = 2,
    HANDLE_AUTHZ = 3,
    HANDLE_CERTIFICATE = 4,
    HANDLE_TERMS = 5 /* an account's page to agree to new terms */
};

struct acme_req {
    void *mem;
    const struct acme *acme;
    const struct acme_settings *settings;
    int64_t now_s;
    int64_t arrived_ms;    /* by clock_monotonic_ms */
    const char *host;      /* the request's Host, as sent, or NULL */
    struct address client; /* who asks; family 0: unknown */
    const char *limit;     /* the limit that refused it, for the log; NULL */

    int64_t id;          /* the row that the path names */
    const char *rest;    /* what the path has after it, or NULL */
    const char *query;   /* or NULL */
    const char *profile; /* that the path names (acme_profile_of_path), or NULL */

    const char *url;      /* that was asked, as the JWS says it too */
    struct bytes payload; /* of the JWS */
    struct jwk jwk;       /* of a request that carries its key */
    bool has_jwk;
    int64_t account_id;                     /* of a request by an account (kid) */
    uint8_t thumbprint[JWK_THUMBPRINT_LEN]; /* of the key that signed */
    struct account account;                 /* read in the transaction, before the handler */

    void *prepared; /* what prepare read, for the handler */
};

#define ACME_LINKS_MAX CERTIFICATE_ALTERNATES_MAX

struct acme_resp {
    int status;       /* 0 becomes 200 */
    const char *type; /* media type; NULL: application/json */
    struct bytes body;
    const char *location;
    const char *links[ACME_LINKS_MAX]; /* whole values: <url>;rel="up" */
    int64_t retry_after_s;             /* 0: none */
    const char *allow;                 /* of a 405 */
    const char *algorithms;
    struct subproblem *subproblems; /* of the error that is returned */
    size_t subproblems_len;
    const char *instance; /* of PROBLEM_USER_ACTION_REQUIRED: where to act; its links are kept */

    /* The reply may be held until the flow `await_kind` of row `await_id` pauses or ends, and is
     * then made anew by `await_handler` in a snapshot; NULL: it leaves at once. Saves most clients
     * a round of polling (client-quirks.md 3). */
    const char *await_kind;
    int64_t await_id;
    enum err_code (*await_handler)(
        struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);
};

/* A handler: everything that may refuse first, then the changes, then the response. tx is NULL for
 * routes without the store. */
typedef enum err_code (*acme_handler)(
    struct acme_req *req, struct store_tx *tx, struct acme_resp *resp, struct err *e);
typedef enum err_code (*acme_prepare)(struct acme_req *req, struct err *e);

/* "<external_url>/acme/order/<sealed id>", on req->mem. */
char *acme_url(const struct acme_req *req, enum handle handle, int64_t id);

/* The same of an account, where there is no request: in flows. On `mem`. */
char *acme_account_url(
    void *mem, const struct acme *acme, const struct acme_settings *settings, int64_t id);

/* Opens a sealed row number; false if it is none of this kind. */
bool acme_open(const struct acme *acme, enum handle handle, struct bytes text, int64_t *id);

/* The row of an account URL, as the kid of a JWS gives it; false if it is none of ours. */
bool acme_account_of_url(
    const struct acme *acme, const struct acme_settings *settings, const char *url, int64_t *id);

/* Adds `<url>;rel="rel"` to a response. */
void acme_link(
    const struct acme_req *req, struct acme_resp *resp, const char *url, const char *rel);

/* The profile of that name, NULL if there is none; the first for NULL. */
const struct acme_profile *acme_profile_find(
    const struct acme_settings *settings, const char *name);

/* The profile of who names none: the first that certifies addresses of mail (`mail`), or the first
 * for names and addresses of hosts; the first of all if there is none of that kind. */
const struct acme_profile *acme_profile_default(const struct acme_settings *settings, bool mail);

/* The profile that the request's path names; NULL if it names none. PROBLEM_NOT_FOUND if there is
 * no such profile. */
enum err_code acme_profile_of_path(
    const struct acme_req *req, const struct acme_profile **out, struct err *e);

/* Does a profile allow authorizations that cover the names below theirs (RFC 9444)? */
bool acme_subdomains_allowed(const struct acme_settings *settings);

/* The authority of an upstream; NULL if it is not one of ours. */
const struct acme_authority *acme_authority_find(
    const struct acme_settings *settings, const char *upstream);

/* PROBLEM_NOT_FOUND in the same words whatever the cause: nobody learns whether another account has
 * something there (RFC 8555, 10.5). */
enum err_code acme_not_found(struct err *e);

/* The payload as a JSON object on req->mem; an empty payload or anything but an object is
 * malformed. */
enum err_code acme_payload(struct acme_req *req, struct json *out, struct err *e);

/* A prepare for routes that take any object and look at nothing in it. */
enum err_code acme_prepare_object(struct acme_req *req, struct err *e);

#endif
