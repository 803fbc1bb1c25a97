/* model - the nouns of the store: what an account, an order, an authorization is (RFC 8555, 7.1).
 *
 * Plain structs and enums, no functions. Ids are row numbers; the outside sees them sealed
 * (acme/handle.h). Times are UTC seconds since 1970, 0 where there is none. Strings live on the
 * talloc parent they were read onto.
 */
#ifndef COUNTERSIGN_STORE_MODEL_H
#define COUNTERSIGN_STORE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum identifier_type { IDENTIFIER_DNS, IDENTIFIER_IP, IDENTIFIER_EMAIL };

struct identifier {
    enum identifier_type type;
    /* Normalised: lower case, but what is before the "@" of an address of mail; a wildcard keeps
     * its "*.". */
    const char *value;
};

struct identifiers {
    struct identifier *list;
    size_t len;
};

enum account_status { ACCOUNT_VALID, ACCOUNT_DEACTIVATED, ACCOUNT_REVOKED };

struct account {
    int64_t id;
    enum account_status status;
    uint8_t thumbprint[32]; /* of the current key (RFC 7638) */
    const char *jwk;        /* canonical text (acme/jwk.h) */
    const char *contacts;   /* URLs, one a line; "" for none */
    bool terms_agreed;
    const char *terms; /* that it agreed to: URL; "": there were none; NULL: nobody knows which */
    int64_t terms_agreed_s; /* when, if that is known */
    int64_t created_s;
    const char *tenant;  /* of its external account; "" without one */
    int64_t eab_id;      /* its external account; 0: none */
    const char *binding; /* the JWS that bound it (RFC 8555, 7.3.4), or NULL */
};

#define EAB_UNLIMITED (-1)
#define EAB_NO_BUDGET (-1)

/* Whom a certificate of a person is for, as the operator said with an external account (never as a
 * CSR says); "" where he did not. */
struct recipient {
    const char *given_name, *surname;
    const char *organization; /* the vendor's number for it */
};

/* An external account: a key that the operator hands out, and what accounts that are made with it
 * may do (RFC 8555, 7.3.4). */
struct eab {
    int64_t id;
    const char *kid;
    struct bytes mac_key; /* read by store_eab_by_kid only */
    const char *tenant;   /* whose it is, or "" */
    const char *label;    /* a word for people, or "" */
    const char *names;    /* names and, below them, all names: one a line; "": anything */
    const char *profiles; /* one a line; "": all */
    bool prevalidated;    /* its names need no challenge */
    int64_t uses_left;    /* accounts that may still be made; EAB_UNLIMITED */
    int64_t accounts;     /* that were made */
    int64_t created_s;
    int64_t expires_s; /* until when accounts may be made; 0: for ever */
    int64_t revoked_s; /* 0: it is not */
    unsigned actions;  /* set of ACT_BIT that its accounts may have done at a vendor; 0: all */
    /* So many billable actions of its tenant in that time; EAB_NO_BUDGET: as the profile says. */
    int64_t budget_orders, budget_period_s;
    struct recipient recipient;
};

/* What can be done at a vendor. */
enum act { ACT_NONE, ACT_NEW, ACT_REISSUE, ACT_DUPLICATE, ACT_RENEW };
#define ACT_BIT(act) (1u << (act))
#define ACTS_ALL                                                                                   \
    (ACT_BIT(ACT_NEW) | ACT_BIT(ACT_REISSUE) | ACT_BIT(ACT_DUPLICATE) | ACT_BIT(ACT_RENEW))

enum order_status { ORDER_PENDING, ORDER_READY, ORDER_PROCESSING, ORDER_VALID, ORDER_INVALID };

struct order {
    int64_t id;
    int64_t account_id;
    enum order_status status;
    const char *profile;
    struct identifiers identifiers;
    int64_t expires_s;
    int64_t created_s;
    struct bytes csr;                  /* DER, from finalize on */
    int64_t certificate_id;            /* 0: none yet */
    const char *error;                 /* problem document, or NULL */
    const char *replaces;              /* the name of a certificate (RFC 9773, 4.1), or NULL */
    int64_t not_before_s, not_after_s; /* that the client asked for; 0: it did not */
    enum act wish;                     /* asked for outright (acme/wish.h), or ACT_NONE */
    const char *wish_order_id;         /* the vendor order that was named with it, or NULL */
};

enum authz_status {
    AUTHZ_PENDING,
    AUTHZ_VALID,
    AUTHZ_INVALID,
    AUTHZ_DEACTIVATED,
    AUTHZ_EXPIRED,
    AUTHZ_REVOKED
};

/* Bits: the challenges that an authorization offers, and the one that was tried. */
enum challenge_type {
    CHALLENGE_HTTP_01 = 1,
    CHALLENGE_DNS_01 = 2,
    CHALLENGE_TLS_ALPN_01 = 4,
    CHALLENGE_DNS_ACCOUNT_01 = 8,
    CHALLENGE_DNS_PERSIST_01 = 16,
    CHALLENGE_EMAIL_REPLY_00 = 32,
    CHALLENGE_PREVALIDATED = 1 << 16 /* none: the external account vouches for the name */
};

/* They look for a record, not for a server; only they can speak for other names than their own. */
#define CHALLENGES_BY_DNS (CHALLENGE_DNS_01 | CHALLENGE_DNS_ACCOUNT_01 | CHALLENGE_DNS_PERSIST_01)

/* An authorization with its challenges. It may serve several orders of its account, or none yet.
 * The challenges share one token, and at most one of them is ever tried, since its first failure
 * ends the authorization (standards.md 1.6). So one row holds all.
 */
