/* tencent_certificate - one certificate record and its way through the states (11).
 *
 *     wait info -> (letter, reviews, validation, issue) -> issued -> expired
 *                                     \-> failed         issued -> revoking -> revoked
 *                  cancelling -> cancelled
 *
 * What a record has to go through is a list of steps, of which the first is where it stands:
 *
 *     letter       a confirmation letter is waited for          status 8
 *     pre-review   the reseller's review                        status 0, PRE-REVIEWING
 *     ca-review    the CA's                                     status 0, CA-REVIEWING
 *     dcv          domain validation                            status 0 or 4, PENDING-DCV
 *     issue        all is there                                 status 0, WAIT-ISSUE
 *
 * A row: {"id":"tcP4i5D6","account":"100000000001","product":25,"kind":"new","status":1,
 * "message":"PENDING-DCV","steps":["dcv","issue"],"domain_num":1,"years":1,"year":1,
 * "names":[lower case, common name first],"extra_names":[that come with them],"method":"DNS",
 * "csr":PEM,"algorithm":"ECC 256","key":PEM if the vendor made it,"organization":"Example Co",
 * "company_type":2,"submitted":{7.5},"validations":[tencent_validation],"deadline_s":1,
 * "checked_s":2,"created_s":3,"submitted_s":4,"validated_s":5,"issued_s":6,"not_before_s":7,
 * "not_after_s":8,"serial":"0A...","end_s":9,"order_id":"...","alias":"...","project":0,
 * "replaces":id,"reissue":id that is pending,"replaced_by":id,"renewal_of":id,"renewed_by":id,
 * "revokes":[ids],"revocation":[validations],"is_bound":false,"portal":false,"tags":[...]}
 */
#ifndef COUNTERSIGN_VENDORSIM_TENCENT_CERTIFICATE_H
#define COUNTERSIGN_VENDORSIM_TENCENT_CERTIFICATE_H

#include "tests/vendorsim/tencent_private.h"
#include "tests/vendorsim/tencent_product.h"

/* kinds */
#define TC_KIND_NEW     "new"
#define TC_KIND_REISSUE "reissue"
#define TC_KIND_RENEWAL "renewal"
#define TC_KIND_YEAR    "year" /* the next year of a multi-year product */
#define TC_KIND_UPLOAD  "upload"

/* steps */
#define TC_STEP_LETTER     "letter"
#define TC_STEP_PRE_REVIEW "pre-review"
#define TC_STEP_CA_REVIEW  "ca-review"
#define TC_STEP_DCV        "dcv"
#define TC_STEP_ISSUE      "issue"

/* Adds a record in state 5; returns it, borrowed. */
json_t *tc_certificate_add(
    struct tencent *tc, const char *account, int64_t product, const char *kind);
json_t *tc_certificate_get(const struct tencent *tc, const char *id); /* NULL: none */
void tc_certificate_touch(struct tencent *tc, const json_t *certificate);

const struct tc_product *tc_certificate_product(const json_t *certificate);
enum tc_status tc_status_of(const json_t *certificate);
/* What the service says: 11 on one of the two records of a reissue in process. */
enum tc_status tc_status_shown(const struct tencent *tc, const json_t *certificate);
bool tc_certificate_is_at(const json_t *certificate, const char *step);
bool tc_certificate_is_pending(const json_t *certificate); /* 0, 4, 8 */
bool tc_certificate_is_bought(const json_t *certificate);  /* and not a free one, nor uploaded */

/* Puts it to work: it has names, CSR, method, and steps (ends with NULL). */
void tc_certificate_start(struct tencent *tc, json_t *certificate, const char *const *steps);

/* It has done with the step at which it stands: the next one begins, and what needs nobody is done
 * at once. */
void tc_certificate_step(struct tencent *tc, json_t *certificate);

/* Its names were all validated. */
void tc_certificate_validated(struct tencent *tc, json_t *certificate);

void tc_certificate_fail(struct tencent *tc, json_t *certificate, const char *message);
/* 6, and 7 after the delay that is set; or 7 at once. */
void tc_certificate_cancel(struct tencent *tc, json_t *certificate, bool at_once);
/* Back to 5 (8.16). */
void tc_certificate_reopen(struct tencent *tc, json_t *certificate);

/* It is to be revoked, with those reissues of it that go with it (TC-REVOKE-3): 9, or 12 until a
 * letter is there. */
void tc_certificate_revoke(struct tencent *tc, json_t *certificate, const char *reason);
/* The letter is there; the request was proved or approved of; it was not. */
void tc_revocation_letter(struct tencent *tc, json_t *certificate);
void tc_revocation_done(struct tencent *tc, json_t *certificate);
void tc_revocation_failed(struct tencent *tc, json_t *certificate);

/* Something is due. */
void tc_certificate_on_due(struct tencent *tc, const char *what, const char *subject);

#endif
