/* digicert_request - the approval workflow: who asked for what, and what was said to it (7).
 *
 * A row:
 * {"id":55120017,"order":1,"certificate":2,"type":"new_request","status":"pending","user":8801,
 * "created_s":1,"comments":"","processor":8802,"processed_s":2,"processor_comment":"",
 * "reason":"superseded"}. A revocation without "certificate" is of the whole order.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_REQUEST_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_REQUEST_H

#include "tests/vendorsim/digicert_account.h"

#define REQUEST_NEW       "new_request"
#define REQUEST_REISSUE   "reissue"
#define REQUEST_DUPLICATE "duplicate"
#define REQUEST_REVOKE    "revoke"

/* A pending request; `certificate` may be NULL. */
json_t *request_add(struct digicert *dc, const char *type, json_t *order, const json_t *certificate,
    const struct caller *caller, const char *comments);

/* Marks it; what follows from it is digicert_order's. `processor` 0: the vendor's staff. */
void request_done(struct digicert *dc, json_t *request, const char *status, int64_t processor,
    const char *comment);

/* The order's requests in order of creation; NULL at the end. */
json_t *request_of(const struct digicert *dc, const json_t *order, size_t index);
bool requests_are_pending(const struct digicert *dc, const json_t *order);

/* A row of "requests" in order info; the shape of GET /request/{id}; the answer to a revocation. */
json_t *request_row_json(const json_t *request);
json_t *request_json(const struct digicert *dc, const json_t *request);
json_t *request_revocation_json(const struct digicert *dc, const json_t *request);

#endif