struct authz {
    int64_t id;
    int64_t account_id;
    enum authz_status status;
    struct identifier identifier; /* without "*." */
    bool wildcard;
    bool subdomains; /* covers the names below its own, too (RFC 9444, 4.1) */
    int64_t expires_s;
    char token[24];
    unsigned challenges;    /* set of enum challenge_type */
    unsigned tried;         /* the one that was answered, or 0 */
    uint8_t thumbprint[32]; /* of the account key when it was answered (RFC 8555, 8.3) */
    int64_t tried_s;
    int64_t validated_s;
    const char *validated_address; /* what the validator really connected to, or NULL */
    const char *error;             /* problem document, or NULL */
};

/* Other chains of a certificate that are kept and offered (RFC 8555, 7.4.2). */
#define CERTIFICATE_ALTERNATES_MAX 8

/* What one network perspective saw when it looked for the proof of an authorization, or asked CAA
 * for an action (acme/perspective.h). */
enum observation_outcome { OBSERVATION_AGREES, OBSERVATION_DISAGREES, OBSERVATION_SILENT };

struct observation {
    int64_t authz_id, action_id; /* one of the two; the other is 0 */
    const char *checked;         /* "http-01", "caa" */
    const char *perspective;     /* its name; "": the server itself */
    const char *region;          /* "ripe-ncc", or "" */
    int64_t at_s;
    enum observation_outcome outcome;
    const char *problem;          /* the type of ACME problem, or "" */
    const char *detail, *address; /* or "" */
};

/* That all checks which an authorization or an action needs have run and ended well. */
struct checks {
    int64_t checked_s; /* 0: they have not */
    const char *text;  /* which, for people; NULL with 0 */
};

struct certificate {
    int64_t id;
    int64_t account_id;
    int64_t order_id;
    struct bytes serial; /* content octets */
    struct bytes der;    /* the leaf */
    const char *chain;   /* PEM of what follows the leaf */
    int alternates_len;  /* chains that may follow it instead */
    int64_t not_before_s, not_after_s;
    int64_t revoked_s;     /* 0: it is not */
    int revocation_reason; /* -1: none was given */
};

/* Where an action stands. */
enum action_state {
    ACTION_DECIDING, /* nothing is asked for yet: checks are made, or the right thing is not allowed
                        yet, or it waits for the action that it adopts */
    ACTION_SENDING,  /* the intent stands; nobody else may send it, and it may be on its way */
    ACTION_PENDING,  /* the upstream has it, and is at work on it */
    ACTION_IN_DOUBT, /* it was sent, and nobody knows whether it arrived */
    ACTION_DONE,
    ACTION_FAILED
};

/* What an operator said to an action. */
enum action_word { ACTION_UNSAID, ACTION_APPROVED, ACTION_REJECTED };

/* What is done for a finalized order (design.md 3, exactly once): the intent stands before anything
 * is sent or signed. Every finalized order has exactly one; that of an order which adopts another's
 * action, or gets a certificate that exists, has ACT_NONE and sends nothing. */
struct action {
    int64_t id;
    int64_t order_id;
    const char *upstream; /* the configured name */
    enum act act;         /* ACT_NONE: nothing (yet) */
    enum action_state state;
    struct bytes reference; /* ours; the embedded CA: the serial */
    struct bytes key_hash;  /* SHA-256 of the CSR's SPKI */
    int64_t not_before_s, not_after_s;
    int64_t created_s;
    const char *target;      /* the vendor's order that it is about, or NULL */
    const char *product;     /* the vendor's word, or NULL */
    const char *common_name; /* chosen by the policy, or NULL */
    bool billable;
    int64_t adopts; /* the action that this one waits for; 0: none */
    /* What the vendor calls order, certificate and request; NULL while it did not say. */
    const char *vendor_order, *vendor_certificate, *vendor_request;
    const char *waits_for; /* while pending: whom or what, for people; or NULL */
    enum action_word said;
    const char *said_why; /* the operator's reason, or NULL */
    int64_t sent_s;       /* when the intent was made; 0: it was not */
    int64_t changed_s;
};

/* What a vendor wants to see published before it issues, or for a validation in advance: its own
 * domain validation. */
enum vendor_proof_kind { VENDOR_PROOF_TXT, VENDOR_PROOF_CNAME, VENDOR_PROOF_HTTP };
enum vendor_proof_state { VENDOR_PROOF_WANTED, VENDOR_PROOF_PUBLISHED, VENDOR_PROOF_LEAVING };

/* For what it is wanted: an order's action, or a validation (store/validation.h). */
enum proof_owner_kind { PROOF_OF_ACTION, PROOF_OF_VALIDATION };
struct proof_owner {
    enum proof_owner_kind kind;
    int64_t id;
};

struct vendor_proof {
    int64_t id;
    struct proof_owner owner;
    const char *upstream;
    enum vendor_proof_kind kind;
    /* As in struct upstream_proof; the domain in lower case. */
    const char *domain, *name, *value;
    enum vendor_proof_state state;
    const char *trouble; /* or NULL */
    int64_t created_s;
};

/* The last decision about an order (policy/decision.h). */
struct order_decision {
    int64_t order_id;
    int64_t decided_s;
    int64_t times; /* it was decided so often; 1: once */
    const char *outcome, *rule;
    const char *target;   /* or NULL */
    const char *document; /* JSON (policy/explain.h) */
};

/* Work that outlives a request: the only memory of where a flow stands. */
struct job {
    int64_t id;
    const char *kind; /* names the flow, "order" */
    int64_t subject;  /* what it is about: an order's id, an authorization's, ... */
    int step;
    int attempts; /* of this step */
    int64_t run_at_ms;
    int64_t leased_until_ms; /* as stored; whoever holds the job knows it */
    const char *last_error;  /* for people, or NULL */
    bool interrupted;        /* of this step: an earlier run began and never told how it ended */
};

#endif
