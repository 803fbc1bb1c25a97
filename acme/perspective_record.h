/* perspective_record - what becomes of a check from several perspectives: rows in the store for all
 * that was seen, the fact in words, and the problem that the client hears if too few agree.
 */
#ifndef COUNTERSIGN_ACME_PERSPECTIVE_RECORD_H
#define COUNTERSIGN_ACME_PERSPECTIVE_RECORD_H

#include "acme/order_caa.h"
#include "acme/perspective.h"
#include "acme/validator.h"
#include "store/store.h"

/* Is the quorum met, for all subjects? May it be, another time? */
bool perspective_quorum_met(const struct corroboration *others);
bool perspective_may_retry(const struct corroboration *others);

/* What was seen of an authorization; `method` is "http-01". */
enum err_code perspective_record_validation(struct store_tx *tx, int64_t authz_id, int64_t now_s,
    const char *method, const struct validation_result *own, const struct corroboration *others,
    struct err *e);

/* What was found of CAA for an action, a row a perspective. */
enum err_code perspective_record_caa(struct store_tx *tx, int64_t action_id, int64_t now_s,
    const struct order_caa *caa, const struct caa_finding *own, const struct corroboration *others,
    struct err *e);

/* "http-01 seen from here; 3 of 3 other perspectives agree", on `mem`. */
char *perspective_fact(
    void *mem, const char *method, const struct corroboration *others, size_t subject);

/* Too few agree about a subject: the problem, which names who does not, and a subproblem for each
 * of them with what it saw; they are added to list[*len], which has room. `what` begins the detail:
 * "control over \"a.example\"". */
void perspective_problem(void *mem, const struct corroboration *others, size_t subject,
    const char *what, const struct identifier *identifier, struct err *why, struct subproblem *list,
    size_t *len);

#endif
