/* perspective_wire - what the server and a perspective say to each other: JSON in the bodies of
 * POST requests over mutually authenticated HTTPS.
 *
 *     POST /perspective/1/validate
 *     {"method":"http-01","identifier":{"type":"dns","value":"www.example.com"},
 *      "wildcard":false,"token":"...","key_authorization":"...",
 *      "account_url":"https://acme.example/acme/account/x","timeout_ms":10000}
 *
 * with, for dns-persist-01 and for nothing else,
 *
 *      "persist":{"issuers":["ca.example"],"by_url":true,"hash_prefix":"https://...",
 *                 "thumbprints":["..."],"now_s":1795000000}
 *
 *     {"valid":true,"address":"192.0.2.7"}
 *     {"valid":false,"problem":"connection","detail":"...","retry":true,"address":"192.0.2.7"}
 *
 *     POST /perspective/1/caa
 *     {"identities":["ca.example"],"account_url":"https://acme.example/acme/account/x",
 *      "names":[{"name":"www.example.com","subject":"name","method":"http-01"}],
 *      "timeout_ms":10000}
 *
 *     {"findings":[{"valid":true,"detail":"allowed, there are no records"}]}    in the names' order
 *
 * Both directions are read strictly: what is unknown, too long, of the wrong type or in a form that
 * the writer would not give it is refused, so that two versions that understand a request
 * differently notice. Texts that others wrote arrive as printable ASCII.
 */
#ifndef COUNTERSIGN_ACME_PERSPECTIVE_WIRE_H
#define COUNTERSIGN_ACME_PERSPECTIVE_WIRE_H

#include "acme/caa_check.h"
#include "acme/perspective.h"
#include "acme/validators.h"

#define PERSPECTIVE_PATH_VALIDATE  "/perspective/1/validate"
#define PERSPECTIVE_PATH_CAA       "/perspective/1/caa"
#define PERSPECTIVE_BODY_MAX       (1024 * 1024)
#define PERSPECTIVE_NAMES_MAX      1000
#define PERSPECTIVE_TIMEOUT_MAX_MS (15 * 60 * 1000)

/* Requests. What is read lives on `mem`. ERR_INPUT with a detail. */

struct perspective_validation {
    const struct validator_ops *validator;
    struct validation_request request;
    int64_t timeout_ms; /* 1 and more */
};
char *perspective_write_validation(void *mem, const struct perspective_validation *validation);
enum err_code perspective_read_validation(
    void *mem, struct bytes body, struct perspective_validation *out, struct err *e);

struct perspective_caa {
    const struct caa_name *names; /* at least one; all by the same identities and account */
    size_t len;
    int64_t timeout_ms;
};
char *perspective_write_caa(void *mem, const struct perspective_caa *caa);
enum err_code perspective_read_caa(
    void *mem, struct bytes body, struct perspective_caa *out, struct err *e);

/* Answers: of so many views as were asked for. */

char *perspective_write_result(void *mem, const struct validation_result *result);
enum err_code perspective_read_result(
    void *mem, struct bytes body, struct perspective_view *out, size_t len, struct err *e);

char *perspective_write_findings(void *mem, const struct caa_finding *findings, size_t len);
enum err_code perspective_read_findings(
    void *mem, struct bytes body, struct perspective_view *out, size_t len, struct err *e);

#endif
