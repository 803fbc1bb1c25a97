/* problem - see problem.h. */
#include "acme/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "acme/jws.h"
#include "base/bytes.h"
#include "base/mem.h"

#define URN "urn:ietf:params:acme:error:"

/* Own conditions use the registered type that comes nearest: only the registry may add to this URN
 * space (RFC 8555, 6.7). */
static const struct row {
    const char *type;
    int status;
    enum err_code code;
    int retry_after_s; /* when the error does not say */
} rows[] = {
    [PROBLEM_NONE] = {URN "serverInternal", 500, ERR_BUG, 0},
    [PROBLEM_ACCOUNT_DOES_NOT_EXIST] = {URN "accountDoesNotExist", 400, ERR_NOT_FOUND, 0},
    [PROBLEM_ALREADY_REPLACED] = {URN "alreadyReplaced", 409, ERR_CONFLICT, 0},
    [PROBLEM_ALREADY_REVOKED] = {URN "alreadyRevoked", 400, ERR_CONFLICT, 0},
    [PROBLEM_BAD_CSR] = {URN "badCSR", 400, ERR_INPUT, 0},
    [PROBLEM_BAD_NONCE] = {URN "badNonce", 400, ERR_INPUT, 0},
    [PROBLEM_BAD_PUBLIC_KEY] = {URN "badPublicKey", 400, ERR_INPUT, 0},
    [PROBLEM_BAD_REVOCATION_REASON] = {URN "badRevocationReason", 400, ERR_INPUT, 0},
    [PROBLEM_BAD_SIGNATURE_ALGORITHM] = {URN "badSignatureAlgorithm", 400, ERR_INPUT, 0},
    [PROBLEM_CAA] = {URN "caa", 403, ERR_DENIED, 0},
    [PROBLEM_COMPOUND] = {URN "compound", 400, ERR_INPUT, 0},
    [PROBLEM_CONNECTION] = {URN "connection", 400, ERR_NETWORK, 0},
    [PROBLEM_DNS] = {URN "dns", 400, ERR_NETWORK, 0},
    [PROBLEM_EXTERNAL_ACCOUNT_REQUIRED] = {URN "externalAccountRequired", 403, ERR_UNAUTHORIZED, 0},
    [PROBLEM_INCORRECT_RESPONSE] = {URN "incorrectResponse", 400, ERR_DENIED, 0},
    [PROBLEM_INVALID_CONTACT] = {URN "invalidContact", 400, ERR_INPUT, 0},
    [PROBLEM_INVALID_PROFILE] = {URN "invalidProfile", 400, ERR_INPUT, 0},
    [PROBLEM_KEY_IN_USE] = {URN "malformed", 409, ERR_CONFLICT, 0},
    [PROBLEM_MALFORMED] = {URN "malformed", 400, ERR_INPUT, 0},
    [PROBLEM_METHOD_NOT_ALLOWED] = {URN "malformed", 405, ERR_INPUT, 0},
    [PROBLEM_NOT_FOUND] = {URN "malformed", 404, ERR_NOT_FOUND, 0},
    [PROBLEM_ORDER_NOT_READY] = {URN "orderNotReady", 403, ERR_CONFLICT, 0},
    [PROBLEM_RATE_LIMITED] = {URN "rateLimited", 429, ERR_LIMIT, 60},
    [PROBLEM_REJECTED_IDENTIFIER] = {URN "rejectedIdentifier", 400, ERR_DENIED, 0},
    [PROBLEM_REJECTED_PRE_AUTHORIZATION] = {URN "rejectedIdentifier", 403, ERR_DENIED, 0},
    [PROBLEM_SERVER_INTERNAL] = {URN "serverInternal", 500, ERR_BUG, 0},
    [PROBLEM_SERVER_BUSY] = {URN "serverInternal", 503, ERR_STORE, 5},
    [PROBLEM_TLS] = {URN "tls", 400, ERR_NETWORK, 0},
    [PROBLEM_UNAUTHORIZED] = {URN "unauthorized", 403, ERR_UNAUTHORIZED, 0},
    [PROBLEM_UNAUTHORIZED_ACCOUNT] = {URN "unauthorized", 401, ERR_UNAUTHORIZED, 0},
    [PROBLEM_UNSUPPORTED_CONTACT] = {URN "unsupportedContact", 400, ERR_INPUT, 0},
    [PROBLEM_UNSUPPORTED_IDENTIFIER] = {URN "unsupportedIdentifier", 400, ERR_INPUT, 0},
    [PROBLEM_UNSUPPORTED_PRE_AUTHORIZATION] = {URN "unsupportedIdentifier", 403, ERR_INPUT, 0},
    [PROBLEM_UNSUPPORTED_MEDIA_TYPE] = {URN "malformed", 415, ERR_INPUT, 0},
    [PROBLEM_USER_ACTION_REQUIRED] = {URN "userActionRequired", 403, ERR_DENIED, 0},
};
#define PROBLEMS ((int)(sizeof rows / sizeof rows[0]))

enum err_code problem_set(struct err *e, enum problem problem, const char *format, ...)
{
    char detail[sizeof e->detail]; /* an argument may be e's own detail */
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    err_set(e, rows[problem].code, "%s", detail);
    e->kind = problem;
    return e->code;
}

/* For an error that a lower floor set: its problem, and what to say in place of its detail, which
 * may name hosts, files or a vendor's words (NULL: the detail is about the request and may be
 * shown). */
