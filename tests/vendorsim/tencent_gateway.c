/* tencent_gateway - see tencent_gateway.h. */
#include "tests/vendorsim/tencent_gateway.h"

#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/vendorsim/tencent_actions.h"
#include "tests/vendorsim/tencent_sign.h"

#define VERSION    "2019-12-05"
#define SKEW_MAX_S 300
#define BODY_MAX   ((size_t)10 * 1024 * 1024)

static bool check_form(const struct sim_request *request, struct tc_refusal *why)
{
    static const char *const needed[] = {
        "X-TC-Action", "X-TC-Version", "X-TC-Timestamp", "Authorization", NULL};
    const char *type = sim_header(request, "Content-Type");

    if (strcmp(sim_method(request), "POST") != 0)
        return tc_refuse(why, "UnsupportedProtocol", "Requests are POST here.");
    if (type == NULL || strncasecmp(type, "application/json", 16) != 0 ||
        (type[16] != '\0' && type[16] != ';' && type[16] != ' '))
        return tc_refuse(why, "UnsupportedProtocol", "Content-Type is application/json here.");
    if (sim_body(request).len > BODY_MAX)
        return tc_refuse(why, "RequestSizeLimitExceeded", "The body is larger than 10 MB.");
    for (size_t i = 0; needed[i] != NULL; i++)
        if (sim_header(request, needed[i]) == NULL)
            return tc_refuse(why, "MissingParameter", "The header %s is missing.", needed[i]);
    return true;
}

static bool check_key(const struct tencent *tc, const struct sim_request *request,
    const struct tc_authorization *authorization, const json_t **key, struct tc_refusal *why)
{
    const char *token = sim_header(request, "X-TC-Token"), *wanted;
    int64_t stamp_s = 0, now_s = clock_now_s();
    char date[11];

    *key = state_get(tc->state, TC_KEY, authorization->secret_id);
    if (*key == NULL || !row_bool(*key, "is_enabled"))
        return tc_refuse(
            why, "AuthFailure.SecretIdNotFound", "The SecretId is not known, or is disabled.");
    if (!parse_int(sim_header(request, "X-TC-Timestamp"), &stamp_s) ||
        stamp_s < now_s - SKEW_MAX_S || stamp_s > now_s + SKEW_MAX_S)
        return tc_refuse(why, "AuthFailure.SignatureExpire",
            "The timestamp is more than five minutes away from the server's time.");
    tc_sign_date(stamp_s, date);
    if (strcmp(date, authorization->date) != 0)
        return tc_refuse(why, "AuthFailure.SignatureFailure",
            "The date in the credential is not the timestamp's in UTC.");
    wanted = row_text(*key, "token");
    if ((wanted == NULL) != (token == NULL) || (token != NULL && strcmp(token, wanted) != 0))
        return tc_refuse(
            why, "AuthFailure.TokenFailure", "The token is not the one of this SecretId.");
    return true;
}

/* The signature. */

struct headers {
    const struct sim_request *request;
    char *host; /* NULL: as it was sent */
};

static const char *header_of(void *arg, const char *name)
{
    const struct headers *headers = arg;

    if (headers->host != NULL && strcmp(name, "host") == 0)
        return headers->host;
    return sim_header(headers->request, name);
}

static bool is_signed(
    struct headers *headers, const struct tc_authorization *authorization, const char *secret_key)
{
    struct tc_signed what = {.timestamp = sim_header(headers->request, "X-TC-Timestamp"),
        .date = authorization->date,
        .signed_headers = authorization->signed_headers,
        .header = header_of,
        .arg = headers,
        .body = sim_body(headers->request)};
    struct tc_signature signature;

    return tc_sign(&what, secret_key, &signature) &&
           bytes_equal_secret(bytes_of(signature.text), bytes_of(authorization->signature));
}

static bool check_signature(struct tencent *tc, struct sim_request *request,
    const struct tc_authorization *authorization, const char *secret_key, struct tc_refusal *why)
{
    const char *host = sim_header(request, "Host");
    struct headers headers = {request, NULL};

    if (sim_header(request, "X-TC-Content-SHA256") != NULL)
        return tc_refuse(
            why, "AuthFailure.SignatureFailure", "Unsigned payloads are not taken here.");
    if (is_signed(&headers, authorization, secret_key))
        return true;
    if (sim_bool(tc->sim, "host_without_port") && host != NULL) {
        headers.host = mem_strndup(request, host, strcspn(host, ":"));
        if (is_signed(&headers, authorization, secret_key))
            return true;
    }
    return tc_refuse(
        why, "AuthFailure.SignatureFailure", "The signature does not match the request.");
}

bool tc_gateway_check(
    struct tencent *tc, struct sim_request *request, const json_t **key, struct tc_refusal *why)
{
    struct tc_authorization authorization;

    if (!check_form(request, why))
        return false;
    if (!tc_authorization_read(sim_header(request, "Authorization"), &authorization))
        return tc_refuse(why, "AuthFailure.InvalidAuthorization",
            "The header Authorization does not have the form of TC3-HMAC-SHA256.");
    if (!check_key(tc, request, &authorization, key, why) ||
        !check_signature(tc, request, &authorization, row_text(*key, "secret"), why))
        return false;
    if (strcmp(sim_header(request, "X-TC-Version"), VERSION) != 0)
        return tc_refuse(why, "NoSuchVersion", "The version is " VERSION " here.");
    if (tc_action_find(tc, sim_header(request, "X-TC-Action")) == NULL)
        return tc_refuse(why, "InvalidAction", "There is no such action.");
    return true;
}
