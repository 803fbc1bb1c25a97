/* decision - what an order means at the vendor: the outcome, its consequences, and the thought that
 * led there. Plain structs, filled by policy_decide (policy/policy.h). */
#ifndef COUNTERSIGN_POLICY_DECISION_H
#define COUNTERSIGN_POLICY_DECISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/facts.h"

enum outcome {
    OUTCOME_REUSE,     /* a living certificate for these names and this key is handed back */
    OUTCOME_ADOPT,     /* an action for them is under way: the order attaches to it */
    OUTCOME_DUPLICATE, /* another certificate under a paid order, nothing replaced */
    OUTCOME_REISSUE,   /* a re-keyed certificate under a paid order */
    OUTCOME_RENEW,     /* a new paid order, linked to an old one */
    OUTCOME_NEW,       /* a new order: billable, or filled into a slot that is paid already */
    OUTCOME_WAIT,      /* the right action is not allowed yet */
    OUTCOME_DENY       /* no action is right */
};
extern const char *const outcome_words[];

enum cost { COST_FREE, COST_PREPAID, COST_BILLABLE };
extern const char *const cost_words[];

/* How the vendor will want to see that the names are ours. */
enum proof { PROOF_NONE, PROOF_PREVALIDATED, PROOF_DNS, PROOF_HTTP, PROOF_EMAIL, PROOF_OPERATOR };
extern const char *const proof_words[];

/* Who has to say yes beyond what our own key may. */
enum approval { APPROVAL_NONE, APPROVAL_ACCOUNT, APPROVAL_VENDOR, APPROVAL_OPERATOR };
extern const char *const approval_words[];

struct loss {
    const char *certificate;
    const char *holder; /* NULL: it lies outside ACME */
    int64_t at_s;       /* 0: not known */
};

struct effects {
    enum cost cost;
    const struct loss *revokes; /* every living certificate that will be revoked by it */
    size_t revokes_len;
    enum proof domain_validation;
    enum approval approval;
    int64_t not_after_s;      /* expected; 0: the vendor will tell */
    const char *common_name;  /* chosen, where the vendor wants one and the order is new; or NULL */
    bool truncated;           /* a part of the life that was paid for is lost */
    const char *key_known_to; /* another account that has this very key, or NULL */
};

enum answer { ANSWER_PASS, ANSWER_FAIL, ANSWER_SILENT /* the rule says nothing about this */ };
extern const char *const answer_words[];

/* Actions as they are asked for: "enroll", "reissue", "duplicate", "renew", by enum act. */
extern const char *const wish_words[];

/* One rule that was consulted. */
struct step {
    const char *order; /* vendor order, or NULL */
    const char *rule;
    enum answer answer;
    const char *because; /* the facts, in words; "" of a silent rule */
    enum act act;        /* what was asked; ACT_NONE: nothing in particular */
};

/* Beyond this the trace keeps only the step that decided. */
#define TRACE_MAX 2000

struct decision {
    enum outcome outcome;
    const char *target;      /* vendor order id, or NULL */
    const char *certificate; /* REUSE: which */
    const char *rule;        /* that decided; one of the trace */
    const char *because;     /* its words */
    struct effects effects;
    const char *problem; /* WAIT, DENY: the ACME problem's bare name, else NULL */
    const char *detail;  /* WAIT, DENY: why, and what the person can do */
    int64_t retry_at_s;  /* 0: no time is known */
    struct step *trace;
    size_t trace_len;
    /* The order that the deciding rule looked at, for those who show it; or NULL. */
    const char *about;
    const char *situation; /* of the requester and that order; or NULL */
};

#endif