static enum problem by_category(enum err_code code, const char **instead)
{
    *instead = NULL;
    switch (code) {
    case ERR_INPUT:
    case ERR_CONFLICT:
    case ERR_TOO_LARGE:
        return PROBLEM_MALFORMED;
    case ERR_UNAUTHORIZED:
    case ERR_DENIED:
        return PROBLEM_UNAUTHORIZED;
    case ERR_NOT_FOUND:
        return PROBLEM_NOT_FOUND;
    case ERR_LIMIT:
        return PROBLEM_RATE_LIMITED;
    case ERR_STORE:
    case ERR_CANCELLED:
        *instead =
            "the server cannot take this request at the moment; send it again a little later";
        return PROBLEM_SERVER_BUSY;
    case ERR_UPSTREAM_TEMPORARY:
        *instead = "the certificate authority behind this server cannot be reached at the moment; "
                   "try again later";
        return PROBLEM_SERVER_BUSY;
    case ERR_UPSTREAM_REFUSED:
    case ERR_UPSTREAM_IN_DOUBT:
        *instead = "the certificate authority behind this server did not issue; the server's "
                   "operator can see why in its log";
        return PROBLEM_SERVER_INTERNAL;
    case ERR_OK:
    case ERR_TIMEOUT:
    case ERR_NETWORK:
    case ERR_BUG:
        break;
    }
    *instead = "the server failed to handle this request; the request is not at fault, the "
               "server's operator can see why in its log";
    return PROBLEM_SERVER_INTERNAL;
}

bool problem_find(const char *name, enum problem *out)
{
    for (enum problem problem = PROBLEM_NONE + 1; (int)problem < PROBLEMS; problem++) {
        if (problem == PROBLEM_KEY_IN_USE || strcmp(rows[problem].type + strlen(URN), name) != 0)
            continue; /* that is malformed, too, but with a meaning of its own */
        *out = problem;
        return true;
    }
    return false;
}

static bool has_kind(const struct err *e)
{
    return e->kind > PROBLEM_NONE && e->kind < PROBLEMS;
}

enum problem problem_of(const struct err *e)
{
    const char *instead;

    return has_kind(e) ? (enum problem)e->kind : by_category(e->code, &instead);
}

int problem_status(enum problem problem)
{
    return rows[problem].status;
}

const char *problem_type(enum problem problem)
{
    return rows[problem].type;
}

int64_t problem_retry_after_s(const struct err *e)
{
    return e->retry_after_s > 0 ? e->retry_after_s : rows[problem_of(e)].retry_after_s;
}

/* What a client may be shown: printable ASCII, cut at 383 characters. Quoted input may hold
 * anything, and some clients stumble over what is not ASCII. */
#define CLEAN_SIZE 384
static const char *clean(const char *text, char out[CLEAN_SIZE])
{
    size_t len = 0;

    for (const char *p = text; *p != '\0' && len < CLEAN_SIZE - 1; p++) {
        unsigned char c = (unsigned char)*p;

        if ((c & 0xc0) == 0x80) /* the rest of a character of several octets */
            continue;
        out[len++] = c >= 0x20 && c < 0x7f ? *p : '?';
    }
    out[len] = '\0';
    return out;
}

static void add_subproblem(struct json_out *w, const struct subproblem *sub)
{
    char text[CLEAN_SIZE];

    json_open(w, NULL, '{');
    json_add_string(w, "type", problem_type(sub->problem));
    json_add_string(w, "detail", clean(sub->detail, text));
    json_open(w, "identifier", '{');
    json_add_string(w, "type", clean(sub->type, text));
    json_add_string(w, "value", clean(sub->value, text));
    json_close(w, '}');
    json_close(w, '}');
}

/* Room for a document's part: cleaned texts at most double when they are escaped. */
#define PART_MAX (6 * CLEAN_SIZE + 256)

char *problem_json(
    void *mem, const struct err *e, const struct subproblem *subproblems, size_t subproblems_len)
{
    return problem_json_at(mem, e, subproblems, subproblems_len, NULL);
}

char *problem_json_at(void *mem, const struct err *e, const struct subproblem *subproblems,
    size_t subproblems_len, const char *instance)
{
    enum problem problem = problem_of(e);
    const char *instead = NULL;
    char text[CLEAN_SIZE];
    struct json_out w;
    struct buf b;

    if (!has_kind(e))
        by_category(e->code, &instead);
    buf_init(
        &b, mem, PART_MAX * (1 + subproblems_len) + (instance == NULL ? 0 : 2 * strlen(instance)));
    json_begin(&w, &b);
    json_open(&w, NULL, '{');
    json_add_string(&w, "type", problem_type(problem));
    if (instead == NULL && instance == NULL)
        instead = clean(e->detail, text);
    else if (instead == NULL) /* where few clients show more than the detail */
        instead = clean(mem_printf(mem, "%s: %s", e->detail, instance), text);
    json_add_string(&w, "detail", instead);
    json_add_int(&w, "status", problem_status(problem));
    json_add_string(&w, "instance", instance);
    if (problem == PROBLEM_BAD_SIGNATURE_ALGORITHM)
        json_add_raw(&w, "algorithms", jws_algorithms_json);
    if (subproblems_len > 0) {
        json_open(&w, "subproblems", '[');
        for (size_t i = 0; i < subproblems_len; i++)
            add_subproblem(&w, &subproblems[i]);
        json_close(&w, ']');
    }
    json_close(&w, '}');
    BUG_ON(b.overflow);
    return buf_text(&b);
}
