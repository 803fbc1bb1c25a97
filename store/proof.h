/* proof - what a vendor wants to see published before it issues, or for a validation in
 * advance: its own domain validation.
 *
 *     wanted -> published -> leaving -> (gone)
 *
 * A row is there before anything is published, and goes after that was taken back: so nothing is
 * forgotten in a zone, whenever the process dies. It is called published once it can be seen, as
 * far as that can be asked. The job of kind "proof" about it carries it out (acme/proof_flow.h).
 */
#ifndef COUNTERSIGN_STORE_PROOF_H
#define COUNTERSIGN_STORE_PROOF_H

#include "store/store.h"

extern const char *const proof_kind_words[];  /* "txt", "cname", "http"; ends with NULL */
extern const char *const proof_state_words[]; /* "wanted", "published", "leaving" */

/* Its owner has to have it published. *added: it is new, or was leaving, and is wanted now;
 * proof->id is set. Else it is known, and nothing has changed. */
enum err_code store_proof_want(
    struct store_tx *tx, struct vendor_proof *proof, int64_t now_s, bool *added, struct err *e);

/* ERR_NOT_FOUND if there is none (any more). */
enum err_code store_proof_get(
    struct store_tx *tx, void *mem, int64_t id, struct vendor_proof *out, struct err *e);

/* All of an owner that are not leaving, the oldest first, on `mem`. */
enum err_code store_proof_of(struct store_tx *tx, void *mem, const struct proof_owner *owner,
    struct vendor_proof **list, size_t *len, struct err *e);

/* All of the kind and name that are not leaving, the oldest first, on `mem`; 100 at most. */
enum err_code store_proof_named(struct store_tx *tx, void *mem, enum vendor_proof_kind kind,
    const char *name, struct vendor_proof **list, size_t *len, struct err *e);

/* The files that are published for a domain (in lower case) at that path, the newest first, on
 * `mem`; 100 at most. */
enum err_code store_proof_files(struct store_tx *tx, void *mem, const char *domain,
    const char *path, struct vendor_proof **list, size_t *len, struct err *e);

/* wanted -> published. ERR_CONFLICT: it is leaving meanwhile. */
enum err_code store_proof_published(struct store_tx *tx, int64_t id, struct err *e);

/* What is in the way, or NULL. */
enum err_code store_proof_trouble(
    struct store_tx *tx, int64_t id, const char *trouble, struct err *e);

/* Any -> leaving; the job of kind `job` about it is due now. */
enum err_code store_proof_leave(
    struct store_tx *tx, int64_t id, const char *job, int64_t now_ms, struct err *e);

/* The same for all of an owner, which has ended. */
enum err_code store_proof_leave_all(struct store_tx *tx, const struct proof_owner *owner,
    const char *job, int64_t now_ms, struct err *e);

/* It was taken back. */
enum err_code store_proof_remove(struct store_tx *tx, int64_t id, struct err *e);

#endif
