/* order_facts - what a decision may look at (policy/facts.h), read from the store for an order of
 * ours: one that is finalized, one that waits in its flow, or one that an operator imagines.
 *
 * At an upstream with a vendor's rules the orders come from its inventory (store/inventory.h). The
 * embedded CA has none: there our own records stand for it, a living certificate for the same key
 * as an order with one certificate, an action under way for it as a pending order. Their ids are
 * our row numbers: of the ACME order, and of the certificate.
 *
 * Accounts are named by their row numbers, as text; those of other tenants are never. Orders of
 * other tenants are not there at all, but for those that the vendor counts together with the
 * requester's (Tencent Cloud), without keys and holders. What others hold under an order of the
 * whole organisation is held by "another tenant".
 */
#ifndef COUNTERSIGN_ACME_ORDER_FACTS_H
#define COUNTERSIGN_ACME_ORDER_FACTS_H

#include "acme/acme.h"
#include "acme/csr.h"
#include "policy/facts.h"

/* What is asked, by whom, when. All is borrowed, and the facts point into it. */
struct order_question {
    const struct account *account; /* id 0: nobody who could hold anything yet; its tenant counts */
    const struct eab *eab;         /* its external account (id 0: none); NULL: is read */
    struct identifiers names;      /* sorted */
    struct bytes key_hash;         /* SHA-256 of the key's SPKI; empty: nobody ever saw the key */
    const char *spki;              /* the same in hexadecimal, or any word that no key has */
    const char *key_algorithm;     /* "RSA", "EC", "Ed25519" */
    int64_t key_size;
    enum act wish;
    const char *wish_order_id;
    const char *replaces; /* a certificate, by its ARI name (RFC 9773, 4.1) or the id that facts
                             have for it; or NULL */
    int64_t order_id;     /* whose own action does not count; 0: none */
    int64_t now_s;
};

/* The key of a CSR, on `mem`. */
void order_question_set_key(void *mem, struct order_question *question, const struct csr *csr);
/* The same of what the store keeps of an order: account, names, wish, replaces, its id. */
void order_question_set_order(struct order_question *question, const struct order *order);

/* Reads the facts onto `mem`. tx: a transaction or a snapshot. ERR_CONFLICT: the inventory is
 * another vendor's than the profile's rules. */
enum err_code order_facts_read(void *mem, struct store_tx *tx, const struct acme_settings *settings,
    const struct acme_profile *profile, const struct order_question *question, struct facts *out,
    struct err *e);

/* The row of the certificate that a decision hands back (REUSE, decision->certificate). */
enum err_code order_facts_certificate(struct store_tx *tx, const struct acme_profile *profile,
    const struct order_question *question, const char *certificate, int64_t *id, struct err *e);

/* The action that a decision joins (ADOPT): the oldest under way for names, key and account of
 * the question; for an action that was asked for outright, of that kind. ERR_NOT_FOUND. */
enum err_code order_facts_adopted(struct store_tx *tx, const struct acme_profile *profile,
    const struct order_question *question, int64_t *action_id, struct err *e);

/* An account as facts name it, on `mem`; NULL for 0. */
char *order_facts_holder(void *mem, int64_t account_id);

/* A key's SHA-256 as facts have it, on `mem`. */
char *order_facts_spki(void *mem, struct bytes key_hash);

#endif
