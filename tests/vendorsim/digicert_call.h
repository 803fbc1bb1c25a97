/* digicert_call - one call of the Services API: who calls, what the path names, the body; and how
 * it is answered.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_CALL_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_CALL_H

#include "tests/vendorsim/digicert_account.h"

#define CALL_ARGS 2

struct call {
    struct digicert *dc;
    struct sim_request *request;
    struct caller caller;
    json_t *body;          /* an object; NULL: there was no body (then getters find nothing) */
    char *args[CALL_ARGS]; /* what stood for the stars of the route, decoded */
};

/* Answers, after the settings that change shapes (ids_as_strings, ...) were applied. The body is
 * taken over; NULL: none. The call is gone with each of these, and its body and arguments too. */
void call_answer(struct call *call, int status, json_t *body);
void call_refuse(struct call *call, const struct refusal *why);
void call_refuse_with(struct call *call, int status, const char *code, const char *message);

/* {"errors":[{"code","message"}]} for requests that did not become calls. */
void request_refuse(struct digicert *dc, struct sim_request *request, const struct refusal *why);

/* What an argument names, if the caller may see it; else NULL and the call is refused (404). An
 * order goes by id, and by thumbprint or serial number of its primary certificate (5); a
 * certificate by id or serial number. */
json_t *call_order(struct call *call, const char *arg);
json_t *call_certificate(struct call *call, const char *arg);
json_t *call_row(struct call *call, const char *kind, const char *arg);

/* The query's limit (1000, and at most that) and offset. */
struct page {
    int64_t limit, offset, total;
};
struct page call_page(const struct call *call);
/* Counts one more result; is it on the page? */
bool page_takes(struct page *page);
void page_put(const struct page *page, json_t *body);

bool call_asks(const struct call *call, const char *param); /* "true" or "1" */

#endif
